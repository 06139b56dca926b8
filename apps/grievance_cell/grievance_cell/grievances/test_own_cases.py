import frappe

from grievance_cell.grievances import feedback, lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
)


class TestFeedback(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.citizen = make_citizen()
		self.case = make_case(make_category(make_department()), make_area(), citizen=self.citizen.name)

	def resolve(self):
		lifecycle.move(frappe.get_doc("Grievance", self.case.name), "In Progress")
		lifecycle.move(frappe.get_doc("Grievance", self.case.name), "Resolved", resolution="Cleaned")

	def give(self, satisfied: bool, reason: str = "", citizen: str | None = None) -> str:
		frappe.set_user(bot_user())
		answer = feedback.give(self.case.name, citizen or self.citizen.name, satisfied, reason)
		frappe.set_user("Administrator")
		self.case.reload()
		return answer

	def assign(self):
		if self.case.status == "Registered":
			lifecycle.move(frappe.get_doc("Grievance", self.case.name), "Assigned")

	def test_yes_closes_as_confirmed(self):
		self.assign()
		self.resolve()
		self.assertIn("closed", self.give(True))
		self.assertEqual((self.case.status, self.case.closure_reason), ("Closed", "Confirmed"))

	def test_no_reopens_with_the_reason_on_record(self):
		self.assign()
		self.resolve()
		self.give(False, "Still choked")
		self.assertEqual((self.case.status, self.case.reopen_count), ("Reopened", 1))
		remark = frappe.get_all(
			"Grievance Action",
			{"reference_name": self.case.name},
			pluck="remark",
			order_by="name desc",
			limit=1,
		)
		self.assertEqual(remark, ["Still choked"])

	def test_says_nothing_of_another_citizens_case(self):
		self.assign()
		self.resolve()
		unknown = feedback.give("GRV-0000-000000", self.citizen.name, True)
		for citizen in (make_citizen().name, ""):
			self.assertEqual(feedback.give(self.case.name, citizen, True), unknown)
		self.case.reload()
		self.assertEqual(self.case.status, "Resolved")
		self.assertNotIn(self.case.name, unknown)

	def test_a_second_answer_changes_nothing(self):
		self.assign()
		self.resolve()
		self.give(True)
		self.assertIn("Closed", self.give(False, "after all"))
		self.assertEqual((self.case.status, self.case.reopen_count), ("Closed", 0))

	def test_an_answer_nobody_asked_for_changes_nothing(self):
		before = self.case.status
		self.assertIn(self.case.name, self.give(True))
		self.assertEqual(self.case.status, before)
