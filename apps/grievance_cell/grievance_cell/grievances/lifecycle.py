"""How a case moves from state to state. `move` is the only way it does.

A move that comes through Frappe's own Actions button, a bulk edit or the API reaches the same rules, because the
Grievance controller calls `before_move` and `after_move` whenever the status of a saved case has changed. Which moves
there are, and for whom, is in the Workflow named Grievance; what a move means for the clock and the record is here, by
the *category* of the two states, so that staff add states with no code.
"""

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.grievances import actions
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
CLOSED_STATUS = "Closed"


def move(case, to: str, *, actor: str | None = None, remark: str = "", **values) -> None:
	"""Move a case to another status and save it; the session's user must have that transition in the Workflow.

	`actor` is whose act it was where that is not the session's user (timers run as Administrator); `remark` goes into
	the record, `values` are fields to set with the move. Raises frappe.ValidationError or WorkflowPermissionError.
	"""
	case.flags.move = {"actor": actor, "remark": remark, "values": set(values)}
	case.status = to
	case.update(values)
	# Whoever may make the transition may do so: officers need no right to edit all the fields that a move sets.
	case.save(ignore_permissions=True)


def begin(case) -> None:
	"""Record a new case and hand it to its posting."""
	actions.record(
		case,
		"Registered",
		to_status=case.status,
		to_department=case.department,
		visible_to_citizen=1,
	)
	if case.posting:
		registered_by = frappe.session.user
		with acting_as("Administrator"):
			move(
				frappe.get_doc(case.doctype, case.name),
				ASSIGNED_STATUS,
				actor=registered_by,
				remark=case.routing_note,
			)
		case.reload()


def before_move(case, previous) -> None:
	"""Apply the rules of a move to a case that is about to be saved."""
	was, will_be = category_of(previous.status), category_of(case.status)
	now = now_datetime()
	if will_be == RESOLVED and not (case.resolution or "").strip():
		frappe.throw(_("Write down what was done before you resolve the case"), frappe.MandatoryError)
	ask_citizen(case, previous)
	if will_be in (RESOLVED, CLOSED) and was in (OPEN, PAUSED):
		deadlines.responded(case, now)
		deadlines.settle(case, now)
	elif will_be == PAUSED and was == OPEN:
		deadlines.responded(case, now)
		deadlines.pause(case, now)
	elif will_be == OPEN and was == PAUSED:
		deadlines.resume(case, now)
	elif will_be == OPEN and was in (RESOLVED, CLOSED):
		reopen(case)
	elif will_be == OPEN and case.status != ASSIGNED_STATUS:
		deadlines.responded(case, now)
		deadlines.refresh(case, now)
	if will_be == RESOLVED:
		case.resolved_on = now
		case.first_resolved_on = case.first_resolved_on or now
	if will_be == CLOSED:
		case.closed_on = now


def ask_citizen(case, previous) -> None:
	"""See that a case which is to wait for the citizen asks them something, and forget a question that was answered."""
	if waits_for_citizen(case.status):
		if not (case.question or "").strip():
			frappe.throw(_("Write the question to the citizen"), frappe.MandatoryError)
	elif waits_for_citizen(previous.status):
		case.question = None


def waits_for_citizen(status: str) -> bool:
	return bool(frappe.get_cached_value("Grievance Status", status, "waits_for_citizen"))


def reopen(case) -> None:
	"""Let the clock of a case that was not settled run on from its start."""
	case.reopen_count = (case.reopen_count or 0) + 1
	case.resolved_on = case.closed_on = case.closure_reason = None
	deadlines.set_deadlines(case)


def after_move(case, previous) -> None:
	"""Leave the record of a move that was saved."""
	given = case.flags.pop("move", None) or {}
	remark = given.get("remark")
	if not remark and category_of(case.status) == RESOLVED:
		remark = case.resolution
	if not remark and waits_for_citizen(case.status):
		remark = case.question
	actions.record(
		case,
		case.status,
		actor=given.get("actor"),
		posting=case.posting,
		from_status=previous.status,
		to_status=case.status,
		remark=remark,
		visible_to_citizen=1,
	)


def after_transfer(case, previous) -> None:
	"""Leave the record that a case went to another department or posting."""
	actions.record(
		case,
		"Transferred",
		posting=case.posting,
		from_department=previous.department,
		to_department=case.department,
		remark=case.routing_note,
		# From one office of a department to another is the department's own affair.
		visible_to_citizen=int(previous.department != case.department),
	)


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
