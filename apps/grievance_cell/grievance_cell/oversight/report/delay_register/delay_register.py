"""Each case that is or was late: whose it is, for how long, and why."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import figures
from grievance_cell.organisation.areas import place_names
from grievance_cell.oversight import reports

FIELDS = [
	"name", "grievance_type", "category", "department", "posting", "area", "status", "closure_reason", "registered_on",
	"resolution_by", "first_breached_on", "settled_on", "delay_reason", "delay_remark", "expected_by",
]  # fmt: skip
WHICH = {"Pending": ("overdue",), "Settled": ("late",)}
# More than anybody reads; the summary counts them all.
MOST = 2000
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
	(counted,) = figures.count({**{name: defined[name] for name in COUNTED}, **late}, where=where)
	wanted = WHICH.get(chosen.get("which"), ("overdue", "late"))
	rows = [row for name in wanted for row in listed([*defined[name], *where], now)]
	rows = sorted(rows, key=lambda row: -row.days_late)
	cut = len(rows) >= MOST
	name_areas(rows)
	return (
		columns(),
		rows[:MOST],
		_("Only the first {0} are shown: choose fewer cases").format(MOST) if cut else None,
		chart(rows),
		summary(counted),
	)


def listed(filters: list, now: datetime) -> list[frappe._dict]:
	rows = frappe.get_list(
		"Grievance",
		filters=[list(each) for each in filters],
		fields=FIELDS,
		order_by="first_breached_on asc, name asc",
		limit=MOST,
	)
	for row in rows:
		begun = get_datetime(row.first_breached_on or row.resolution_by)
		row.overdue_since = begun
		row.days_late = (
			max((row.settled_on or now) - begun, begun - begun).total_seconds() / figures.SECONDS_A_DAY
		)
		row.case_name = row.name
		row.ended = (
			_(row.closure_reason or row.status, context="Grievance") if row.settled_on else _("Pending")
		)
		row.update(
			{
				field: _(row[field])
				for field in ("grievance_type", "category", "department", "delay_reason")
				if row[field]
			}
		)
	return rows


def name_areas(rows: list[frappe._dict]) -> None:
	names = place_names(sorted({row.area for row in rows if row.area}), frappe.local.lang)
	for row in rows:
		row.area = names.get(row.area)


def columns() -> list[dict]:
	case = {
		"fieldname": "case_name",
		"label": _("Case"),
		"fieldtype": "Link",
		"options": "Grievance",
		"width": 160,
	}
	label = reports.field_label
	return [
		case,
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


def chart(rows: list[frappe._dict]) -> dict | None:
	"""Draw how often which reason was given."""
	given: dict[str, int] = {}
	for row in rows:
		reason = row.delay_reason or _("No reason")
		given[reason] = given.get(reason, 0) + 1
	most = sorted(given.items(), key=lambda each: -each[1])
	if not most:
		return None
	return {
		"data": {
			"labels": [reason for reason, _times in most],
			"datasets": [{"name": _("Cases"), "values": [times for _reason, times in most]}],
		},
		"type": "bar",
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
