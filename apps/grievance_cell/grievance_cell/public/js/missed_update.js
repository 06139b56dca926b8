// While Frappe loads a form anew it does not hear that the document has changed meanwhile, and would show what was before.
// Such a change is kept here, and the form is loaded once more.
const missed = new Map();
const key = (doctype, name) => `${doctype}:${name}`;

$(document).on("app_ready", () => {
	frappe.realtime.on("doc_update", ({ doctype, name, modified }) => {
		if (cur_frm?.doctype !== doctype || cur_frm.docname !== name || locals[doctype]?.[name]) return;
		missed.set(key(doctype, name), modified);
	});
});

$(document).on("form-refresh", (_event, frm) => {
	const modified = missed.get(key(frm.doctype, frm.docname));
	missed.delete(key(frm.doctype, frm.docname));
	if (modified > frm.doc.modified) frm.debounced_reload_doc();
});
