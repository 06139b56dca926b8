"""Which department, and in it which posting, a case belongs to."""

from dataclasses import dataclass

import frappe
from frappe import _

from grievance_cell.organisation.areas import ancestors
from grievance_cell.organisation.postings import in_charge


@dataclass(frozen=True)
class Route:
	posting: str | None
	note: str


def department_for(category: str, area: str | None) -> str | None:
	return frappe.get_cached_doc("Grievance Category", category).department_for(area)


def route(department: str, area: str | None) -> Route:
	"""Find the posting for a case, with one line that explains the choice.

	The most specific active posting of the department, walking the area tree up; then a posting for the whole
	department without areas; then the department's nodal posting; then the grievance cell's. Among equals the one with
	the fewest open cases. Where the posting's charge is with another one, that one.
	"""
	found, place = _most_specific(department, area)
	if not found:
		found, place = frappe.db.get_value("Department", department, "nodal_posting"), department
	if not found:
		found = frappe.db.get_single_value("Grievance Settings", "cell_posting")
		place = _("no posting in {0}").format(_(department))
	if not found:
		return Route(None, _("No posting found"))
	charge = in_charge(found)
	note = f"{place} -> {found}"
	return Route(charge, note if charge == found else f"{note} -> {charge}")


def _most_specific(department: str, area: str | None) -> tuple[str | None, str]:
	above = ancestors(area) if area else []
	depth = {each.name: position for position, each in enumerate(above)}
	posting, served = frappe.qb.DocType("Officer Posting"), frappe.qb.DocType("Officer Posting Area")
	rows = (
		frappe.qb.from_(posting)
		.left_join(served)
		.on(served.parent == posting.name)
		.select(posting.name, posting.level, served.area)
		.where(posting.department == department)
		.where(posting.is_active == 1)
		.where(posting.kind == "Officer")
		.where(posting.level == 1)
		.run(as_dict=True)
	)
	ranked = [
		(depth.get(row.area, len(above)) if row.area else len(above), row.name)
		for row in rows
		if not row.area or row.area in depth
	]
	if not ranked:
		return None, ""
	nearest = min(rank for rank, _name in ranked)
	candidates = sorted({name for rank, name in ranked if rank == nearest})
	place = above[nearest].area_name if nearest < len(above) else department
	return min(candidates, key=lambda name: (_open_cases(name), name)) if len(candidates) > 1 else candidates[
		0
	], place


def _open_cases(posting: str) -> int:
	"""Count the cases on a posting's table: those whose clock runs."""
	statuses = frappe.get_all("Grievance Status", {"category": "Open"}, pluck="name")
	return frappe.db.count("Grievance", {"posting": posting, "status": ("in", statuses)})
