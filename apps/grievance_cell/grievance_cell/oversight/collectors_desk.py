"""The numbers of the collector's desk: this month beside the last one, today, what is pending, and where."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import add_months, get_first_day, now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import DAY, TREE, Period
from grievance_cell.organisation.areas import ancestors, names_in
from grievance_cell.oversight import places, reports
from grievance_cell.oversight.doctype.review_meeting.review_meeting import own_area

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
OF_PLACES = ("received", "settled", "pending", "overdue")
MEASURES = ("within_share", "average_days", "median_days", "ninetieth_days", "average_rating")


@frappe.whitelist()
def numbers() -> list[dict]:
	"""Count what the user sees: dicts of name, label, value; of what comes and goes also `today` and `before`.

	`value` is of this month up to now and `before` of the last one up to the same day and time; of what is pending, of now.
	`filters` are those of the list that a value opens, for grievance_cell.open_list; averages and shares have none.
	"""
	refuse_stranger()
	now = now_datetime()
	month, day, before = periods(now)
	defined = figures.definitions(month, now)
	this = counted(defined, (*OF_MONTH, *OF_NOW))
	last = counted(figures.definitions(before, now), OF_MONTH)
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


@frappe.whitelist()
def by_place(area: str | None = None) -> dict:
	"""Count what the user sees in the places directly below an area, by default the one that they answer for.

	`above` are the areas from the user's own down to the one shown (name, title), `labels` the figures of OF_PLACES, `filters`
	those of their lists, and `places` the counts, what is most overdue first: dicts of area, title, latitude, longitude (None
	where they are not known), has_places, filter (what a list of it is filtered by besides) and the figures. Cases that are of
	the area itself come last, with has_places False.
	"""
	refuse_stranger()
	own = own_area(frappe.session.user) or places.only_root()
	path = ancestors(area)[::-1] if area else []
	if not path:
		path = ancestors(own)[:1] if own else []
	elif own in (names := [each.name for each in path]):
		path = path[names.index(own) :]
	shown = path[-1].name if path else None
	now = now_datetime()
	defined = figures.definitions(periods(now)[0], now)
	wanted = {name: defined[name] for name in OF_PLACES}
	among = places.below(shown)
	counted_by_area = figures.count(wanted, ["area"], [("area", TREE, shown)] if shown else [])
	counts = {row.area: row for row in places.rolled_up(counted_by_area, among)}
	places.find_coordinates(among)
	titles = names_in([*path, *among], frappe.local.lang)
	labels = reports.labels()
	rows = [
		{
			"area": place.name,
			"title": titles[place.name],
			"latitude": place.latitude,
			"longitude": place.longitude,
			"has_places": place.rgt > place.lft + 1,
			"filter": ["Grievance", "area", TREE, place.name],
			**{name: counts.get(place.name, {}).get(name, 0) for name in OF_PLACES},
		}
		for place in among
	]
	rows.sort(key=lambda row: (-row["overdue"], -row["pending"], row["title"]))
	if rest := counts.get(""):
		# Frappe's list takes "=" for all that lies below.
		of_itself = ["Grievance", "area", "in", [shown]] if shown else ["Grievance", "area", "is", "not set"]
		title = frappe._("No place given below this one")
		rows.append(
			{
				"title": title,
				"has_places": False,
				"filter": of_itself,
				**{name: rest[name] for name in OF_PLACES},
			}
		)
	return {
		"above": [{"name": each.name, "title": titles[each.name]} for each in path],
		"labels": {name: labels[name] for name in OF_PLACES},
		"filters": {name: [["Grievance", *each] for each in defined[name]] for name in OF_PLACES},
		"places": rows,
	}


def refuse_stranger() -> None:
	if not frappe.has_permission("Grievance", "report"):
		raise frappe.PermissionError


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


def counted(defined: dict, names: tuple[str, ...]) -> frappe._dict:
	(row,) = figures.count({name: defined[name] for name in names})
	row.key = None
	reports.complete([row], figures.spread(defined["settled"]))
	return row
