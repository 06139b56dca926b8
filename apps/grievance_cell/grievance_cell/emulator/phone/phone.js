// The phone screen: which number is open, its thread, what is sent, and the tester's tools.

import { bubble, showState, summary } from "./messages.js";
import { OFFICES, PLACES, asPhoto, canRecord, recorder, sampleDocument, samplePhoto, sampleVoice } from "./samples.js";
import { dayOf, fillWords, formatted, icon, language, locale, make, setLanguage, timeOf, word } from "./words.js";

const byId = (id) => document.getElementById(id);
const address = new URL(location.href);
const state = { number: "", entries: new Map(), templates: [], clock: { now: Date.now() / 1000, offset: 0 }, source: null, channel: {}, typing: false };

// what the emulator is asked

async function ask(path, body) {
	const form = body instanceof FormData;
	const answer = await fetch(path, body === undefined ? {} : { method: "POST", body: form ? body : JSON.stringify(body), headers: form ? {} : { "Content-Type": "application/json" } });
	const result = await answer.json();
	if (!answer.ok) throw new Error(typeof result.error === "string" ? result.error : answer.statusText);
	return result;
}

function tell(text) {
	byId("notice").textContent = text;
	byId("notice").hidden = !text;
	clearTimeout(tell.timer);
	if (text) tell.timer = setTimeout(() => tell(""), 6000);
}

/** Run what a tap started; a failure is shown on the screen. */
async function attempt(work) {
	try {
		return await work();
	} catch (error) {
		tell(`${word("not_sent")} ${error.message}`);
		return undefined;
	}
}

const send = (message) => attempt(() => ask(`citizens/${state.number}/messages`, message));

async function upload(file) {
	const form = new FormData();
	form.append("file", file, file.name);
	return (await ask(`citizens/${state.number}/media`, form)).id;
}

// people this browser has played

const remembered = () => JSON.parse(localStorage.getItem("people") || "{}");

function remember(number, name) {
	localStorage.setItem("people", JSON.stringify({ ...remembered(), [number]: name }));
	localStorage.setItem("last", number);
}

function forget(number) {
	const { [number]: _gone, ...rest } = remembered();
	localStorage.setItem("people", JSON.stringify(rest));
}

// the thread

const screen = {
	find: (id) => state.entries.get(id),
	template: (name, code) => state.templates.find((each) => each.name === name && each.language === code),
	reply: (message) => send(message),
	openList,
	openLocation: (entry) => openLocation(entry.id),
	openImage,
};

const itemOf = (id) => byId("log").querySelector(`[data-id="${CSS.escape(id)}"]`);

