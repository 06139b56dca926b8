from datetime import datetime

import frappe

from grievance_cell.grievances.figures import Period
from grievance_cell.grievances.test_figures import NOW, FiguresTestCase, statements
from grievance_cell.oversight import collectors_desk
from grievance_cell.testing import at, make_user


class TestCollectorsDesk(FiguresTestCase):
	def numbers(self) -> dict[str, dict]:
		frappe.set_user(self.collector)
		with at(NOW):
			return {row["name"]: row for row in collectors_desk.numbers()}

	def test_each_number_opens_a_list_of_as_many_cases(self):
		for name, row in self.numbers().items():
			if row["filters"]:
				listed = frappe.get_list("Grievance", row["filters"], limit=0)
				with self.subTest(name):
					self.assertEqual(len(listed), row["value"])

	def test_this_month_today_and_the_last_month(self):
		numbers = self.numbers()
		whole = [case for case in self.cases if not case.parent_grievance]
		begin, last = datetime(2026, 3, 1), datetime(2026, 2, 1)
		self.assertEqual(
			(numbers["received"]["value"], numbers["received"]["before"], numbers["received"]["today"]),
			(
				sum(begin <= case.registered_on <= NOW for case in whole),
				sum(last <= case.registered_on < begin for case in whole),
				sum(case.registered_on.date() == NOW.date() for case in whole),
			),
		)
		self.assertNotIn("before", numbers["pending"])

	def test_the_last_month_is_counted_as_far_as_this_one_has_come(self):
		month, day, before = collectors_desk.periods(datetime(2026, 3, 5, 10, 0))
		self.assertEqual(month, Period(datetime(2026, 3, 1), datetime(2026, 3, 5, 10, 0, 1)))
		self.assertEqual(day, Period(datetime(2026, 3, 5), datetime(2026, 3, 6)))
		self.assertEqual(before, Period(datetime(2026, 2, 1), datetime(2026, 2, 5, 10, 0, 1)))

	def test_it_takes_few_queries(self):
		frappe.set_user(self.collector)
		self.assertLessEqual(statements(collectors_desk.numbers), 60)

	def test_who_sees_no_case_gets_no_number(self):
		for role in ("Grievance Manager", "Public Representative"):
			frappe.set_user(make_user(role))
			with self.assertRaises(frappe.PermissionError):
				collectors_desk.numbers()
