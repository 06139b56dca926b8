frappe.ui.form.on("Callback Request", {
	refresh(frm) {
		if (frm.is_new()) return;
		grievance_cell.add_number_button(frm);
		if (frm.doc.citizen) {
			frm.add_custom_button(__("Messages"), () =>
				frappe.set_route("List", "Chat Message", { citizen: frm.doc.citizen })
			);
		}
		if (frm.doc.status === "Open" && frm.perm[0]?.write) {
			frm.add_custom_button(__("Done"), () => ask_remark(frm)).addClass("btn-primary");
		}
	},
});

function ask_remark(frm) {
	frappe.prompt(
		{ ...frm.get_docfield("remark"), read_only: 0, reqd: 1, label: __("What came of the call?") },
		({ remark }) => {
			frm.set_value({ status: "Done", remark }).then(() => frm.save());
		},
		__("Done"),
		__("Done")
	);
}
