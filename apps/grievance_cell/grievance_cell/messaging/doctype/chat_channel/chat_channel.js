frappe.ui.form.on("Chat Channel", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Link and QR Code"), () => grievance_cell.show_link({ channel: frm.doc.name }));
		frm.add_custom_button(__("Health"), () => frappe.set_route("whatsapp-health"));
		if (frm.doc.state === "Stopped") show_stop(frm);
	},
});

function show_stop(frm) {
	frm.dashboard.set_headline_alert(__("This number does not send: {0}", [frm.doc.stop_reason]), "red");
	if (frm.has_perm("write")) {
		frm.add_custom_button(__("Resume"), () => frm.call("resume").then(() => frm.reload_doc()));
	}
}
