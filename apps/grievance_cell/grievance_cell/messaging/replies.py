"""What an officer writes to a citizen from the form of a case: free text or a file in WhatsApp's window, else a template.

It goes into the outbox in the transaction that records it, once for each `key` that the form makes up for what was
written: a second click, or a request that is sent again, sends nothing twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime, now_datetime

from grievance_cell.conversations.model import Reply
from grievance_cell.grievances import citizens, lifecycle, responses
from grievance_cell.messaging import (
	channels,
	events,
	messages,
	notices,
	recipients,
	sessions,
	templates,
	window,
)
from grievance_cell.messaging.wake import wake_after_commit

TEXT, TEMPLATE = "text", "template"
LONGEST_TEXT, LONGEST_CAPTION, LONGEST_KEY = 4096, 1024, 40
# What one citizen may be sent by hand in a minute.
MOST_A_MINUTE = 10
# Stands in a template's preview for the words that the officer has still to write.
REMARK = "\ue000"
ENGLISH = "en"


@dataclass
class Way:
	"""How a citizen can be written to now: as `text`, by a `template`, or, `kind` being empty, not at all because of `why`.

	`until` is when the window closes or has closed, None if they never wrote; `notes` is what else is good to know.
	"""

	kind: str = ""
	why: str = ""
	until: datetime | None = None
	notes: list[str] = field(default_factory=list)
	citizen: str | None = None
	channel: str | None = None
	conversation_key: str = ""
	language: str = ""


def way_to(document) -> Way:
	"""Find out how the citizen of a case can be written to."""
	citizen = citizens.of_case(document)
	if document.get("parent_grievance"):
		whole = document.parent_grievance
		return Way(why=_("This is a part of {0}: the citizen is written to there").format(whole))
	if not citizen:
		return Way(why=_("It is not known whose case this is"))
	recipient = next(recipients.citizen(citizen), recipients.Recipient())
	conversation = notices.conversation_of(recipient, document.get("area"))
	if not conversation:
		return Way(why=_("No WhatsApp number of the citizen is known, or no channel serves the place"))
	known = frappe.db.get_value(
		"Citizen", citizen, ["blocked", "unreachable_since", "announcements_opt_out"], as_dict=True
	)
	if known.blocked:
		return Way(why=_("This citizen is blocked"))
	channel = frappe.db.get_value("Chat Channel", conversation[0], ["name", "enabled", "state"], as_dict=True)
	if not channel.enabled:
		return Way(why=_("The WhatsApp number {0} is switched off").format(channel.name))
	heard_on = frappe.db.get_value(
		"Chat Session", {"channel": conversation[0], "conversation_key": conversation[1]}, "last_inbound_on"
	)
	return Way(
		kind=TEXT if window.is_open(heard_on, now_datetime()) else TEMPLATE,
		until=heard_on and get_datetime(heard_on) + window.WINDOW,
		notes=_notes(known, channel),
		citizen=citizen,
		channel=conversation[0],
		conversation_key=conversation[1],
		language=notices.language_of(recipient, conversation),
	)


def _notes(citizen, channel) -> list[str]:
	notes = []
	if channel.state == channels.STOPPED:
		notes.append(
			_("The WhatsApp number {0} cannot send now: what you write waits until it can").format(
				channel.name
			)
		)
	if citizen.unreachable_since:
		since = format_datetime(citizen.unreachable_since)
		notes.append(_("Nothing has reached this number since {0}").format(since))
	if citizen.announcements_opt_out:
		notes.append(_("The citizen wants no announcements. About the own case you may write"))
	return notes


def question_move(document) -> str:
	"""Name the move by which the user may ask the citizen and wait for the answer, "" where there is none."""
	moves = lifecycle.moves_of_role(document)
	return next((move.action for move in moves if lifecycle.waits_for_citizen(move.next_state)), "")


# sending


def send_text(document, text: str, key: str) -> None:
	"""Write to the citizen of a case; only in the 24-hour window."""
	text = (text or "").strip()
	if not text:
		frappe.throw(_("Write something first"))
	refuse_longer(text, LONGEST_TEXT)

	def put(session, way):
		messages.queue(session, Reply(text), **_about(document), request_key=key, purpose="Service")

	_send(document, key, TEXT, put)


def send_file(document, file: str, caption: str, key: str) -> None:
	"""Send a File that is attached to the case, as a photo, a sound or a document; only in the window."""
	caption = (caption or "").strip()
	refuse_longer(caption, LONGEST_CAPTION)
	kept = frappe.db.get_value("File", file, ["attached_to_doctype", "attached_to_name"])
	if kept != citizens.keeper_of_files(document.doctype, document.name):
		frappe.throw(_("Only a file of this case can be sent"), frappe.PermissionError)

	def put(session, way):
		messages.queue_file(session, file, caption, **_about(document), request_key=key)

	_send(document, key, TEXT, put)


def send_template(document, notice: str, remark: str, key: str) -> None:
	"""Write by an approved template, `remark` being the officer's own words in it, if it has a place for them."""
	remark = " ".join((remark or "").split())

	def put(session, way):
		template = next((each for each in _offered(way) if each.notice == notice), None)
		if not template:
			frappe.throw(_("This template is not approved for the citizen's WhatsApp number"))
		if wants_remark(template) and not remark:
			frappe.throw(_("Write something first"))
		values = templates.fill(template, document, remark)
		if wants_remark(template) and not any(remark in value for value in values):
			# Said in part it may say something else.
			refuse_longer(remark, min(_longest_remark(template, document), len(remark) - 1))
		said = templates.text(template, values)
		refuse_longer(said, templates.LONGEST_BODY)
		reply = Reply(said, notice=notice)
		messages.queue(
			session, reply, **_about(document), request_key=key, remark=remark, language=template.language
		)

	_send(document, key, TEMPLATE, put)


