frappe.query_reports["Transfers of Cases"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [
		...grievance_cell.reports.period(),
		...grievance_cell.reports.choices(),
		// A dash stands for no department.
		...[
			["from_department", __("From Department")],
			["to_department", __("To Department")],
		].map(([fieldname, label]) => ({
			fieldname,
			label,
			fieldtype: "Link",
			options: "Department",
			ignore_link_validation: 1,
		})),
		{
			fieldname: "figure",
			label: __("List of"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "transfers", label: __("Transfers") },
				{ value: "transferred_cases", label: __("Cases") },
				{ value: "complaints", label: __("Complaints") },
				{ value: "demands", label: __("Demands") },
				{ value: "suggestions", label: __("Suggestions") },
				{ value: "pending", label: __("Pending") },
				{ value: "overdue", label: __("Overdue") },
				{ value: "often", label: __("Transferred Often") },
				{ value: "confirmed", label: __("Confirmed") },
				{ value: "deemed", label: __("Deemed Settled") },
				{ value: "forced", label: __("Closed by Force") },
			],
		},
	],
	formatter: grievance_cell.reports.format,
};
