// The words of the phone screen, and the light formatting of chat texts.

const WORDS = {
	people: ["Phones", "फ़ोन"],
	new_citizen: ["New citizen", "नया नागरिक"],
	number: ["Mobile number with country code", "देश कोड के साथ मोबाइल नंबर"],
	name: ["Name", "नाम"],
	open_phone: ["Open this phone", "यह फ़ोन खोलें"],
	bad_number: ["Give 7 to 15 digits with the country code, for example 919876500002", "देश कोड के साथ 7 से 15 अंक दें, जैसे 919876500002"],
	menu: ["Phones and tools", "फ़ोन और औज़ार"],
	close: ["Close", "बंद करें"],
	cancel: ["Cancel", "रद्द करें"],
	conversation: ["Conversation", "बातचीत"],
	empty: ["Write a message, for example “hi”, to begin.", "शुरू करने के लिए कोई संदेश लिखें, जैसे “नमस्ते”।"],
	newest: ["Go to the newest message", "नए संदेश पर जाएँ"],
	attach: ["Attach", "कुछ जोड़ें"],
	message: ["Message", "संदेश लिखें"],
	send: ["Send", "भेजें"],
	record: ["Record a voice note", "आवाज़ रिकॉर्ड करें"],
	recording: ["Recording", "रिकॉर्डिंग"],
	photo: ["Photo", "फ़ोटो"],
	sample_photo: ["Sample photo", "नमूना फ़ोटो"],
	location: ["Location", "जगह"],
	document: ["Document", "दस्तावेज़"],
	audio: ["Sound file", "ऑडियो फ़ाइल"],
	sample_voice: ["Sample voice", "नमूना आवाज़"],
	sample_album: ["Five sample photos", "पाँच नमूना फ़ोटो"],
	photos: ["Photos", "फ़ोटो"],
	sample_document: ["Sample document", "नमूना दस्तावेज़"],
	forwarded: ["Forwarded", "आगे भेजा गया"],
	forwarded_message: ["As forwarded", "आगे भेजा संदेश"],
	sample_forwarded: ["*Please read, all of you:* no water in Ward 5 for three days. Send this to everybody.", "*सब लोग पढ़ें:* वार्ड 5 में तीन दिन से पानी नहीं आ रहा है। यह सबको भेजें।"],
	voice_note: ["Voice note", "आवाज़ संदेश"],
	video: ["Video", "वीडियो"],
	sticker: ["Sticker", "स्टिकर"],
	caption: ["Caption", "साथ में संदेश"],
	sample_places: ["Sample places", "नमूना जगहें"],
	latitude: ["Latitude", "अक्षांश"],
	longitude: ["Longitude", "देशांतर"],
	place_name: ["Name of the place", "जगह का नाम"],
	device_location: ["Use this device’s location", "इस डिवाइस की जगह लें"],
	no_location: ["This device does not tell its location", "यह डिवाइस अपनी जगह नहीं बता रहा"],
	send_location: ["Send location", "जगह भेजें"],
	typing: ["typing…", "लिख रहे हैं…"],
	tools: ["Tester’s tools", "परीक्षण के औज़ार"],
	clock: ["Clock", "घड़ी"],
	plus_hour: ["+1 hour", "+1 घंटा"],
	plus_day: ["+24 hours", "+24 घंटे"],
	now: ["Now", "अभी"],
	window_open: ["24-hour window open", "24 घंटे की अवधि चालू"],
	window_closed: ["24-hour window closed", "24 घंटे की अवधि समाप्त"],
	this_phone: ["This phone", "यह फ़ोन"],
	hide_number: ["Office does not see the number", "कार्यालय को नंबर न दिखे"],
	user_id: ["User id", "उपयोगकर्ता आईडी"],
	new_number: ["New number", "नया नंबर"],
	change_number: ["Change number", "नंबर बदलें"],
	change_user_id: ["New user id", "नई आईडी"],
	export: ["Save as text", "टेक्स्ट में सहेजें"],
	templates: ["Templates", "टेम्पलेट"],
	approve: ["Approve", "मंज़ूर"],
	reject: ["Reject", "नामंज़ूर"],
	faults: ["Faults", "गड़बड़ियाँ"],
	faults_hint: ["What goes wrong from now on, to see how the system takes it.", "अब से क्या गड़बड़ हो, ताकि देखें सिस्टम कैसे सँभालता है।"],
	duplicate: ["Every webhook twice", "हर संदेश दो बार"],
	reorder: ["Webhooks out of order", "संदेश उलटे क्रम में"],
	delay: ["Webhooks 5 s late", "संदेश 5 सेकंड देर से"],
	drop: ["Lose the next webhook", "अगला संदेश खो जाए"],
	slow: ["Answers 3 s late", "जवाब 3 सेकंड देर से"],
	error_130429: ["Next send: rate limit (130429)", "अगला भेजना: दर सीमा (130429)"],
	error_131026: ["Next send: undeliverable (131026)", "अगला भेजना: नहीं पहुँचा (131026)"],
	rates: ["Meta’s rates", "मेटा की दर सीमाएँ"],
	reject_outside_window: ["Outside 24 hours: refuse at once", "24 घंटे बाद: तुरंत मना करें"],
	review_templates: ["New templates wait for approval", "नए टेम्पलेट मंज़ूरी का इंतज़ार करें"],
	webhook: ["Webhook", "वेबहुक"],
	verify: ["Verify", "जाँचें"],
	verified: ["Verified", "जाँच सही"],
	not_verified: ["Not verified", "जाँच विफल"],
	reset: ["Forget all", "सब मिटाएँ"],
	reset_sure: ["Forget every conversation, fault and the clock?", "सारी बातचीत, गड़बड़ियाँ और घड़ी मिटा दें?"],
	you: ["You", "आप"],
	office: ["Office", "कार्यालय"],
	queued: ["on its way", "जा रहा है"],
	sent: ["sent", "भेजा"],
	delivered: ["delivered", "पहुँचा"],
	read: ["read", "पढ़ा"],
	failed: ["not delivered", "नहीं पहुँचा"],
	trying: ["trying again", "फिर कोशिश हो रही है"],
	today: ["Today", "आज"],
	yesterday: ["Yesterday", "कल"],
	open_image: ["Open the picture", "फ़ोटो बड़ी करें"],
	contact: ["Contact", "संपर्क"],
	answered: ["Reply to", "जवाब"],
	unsupported: ["Message of another kind", "दूसरी तरह का संदेश"],
	template: ["Template", "टेम्पलेट"],
	offline: ["The emulator does not answer. Trying again…", "एमुलेटर जवाब नहीं दे रहा। फिर कोशिश हो रही है…"],
	not_sent: ["Not sent:", "नहीं भेजा गया:"],
	too_large: ["The file is too large", "फ़ाइल बहुत बड़ी है"],
	no_microphone: ["The microphone cannot be used", "माइक्रोफ़ोन नहीं चल रहा"],
	download: ["Download", "डाउनलोड"],
	language_name: ["हिंदी", "English"],
	language_switch: ["हिंदी में दिखाएँ", "Show in English"],
};

