frappe.ui.form.on("Public Case", {
	refresh(frm) {
		frm.disable_form();
		// It is only read: there is nobody to assign it to, and nothing to be written below it.
		frm.page.sidebar.hide();
		frm.footer.wrapper.hide();
		const shown = Array.from({ length: frm.doc.photos || 0 }, (_, index) => {
			const asked = new URLSearchParams({ case: frm.doc.name, number: index });
			return `<img src="/api/method/grievance_cell.api.cases.public_photo?${asked}" style="max-width: 20rem">`;
		});
		if (shown.length) frm.dashboard.add_section(shown.join(" "), __("Photos for Representatives"));
	},
});
