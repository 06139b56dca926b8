"""What an officer's own words to a citizen count for: a response, and news of substance, unless they are lost on the way."""

from collections.abc import Sequence
from datetime import datetime

import frappe

from grievance_cell.grievances import actions, informing, timers
from grievance_cell.grievances.emergencies import EMERGENCY
from grievance_cell.organisation import postings
from grievance_cell.service_levels import deadlines

REPLIED = "Replied to the Citizen"


def replied(case) -> None:
	"""Record that an officer has written to the citizen of a case: a response, and a word of substance.

	The words stand in the talk alone: not every reader of the case may know them, nor those whose cases are joined to it.
	"""
	action = actions.record(case, REPLIED, posting=case.posting)
	informing.note(case.name, action)
	if not case.first_responded_on and is_from_office(case, frappe.session.user):
		deadlines.responded(case, action.done_on)
		keep(case, "first_responded_on", "response_status")


def is_from_office(case, user: str) -> bool:
	"""Tell whether a user's words are those of the case's office: who else writes of an emergency has not taken it."""
	if case.priority != EMERGENCY or not case.posting:
		return True
	return bool({case.posting, *postings.superiors_of(case.posting)} & set(postings.held_by(user)))


def not_heard(name: str, lost: Sequence[tuple[str, datetime]]) -> None:
	"""Take back what words counted for that have not reached the citizen; `lost` is who wrote them, and when.

	What was done otherwise counts as it did, and so do words that arrived.
	"""
	case = frappe.get_doc("Grievance", name, for_update=True)
	steps = frappe.get_all(
		"Grievance Action",
		{"reference_doctype": case.doctype, "reference_name": name},
		["action", "actor", "done_on", "from_status", "to_status", "visible_to_citizen"],
		order_by="done_on, creation",
	)
	in_vain = []
	for actor, on in lost:
		# The record is made in the transaction that queues the words, after them.
		record = next((each for each in steps if is_reply(each, actor) and each.done_on >= on), None)
		if record:
			steps.remove(record)
			in_vain.append(record.done_on)
	if case.citizen_informed_on in in_vain:
		heard = [each.done_on for each in steps if is_reply(each) or informing.is_of_substance(each)]
		values = {"citizen_informed_on": heard[-1] if heard else None}
		frappe.db.set_value("Grievance", name, values, update_modified=False)
	if case.first_responded_on in in_vain:
		deadlines.take_response_back(case)
		responses = [
			each.done_on
			for each in steps
			if (is_reply(each) and is_from_office(case, each.actor)) or is_response(each)
		]
		if responses:
			deadlines.responded(case, responses[0])
		timers.schedule(case)
		keep(case, "first_responded_on", "response_status", "next_check_on")


def is_reply(step, actor: str = "") -> bool:
	return step.action == REPLIED and actor in ("", step.actor)


def is_response(step) -> bool:
	"""Tell whether a step is a move that is a response: any but those that give a case to its office."""
	return bool(step.from_status and step.to_status) and step.to_status not in informing.NOT_TOLD


def keep(case, *fields: str) -> None:
	"""Store fields of a case so that whoever has the form open can still save it."""
	values = {field: case.get(field) for field in fields}
	frappe.db.set_value("Grievance", case.name, values, update_modified=False)
