"""How a case moves from state to state. `move` is the only way it does.

A move that comes through Frappe's own Actions button, a bulk edit or the API reaches the same rules, because the
Grievance controller calls `before_move` and `after_move` whenever the status of a saved case has changed. Which moves
there are, and for whom, is in the Workflow named Grievance; what a move means for the clock and the record is here, by
the *category* of the two states, so that staff add states with no code.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.model.workflow import WorkflowPermissionError, is_transition_condition_satisfied
from frappe.utils import now_datetime

from grievance_cell.grievances import actions, citizens, decisions, delays, reopening, waiting
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)
from grievance_cell.service_levels import deadlines

WORKFLOW = "Grievance"
FIRST_STATUS = "Registered"
ASSIGNED_STATUS = "Assigned"
REOPENED_STATUS = "Reopened"
CLOSED_STATUS = decisions.CLOSED_STATUS
# What a person may fill in with a move.
FIELDS_OF_MOVES = {
	"resolution",
	"resolution_photo",
	"question",
	"decision",
	"out_of_scope_reason",
	"expected_by",
	"long_term_reason",
	"long_term_owner",
}


def move(case, to: str, *, actor: str | None = None, remark: str = "", **values) -> None:
	"""Move a case to another status and save it; the session's user must have that transition in the Workflow.

	`actor` is whose act it was where that is not the session's user (timers run as Administrator); `remark` goes into
	the record, `values` are fields to set with the move. Raises frappe.ValidationError or WorkflowPermissionError.
	"""
	case.flags.move = {"actor": actor, "remark": remark}
	case.status = to
	save_with(case, **values)


def act(case, action: str, *, remark: str = "", **values) -> None:
	"""Make the move that an action of the Workflow's stands for, with what a person fills in with it."""
	to = next((each.next_state for each in moves_of_role(case) if each.action == action), None)
	if not to:
		frappe.throw(
			_("{0} is not possible for this case, or not for you").format(_(action)), frappe.PermissionError
		)
	if unknown := set(values) - FIELDS_OF_MOVES:
		frappe.throw(_("Not a field of a move: {0}").format(", ".join(sorted(unknown))))
	move(case, to, remark=remark, **values)


def save_with(case, **values) -> None:
	"""Save a case with fields that only our rules set; whoever calls this has made sure of the right to it."""
	case.flags.own_values = set(values)
	case.update(values)
	try:
		# Who may do a thing may do all of it: officers need no right to edit each field that it sets.
		case.save(ignore_permissions=True)
	finally:
		case.flags.pop("own_values", None)


def begin(case) -> None:
	"""Record a new case and hand it to its posting."""
	actions.record(
		case,
		"Registered",
		to_status=case.status,
		to_department=case.department,
		visible_to_citizen=1,
	)
	# One that is joined to another at once is worked on there.
	if not case.flags.joins:
		assign(case)


def assign(case) -> None:
	"""Hand a registered case to the posting that was found for it; whoever found it need not have that move."""
	if case.status != FIRST_STATUS or not case.posting:
		return
	found_by = frappe.session.user
	with acting_as("Administrator"):
		move(
			frappe.get_doc(case.doctype, case.name),
			ASSIGNED_STATUS,
			actor=found_by,
			remark=case.routing_note,
		)
	case.reload()


def before_move(case, previous) -> None:
	"""Apply the rules of a move to a case that is about to be saved."""
	refuse_unless_allowed(case, previous)
	was, will_be = category_of(previous.status), category_of(case.status)
	now = now_datetime()
	take_values_of_state(case)
	if will_be == CLOSED:
		decisions.end(case, previous)
	# After the reason of an end is known: a force close is free.
	delays.refuse_without_reason(case, previous)
	ask_citizen(case, previous)
	decisions.plan_long_term(case, previous)
	if will_be == RESOLVED:
		require_proof(case)
	if will_be == CLOSED and case.closure_reason == decisions.JOINED:
		# It goes on in another case, and may be told apart from that again: its own clock stands until then, neither met
		# nor breached. That the citizen hears where their matter lies is a response.
		deadlines.responded(case, now)
		deadlines.set_aside(case, now)
	elif will_be in (RESOLVED, CLOSED) and was in (OPEN, PAUSED):
		deadlines.responded(case, now)
		if was == PAUSED:
			go_on(case, previous, now)
		deadlines.settle(case, now)
	elif will_be == PAUSED and was == OPEN:
		deadlines.responded(case, now)
		hold(case, now)
	elif was == PAUSED and will_be in (OPEN, PAUSED):
		go_on(case, previous, now)
		if will_be == PAUSED:
			hold(case, now)
	elif will_be == OPEN and previous.closure_reason == decisions.JOINED:
		case.closed_on = case.closure_reason = case.duplicate_of = None
		deadlines.resume(case, now)
	elif will_be == OPEN and was in (RESOLVED, CLOSED):
		reopening.reopen(case, previous, now)
	elif will_be == OPEN and case.status != ASSIGNED_STATUS:
		deadlines.responded(case, now)
		deadlines.refresh(case, now)
	if will_be == RESOLVED:
		case.resolved_on = now
		case.first_resolved_on = case.first_resolved_on or now
		case.settled_on = now
	if will_be == CLOSED:
		case.closed_on = now
		unsettled = case.closure_reason in reopening.UNSETTLED
		case.settled_on = None if unsettled else case.settled_on or now
	if will_be in (RESOLVED, CLOSED):
		decisions.forget_proposal(case)


