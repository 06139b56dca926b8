"""How far an office reaches: the branches of the area tree that its holder answers for.

A posting reaches its own areas and all that lies in them; without areas those of its department's body, else the whole
state. Two towns on one site never see each other because no posting of one reaches into the other.
"""

import frappe

from grievance_cell.organisation.postings import LONGEST_CHAIN, held_by

# Where a branch lies in the tree: lft and rgt of its top; None stands for the whole tree.
Branch = tuple[int, int] | None


def offices_of(user: str) -> list[frappe._dict]:
	"""List the officers' postings that a user works for, charges included: name, department, reports_to, branches."""
	names = held_by(user)
	if not names:
		return []
	offices = frappe.get_all(
		"Officer Posting",
		{"name": ("in", names), "kind": "Officer"},
		["name", "department", "reports_to"],
	)
	for office in offices:
		office.branches = branches_of(office.name, office.department)
	return offices


def branches_of(posting: str, department: str | None) -> list[Branch]:
	areas = frappe.get_all("Officer Posting Area", {"parent": posting}, pluck="area")
	if not areas and department:
		areas = [frappe.db.get_value("Department", department, "area")]
	areas = [area for area in areas if area]
	return positions(areas) if areas else [None]


def positions(areas: list[str]) -> list[Branch]:
	found = frappe.get_all("Local Area", {"name": ("in", areas)}, ["lft", "rgt"])
	return [(area.lft, area.rgt) for area in found]


def branches_for(user: str) -> list[Branch]:
	"""List where a user's "all" ends; who never had a posting is bound to no branch, who has no active one sees nothing."""
	if not frappe.db.exists("Officer Posting", {"user": user}):
		return [None]
	return [branch for office in offices_of(user) for branch in office.branches]


def represented_by(user: str) -> list[Branch]:
	"""List the branches that a user represents."""
	own = frappe.get_all(
		"Officer Posting", {"user": user, "is_active": 1, "kind": "Representative"}, pluck="name"
	)
	areas = frappe.get_all("Officer Posting Area", {"parent": ("in", own)}, pluck="area") if own else []
	return positions(areas) if areas else []


def in_branches(column: str, branches: list[Branch], *, below: bool = False) -> str:
	"""Write the SQL condition that an area (a column of names) lies in one of the branches, `below`: under its top."""
	if None in branches:
		return "1 = 1"
	if not branches:
		return "1 = 0"
	inside = " or ".join(
		f"(`lft` > {lft:d} and `rgt` < {rgt:d})" if below else f"(`lft` between {lft:d} and {rgt:d})"
		for lft, rgt in branches
	)
	return f"{column} in (select `name` from `tabLocal Area` where {inside})"


def subordinates_of(postings: list[str]) -> list[str]:
	"""List the postings that report to one of these, at any remove."""
	return _along("reports_to", "name", postings)


def superiors_of(postings: list[str]) -> list[str]:
	"""List the postings that these report to, at any remove."""
	return _along("name", "reports_to", postings)


def _along(known: str, wanted: str, postings: list[str]) -> list[str]:
	found: set[str] = set()
	latest = list(postings)
	for _step in range(LONGEST_CHAIN):
		if not latest:
			break
		rows = frappe.get_all("Officer Posting", {known: ("in", latest)}, pluck=wanted)
		latest = [name for name in set(rows) if name and name not in found and name not in postings]
		found.update(latest)
	return sorted(found)
