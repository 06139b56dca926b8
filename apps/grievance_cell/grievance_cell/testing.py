"""What the tests of this app share: a base class, and documents that a test may ask for.

Every name ends in letters of its own, so that a test finds what it made and nothing else, on an empty site and on one
that is full of demo masters.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import frappe
from frappe.core.doctype.user import user as user_controller
from frappe.utils import now_datetime
from freezegun import freeze_time

from grievance_cell.conversations.model import Reply
from grievance_cell.grievances import escalation, lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import (
	channels,
	events,
	identities,
	inbox,
	mail,
	messages,
	muted_hours,
	outbox,
	wake,
)
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError
from grievance_cell.setup.install import own_doctypes

try:
	from frappe.tests import IntegrationTestCase as FrappeTestCase
except ImportError:  # Frappe v15
	from frappe.tests.utils import FrappeTestCase

__all__ = ["ChatTestCase", "FrappeTestCase", "SiteTestCase", "TimedTestCase"]

# Frappe's runner makes and commits test records of every DocType that the DocType under test links to. Ours make what
# they need: a test file beside a DocType says `test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS` (v15, v16).
NO_TEST_RECORDS = ["DocType", "File", "Language", "User", *sorted(own_doctypes())]

# A Monday, when a case of TimedTestCase is registered.
START = datetime(2026, 1, 5, 10, 0)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

APP_SECRET, VERIFY_TOKEN = "test-app-secret", "test-verify-token"


class SiteTestCase(FrappeTestCase):
	"""Tests whose documents are rolled back, those of `make_fixtures` after the class and all others after the test.

	Jobs are noted in `self.jobs` and not enqueued.
	"""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.make_fixtures()

	@classmethod
	def make_fixtures(cls) -> None:
		"""Make what every test of the class reads and none changes."""

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		frappe.db.savepoint("test_begins")
		self.addCleanup(frappe.db.rollback, save_point="test_begins")
		self.addCleanup(frappe.db.after_commit.reset)
		# Frappe keeps its Error Log outside of transactions.
		self.addCleanup(frappe.db.delete, "Error Log", {"creation": (">=", now_datetime())})
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.clear_messages)
		self.addCleanup(frappe.clear_document_cache, "Grievance Settings", "Grievance Settings")
		self.jobs: list[tuple] = []
		for patched in (
			patch.object(frappe, "enqueue", lambda method, **given: self.jobs.append((method, given))),
			patch.object(wake, "queue_answers", lambda: True),
			patch.object(mail, "queue_answers", lambda: True),
			# Tests run at night as well.
			patch.object(muted_hours, "over_on", lambda now: None),
		):
			patched.start()
			self.addCleanup(patched.stop)

	def without_commits(self) -> None:
		"""Let code that commits by design run on savepoints, so that the test's rollback still undoes everything."""
		database, rollback = frappe.db, frappe.db.rollback

		def commit():
			database.savepoint("committed")
			database.after_commit.run()

		def roll_back(*, save_point=None):
			if not save_point:
				database.after_commit.reset()
			rollback(save_point=save_point or "committed")

		for name, stand_in in (("commit", commit), ("rollback", roll_back)):
			patched = patch.object(frappe.db, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)
		commit()


