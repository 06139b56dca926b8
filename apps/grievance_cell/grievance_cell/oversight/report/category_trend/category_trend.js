frappe.query_reports["Category Trend"] = {
	filters: [...grievance_cell.reports.period(183), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
