"""What each figure counts, for reports, cards, e-mails and pages alike: once, as the filters of the list of cases.

Since a figure is the filters of a list, the list that it opens holds as many cases as it says. docs/figures.md says the same
in words. What is not a citizen's own case, a part that another department was asked for, counts nowhere.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import Any, NamedTuple

import frappe
from frappe.desk.reportview import build_match_conditions
from frappe.query_builder import Case, CustomFunction
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import flt, getdate, now_datetime
from pypika.terms import Criterion, EmptyCriterion, LiteralValue

from grievance_cell.grievances.decisions import (
	COMPLAINT,
	DECIDED,
	DEMAND,
	FORCE_CLOSED,
	JOINED,
	JUNK,
	OUT_OF_SCOPE,
	SUGGESTION,
)
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, OPEN, PAUSED, RESOLVED
from grievance_cell.grievances.reopening import WITHDRAWN
from grievance_cell.grievances.waiting import NO_REPLY

# One condition of a list: field, operator, value.
Filter = tuple[str, str, Any]

WHOLE: Filter = ("parent_grievance", "is", "not set")
CONFIRMED, DEEMED = "Confirmed", "No Reply to Feedback"
TYPES = {"complaints": COMPLAINT, "demands": DEMAND, "suggestions": SUGGESTION}
# How what was settled was closed, and how what was not settled ended.
CLOSURES = {"confirmed": CONFIRMED, "deemed": DEEMED, "forced": FORCE_CLOSED, "decided": DECIDED}
OTHER_ENDS = {
	"unanswered": NO_REPLY, "withdrawn": WITHDRAWN, "joined": JOINED, "out_of_scope": OUT_OF_SCOPE, "junk": JUNK,
}  # fmt: skip
TREE = "descendants of (inclusive)"
DAY = timedelta(days=1)
SECONDS_A_DAY = 24 * 3600
Seconds = CustomFunction("timestampdiff", ["unit", "begin", "end"])


class Period(NamedTuple):
	"""A time from a moment on, up to another one without it, of the site's own clock."""

	begin: datetime
	end: datetime

	@classmethod
	def of_days(cls, first: date | str, last: date | str) -> "Period":
		"""Make the period of whole days, the last one included."""
		return cls(datetime.combine(getdate(first), time()), datetime.combine(getdate(last), time()) + DAY)

	def of(self, field: str) -> list[Filter]:
		return [(field, ">=", str(self.begin)), (field, "<", str(self.end))]


class Spread(NamedTuple):
	"""How numbers lie, between two of them in proportion, as a spreadsheet has it; None of no numbers."""

	median: float | None
	ninetieth: float | None


def definitions(period: Period, now: datetime | None = None) -> dict[str, list[Filter]]:
	"""Define every figure: of what came and went in a period, and of what is pending now."""
	now = (now or now_datetime()).replace(microsecond=0)
	stages, waiting, long_term = _statuses()
	received, settled = [WHOLE, *period.of("registered_on")], [WHOLE, *period.of("settled_on")]
	pending = [WHOLE, ("status", "in", stages[OPEN] + stages[PAUSED])]
	# While its clock stands a case has no deadline, so that one that waits and has one may miss it.
	overdue = [*pending, ("resolution_by", "is", "set"), ("resolution_by", "<", str(now))]
	return {
		"received": received,
		**{name: [*received, ("grievance_type", "=", value)] for name, value in TYPES.items()},
		"settled": settled,
		**{name: [*settled, ("closure_reason", "=", reason)] for name, reason in CLOSURES.items()},
		"awaiting_word": [*settled, ("status", "in", stages[RESOLVED])],
		"within_time": [*settled, ("sla_status", "=", "Met"), ("first_breached_on", "is", "not set")],
		# A case that was late once stays so, whenever it was settled after it was opened again.
		"late": [*settled, ("first_breached_on", "is", "set")],
		"rated": [*settled, ("rating", ">", 0)],
		"reopened": [WHOLE, *period.of("reopened_on")],
		**{
			name: [WHOLE, *period.of("closed_on"), ("closure_reason", "=", reason)]
			for name, reason in OTHER_ENDS.items()
		},
		"pending": pending,
		**{f"pending_{name}": [*pending, ("grievance_type", "=", value)] for name, value in TYPES.items()},
		"overdue": overdue,
		"overdue_unexplained": [*overdue, ("delay_reason", "is", "not set")],
		"waiting_for_citizen": [WHOLE, ("status", "in", waiting)],
		"long_term": [WHOLE, ("status", "in", long_term)],
		"pending_reopened": [*pending, ("reopen_count", ">", 0)],
	}


