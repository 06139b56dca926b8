"""Each case that is or was late: whose it is, for how long, and why."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import now_datetime

from grievance_cell.grievances import figures
from grievance_cell.organisation.areas import place_names
from grievance_cell.oversight import reports

FIELDS = [
	"name", "grievance_type", "category", "department", "posting", "area", "status", "closure_reason", "registered_on",
	"resolution_by", "first_breached_on", "clock_started_on", "first_resolved_on", "settled_on", "delay_reason",
	"delay_remark", "expected_by",
]  # fmt: skip
WHICH = {"Pending": ("overdue",), "Settled": ("late",)}
# Which come first of more than are shown.
ORDER = {"overdue": "resolution_by", "late": "first_breached_on"}
# More than anybody reads; the summary counts them all.
MOST = 1000
COUNTED = ("overdue", "overdue_unexplained", "late")


def execute(filters: dict | None = None) -> tuple:
	"""List what is overdue now and what was settled late in a period, the longest first."""
	chosen, now = filters or {}, now_datetime()
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen), now)
	late = {
		**{f"late_{name}": [*defined["late"], *defined[name]] for name in reports.CLOSURES},
		**{
			f"late_{name}": [*defined["late"], ("grievance_type", "=", value)]
			for name, value in figures.TYPES.items()
		},
	}
	counted = figures.count({**{name: defined[name] for name in COUNTED}, **late}, ["delay_reason"], where)
	wanted = WHICH.get(chosen.get("which"), ORDER)
	rows = [row for name in wanted for row in listed([*defined[name], *where], ORDER[name], now)]
	cut = len(rows) >= MOST
	rows = sorted(rows, key=lambda row: -row.days_late)[:MOST]
	put_into_words(rows)
	return (
		columns(),
		rows,
		_("Only the first {0} are shown: choose fewer cases").format(MOST) if cut else None,
		chart(counted, wanted),
		summary(reports.total(counted)) if counted else None,
	)


def listed(filters: list, order: str, now: datetime) -> list[frappe._dict]:
	# Frappe's list would compare with coalesce(), which no index serves.
	case = frappe.qb.DocType("Grievance")
	query = frappe.qb.from_(case).select(*FIELDS).where(figures.matching(case, filters))
	# By the bare column the database would read every case there ever was in its order, for those few that are late.
	first = Coalesce(case[order], case.registered_on)
	query = query.where(figures.seen_by(None)).orderby(first, case.name).limit(MOST)
	rows = query.run(as_dict=True)
	for row in rows:
		row.overdue_since, until = time_late(row, now)
		row.days_late = (until - row.overdue_since).total_seconds() / figures.SECONDS_A_DAY
	return rows


def time_late(case: frappe._dict, now: datetime) -> tuple[datetime, datetime]:
	"""Tell from when to when a case was late: by its present target or, where that was met, by its first one.

	The time late by the first one ends when the case was first reported as settled, at the latest when a new target began.
	"""
	end = case.settled_on or now
	if case.resolution_by and case.resolution_by < end:
		return case.resolution_by, end
	begin = case.first_breached_on
	ends = (case.first_resolved_on, case.clock_started_on, end)
	return begin, min((moment for moment in ends if moment and moment >= begin), default=begin)


def put_into_words(rows: list[frappe._dict]) -> None:
	"""Write what stands in the rows in the reader's language."""
	names = place_names(sorted({row.area for row in rows if row.area}), frappe.local.lang)
	for row in rows:
		row.case_name, row.area = row.name, names.get(row.area)
		row.ended = (
			_(row.closure_reason or row.status, context="Grievance") if row.settled_on else _("Pending")
		)
		for field in ("grievance_type", "category", "department", "delay_reason"):
			row[field] = _(row[field]) if row[field] else None


def columns() -> list[dict]:
	label = reports.field_label
	return [
		reports.case_link(),
		reports.text("grievance_type", label("grievance_type"), 100),
		reports.text("category", label("category"), 150),
		reports.text("department", label("department")),
		reports.text("posting", label("posting"), 200),
		reports.text("area", label("area"), 200),
		{
			"fieldname": "registered_on",
			"label": label("registered_on"),
			"fieldtype": "Datetime",
			"width": 160,
		},
		{"fieldname": "overdue_since", "label": _("Overdue Since"), "fieldtype": "Datetime", "width": 160},
		{
			"fieldname": "days_late",
			"label": _("Days Late"),
			"fieldtype": "Float",
			"precision": 1,
			"width": 100,
		},
		reports.text("delay_reason", label("delay_reason")),
		reports.text("delay_remark", label("delay_remark"), 260),
		{"fieldname": "expected_by", "label": label("expected_by"), "fieldtype": "Date", "width": 110},
		reports.text("ended", _("How It Ended"), 170),
	]


def chart(counted: list[frappe._dict], wanted: Iterable[str]) -> dict | None:
	"""Draw how often which reason was given."""
	given: dict[str, int] = defaultdict(int)
	for row in counted:
		given[_(row.delay_reason) if row.delay_reason else _("No reason")] += sum(
			row[name] for name in wanted
		)
	most = sorted(((reason, times) for reason, times in given.items() if times), key=lambda each: -each[1])
	if not most:
		return None
	return {
		"data": {
			"labels": [reason for reason, _times in most],
			"datasets": [{"name": _("Cases"), "values": [times for _reason, times in most]}],
		},
		"type": "bar",
		**reports.STILL,
		"colors": reports.COLOURS[:1],
	}


def summary(counted: frappe._dict) -> list[dict]:
	named = reports.labels()
	late = {name.removeprefix("late_"): value for name, value in counted.items() if name.startswith("late_")}
	return [
		*reports.summary(counted, COUNTED),
		*(
			reports.above(_("Late, {0}").format(named[name]), late[name])
			for name in (*reports.CLOSURES, *reports.TYPES)
		),
	]
