"""To whom a case goes when its own officer is not enough."""

from collections.abc import Callable

from grievance_cell.organisation import postings

OFFICER, SUPERIOR, HEAD, COLLECTOR = "Officer", "Superior", "Department Head", "Collector"
# From the case's own office upwards.
RUNGS = (OFFICER, SUPERIOR, HEAD, COLLECTOR)


def posting_for(case, to: str) -> str | None:
	"""Name the posting on a rung above a case; where there is none, that of the next rung up which has one.

	`case` has posting, department, area and against_posting, whose own line has no part in it. None where nobody stands
	above it.
	"""
	barred = postings.barred_by(case.against_posting) if case.against_posting else set()
	finders: dict[str, Callable[[], str | None]] = {
		OFFICER: lambda: case.posting,
		SUPERIOR: lambda: case.posting and postings.superior_of(case.posting),
		HEAD: lambda: case.department and postings.head_of(case.department, case.area),
		COLLECTOR: lambda: postings.heads_of_area(case.area),
	}
	found = (finders[rung]() for rung in RUNGS[RUNGS.index(to) :])
	return next((posting for posting in found if posting and posting not in barred), None)
