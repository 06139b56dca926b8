frappe.ui.form.on("Notification", {
	refresh(frm) {
		follow_channel(frm);
		if (frm.is_new() || frm.doc.channel !== "WhatsApp") return;
		frm.add_custom_button(__("Preview"), () => {
			if (frm.is_dirty()) {
				frappe.msgprint(__("Save the notice first."));
				return;
			}
			show_preview(frm);
		});
	},
	channel: follow_channel,
	document_type: follow_channel,
	case_step: follow_channel,
	chat_template: follow_channel,
});

function follow_channel(frm) {
	const by_whatsapp = frm.doc.channel === "WhatsApp";
	frm.toggle_display("message", !(by_whatsapp && frm.doc.chat_template));
	frm.toggle_display("message_examples", !by_whatsapp);
	frm.toggle_reqd("recipients", by_whatsapp || frm.doc.channel === "Email");
	if (frm.doc.document_type && (by_whatsapp || frm.doc.case_step)) {
		frappe.model.with_doctype(frm.doc.document_type, () => offer_recipients(frm));
	}
}

// Who can be told over WhatsApp, or of a step of a case: citizens, numbers, users, postings, a department's or an area's head.
function offer_recipients(frm) {
	const told = ["Citizen", "User", "Officer Posting", "Department", "Local Area"];
	const can_be_told = (field) =>
		field.options === "Phone" || (field.fieldtype === "Link" && told.includes(field.options));
	const option = (field, table) => ({
		value: table ? `${field.fieldname},${table.fieldname}` : field.fieldname,
		label: [table, field].filter(Boolean).map((each) => __(each.label)).join(": "),
	});
	const fields = frappe.get_meta(frm.doc.document_type).fields;
	const found = fields.flatMap((field) =>
		frappe.model.table_fields.includes(field.fieldtype)
			? (frappe.get_meta(field.options)?.fields || [])
					.filter(can_be_told)
					.map((row) => option(row, field))
			: can_be_told(field)
			? [option(field)]
			: []
	);
	frm.fields_dict.recipients.grid.update_docfield_property("receiver_by_document_field", "options", [
		"",
		{ value: "owner", label: __("Created By") },
		...found,
	]);
}

function show_preview(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		fields: [
			{
				fieldname: "document",
				fieldtype: "Link",
				options: frm.doc.document_type,
				label: __(frm.doc.document_type),
				hidden: !frappe.model.can_read(frm.doc.document_type),
				onchange: say,
			},
			{
				fieldname: "language",
				fieldtype: "Link",
				options: "Language",
				label: __("Language"),
				default: frappe.boot.lang,
				reqd: 1,
				onchange: say,
			},
			{ fieldname: "said", fieldtype: "HTML" },
		],
	});
	function say() {
		const document = dialog.get_value("document");
		// A link field takes its default a moment after the dialog has opened.
		const language = dialog.get_value("language") || frappe.boot.lang;
		frappe
			.call("grievance_cell.messaging.whatsapp_notification.preview", {
				notification: frm.doc.name,
				document,
				language,
			})
			.then(({ message }) => {
				// As on the phone: a bubble on the wallpaper, lines as they are.
				const bubble = $("<div class='notice-bubble'>").text(message);
				dialog.fields_dict.said.$wrapper.html($("<div class='notice-phone'>").append(bubble));
			});
	}
	dialog.show();
	say();
}

frappe.dom.set_style(`
	.notice-phone { padding: 16px; border-radius: 8px; background: #efeae2; }
	.notice-bubble { max-width: 85%; padding: 8px 10px; border-radius: 8px; background: #fff; color: #111b21; white-space: pre-wrap; overflow-wrap: anywhere; }
	[data-theme="dark"] .notice-phone { background: #0b141a; }
	[data-theme="dark"] .notice-bubble { background: #202c33; color: #e9edef; }
`);
