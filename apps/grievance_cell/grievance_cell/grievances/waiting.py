"""A case that waits for its citizen's answer: reminded, closed without one, and never a way to stop the clock for good."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import cint, get_datetime

from grievance_cell.service_levels import deadlines

# What a case is closed with whose citizen did not answer.
NO_REPLY = "No Reply to Question"


def begin(case, on: datetime) -> None:
	"""Let a case wait for an answer; the clock stands if it has not stood too often or too long for questions already."""
	case.question_count = cint(case.question_count) + 1
	case.asked_on = on
	case.question_reminders = 0
	settings = frappe.get_cached_doc("Grievance Settings")
	if case.question_count <= cint(settings.question_pauses) and seconds_left(case) > 0:
		deadlines.pause(case, on)
	else:
		deadlines.refresh(case, on)


def end(case, on: datetime) -> None:
	"""Let a case go on that has waited for an answer."""
	case.asked_on = None
	if case.on_hold_since:
		run_on(case, on)
	else:
		deadlines.refresh(case, on)


def run_on(case, on: datetime) -> None:
	"""Let the clock run on, whether or not the answer has come."""
	count_hold(case, on)
	deadlines.resume(case, on)


def restart(case, on: datetime) -> None:
	"""Give a case its time anew; for how long a question has stopped its clock so far still counts."""
	if case.asked_on and case.on_hold_since:
		count_hold(case, on)
	deadlines.restart(case, on)


def count_hold(case, on: datetime) -> None:
	stood = int((on - get_datetime(case.on_hold_since)).total_seconds())
	case.question_hold_seconds = cint(case.question_hold_seconds) + stood


def seconds_left(case) -> int:
	"""Tell for how many more seconds of the calendar questions may stop a case's clock."""
	days = cint(frappe.get_cached_doc("Grievance Settings").question_pause_days)
	return days * 24 * 3600 - cint(case.question_hold_seconds)


def moments(case) -> dict[str, datetime]:
	"""Name the moments that a waiting case waits for: the next reminder, its closing, the end of its pause.

	A number of days that is 0 in the settings means never.
	"""
	found = {}
	if case.on_hold_since:
		found["pause_over"] = get_datetime(case.on_hold_since) + timedelta(seconds=seconds_left(case))
	if not case.asked_on:
		return found
	asked = get_datetime(case.asked_on)
	if days := cint(frappe.get_cached_doc("Grievance Settings").question_days):
		found["no_answer"] = asked + timedelta(days=days)
	for days in reminder_days()[cint(case.question_reminders) :][:1]:
		found["remind"] = asked + timedelta(days=days)
	return found


def reminder_days() -> list[int]:
	settings = frappe.get_cached_doc("Grievance Settings")
	return sorted(filter(None, map(cint, (settings.first_reminder_days, settings.second_reminder_days))))


def reminded(case, on: datetime) -> None:
	"""Count the reminders whose time has come: after an outage the citizen gets one for all of them."""
	passed = on - get_datetime(case.asked_on)
	case.question_reminders = sum(passed > timedelta(days=days) for days in reminder_days())
