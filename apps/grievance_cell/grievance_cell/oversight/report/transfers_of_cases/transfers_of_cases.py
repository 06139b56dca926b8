"""Which department sends cases to which other, and what became of them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED
from grievance_cell.grievances.figures import Filter, Period
from grievance_cell.grievances.transfers import TRANSFERRED
from grievance_cell.organisation.areas import place_names
from grievance_cell.oversight import reports

SHOWN = ("transferred_cases", *reports.TYPES, "pending", "overdue", "often", *reports.CLOSURES)
# So many cases can a list be asked for by their numbers.
MOST_LISTED = 100
WAY = ("from_department", "to_department")
# What stands for no department among a reader's choices, where nothing stands for all.
NO_DEPARTMENT = "–"


def execute(filters: dict | None = None) -> tuple:
	"""Show the transfers of a period from department to department; the numbers beside are of their cases today.

	With a `figure` chosen, list the cases that it counts instead.
	"""
	chosen, now = filters or {}, now_datetime()
	period, where = reports.period_of(chosen), reports.chosen_cases(chosen)
	limit = frappe.get_cached_doc("Grievance Settings").collector_after_transfers
	found, counted = transfers(period, where, chosen), features(now, limit)
	if chosen.get("figure"):
		return case_columns(), listed(found, counted.get(chosen["figure"]))
	rows = by_way(found, counted)
	for row in rows:
		# More than can be named are listed by what they have in common.
		if "transfers" not in row.lists and not (where or chosen_way(chosen)):
			row.lists["transfers"] = of_actions(period, row)
	everything = rows[0] if rows else None
	return (
		columns(limit),
		reports.without_sums(rows),
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

	def pending(case) -> bool:
		return stages[case.status] in (OPEN, PAUSED)

	def overdue(case) -> bool:
		return pending(case) and bool(case.resolution_by) and case.resolution_by < now

	def closed(reason: str):
		return lambda case: bool(case.settled_on) and case.closure_reason == reason

	def of_type(grievance_type: str):
		return lambda case: case.grievance_type == grievance_type

	return {
		"transferred_cases": lambda case: True,
		**{name: of_type(value) for name, value in figures.TYPES.items()},
		"pending": pending,
		"overdue": overdue,
		"often": lambda case: limit and case.transfer_count >= limit,
		**{name: closed(figures.CLOSURES[name]) for name in reports.CLOSURES},
	}


def chosen_way(chosen: dict) -> dict[str, str]:
	"""Read from and to which department a reader has chosen, "" for none."""
	return {
		field: "" if chosen[field] == NO_DEPARTMENT else chosen[field] for field in WAY if chosen.get(field)
	}


def transfers(period: Period, where: list[Filter], chosen: dict) -> list[frappe._dict]:
	"""List the transfers of a period, of the cases that the user sees: way, case, and how the case stands."""
	case, action = frappe.qb.DocType("Grievance"), frappe.qb.DocType("Grievance Action")
	query = (
		frappe.qb.from_(case)
		.join(action)
		.on((action.reference_name == case.name) & (action.reference_doctype == "Grievance"))
		.select(
			action.name.as_("action"),
			action.from_department,
			action.to_department,
			case.name,
			action.done_on,
			case.grievance_type,
			case.category,
			case.area,
			case.posting,
			case.status,
			case.resolution_by,
			case.transfer_count,
			case.closure_reason,
			case.settled_on,
		)
		.where(figures.matching(case, [figures.WHOLE, *where]))
		.where(figures.seen_by(None))
		.where(
			(action.action == TRANSFERRED) & (action.done_on >= period.begin) & (action.done_on < period.end)
		)
		.orderby(action.done_on, action.name)
	)
	for field, department in chosen_way(chosen).items():
		query = query.where(Coalesce(action[field], "") == department)
	return query.run(as_dict=True)


def by_way(found: list[frappe._dict], features: dict) -> list[frappe._dict]:
	ways: dict[tuple, list] = defaultdict(list)
	for each in found:
		ways[(each.from_department or "", each.to_department or "")].append(each)
	rows = [row_of(way, cases, features) for way, cases in ways.items()]
	rows = sorted(rows, key=lambda row: (-row.transfers, row.what, row.to))
	if not rows:
		return []
	everything = row_of(("", ""), found, features)
	everything.update(what=_("All"), to="", bold=1, way={})
	return [everything, *rows]


def row_of(way: tuple[str, str], found: list, features: dict) -> frappe._dict:
	cases = {each.name: each for each in found}
	names = {
		name: sorted(key for key, case in cases.items() if is_so(case)) for name, is_so in features.items()
	}
	sent_from, to = way
	return frappe._dict(
		key=way,
		# What this report is asked for to list the cases of a number that opens no list.
		way=dict(zip(WAY, (department or NO_DEPARTMENT for department in way), strict=True)),
		what=department_name(sent_from),
		to=_("Within the department") if to and to == sent_from else department_name(to),
		transfers=len(found),
		**{name: len(which) for name, which in names.items()},
		lists={
			**named("Grievance Action", "transfers", [each.action for each in found]),
			**{
				key: each
				for name, which in names.items()
				for key, each in named("Grievance", name, which).items()
			},
		},
	)


def department_name(department: str | None) -> str:
	return _(department) if department else _("None")


def listed(found: list[frappe._dict], counts: Callable | None) -> list[frappe._dict]:
	"""List the cases that a figure counts, each by its last transfer, or every transfer where it counts those."""
	if counts:
		found = list({each.name: each for each in found if counts(each)}.values())
	places = place_names(sorted({each.area for each in found if each.area}), frappe.local.lang)
	return [
		frappe._dict(
			case_name=each.name,
			done_on=each.done_on,
			what=department_name(each.from_department),
			to=department_name(each.to_department),
			grievance_type=_(each.grievance_type),
			category=_(each.category) if each.category else None,
			area=places.get(each.area),
			posting=each.posting,
			status=_(each.status),
			transfer_count=each.transfer_count,
		)
		for each in found
	]


def case_columns() -> list[dict]:
	label = reports.field_label
	return [
		reports.case_link(),
		{"fieldname": "done_on", "label": _("Transferred"), "fieldtype": "Datetime", "width": 160},
		reports.text("what", _("From Department"), 200),
		reports.text("to", _("To Department"), 200),
		reports.text("grievance_type", label("grievance_type"), 100),
		reports.text("category", label("category"), 150),
		reports.text("area", label("area"), 200),
		reports.text("posting", label("posting"), 200),
		reports.text("status", label("status"), 120),
		{"fieldname": "transfer_count", "label": label("transfer_count"), "fieldtype": "Int", "width": 95},
	]


def named(doctype: str, name: str, which: list) -> dict[str, list]:
	"""Write the list that a number opens as that of these documents; none of more than a list can be asked for."""
	return {name: [(doctype, "name", "in", which)]} if 0 < len(which) <= MOST_LISTED else {}


def of_actions(period: Period, row: frappe._dict) -> list[tuple]:
	departments = [
		(field, "=", value) if value else (field, "is", "not set")
		for field, value in zip(WAY, row.key, strict=True)
	]
	filters = [
		("reference_doctype", "=", "Grievance"),
		("action", "=", TRANSFERRED),
		("of_part", "=", 0),
		*period.of("done_on"),
		*([] if row.get("bold") else departments),
	]
	return [("Grievance Action", *each) for each in filters]


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
		**reports.STILL,
		"colors": reports.COLOURS[:1],
	}


def summary(everything: frappe._dict | None, limit: int) -> list[dict]:
	named = labels(limit)
	return [
		reports.above(named[name], everything[name], alarming=name in reports.ALARMING)
		for name in (("transfers", *SHOWN) if everything else ())
	]
