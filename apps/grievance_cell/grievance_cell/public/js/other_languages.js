// Masters that citizens read about by name. Frappe hides a field that names its document, and the globe for translations with it.
const NAMED_BY = {
	Department: "department_name",
	"Delay Reason": "reason",
	"Emergency Number": "title",
	"Grievance Category": "category_name",
	"Grievance Status": "status_name",
	"Out of Scope Reason": "reason",
};

for (const [doctype, fieldname] of Object.entries(NAMED_BY)) {
	frappe.ui.form.on(doctype, {
		refresh(frm) {
			if (frm.is_new() || !frappe.model.can_write("Translation")) return;
			frm.add_custom_button(
				__("Other Languages"),
				() =>
					new frappe.views.TranslationManager({
						df: frm.get_docfield(fieldname),
						source_text: frm.doc[fieldname],
						doc: frm.doc,
					})
			);
		},
	});
}