def _statuses() -> tuple[dict[str, list[str]], list[str], list[str]]:
	"""Name the statuses by category, those that wait for the citizen, and those that wait until a date."""
	stages = defaultdict(list)
	found = frappe.get_all(
		"Grievance Status",
		fields=["name", "category", "waits_for_citizen", "waits_until_expected"],
		order_by="sequence, name",
	)
	for status in found:
		stages[status.category].append(status.name)
	# A list of none would be none of the condition.
	for stage in (OPEN, PAUSED, RESOLVED, CLOSED):
		stages[stage] = stages[stage] or [""]
	return (
		stages,
		[status.name for status in found if status.waits_for_citizen] or [""],
		[status.name for status in found if status.waits_until_expected] or [""],
	)


def by_age(pending: list[Filter], limits: Sequence[int], today: date) -> list[list[Filter]]:
	"""Part what is pending by the days since it was registered: up to each of the limits, and above the last one.

	Of the limits 7 and 15: 0 to 7 days, 8 to 15, and more. A case of today is 0 days old.
	"""
	begins = [datetime.combine(today - timedelta(days=days), time()) for days in limits]
	parts = []
	for newer, older in zip([None, *begins], [*begins, None], strict=True):
		since = [("registered_on", ">=", str(older))] if older else []
		until = [("registered_on", "<", str(newer))] if newer else []
		parts.append([*pending, *since, *until])
	return parts


def count(
	figures: dict[str, list[Filter]],
	by: Sequence[str] = (),
	where: Sequence[Filter] = (),
	user: str | None = None,
) -> list[frappe._dict]:
	"""Count the figures among the cases that a user sees (the session's unless another is given).

	One row for each value of the fields `by` ("" for none) that any figure has a case of; without them one row. `days` is the sum of the
	days to settle those settled (where `settled` is asked for), `stars` that of the ratings of those rated.
	"""
	visible = seen_by(user)
	nothing = dict.fromkeys(figures, 0)
	nothing |= {"days": 0} if "settled" in figures else {}
	nothing |= {"stars": 0} if "rated" in figures else {}
	found: dict[tuple, frappe._dict] = {}
	for part in _of_one_index(figures):
		for row in _counted(part, by, where, visible):
			key = tuple(row[field] for field in by)
			found.setdefault(key, frappe._dict(nothing)).update(row)
	for row in found.values():
		if "days" in row:
			row.days = flt(row.days) / SECONDS_A_DAY
		if "stars" in row:
			row.stars = flt(row.stars)
	return list(found.values())


def _of_one_index(figures: dict[str, list[Filter]]) -> list[dict[str, list[Filter]]]:
	"""Part figures by the field that comes first in their filters, a date or the status, on which there is an index.

	Together in one query each of them would have the database read every case that there ever was.
	"""
	parts: dict[str, dict] = defaultdict(dict)
	for name, filters in figures.items():
		parts[next(field for field, *_rest in filters if field != WHOLE[0])][name] = filters
	return list(parts.values())


def _counted(
	figures: dict[str, list[Filter]], by: Sequence[str], where: Sequence[Filter], visible: Criterion
) -> list[frappe._dict]:
	case = frappe.qb.DocType("Grievance")
	common, rest = _factored(figures)
	groups = [_value(case[field]) for field in by]
	terms = [group.as_(field) for group, field in zip(groups, by, strict=True)]
	for name, filters in rest.items():
		counted = Case().when(matching(case, filters), 1) if filters else "*"
		terms.append(Count(counted).as_(name))
	for name, of, summed in (("days", "settled", seconds_to_settle(case)), ("stars", "rated", case.rating)):
		if of in figures:
			terms.append(Sum(Case().when(matching(case, figures[of]), summed)).as_(name))
	widest = Criterion.any([matching(case, filters) for filters in _widest(list(rest.values())) if filters])
	query = frappe.qb.from_(case).select(*terms).where(matching(case, [*common, *where]))
	return query.where(widest).where(visible).groupby(*groups).run(as_dict=True)


