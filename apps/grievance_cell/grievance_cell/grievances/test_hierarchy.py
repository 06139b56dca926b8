import frappe

from grievance_cell.grievances.hierarchy import COLLECTOR, HEAD, OFFICER, SUPERIOR, office_above, posting_for
from grievance_cell.testing import SiteTestCase, make_area, make_department, make_posting, make_user


class TestHierarchy(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.town = make_area("Municipal Body", cls.district)
		cls.ward = make_area("Ward", cls.town)
		cls.department = make_department()
		cls.collector = make_posting(None, cls.district, heads_area=1, level=5)
		cls.head = make_posting(cls.department, cls.district, level=3)
		cls.superior = make_posting(cls.department, cls.town, level=2, reports_to=cls.head.name)
		cls.officer = make_posting(cls.department, cls.ward, reports_to=cls.superior.name)

	def above(self, to: str, **values) -> str | None:
		case = {"posting": self.officer.name, "department": self.department.name, "area": self.ward.name}
		return posting_for(frappe._dict({**case, **values}), to)

	def test_each_rung_has_its_posting(self):
		for to, posting in (
			(OFFICER, self.officer),
			(SUPERIOR, self.superior),
			(HEAD, self.head),
			(COLLECTOR, self.collector),
		):
			self.assertEqual(self.above(to), posting.name, to)

	def test_a_rung_that_is_missing_is_passed(self):
		self.superior.db_set("is_active", 0)
		self.assertEqual(self.above(SUPERIOR), self.head.name)
		self.assertEqual(self.above(SUPERIOR, posting=None), self.head.name)
		self.assertEqual(self.above(HEAD, department=make_department().name), self.collector.name)

	def test_a_department_without_a_head_here_has_its_nodal_posting(self):
		other = make_department()
		nodal = make_posting(other)
		other.db_set("nodal_posting", nodal.name)
		self.assertEqual(self.above(HEAD, department=other.name), nodal.name)

	def test_the_head_of_another_district_is_not_ours(self):
		elsewhere = make_area("District")
		make_posting(None, elsewhere, heads_area=1)
		self.assertIsNone(self.above(COLLECTOR, area=make_area("District").name))

	def test_a_complaint_against_a_posting_goes_past_it_and_its_own_people(self):
		against = {"against_posting": self.superior.name}
		self.assertEqual(self.above(SUPERIOR, **against), self.head.name)
		self.assertEqual(self.above(OFFICER, **against), self.head.name)
		self.assertEqual(self.above(HEAD, against_posting=self.head.name), self.collector.name)

	def test_an_office_whose_charge_is_with_the_posting_complained_about_is_passed(self):
		self.superior.db_set("charge_given_to", self.officer.name)
		self.assertEqual(self.above(SUPERIOR, against_posting=self.officer.name), self.head.name)

	def test_a_case_does_not_climb_to_whoever_has_it_already(self):
		self.officer.db_set("user", make_user("Grievance Officer"))
		self.head.db_set("user", make_user("Grievance Officer"))
		self.superior.db_set("charge_given_to", self.officer.name)
		case = frappe._dict(
			posting=self.officer.name,
			assigned_to=self.officer.user,
			department=self.department.name,
			area=self.ward.name,
		)
		self.assertEqual(office_above(case, SUPERIOR), self.head.name)
