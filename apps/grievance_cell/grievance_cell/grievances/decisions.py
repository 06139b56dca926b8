"""What has to be decided about a case, and by whom: work that has to wait, and the end of a case by somebody's word.

Rules that lifecycle.before_move applies, whichever way a move comes. They know a case before and after, and save nothing.
"""

import frappe
from frappe import _
from frappe.utils import cint, getdate

CLOSED_STATUS = "Closed"
COMPLAINT, SUGGESTION, DEMAND = "Complaint", "Suggestion", "Demand"
FORCE_CLOSED, DECIDED, OUT_OF_SCOPE, JUNK = "Force Closed", "Decided", "Out of Scope", "Junk"
JOINED = "Duplicate"
# A close that was somebody's decision: who is not content with it appeals.
DECISIONS = (OUT_OF_SCOPE, JUNK, FORCE_CLOSED, DECIDED)
# So often the department's head may put a date off: the first approval, and one extension.
APPROVALS_OF_HEAD = 2
PROPOSAL_FIELDS = ("proposal", "proposal_remark", "proposed_by", "proposed_on", "proposed_date")


def waits_until_expected(status: str) -> bool:
	return bool(frappe.get_cached_value("Grievance Status", status, "waits_until_expected"))


def plan_long_term(case, previous) -> None:
	"""See that a case which is to wait for a budget or sanction has a date, an owner, and two people's word.

	A demand is sanctioned by the department's head alone: that is the decision it asks for.
	"""
	if not waits_until_expected(case.status):
		return
	if case.grievance_type != DEMAND or previous.proposal:
		decide_by_another(previous)
		take_proposed(case, previous)
	case.long_term_owner = case.long_term_owner or case.posting
	case.expected_by = future_date(case.expected_by)
	if not (case.long_term_reason or "").strip():
		frappe.throw(
			_("Write down which budget, tender or sanction the work waits for"), frappe.MandatoryError
		)
	case.long_term_count = cint(case.long_term_count) + 1
	refuse_extension(case.long_term_count)
	forget_proposal(case)


def take_proposed(case, previous) -> None:
	"""Take the date and the reason of a proposal, but for what who approves it has entered instead."""
	entered = case.flags.own_values or ()
	for field, proposed in (
		("expected_by", previous.proposed_date),
		("long_term_reason", previous.proposal_remark),
	):
		if field not in entered:
			case.set(field, proposed)


def future_date(day):
	"""Return the date by which a work is expected; raises where there is none, or one that has passed."""
	if not day:
		frappe.throw(_("Enter the date by which the work is expected"), frappe.MandatoryError)
	if getdate(day) <= getdate():
		frappe.throw(_("The expected date lies in the future"))
	return getdate(day)


def refuse_extension(count: int) -> None:
	"""Leave a second extension to the collector; the count is with the one that is asked for."""
	if count > APPROVALS_OF_HEAD and "Collector" not in frappe.get_roles():
		frappe.throw(_("A second extension is the collector's decision"), frappe.PermissionError)


def decide_by_another(previous) -> None:
	"""See that what is decided was proposed, and by somebody else than who decides."""
	if not previous.proposal:
		frappe.throw(_("This is proposed first, and decided by a second person"))
	if previous.proposed_by == frappe.session.user:
		frappe.throw(_("You have proposed this: another person decides"), frappe.PermissionError)


def forget_proposal(case) -> None:
	case.update(dict.fromkeys(PROPOSAL_FIELDS))


def end(case, previous) -> None:
	"""See that a case that ends says how and, where somebody decided it, why.

	The reason comes with the state (Workflow), with the move (own_cases, timers) or follows from what the case is: a
	proposal that is approved, a suggestion that is answered. What is closed by hand with none of these is closed by
	force; for whom that move is, the Workflow says.
	"""
	given = case.closure_reason if case.closure_reason != previous.closure_reason else None
	if not given:
		given = reason_by_hand(previous, case.status)
	if given in (OUT_OF_SCOPE, JUNK):
		decide_by_another(previous)
	case.closure_reason = given
	case.force_closed_by = frappe.session.user if given == FORCE_CLOSED else None
	if given == "Out of Scope" and not case.out_of_scope_reason:
		frappe.throw(
			_("Choose why this is out of scope: the citizen is told where to turn"), frappe.MandatoryError
		)
	if given in (FORCE_CLOSED, DECIDED) and not (case.decision or "").strip():
		frappe.throw(_("Write down the decision and its reason: the citizen is told"), frappe.MandatoryError)


def reason_by_hand(case, status: str) -> str:
	"""Name the reason with which a case ends in a status that gives none itself, as it stands before the move."""
	if case.proposal in (OUT_OF_SCOPE, JUNK) and status != CLOSED_STATUS:
		return case.proposal
	return DECIDED if case.grievance_type == SUGGESTION else FORCE_CLOSED


def explained(case) -> str:
	"""Write what the citizen is told of a decision: why, and of what is out of scope where they may turn, in their language."""
	guidance = case.closure_reason == OUT_OF_SCOPE and frappe.get_cached_value(
		"Out of Scope Reason", case.out_of_scope_reason, "guidance"
	)
	return " ".join(filter(None, (case.decision, guidance and _(guidance, case.language))))
