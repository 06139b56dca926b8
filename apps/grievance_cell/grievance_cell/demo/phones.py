"""The citizens' phones of the demo's cases: what they write comes in as a webhook, what is said to them is read there.

Nothing goes over HTTP: `Post` stands where Meta's Graph API does, and what it has been given is told of by statuses, in the
same way as Meta's own.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import frappe
from frappe.utils import now_datetime

from grievance_cell.api import whatsapp
from grievance_cell.conversations.model import Session
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import events, inbox, media, outbox

SECOND = timedelta(seconds=1)
# How messages that we send end, in hundreds. An answer in a talk is read, since the citizen goes on.
ENDS_OF_NOTICES = {"read": 74, "delivered": 20, "sent": 3, "failed": 3}
NOT_REACHED = {"code": 131026, "title": "Message undeliverable"}
# No talk of the demo has more turns.
MOST_TURNS = 30
STATUSES_AT_ONCE = 80


class Post:
	"""Take what is sent and give it ids, as the provider's client does; hand out the files that citizens have sent."""

	def __init__(self, files: dict[str, bytes]):
		self.files = files
		self.sent: list[str] = []

	def __call__(self, channel) -> "Post":
		return self

	def __enter__(self):
		return self

	def __exit__(self, *_error):
		pass

	def send(self, to, reply, *, list_button, our_id) -> str:
		return self.take(our_id)

	def send_template(self, to, name, language, parameters, payloads, *, our_id) -> str:
		return self.take(our_id)

	def send_file(self, to, kind, media_id, caption, filename, *, our_id) -> str:
		return self.take(our_id)

	def upload(self, content, content_type, filename) -> str:
		return f"demo.{filename}"

	def media(self, media_id: str) -> dict:
		return {"url": media_id}

	def download(self, url: str, limit: int) -> bytes:
		# The same file may have been sent many times, each under an id of its own.
		return self.files[url.split(":")[0]]

	def take(self, our_id: str) -> str:
		self.sent.append(our_id)
		return f"wamid.demo.out.{our_id}"


@dataclass
class Person:
	"""A citizen with a phone; `answers` is what they say to the questions of a form, by step id."""

	number: str
	name: str
	language: str
	address: str = ""
	unreachable: bool = False


class TalkWithoutEnd(frappe.ValidationError):
	"""The citizen of a story does not know what to say to the bot."""


