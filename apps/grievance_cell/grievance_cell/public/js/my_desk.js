frappe.provide("grievance_cell");

const TONES = { overdue: "red", due_today: "orange", emergencies: "red", reopened: "orange" };

// Show a user's worklists with their numbers, and the cases that are due first, in a block of a workspace.
grievance_cell.show_my_desk = async function (wrapper) {
	const { lists, cases } = await frappe.xcall("grievance_cell.api.lists.my_desk");
	$(wrapper).empty().append(doors(), numbers(lists), `<h4>${__("Due first")}</h4>`, due_first(cases));
};

// Where who takes down cases begins.
function doors() {
	if (!frappe.model.can_create("Grievance")) return "";
	const $doors = $('<div class="doors">');
	for (const [label, ...route] of [
		[__("Register at the Counter"), "register-case"],
		[__("Camp Day"), "List", "Camp Day"],
	]) {
		$('<button type="button" class="door"></button>')
			.text(label)
			.on("click", () => frappe.set_route(route))
			.appendTo($doors);
	}
	return $doors;
}

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
