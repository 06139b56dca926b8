const REGISTRATION = "grievance_cell.api.registration.";
// What the next case begins with, of what the last one had.
const KEPT_FOR_NEXT = ["source"];

frappe.pages["register-case"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Register at the Counter"),
		single_column: true,
	});
	wrapper.counter = new RegistrationCounter(page);
	// Ctrl+S, as in every form.
	wrapper.save_action = () => wrapper.counter.register();
};

frappe.pages["register-case"].on_page_show = (wrapper) => wrapper.counter.focus();

class RegistrationCounter {
	constructor(page) {
		this.page = page;
		this.key = frappe.utils.get_random(20);
		this.$done = $('<div class="done" role="status" aria-live="polite" hidden>');
		this.$beside = $('<aside class="beside" aria-live="polite">');
		const $form = $('<div class="asked">');
		$('<div class="register-case">').append(this.$done, $form, this.$beside).appendTo(page.main);
		page.set_primary_action(__("Register"), () => this.register());
		page.set_secondary_action(__("Clear"), () => this.clear());
		frappe.ui.keys.add_shortcut({
			shortcut: "ctrl+p",
			action: () => this.print(),
			description: __("Print the acknowledgement"),
			ignore_inputs: true,
			page,
		});
		this.ready = this.make($form);
	}

	async make($form) {
		const [begin] = await Promise.all([
			frappe.xcall(`${REGISTRATION}begin`),
			frappe.model.with_doctype("Grievance"),
		]);
		this.language = begin.language;
		this.group = new frappe.ui.FieldGroup({
			fields: this.fields(begin),
			body: $form[0],
			no_submit_on_enter: true,
		});
		this.group.make();
		this.attach_area();
		const number = this.group.get_field("mobile_no").$input;
		number.attr({ inputmode: "tel", autocomplete: "off" });
		number.on("change", () => this.find_citizen());
		this.show_beside();
	}

	fields({ languages }) {
		const of_case = (fieldname, more = {}) => {
			const { label, fieldtype, options } = frappe.meta.get_docfield("Grievance", fieldname);
			return { fieldname, label, fieldtype, options, ...more };
		};
		return [
			of_case("mobile_no", { options: "", description: __("Empty if the citizen has none") }),
			of_case("citizen_name", { label: __("Name of the Citizen") }),
			{ fieldtype: "Column Break" },
			of_case("language", { fieldtype: "Select", options: languages, default: this.language }),
			of_case("source", {
				options: this.sources(),
				default: "Walk-in",
				description: __("Stays for the next case"),
			}),
			{ fieldtype: "Section Break" },
			{
				fieldname: "consent",
				fieldtype: "Check",
				label: __("Was told what is stored and why, and agrees"),
			},
			{ fieldtype: "Section Break" },
			of_case("grievance_type", { default: "Complaint", onchange: () => this.forget_proposals() }),
			{ fieldtype: "Column Break" },
			of_case("priority", { description: __("Empty: as its category says") }),
			{ fieldtype: "Section Break" },
			of_case("description", { fieldtype: "Small Text", reqd: 1, onchange: () => this.forget_proposals() }),
			{ fieldtype: "Section Break" },
			of_case("category", {
				reqd: 1,
				only_select: 1,
				get_query: () => ({
					query: `${REGISTRATION}find_categories`,
					filters: {
						grievance_type: this.group.get_value("grievance_type"),
						said: this.group.get_value("description"),
					},
				}),
				filter_description: __("By its name in Hindi or English, or by a word for it"),
				onchange: () => this.look_beside(),
			}),
			{ fieldtype: "Column Break" },
			of_case("area", {
				reqd: 1,
				only_select: 1,
				get_query: () => ({ query: `${REGISTRATION}find_areas` }),
				onchange: () => this.look_beside(),
			}),
			{ fieldtype: "Section Break" },
			of_case("address", { fieldtype: "Data", description: __("Where exactly: near what, which house") }),
			{ fieldtype: "Column Break" },
			of_case("subject", { description: __("Empty: taken from what was said") }),
			{ fieldtype: "Section Break" },
			{ fieldname: "papers", fieldtype: "HTML" },
		];
	}

	sources() {
		const { options } = frappe.meta.get_docfield("Grievance", "source");
		// What the bot and other systems register themselves.
		return options.split("\n").filter((source) => !["WhatsApp", "Web"].includes(source));
	}

	attach_area() {
		const $papers = $(this.group.get_field("papers").wrapper);
		$papers.html(`<label class="btn btn-default btn-sm papers">${__("Photo or Paper")}
				<input type="file" class="sr-only" multiple accept="image/*,application/pdf"></label>
				<span class="muted"></span>`);
		this.$files = $papers.find("input").on("change", ({ target }) => {
			$papers.find(".muted").text(Array.from(target.files, ({ name }) => name).join(", "));
		});
	}

