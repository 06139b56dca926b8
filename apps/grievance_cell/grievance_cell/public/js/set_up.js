frappe.provide("grievance_cell");

const PAGES = { "WhatsApp Health": "whatsapp-health" };

// Show IT staff what is done and what is still missing, in a block of a workspace.
grievance_cell.show_set_up = async function (wrapper) {
	const steps = await frappe.xcall("grievance_cell.api.set_up.checklist");
	const done = steps.filter((step) => step.done).length;
	$(wrapper)
		.empty()
		.append(
			`<p class="progress-line">${__("{0} of {1} steps are done", [done, steps.length])}</p>`,
			$('<ol class="steps">').append(steps.map(set_up_step))
		);
};

function set_up_step({ key, title, done, standing, missing, opens, import_what }) {
	const escape = frappe.utils.escape_html;
	const state = done ? __("Done") : __("To Do");
	const $step = $(`<li class="step ${done ? "done" : "to-do"}" data-step="${key}">
		<span class="tick" role="img" aria-label="${state}">${done ? "✓" : ""}</span>
		<span class="said"><b>${escape(title)}</b><span>${escape(standing)}</span>
			${missing.map((each) => `<span class="missing">${escape(each)}</span>`).join("")}</span>
		<span class="ways"></span>
	</li>`);
	const add = (label, open) =>
		$(`<button type="button" class="btn btn-default btn-xs">${label}</button>`)
			.on("click", open)
			.appendTo($step.find(".ways"));
	if (import_what) {
		// Saved at once: a file that is attached to a form without a name would be made public by some versions of Frappe.
		add(__("Import a Spreadsheet"), async () => {
			const { name } = await frappe.db.insert({ doctype: "Master Import", what: import_what });
			frappe.set_route("Form", "Master Import", name);
		});
	}
	add(__("Show"), () =>
		PAGES[opens] ? frappe.set_route(PAGES[opens]) : frappe.set_route("List", opens)
	);
	return $step;
}
