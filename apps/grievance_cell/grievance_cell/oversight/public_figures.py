"""How an area's cases stand, in numbers that anybody may see: for the public page /grievances."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import frappe
from frappe.utils import add_months, get_first_day, get_last_day, now_datetime, nowdate
from redis.exceptions import RedisError

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import TREE, WHOLE, Period
from grievance_cell.oversight import places
from grievance_cell.oversight.reports import share

# So long what was counted is shown as it is; so long it is kept to be shown while somebody counts anew.
FRESH, KEPT = timedelta(minutes=10), timedelta(days=1)
# How long one counter may take, after which it is taken for dead, and how long a reader waits for the first count of all.
LONGEST_COUNT, LONGEST_WAIT = 120, 30
MONTHS = 6
SHOWN = (
	"received", "settled", "within_time", "late", "confirmed", "deemed", "forced", "rated", "pending", "overdue",
)  # fmt: skip
# What is told of fewer cases would be told of somebody: they are shown with the rest, and without averages.
FEWEST = 5
# Who counts for the public sees every case, and shows none.
COUNTING = "Administrator"


def of_area(area: str | None = None) -> dict:
	"""Count the cases of an area, or of all, of this month and the five before it; what was counted is shown for ten minutes.

	`totals` and each of `departments` and `places` have the figures of SHOWN with `average_days`, `within_share` (per cent)
	and `stars` (an average), None of nothing; `totals` has `median_days` too; `months` has `month` (its first day), `received`
	and `settled`. `departments` and `places` (the areas directly below) are ordered by what was received; what has
	none, or fewer cases than FEWEST, stands together at the end, at "". Of an area with fewer there is only `few`.
	"""
	key = f"grievance_cell:public_figures:{area or ''}"
	counted = _fresh(key)
	if counted:
		return counted
	with _one_counter(key, kept=frappe.cache.get_value(key, expires=True)) as shown:
		# Whoever counted while this one waited has left it here.
		counted = shown or _fresh(key)
		if not counted:
			counted = _count(area)
			frappe.cache.set_value(key, counted, expires_in_sec=int(KEPT.total_seconds()))
	return counted


def _fresh(key: str) -> dict | None:
	counted = frappe.cache.get_value(key, expires=True)
	return counted if counted and counted["as_of"] > now_datetime() - FRESH else None


@contextmanager
def _one_counter(key: str, kept: dict | None) -> Iterator[dict | None]:
	"""Let one count at a time; gives what is to be shown meanwhile to those who need not wait, None to who is to count.

	A page that is asked for by many at once is counted once. Without a cache to meet at, each counts.
	"""
	try:
		lock = frappe.cache.lock(frappe.cache.make_key(f"{key}:counting"), timeout=LONGEST_COUNT)
		own = lock.acquire(blocking=not kept, blocking_timeout=None if kept else LONGEST_WAIT)
	except RedisError:
		own, kept = False, None
	try:
		yield None if own else kept
	finally:
		if own:
			with suppress(RedisError):
				lock.release()


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
			places.rolled_up(figures.count(wanted, ["area"], where, COUNTING), places.below(area)), "area"
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
