from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Choice, Reply
from grievance_cell.messaging import messages, outbox, sessions, sweeper
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError
from grievance_cell.messaging.window import is_open
from grievance_cell.testing import ChatTestCase


class TestOutbox(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.say("choked drain")
		frappe.db.delete("Chat Message", {"session": self.session.name, "direction": "Out"})
		frappe.db.commit()

	def queue(self, *texts: str) -> list[int]:
		names = [messages.queue(sessions.get(self.channel.name, self.number), Reply(text)) for text in texts]
		frappe.db.commit()
		return names

	def test_sends_in_order_and_notes_metas_id(self):
		names = self.queue("one", "two", "three")
		self.send_all()
		self.assertEqual(self.meta.sent, [(self.number, text) for text in ("one", "two", "three")])
		for message, name in zip(self.messages(), names, strict=True):
			self.assertEqual(
				(message.state, message.attempts, message.message_id), ("Sent", 1, f"wamid.out.{name}")
			)
			self.assertTrue(message.sent_on)

	def test_is_sending_before_the_request_goes_out(self):
		states = []
		self.meta.on_send = lambda name: states.append(
			frappe.db.get_value("Chat Message", name, ["state", "attempts"])
		)
		self.queue("one")
		self.send_all()
		self.assertEqual(states, [("Sending", 1)])

	def test_a_reply_comes_out_of_the_outbox_as_it_went_in(self):
		reply = Reply("Sure?", (Choice("y", "हाँ", "why", True), Choice("n", "No")))
		name = messages.queue(sessions.get(self.channel.name, self.number), reply)
		self.assertEqual(messages.reply_of(frappe.get_doc("Chat Message", name)), reply)
		place = Reply("Where?", asks_location=True)
		name = messages.queue(sessions.get(self.channel.name, self.number), place)
		self.assertEqual(messages.reply_of(frappe.get_doc("Chat Message", name)), place)

	def test_who_has_chosen_no_language_has_lists_opened_in_the_channels(self):
		frappe.db.set_value("Chat Channel", self.channel.name, "default_language", "hi")
		frappe.clear_document_cache("Chat Channel", self.channel.name)
		self.queue("Which?")
		with patch.object(self.meta, "send", return_value="wamid.out") as sent:
			self.send_all()
		self.assertEqual(sent.call_args.kwargs["list_button"], _("Choose", "hi"))

	def test_two_workers_send_a_message_once(self):
		(name,) = self.queue("one")
		self.assertTrue(outbox.claim(name))
		self.assertIsNone(outbox.claim(name))
		outbox.send(name)
		self.assertEqual(self.meta.sent, [])

	def test_what_can_be_tried_again_waits_longer_each_time_and_keeps_the_order(self):
		self.queue("one", "two")
		waits = []
		for _attempt in range(3):
			self.meta.errors = [ProviderError(131000, "Something went wrong", True)]
			self.send_all()
			first, second = self.messages()
			self.assertEqual((first.state, second.state), ("Queued", "Queued"))
			waits.append(round((first.next_attempt_on - now_datetime()).total_seconds()))
			self.let_time_pass()
		self.assertEqual(waits, [2, 4, 8])
		self.assertEqual(self.meta.sent, [])
		self.send_all()
		self.assertEqual([text for _to, text in self.meta.sent], ["one", "two"])
		self.assertEqual((self.messages()[0].error, self.messages()[0].error_code), (None, 0))

	def test_a_message_that_waits_is_not_claimed(self):
		(name,) = self.queue("one")
		self.meta.errors = [ProviderError(131000, "Something went wrong", True)]
		self.send_all()
		self.assertIsNone(outbox.claim(name))

	def test_the_rate_of_a_pair_wants_four_times_the_wait(self):
		self.queue("one")
		self.set("Chat Message", self.messages()[0].name, attempts=2)
		self.meta.errors = [ProviderError(131056, "Pair rate limit hit", True)]
		self.send_all()
		wait = (self.messages()[0].next_attempt_on - now_datetime()).total_seconds()
		self.assertAlmostEqual(wait, 64, delta=3)

	def test_what_cannot_be_tried_again_fails_and_the_next_goes_out(self):
		self.queue("one", "two")
		self.meta.errors = [ProviderError(131026, "Undeliverable", False)]
		self.send_all()
		first, second = self.messages()
		self.assertEqual((first.state, first.error_code, first.error), ("Failed", 131026, "Undeliverable"))
		self.assertEqual(second.state, "Sent")

	def test_fails_after_the_last_attempt(self):
		self.queue("one")
		self.set("Chat Message", self.messages()[0].name, attempts=outbox.MOST_ATTEMPTS - 1)
		self.meta.errors = [ProviderError(131000, "Something went wrong", True)]
		self.send_all()
		self.assertEqual(self.messages()[0].state, "Failed")

	def test_an_error_of_ours_fails_the_message_and_is_logged(self):
		self.queue("one", "two")
		self.meta.errors = [KeyError("messages")]
		self.send_all()
		self.assertEqual([message.state for message in self.messages()], ["Failed", "Sent"])
		title = f"Chat Message {self.messages()[0].name} could not be sent"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_outside_the_window_nothing_is_sent(self):
		self.set("Chat Session", self.session.name, last_inbound_on=now_datetime() - timedelta(hours=25))
		self.queue("one")
		self.send_all()
		(message,) = self.messages()
		self.assertEqual((message.state, message.error_code, self.meta.sent), ("Failed", 131047, []))

	def test_the_window_is_open_for_less_than_a_day(self):
		now = now_datetime()
		self.assertTrue(is_open(now - timedelta(hours=23, minutes=59), now))
		self.assertTrue(is_open(str(now - timedelta(hours=1)), now))
		self.assertFalse(is_open(now - timedelta(hours=24), now))
		self.assertFalse(is_open(None, now))

	def test_what_a_killed_worker_left_is_sent_again_after_two_minutes_in_its_place(self):
		first, _second = self.queue("one", "two")
		outbox.claim(first)
		self.send_all()
		self.assertEqual(self.meta.sent, [])
		waits = self.messages()[0].next_attempt_on - now_datetime()
		self.assertAlmostEqual(waits.total_seconds(), 120, delta=5)
		outbox.requeue_lost()
		self.assertEqual(self.messages()[0].state, "Sending")
		self.let_time_pass()
		outbox.requeue_lost()
		self.send_all()
		self.assertEqual([text for _to, text in self.meta.sent], ["one", "two"])

	def test_what_kills_its_worker_each_time_is_given_up(self):
		self.queue("one")
		for attempt in range(1, outbox.MOST_ATTEMPTS + 1):
			with self.subTest(attempt):
				self.assertTrue(outbox.claim(self.messages()[0].name))
			self.let_time_pass()
			outbox.requeue_lost()
		given_up = self.messages()[0]
		self.assertEqual((given_up.state, given_up.error), ("Failed", "Given up after 8 attempts"))

	def test_a_status_that_comes_before_the_answer_is_not_undone_by_it(self):
		(name,) = self.queue("one")

		def status(our_id):
			self.receive_status("delivered", f"wamid.out.{our_id}", biz_opaque_callback_data=our_id)
			self.work_off()

		self.meta.on_send = status
		self.send_all()
		(message,) = self.messages()
		self.assertEqual((message.name, message.state), (name, "Delivered"))
		self.assertTrue(message.sent_on)


class TestSweeper(ChatTestCase):
	def woken(self) -> set:
		woken = set()
		with patch.object(sweeper, "wake", lambda *shard: woken.add(shard)):
			sweeper.sweep()
		return woken

	def test_wakes_what_was_left_behind(self):
		self.receive_text("choked drain")
		self.assertIn(("inbox", self.shard), self.woken())
		self.work_off()
		self.assertIn(("outbox", self.shard), self.woken())
		self.send_all()
		self.assertFalse({("inbox", self.shard), ("outbox", self.shard)} & self.woken())

	def test_leaves_what_waits_for_its_time(self):
		self.receive_text("choked drain")
		self.set("Chat Event", self.events()[0].name, next_attempt_on=now_datetime() + timedelta(minutes=5))
		self.assertNotIn(("inbox", self.shard), self.woken())

	def test_queues_again_what_was_lost_on_the_way(self):
		self.say("choked drain")
		outbox.claim(self.messages()[0].name)
		self.let_time_pass()
		self.assertIn(("outbox", self.shard), self.woken())

	def test_fetches_a_file_whose_job_was_lost(self):
		self.receive("image", {"id": "media.1"})
		self.work_off()
		inbound = self.messages("In")[0].name
		self.assertEqual(len(self.jobs), 1)
		self.woken()
		self.assertEqual(len(self.jobs), 1)
		self.let_time_pass()
		self.woken()
		self.assertEqual([job["message"] for _method, job in self.jobs], [inbound, inbound])
