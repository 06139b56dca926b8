from datetime import datetime
from unittest.mock import patch

import frappe

from grievance_cell.conversations import talk
from grievance_cell.conversations.model import Reply
from grievance_cell.messaging import events, messages, muted_hours, notices, outbox, sessions
from grievance_cell.messaging.providers.errors import OUTSIDE_WINDOW
from grievance_cell.messaging.test_notices import PNG
from grievance_cell.testing import (
	ChatTestCase,
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
)

# Before the test case puts its own in their place.
OVER_ON = muted_hours.over_on


def at(text: str) -> datetime:
	return datetime.fromisoformat(f"2026-01-{text}")


class TestMutedHours(SiteTestCase):
	def test_they_end_in_the_morning_across_midnight_or_on_the_same_day(self):
		night, noon = ("21:00:00", "07:00:00"), ("12:00:00", "14:30:00")
		for (begins, ends), moment, over in (
			(night, "05 20:59:59", None),
			(night, "05 21:00:00", "06 07:00:00"),
			(night, "05 23:59:59", "06 07:00:00"),
			(night, "06 00:00:00", "06 07:00:00"),
			(night, "06 06:59:59", "06 07:00:00"),
			(night, "06 07:00:00", None),
			(("21:00:00", "00:00:00"), "05 22:00:00", "06 00:00:00"),
			(("21:00:00", "00:00:00"), "06 00:00:00", None),
			(noon, "05 11:59:59", None),
			(noon, "05 12:00:00", "05 14:30:00"),
			(noon, "05 14:30:00", None),
			(("07:00:00", "07:00:00"), "05 07:00:00", None),
			((None, "07:00:00"), "05 03:00:00", None),
			((None, None), "05 03:00:00", None),
		):
			settings = frappe._dict(muted_from=begins, muted_to=ends)
			with (
				self.subTest(begins=begins, ends=ends, moment=moment),
				patch.object(frappe, "get_cached_doc", lambda _doctype, found=settings: found),
			):
				self.assertEqual(OVER_ON(at(moment)), over and at(over))

	def test_the_settings_as_they_are_stored_are_understood(self):
		frappe.db.set_single_value("Grievance Settings", {"muted_from": "22:30:00", "muted_to": "06:15:00"})
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		self.assertEqual(OVER_ON(at("05 23:00:00")), at("06 06:15:00"))


class TestMutedMessages(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.morning = at("06 07:00:00")
		self.now_is("05 23:00:00")
		for module, name, stand_in in (
			(muted_hours, "over_on", lambda now: self.morning if now < self.morning else None),
			(messages, "now_datetime", lambda: self.now),
			(outbox, "now_datetime", lambda: self.now),
		):
			patched = patch.object(module, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)
		self.chat = sessions.lock(self.channel.name, self.number)
		self.set("Chat Session", self.chat.name, last_inbound_on=at("05 22:00:00"))

	def now_is(self, text: str) -> None:
		self.now = at(text)

	def queue(self, text: str, notice: str = "", **more) -> None:
		messages.queue(self.chat, Reply(text, notice=notice), **more)
		frappe.db.commit()

	def sent(self) -> list[str]:
		outbox.drain(self.shard)
		return [text for _to, text in self.meta.sent]

	def test_notices_wait_for_the_morning_and_answers_do_not_wait_for_them(self):
		self.queue("Your case goes on", "status")
		self.queue("An announcement", purpose="Marketing")
		self.queue("This is your answer")
		self.queue("What the officer asks", "question", is_answer=True)
		answers = ["This is your answer", "What the officer asks"]
		self.assertEqual(self.sent(), answers)
		self.now_is("06 06:59:59")
		self.assertEqual(self.sent(), answers)
		self.now_is("06 07:00:00")
		self.assertEqual(self.sent(), [*answers, "Your case goes on", "An announcement"])

	def test_by_day_everything_goes_out_in_its_order(self):
		self.now_is("06 10:00:00")
		for number, notice in enumerate(("status", "", "question", "")):
			self.queue(f"{number}", notice)
		self.assertEqual(self.sent(), ["0", "1", "2", "3"])

	def test_an_emergency_is_told_at_any_hour(self):
		case = make_case(make_category(make_department()), make_area(), priority="Emergency")
		about = {"reference_doctype": "Grievance", "reference_name": case.name}
		self.queue("Help is on its way", "status", **about)
		case.db_set("priority", "High")
		self.queue("Your case goes on", "status", **about)
		self.assertEqual(self.sent(), ["Help is on its way"])

	def test_what_the_bot_begins_itself_waits_for_the_morning(self):
		state = {"flow": self.flow.name, "step": "what"}
		with patch.object(talk, "take_turn") as turn:
			turn.return_value = talk.Outcome(
				sessions.read(self.chat), [talk.Spoken(Reply("You did not finish what you began"))]
			)
			self.store(events.INTERNAL, "silence", {"notice": "silence", **state}, 0)
			self.work_off()
			self.assertEqual(self.sent(), [])
			self.receive_text("hello")
			self.work_off()
		self.assertEqual(len(self.sent()), 1)
		self.now_is("06 07:00:00")
		self.assertEqual(len(self.sent()), 2)

	def test_what_meta_refuses_at_night_goes_out_as_a_template_in_the_morning(self):
		self.queue("Your case goes on", "status", is_answer=True)
		messages.queue_as_template(self.messages()[0].name)
		frappe.db.commit()
		self.assertEqual(self.messages()[-1].next_attempt_on, self.morning)

	def test_a_photo_is_left_out_where_the_window_closes_before_the_morning(self):
		photo = frappe.get_doc(
			{"doctype": "File", "file_name": "work.png", "content": PNG, "is_private": 1}
		).insert()
		self.addCleanup(frappe.delete_doc, "File", photo.name, force=True)
		case = make_case(make_category(make_department()), make_area(), resolution_photo=photo.file_url)
		for wrote_on, priority, sent in (
			("05 08:00:00", "Medium", True),
			("05 06:30:00", "Medium", False),
			("05 06:30:00", "Emergency", True),
		):
			case.db_set("priority", priority)
			self.chat.last_inbound_on = at(wrote_on)
			before = len(self.messages())
			with (
				self.subTest(wrote_on=wrote_on, priority=priority),
				patch.object(notices, "now_datetime", lambda: self.now),
			):
				notices.show_proof(case, self.chat)
				self.assertEqual(len(self.messages()) > before, sent)

	def test_in_the_morning_the_window_is_judged_anew(self):
		self.set("Chat Session", self.chat.name, last_inbound_on=at("05 06:30:00"))
		self.queue("Your case goes on", "status")
		self.now_is("06 07:01:00")
		self.assertEqual(self.sent(), [])
		(message,) = self.messages()
		# Open at night, it has closed meanwhile, and this account has no template.
		self.assertEqual((message.state, message.error_code), ("Failed", OUTSIDE_WINDOW))
