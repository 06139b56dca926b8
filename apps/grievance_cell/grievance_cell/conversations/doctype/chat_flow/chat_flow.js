const API = "grievance_cell.api.chat_flow";
// What is shown while it is typed; other fields follow when they are left.
const TYPED = ["step_id", "prompt", "label", "error_text", "options", "default_answer"];
const TYPING_PAUSE = 400;

frappe.ui.form.on("Chat Flow", {
	setup(frm) {
		frm.typed = {};
		frm.show_preview = frappe.utils.debounce(() => show_preview(frm), TYPING_PAUSE);
		frm.$wrapper.on("dirty", () => {
			frm.typed = {};
			frm.show_preview();
		});
		// A cell of a table reaches the document only when it is left.
		frm.$wrapper.on("input", ".grid-row [data-fieldname]:input", (event) => {
			const { fieldname } = event.target.dataset;
			const row = $(event.target).closest(".grid-row").attr("data-name");
			if (!row || !TYPED.includes(fieldname)) return;
			frm.typed[row] = { ...frm.typed[row], [fieldname]: event.target.value };
			frm.show_preview();
		});
	},

	refresh(frm) {
		frm.typed = {};
		// Who only reads the form is refused the preview, and what could be chosen.
		if (!frappe.model.can_write("Chat Flow")) return;
		show_preview(frm);
		offer(frm);
		frm.fields_dict.steps.grid.add_custom_button(__("Add a Question"), () => add_question(frm));
		// Frappe's editor has room for a program; these are conditions of a line.
		for (const fieldname of ["depends_on", "validation", "link_filters"]) {
			frm.fields_dict.steps.grid.update_docfield_property(fieldname, "max_height", "72px");
		}
		if (frm.is_new()) return;
		frm.add_custom_button(__("Try It"), () => try_it(frm));
		frm.add_custom_button(__("Export to a File"), () =>
			window.open(`/api/method/${API}.export_file?flow=${encodeURIComponent(frm.doc.name)}`)
		);
	},

	document_type: offer,
	audience: offer,
});

frappe.ui.form.on("Chat Step", {
	step_id: offer_steps,
	steps_add: offer_steps,
	steps_remove: offer_steps,
});

// what can be chosen

function offer(frm) {
	const { document_type, audience } = frm.doc;
	ask("offers", { document_type, audience }, ({ fields, actions }) => {
		frm.askable = fields;
		frm.fields_dict.steps.grid.update_docfield_property("target_field", "options", named(fields));
		set_options(frm, "action", actions);
		offer_steps(frm);
	});
}

// What the server refuses it says itself.
function ask(method, args, done) {
	return frappe.call({ method: `${API}.${method}`, args, callback: ({ message }) => done(message) });
}

function named(fields) {
	return fields.map(({ value, label }) => ({ value, label: `${__(label)} (${value})` }));
}

function offer_steps(frm) {
	const steps = frm.doc.steps || [];
	const ids = (rows) => rows.map((step) => step.step_id).filter(Boolean);
	frm.fields_dict.steps.grid.update_docfield_property("propose_from", "options", ids(steps));
	set_options(frm, "opening_step", ids(steps));
	set_options(frm, "menu_step", ids(steps.filter((step) => step.kind === "Choice")));
}

function set_options(frm, fieldname, options) {
	const field = frm.get_field(fieldname);
	field.df.options = options;
	field.set_data(options);
}

function add_question(frm) {
	const asked = (frm.doc.steps || []).map((step) => step.target_field);
	const open = (frm.askable || []).filter((field) => !asked.includes(field.value));
	if (!open.length) return frappe.msgprint(__("Every field that can be asked is asked already."));
	const dialog = new frappe.ui.Dialog({
		title: __("Add a Question"),
		fields: [
			{
				fieldname: "field",
				fieldtype: "Autocomplete",
				label: __("Field"),
				description: __("Fields of {0} that no step asks for yet, your own included", [
					__(frm.doc.document_type),
				]),
				options: named(open),
				reqd: 1,
			},
		],
		primary_action_label: __("Add"),
		primary_action({ field }) {
			dialog.hide();
			append_step(
				frm,
				open.find((each) => each.value === field)
			);
		},
	});
	dialog.show();
}

