frappe.query_reports["Category Trend"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(183), ...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
