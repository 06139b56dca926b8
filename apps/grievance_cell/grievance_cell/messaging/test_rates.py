from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Reply
from grievance_cell.messaging import messages, outbox, rates, sessions
from grievance_cell.testing import ChatTestCase, unique


class TestRateOfAPair(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.say("choked drain")
		frappe.db.delete("Chat Message", {"session": self.session.name, "direction": "Out"})
		frappe.db.commit()
		self.clock = now_datetime()
		stopped = patch.object(outbox, "now_datetime", lambda: self.clock)
		stopped.start()
		self.addCleanup(stopped.stop)

	def queue(self, number: int) -> None:
		for position in range(number):
			messages.queue(sessions.get(self.channel.name, self.number), Reply(str(position)))
		frappe.db.commit()

	def test_a_burst_goes_out_and_then_one_every_six_seconds(self):
		self.queue(60)
		self.send_all()
		self.assertEqual(len(self.meta.sent), 45)
		for sent in (46, 47):
			self.clock += timedelta(seconds=5)
			self.send_all()
			self.assertEqual(len(self.meta.sent), sent - 1)
			self.clock += timedelta(seconds=1)
			self.send_all()
			self.assertEqual(len(self.meta.sent), sent)
		self.clock += timedelta(seconds=60)
		self.send_all()
		self.assertEqual([text for _to, text in self.meta.sent], [str(position) for position in range(57)])

	def test_who_waits_has_lost_no_attempt(self):
		self.queue(46)
		self.send_all()
		waiting = self.messages()[-1]
		self.assertEqual((waiting.state, waiting.attempts), ("Queued", 0))
		self.assertEqual(waiting.next_attempt_on, self.clock + timedelta(seconds=6))

	def test_after_a_long_quiet_a_whole_burst_is_there_again(self):
		self.queue(45)
		self.send_all()
		self.clock += timedelta(seconds=270)
		self.queue(46)
		self.send_all()
		self.assertEqual(len(self.meta.sent), 90)


class TestRateOfANumber(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.clock, self.pauses = 1000.0, []
		self.name = unique("Channel")

		def sleep(seconds: float) -> None:
			self.pauses.append(seconds)
			self.clock += seconds

		for name, stand_in in (("time", lambda: self.clock), ("sleep", sleep)):
			patched = patch.object(rates.time, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)

	def test_no_more_than_so_many_a_second(self):
		for _message in range(7):
			rates.wait_for_turn(self.name, 3)
		self.assertEqual(self.pauses, [1.0, 1.0])
		rates.wait_for_turn(unique("Another channel"), 3)
		self.assertEqual(len(self.pauses), 2)

	def test_without_redis_meta_will_tell(self):
		with patch.object(frappe.cache, "incr", side_effect=ConnectionError):
			for _message in range(5):
				rates.wait_for_turn(self.name, 1)
		self.assertEqual(self.pauses, [])

	def test_nobody_waits_without_end(self):
		rates.wait_for_turn(self.name, 0)
		self.assertEqual(len(self.pauses), rates.MOST_SECONDS)
