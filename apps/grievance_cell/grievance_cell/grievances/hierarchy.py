"""To whom a case goes when its own officer is not enough."""

from collections.abc import Callable, Iterator

from grievance_cell.organisation import postings

OFFICER, SUPERIOR, HEAD, COLLECTOR = "Officer", "Superior", "Department Head", "Collector"
# From the case's own office upwards.
RUNGS = (OFFICER, SUPERIOR, HEAD, COLLECTOR)


def posting_for(case, to: str) -> str | None:
	"""Name the posting on a rung above a case; where there is none, that of the next rung up which has one.

	`case` has posting, department, area and against_posting, whose own line has no part in it, nor has an office of which
	one of that line has the charge. None where nobody stands above it.
	"""
	return next(_from_rung(case, to), None)


def office_above(case, to: str) -> str | None:
	"""Name the posting to which a case climbs: as posting_for, but never one below its own, nor a vacant one if it can be.

	Nor one that the same person works for as for its own. None where it is with the highest already.
	"""
	nearest = None
	for posting in _from_rung(case, to):
		if _stands_above(posting, case):
			worker = postings.worker_of(posting)
			if worker and worker != case.assigned_to:
				return posting
			if not worker:
				nearest = nearest or posting
	return nearest


def _from_rung(case, to: str) -> Iterator[str]:
	barred = postings.barred_by(case.against_posting) if case.against_posting else set()
	finders: dict[str, Callable[[], str | None]] = {
		OFFICER: lambda: case.posting,
		SUPERIOR: lambda: case.posting and postings.superior_of(case.posting),
		HEAD: lambda: case.department and postings.head_of(case.department, case.area),
		COLLECTOR: lambda: postings.heads_of_area(case.area),
	}
	found = (finders[rung]() for rung in RUNGS[RUNGS.index(to) :])
	return (posting for posting in found if posting and not barred & {posting, postings.in_charge(posting)})


def _stands_above(posting: str, case) -> bool:
	own = case.posting
	if not own or posting == postings.superior_of(own):
		return True
	return own not in (posting, *postings.superiors_of(posting)) and postings.heads_of_area(case.area) != own
