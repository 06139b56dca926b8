frappe.query_reports["Delay Register"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(), { fieldname: "which", label: __("Cases"), fieldtype: "Select", options: grievance_cell.reports.options(["All", "Pending", "Settled"]), default: "All" },
		...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
