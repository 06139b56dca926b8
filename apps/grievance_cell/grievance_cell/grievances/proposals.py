"""What one officer proposes and another person decides: Long Term, Out of Scope, Junk.

The case keeps its status, its office and its clock until it is decided. The approval is a move of the Workflow's, which says
who may make it; that it is a second person's, lifecycle.before_move sees to.
"""

import frappe
from frappe import _
from frappe.utils import cint

from grievance_cell.grievances import actions, decisions, lifecycle
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, category_of

LONG_TERM, OUT_OF_SCOPE, JUNK = PROPOSALS = ("Long Term", "Out of Scope", "Junk")
FIELDS = {
	LONG_TERM: {"expected_by", "long_term_owner"},
	OUT_OF_SCOPE: {"out_of_scope_reason", "decision"},
	JUNK: {"decision"},
}
# The Workflow's action that approves each.
APPROVED_BY = {LONG_TERM: "Approve Long Term", OUT_OF_SCOPE: "Reject", JUNK: "Reject"}
EXTENDED = "Long Term Extended"


def propose(case, what: str, remark: str, **values) -> None:
	"""Put a case to a second person for decision, with the reason.

	`values` are those that the decision needs: for Long Term `expected_by` and `long_term_owner`, for Out of Scope
	`out_of_scope_reason`; `decision` is what the citizen is to be told. Who calls this has the right to write the case.
	"""
	if what not in PROPOSALS:
		frappe.throw(_("There is no proposal {0}").format(what))
	if case.proposal:
		frappe.throw(_("{0} is proposed already, and waits for a decision").format(_(case.proposal)))
	if not (may_be_approved(case, what) or is_extension(case, what)):
		frappe.throw(_("This can be proposed while work goes on"))
	if not (remark or "").strip():
		frappe.throw(_("Write the reason of the proposal"), frappe.MandatoryError)
	if unknown := set(values) - FIELDS[what]:
		frappe.throw(_("Not a field of this proposal: {0}").format(", ".join(sorted(unknown))))
	if what == LONG_TERM:
		values["proposed_date"] = decisions.future_date(values.pop("expected_by", None))
	elif what == OUT_OF_SCOPE and not values.get("out_of_scope_reason"):
		frappe.throw(
			_("Choose why this is out of scope: the citizen is told where to turn"), frappe.MandatoryError
		)
	lifecycle.save_with(
		case,
		proposal=what,
		proposal_remark=remark,
		proposed_by=frappe.session.user,
		proposed_on=frappe.utils.now_datetime(),
		**values,
	)
	actions.record(case, f"{what} Proposed", posting=case.posting, remark=remark)


def is_extension(case, what: str) -> bool:
	"""Tell whether a work that has a date already is to have a later one."""
	return what == LONG_TERM and decisions.waits_until_expected(case.status)


def approve(case, remark: str = "") -> None:
	"""Decide a proposal as it was made, by a second person whom the Workflow allows it."""
	what = case.proposal
	decisions.decide_by_another(case)
	if not is_extension(case, what):
		return lifecycle.act(case, APPROVED_BY[what], remark=remark)
	if not may_decide(case):
		refuse()
	decisions.refuse_extension(cint(case.long_term_count) + 1)
	lifecycle.save_with(
		case,
		**dict.fromkeys(decisions.PROPOSAL_FIELDS),
		long_term_count=cint(case.long_term_count) + 1,
		long_term_reason=case.proposal_remark,
		expected_by=decisions.future_date(case.proposed_date),
	)
	actions.record(
		case, EXTENDED, posting=case.posting, remark=remark or case.long_term_reason, visible_to_citizen=1
	)


def decline(case, remark: str) -> None:
	"""Refuse a proposal, with the reason; the case goes on as before."""
	decisions.decide_by_another(case)
	if not may_decide(case):
		refuse()
	if not (remark or "").strip():
		frappe.throw(_("Write why the proposal is declined"), frappe.MandatoryError)
	what = case.proposal
	# What the citizen would have been told of it goes with it.
	lifecycle.save_with(
		case, **dict.fromkeys((*decisions.PROPOSAL_FIELDS, "decision", "out_of_scope_reason"))
	)
	actions.record(case, f"{what} Declined", posting=case.posting, remark=remark)


def may_be_approved(case, what: str) -> bool:
	"""Tell whether a case is worked on, and the Workflow can lead from where it stands to what is proposed."""
	return category_of(case.status) == OPEN and any(each.state == case.status for each in approvals(what))


def may_decide(case) -> bool:
	"""Tell whether the session's user is one of those who approve such a proposal, wherever the case stands meanwhile.

	Never who has proposed it.
	"""
	if case.proposed_by == frappe.session.user:
		return False
	return bool({each.allowed for each in approvals(case.proposal)} & set(frappe.get_roles()))


def approvals(what: str) -> list:
	"""List the Workflow's transitions that approve a proposal."""
	transitions = frappe.get_cached_doc("Workflow", lifecycle.WORKFLOW).transitions
	return [each for each in transitions if each.action == APPROVED_BY[what]]


def refuse() -> None:
	frappe.throw(_("This decision is not yours"), frappe.PermissionError)
