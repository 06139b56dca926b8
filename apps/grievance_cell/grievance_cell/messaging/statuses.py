"""What became of a message that was sent: state only forward, and no conversation is locked for it."""

import json
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from grievance_cell.messaging import failures, live, templates
from grievance_cell.messaging.events import FAILED, PROCESSED

# How far each state is; what failed stays failed.
PROGRESS = {"Queued": 0, "Sending": 1, "Sent": 2, "Delivered": 3, "Read": 4, "Failed": 9}
FIELDS = "name, state, message_id, session, citizen, notice, as_template, template, reference_doctype, reference_name"
STATES = {"sent": "Sent", "delivered": "Delivered", "read": "Read", "played": "Read", "failed": "Failed"}
# A status may overtake the answer to our request; one that has matched nothing for a day is of no message of ours.
WAIT_FOR_MESSAGE = timedelta(days=1)
NEXT_LOOK = timedelta(seconds=30)


def apply(event) -> bool:
	"""Move the message that a status tells of; False to look again later, since it is not known yet."""
	payload = json.loads(event.payload)
	if "template" in payload:
		known = templates.apply_update(payload["account"], payload["template"])
		settle(event, None if known else "No template of ours")
		return True
	status = payload["status"]
	state = STATES.get(str(status.get("status")))
	message = find(status)
	if state and not message and now_datetime() - event.received_on < WAIT_FOR_MESSAGE:
		frappe.db.sql(
			"update `tabChat Event` set next_attempt_on = %s, attempts = 0 where name = %s",
			(now_datetime() + NEXT_LOOK, event.name),
		)
		return False
	if state and message and PROGRESS[state] > PROGRESS[message.state]:
		changes = {"state": state, "message_id": message.message_id or status.get("id")}
		if state == "Failed":
			changes |= reason_of(status)
		frappe.db.set_value("Chat Message", message.name, changes)
		live.tell(message.reference_doctype, message.reference_name)
		if state == "Failed":
			failures.follow_up(message, changes["error_code"], changes["error"])
	settle(event, None if message else "No message of ours" if state else "Unknown status")
	return True


def settle(event, problem: str | None) -> None:
	frappe.db.sql(
		"update `tabChat Event` set state = %s, error = %s, next_attempt_on = null where name = %s",
		(FAILED if problem else PROCESSED, problem, event.name),
	)


def reason_of(status: dict) -> dict:
	"""Read why a message failed; what Meta does not say in its own shape is shown as it is."""
	try:
		error = status["errors"][0]
		details = (error.get("error_data") or {}).get("details")
		return {"error_code": int(error["code"]), "error": str(details or error.get("title") or "")[:500]}
	except (KeyError, IndexError, TypeError, ValueError, AttributeError):
		return {"error_code": 0, "error": str(status.get("errors"))[:500]}


def find(status: dict):
	"""Find the message of a status: by Meta's id, or by ours where the answer with that id never reached us."""
	by_id = frappe.db.sql(
		f"select {FIELDS} from `tabChat Message` where message_id = %s and direction = 'Out' for update",
		str(status.get("id")),
		as_dict=True,
	)
	if by_id:
		return by_id[0]
	ours = str(status.get("biz_opaque_callback_data") or "")
	if not ours.isdecimal():
		return None
	found = frappe.db.sql(
		f"select {FIELDS} from `tabChat Message` where name = %s and direction = 'Out' for update",
		int(ours),
		as_dict=True,
	)
	return found[0] if found else None
