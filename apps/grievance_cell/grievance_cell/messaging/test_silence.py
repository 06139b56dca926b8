from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from grievance_cell.messaging import events, silence
from grievance_cell.testing import ChatTestCase


class TestSilence(ChatTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_single_value("Grievance Settings", "draft_hours", 24)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		self.say("hi", "1")

	def told(self) -> list[str]:
		silence.drop_old_drafts()
		return [event.kind for event in self.events() if event.kind == events.INTERNAL]

	def be_silent(self, last_inbound_on) -> None:
		self.set("Chat Session", self.session.name, last_inbound_on=last_inbound_on)

	def test_a_draft_that_is_long_silent_is_told_so_once(self):
		self.be_silent(now_datetime() - timedelta(hours=25))
		self.assertEqual((len(self.told()), len(self.told())), (1, 1))

	def test_one_that_was_written_on_meanwhile_is_left_alone(self):
		self.be_silent(now_datetime() - timedelta(hours=23))
		self.assertEqual(self.told(), [])

	def test_a_date_that_is_missing_is_not_an_early_one(self):
		self.be_silent(None)
		self.assertEqual(self.told(), [])

	def test_a_conversation_without_a_draft_is_left_alone(self):
		self.set("Chat Session", self.session.name, flow=None)
		self.be_silent(now_datetime() - timedelta(hours=25))
		self.assertEqual(self.told(), [])
