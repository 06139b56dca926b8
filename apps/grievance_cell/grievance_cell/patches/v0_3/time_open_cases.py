"""Cases that are open get what the timers of this version go by, as if they had been registered under it.

Nobody is told what lies behind: not that a case is overdue, nor what should have been said by now, nor does one climb at
once all the rungs that its time has passed.
"""

from datetime import datetime

import frappe
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import informing, ladder, timers
from grievance_cell.grievances.decisions import SUGGESTION
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	category_of,
)
from grievance_cell.grievances.lifecycle import waits_for_citizen
from grievance_cell.service_levels import deadlines
from grievance_cell.setup import install

FIELDS = (
	"sla", "clock_started_on", "response_by", "response_status", "resolution_by", "sla_status", "on_hold_since",
	"hold_seconds", "breached_on", "first_breached_on", "escalation_level", "unacknowledged_count", "asked_on",
	"question_count", "inform_by", "citizen_informed_on", "next_check_on",
)  # fmt: skip


def execute() -> None:
	# The settings, the ladders and the marks of the statuses, which otherwise come after the patches.
	install.after_migrate()
	now = now_datetime()
	statuses = frappe.get_all("Grievance Status", {"category": ("!=", CLOSED)}, pluck="name")
	for name in frappe.get_all("Grievance", {"status": ("in", statuses)}, pluck="name", order_by="name"):
		case = frappe.get_doc("Grievance", name)
		if category_of(case.status) in (OPEN, PAUSED) and not case.clock_started_on:
			set_clock(case, now)
		timers.schedule(case)
		frappe.db.set_value(
			"Grievance", name, {field: case.get(field) for field in FIELDS}, update_modified=False
		)


def set_clock(case, now: datetime) -> None:
	case.clock_started_on = case.registered_on
	if case.grievance_type == SUGGESTION:
		# It cannot be late any more.
		case.sla = case.response_by = case.response_status = case.resolution_by = None
	if waits_for_citizen(case.status):
		ask_anew(case, now)
	deadlines.refresh(case, now)
	if case.resolution_by and get_datetime(case.resolution_by) < now:
		case.breached_on = case.resolution_by
	ladder.pass_rungs(case)
	if case.response_by and get_datetime(case.response_by) < now:
		case.unacknowledged_count = ladder.MOST_CALLS
	moments = (informing.first_moment(case), informing.second_moment(case))
	case.inform_by = min((moment for moment in moments if moment and moment > now), default=None)
	case.citizen_informed_on = case.citizen_informed_on or informed_on(case)


def ask_anew(case, now: datetime) -> None:
	"""Count the days of a question from now on: nothing has reminded its citizen yet."""
	case.asked_on, case.question_count = now, 1
	if case.on_hold_since:
		deadlines.resume(case, now)
		deadlines.pause(case, now)


def informed_on(case):
	"""Tell when the citizen last heard something of substance, by the record."""
	steps = frappe.get_all(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": case.name, "visible_to_citizen": 1},
		["action", "actor", "to_status", "visible_to_citizen", "done_on"],
		order_by="name desc",
	)
	return next((step.done_on for step in steps if informing.is_of_substance(step)), None)
