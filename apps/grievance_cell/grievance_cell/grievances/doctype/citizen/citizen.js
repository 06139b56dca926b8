frappe.ui.form.on("Citizen", {
	refresh(frm) {
		grievance_cell.add_number_button(frm);
		if (!frm.is_new() && ["Grievance Operator", "Collector"].some((role) => frappe.user.has_role(role))) {
			frm.add_custom_button(__("Erase"), () => ask_erasure(frm));
		}
	},
});

function ask_erasure(frm) {
	const text = __(
		"Name, numbers, messages, photos and what was written go for good. Dates and figures stay. Erase this citizen?"
	);
	frappe.warn(
		__("Erase"),
		text,
		async () => {
			const report = await frappe.xcall("grievance_cell.api.citizens.erase", { citizen: frm.doc.name });
			frappe.set_route("Form", "Erasure Report", report);
		},
		__("Erase")
	);
}
