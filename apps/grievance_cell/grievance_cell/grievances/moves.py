"""What a move of a case asks of the person who makes it.

By the category of the status that it leads to and not by its name, so that a move that staff have added asks as well.
"""

import frappe

from grievance_cell.grievances import decisions, lifecycle
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	RESOLVED,
	category_of,
)


def asked_by_action(case) -> dict[str, dict]:
	"""Tell for each action that the session's user has with a case what it asks.

	`fields` are those to fill in, each with its `fieldname`, whether it is `required`, and the field `default_from` that
	holds what it begins with; `is_free` is a move for which the reason of a delay need not be given.
	"""
	asked = {}
	for transition in lifecycle.moves_of_role(case):
		reason = closure_reason(case, transition.next_state)
		fields = fields_of(case, transition.next_state, reason)
		asked.setdefault(transition.action, {"fields": fields, "is_free": reason == decisions.FORCE_CLOSED})
	return asked


def fields_of(case, status: str, reason: str | None) -> list[dict]:
	if category_of(status) == RESOLVED:
		photo_wanted = frappe.get_cached_value("Grievance Category", case.category, "photo_wanted")
		return [field("resolution", True), field("resolution_photo", bool(photo_wanted))]
	if lifecycle.waits_for_citizen(status):
		return [field("question", True)]
	if decisions.waits_until_expected(status):
		proposed = bool(case.proposal)
		return [
			field("expected_by", True, "proposed_date" if proposed else None),
			field("long_term_reason", True, "proposal_remark" if proposed else None),
			field("long_term_owner"),
		]
	if reason in decisions.DECISIONS:
		return [field("decision", reason in (decisions.FORCE_CLOSED, decisions.DECIDED))]
	return []


def field(fieldname: str, required: bool = False, default_from: str | None = None) -> dict:
	return {"fieldname": fieldname, "required": required, "default_from": default_from or fieldname}


def closure_reason(case, status: str) -> str | None:
	"""Name the reason with which a case would end in a status; None where it would not end."""
	if category_of(status) != CLOSED:
		return None
	for state in frappe.get_cached_doc("Workflow", lifecycle.WORKFLOW).states:
		if state.state == status and state.update_field == "closure_reason":
			return state.update_value
	return decisions.reason_by_hand(case, status)
