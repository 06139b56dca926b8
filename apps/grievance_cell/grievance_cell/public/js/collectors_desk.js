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
			]),
			`<h4>${__("By Place")}</h4>`,
			$('<div class="by-place">')
		);
	await show_places($(wrapper).find(".by-place"));
};

// Show the places below an area, or below the user's own: each number opens its list, each name the places in it.
async function show_places($into, area) {
	const found = await frappe.xcall("grievance_cell.oversight.collectors_desk.by_place", { area });
	const names = Object.keys(found.labels);
	const path = found.above.map(({ name, title }, at) =>
		at < found.above.length - 1
			? $("<button type='button'>")
					.text(title)
					.on("click", () => show_places($into, name))
			: $("<b>").text(title)
	);
	const rows = found.places.map((place) =>
		$("<tr>").append(
			$("<td>").append(place.has_places ? step_into($into, place) : document.createTextNode(place.title)),
			names.map((name) => $("<td>").append(count(name, place, found.filters[name])))
		)
	);
	const head = ["", ...names.map((name) => found.labels[name])].map((label) => $("<th>").text(label));
	const $map = $('<div class="place-map" hidden>');
	const located = found.places.filter(({ latitude, longitude }) => latitude && longitude);
	$into.empty().append(
		$('<div class="path">').append(path, located.length ? map_button($map, located, $into) : ""),
		$map,
		$('<div class="wide">').append($('<table class="places">').append($("<tr>").append(head), rows))
	);
}

function step_into($into, { area, title }) {
	return $("<button type='button'>")
		.text(title)
		.on("click", () => show_places($into, area));
}

function count(name, place, filters) {
	if (!place[name]) return document.createTextNode("–");
	return $("<button type='button'>")
		.text(place[name])
		.toggleClass("late", name === "overdue")
		.on("click", () => grievance_cell.open_list([...filters, place.filter]));
}

function map_button($map, places, $into) {
	// Drawing it tells the map's servers which district is looked at: only when somebody wants to see it.
	return $("<button type='button' class='show-map'>")
		.text(__("Show Map"))
		.on("click", function () {
			$(this).remove();
			draw_places($map, places, $into);
		});
}

// A circle for each place, larger the more is pending there, red where something is overdue.
function draw_places($map, places, $into) {
	const leaflet = "assets/frappe/js/lib/leaflet/leaflet";
	frappe.require(`${leaflet}.js`, () => {
		const { tiles, options } = frappe.utils.map_defaults;
		// A block of a workspace sees no style of the page around it.
		const style = $(`<link rel="stylesheet" href="/${leaflet}.css">`).insertBefore($map)[0];
		$map.removeAttr("hidden");
		const map = L.map($map[0], { scrollWheelZoom: false });
		L.tileLayer(tiles, options).addTo(map);
		map.fitBounds(places.map(({ latitude, longitude }) => [latitude, longitude]), { maxZoom: 12, padding: [40, 40] });
		style.addEventListener("load", () => map.invalidateSize());
		for (const place of places) {
			const { title, latitude, longitude, pending, overdue } = place;
			L.circleMarker([latitude, longitude], {
				radius: 6 + Math.min(24, 2 * Math.sqrt(pending)),
				color: overdue ? "#c53030" : "#2b6cb0",
				weight: 2,
			})
				.bindTooltip(
					frappe.utils.escape_html(`${title}: ${__("{0} pending, {1} overdue", [pending, overdue])}`)
				)
				.on("click", () => place.has_places && show_places($into, place.area))
				.addTo(map);
		}
	});
}

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
