frappe.ui.form.on("Chat Template", {
	refresh(frm) {
		if (frm.is_new() || !frm.has_perm("write")) {
			return;
		}
		frm.add_custom_button(__("Submit to Meta"), () =>
			ask_meta("submit", { names: JSON.stringify([frm.doc.name]) }).then(() => frm.reload_doc())
		);
		frm.add_custom_button(__("Sync States"), () => ask_meta("sync").then(() => frm.reload_doc()));
	},
});

function ask_meta(method, args) {
	return frappe.call({ method: `grievance_cell.messaging.templates.${method}`, args, freeze: true });
}
