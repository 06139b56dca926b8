"""Cases of confidential categories that were registered before: keep whose they are apart from them."""

import frappe

from grievance_cell.grievances import attached_records, citizens
from grievance_cell.grievances.doctype.grievance.grievance import IDENTITY


def execute() -> None:
	categories = frappe.get_all("Grievance Category", {"confidential": 1}, pluck="name")
	if not categories:
		# Frappe takes "in" nothing for what has none.
		return
	for case in frappe.get_all("Grievance", {"category": ("in", categories)}, ["name", *IDENTITY]):
		citizens.protect(case.name, {field: case[field] for field in IDENTITY})
		attached_records.protect(case.name)
		emptied = dict.fromkeys((*IDENTITY, "mobile_masked"))
		frappe.db.set_value("Grievance", case.name, {"confidential": 1, **emptied}, update_modified=False)
