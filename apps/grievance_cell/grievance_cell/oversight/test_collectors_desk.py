from datetime import datetime
from unittest.mock import patch

import frappe

from grievance_cell.grievances.figures import Period
from grievance_cell.grievances.test_figures import NOW, FiguresTestCase, statements
from grievance_cell.oversight import collectors_desk, places
from grievance_cell.testing import at, make_area, make_case, make_category, make_department, make_user


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

	def by_place(self, area: str | None = None) -> dict:
		frappe.set_user(self.collector)
		with at(NOW):
			return collectors_desk.by_place(area)

	def test_the_numbers_of_places_open_lists_of_as_many_cases(self):
		shown = self.by_place()
		self.assertTrue(shown["places"])
		for place in shown["places"]:
			for name in collectors_desk.OF_PLACES:
				filters = [*shown["filters"][name], place["filter"]]
				frappe.set_user(self.collector)
				with self.subTest(place=place["title"], name=name):
					self.assertEqual(len(frappe.get_list("Grievance", filters, limit=0)), place[name])

	def test_the_places_add_up_to_what_the_collector_sees(self):
		numbers, shown = self.numbers(), self.by_place()
		for name in collectors_desk.OF_PLACES:
			with self.subTest(name):
				self.assertEqual(sum(place[name] for place in shown["places"]), numbers[name]["value"])

	def test_a_place_opens_into_those_in_it_and_back_up_to_the_own_area(self):
		top = self.by_place()
		inner = next(place for place in top["places"] if place["has_places"])
		inside = self.by_place(inner["area"])
		self.assertEqual(
			[each["name"] for each in inside["above"]], [top["above"][-1]["name"], inner["area"]]
		)
		for name in collectors_desk.OF_PLACES:
			with self.subTest(name):
				self.assertEqual(sum(place[name] for place in inside["places"]), inner[name])

	def test_the_cases_of_a_place_itself_open_without_those_below_it(self):
		block = make_area("Block")
		make_case(make_category(make_department()), block)
		frappe.set_user("Administrator")
		rest = collectors_desk.by_place(block.name)["places"][-1]
		self.assertEqual(rest["pending"], 1)
		# Frappe's list would take "=" for the whole tree below.
		self.assertEqual(rest["filter"], ["Grievance", "area", "in", [block.name]])

	def test_who_answers_for_no_area_sees_what_lies_in_the_only_root(self):
		state = make_area("State")
		case = make_case(make_category(make_department()), state)
		frappe.set_user("Administrator")
		with patch.object(places, "only_root", lambda: state.name):
			shown = collectors_desk.by_place()
		rest = shown["places"][-1]
		self.assertEqual(rest["filter"], ["Grievance", "area", "in", [state.name]])
		self.assertEqual(rest["pending"], 1)
		self.assertEqual(frappe.get_list("Grievance", [rest["filter"]], pluck="name"), [case.name])
		self.assertEqual([each["name"] for each in shown["above"]], [state.name])

	def test_a_place_without_coordinates_lies_amid_those_in_it(self):
		block = make_area("Block")
		for latitude, longitude in ((22.0, 82.0), (22.2, 82.4), (0, 0)):
			make_area("Village", block).db_set({"latitude": latitude, "longitude": longitude})
		block.reload()
		empty = make_area("Block")
		among = [frappe._dict(place.as_dict()) for place in (block, empty)]
		places.find_coordinates(among)
		self.assertAlmostEqual(among[0].latitude, 22.1)
		self.assertAlmostEqual(among[0].longitude, 82.2)
		self.assertEqual((among[1].latitude, among[1].longitude), (None, None))

	def test_who_sees_no_case_gets_no_number(self):
		for role in ("Grievance Manager", "Public Representative"):
			frappe.set_user(make_user(role))
			with self.assertRaises(frappe.PermissionError):
				collectors_desk.numbers()
			with self.assertRaises(frappe.PermissionError):
				collectors_desk.by_place()
