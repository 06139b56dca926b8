// The WhatsApp talk in the form of a case: what was said, what became of it, and a box to answer in.
const THREAD_API = "grievance_cell.api.chat_thread.";
// Stands in a template's text for the officer's own words (messaging/replies.py).
const REMARK = "\ue000";
// What a burst of news is waited for, in milliseconds.
const CALM = 250;
const TICKS = { Queued: "🕓", Sending: "🕓", Sent: "✓", Delivered: "✓✓", Read: "✓✓", Failed: "!" };

frappe.ui.form.on("Grievance", {
	refresh(frm) {
		if (frm.chat_thread && frm.chat_thread.name !== frm.doc.name) {
			frm.chat_thread.leave();
			frm.chat_thread = null;
		}
		if (frm.is_new() || !frm.fields_dict.chat_thread) return;
		frm.chat_thread = frm.chat_thread || new ChatThread(frm);
		frm.chat_thread.load();
	},
});

frappe.realtime.on("chat_thread", ({ doctype, name }) => {
	const thread = cur_frm?.chat_thread;
	if (thread?.doctype === doctype && thread.name === name) thread.load_soon();
});

class ChatThread {
	constructor(frm) {
		this.frm = frm;
		this.doctype = frm.doctype;
		this.name = frm.doc.name;
		this.messages = new Map();
		this.older = false;
		this.file = null;
		// The field's own element is the same for every case of the form: nothing may stay on it.
		this.wrapper = $(FRAME()).appendTo(frm.fields_dict.chat_thread.$wrapper.empty());
		this.$ = (part) => this.wrapper.find(`.ct-${part}`);
		this.text = this.$("text");
		this.listen();
		// What came while nobody looked, or while the connection was lost.
		this.on_focus = () => document.visibilityState === "visible" && this.load_soon();
		document.addEventListener("visibilitychange", this.on_focus);
	}

	leave() {
		document.removeEventListener("visibilitychange", this.on_focus);
		$(this.frm.wrapper).off("shown.bs.tab", this.on_sight);
		clearTimeout(this.waiting);
		this.wrapper.remove();
	}

	// The form may show another case by the time that an answer comes.
	is_left() {
		return this.frm.chat_thread !== this;
	}

