"""A case's deadlines: chosen, stored, paused and met. They stand on the document, nobody computes them when reading.

A case is any document with the contract's fields (`registered_on`, `sla`, `response_by`, `resolution_by`, ...). Times
are of the wall clock, in the site's own time zone.

Hours and minutes are working time of the SLA's calendar, or any time where the SLA or the target counts round the
clock. Days are due at the end of a day's last window. What a case was on hold is counted as its target counts: in
working seconds, but for a target in calendar days, which pass on holidays too, in all seconds. Should its priority
change so that it is counted otherwise, the seconds that were counted stay.
"""

from datetime import datetime
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_datetime, get_system_timezone, get_time, getdate
from frappe.utils.nestedset import get_ancestors_of

from grievance_cell.service_levels.clock import Calendar, Window
from grievance_cell.service_levels.doctype.sla.sla import WORKING

# The percentage of the resolution time after which a case is due soon.
DUE_SOON = 75
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def choose_sla(case) -> str | None:
	"""Name the enabled SLA that fits best.

	One for the case's category comes before one for a group above it, the nearest first; then one for its department,
	then one with a condition; the default is for what no other fits.
	"""
	candidates = frappe.get_all(
		"SLA",
		filters={"enabled": 1},
		fields=["name", "category", "department", "condition", "is_default"],
		order_by="name",
	)
	category = case.get("category")
	categories = [category, *get_ancestors_of("Grievance Category", category)] if category else []

	def fits(sla) -> bool:
		if sla.category and sla.category not in categories:
			return False
		if sla.department and sla.department != case.get("department"):
			return False
		if not (sla.category or sla.department or sla.condition or sla.is_default):
			return False
		return not sla.condition or _holds(sla, case)

	def closeness(sla) -> tuple:
		steps_up = categories.index(sla.category) if sla.category else len(categories)
		return -steps_up, bool(sla.department), bool(sla.condition)

	best = max(filter(fits, candidates), key=closeness, default=None)
	return best.name if best else None


def _holds(sla, case) -> bool:
	"""Try an SLA's condition; one that fails does not hold, and never keeps a case from being registered."""
	try:
		return bool(frappe.safe_eval(sla.condition, None, {"doc": case.as_dict()}))
	except Exception:
		frappe.log_error(title=f"The condition of SLA {sla.name} failed")
		return False


def start(case) -> None:
	"""Set the deadlines of a new case, or of one that had none until now."""
	case.sla = choose_sla(case)
	case.clock_started_on = case.registered_on
	case.hold_seconds = 0
	# Before the dates are set: a case that is registered late may have missed its response already.
	case.response_status = "Pending"
	set_deadlines(case)
	if not case.response_by:
		case.response_status = None
	elif case.get("first_responded_on"):
		case.response_status = _compared(get_datetime(case.first_responded_on), case.response_by)


def forget(case) -> None:
	"""Take its deadlines, and what came of them, from a case that is to have none."""
	case.sla = case.response_by = case.response_status = case.resolution_by = case.sla_status = None
	case.first_breached_on = None


def restart(case, on: datetime, share: float | None = None) -> None:
	"""Give a case its target anew from a moment on, with no time on hold; one that is on hold stays so.

	`share` is the part of the target, from 0 to 1, that it has from now on, whatever is computed again later; None leaves
	it as it is. Its first breach stays on record, and so does its first response.
	"""
	case.clock_started_on = on
	case.hold_seconds = 0
	case.on_hold_since = case.get("on_hold_since") and on
	if share is not None:
		case.target_share = share
	set_deadlines(case, on)


def set_deadlines(case, on: datetime | None = None) -> None:
	"""Compute both deadlines from the start of the case, whenever that is asked: never from now.

	The response counts from the registration, the resolution from the start of the present target. While the case is on
	hold it has no date by which it is due. `on` is for when its standing is told, else now.
	"""
	case.response_by = case.resolution_by = None
	if target := _target(case):
		case.response_by = target.calendar.add(get_datetime(case.registered_on), target.response_time)
		if not case.on_hold_since:
			case.resolution_by = target.due(_started_on(case), case.hold_seconds or 0)
	refresh(case, on)


class _Target:
	"""What a case's SLA asks at its priority, in the case's share of it.

	`calendar` is what hours are counted in, `clock` what the resolution is counted in.
	"""

	def __init__(self, sla, row, share: float, days: int = 0):
		round_the_clock = bool(sla.round_the_clock or row.round_the_clock)
		self.calendar = self.clock = calendar_of(sla, round_the_clock)
		self.response_time = row.response_time
		self.resolution_time = ceil(round((row.resolution_time or 0) * share, 3))
		self.resolution_days = ceil(round((row.resolution_days or 0) * share, 3))
		self.working_days = row.day_kind == WORKING
		if days:
			# What kind of case it is sets the target; the SLA still sets the response and the ladder.
			self.resolution_time, self.resolution_days, self.working_days = 0, ceil(days * share), False
		if self.resolution_days and not self.working_days:
			self.clock = calendar_of(sla, True)

	def due(self, start: datetime, hold_seconds: int) -> datetime:
		start = self.clock.add(start, hold_seconds)
		if self.resolution_days:
			return self.calendar.end_of_day(start, self.resolution_days, working=self.working_days)
		return self.clock.add(start, self.resolution_time)


def calendar_of(sla, round_the_clock: bool) -> Calendar:
	"""Read an SLA's working hours and holidays."""
	time_zone = ZoneInfo(get_system_timezone())
	if round_the_clock:
		return Calendar(round_the_clock=True, time_zone=time_zone)
	windows = [
		Window(WEEKDAYS.index(row.weekday), get_time(row.start_time), get_time(row.end_time))
		for row in sla.working_windows
	]
	holidays = []
	if sla.holiday_calendar:
		rows = frappe.get_cached_doc("Holiday Calendar", sla.holiday_calendar).holidays
		holidays = [getdate(row.date) for row in rows]
	return Calendar(windows, holidays, time_zone=time_zone)


