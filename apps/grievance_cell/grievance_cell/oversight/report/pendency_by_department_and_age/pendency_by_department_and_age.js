frappe.query_reports["Pendency by Department and Age"] = {
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
