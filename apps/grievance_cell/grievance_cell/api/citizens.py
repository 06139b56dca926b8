"""What the desk asks to be done to a citizen."""

import frappe

from grievance_cell.grievances import erasure


@frappe.whitelist(methods=["POST"])
def erase(citizen: str) -> str:
	"""Have a citizen erased for good; returns the Erasure Report, which tells when it is done."""
	return erasure.request(citizen)