def refuse_unless_allowed(case, previous) -> None:
	"""Say that a move is not the user's before anything else: Frappe looks last, and would have them fill in fields first."""
	if case.status not in {each.next_state for each in moves_of_role(previous)}:
		frappe.throw(
			_("You cannot move a case from {0} to {1}").format(_(previous.status), _(case.status)),
			WorkflowPermissionError,
		)


def moves_of_role(case) -> list:
	"""List the Workflow's transitions from where a case stands that the roles of the session's user have.

	Whether they may read the case is not asked, which takes many queries: Frappe asks it of every move that is saved.
	"""
	roles = frappe.get_roles()
	return [
		transition
		for transition in frappe.get_cached_doc("Workflow", WORKFLOW).transitions
		if transition.state == case.status
		and transition.allowed in roles
		and is_transition_condition_satisfied(transition, case)
	]


def want_no_workflow_action(case) -> None:
	"""Let Frappe find a Workflow Action of the state of a case, where the Workflow wants none of any state.

	It would look up each move from there, at every save, to find that none wants one.
	"""
	if not all(state.is_optional_state for state in frappe.get_cached_doc("Workflow", WORKFLOW).states):
		return
	of_case = {"reference_doctype": case.doctype, "reference_name": case.name}
	if found := frappe.db.get_value("Workflow Action", of_case):
		frappe.db.set_value("Workflow Action", found, "workflow_state", case.status, update_modified=False)
	else:
		values = {"workflow_state": case.status, "status": "Completed"}
		frappe.get_doc({"doctype": "Workflow Action", **of_case, **values}).insert(ignore_permissions=True)


def take_values_of_state(case) -> None:
	"""Set the field that the Workflow sets with a state: Frappe's own button does, a save by us has to."""
	for state in frappe.get_cached_doc("Workflow", WORKFLOW).states:
		if state.state == case.status and state.update_field:
			case.set(state.update_field, state.update_value)


def ask_citizen(case, previous) -> None:
	"""See that a case which is to wait for the citizen asks them something, and forget a question that was answered."""
	if waits_for_citizen(case.status):
		if not (case.question or "").strip():
			frappe.throw(_("Write the question to the citizen"), frappe.MandatoryError)
		if not citizens.of_case(case):
			# It would be closed for want of an answer to a question that nobody has read.
			frappe.throw(_("Nobody can be asked: this case has no citizen"))
	elif waits_for_citizen(previous.status):
		case.question = None


def waits_for_citizen(status: str) -> bool:
	return bool(frappe.get_cached_value("Grievance Status", status, "waits_for_citizen"))


def require_proof(case) -> None:
	"""Let nobody report a case as settled without a word, and a photo where the category wants one, of what was done."""
	if not (case.resolution or "").strip():
		frappe.throw(_("Write down what was done before you resolve the case"), frappe.MandatoryError)
	wanted = frappe.get_cached_value("Grievance Category", case.category, "photo_wanted")
	if wanted and not case.resolution_photo:
		frappe.throw(_("Add a photo of what was done: this category needs one"), frappe.MandatoryError)


def hold(case, now: datetime) -> None:
	"""Stop the clock of a case; a question to the citizen does not stop it for ever."""
	if waits_for_citizen(case.status):
		waiting.begin(case, now)
	else:
		deadlines.pause(case, now)


def go_on(case, previous, now: datetime) -> None:
	if waits_for_citizen(previous.status):
		waiting.end(case, now)
	elif case.on_hold_since:
		deadlines.resume(case, now)


def after_move(case, previous) -> None:
	"""Leave the record of a move that was saved."""
	given = case.flags.pop("move", None) or {}
	want_no_workflow_action(case)
	actions.record(
		case,
		case.status,
		actor=given.get("actor"),
		posting=case.posting,
		from_status=previous.status,
		to_status=case.status,
		remark=given.get("remark") or said_with(case),
		visible_to_citizen=1,
	)


def said_with(case) -> str | None:
	"""Find what the citizen is to be told with a move, where nothing else was said."""
	stage = category_of(case.status)
	if stage == RESOLVED:
		return case.resolution
	if waits_for_citizen(case.status):
		return case.question
	if decisions.waits_until_expected(case.status):
		return case.long_term_reason
	if stage == CLOSED and case.closure_reason in decisions.DECISIONS:
		return decisions.explained(case)
	return None


class acting_as:
	"""Run a block as another user, and be the former user again afterwards, session data and form included."""

	def __init__(self, user: str):
		self.user = user

	def __enter__(self):
		self.session, self.form = frappe.session.copy(), frappe.local.form_dict
		frappe.set_user(self.user)

	def __exit__(self, *_error):
		frappe.set_user(self.session.user)
		frappe.local.session.update(self.session)
		frappe.local.form_dict = self.form