	listen() {
		this.text.on("input", () => {
			this.key = null;
			this.fit();
			this.show_preview();
		});
		this.wrapper.on("keydown", ".ct-text", (event) => {
			if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
				event.preventDefault();
				event.stopPropagation();
				this.send();
			}
		});
		this.$("send").on("click", () => this.send());
		this.$("attach").on("click", () => this.attach());
		this.$("ask").on("click", () => this.ask());
		this.$("older").on("click", () => this.load_older());
		this.$("quick").on("show.bs.dropdown", () => this.offer_quick_texts());
		this.$("template").on("change", () => this.show_template());
		this.$("down").on("click", () => this.to_end());
		this.$("scroll").on("scroll", () => this.is_at_end() && this.$("down").addClass("hidden"));
		this.wrapper.on("click", ".ct-unattach", () => this.set_file(null));
		// The talk stands at its end when it comes into sight.
		this.on_sight = () => !this.was_seen && this.to_end();
		$(this.frm.wrapper).on("shown.bs.tab", this.on_sight);
	}

	// what was said

	load_soon() {
		clearTimeout(this.waiting);
		this.waiting = setTimeout(() => this.is_in_sight() && this.load(), CALM);
	}

	// Whoever has just sent the case away may not read it any more; a form that is opened or saved loads its talk by itself.
	is_in_sight() {
		const [view, doctype, name] = frappe.get_route();
		return view === "Form" && doctype === this.doctype && name === this.name && !frappe.ui.form.is_saving;
	}

	async load() {
		const asked = (this.asked = (this.asked || 0) + 1);
		const page = await this.call("read");
		if (asked !== this.asked || this.is_left()) return;
		// Whoever may not see it reads why, in the place of it.
		if (page.kept) return this.wrapper.html($("<p class='text-muted'>").text(page.kept));
		const first = !this.messages.size;
		if (first) this.older = page.older;
		const before = this.latest();
		page.messages.forEach((message) => this.messages.set(message.name, message));
		const stay = !first && !this.is_at_end();
		this.show(stay);
		if (stay && this.latest() !== before) this.$("down").removeClass("hidden");
		this.show_standing(page.reply);
		this.count_unanswered();
	}

	async load_older() {
		const scroll = this.$("scroll")[0];
		const from_end = scroll.scrollHeight - scroll.scrollTop;
		const page = await this.call("read", { before: Math.min(...this.messages.keys()) });
		if (this.is_left()) return;
		page.messages.forEach((message) => this.messages.set(message.name, message));
		this.older = page.older;
		this.show(true);
		scroll.scrollTop = scroll.scrollHeight - from_end;
	}

	latest() {
		return Math.max(0, ...this.messages.keys());
	}

	show(stay) {
		const list = [...this.messages.values()].sort((a, b) => a.name - b.name);
		let day = "";
		const html = list.map((message) => {
			const own_day = message.on.split(" ")[0];
			const separator = own_day === day ? "" : `<div class="ct-day"><span>${day_in_words(own_day)}</span></div>`;
			day = own_day;
			return separator + bubble(message);
		});
		// What has not changed stays as it is: a voice note plays on.
		const shown = html.join("") || `<p class="ct-none">${__("Nothing was said over WhatsApp about this case yet")}</p>`;
		if (shown !== this.shown) {
			this.shown = shown;
			const place = this.$("messages");
			const playing = place.find("audio, video").toArray().find((each) => !each.paused);
			if (playing) return this.append_around(place, playing, shown, stay);
			place.html(shown);
		}
		this.$("older").toggleClass("hidden", !this.older);
		if (!stay) this.to_end();
	}

	// Show the talk anew when what plays in it has ended.
	append_around(place, playing, shown, stay) {
		$(playing).one("pause ended", () => {
			if (this.shown === shown) place.html(shown);
			if (!stay) this.to_end();
		});
	}

	is_at_end(near = 60) {
		const scroll = this.$("scroll")[0];
		return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < near;
	}

	to_end() {
		const scroll = this.$("scroll")[0];
		if (!scroll) return;
		const go = () => (scroll.scrollTop = scroll.scrollHeight);
		go();
		// Photos have no height before they are there.
		this.$("messages").find("img").one("load", () => this.is_at_end(400) && go());
		this.was_seen = scroll.clientHeight > 0;
		this.$("down").addClass("hidden");
	}

	// Say on the tab how much the citizen has written since an officer did.
	count_unanswered() {
		const list = [...this.messages.values()].sort((a, b) => b.name - a.name);
		const answered = list.findIndex((message) => message.author);
		const since = answered < 0 ? list.filter((message) => this.is_after_registration(message)) : list.slice(0, answered);
		const count = since.filter((message) => message.direction === "In").length;
		const tab = $(this.frm.wrapper).find(`[data-fieldname="chat_tab"] .nav-link, #${frappe.scrub(this.doctype, "-")}-chat_tab-tab`).first();
		tab.find(".ct-count").remove();
		if (count) tab.append(` <span class="ct-count" title="${__("Written by the citizen since the last answer")}">${count}</span>`);
	}

	// What was said until the case was registered the bot has answered.
	is_after_registration({ on }) {
		const second = (time) => (time || "").slice(0, 19);
		return second(on) > second(this.frm.doc.registered_on);
	}

	// how to answer

	show_standing(reply) {
		this.reply = reply;
		const kind = reply.kind;
		const until = reply.until && `${day_in_words(reply.until.split(" ")[0])}, ${time_of_day(reply.until)}`;
		const said =
			kind === "text"
				? __("You can write freely until: {0}", [until])
				: kind === "template" && until
				? __("The 24 hours for free messages are over since: {0}. Until the citizen writes again, only an approved template can be sent.", [until])
				: kind === "template"
				? __("The citizen has never written over WhatsApp. Only an approved template can be sent.")
				: reply.why;
		const lines = [said, ...(reply.notes || [])].map((line) => $("<div>").text(line));
		this.$("standing").attr("data-kind", kind || "none").empty().append(lines);
		this.$("reply").toggleClass("hidden", !kind);
		this.$("reply").attr("data-kind", kind);
		this.$("ask").toggleClass("hidden", !(kind && reply.question_move));
		if (kind !== this.kind) {
			this.kind = kind;
			this.key = null;
			if (kind === "template") this.offer_templates();
			else this.$("preview").addClass("hidden");
			this.show_box();
		}
	}

	show_box() {
		const by_template = this.kind === "template";
		this.$("attach").toggleClass("hidden", by_template);
		this.$("templates").toggleClass("hidden", !by_template);
		this.limit_text();
		const wanted = !by_template || Boolean(this.template?.wants_remark);
		this.text.toggleClass("hidden", !wanted);
		this.$("quick").toggleClass("hidden", !wanted);
		this.$("send").prop("disabled", by_template && !this.template);
	}

	limit_text() {
		const { longest_text, longest_caption } = this.reply;
		const free = this.file ? longest_caption : longest_text;
		this.text.attr("maxlength", this.kind === "template" ? this.template?.longest_remark ?? free : free);
	}

	async offer_templates() {
		const templates = await this.call("templates");
		if (this.is_left()) return;
		this.templates = templates;
		const options = this.templates.map(({ notice, text }, index) =>
			$("<option>").val(index).text(text.replace(REMARK, "…").replace(/\s+/g, " ").slice(0, 90))
		);
		this.$("template").empty().append(options).toggleClass("hidden", !options.length);
		this.$("no-template").toggleClass("hidden", Boolean(options.length));
		this.show_template();
	}

	show_template() {
		this.key = null;
		this.template = this.templates[this.$("template").val()];
		this.show_box();
		this.show_preview();
	}

	show_preview() {
		if (this.kind !== "template") return;
		this.$("preview").toggleClass("hidden", !this.template);
		if (!this.template) return;
		const words = this.text.val().trim().replace(/\s+/g, " ") || "…";
		this.$("preview").html(formatted(this.template.text.replace(REMARK, words)));
	}

	async offer_quick_texts() {
		const menu = this.$("quick-menu").html(`<span class="dropdown-item-text">${__("Loading...")}</span>`);
		const found = await this.call("quick_texts");
		if (this.is_left()) return;
		menu.empty();
		if (!found.length) menu.append($("<span class='dropdown-item-text'>").text(__("There are no quick replies for this case")));
		for (const { title, text } of found) {
			const item = $("<button type='button' class='dropdown-item ct-quick-text'>");
			item.append($("<b>").text(title), $("<span>").text(text));
			item.on("click", () => this.put(text));
			menu.append(item);
		}
	}

	// Put a text into the box, to be read and changed before it is sent.
	put(text) {
		const before = this.text.val().trim();
		this.text.val(before ? `${before}\n${text}` : text).trigger("input").trigger("focus");
	}

	fit() {
		const box = this.text[0];
		box.style.height = "auto";
		box.style.height = `${Math.min(Math.max(box.scrollHeight + 2, 54), 180)}px`;
	}

	attach() {
		new frappe.ui.FileUploader({
			doctype: this.doctype,
			docname: this.name,
			folder: "Home/Attachments",
			allow_multiple: false,
			make_attachments_public: false,
			restrictions: {
				allowed_file_types: [
					"image/jpeg", "image/png", "application/pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".ogg", ".mp3", ".m4a", ".aac", ".amr",
				],
			},
			on_success: (file) => {
				if (this.is_left()) return;
				this.frm.attachments?.attachment_uploaded?.(file);
				this.set_file(file);
				this.text.trigger("focus");
			},
		});
	}

	set_file(file) {
		this.file = file;
		this.key = null;
		const shown = file
			? $("<span class='ct-attached'>").append(
					$("<span>").text(file.file_name),
					$(`<button type="button" class="btn btn-xs ct-unattach" title="${__("Send without this file")}">×</button>`)
			  )
			: "";
		this.$("file").empty().append(shown);
		this.limit_text();
	}

	async send() {
		if (this.sending || !this.kind) return;
		const text = this.text.val().trim();
		if (!text && !this.file && this.kind === "text") return this.text.trigger("focus");
		// The same for a second click, or a second try after a lost connection: it is sent once.
		this.key = this.key || frappe.utils.get_random(20);
		const { key, file, template } = this;
		await this.busy(text, () =>
			this.kind === "template"
				? this.call("send_template", { notice: template.notice, remark: template.wants_remark ? text : "", key })
				: file
				? this.call("send_file", { file: file.name, caption: text, key })
				: this.call("send_text", { text, key })
		);
	}

	// Put the text as a question: the case waits for the answer, and its clock stands.
	async ask() {
		const question = this.text.val().trim();
		if (this.sending || !question) return this.text.trigger("focus");
		await this.busy(question, async () => {
			if (this.frm.is_dirty()) await this.frm.save();
			const args = { case: this.name, action: this.reply.question_move, values: { question } };
			await frappe.xcall("grievance_cell.api.cases.act", args);
			if (!this.is_left()) await this.frm.reload_doc();
		});
	}

	async busy(said, act) {
		const { file } = this;
		this.sending = true;
		const buttons = this.wrapper.find(".ct-send, .ct-ask").prop("disabled", true);
		try {
			await act();
			if (this.is_left()) return;
			this.take_out(said);
			if (this.file === file) this.set_file(null);
			this.fit();
			this.show_preview();
			this.to_end();
			await this.load();
		} catch {
			// Frappe has shown why; what was written stays. How it can be sent may have changed: the 24 hours are over.
			if (!this.is_left()) this.load_soon();
		} finally {
			this.sending = false;
			if (!this.is_left()) {
				buttons.prop("disabled", false);
				this.show_box();
				this.text.trigger("focus");
			}
		}
	}

	// Leave in the box what was written on while this was being sent.
	take_out(said) {
		const written = this.text.val().trimStart();
		if (!written.startsWith(said)) return;
		this.text.val(written.slice(said.length).trimStart());
	}

	call(method, args = {}) {
		return frappe.xcall(THREAD_API + method, { doctype: this.doctype, name: this.name, ...args });
	}
}

