import frappe

from grievance_cell.demo import masters
from grievance_cell.grievances.hierarchy import office_above
from grievance_cell.grievances.routing import department_for, route
from grievance_cell.organisation.duty import on_duty
from grievance_cell.testing import SiteTestCase


class TestMasters(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.without_commits()
		masters.make()
		self.engineer = masters.ON_DUTY
		self.town = frappe.db.get_value("Local Area", {"area_name": masters.TOWN})
		self.ward = masters.ward_of(self.town, masters.SHARED_WARD)

	def test_only_it_staff_are_system_managers(self):
		roles = {
			name: set(frappe.get_roles(masters.login(name)))
			for name in ("manager", "collector", "operator", "representative", "je.phe")
		}
		self.assertEqual({name for name, held in roles.items() if "System Manager" in held}, {"manager"})

	def test_every_case_of_the_demo_climbs_to_the_collector(self):
		"""One place in each town and block, for whatever department the categories name there."""
		towns_and_blocks = frappe.get_all(
			"Local Area", {"area_type": ("in", (masters.URBAN, masters.RURAL))}, pluck="name"
		)
		categories = frappe.get_all("Grievance Category", {"is_group": 0}, pluck="name")
		seen = {
			(department_for(category, area), area) for category in categories for area in towns_and_blocks
		}
		self.assertGreater(len(seen), len(towns_and_blocks))
		moves = [to for _percent, action, to in masters.LADDER if action == "Move"]
		for department, area in sorted(seen):
			case = frappe._dict(department=department, area=area, posting=route(department, area).posting)
			for to in moves:
				case.posting = office_above(case, to) or case.posting
			with self.subTest(department=department, area=area):
				self.assertEqual(case.posting, masters.COLLECTOR_POSTING)

	def test_an_emergency_goes_to_the_engineer_on_duty_and_not_to_the_wards_inspectors(self):
		department = frappe.db.get_value("Officer Posting", self.engineer, "department")
		self.assertEqual(on_duty([self.engineer], frappe.utils.now_datetime()), {self.engineer})
		self.assertEqual(route(department, self.ward, emergency=True).posting, self.engineer)
		self.assertIn(route(department, self.ward).posting, masters.INSPECTORS)

	def test_made_again_nothing_is_there_twice(self):
		before = frappe.get_doc("Officer Posting", self.engineer)
		count = frappe.db.count("Officer Posting")
		masters.make()
		self.assertEqual(frappe.db.count("Officer Posting"), count)
		after = frappe.get_doc("Officer Posting", self.engineer)
		self.assertEqual(len(after.duty_shifts), len(before.duty_shifts))

	def test_who_works_in_the_demo_has_a_desk_in_hindi_with_nothing_else_in_it(self):
		masters.speak_hindi()
		manager = frappe.get_doc("User", masters.login("manager"))
		self.assertEqual((manager.language, manager.block_modules), ("en", []))
		for name in ("collector", "head.phe", "je.phe"):
			user = frappe.get_doc("User", masters.login(name))
			self.assertEqual(user.language, "hi")
			blocked = {row.module for row in user.block_modules}
			self.assertLessEqual({"Core", "Website", "Integrations"}, blocked)
			self.assertFalse({"Grievances", "Oversight", "Messaging"} & blocked)
