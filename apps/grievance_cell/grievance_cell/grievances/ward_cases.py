"""The cases of a representative's area as the public may know them: what, where, how it stands and since when.

All of it runs as the representative's user. Nothing of who complained, nor a word that they wrote, is read here.
"""

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)
from grievance_cell.grievances.officer_cases import LONGEST_LIST, statuses_of
from grievance_cell.organisation.areas import descendants

SETTLED_DAYS = 30
FIELDS = [
	"name",
	"category",
	"public_summary",
	"status",
	"department",
	"area",
	"resolution_by",
	"delay_reason",
]


def by_deadline() -> list[frappe._dict]:
	"""List the open cases of the session user's areas, the one due first at the top, those without a deadline last."""
	due = _listed({**_open(), "resolution_by": ("is", "set")}, LONGEST_LIST)
	if len(due) < LONGEST_LIST:
		due += _listed({**_open(), "resolution_by": ("is", "not set")}, LONGEST_LIST - len(due))
	return [_row(each) for each in due]


def find(number: str) -> frappe._dict | None:
	"""Find a case of the session user's areas by its name or by its number without year and zeros."""
	named = ("like", f"%-{int(number):06d}") if number.isdecimal() else number
	found = _listed({"name": named}, 1)
	return _row(found[0]) if found else None


def counts() -> frappe._dict:
	"""Count the cases of the session user's areas: open, overdue, settled in the last 30 days."""
	since = add_days(now_datetime(), -SETTLED_DAYS)
	return frappe._dict(
		open=_count(_open()),
		overdue=_count({**_of_stage(OPEN), "resolution_by": ("<", now_datetime())}),
		settled=_count({**_of_stage(RESOLVED, CLOSED), "resolved_on": (">=", since)}),
	)


def _open() -> dict:
	return _of_stage(OPEN, PAUSED)


def _of_stage(*stages: str) -> dict:
	return {"status": ("in", statuses_of(*stages))}


def _of_own_areas(filters: dict) -> dict:
	own = {"user": frappe.session.user, "kind": "Representative", "is_active": 1}
	postings = frappe.get_all("Officer Posting", own, pluck="name")
	areas = (
		frappe.get_all("Officer Posting Area", {"parent": ("in", postings)}, pluck="area") if postings else []
	)
	# Representatives have no right on cases themselves: what they may know of them is chosen here.
	return {**filters, "area": ("in", descendants(areas) if areas else []), "confidential": 0}


def _listed(filters: dict, limit: int) -> list[frappe._dict]:
	return frappe.get_all(
		"Grievance", _of_own_areas(filters), FIELDS, order_by="resolution_by asc, name asc", limit=limit
	)


def _count(filters: dict) -> int:
	return frappe.db.count("Grievance", _of_own_areas(filters))


def _row(case: frappe._dict) -> frappe._dict:
	waiting = category_of(case.status) != OPEN
	overdue = bool(case.resolution_by) and not waiting and get_datetime(case.resolution_by) < now_datetime()
	return frappe._dict(case, title=case.category, description=case.public_summary, overdue=overdue)
