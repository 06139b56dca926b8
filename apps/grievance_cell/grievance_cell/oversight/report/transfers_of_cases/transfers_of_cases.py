"""Which department sends cases to which other, and what became of them."""

from collections import defaultdict
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED
from grievance_cell.grievances.figures import Filter, Period
from grievance_cell.grievances.transfers import TRANSFERRED
from grievance_cell.oversight import reports

SHOWN = ("transferred_cases", *reports.TYPES, "pending", "overdue", "often", *reports.CLOSURES)
# So many cases can a list be asked for by their numbers.
MOST_LISTED = 100


def execute(filters: dict | None = None) -> tuple:
	"""Show the transfers of a period from department to department; the numbers beside are of their cases today."""
	chosen, now = filters or {}, now_datetime()
	period, where = reports.period_of(chosen), reports.chosen_cases(chosen)
	limit = frappe.get_cached_doc("Grievance Settings").collector_after_transfers
	rows = by_way(transfers(period, where), features(now, limit))
	for row in rows:
		if not where:
			row.lists["transfers"] = [("Grievance Action", *each) for each in of_actions(period, row)]
	everything = rows[0] if rows else None
	return (
		columns(limit),
		rows,
		None,
		chart(rows),
		summary(everything, limit),
	)


def columns(limit: int) -> list[dict]:
	named = labels(limit)
	return [
		reports.text("what", _("From Department"), 200),
		reports.text("to", _("To Department"), 200),
		*(reports.number(name, [], named[name]) for name in ("transfers", *SHOWN)),
	]


def labels(limit: int) -> dict[str, str]:
	return {
		**reports.labels(),
		"transfers": _("Transfers"),
		"transferred_cases": _("Cases"),
		"often": _("{0} Transfers or More").format(limit),
	}


def features(now: datetime, limit: int) -> dict:
	"""Say of a case that was transferred what it counts as."""
	stages = dict(frappe.get_all("Grievance Status", fields=["name", "category"], as_list=True))

	def overdue(case) -> bool:
		return stages[case.status] == OPEN and bool(case.resolution_by) and case.resolution_by < now

	def closed(reason: str):
		return lambda case: bool(case.settled_on) and case.closure_reason == reason

	def of_type(grievance_type: str):
		return lambda case: case.grievance_type == grievance_type

	return {
		"transferred_cases": lambda case: True,
		**{name: of_type(value) for name, value in figures.TYPES.items()},
		"pending": lambda case: stages[case.status] in (OPEN, PAUSED),
		"overdue": overdue,
		"often": lambda case: limit and case.transfer_count >= limit,
		**{name: closed(figures.CLOSURES[name]) for name in reports.CLOSURES},
	}


def transfers(period: Period, where: list[Filter]) -> list[frappe._dict]:
	"""List the transfers of a period, of the cases that the user sees: way, case, and how the case stands."""
	case, action = frappe.qb.DocType("Grievance"), frappe.qb.DocType("Grievance Action")
	query = (
		frappe.qb.from_(case)
		.join(action)
		.on((action.reference_name == case.name) & (action.reference_doctype == "Grievance"))
		.select(
			action.from_department,
			action.to_department,
			case.name,
			case.grievance_type,
			case.status,
			case.resolution_by,
			case.transfer_count,
			case.closure_reason,
			case.settled_on,
		)
		.where(figures.matching(case, [figures.WHOLE, *where]))
		.where(
			(action.action == TRANSFERRED) & (action.done_on >= period.begin) & (action.done_on < period.end)
		)
	)
	return figures.seen_by(None, query).run(as_dict=True)


def by_way(found: list[frappe._dict], features: dict) -> list[frappe._dict]:
	ways: dict[tuple, list] = defaultdict(list)
	for each in found:
		ways[(each.from_department or "", each.to_department or "")].append(each)
	rows = [row_of(way, cases, features) for way, cases in ways.items()]
	rows = sorted(rows, key=lambda row: (-row.transfers, row.what, row.to))
	if not rows:
		return []
	everything = row_of(("", ""), found, features)
	everything.update(what=_("All"), to="", bold=1)
	return [everything, *rows]


def row_of(way: tuple[str, str], found: list, features: dict) -> frappe._dict:
	cases = {each.name: each for each in found}
	names = {
		name: sorted(key for key, case in cases.items() if is_so(case)) for name, is_so in features.items()
	}
	sent_from, to = way
	return frappe._dict(
		key=way,
		what=_(sent_from) if sent_from else _("None"),
		to=(_("Within the department") if to == sent_from else _(to)) if to else _("None"),
		transfers=len(found),
		**{name: len(which) for name, which in names.items()},
		lists={
			name: [("Grievance", "name", "in", which)]
			for name, which in names.items()
			if which and len(which) <= MOST_LISTED
		},
	)


def of_actions(period: Period, row: frappe._dict) -> list[Filter]:
	way = zip(("from_department", "to_department"), row.key, strict=True)
	departments = [(field, "=", value) if value else (field, "is", "not set") for field, value in way]
	return [
		("reference_doctype", "=", "Grievance"),
		("action", "=", TRANSFERRED),
		*period.of("done_on"),
		*([] if row.get("bold") else departments),
	]


def chart(rows: list[frappe._dict]) -> dict | None:
	most = rows[1 : 1 + reports.MOST_BARS]
	if not most:
		return None
	return {
		"data": {
			"labels": [f"{row.what} → {row.to}" for row in most],
			"datasets": [{"name": _("Transfers"), "values": [row.transfers for row in most]}],
		},
		"type": "bar",
		"colors": reports.COLOURS[:1],
	}


def summary(everything: frappe._dict | None, limit: int) -> list[dict]:
	named = labels(limit)
	return [
		reports.above(named[name], everything[name], alarming=name in reports.ALARMING)
		for name in (("transfers", *SHOWN) if everything else ())
	]
