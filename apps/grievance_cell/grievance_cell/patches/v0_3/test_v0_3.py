import frappe

from grievance_cell.patches.v0_3 import mask_numbers
from grievance_cell.testing import SiteTestCase, make, make_citizen, mobile_no


class TestMaskNumbers(SiteTestCase):
	def test_stored_numbers_are_masked(self):
		for document in (make_citizen(), make("Callback Request", mobile_no=mobile_no())):
			document.db_set("mobile_masked", None)
			mask_numbers.execute()
			masked = frappe.db.get_value(document.doctype, document.name, "mobile_masked")
			with self.subTest(document.doctype):
				self.assertEqual(masked, f"{'•' * 6}{document.mobile_no[-4:]}")
