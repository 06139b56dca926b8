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

	def test_the_timeline_shows_what_was_done(self):
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which <b>house</b>?"
		)
		shown = "\n".join(self.shown())
		self.assertIn("<b>Awaiting Citizen</b>", shown)
		self.assertIn(self.posting.name, shown)
		self.assertIn("Which &lt;b&gt;house&lt;/b&gt;?", shown)
		self.assertNotIn("Which <b>", shown)

	def test_what_was_said_stands_in_the_talk_and_not_here_again(self):
		before = self.shown()
		about = {"reference_doctype": "Grievance", "reference_name": self.case.name}
		(said,) = self.messages("In")
		self.set("Chat Message", said.name, citizen=self.case.citizen, **about)
		self.assertEqual(self.shown(), before)

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
