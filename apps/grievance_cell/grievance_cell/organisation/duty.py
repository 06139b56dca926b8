"""Who is on duty: the postings to which an emergency goes at any hour."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import to_timedelta

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = timedelta(days=1)


def on_duty(postings: list[str], moment: datetime) -> set[str]:
	"""Name those of these postings that have a duty shift at a moment of the site's wall clock."""
	shifts = frappe.get_all(
		"Duty Shift",
		{"parenttype": "Officer Posting", "parent": ("in", postings)},
		["parent", "weekday", "start_time", "end_time"],
	)
	return {shift.parent for shift in shifts if covers(shift, moment)}


def covers(shift, moment: datetime) -> bool:
	"""Tell whether a shift (weekday, start_time, end_time) runs at a moment.

	The end is past it. A shift that does not end after its start ends on the next day: 20:00 to 08:00 is a night, 08:00
	to 08:00 a day and a night.
	"""
	start, end = to_timedelta(shift.start_time), to_timedelta(shift.end_time)
	since_midnight = moment - datetime.combine(moment.date(), datetime.min.time())
	days_ago = (moment.weekday() - WEEKDAYS.index(shift.weekday)) % len(WEEKDAYS)
	into = since_midnight + days_ago * DAY - start
	return timedelta(0) <= into < (end - start if end > start else end - start + DAY)
