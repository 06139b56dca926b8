frappe.provide("grievance_cell");

// Open the list with these filters (doctype, field, operator, value) and no others.
grievance_cell.open_list = async function (filters, in_new_tab = false) {
	const [[list]] = filters;
	await know_titles(list, filters);
	const conditions = {};
	for (const [doctype, fieldname, operator, value] of filters) {
		const field = `${doctype}.${fieldname}`;
		(conditions[field] = conditions[field] || []).push([operator, value]);
	}
	// Frappe's routes take several conditions on one field as a list of texts.
	frappe.route_options = Object.fromEntries(
		Object.entries(conditions).map(([field, each]) => [
			field,
			each.length === 1 ? each[0] : each.map((condition) => JSON.stringify(condition)),
		])
	);
	frappe.open_in_new_tab = in_new_tab;
	frappe.set_route("List", list, "List");
};

// Of a link that shows a title Frappe's filter asks the server, and the list is loaded meanwhile: without that filter, or with
// the one that the user left there, whose title comes later. What is known is not asked.
async function know_titles(doctype, filters) {
	await new Promise((resolve) => frappe.model.with_doctype(doctype, resolve));
	const left = frappe.get_user_settings(doctype, "List").filters || [];
	await Promise.all(
		[...left, ...filters].map(([of, fieldname, , value]) => {
			const field = frappe.meta.get_docfield(of, fieldname);
			return field?.fieldtype === "Link" && value && typeof value === "string" && know_title(field.options, value);
		})
	);
}

function know_title(doctype, name) {
	if (!frappe.boot.link_title_doctypes.includes(doctype)) return;
	return frappe.utils.get_link_title(doctype, name) || frappe.utils.fetch_link_title(doctype, name);
}

// Filters whose title was waited for, by the value: it comes once or, of a place that is no more, never.
const waited_for = new WeakMap();

// After a list was loaded: load it again with the filters that it has shown since, or was left without, for want of a title.
// A title may have come while the list was on its way. What was asked in the last three seconds Frappe does not ask again.
grievance_cell.settle_filters = async function (listview) {
	const unsettled = Object.values(listview.page.fields_dict).filter(
		(field) =>
			field.df.fieldtype === "Link" &&
			frappe.boot.link_title_doctypes.includes(field.df.options) &&
			field.value &&
			field.input !== document.activeElement &&
			waited_for.get(field) !== field.value
	);
	if (!unsettled.length) return;
	for (const field of unsettled) {
		waited_for.set(field, field.value);
		await know_title(field.df.options, field.value);
		if (field.get_value() !== field.value) await field.set_value(field.value);
	}
	listview.refresh();
};
