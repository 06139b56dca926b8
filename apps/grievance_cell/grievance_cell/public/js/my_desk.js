frappe.provide("grievance_cell");

const TONES = { overdue: "red", due_today: "orange", emergencies: "red", reopened: "orange" };

// Show a user's worklists with their numbers, and the cases that are due first, in a block of a workspace.
grievance_cell.show_my_desk = async function (wrapper) {
	const { lists, cases } = await frappe.xcall("grievance_cell.api.lists.my_desk");
	$(wrapper).empty().append(numbers(lists), `<h4>${__("Due first")}</h4>`, due_first(cases));
};

function numbers(lists) {
	const $lists = $('<div class="lists">');
	for (const { key, title, filters, count } of lists) {
		$(`<button type="button" class="list ${(count && TONES[key]) || ""}" data-list="${key}">
			<b>${cint(count)}</b>${frappe.utils.escape_html(title)}
		</button>`)
			.on("click", () => grievance_cell.open_list(filters))
			.appendTo($lists);
	}
	return $lists;
}

function due_first(cases) {
	if (!cases.length) return `<div class="empty">${__("No open case. Well done!")}</div>`;
	return cases.map((doc) => {
		const { text, colour } = grievance_cell.standing(doc);
		const escape = frappe.utils.escape_html;
		const about = [doc.name, __(doc.category), doc.area, __(doc.status)].filter(Boolean).map(escape);
		if (doc.new_reply) about.unshift(`<b>${__("New Reply")}</b>`);
		return $(`<a class="case" href="${frappe.utils.get_form_link("Grievance", doc.name)}">
			<span class="subject">${escape(doc.subject)}</span>
			<span class="due ${colour}">${text}</span>
			<span class="about">${about.join(" · ")}</span>
		</a>`);
	});
}

// Open the list with these filters (doctype, field, operator, value) and no others.
grievance_cell.open_list = function (filters, in_new_tab = false) {
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
	frappe.set_route("List", filters[0][0], "List");
};
