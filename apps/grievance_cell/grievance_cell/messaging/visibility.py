"""Who sees which conversation: by the case that it is about, else by the number that it came to."""

import frappe

from grievance_cell.grievances.attached_records import citizens_data, condition_of
from grievance_cell.grievances.visibility import (
	ALL,
	is_among,
	refuse_unread_fields,
	visible_cases,
	visible_identities,
)
from grievance_cell.organisation import reach

# What comes of a talk is seen with it, and a message on a case with the case.
SEEN_WITH_TALK = ("Grievance", "Callback Request", "Citizen", "Chat Event", "Chat Session", "Chat Message")


def visible_channels(user: str | None = None) -> str:
	"""Write the SQL condition on Chat Channel: those of the branches of a user's postings."""
	branches = branches_for(user)
	return ALL if None in branches else reach.in_branches("`tabChat Channel`.`default_area`", branches)


def can_see_channel(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Chat Channel", doc, visible_channels, user)


def visible_events(user: str | None = None) -> str:
	"""Write the SQL condition on Chat Event: those that came to a channel that a user sees."""
	return _both(
		of_channels("`tabChat Event`.`channel`", user),
		_not_of_protected("`tabChat Event`.`conversation_key`", "conversation_key", user),
	)


def can_see_event(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Chat Event", doc, visible_events, user)


def visible_sessions(user: str | None = None) -> str:
	"""Write the SQL condition on Chat Session: those on a channel that a user sees."""
	return _both(
		of_channels("`tabChat Session`.`channel`", user),
		_not_of_protected("`tabChat Session`.`name`", "name", user),
	)


def can_see_session(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Chat Session", doc, visible_sessions, user)


def visible_messages(user: str | None = None) -> str:
	"""Write the SQL condition on Chat Message: on the cases that a user sees, and what is on no case by its channel."""
	user = user or frappe.session.user
	cases, sessions = visible_cases(user), visible_sessions(user)
	if cases == sessions == ALL:
		return ALL
	about_case = "ifnull(`tabChat Message`.`reference_doctype`, '') = 'Grievance'"
	of_case = (
		f"`tabChat Message`.`reference_name` in (select `name` from `tabGrievance` where {cases or '1 = 1'})"
	)
	of_session = (
		f"`tabChat Message`.`session` in (select `name` from `tabChat Session` where {sessions or '1 = 1'})"
	)
	of_case += f" and `tabChat Message`.`reference_name` not in (select `grievance` {_hidden(user)})"
	# What an office is told of something else may be nothing for who sees its talk.
	of_other = condition_of(
		"`tabChat Message`.`reference_doctype`",
		"`tabChat Message`.`reference_name`",
		[doctype for doctype in citizens_data() if doctype not in SEEN_WITH_TALK],
		user,
	)
	return f"(({about_case} and {of_case}) or (not {about_case} and {of_session} and {of_other or '1 = 1'}))"


def can_see_message(doc, ptype: str | None = None, user: str | None = None) -> bool:
	return is_among("Chat Message", doc, visible_messages, user)


def _not_of_protected(column: str, field: str, user: str | None) -> str:
	"""Write the condition that a row is of no talk with whom a confidential case protects, but for who decides that one.

	A talk tells of all of a citizen's cases: what is about one that is not confidential is seen with that case.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return ALL
	return (
		f"{column} not in (select `{field}` from `tabChat Session` where `citizen` in"
		f" (select `citizen` {_hidden(user)} and ifnull(`citizen`, '') != ''))"
	)


def _hidden(user: str) -> str:
	visible = visible_identities(user)
	return f"from `tabProtected Identity` where {'1 = 0' if visible == ALL else f'not ({visible})'}"


def _both(*conditions: str) -> str:
	return " and ".join(f"({condition})" for condition in conditions if condition)


def of_channels(column: str, user: str | None) -> str:
	channels = visible_channels(user)
	return channels and f"{column} in (select `name` from `tabChat Channel` where {channels})"


def branches_for(user: str | None) -> list[reach.Branch]:
	user = user or frappe.session.user
	refuse_unread_fields()
	return [None] if user == "Administrator" else reach.branches_for(user)
