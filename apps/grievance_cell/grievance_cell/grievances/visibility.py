"""Who sees which case, and with it whose citizen and which record.

The two hooks of a DocType are one rule: what a list shows and what a form opens never differ, since the form asks the
list's condition of the stored row. So nobody comes to see a case by what they write into it either.
"""

import re
from collections.abc import Callable

import frappe
from frappe import _

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation import reach
from grievance_cell.organisation.postings import above, below, held_by, worker_of

OFFICER, HEAD, OPERATOR = "Grievance Officer", "Department Head", "Grievance Operator"
SEES_ALL = {OPERATOR, "Collector"}

# The fields of every DocType here that no role reads (permlevel 2).
UNREAD = re.compile(r"\b(mobile_no|alternate_mobile_no|whatsapp_id|conversation_key|payload)\b")

CONDITIONS = {"filters", "or_filters", "current_filters", "order_by", "group_by", "field", "fieldname"}
DOCUMENTS = {"doc", "docs", "data"}

ALL, NONE = "", "1 = 0"


def visible_cases(user: str | None = None) -> str:
	"""Write the SQL condition on Grievance for a user's lists (permission_query_conditions).

	Operator and Collector: the branches of their postings. Officer: the cases of own postings, charges included, and of
	those that report to them; and of the own department in the areas below the own ones (not in the own ones, which may
	be shared with a colleague). Department Head: of the department, within the branches of the posting. None of them one
	that is against their own office, nor an officer or a head one against an office above. Representatives have the
	Public Cases instead.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return ALL
	refuse_unread_fields()
	roles = set(frappe.get_roles(user))
	if not roles & {OFFICER, HEAD, *SEES_ALL}:
		return NONE
	offices = reach.offices_of(user)
	own = [office.name for office in offices]
	scopes = []
	if roles & SEES_ALL:
		branches = reach.branches_for(user, offices)
		if None in branches and not own:
			return ALL
		inside = reach.in_branches("`tabGrievance`.`area`", branches)
		scopes.append(f"({inside} and {against_none(own)})")
	if offices and roles & {OFFICER, HEAD}:
		scopes.append(_of_offices(offices, roles))
	return f"({' or '.join(scopes)})" if scopes else NONE


def refuse_unread_fields() -> None:
	"""Refuse a request for a list that filters, sorts or groups by what nobody reads: asking often enough would tell it."""
	if any(asks_for_unread(key, str(asked)) for key, asked in frappe.form_dict.items() if asked):
		frappe.throw(_("A citizen's number is not to be searched for in lists"), frappe.PermissionError)


def asks_for_unread(key: str, asked: str) -> bool:
	"""Tell whether an argument of a request could be a condition on what nobody reads: Frappe's lists, charts, cards and
	calendars each call theirs by another name."""
	if key == "fields":
		# Frappe leaves out what the user does not read.
		return False
	if key in DOCUMENTS:
		# A form is saved with what is in it; a card or a chart comes as a document, too.
		return "filters_json" in asked and bool(UNREAD.search(asked))
	if key in CONDITIONS or asked[0] in "[{":
		return bool(UNREAD.search(asked))
	return bool(UNREAD.fullmatch(asked))


def _of_offices(offices: list, roles: set[str]) -> str:
	own = [office.name for office in offices]
	found = []
	if OFFICER in roles:
		found.append(f"`tabGrievance`.`posting` in ({quoted(below(own) + own)})")
	for office in offices:
		if not office.department:
			continue
		department = f"`tabGrievance`.`department` = {frappe.db.escape(office.department, percent=False)}"
		inside = reach.in_branches("`tabGrievance`.`area`", office.branches, below=HEAD not in roles)
		found.append(f"({department} and {inside})")
	unaccused = against_none(own + [posting.name for posting in above(own)])
	return f"(({' or '.join(found)}) and {unaccused})" if found else NONE


def against_none(postings: list[str]) -> str:
	"""Write the SQL condition on Grievance: those that accuse none of these offices."""
	accused = "ifnull(`tabGrievance`.`against_posting`, '')"
	return f"{accused} not in ({quoted(postings)})" if postings else "1 = 1"


def quoted(names: list[str]) -> str:
	return ", ".join(frappe.db.escape(name, percent=False) for name in names)


def can_see(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Tell whether a user may open a case (has_permission); what they may do with it is the role's right."""
	return user == bot_user() or is_among("Grievance", doc, visible_cases, user)


