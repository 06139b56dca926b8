"""A direction: a task with a date for an office. It follows the office as its cases do, and moves no case's clock."""

import frappe
from frappe import _
from frappe.utils import escape_html, getdate, now_datetime

from grievance_cell.database import one_by_one
from grievance_cell.grievances import actions
from grievance_cell.grievances.assignments import HOLDING
from grievance_cell.messaging import notices
from grievance_cell.organisation import postings
from grievance_cell.organisation.postings import held_by, worker_of

OPEN, DONE, DROPPED = "Open", "Done", "Dropped"
GIVEN, REPORTED, CONFIRMED = "Direction Given", "Direction Done", "Direction Confirmed"
REOPENED, POSTPONED, WITHDRAWN = "Direction Reopened", "Direction Postponed", "Direction Dropped"
PASSED_ON = "Direction Passed On"
COLLECTOR = "Collector"
# What is directed in a confidential case, or in a complaint against an office, all heads would read in the minutes.
RESERVED_CASE = (
	"exists (select 1 from `tabGrievance` where `name` = `grievance`"
	" and (`confidential` = 1 or coalesce(`against_posting`, '') != ''))"
)


def office_for(grievance: str | None, department: str | None, area: str | None) -> str | None:
	"""Name the posting that is directed where none was chosen: the office of the case, else the department's head."""
	if department:
		return postings.head_of(department, area)
	return grievance and frappe.db.get_value("Grievance", grievance, "posting")


def begin(direction) -> None:
	"""Tell of a direction that was just given: on its case, to its office, and as that office's task."""
	follow(direction)
	note(direction, GIVEN, direction.direction)
	notices.tell_of(direction, notices.DIRECTED, frappe.session.user)


def report_done(direction, remark: str) -> None:
	"""Report a direction as done, with a line on what was done; the office's own word."""
	if not is_directed(direction):
		frappe.throw(_("Only the office that was directed reports this as done"), frappe.PermissionError)
	refuse_ended(direction)
	end(direction, DONE, required(remark, _("Write in a line what was done")))
	note(direction, REPORTED, direction.remark)
	notices.tell_of(direction, notices.DIRECTION_DONE, frappe.session.user, direction.remark)


def confirm(direction) -> None:
	"""Confirm that a direction is done: the word of an office above, or of the collector."""
	refuse_unless_above(direction)
	if direction.status != DONE or direction.confirmed_on:
		frappe.throw(_("There is nothing to confirm"))
	keep(direction, confirmed_by=frappe.session.user, confirmed_on=now_datetime())
	note(direction, CONFIRMED, direction.direction)


def reopen(direction, remark: str, due_on=None) -> None:
	"""Open a direction again that was reported as done and is not, with the reason; a new date is the collector's."""
	refuse_unless_above(direction)
	if direction.status != DONE:
		frappe.throw(_("This direction was not reported as done"))
	remark = required(remark, _("Write in a line what is missing"))
	if due_on and getdate(due_on) != direction.due_on:
		refuse_unless_collector()
	keep(
		direction,
		status=OPEN,
		due_on=future(due_on) if due_on else direction.due_on,
		ended_on=None,
		confirmed_by=None,
		confirmed_on=None,
	)
	note(direction, REOPENED, remark)
	settle_office(direction)
	notices.tell_of(direction, notices.DIRECTION_REOPENED, frappe.session.user, remark)


def postpone(direction, due_on, remark: str) -> None:
	"""Give a direction a later date, with the reason."""
	refuse_unless_collector()
	refuse_ended(direction)
	remark = required(remark, _("Write in a line why it has more time"))
	keep(direction, due_on=future(due_on))
	note(direction, POSTPONED, remark)


def drop(direction, remark: str) -> None:
	"""Take a direction back, with the reason."""
	refuse_unless_collector()
	refuse_ended(direction)
	end(direction, DROPPED, required(remark, _("Write in a line why it is dropped")))
	note(direction, WITHDRAWN, direction.remark)