function atEnd() {
	const log = byId("log");
	return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function toEnd() {
	byId("log").scrollTop = byId("log").scrollHeight;
	byId("jump").hidden = true;
}

async function show(change) {
	if (change.reset) {
		clearThread();
		// whoever made the emulator forget did not change who holds this phone
		const name = remembered()[state.number];
		if (name !== change.name) await ask(`citizens/${state.number}/profile`, { name });
	}
	const unknown = (entry) => entry.message.type === "template" && !screen.template(entry.message.template.name, entry.message.template.language?.code);
	if (change.entries.some(unknown)) await showTemplates();
	const stay = !change.reset && !atEnd();
	let added = false;
	for (const entry of change.entries) added = put(entry) || added;
	showTyping(change.typing);
	byId("empty").hidden = state.entries.size > 0;
	if (!stay) toEnd();
	else if (added) byId("jump").hidden = false;
	markRead();
	await Promise.all([showPeople(), showClock(), showFaults()]);
}

function clearThread() {
	state.entries.clear();
	byId("log").replaceChildren();
	byId("jump").hidden = true;
}

/** Show an entry that is new or changed; returns whether it is new. */
function put(entry) {
	const known = state.entries.has(entry.id);
	state.entries.set(entry.id, entry);
	if (known) {
		const item = itemOf(entry.id);
		if (item) showState(item, entry);
		return false;
	}
	const reaction = entry.message.type === "reaction" && entry.message.reaction;
	const target = reaction && itemOf(reaction.message_id);
	if (target) {
		target.querySelector(".reaction")?.remove();
		if (reaction.emoji) target.append(make("span", { class: "reaction", "data-testid": "reaction", text: reaction.emoji }));
		return true;
	}
	const day = dayOf(Number(entry.timestamp), state.clock.now);
	const log = byId("log");
	if (log.dataset.day !== day || !log.childElementCount) {
		log.append(make("div", { class: "day", text: day }));
		log.dataset.day = day;
	}
	log.append(bubble(entry, screen));
	return true;
}

function redraw() {
	const entries = [...state.entries.values()];
	clearThread();
	entries.forEach(put);
	toEnd();
}

function showTyping(typing) {
	state.typing = typing;
	byId("business-state").textContent = typing ? word("typing") : `+${state.channel.display_phone_number || ""}`;
	byId("business-state").classList.toggle("typing", typing);
}

/** Tell the emulator that what lies on an open screen has been read. */
function markRead() {
	const waiting = [...state.entries.values()].some((each) => each.direction === "out" && ["sent", "delivered"].includes(each.state));
	if (!waiting || document.visibilityState !== "visible") return;
	clearTimeout(markRead.timer);
	const number = state.number;
	markRead.timer = setTimeout(() => attempt(() => ask(`citizens/${number}/read`, {})), 300);
}

async function open(number, name) {
	state.source?.close();
	state.number = number;
	clearThread();
	byId("empty").hidden = true;
	const known = name || remembered()[number];
	const profile = await ask(`citizens/${number}/profile`, known ? { name: known } : {});
	remember(number, profile.name);
	const here = new URL(location.href);
	here.searchParams.set("number", number);
	for (const name of ["name", "text"]) here.searchParams.delete(name);
	byId("export").href = `citizens/${number}/export`;
	history.replaceState(null, "", here);
	document.title = `${profile.name} · Phone`;
	listen(number);
	byId("text").focus({ preventScroll: true });
}

function listen(number) {
	const source = new EventSource(`citizens/${number}/events`);
	state.source = source;
	// one after the other: drawing may wait for a template
	let turn = Promise.resolve();
	source.addEventListener("open", () => tell(""));
	source.addEventListener("error", () => tell(word("offline")));
	source.addEventListener("message", (event) => {
		turn = turn.then(() => (state.source === source ? show(JSON.parse(event.data)) : undefined)).catch((error) => tell(error.message));
	});
}

async function showPeople() {
	const known = await ask("citizens");
	const rows = [...known];
	for (const [number, name] of Object.entries(remembered())) {
		if (!known.some((each) => each.wa_id === number)) rows.push({ wa_id: number, name, unread: 0, last: null, timestamp: "" });
	}
	for (const office of OFFICES) {
		if (!rows.some((each) => each.wa_id === office.number)) rows.push({ wa_id: office.number, name: office[language()], unread: 0, last: null, timestamp: "" });
	}
	const items = rows.map((row) => {
		const current = row.wa_id === state.number;
		const last = row.last ? formatted(summary(row.last.message, screen)).textContent : "";
		const button = make("button", { type: "button", "data-testid": "person", "data-number": row.wa_id, "aria-current": current ? "true" : null, onclick: () => switchTo(row.wa_id) });
		button.append(
			make("span", { class: "face", "aria-hidden": "true", text: [...row.name.trim()][0] || "•" }),
			make("span", { class: "grow" }, make("strong", { text: row.name }), make("small", { text: `+${row.wa_id}` }), last ? make("small", { text: last }) : ""),
			make("span", { class: "side" }, make("small", { text: row.timestamp ? timeOf(row.timestamp) : "" }), row.unread && !current ? make("b", { text: row.unread }) : ""),
		);
		return make("li", {}, button);
	});
	byId("people").replaceChildren(...items);
	const me = known.find((each) => each.wa_id === state.number);
	byId("window-state").textContent = word(me?.window_open ? "window_open" : "window_closed");
	byId("window-state").dataset.open = Boolean(me?.window_open);
	byId("hide-number").checked = Boolean(me?.hide_number);
	byId("user-id").textContent = me?.user_id || "";
}

function switchTo(number) {
	closeDrawer();
	const office = OFFICES.find((each) => each.number === number);
	attempt(() => open(number, remembered()[number] || office?.[language()]));
}

// writing

function fitText() {
	const box = byId("text");
	box.style.height = "auto";
	box.style.height = `${Math.min(box.scrollHeight, 132)}px`;
	const empty = !box.value.trim();
	byId("send").hidden = empty;
	byId("record").hidden = !empty;
}

byId("composer").addEventListener("submit", (event) => {
	event.preventDefault();
	const body = byId("text").value.trim();
	if (!body) return;
	byId("text").value = "";
	fitText();
	send({ type: "text", text: { body } }).then((sent) => {
		if (sent) return;
		byId("text").value = body;
		fitText();
	});
});

byId("text").addEventListener("input", fitText);
byId("text").addEventListener("keydown", (event) => {
	// while a Hindi word is being composed, Enter belongs to the keyboard
	if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
	event.preventDefault();
	byId("composer").requestSubmit();
});

// sheets

function openSheet(id) {
	const sheet = byId(id);
	sheet.returnValue = "";
	sheet.showModal();
	return new Promise((done) => sheet.addEventListener("close", () => done(sheet.returnValue === "send"), { once: true }));
}

for (const dialog of document.querySelectorAll("dialog")) {
	dialog.addEventListener("click", (event) => {
		if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
	});
}

async function openList(entry) {
	const { action, header } = entry.message.interactive;
	const rows = byId("list-rows");
	byId("list-title").textContent = header?.text || action.button;
	byId("list-send").disabled = true;
	rows.replaceChildren();
	for (const section of action.sections) {
		const group = make("fieldset", {}, section.title ? make("legend", { text: section.title }) : "");
		for (const row of section.rows) {
			const choice = make("input", { type: "radio", name: "row", value: row.id, onchange: () => (byId("list-send").disabled = false) });
			const words = make("span", { class: "grow" }, make("strong", { text: row.title }));
			if (row.description) words.append(make("small", { text: row.description }));
			group.append(make("label", { class: "choice", "data-testid": "list-row", "data-row-id": row.id }, words, choice));
		}
		rows.append(group);
	}
	if (!(await openSheet("list-sheet"))) return;
	const chosen = rows.querySelector("input:checked")?.value;
	const reply = action.sections.flatMap((section) => section.rows).find((row) => row.id === chosen);
	if (reply) send({ type: "interactive", context: { id: entry.id }, interactive: { type: "list_reply", list_reply: reply } });
}

async function openLocation(answers) {
	const places = PLACES.map((place) => {
		const name = place[language()];
		const fill = () => {
			byId("latitude").value = place.latitude;
			byId("longitude").value = place.longitude;
			byId("place-name").value = name;
		};
		return make("button", { class: "plain", type: "button", "data-testid": "place", "data-latitude": place.latitude, onclick: fill }, icon("place"), name);
	});
	byId("places").replaceChildren(...places);
	if (!(await openSheet("location-sheet"))) return;
	const place = { latitude: Number(byId("latitude").value), longitude: Number(byId("longitude").value) };
	const name = byId("place-name").value.trim();
	const context = answers ? { context: { id: answers } } : {};
	send({ type: "location", ...context, location: name ? { ...place, name } : place });
}

byId("device-location").addEventListener("click", () => {
	const fill = ({ coords }) => {
		byId("latitude").value = coords.latitude.toFixed(6);
		byId("longitude").value = coords.longitude.toFixed(6);
	};
	navigator.geolocation.getCurrentPosition(fill, () => tell(word("no_location")));
});

function openImage(source, caption) {
	byId("viewer-image").src = source;
	byId("viewer-image").alt = caption || word("photo");
	byId("viewer").showModal();
}

/**
 * Show files before they go, then send each as a message of its own, as WhatsApp sends an album. The caption, where
 * WhatsApp has one, goes with the first. `items` are {file, kind}.
 */
async function sendFiles(items) {
	const addresses = items.map(({ file }) => URL.createObjectURL(file));
	const previews = {
		image: (file, shown) => make("img", { src: shown, alt: file.name }),
		video: (_file, shown) => make("video", { src: shown, controls: true }),
		audio: (_file, shown) => make("audio", { src: shown, controls: true }),
		document: (file) => make("p", { class: "filecard" }, icon("file"), file.name),
	};
	const several = items.length > 1;
	const [{ kind: first }] = items;
	byId("media-title").textContent = word({ image: several ? "photos" : "photo", video: "video", audio: "audio", document: "document" }[first]);
	byId("media-preview").replaceChildren(...items.map(({ file, kind }, index) => previews[kind](file, addresses[index])));
	byId("media-preview").classList.toggle("several", several);
	byId("caption-field").hidden = first === "audio";
	byId("caption").value = "";
	byId("forwarded").checked = false;
	const confirmed = await openSheet("media-sheet");
	addresses.forEach((each) => URL.revokeObjectURL(each));
	if (!confirmed) return;
	const caption = byId("caption").value.trim();
	const forwarded = byId("forwarded").checked;
	await attempt(async () => {
		const ids = await Promise.all(items.map(({ file }) => upload(file)));
		for (const [index, { file, kind }] of items.entries()) {
			const content = { id: ids[index] };
			if (caption && !index && kind !== "audio") content.caption = caption;
			if (kind === "document") content.filename = file.name;
			await ask(`citizens/${state.number}/messages`, { type: kind, [kind]: content, ...(forwarded ? FORWARDED : {}) });
		}
	});
}

const FORWARDED = { context: { forwarded: true } };

async function sendPhotos(files) {
	const items = await attempt(() =>
		Promise.all(files.map(async (file) => (file.type.startsWith("video/") ? { file, kind: "video" } : { file: await asPhoto(file), kind: "image" }))),
	);
	if (items) await sendFiles(items);
}

const sendVoice = (file) =>
	attempt(async () => {
		const audio = { id: await upload(file), voice: true };
		await ask(`citizens/${state.number}/messages`, { type: "audio", audio });
	});

// attaching

const ATTACH = {
	photo: () => byId("photo-file").click(),
	"sample-photo": async () => sendFiles([{ file: await samplePhoto(), kind: "image" }]),
	"sample-album": async () => sendFiles(await Promise.all([1, 2, 3, 4, 5].map(async (number) => ({ file: await samplePhoto(number), kind: "image" })))),
	location: () => openLocation(),
	document: () => byId("document-file").click(),
	"sample-document": () => sendFiles([{ file: sampleDocument(), kind: "document" }]),
	audio: () => byId("audio-file").click(),
	"sample-voice": async () => {
		const file = await attempt(sampleVoice);
		if (file) sendVoice(file);
	},
	forwarded: () => {
		const body = byId("text").value.trim() || word("sample_forwarded");
		byId("text").value = "";
		fitText();
		send({ type: "text", text: { body }, ...FORWARDED });
	},
};

function showAttachments(open) {
	byId("attachments").hidden = !open;
	byId("attach").setAttribute("aria-expanded", String(open));
	if (open) byId("attachments").querySelector("button").focus();
}

byId("attach").addEventListener("click", (event) => {
	event.stopPropagation();
	showAttachments(byId("attachments").hidden);
});
document.addEventListener("click", () => showAttachments(false));
byId("attachments").addEventListener("click", (event) => {
	const choice = event.target.closest("[data-attach]");
	if (choice) ATTACH[choice.dataset.attach]();
});
byId("attachments").addEventListener("keydown", (event) => {
	const items = [...byId("attachments").children];
	const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
	if (step) items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
	if (event.key !== "Escape") return;
	showAttachments(false);
	byId("attach").focus();
});

const all = (kind) => (files) => sendFiles(files.map((file) => ({ file, kind })));
for (const [id, act] of [
	["photo-file", sendPhotos],
	["document-file", all("document")],
	["audio-file", all("audio")],
]) {
	byId(id).addEventListener("change", () => {
		const files = [...byId(id).files];
		byId(id).value = "";
		if (files.some((file) => file.size > 100 * 1024 * 1024)) tell(word("too_large"));
		else if (files.length) act(files);
	});
}

// recording

let machine = null;

async function startRecording() {
	let stream;
	try {
		stream = await navigator.mediaDevices.getUserMedia({ audio: true });
	} catch {
		tell(word("no_microphone"));
		return;
	}
	machine = recorder(stream);
	const started = Date.now();
	const tick = () => {
		const seconds = Math.floor((Date.now() - started) / 1000);
		byId("record-time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	};
	tick();
	machine.timer = setInterval(tick, 500);
	showRecording(true);
}

function showRecording(on) {
	byId("composer").hidden = on;
	byId("recording").hidden = !on;
	byId(on ? "record-send" : "record").focus();
}

async function stopRecording(keep) {
	clearInterval(machine.timer);
	const file = await machine.stop();
	showRecording(false);
	if (keep) sendVoice(file);
}

byId("record").addEventListener("click", startRecording);
byId("record-cancel").addEventListener("click", () => stopRecording(false));
byId("record-send").addEventListener("click", () => stopRecording(true));

// the tester's tools

const FAULTS = {
	duplicate: { duplicate: 1 },
	reorder: { reorder: true },
	delay: { delay: 5 },
	drop: { drop: 1 },
	slow: { slow: 3 },
	error_130429: { error: { code: 130429 } },
	error_131026: { error: { code: 131026, as_status: true } },
	rates: { rates: true },
	reject_outside_window: { reject_outside_window: true },
	review_templates: { review_templates: true },
};

function drawFaults() {
	const boxes = Object.keys(FAULTS).map((name) => {
		const box = make("input", { type: "checkbox", "data-testid": `fault-${name}`, "data-fault": name, onchange: setFaults });
		return make("label", { class: "switch" }, box, make("span", { text: word(name) }));
	});
	byId("faults").replaceChildren(...boxes);
	attempt(showFaults);
}

/** Tick what is in force, also when someone else set it or it is used up. */
async function showFaults() {
	const now = await ask("faults");
	for (const box of byId("faults").querySelectorAll("input")) {
		const [[name, value]] = Object.entries(FAULTS[box.dataset.fault]);
		box.checked = name === "error" ? now.error?.code === value.code : Boolean(now[name]);
	}
}

function setFaults(event) {
	const boxes = [...byId("faults").querySelectorAll("input:checked")];
	// one error at a time: the last one ticked counts
	const ordered = boxes.sort((one, other) => (one === event.target) - (other === event.target));
	attempt(async () => {
		await ask("faults", Object.assign({}, ...ordered.map((box) => FAULTS[box.dataset.fault])));
		await showFaults();
	});
}

async function showClock() {
	state.clock = await ask("clock");
	const moment = new Date(state.clock.now * 1000);
	byId("clock-now").textContent = moment.toLocaleString(locale(), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
	byId("clock-now").dataset.offset = state.clock.offset;
}

const setClock = (change) =>
	attempt(async () => {
		await ask("clock", change);
		await Promise.all([showClock(), showPeople()]);
	});

for (const button of document.querySelectorAll("[data-advance]")) {
	button.addEventListener("click", () => setClock({ advance: Number(button.dataset.advance) }));
}
byId("clock-reset").addEventListener("click", () => setClock({ reset: true }));

/** List the templates; those that wait can be decided on, as Meta's reviewers do. */
async function showTemplates() {
	state.templates = await ask("templates");
	const decide = (template, status, name) =>
		make("button", { class: "plain", type: "button", "data-testid": name, text: word(name), onclick: () => attempt(async () => {
			await ask(`templates/${template.id}`, { status, reason: "INVALID_FORMAT" });
			await showTemplates();
		}) });
	const items = state.templates.map((template) => {
		const waits = template.status === "PENDING";
		const buttons = waits ? make("div", { class: "row" }, decide(template, "APPROVED", "approve"), decide(template, "REJECTED", "reject")) : "";
		return make("li", { "data-testid": "template", "data-name": template.name, "data-status": template.status },
			make("strong", { text: template.name }), make("small", { text: `${template.language} · ${template.category} · ${template.status}` }), buttons);
	});
	byId("templates").replaceChildren(...items);
	byId("templates-card").hidden = !items.length;
}

// templates are made in the desk, and the phone is looked at again after that
window.addEventListener("focus", () => attempt(showTemplates));

// who this phone is to the office

byId("hide-number").addEventListener("change", (event) => setProfile({ hide_number: event.target.checked }));
byId("change-user-id").addEventListener("click", () => {
	const digits = Array.from(crypto.getRandomValues(new Uint8Array(20)), (each) => each % 10).join("");
	setProfile({ new_user_id: `IN.${digits}` });
});
byId("change-number").addEventListener("submit", (event) => {
	event.preventDefault();
	const number = readNumber("changed-number");
	if (!number) return;
	event.target.reset();
	closeDrawer();
	setProfile({ new_number: number });
});

const setProfile = (change) =>
	attempt(async () => {
		const profile = await ask(`citizens/${state.number}/profile`, change).finally(showPeople);
		if (profile.wa_id === state.number) return;
		forget(state.number);
		await open(profile.wa_id, profile.name);
	});

byId("verify").addEventListener("click", () =>
	attempt(async () => {
		const result = await ask("verify", {});
		byId("verify-answer").textContent = `${word(result.verified ? "verified" : "not_verified")} · ${result.status || ""} ${result.verified ? "" : result.answer}`;
		byId("verify-answer").dataset.verified = result.verified;
	}),
);

byId("reset").addEventListener("click", () => {
	if (!confirm(word("reset_sure"))) return;
	attempt(async () => {
		await ask("reset", {});
		await open(state.number);
		await showFaults();
	});
});

/** Read a number field; says what is wrong and returns "" when it holds none. */
function readNumber(id) {
	const number = byId(id).value.replace(/[+\-() ]/g, "");
	if (/^[1-9][0-9]{6,14}$/.test(number)) return number;
	tell(word("bad_number"));
	byId(id).focus();
	return "";
}

byId("new-citizen").addEventListener("submit", (event) => {
	event.preventDefault();
	const number = readNumber("new-number");
	if (!number) return;
	const name = byId("new-name").value.trim();
	event.target.reset();
	closeDrawer();
	attempt(() => open(number, name));
});

// the drawer on a narrow screen

function closeDrawer() {
	document.body.classList.remove("drawer");
}

byId("open-drawer").addEventListener("click", () => {
	document.body.classList.add("drawer");
	attempt(() => Promise.all([showPeople(), showClock(), showFaults(), showTemplates()]));
	document.querySelector(".drawer-close").focus();
});
document.querySelector(".drawer-close").addEventListener("click", () => {
	closeDrawer();
	byId("open-drawer").focus();
});
document.addEventListener("keydown", (event) => {
	if (event.key === "Escape") closeDrawer();
});

// starting

function useLanguage(code) {
	setLanguage(code);
	fillWords();
	byId("language").textContent = word("language_name");
	byId("language").title = word("language_switch");
	byId("record").disabled = !canRecord();
	drawFaults();
	attempt(showTemplates);
	showTyping(state.typing);
}

byId("language").addEventListener("click", () => {
	const code = language() === "hi" ? "en" : "hi";
	localStorage.setItem("language", code);
	useLanguage(code);
	redraw();
	attempt(() => Promise.all([showClock(), showPeople()]));
});
byId("jump").addEventListener("click", toEnd);
byId("log").addEventListener("scroll", () => {
	if (atEnd()) byId("jump").hidden = true;
});
// a picture that arrives makes the thread longer after it was scrolled to its end
byId("log").addEventListener("load", (event) => {
	if (event.target.tagName === "IMG" && byId("jump").hidden) toEnd();
}, true);
document.addEventListener("visibilitychange", markRead);

async function begin() {
	const wanted = address.searchParams.get("lang") || localStorage.getItem("language") || navigator.language;
	useLanguage(wanted.startsWith("hi") ? "hi" : "en");
	state.channel = await ask("status");
	byId("business").textContent = state.channel.verified_name;
	byId("webhook").textContent = state.channel.webhook;
	showTyping(false);
	const asked = (address.searchParams.get("number") || "").replace(/\D/g, "");
	const number = /^[1-9][0-9]{6,14}$/.test(asked) ? asked : localStorage.getItem("last") || "919876500001";
	await open(number, address.searchParams.get("name") || "");
	// as a wa.me link does: written for the citizen, who sends it or not
	byId("text").value = (address.searchParams.get("text") || "").slice(0, byId("text").maxLength);
	fitText();
}

attempt(begin);
