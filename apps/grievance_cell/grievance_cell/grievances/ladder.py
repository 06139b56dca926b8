"""How a case climbs when time runs out: by the rungs of its SLA, and an emergency that nobody takes at once.

The rung that was reached stands on the case, and each has its moment counted from the start of the target: whatever is
written on a case or done to it meanwhile restarts nothing.
"""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, now_datetime

from grievance_cell.grievances import actions, officers
from grievance_cell.grievances.hierarchy import OFFICER, SUPERIOR, office_above
from grievance_cell.grievances.officers import tell_posting
from grievance_cell.organisation.postings import worker_of
from grievance_cell.service_levels import deadlines

EMERGENCY = "Emergency"
MOVE = "Move"
WARNED, ESCALATED, NOT_ACKNOWLEDGED = "Warned", "Escalated", "Not Acknowledged"
# So often an emergency that nobody takes goes further up; more offices than that never stand above each other.
MOST_CALLS = 5
SHORTEST_CALL = timedelta(minutes=1)


def moments(case) -> dict[str, datetime]:
	"""Name the moments of a running case's next rung, and of an emergency's next call."""
	found = {}
	rung = next_rung(case)
	if rung and (moment := deadlines.moment_at(case, rung.percent_of_resolution)):
		found["rung"] = moment
	if moment := next_call(case):
		found["call"] = moment
	return found


def next_rung(case):
	"""Find the lowest step of the SLA's ladder that a case has not reached yet, None above the last."""
	if not case.sla:
		return None
	above = [
		rung
		for rung in frappe.get_cached_doc("SLA", case.sla).escalations
		if rung.level > cint(case.escalation_level)
	]
	return min(above, key=lambda rung: rung.level, default=None)


def pass_rungs(case) -> None:
	"""Set the rung on which a case stands that has come to another office: what its time has passed is not climbed again.

	Its SLA, and with it its date, may be another now. One on hold keeps its rung.
	"""
	if not (case.sla and case.resolution_by):
		return
	now = now_datetime()
	moments = {
		rung.level: deadlines.moment_at(case, rung.percent_of_resolution)
		for rung in frappe.get_cached_doc("SLA", case.sla).escalations
	}
	passed = [level for level, moment in moments.items() if moment and moment < now]
	case.escalation_level = max(passed, default=0)


def next_call(case) -> datetime | None:
	"""Tell when an emergency goes up that nobody has taken: a response time after it came to its office.

	To the first one it came with its registration, or when it was raised to an emergency.
	"""
	if case.priority != EMERGENCY or case.first_responded_on or cint(case.unacknowledged_count) >= MOST_CALLS:
		return None
	since = get_datetime(case.called_on or case.registered_on)
	wanted = deadlines.response_wanted_by(case, since)
	return wanted and max(wanted, since + SHORTEST_CALL)


def climb(case, on: datetime) -> None:
	"""Take the next step of the ladder at its moment: warn or inform an office, or hand the case to it."""
	rung = next_rung(case)
	case.escalation_level = rung.level
	posting = case.posting if rung.to == OFFICER and case.posting else office_above(case, rung.to)
	if rung.action == MOVE:
		hand_up(case, posting, ESCALATED, on)
	else:
		inform(case, posting, rung.percent_of_resolution)


def inform(case, posting: str | None, percent) -> None:
	def say(language: str) -> str:
		return _("{0} % of the time for the case {1} is over", language).format(cint(percent), case.name)

	tell_posting(posting, case, say)
	# The e-mail to that office quotes it.
	language = officers.language_of(worker_of(posting))
	actions.record(case, WARNED, posting=posting, remark=say(language))


def call(case, on: datetime) -> None:
	"""Hand an emergency that nobody has taken to the next office up, at its moment."""
	above = office_above(case, SUPERIOR)
	hand_up(case, above, NOT_ACKNOWLEDGED, on)
	case.unacknowledged_count = cint(case.unacknowledged_count) + 1 if above else MOST_CALLS


def hand_up(case, posting: str | None, action: str, on: datetime) -> None:
	"""Hand a case to an office above its own, and tell both; where there is none its own is told again.

	`on` is the moment from which that office is waited for: after an outage, when it fell due. This is no transfer: the case
	is not counted as one, and its clock runs on.
	"""
	before = case.posting
	to = posting or before
	case.called_on = on

	def say(language: str) -> str:
		if action == NOT_ACKNOWLEDGED:
			return _("Emergency {0}: nobody has taken it yet. It is now with {1}", language).format(
				case.name, to
			)
		return _("The case {0} was not settled in time and is now with {1}", language).format(case.name, to)

	if to != before:
		note = f"{before or '–'} -> {to}"
		case.posting, case.assigned_to, case.routing_note = to, worker_of(to), note
		# Whoever has the form open must not send the case back by saving it: this changes `modified`.
		case.db_set({field: case.get(field) for field in ("posting", "assigned_to", "routing_note")})
		# It was set as a text, which is written in another way when it is on the full second.
		case.modified = get_datetime(case.modified)
		tell_posting(before, case, say)
	tell_posting(to, case, say)
	actions.record(case, action, posting=to, remark=f"{before or '–'} -> {to or '–'}")
