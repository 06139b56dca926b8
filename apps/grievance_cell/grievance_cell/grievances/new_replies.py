"""Which cases wait for their office to read what the citizen has said: noted on the case, so that a list finds them."""

import frappe

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, category_of
from grievance_cell.grievances.lifecycle import FIRST_STATUS
from grievance_cell.grievances.numbers import REVEALED
from grievance_cell.grievances.own_cases import INFORMATION_ADDED, REMINDED, SAYS_SETTLED

# What a citizen says besides moving their case.
SAID = (INFORMATION_ADDED, REMINDED, SAYS_SETTLED)
# Who calls has not answered yet.
NO_ANSWER = (REVEALED,)


def on_action(action, method: str | None = None) -> None:
	"""Note that a citizen has said something on a case, or that a person in an office has done something since.

	For Grievance Action, after_insert. What timers do (as Administrator) changes nothing.
	"""
	if action.reference_doctype != "Grievance":
		return
	if action.actor == bot_user():
		moved = action.from_status and action.from_status != FIRST_STATUS
		if moved and category_of(action.to_status) == CLOSED:
			# It is settled or withdrawn: nobody waits for an answer.
			_note(action, 0)
		elif moved or action.action in SAID:
			_note(action, 1)
	elif action.actor != "Administrator" and action.action not in NO_ANSWER:
		_note(action, 0)


def _note(action, waits: int) -> None:
	case = action.flags.document
	if case.get("new_reply") != waits:
		# An officer who has the form open can still save.
		frappe.db.set_value("Grievance", case.name, "new_reply", waits, update_modified=False)
		case.new_reply = waits
