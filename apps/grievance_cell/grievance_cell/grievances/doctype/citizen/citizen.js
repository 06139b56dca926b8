frappe.ui.form.on("Citizen", {
	refresh(frm) {
		grievance_cell.add_number_button(frm);
	},
});
