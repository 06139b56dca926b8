"""Carry messages between the citizens' phones and the business, as WhatsApp does."""

import secrets
import threading

from . import graph
from .graph import GraphError
from .store import Clock, Entry, Faults, Store, business_scoped_id
from .webhooks import (
	STATUS_WAIT,
	Channel,
	Dispatcher,
	message_body,
	status_body,
	template_body,
	user_id_body,
	verify,
)

NUMBER_RATE, NUMBER_BURST = 80.0, 80
PAIR_RATE, PAIR_BURST = 1 / 6, 45
"""Messages a second, and at once, that Meta takes for the number and for one citizen."""


class Rates:
	"""Count messages against Meta's rates; one bucket for the number and one for each citizen."""

	def __init__(self, clock: Clock):
		self.clock = clock
		self._lock = threading.Lock()
		self._buckets: dict[str, tuple[float, float]] = {}

	def spend(self, wa_id: str) -> GraphError | None:
		with self._lock:
			if not self._spend("", NUMBER_RATE, NUMBER_BURST):
				return GraphError(130429, "Too many messages were sent from this number in a short time.")
			if not self._spend(wa_id, PAIR_RATE, PAIR_BURST):
				return GraphError(131056, "Too many messages were sent to this recipient in a short time.")
			return None

	def clear(self):
		with self._lock:
			self._buckets = {}

	def _spend(self, key: str, rate: float, burst: int) -> bool:
		now = self.clock.now()
		left, since = self._buckets.get(key, (float(burst), now))
		left = min(burst, left + max(0.0, now - since) * rate)
		self._buckets[key] = (left - 1 if left >= 1 else left, now)
		return left >= 1


