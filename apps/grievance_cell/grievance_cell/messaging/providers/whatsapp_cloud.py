"""Meta's WhatsApp Cloud API: how a reply is written, sent, and its errors are read.

Facts as documented by Meta, Graph version v25.0, read May-June 2026.
"""

import unicodedata

import requests

from grievance_cell.conversations.model import Choice, Pin, Reply
from grievance_cell.messaging.providers.errors import PAUSE, RETRY, ProviderError, remedy_of

BUTTONS, BUTTON_TITLE = 3, 20
ROWS, ROW_TITLE, ROW_DESCRIPTION = 10, 24, 72
CHOICE_ID, LIST_BUTTON = 200, 20
TEXT_BODY, INTERACTIVE_BODY = 4096, 1024

CAPTION, FILENAME = 1024, 240
# Meta gives no limits for these; what is longer is not read on a map.
PLACE_NAME, PLACE_ADDRESS = 100, 200
TEMPLATE_FIELDS = "id,name,language,status,category,components,rejected_reason"

TOKEN = 190
TIMEOUT_SECONDS = (5, 20)
# Somebody looks at a page meanwhile.
CHECK_TIMEOUT_SECONDS = (3, 5)


class WhatsAppCloud:
	"""One number at Meta. Holds the token, and shows it to nobody."""

	def __init__(self, api_url: str, api_version: str, phone_number_id: str, access_token: str):
		self.base = f"{api_url.rstrip('/')}/{api_version}"
		self.phone_number_id = phone_number_id
		self.http = requests.Session()
		self.http.headers["Authorization"] = f"Bearer {access_token}"

	def __enter__(self):
		return self

	def __exit__(self, *_error):
		self.http.close()

	def send(self, to: str, reply: Reply, *, list_button: str, our_id: str) -> str:
		"""Send a reply and return Meta's id of it; `our_id` comes back in the statuses."""
		return self._send(to, compose(reply, list_button), our_id)

	def send_template(
		self, to: str, name: str, language: str, parameters: list[str], payloads: list[str], *, our_id: str
	) -> str:
		"""Send an approved template; `payloads` are the ids of its buttons, which come back when they are tapped."""
		return self._send(to, compose_template(name, language, parameters, payloads), our_id)

	def send_file(
		self, to: str, kind: str, media_id: str, caption: str, filename: str, *, our_id: str
	) -> str:
		"""Send a file that was uploaded; `kind` is image, audio or document. A sound has no caption."""
		return self._send(to, compose_file(kind, media_id, caption, filename), our_id)

	def _send(self, to: str, content: dict, our_id: str) -> str:
		body = {
			"messaging_product": "whatsapp",
			"recipient_type": "individual",
			"biz_opaque_callback_data": our_id,
			**address(to),
			**content,
		}
		answer = self._request("post", f"{self.base}/{self.phone_number_id}/messages", json=body).json()
		return answer["messages"][0]["id"]

	def upload(self, content: bytes, content_type: str, filename: str) -> str:
		"""Upload a file to be sent and return Meta's id of it, which is good for 30 days."""
		answer = self._request(
			"post",
			f"{self.base}/{self.phone_number_id}/media",
			data={"messaging_product": "whatsapp", "type": content_type},
			files={"file": (filename, content, content_type)},
		)
		return str(answer.json()["id"])

	def submit_template(self, account: str, meta_id: str | None, described: dict) -> dict:
		"""Submit a template for approval, anew or (with Meta's id of it) as a changed one; returns id and status."""
		if meta_id:
			self._request("post", f"{self.base}/{meta_id}", json={"components": described["components"]})
			return {"id": meta_id, "status": "PENDING"}
		return self._request("post", f"{self.base}/{account}/message_templates", json=described).json()

	def templates(self, account: str) -> list[dict]:
		"""List all templates of a business account: id, name, language, status, category, components."""
		found: list[dict] = []
		page = {"fields": TEMPLATE_FIELDS, "limit": 100}
		while True:
			answer = self._request("get", f"{self.base}/{account}/message_templates", params=page).json()
			found += answer["data"]
			paging = answer.get("paging") or {}
			if not paging.get("next"):
				return found
			page["after"] = paging["cursors"]["after"]

	def media(self, media_id: str) -> dict:
		"""Describe a file that a citizen sent: url (valid five minutes), mime_type, sha256, file_size."""
		described = self._request("get", f"{self.base}/{media_id}").json()
		if not described.get("url"):
			raise ProviderError(0, "The file has no address", retryable=True)
		return described

	def download(self, url: str, limit: int) -> bytes:
		"""Fetch a file, `limit` bytes at most; raises ProviderError for more."""
		content = bytearray()
		try:
			with self._request("get", url, stream=True) as answer:
				for chunk in answer.iter_content(64 * 1024):
					content += chunk
					if len(content) > limit:
						raise ProviderError(0, "The file is too large", retryable=False)
		except requests.RequestException as error:
			raise ProviderError(0, type(error).__name__, retryable=True) from None
		return bytes(content)

	def describe_number(self) -> dict:
		"""Describe this number: display_phone_number, verified_name, quality_rating."""
		fields = "display_phone_number,verified_name,quality_rating"
		return self._check(f"{self.base}/{self.phone_number_id}?fields={fields}")

	def subscribed_apps(self, business_account_id: str) -> list[str]:
		"""Name the apps to which Meta sends an account's webhooks."""
		apps = self._check(f"{self.base}/{business_account_id}/subscribed_apps").get("data") or []
		return [(app.get("whatsapp_business_api_data") or {}).get("name") or "?" for app in apps]

	def _check(self, url: str) -> dict:
		try:
			return dict(self._request("get", url, timeout=CHECK_TIMEOUT_SECONDS).json())
		except (ValueError, TypeError):
			raise ProviderError(0, "The answer is not Meta's", retryable=True) from None

	def _request(self, method: str, url: str, **options) -> requests.Response:
		try:
			answer = self.http.request(method, url, **{"timeout": TIMEOUT_SECONDS, **options})
		except (requests.RequestException, UnicodeError) as error:
			# Its name and not its text or its cause: that of a token with a line break quotes the whole header.
			raise ProviderError(0, type(error).__name__, retryable=True) from None
		if answer.ok:
			return answer
		raise read_error(answer)


