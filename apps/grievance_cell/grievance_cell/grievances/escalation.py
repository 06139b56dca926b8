"""What happens to a case when time passes and nobody does anything."""

import time

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime

from grievance_cell.database import is_transient
from grievance_cell.grievances import actions, delays, informing, ladder, lifecycle, timers, waiting
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, category_of
from grievance_cell.grievances.officers import tell_posting
from grievance_cell.service_levels import deadlines

BATCH = 200
# After an outage the batches of one run go on for so many seconds; the next run comes within a minute.
LONGEST_RUN = 50
# A case whose check fails is left alone for this long, so that many of them never stand before the others.
HOURS_AFTER_FAILURE = 1
# What a check may change on a case by itself; all else is a move.
FIELDS = (
	"sla_status", "response_status", "resolution_by", "on_hold_since", "hold_seconds", "question_hold_seconds",
	"question_reminders", "escalation_level", "unacknowledged_count", "called_on", "breached_on", "first_breached_on",
	"delay_reason", "delay_remark", "inform_by", "next_check_on",
)  # fmt: skip
WORK_STATUS = "In Progress"
QUESTION_REPEATED, LONG_TERM_OVER = "Question Repeated", "Long Term Over"
# What the citizen is told, and told last, so that one message says how far the case has come.
TOLD_LAST = ("inform",)
# More moments than a case can have missed.
MOST_STEPS = 50


def check_due() -> None:
	"""Bring every case whose moment has come up to date, each in a transaction of its own.

	Only what is due is asked for, on the index of `next_check_on`; one failing case never stops the rest.
	"""
	began, seen = time.monotonic(), set()
	while due := [name for name in names_due() if name not in seen]:
		seen.update(due)
		for name in due:
			check_safely(name)
		if len(due) < BATCH or time.monotonic() - began > LONGEST_RUN:
			break


def names_due() -> list[str]:
	due = due_at(now_datetime()).run(pluck=True)
	# The end of this snapshot: a case that an officer saves meanwhile may be written by us (1020 otherwise).
	frappe.db.rollback()
	return due


def due_at(now):
	"""Write the query for a batch of what is due; get_all would compare with coalesce(), which no index serves."""
	case = frappe.qb.DocType("Grievance")
	return (
		frappe.qb.from_(case)
		.select(case.name)
		.where(case.next_check_on <= now)
		.orderby(case.next_check_on)
		.limit(BATCH)
	)


def check_safely(name: str) -> None:
	try:
		check(name)
		# A case is a transaction: the next one's failure must not undo it.
		frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
		if is_transient(error):
			# Still due: the next run takes it.
			return
		print(frappe.get_traceback())
		frappe.log_error(title="Deadline check failed", reference_doctype="Grievance", reference_name=name)
		later = add_to_date(now_datetime(), hours=HOURS_AFTER_FAILURE)
		frappe.db.set_value("Grievance", name, "next_check_on", later, update_modified=False)
		frappe.db.commit()


def check(name: str) -> None:
	"""Do what is due for a case, in the order in which it fell due: after an outage that may be several things.

	Its `modified` stays unless it changes hands: an officer who has the form open can still save.
	"""
	case, now = frappe.get_doc("Grievance", name, for_update=True), now_datetime()
	if not case.next_check_on or case.next_check_on > now:
		# It was paused or settled while we came to it.
		return
	for _step in range(MOST_STEPS):
		due = [
			(what in TOLD_LAST, moment, what) for what, moment in timers.moments(case).items() if moment < now
		]
		if not due:
			break
		told_last, moment, what = min(due)
		if told_last:
			tell_overdue(case)
		ACTS[what](case, moment, now)
	tell_overdue(case)
	timers.schedule(case)
	keep(case)


def keep(case) -> None:
	case.db_set({field: case.get(field) for field in FIELDS}, update_modified=False, notify=True)


def refresh(case, moment, now) -> None:
	deadlines.refresh(case, now)


def miss_target(case, moment, now) -> None:
	delays.note(case, moment)
	deadlines.refresh(case, now)
	case.flags.newly_overdue = True


def tell_overdue(case) -> None:
	"""Record that a case is overdue, once what else fell due is done: the citizen hears with whom it is now."""
	if case.flags.pop("newly_overdue", None) and category_of(case.status) != CLOSED:
		delays.record(case)


def climb(case, moment, now) -> None:
	ladder.climb(case, moment)
	assign(case)


def call(case, moment, now) -> None:
	ladder.call(case, moment)
	assign(case)


def assign(case) -> None:
	"""Hand a case that had found no office yet to the one it has climbed to."""
	if case.status == lifecycle.FIRST_STATUS and case.posting:
		move(case, lifecycle.ASSIGNED_STATUS, remark=case.routing_note)


def inform(case, moment, now) -> None:
	informing.inform(case, now)


def remind(case, moment, now) -> None:
	"""Ask the citizen once more what the officer wants to know, unless the time for an answer is over as well."""
	waiting.reminded(case, now)
	if waiting.moments(case).get("no_answer", now) < now:
		return
	actions.record(
		case,
		QUESTION_REPEATED,
		posting=case.posting,
		from_status=case.status,
		to_status=case.status,
		remark=case.question,
		visible_to_citizen=1,
	)


def run_on(case, moment, now) -> None:
	"""Let the clock run on from the moment at which questions had stopped it for long enough."""
	waiting.run_on(case, moment)


def close_without_answer(case, moment, now) -> None:
	"""Close a case whose citizen has not answered a question; it is not settled by that."""
	move(case, lifecycle.CLOSED_STATUS, closure_reason=waiting.NO_REPLY)


def close_unanswered(case, moment, now) -> None:
	"""Close a settled case whose citizen has not said in time whether it is."""
	# With no remark: the citizen reads the reason, in their own language.
	move(case, lifecycle.CLOSED_STATUS, closure_reason="No Reply to Feedback")


def come_back(case, moment, now) -> None:
	"""Give a work that waited for budget or sanction back to its office on the expected date."""
	move(case, WORK_STATUS)
	actions.record(case, LONG_TERM_OVER, posting=case.posting)

	def say(language: str) -> str:
		return _("The date by which the work of the case {0} was expected has come", language).format(
			case.name
		)

	tell_posting(case.posting, case, say)


def move(case, to: str, **values) -> None:
	keep(case)
	lifecycle.move(case, to, **values)


ACTS = {
	"due_soon": refresh,
	"response": refresh,
	"resolution": refresh,
	"breach": miss_target,
	"rung": climb,
	"call": call,
	"inform": inform,
	"remind": remind,
	"no_answer": close_without_answer,
	"pause_over": run_on,
	"expected": come_back,
	"unanswered": close_unanswered,
}
