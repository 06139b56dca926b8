"""What the reports have in common: the reader's choice of days and cases, numbers that open their lists, names to read.

A column of numbers carries as `cases` the filters of the list that it counts, and a row those that it adds; the desk opens
the list with both (public/js/reports.js). A row whose number of some column is counted by another field says so in `cases_of`.
A row that carries `way` instead names in `lists` what its numbers open; what no list can be asked for its report lists itself.
What a figure counts, grievances.figures defines.
"""

from collections.abc import Callable, Sequence

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, getdate, nowdate

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import Filter, Period, Spread

# So many days, today included, where the reader chooses none.
DAYS = 30
TYPES = ("complaints", "demands", "suggestions")
CLOSURES = ("confirmed", "deemed", "forced")
CHOICES = {"grievance_type": "=", "department": "=", "category": figures.TREE, "area": figures.TREE}
ALARMING = {"overdue", "overdue_unexplained", "forced", "late"}
# So many bars can be told apart.
MOST_BARS = 12
# A chart that moves as it appears breaks if the page gets another width meanwhile, as it does when the rows come.
STILL = {"disableEntryAnimation": 1}
COLOURS = ["#449CF0", "#48BB74", "#ECAD4B", "#CB2929", "#761ACB"]


def labels() -> dict[str, str]:
	"""Name the figures in the reader's language."""
	return {
		"received": _("Received"),
		"complaints": _("Complaints"),
		"demands": _("Demands"),
		"suggestions": _("Suggestions"),
		"settled": _("Settled"),
		"confirmed": _("Confirmed"),
		"deemed": _("Deemed Settled"),
		"forced": _("Closed by Force"),
		"decided": _("Decided"),
		"awaiting_word": _("Awaiting Citizen's Word"),
		"within_time": _("Within Time"),
		"late": _("Late"),
		"rated": _("Rated"),
		"reopened": _("Reopened"),
		"pending": _("Pending"),
		"pending_complaints": _("Complaints"),
		"pending_demands": _("Demands"),
		"pending_suggestions": _("Suggestions"),
		"overdue": _("Overdue"),
		"overdue_unexplained": _("Overdue, No Reason"),
		"waiting_for_citizen": _("Waiting for Citizen"),
		"long_term": _("Long Term"),
		"pending_reopened": _("Reopened"),
		"within_share": _("Within Time %"),
		"average_days": _("Average Days"),
		"median_days": _("Median Days"),
		"ninetieth_days": _("90th Percentile Days"),
		"average_rating": _("Average Rating"),
	}


def period_of(chosen: dict) -> Period:
	"""Read the days that a reader has chosen; raises where the last is before the first."""
	last = getdate(chosen.get("to_date") or nowdate())
	first = getdate(chosen.get("from_date") or add_days(last, 1 - DAYS))
	if last < first:
		frappe.throw(_("From Date lies after To Date"))
	return Period.of_days(first, last)


def chosen_cases(chosen: dict) -> list[Filter]:
	"""Read which cases a reader has chosen, as filters of the list."""
	return [(field, operator, chosen[field]) for field, operator in CHOICES.items() if chosen.get(field)]


def field_label(field: str) -> str:
	"""Name a field of the case in the reader's language."""
	return _(frappe.get_meta("Grievance").get_label(field))


def text(fieldname: str, label: str, width: int = 180) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": "Data", "width": width}


def case_link() -> dict:
	"""Make the column of a report that lists cases, by which each opens."""
	return {
		"fieldname": "case_name",
		"label": _("Case"),
		"fieldtype": "Link",
		"options": "Grievance",
		"width": 160,
	}


def number(name: str, cases: Sequence[Filter], label: str | None = None) -> dict:
	"""Make a column of numbers that open their lists."""
	label = label or labels()[name]
	return {"fieldname": name, "label": label, "fieldtype": "Int", "width": width_of(label), "cases": cases}


def measure(name: str, fieldtype: str = "Float") -> dict:
	"""Make a column of an average or a share, which has no list of its own."""
	label = labels()[name]
	return {
		"fieldname": name,
		"label": label,
		"fieldtype": fieldtype,
		"precision": 1,
		"width": width_of(label),
	}


def width_of(label: str) -> int:
	# A heading is cut off where it does not fit.
	return max(95, 45 + 8 * len(label))


def numbers(names: Sequence[str], defined: dict[str, list[Filter]], where: Sequence[Filter]) -> list[dict]:
	return [number(name, [*defined[name], *where]) for name in names]


