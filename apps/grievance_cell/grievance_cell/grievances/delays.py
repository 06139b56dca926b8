"""What being late means: it stays on record, and whoever has the case says why before anything else."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate, now_datetime

from grievance_cell.grievances import actions, decisions, informing
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.decisions import FORCE_CLOSED
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, category_of
from grievance_cell.plain_text import plain

PRIORITIES = ("", "Low", "Medium", "High", "Emergency")
DECIDE_OFFICE_AND_DATE = ("grievance_type", "category", "area", "against_posting")
OVERDUE, EXPLAINED, NEW_DATE = "Overdue", "Delay Explained", "New Date"


def is_noted(case) -> bool:
	"""Tell whether it was noted that the present target was missed."""
	started = case.clock_started_on or case.registered_on
	return bool(case.breached_on) and get_datetime(case.breached_on) >= get_datetime(started)


def was_late_before(case) -> bool:
	"""Tell whether a target of a case before its present one was missed."""
	started = get_datetime(case.clock_started_on or case.registered_on)
	return bool(case.first_breached_on) and get_datetime(case.first_breached_on) < started


def moments(case) -> dict[str, datetime]:
	"""Name the moment at which a running case misses its target, once for each target."""
	return {} if is_noted(case) or not case.resolution_by else {"breach": get_datetime(case.resolution_by)}


def note(case, on: datetime) -> None:
	"""Note on a case that its target was missed at a moment; a second target wants a reason of its own."""
	if was_late_before(case) and not is_noted(case):
		case.delay_reason = case.delay_remark = None
	# A date that lies before its target began (cases that were imported) is missed once as well.
	on = max(on, get_datetime(case.clock_started_on or case.registered_on))
	case.breached_on = on
	case.first_breached_on = case.first_breached_on or on


def record(case) -> None:
	"""Record that a case is overdue, which the citizen is told, with whom it is now."""
	actions.record(
		case,
		OVERDUE,
		posting=case.posting,
		remark=informing.whereabouts(case, informing.language_of(case)),
		visible_to_citizen=int(not case.parent_grievance),
	)


def reason_wanted(case) -> bool:
	"""Tell whether a case is overdue and nobody has said yet why."""
	if not case.resolution_by or get_datetime(case.resolution_by) >= now_datetime():
		return False
	return not case.delay_reason or (was_late_before(case) and not is_noted(case))


def refuse_without_reason(case, previous) -> None:
	"""Refuse a move of a case that is overdue until the reason for it is given.

	The citizen's own moves are free, those of the system (Administrator), and a force close, which has its own reason.
	"""
	if frappe.session.user in ("Administrator", bot_user()) or case.closure_reason == FORCE_CLOSED:
		return
	if category_of(previous.status) in (OPEN, PAUSED) and reason_wanted(previous):
		frappe.throw(_("This case is overdue: give the reason for the delay first"), DelayReasonWanted)


def refuse_correction(case, previous) -> None:
	"""Refuse to change what decides the office, the date or the proof of a case that is overdue, until the reason is given.

	Correcting it wins time, or sends it away, as well as a move does. To be told of a greater hurry is always right.
	"""
	corrected = any(case.get(field) != previous.get(field) for field in DECIDE_OFFICE_AND_DATE)
	if corrected or rank(case.priority) < rank(previous.priority):
		refuse_without_reason(previous, previous)


def rank(priority: str | None) -> int:
	"""Rank a priority, a greater hurry higher; one that is none, which Frappe refuses to save, the lowest."""
	return PRIORITIES.index(priority or "") if (priority or "") in PRIORITIES else -1


def give_reason(case, delay_reason: str, delay_remark: str, expected_by=None) -> None:
	"""Keep why a case is late; with a new date the citizen is told that."""
	remark = plain((delay_remark or "").strip())
	if not delay_reason or not remark:
		frappe.throw(_("Choose the reason for the delay and explain it in a line"), frappe.MandatoryError)
	if category_of(case.status) not in (OPEN, PAUSED):
		frappe.throw(_("This case has ended"))
	if not frappe.db.get_value("Delay Reason", delay_reason, "enabled"):
		frappe.throw(_("{0} is no reason for a delay").format(delay_reason))
	if expected_by and getdate(expected_by) <= getdate():
		frappe.throw(_("The new date lies in the future"))
	if not (reason_wanted(case) or is_noted(case)):
		frappe.throw(_("This case is not overdue"))
	if expected_by and decisions.waits_until_expected(case.status):
		frappe.throw(_("A later date for this case is proposed, and decided by a second person"))
	newly_overdue = reason_wanted(case) and not is_noted(case)
	if newly_overdue:
		# The scheduler has not come to it yet.
		note(case, get_datetime(case.resolution_by))
	case.delay_reason, case.delay_remark = delay_reason, remark
	case.expected_by = getdate(expected_by) if expected_by else case.expected_by
	fields = ("breached_on", "first_breached_on", "delay_reason", "delay_remark", "expected_by")
	case.db_set({field: case.get(field) for field in fields}, notify=True)
	if newly_overdue:
		record(case)
	visible = int(not case.parent_grievance)
	said = f"{_(delay_reason, informing.language_of(case))}: {remark}"
	actions.record(case, EXPLAINED, posting=case.posting, remark=said, visible_to_citizen=visible)
	if expected_by:
		actions.record(
			case,
			NEW_DATE,
			posting=case.posting,
			remark=informing.day(case.expected_by, informing.language_of(case)),
			visible_to_citizen=visible,
		)


class DelayReasonWanted(frappe.ValidationError):
	"""A case is overdue and nobody has said why."""
