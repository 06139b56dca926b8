frappe.ui.form.on("Review Direction", {
	refresh(frm) {
		if (frm.is_new()) return;
		show_standing(frm);
		const { status, confirmed_on, due_on } = frm.doc;
		const { is_directed, stands_above } = frm.doc.__onload || {};
		const line = (label) => ({ fieldname: "remark", fieldtype: "Data", label, reqd: 1 });
		const by = (label) => ({ fieldname: "due_on", fieldtype: "Date", label, reqd: 1, default: due_on });
		const collector = frappe.user.has_role("Collector");
		if (status === "Open" && is_directed) {
			offer(frm, __("Report as Done"), "report_done", [line(__("What Was Done"))], true);
		}
		if (status === "Done" && stands_above) {
			if (!confirmed_on) offer(frm, __("Confirm"), "confirm", [], true);
			const fields = [line(__("What Is Missing")), ...(collector ? [by(__("By When"))] : [])];
			offer(frm, __("Open Again"), "reopen", fields);
		}
		if (status === "Open" && collector) {
			offer(frm, __("Give More Time"), "postpone", [by(__("New Date")), line(__("Reason"))]);
			offer(frm, __("Drop"), "drop", [line(__("Reason"))]);
		}
	},
});

function show_standing(frm) {
	const { status, due_on, confirmed_on } = frm.doc;
	if (status !== "Open") {
		const said = confirmed_on ? __("Done and confirmed") : status === "Done" ? __("Reported as done") : __("Dropped");
		frm.set_intro(said, status === "Done" ? "green" : "gray");
	} else if (due_on < frappe.datetime.get_today()) {
		frm.set_intro(__("Overdue since {0}", [frappe.datetime.str_to_user(due_on)]), "red");
	} else {
		frm.set_intro(__("To be done {0}", [grievance_cell.time_left(due_on)]), "orange");
	}
}

// Offer an act by a button that asks for its fields in one dialog; Enter sends it.
function offer(frm, label, method, fields, primary = false) {
	const act = async (values) => {
		await frappe.call({
			method: `grievance_cell.oversight.desk.${method}`,
			args: { direction: frm.doc.name, ...values },
			freeze: true,
		});
		await frm.reload_doc();
	};
	const ask = () => {
		if (!fields.length) return act({});
		const dialog = new frappe.ui.Dialog({
			title: label,
			fields,
			primary_action_label: label,
			primary_action: (values) => act(values).then(() => dialog.hide()),
		});
		dialog.show();
	};
	// On a phone all other buttons are in a menu.
	if (primary) frm.page.set_primary_action(label, ask);
	else frm.add_custom_button(label, ask);
}