class Network:
	"""Join store, faults, clock and webhook delivery into the two ways a message can go."""

	def __init__(self, channel: Channel, webhook: str, folder=None):
		self.channel = channel
		self.webhook = webhook
		self.clock = Clock()
		self.faults = Faults()
		self.rates = Rates(self.clock)
		self.store = Store(self.clock, folder)
		self.dispatcher = Dispatcher(webhook, channel.app_secret, self.clock, self.faults, self._heard)
		for entry in self.store.undelivered():
			self._deliver(entry)

	def close(self):
		self.dispatcher.close()
		self.store.close()

	def reset(self):
		"""Forget threads, faults and clock, and what was still to be delivered."""
		self.faults.replace({})
		self.dispatcher.clear()
		self.clock.reset()
		self.rates.clear()
		self.store.reset()

	# the citizen's side

	def from_citizen(self, wa_id: str, message: dict) -> Entry:
		"""Take what a citizen sends; the webhook goes out in the background."""
		entry = self.store.add(wa_id, "in", "queued", self._complete(message))
		self._deliver(entry)
		return entry

	def _complete(self, message: dict) -> dict:
		"""Add what WhatsApp itself knows: the type and hash of media, whom a reply answers."""
		kind = message["type"]
		content = message.get(kind)
		if kind in graph.MEDIA_TYPES and isinstance(content, dict):
			media = self.store.live_media(str(content.get("id")))
			if media:
				content = {
					"id": media.id,
					"mime_type": media.mime_type,
					"sha256": media.sha256_base64,
					**content,
				}
				if kind == "document":
					content.setdefault("filename", media.filename)
				message = {**message, kind: content}
		context = message.get("context")
		if isinstance(context, dict) and "id" in context and "from" not in context:
			message = {**message, "context": {"from": self.channel.display_phone_number, **context}}
		return message

	def _deliver(self, entry: Entry):
		body = message_body(self.channel, self.profile(entry.wa_id), entry.message)
		self.dispatcher.put(("message", entry.wa_id), body, entry.id)

	def profile(self, wa_id: str) -> dict:
		"""Describe a citizen: wa_id, name, user_id, hide_number."""
		citizen = self.store.citizen(wa_id)
		return {name: getattr(citizen, name) for name in ("wa_id", "name", "user_id", "hide_number")}

	def change_identity(self, wa_id: str, number: str | None, user_id: str | None) -> str:
		"""Give a citizen another number or business-scoped id and tell the webhook; return the number.

		A new number brings a new id with it, as at Meta. Raises ValueError when somebody else has one of them.
		"""
		old = self.profile(wa_id)
		number = number or wa_id
		user_id = user_id or business_scoped_id(number)
		tells_number = number != wa_id and not old["hide_number"]
		before, after = (wa_id, number) if tells_number else (old["user_id"], user_id)
		system = {
			"body": f"User {old['name']} changed from {before} to {after}",
			"user_id": user_id,
			"previous_user_id": old["user_id"],
			"type": "user_changed_number" if tells_number else "user_changed_user_id",
		}
		if tells_number:
			system["wa_id"] = number
		entry = self.store.change_identity(wa_id, number, user_id, {"type": "system", "system": system})
		new = self.profile(number)
		# in the order of what was said under the old number
		lane = ("message", wa_id)
		self.dispatcher.put(lane, message_body(self.channel, new, entry.message), entry.id)
		body = user_id_body(self.channel, new, old["user_id"], entry.timestamp)
		self.dispatcher.put(lane, body)
		return number

	def read(self, wa_id: str) -> list[str]:
		"""Mark what the business sent as read on this phone; return the ids that were not before."""
		ids = [i for i in self.store.unread(wa_id) if self.store.move(i, "read")]
		for entry_id in ids:
			self._tell_status(self.store.by_id[entry_id], "read")
		return ids

	# the business's side

	def from_business(self, body) -> Entry:
		"""Take a checked or unchecked Graph request to send; raises GraphError when Meta would refuse it.

		A free-form message outside the 24-hour window is accepted and then fails by a status webhook, which
		is how Meta does it.
		"""
		fault = self.faults.take_error()
		if fault and not fault["as_status"]:
			raise self._as_error(fault)
		has_media = lambda media_id: self.store.live_media(media_id) is not None  # noqa: E731
		error = graph.check_message(body, self.store.find_template, has_media)
		if error:
			raise error
		wa_id = self._recipient(body)
		if self.faults.get("rates"):
			error = self.rates.spend(wa_id)
			if error:
				raise error
		failure = self._as_error(fault) if fault else None
		if graph.is_free_form(body) and not self.store.window_open(wa_id):
			failure = graph.outside_window()
			if self.faults.get("reject_outside_window"):
				raise failure
		if failure:
			entry = self.store.add(wa_id, "out", "failed", body, [failure.in_status()])
			self._tell_status(entry, "failed")
			return entry
		entry = self.store.add(wa_id, "out", "sent", body)
		self._tell_status(entry, "sent")
		if self.store.move(entry.id, "delivered"):
			self._tell_status(entry, "delivered")
		return entry

	def _as_error(self, fault: dict) -> GraphError:
		details = fault["details"] or "Asked for by a fault."
		return GraphError(fault["code"], details, http_status=fault["http_status"])

	def _recipient(self, body: dict) -> str:
		if not body.get("to"):
			wa_id = self.store.by_user_id.get(body["recipient"])
			if not wa_id:
				raise GraphError(131026, "There is no such recipient.")
			return wa_id
		wa_id = graph.normalise_number(str(body["to"]))
		if wa_id == self.channel.display_phone_number:
			raise GraphError(131021, "The recipient's number is the sender's.")
		return wa_id

	def _tell_status(self, entry: Entry, state: str):
		contact = self.profile(entry.wa_id)
		by_number = bool(entry.message.get("to"))
		status = {"id": entry.id, "status": state, "timestamp": self.clock.stamp()}
		if by_number or not contact["hide_number"]:
			status["recipient_id"] = entry.wa_id
		if not (by_number and state == "failed"):
			status["recipient_user_id"] = contact["user_id"]
		callback = entry.message.get("biz_opaque_callback_data")
		if callback:
			status["biz_opaque_callback_data"] = callback
		if state == "sent":
			status["pricing"] = self._pricing(entry)
		if entry.errors:
			status["errors"] = entry.errors
		body = status_body(self.channel, contact, status)
		self.dispatcher.put(("status", entry.wa_id), body, wait=STATUS_WAIT)

	def _pricing(self, entry: Entry) -> dict:
		"""Return what Meta would charge: templates by category, utility ones free in the open window."""
		category = "service"
		if entry.message.get("type") == "template":
			use = entry.message["template"]
			template = self.store.find_template(use["name"], use["language"]["code"]) or {}
			category = template.get("category", "UTILITY").lower()
		free = category == "service" or (category == "utility" and self.store.window_open(entry.wa_id))
		kind = "free_customer_service" if free else "regular"
		return {"billable": not free, "pricing_model": "PMP", "category": category, "type": kind}

	def seen_by_business(self, body: dict):
		"""Take a read receipt or typing indicator from the business; raises GraphError."""
		error = graph.check_read_receipt(body)
		if error:
			raise error
		if not self.store.mark_seen(body["message_id"], typing="typing_indicator" in body):
			raise GraphError(131009, f"There is no message {body['message_id']}.")

	# templates and setting up

	def create_template(self, body) -> dict:
		"""Create a template: approved at once, or pending while the fault review_templates is on; raises GraphError."""
		error = graph.check_template(body)
		if error:
			raise error
		if self.store.find_template(body["name"], body["language"]):
			raise GraphError(
				100, f"There is already {body['language']} content for {body['name']}.", subcode=2388024
			)
		kept = {k: body[k] for k in ("name", "language", "category", "components")}
		parameter_format = str(body.get("parameter_format", "POSITIONAL")).upper()
		return self.store.add_template({**kept, "parameter_format": parameter_format, **self._review()})

	def edit_template(self, template: dict, body) -> None:
		"""Replace a template's category or components, which are then reviewed anew; raises GraphError."""
		changes = (
			{k: body[k] for k in ("category", "components") if k in body} if isinstance(body, dict) else {}
		)
		if not changes:
			raise GraphError(100, "One of category and components is required.")
		error = graph.check_template({**template, **changes})
		if error:
			raise error
		self.store.change_template(template["id"], {**changes, **self._review()})

	def _review(self) -> dict:
		status = "PENDING" if self.faults.get("review_templates") else "APPROVED"
		return {"status": status, "rejected_reason": "NONE"}

	def review_template(self, template_id: str, state: str, reason: str) -> dict | None:
		"""Decide on a template and tell the webhook; None when there is no such template."""
		rejected_reason = reason if state == "REJECTED" else "NONE"
		template = self.store.change_template(
			template_id, {"status": state, "rejected_reason": rejected_reason}
		)
		if template:
			body = template_body(self.channel, template, int(self.clock.now()))
			self.dispatcher.put(("template", template_id), body)
		return template

	def verify(self) -> dict:
		return verify(self.webhook, self.channel.verify_token, str(secrets.randbelow(10**10)))

	def _heard(self, entry_id: str, state: str, note: str):
		self.store.move(entry_id, state, note)
