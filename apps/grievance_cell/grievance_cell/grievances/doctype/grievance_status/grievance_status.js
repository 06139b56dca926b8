frappe.ui.form.on("Grievance Status", {
	refresh(frm) {
		frm.set_intro("");
		if (frm.is_new() || frm.doc.__onload?.is_in_workflow) return;
		const workflow = `<a href="${frappe.utils.get_form_link("Workflow", "Grievance")}">${__("Workflow")}</a>`;
		frm.set_intro(
			__("No case comes to this status yet: add it as a state to the {0}, with the moves that lead to it and on.", [workflow]),
			"orange"
		);
	},
});