def _target(case) -> _Target | None:
	if not case.sla:
		return None
	sla = frappe.get_cached_doc("SLA", case.sla)
	row = next((row for row in sla.targets if row.priority == case.priority), None)
	return row and _Target(sla, row, case.get("target_share") or 1, case.get("target_days") or 0)


def _started_on(case) -> datetime:
	# A case of before there were restarts has its registration alone.
	return get_datetime(case.get("clock_started_on") or case.registered_on)


def moment_at(case, percent: float) -> datetime | None:
	"""Tell when so many percent of the resolution time will have passed, more than 100 after it is due.

	What the case was on hold is left out. None for a case with no date by which it is due.
	"""
	target = _target(case)
	if not target or not case.resolution_by:
		return None
	due = get_datetime(case.resolution_by)
	if percent == 100:
		return due
	hold = case.hold_seconds or 0
	net = max(0, target.clock.between(_started_on(case), due) - hold)
	return target.clock.add(_started_on(case), hold + ceil(net * percent / 100))


def response_wanted_by(case, since: datetime) -> datetime | None:
	"""Tell when a response is due to what is asked of an office at a moment; None for a case with no target."""
	target = _target(case)
	return target and target.calendar.add(since, target.response_time)


def responded(case, on: datetime) -> None:
	"""Note the first response, once."""
	if case.first_responded_on:
		return
	case.first_responded_on = on
	if case.response_by:
		case.response_status = _compared(on, case.response_by)


def take_response_back(case) -> None:
	"""Note that there was no response yet after all; whether it is late by now shows at the next refresh."""
	case.first_responded_on = None
	if case.response_by:
		case.response_status = "Pending"


def _compared(done_on: datetime, due) -> str:
	return "Met" if done_on <= get_datetime(due) else "Breached"


def pause(case, on: datetime) -> None:
	"""Stop the clock; while it stands the case has no date by which it is due."""
	refresh(case, on)
	case.on_hold_since = on
	case.resolution_by = None
	refresh(case, on)


def resume(case, on: datetime) -> None:
	"""Let the clock run on; the time on hold is added to the deadline, as far as the target counts it."""
	if target := _target(case):
		held = target.clock.between(get_datetime(case.on_hold_since), on)
		case.hold_seconds = (case.hold_seconds or 0) + max(0, held)
	case.on_hold_since = None
	set_deadlines(case, on)


def set_aside(case, on: datetime) -> None:
	"""Let the clock of a case that is not worked on by itself stand, neither met nor breached; `resume` lets it run on."""
	if not case.on_hold_since:
		pause(case, on)
	case.sla_status = None


def settle(case, on: datetime) -> None:
	"""Compare the end with the deadline."""
	if case.on_hold_since:
		resume(case, on)
	if case.resolution_by:
		case.sla_status = _compared(on, case.resolution_by)
		_note_breach(case, on)


def refresh(case, on: datetime | None = None) -> None:
	"""Set where a running case stands now."""
	if not case.resolution_by:
		case.sla_status = "Paused" if case.sla and case.on_hold_since else None
		return
	on = on or frappe.utils.now_datetime()
	if case.response_status == "Pending" and case.response_by and on > get_datetime(case.response_by):
		case.response_status = "Breached"
	if on > get_datetime(case.resolution_by):
		case.sla_status = "Overdue"
		_note_breach(case, on)
	else:
		case.sla_status = "Due Soon" if on >= due_soon(case) else "On Track"


def _note_breach(case, on: datetime) -> None:
	"""Note the first time that a case was overdue, which nothing takes away: not a later date, not a reopening."""
	if not case.get("first_breached_on") and on > get_datetime(case.resolution_by):
		case.first_breached_on = case.resolution_by


class Progress(NamedTuple):
	"""How much of its target a case has used, in seconds of what the target counts: of work, or of all time.

	`due` is the date that it has or, while it is on hold, the one that it would have if it went on at once.
	"""

	used: int
	total: int
	due: datetime
	all_time: bool


def progress(case, on: datetime) -> Progress | None:
	"""Tell how far a case is at a moment; None for one with no target. What it was on hold is left out of both numbers."""
	target = _target(case)
	if not target:
		return None
	start, hold = _started_on(case), case.hold_seconds or 0
	held = max(0, target.clock.between(get_datetime(case.on_hold_since), on)) if case.on_hold_since else 0
	due = get_datetime(case.resolution_by) if case.resolution_by else target.due(start, hold + held)
	return Progress(
		used=max(0, target.clock.between(start, on) - hold - held),
		total=max(0, target.clock.between(start, due) - hold - held),
		due=due,
		all_time=target.clock.round_the_clock,
	)


def moments(case) -> dict[str, datetime]:
	"""Name the moments at which a running case changes its standing by itself, those that were noted left out."""
	found = {}
	if case.resolution_by and case.sla_status == "On Track":
		found["due_soon"] = due_soon(case)
	if case.resolution_by and case.sla_status in ("On Track", "Due Soon"):
		found["resolution"] = get_datetime(case.resolution_by)
	if case.response_by and case.response_status == "Pending":
		found["response"] = get_datetime(case.response_by)
	return found


def due_soon(case) -> datetime:
	# The SLA may have lost its target for this priority since; the date that the case has stands.
	return moment_at(case, DUE_SOON) or get_datetime(case.resolution_by)