def end(direction, status: str, remark: str) -> None:
	keep(direction, status=status, remark=remark, ended_on=now_datetime())


def keep(direction, **values) -> None:
	"""Save what only our rules set; whoever calls this has made sure that the user may."""
	direction.update(values)
	direction.save(ignore_permissions=True)
	follow(direction)


def note(direction, action: str, remark: str) -> None:
	"""Leave a record on the case of a direction; the citizen is not told what one office directs another."""
	if direction.grievance:
		case = frappe.get_doc("Grievance", direction.grievance)
		actions.record(case, action, posting=direction.posting, remark=remark, visible_to_citizen=0)


# who may


def is_directed(direction, user: str | None = None) -> bool:
	return direction.posting in held_by(user or frappe.session.user)


def stands_above(direction, user: str | None = None) -> bool:
	"""Tell whether a user judges what became of a direction: the collector, or an office to which the directed one reports."""
	user = user or frappe.session.user
	if COLLECTOR in frappe.get_roles(user):
		return True
	own = held_by(user)
	return direction.posting not in own and bool(set(postings.superiors_of(direction.posting)) & set(own))


def refuse_unless_above(direction) -> None:
	if not stands_above(direction):
		frappe.throw(_("An office above decides whether this is done"), frappe.PermissionError)


def refuse_unless_collector() -> None:
	if COLLECTOR not in frappe.get_roles():
		frappe.throw(_("Only the collector gives directions and changes them"), frappe.PermissionError)


def refuse_ended(direction) -> None:
	if direction.status != OPEN:
		frappe.throw(_("This direction has ended"))


def required(text: str, message: str) -> str:
	text = (text or "").strip()
	if not text:
		frappe.throw(message, frappe.MandatoryError)
	return text


def future(day):
	if getdate(day) < getdate():
		frappe.throw(_("The date by which it is to be done has passed"))
	return getdate(day)


# the task of whoever works for the office


def follow(direction) -> None:
	"""See that an open direction is the task of who works for its office today, and an ended one nobody's."""
	user = worker_of(direction.posting) if direction.status == OPEN and may_stay(direction) else None
	# Nobody's while the office is vacant: whoever comes back to it is given it anew.
	if direction.status == OPEN and user != direction.assigned_to:
		direction.db_set("assigned_to", user, update_modified=False, notify=True)
	tasks = frappe.get_all(
		"ToDo",
		{"reference_type": direction.doctype, "reference_name": direction.name, "status": "Open"},
		["name", "allocated_to", "date"],
	)
	for task in tasks:
		if task.allocated_to != user or getdate(task.date) != getdate(direction.due_on):
			todo = frappe.get_doc("ToDo", task.name)
			# Frappe counts a closed one as work done, a cancelled one as somebody else's.
			todo.status = "Closed" if direction.status == DONE else "Cancelled"
			todo.save(ignore_permissions=True)
			task.ended = True
	if user and not any(not task.ended for task in tasks):
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": user,
				"assigned_by": direction.given_by,
				"reference_type": direction.doctype,
				"reference_name": direction.name,
				"description": escape_html(direction.direction),
				"date": direction.due_on,
			}
		).insert(ignore_permissions=True)


def keep_to_direction(todo, method: str | None = None) -> None:
	"""Refuse a task of a direction that its office does not make (ToDo, validate): it ends with a line on what was done."""
	if todo.reference_type != "Review Direction" or not todo.allocated_to:
		return
	direction = frappe.db.get_value(
		"Review Direction", todo.reference_name, ["status", "posting", "due_on", "grievance"], as_dict=True
	)
	if not direction or direction.status != OPEN:
		return
	worker = worker_of(direction.posting) if may_stay(direction) else None
	own = todo.allocated_to == worker and getdate(todo.date) == direction.due_on
	if own != (todo.status == "Open"):
		frappe.throw(
			_("A direction is its office's task until it is reported as done, in the direction itself")
		)


