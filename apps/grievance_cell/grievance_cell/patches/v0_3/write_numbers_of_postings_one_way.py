"""Numbers of postings that were stored as somebody typed them are written as E.164, as new ones are.

What is no number stays, for staff to put right.
"""

import frappe

from grievance_cell.organisation.phone import to_e164


def execute() -> None:
	for row in frappe.get_all("Officer Posting", {"mobile_no": ("is", "set")}, ["name", "mobile_no"]):
		number = to_e164(row.mobile_no)
		if number and number != row.mobile_no:
			frappe.db.set_value("Officer Posting", row.name, "mobile_no", number, update_modified=False)