const FRAME = () => `
	<section class="chat-thread" aria-label="${__("Talk over WhatsApp")}">
		<div class="ct-scroll" tabindex="0" role="log" aria-label="${__("Messages")}">
			<button type="button" class="btn btn-default btn-xs ct-older hidden">${__("Show older messages")}</button>
			<div class="ct-messages"></div>
		</div>
		<button type="button" class="btn btn-default btn-xs ct-down hidden">↓ ${__("New message")}</button>
		<div class="ct-standing" role="status"></div>
		<div class="ct-reply hidden">
			<div class="ct-templates hidden">
				<select class="form-control input-xs ct-template" aria-label="${__("Template")}"></select>
				<p class="ct-no-template hidden">${__("No template for officers is approved for this WhatsApp number yet")}</p>
				<div class="ct-preview ct-bubble ct-out hidden" aria-label="${__("Preview")}"></div>
			</div>
			<div class="ct-file"></div>
			<textarea class="form-control ct-text" rows="2" dir="auto" aria-label="${__("Message to the citizen")}" placeholder="${__("Write to the citizen…")}"></textarea>
			<div class="ct-buttons">
				<button type="button" class="btn btn-default btn-sm ct-attach" title="${__("Send a photo or a document")}">${frappe.utils.icon("attachment", "sm")} <span>${__("File")}</span></button>
				<div class="dropup ct-quick">
					<button type="button" class="btn btn-default btn-sm dropdown-toggle" data-toggle="dropdown" data-display="static" aria-haspopup="true" aria-expanded="false">${__("Quick Replies")}</button>
					<div class="dropdown-menu ct-quick-menu"></div>
				</div>
				<button type="button" class="btn btn-default btn-sm ct-ask hidden" title="${__("The case waits for the citizen's answer")}">${__("Ask and Wait")}</button>
				<button type="button" class="btn btn-primary btn-sm ct-send" title="Ctrl+Enter">${__("Send")}</button>
			</div>
		</div>
	</section>`;