function append_step(frm, { value, label, kind, required }) {
	const steps = frm.doc.steps || [];
	const ids = steps.map((step) => step.step_id);
	let step_id = value.toLowerCase().replace(/^[^a-z]+|[^a-z0-9_]/g, "").slice(0, 47) || "question";
	if (ids.includes(step_id)) step_id = `${step_id}_2`;
	// The summary stays the last, so that the answer stands in it.
	const summary = steps.find((step) => step.kind === "Confirm");
	const row = frappe.model.add_child(frm.doc, "Chat Step", "steps", summary?.idx);
	Object.assign(row, { step_id, kind, prompt: label, target_field: value, required: required ? 1 : 0 });
	frm.refresh_field("steps");
	frm.dirty();
	offer_steps(frm);
	frm.fields_dict.steps.grid.grid_rows_by_docname[row.name]?.toggle_view(true);
}

function try_it(frm) {
	if (frm.is_dirty()) return frappe.msgprint(__("Save the form first: the phone knows only what is saved."));
	// Opened at once: a browser blocks a window that no click has asked for.
	const phone = window.open("", "_blank");
	ask("try_it", { flow: frm.doc.name }, ({ address, advice }) => {
		if (address) phone.location = address;
		else phone.close();
		if (advice) frappe.msgprint({ title: __("How to see it"), message: advice });
	}).fail(() => phone.close());
}

// the preview

function show_preview(frm) {
	const steps = (frm.doc.steps || []).map((step) => ({ ...step, ...frm.typed[step.name] }));
	const asked = (frm.asked = JSON.stringify({ ...frm.doc, steps }));
	ask("preview", { flow: asked }, (shown) => {
		// What was asked meanwhile will come.
		if (frm.asked === asked) draw(frm, steps, shown);
	});
}

function draw(frm, steps, { languages, steps: shown, closing, findings }) {
	const place = frm.get_field("preview").$wrapper;
	const scrolled = place.find(".chat-phones").scrollLeft();
	const lines = shown.map((each) => {
		const step = steps.find(({ idx }) => idx === each.row);
		return [label_of(step), ...languages.map(({ value }) => cell(each, value, findings))];
	});
	if (Object.keys(closing).length) {
		lines.push([
			`<div class="chat-step"><b>${__("At the End")}</b></div>`,
			...languages.map(({ value }) => wrap(0, value, bubble(closing[value]))),
		]);
	}
	const last = lines.pop() || [];
	lines.push(last.map((each) => each.replace('class="chat-cell', 'class="chat-cell-last chat-cell')));
	const heads = languages.map(({ value, label }) => `<div class="chat-head" lang="${value}">${text(label)}</div>`);
	place.html(`
		<div class="chat-preview">
			${list_of(findings)}
			<div class="chat-phones" style="--languages: ${languages.length}">
				<div class="chat-corner"></div>${heads.join("")}${lines.flat().join("")}
			</div>
		</div>`);
	place.find(".chat-phones").scrollLeft(scrolled);
	place.find("[data-finding]").on("click", (event) => {
		event.preventDefault();
		translate(frm, findings[event.currentTarget.dataset.finding]);
	});
	place.find("[data-open-row]").on("click", (event) => {
		event.preventDefault();
		frm.fields_dict.steps.grid.grid_rows[event.currentTarget.dataset.openRow - 1]?.toggle_view(true);
	});
	show_summary(frm, findings);
}

function show_summary(frm, findings) {
	const errors = findings.filter((each) => each.severity === "error").length;
	const warnings = findings.length - errors;
	const said = [];
	if (errors) said.push(__("Errors that keep the form from being enabled: {0}", [errors]));
	if (warnings) said.push(__("Warnings: {0}", [warnings]));
	frm.set_intro("");
	if (said.length) {
		frm.set_intro(
			`<a class="chat-summary" href="#">${said.join(" · ")}</a>`,
			errors ? "red" : "yellow"
		);
		frm.$wrapper.find(".chat-summary").on("click", (event) => {
			event.preventDefault();
			frappe.utils.scroll_to(frm.get_field("preview").$wrapper, true, 80);
		});
	}
}

function list_of(findings) {
	if (!findings.length) {
		return `<p class="chat-findings"><span class="indicator green"></span>${__("Nothing is wrong with this form.")}</p>`;
	}
	const items = findings.map((each, position) => {
		const colour = each.severity === "error" ? "red" : "orange";
		const said = each.row
			? `<a href="#" data-open-row="${each.row}">${text(each.message)}</a>`
			: text(each.message);
		return `<li data-severity="${each.severity}"><span class="indicator ${colour}"></span><span>${said} ${translate_link(each, position)}</span></li>`;
	});
	return `<ul class="chat-findings">${items.join("")}</ul>`;
}

