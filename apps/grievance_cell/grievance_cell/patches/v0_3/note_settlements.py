"""Cases that were settled before this version get when they were, by which figures count them."""

import frappe
from frappe.query_builder.functions import Coalesce

from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED
from grievance_cell.grievances.reopening import UNSETTLED


def execute():
	ended = frappe.get_all("Grievance Status", {"category": ("in", (RESOLVED, CLOSED))}, pluck="name")
	case = frappe.qb.DocType("Grievance")
	(
		frappe.qb.update(case)
		.set(case.settled_on, Coalesce(case.resolved_on, case.closed_on))
		.where(case.settled_on.isnull() & case.status.isin(ended))
		.where(Coalesce(case.closure_reason, "").notin(UNSETTLED))
		.run()
	)
