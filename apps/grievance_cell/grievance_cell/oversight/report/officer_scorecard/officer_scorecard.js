frappe.query_reports["Officer Scorecard"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(), { fieldname: "by", label: __("By"), fieldtype: "Select", options: grievance_cell.reports.options(["Posting", "Officer"]), default: "Posting" },
		...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
