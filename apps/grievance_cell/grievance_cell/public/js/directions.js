frappe.provide("grievance_cell");

const DESK = "grievance_cell.oversight.desk.";
// Until the next review.
const DAYS = 7;

// Ask for a direction in one line and give it. `about` has the meeting, the case or the department, as far as known.
grievance_cell.direct = function (about, then) {
	const named = [about.grievance, about.department && __(about.department)].filter(Boolean).join(", ");
	const choice = [
		{ fieldname: "department", fieldtype: "Link", options: "Department", label: __("Department"), onchange: propose_office },
		{ fieldname: "grievance", fieldtype: "Link", options: "Grievance", label: __("Case"), onchange: propose_office },
	];
	const dialog = new frappe.ui.Dialog({
		title: named ? __("Direction: {0}", [named]) : __("Give a Direction"),
		fields: [
			...(named ? [] : choice),
			{ fieldname: "direction", fieldtype: "Data", label: __("What Is to Be Done"), length: 240, reqd: 1 },
			{
				fieldname: "posting",
				fieldtype: "Link",
				options: "Officer Posting",
				label: __("To the Posting"),
				reqd: 1,
				get_query: () => ({ filters: { kind: "Officer", is_active: 1 } }),
			},
			{
				fieldname: "due_on",
				fieldtype: "Date",
				label: __("By When"),
				reqd: 1,
				default: frappe.datetime.add_days(frappe.datetime.get_today(), DAYS),
			},
		],
		primary_action_label: __("Direct"),
		primary_action: (values) =>
			frappe.db
				.insert({ doctype: "Review Direction", ...about, ...values })
				.then(() => {
					frappe.show_alert({ message: __("The direction is given"), indicator: "green" });
					// While a dialog fades it draws the focus back to itself.
					dialog.$wrapper.one("hidden.bs.modal", () => then());
					dialog.hide();
				}),
	});
	async function propose_office() {
		const { grievance, department } = named ? about : dialog.get_values(true) || {};
		if (!grievance && !department) return;
		const office = await frappe.xcall(`${DESK}office_for`, { grievance, department, meeting: about.meeting });
		if (office && !dialog.get_value("posting")) await dialog.set_value("posting", office);
	}
	dialog.show();
	if (named) propose_office();
	return dialog;
};
