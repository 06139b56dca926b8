"""Offices and the people who hold them."""

from collections.abc import Callable
from functools import cache
from operator import itemgetter

import frappe
from frappe.utils import getdate, nowdate

from grievance_cell.organisation.areas import ancestors

# A charge may be handed on; two postings that name each other must not loop.
LONGEST_CHAIN = 5
# What says whose work the cases of a posting are.
HOLDING = ["name", "user", "is_active", "charge_given_to", "on_leave_from", "on_leave_to"]


def held_by(user: str) -> list[str]:
	"""List the active officers' postings whose cases this user works on, handed-over charges included."""
	held = set(frappe.get_all("Officer Posting", {"user": user, "is_active": 1}, pluck="name"))
	today, added = nowdate(), held
	for _step in range(LONGEST_CHAIN):
		if not added:
			break
		given = frappe.get_all(
			"Officer Posting", {"charge_given_to": ("in", sorted(added)), "is_active": 1}, HOLDING
		)
		added = {posting.name for posting in given if is_handed_over(posting, today)} - held
		held |= added
	return sorted(held)


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
	"""Name the posting that has the charge of this one today: itself, or whom it was handed to.

	Where the charges lead back to where they began nobody has taken over: itself.
	"""
	return _end_of_charges(name, _holding_of, nowdate())


def _holding_of(name: str):
	return frappe.db.get_value("Officer Posting", name, HOLDING, as_dict=True)


def _end_of_charges(name: str, holding_of: Callable, today) -> str:
	chain = [name]
	posting = holding_of(name)
	while posting and is_handed_over(posting, today) and len(chain) <= LONGEST_CHAIN:
		given_to = holding_of(posting.charge_given_to)
		if not given_to or not given_to.is_active:
			break
		if given_to.name in chain:
			return name
		chain.append(given_to.name)
		posting = given_to
	return chain[-1]


def worker_of(name: str | None) -> str | None:
	"""Name the user who works on a posting's cases today; None without a posting, and while the one in charge is vacant."""
	if not name:
		return None
	holding_of = cache(_holding_of)
	posting = holding_of(_end_of_charges(name, holding_of, nowdate()))
	return posting and posting.user


def workers() -> dict[str, str | None]:
	"""Tell of every active officers' posting who works on its cases today: what worker_of says, in one query for all."""
	rows = frappe.get_all("Officer Posting", {"kind": "Officer"}, HOLDING)
	holdings, today = {row.name: row for row in rows}, nowdate()
	return {
		name: holdings[_end_of_charges(name, holdings.get, today)].user
		for name, posting in holdings.items()
		if posting.is_active
	}


def charges_of(name: str) -> list[str]:
	"""List a posting and those whose charge comes to it, on whatever day."""
	found, added = {name}, {name}
	for _step in range(LONGEST_CHAIN):
		if not added:
			break
		given = frappe.get_all("Officer Posting", {"charge_given_to": ("in", sorted(added))}, pluck="name")
		added = set(given) - found
		found |= added
	return sorted(found)


def superiors_of(name: str) -> list[str]:
	"""List the active postings above one, by whom each reports to, from the nearest upwards."""
	return [posting.name for posting in above([name]) if posting.is_active]


def above(names: list[str]) -> list:
	"""List the postings to which some report, at any remove, the nearest first: dicts of name, is_active."""
	rows = frappe.db.sql(
		"""
		with recursive line as (
			select `name`, `reports_to`, `is_active`, 0 as `steps` from `tabOfficer Posting` where `name` in %(names)s
			union all
			select above.`name`, above.`reports_to`, above.`is_active`, line.`steps` + 1
			from `tabOfficer Posting` above join line on above.`name` = line.`reports_to`
			where line.`steps` < %(longest)s
		)
		select `name`, `is_active` from line where `steps` > 0 order by `steps`
		""",
		{"names": tuple(names), "longest": LONGEST_CHAIN},
		as_dict=True,
	)
	nearest = {}
	for row in rows:
		nearest.setdefault(row.name, row)
	return [row for name, row in nearest.items() if name not in names]


