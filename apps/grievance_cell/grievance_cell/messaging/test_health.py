from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe

from grievance_cell.messaging import channels, events, health
from grievance_cell.messaging.providers.errors import FAIL, REMEDIES, ProviderError, remedy_of
from grievance_cell.testing import ChatTestCase, make_channel, make_user


class FakeAccount:
	"""Stands where the provider's client does when the health page asks."""

	def __init__(self):
		self.number = {"display_phone_number": "+91 98765 00001", "verified_name": "जांजगीर", "quality_rating": "GREEN"}  # fmt: skip
		self.apps = ["Grievance Cell"]
		self.error: ProviderError | None = None
		self.asked = 0

	def __enter__(self):
		return self

	def __exit__(self, *_error):
		pass

	def describe_number(self):
		self.asked += 1
		if self.error:
			raise self.error
		return self.number

	def subscribed_apps(self, _business_account_id):
		if self.error:
			raise self.error
		return self.apps


class TestAskMeta(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.account = FakeAccount()
		connected = patch.object(channels, "connect", lambda channel: self.account)
		connected.start()
		self.addCleanup(connected.stop)
		self.channel = make_channel()

	def lines(self) -> dict[str, dict]:
		return {line["key"]: line for line in health.ask_meta(self.channel.name)}

	def test_what_works_is_green_and_names_the_number_and_the_app(self):
		lines = self.lines()
		self.assertEqual({line["light"] for line in lines.values()}, {"green"})
		self.assertIn("+91 98765 00001", lines["token"]["text"])
		self.assertIn("Grievance Cell", lines["subscription"]["text"])

	def test_an_invalid_token_is_told_with_what_to_do(self):
		self.account.error = ProviderError(190, "Session has expired", retryable=False)
		token = self.lines()["token"]
		self.assertEqual(token["light"], "red")
		self.assertIn("190", token["text"])
		self.assertIn("new token", token["advice"])

	def test_no_subscribed_app_is_red(self):
		self.account.apps = []
		lines = self.lines()
		self.assertEqual((lines["token"]["light"], lines["subscription"]["light"]), ("green", "red"))

	def test_meta_out_of_reach_says_nothing_about_the_token(self):
		self.account.error = ProviderError(0, "ConnectTimeout", retryable=True)
		self.assertEqual({line["light"] for line in self.lines().values()}, {"orange"})

	def test_a_low_rating_is_shown(self):
		self.account.number["quality_rating"] = "RED"
		self.assertEqual(self.lines()["token"]["light"], "orange")

	def test_meta_is_asked_once_a_minute_and_again_when_the_channel_was_corrected(self):
		self.lines()
		self.lines()
		self.assertEqual(self.account.asked, 1)
		self.channel.access_token = "another-token"
		self.channel.save()
		self.lines()
		self.assertEqual(self.account.asked, 2)

	def test_only_managers_and_operators_are_told(self):
		for role, may in (
			("Grievance Manager", True),
			("Grievance Operator", True),
			("Grievance Officer", False),
		):
			frappe.set_user(make_user(role))
			for method in (lambda: health.ask_meta(self.channel.name), health.report):
				with self.subTest(role):
					if may:
						method()
					else:
						self.assertRaises(frappe.PermissionError, method)


class TestReport(ChatTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_value("Chat Channel", {"name": ("!=", self.channel.name)}, "enabled", 0)

	def lines(self, channel: str | None = "", now: datetime | None = None) -> dict[str, dict]:
		channel = self.channel.name if channel == "" else channel
		with patch.object(health, "now_datetime", lambda: now or self.now):
			(section,) = (section for section in health.report() if section["channel"] == channel)
		return {line["key"]: line for line in section["lines"]}

	def at(self, hour: int) -> datetime:
		"""Return the next moment of that hour of a day, two days from now."""
		return (self.now + timedelta(days=2)).replace(hour=hour, minute=30)

	def arrived(self, when: datetime) -> None:
		self.say("Hello")
		self.set("Chat Event", {"channel": self.channel.name}, received_on=when)

	def test_a_new_channel_has_no_webhook_and_nothing_waits(self):
		lines = self.lines()
		self.assertEqual(lines["webhook"]["light"], "gray")
		for key in ("incoming", "outgoing", "lost", "failures"):
			self.assertEqual(lines[key]["light"], "green", key)

	def test_the_webhook_is_green_for_an_hour_and_alarms_by_day(self):
		noon, night = self.at(12), self.at(2)
		for age, now, light in (
			(timedelta(minutes=59), noon, "green"),
			(timedelta(minutes=61), noon, "orange"),
			(timedelta(hours=25), noon, "red"),
			(timedelta(hours=3), night, "gray"),
			(timedelta(hours=25), night, "red"),
		):
			with self.subTest(age=age, now=now):
				self.arrived(now - age)
				self.assertEqual(self.lines(now=now)["webhook"]["light"], light)

	def test_an_event_of_our_own_is_no_webhook(self):
		self.store(events.INTERNAL, "own", {}, 0)
		self.assertEqual(self.lines()["webhook"]["light"], "gray")

	def test_messages_of_a_day_are_counted(self):
		self.say("Hello")
		self.assertIn("1 in, 1 out", self.lines()["traffic"]["text"])
		self.assertIn("0 in, 0 out", self.lines(now=self.at(12))["traffic"]["text"])

	def test_queues_tell_how_long_the_oldest_has_been_due(self):
		self.receive_text("Hello")
		for minutes, light in ((1, "green"), (6, "orange"), (16, "red")):
			with self.subTest(minutes):
				self.set(
					"Chat Event",
					{"channel": self.channel.name},
					received_on=self.now - timedelta(minutes=minutes),
				)
				self.assertEqual(self.lines()["incoming"]["light"], light)
				self.assertIn("1 waiting", self.lines()["incoming"]["text"])
		self.set("Chat Event", {"channel": self.channel.name}, next_attempt_on=self.now + timedelta(hours=1))
		self.assertEqual(self.lines()["incoming"]["text"], "Nothing waits.")

	def test_what_waits_to_be_sent_is_the_channels_own(self):
		self.say("Hello")
		self.set("Chat Message", self.messages()[0].name, creation=self.now - timedelta(minutes=20))
		self.assertEqual(self.lines()["outgoing"]["light"], "red")
		other = make_channel()
		self.assertEqual(self.lines(other.name)["outgoing"]["light"], "green")
		self.send_all()
		self.assertEqual(self.lines()["outgoing"]["light"], "green")

	def test_a_message_that_is_tried_again_later_is_not_late(self):
		self.say("Hello")
		self.set(
			"Chat Message",
			self.messages()[0].name,
			creation=self.now - timedelta(hours=2),
			next_attempt_on=self.now - timedelta(minutes=1),
		)
		self.assertEqual(self.lines()["outgoing"]["light"], "green")

	def test_failures_are_told_by_code_and_in_words(self):
		self.meta.errors = [ProviderError(131026, "Undeliverable", retryable=False)]
		self.say("Hello")
		self.send_all()
		line = self.lines()["failures:131026"]
		self.assertEqual(line["light"], "orange")
		self.assertIn("cannot be reached", line["text"])
		self.assertNotIn("failures", self.lines())
		self.assertIn("failures", self.lines(now=self.now + timedelta(days=8)))

	def test_a_message_that_we_could_not_work_off_is_red(self):
		self.receive_text("Hello")
		self.set("Chat Event", {"channel": self.channel.name}, state="Failed")
		self.assertEqual(self.lines()["lost"]["light"], "red")

	def test_the_scheduler_is_judged_by_its_last_sweep(self):
		job = frappe.db.get_value("Scheduled Job Type", {"method": health.SWEEP})
		for age, light in ((None, "red"), (timedelta(minutes=2), "green"), (timedelta(minutes=9), "red")):
			self.set("Scheduled Job Type", job, last_execution=age and self.now - age)
			self.assertEqual(self.lines(None)["scheduler"]["light"], light)

	def test_a_failed_job_is_named_for_a_day(self):
		job = frappe.db.get_value("Scheduled Job Type", {"method": health.SWEEP})
		self.assertEqual(self.lines(None)["jobs"]["light"], "green")
		frappe.get_doc(
			{"doctype": "Scheduled Job Log", "scheduled_job_type": job, "status": "Failed"}
		).insert()
		self.assertIn("sweeper.sweep", self.lines(None)["jobs"]["text"])
		self.assertEqual(self.lines(None, now=self.at(12))["jobs"]["light"], "green")

	def test_files_that_could_not_be_fetched_are_counted(self):
		before = self.lines(None)["media"]["text"]
		self.say("Hello")
		self.set("Chat Message", self.messages("In")[0].name, media_state="Failed")
		self.assertNotEqual(self.lines(None)["media"]["text"], before)
		self.assertEqual(self.lines(None)["media"]["light"], "orange")

	def test_calls_for_a_number_that_is_no_channel_are_told(self):
		self.receive_text("Hello")
		changes = {"state": "Failed", "error": "foreign channel", "channel": None}
		self.set("Chat Event", {"channel": self.channel.name}, **changes)
		self.assertEqual(self.lines(None)["foreign"]["light"], "orange")

	def test_no_count_reads_a_whole_table(self):
		with self.queries() as asked:
			health.report()
		looked_at = 0
		for query in asked:
			for row in frappe.db.sql(f"explain {query}", as_dict=True):
				if row.table in ("message", "tabChat Message", "tabChat Event"):
					looked_at += 1
					with self.subTest(query=query, plan=row):
						self.assertIn(row.key, ("health", "media", "work"))
		self.assertGreater(looked_at, 8)

	@contextmanager
	def queries(self):
		"""Collect the queries on the tables of events and messages, as they were sent."""
		found, sql = [], frappe.db.sql

		def listening(query, values=(), *args, **more):
			if "tabChat Event" in str(query) or "tabChat Message" in str(query):
				found.append(frappe.db.mogrify(str(query), values))
			return sql(query, values, *args, **more)

		with patch.object(frappe.db, "sql", listening):
			yield found

	def test_a_stopped_number_says_why(self):
		self.assertNotIn("sending", self.lines())
		self.set("Chat Channel", self.channel.name, state="Stopped", stop_reason="Session has expired (190)")
		line = self.lines()["sending"]
		self.assertEqual(line["light"], "red")
		self.assertIn("Session has expired (190)", line["text"])

	def test_templates_are_counted_by_what_meta_says_of_them(self):
		account = self.channel.business_account_id
		self.set("Chat Template", {"enabled": 1}, enabled=0)
		self.assertEqual(self.lines()["templates"]["light"], "red")
		names = frappe.get_all("Chat Template", pluck="name", limit=3)
		self.set("Chat Template", {"name": ("in", names)}, enabled=1)
		self.assertEqual(self.lines()["templates"]["text"], "Not Submitted: 3")
		rows = []
		for name in names:
			template = frappe.get_doc("Chat Template", name)
			template.append("accounts", {"business_account_id": account, "state": "Approved"})
			template.append("accounts", {"business_account_id": "1", "state": "Rejected"})
			template.flags.ignore_validate = True
			rows.append(template.save().accounts[-2].name)
		self.assertEqual(self.lines()["templates"]["light"], "green")
		for state, light in (("Pending", "orange"), ("Rejected", "red")):
			self.set("Chat Template Account", rows[0], state=state)
			line = self.lines()["templates"]
			self.assertEqual((line["light"], line["text"]), (light, f"Approved: 2, {state}: 1"))


class TestMeanings(ChatTestCase):
	def test_every_error_that_has_a_remedy_is_told_in_words(self):
		unknown, _advice = health.meaning_of(999999)
		for code in (0, *REMEDIES):
			meaning, advice = health.meaning_of(code)
			with self.subTest(code):
				if remedy_of(code).kind != FAIL or code == 0:
					self.assertNotEqual(meaning, unknown)
				self.assertTrue(advice)
