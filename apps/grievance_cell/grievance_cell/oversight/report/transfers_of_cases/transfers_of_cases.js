frappe.query_reports["Transfers of Cases"] = {
	filters: [...grievance_cell.reports.period(), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
