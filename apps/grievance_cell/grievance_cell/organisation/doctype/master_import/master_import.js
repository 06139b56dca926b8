frappe.ui.form.on("Master Import", {
	setup(frm) {
		frm.set_query("within", () => ({ filters: { area_type: ["in", ["State", "District"]] } }));
	},
	refresh(frm) {
		show_result(frm);
		frm.add_custom_button(__("Download Sample"), () => ask_for_sample(frm));
		if (frm.is_new()) return;
		if (frm.doc.__onload?.is_being_worked_on) {
			frm.set_intro(__("This is being worked on. You may leave the page."), "blue");
			look_again(frm);
			return;
		}
		if (!frm.doc.file) return;
		const $preview = frm.add_custom_button(__("Preview"), () => run(frm, "preview"));
		if (frm.doc.status === "Previewed" && has_something_to_do(frm)) {
			frm.add_custom_button(__("Import"), () =>
				frappe.confirm(__("Import all of it? {0}", [counted(frm)]), () => run(frm, "import_file"))
			).addClass("btn-primary");
		} else {
			$preview.addClass("btn-primary");
		}
	},
});

const COLOURS = { New: "green", Changed: "blue", Unchanged: "gray", "Left Out": "gray", Error: "red" };

async function run(frm, method) {
	if (frm.is_dirty()) await frm.save();
	await frappe.call({
		method: `grievance_cell.organisation.doctype.master_import.master_import.${method}`,
		args: { name: frm.doc.name },
		freeze: true,
		freeze_message: __("Reading the file…"),
	});
	frm.clear_custom_buttons();
	// Frappe loads the form as well when it hears that the document was changed. Both ask here, so that it is loaded once:
	// a form that is loaded while its user already changes it has no document for that moment.
	frm.debounced_reload_doc();
}

// Where the news that a job has ended got lost.
function look_again(frm) {
	clearTimeout(frm.next_look);
	frm.next_look = setTimeout(() => {
		const waits = cur_frm === frm && frm.doc.__onload?.is_being_worked_on;
		if (waits && !frm.is_dirty()) frm.debounced_reload_doc();
	}, 3000);
}

function has_something_to_do(frm) {
	const counts = JSON.parse(frm.doc.counts || "{}");
	return Boolean(counts.New || counts.Changed);
}

function counted(frm) {
	const counts = JSON.parse(frm.doc.counts || "{}");
	return Object.keys(COLOURS)
		.filter((kind) => counts[kind])
		.map((kind) => `${__(kind)}: ${cint(counts[kind])}`)
		.join(" · ");
}

function ask_for_sample(frm) {
	frappe.prompt(
		[
			{
				fieldname: "what",
				fieldtype: "Select",
				label: __("What"),
				options: frm.get_field("what").df.options,
				default: frm.doc.what,
				reqd: 1,
			},
			{
				fieldname: "file_type",
				fieldtype: "Select",
				label: __("File Type"),
				options: "csv\nxlsx",
				default: "csv",
				reqd: 1,
			},
		],
		(values) =>
			open_url_post(
				"/api/method/grievance_cell.organisation.doctype.master_import.master_import.sample",
				values
			),
		__("Download Sample"),
		__("Download")
	);
}

function show_result(frm) {
	const $table = frm.get_field("result_table").$wrapper.empty();
	if (!frm.doc.result) {
		$table.append(`<p class="text-muted">${__("Save, attach a file, and choose Preview: it says what would change and changes nothing.")}</p>`);
		return;
	}
	const escape = frappe.utils.escape_html;
	const { outcomes, unread, differs } = JSON.parse(frm.doc.result);
	const counts = JSON.parse(frm.doc.counts || "{}");
	const $counts = $('<p class="import-counts">').appendTo($table);
	for (const [kind, colour] of Object.entries(COLOURS)) {
		if (!counts[kind]) continue;
		$counts.append(
			`<span class="indicator-pill ${colour}" data-outcome="${kind}" style="margin-inline-end: 8px">${__(kind)}: ${cint(counts[kind])}</span>`
		);
	}
	if (differs) {
		$table.append(`<p class="text-danger">${__("Nothing was imported: since the preview something else has changed. Look at this and import again.")}</p>`);
	} else if (counts.Error) {
		$table.append(`<p class="text-danger">${__("Nothing is imported as long as a row has an error. Correct the file and attach it again.")}</p>`);
	}
	if (unread.length) {
		$table.append(`<p class="text-muted">${__("Columns that are not read: {0}", [unread.map(escape).join(", ")])}</p>`);
	}
	if (outcomes.length) $table.append(rows_of(outcomes, escape));
	const listed = outcomes.length;
	const said = cint(counts.New) + cint(counts.Changed) + cint(counts.Error);
	if (said > listed) $table.append(`<p class="text-muted">${__("{0} of {1} rows are listed", [listed, said])}</p>`);
}

function rows_of(outcomes, escape) {
	const headings = [__("Row"), __("What"), __("Outcome"), __("Details")];
	const rows = outcomes.map(({ row, what, outcome, changes, error }) => {
		const details = error
			? `<span class="text-danger">${escape(error)}</span>`
			: changes
					.map(([label, old, now]) =>
						old
							? `${escape(label)}: <s class="text-muted">${escape(old)}</s> → ${escape(now)}`
							: `${escape(label)}: ${escape(now)}`
					)
					.join("<br>");
		return `<tr><td>${cint(row) || ""}</td><td>${escape(what)}</td>
			<td><span class="indicator-pill no-indicator-dot ${COLOURS[outcome]}">${__(outcome)}</span></td><td>${details}</td></tr>`;
	});
	return `<div class="table-responsive"><table class="table table-bordered import-result">
		<thead><tr>${headings.map((each) => `<th>${each}</th>`).join("")}</tr></thead>
		<tbody>${rows.join("")}</tbody>
	</table></div>`;
}
