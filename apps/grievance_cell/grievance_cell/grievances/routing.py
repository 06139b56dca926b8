"""Which department, and in it which posting, a case belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime

from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN
from grievance_cell.organisation import postings
from grievance_cell.organisation.duty import on_duty

EMERGENCY = "Emergency"


@dataclass(frozen=True)
class Route:
	posting: str | None
	note: str


def department_for(category: str, area: str | None) -> str | None:
	return frappe.get_cached_doc("Grievance Category", category).department_for(area)


def route_case(case, department: str | None = None) -> Route:
	"""Find the posting for a case, in its own department unless another is given."""
	return route(
		department or case.department,
		case.area,
		against=case.against_posting,
		emergency=case.priority == EMERGENCY,
	)


def duty_route(case) -> Route | None:
	"""Find the posting on duty for a case that has become an emergency; None where nobody is."""
	serving = postings.serving(case.area, {"department": case.department})
	return _choose(_on_duty(serving, case.department), _barred(case.against_posting))


def route(department: str, area: str | None, *, against: str | None = None, emergency: bool = False) -> Route:
	"""Find the posting for a case, with one line that explains the choice.

	The most specific active posting of the department, walking the area tree up; then a posting for the whole
	department without areas; then the department's nodal posting; then the grievance cell's. Among equals the one with
	the fewest open cases. Where the posting's charge is with another one, that one.

	An emergency goes first to whoever of the department is on duty in the area now. A complaint `against` a posting
	that would come to it, to one below it or to one of the same person goes up instead: to its superiors, the
	department's head, the head of the administration, the cell.
	"""
	offers = _offers(department, area, against, emergency)
	return _choose(offers, _barred(against)) or Route(None, _("No posting found"))


def _barred(against: str | None) -> set[str]:
	return postings.barred_by(against) if against else set()


def _choose(offers: Iterator[tuple[list[str], str]], barred: set[str]) -> Route | None:
	for candidates, place in offers:
		if barred.intersection(candidates):
			continue
		found = _least_loaded(candidates)
		charge = postings.in_charge(found)
		if charge in barred:
			continue
		note = f"{place} -> {found}"
		return Route(charge, note if charge == found else f"{note} -> {charge}")
	return None


def _offers(
	department: str, area: str | None, against: str | None, emergency: bool
) -> Iterator[tuple[list[str], str]]:
	"""Propose postings that are equally near, with the words for where they were found, best first."""
	serving = postings.serving(area, {"department": department})
	if emergency:
		yield from _on_duty(serving, department)
	yield from _ordinary(serving, department)
	if not against:
		return
	for superior in postings.superiors_of(against):
		yield [superior], _("above {0}").format(against)
	if head := postings.head_of(department, area):
		yield [head], _(department)
	if head := postings.heads_of_area(area):
		yield [head], _("head of the administration")
	yield from _cell(department)


def _on_duty(serving: list, department: str) -> Iterator[tuple[list[str], str]]:
	duty = on_duty([posting.name for posting in serving], now_datetime())
	ranked = sorted(
		(posting.depth, posting.level, posting.name) for posting in serving if posting.name in duty
	)
	if ranked:
		places = {posting.name: posting.place for posting in serving}
		nearest = [name for depth, level, name in ranked if (depth, level) == ranked[0][:2]]
		yield nearest, _("{0}, on duty").format(_place(places[nearest[0]], department))


def _ordinary(serving: list, department: str) -> Iterator[tuple[list[str], str]]:
	"""Propose what comes to every case's mind: one offer at most, since whoever stands further off is no better judge."""
	officers = [posting for posting in serving if posting.level == 1]
	if officers:
		depth = min(posting.depth for posting in officers)
		nearest = [posting for posting in officers if posting.depth == depth]
		yield sorted(posting.name for posting in nearest), _place(nearest[0].place, department)
		return
	nodal = frappe.db.get_value("Department", department, "nodal_posting")
	if nodal in postings.active_among([nodal]):
		yield [nodal], _(department)
	else:
		yield from _cell(department)


def _cell(department: str) -> Iterator[tuple[list[str], str]]:
	cell = frappe.db.get_single_value("Grievance Settings", "cell_posting")
	if cell in postings.active_among([cell]):
		yield [cell], _("no posting in {0}").format(_(department))


def _place(place: dict | None, department: str) -> str:
	return place.area_name if place else _(department)


def _least_loaded(names: list[str]) -> str:
	"""Choose the posting with the fewest cases whose clock runs; among those, the first by name."""
	if len(names) == 1:
		return names[0]
	case = frappe.qb.DocType("Grievance")
	statuses = frappe.get_all("Grievance Status", {"category": OPEN}, pluck="name")
	loads = dict(
		frappe.qb.from_(case)
		.select(case.posting, Count("*"))
		.where(case.posting.isin(names))
		.where(case.status.isin(statuses))
		.groupby(case.posting)
		.run()
	)
	return min(names, key=lambda name: (loads.get(name, 0), name))