	async focus() {
		await this.ready;
		this.group.get_field("mobile_no").set_focus();
	}

	forget_proposals() {
		// What fits best hangs on these; the field remembers what it was answered.
		const category = this.group?.get_field("category");
		if (category?.$input) category.$input.cache = { [category.get_options()]: {} };
	}

	async find_citizen() {
		const number = this.group.get_value("mobile_no");
		const before = this.person;
		this.person = null;
		if (before) await this.take_back(before);
		if (!number) return this.show_beside();
		const found = await frappe.xcall(`${REGISTRATION}citizen_of`, { mobile_no: number });
		// Another may stand there by now.
		if (number !== this.group.get_value("mobile_no")) return;
		this.person = found;
		if (found.citizen) {
			const values = { citizen_name: found.name, language: found.language || this.language };
			if (found.area && !this.group.get_value("area")) {
				frappe.utils.add_link_title("Local Area", found.area, found.place);
				values.area = found.area;
			}
			await this.group.set_values(values);
			this.group.set_df_property("citizen_name", "read_only", 1);
		}
		this.group.set_df_property("consent", "hidden", found.consented_on ? 1 : 0);
		this.group.get_field("mobile_no").$wrapper.toggleClass("has-error", Boolean(found.error));
		this.show_beside();
	}

	// What came from another number is not this citizen's.
	async take_back({ citizen, area }) {
		if (!citizen) return;
		this.group.set_df_property("citizen_name", "read_only", 0);
		this.group.set_df_property("consent", "hidden", 0);
		const mine = area && this.group.get_value("area") === area;
		await this.group.set_values({ citizen_name: "", language: this.language, ...(mine && { area: "" }) });
	}

	async look_beside() {
		const { grievance_type, category, area } = this.group.get_values(true);
		const asked = JSON.stringify([grievance_type, category, area]);
		if (!category || !area) {
			this.similar = [];
			this.numbers = [];
			this.asked = asked;
			return this.show_beside();
		}
		if (asked === this.asked) return;
		this.asked = asked;
		const [similar, numbers] = await Promise.all([
			frappe.xcall("grievance_cell.api.cases.similar_cases", { case: { grievance_type, category, area } }),
			frappe.xcall("grievance_cell.api.cases.emergency_numbers", { category }),
		]);
		if (asked !== this.asked) return;
		Object.assign(this, { similar, numbers, joined: null });
		this.show_beside();
	}

	show_beside() {
		this.$beside.empty().append(this.emergency(), this.who(), this.same_matter());
	}

	emergency() {
		if (!this.numbers?.length) return "";
		const lines = this.numbers.map(({ title, phone_number }) => `<li>${escaped_text(__(title))}: <b>${escaped_text(phone_number)}</b></li>`);
		return counter_card("emergency", __("If someone is in danger, please call at once:"), `<ul>${lines.join("")}</ul>`);
	}

	who() {
		const found = this.person;
		if (!found) return counter_card("who", __("Who"), `<p>${__("The number comes first: it finds who is known.")}</p>`);
		if (found.error) return counter_card("who bad", __("Who"), `<p>${escaped_text(found.error)}</p>`);
		if (!found.citizen) {
			return counter_card("who", __("Who"), `<p>${__("New: {0} is not known yet", [found.mobile_masked])}</p>`);
		}
		const language = this.group.get_field("language").df.options.find(({ value }) => value === found.language);
		const facts = [found.mobile_masked, language?.label, found.place, found.blocked ? __("Blocked: gets no messages") : ""];
		const agreed = found.consented_on
			? __("Agreed on {0} to what is stored", [found.consented_on])
			: __("Has not agreed yet to what is stored");
		const cases = found.cases.map(
			({ name, subject, status, is_open }) => `<li class="${is_open ? "open" : ""}">
				<a href="${frappe.utils.get_form_link("Grievance", name)}" target="_blank">${escaped_text(subject || name)}</a>
				<span class="muted">${escaped_text(__(status))}</span></li>`
		);
		return counter_card(
			"who",
			__("Who"),
			`<p><b>${escaped_text(found.name)}</b><br>${facts.filter(Boolean).map(escaped_text).join(" · ")}</p>
			<p class="muted">${agreed}</p>
			${cases.length ? `<div class="muted">${__("Cases of this citizen")}</div><ul>${cases.join("")}</ul>` : ""}
			${found.has_more ? `<div class="muted">${__("and more")}</div>` : ""}`
		);
	}

