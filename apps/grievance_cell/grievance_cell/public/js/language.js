frappe.ui.form.on("Language", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.name === "en" || !frappe.model.can_create("Translation")) return;
		frm.add_custom_button(__("Texts for Citizens"), () =>
			window.open(
				`/api/method/grievance_cell.api.languages.export_texts?language=${encodeURIComponent(frm.doc.name)}`
			)
		);
	},
});