def read_error(answer: requests.Response) -> ProviderError:
	"""Read Meta's error object; an answer without one is judged by its HTTP status."""
	try:
		error = answer.json()["error"]
		code = int(error.get("code") or 0)
		details = (error.get("error_data") or {}).get("details") or error.get("message") or ""
	except (ValueError, KeyError, TypeError, AttributeError):
		code, details = 0, f"HTTP {answer.status_code}"
	if not code and answer.status_code == 401:
		# Meta's code for a token that it does not know is 0, which is also none.
		code = TOKEN
	retryable = remedy_of(code).kind in (RETRY, PAUSE)
	retryable = retryable or (not code and (answer.status_code >= 500 or answer.status_code == 429))
	return ProviderError(code, details[:500], retryable)


def address(to: str) -> dict:
	"""Address a number by `to`, a business-scoped user id by `recipient`."""
	return {"to": to} if to.isdecimal() else {"recipient": to}


def compose(reply: Reply, list_button: str) -> dict:
	"""Write a reply as a Graph request's body, within Meta's limits by construction."""
	if reply.pin:
		return {"type": "location", "location": _place(reply.pin)}
	if reply.asks_location:
		return _interactive(
			reply.text, {"type": "location_request_message", "action": {"name": "send_location"}}
		)
	if not reply.choices:
		return {"type": "text", "text": {"body": shorten(reply.text, TEXT_BODY)}}
	choices = reply.choices[:ROWS]
	if fits_buttons(choices):
		buttons = [
			{"type": "reply", "reply": {"id": choice.value[:CHOICE_ID], "title": choice.label}}
			for choice in choices
		]
		return _interactive(reply.text, {"type": "button", "action": {"buttons": buttons}})
	action = {"button": shorten(list_button, LIST_BUTTON), "sections": [{"rows": [_row(c) for c in choices]}]}
	return _interactive(reply.text, {"type": "list", "action": action})


def compose_template(name: str, language: str, parameters: list[str], payloads: list[str]) -> dict:
	"""Write a template's use as a Graph request's body."""
	components: list[dict] = []
	if parameters:
		values = [{"type": "text", "text": value} for value in parameters]
		components.append({"type": "body", "parameters": values})
	for index, payload in enumerate(payloads):
		components.append(
			{
				"type": "button",
				"sub_type": "quick_reply",
				"index": str(index),
				"parameters": [{"type": "payload", "payload": payload}],
			}
		)
	use = {"name": name, "language": {"code": language}, "components": components}
	return {"type": "template", "template": use}


def compose_file(kind: str, media_id: str, caption: str, filename: str) -> dict:
	"""Write an uploaded file as a Graph request's body."""
	file = {"id": media_id}
	if caption and kind != "audio":
		file["caption"] = shorten(caption, CAPTION)
	if kind == "document":
		file["filename"] = filename[-FILENAME:]
	return {"type": kind, kind: file}


def fits_buttons(choices: tuple[Choice, ...]) -> bool:
	"""Tell whether these can be buttons: few, short, with different titles and nothing to explain."""
	titles = [choice.label for choice in choices]
	return (
		len(choices) <= BUTTONS
		and len(set(titles)) == len(titles)
		and all(len(title) <= BUTTON_TITLE for title in titles)
		and not any(choice.description for choice in choices)
	)


def _row(choice: Choice) -> dict:
	row = {"id": choice.value[:CHOICE_ID], "title": shorten(choice.label, ROW_TITLE)}
	description = choice.description if row["title"] == choice.label else choice.label
	if description:
		row["description"] = shorten(description, ROW_DESCRIPTION)
	return row


def _place(pin: Pin) -> dict:
	place = {"latitude": pin.latitude, "longitude": pin.longitude}
	named = {"name": shorten(pin.name, PLACE_NAME), "address": shorten(pin.address, PLACE_ADDRESS)}
	return {**place, **{key: value for key, value in named.items() if value}}


def _interactive(text: str, interactive: dict) -> dict:
	body = {"body": {"text": shorten(text, INTERACTIVE_BODY)}}
	return {"type": "interactive", "interactive": {**interactive, **body}}


# The signs that join the next consonant to this one, in Devanagari and Gurmukhi.
VIRAMAS = ("\u094d", "\u0a4d")


def clusters(text: str) -> list[str]:
	"""Split a text into what a reader sees as letters, Devanagari and Gurmukhi conjuncts whole."""
	found: list[str] = []
	for letter in text:
		joins = found and (
			unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
			or (found[-1].rstrip("\u200d").endswith(VIRAMAS) and letter.isalpha())
		)
		if joins:
			found[-1] += letter
		else:
			found.append(letter)
	return found


def shorten(text: str, length: int) -> str:
	"""Cut a text to a length in characters, never within a letter, with an ellipsis for what is gone."""
	if len(text) <= length:
		return text
	kept = ""
	for cluster in clusters(text):
		if len(kept) + len(cluster) > length - 1:
			break
		kept += cluster
	return kept.rstrip() + "…"
