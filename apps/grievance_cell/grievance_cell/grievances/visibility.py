"""Who sees which case, and with it whose citizen and which record.

The two hooks of a DocType are one rule: what a list shows and what a form opens never differ.
"""

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


def visible_citizens(user: str | None = None) -> str:
	"""Write the SQL condition on Citizen: those of the cases that a user sees."""
	cases = visible_cases(user)
	return cases and f"`tabCitizen`.`name` in (select `citizen` from `tabGrievance` where {cases})"


def can_see_citizen(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return doc.is_new() or _has_visible_case({"citizen": doc.name}, user)


def visible_actions(user: str | None = None) -> str:
	"""Write the SQL condition on Grievance Action: those on the cases that a user sees."""
	cases = visible_cases(user)
	return cases and (
		"`tabGrievance Action`.`reference_doctype` = 'Grievance' and "
		f"`tabGrievance Action`.`reference_name` in (select `name` from `tabGrievance` where {cases})"
	)


def can_see_action(doc, ptype: str | None = None, user: str | None = None) -> bool:
	if scope_of(user or frappe.session.user) is None:
		return True
	return doc.reference_doctype == "Grievance" and _has_visible_case({"name": doc.reference_name}, user)


def _has_visible_case(filters: dict, user: str | None) -> bool:
	cases = visible_cases(user)
	if not cases:
		return True
	((field, value),) = filters.items()
	found = frappe.db.sql(
		f"select 1 from `tabGrievance` where `{field}` = %(value)s and {cases} limit 1", {"value": value}
	)
	return bool(found)


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