def _send(document, key: str, kind: str, put: Callable) -> None:
	if not key or len(key) > LONGEST_KEY:
		frappe.throw(_("The form has to be loaded again"))
	if frappe.db.exists("Chat Message", {"request_key": key}):
		return
	way = way_to(document)
	if not way.kind:
		frappe.throw(way.why)
	if kind == TEXT and way.kind != TEXT:
		frappe.throw(_("The citizen has not written for 24 hours: only a template can be sent now"))
	session = sessions.get(way.channel, way.conversation_key)
	# The talk of one who never wrote knows nobody.
	session.citizen = way.citizen
	_refuse_too_many(session.name)
	frappe.db.savepoint("reply")
	try:
		put(session, way)
	except Exception as error:
		if not frappe.db.is_duplicate_entry(error):
			raise
		# The same was under way already, and is there now.
		return frappe.db.rollback(save_point="reply")
	if document.doctype == "Grievance":
		responses.replied(document)
		# What the citizen says now is for the officer. Not in this transaction: the talk is locked before the case.
		told = {"notice": "written", "case": document.name}
		events.tell_session(way.channel, way.conversation_key, reason=key, payload=told)
		wake_after_commit("inbox", events.shard_of(way.conversation_key))
	wake_after_commit("outbox", events.shard_of(way.conversation_key))


def take_back(message) -> None:
	"""See that an officer's words that did not reach the citizen count for nothing; `message` is the failed Chat Message's row."""
	if message.reference_doctype != "Grievance":
		return
	lost = [each for each in _written_in(message.reference_name) if each.state == "Failed"]
	if message.name not in [each.name for each in lost]:
		return
	responses.not_heard(message.reference_name, [(each.owner, each.creation) for each in lost])
	if _awaits_answer(message):
		return
	channel, key = frappe.db.get_value("Chat Session", message.session, ["channel", "conversation_key"])
	told = {"notice": "lost", "case": message.reference_name}
	events.tell_session(channel, key, reason=str(message.name), payload=told)
	wake_after_commit("inbox", events.shard_of(key))


def _written_in(case: str) -> list:
	"""List what officers have written in a case; the words that follow a sound are no reply of their own."""
	written = frappe.get_all(
		"Chat Message",
		{"reference_doctype": "Grievance", "reference_name": case, "request_key": ("is", "set")},
		["name", "session", "state", "owner", "creation", "request_key"],
		order_by="creation",
	)
	return [each for each in written if not each.request_key.endswith(messages.FOLLOWS_SOUND)]


def _awaits_answer(message) -> bool:
	"""Tell whether the citizen has something else of an officer before them that they may answer."""
	since = now_datetime() - window.WINDOW
	return any(
		each.session == message.session and each.state != "Failed" and each.creation > since
		for each in _written_in(message.reference_name)
	)


def _about(document) -> dict:
	return {"reference_doctype": document.doctype, "reference_name": document.name}


def refuse_longer(text: str, most: int) -> None:
	if len(text) > most:
		frappe.throw(_("This is too long: {0} characters, and WhatsApp takes {1}").format(len(text), most))


def _refuse_too_many(session: str) -> None:
	lately = {
		"session": session,
		"request_key": ("is", "set"),
		"creation": (">", now_datetime() - timedelta(minutes=1)),
	}
	if frappe.db.count("Chat Message", lately) >= MOST_A_MINUTE:
		frappe.throw(_("That is a lot at once. Please wait a minute, or write it in one message"))


# templates


def offered_templates(document) -> list[dict]:
	"""List the templates that can be sent now: notice, `text` as it will be read, `wants_remark`, `longest_remark` in characters.

	In the text of one that wants a remark, REMARK stands where the officer's words go.
	"""
	way = way_to(document)
	return [
		{
			"notice": template.notice,
			"text": templates.text(template, templates.fill(template, document, REMARK)),
			"wants_remark": wants_remark(template),
			"longest_remark": _longest_remark(template, document),
		}
		for template in (_offered(way) if way.kind else [])
	]


def wants_remark(template) -> bool:
	return any(re.search(r"\bremark\b", parameter.value) for parameter in template.parameters)


def _longest_remark(template, document) -> int:
	"""Tell how many characters of an officer's own words a template takes beside what else it says of a case."""
	filled = "".join(templates.fill(template, document, REMARK * templates.LONGEST_BODY))
	# The last one gave its place to the ellipsis.
	return filled.count(REMARK) + 1 if REMARK in filled else 0


def _offered(way: Way) -> list:
	"""List the templates for officers that Meta has approved for a number, each in the first language that has it."""
	account, default = frappe.db.get_value(
		"Chat Channel", way.channel, ["business_account_id", "default_language"]
	)
	languages = list(dict.fromkeys(filter(None, (way.language, default, ENGLISH))))
	known = frappe.get_all(
		"Chat Template",
		{"enabled": 1, "offered_to_officers": 1},
		pluck="notice",
		distinct=True,
		order_by="notice",
	)
	found = (templates.find(notice, languages, account) for notice in known)
	# What the officer writes themselves comes first.
	return sorted(filter(None, found), key=lambda template: not wants_remark(template))
