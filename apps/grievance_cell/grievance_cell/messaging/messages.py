"""The table of messages in and out: the only place that writes Chat Messages' rows anew."""

import json
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.engine import Choice, Reply
from grievance_cell.messaging.events import shard_of

# What a Text column of 64 KB holds in any script; a longer message is whole in the payload.
LONGEST_TEXT = 16_000
LONGEST_NAME = 140
FIRST_LOOK = timedelta(minutes=2)


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
	purpose: str = "Service",
) -> int:
	"""Put a message into the outbox, in this transaction; whoever commits it wakes the outbox or drains it."""
	return _insert(
		direction="Out",
		state="Queued",
		session=session.name,
		citizen=session.citizen,
		shard=shard_of(session.conversation_key),
		message_type="interactive" if reply.choices or reply.asks_location else "text",
		purpose=purpose,
		text=reply.text[:LONGEST_TEXT],
		reference_doctype=reference_doctype,
		reference_name=reference_name,
		payload=json.dumps(
			{
				"choices": [[c.value, c.label, c.description, c.is_group] for c in reply.choices],
				"asks_location": reply.asks_location,
			},
			ensure_ascii=False,
		),
	)


def reply_of(message) -> Reply:
	"""Read a queued message back as what was to be said."""
	payload = json.loads(message.payload or "{}")
	return Reply(
		message.text or "",
		tuple(Choice(*choice) for choice in payload.get("choices", ())),
		bool(payload.get("asks_location")),
	)


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
	return row["name"]
