// What a move needs, asked when it is made. The rules themselves are in lifecycle.py; this only saves a refusal.
const ASKED_BY_ACTION = {
	Resolve: [
		{ fieldname: "resolution", reqd: 1 },
		{ fieldname: "resolution_photo", reqd: 0 },
	],
	"Ask Citizen": [{ fieldname: "question", reqd: 1 }],
};

frappe.ui.form.on("Grievance", {
	setup(frm) {
		frm.set_query("category", () => ({ filters: { is_group: 0 } }));
		frm.set_query("posting", () => ({
			filters: { department: frm.doc.department, kind: "Officer", is_active: 1 },
		}));
	},

	refresh(frm) {
		show_deadline(frm);
	},

	before_workflow_action(frm) {
		const asked = ASKED_BY_ACTION[frm.selected_workflow_action];
		return asked && ask(frm, asked);
	},
});

function show_deadline(frm) {
	if (!frm.doc.resolution_by || !["On Track", "Due Soon", "Overdue"].includes(frm.doc.sla_status)) {
		return;
	}
	const colour = { "On Track": "green", "Due Soon": "orange", Overdue: "red" }[frm.doc.sla_status];
	const left = grievance_cell.time_left(frm.doc.resolution_by);
	frm.dashboard.add_indicator(__("{0}: to be settled {1}", [__(frm.doc.sla_status), left]), colour);
}

// Ask for the fields that a move needs and save them; resolves when the move may go on. The desk is frozen by Frappe
// when a move begins, and its promise is simply not kept when the officer closes the dialog.
function ask(frm, asked) {
	frappe.dom.unfreeze();
	return new Promise((go_on) => {
		const dialog = new frappe.ui.Dialog({
			title: __(frm.selected_workflow_action),
			fields: asked.map(({ fieldname, reqd }) => ({
				...frm.get_docfield(fieldname),
				reqd,
				read_only: 0,
				default: frm.doc[fieldname],
			})),
			primary_action_label: __(frm.selected_workflow_action),
			primary_action(values) {
				dialog.hide();
				frm.set_value(values)
					.then(() => frm.save())
					.then(() => {
						frappe.dom.freeze();
						go_on();
					});
			},
		});
		dialog.show();
	});
}
