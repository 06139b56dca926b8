"""What the citizen is told when something happens to a case."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Reply
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED, category_of
from grievance_cell.grievances.lifecycle import ASSIGNED_STATUS, waits_for_citizen
from grievance_cell.messaging import events, mail, messages, sessions, templates, window
from grievance_cell.messaging.wake import wake_after_commit
from grievance_cell.organisation.areas import ancestors

# All that a citizen may be told out of the blue. Each has a Chat Template in every language that we ship.
REGISTERED, STATUS, QUESTION, SETTLED = "registered", "status", "question", "settled"
CLOSING, TRANSFERRED = "closed", "transferred"
NOTICES = (REGISTERED, STATUS, QUESTION, SETTLED, CLOSING, TRANSFERRED)
# These are asked in the conversation's own turn, by the bot, since the answer is taken there.
ASKED = (QUESTION, SETTLED)

ENGLISH = "en"


def on_action(action, method: str | None = None) -> None:
	"""Tell the citizen of a step of their case (Grievance Action, after_insert), by e-mail too where they have one.

	Not of what they did themselves, which the bot answers in the talk.
	"""
	if action.reference_doctype != "Grievance" or not action.visible_to_citizen or action.actor == bot_user():
		return
	notice = notice_of(action)
	case = frappe.get_doc("Grievance", action.reference_name) if notice else None
	if not case or not case.citizen:
		return
	citizen = frappe.get_doc("Citizen", case.citizen)
	conversation = conversation_of(case)
	language = citizen.language or default_language(conversation)
	if citizen.email:
		said = text_of(notice, case, action.remark or "", language)
		subject = _("Your case {0}", language).format(case.name)
		mail.send(citizen.email, subject, said, case.doctype, case.name)
	if conversation:
		tell(notice, conversation, case, action, language)


def notice_of(action) -> str:
	"""Name the notice that a step is told with, "" for none: that a case went to its officer is said already."""
	if action.action == "Transferred":
		return TRANSFERRED if action.to_department != action.from_department else ""
	if not action.from_status:
		return REGISTERED if action.to_status else ""
	if waits_for_citizen(action.to_status):
		return QUESTION
	if action.to_status == ASSIGNED_STATUS:
		return ""
	return {RESOLVED: SETTLED, CLOSED: CLOSING}.get(category_of(action.to_status), STATUS)


def text_of(notice: str, case, remark: str, language: str) -> str:
	"""Say a notice in the words of its template, whether or not Meta has approved that."""
	template = templates.find(notice, [language, ENGLISH])
	if template:
		return templates.text(template, templates.fill(template, case, remark))
	with templates.speaking(language):
		return _("Your case {0} stands at: {1}").format(case.name, templates.status_of(case))


def tell(notice: str, conversation: tuple[str, str], case, action, language: str) -> None:
	shard = events.shard_of(conversation[1])
	if notice == SETTLED and case.resolution_photo:
		show_proof(case, sessions.get(*conversation))
	if notice in ASKED:
		payload = {"notice": notice, "case": case.name, "text": action.remark or ""}
		events.tell_session(*conversation, reason=str(action.name), payload=payload)
		wake_after_commit("inbox", shard)
		return
	messages.queue(
		sessions.get(*conversation),
		Reply(text_of(notice, case, action.remark or "", language), notice=notice),
		reference_doctype=case.doctype,
		reference_name=case.name,
		remark=action.remark or "",
	)
	wake_after_commit("outbox", shard)


def show_proof(case, session) -> None:
	"""Send the photo of what was done, where WhatsApp's window lets it through; the words come without it as well."""
	file = frappe.db.get_value("File", {"file_url": case.resolution_photo})
	if not file or not window.is_open(session.last_inbound_on, now_datetime()):
		return
	try:
		messages.queue_file(session, file, reference_doctype=case.doctype, reference_name=case.name)
	except (OSError, frappe.ValidationError):
		# The officer's word counts; that its picture can't be sent must not undo it.
		frappe.clear_messages()
		frappe.log_error(title=f"The photo of {case.name} could not be sent")


def default_language(conversation: tuple[str, str] | None) -> str:
	return (
		conversation and frappe.get_cached_value("Chat Channel", conversation[0], "default_language")
	) or ENGLISH


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
