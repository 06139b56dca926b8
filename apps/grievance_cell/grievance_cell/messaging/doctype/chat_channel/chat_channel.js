frappe.ui.form.on("Chat Channel", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Link and QR Code"), () => grievance_cell.show_link({ channel: frm.doc.name }));
		frm.add_custom_button(__("Health"), () => frappe.set_route("whatsapp-health"));
	},
});
