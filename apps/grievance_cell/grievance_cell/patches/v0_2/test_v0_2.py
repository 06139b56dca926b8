import json

import frappe

from grievance_cell.conversations.model import Session
from grievance_cell.patches.v0_2 import hash_shipped_documents_anew, keep_drafts_as_stacks
from grievance_cell.setup import shipped
from grievance_cell.testing import SiteTestCase, make_channel


class TestDraftsAsStacks(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.channel = make_channel()

	def patched(self, data: dict) -> Session:
		name = frappe.generate_hash(length=10)
		frappe.get_doc(
			{
				"doctype": "Chat Session",
				"channel": self.channel.name,
				"conversation_key": name,
				"data": json.dumps(data),
			}
		).insert()
		keep_drafts_as_stacks.execute()
		stored = frappe.db.get_value("Chat Session", {"conversation_key": name}, "data")
		return Session.from_dict(json.loads(stored))

	def test_a_form_under_way_goes_on(self):
		answers = {"type": "Complaint", "description": "The drain is choked"}
		session = self.patched(
			{
				"language": "hi",
				"citizen_known": True,
				"flow": "Grievance",
				"version": "1",
				"step": "area",
				"answers": answers,
				"labels": {"type": "Complaint"},
				"media": ["17"],
			}
		)
		(draft,) = session.drafts
		self.assertEqual((session.language, session.citizen_known), ("hi", True))
		self.assertEqual(
			(draft.flow, draft.step, draft.answers, draft.media), ("Grievance", "area", answers, ["17"])
		)

	def test_what_comes_after_the_introduction_lies_below_it(self):
		opening = {"text": "The drain is choked"}
		session = self.patched(
			{"flow": "Introduction", "step": "name", "next_flow": "Grievance", "opening": opening}
		)
		self.assertEqual([draft.flow for draft in session.drafts], ["Grievance", "Introduction"])
		self.assertEqual(session.drafts[0].opening, opening)

	def test_who_was_asked_why_is_asked_again(self):
		session = self.patched({"question": {"case": "GRV-2026-000001"}})
		self.assertEqual([(d.flow, d.about) for d in session.drafts], [("Not Settled", "GRV-2026-000001")])

	def test_what_is_a_stack_stays(self):
		stack = Session(language="pa", misunderstood=2).to_dict()
		self.assertEqual(self.patched(stack).to_dict(), stack)


class TestShippedDocuments(SiteTestCase):
	KEY = "Chat Flow:Rating"

	def stored(self) -> str:
		return shipped.remembered_of(self.KEY)["stored"]

	def remember_as_before(self) -> None:
		before = hash_shipped_documents_anew.former_hash("Chat Flow", "Rating")
		shipped.remember(self.KEY, {**shipped.remembered_of(self.KEY), "stored": before})

	def test_an_unedited_document_still_counts_as_such(self):
		self.remember_as_before()
		hash_shipped_documents_anew.execute()
		self.assertEqual(self.stored(), shipped.content_hash("Chat Flow", "Rating"))

	def test_an_edited_one_stays_edited(self):
		self.remember_as_before()
		before = self.stored()
		frappe.db.set_value("Chat Flow", "Rating", "menu_order", 99)
		hash_shipped_documents_anew.execute()
		self.assertEqual(self.stored(), before)
		self.assertNotEqual(before, shipped.content_hash("Chat Flow", "Rating"))
