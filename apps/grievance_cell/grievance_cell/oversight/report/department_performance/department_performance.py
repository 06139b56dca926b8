"""What each department received and settled in a time, how fast, and what the citizens say of it."""

from grievance_cell.grievances import figures
from grievance_cell.oversight import reports

SHOWN = (
	"received", *reports.TYPES, "settled", *reports.CLOSURES, "within_time", "late", "reopened", "rated", "pending",
	"overdue",
)  # fmt: skip
MEASURES = ("within_share", "median_days", "ninetieth_days", "average_rating")


def execute(filters: dict | None = None) -> tuple:
	"""Show the figures of a period by department: all departments in the first row."""
	chosen = filters or {}
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen))
	shown = {name: defined[name] for name in SHOWN}
	rows = reports.by_field("department", shown, where)
	reports.complete(rows, figures.spread(defined["settled"], ["department"], where))
	everything = rows[0] if rows else None
	return (
		columns(defined, where),
		reports.without_sums(rows),
		None,
		reports.bars(rows, ("received", "settled")),
		reports.summary(everything, ("received", "settled", "pending", "overdue", *MEASURES)),
	)


def columns(defined: dict, where: list) -> list[dict]:
	before, after = SHOWN[: SHOWN.index("late")], SHOWN[SHOWN.index("late") :]
	return [
		reports.text("what", reports.field_label("department"), 220),
		*reports.numbers(before, defined, where),
		reports.measure("within_share", "Percent"),
		*reports.numbers(after, defined, where),
		*(reports.measure(name) for name in MEASURES[1:]),
	]