def below(names: list[str]) -> list[str]:
	"""List the postings that report to some, at any remove."""
	rows = frappe.db.sql(
		"""
		with recursive line as (
			select `name`, 0 as `steps` from `tabOfficer Posting` where `name` in %(names)s
			union all
			select below.`name`, line.`steps` + 1
			from `tabOfficer Posting` below join line on below.`reports_to` = line.`name`
			where line.`steps` < %(longest)s
		)
		select distinct `name` from line where `steps` > 0
		""",
		{"names": tuple(names), "longest": LONGEST_CHAIN},
	)
	return sorted(name for (name,) in rows if name not in names)


def superior_of(name: str) -> str | None:
	"""Name the active posting to which this one reports, past those that are not active."""
	return next(iter(superiors_of(name)), None)


def active_among(names: list[str]) -> set[str]:
	"""Name those of these postings that are active; empty names are passed over."""
	wanted = [name for name in names if name]
	return (
		set(frappe.get_all("Officer Posting", {"name": ("in", wanted), "is_active": 1}, pluck="name"))
		if wanted
		else set()
	)


def is_officers(posting: str) -> bool:
	"""Tell whether a posting is active and an officer's, not a representative's."""
	return bool(frappe.db.exists("Officer Posting", {"name": posting, "is_active": 1, "kind": "Officer"}))


def barred_by(against: str) -> set[str]:
	"""Name the postings that have no part in a complaint against one.

	Itself and all that report to it, however far below; whoever has its charge; and every other posting of the persons
	who hold those that it and its charge are with.
	"""
	reporting, added = {against}, {against}
	while added:
		found = frappe.get_all("Officer Posting", {"reports_to": ("in", sorted(added))}, pluck="name")
		added = set(found) - reporting
		reporting |= added
	accused = {against, in_charge(against)}
	holders = frappe.get_all(
		"Officer Posting", {"name": ("in", sorted(accused)), "user": ("is", "set")}, pluck="user"
	)
	theirs = frappe.get_all("Officer Posting", {"user": ("in", holders)}, pluck="name") if holders else []
	return reporting | accused | set(theirs)


def is_barred(posting: str, against: str) -> bool:
	"""Tell whether a posting has no part in a complaint against one, or its charge is with one that has none."""
	return bool({posting, in_charge(posting)} & barred_by(against))


def head_of(department: str, area: str | None) -> str | None:
	"""Name the posting that heads a department where an area lies: the highest of those that cover it, else the nodal one."""
	higher = [posting for posting in serving(area, {"department": department}) if posting.level > 1]
	if higher:
		return min(higher, key=lambda posting: (-posting.level, posting.depth, posting.name)).name
	nodal = frappe.db.get_value("Department", department, "nodal_posting")
	return nodal if nodal in active_among([nodal]) else None


def heads_of_area(area: str | None) -> str | None:
	"""Name the posting that heads the administration where an area lies: collector, commissioner; the nearest upwards."""
	heads = serving(area, {"heads_area": 1})
	return min(heads, key=lambda posting: (posting.depth, posting.name)).name if heads else None


def serving(area: str | None, filters: dict) -> list:
	"""List the active officers' postings, of those that the filters choose, that serve an area: dicts, in no order.

	Keys: name, level, place (the area's ancestor that it serves, a dict of name, area_type, area_name; None for one
	without areas, which serves all) and depth, the steps up the tree to it; past the root for one without areas.
	"""
	places = {each.name: (steps, each) for steps, each in enumerate(ancestors(area) if area else [])}
	posting, own = frappe.qb.DocType("Officer Posting"), frappe.qb.DocType("Officer Posting Area")
	# A department may have thousands of postings: those of other areas stay in the database.
	here = own.area.isnull() | own.area.isin(list(places)) if places else own.area.isnull()
	query = (
		frappe.qb.from_(posting)
		.left_join(own)
		.on((own.parent == posting.name) & (own.parenttype == "Officer Posting"))
		.select(posting.name, posting.level, own.area)
		.where((posting.is_active == 1) & (posting.kind == "Officer") & here)
	)
	for field, value in filters.items():
		query = query.where(posting[field] == value)
	found = {}
	for row in query.run(as_dict=True):
		row.depth, row.place = places.get(row.pop("area"), (len(places), None))
		found[row.name] = min(row, found.get(row.name, row), key=itemgetter("depth"))
	return list(found.values())
