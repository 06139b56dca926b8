"""Who sees which case. The two hooks are one rule: what a list shows and what a form opens never differ."""

import frappe

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation.areas import descendants
from grievance_cell.organisation.postings import held_by

SEES_ALL = {"Grievance Operator", "Collector"}


def visible_cases(user: str | None = None) -> str:
	"""Write the SQL condition on Grievance for a user's lists (permission_query_conditions)."""
	scope = scope_of(user or frappe.session.user)
	if scope is None:
		return ""
	conditions = [
		f"`tabGrievance`.`{field}` in ({', '.join(frappe.db.escape(value) for value in values)})"
		for field, values in scope.items()
		if values
	]
	return f"({' or '.join(conditions)})" if conditions else "1 = 0"


def can_see(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Tell whether a user may open a case (has_permission); what they may do with it is the role's right."""
	user = user or frappe.session.user
	if user == bot_user() or doc.is_new():
		return True
	scope = scope_of(user)
	return scope is None or any(doc.get(field) in values for field, values in scope.items())


def scope_of(user: str) -> dict[str, list[str]] | None:
	"""Collect the values by which a user's cases are known, any of them enough; None where all are.

	Officer: the cases of own postings. Department Head: of the department. Public Representative: of the own area.
	"""
	roles = set(frappe.get_roles(user))
	if user == "Administrator" or roles & SEES_ALL:
		return None
	scope: dict[str, list[str]] = {}
	postings = frappe.get_all(
		"Officer Posting", {"user": user, "is_active": 1}, ["name", "kind", "department"]
	)
	if "Grievance Officer" in roles:
		scope["posting"] = held_by(user)
	if "Department Head" in roles:
		scope["department"] = sorted({posting.department for posting in postings if posting.department})
	if "Public Representative" in roles:
		own = [posting.name for posting in postings if posting.kind == "Representative"]
		areas = frappe.get_all("Officer Posting Area", {"parent": ("in", own)}, pluck="area") if own else []
		scope["area"] = descendants(areas) if areas else []
	return scope
