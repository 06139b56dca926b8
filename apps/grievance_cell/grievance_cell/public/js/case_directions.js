// What was directed in a case, in its form; the collector directs from there as well.
frappe.ui.form.on("Grievance", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_read("Review Direction")) return;
		show_directions(frm);
		if (frappe.user.has_role("Collector")) {
			frm.add_custom_button(__("Give a Direction"), async () => {
				// The form is loaded anew afterwards: what was written meanwhile is kept.
				if (frm.is_dirty()) await frm.save();
				grievance_cell.direct({ grievance: frm.doc.name }, () => frm.reload_doc());
			});
		}
	},
});

async function show_directions(frm) {
	const grievance = frm.doc.name;
	const found = await frappe.db.get_list("Review Direction", {
		filters: { grievance },
		fields: ["name", "direction", "posting", "due_on", "status"],
		order_by: "due_on desc",
	});
	if (!found.length || frm.doc.name !== grievance) return;
	const escape = frappe.utils.escape_html;
	const lines = found.map(({ name, direction, posting, due_on, status }) => {
		const late = status === "Open" && due_on < frappe.datetime.get_today();
		const colour = late ? "red" : { Open: "orange", Done: "green" }[status] || "gray";
		const said = late ? __("Overdue") : __(status);
		return `<div class="mb-2">
			<span class="indicator-pill ${colour}">${said}</span>
			<a href="${frappe.utils.get_form_link("Review Direction", name)}">${escape(direction)}</a>
			<span class="text-muted">${escape(posting)}, ${__("by {0}", [frappe.datetime.str_to_user(due_on)])}</span>
		</div>`;
	});
	frm.dashboard.add_section(lines.join(""), __("Directions"), "form-directions");
	frm.dashboard.show();
}
