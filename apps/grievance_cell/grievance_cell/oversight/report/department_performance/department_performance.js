frappe.query_reports["Department Performance"] = {
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
