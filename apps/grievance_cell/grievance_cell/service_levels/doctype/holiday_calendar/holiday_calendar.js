frappe.ui.form.on("Holiday Calendar", {
	refresh(frm) {
		frm.set_intro("");
		if (frm.is_new()) return;
		if (runs_out_soon(frm.doc)) {
			frm.set_intro(__("The holidays run out soon: deadlines after that are computed without any."), "orange");
		}
		if (frm.doc.state && frm.perm[0]?.write) {
			frm.add_custom_button(__("Fill a Year"), () => ask_year(frm));
		}
	},
});

function runs_out_soon({ runs_out_on }) {
	const in_two_months = frappe.datetime.add_months(frappe.datetime.get_today(), 2);
	return !runs_out_on || runs_out_on <= in_two_months;
}

function ask_year(frm) {
	const year = frm.doc.runs_out_on
		? Number(frm.doc.runs_out_on.slice(0, 4)) + 1
		: new Date().getFullYear();
	frappe.prompt(
		{ fieldname: "year", fieldtype: "Int", label: __("Year"), reqd: 1, default: year },
		async ({ year }) => {
			if (frm.is_dirty()) await frm.save();
			const { message } = await frm.call("fill", { year });
			await frm.reload_doc();
			frappe.show_alert(
				__("{0} holidays added. Check them against the state's gazette.", [message])
			);
		},
		__("Fill a Year"),
		__("Fill")
	);
}
