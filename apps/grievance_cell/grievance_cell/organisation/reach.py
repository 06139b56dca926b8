"""How far an office reaches: the branches of the area tree that its holder answers for.

A posting reaches its own areas and all that lies in them; without areas those of its department's body, else the whole
state. Two towns on one site never see each other because no posting of one reaches into the other.
"""

from collections import defaultdict

import frappe

from grievance_cell.organisation.postings import held_by

# Where a branch lies in the tree: lft and rgt of its top; None stands for the whole tree.
Branch = tuple[int, int] | None
# So many areas may stand in a condition by name.
FEW = 200


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
	own = branches_of(names)
	for office in offices:
		office.branches = own.get(office.name) or branches_of_department(office.department)
	return offices


def branches_of(postings: list[str]) -> dict[str, list[Branch]]:
	"""Tell of each of these postings that has areas of its own which branches they are."""
	row, area = frappe.qb.DocType("Officer Posting Area"), frappe.qb.DocType("Local Area")
	found = defaultdict(list)
	for posting, *position in (
		frappe.qb.from_(row)
		.join(area)
		.on(area.name == row.area)
		.select(row.parent, area.lft, area.rgt)
		.where(row.parent.isin(postings))
		.run()
	):
		found[posting].append(tuple(position))
	return found


def branches_of_department(department: str | None) -> list[Branch]:
	area = department and frappe.db.get_value("Department", department, "area")
	return positions([area]) if area else [None]


def positions(areas: list[str]) -> list[Branch]:
	found = frappe.get_all("Local Area", {"name": ("in", areas)}, ["lft", "rgt"])
	return [(area.lft, area.rgt) for area in found]


def branches_for(user: str, offices: list | None = None) -> list[Branch]:
	"""List where a user's "all" ends; who never had a posting is bound to no branch, who has no active one sees nothing.

	`offices` are those of the user, where they are known.
	"""
	offices = offices_of(user) if offices is None else offices
	if not offices and not frappe.db.exists("Officer Posting", {"user": user}):
		return [None]
	return [branch for office in offices for branch in office.branches]


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
	if below:
		branches = [(lft + 1, rgt - 1) for lft, rgt in branches if lft + 1 < rgt]
	if not branches:
		return "1 = 0"
	inside = " or ".join(f"(`lft` between {lft:d} and {rgt:d})" for lft, rgt in branches)
	areas = f"select `name` from `tabLocal Area` where {inside}"
	if sum(rgt - lft + 1 for lft, rgt in branches) <= 2 * FEW:
		# Beside another condition (`or`) the database finds rows by an index only where the names themselves stand.
		names = [frappe.db.escape(name, percent=False) for (name,) in frappe.db.sql(areas)]
		return f"{column} in ({', '.join(names)})" if names else "1 = 0"
	return f"{column} in ({areas})"


def serves(posting: str, area: str) -> bool:
	"""Tell whether a posting answers for an area, a part of it, or more than it."""
	((lft, rgt),) = positions([area])
	branches = branches_of([posting]).get(posting) or branches_of_department(
		frappe.db.get_value("Officer Posting", posting, "department")
	)
	return any(branch is None or (branch[0] <= rgt and lft <= branch[1]) for branch in branches)
