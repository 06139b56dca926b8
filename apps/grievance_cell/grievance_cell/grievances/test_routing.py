from datetime import datetime
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from grievance_cell.grievances import routing
from grievance_cell.organisation.duty import WEEKDAYS
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)


class TestRouting(SiteTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_single_value("Grievance Settings", "cell_posting", None)
		self.department = make_department()
		self.district = make_area("District")
		self.town = make_area("Municipal Body", self.district)
		self.ward = make_area("Ward", self.town)
		self.block = make_area("Block", self.district)
		self.village = make_area("Village", make_area("Gram Panchayat", self.block))

	def route(self, area=None, department=None, **more) -> str | None:
		return routing.route((department or self.department).name, (area or self.ward).name, **more).posting

	def note(self, **more) -> str:
		return routing.route(self.department.name, self.ward.name, **more).note

	def test_the_nearest_posting_up_the_tree_gets_the_case(self):
		town = make_posting(self.department, self.town)
		block = make_posting(self.department, self.block)
		make_posting(self.department, self.district)
		self.assertEqual(self.route(self.ward), town.name)
		self.assertEqual(self.route(self.village), block.name)
		ward = make_posting(self.department, self.ward)
		self.assertEqual(self.route(self.ward), ward.name)

	def test_a_posting_without_areas_serves_the_whole_department(self):
		whole = make_posting(self.department)
		make_posting(self.department, self.block)
		self.assertEqual(self.route(self.ward), whole.name)

	def test_one_posting_may_serve_several_areas(self):
		posting = make_posting(self.department, self.town, self.block)
		self.assertEqual((self.route(self.ward), self.route(self.village)), (posting.name, posting.name))

	def test_only_active_officers_of_the_first_level_of_the_department_count(self):
		make_posting(self.department, self.ward, is_active=0)
		make_posting(None, self.ward, kind="Representative")
		make_posting(self.department, self.ward, level=2)
		make_posting(make_department(), self.ward)
		self.assertIsNone(self.route(self.ward))

	def test_a_vacant_posting_keeps_its_cases(self):
		vacant = make_posting(self.department, self.ward)
		make_posting(self.department, self.town, user=make_user("Grievance Officer"))
		self.assertEqual(self.route(self.ward), vacant.name)

	def test_during_leave_the_stand_in_has_the_case(self):
		stand_in = make_posting(self.department, self.block)
		away = make_posting(
			self.department,
			self.ward,
			on_leave_from=add_days(nowdate(), -1),
			on_leave_to=nowdate(),
			charge_given_to=stand_in.name,
		)
		self.assertEqual(self.route(self.ward), stand_in.name)
		self.assertIn(away.name, routing.route(self.department.name, self.ward.name).note)
		away.db_set({"on_leave_from": add_days(nowdate(), 1), "on_leave_to": add_days(nowdate(), 5)})
		self.assertEqual(self.route(self.ward), away.name)

	def test_an_additional_charge_needs_no_leave(self):
		other = make_posting(self.department, self.block)
		make_posting(self.department, self.ward, charge_given_to=other.name)
		self.assertEqual(self.route(self.ward), other.name)

	def test_a_charge_given_to_a_posting_that_is_no_longer_there_stays(self):
		gone = make_posting(self.department, self.block, is_active=0)
		posting = make_posting(self.department, self.ward, charge_given_to=gone.name)
		self.assertEqual(self.route(self.ward), posting.name)

	def test_two_charges_given_to_each_other_do_not_loop(self):
		one = make_posting(self.department, self.ward)
		two = make_posting(self.department, self.block, charge_given_to=one.name)
		one.db_set("charge_given_to", two.name)
		self.assertIn(self.route(self.ward), (one.name, two.name))

	def test_the_nodal_posting_is_next_and_then_the_cell(self):
		cell = make_posting(make_department(), level=2)
		frappe.db.set_single_value("Grievance Settings", "cell_posting", cell.name)
		self.assertEqual(self.route(), cell.name)
		nodal = make_posting(self.department, level=3)
		self.department.db_set("nodal_posting", nodal.name)
		self.assertEqual(self.route(), nodal.name)

	def test_says_that_nobody_was_found(self):
		found = routing.route(self.department.name, self.ward.name)
		self.assertEqual((found.posting, found.note), (None, "No posting found"))

	def test_among_equals_the_one_with_the_fewest_open_cases(self):
		category = make_category(self.department)
		postings = sorted([make_posting(self.department, self.ward).name for _each in range(2)])
		cases = [make_case(category, self.ward) for _each in range(3)]
		self.assertEqual([case.posting for case in cases], [postings[0], postings[1], postings[0]])
		for case in cases:
			if case.posting == postings[0]:
				case.db_set("status", "Closed")
		self.assertEqual(self.route(self.ward), postings[0])

	def test_a_nodal_posting_or_cell_that_is_not_active_gets_nothing(self):
		cell = make_posting(make_department(), level=2)
		frappe.db.set_single_value("Grievance Settings", "cell_posting", cell.name)
		nodal = make_posting(self.department, level=3, is_active=0)
		self.department.db_set("nodal_posting", nodal.name)
		self.assertEqual(self.route(), cell.name)
		cell.db_set("is_active", 0)
		self.assertIsNone(self.route())

	def test_the_choice_is_explained_in_one_line(self):
		posting = make_posting(self.department, self.ward)
		self.assertEqual(self.note(), f"{self.ward.area_name} -> {posting.name}")
		stand_in = make_posting(self.department, self.block)
		posting.db_set("charge_given_to", stand_in.name)
		self.assertEqual(self.note(), f"{self.ward.area_name} -> {posting.name} -> {stand_in.name}")

	def test_the_same_category_in_a_ward_and_in_a_village_reaches_two_departments(self):
		rural = make_department()
		category = make_category(self.department, by_area_type={"Block": rural})
		town, block = make_posting(self.department, self.town), make_posting(rural, self.block)
		self.assertEqual(make_case(category, self.ward).posting, town.name)
		self.assertEqual(make_case(category, self.village).posting, block.name)

	def test_a_route_asks_as_many_queries_however_many_postings_and_areas_there_are(self):
		def queries() -> int:
			with patch.object(frappe.db, "sql", side_effect=frappe.db.sql) as sql:
				self.assertTrue(self.route(against=against.name, emergency=True))
				return sql.call_count

		against = make_posting(self.department, self.district, level=2)
		make_posting(self.department, self.ward)
		make_posting(self.department, self.ward)
		self.route(against=against.name)
		few = queries()
		ward = self.ward
		for _each in range(4):
			ward = make_area("Locality", ward)
			for area in (ward, self.town, self.ward):
				make_posting(self.department, area)
		self.ward = ward
		make_posting(self.department, ward)
		make_posting(self.department, self.town, reports_to=against.name)
		self.assertLessEqual(queries(), few + 1)
		self.assertLess(few, 20)


class TestComplaintAgainstAPosting(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.ward = make_area("Ward", make_area("Municipal Body", cls.district))
		cls.department = make_department()
		cls.collector = make_posting(None, cls.district, heads_area=1, level=5)
		cls.head = make_posting(cls.department, cls.district, level=3)
		cls.superior = make_posting(cls.department, level=2, reports_to=cls.head.name)
		cls.officer = make_posting(
			cls.department, cls.ward, user=make_user("Grievance Officer"), reports_to=cls.superior.name
		)
		cls.cell = make_posting(make_department(), level=2)

	def setUp(self):
		super().setUp()
		frappe.db.set_single_value("Grievance Settings", "cell_posting", self.cell.name)

	def route(self, against, **more) -> str | None:
		return routing.route(self.department.name, self.ward.name, against=against.name, **more).posting

	def test_goes_to_the_superior(self):
		self.assertEqual(self.route(self.officer), self.superior.name)
		note = routing.route(self.department.name, self.ward.name, against=self.officer.name).note
		self.assertEqual(note, f"above {self.officer.name} -> {self.superior.name}")

	def test_never_goes_to_those_below(self):
		self.assertEqual(self.route(self.superior), self.head.name)
		self.assertEqual(self.route(self.head), self.collector.name)

	def test_never_goes_to_whoever_has_the_charge_of_it(self):
		self.officer.db_set("charge_given_to", self.superior.name)
		self.assertEqual(self.route(self.officer), self.head.name)

	def test_never_goes_to_another_posting_of_the_same_person(self):
		self.superior.db_set("user", self.officer.user)
		self.assertEqual(self.route(self.officer), self.head.name)

	def test_never_goes_to_a_colleague_at_the_next_desk(self):
		make_posting(self.department, self.ward)
		self.assertEqual(self.route(self.officer), self.superior.name)

	def test_never_comes_back_through_a_charge_given_to_it(self):
		self.superior.db_set("charge_given_to", self.officer.name)
		self.assertEqual(self.route(self.officer), self.head.name)

	def test_takes_the_ordinary_way_where_that_has_nothing_to_do_with_it(self):
		elsewhere = make_posting(make_department(), self.ward)
		self.assertEqual(self.route(elsewhere), self.officer.name)

	def test_goes_to_the_cell_where_nobody_stands_above(self):
		self.assertEqual(self.route(self.collector), self.officer.name)
		self.head.db_set("reports_to", self.collector.name)
		self.assertEqual(self.route(self.collector), self.cell.name)
		self.cell.db_set("reports_to", self.collector.name)
		self.assertIsNone(self.route(self.collector))

	def test_holds_for_emergencies_too(self):
		rows = [{"weekday": day, "start_time": "00:00:00", "end_time": "00:00:00"} for day in WEEKDAYS]
		self.officer.set("duty_shifts", rows)
		self.officer.save()
		self.assertEqual(self.route(self.officer, emergency=True), self.superior.name)


class TestEmergencyDuty(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.town = make_area("Municipal Body", make_area("District"))
		cls.ward = make_area("Ward", cls.town)
		cls.department = make_department()
		cls.officer = make_posting(cls.department, cls.ward)

	def duty(self, area, start="00:00:00", end="00:00:00", **values):
		rows = [{"weekday": day, "start_time": start, "end_time": end} for day in WEEKDAYS]
		return make_posting(self.department, area, duty_shifts=rows, **values)

	def route(self) -> str | None:
		return routing.route(self.department.name, self.ward.name, emergency=True).posting

	def test_an_emergency_goes_to_the_posting_on_duty_whatever_its_level(self):
		night = self.duty(self.town, "20:00:00", "08:00:00", level=2)
		with patch.object(routing, "now_datetime", return_value=datetime(2026, 1, 5, 23, 30)):
			self.assertEqual(self.route(), night.name)
			self.assertEqual(
				routing.route(self.department.name, self.ward.name, emergency=True).note,
				f"{self.town.area_name}, on duty -> {night.name}",
			)
		with patch.object(routing, "now_datetime", return_value=datetime(2026, 1, 6, 7, 59)):
			self.assertEqual(self.route(), night.name)

	def test_without_one_on_duty_it_goes_the_ordinary_way(self):
		self.duty(self.town, "20:00:00", "08:00:00", level=2)
		with patch.object(routing, "now_datetime", return_value=datetime(2026, 1, 6, 8)):
			self.assertEqual(self.route(), self.officer.name)

	def test_the_nearest_on_duty_is_first_and_then_the_lowest(self):
		self.duty(self.town)
		above, near = self.duty(self.ward, level=3), self.duty(self.ward, level=2)
		self.assertEqual(self.route(), near.name)
		near.db_set("is_active", 0)
		self.assertEqual(self.route(), above.name)

	def test_duty_of_another_place_or_department_does_not_count(self):
		self.duty(make_area("Municipal Body"))
		make_posting(
			make_department(),
			self.ward,
			duty_shifts=[
				{"weekday": day, "start_time": "00:00:00", "end_time": "00:00:00"} for day in WEEKDAYS
			],
		)
		self.assertEqual(self.route(), self.officer.name)

	def test_only_an_emergency_goes_to_the_posting_on_duty(self):
		duty = self.duty(self.town, level=2)
		category = make_category(self.department)
		self.assertEqual(make_case(category, self.ward).posting, self.officer.name)
		self.assertEqual(make_case(category, self.ward, priority="Emergency").posting, duty.name)
