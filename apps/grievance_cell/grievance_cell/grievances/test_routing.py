import frappe
from frappe.utils import add_days, nowdate

from grievance_cell.grievances import routing
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

	def route(self, area=None, department=None) -> str | None:
		return routing.route((department or self.department).name, (area or self.ward).name).posting

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
