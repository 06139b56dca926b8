"""The webhook of the WhatsApp Cloud API. Nothing slow or fallible happens here: check, store, answer."""

import hashlib
import hmac
import json
from datetime import datetime, timezone
from typing import Any

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils import convert_utc_to_system_timezone
from frappe.utils.password import get_decrypted_password
from werkzeug.wrappers import Response

from grievance_cell.database import MOST_RESTARTS, is_transient
from grievance_cell.messaging import events
from grievance_cell.messaging.wake import wake

# Meta's own limit of a webhook's body.
LARGEST_BODY = 3 * 1024 * 1024
# What Chat Event and Chat Session hold as the key of a conversation; a business-scoped id has up to 128 characters.
LONGEST_KEY = 140
# What Chat Message holds as an id. Meta's hold the sender's, be it a number or a business-scoped id.
LONGEST_ID = 255
TEMPLATE_FIELD = "message_template_status_update"
SIGNATURE_HEADER = "X-Hub-Signature-256"


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
@rate_limit(limit=60, seconds=60, methods=["GET"])
def webhook() -> Response:
	"""Answer Meta's verification (GET) and take in its events (POST).

	A guest's endpoint, since Meta has no account here: GET is rate limited and knows the verify token, POST is trusted
	by its signature alone and not limited, for a limit would be hit by Meta's own bursts first.
	"""
	if frappe.request.method == "GET":
		return verify()
	return receive()


def verify() -> Response:
	asked = frappe.request.args
	token = asked.get("hub.verify_token", "")
	# Every channel is compared, in constant time each: the answer's delay tells nothing.
	known = [
		hmac.compare_digest(token.encode(), secret.encode())
		for channel in enabled_channels()
		if (secret := secret_of(channel, "verify_token"))
	]
	if asked.get("hub.mode") != "subscribe" or not any(known):
		return refusal()
	return Response(asked.get("hub.challenge", ""), 200, content_type="text/plain")


def receive() -> Response:
	# The whole body is in memory by now; Frappe has read it to build form_dict.
	body = frappe.request.get_data()
	if len(body) > LARGEST_BODY:
		return Response("Payload Too Large", 413, content_type="text/plain")
	payload = read_json(body)
	channels = verified_channels(body, payload, frappe.request.headers.get(SIGNATURE_HEADER, ""))
	if not channels:
		return refusal()
	found = split(payload, channels)
	if not found:
		digest = hashlib.sha256(body).hexdigest()
		raw = {"body": body.decode("utf-8", "replace")}
		found = [
			events.event(events.ERROR, digest, channel=channels[0].name, payload=raw, error="Not understood")
		]
	store(found)
	for shard in {each["shard"] for each in found if each["state"] == events.PENDING}:
		wake("inbox", shard)
	return Response("", 200, content_type="text/plain")


def store(found: list[dict]) -> None:
	"""Store and commit before the answer: what Meta has been told is received, is.

	The same webhook may come on several connections at once; what loses that race is simply tried again.
	"""
	for _again in range(MOST_RESTARTS):
		try:
			events.store(found)
			frappe.db.commit()
			return
		except Exception as error:
			frappe.db.rollback()
			if not is_transient(error):
				raise
	raise frappe.QueryDeadlockError


def read_json(body: bytes):
	"""Read a body as JSON, None if it is none. Half an emoji, which no table can hold, becomes a question mark."""
	try:
		payload = json.loads(body)
		if b"\\ud" in body or b"\\uD" in body:
			text = json.dumps(payload, ensure_ascii=False)
			payload = json.loads(text.encode("utf-8", "replace"))
		return payload
	except (ValueError, RecursionError):
		return None


def refusal() -> Response:
	"""Refuse, byte by byte the same whatever was wrong."""
	return Response("Forbidden", 403, content_type="text/plain")


def verified_channels(body: bytes, payload, signature: str) -> list:
	"""List the channels whose app secret signed this body; none is trusted without a secret.

	Only the secrets of channels that the body names are tried; all, where it names none that is ours.
	"""
	channels = enabled_channels()
	named = {str(value) for entry, _time, change in changes(payload) for value in (entry, number_of(change))}
	named_channels = [c for c in channels if c.business_account_id in named or c.phone_number_id in named]
	return [
		channel
		for channel in named_channels or channels
		if (secret := secret_of(channel, "app_secret")) and is_signed(body, signature, secret)
	]


def is_signed(body: bytes, signature: str, secret: str) -> bool:
	"""Compare X-Hub-Signature-256 with the HMAC-SHA256 of the raw body, in constant time."""
	expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
	return hmac.compare_digest(expected.encode(), signature.encode())


def enabled_channels() -> list:
	return frappe.get_all(
		"Chat Channel",
		{"enabled": 1},
		["name", "phone_number_id", "business_account_id"],
		order_by="creation",
	)


def secret_of(channel, field: str) -> str | None:
	return get_decrypted_password("Chat Channel", channel.name, field, raise_exception=False)