def _factored(figures: dict[str, list[Filter]]) -> tuple[list[Filter], dict[str, list[Filter]]]:
	"""Part what all figures ask for from what each asks for beside it: the database then compares it once a row."""
	first = next(iter(figures.values()))
	common = [each for each in first if all(each in filters for filters in figures.values())]
	return common, {
		name: [each for each in filters if each not in common] for name, filters in figures.items()
	}


def _widest(figures: list[list[Filter]]) -> list[list[Filter]]:
	"""Leave out each figure that only narrows another one."""
	found: list[list[Filter]] = []
	for filters in sorted(figures, key=len):
		if not any(all(each in filters for each in wider) for wider in found):
			found.append(filters)
	return found


def spread(
	settled: list[Filter],
	by: Sequence[str] = (),
	where: Sequence[Filter] = (),
	user: str | None = None,
) -> dict[tuple, Spread]:
	"""Find the median and the 90th percentile of the days to settle, by the values of the fields `by`, and of all at ()."""
	case = frappe.qb.DocType("Grievance")
	groups = [_value(case[field]) for field in by]
	query = frappe.qb.from_(case).select(seconds_to_settle(case), *groups)
	found: dict[tuple, list[int]] = defaultdict(list)
	# One number a case: the database would sort them more slowly than they are handed over.
	for taken, *group in query.where(matching(case, [*settled, *where])).where(seen_by(user)).run():
		found[tuple(group)].append(taken)
	if by and found:
		found[()] = [taken for group in found.values() for taken in group]
	return {group: _spread_of(sorted(numbers)) for group, numbers in found.items()}


def _spread_of(numbers: list[int]) -> Spread:
	return Spread(*(_at(numbers, (len(numbers) - 1) * share) / SECONDS_A_DAY for share in (0.5, 0.9)))


def _at(numbers: list[int], place: float) -> float:
	below, above = numbers[floor(place)], numbers[ceil(place)]
	return below + (above - below) * (place - floor(place))


def _value(column):
	"""Write the value by which is grouped; by the bare column the database would read all cases in the order of its index."""
	return Coalesce(column, "")


def seconds_to_settle(case):
	"""Write the time from when a case was registered to when it was settled, by night and on holidays too."""
	# Divided by us: the database would round.
	return Seconds(LiteralValue("second"), case.registered_on, case.settled_on)


def seen_by(user: str | None) -> Criterion:
	"""Write what a user sees (the session's for None) as a criterion on Grievance; raises frappe.PermissionError without a right to it."""
	# As in the list: Frappe's own rules, ours among them.
	visible = build_match_conditions("Grievance", user=user or frappe.session.user)
	return LiteralValue(f"({visible})") if visible else EmptyCriterion()


def matching(table, filters: Sequence[Filter]) -> Criterion:
	"""Write filters of the list as a criterion on Grievance."""
	return Criterion.all([_condition(table, *each) for each in filters])


def _condition(table, field: str, operator: str, value) -> Criterion:
	column = table[field]
	match operator:
		case "=":
			return column == value
		case "in":
			return column.isin(value)
		case ">=":
			return column >= value
		case ">":
			return column > value
		case "<":
			return column < value
		case "is":
			return _is_set(column, field) if value == "set" else _is_set(column, field).negate()
		case _ if operator == TREE:
			return column.isin(_within(field, value) or [""])
	raise ValueError(operator)


def _within(field: str, top: str) -> list[str]:
	"""Name what lies in a document of the tree to which a field links, and it itself."""
	tree = frappe.get_meta("Grievance").get_field(field).options
	position = frappe.db.get_value(tree, top, ["lft", "rgt"])
	if not position:
		return []
	lft, rgt = position
	return frappe.get_all(tree, {"lft": (">=", lft), "rgt": ("<=", rgt)}, pluck="name", order_by="lft")


def _is_set(column, field: str) -> Criterion:
	if frappe.get_meta("Grievance").get_field(field).fieldtype in ("Date", "Datetime"):
		return column.isnotnull()
	# Never null, so that its opposite is its opposite.
	return column.isnotnull() & (column != "")
