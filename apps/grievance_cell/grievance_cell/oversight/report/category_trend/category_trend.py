"""What citizens complain of, month by month."""

from datetime import timedelta

from frappe.utils import add_months, formatdate, get_first_day, getdate

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import Period
from grievance_cell.oversight import reports

# So many months and lines can be read; of a longer time the last ones are shown.
MOST_MONTHS, MOST_LINES = 12, 5
SHOWN = ("received", *reports.TYPES, "settled", *reports.CLOSURES, "pending")


def execute(filters: dict | None = None) -> tuple:
	"""Show the cases received by category and month, and what became of those settled in the whole time."""
	chosen = filters or {}
	period = reports.period_of(chosen)
	where, defined = reports.chosen_cases(chosen), figures.definitions(period)
	months = months_of(period)
	received = {f"month_{month.begin:%Y_%m}": [figures.WHOLE, *month.of("registered_on")] for month in months}
	headings = [formatdate(month.begin, "MMM yyyy") for month in months]
	rows = reports.by_field("category", {**{name: defined[name] for name in SHOWN}, **received}, where)
	everything = rows[0] if rows else None
	return (
		[
			reports.text("what", reports.field_label("category"), 220),
			*(
				reports.number(name, [*cases, *where], heading)
				for (name, cases), heading in zip(received.items(), headings, strict=True)
			),
			*reports.numbers(SHOWN, defined, where),
		],
		reports.without_sums(rows),
		None,
		lines(rows, list(received), headings),
		reports.summary(everything, SHOWN),
	)


def months_of(period: Period) -> list[Period]:
	"""Part a period at the firsts of its months; the first and the last may be shorter than a month."""
	begins, day = [period.begin], getdate(add_months(get_first_day(period.begin), 1))
	last = period.end - timedelta(days=1)
	while day <= getdate(last):
		begins.append(Period.of_days(day, day).begin)
		day = getdate(add_months(day, 1))
	return [Period(*ends) for ends in zip(begins, [*begins[1:], period.end], strict=True)][-MOST_MONTHS:]


def lines(rows: list, names: list[str], headings: list[str]) -> dict | None:
	most = sorted(rows[1:], key=lambda row: -row.received)[:MOST_LINES]
	if not most:
		return None
	return {
		"data": {
			"labels": headings,
			"datasets": [{"name": row.what, "values": [row[name] for name in names]} for row in most],
		},
		"type": "line",
		**reports.STILL,
		"colors": reports.COLOURS[: len(most)],
	}
