from unittest.mock import patch

import frappe

from grievance_cell.messaging import wake
from grievance_cell.messaging.events import SHARDS, shard_of
from grievance_cell.testing import SiteTestCase, mobile_no

# Kept before the base class of the tests puts its own in the place.
QUEUE_ANSWERS = wake.queue_answers


class TestWake(SiteTestCase):
	SHARD = 999

	def setUp(self):
		super().setUp()
		wake.awake("inbox", self.SHARD)
		self.addCleanup(wake.awake, "inbox", self.SHARD)

	def test_a_drain_that_is_called_already_is_not_called_again_until_it_begins(self):
		wake.wake("inbox", self.SHARD)
		wake.wake("inbox", self.SHARD)
		self.assertEqual(len(self.jobs), 1)
		wake.awake("inbox", self.SHARD)
		wake.wake("inbox", self.SHARD)
		self.assertEqual(len(self.jobs), 2)

	def test_a_failing_redis_stops_nothing(self):
		with patch.object(frappe.cache, "set", side_effect=ConnectionError):
			wake.wake("inbox", self.SHARD)
		with patch.object(frappe.cache, "delete", side_effect=ConnectionError):
			wake.awake("inbox", self.SHARD)
		with patch.object(frappe, "enqueue", side_effect=ConnectionError):
			wake.wake("inbox", self.SHARD)

	def test_a_queue_that_is_down_is_found_out_at_once_and_not_called(self):
		with patch.dict(frappe.conf, redis_queue="redis://127.0.0.1:1"):
			self.assertFalse(QUEUE_ANSWERS())
		with patch.object(wake, "queue_answers", lambda: False):
			wake.wake("inbox", self.SHARD)
		self.assertEqual(self.jobs, [])

	def test_a_wake_up_that_was_lost_blocks_the_next_for_a_minute_at_most(self):
		wake.wake("inbox", self.SHARD)
		self.assertTrue(0 < frappe.cache.ttl(wake._key("inbox", self.SHARD)) <= 60)

	def test_every_drain_can_be_called(self):
		for path in wake.DRAINS.values():
			self.assertTrue(callable(frappe.get_attr(path)))

	def test_a_conversation_stays_in_its_shard_and_conversations_are_spread(self):
		numbers = [mobile_no() for _each in range(200)]
		self.assertEqual([shard_of(number) for number in numbers], [shard_of(number) for number in numbers])
		self.assertGreater(len({shard_of(number) for number in numbers}), SHARDS // 2)
		self.assertTrue(all(0 <= shard_of(number) < SHARDS for number in numbers))
