frappe.provide("grievance_cell");

// Show the link that opens a chat with a number: to copy, as a QR code, and as posters to print. `channel` and `area` may
// be given; where neither is chosen yet, the site's only channel is.
grievance_cell.show_link = async function ({ channel, area } = {}) {
	const channels = await frappe.db.get_list("Chat Channel", {
		filters: channel ? { name: channel } : { enabled: 1 },
		fields: ["name", "default_area", "default_language"],
		limit: 2,
	});
	const only = channels.length === 1 ? channels[0] : null;
	const dialog = new frappe.ui.Dialog({
		title: __("Link and QR Code"),
		fields: [
			{
				fieldname: "channel",
				fieldtype: "Link",
				options: "Chat Channel",
				label: __("Chat Channel"),
				reqd: 1,
				default: only?.name,
				read_only: channel ? 1 : 0,
				get_query: () => ({ filters: { enabled: 1 } }),
				onchange: show,
			},
			{
				fieldname: "area",
				fieldtype: "Link",
				options: "Local Area",
				label: __("Area"),
				description: __("The place is known then without a question: for a board in that ward"),
				get_query: () => ({ filters: within(only?.default_area) }),
				onchange: show,
			},
			{
				fieldname: "flow",
				fieldtype: "Link",
				options: "Chat Flow",
				label: __("Form"),
				description: __("The chat begins with this form, without the menu"),
				get_query: () => ({ filters: { enabled: 1, menu_label: ["is", "set"] } }),
				onchange: show,
			},
			{ fieldtype: "Column Break" },
			{ fieldname: "shown", fieldtype: "HTML" },
			{ fieldtype: "Section Break", label: __("Poster") },
			{
				fieldname: "language",
				fieldtype: "Link",
				options: "Language",
				label: __("Language"),
				default: only?.default_language || "hi",
				reqd: 1,
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "each_below",
				fieldtype: "Check",
				label: __("A poster for each area right below this one"),
				depends_on: "area",
			},
		],
		primary_action_label: __("Print Poster"),
		primary_action: (values) => window.open(poster_address(values)),
	});
	dialog.show();
	if (area) {
		// The field shows a title and, until that is known, is empty: what is read from it then has no area.
		await frappe.utils.fetch_link_title("Local Area", area);
		await dialog.set_value("area", area);
	}
	show();

	async function show() {
		const { channel, area, flow } = dialog.get_values(true);
		const place = dialog.fields_dict.shown.$wrapper;
		if (!channel) return place.empty();
		const asked = JSON.stringify([channel, area, flow]);
		if (place.data("asked") === asked) return;
		place.data("asked", asked).empty();
		const { message } = await frappe.call({
			method: "grievance_cell.messaging.links.link_and_code",
			args: { channel, area, flow },
		});
		// Another choice may have been made while this one was under way.
		if (message && place.data("asked") === asked) place.html(shown(message));
		place.find(".btn-copy").on("click", () => frappe.utils.copy_to_clipboard(message.link));
	}
};

function within(area) {
	return area ? { name: ["descendants of (inclusive)", area] } : {};
}

function shown({ link, picture, file }) {
	const escape = frappe.utils.escape_html;
	return `
		<img class="whatsapp-code" src="${picture}" alt="${__("QR Code")}" style="width: 100%; max-width: 260px">
		<p class="whatsapp-link text-muted small" style="overflow-wrap: anywhere">${escape(link)}</p>
		<button class="btn btn-default btn-xs btn-copy">${__("Copy Link")}</button>
		<a class="btn btn-default btn-xs btn-download" href="${picture}" download="${escape(file)}">${__("Download Picture")}</a>`;
}

function poster_address({ channel, area, flow, language, each_below }) {
	const query = {
		doctype: "Chat Channel",
		name: channel,
		format: "WhatsApp Poster",
		_lang: language,
		no_letterhead: 1,
		settings: JSON.stringify({ area, flow, each_below }),
	};
	return `/printview?${new URLSearchParams(query)}`;
}