def by_field(
	field: str,
	shown: dict[str, list[Filter]],
	where: Sequence[Filter],
	name_of: Callable[[str], str] = _,
	elsewhere: dict[str, str] | None = None,
) -> list[frappe._dict]:
	"""Count figures by a field of the case: all together in the first row, then one row a value, in the order of names.

	`elsewhere` names the figures that are counted by another field than the others.
	"""
	elsewhere = elsewhere or {}
	counted = [({name: shown[name] for name in shown if name not in elsewhere}, field)]
	counted += [({name: shown[name]}, other) for name, other in elsewhere.items()]
	rows = []
	for part, by in counted:
		for found in figures.count(part, [by], where):
			found.key = found.pop(by)
			rows.append(frappe._dict(dict.fromkeys(shown, 0), **found))
	for row in rows:
		row.what = name_of(row.key) if row.key else _("None")
		row.cases = of_value(field, row.key)
		row.cases_of = {name: of_value(other, row.key) for name, other in elsewhere.items()}
	return [total(rows), *sorted(merged(rows), key=lambda row: (not row.key, row.what))] if rows else []


def of_value(field: str, value: str) -> list[Filter]:
	return [(field, "=", value) if value else (field, "is", "not set")]


def merged(rows: list[frappe._dict]) -> list[frappe._dict]:
	found: dict[str, frappe._dict] = {}
	for row in rows:
		if row.key in found:
			add(found[row.key], row)
		else:
			found[row.key] = row
	return list(found.values())


def add(row: frappe._dict, other: dict) -> None:
	for name, value in other.items():
		if isinstance(value, int | float):
			row[name] = row.get(name, 0) + value


def total(rows: list[frappe._dict]) -> frappe._dict:
	"""Add rows up to the one of all cases."""
	found = frappe._dict(what=_("All"), key=None, cases=[], bold=1)
	for row in rows:
		add(found, row)
	return found


def for_a_card() -> bool:
	"""Tell whether a number card or a chart asks, which adds up the rows itself: it gets none that are sums of others."""
	return bool(cint(frappe.form_dict.get("ignore_prepared_report")))


def without_sums(rows: list[frappe._dict]) -> list[frappe._dict]:
	"""Leave out of a report's rows, for a card or a chart, those that are counted in others."""
	if not for_a_card():
		return rows
	return [row for row in rows if not row.get("bold") and not row.get("indent")]


def complete(rows: list[frappe._dict], spreads: dict[tuple, Spread] | None = None) -> None:
	"""Write the averages and shares of counted rows; what is none of nothing stays empty."""
	for row in rows:
		row.average_days = share(row.get("days"), row.get("settled"))
		row.average_rating = share(row.get("stars"), row.get("rated"))
		met = flt(row.get("within_time"))
		row.within_share = share(100 * met, met + flt(row.get("late")))
		found = (spreads or {}).get((row.key,) if row.key is not None else ())
		row.median_days, row.ninetieth_days = found or (None, None)


def share(part: float | None, whole: float | None) -> float | None:
	return flt(part) / whole if whole else None


def summary(row: frappe._dict | None, names: Sequence[str]) -> list[dict]:
	"""Make the numbers above a report, of all cases together."""
	if not row:
		return []
	named = labels()
	return [above(named[name], row.get(name), alarming=name in ALARMING) for name in names]


def above(label: str, value: float | None, *, alarming: bool = False) -> dict:
	"""Make one of the numbers above a report; an average of nothing is shown as none."""
	whole = isinstance(value, int)
	return {
		"label": label,
		"value": value if whole else "–" if value is None else f"{value:.1f}",
		"datatype": "Int" if whole else "Data",
		"indicator": "Red" if alarming and value else "Blue",
	}


def chart_labels(rows: list[frappe._dict]) -> list[str]:
	"""Name rows below a chart: in a dashboard, which has room for some letters, a department by its code."""
	if not for_a_card():
		return [row.what for row in rows]
	keys = [row.key for row in rows if row.key]
	codes = dict(
		frappe.get_all("Department", {"name": ("in", keys)}, ["name", "short_code"], as_list=True)
		if keys
		else ()
	)
	return [codes.get(row.key) or row.what for row in rows]


def bars(
	rows: list[frappe._dict],
	names: Sequence[str],
	*,
	stacked: bool = False,
	named: dict[str, str] | None = None,
) -> dict | None:
	"""Draw the rows that have the most of these figures as bars; `named` are the figures' names where they are others."""
	most = sorted(
		(row for row in rows if not row.get("bold")), key=lambda row: -sum(row[name] for name in names)
	)
	most = [row for row in most[:MOST_BARS] if any(row[name] for name in names)]
	if not most:
		return None
	named = named or labels()
	return {
		"data": {
			"labels": chart_labels(most),
			"datasets": [{"name": named[name], "values": [row[name] for row in most]} for name in names],
		},
		"type": "bar",
		**STILL,
		"colors": COLOURS[: len(names)],
		"barOptions": {"stacked": int(stacked)},
	}
