"""The numbers that we send from: connected, paused, stopped until somebody has put it right, and resumed."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.messaging import mail
from grievance_cell.messaging.events import SHARDS
from grievance_cell.messaging.providers.whatsapp_cloud import WhatsAppCloud
from grievance_cell.messaging.wake import wake_after_commit

WORKING, STOPPED = "Working", "Stopped"
WHO_PUTS_IT_RIGHT = "Grievance Manager"


def connect(channel) -> WhatsAppCloud:
	token = channel.get_password("access_token", raise_exception=False) or ""
	return WhatsAppCloud(channel.api_url, channel.api_version, channel.phone_number_id, token)


def stop(name: str, code: int, reason: str) -> None:
	"""Stop sending on a channel and alert those who can put it right, once; its messages stay in the outbox."""
	if frappe.db.get_value("Chat Channel", name, "state", for_update=True) == STOPPED:
		return
	reason = f"{reason} ({code})"
	frappe.db.set_value(
		"Chat Channel", name, {"state": STOPPED, "stopped_on": now_datetime(), "stop_reason": reason}
	)
	subject = _("The WhatsApp number {0} cannot send any more: {1}").format(name, reason)
	users = frappe.get_all(
		"Has Role", {"role": WHO_PUTS_IT_RIGHT, "parenttype": "User"}, pluck="parent", distinct=True
	)
	for user in frappe.get_all("User", {"name": ("in", users), "enabled": 1}, ["name", "email"]):
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": user.name,
				"from_user": "Administrator",
				"subject": subject,
				"document_type": "Chat Channel",
				"document_name": name,
			}
		).insert(ignore_permissions=True)
		advice = _(
			"Put it right at Meta, renew the access token if that is what is missing, and press Resume."
		)
		mail.send(user.email, subject, f"{subject}\n\n{advice}", "Chat Channel", name)


def resume(name: str) -> None:
	"""Let a channel send again, beginning with what has been waiting."""
	frappe.db.set_value(
		"Chat Channel",
		name,
		{"state": WORKING, "stopped_on": None, "stop_reason": None, "paused_until": None},
	)
	frappe.db.sql(
		"""update `tabChat Message` message join `tabChat Session` session on session.name = message.session
		set message.next_attempt_on = null where message.state = 'Queued' and session.channel = %s""",
		name,
	)
	for shard in range(SHARDS):
		wake_after_commit("outbox", shard)


def pause(name: str, until: datetime) -> None:
	"""Let all messages of a channel wait, since it has sent too much."""
	frappe.db.set_value("Chat Channel", name, "paused_until", until, update_modified=False)
