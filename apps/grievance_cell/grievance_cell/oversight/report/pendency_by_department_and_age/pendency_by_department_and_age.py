"""What is pending with each department, for how long already, and how what it settled lately was closed."""

from frappe import _
from frappe.utils import getdate, nowdate

from grievance_cell.grievances import figures
from grievance_cell.oversight import reports

# Up to so many days each, and more than the last.
LIMITS = (7, 15, 30, 60)
STANDING = ("overdue", "overdue_unexplained", "waiting_for_citizen", "long_term", "pending_reopened")
TYPES = ("pending_complaints", "pending_demands", "pending_suggestions")


def execute(filters: dict | None = None) -> tuple:
	"""Show the pending cases by department and age; the closures are those of the period, all else is of now."""
	chosen = filters or {}
	where, defined = reports.chosen_cases(chosen), figures.definitions(reports.period_of(chosen))
	ages = dict(zip(age_names(), figures.by_age(defined["pending"], LIMITS, getdate(nowdate())), strict=True))
	names = ("pending", *TYPES, *STANDING, *reports.CLOSURES)
	rows = reports.by_field("department", {**{name: defined[name] for name in names}, **ages}, where)
	columns = [
		reports.text("what", reports.field_label("department"), 220),
		*reports.numbers(("pending", *TYPES), defined, where),
		*(
			reports.number(name, [*cases, *where], label)
			for (name, cases), label in zip(ages.items(), age_labels(), strict=True)
		),
		*reports.numbers((*STANDING, *reports.CLOSURES), defined, where),
	]
	everything = rows[0] if rows else None
	return (
		columns,
		reports.without_sums(rows),
		None,
		reports.bars(rows, list(ages), stacked=True, named=dict(zip(ages, age_labels(), strict=True))),
		reports.summary(everything, ("pending", *STANDING[:4], *reports.CLOSURES)),
	)


def age_names() -> list[str]:
	return [f"up_to_{days}" for days in LIMITS] + ["older"]


def age_labels() -> list[str]:
	begins = [0, *(days + 1 for days in LIMITS)]
	return [
		*(_("{0} to {1} days").format(*ends) for ends in zip(begins, LIMITS, strict=False)),
		_("Over {0} days").format(LIMITS[-1]),
	]
