import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_department, make_posting

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