class TimedTestCase(SiteTestCase):
	"""`self.case`, of one office, with a target that runs day and night; what is done to it is done at a given moment."""

	HOURS, RESPONSE_HOURS = 8, 2

	@classmethod
	def make_fixtures(cls):
		# The scheduler finds no case but the test's own.
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		cls.officer = make_user("Grievance Officer")
		cls.make_postings()
		cls.sla = make_sla(cls.HOURS, cls.RESPONSE_HOURS, category=cls.category.name)

	@classmethod
	def make_postings(cls) -> None:
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)

	def setUp(self):
		super().setUp()
		self.without_commits()
		self.register()

	def register(self, **values) -> None:
		"""Take a case at START, from a citizen who speaks English unless `values` have another."""
		with at(START):
			values = {"citizen": make_citizen(language="en").name, **values}
			self.case = make_case(self.category, self.ward, **values)
		self.case.reload()

	def check(self, when: datetime) -> None:
		"""Do what the scheduler does at a moment."""
		frappe.db.commit()
		with at(when):
			escalation.check_due()
		self.case.reload()

	def move(self, to: str, when: datetime, user: str | None = None, **values) -> None:
		"""Move the case as its officer, or as another user."""
		frappe.set_user(user or self.officer)
		try:
			with at(when):
				lifecycle.move(frappe.get_doc("Grievance", self.case.name), to, **values)
		finally:
			frappe.set_user("Administrator")
		self.case.reload()


class FakeMeta:
	"""Stands where the provider's client does: notes what is sent, and fails as it is told to."""

	def __init__(self):
		self.sent: list[tuple[str, str]] = []
		self.templates_sent: list[tuple] = []
		self.uploads: list[tuple] = []
		self.listed: list[dict] = []
		self.errors: list[Exception] = []
		self.files: dict[str, tuple[dict, bytes]] = {}
		self.on_send = lambda our_id: None

	def __enter__(self):
		return self

	def __exit__(self, *_error):
		pass

	def send(self, to, reply, *, list_button, our_id):
		self.on_send(our_id)
		if self.errors:
			raise self.errors.pop(0)
		self.sent.append((to, reply.text))
		return f"wamid.out.{our_id}"

	def send_template(self, to, name, language, parameters, payloads, *, our_id):
		self.templates_sent.append((name, language, parameters, payloads))
		return self.send(to, Reply(name), list_button="", our_id=our_id)

	def send_file(self, to, kind, media_id, caption, filename, *, our_id):
		return self.send(to, Reply(f"{kind} {media_id} {filename}: {caption}"), list_button="", our_id=our_id)

	def upload(self, content, content_type, filename):
		self.uploads.append((content, content_type, filename))
		return f"media.out.{len(self.uploads)}"

	def submit_template(self, account, meta_id, described):
		if self.errors:
			raise self.errors.pop(0)
		found = next((each for each in self.listed if each["id"] == meta_id), None)
		if not found:
			self.listed.append(found := {"id": f"{len(self.listed) + 1}"})
		found.update({**described, "status": "PENDING"})
		return {"id": found["id"], "status": "PENDING"}

	def templates(self, account):
		if self.errors:
			raise self.errors.pop(0)
		return self.listed

	def media(self, media_id):
		if media_id not in self.files:
			raise ProviderError(100, "No such file", retryable=False)
		return {"url": media_id, **self.files[media_id][0]}

	def download(self, url, limit):
		if self.errors:
			raise self.errors.pop(0)
		content = self.files[url][1]
		if len(content) > limit:
			raise ProviderError(0, "The file is too large", retryable=False)
		return content


