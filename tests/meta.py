"""Webhooks as Meta sends them: bodies, their signature, and the way they are posted."""

import copy
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

import requests

BODIES = Path(__file__).parent / "data" / "webhooks"
PATH = "/api/method/grievance_cell.api.whatsapp.webhook"

PHONE_NUMBER_ID, BUSINESS_ACCOUNT_ID = "100000000000001", "200000000000001"
APP_SECRET, VERIFY_TOKEN = "demo-app-secret", "demo-verify-token"


def body(name: str, **changes) -> dict:
	"""Read a body of data/webhooks; its message, if it has one, is a new one of a new citizen, with `changes`."""
	content = json.loads((BODIES / f"{name}.json").read_text(encoding="utf-8"))
	value = value_of(content)
	for message in value.get("messages", ()):
		number = f"9197{secrets.randbelow(10**8):08}"
		value["contacts"][0].update(wa_id=number, user_id=f"IN.{secrets.randbelow(10**19):020}")
		message.update({"from": number, "id": fresh_id(), "timestamp": str(int(time.time()))} | changes)
	for status in value.get("statuses", ()):
		status.update({"id": fresh_id(), "timestamp": str(int(time.time()))} | changes)
	return content


def tap(number: str, choice: str, **changes) -> dict:
	"""Write the webhook of a citizen's tap on a button."""
	content = body("button-reply", **{"from": number} | changes)
	value_of(content)["contacts"][0]["wa_id"] = number
	message_of(content)["interactive"]["button_reply"]["id"] = choice
	return content


def text(number: str, words: str, **changes) -> dict:
	content = body("text", **{"from": number, "text": {"body": words}} | changes)
	value_of(content)["contacts"][0]["wa_id"] = number
	return content


def fresh_id() -> str:
	return f"wamid.TEST{secrets.token_hex(12).upper()}"


def value_of(content: dict) -> dict:
	return content["entry"][0]["changes"][0]["value"]


def message_of(content: dict) -> dict:
	return value_of(content)["messages"][0]


def with_values(*values: dict) -> dict:
	"""Put several changes' values into one body."""
	content = copy.deepcopy(body("text"))
	change = content["entry"][0]["changes"][0]
	content["entry"][0]["changes"] = [{**change, "value": value} for value in values]
	return content


def serialise(content) -> bytes:
	"""Write JSON as Meta does: non-ASCII escaped, slashes too."""
	return json.dumps(content, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def sign(raw: bytes, secret: str = APP_SECRET) -> str:
	return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post(
	web: str,
	content,
	*,
	secret: str = APP_SECRET,
	signature: str | None = None,
	kind: str = "application/json",
) -> requests.Response:
	"""Post a body (bytes as they are), signed with a secret, or with whatever `signature` says ("" for none)."""
	raw = content if isinstance(content, bytes) else serialise(content)
	signature = sign(raw, secret) if signature is None else signature
	headers = {"Content-Type": kind} | ({"X-Hub-Signature-256": signature} if signature else {})
	return requests.post(web + PATH, data=raw, headers=headers, timeout=30)
