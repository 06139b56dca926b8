// Draw one message of the thread as a bubble.

import { formatted, icon, link, make, timeOf, word } from "./words.js";

const TICKS = { queued: "waiting", sent: "sent", delivered: "delivered", read: "delivered", failed: "failed" };
const BUTTON_ICONS = { URL: "link", PHONE_NUMBER: "call" };

/**
 * Build what stands for an entry in the thread. `screen` gives what a bubble cannot know: find(id) another entry,
 * template(name, language), reply(message), openList(entry), openLocation(entry), openImage(address).
 */
export function bubble(entry, screen) {
	const message = entry.message;
	const mine = entry.direction === "in";
	const box = make("div", { class: "bubble" });
	const buttons = make("div", { class: "replies" });
	box.append(make("span", { class: "spoken", text: `${word(mine ? "you" : "office")}: ` }));
	if (message.context?.forwarded || message.context?.frequently_forwarded) {
		box.append(make("p", { class: "forwarded" }, icon("forward"), word("forwarded")));
	}
	const quoted = message.context && screen.find(message.context.id || message.context.message_id);
	if (quoted) box.append(make("p", { class: "quote", text: `${word("answered")}: ${formatted(summary(quoted.message, screen)).textContent}` }));
	const kind = message.type || "text";
	const draw = KINDS[kind] || drawUnknown;
	draw({ content: message[kind] || {}, message, entry, box, buttons, screen });
	box.append(make("p", { class: "foot" }));
	const item = make("div", {
		class: mine ? "mine" : "theirs",
		"data-testid": "bubble",
		"data-id": entry.id,
		"data-direction": entry.direction,
		"data-type": message.type || "text",
	});
	item.append(box);
	if (buttons.childElementCount) item.append(buttons);
	showState(item, entry);
	return item;
}

/** Show where a message has got to, and why it failed; the rest of the bubble stays as it is. */
export function showState(item, entry) {
	item.dataset.state = entry.state;
	item.dataset.seen = entry.seen ? "true" : "false";
	const blue = entry.state === "read" || entry.seen;
	const label = entry.seen && entry.state === "delivered" ? word("read") : word(entry.state);
	const tick = make("span", { class: blue ? "tick seen" : "tick", role: "img", "aria-label": label, title: label });
	tick.append(icon(TICKS[entry.state]));
	const foot = item.querySelector(".foot");
	foot.replaceChildren(make("time", { text: timeOf(entry.timestamp) }), tick);
	item.querySelector(".why")?.remove();
	const why = reason(entry);
	if (why) item.append(make("p", { class: "why", "data-testid": "why", text: why }));
}

function reason(entry) {
	const [error] = entry.errors || [];
	if (error) return `${word("failed")} · ${error.code} ${error.title}: ${error.error_data?.details || ""}`;
	if (entry.state === "failed") return `${word("failed")} · ${entry.note || ""}`;
	return entry.note ? `${entry.note} · ${word("trying")}` : "";
}

/** Say in one line what a message holds, for quotes and the list of phones. */
export function summary(message, screen) {
	const content = message[message.type || "text"] || {};
	const interactive = message.interactive || {};
	const reply = interactive.button_reply || interactive.list_reply;
	if (reply) return reply.title;
	if (message.type === "template") return templateText(content, screen)?.body || `${word("template")} ${content.name}`;
	const text = content.body?.text || content.body || content.text || content.caption || content.name;
	if (typeof text === "string" && text) return text;
	const named = { image: "photo", audio: "voice_note", video: "video", document: "document", location: "location" };
	return message.type === "reaction" ? content.emoji || "" : word(named[message.type] || "unsupported");
}

const KINDS = {
	text({ content, box }) {
		paragraph(box, content.body);
	},
	image({ content, box, screen }) {
		drawImage(box, addressOf(content), content.caption, screen);
		paragraph(box, content.caption);
	},
	sticker({ content, box, screen }) {
		drawImage(box, addressOf(content), word("sticker"), screen);
	},
	audio({ content, box }) {
		box.append(make("audio", { controls: true, preload: "metadata", src: addressOf(content), "aria-label": word("voice_note") }));
	},
	video({ content, box }) {
		box.append(make("video", { controls: true, preload: "metadata", src: addressOf(content), "aria-label": word("video") }));
		paragraph(box, content.caption);
	},
	document({ content, box }) {
		drawFile(box, addressOf(content), content.filename);
		paragraph(box, content.caption);
	},
	location({ content, box }) {
		drawLocation(box, content);
	},
	contacts({ message, box }) {
		for (const contact of message.contacts || []) {
			const phones = (contact.phones || []).map((phone) => phone.phone || phone.wa_id).join(", ");
			box.append(
				make("div", { class: "filecard" }, icon("call"),
					make("span", {}, make("strong", { text: contact.name?.formatted_name || word("contact") }), make("small", { text: phones }))),
			);
		}
	},
	reaction({ content, box }) {
		box.append(make("p", { class: "body", text: content.emoji || "—" }));
	},
	system({ content, box }) {
		box.append(make("p", { class: "small", "data-testid": "body", text: content.body }));
	},
	button({ content, box }) {
		paragraph(box, content.text);
	},
	interactive(parts) {
		const { content, box } = parts;
		const reply = content.button_reply || content.list_reply;
		if (reply) {
			paragraph(box, reply.title);
			if (reply.description) box.append(make("p", { class: "small", text: reply.description }));
			return;
		}
		if (content.header) drawHeader(parts, content.header);
		paragraph(box, content.body?.text);
		if (content.footer) box.append(make("p", { class: "small", text: content.footer.text }));
		drawActions(parts);
	},
	template: drawTemplate,
};

