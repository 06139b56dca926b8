"""What directions forget when a citizen is erased."""

import frappe

from grievance_cell.grievances import citizens


def erase(citizen: str, keys: list[str], note: str) -> dict:
	"""Take the words out of the directions on a citizen's cases (hook `erase_citizen`); returns how many rows of each.

	Who was directed, by when and whether it was done stays.
	"""
	cases = [
		*frappe.get_all("Grievance", {"citizen": citizen}, pluck="name"),
		*citizens.confidential_cases_of(citizen),
	]
	changed = {}
	for doctype, words in (
		("Review Direction", ("direction", "remark")),
		("Review Follow Up", ("wording", "remark")),
	):
		rows = frappe.get_all(doctype, {"grievance": ("in", cases)}, pluck="name") if cases else []
		if rows:
			frappe.db.set_value(
				doctype, {"name": ("in", rows)}, dict.fromkeys(words, note), update_modified=False
			)
		changed[doctype] = len(rows)
	return changed
