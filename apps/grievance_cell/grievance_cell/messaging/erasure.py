"""What conversations forget when a citizen is erased."""

import frappe


def erase(citizen: str, keys: list[str], note: str) -> dict:
	"""Empty a citizen's sessions, messages and events (hook `erase_citizen`); returns how many rows of each.

	`keys` are numbers and ids under which a conversation may be kept. Nothing that still waits is sent or worked on.
	"""
	# Frappe takes "in" nothing for what is empty: whoever has no key, or no session, would get those of others.
	keyed = {"conversation_key": ("in", keys)} if keys else {}
	sessions = frappe.get_all(
		"Chat Session", or_filters={"citizen": citizen, **keyed}, fields=["name", "conversation_key"]
	)
	names = [session.name for session in sessions]
	known = {session.conversation_key for session in sessions} | set(keys)
	of_sessions = {"session": ("in", names)} if names else {}
	messages = frappe.get_all(
		"Chat Message", or_filters={"citizen": citizen, **of_sessions}, fields=["name", "state"]
	)
	of_keys = {"conversation_key": ("in", known)}
	events = frappe.get_all("Chat Event", of_keys, ["name", "state"]) if known else []
	delete_files([str(message.name) for message in messages])
	empty_messages(messages, note)
	for event in events:
		values = {"payload": "{}", "error": None, "state": "Processed", "conversation_key": note}
		frappe.db.set_value("Chat Event", event.name, values, update_modified=False)
	for name in names:
		# The key is unique on its channel; one who writes again is somebody new. Nobody is written to under the new one.
		values = {
			"conversation_key": f"{note} {name}",
			"citizen": None,
			"data": "{}",
			"flow": None,
			"step": None,
		}
		frappe.db.set_value("Chat Session", name, values, update_modified=False)
	return {"Chat Session": len(names), "Chat Message": len(messages), "Chat Event": len(events)}


def empty_messages(messages: list, note: str) -> None:
	"""Empty Chat Messages (rows with name and state); what still waits says nothing any more, and is not sent."""
	for message in messages:
		# Not "failed": that would be looked at, and there is nothing left to see.
		waits = {"state": "Sent"} if message.state in ("Queued", "Sending") else {}
		values = {
			"text": note,
			"payload": None,
			"error": None,
			"media_id": None,
			"media_state": None,
			"file": None,
		}
		frappe.db.set_value("Chat Message", message.name, {**values, **waits}, update_modified=False)


def delete_files(messages: list[str]) -> None:
	if not messages:
		return
	attached = {"attached_to_doctype": "Chat Message", "attached_to_name": ("in", messages)}
	for file in frappe.get_all("File", attached, pluck="name"):
		frappe.delete_doc("File", file, force=True, ignore_permissions=True, delete_permanently=True)