def changes(payload) -> list[tuple[str, Any, dict]]:
	"""Walk every entry and every change of a payload: business account id, time, change. Odd shapes yield nothing."""
	if not isinstance(payload, dict):
		return []
	return [
		(str(entry.get("id") or ""), entry.get("time"), change)
		for entry in _dicts(payload.get("entry"))
		for change in _dicts(entry.get("changes"))
	]


def number_of(change: dict) -> str:
	value = change.get("value")
	metadata = value.get("metadata") if isinstance(value, dict) else None
	return str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""


def split(payload, channels: list) -> list[dict]:
	"""Split a verified payload into events: each message, status and error, and each change that is none of them.

	A change of a business account or number that the secret does not belong to is kept as Failed.
	"""
	found = []
	for account, time, change in changes(payload):
		number = number_of(change)
		channel = next(
			(c for c in channels if c.business_account_id == account and c.phone_number_id == number), None
		)
		if not channel and change.get("field") == TEMPLATE_FIELD and isinstance(change.get("value"), dict):
			of_account = next((c for c in channels if c.business_account_id == account), None)
			if of_account:
				found.append(template_event(change["value"], account, time, of_account))
				continue
		if not channel:
			own_account = not number and any(c.business_account_id == account for c in channels)
			reason = f"Not handled: {change.get('field')}" if own_account else "foreign channel"
			found.append(kept(change, account, reason))
			continue
		parts = events_of(change["value"], channel)
		found += parts or [kept(change, account, f"Not handled: {change.get('field')}", channel.name)]
	return found


def template_event(value: dict, account: str, time, channel) -> dict:
	"""Describe the news of a template's approval. The time tells an approval from the one after a pause."""
	key = events.key_of(account, events.STATUS, str(time), json.dumps(value, sort_keys=True))
	return events.event(
		events.STATUS,
		key,
		channel=channel.name,
		timestamp=moment(time),
		payload={"account": account, "template": value},
	)


def kept(change: dict, account: str, reason: str, channel: str | None = None) -> dict:
	"""Keep what was validly signed and can't be worked on."""
	key = events.key_of(account, events.ERROR, json.dumps(change, sort_keys=True))
	return events.event(events.ERROR, key, channel=channel, payload={"change": change}, error=reason)


def events_of(value: dict, channel) -> list[dict]:
	found = []
	contacts = _dicts(value.get("contacts"))
	told = [*_dicts(value.get("messages")), *map(as_message, _dicts(value.get("user_id_update")))]
	for position, message in enumerate(told):
		contact = contacts[position] if position < len(contacts) else (contacts or [{}])[0]
		system = message["system"] if isinstance(message.get("system"), dict) else {}
		sender = message.get("from") or contact.get("wa_id") or contact.get("user_id")
		sender = str(sender or system.get("previous_user_id") or "")
		known = 0 < len(sender) <= LONGEST_KEY and 0 < len(str(message.get("id") or "")) <= LONGEST_ID
		identity = str(message.get("id") or json.dumps(message, sort_keys=True))
		found.append(
			events.event(
				events.MESSAGE,
				events.key_of(channel.name, events.MESSAGE, identity),
				channel=channel.name,
				conversation_key=sender if known else "",
				timestamp=moment(message.get("timestamp")),
				payload={"message": message, "contact": contact},
				error="" if known else "No sender or no id",
			)
		)
	for status in _dicts(value.get("statuses")):
		found.append(
			events.event(
				events.STATUS,
				events.key_of(channel.name, events.STATUS, str(status.get("id")), str(status.get("status"))),
				channel=channel.name,
				conversation_key=str(status.get("recipient_id") or "")[:LONGEST_KEY],
				timestamp=moment(status.get("timestamp")),
				payload={"status": status},
			)
		)
	for error in _dicts(value.get("errors")):
		key = events.key_of(channel.name, events.ERROR, json.dumps(error, sort_keys=True))
		reason = str(error.get("title") or error.get("code") or "Reported by the provider")[:140]
		found.append(
			events.event(events.ERROR, key, channel=channel.name, payload={"error": error}, error=reason)
		)
	return found


def as_message(update: dict) -> dict:
	"""Write a change of a citizen's id, as Meta told of it until August 2026, as the message that tells of it since."""
	ids = update["user_id"] if isinstance(update.get("user_id"), dict) else {}
	return {
		"id": f"user_id_update:{events.key_of(json.dumps(update, sort_keys=True))}",
		"timestamp": update.get("timestamp"),
		"type": "system",
		"system": {
			"type": "user_changed_user_id",
			"body": update.get("detail"),
			"previous_user_id": ids.get("previous"),
			"user_id": ids.get("current"),
		},
	}


def moment(timestamp) -> datetime | None:
	"""Read Meta's seconds since 1970 as the site's local time; None if they can't be read."""
	try:
		utc = datetime.fromtimestamp(int(timestamp), timezone.utc)
	except (TypeError, ValueError, OverflowError, OSError):
		return None
	return convert_utc_to_system_timezone(utc.replace(tzinfo=None)).replace(tzinfo=None)


def _dicts(value) -> list[dict]:
	return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
