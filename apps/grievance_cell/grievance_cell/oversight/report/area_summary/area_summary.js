frappe.query_reports["Area Summary"] = {
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
	tree: true,
	name_field: "key",
	parent_field: "parent",
	initial_depth: 2,
};
