"""When something is next due for a case. `next_check_on` holds the earliest of it; escalation.py does what is due.

Every moment is computed from what is stored on the case: nothing is noted twice, and a setting that changes counts from
the next save on.
"""

from datetime import datetime, timedelta

import frappe
from frappe.utils import add_to_date, cint, get_datetime

from grievance_cell.grievances.doctype.grievance_status.grievance_status import RESOLVED, category_of
from grievance_cell.service_levels import deadlines

# What is due at a moment is found past one second later.
SECOND = timedelta(seconds=1)


def schedule(case) -> None:
	"""Set when a case is to be looked at next; None if nothing is going to happen to it by itself."""
	earliest = min((moment for moment in moments(case).values() if moment), default=None)
	case.next_check_on = earliest and earliest + SECOND


def moments(case) -> dict[str, datetime | None]:
	"""Name each moment that a case is waiting for; one that has passed and was not acted on is still among them."""
	if category_of(case.status) == RESOLVED:
		return {"unanswered": answer_wanted_by(case.resolved_on)}
	return deadlines.moments(case)


def answer_wanted_by(resolved_on) -> datetime | None:
	"""Tell when a settled case is closed if the citizen says nothing; None for never."""
	days = cint(frappe.get_cached_doc("Grievance Settings").feedback_days)
	return add_to_date(get_datetime(resolved_on), days=days) if days and resolved_on else None