class Phones:
	"""All phones of the district; `pass_time` moves the clock on, for a person types and thinks."""

	def __init__(self, channel, lot: Random, files: dict[str, bytes], pass_time: Callable, be: Callable):
		self.channel = channel
		self.lot = lot
		self.post = Post(files)
		self.pass_time = pass_time
		self.be = be
		self.messages = 0
		self.sent: dict[str, str] = {}

	# what citizens do

	def write(self, person: Person, text: str) -> None:
		self.send(person, "text", {"body": text})

	def tap(self, person: Person, choice: str, offered: dict[str, str] | None = None) -> None:
		"""Tap a choice, of what is offered now or of an older message."""
		title = (self.offered(person) if offered is None else offered).get(choice, choice)
		row = {"type": "button_reply", "button_reply": {"id": choice, "title": title[:20]}}
		self.send(person, "interactive", row)

	def send_file(self, person: Person, kind: str, file: str) -> None:
		self.messages += 1
		mime_type = "image/png" if kind == "image" else "audio/ogg"
		self.send(person, kind, {"id": f"{file}:{self.messages}", "mime_type": mime_type})

	def send(self, person: Person, kind: str, body: dict) -> None:
		"""Send a message, have it answered and the answers read."""
		self.pass_time(self.lot.randint(8, 40) * SECOND)
		self.messages += 1
		message = {
			"from": person.number,
			"id": f"wamid.demo.in.{self.messages}",
			"timestamp": str(int(time.time())),
			"type": kind,
			kind: body,
		}
		contact = {"profile": {"name": person.name}, "wa_id": person.number}
		self.receive({"contacts": [contact], "messages": [message]})
		self.work_off(events.shard_of(person.number))
		if kind in ("image", "audio"):
			self.fetch_files()
		self.send_out({"read": 1})

	def begin(self, person: Person) -> None:
		"""Leave what was left lying in an earlier talk."""
		if self.session(person).draft:
			self.write(person, "रद्द करें")

	def fill_in(self, person: Person, answers: dict) -> None:
		"""Answer question after question until no form is open.

		`answers` by step id: a text, the value of a choice, or type and name of a file. A question that nothing is known to
		say to is skipped.
		"""
		for _turn in range(MOST_TURNS):
			session = self.session(person)
			if not session.draft:
				return
			self.answer(person, session.draft.step, dict(session.offered), answers)
		raise TalkWithoutEnd(f"The talk of {person.number} does not end: {session.draft}")

	def answer(self, person: Person, step: str, offered: dict[str, str], answers: dict) -> None:
		# What was said while an officer waits for an answer is asked about, and goes on with the form.
		for wanted in ("confirm", "held:form"):
			if wanted in offered:
				return self.tap(person, wanted, offered)
		if step == "category":
			return self.tap(person, self.way_to_category(offered, answers), offered)
		if step == "area":
			return self.say_place(person, offered, *answers["area"])
		said = answers.get(step)
		if said is None:
			self.tap(person, "skip", offered)
		elif isinstance(said, tuple):
			self.send_file(person, *said)
		elif f"{step}:{said}" in offered:
			self.tap(person, f"{step}:{said}", offered)
		else:
			self.write(person, said)

	def way_to_category(self, offered: dict[str, str], answers: dict) -> str:
		"""Choose a category where it is offered, else the way to it through the list of all."""
		group, category = answers["category"]
		wanted = [f"category:{category}", f"category:{group}", "category:another"]
		if answers.get("wrong_category"):
			# In a hurry, what stands first.
			others = (each for each in offered if each.startswith("category:") and each not in wanted)
			wanted.insert(0, next(others, ""))
		# What the bot took for a demand it may not offer: then it is something else, and an officer corrects it.
		wanted += ["category:Other", "category:Other matters"]
		return next((each for each in wanted if each in offered), wanted[0])

	def say_place(self, person: Person, offered: dict[str, str], area: str, ways: list) -> None:
		"""Tap a place where it is offered, else say it in the next way that is left."""
		places = [value for value in offered if value.startswith("area:")]
		if f"area:{area}" in places:
			self.tap(person, f"area:{area}", offered)
		elif ways:
			said = ways.pop(0)
			self.write(person, said) if isinstance(said, str) else self.send(person, *said)
		elif places:
			self.tap(person, places[0], offered)

	def session(self, person: Person) -> Session:
		data = frappe.db.sql("select data from `tabChat Session` where conversation_key = %s", person.number)
		return Session.from_dict(json.loads(data[0][0] or "{}") if data else {})

	def offered(self, person: Person) -> dict[str, str]:
		"""Map what can be tapped now to its label."""
		return dict(self.session(person).offered)

	# what happens to messages

	def receive(self, value: dict) -> None:
		"""Store a webhook's events as its endpoint does."""
		metadata = {"phone_number_id": self.channel.phone_number_id}
		change = {"field": "messages", "value": {"metadata": metadata, **value}}
		body = {"entry": [{"id": self.channel.business_account_id, "changes": [change]}]}
		whatsapp.store(whatsapp.split(body, [self.channel]))

	def work_off(self, shard: int) -> None:
		"""Work on what waits in a shard of the inbox. No other process does, so nothing is looked for a second time."""
		self.be(bot_user())
		for event in inbox.due_events(shard):
			inbox.take(event)

	def fetch_files(self) -> None:
		pending = frappe.get_all("Chat Message", {"media_state": "Pending"}, pluck="name", order_by="name")
		for message in pending:
			media.fetch(message, self.post)

	def deliver(self) -> None:
		"""Do what the sweeper finds to be done now: what was put to a talk by us, and what waits to be sent."""
		waiting = frappe.db.sql(
			"""select distinct shard from `tabChat Event`
			where state = 'Pending' and (next_attempt_on is null or next_attempt_on <= %s) order by shard""",
			now_datetime(),
			pluck=True,
		)
		for shard in waiting:
			self.work_off(shard)
		self.send_out(ENDS_OF_NOTICES)

	def send_out(self, ends: dict[str, int]) -> None:
		"""Send what is queued and may go out now; `ends` are the shares of what becomes of it."""
		names = frappe.db.sql(
			"""select name from `tabChat Message`
			where state = 'Queued' and (next_attempt_on is null or next_attempt_on <= %s) order by name""",
			now_datetime(),
			pluck=True,
		)
		if names:
			self.be(bot_user())
		for name in names:
			outbox.send(name, self.post)
		for our_id in self.post.sent:
			self.sent[our_id] = self.lot.choices([*ends], [*ends.values()])[0]
		self.post.sent.clear()
		if len(self.sent) >= STATUSES_AT_ONCE:
			self.tell_statuses()

	def tell_statuses(self) -> None:
		"""Tell what became of the messages that were sent since the last time."""
		told = {our_id: state for our_id, state in self.sent.items() if state != "sent"}
		self.sent = {}
		if not told:
			return
		numbers = frappe.db.sql(
			"""select message.name, session.conversation_key from `tabChat Message` message
			join `tabChat Session` session on session.name = message.session where message.name in %s""",
			(list(told),),
		)
		statuses = [
			{
				"id": f"wamid.demo.out.{name}",
				"status": told[str(name)],
				"timestamp": str(int(time.time())),
				"recipient_id": number,
				**({"errors": [NOT_REACHED]} if told[str(name)] == "failed" else {}),
			}
			for name, number in sorted(numbers)
		]
		self.receive({"statuses": statuses})
		for shard in sorted({events.shard_of(status["recipient_id"]) for status in statuses}):
			self.work_off(shard)
