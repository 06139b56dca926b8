import frappe

from grievance_cell.grievances import offices
from grievance_cell.testing import SiteTestCase, make_department, make_posting, make_user, mobile_no


class TestOffices(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()

	def setUp(self):
		super().setUp()
		self.user = make_user("Grievance Officer")
		self.number = mobile_no()

	def posting(self, **values):
		return make_posting(self.department, **{"user": self.user, **values})

	def test_the_number_of_a_posting_speaks_for_its_user(self):
		self.posting(mobile_no=self.number)
		self.assertEqual(offices.of_number(self.number), offices.Office(self.user, "", ("Officer",)))

	def test_the_number_of_a_postings_user_does_as_well(self):
		self.posting()
		frappe.db.set_value("User", self.user, {"mobile_no": self.number, "language": "hi"})
		self.assertEqual(offices.of_number(self.number), offices.Office(self.user, "hi", ("Officer",)))

	def test_a_number_is_the_same_however_it_is_written(self):
		posting = self.posting()
		bare = self.number.removeprefix("+91")
		for written in (bare, f"0{bare}", f"+91-{bare}", f"+91 {bare[:5]} {bare[5:]}", f"91{bare}"):
			with self.subTest(written):
				posting.update({"mobile_no": written}).save()
				self.assertTrue(offices.of_number(self.number))
				posting.update({"mobile_no": None}).save()
				self.assertIsNone(offices.of_number(self.number))
				frappe.db.set_value("User", self.user, "mobile_no", written)
				self.assertTrue(offices.of_number(self.number))
				frappe.db.set_value("User", self.user, "mobile_no", None)

	def test_somebody_elses_number_never_does(self):
		self.posting(mobile_no=self.number)
		for other in (
			mobile_no(),
			f"{self.number[:-1]}{(int(self.number[-1]) + 1) % 10}",
			self.number[:-1],
			"",
			None,
		):
			with self.subTest(other):
				self.assertIsNone(offices.of_number(other))
		other_country = f"+977{self.number.removeprefix('+91')}"
		self.assertIsNone(offices.of_number(other_country))

	def test_a_vacant_posting_an_inactive_one_and_a_disabled_user_have_no_office(self):
		posting = self.posting(mobile_no=self.number)
		for doctype, name, values in (
			("Officer Posting", posting.name, {"user": None}),
			("Officer Posting", posting.name, {"user": self.user, "is_active": 0}),
			("Officer Posting", posting.name, {"is_active": 1}),
			("User", self.user, {"enabled": 0}),
		):
			frappe.db.set_value(doctype, name, dict(values))
			is_open = values == {"is_active": 1}
			self.assertEqual(bool(offices.of_number(self.number)), is_open, values)

	def test_a_number_that_stands_with_two_people_is_neithers(self):
		self.posting(mobile_no=self.number)
		self.posting(mobile_no=self.number)
		self.assertTrue(offices.of_number(self.number))
		self.posting(mobile_no=self.number, user=make_user("Grievance Officer"))
		self.assertIsNone(offices.of_number(self.number))

	def test_one_person_may_hold_both_kinds_of_office(self):
		self.posting(mobile_no=self.number, kind="Representative")
		self.assertEqual(offices.of_number(self.number).kinds, ("Representative",))
		self.posting(mobile_no=self.number)
		self.assertEqual(offices.of_number(self.number).kinds, ("Officer", "Representative"))
