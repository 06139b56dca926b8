"""The cases of a representative's area as the public may know them: what, where, how it stands and since when.

All of it runs as the representative's user, and is read from their Public Cases: nothing of who complained, nor a word that
they wrote, is in these.
"""

import frappe
from frappe.utils import add_days, now_datetime

from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
)
from grievance_cell.grievances.doctype.public_case.public_case import PublicCase, photos
from grievance_cell.grievances.officer_cases import FILES_SHOWN, LONGEST_LIST, is_overdue, statuses_of

SETTLED_DAYS = 30


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
	return _shown(found[0]) if found else None


def counts() -> frappe._dict:
	"""Count the cases of the session user's areas: open, overdue, settled in the last 30 days."""
	since = add_days(now_datetime(), -SETTLED_DAYS)
	return frappe._dict(
		open=_count(_open()),
		overdue=_count({**_open(), "resolution_by": ("<", now_datetime())}),
		settled=_count({**_of_stage(RESOLVED, CLOSED), "resolved_on": (">=", since)}),
	)


def _open() -> dict:
	return _of_stage(OPEN, PAUSED)


def _of_stage(*stages: str) -> dict:
	return {"status": ("in", statuses_of(*stages))}


def _listed(filters: dict, limit: int) -> list[frappe._dict]:
	if not _may_read():
		return []
	found = PublicCase.get_list({"filters": filters, "order_by": "resolution_by asc", "page_length": limit})
	# There a place stands by its title; a phone says it in the language that is spoken.
	named = {"name": ("in", [case.name for case in found])}
	areas = dict(frappe.get_all("Grievance", named, ["name", "area"], as_list=True)) if found else {}
	return [frappe._dict(case, area=areas[case.name]) for case in found]


def _count(filters: dict) -> int:
	return PublicCase.get_count({"filters": filters}) if _may_read() else 0


def _may_read() -> bool:
	# Who holds a representative's posting without the role has no right to anything, and is not told of an error.
	return bool(frappe.has_permission("Public Case", "read"))


def _row(case: frappe._dict) -> frappe._dict:
	overdue = is_overdue(case)
	return frappe._dict(case, title=case.category, description=case.public_summary, overdue=overdue)


def _shown(case: frappe._dict) -> frappe._dict:
	row = _row(case)
	row.files = _cleared_photos(case.name)
	return row


def _cleared_photos(case: str) -> list[str]:
	"""Name the first files of the photos that were cleared for representatives."""
	files = []
	for photo in photos(case)[:FILES_SHOWN]:
		of_case = {"file_url": photo, "attached_to_doctype": "Grievance", "attached_to_name": case}
		files += frappe.get_all("File", of_case, pluck="name", limit=1)
	return files
