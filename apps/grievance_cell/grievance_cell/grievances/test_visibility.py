from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from grievance_cell.grievances import actions
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation import reach
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

OFFICER, HEAD, OPERATOR, COLLECTOR = (
	"Grievance Officer",
	"Department Head",
	"Grievance Operator",
	"Collector",
)
REPRESENTATIVE, MANAGER, CITIZEN = "Public Representative", "Grievance Manager", "Citizen"


class TestVisibility(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.water, cls.roads = make_department(), make_department()
		cls.town = make_area("Municipal Body")
		cls.ward, cls.other_ward = make_area("Ward", cls.town), make_area("Ward", cls.town)
		categories = {cls.water: make_category(cls.water), cls.roads: make_category(cls.roads)}
		cls.officer, cls.colleague = make_user(OFFICER), make_user(OFFICER)
		cls.stand_in, cls.head = make_user(OFFICER), make_user(HEAD)
		cls.councillor = make_user(REPRESENTATIVE)
		cls.posting = make_posting(cls.water, cls.ward, user=cls.officer)
		cls.other_posting = make_posting(cls.water, cls.other_ward, user=cls.colleague)
		make_posting(cls.water, user=cls.head, level=3)
		make_posting(None, cls.ward, user=cls.councillor, kind="Representative")
		cls.roads_posting = make_posting(cls.roads, cls.town, user=cls.stand_in)
		cls.cases = {
			name: make_case(categories[department], area).name
			for name, department, area in (
				("water, ward", cls.water, cls.ward),
				("water, other ward", cls.water, cls.other_ward),
				("roads, ward", cls.roads, cls.ward),
				("roads, other ward", cls.roads, cls.other_ward),
			)
		}
		cls.everyone = {
			role: make_user(role) for role in (OPERATOR, COLLECTOR, MANAGER, "System Manager", CITIZEN)
		}
		cls.everyone |= {
			"officer": cls.officer, "colleague": cls.colleague, "stand-in": cls.stand_in, "head": cls.head,
			"councillor": cls.councillor, "Administrator": "Administrator", "no posting": make_user(OFFICER, HEAD),
		}  # fmt: skip

	def listed(self, user: str) -> set[str]:
		frappe.set_user(user)
		try:
			found = frappe.get_list("Grievance", {"name": ("in", list(self.cases.values()))}, pluck="name")
		except frappe.PermissionError:
			found = []
		frappe.set_user("Administrator")
		return {name for name, case in self.cases.items() if case in found}

	def opened(self, user: str) -> set[str]:
		return {
			name
			for name, case in self.cases.items()
			if frappe.has_permission("Grievance", "read", doc=frappe.get_doc("Grievance", case), user=user)
		}

	def test_what_a_list_shows_and_what_a_form_opens_never_differ(self):
		for name, user in self.everyone.items():
			with self.subTest(name):
				self.assertEqual(self.listed(user), self.opened(user))

	def test_an_officer_sees_the_cases_of_own_postings(self):
		self.assertEqual(self.listed(self.officer), {"water, ward"})

	def test_a_head_sees_the_department(self):
		self.assertEqual(self.listed(self.head), {"water, ward", "water, other ward"})

	def test_a_representative_has_no_right_to_any_case(self):
		self.assertEqual(self.listed(self.councillor), set())

	def test_the_cell_and_the_collector_see_all_and_it_staff_nothing(self):
		self.assertEqual(self.listed(self.everyone[OPERATOR]), set(self.cases))
		self.assertEqual(self.listed(self.everyone[COLLECTOR]), set(self.cases))
		self.assertEqual(self.listed(self.everyone[MANAGER]), set())
		self.assertEqual(self.listed(self.everyone["System Manager"]), set())
		self.assertEqual(self.listed(self.everyone[CITIZEN]), set())

	def test_citizens_and_records_are_seen_with_their_cases(self):
		mine, theirs = make_citizen(), make_citizen()
		frappe.db.set_value("Grievance", self.cases["water, ward"], "citizen", mine.name)
		frappe.db.set_value("Grievance", self.cases["roads, ward"], "citizen", theirs.name)
		ours, others = self.actions("water, ward"), self.actions("roads, ward")
		for doctype, filters, expected, other in (
			("Citizen", {"name": ("in", (mine.name, theirs.name))}, {mine.name}, theirs.name),
			("Grievance Action", {"reference_name": ("in", list(self.cases.values()))}, set(ours), others[0]),
		):
			with self.subTest(doctype):
				frappe.set_user(self.officer)
				self.assertEqual(set(frappe.get_list(doctype, filters, pluck="name")), expected)
				frappe.set_user("Administrator")
				for name, allowed in ((next(iter(expected)), True), (other, False)):
					document = frappe.get_doc(doctype, name)
					self.assertEqual(
						frappe.has_permission(doctype, "read", doc=document, user=self.officer), allowed
					)
				self.assertTrue(
					frappe.has_permission(
						doctype, "read", doc=frappe.get_doc(doctype, other), user=self.everyone[COLLECTOR]
					)
				)

	def actions(self, case: str) -> list:
		return frappe.get_all("Grievance Action", {"reference_name": self.cases[case]}, pluck="name")

	def test_who_has_the_charge_sees_the_cases_while_it_lasts(self):
		self.posting.db_set("charge_given_to", self.roads_posting.name)
		self.assertIn("water, ward", self.listed(self.stand_in))
		self.posting.db_set(
			{"on_leave_from": add_days(nowdate(), -9), "on_leave_to": add_days(nowdate(), -1)}
		)
		self.assertNotIn("water, ward", self.listed(self.stand_in))

	def test_an_officer_sees_the_cases_of_those_who_report_to_the_posting(self):
		self.other_posting.db_set("reports_to", self.posting.name)
		self.assertEqual(self.listed(self.officer), {"water, ward", "water, other ward"})
		self.assertEqual(self.listed(self.colleague), {"water, other ward"})

	def test_an_officer_sees_the_own_department_in_the_areas_below(self):
		above = make_user(OFFICER)
		make_posting(self.water, self.town, user=above, level=2)
		self.assertEqual(self.listed(above), {"water, ward", "water, other ward"})

	def test_in_many_areas_the_same_is_seen_as_in_few(self):
		branch = make_posting(self.water, self.town, user=make_user(OFFICER))
		everyone = {**self.everyone, "branch": branch.user}
		few = {name: self.listed(user) for name, user in everyone.items()}
		self.assertEqual(few["branch"], {"water, ward", "water, other ward"})
		with patch.object(reach, "FEW", 0):
			self.assertEqual({name: self.listed(user) for name, user in everyone.items()}, few)

	def test_an_officer_does_not_see_what_a_colleague_has_in_the_same_area(self):
		beside = make_user(OFFICER)
		make_posting(self.water, self.ward, user=beside)
		self.assertEqual(self.listed(beside), set())

	def test_a_case_against_an_office_is_seen_neither_by_it_nor_by_those_below_it(self):
		head = frappe.get_all("Officer Posting", {"user": self.head}, pluck="name")[0]
		frappe.db.set_value("Grievance", self.cases["water, ward"], "against_posting", head)
		self.assertEqual(self.listed(self.head), {"water, other ward"})
		self.posting.db_set("reports_to", head)
		self.assertEqual(self.listed(self.officer), set())
		self.assertIn("water, ward", self.listed(self.everyone[COLLECTOR]))

	def test_a_posting_that_was_closed_shows_nothing(self):
		self.posting.db_set("is_active", 0)
		self.assertEqual(self.listed(self.officer), set())
		self.assertEqual(self.opened(self.officer), set())

	def test_who_has_only_closed_postings_sees_nothing(self):
		collector = make_user(COLLECTOR)
		self.assertEqual(self.listed(collector), set(self.cases))
		make_posting(None, self.town, user=collector, is_active=0)
		self.assertEqual(self.listed(collector), set())

	def test_the_bot_opens_the_case_that_it_acts_on(self):
		case = frappe.get_doc("Grievance", self.cases["water, ward"])
		self.assertTrue(frappe.has_permission("Grievance", "read", doc=case, user=bot_user()))
		self.assertFalse(frappe.has_permission("Grievance", "write", doc=case, user=bot_user()))

	def test_a_guest_sees_nothing(self):
		self.assertEqual(self.opened("Guest"), set())
		row = actions.record(make_citizen(), "Noted")
		self.assertFalse(frappe.has_permission("Grievance Action", "read", doc=row, user="Guest"))
