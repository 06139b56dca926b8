"""How an area's cases stand, in numbers that anybody may see: for the public page /grievances."""

from bisect import bisect_right
from datetime import date

import frappe
from frappe.utils import add_months, get_first_day, get_last_day, now_datetime, nowdate

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import TREE, WHOLE, Period
from grievance_cell.oversight.reports import share

CACHE_SECONDS = 600
MONTHS = 6
SHOWN = (
	"received", "settled", "within_time", "late", "confirmed", "deemed", "forced", "rated", "pending", "overdue",
)  # fmt: skip
# What is told of fewer cases would be told of somebody: they are shown with the rest, and without averages.
FEWEST = 5
# Who counts for the public sees every case, and shows none.
COUNTING = "Administrator"


def of_area(area: str | None = None) -> dict:
	"""Count the cases of an area, or of all, of this month and the five before it; what was counted is kept for ten minutes.

	`totals` and each of `departments` and `places` have the figures of SHOWN with `average_days`, `within_share` (per cent)
	and `stars` (an average), None of nothing; `totals` has `median_days` too; `months` has `month` (its first day), `received`
	and `settled`. `departments` and `places` (the areas directly below) are ordered by what was received; what has
	none, or fewer cases than FEWEST, stands together at the end, at "". Of an area with fewer there is only `few`.
	"""
	key = f"grievance_cell:public_figures:{area or ''}"
	counted = frappe.cache.get_value(key, expires=True)
	if counted is None:
		counted = _count(area)
		frappe.cache.set_value(key, counted, expires_in_sec=CACHE_SECONDS)
	return counted


def _count(area: str | None) -> dict:
	months = [get_first_day(add_months(nowdate(), -back)) for back in reversed(range(MONTHS))]
	period = Period.of_days(months[0], nowdate())
	defined = figures.definitions(period)
	wanted = {name: defined[name] for name in SHOWN}
	where = [("area", TREE, area)] if area else []
	(totals,) = figures.count(wanted, where=where, user=COUNTING)
	known = {"as_of": now_datetime(), "since": months[0]}
	if area and max(totals.received, totals.settled, totals.pending) < FEWEST:
		return {**known, "few": True}
	median = figures.spread(defined["settled"], where=where, user=COUNTING)
	return {
		**known,
		"totals": {
			**_with_shares(totals),
			"median_days": median[()].median if median and totals.settled >= FEWEST else None,
		},
		"months": _by_month(months, where),
		"departments": _most_first(figures.count(wanted, ["department"], where, COUNTING), "department"),
		"places": _most_first(
			_rolled_up(figures.count(wanted, ["area"], where, COUNTING), places_in(area)), "area"
		),
	}


def _by_month(months: list[date], where: list) -> list[dict]:
	asked = {}
	for begin in months:
		period = Period.of_days(begin, get_last_day(begin))
		for name, field in (("received", "registered_on"), ("settled", "settled_on")):
			asked[f"{name}_{begin:%Y_%m}"] = [WHOLE, *period.of(field)]
	(counted,) = figures.count(asked, where=where, user=COUNTING)
	return [
		{"month": begin, **{name: counted[f"{name}_{begin:%Y_%m}"] for name in ("received", "settled")}}
		for begin in months
	]


def places_in(area: str | None) -> list[frappe._dict]:
	"""List the areas directly below one, in the order of the tree: name, lft, rgt. Of all: below the only root, if there is one."""
	if not area:
		roots = _children("")
		if len(roots) != 1:
			return roots
		area = roots[0].name
	return _children(area)


def _children(area: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Local Area",
		# Constituencies lie across the tree.
		{"parent_local_area": area or ("is", "not set"), "area_type": ("!=", "Constituency")},
		["name", "lft", "rgt"],
		order_by="lft",
	)


def _rolled_up(rows: list[frappe._dict], places: list[frappe._dict]) -> list[frappe._dict]:
	"""Add up what was counted by area for each of the places that it lies in; what lies in none stands at ""."""
	positions = dict(
		frappe.get_all(
			"Local Area",
			{"name": ("in", [row.area for row in rows if row.area] or [""])},
			["name", "lft"],
			as_list=True,
		)
	)
	begins = [place.lft for place in places]
	sums: dict[str, frappe._dict] = {}
	for row in rows:
		lft = positions.get(row.area, 0)
		found = bisect_right(begins, lft) - 1
		inside = found >= 0 and lft < places[found].rgt
		key = places[found].name if inside else ""
		total = sums.setdefault(key, frappe._dict(area=key))
		for name, number in row.items():
			if name != "area":
				total[name] = total.get(name, 0) + number
	return list(sums.values())


def _most_first(rows: list[frappe._dict], field: str) -> list[dict]:
	rest, shown = frappe._dict({field: ""}), []
	for row in rows:
		if row[field] and max(row.received, row.settled, row.pending) >= FEWEST:
			shown.append(row)
		else:
			rest.update({name: rest.get(name, 0) + number for name, number in row.items() if name != field})
	shown.sort(key=lambda row: (-row.received, row[field]))
	# What has no name, or is too little, comes last.
	if any(rest.get(name) for name in ("received", "settled", "pending")):
		shown.append(rest)
	return [_with_shares(row) for row in shown]


def _with_shares(row: frappe._dict) -> dict:
	told = row.settled >= FEWEST
	return {
		**row,
		"average_days": share(row.days, row.settled) if told else None,
		"within_share": share(100 * row.within_time, row.within_time + row.late) if told else None,
		"stars": share(row.stars, row.rated) if row.rated >= FEWEST else None,
	}
