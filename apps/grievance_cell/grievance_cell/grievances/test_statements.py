"""How many SQL statements a case costs: each is a way to the database and back, and they are what a case takes time for."""

import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)

# As counted when this was written, notices and assignment included, and a few more for another Frappe.
REGISTERING, RESOLVING = 92, 50


class TestStatements(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.town = make_area("Municipal Body", make_area("District"))
		cls.ward = make_area("Ward", cls.town)
		cls.department = make_department()
		cls.category = make_category(cls.department)
		cls.head = make_posting(cls.department, cls.town, level=3, user=make_user("Department Head"))
		cls.officer = make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer, reports_to=cls.head.name)
		cls.operator = make_user("Grievance Operator")

	def setUp(self):
		super().setUp()
		# What Frappe reads once and keeps is read here.
		self.resolve(self.register(make_citizen()))

	def register(self, citizen):
		frappe.set_user(self.operator)
		return make_case(self.category, self.ward, citizen=citizen.name)

	def resolve(self, case) -> None:
		frappe.set_user(self.officer)
		lifecycle.move(frappe.get_doc("Grievance", case.name), "Resolved", resolution="It is mended")

	def test_registering_a_case_and_giving_it_to_its_officer(self):
		citizen = make_citizen()
		with self.assertQueryCount(REGISTERING):
			self.register(citizen)

	def test_resolving_a_case(self):
		case = self.register(make_citizen())
		with self.assertQueryCount(RESOLVING):
			self.resolve(case)

	def test_a_move_does_not_ask_for_each_transition_of_the_workflow(self):
		case = self.register(make_citizen())
		asked = self.asked(lambda: self.resolve(case))
		self.assertEqual([query for query in asked if "tabWorkflow Document State" in query], [])

	def test_a_department_with_many_postings_costs_no_more(self):
		few = len(self.asked(lambda: self.register(make_citizen())))
		for _posting in range(5):
			make_posting(self.department, make_area("Ward", self.town), reports_to=self.head.name)
		self.assertEqual(len(self.asked(lambda: self.register(make_citizen()))), few)

	def asked(self, act) -> list[str]:
		queries, run = [], frappe.db.sql

		def noted(query, *given, **more):
			queries.append(str(query))
			return run(query, *given, **more)

		frappe.db.sql = noted
		try:
			act()
		finally:
			frappe.db.sql = run
		return queries
