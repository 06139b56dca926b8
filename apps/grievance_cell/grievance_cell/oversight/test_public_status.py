import frappe
from frappe.utils import add_days, nowdate

from grievance_cell import limits
from grievance_cell.oversight import public_status
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	unique,
)


class TestPublicStatus(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.area = make_area()
		cls.category = make_category(cls.department)

	def setUp(self):
		super().setUp()
		self.address = unique("192.0.2")
		self.case = make_case(self.category, self.area, citizen=make_citizen().name)
		self.digits = self.case.mobile_no[-4:]
		self.bare = str(int(self.case.name.rsplit("-", 1)[-1]))
		self.addCleanup(limits.forget, f"public_status:case:{self.bare}")
		self.addCleanup(limits.forget, f"public_status:address:{self.address}")

	def find(self, number: str | None = None, digits: str | None = None):
		return public_status.find(number or self.case.name, digits or self.digits, self.address)

	def wrong(self) -> str:
		return f"{(int(self.digits) + 1) % 10_000:04}"

	def test_a_case_is_found_by_its_number_and_the_last_four_digits(self):
		hindi = str.maketrans("0123456789", "०१२३४५६७८९")
		for number in (
			self.case.name,
			self.case.name.lower(),
			f" {self.case.name} ",
			self.bare,
			self.bare.translate(hindi),
		):
			for digits in (self.digits, self.digits.translate(hindi)):
				with self.subTest(number=number, digits=digits):
					self.assertEqual(self.find(number, digits).name, self.case.name)

	def test_nothing_personal_is_told(self):
		case = self.find()
		for field in (
			"description",
			"subject",
			"area",
			"address",
			"citizen",
			"citizen_name",
			"mobile_no",
			"mobile_masked",
		):
			self.assertNotIn(field, case)

	def test_wrong_digits_find_nothing(self):
		for digits in (self.wrong(), "%%%%", "____", "12", "12345", ""):
			with self.subTest(digits), self.assertRaises(frappe.ValidationError):
				public_status.find(self.case.name, digits, self.address)

	def test_what_is_no_number_finds_nothing(self):
		for number in ("", "%", "GRV-%", "x" * 200, "GRV-2026-", "0' or '1'='1"):
			with self.subTest(number), self.assertRaises(frappe.ValidationError):
				public_status.find(number, self.digits, self.address)

	def test_after_five_wrong_answers_the_case_is_told_to_nobody_for_an_hour(self):
		for number in (self.case.name, self.bare, self.case.name, self.case.name, self.bare):
			with self.assertRaisesRegex(frappe.ValidationError, "no case with this number"):
				self.find(number, self.wrong())
		with self.assertRaises(frappe.TooManyRequestsError):
			self.find()
		with self.assertRaises(frappe.TooManyRequestsError):
			public_status.find(self.case.name, self.digits, unique("198.51.100"))
		left = frappe.cache.ttl(limits._key(f"public_status:case:{self.bare}"))
		self.assertTrue(0 < left <= public_status.WITHIN_SECONDS)

	def test_an_address_may_not_try_one_case_after_the_other(self):
		for number in range(public_status.MOST_FROM_AN_ADDRESS):
			missing = 900_000_000 + number
			self.addCleanup(limits.forget, f"public_status:case:{missing}")
			with self.assertRaises(frappe.ValidationError):
				self.find(str(missing))
		with self.assertRaises(frappe.TooManyRequestsError):
			self.find()
		self.assertEqual(public_status.find(self.case.name, self.digits, "203.0.113.9").name, self.case.name)

	def test_right_answers_may_be_given_as_often_as_one_likes(self):
		for _time in range(public_status.MOST_FOR_A_CASE + 1):
			self.find()

	def test_a_protected_citizen_s_case_is_not_found(self):
		self.case.db_set("confidential", 1)
		with self.assertRaises(frappe.ValidationError):
			self.find()

	def test_of_a_joined_case_it_says_where_the_work_is_done(self):
		main = make_case(self.category, self.area)
		main.db_set({"status": "Resolved", "resolved_on": "2026-05-04 10:00:00"})
		self.case.db_set({"status": "Duplicate", "duplicate_of": main.name})
		self.assertEqual((self.find().name, self.find().status), (self.case.name, "Resolved"))

	def test_a_date_of_long_term_that_has_passed_is_not_told(self):
		for days, told in ((-1, False), (0, True), (9, True)):
			self.case.db_set({"expected_by": add_days(nowdate(), days), "delay_reason": None})
			with self.subTest(days):
				self.assertEqual(bool(self.find().expected_by), told)

	def test_what_is_settled_is_not_said_to_be_due(self):
		self.assertTrue(self.find().resolution_by)
		self.case.db_set("status", "Closed")
		self.assertFalse(self.find().resolution_by)