function drawUnknown({ message, box }) {
	box.append(make("p", { class: "small", text: `${word("unsupported")}: ${message.type}` }));
}

function paragraph(box, text) {
	if (text) box.append(make("p", { class: "body", "data-testid": "body" }, formatted(text)));
}

const addressOf = (media) => (media.id ? `media/${encodeURIComponent(media.id)}` : media.link || "");

function drawImage(box, address, caption, screen) {
	const picture = make("img", { src: address, alt: caption || word("photo") });
	box.append(
		make("button", { class: "picture", type: "button", "data-testid": "picture", "aria-label": word("open_image"), onclick: () => screen.openImage(address, caption) }, picture),
	);
}

function drawFile(box, address, name) {
	const named = name && address.startsWith("media/") ? `${address}?name=${encodeURIComponent(name)}` : address;
	const card = make("a", { class: "filecard", "data-testid": "file", href: named, download: name || true }, icon("file"));
	card.append(make("span", {}, make("strong", { text: name || word("document") }), make("small", { text: word("download") })));
	box.append(card);
}

function drawLocation(box, place) {
	const position = `${Number(place.latitude).toFixed(5)}, ${Number(place.longitude).toFixed(5)}`;
	const words = make("span", {}, make("strong", { text: place.name || word("location") }));
	if (place.address) words.append(make("small", { text: place.address }));
	words.append(make("small", { text: position }));
	box.append(make("div", { class: "map", "aria-hidden": "true" }, icon("place")), make("div", { class: "mapwords" }, words));
}

function drawHeader({ box, screen }, header) {
	const media = header[header.type] || {};
	if (header.type === "text") box.append(make("p", { class: "title" }, formatted(header.text)));
	else if (header.type === "image") drawImage(box, addressOf(media), "", screen);
	else if (header.type === "video") box.append(make("video", { controls: true, src: addressOf(media) }));
	else if (header.type === "document") drawFile(box, addressOf(media), media.filename);
	else if (header.type === "location") drawLocation(box, media);
}

function drawActions({ content, entry, buttons, screen }) {
	const action = content.action || {};
	for (const { reply } of action.buttons || []) {
		const answer = { type: "interactive", context: { id: entry.id }, interactive: { type: "button_reply", button_reply: reply } };
		addButton(buttons, "reply", reply.title, { "data-testid": "reply-button", "data-reply-id": reply.id }, () => screen.reply(answer));
	}
	if (content.type === "list") addButton(buttons, "list", action.button, { "data-testid": "list-open" }, () => screen.openList(entry));
	if (content.type === "location_request_message") {
		addButton(buttons, "place", word("send_location"), { "data-testid": "location-open" }, () => screen.openLocation(entry));
	}
	if (content.type === "cta_url") {
		const { url, display_text: text } = action.parameters || {};
		const anchor = link(url || "", text, { class: "reply", "data-testid": "link-button" });
		anchor.prepend(icon("link"));
		buttons.append(anchor);
	}
}

function addButton(buttons, picture, text, attributes, act) {
	buttons.append(make("button", { class: "reply", type: "button", ...attributes, onclick: act }, icon(picture), text));
}

function drawTemplate(parts) {
	const { content, entry, box, buttons, screen } = parts;
	const shown = templateText(content, screen);
	if (!shown) {
		box.append(make("p", { class: "small", text: `${word("template")} ${content.name}` }));
		return;
	}
	if (shown.header) drawHeader(parts, shown.header);
	paragraph(box, shown.body);
	if (shown.footer) box.append(make("p", { class: "small", text: shown.footer }));
	for (const { type, text, payload, address } of shown.buttons) {
		if (type === "QUICK_REPLY") {
			const answer = { type: "button", context: { id: entry.id }, button: { text, payload } };
			addButton(buttons, "reply", text, { "data-testid": "reply-button", "data-reply-id": payload }, () => screen.reply(answer));
		} else {
			const anchor = link(address || "", text, { class: "reply", "data-testid": "link-button" });
			anchor.prepend(icon(BUTTON_ICONS[type] || "link"));
			buttons.append(anchor);
		}
	}
}

/** Put a template's parameters into its text; null when the template is not known. */
function templateText(use, screen) {
	const template = screen.template(use.name, use.language?.code);
	if (!template) return null;
	const given = (use.components || []).map((part) => ({ ...part, type: String(part.type).toLowerCase() }));
	const of = (type) => given.find((part) => part.type === type)?.parameters || [];
	const shown = { buttons: [] };
	for (const part of template.components) {
		if (part.type === "BODY") shown.body = filled(part.text, of("body"));
		if (part.type === "FOOTER") shown.footer = part.text;
		if (part.type === "HEADER") {
			shown.header = part.format === "TEXT" || !part.format ? { type: "text", text: filled(part.text, of("header")) } : of("header")[0];
		}
		if (part.type === "BUTTONS") {
			shown.buttons = part.buttons.map((button, index) => {
				const [parameter] = given.find((each) => each.type === "button" && Number(each.index) === index)?.parameters || [];
				return { ...button, payload: parameter?.payload || button.text, address: filled(button.url, parameter ? [parameter] : []) };
			});
		}
	}
	return shown;
}

function filled(text, parameters) {
	return String(text || "").replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => {
		const found = parameters.find((each) => each.parameter_name === name) || parameters[Number(name) - 1];
		return found?.text ?? found?.currency?.fallback_value ?? found?.date_time?.fallback_value ?? whole;
	});
}
