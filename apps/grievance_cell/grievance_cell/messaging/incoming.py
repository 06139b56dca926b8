"""Read a webhook's message as the engine's event, and what was written as text that stays text."""

import json
from dataclasses import dataclass, replace

from grievance_cell.conversations.model import Event
from grievance_cell.messaging.events import INTERNAL
from grievance_cell.plain_text import plain

MEDIA_TYPES = ("image", "audio", "video", "document", "sticker")
LONGEST_MEDIA_ID = 140


@dataclass(frozen=True)
class Contact:
	"""Who wrote: the number as E.164 and the business-scoped id, either of which may be missing."""

	mobile_no: str | None = None
	whatsapp_id: str | None = None


def read(stored) -> tuple[Event, Contact]:
	"""Read a stored Chat Event. Whatever is not understood becomes an event of kind `unknown`, never an error."""
	payload = json.loads(stored.payload)
	if stored.kind == INTERNAL:
		# What was stored before notices had names was always this one.
		kind = payload.get("notice") or "settled"
		return Event(kind, text=payload.get("text", ""), case=payload.get("case", "")), Contact()
	message, profile = payload["message"], payload.get("contact") or {}
	name = _dict(profile.get("profile")).get("name") or ""
	number = str(message.get("from") or profile.get("wa_id") or "")
	contact = Contact(f"+{number}" if number.isdecimal() else None, profile.get("user_id"))
	event = _event(message)
	return replace(event, text=plain(event.text), profile_name=plain(str(name))), contact


def _event(message: dict) -> Event:
	kind = str(message.get("type"))
	body = message.get(kind)
	if not isinstance(body, dict):
		return Event("unknown")
	if kind == "text":
		return Event("text", text=str(body.get("body") or ""))
	if kind == "interactive":
		reply = _dict(body.get(str(body.get("type"))))
		return Event("choice", text=str(reply.get("title") or ""), choice=str(reply.get("id") or ""))
	if kind == "button":
		return Event("choice", text=str(body.get("text") or ""), choice=str(body.get("payload") or ""))
	if kind == "location":
		try:
			return Event("location", latitude=float(body["latitude"]), longitude=float(body["longitude"]))
		except (KeyError, TypeError, ValueError):
			return Event("unknown")
	if kind == "reaction":
		return Event("reaction")
	if _is_file(kind, body):
		return Event("media", text=str(body.get("caption") or ""), media_type=kind)
	return Event("unknown")


def message_of(stored) -> dict:
	return json.loads(stored.payload)["message"]


def is_system(stored) -> bool:
	return message_of(stored).get("type") == "system"


def media_of(stored) -> dict | None:
	"""Describe the file of a message: id, mime_type, sha256, filename; None if there is none."""
	message = message_of(stored)
	kind = str(message.get("type"))
	body = _dict(message.get(kind))
	return body if _is_file(kind, body) else None


def _is_file(kind: str, body: dict) -> bool:
	return kind in MEDIA_TYPES and 0 < len(str(body.get("id") or "")) <= LONGEST_MEDIA_ID


def _dict(value) -> dict:
	return value if isinstance(value, dict) else {}
