"""What citizens say of what was settled: confirmed, rated, or opened again."""

from frappe import _

from grievance_cell.grievances import figures
from grievance_cell.oversight import reports

SHOWN = ("settled", *reports.CLOSURES, "decided", "awaiting_word", "reopened", "rated")
FIELDS = {"Department": "department", "Category": "category", "Posting": "posting"}
STARS = range(5, 0, -1)


def execute(filters: dict | None = None) -> tuple:
	"""Show what citizens said of the cases settled in a period, by department, category or posting."""
	chosen = filters or {}
	field = FIELDS.get(chosen.get("by"), "department")
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen))
	settled = defined["settled"]
	types = {name: [*settled, ("grievance_type", "=", value)] for name, value in figures.TYPES.items()}
	stars = {f"stars_{given}": [*settled, ("rating", "=", given)] for given in STARS}
	shown = {**{name: defined[name] for name in SHOWN}, **types, **stars}
	rows = (
		reports.by_field(field, shown, where, str, {"reopened": "posting_before_reopening"})
		if field == "posting"
		else reports.by_field(field, shown, where)
	)
	reports.complete(rows)
	everything = rows[0] if rows else None
	return (
		[
			reports.text("what", reports.field_label(field), 240),
			*reports.numbers(("settled",), defined, where),
			*reports.numbers(reports.TYPES, types, where),
			*reports.numbers(SHOWN[1:], defined, where),
			reports.measure("average_rating"),
			*(
				reports.number(name, [*cases, *where], _("{0} of 5").format(name[-1]))
				for name, cases in stars.items()
			),
		],
		reports.without_sums(rows),
		None,
		reports.bars(rows, ("confirmed", "deemed", "forced", "reopened")),
		reports.summary(everything, ("settled", *reports.CLOSURES, "reopened", "rated", "average_rating")),
	)
