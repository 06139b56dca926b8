frappe.provide("grievance_cell.reports");

// The days that a report is about: those up to today, where the reader chooses no others.
grievance_cell.reports.period = (days = 30) => {
	const today = frappe.datetime.get_today();
	return [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(today, 1 - days),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: today,
			reqd: 1,
		},
	];
};

grievance_cell.reports.options = (values) => values.map((value) => ({ value, label: __(value) }));

// The cases that a report is about.
grievance_cell.reports.choices = () => [
	{
		fieldname: "grievance_type",
		label: __("Grievance Type"),
		fieldtype: "Select",
		options: [
			{ value: "", label: "" },
			...grievance_cell.reports.options(["Complaint", "Demand", "Suggestion"]),
		],
	},
	{ fieldname: "department", label: __("Department"), fieldtype: "Link", options: "Department" },
	{
		fieldname: "category",
		label: __("Category"),
		fieldtype: "Link",
		options: "Grievance Category",
	},
	{ fieldname: "area", label: __("Area"), fieldtype: "Link", options: "Local Area" },
];

// Show a number as the link to the list of the cases that it counts.
grievance_cell.reports.format = (value, row, column, data, default_formatter) => {
	if (value === null || value === undefined || value === "") return "";
	let shown = default_formatter(value, row, column, data);
	if (data?.bold) shown = `<b>${shown}</b>`;
	const list = list_of(column, data);
	if (!value || !list) return shown;
	const target = frappe.utils.escape_html(JSON.stringify(list));
	return `<a href="#" class="grievance-cell-list" style="text-decoration: underline" data-list="${target}">${shown}</a>`;
};

function list_of(column, data) {
	if (!data) return null;
	if (data.lists) return data.lists[column.fieldname];
	if (!column.cases || !data.cases) return null;
	return [...column.cases, ...data.cases].map((filter) => ["Grievance", ...filter]);
}

$(document).on("click", "a.grievance-cell-list", (event) => {
	event.preventDefault();
	const filters = JSON.parse(event.currentTarget.dataset.list);
	grievance_cell.open_list(filters, event.ctrlKey || event.metaKey);
});
