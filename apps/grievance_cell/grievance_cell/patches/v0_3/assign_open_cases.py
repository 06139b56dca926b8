"""Open cases of before are assigned in the desk to the user of their posting, as new ones are."""

import frappe

from grievance_cell.grievances import assignments
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED


def execute():
	statuses = frappe.get_all("Grievance Status", {"category": ("in", (OPEN, PAUSED))}, pluck="name")
	wanted = {"status": ("in", statuses), "assigned_to": ("is", "set")}
	for name in frappe.get_all("Grievance", wanted, pluck="name", order_by="name"):
		assignments.follow(frappe.get_doc("Grievance", name))
