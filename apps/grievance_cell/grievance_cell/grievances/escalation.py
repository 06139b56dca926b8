"""What happens to a case when time passes and nobody does anything."""

import frappe
from frappe.utils import add_to_date, now_datetime

from grievance_cell.database import is_transient
from grievance_cell.grievances import lifecycle, timers
from grievance_cell.grievances.doctype.grievance_status.grievance_status import RESOLVED, category_of
from grievance_cell.service_levels import deadlines

BATCH = 200
# A case whose check fails is left alone for this long, so that many of them never stand before the others.
HOURS_AFTER_FAILURE = 1
CLOCK_FIELDS = ("sla_status", "response_status", "next_check_on")


def check_due() -> None:
	"""Bring every case whose moment has come up to date, each in a transaction of its own.

	Only what is due is asked for, on the index of `next_check_on`; one failing case never stops the rest.
	"""
	due = frappe.get_all(
		"Grievance",
		{"next_check_on": ("<=", now_datetime())},
		pluck="name",
		order_by="next_check_on",
		limit=BATCH,
	)
	# The end of this snapshot: a case that an officer saves meanwhile may be written by us (1020 otherwise).
	frappe.db.rollback()
	for name in due:
		try:
			check(name)
			# A case is a transaction: the next one's failure must not undo it.
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			if is_transient(error):
				# Still due: the next run takes it.
				continue
			frappe.log_error(
				title="Deadline check failed", reference_doctype="Grievance", reference_name=name
			)
			later = add_to_date(now_datetime(), hours=HOURS_AFTER_FAILURE)
			frappe.db.set_value("Grievance", name, "next_check_on", later, update_modified=False)
			frappe.db.commit()


def check(name: str) -> None:
	"""Store where a case stands now. Its `modified` stays: an officer who has the form open can still save."""
	case = frappe.get_doc("Grievance", name, for_update=True)
	if not case.next_check_on or case.next_check_on > now_datetime():
		# It was paused or settled while we came to it.
		return
	if category_of(case.status) == RESOLVED:
		return close_unanswered(case)
	deadlines.refresh(case)
	timers.schedule(case)
	case.db_set({field: case.get(field) for field in CLOCK_FIELDS}, update_modified=False, notify=True)


def close_unanswered(case) -> None:
	"""Close a settled case whose citizen has not said in time whether it is."""
	# With no remark: the citizen reads the reason, in their own language.
	lifecycle.move(case, lifecycle.CLOSED_STATUS, closure_reason="No Reply to Feedback")
