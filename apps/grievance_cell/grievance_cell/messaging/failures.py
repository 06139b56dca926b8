"""What follows from a message that failed, whether Meta said so at once or in a status."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.grievances import citizens
from grievance_cell.messaging import channels, messages, replies, templates
from grievance_cell.messaging.providers.errors import (
	DISTRUST_TEMPLATE,
	OUR_MISTAKE,
	OUTSIDE_WINDOW,
	PAUSE,
	STOP,
	UNREACHABLE,
	remedy_of,
)


def follow_up(message, code: int, reason: str) -> None:
	"""Do what a failure asks for, in the transaction of the caller; `message` is the failed Chat Message's row."""
	if code == OUTSIDE_WINDOW and message.notice and not (message.as_template or message.template):
		# Not lost yet, and so not to be shown as lost.
		messages.queue_as_template(message.name)
		return
	put_right(message, code, reason)
	remedy = remedy_of(code)
	if remedy.kind == UNREACHABLE:
		mark_unreachable(message.citizen)
	elif remedy.kind == OUR_MISTAKE:
		frappe.log_error(title=f"Chat Message {message.name} was refused: {code}", message=reason)
	replies.take_back(message)
	show_failure(message, code, reason)


def put_right(message, code: int, reason: str) -> None:
	"""Do what an error asks for that is not of this message alone: of its number, or of its template."""
	remedy = remedy_of(code)
	channel = frappe.db.get_value("Chat Session", message.session, "channel")
	if remedy.kind == STOP:
		channels.stop(channel, code, reason)
	elif remedy.kind == PAUSE:
		channels.pause(channel, now_datetime() + timedelta(seconds=remedy.seconds))
	elif remedy.kind == DISTRUST_TEMPLATE and message.template:
		account = frappe.db.get_value("Chat Channel", channel, "business_account_id")
		templates.distrust(message.template, account, code, reason)


def mark_unreachable(citizen: str | None) -> None:
	if citizen and not frappe.db.get_value("Citizen", citizen, "unreachable_since"):
		frappe.db.set_value("Citizen", citizen, "unreachable_since", now_datetime(), update_modified=False)


def mark_reachable(citizen: str) -> None:
	"""Note that a citizen has written: their number can be reached again."""
	if frappe.db.get_value("Citizen", citizen, "unreachable_since"):
		frappe.db.set_value("Citizen", citizen, "unreachable_since", None, update_modified=False)


def show_failure(message, code: int, reason: str) -> None:
	"""Tell the officer on the case's timeline that the citizen did not get a message, and why; of an officer's, nothing."""
	if not message.reference_name:
		return
	document = frappe.get_doc(message.reference_doctype, message.reference_name)
	if not message.citizen or message.citizen != citizens.of_case(document):
		return
	text = _("A WhatsApp message did not reach the citizen: {0}").format(reason)
	document.add_comment("Info", f"{text} ({code})" if code else text)
