// Moves that have a dialog of their own.
const OTHER_DOORS = {
	"Join to Another Case": (frm) => grievance_cell.join_case(frm),
	"Separate Again": (frm) => grievance_cell.part_case(frm),
};
const OFFICERS = ["Grievance Officer", "Department Head", "Grievance Operator"];
const API = "grievance_cell.api.cases.";

frappe.ui.form.on("Grievance", {
	setup(frm) {
		frm.set_query("category", () => ({ filters: { is_group: 0 } }));
		frm.set_query("posting", () => ({
			filters: { department: frm.doc.department, kind: "Officer", is_active: 1 },
		}));
	},

	refresh(frm) {
		grievance_cell.show_overview(frm);
		// Frappe's box has room for a page; most people say it in two lines.
		$(frm.get_field("description").input).css("height", "120px");
		show_proposal(frm);
		if (!frm.is_new()) offer_acts(frm);
		grievance_cell.add_number_button(frm);
	},

	before_workflow_action(frm) {
		const action = frm.selected_workflow_action;
		const asks =
			asked(frm, action).fields.length || action in OTHER_DOORS || frm.doc.__onload?.delay_reason_wanted;
		if (asks) return instead(() => grievance_cell.begin_move(frm, action));
	},
});

// Make a move with what it asks for; of a late case the reason is asked first.
grievance_cell.begin_move = function (frm, action) {
	if (frm.doc.__onload?.delay_reason_wanted && !asked(frm, action).is_free) {
		return give_reason(frm, () => make_move(frm, action));
	}
	return make_move(frm, action);
};

function make_move(frm, action) {
	if (action in OTHER_DOORS) return OTHER_DOORS[action](frm);
	const { fields } = asked(frm, action);
	if (!fields.length) return call(frm, "act", { action });
	ask(frm, __(action), fields_of_move(frm, fields), (values) => call(frm, "act", { action, values }));
}

// What an action of the workflow asks when it is made, as moves.py has it.
function asked(frm, action) {
	return frm.doc.__onload?.asked_by_action?.[action] || { fields: [], is_free: false };
}

function show_proposal(frm) {
	const { proposal, proposal_remark, proposed_date } = frm.doc;
	if (!proposal) return;
	const escape = frappe.utils.escape_html;
	const said = __("{0} is proposed by {1}, and waits for a decision", [
		__(proposal).bold(),
		escape(frm.doc.__onload.proposer),
	]);
	const until = proposed_date ? ` (${__("Proposed Date")}: ${day(proposed_date)})` : "";
	frm.set_intro(`${said}: ${escape(proposal_remark)}${until}`, "orange");
	if (!frm.doc.__onload.may_decide) return;
	frm.add_custom_button(__("Approve"), () => call(frm, "approve", {}), __("Decide"));
	frm.add_custom_button(
		__("Decline"),
		() =>
			ask(frm, __("Decline"), [{ ...REASON, label: __("Why the proposal is declined") }], ({ reason }) =>
				call(frm, "decline", { remark: reason })
			),
		__("Decide")
	);
}

const REASON = { fieldname: "reason", fieldtype: "Small Text", reqd: 1 };

// Offer what can be done to a case besides its moves.
function offer_acts(frm) {
	const stage = frm.doc.__onload?.stage;
	const open = ["Open", "Paused"].includes(stage);
	if (open && frm.has_perm("write")) {
		frm.add_custom_button(
			__("Transfer"),
			() =>
				frm.doc.__onload.delay_reason_wanted ? give_reason(frm, () => transfer(frm)) : transfer(frm),
			__("Send")
		);
		if (!frm.doc.parent_grievance) {
			frm.add_custom_button(__("Ask a Department"), () => ask_department(frm), __("Send"));
		}
	}
	if (open && frm.has_perm("write") && (frm.doc.first_breached_on || frm.doc.__onload.delay_reason_wanted)) {
		frm.add_custom_button(__("Reason for the Delay"), () => give_reason(frm));
	}
	if (open && !frm.doc.proposal && has_role(OFFICERS)) {
		for (const what of ["Long Term", "Out of Scope", "Junk"]) {
			if (stage === "Open" || (what === "Long Term" && frm.doc.expected_by)) {
				frm.add_custom_button(__(what), () => propose(frm, what), __("Propose"));
			}
		}
	}
}

