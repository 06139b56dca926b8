"""What each posting, or each officer, has settled and has pending, and why what is late is late."""

from collections import defaultdict

from frappe import _
from frappe.utils import get_fullname

from grievance_cell.grievances import figures
from grievance_cell.oversight import reports

SHOWN = (
	"received", *reports.TYPES, "settled", *reports.CLOSURES, "within_time", "late", "reopened", "rated", "pending",
	"overdue", "overdue_unexplained",
)  # fmt: skip
MEASURES = ("within_share", "median_days", "average_rating")
# The field by which a case is somebody's.
FIELDS = {"Posting": "posting", "Officer": "assigned_to"}
# What was reopened is that of whoever had settled it, to whom it does not go back.
BEFORE_REOPENING = {"posting": "posting_before_reopening", "assigned_to": "officer_before_reopening"}


def execute(filters: dict | None = None) -> tuple:
	"""Show the figures of a period by posting, or by the officer who has (or at its end had) the case."""
	chosen = filters or {}
	field = FIELDS.get(chosen.get("by"), "posting")
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen))
	name_of = get_fullname if field == "assigned_to" else str
	shown, reopened = {name: defined[name] for name in SHOWN}, {"reopened": BEFORE_REOPENING[field]}
	rows = reports.by_field(field, shown, where, name_of, reopened)
	reports.complete(rows, figures.spread(defined["settled"], [field], where))
	reasons = reasons_by(field, defined, where)
	for row in rows:
		row.reasons = reasons.get(row.key)
	everything = rows[0] if rows else None
	return (
		[
			reports.text("what", reports.field_label(field), 240),
			*reports.numbers(SHOWN[: SHOWN.index("late")], defined, where),
			reports.measure("within_share", "Percent"),
			*reports.numbers(SHOWN[SHOWN.index("late") :], defined, where),
			reports.text("reasons", _("Reasons for Delay"), 320),
			*(reports.measure(name) for name in MEASURES[1:]),
		],
		reports.without_sums(rows),
		None,
		reports.bars(rows, ("settled", "pending", "overdue")),
		reports.summary(everything, ("settled", "pending", "overdue", "overdue_unexplained", *MEASURES)),
	)


def reasons_by(field: str, defined: dict, where: list) -> dict[str | None, str]:
	"""Say by posting or officer, and for all (None), how often which reason was given for what is or was late."""
	late = {name: defined[name] for name in ("overdue", "late")}
	given: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
	for row in figures.count(late, [field, "delay_reason"], [*where, ("delay_reason", "is", "set")]):
		for key in (row[field] or "", None):
			given[key][row.delay_reason] += row.overdue + row.late
	return {key: in_words(counted) for key, counted in given.items()}


def in_words(counted: dict[str, int]) -> str:
	most = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
	return ", ".join(f"{_(reason)} ({times})" for reason, times in most)