function bubble(message) {
	const outgoing = message.direction === "Out";
	const side = outgoing ? "ct-out" : "ct-in";
	const author = message.author ? `<div class="ct-author">${escaped(message.author)}</div>` : "";
	const parts = [author, media(message), place(message), words(message), offered(message)];
	return `<div class="ct-bubble ${side}" data-name="${message.name}" data-state="${message.state}">
		${parts.join("")}<div class="ct-meta"><time datetime="${message.on.replace(" ", "T").split(".")[0]}">${time_of_day(message.on)}</time>${outgoing ? state(message) : ""}</div>${failure(message)}</div>`;
}

function words({ text }) {
	return text ? `<div class="ct-words" dir="auto">${formatted(text)}</div>` : "";
}

function media(message) {
	if (message.media_state === "Pending") return `<div class="ct-missing">${__("The file is being fetched…")}</div>`;
	if (message.media_state === "Failed") {
		return `<div class="ct-missing">${__("The file could not be fetched: {0}", [escaped(message.error)])}</div>`;
	}
	if (!message.file) {
		return message.direction === "In" && !message.text && !message.place
			? `<div class="ct-missing">${__("A message of a kind that cannot be shown here")}</div>`
			: "";
	}
	const url = escaped(encodeURI(message.file.url));
	const name = escaped(message.file.name);
	if (/\.(jpe?g|png|webp|gif)$/i.test(message.file.url)) {
		return `<a href="${url}" target="_blank" rel="noopener"><img class="ct-photo" src="${url}" alt="${__("Photo")}: ${name}"></a>`;
	}
	if (message.type === "video") return `<video class="ct-video" controls preload="metadata" src="${url}"></video>`;
	if (message.type === "audio") {
		return `<audio class="ct-audio" controls preload="none" src="${url}" aria-label="${__("Voice note")}"></audio>`;
	}
	return `<a class="ct-paper" href="${url}" target="_blank" rel="noopener">${frappe.utils.icon("file", "sm")} ${name}</a>`;
}

