from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from grievance_cell.messaging import statuses
from grievance_cell.testing import ChatTestCase


class TestStatuses(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.say("choked drain")
		self.send_all()
		self.message_id = self.messages()[0].message_id

	@property
	def state(self) -> str:
		return self.messages()[0].state

	def hear(self, *states: str, **more) -> None:
		for state in states:
			self.receive_status(state, self.message_id, **more)
		self.work_off()

	def test_a_message_moves_forward_only(self):
		for state, expected in (
			("delivered", "Delivered"),
			("sent", "Delivered"),
			("read", "Read"),
			("played", "Read"),
			("failed", "Failed"),
			("read", "Failed"),
		):
			self.hear(state)
			with self.subTest(state):
				self.assertEqual(self.state, expected)

	def test_statuses_in_any_order_end_in_the_same_state(self):
		self.hear("read", "sent", "delivered")
		self.assertEqual(self.state, "Read")
		self.assertEqual({event.state for event in self.events()}, {"Processed"})

	def test_a_failure_says_why(self):
		self.hear(
			"failed",
			errors=[{"code": 131026, "title": "Undeliverable", "error_data": {"details": "No WhatsApp"}}],
		)
		message = self.messages()[0]
		self.assertEqual(
			(message.state, message.error_code, message.error), ("Failed", 131026, "No WhatsApp")
		)

	def test_a_failure_without_a_reason_is_one_too(self):
		for errors in ([], [{}], [{"title": "Undeliverable"}]):
			self.set("Chat Message", self.messages()[0].name, state="Sent")
			frappe.db.delete("Chat Event", {"channel": self.channel.name, "kind": "Status"})
			self.hear("failed", errors=errors)
			self.assertEqual(self.state, "Failed")

	def test_a_message_whose_answer_was_lost_is_found_by_our_name(self):
		name = self.messages()[0].name
		self.set("Chat Message", name, state="Sending", message_id=None)
		self.receive_status("delivered", "wamid.new", biz_opaque_callback_data=str(name))
		self.work_off()
		message = self.messages()[0]
		self.assertEqual((message.state, message.message_id), ("Delivered", "wamid.new"))

	def test_our_name_of_an_inbound_message_is_nobodys_status(self):
		inbound = self.messages("In")[0]
		self.receive_status("delivered", "wamid.new", biz_opaque_callback_data=str(inbound.name))
		self.receive_status("read", inbound.message_id)
		self.work_off()
		self.assertEqual(self.messages("In")[0].state, "Received")

	def test_a_status_of_nothing_waits_for_a_day(self):
		self.receive_status("delivered", "wamid.unknown")
		for _look in range(8):
			self.work_off()
			event = self.events()[-1]
			self.assertEqual((event.state, event.attempts), ("Pending", 0))
			self.assertGreater(event.next_attempt_on, now_datetime())
			self.let_time_pass()
		self.set("Chat Event", event.name, received_on=now_datetime() - statuses.WAIT_FOR_MESSAGE)
		self.work_off()
		event = self.events()[-1]
		self.assertEqual((event.state, event.error), ("Failed", "No message of ours"))

	def test_a_status_that_waits_holds_back_no_message(self):
		self.receive_status("delivered", "wamid.unknown", at=1)
		self.receive_text("yes", at=2)
		self.work_off()
		self.assertEqual([event.state for event in self.events()][1:], ["Pending", "Processed"])

	def test_an_unknown_status_changes_nothing_and_is_kept(self):
		self.hear("teleported")
		self.assertEqual((self.events()[-1].state, self.state), ("Processed", "Sent"))
		self.receive_status("teleported", "wamid.unknown")
		self.work_off()
		event = self.events()[-1]
		self.assertEqual((event.state, event.error), ("Failed", "Unknown status"))

	def test_no_conversation_is_locked_or_changed_for_a_status(self):
		before = frappe.db.get_value("Chat Session", self.session.name, ["modified", "data"])
		self.hear("read")
		self.assertEqual(frappe.db.get_value("Chat Session", self.session.name, ["modified", "data"]), before)

	def test_a_day_is_what_meta_may_take(self):
		self.assertEqual(statuses.WAIT_FOR_MESSAGE, timedelta(days=1))
