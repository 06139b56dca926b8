const DESK_OF_MEETING = "grievance_cell.oversight.desk.";

frappe.ui.form.on("Review Meeting", {
	setup(frm) {
		frm.set_query("chair", () => ({ filters: { kind: "Officer", is_active: 1, heads_area: 1 } }));
	},

	refresh(frm) {
		show_agenda(frm);
		if (frm.is_new()) return;
		frm.page.set_title(frappe.utils.escape_html(frm.doc.__onload?.heading || frm.doc.name));
		frm.add_custom_button(__("Give a Direction"), () => direct(frm, {}));
		if (frm.doc.status === "Planned") {
			frm.add_custom_button(__("Fill the Agenda Anew"), () => call_meeting(frm, "fill_agenda"));
			frm.add_custom_button(__("The Meeting Was Held"), () =>
				frappe.confirm(__("The agenda then stays as it is now. Was the meeting held?"), () =>
					call_meeting(frm, "hold")
				)
			);
		}
		frm.add_custom_button(__("Send to All Heads"), () => send(frm));
	},
});

function show_agenda(frm) {
	const wrapper = frm.get_field("agenda").$wrapper;
	wrapper.html(
		frm.is_new()
			? `<p class="text-muted">${__("The agenda fills itself when the meeting is saved.")}</p>`
			: frm.doc.__onload?.agenda || ""
	);
	wrapper.off(".review");
	wrapper.on("click.review", "[data-list]", function () {
		const doctype = $(this).data("list");
		grievance_cell.open_list(
			$(this)
				.data("filters")
				.map((condition) => [doctype, ...condition])
		);
		return false;
	});
	wrapper.on("click.review", "[data-open]", function () {
		frappe.set_route("Form", $(this).data("open"), $(this).data("name"));
		return false;
	});
	wrapper.on("click.review", "[data-direct] button", function () {
		direct_row(frm, $(this).closest("[data-direct]"));
	});
	// From row to row with the arrows, a direction with Enter: no hand leaves the keyboard in the meeting.
	wrapper.on("keydown.review", "[data-direct]", function (event) {
		if (event.target !== this) return;
		const rows = wrapper.find("[data-direct]");
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (step) {
			rows.eq(Math.max(rows.index(this) + step, 0)).focus();
			return false;
		}
		if (event.key === "Enter") {
			direct_row(frm, $(this));
			return false;
		}
	});
	// After a direction the work goes on where it was.
	if (frm.row_in_hand !== undefined) wrapper.find("[data-direct]").eq(frm.row_in_hand).focus();
	delete frm.row_in_hand;
}

function direct_row(frm, row) {
	const position = row.closest(".review").find("[data-direct]").index(row);
	direct(frm, { grievance: row.data("grievance"), department: row.data("department") }, position);
}

async function direct(frm, { grievance, department }, position) {
	// The form is loaded anew afterwards: what was noted meanwhile is kept.
	if (frm.is_dirty()) await frm.save();
	const about = { meeting: frm.doc.name };
	// Of a case the case's own office is directed, not the head of its department.
	if (grievance) about.grievance = grievance;
	else if (department) about.department = department;
	grievance_cell.direct(about, () => {
		frm.row_in_hand = position;
		frm.reload_doc();
	});
}

async function call_meeting(frm, method, args = {}) {
	if (frm.is_dirty()) await frm.save();
	const answer = await frappe.call({
		method: DESK_OF_MEETING + method,
		args: { meeting: frm.doc.name, ...args },
		freeze: true,
	});
	await frm.reload_doc();
	return answer.message;
}

function send(frm) {
	const held = frm.doc.status === "Held";
	const sent_on = held ? frm.doc.minutes_sent_on : frm.doc.agenda_sent_on;
	const what = held ? __("Send the minutes to all heads by e-mail?") : __("Send the agenda to all heads by e-mail?");
	const before = sent_on
		? `<p>${__("This was sent already: {0}", [frappe.datetime.str_to_user(sent_on)])}</p>`
		: "";
	frappe.confirm(before + what, async () => {
		const number = await call_meeting(frm, "send_to_heads", { again: sent_on ? 1 : 0 });
		frappe.show_alert({ message: __("Sent to {0} heads", [number]), indicator: "green" });
	});
}
