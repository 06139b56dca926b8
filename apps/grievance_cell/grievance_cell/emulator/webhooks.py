"""Build webhook bodies, sign them as Meta does, and deliver them in order with retries."""

import hashlib
import heapq
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import requests

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Real seconds between tries at a webhook that does not answer 200; each pause doubles the one before."""

PATIENCE = 6
"""Tries for which the citizen's later messages wait; after them they are let past, as at Meta."""

GIVE_UP = 7 * 24 * 3600
"""Seconds of the emulator's clock after which a webhook is given up."""

ANSWER_WITHIN = 20
REORDER_WAIT = 1.0
STATUS_WAIT = 0.2


@dataclass(frozen=True)
class Channel:
	"""The one business number that the emulator plays, with its secrets."""

	phone_number_id: str = "100000000000001"
	business_account_id: str = "200000000000001"
	access_token: str = "demo-access-token"
	app_secret: str = "demo-app-secret"
	verify_token: str = "demo-verify-token"
	display_phone_number: str = "910000001634"
	verified_name: str = "Grievance Cell"


def serialise(body: dict) -> bytes:
	"""Write JSON as Meta does: compact, non-ASCII as lower-case \\uXXXX, slashes escaped."""
	text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
	return text.replace("/", "\\/").encode("ascii")


def sign(raw: bytes, secret: str) -> str:
	"""Return the X-Hub-Signature-256 header for the raw bytes."""
	return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def envelope(channel: Channel, value: dict, field_name: str = "messages") -> dict:
	"""Wrap a change's value as a webhook body."""
	change = {"field": field_name, "value": value}
	entry = {"id": channel.business_account_id, "changes": [change]}
	return {"object": "whatsapp_business_account", "entry": [entry]}


def _messages_value(channel: Channel, **rest) -> dict:
	metadata = {
		"display_phone_number": channel.display_phone_number,
		"phone_number_id": channel.phone_number_id,
	}
	return {"messaging_product": "whatsapp", "metadata": metadata, **rest}


def _contact(contact: dict) -> dict:
	"""Describe a citizen as webhooks do; contact has name, wa_id, user_id, hide_number."""
	number = {} if contact["hide_number"] else {"wa_id": contact["wa_id"]}
	return {"profile": {"name": contact["name"]}, **number, "user_id": contact["user_id"]}


def message_body(channel: Channel, contact: dict, message: dict) -> dict:
	"""Build the webhook of one citizen's message; those of type system come without contacts."""
	contacts = {} if message.get("type") == "system" else {"contacts": [_contact(contact)]}
	return envelope(channel, _messages_value(channel, **contacts, messages=[message]))


def status_body(channel: Channel, contact: dict, status: dict) -> dict:
	"""Build the webhook of a status; that of a failure comes without contacts."""
	contacts = {} if status["status"] == "failed" else {"contacts": [_contact(contact)]}
	return envelope(channel, _messages_value(channel, **contacts, statuses=[status]))


def user_id_body(channel: Channel, contact: dict, previous: str, timestamp: str) -> dict:
	"""Build the webhook that tells of a changed business-scoped id; contact has the new one."""
	known = _contact(contact)
	current = known.pop("user_id")
	number = {"wa_id": known["wa_id"]} if "wa_id" in known else {}
	update = {
		**number,
		"detail": f"User id for {contact['name']} has been updated.",
		"user_id": {"previous": previous, "current": current},
		"timestamp": timestamp,
	}
	value = _messages_value(channel, contacts=[known], user_id_update=[update])
	return envelope(channel, value, "user_id_update")


def template_body(channel: Channel, template: dict, timestamp: int) -> dict:
	"""Build the webhook that tells of a template's review."""
	value = {
		"event": template["status"],
		"message_template_id": int(template["id"]),
		"message_template_name": template["name"],
		"message_template_language": template["language"],
		"message_template_category": template["category"],
		"reason": template["rejected_reason"],
	}
	body = envelope(channel, value, "message_template_status_update")
	body["entry"][0]["time"] = timestamp
	return body


def verify(url: str, verify_token: str, challenge: str) -> dict:
	"""Ask the webhook for its verification as Meta does when it is set up.

	Returns {"verified", "status", "answer"}; status 0 when nothing answered.
	"""
	query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
	try:
		with requests.Session() as session:
			session.trust_env = False
			answer = session.get(url, params=query, timeout=ANSWER_WITHIN, allow_redirects=False)
	except requests.RequestException as error:
		return {"verified": False, "status": 0, "answer": describe(error)}
	verified = answer.status_code == 200 and answer.text == challenge
	return {"verified": verified, "status": answer.status_code, "answer": answer.text[:500]}


def describe(error: requests.RequestException) -> str:
	"""Say in a few words why a request had no answer."""
	if isinstance(error, requests.Timeout):
		return f"no answer within {ANSWER_WITHIN} s"
	if isinstance(error, requests.ConnectionError):
		return "connection refused or broken"
	return type(error).__name__


@dataclass
class Delivery:
	raw: bytes
	lane: tuple
	reference: str | None
	due: float
	expires: float
	epoch: int
	tries: int = 0
	number: int = field(default_factory=count().__next__)


