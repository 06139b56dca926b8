frappe.query_reports["Pendency by Department and Age"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
