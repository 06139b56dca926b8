"""Citizens who change their number or their WhatsApp id: their talk and their cases go with them.

Meta tells of it in a message of type `system`: `user_changed_number` (`from`, the new `wa_id`) or
`user_changed_user_id`; either may bring `previous_user_id` and the new `user_id`.
"""

import frappe
from frappe import _

from grievance_cell.messaging.events import shard_of

CHANGES = ("user_changed_number", "user_changed_user_id")


def follow(message: dict) -> None:
	"""Give a citizen and their sessions the new number and id, in the transaction of the caller.

	Never two citizens in one: where somebody else has the new number already, people have to look at it.
	"""
	system = message.get("system")
	if not isinstance(system, dict) or system.get("type") not in CHANGES:
		return
	old_number, new_number = str(message.get("from") or ""), str(system.get("wa_id") or "")
	if old_number.isdecimal() and new_number.isdecimal():
		change("mobile_no", f"+{old_number}", f"+{new_number}")
		rename_sessions(old_number, new_number)
	old_id, new_id = str(system.get("previous_user_id") or ""), str(system.get("user_id") or "")
	if old_id and new_id:
		change("whatsapp_id", old_id, new_id)
		rename_sessions(old_id, new_id)


def text_of(message: dict) -> str:
	system = message.get("system")
	return str(system.get("body") or "") if isinstance(system, dict) else ""


def change(field: str, old: str, new: str) -> None:
	name = frappe.db.get_value("Citizen", {field: old})
	if not name or old == new:
		return
	citizen = frappe.get_doc("Citizen", name)
	other = frappe.db.get_value("Citizen", {field: new})
	if other:
		text = _("WhatsApp says that this citizen is now {0}, which is {1}. They were not joined.")
		citizen.add_comment("Info", text.format(new, other))
		return
	citizen.set(field, new)
	citizen.save(ignore_permissions=True)


def rename_sessions(old: str, new: str) -> None:
	"""Let the talks under a key go on under another, but for channels where that one has a talk already."""
	for session in frappe.get_all("Chat Session", {"conversation_key": old}, ["name", "channel"]):
		if frappe.db.exists("Chat Session", {"channel": session.channel, "conversation_key": new}):
			continue
		frappe.db.set_value("Chat Session", session.name, "conversation_key", new)
		frappe.db.sql(
			"update `tabChat Message` set shard = %s where session = %s and state = 'Queued'",
			(shard_of(new), session.name),
		)
