"""Whose work a case is: Frappe's assignment (a ToDo) goes to the user who works on the case's posting, and follows it.

`assigned_to` on the case is that user: the holder of the posting, or of the one that has its charge today.
"""

from collections import defaultdict

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import get_fullname

from grievance_cell.database import one_by_one
from grievance_cell.grievances import actions, lifecycle, officers, routing
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	category_of,
)
from grievance_cell.organisation import postings
from grievance_cell.organisation.postings import worker_of

HANDED_OVER = "Handed Over"
# What decides whose work the cases of a posting are.
HOLDING = ("user", "is_active", "charge_given_to", "on_leave_from", "on_leave_to")
PRIORITIES = {"Emergency": "High", "High": "High", "Low": "Low"}


def follow(case) -> None:
	"""See that the one open assignment of a case is that of the user who works on it, and none of a settled one."""
	to = case.assigned_to if category_of(case.status) in (OPEN, PAUSED) else None
	assigned = frappe.get_all(
		"ToDo",
		{"reference_type": case.doctype, "reference_name": case.name, "status": "Open"},
		["name", "allocated_to"],
	)
	for todo in assigned:
		if todo.allocated_to != to:
			# Frappe counts a closed one as work done, a cancelled one as somebody else's.
			_end(todo.name, "Cancelled" if to else "Closed")
	if to and to not in {todo.allocated_to for todo in assigned}:
		_assign(case, to)


def _assign(case, user: str) -> None:
	# Not by Frappe's assign_to: that changes `modified` under an officer's open form, and shares what a user may not see.
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": user,
			"assigned_by": frappe.session.user,
			"reference_type": case.doctype,
			"reference_name": case.name,
			# Of a case no more than its subject matter: assignments are read by others than the case.
			"description": f"{case.name}: {_(case.category, officers.language_of(user))}",
			"priority": PRIORITIES.get(case.priority, "Medium"),
			"date": case.resolution_by,
		}
	).insert(ignore_permissions=True)


def _end(name: str, status: str) -> None:
	todo = frappe.get_doc("ToDo", name)
	todo.status = status
	todo.save(ignore_permissions=True)


def keep_to_posting(todo, method: str | None = None) -> None:
	"""Refuse an assignment of a case that its posting does not make (ToDo, validate): a case changes hands by a transfer."""
	if todo.reference_type != "Grievance" or not todo.allocated_to:
		return
	case = frappe.db.get_value("Grievance", todo.reference_name, ["assigned_to", "status"], as_dict=True)
	if not case:
		return
	if todo.is_new():
		wrong = todo.allocated_to != case.assigned_to
	else:
		wrong = todo.status == "Cancelled" and todo.allocated_to == case.assigned_to
	if wrong and category_of(case.status) != CLOSED:
		frappe.throw(_("A case is the work of its posting's officer: transfer it instead"))


def on_posting_change(posting, method: str | None = None) -> None:
	"""Have the open cases follow when a posting changes hands (Officer Posting, on_update)."""
	before = posting.get_doc_before_save()
	if before and any(before.get(field) != posting.get(field) for field in HOLDING):
		frappe.enqueue(
			"grievance_cell.grievances.assignments.hand_over",
			queue="long",
			names=postings.charges_of(posting.name),
			enqueue_after_commit=True,
		)


def hand_over(names: list[str] | None = None) -> None:
	"""Bring the open cases of these postings, or of all, to who works on them today (a job; daily for leaves).

	Each case is a transaction of its own, and what was done already is not done again: the job may be repeated. One
	failing case never stops the rest.
	"""
	one_by_one("Grievance", _misplaced(postings.workers(), names), _hand_over, "Handing over failed")


def _misplaced(workers: dict[str, str | None], names: list[str] | None) -> list[str]:
	"""List the cases that are not closed and that somebody else works on than ought to, by posting."""
	case = frappe.qb.DocType("Grievance")
	statuses = frappe.get_all("Grievance Status", {"category": ("!=", CLOSED)}, pluck="name")
	query = (
		frappe.qb.from_(case)
		.select(case.posting, Coalesce(case.assigned_to, ""))
		.distinct()
		.where(case.status.isin(statuses))
		.where(case.posting.isnotnull())
	)
	wrong = defaultdict(list)
	for posting, user in (query.where(case.posting.isin(names)) if names else query).run():
		if posting not in workers or (workers[posting] or "") != user:
			wrong[user].append(posting)
	return [
		name
		for user, held in wrong.items()
		for name in frappe.get_all(
			"Grievance",
			{
				"posting": ("in", held),
				"assigned_to": user or ("is", "not set"),
				"status": ("in", statuses),
			},
			pluck="name",
			order_by="name",
		)
	]


def _hand_over(name: str) -> None:
	"""Give a case to who works on its posting today; where that may not have it, route it anew."""
	case = frappe.get_doc("Grievance", name, for_update=True)
	was = case.assigned_to
	if not _may_stay(case):
		found = routing.route_case(case)
		case.flags.sent_as = HANDED_OVER
		lifecycle.save_with(case, posting=found.posting, routing_note=found.note)
	elif worker_of(case.posting) != was:
		# The office stays, and so does `modified`: an officer who has the form open can still save.
		case.db_set("assigned_to", worker_of(case.posting), update_modified=False, notify=True)
		names = [get_fullname(user) if user else "–" for user in (was, case.assigned_to)]
		actions.record(case, HANDED_OVER, posting=case.posting, remark=" -> ".join(names))
	else:
		return

	def say(language: str) -> str:
		return _("The case {0} has been handed over to you", language).format(case.name)

	officers.tell_posting(case.posting, case, say)


def _may_stay(case) -> bool:
	if case.posting not in postings.active_among([case.posting]):
		return False
	return not (case.against_posting and postings.is_barred(case.posting, case.against_posting))
