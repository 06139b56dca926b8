from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations import engine, talk
from grievance_cell.conversations.model import CreateDocument, Event, Session
from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
	mobile_no,
	unique,
)


class TestTalk(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Language", {"name": ("in", ("hi", "en"))}, "enabled", 1)
		shipped = ("Introduction", "Grievance", "Rating", "Not Settled", "More Information", "Callback")
		frappe.db.set_value("Chat Flow", {"name": ("not in", shipped)}, "enabled", 0)
		cls.town = make_area("Municipal Body", make_area("District"))
		cls.ward = make_area("Ward", cls.town, area_name=f"Ward {frappe.generate_hash(length=6)}")
		cls.department = make_department()
		cls.category = make_category(cls.department)
		cls.posting = make_posting(cls.department, cls.ward)
		cls.channel = make_channel(default_area=cls.town.name, default_language="en")

	def setUp(self):
		super().setUp()
		self.contact = frappe._dict(mobile_no=mobile_no(), whatsapp_id=None)
		self.row = frappe._dict(citizen=None)
		self.state = Session()
		self.when = now_datetime().replace(microsecond=0)
		frappe.set_user(bot_user())

	def hear(self, *events: Event) -> talk.Outcome:
		for event in events:
			outcome = talk.take_turn(self.row, self.state, event, self.channel, self.contact, self.when)
			self.state = outcome.session
		return outcome

	def text(self, *texts: str) -> talk.Outcome:
		return self.hear(*(Event("text", text=text) for text in texts))

	def tap(self, *choices: str) -> talk.Outcome:
		return self.hear(*(Event("choice", choice=choice) for choice in choices))

	def register(self) -> talk.Outcome:
		self.text("The drain is choked")
		self.tap("language:en")
		self.text("Geeta Bai", "House 5")
		self.answer()
		return self.tap("confirm")

	def answer(self) -> None:
		"""Answer what is asked after the description; the photo is not asked for when there is one."""
		self.tap(f"category:{self.category.name}")
		self.text(self.ward.area_name)
		self.tap("skip")
		if self.state.draft.step == "photo":
			self.tap("skip")

	def test_a_first_contact_ends_with_a_case_in_its_office(self):
		outcome = self.register()
		citizen = frappe.get_doc("Citizen", self.row.citizen)
		self.assertEqual((citizen.citizen_name, citizen.mobile_no), ("Geeta Bai", self.contact.mobile_no))
		self.assertEqual(citizen.language, "en")
		(said,) = outcome.replies
		case = frappe.get_doc("Grievance", said.name)
		self.assertEqual(
			(case.citizen, case.source, case.grievance_type, case.category, case.area),
			(citizen.name, "WhatsApp", "Complaint", self.category.name, self.ward.name),
		)
		self.assertEqual((case.department, case.posting), (self.department.name, self.posting.name))
		self.assertEqual(case.registered_on, self.when)
		for part in (
			case.name,
			self.department.name,
			frappe.utils.formatdate(case.resolution_by, "d MMMM y"),
		):
			self.assertIn(part, said.reply.text)

	def test_what_the_matter_is_tells_more_than_a_word_about_the_type(self):
		make_citizen(mobile_no=self.contact.mobile_no)
		with lifecycle.acting_as("Administrator"):
			papers, park = (
				make_category(self.department, applies_to=kind, keywords=word)
				for kind, word in (("Complaint", "जातिप्रमाणपत्र"), ("Demand", "बालउद्यान"))
			)
		for said, category in (
			("जातिप्रमाणपत्र के लिए तीन बार दस्तावेज मांग चुके", papers),
			("हमारे मोहल्ले में बालउद्यान बनवा दीजिए", park),
		):
			with self.subTest(said):
				self.text(said)
				self.assertEqual(self.state.draft.step, "type")
				self.tap(f"type:{category.applies_to}")
				self.assertIn(f"category:{category.name}", dict(self.state.offered))
				self.text("रद्द करें")
		self.text("हमारी मांग है कि बालउद्यान बने")
		self.assertEqual(self.state.draft.answers["type"], "Demand")

	def test_who_is_known_is_not_asked_again(self):
		citizen = make_citizen(mobile_no=self.contact.mobile_no, language="hi")
		self.text("hello")
		self.assertEqual((self.row.citizen, self.state.language), (citizen.name, "hi"))
		self.assertEqual(self.state.drafts, [])

	def test_what_a_message_tells_of_a_known_citizen_is_kept(self):
		citizen = make_citizen(mobile_no=self.contact.mobile_no)
		other = make_citizen(whatsapp_id="IN.taken")
		self.contact.whatsapp_id = "IN.taken"
		self.text("hello")
		self.assertIsNone(frappe.db.get_value("Citizen", citizen.name, "whatsapp_id"))
		self.contact.whatsapp_id = "IN.own"
		self.text("hello")
		self.assertEqual(frappe.db.get_value("Citizen", citizen.name, "whatsapp_id"), "IN.own")
		self.assertEqual(frappe.db.get_value("Citizen", other.name, "whatsapp_id"), "IN.taken")

	def test_files_go_to_the_case(self):
		self.hear(Event("media", media="17", media_type="image"))
		outcome = self.register()
		(attachment,) = outcome.attachments
		self.assertEqual((attachment.messages, attachment.doctype), (("17",), "Grievance"))

	def test_what_the_document_refuses_is_said_and_the_draft_stays(self):
		make_citizen(mobile_no=self.contact.mobile_no, language="en")
		self.text("The drain is choked")
		self.answer()
		drafts = self.state.to_dict()["drafts"]
		frappe.db.set_value("Grievance Category", self.category.name, "is_group", 1)
		frappe.clear_document_cache("Grievance Category", self.category.name)
		before = frappe.db.count("Grievance")
		outcome = self.tap("confirm")
		(said,) = outcome.replies
		self.assertIn("This could not be registered", said.reply.text)
		self.assertNotIn("<", said.reply.text)
		self.assertEqual([choice.value for choice in said.reply.choices], ["resume", "callback", "menu"])
		self.assertEqual(outcome.session.to_dict()["drafts"], drafts)
		self.assertEqual(frappe.db.count("Grievance"), before)
		frappe.db.set_value("Grievance Category", self.category.name, "is_group", 0)
		frappe.clear_document_cache("Grievance Category", self.category.name)
		self.assertTrue(frappe.db.exists("Grievance", self.tap("confirm").replies[0].name))

	def test_a_refused_turn_does_none_of_its_effects(self):
		effects = [
			CreateDocument("Introduction", {"citizen_name": "Geeta Bai"}),
			CreateDocument("Grievance", {"description": "Without a category"}),
		]
		with patch.object(engine, "turn", lambda *given: (Session(citizen_known=True), effects)):
			outcome = self.text("hello")
		self.assertIn("This could not be registered", outcome.replies[0].reply.text)
		self.assertIsNone(self.row.citizen)
		self.assertFalse(outcome.session.citizen_known)
		self.assertFalse(frappe.db.exists("Citizen", {"mobile_no": self.contact.mobile_no}))

	def test_speaks_the_citizens_language(self):
		make_citizen(mobile_no=self.contact.mobile_no, language="hi")
		said = self.text("hello").replies[0].reply
		self.assertRegex(said.text, "[\u0900-\u097f]")
		self.assertTrue(all(any("\u0900" <= letter <= "\u097f" for letter in c.label) for c in said.choices))
		self.assertGreaterEqual(len(said.choices), 5)
		self.assertEqual(frappe.local.lang, "en")

	def test_any_doctype_can_be_asked_for(self):
		make_citizen(mobile_no=self.contact.mobile_no, language="en")
		make(
			"Chat Flow",
			title=unique("Flow"),
			document_type="ToDo",
			menu_label="Task",
			start_words="task",
			enabled=1,
			steps=[{"step_id": "what", "kind": "Text", "prompt": "What?", "target_field": "description"}],
			closing_message="Noted: {{ doc.description }}",
		)
		self.text("task")
		outcome = self.text("Buy <b>pipes</b>")
		self.assertIn("Noted: Buy", outcome.replies[0].reply.text)
		self.assertEqual(outcome.replies[0].doctype, "ToDo")

	def test_feedback_on_the_own_case_closes_it_and_on_another_says_nothing(self):
		citizen = make_citizen(mobile_no=self.contact.mobile_no, language="en")
		own = make_case(self.category, self.ward, citizen=citizen.name)
		other = make_case(self.category, self.ward, citizen=make_citizen().name)
		frappe.set_user("Administrator")
		for case in (own, other):
			lifecycle.move(frappe.get_doc("Grievance", case.name), "Resolved", resolution="Cleaned")
		frappe.set_user(bot_user())
		self.assertIn("closed", self.tap(f"feedback:{own.name}:yes").replies[0].reply.text)
		self.assertEqual(frappe.db.get_value("Grievance", own.name, "status"), "Closed")
		for guess in (other.name, "GRV-1999-000001", ""):
			outcome = self.tap(f"feedback:{guess}:yes")
			self.assertIn("do not know a case of yours", outcome.replies[0].reply.text)
		self.assertEqual(frappe.db.get_value("Grievance", other.name, "status"), "Resolved")
