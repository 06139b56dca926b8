frappe.ui.form.on("Local Area", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_read("Chat Channel")) return;
		frm.add_custom_button(__("Link and QR Code"), () => grievance_cell.show_link({ area: frm.doc.name }));
	},
});