let column = 0;

export function setLanguage(language) {
	column = language === "hi" ? 1 : 0;
	document.documentElement.lang = column ? "hi" : "en";
}

export const language = () => (column ? "hi" : "en");
export const locale = () => (column ? "hi-IN" : "en-IN");
export const word = (key) => WORDS[key][column];

/** Fill in every element that names a word of the screen. */
export function fillWords() {
	for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
	for (const node of document.querySelectorAll("[data-label]")) {
		node.setAttribute("aria-label", word(node.dataset.label));
		if (node.tagName === "BUTTON") node.title = word(node.dataset.label);
	}
	for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = word(node.dataset.placeholder);
}

/** Make an element: `make("p", { class: "x", text: "…" }, child, …)`. Text never becomes markup. */
export function make(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value === undefined || value === null || value === false) continue;
		if (name === "text") node.textContent = value;
		else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
		else node.setAttribute(name, value === true ? "" : value);
	}
	node.append(...children.filter((child) => child !== null && child !== undefined));
	return node;
}

export function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
	use.setAttribute("href", `#i-${name}`);
	svg.setAttribute("aria-hidden", "true");
	svg.append(use);
	return svg;
}

// a mark counts only at the edge of a word, so that snake_case and 2*3*4 stay as they are
const before = "(?<![\\p{L}\\p{M}\\p{N}])";
const after = "(?![\\p{L}\\p{M}\\p{N}])";
const pair = (mark) => `${before}${mark}(?=\\S)([^\\n]*?\\S)${mark}${after}`;
const MARKS = new RegExp(
	`\`\`\`([\\s\\S]+?)\`\`\`|\`([^\`\\n]+)\`|(https?://[^\\s<>"]+[^\\s<>".,;:!?)\\]।])|${pair("\\*")}|${pair("_")}|${pair("~")}`,
	"u",
);
const TAGS = ["code", "code", "a", "strong", "em", "s"];

/** Turn *bold*, _italic_, ~struck~, `code` and addresses into elements. */
export function formatted(text) {
	const fragment = document.createDocumentFragment();
	let rest = String(text ?? "");
	for (let found = MARKS.exec(rest); found; found = MARKS.exec(rest)) {
		const kind = found.slice(1).findIndex((group) => group !== undefined);
		const inside = found[kind + 1];
		fragment.append(rest.slice(0, found.index));
		if (TAGS[kind] === "a") fragment.append(link(inside, inside));
		else if (TAGS[kind] === "code") fragment.append(make("code", { text: inside }));
		else fragment.append(make(TAGS[kind], {}, formatted(inside)));
		rest = rest.slice(found.index + found[0].length);
	}
	fragment.append(rest);
	return fragment;
}

/** Return a link that opens elsewhere, or plain text when it is no web address. */
export function link(address, text, attributes = {}) {
	if (!/^https?:\/\//i.test(address)) return make("span", { ...attributes, text });
	return make("a", { ...attributes, href: address, target: "_blank", rel: "noopener noreferrer", text });
}

export const timeOf = (stamp) =>
	new Date(Number(stamp) * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });

/** Name the day of a moment, seen from `now` (both in seconds). */
export function dayOf(stamp, now) {
	const day = (seconds) => new Date(seconds * 1000).toDateString();
	if (day(stamp) === day(now)) return word("today");
	if (day(stamp) === day(now - 86400)) return word("yesterday");
	return new Date(stamp * 1000).toLocaleDateString(locale(), { day: "numeric", month: "long", year: "numeric" });
}
