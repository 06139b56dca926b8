"""The numbers of the collector's desk: this month beside the last one, today, and what is pending."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import add_months, get_first_day, now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import DAY, Period
from grievance_cell.oversight import reports

OF_MONTH = (
	"received",
	"settled",
	"confirmed",
	"deemed",
	"forced",
	"within_time",
	"late",
	"reopened",
	"rated",
)
OF_NOW = ("pending", "overdue", "overdue_unexplained", "waiting_for_citizen", "long_term")
MEASURES = ("within_share", "average_days", "median_days", "ninetieth_days", "average_rating")


@frappe.whitelist()
def numbers() -> list[dict]:
	"""Count what the user sees: dicts of name, label, value; of what comes and goes also `today` and `before`.

	`value` is of this month up to now and `before` of the last one up to the same day and time; of what is pending, of now.
	`filters` are those of the list that a value opens, for grievance_cell.open_list; averages and shares have none.
	"""
	if not frappe.has_permission("Grievance", "report"):
		raise frappe.PermissionError
	now = now_datetime()
	month, day, before = periods(now)
	defined = figures.definitions(month, now)
	this, last = (counted(figures.definitions(period, now)) for period in (month, before))
	today = figures.definitions(day, now)
	(of_today,) = figures.count({name: today[name] for name in ("received", "settled", "reopened")})
	labels = reports.labels()
	return [
		{
			"name": name,
			"label": labels[name],
			"value": this[name],
			**({} if name in OF_NOW else {"before": last[name]}),
			**({"today": of_today[name]} if name in of_today else {}),
			"filters": [["Grievance", *each] for each in defined.get(name, ())],
		}
		for name in (*OF_MONTH, *OF_NOW, *MEASURES)
	]


def periods(now: datetime) -> tuple[Period, Period, Period]:
	"""Part the time before now: this month, today, and as much of the last month as has passed of this one."""
	midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
	begin, until = midnight.replace(day=1), now.replace(microsecond=0) + timedelta(seconds=1)
	before = datetime.combine(get_first_day(add_months(begin, -1)), midnight.time())
	return (
		Period(begin, until),
		Period(midnight, midnight + DAY),
		Period(before, min(before + (until - begin), begin)),
	)


def counted(defined: dict) -> frappe._dict:
	(row,) = figures.count({name: defined[name] for name in (*OF_MONTH, *OF_NOW)})
	row.key = None
	reports.complete([row], figures.spread(defined["settled"]))
	return row
