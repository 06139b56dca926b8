frappe.query_reports["Citizen Feedback"] = {
	after_datatable_render: () => grievance_cell.reports.write_labels(),
	filters: [...grievance_cell.reports.period(), { fieldname: "by", label: __("By"), fieldtype: "Select", options: grievance_cell.reports.options(["Department", "Category", "Posting"]), default: "Department" },
		...grievance_cell.reports.choices()],
	formatter: grievance_cell.reports.format,
};
