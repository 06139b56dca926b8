frappe.provide("grievance_cell");

const SHOWN = [
	[__("This Month"), ["received", "settled", "reopened", "confirmed", "deemed", "forced"]],
	[__("Now"), ["pending", "overdue", "overdue_unexplained", "waiting_for_citizen", "long_term"]],
	[__("How Well, This Month"), ["within_share", "average_days", "median_days", "average_rating"]],
];
const SHARES = { within_share: "%" };

// Show what came, went and waits where the user looks, in a block of a workspace; each count opens its list.
grievance_cell.show_collectors_desk = async function (wrapper) {
	const numbers = await frappe.xcall("grievance_cell.oversight.collectors_desk.numbers");
	const by_name = Object.fromEntries(numbers.map((number) => [number.name, number]));
	$(wrapper)
		.empty()
		.append(
			SHOWN.flatMap(([title, names]) => [
				`<h4>${title}</h4>`,
				$('<div class="numbers">').append(names.map((name) => tile(by_name[name]))),
			])
		);
};

function tile({ name, label, value, today, before, filters }) {
	const beside = [];
	if (today !== undefined) beside.push(__("today {0}", [today]));
	if (before !== undefined) beside.push(__("last month {0}", [amount(name, before)]));
	const late = value && ["overdue", "overdue_unexplained"].includes(name);
	const content = `<span>${frappe.utils.escape_html(label)}</span><b>${amount(name, value)}</b>
		<small title="${__("Last month up to the same day and time")}">${beside.join(" · ")}</small>`;
	if (!filters.length) return $(`<div class="number">${content}</div>`);
	return $(`<button type="button" class="number ${late ? "red" : ""}" data-number="${name}">${content}</button>`).on(
		"click",
		() => grievance_cell.open_list(filters)
	);
}

function amount(name, value) {
	if (value === null || value === undefined) return "–";
	return `${Number.isInteger(value) ? value : value.toFixed(1)}${SHARES[name] || ""}`;
}
