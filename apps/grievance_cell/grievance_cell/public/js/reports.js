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
	if (!value) return shown;
	const list = list_of(column, data);
	const link = (target) =>
		`<a href="#" class="grievance-cell-list" style="text-decoration: underline" ${target}>${shown}</a>`;
	if (list) return link(`data-list="${as_attribute(list)}"`);
	if (data?.lists && column.cases)
		return link(`data-choice="${as_attribute({ ...data.way, figure: column.fieldname })}"`);
	return shown;
};

function as_attribute(value) {
	return frappe.utils.escape_html(JSON.stringify(value));
}

function list_of(column, data) {
	if (!data) return null;
	if (data.lists) return data.lists[column.fieldname];
	const cases = data.cases_of?.[column.fieldname] || data.cases;
	if (!column.cases || !cases) return null;
	return [...column.cases, ...cases].map((filter) => ["Grievance", ...filter]);
}

$(document).on("click", "a.grievance-cell-list", (event) => {
	event.preventDefault();
	const in_new_tab = event.ctrlKey || event.metaKey;
	const { list, choice } = event.currentTarget.dataset;
	if (list) grievance_cell.open_list(JSON.parse(list), in_new_tab);
	else choose(JSON.parse(choice), in_new_tab);
});

// Have the report that is shown list what a number counts which no list can be asked for.
function choose(values, in_new_tab) {
	const report = frappe.query_report;
	if (!in_new_tab) return report.set_filter_value(values);
	const chosen = new URLSearchParams({ ...report.get_filter_values(), ...values });
	window.open(`${window.location.pathname}?${chosen}`);
}

// Of a chart's label: how wide a letter is, in pixels, how many lines there is room for, and below which width there is none.
const LETTER = 7;
const LINES = 2;
const NARROW = 50;
const written = new WeakSet();

// Write the labels below a report's chart in full, on two lines: Frappe cuts them to a few letters.
grievance_cell.reports.write_labels = () => {
	const report = frappe.query_report;
	const wrapper = report.$chart?.[0];
	if (!wrapper || written.has(wrapper)) return;
	written.add(wrapper);
	const write = () => report.chart && write_in_lines(wrapper, report.chart.data.labels);
	// It draws anew when the figures or the window change.
	new MutationObserver(write).observe(wrapper, { childList: true, subtree: true });
	write();
};

function write_in_lines(wrapper, labels) {
	const texts = [...wrapper.querySelectorAll(".x.axis text")];
	const room = wrapper.clientWidth / labels.length;
	if (texts.length !== labels.length || room < NARROW) return;
	texts.forEach((text, at) => {
		if (text.childElementCount || text.textContent === labels[at]) return;
		const lines = in_lines(labels[at], Math.floor(room / LETTER));
		text.replaceChildren(
			...lines.map((line, number) => {
				const part = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
				part.setAttribute("x", 0);
				if (number) part.setAttribute("dy", "1.2em");
				part.textContent = line;
				return part;
			})
		);
	});
}

// Part a text at its spaces into lines of so many letters; marks above and below a letter take no room.
function in_lines(text, letters) {
	const length = (words) => words.replace(/\p{Mn}/gu, "").length;
	const lines = [""];
	for (const word of text.split(" ")) {
		const longer = `${lines.at(-1)} ${word}`.trim();
		if (!lines.at(-1) || length(longer) <= letters) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	if (lines.length <= LINES) return lines;
	return [...lines.slice(0, LINES - 1), `${lines[LINES - 1]} …`];
}
