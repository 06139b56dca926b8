import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.messaging import belonging
from grievance_cell.messaging.test_replies import RepliesTestCase
from grievance_cell.testing import make_case


class TestBelonging(RepliesTestCase):
	def said_in(self, case: str) -> list[tuple[str, str]]:
		rows = frappe.get_all(
			"Chat Message",
			{"reference_name": case},
			["direction", "text", "citizen"],
			order_by="name",
		)
		self.assertEqual({row.citizen for row in rows} - {self.citizen.name}, set())
		return [(row.direction, row.text) for row in rows]

	def test_what_fills_a_form_belongs_to_what_comes_of_it(self):
		self.say("The drain is choked", "yes")
		(made,) = frappe.get_all("ToDo", {"description": "The drain is choked"}, pluck="name")
		said = self.said_in(made)
		self.assertEqual([text for way, text in said if way == "In"], ["The drain is choked", "yes"])
		self.assertEqual(len([text for way, text in said if way == "Out"]), 2)

	def test_a_form_that_is_dropped_is_shown_in_no_case(self):
		self.say("The officer wants a bribe", "cancel", "The drain is choked", "yes")
		rows = frappe.get_all(
			"Chat Message", {"session": self.session.name, "reference_name": ("is", "set")}, pluck="text"
		)
		self.assertIn("The drain is choked", rows)
		self.assertNotIn("The officer wants a bribe", rows)

	def test_what_is_said_before_the_name_is_known_is_theirs_too(self):
		self.set("Chat Session", self.session.name, citizen=None)
		(said, *_more) = self.messages("In")
		self.set("Chat Message", said.name, citizen=None)
		belonging.attach([said.name], "Grievance", self.case.name, self.citizen.name)
		self.assertEqual(self.said_in(self.case.name), [("In", "hello")])

	def test_what_is_said_to_an_officer_belongs_to_the_case(self):
		self.write("Does the water come now?")
		self.work_off()
		self.say("No, not yet", "and the pump is noisy")
		self.assertEqual(
			[text for way, text in self.said_in(self.case.name) if way == "In"],
			["No, not yet", "and the pump is noisy"],
		)
		self.assertEqual(
			[each["text"] for each in self.talk()],
			[
				"Does the water come now?",
				"No, not yet",
				f"The officer of your case {self.case.name} reads this.",
				"and the pump is noisy",
			],
		)

	def test_an_answer_to_a_question_belongs_to_the_case(self):
		self.set("Notification", {"case_step": "Citizen Asked"}, enabled=1)
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which house?"
		)
		frappe.db.commit()
		self.work_off()
		self.say("The blue one")
		self.assertIn(("In", "The blue one"), self.said_in(self.case.name))

	def test_what_is_said_of_nothing_belongs_to_no_case(self):
		self.say("hi", "menu")
		self.assertEqual(self.said_in(self.case.name), [])

	def test_what_is_on_another_case_already_stays_there(self):
		other = make_case(self.category, self.ward, citizen=self.citizen.name)
		(said, *_more) = self.messages("In")
		self.set("Chat Message", said.name, reference_doctype="Grievance", reference_name=other.name)
		belonging.attach([said.name], "Grievance", self.case.name, self.citizen.name)
		self.assertEqual(self.said_in(self.case.name), [])
		self.assertEqual(frappe.db.get_value("Chat Message", said.name, "reference_name"), other.name)
