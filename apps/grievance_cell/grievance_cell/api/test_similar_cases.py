import frappe

from grievance_cell.api import cases
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)


class TestSimilarCases(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		department = make_department()
		cls.ward, cls.other_ward = make_area(), make_area()
		cls.drain = make_category(department, can_be_shared=1)
		cls.fire = make_category(department, priority="Emergency")
		cls.officer, cls.other_officer = make_user("Grievance Officer"), make_user("Grievance Officer")
		make_posting(department, cls.ward, user=cls.officer)
		make_posting(department, cls.other_ward, user=cls.other_officer)
		cls.operator = make_user("Grievance Operator")

	def setUp(self):
		super().setUp()
		self.case, self.other = make_case(self.drain, self.ward), make_case(self.drain, self.ward)

	def test_the_operator_sees_them_before_a_case_is_saved(self):
		frappe.set_user(self.operator)
		new = {
			"doctype": "Grievance",
			"grievance_type": "Complaint",
			"category": self.drain.name,
			"area": self.ward.name,
		}
		shown = cases.similar_cases(frappe.as_json(new))
		self.assertEqual({row["name"] for row in shown}, {self.case.name, self.other.name})
		self.assertEqual(shown[0]["people"], 1)
		self.assertEqual(cases.similar_cases({"category": self.drain.name}), [])

	def test_an_officer_sees_those_that_they_may_read(self):
		frappe.set_user(self.officer)
		shown = cases.similar_cases(self.case.as_dict(convert_dates_to_str=True))
		self.assertEqual([row["name"] for row in shown], [self.other.name])

	def test_another_officer_does_not_ask(self):
		frappe.set_user(self.other_officer)
		for given in (
			self.case.as_dict(convert_dates_to_str=True),
			{"category": self.drain.name, "area": self.ward.name},
		):
			with self.assertRaises((frappe.PermissionError, frappe.DoesNotExistError)):
				cases.similar_cases(given)

	def test_only_who_may_change_both_joins_them(self):
		elsewhere = make_case(self.drain, self.other_ward)
		frappe.set_user(self.officer)
		with self.assertRaises(frappe.PermissionError):
			cases.merge(self.case.name, elsewhere.name)
		with self.assertRaises(frappe.PermissionError):
			cases.merge(elsewhere.name, self.case.name)
		cases.merge(self.case.name, self.other.name)
		self.assertEqual(frappe.db.get_value("Grievance", self.case.name, "duplicate_of"), self.other.name)

	def test_the_officer_of_the_main_case_reads_what_was_joined_to_it(self):
		elsewhere = make_case(self.drain, self.other_ward)
		frappe.set_user(self.operator)
		cases.merge(elsewhere.name, self.case.name)
		self.assertTrue(frappe.has_permission("Grievance", "read", doc=elsewhere.name, user=self.officer))
		cases.unmerge(elsewhere.name, "It is another drain")
		self.assertFalse(frappe.has_permission("Grievance", "read", doc=elsewhere.name, user=self.officer))

	def test_emergency_numbers_are_there_in_an_emergency(self):
		frappe.set_user(self.operator)
		self.assertEqual(cases.emergency_numbers(self.fire.name)[0]["phone_number"], "112")
		self.assertEqual(cases.emergency_numbers(self.drain.name), [])