def visible_citizens(user: str | None = None) -> str:
	"""Write the SQL condition on Citizen: those of the cases that a user sees.

	Whoever registers cases sees as well whom they entered, and who lives in their branch.
	"""
	user = user or frappe.session.user
	cases = visible_cases(user)
	if cases == ALL:
		return ALL
	found = [f"`tabCitizen`.`name` in (select `citizen` from `tabGrievance` where {cases})"]
	if set(frappe.get_roles(user)) & SEES_ALL:
		found.append(reach.in_branches("`tabCitizen`.`area`", reach.branches_for(user)))
		found.append(f"`tabCitizen`.`owner` = {frappe.db.escape(user, percent=False)}")
	return f"({' or '.join(found)})"


def can_see_citizen(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Citizen", doc, visible_citizens, user)


def visible_actions(user: str | None = None) -> str:
	"""Write the SQL condition on Grievance Action: those on the cases that a user sees."""
	cases = visible_cases(user)
	return cases and (
		"`tabGrievance Action`.`reference_doctype` = 'Grievance' and "
		f"`tabGrievance Action`.`reference_name` in (select `name` from `tabGrievance` where {cases})"
	)


def can_see_action(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Grievance Action", doc, visible_actions, user)


def visible_callbacks(user: str | None = None) -> str:
	"""Write the SQL condition on Callback Request: of the citizens that a user sees, and those that they wrote down."""
	user = user or frappe.session.user
	citizens = visible_citizens(user)
	if citizens == ALL:
		return ALL
	return (
		f"(`tabCallback Request`.`citizen` in (select `name` from `tabCitizen` where {citizens})"
		f" or `tabCallback Request`.`owner` = {frappe.db.escape(user, percent=False)})"
	)


def can_see_callback(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Callback Request", doc, visible_callbacks, user)


def visible_camps(user: str | None = None) -> str:
	"""Write the SQL condition on Camp Day: whose slips they are, and the operators of its area once all are registered.

	Until then the slips hold numbers, afterwards none.
	"""
	user = user or frappe.session.user
	own = own_camps(user)
	if own in (ALL, NONE):
		return own
	inside = reach.in_branches("`tabCamp Day`.`area`", reach.branches_for(user))
	return f"({own} or (`tabCamp Day`.`status` = 'Registered' and {inside}))"


def own_camps(user: str) -> str:
	"""Write the SQL condition on Camp Day: who took down its slips, and within their area who has the charge of that office."""
	if user == "Administrator":
		return ALL
	refuse_unread_fields()
	if OPERATOR not in frappe.get_roles(user):
		return NONE
	own = f"`tabCamp Day`.`owner` = {frappe.db.escape(user, percent=False)}"
	charges = [posting for posting in held_by(user) if worker_of(posting) == user]
	holders = frappe.get_all("Officer Posting", {"name": ("in", charges)}, pluck="user") if charges else []
	away = {holder for holder in holders if holder and holder != user}
	if not away:
		return own
	inside = reach.in_branches("`tabCamp Day`.`area`", reach.branches_for(user))
	return f"({own} or (`tabCamp Day`.`owner` in ({quoted(sorted(away))}) and {inside}))"


def can_see_camp(doc, ptype: str | None = None, user: str | None = None) -> bool:
	rule = own_camps if ptype == "write" else visible_camps
	return is_among("Camp Day", doc, rule, user or frappe.session.user)


def visible_identities(user: str | None = None) -> str:
	"""Write the SQL condition on Protected Identity: of the cases that a user decides, who has the posting's charge today."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ALL
	refuse_unread_fields()
	charges = [posting for posting in held_by(user) if worker_of(posting) == user]
	if not charges:
		return NONE
	return (
		"`tabProtected Identity`.`grievance` in"
		f" (select `name` from `tabGrievance` where `posting` in ({quoted(charges)}))"
	)


def can_see_identity(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Protected Identity", doc, visible_identities, user)


def sees_identity(case: str, user: str | None = None) -> bool:
	"""Tell whether a user may know whose case it is, of those that they see; of a confidential one only who decides it."""
	user = user or frappe.session.user
	if not frappe.db.exists("Protected Identity", case):
		return True
	return bool(frappe.has_permission("Protected Identity", "read", doc=case, user=user))


def is_among(doctype: str, doc, visible: Callable[[str | None], str], user: str | None) -> bool:
	"""Tell whether a document is among those of a user's list; one that is not stored yet is its maker's."""
	if doc.is_new():
		return True
	condition = visible(user)
	if condition == ALL:
		return True
	name = frappe.db.escape(str(doc.name), percent=False)
	found = frappe.db.sql(f"select 1 from `tab{doctype}` where `name` = {name} and ({condition}) limit 1")
	return bool(found)
