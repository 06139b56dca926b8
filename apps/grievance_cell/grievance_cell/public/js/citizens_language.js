// Frappe fills a new document's "language" with the one that the desk speaks. Citizens are written to in their own, so what
// is taken down of them begins with the one in which most of them are.
const FIELDS = {
	Grievance: "language",
	Citizen: "language",
	"Callback Request": "language",
	"Camp Day": "citizens_language",
};

for (const [doctype, field] of Object.entries(FIELDS)) {
	// Before Frappe looks up what every link stands for, and writes it back.
	frappe.ui.form.on(doctype, { before_load: (frm) => begin_with_theirs(frm.doc, field) });
}

async function begin_with_theirs(doc, field) {
	const filled = frappe.meta.get_docfield(doc.doctype, field).default || frappe.defaults.get_default("language");
	if (!doc.__islocal || doc[field] !== filled || !frappe.model.can_create("Grievance")) return;
	const { language } = await frappe.xcall("grievance_cell.api.registration.begin");
	doc[field] = language;
}
