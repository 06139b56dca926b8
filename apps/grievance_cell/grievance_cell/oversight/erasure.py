"""What directions forget when a citizen is erased."""

from collections import Counter

import frappe

from grievance_cell.grievances import citizens
from grievance_cell.grievances.erasure import erase_records, rows_of
from grievance_cell.messaging.erasure import empty_messages

# Beside a meeting these repeat its tables, and with them the words of its directions.
REPEATING = ("Version", "Email Queue")


def erase(citizen: str, keys: list[str], note: str) -> dict:
	"""Take the words out of the directions on a citizen's cases (hook `erase_citizen`); returns how many rows of each.

	Who was directed, by when and whether it was done stays.
	"""
	cases = [
		*frappe.get_all("Grievance", {"citizen": citizen}, pluck="name"),
		*citizens.confidential_cases_of(citizen),
	]
	# The part of a confidential case names nobody.
	cases += rows_of("Grievance", "parent_grievance", cases)
	given = of_cases("Review Direction", "name", cases)
	meetings = {
		*of_cases("Review Direction", "meeting", cases),
		*of_cases("Review Follow Up", "parent", cases),
	}
	changed = Counter(erase_records({"Review Direction": given}))
	changed.update(erase_records({"Review Meeting": sorted(filter(None, meetings))}, REPEATING))
	changed.update(erase_messages(given, note))
	for doctype, words in (
		("Review Direction", ("direction", "remark")),
		("Review Follow Up", ("wording", "remark")),
	):
		rows = of_cases(doctype, "name", cases)
		if rows:
			frappe.db.set_value(
				doctype, {"name": ("in", rows)}, dict.fromkeys(words, note), update_modified=False
			)
		changed[doctype] += len(rows)
	return changed


def of_cases(doctype: str, field: str, cases: list[str]) -> list:
	"""List a field of the rows on some cases; of none it is none, which Frappe would take for those on no case."""
	return frappe.get_all(doctype, {"grievance": ("in", cases)}, pluck=field) if cases else []


def erase_messages(directions: list[str], note: str) -> dict:
	"""Empty what officers were told of directions by WhatsApp."""
	told = {"reference_doctype": "Review Direction", "reference_name": ("in", directions)}
	rows = frappe.get_all("Chat Message", told, ["name", "state"]) if directions else []
	empty_messages(rows, note)
	return {"Chat Message": len(rows)}
