import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_department, make_posting, mobile_no

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestOfficerPosting(SiteTestCase):
	def test_a_leave_ends_after_it_begins(self):
		with self.assertRaises(frappe.ValidationError):
			make_posting(make_department(), on_leave_from="2026-01-05", on_leave_to="2026-01-04")
		make_posting(make_department(), on_leave_from="2026-01-05", on_leave_to="2026-01-05")

	def test_is_not_its_own_superior_or_stand_in(self):
		posting = make_posting(make_department())
		for field in ("reports_to", "charge_given_to"):
			posting.reload()
			posting.set(field, posting.name)
			with self.subTest(field), self.assertRaises(frappe.ValidationError):
				posting.save()

	def test_its_number_is_kept_as_whatsapp_has_it(self):
		number = mobile_no()
		bare = number.removeprefix("+91")
		for written in (bare, f"{bare[:5]} {bare[5:]}", f"91{bare}", f"+91-{bare}"):
			with self.subTest(written):
				self.assertEqual(make_posting(make_department(), mobile_no=written).mobile_no, number)
		with self.assertRaises(frappe.InvalidPhoneNumberError):
			make_posting(make_department(), mobile_no="12345")
