"""Who sees which review meeting and which direction. A list shows what a form opens, as everywhere (grievances/visibility.py)."""

import frappe

from grievance_cell.grievances.visibility import (
	ALL,
	HEAD,
	NONE,
	OFFICER,
	SEES_ALL,
	against_none,
	is_among,
	quoted,
	visible_cases,
)
from grievance_cell.organisation import reach
from grievance_cell.organisation.postings import above, below


def visible_meetings(user: str | None = None) -> str:
	"""Write the SQL condition on Review Meeting: collector and operator, within the branches of their postings."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ALL
	if not set(frappe.get_roles(user)) & SEES_ALL:
		return NONE
	return reach.in_branches("`tabReview Meeting`.`area`", reach.branches_for(user))


def can_see_meeting(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Review Meeting", doc, visible_meetings, user)


def visible_directions(user: str | None = None) -> str:
	"""Write the SQL condition on Review Direction: who is directed, the offices above, and whoever sees the case.

	One about no case is seen by the collector and the operator of its area.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return ALL
	roles = set(frappe.get_roles(user))
	cases = visible_cases(user)
	if cases == ALL:
		return ALL
	scopes = []
	if cases != NONE:
		scopes.append(
			f"`tabReview Direction`.`grievance` in (select `name` from `tabGrievance` where {cases})"
		)
	if roles & SEES_ALL:
		inside = reach.in_branches("`tabReview Direction`.`area`", reach.branches_for(user))
		scopes.append(f"(ifnull(`tabReview Direction`.`grievance`, '') = '' and {inside})")
	own = [office.name for office in reach.offices_of(user)]
	if own and roles & {OFFICER, HEAD}:
		# Nor does who is complained of read what is directed in that case, whoever had it before.
		unaccused = against_none(own + [posting.name for posting in above(own)])
		scopes.append(
			f"(`tabReview Direction`.`posting` in ({quoted(own + below(own))}) and not exists (select 1 from `tabGrievance`"
			f" where `tabGrievance`.`name` = `tabReview Direction`.`grievance` and not ({unaccused})))"
		)
	return f"({' or '.join(scopes)})" if scopes else NONE


def can_see_direction(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Review Direction", doc, visible_directions, user)


def refuse_outside(area: str) -> None:
	"""Refuse an area that doesn't lie in the branches of the session's user."""
	if frappe.session.user == "Administrator":
		return
	((lft, rgt),) = reach.positions([area])
	branches = reach.branches_for(frappe.session.user)
	if not any(branch is None or (branch[0] <= lft and rgt <= branch[1]) for branch in branches):
		frappe.throw(
			frappe._("{0} lies outside of your area").format(
				frappe.get_cached_value("Local Area", area, "area_name")
			),
			frappe.PermissionError,
		)
