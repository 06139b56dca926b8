"""What the citizen is told when something happens to a case."""

import frappe
from frappe import _

from grievance_cell.conversations.engine import Reply
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.doctype.grievance_status.grievance_status import RESOLVED, category_of
from grievance_cell.messaging import events, messages, sessions
from grievance_cell.messaging.wake import wake_after_commit
from grievance_cell.organisation.areas import ancestors


def on_action(action, method: str | None = None) -> None:
	"""Tell the citizen of a step of their case (Grievance Action, after_insert).

	Not of what they did themselves, which the bot answers in the talk, and not that the case went to its officer, which
	the acknowledgement says already.
	"""
	if action.reference_doctype != "Grievance" or not action.visible_to_citizen or action.actor == bot_user():
		return
	if action.from_status and action.to_status == "Assigned":
		return
	case = frappe.get_doc("Grievance", action.reference_name)
	if not case.citizen:
		return
	conversation = conversation_of(case)
	if not conversation:
		return
	shard = events.shard_of(conversation[1])
	if category_of(action.to_status) == RESOLVED:
		events.tell_session(
			*conversation, reason=str(action.name), payload={"case": case.name, "text": action.remark or ""}
		)
		wake_after_commit("inbox", shard)
	else:
		messages.queue(
			sessions.get(*conversation),
			Reply(status_notice(case, action)),
			reference_doctype=case.doctype,
			reference_name=case.name,
		)
		wake_after_commit("outbox", shard)


def conversation_of(case) -> tuple[str, str] | None:
	"""Find where to write to a citizen: the latest talk, else the number on the channel that serves the area."""
	talks = frappe.get_all(
		"Chat Session",
		{"citizen": case.citizen},
		["channel", "conversation_key"],
		order_by="last_inbound_on desc",
		limit=1,
	)
	if talks:
		return talks[0].channel, talks[0].conversation_key
	number = frappe.db.get_value("Citizen", case.citizen, "mobile_no")
	channel = channel_for(case.area)
	return (channel, number.lstrip("+")) if number and channel else None


def channel_for(area: str) -> str | None:
	"""Name the channel that serves an area: the one of the nearest area upwards, else one that serves all."""
	above = [each.name for each in ancestors(area)]
	channels = frappe.get_all("Chat Channel", {"enabled": 1}, ["name", "default_area"], order_by="creation")
	serving = [channel for channel in channels if not channel.default_area or channel.default_area in above]
	nearest = min(
		serving,
		key=lambda channel: above.index(channel.default_area) if channel.default_area else len(above),
		default=None,
	)
	return nearest and nearest.name


def status_notice(case, action) -> str:
	language = frappe.db.get_value("Citizen", case.citizen, "language")
	label = frappe.get_cached_value("Grievance Status", action.to_status, "citizen_label")
	if not action.from_status:
		return _("Your case is registered with number {0}, department {1}.", language).format(
			case.name, _(case.department, language)
		)
	return _("Your case {0} stands at: {1}", language).format(case.name, _(label, language))