function place({ place }) {
	if (!place) return "";
	const { latitude, longitude, label } = place;
	const link = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=17/${Number(latitude)}/${Number(longitude)}`;
	const said = escaped(label) || `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`;
	return `<a class="ct-place" href="${link}" target="_blank" rel="noopener noreferrer">📍 ${said} <span>${__("Show on the map")}</span></a>`;
}

// The buttons or the list that the citizen was given to tap.
function offered({ choices = [], asks_location }) {
	const labels = asks_location ? [...choices, __("Send location")] : choices;
	return labels.length
		? `<ul class="ct-choices" aria-label="${__("Offered to tap")}">${labels.map((label) => `<li>${escaped(label)}</li>`).join("")}</ul>`
		: "";
}

function state({ state, is_template }) {
	const template = is_template ? `<span>${__("Template")}</span>` : "";
	return `${template}<span class="ct-state" data-state="${state}" role="img" aria-label="${__(state)}" title="${__(state)}">${TICKS[state] || ""}</span>`;
}

function failure(message) {
	if (message.direction === "In" || message.state !== "Failed") return "";
	return `<div class="ct-failed">${__("Not delivered: {0}", [escaped(message.error)])}</div>`;
}

// As the phone shows it: *bold*, links, lines as they are.
function formatted(text) {
	return (text || "")
		.split(/\*(\S(?:[^*\n]*\S)?)\*/)
		.map((part, index) => (index % 2 ? `<strong>${linked(part)}</strong>` : linked(part)))
		.join("");
}

// Links are found before anything is escaped: escaping makes entities of their slashes.
function linked(text) {
	return text
		.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)'])/)
		.map(escaped)
		.map((part, index) => (index % 2 ? `<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>` : part))
		.join("");
}

function escaped(text) {
	return frappe.utils.escape_html(text || "");
}

function time_of_day(moment) {
	return moment.split(" ")[1].slice(0, 5);
}

function day_in_words(day) {
	const ago = frappe.datetime.get_day_diff(frappe.datetime.now_date(), day);
	const named = { "-1": __("Tomorrow"), 0: __("Today"), 1: __("Yesterday") };
	return named[ago] || frappe.datetime.str_to_user(day);
}

frappe.dom.set_style(`
	.chat-thread { --ct-muted: #54656f; position: relative; max-width: 860px; margin: 0 auto; }
	.ct-scroll { height: clamp(220px, calc(100vh - 440px), 620px); overflow-y: auto; padding: 10px 12px; border-radius: 8px 8px 0 0; background: #efeae2; text-align: center; }
	.ct-messages { display: flex; flex-direction: column; gap: 4px; text-align: start; }
	.ct-day { position: sticky; top: -4px; z-index: 1; text-align: center; margin: 6px 0; }
	.ct-day span { padding: 2px 10px; border-radius: 8px; background: #fff; color: var(--ct-muted); font-size: 12px; }
	.ct-none { margin: 40px auto; color: var(--ct-muted); }
	.ct-bubble { max-width: min(78%, 560px); padding: 5px 9px; border-radius: 8px; background: #fff; color: #111b21; overflow-wrap: anywhere; box-shadow: 0 1px 1px rgba(0, 0, 0, 0.1); }
	.ct-bubble a { color: #0a5c8a; text-decoration: underline; }
	.ct-out { align-self: flex-end; background: #d9fdd3; }
	.ct-in { align-self: flex-start; }
	.ct-words { white-space: pre-wrap; }
	.ct-author { color: #075e54; font-size: 12px; font-weight: 600; }
	.ct-meta { display: flex; justify-content: flex-end; gap: 5px; color: var(--ct-muted); font-size: 11px; line-height: 1.3; }
	.ct-state[data-state="Read"] { color: #0567a8; font-weight: 700; }
	.ct-state[data-state="Failed"], .ct-failed { color: #b3261e; font-weight: 600; }
	.ct-failed { font-size: 12px; }
	.ct-missing { color: var(--ct-muted); font-style: italic; }
	.ct-photo { display: block; width: auto; max-width: 100%; max-height: 240px; min-height: 40px; margin: 2px 0; border-radius: 6px; }
	.ct-audio { display: block; width: 260px; max-width: 100%; height: 38px; }
	.ct-video { display: block; max-width: 100%; max-height: 260px; border-radius: 6px; }
	.ct-paper, .ct-place { display: inline-block; padding: 4px 0; }
	.ct-choices { list-style: none; margin: 4px 0 2px; padding: 0; display: flex; flex-wrap: wrap; gap: 4px; }
	.ct-choices li { padding: 1px 9px; border: 1px solid #9fb7a4; border-radius: 12px; font-size: 12px; color: #075e54; background: rgba(255, 255, 255, 0.6); }
	.ct-down { position: absolute; right: 20px; top: 10px; z-index: 2; }
	.ct-older { margin-bottom: 6px; }
	.ct-standing { padding: 5px 12px; font-size: 12px; background: #e7f5ec; color: #14532d; }
	.ct-standing[data-kind="template"] { background: #fff4d6; color: #6b4300; }
	.ct-standing[data-kind="none"] { background: #fde8e8; color: #7a1512; }
	.ct-reply { padding: 8px; border: 1px solid var(--border-color); border-top: 0; border-radius: 0 0 8px 8px; }
	.chat-thread textarea.ct-text { resize: none; height: 54px; min-height: 54px; font-size: 14px; }
	.ct-buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
	.chat-thread .ct-send { margin-left: auto; min-width: 84px; border-color: #0b7a43; background: #0b7a43; color: #fff; }
	.ct-quick .ct-quick-menu { inset: auto auto 100% 0; width: min(440px, 84vw); max-height: 320px; overflow-y: auto; }
	.ct-quick-text { white-space: normal; }
	.ct-quick-text span { display: block; color: var(--text-muted); font-size: 12px; }
	.ct-preview { margin: 8px 0; white-space: pre-wrap; max-width: 100%; }
	.ct-attached { display: inline-flex; align-items: center; gap: 6px; margin-bottom: 6px; padding: 2px 4px 2px 10px; border-radius: 12px; background: var(--control-bg); font-size: 12px; }
	.ct-count { display: inline-block; min-width: 18px; padding: 0 5px; border-radius: 9px; background: #0b7a43; color: #fff; font-size: 11px; text-align: center; }
	[data-theme="dark"] .chat-thread { --ct-muted: #aebac1; }
	[data-theme="dark"] .ct-scroll { background: #0b141a; }
	[data-theme="dark"] .ct-bubble, [data-theme="dark"] .ct-day span { background: #202c33; color: #e9edef; }
	[data-theme="dark"] .ct-out { --ct-muted: #d5dde1; background: #005c4b; }
	[data-theme="dark"] .ct-standing { background: #123524; color: #c9f2da; }
	[data-theme="dark"] .ct-standing[data-kind="template"] { background: #3d2f0a; color: #ffe6a8; }
	[data-theme="dark"] .ct-standing[data-kind="none"] { background: #4a1512; color: #ffd5d1; }
	[data-theme="dark"] .ct-bubble a { color: #8fd3ff; }
	[data-theme="dark"] .ct-author, [data-theme="dark"] .ct-choices li { color: #b7f5d8; background: transparent; }
	[data-theme="dark"] .ct-state[data-state="Read"] { color: #7fd0ff; }
	[data-theme="dark"] .ct-state[data-state="Failed"], [data-theme="dark"] .ct-failed { color: #ffb4ab; }
	@media (max-width: 767px) {
		.ct-scroll { height: clamp(220px, calc(100vh - 400px), 560px); padding: 8px 6px; }
		.ct-bubble { max-width: 90%; }
		.ct-attach span { display: none; }
		.ct-buttons .btn { padding-inline: 8px; }
		.chat-thread .ct-send { min-width: 0; }
	}
`);