	same_matter() {
		if (!this.similar?.length) return "";
		const $list = $("<ul>");
		for (const { name, subject, area, status, people } of this.similar) {
			const about = [name, area, __(status), __("reported by {0}", [people])].map(escaped_text).join(" · ");
			const joined = this.joined === name;
			$(`<li><div>${escaped_text(subject)}</div><div class="muted">${about}</div>
				<button type="button" class="btn btn-xs ${joined ? "btn-primary" : "btn-default"}" aria-pressed="${joined}">
				${joined ? __("Will be joined to this one") : __("The same: join to it")}</button></li>`)
				.find("button")
				.on("click", () => {
					this.joined = joined ? null : name;
					this.show_beside();
					this.$beside.find(`button[aria-pressed]`).first().trigger("focus");
				})
				.end()
				.appendTo($list);
		}
		return counter_card("similar", __("May be the same matter"), "").append($list);
	}

	async register() {
		if (this.busy) return;
		this.busy = true;
		try {
			await this.ready;
			await this.settle();
			if (this.person?.error) {
				frappe.show_alert({ message: escaped_text(this.person.error), indicator: "red" });
				return this.focus();
			}
			const values = this.group.get_values();
			if (!values) return this.go_on_after_message();
			const { consent, ...doc } = values;
			if (this.joined) doc.duplicate_of = this.joined;
			const done = await frappe.xcall(`${REGISTRATION}register`, { doc, consent: consent || 0, key: this.key });
			done.lost = await this.attach(done.name);
			this.done = done;
			await this.clear();
			this.show_done();
		} catch (error) {
			// Frappe has said why; all stays as it was typed.
			this.go_on_after_message();
			if (error instanceof Error) throw error;
		} finally {
			this.busy = false;
		}
	}

	// Wait while what was chosen last is still being looked up: until then its field holds the words, not what they stand for.
	async settle() {
		const links = ["category", "area"].map((field) => this.group.get_field(field));
		const is_open = (link) => link.$input.val() && link.get_input_value() !== link.value;
		for (let tries = 0; tries < 40 && links.some(is_open); tries++) await frappe.timeout(0.05);
	}

	// No hand leaves the keyboard: once the message is read, it is in the first field again.
	go_on_after_message() {
		frappe.msg_dialog?.$wrapper.one("hidden.bs.modal", () => this.focus());
	}

	// Attach what was chosen to the case; list what could not be.
	async attach(name) {
		const lost = [];
		for (const file of this.$files[0].files) {
			const form = new FormData();
			form.append("file", file, file.name);
			form.append("doctype", "Grievance");
			form.append("docname", name);
			form.append("is_private", 1);
			const answer = await fetch("/api/method/upload_file", {
				method: "POST",
				headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
				body: form,
			}).catch(() => null);
			if (!answer?.ok) lost.push(file.name);
		}
		return lost;
	}

	async clear() {
		const kept = Object.fromEntries(KEPT_FOR_NEXT.map((field) => [field, this.group.get_value(field)]));
		this.key = frappe.utils.get_random(20);
		Object.assign(this, { person: null, similar: [], numbers: [], joined: null, asked: null });
		this.group.set_df_property("citizen_name", "read_only", 0);
		this.group.set_df_property("consent", "hidden", 0);
		this.group.get_field("mobile_no").$wrapper.removeClass("has-error");
		const empty = {};
		for (const { df } of this.group.fields_list) {
			if (df.fieldname && !["HTML", "Section Break", "Column Break"].includes(df.fieldtype)) {
				empty[df.fieldname] = df.fieldname === "language" ? this.language : df.default || "";
			}
		}
		await this.group.set_values({ ...empty, ...kept });
		this.$files.val("").trigger("change");
		this.forget_proposals();
		this.show_beside();
		this.$done.attr("hidden", true);
		await this.focus();
	}

	show_done() {
		const { name, may_read, told, mobile_masked, lost } = this.done;
		const number = may_read ? `<a href="${frappe.utils.get_form_link("Grievance", name)}" target="_blank">${name}</a>` : name;
		const receipt = told
			? __("The acknowledgement goes to {0} by WhatsApp.", [mobile_masked])
			: __("No WhatsApp message can go out now: please print the acknowledgement.");
		this.$done
			.empty()
			.append(
				`<div><b>${__("Registered: {0}", [number])}</b> ${receipt}</div>`,
				lost.length
					? `<div class="lost">${__("These were not attached: {0}", [lost.map(escaped_text).join(", ")])}</div>`
					: "",
				may_read
					? $(`<button type="button" class="btn btn-sm btn-default print">${__("Print")} (Ctrl+P)</button>`).on("click", () =>
							this.print()
					  )
					: ""
			)
			.removeAttr("hidden");
	}

	print() {
		if (!this.done?.may_read) return;
		const query = new URLSearchParams({
			doctype: "Grievance",
			name: this.done.name,
			format: "Acknowledgement",
			trigger_print: 1,
			_lang: this.done.language || this.language,
		});
		window.open(`/printview?${query}`);
	}
}

function escaped_text(text) {
	return frappe.utils.escape_html(String(text ?? ""));
}

function counter_card(kind, title, body) {
	return $(`<section class="${kind}"><h5>${title}</h5>${body}</section>`);
}
