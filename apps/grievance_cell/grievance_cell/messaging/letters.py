"""What the letters to a citizen say: that their case was registered, and how it was settled. For the print formats."""

import frappe
from frappe import _
from frappe.utils import cint, format_date, get_datetime, getdate

from grievance_cell.grievances import citizens, decisions, reopening
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED, category_of
from grievance_cell.grievances.visibility import sees_identity
from grievance_cell.messaging.links import address_of, picture_of, readable
from grievance_cell.organisation.areas import ancestors, place_name

DATE = "d MMMM y"


def letter_to_citizen(case) -> dict:
	"""Describe a case for a letter, in the language of the print; of a confidential one without a name, but for who decides it.

	`is_settled` tells whether there is something to report; `office`, `citizen`, `place`, `days`, `outcome`, `said`, `reopen_days`
	(how long it may be opened again) and `code` (a picture and the number that is written to) may be empty.
	"""
	ended_on = case.resolved_on or case.closed_on
	is_settled = category_of(case.status) in (RESOLVED, CLOSED) and case.closure_reason != decisions.JOINED
	return {
		"number": case.name,
		"today": format_date(getdate(), DATE),
		"citizen": name_of(case),
		"place": place_name(case.area),
		"matter": _(case.category),
		"type": _(case.grievance_type),
		"department": case.department and _(case.department),
		"office": case.posting,
		"registered_on": format_date(case.registered_on, DATE),
		"due": case.resolution_by and format_date(case.resolution_by, DATE),
		"is_settled": is_settled,
		"settled_on": ended_on and format_date(ended_on, DATE),
		"days": (get_datetime(ended_on).date() - getdate(case.registered_on)).days if ended_on else None,
		"outcome": _(case.closure_reason or case.status),
		"said": _said_of(case) if is_settled else "",
		"reopen_days": reopening.may_be_reopened(case)
		and cint(frappe.get_cached_doc("Grievance Settings").reopen_days),
		"code": _code(case),
	}


def name_of(case) -> str | None:
	"""Name the citizen of a case, of a confidential one only to who decides it."""
	if not case.confidential:
		return case.citizen_name
	citizen = sees_identity(case.name) and citizens.of_case(case)
	return citizen and frappe.db.get_value("Citizen", citizen, "citizen_name")


def _said_of(case) -> str:
	"""Write what the citizen is told: what was done, or what was decided and where they may turn."""
	if case.closure_reason not in decisions.DECISIONS:
		return case.resolution or ""
	guidance = case.out_of_scope_reason and frappe.get_cached_value(
		"Out of Scope Reason", case.out_of_scope_reason, "guidance"
	)
	return " ".join(filter(None, (case.decision, guidance and _(guidance))))


def _code(case) -> dict | None:
	"""Draw the code that opens a chat with the number of the case's area, with the case's number to send."""
	path = [area["name"] for area in ancestors(case.area)]
	numbers = frappe.get_all(
		"Chat Channel",
		{"enabled": 1, "display_phone_number": ("is", "set")},
		["display_phone_number", "default_area"],
		order_by="name",
	)
	serving = [each for each in numbers if not each.default_area or each.default_area in path]
	if not serving:
		return None
	# The nearest: of a town before that of its district.
	number = min(serving, key=lambda each: path.index(each.default_area) if each.default_area else len(path))
	return {
		"picture": picture_of(address_of(number, case.name)),
		"number": readable(number.display_phone_number),
	}
