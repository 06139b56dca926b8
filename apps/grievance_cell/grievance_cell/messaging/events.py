"""The inbox's table: every webhook's events are stored here before it is answered."""

import hashlib
import json
import zlib
from datetime import datetime

import frappe
from frappe.utils import now_datetime

MESSAGE, STATUS, ERROR, INTERNAL = "Message", "Status", "Error", "Internal"
PENDING, PROCESSED, FAILED = "Pending", "Processed", "Failed"

# Conversations are spread over this many drains; one citizen's events always fall to the same.
SHARDS = 16


def shard_of(conversation_key: str) -> int:
	return zlib.crc32(conversation_key.encode()) % SHARDS


def key_of(*parts: str) -> str:
	"""Hash what makes an event the same event: channel, kind, id and, of a status, its state."""
	return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def event(
	kind: str,
	key: str,
	*,
	payload: dict,
	channel: str | None = None,
	conversation_key: str = "",
	timestamp: datetime | None = None,
	error: str = "",
) -> dict:
	"""Describe an event for `store`. One with an error is kept as Failed from the start: it can't be worked on."""
	return {
		"event_key": key,
		"channel": channel,
		"conversation_key": conversation_key,
		"kind": kind,
		"shard": shard_of(conversation_key),
		"timestamp": timestamp,
		"payload": json.dumps(payload, ensure_ascii=False),
		"state": FAILED if error else PENDING,
		"error": error or None,
	}


def store(events: list[dict]) -> None:
	"""Insert events in one statement; one that is there already is left as it is.

	ON DUPLICATE KEY UPDATE and not INSERT IGNORE, which would also truncate in silence. The only place that writes
	Chat Events by SQL: a Document a row would cost a dozen statements an acknowledgement.
	"""
	if not events:
		return
	now, user = now_datetime(), frappe.session.user
	columns = list(events[0])
	row = "(nextval(`chat_event_id_seq`), %s, %s, %s, %s, %s, " + ", ".join(["%s"] * len(columns)) + ")"
	values: list = []
	for each in events:
		timestamp = each["timestamp"] or now
		values += [
			now,
			now,
			user,
			user,
			now,
			*({**each, "timestamp": timestamp}[column] for column in columns),
		]
	frappe.db.sql(
		f"""insert into `tabChat Event`
		(name, creation, modified, owner, modified_by, received_on, {", ".join(f"`{c}`" for c in columns)})
		values {", ".join([row] * len(events))}
		on duplicate key update event_key = event_key""",
		values,
	)


def tell_session(channel: str, conversation_key: str, reason: str, payload: dict) -> None:
	"""Put something of our own into a conversation's order: a notice with buttons, an officer's question, a timeout."""
	key = key_of(channel, INTERNAL, conversation_key, reason, json.dumps(payload, sort_keys=True))
	store([event(INTERNAL, key, channel=channel, conversation_key=conversation_key, payload=payload)])