class ChatTestCase(SiteTestCase):
	"""A channel and one form on it, of one question and a confirmation, that makes a ToDo; Meta is a stand-in."""

	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Chat Flow", {"enabled": 1}, "enabled", 0)
		cls.channel = make_channel()
		cls.flow = make(
			"Chat Flow",
			title=unique("Form"),
			document_type="ToDo",
			enabled=1,
			needs_citizen=0,
			menu_label="Form",
			opening_step="what",
			steps=[
				{
					"step_id": "what",
					"kind": "Text",
					"prompt": "What?",
					"target_field": "description",
					"required": 1,
				},
				{"step_id": "confirm", "kind": "Confirm", "prompt": "Is this right?", "required": 1},
			],
			closing_message="Done: {{ doc.description }}",
		)

	def setUp(self):
		super().setUp()
		self.without_commits()
		self.meta = FakeMeta()
		# A shard of the test's own, so that what else waits on the site is left alone.
		self.shard = int(digits(8))
		for module, name, stand_in in (
			(events, "shard_of", lambda conversation_key: self.shard),
			(messages, "shard_of", lambda conversation_key: self.shard),
			(identities, "shard_of", lambda conversation_key: self.shard),
			(channels, "connect", lambda channel: self.meta),
			(inbox, "wake", lambda *shard: None),
			(outbox, "wake", lambda *shard: None),
		):
			patched = patch.object(module, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)
		self.number = mobile_no().lstrip("+")
		self.now = now_datetime().replace(microsecond=0)

	def receive(
		self, kind: str = "text", body: dict | None = None, *, at: int = 0, message_id: str = "", **more
	) -> str:
		"""Store a message as the webhook does, so many seconds from now; returns its id."""
		message_id = message_id or f"wamid.{frappe.generate_hash(length=16)}"
		message = {"id": message_id, "from": self.number, "type": kind, kind: body, **more}
		self.store(events.MESSAGE, message_id, {"message": message, "contact": {}}, at)
		return message_id

	def receive_text(self, text: str, **more) -> str:
		return self.receive("text", {"body": text}, **more)

	def receive_status(self, state: str, message_id: str, at: int = 0, **more) -> None:
		status = {"id": message_id, "status": state, "recipient_id": self.number, **more}
		self.store(events.STATUS, f"{message_id} {state}", {"status": status}, at)

	def store(self, kind: str, key: str, payload: dict, at: int) -> None:
		event = events.event(
			kind,
			events.key_of(self.channel.name, kind, key),
			channel=self.channel.name,
			conversation_key=self.number,
			timestamp=self.now + timedelta(seconds=at),
			payload=payload,
		)
		events.store([event])
		frappe.db.commit()

	def work_off(self) -> None:
		with lifecycle.acting_as(bot_user()):
			inbox.work_off(self.shard)

	def send_all(self) -> None:
		outbox.drain(self.shard)

	def say(self, *texts: str) -> None:
		for text in texts:
			self.receive_text(text)
			self.work_off()

	@property
	def session(self):
		return frappe.db.get_value(
			"Chat Session",
			{"channel": self.channel.name, "conversation_key": self.number},
			["name", "citizen", "step", "data", "last_inbound_on"],
			as_dict=True,
		)

	def messages(self, direction: str = "Out") -> list:
		if not self.session:
			return []
		return frappe.get_all(
			"Chat Message",
			{"session": self.session.name, "direction": direction},
			["*"],
			order_by="name",
		)

	def texts(self, direction: str = "Out") -> list[str]:
		return [message.text for message in self.messages(direction)]

	def events(self) -> list:
		return frappe.get_all(
			"Chat Event",
			{"channel": self.channel.name, "conversation_key": self.number},
			["name", "kind", "state", "attempts", "error", "next_attempt_on"],
			order_by="name",
		)

	def let_time_pass(self) -> None:
		"""Make due whatever waits for its next attempt."""
		for table in ("Chat Event", "Chat Message"):
			self.set(table, {"next_attempt_on": ("is", "set")}, next_attempt_on=datetime(2020, 1, 1))

	def set(self, doctype: str, which, **values) -> None:
		frappe.db.set_value(doctype, which, values)
		frappe.db.commit()


def at(moment: datetime):
	"""Freeze the clock at a moment of the site's own time zone, for a block."""
	zone = ZoneInfo(frappe.utils.get_system_timezone())
	# Frappe asks for the time of day in UTC and converts it.
	return freeze_time(moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None))


