"""When something is next due for a case. `next_check_on` holds the earliest of it; escalation.py does what is due.

Every moment is computed from what is stored on the case: nothing is noted twice, and a setting that changes counts from
the next save on.
"""

from datetime import datetime, time, timedelta

import frappe
from frappe.utils import add_to_date, cint, get_datetime, getdate

from grievance_cell.grievances import delays, ladder, waiting
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	RESOLVED,
	category_of,
)
from grievance_cell.service_levels import deadlines

# What is due at a moment is found past one second later.
SECOND = timedelta(seconds=1)


def schedule(case) -> None:
	"""Set when a case is to be looked at next; None if nothing is going to happen to it by itself."""
	earliest = min(moments(case).values(), default=None)
	case.next_check_on = earliest and earliest + SECOND


def moments(case) -> dict[str, datetime]:
	"""Name each moment that a case is waiting for; one that has passed and was not acted on is still among them."""
	stage, found = category_of(case.status), {}
	if stage == CLOSED:
		return found
	if stage == RESOLVED:
		return {"unanswered": wanted_by} if (wanted_by := answer_wanted_by(case.resolved_on)) else found
	status = frappe.get_cached_doc("Grievance Status", case.status)
	if status.waits_for_citizen:
		found.update(waiting.moments(case))
	if status.waits_until_expected and case.expected_by:
		found["expected"] = datetime.combine(getdate(case.expected_by), time())
	if case.inform_by:
		found["inform"] = get_datetime(case.inform_by)
	if not case.on_hold_since:
		found.update({**deadlines.moments(case), **delays.moments(case), **ladder.moments(case)})
	return found


def answer_wanted_by(resolved_on) -> datetime | None:
	"""Tell when a settled case is closed if the citizen says nothing; None for never."""
	days = cint(frappe.get_cached_doc("Grievance Settings").feedback_days)
	return add_to_date(get_datetime(resolved_on), days=days) if days and resolved_on else None
