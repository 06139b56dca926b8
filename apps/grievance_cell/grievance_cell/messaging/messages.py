"""The table of messages in and out: the only place that writes Chat Messages' rows anew."""

import json
from dataclasses import astuple
from datetime import datetime, timedelta

import filetype
import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Choice, Pin, Reply
from grievance_cell.messaging import live, muted_hours
from grievance_cell.messaging.events import shard_of

# What a Text column of 64 KB holds in any script; a longer message is whole in the payload.
LONGEST_TEXT = 16_000
LONGEST_NAME = 140
# Ends the request key of the words beside a sound, which are a message of their own.
FOLLOWS_SOUND = "-text"
FIRST_LOOK = timedelta(minutes=2)
# What WhatsApp takes from us, by what the first bytes say.
MB = 1024 * 1024
LARGEST_IMAGE, LARGEST_SOUND, LARGEST_DOCUMENT = 5 * MB, 16 * MB, 100 * MB
PHOTOS = {"jpg", "png"}
SOUNDS = {"ogg", "mp3", "m4a", "aac", "amr"}
PAPERS = {*PHOTOS, "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx"}


def insert_inbound(session, event, message: dict, *, text: str, media: dict | None) -> int:
	"""Store a citizen's message; its id is unique, so a second time raises a duplicate-key error."""
	return _insert(
		direction="In",
		state="Received",
		session=session.name,
		citizen=session.citizen,
		shard=event.shard,
		message_id=str(message.get("id")),
		message_type=str(message.get("type"))[:LONGEST_NAME],
		text=text[:LONGEST_TEXT],
		media_id=str(media["id"]) if media else None,
		media_state="Pending" if media else None,
		# The sweeper looks from then on, should the job that fetches the file be lost.
		next_attempt_on=now_datetime() + FIRST_LOOK if media else None,
		payload=json.dumps(message, ensure_ascii=False),
	)


def queue(
	session,
	reply: Reply,
	*,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	purpose: str = "",
	remark: str = "",
	language: str = "",
	is_answer: bool = False,
	request_key: str | None = None,
) -> int:
	"""Put a message into the outbox, in this transaction; whoever commits it wakes the outbox or drains it.

	`purpose` is Service, Utility or Marketing; without one a notice is Utility and anything else Service. `remark` is
	what a template may quote of an officer's words, should the reply, being a notice, have to go out as one; `language`
	is that of whom it is for, where that is not the citizen's. What is neither Service nor an answer waits in muted hours.
	`request_key` is of what an officer has written; a second one of the same raises a duplicate-key error.
	"""
	purpose = purpose or ("Utility" if reply.notice else "Service")
	return _insert_outgoing(
		session,
		message_type=type_of_reply(reply),
		purpose=purpose,
		next_attempt_on=None if is_answer else first_attempt_on(purpose, reference_doctype, reference_name),
		notice=reply.notice or None,
		request_key=request_key,
		text=reply.text[:LONGEST_TEXT],
		reference_doctype=reference_doctype,
		reference_name=reference_name,
		payload=json.dumps(
			{
				"choices": [[c.value, c.label, c.description, c.is_group] for c in reply.choices],
				"asks_location": reply.asks_location,
				"pin": reply.pin and astuple(reply.pin),
				"remark": remark,
				"language": language,
			},
			ensure_ascii=False,
		),
	)


def type_of_reply(reply: Reply) -> str:
	if reply.pin:
		return "location"
	return "interactive" if reply.choices or reply.asks_location else "text"


def queue_file(
	session,
	file: str,
	caption: str = "",
	*,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	purpose: str = "Service",
	request_key: str | None = None,
) -> int:
	"""Put a File into the outbox, as a photo, a sound or a document by its content; raises ValidationError for what can't be sent.

	WhatsApp has no caption on a sound: there it follows as a message of its own.
	"""
	content = frappe.get_doc("File", file).get_content()
	content = content.encode() if isinstance(content, str) else content
	kind = type_of_file(content)
	about = {"purpose": purpose, "reference_doctype": reference_doctype, "reference_name": reference_name}
	name = _insert_outgoing(
		session,
		message_type=kind,
		next_attempt_on=first_attempt_on(purpose, reference_doctype, reference_name),
		text="" if kind == "audio" else caption[:LONGEST_TEXT],
		file=file,
		request_key=request_key,
		**about,
	)
	if kind == "audio" and caption:
		queue(session, Reply(caption), request_key=request_key and request_key + FOLLOWS_SOUND, **about)
	return name


def first_attempt_on(purpose: str, doctype: str | None, name: str | None) -> datetime | None:
	"""Tell until when a message waits because of the hour; None for at once."""
	over_on = None if purpose == "Service" else muted_hours.over_on(now_datetime())
	return None if over_on and muted_hours.is_emergency(doctype, name) else over_on


def type_of_file(content: bytes) -> str:
	"""Tell as what WhatsApp takes a file: sounds, small photos as image, papers and larger photos as document."""
	extension = filetype.guess_extension(content)
	if extension in SOUNDS and len(content) <= LARGEST_SOUND:
		return "audio"
	if extension not in PAPERS or len(content) > LARGEST_DOCUMENT:
		frappe.throw(_("This file cannot be sent over WhatsApp"))
	return "image" if extension in PHOTOS and len(content) <= LARGEST_IMAGE else "document"


def queue_as_template(name: int) -> int:
	"""Put a notice that Meta refused outside the window into the outbox again, to go out as a template."""
	message = frappe.get_doc("Chat Message", name)
	session = frappe.db.get_value("Chat Session", message.session, ["name", "conversation_key"], as_dict=True)
	session.citizen = message.citizen
	kept = ("message_type", "purpose", "notice", "text", "reference_doctype", "reference_name", "payload")
	if message.request_key:
		# It stands in for what an officer has written, and is theirs as that was.
		kept += ("request_key", "owner", "creation")
		frappe.db.set_value("Chat Message", name, "request_key", None, update_modified=False)
	return _insert_outgoing(
		session,
		as_template=1,
		next_attempt_on=first_attempt_on(message.purpose, message.reference_doctype, message.reference_name),
		**{field: message.get(field) for field in kept},
	)


def _insert_outgoing(session, **values) -> int:
	return _insert(
		direction="Out",
		state="Queued",
		session=session.name,
		citizen=session.citizen,
		shard=shard_of(session.conversation_key),
		**values,
	)


def reply_of(message) -> Reply:
	"""Read a queued message back as what was to be said."""
	payload = json.loads(message.payload or "{}")
	pin = payload.get("pin")
	return Reply(
		message.text or "",
		tuple(Choice(*choice) for choice in payload.get("choices", ())),
		bool(payload.get("asks_location")),
		message.notice or "",
		pin=Pin(*pin) if pin else None,
	)


def remark_of(message) -> str:
	return json.loads(message.payload or "{}").get("remark") or ""


def language_of(message) -> str:
	return json.loads(message.payload or "{}").get("language") or ""


def _insert(**values) -> int:
	"""Insert one row by SQL: a turn of a conversation writes several, and none needs a Document's hooks."""
	now, user = now_datetime(), frappe.session.user
	row = {
		"name": frappe.db.get_next_sequence_val("Chat Message"),
		"creation": now,
		"modified": now,
		"owner": user,
		"modified_by": user,
		**values,
	}
	columns = ", ".join(f"`{column}`" for column in row)
	frappe.db.sql(
		f"insert into `tabChat Message` ({columns}) values ({', '.join(['%s'] * len(row))})",
		list(row.values()),
	)
	live.tell(values.get("reference_doctype"), values.get("reference_name"))
	return row["name"]