def in_threads(test, count: int, work: Callable[[], None]) -> None:
	"""Do a piece of work several times at once, each on a connection of its own; an error of any fails the test."""
	site, path, failures = frappe.local.site, frappe.local.sites_path, []

	def run():
		frappe.init(site, sites_path=path)
		frappe.connect()
		# What connecting has read is no snapshot of ours.
		frappe.db.rollback()
		try:
			with patch.object(frappe, "enqueue", lambda *args, **kwargs: None):
				work()
		except Exception as error:
			failures.append(error)
		finally:
			frappe.destroy()

	threads = [threading.Thread(target=run) for _each in range(count)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(60)
	test.assertEqual(failures, [])


def unique(text: str) -> str:
	return f"{text} {frappe.generate_hash(length=8)}"


def make(doctype: str, **values):
	return frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def make_area(area_type: str = "Ward", parent=None, **values):
	"""Make a Local Area; a `parent` becomes a group."""
	if parent and not parent.is_group:
		parent.db_set("is_group", 1)
	values.setdefault("area_name", unique(area_type))
	return make(
		"Local Area", area_type=area_type, parent_local_area=parent.name if parent else None, **values
	)


def make_department(**values):
	code = frappe.generate_hash(length=8)
	return make("Department", **{"department_name": f"Department {code}", "short_code": code, **values})


def make_category(department, **values):
	"""Make a Grievance Category of a department; `by_area_type` maps area types to other departments."""
	rows = [
		{"area_type": area_type, "department": other.name}
		for area_type, other in values.pop("by_area_type", {}).items()
	]
	return make(
		"Grievance Category",
		**{
			"category_name": unique("Category"),
			"applies_to": "Complaint\nDemand\nSuggestion",
			"department": department and department.name,
			"departments": rows,
			**values,
		},
	)


def make_sla(hours: float = 8, response_hours: float = 2, days: int = 0, **values):
	"""Make an SLA with one target for all priorities, day and night unless `working_windows` are given."""
	resolution = {"resolution_days": days} if days else {"resolution_time": hours * 3600}
	return make(
		"SLA",
		**{
			"sla_name": unique("SLA"),
			"enabled": 1,
			"round_the_clock": int("working_windows" not in values),
			"targets": [
				{"priority": priority, "response_time": response_hours * 3600, **resolution}
				for priority in ("Low", "Medium", "High", "Emergency")
			],
			**values,
		},
	)


def make_user(*roles: str) -> str:
	email = f"{frappe.generate_hash(length=10)}@example.com"
	with (
		# Frappe lets no more than 60 users be made in an hour, but for an import.
		patch.dict(frappe.flags, in_import=True),
		# It sets a default with each user, for which it forgets all that it keeps of the site.
		patch.object(user_controller, "ask_pass_update", create=True),
	):
		make(
			"User",
			email=email,
			first_name=email,
			enabled=1,
			send_welcome_email=0,
			user_type="System User",
			roles=[{"role": role} for role in roles],
		)
	return email


def make_posting(department, *areas, **values):
	return make(
		"Officer Posting",
		**{
			"title": unique("Posting"),
			"department": department and department.name,
			"areas": [{"area": area.name} for area in areas],
			**values,
		},
	)


def mobile_no() -> str:
	"""Make up an Indian mobile number that nobody on the site has."""
	while True:
		number = f"+9198{int(frappe.generate_hash(length=12), 16) % 10**8:08d}"
		if not frappe.db.exists("Citizen", {"mobile_no": number}):
			return number


def make_citizen(**values):
	return make("Citizen", **{"citizen_name": "Geeta Bai", "mobile_no": mobile_no(), **values})


def make_case(category, area, /, **values):
	return make(
		"Grievance",
		**{
			"grievance_type": "Complaint",
			"category": category.name,
			"area": area.name,
			"description": "The drain is choked",
			"source": "Walk-in",
			**values,
		},
	)


def make_channel(**values):
	return make(
		"Chat Channel",
		**{
			"channel_name": unique("Channel"),
			"phone_number_id": digits(15),
			"business_account_id": digits(15),
			"default_language": "en",
			"api_url": "http://127.0.0.1:9",
			"app_secret": APP_SECRET,
			"verify_token": VERIFY_TOKEN,
			"access_token": "test-access-token",
			**values,
		},
	)


def digits(length: int) -> str:
	return f"{int(frappe.generate_hash(length=24), 16) % 10**length:0{length}d}"
