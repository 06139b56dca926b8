"""A case that goes to another office: with a reason, counted, and told to the citizen where the department changes.

"Not our department" ends no case: it is a transfer. What is escalated or reopened goes up, and is no transfer.
"""

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, now_datetime

from grievance_cell.grievances import actions, decisions, delays, informing, lifecycle, routing, waiting
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, category_of
from grievance_cell.grievances.officers import tell_posting
from grievance_cell.organisation import postings

TRANSFERRED = "Transferred"
OFFICE = ("department", "posting")


def transfer(case, *, department: str | None = None, posting: str | None = None, reason: str) -> None:
	"""Send a case to another department, whose route decides the posting, or to a posting.

	Who calls this has the right to write the case. Raises frappe.MandatoryError without a reason.
	"""
	reason = (reason or "").strip()
	if not reason:
		frappe.throw(_("Write the reason of the transfer"), frappe.MandatoryError)
	if category_of(case.status) not in (OPEN, PAUSED):
		frappe.throw(_("This case is settled: there is nothing to transfer"))
	# A case is not sent away to be rid of the question why it is late.
	delays.refuse_without_reason(case, case)
	if posting:
		department, note = _department_of(posting, case, department), None
	else:
		department = department or case.department
		found = routing.route_case(case, department)
		posting, note = found.posting, found.note
	if not posting:
		frappe.throw(_("No posting found in {0}").format(_(department)))
	if (department, posting) == (case.department, case.posting):
		frappe.throw(_("The case is with {0} already").format(posting))
	case.flags.transfer_reason = reason
	lifecycle.save_with(case, department=department, posting=posting, routing_note=note)


def _department_of(posting: str, case, department: str | None) -> str:
	"""Name the department that a case belongs to with this posting; the head of an area takes cases of any."""
	office = frappe.db.get_value(
		"Officer Posting", posting, ["department", "kind", "is_active"], as_dict=True
	)
	if not office or not office.is_active or office.kind != "Officer":
		frappe.throw(_("{0} is no active officer's posting").format(posting))
	if department and office.department and office.department != department:
		frappe.throw(_("{0} does not belong to {1}").format(posting, _(department)))
	return office.department or department or case.department


def refuse_by_hand(case, before) -> None:
	"""Refuse to save a case with another office than it had, unless a rule of ours has set it."""
	changed = {field for field in OFFICE if before.get(field) != case.get(field)}
	if before.posting and changed - set(case.flags.own_values or ()):
		frappe.throw(_("A case goes to another office with a reason: use Transfer"))


def refuse_accused(case) -> None:
	"""Refuse to save a complaint with an office that has no part in it."""
	if case.against_posting and postings.is_barred(case.posting, case.against_posting):
		frappe.throw(
			_("This case is a complaint against {0}: {1} cannot decide it").format(
				case.against_posting, case.posting
			)
		)


def count(case) -> None:
	"""Count a transfer on a case that is about to be saved."""
	case.transfer_count = cint(case.transfer_count) + 1
	decisions.forget_proposal(case)
	if frappe.get_cached_doc("Grievance Settings").transfer_restarts_clock:
		case.escalation_level = 0
		waiting.restart(case, now_datetime())


def is_counted(case, before) -> bool:
	return case.transfer_count != before.transfer_count


def after_save(case, before) -> None:
	"""Leave the record of a save that has sent a case elsewhere.

	The new office is told if the time is over already, and the collector of a case that was sent about too often.
	"""
	reason = case.flags.pop("transfer_reason", None)
	actions.record(
		case,
		case.flags.pop("sent_as", TRANSFERRED),
		posting=case.posting,
		from_department=before.department,
		to_department=case.department,
		remark=reason or informing.corrected(case, before) or case.routing_note,
		# From one office of a department to another is the department's own affair.
		visible_to_citizen=int(before.department != case.department),
	)
	if is_counted(case, before) and case.resolution_by and get_datetime(case.resolution_by) < now_datetime():
		tell_late(case)
	often = cint(frappe.get_cached_doc("Grievance Settings").collector_after_transfers)
	if often and case.transfer_count >= often and is_counted(case, before):
		tell_collector(case)


def tell_late(case) -> None:
	def say(language: str) -> str:
		return _("The case {0} was overdue already when it came to you", language).format(case.name)

	tell_posting(case.posting, case, say)


def tell_collector(case) -> None:
	def say(language: str) -> str:
		return _("The case {0} was transferred {1} times", language).format(case.name, case.transfer_count)

	tell_posting(postings.heads_of_area(case.area), case, say)