// Ask why a case is late, and do what was wanted before that was asked.
function give_reason(frm, then = () => {}) {
	const fields = [
		{ ...field(frm, "delay_reason"), reqd: 1, get_query: () => ({ filters: { enabled: 1 } }) },
		{ ...field(frm, "delay_remark"), reqd: 1, description: __("In a line: the citizen and the representative read it") },
		{
			...field(frm, "expected_by"),
			default: "",
			label: __("New Date"),
			description: __("If it is known by when the case will be settled: the citizen is told"),
		},
	];
	ask(frm, __("Reason for the Delay"), fields, (values) => call(frm, "give_reason", values), {
		label: __("Save"),
		then,
	});
}

function propose(frm, what) {
	const of_case = (fieldname, more = {}) => ({ ...field(frm, fieldname), ...more });
	const more = {
		"Long Term": [of_case("expected_by", { reqd: 1, default: "" }), of_case("long_term_owner")],
		"Out of Scope": [of_case("out_of_scope_reason", { reqd: 1 }), of_case("decision")],
		Junk: [of_case("decision")],
	}[what];
	const title = __("Propose: {0}", [__(what)]);
	ask(frm, title, [{ ...REASON, label: __("Reason of the Proposal") }, ...more], ({ reason, ...values }) =>
		call(frm, "propose", { what, remark: reason, values })
	);
}

function transfer(frm) {
	const department = { ...field(frm, "department"), reqd: 1, read_only_depends_on: "" };
	const posting = {
		...field(frm, "posting"),
		default: "",
		read_only_depends_on: "",
		description: __("Empty: where the department's cases of this area go"),
		get_query: () => ({ filters: { kind: "Officer", is_active: 1 } }),
	};
	ask(frm, __("Transfer"), [department, posting, { ...REASON, label: __("Reason") }], (values) => {
		// Whoever has sent a case away may not see it any more: the form is left, and not loaded anew meanwhile.
		frappe.ui.form.is_saving = true;
		return frappe
			.xcall(`${API}transfer`, { case: frm.doc.name, ...values })
			.then(() => frappe.set_route("List", "Grievance"))
			.finally(() => (frappe.ui.form.is_saving = false));
	});
}

function ask_department(frm) {
	const department = { ...field(frm, "department"), default: "", reqd: 1, read_only_depends_on: "" };
	const what = { ...REASON, fieldname: "what", label: __("What It Is to Do") };
	ask(frm, __("Ask a Department"), [department, what], (values) => call(frm, "ask_department", values));
}

function fields_of_move(frm, fields) {
	return fields.map(({ fieldname, required, default_from }) => ({
		...field(frm, fieldname),
		reqd: required ? 1 : 0,
		default: frm.doc[default_from],
	}));
}

function field(frm, fieldname) {
	return {
		...frm.get_docfield(fieldname),
		read_only: 0,
		hidden: 0,
		depends_on: "",
		// The form hides what is empty, and remembers that on the field.
		hidden_due_to_dependency: 0,
		default: frm.doc[fieldname],
	};
}

function day(moment) {
	return frappe.datetime.str_to_user(moment.split(" ")[0]);
}

function has_role(roles) {
	return roles.some((role) => frappe.user.has_role(role));
}

// Do something of ours in the place of Frappe's own move: the desk is frozen by Frappe when a move begins, and waits for a
// promise that is not kept.
function instead(act) {
	frappe.dom.unfreeze();
	act();
	return new Promise(() => {});
}

// Ask for fields, then act; what was refused leaves the dialog as it was. `then` is what follows when it has closed.
function ask(frm, title, fields, act, { label = title, then = () => {} } = {}) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: label,
		primary_action: (values) =>
			act(values)
				.then(() => dialog.hide())
				.then(then),
	});
	dialog.show();
}

async function call(frm, method, args) {
	if (frm.is_dirty()) await frm.save();
	await frappe.call({
		method: API + method,
		args: { case: frm.doc.name, ...args },
		freeze: true,
	});
	await frm.reload_doc();
}
