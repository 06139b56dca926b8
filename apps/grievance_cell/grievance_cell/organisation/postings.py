"""Offices and the people who hold them."""

import frappe
from frappe.utils import getdate, nowdate

from grievance_cell.organisation.areas import ancestors

# A charge may be handed on; two postings that name each other must not loop.
LONGEST_CHAIN = 5


def held_by(user: str) -> list[str]:
	"""List the active officers' postings whose cases this user works on, handed-over charges included."""
	own = frappe.get_all("Officer Posting", filters={"user": user, "is_active": 1}, pluck="name")
	if not own:
		return []
	today = nowdate()
	covered = frappe.get_all(
		"Officer Posting",
		filters={"charge_given_to": ("in", own), "is_active": 1},
		fields=["name", "charge_given_to", "on_leave_from", "on_leave_to"],
	)
	return sorted({*own, *(posting.name for posting in covered if is_handed_over(posting, today))})


def is_on_leave(posting, day) -> bool:
	"""Tell whether the holder is away on this day; a leave with no end goes on."""
	if not (posting.on_leave_from or posting.on_leave_to):
		return False
	day = getdate(day)
	return (not posting.on_leave_from or getdate(posting.on_leave_from) <= day) and (
		not posting.on_leave_to or day <= getdate(posting.on_leave_to)
	)


def is_handed_over(posting, day) -> bool:
	"""Tell whether another posting has the charge: during leave, or always where no leave is entered."""
	if not posting.charge_given_to:
		return False
	return is_on_leave(posting, day) or not (posting.on_leave_from or posting.on_leave_to)


def in_charge(name: str) -> str:
	"""Name the posting that has the charge of this one today: itself, or whom it was handed to."""
	today = nowdate()
	for _step in range(LONGEST_CHAIN):
		posting = frappe.db.get_value(
			"Officer Posting", name, ["charge_given_to", "on_leave_from", "on_leave_to"], as_dict=True
		)
		if not posting or not is_handed_over(posting, today):
			break
		if not frappe.db.get_value("Officer Posting", posting.charge_given_to, "is_active"):
			break
		name = posting.charge_given_to
	return name


def superior_of(name: str) -> str | None:
	"""Name the active posting to which this one reports, past those that are not active."""
	for _step in range(LONGEST_CHAIN):
		name = frappe.db.get_value("Officer Posting", name, "reports_to")
		if not name:
			return None
		if frappe.db.get_value("Officer Posting", name, "is_active"):
			return name
	return None


def head_of(department: str, area: str | None) -> str | None:
	"""Name the posting that heads a department where an area lies: the highest of those that cover it, else the nodal one."""
	covering = [
		posting
		for posting in _covering(area, {"department": department})
		if frappe.utils.cint(posting.level) > 1
	]
	if covering:
		return min(covering, key=lambda posting: (-posting.level, posting.depth, posting.name)).name
	nodal = frappe.db.get_value("Department", department, "nodal_posting")
	return nodal if nodal and frappe.db.get_value("Officer Posting", nodal, "is_active") else None


def heads_of_area(area: str | None) -> str | None:
	"""Name the posting that heads the administration where an area lies: collector, commissioner; the nearest upwards."""
	heads = _covering(area, {"heads_area": 1})
	return min(heads, key=lambda posting: (posting.depth, posting.name)).name if heads else None


def _covering(area: str | None, filters: dict) -> list:
	"""List the active officers' postings whose areas an area lies in, those without areas as well, with their depth."""
	depth = {each.name: steps for steps, each in enumerate(ancestors(area) if area else [])}
	postings = frappe.get_all(
		"Officer Posting", {**filters, "is_active": 1, "kind": "Officer"}, ["name", "level"]
	)
	served = frappe.get_all(
		"Officer Posting Area",
		{"parent": ("in", [posting.name for posting in postings]), "parenttype": "Officer Posting"},
		["parent", "area"],
	)
	found = []
	for posting in postings:
		areas = [row.area for row in served if row.parent == posting.name]
		depths = [depth[each] for each in areas if each in depth]
		if depths or not areas:
			posting.depth = min(depths, default=len(depth))
			found.append(posting)
	return found
