"""Whether the citizen has heard something of substance, and what they are told where nobody has written to them.

The bot's acknowledgement does not count, nor that a case was handed to its officer.
"""

from datetime import datetime, timedelta

import frappe
from babel.core import UnknownLocaleError
from babel.dates import format_date
from frappe import _
from frappe.utils import cint, get_datetime, getdate

from grievance_cell.grievances import actions
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.decisions import SUGGESTION
from grievance_cell.organisation.areas import place_name

INTERIM, TYPE_CORRECTED = "Interim Reply", "Type Corrected"
# Steps that a citizen can look up and is not told of, or that tell them nothing they did not know.
NOT_TOLD = ("Registered", "Assigned", "Delay Explained", TYPE_CORRECTED)


def on_action(action, method: str | None = None) -> None:
	"""Keep when the citizen last heard something of substance (Grievance Action, after_insert)."""
	if action.reference_doctype == "Grievance" and is_of_substance(action):
		note(action.reference_name, action)


def is_of_substance(action) -> bool:
	"""Tell whether a step tells the citizen something, by an officer's word or the system's in their place."""
	if not action.visible_to_citizen or action.actor == bot_user():
		return False
	return action.action not in NOT_TOLD and action.to_status not in NOT_TOLD


def note(name: str, action) -> None:
	"""Note on a case that its citizen is told of a step, whether that was done on it or on the one that it is joined to."""
	if can_be_told(frappe.db.get_value("Grievance", name, ["citizen", "confidential"], as_dict=True)):
		frappe.db.set_value("Grievance", name, "citizen_informed_on", action.done_on, update_modified=False)


def can_be_told(case) -> bool:
	"""Tell whether there is somebody to tell: not with an unsigned letter. Whose a confidential case is, is kept apart."""
	return bool(case.citizen or case.confidential)


def begin(case) -> None:
	"""Set by when the citizen of a new case must hear; another office's part of a case is not theirs to hear of."""
	case.inform_by = None if case.parent_grievance else first_moment(case) or second_moment(case)


def first_moment(case) -> datetime | None:
	hours = cint(frappe.get_cached_doc("Grievance Settings").inform_hours)
	return get_datetime(case.registered_on) + timedelta(hours=hours) if hours else None


def second_moment(case) -> datetime | None:
	"""Tell when an interim reply is due at the latest; None for a suggestion, which is thanked once and then answered."""
	days = cint(frappe.get_cached_doc("Grievance Settings").interim_days)
	if not days or case.grievance_type == SUGGESTION:
		return None
	return get_datetime(case.registered_on) + timedelta(days=days)


def inform(case, on: datetime) -> None:
	"""Tell the citizen how their case stands, if nobody has told them anything, and set when that is due again."""
	if can_be_told(case) and not was_told(case, on):
		language = language_of(case)
		actions.record(case, INTERIM, posting=case.posting, remark=text(case, language), visible_to_citizen=1)
	due, second = get_datetime(case.inform_by), second_moment(case)
	case.inform_by = second if second and due < second else None


def was_told(case, on: datetime) -> bool:
	"""Tell whether the citizen has heard since the registration or, at a later moment, only just now."""
	told = frappe.db.get_value("Grievance", case.name, "citizen_informed_on")
	if not told:
		return False
	first = first_moment(case)
	if first and get_datetime(case.inform_by) <= first:
		return True
	just_now = timedelta(hours=cint(frappe.get_cached_doc("Grievance Settings").inform_hours) or 24)
	return told >= on - just_now


def text(case, language: str) -> str:
	"""Say what was done so far, or that nothing was yet, and with whom the case is now."""
	if case.grievance_type == SUGGESTION:
		said = [_("Thank you for your suggestion.", language)]
	elif step := last_step(case):
		label = frappe.get_cached_value("Grievance Status", step.to_status, "citizen_label")
		said = [_("On {0}: {1}.", language).format(day(step.done_on, language), _(label, language))]
	else:
		said = [_("Nothing has been done on it yet.", language)]
	said.append(whereabouts(case, language))
	if case.expected_by and getdate(case.expected_by) > getdate():
		said.append(_("It is expected by {0}.", language).format(day(case.expected_by, language)))
	return " ".join(filter(None, said))


def last_step(case) -> frappe._dict | None:
	"""Find the last move of a case that the citizen knows of, its registration and first handing on left out."""
	found = frappe.get_all(
		"Grievance Action",
		{
			"reference_doctype": case.doctype,
			"reference_name": case.name,
			"visible_to_citizen": 1,
			"to_status": ("is", "set"),
			"action": ("not in", NOT_TOLD),
		},
		["to_status", "done_on"],
		order_by="done_on desc, creation desc",
		limit=1,
	)
	return found[0] if found else None


def whereabouts(case, language: str) -> str:
	"""Say with whom a case is now: the office and its department, never a person."""
	at = ", ".join(_(name, language) for name in (case.posting, case.department) if name)
	return _("It is now with: {0}.", language).format(at) if at else ""


def corrected(case, before) -> str:
	"""Say what of a case was corrected that has sent it elsewhere, in its citizen's language; "" if nothing was."""
	language = language_of(case)
	said = []
	if before.category != case.category:
		names = (_(category, language) for category in (before.category, case.category))
		said.append(_("The category was corrected: {0} -> {1}", language).format(*names))
	if before.area != case.area:
		names = (place_name(area, language) for area in (before.area, case.area))
		said.append(_("The place was corrected: {0} -> {1}", language).format(*names))
	return "; ".join(said)


def language_of(case) -> str:
	"""Name the language in which the citizen of a case is spoken to."""
	own = case.citizen and frappe.db.get_value("Citizen", case.citizen, "language")
	return own or case.language or frappe.local.lang


def day(moment, language: str) -> str:
	try:
		return format_date(getdate(moment), "d MMMM y", locale=language)
	except (UnknownLocaleError, ValueError):
		return format_date(getdate(moment), "d MMMM y", locale="en")