function translate_link(finding, position) {
	if (!finding.source) return "";
	return `<a href="#" class="chat-translate" data-finding="${position}">${__("Translate")}</a>`;
}

function label_of(step) {
	const notes = [__(step.kind || "")];
	if (!step.required && !["Tell", "Emergency Numbers", "Similar Cases", "Confirm"].includes(step.kind)) notes.push(__("can be skipped"));
	if (step.depends_on) notes.push(__("not always asked"));
	return `<div class="chat-step"><b>${step.idx}. ${text(step.step_id)}</b><span>${text(notes.join(" · "))}</span></div>`;
}

function cell({ row, shown, refused }, language, findings) {
	const mine = findings
		.map((finding, position) => ({ finding, position }))
		.filter(({ finding }) => finding.row === row && finding.language === language);
	let inside = shown[language]
		? message_of(shown[language])
		: `<div class="chat-broken">${__("This step cannot be shown yet.")}</div>`;
	if (refused[language]) {
		inside += `<div class="chat-note">${__("If the answer cannot be taken")}</div>${bubble(refused[language])}`;
	}
	const marks = mine.map(
		({ finding, position }) =>
			`<div class="chat-missing">${__("Not translated")}: ${text(finding.source)} ${translate_link(finding, position)}</div>`
	);
	return wrap(row, language, inside + marks.join(""), mine.length);
}

function wrap(row, language, inside, bad) {
	return `<div class="chat-cell${bad ? " chat-cell-bad" : ""}" data-row="${row}" data-language="${language}" lang="${language}">${inside}</div>`;
}

// A Graph message as the phone draws it.
function message_of({ text: plain, interactive }) {
	if (!interactive) return bubble(plain.body);
	const { type, action, body } = interactive;
	if (type === "button") {
		const buttons = action.buttons.map(({ reply }) => `<div class="chat-button">${text(reply.title)}</div>`);
		return `<div class="chat-message">${bubble(body.text)}${buttons.join("")}</div>`;
	}
	if (type === "list") {
		const rows = action.sections.flatMap(({ rows }) => rows);
		const items = rows.map(
			({ title, description }) =>
				`<li><span>${text(title)}</span>${description ? `<small>${text(description)}</small>` : ""}</li>`
		);
		const opens = `<div class="chat-opens">☰ ${text(action.button)}</div>`;
		return `<div class="chat-message">${bubble(body.text, opens)}<ul class="chat-rows">${items.join("")}</ul></div>`;
	}
	return bubble(body.text, `<div class="chat-opens">${__("Send location")}</div>`);
}

function bubble(said, below = "") {
	return `<div class="chat-bubble"><div class="chat-text">${marked(said)}</div>${below}</div>`;
}

// *bold*, _slanted_ and ~struck~ as WhatsApp reads them.
function marked(said) {
	return text(said)
		.replace(/(^|[\s(])\*(\S(?:[^*\n]*\S)?)\*/g, "$1<strong>$2</strong>")
		.replace(/(^|[\s(])_(\S(?:[^_\n]*\S)?)_(?!\w)/g, "$1<em>$2</em>")
		.replace(/(^|[\s(])~(\S(?:[^~\n]*\S)?)~/g, "$1<s>$2</s>");
}

function text(value) {
	return frappe.utils.escape_html(value ?? "");
}

// Store what a text is in another language, as a Translation.
function translate(frm, { source, language }) {
	const dialog = new frappe.ui.Dialog({
		title: __("Translate"),
		fields: [
			{ fieldname: "source", fieldtype: "Small Text", label: __("Text"), default: source, read_only: 1 },
			{
				fieldname: "language",
				fieldtype: "Link",
				options: "Language",
				label: __("Language"),
				default: language,
				read_only: 1,
			},
			{ fieldname: "text", fieldtype: "Small Text", label: __("Translation"), reqd: 1 },
		],
		primary_action_label: __("Save"),
		primary_action({ text }) {
			ask("translate", { source, language, text }, () => {
				dialog.hide();
				show_preview(frm);
			});
		},
	});
	dialog.show();
}
