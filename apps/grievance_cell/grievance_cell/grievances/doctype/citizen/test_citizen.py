import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_citizen, mobile_no

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestCitizen(SiteTestCase):
	def test_keeps_the_number_as_e164(self):
		number = mobile_no()
		citizen = make_citizen(mobile_no=f"0{number[3:8]} {number[8:]}")
		self.assertEqual(citizen.mobile_no, number)

	def test_refuses_what_is_no_number(self):
		with self.assertRaises(frappe.InvalidPhoneNumberError):
			make_citizen(mobile_no="12345")

	def test_a_number_is_one_citizens(self):
		citizen = make_citizen()
		with self.assertRaises(frappe.UniqueValidationError):
			make_citizen(mobile_no=citizen.mobile_no)

	def test_many_citizens_have_no_number(self):
		make_citizen(mobile_no=None)
		make_citizen(mobile_no="")