class Dispatcher:
	"""Deliver webhooks in the background, in order within a lane (one citizen's messages, or statuses).

	`on_result(reference, state, note)` hears of every try: state "delivered", "queued" (will be tried again)
	or "failed" (given up, or dropped by a fault).
	"""

	def __init__(self, url: str, app_secret: str, clock, faults, on_result: Callable, workers: int = 8):
		self.url = url
		self.app_secret = app_secret
		self.clock = clock
		self.faults = faults
		self.on_result = on_result
		self._condition = threading.Condition()
		self._lanes: dict[tuple, deque[Delivery]] = {}
		self._agenda: list[tuple[float, int, tuple]] = []
		self._ticket = count()
		self._busy = 0
		self._epoch = 0
		self._closed = False
		for _ in range(workers):
			threading.Thread(target=self._work, daemon=True).start()

	def put(self, lane: tuple, body: dict, reference: str | None = None, wait: float = 0.0):
		"""Queue a webhook in a lane, to be tried first after `wait` seconds; faults apply here."""
		if self.faults.take_drop():
			if reference:
				self.on_result(reference, "failed", "dropped by a fault")
			return
		raw = serialise(body)
		reorder = self.faults.get("reorder")
		due = time.monotonic() + max(wait + self.faults.get("delay"), REORDER_WAIT if reorder else 0)
		expires = self.clock.now() + GIVE_UP
		with self._condition:
			self._insert(Delivery(raw, lane, reference, due, expires, self._epoch), first=reorder)
			for copy in range(self.faults.get("duplicate")):
				copied = (*lane, "copy", copy)
				self._insert(Delivery(raw, copied, None, due, expires, self._epoch), first=reorder)

	def clear(self):
		"""Forget all that is queued, retries included; a try under way ends unnoticed."""
		with self._condition:
			self._lanes, self._agenda = {}, []
			self._epoch += 1
			self._condition.notify_all()

	def wait_until_idle(self, timeout: float) -> bool:
		"""Wait until nothing is queued or under way; return whether that came about."""
		with self._condition:
			return self._condition.wait_for(lambda: not self._lanes and not self._busy, timeout)

	def close(self):
		with self._condition:
			self._closed = True
			self._condition.notify_all()

	def _insert(self, delivery: Delivery, first: bool = False):
		waiting = delivery.lane in self._lanes
		lane = self._lanes.setdefault(delivery.lane, deque())
		if first:
			lane.appendleft(delivery)
		else:
			lane.append(delivery)
		if not waiting:
			self._schedule(delivery.lane)

	def _schedule(self, lane: tuple):
		heapq.heappush(self._agenda, (self._lanes[lane][0].due, next(self._ticket), lane))
		self._condition.notify_all()

	def _take(self) -> Delivery | None:
		"""Wait for the next delivery that is due; None once closed."""
		with self._condition:
			while not self._closed:
				now = time.monotonic()
				if self._agenda and self._agenda[0][0] <= now:
					lane = heapq.heappop(self._agenda)[2]
					if self._lanes[lane][0].due > now:
						self._schedule(lane)
						continue
					self._busy += 1
					return self._lanes[lane].popleft()
				self._condition.wait(self._agenda[0][0] - now if self._agenda else None)
			return None

	def _work(self):
		with requests.Session() as session:
			session.trust_env = False
			while delivery := self._take():
				note = self._post(session, delivery.raw)
				self._settle(delivery, note)

	def _post(self, session: requests.Session, raw: bytes) -> str:
		"""Try once; return "" on a 200, else what was met."""
		headers = {
			"Content-Type": "application/json",
			"User-Agent": "facebookexternalua",
			"X-Hub-Signature-256": sign(raw, self.app_secret),
		}
		try:
			answer = session.post(
				self.url, data=raw, headers=headers, timeout=ANSWER_WITHIN, allow_redirects=False
			)
		except requests.RequestException as error:
			return describe(error)
		return "" if answer.status_code == 200 else f"the webhook answered {answer.status_code}"

	def _settle(self, delivery: Delivery, note: str):
		told = self._place(delivery, note)
		if told and delivery.reference:
			self.on_result(delivery.reference, told, note)
		with self._condition:
			self._busy -= 1
			self._condition.notify_all()

	def _place(self, delivery: Delivery, note: str) -> str:
		"""Put a tried delivery where it belongs now; return its state, "" when it was forgotten meanwhile."""
		with self._condition:
			if delivery.epoch != self._epoch:
				return ""
			delivery.tries += 1
			given_up = bool(note) and self.clock.now() >= delivery.expires
			state = "failed" if given_up else "queued" if note else "delivered"
			if state == "queued":
				self._try_again(delivery)
			if self._lanes[delivery.lane]:
				self._schedule(delivery.lane)
			else:
				del self._lanes[delivery.lane]
			return state

	def _try_again(self, delivery: Delivery):
		pause = min(FIRST_PAUSE * 2 ** (delivery.tries - 1), LONGEST_PAUSE)
		delivery.due = time.monotonic() + pause
		if delivery.tries < PATIENCE:
			self._lanes[delivery.lane].appendleft(delivery)
			return
		aside = ("late", delivery.number)
		if delivery.lane == aside:
			self._lanes[aside].appendleft(delivery)
		else:
			late = Delivery(**{**vars(delivery), "lane": aside})
			self._insert(late)