def on_posting_change(posting, method: str | None = None) -> None:
	"""Have the open directions follow when a posting changes hands (Officer Posting, on_update)."""
	before = posting.get_doc_before_save()
	if before and any(before.get(field) != posting.get(field) for field in HOLDING):
		frappe.enqueue(
			"grievance_cell.oversight.directions.hand_over",
			queue="long",
			names=postings.charges_of(posting.name),
			enqueue_after_commit=True,
		)


def on_case_change(case, method: str | None = None) -> None:
	"""Have the open directions of a case leave an office that it turns out to complain of (Grievance, on_update)."""
	before = case.get_doc_before_save()
	if case.against_posting and before and before.against_posting != case.against_posting:
		frappe.enqueue(
			"grievance_cell.oversight.directions.hand_over",
			queue="long",
			grievance=case.name,
			enqueue_after_commit=True,
		)


def hand_over(names: list[str] | None = None, grievance: str | None = None) -> None:
	"""Bring the open directions of these postings, of a case, or all to who works for them today (a job; daily for leaves).

	Each is a transaction of its own, and what was done already is not done again.
	"""
	one_by_one(
		"Review Direction",
		_misplaced(postings.workers(), names, grievance),
		_hand_over,
		"Handing over failed",
	)


def _misplaced(workers: dict[str, str | None], names: list[str] | None, grievance: str | None) -> list[str]:
	chosen = {"posting": ("in", names)} if names else {"grievance": grievance} if grievance else {}
	fields = ["name", "posting", "assigned_to", "grievance", "department", "area"]
	found = frappe.get_all("Review Direction", {"status": OPEN, **chosen}, fields, order_by="name")
	return [row.name for row in found if _is_misplaced(row, workers)]


def _is_misplaced(direction, workers: dict[str, str | None]) -> bool:
	if may_stay(direction):
		return workers.get(direction.posting) != direction.assigned_to
	return bool(office_instead(direction) or direction.assigned_to)


def _hand_over(name: str) -> None:
	direction = frappe.get_doc("Review Direction", name, for_update=True)
	was = direction.assigned_to
	if direction.status == OPEN:
		settle_office(direction)
	if direction.status == OPEN and direction.assigned_to and direction.assigned_to != was:
		notices.tell_of(direction, notices.DIRECTED, "Administrator")


def may_stay(direction) -> bool:
	"""Tell whether a direction's office is still there, and not one that its case complains of."""
	if not postings.is_officers(direction.posting):
		return False
	against = direction.grievance and frappe.db.get_value("Grievance", direction.grievance, "against_posting")
	return not (against and postings.is_barred(direction.posting, against))


def office_instead(direction) -> str | None:
	"""Name the office that a direction goes to which cannot stay with its own; None if there is none."""
	found = office_for(direction.grievance, direction.department, direction.area)
	moved = frappe._dict(posting=found, grievance=direction.grievance)
	return found if found and found != direction.posting and may_stay(moved) else None


def settle_office(direction) -> None:
	"""See that an open direction is with an office that may have it, and is the task of who works there."""
	other = None if may_stay(direction) else office_instead(direction)
	if other:
		pass_on(direction, other)
	else:
		follow(direction)


def pass_on(direction, posting: str) -> None:
	"""Give a direction to another office, as a case is given that cannot stay where it is."""
	was = direction.posting
	direction.flags.passed_on = True
	keep(direction, posting=posting)
	note(direction, PASSED_ON, f"{was} -> {posting}")


def review_directions(meeting) -> list:
	"""List what was directed in a meeting (for templates), of a case that is reserved no more than the number."""
	return frappe.db.sql(
		f"""select `name`, if({RESERVED_CASE}, null, `direction`) direction, `grievance`, `department`,
			if({RESERVED_CASE}, null, `posting`) posting, `due_on`, `first_due_on`, `status`
		from `tabReview Direction` where `meeting` = %s order by `name`""",
		meeting.name,
		as_dict=True,
	)
