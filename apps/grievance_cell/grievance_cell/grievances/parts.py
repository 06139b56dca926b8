"""A second department's part in a case: a case of its own, with its own posting and deadline, as the office's affair.

The citizen hears of the whole alone: a part is neither told to them nor asked about, and ends when its officer settles it.
"""

import frappe
from frappe import _

from grievance_cell.grievances import actions, lifecycle
from grievance_cell.grievances.decisions import COMPLAINT, DECIDED
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)
from grievance_cell.grievances.officers import tell_posting

ASKED, SETTLED = "Department Asked", "Part Settled"
WITHDRAWN_STATUS = "Withdrawn"
# These say that the matter itself is settled; a case that ends otherwise takes its parts with it.
SETTLING = (DECIDED, "Confirmed")
SHARED_FIELDS = (
	"category", "priority", "area", "address", "latitude", "longitude", "citizen", "citizen_name", "mobile_no",
	"language", "source", "against_posting",
)  # fmt: skip


def ask(case, department: str, what: str):
	"""Ask another department for its part in a case; returns the part.

	Who calls this has the right to write the case. `what` is what the department is to do.
	"""
	if not (what or "").strip():
		frappe.throw(_("Write what the department is asked to do"), frappe.MandatoryError)
	if category_of(case.status) not in (OPEN, PAUSED):
		frappe.throw(_("This case is settled: there is nothing to ask for"))
	if case.parent_grievance:
		frappe.throw(_("This is a part itself: ask in the case {0}").format(case.parent_grievance))
	if department == case.department:
		frappe.throw(_("The case is with {0} already").format(_(department)))
	part = frappe.get_doc(
		{
			"doctype": case.doctype,
			"parent_grievance": case.name,
			"department": department,
			# A work to be done, whatever the citizen has asked for: it has a deadline and a proof.
			"grievance_type": COMPLAINT,
			"description": what,
			# Whatever its category is by now: whose a case in confidence is, its parts tell nobody either.
			"confidential": case.confidential,
			**{field: case.get(field) for field in SHARED_FIELDS},
		}
	)
	# Officers register no cases; that they may ask was seen to.
	part.insert(ignore_permissions=True)
	actions.record(case, ASKED, posting=case.posting, to_department=department, remark=f"{part.name}: {what}")
	return part


def open_parts(case: str) -> list[str]:
	"""List the parts of a case that are not settled yet, by name."""
	statuses = frappe.get_all("Grievance Status", {"category": ("in", (OPEN, PAUSED))}, pluck="name")
	return frappe.get_all(
		"Grievance", {"parent_grievance": case, "status": ("in", statuses)}, pluck="name", order_by="name"
	)


def before_move(case, previous) -> None:
	"""Keep a case open while a part of it is, and have questions to the citizen asked in the whole."""
	if case.parent_grievance and lifecycle.waits_for_citizen(case.status):
		frappe.throw(
			_("Ask the citizen in the case {0}, of which this is a part").format(case.parent_grievance)
		)
	stage = category_of(case.status)
	if stage == RESOLVED or (stage == CLOSED and case.closure_reason in SETTLING):
		if waiting := open_parts(case.name):
			frappe.throw(_("A part of this case is still open: {0}").format(", ".join(waiting)))


def after_move(case, previous) -> None:
	"""End a part that is settled, tell the office of the whole, and take back what a case that ended has asked for."""
	stage = category_of(case.status)
	if case.parent_grievance and stage == RESOLVED:
		_end(case.name, lifecycle.CLOSED_STATUS, closure_reason=DECIDED, decision=case.resolution)
		case.reload()
	elif case.parent_grievance and stage == CLOSED:
		_tell_whole(case)
	elif stage == CLOSED and category_of(previous.status) in (OPEN, PAUSED):
		for part in open_parts(case.name):
			_end(part, WITHDRAWN_STATUS, closure_reason="Withdrawn")


def _end(part: str, status: str, **values) -> None:
	ended_by = frappe.session.user
	with lifecycle.acting_as("Administrator"):
		lifecycle.move(frappe.get_doc("Grievance", part), status, actor=ended_by, **values)


def _tell_whole(part) -> None:
	whole = frappe.get_doc("Grievance", part.parent_grievance)
	if category_of(whole.status) == CLOSED:
		return
	said = part.resolution or part.decision or _(part.closure_reason)
	actions.record(whole, SETTLED, posting=part.posting, remark=f"{part.name}: {said}")

	def say(language: str) -> str:
		department = _(part.department, language)
		if part.closure_reason == DECIDED:
			return _("{0} has done its part in the case {1}", language).format(department, whole.name)
		return _("The part of {0} in the case {1} has ended: {2}", language).format(
			department, whole.name, _(part.closure_reason, language)
		)

	tell_posting(whole.posting, whole, say)
