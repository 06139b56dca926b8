frappe.query_reports["Area Summary"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
	tree: true,
	name_field: "key",
	parent_field: "parent",
	initial_depth: 2,
};
