"""The citizen's word on whether a case is settled."""

import frappe
from frappe import _

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.doctype.grievance_status.grievance_status import RESOLVED, category_of

CLOSED_STATUS, REOPENED_STATUS = "Closed", "Reopened"


def give(case: str, citizen: str | None, satisfied: bool, reason: str = "") -> str:
	"""Close or reopen a resolved case of this citizen, under the session's user; return what to tell them.

	Says nothing of a case that is another citizen's, and nothing is done to one that nobody is asked about (any more).
	"""
	found = frappe.db.get_value("Grievance", case, ["citizen", "status"], as_dict=True, for_update=True)
	if not found or not citizen or found.citizen != citizen:
		return _("We do not know a case of yours with this number.")
	if category_of(found.status) != RESOLVED:
		label = frappe.get_cached_value("Grievance Status", found.status, "citizen_label")
		return _("Your case {0} stands at: {1}").format(case, _(label))
	# Locked again, since only that reads what is committed now: the officer may have saved it a moment ago.
	document = frappe.get_doc("Grievance", case, for_update=True)
	if satisfied:
		lifecycle.move(document, CLOSED_STATUS, remark=reason, closure_reason="Confirmed")
		return _("Thank you. Your case {0} is closed.").format(case)
	lifecycle.move(document, REOPENED_STATUS, remark=reason)
	return _("Your case {0} is open again. The officer has been told what you wrote.").format(case)
