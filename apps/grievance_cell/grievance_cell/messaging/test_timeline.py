import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import timeline
from grievance_cell.testing import (
	ChatTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	mobile_no,
)


class TestTimeline(ChatTestCase):
	def setUp(self):
		super().setUp()
		ward, department = make_area(), make_department()
		self.posting = make_posting(department, ward, user=make_user("Grievance Officer"))
		citizen = make_citizen(mobile_no=f"+{self.number}")
		self.case = make_case(make_category(department), ward, citizen=citizen.name)
		self.say("hello")

	def shown(self) -> list[str]:
		rows = timeline.of_case("Grievance", self.case.name)
		return [row["content"] for row in sorted(rows, key=lambda row: row["creation"])]

	def test_the_timeline_shows_what_was_done_with_the_chat(self):
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which <b>house</b>?"
		)
		frappe.db.commit()
		self.work_off()
		shown = "\n".join(self.shown())
		self.assertIn("<b>Awaiting Citizen</b>", shown)
		self.assertIn(self.posting.name, shown)
		self.assertIn("To the citizen, over WhatsApp", shown)
		self.assertIn("Which &lt;b&gt;house&lt;/b&gt;?", shown)
		self.assertNotIn("Which <b>", shown)

	def test_what_an_officer_sends_with_a_photo_is_not_said_by_the_citizen(self):
		(said,) = self.messages("In")
		about = {"reference_doctype": "Grievance", "reference_name": self.case.name}
		self.set(
			"Chat Message", said.name, text="The drain after the work", citizen=self.case.citizen, **about
		)
		self.assertIn("The drain after the work", "\n".join(self.shown()))
		self.set("Chat Message", said.name, citizen=None)
		self.assertNotIn("The drain after the work", "\n".join(self.shown()))

	def test_what_officers_are_told_is_not_shown_as_told_to_the_citizen(self):
		number = mobile_no()
		self.posting.update({"mobile_no": number, "notify_on_whatsapp": 1}).save()
		self.set("Chat Channel", {"name": ("!=", self.channel.name)}, enabled=0)
		# Also of a citizen who never wrote.
		citizen = make_citizen(language="en")
		category, ward = (
			frappe.get_doc(doctype, self.case.get(field))
			for doctype, field in (("Grievance Category", "category"), ("Local Area", "area"))
		)
		self.case = make_case(category, ward, citizen=citizen.name)
		told = frappe.get_all(
			"Chat Message",
			{"reference_name": self.case.name},
			["session.conversation_key as sent_to", "text"],
		)
		self.assertEqual({row.sent_to for row in told}, {number[1:], citizen.mobile_no[1:]})
		shown = "\n".join(self.shown())
		for row in told:
			self.assertEqual(
				frappe.utils.escape_html(row.text.splitlines()[0]) in shown, row.sent_to != number[1:]
			)

	def test_a_question_to_one_who_never_wrote_is_shown(self):
		self.number = mobile_no()[1:]
		self.case.db_set("citizen", make_citizen(mobile_no=f"+{self.number}", language="en").name)
		self.set("Chat Channel", {"name": ("!=", self.channel.name)}, enabled=0)
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which house?"
		)
		frappe.db.commit()
		self.work_off()
		self.assertIn("Which house?", [row for row in self.shown() if "To the citizen" in row][-1])

	def test_what_the_citizen_does_is_the_citizens(self):
		frappe.set_user(bot_user())
		lifecycle.move(frappe.get_doc("Grievance", self.case.name), "Withdrawn")
		self.assertTrue(any("<b>Withdrawn</b> Citizen" in line for line in self.shown()))

	def test_another_cases_rows_are_not_shown(self):
		other = make_case(
			frappe.get_doc("Grievance Category", self.case.category),
			frappe.get_doc("Local Area", self.case.area),
		)
		before = self.shown()
		lifecycle.move(frappe.get_doc("Grievance", other.name), "In Progress")
		self.assertEqual(self.shown(), before)
