"""What was received, settled and is pending in each area, with all that lies in it."""

import frappe
from frappe import _

from grievance_cell.grievances import figures
from grievance_cell.organisation.areas import names_in
from grievance_cell.oversight import reports

SHOWN = (
	"received", *reports.TYPES, "settled", *reports.CLOSURES, "within_time", "late", "reopened", "pending", "overdue",
)  # fmt: skip


def execute(filters: dict | None = None) -> tuple:
	"""Show the figures of a period down the tree of areas, below the chosen one; cases without an area are the last row."""
	chosen = filters or {}
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen))
	counted = figures.count({name: defined[name] for name in SHOWN}, ["area"], where)
	rows = tree(counted, chosen.get("area"))
	reports.complete(rows)
	everything = reports.total(counted) if counted else None
	if everything:
		reports.complete([everything])
	return (
		[
			reports.text("what", reports.field_label("area"), 300),
			reports.text("area_type", _("Area Type"), 120),
			*reports.numbers(SHOWN[: SHOWN.index("late")], defined, where),
			reports.measure("within_share", "Percent"),
			*reports.numbers(SHOWN[SHOWN.index("late") :], defined, where),
			reports.measure("average_days"),
		],
		reports.without_sums(rows),
		None,
		reports.bars([row for row in rows if row.get("indent") == 1], ("received", "settled")),
		reports.summary(
			everything, ("received", "settled", "pending", "overdue", "within_share", "average_days")
		),
	)


def tree(counted: list, top: str | None) -> list[frappe._dict]:
	"""Add up what was counted by area to the areas above, and put the rows in the order of the tree."""
	areas = {
		area.name: area
		for area in frappe.get_all(
			"Local Area", fields=["name", "parent_local_area", "area_type", "area_name"], order_by="lft"
		)
	}
	rows: dict[str, frappe._dict] = {}
	for found in counted:
		for name in path(found.area or "", areas, top):
			reports.add(rows.setdefault(name, frappe._dict(key=name)), found)
	names = names_in([areas[name] for name in rows if name in areas], frappe.local.lang)
	ordered = [rows[name] for name in areas if name in rows] + [row for name, row in rows.items() if not name]
	for row in ordered:
		area = areas.get(row.key)
		row.what = names[row.key] if area else _("No area")
		row.area_type = _(area.area_type) if area else ""
		row.parent = area.parent_local_area if area and area.parent_local_area in rows else None
		row.indent = len(path(row.key, areas, top)) - 1
		row.cases = [("area", figures.TREE, row.key) if area else ("area", "is", "not set")]
	return ordered


def path(area: str, areas: dict, top: str | None) -> list[str]:
	"""List an area and those that it lies in, upwards to the chosen one."""
	found = [area]
	while area != top and area in areas and areas[area].parent_local_area:
		area = areas[area].parent_local_area
		found.append(area)
	return found
