frappe.provide("grievance_cell");

// Show above the fields of a saved case its time, what comes next, who, where, what was sent, what is similar.
grievance_cell.show_overview = async function (frm) {
	const $wrapper = $(frm.get_field("overview").wrapper).addClass("case-overview");
	if (frm.is_new()) return $wrapper.empty();
	const name = frm.doc.name;
	const found = await frappe.call({
		method: "grievance_cell.api.cases.at_a_glance",
		type: "GET",
		args: { case: name },
	});
	if (frm.doc.name !== name) return;
	const { deadline, who, where, files, moves, similar } = found.message;
	$wrapper.empty().append(
		deadline ? deadline_bar(deadline) : "",
		next_moves(frm, moves),
		$('<div class="cards">').append(
			files.length ? files_card(files) : "",
			who ? who_card(who) : "",
			where_card(where),
			similar.length ? similar_card(frm, similar) : ""
		)
	);
};

const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

function deadline_bar({ state, used, text, marks }) {
	// What lies behind the end of the target has a place as well.
	const end = Math.max(100, used, ...marks.map(({ percent }) => percent));
	const at = (percent) => `${Math.min(100, (100 * percent) / end).toFixed(1)}%`;
	const steps = marks.map(
		(mark) =>
			`<span class="mark ${mark.reached ? "reached" : ""}" style="left: ${at(mark.percent)}"
				title="${escape(`${mark.percent} %: ${mark.text}`)}"></span>`
	);
	const said = __("{0} % of the time used", [used]);
	return `<div class="deadline ${state}">
		<div class="words"><b>${escape(text)}</b><span>${said}</span></div>
		<div class="bar" role="img" aria-label="${escape(said)}">
			<span class="used" style="width: ${at(used)}"></span>
			<span class="end" style="left: ${at(100)}" title="${__("Due")}"></span>
			${steps.join("")}
		</div>
	</div>`;
}

function next_moves(frm, moves) {
	if (!moves.length) return "";
	const $moves = $('<div class="moves">');
	for (const { action, is_usual } of moves) {
		$(`<button type="button" class="btn btn-sm ${is_usual ? "btn-primary" : "btn-default"}"></button>`)
			.attr("data-move", action)
			.text(__(action))
			.on("click", () => grievance_cell.begin_move(frm, action))
			.appendTo($moves);
	}
	return $moves;
}

function card(title, body) {
	return $(`<section class="card-of-case"><h5>${title}</h5></section>`).append(body);
}

function who_card({ citizen, name, mobile_masked, language, blocked, cases, has_more }) {
	const facts = [mobile_masked, language && __(language), blocked ? __("Blocked") : ""];
	const others = cases.map(
		(other) =>
			`<li class="${other.is_open ? "open" : ""}">
				<a href="${frappe.utils.get_form_link("Grievance", other.name)}">${escape(other.subject || other.name)}</a>
				<span class="muted">${escape(__(other.status))}</span>
			</li>`
	);
	const list = others.length
		? `<div class="muted">${__("Other cases of this citizen")}</div><ul>${others.join("")}</ul>`
		: `<div class="muted">${__("No other case that you see")}</div>`;
	const $card = card(
		__("Who"),
		`<div><a href="${frappe.utils.get_form_link("Citizen", citizen)}"><b>${escape(name || __("Citizen"))}</b></a></div>
		<div>${facts.filter(Boolean).map(escape).join(" · ")}</div>${list}`
	);
	if (has_more) {
		$(`<a class="all-cases" href="#">${__("All cases")}</a>`)
			.on("click", () => {
				grievance_cell.open_list([["Grievance", "citizen", "=", citizen]]);
				return false;
			})
			.appendTo($card);
	}
	return $card;
}

function where_card({ places, address, latitude, longitude }) {
	const [place, ...around] = places;
	const $card = card(
		__("Where"),
		`<div><b>${escape(place)}</b></div>
		${address ? `<div>${escape(address)}</div>` : ""}
		<div class="muted">${around.map(escape).join(" › ")}</div>`
	);
	if (!latitude || !longitude) return $card;
	const pin = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
	const link = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
	const $map = $('<div class="map" hidden>');
	$card.append(
		`<div><a href="${link}" target="_blank" rel="noopener noreferrer">${pin}</a></div>`,
		// Drawing it tells the map's servers where the case is: only when somebody wants to see it.
		$(`<button type="button" class="btn btn-xs btn-default show-map">${__("Show Map")}</button>`).on(
			"click",
			function () {
				$(this).remove();
				draw_map($map, latitude, longitude);
			}
		),
		$map
	);
	return $card;
}

function draw_map($map, latitude, longitude) {
	const leaflet = "assets/frappe/js/lib/leaflet/leaflet";
	frappe.require([`${leaflet}.css`, `${leaflet}.js`], () => {
		const { image_path, tiles, options } = frappe.utils.map_defaults;
		$map.removeAttr("hidden");
		L.Icon.Default.imagePath = image_path;
		const map = L.map($map[0]).setView([latitude, longitude], 16);
		L.tileLayer(tiles, options).addTo(map);
		L.marker([latitude, longitude]).addTo(map);
	});
}

function files_card(files) {
	const shown = (part) => part.map(show_file).join("");
	const proof = files.filter(({ is_proof }) => is_proof);
	const sent = files.filter(({ is_proof }) => !is_proof);
	const $card = card(__("Photos and voice"), `<div class="files">${shown(sent)}</div>`);
	if (proof.length) {
		$card.find(".files").before(`<div class="muted">${__("Before")}</div>`);
		$card.append(`<div class="muted">${__("After")}</div><div class="files">${shown(proof)}</div>`);
	}
	return $card.addClass("wide");
}

function show_file({ url, name, kind, by_citizen }) {
	const title = escape([name, by_citizen ? __("from the citizen") : ""].filter(Boolean).join(" · "));
	const address = escape(encodeURI(url));
	if (kind === "image") {
		return `<a href="${address}" target="_blank" rel="noopener" title="${title}"><img src="${address}" alt="${title}" loading="lazy"></a>`;
	}
	if (kind === "audio") return `<audio controls preload="none" src="${address}" title="${title}"></audio>`;
	if (kind === "video") return `<video controls preload="none" src="${address}" title="${title}"></video>`;
	return `<a class="document" href="${address}" target="_blank" rel="noopener">${escape(name)}</a>`;
}

function similar_card(frm, similar) {
	const lines = similar.map(
		({ name, subject, status, distance, people }) => `<li>
			<a href="${frappe.utils.get_form_link("Grievance", name)}">${escape(subject || name)}</a>
			<span class="muted">${[
				__(status),
				distance === null ? "" : __("{0} m away", [distance]),
				__("reported by {0}", [people]),
			]
				.filter(Boolean)
				.map(escape)
				.join(" · ")}</span>
		</li>`
	);
	return card(__("May be the same matter"), `<ul>${lines.join("")}</ul>`).append(
		$(`<button type="button" class="btn btn-xs btn-default">${__("Join to Another Case")}</button>`).on("click", () =>
			grievance_cell.join_case(frm)
		)
	);
}
