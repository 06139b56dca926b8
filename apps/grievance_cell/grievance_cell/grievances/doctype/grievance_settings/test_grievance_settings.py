import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestGrievanceSettings(SiteTestCase):
	def test_a_new_site_is_quiet_from_nine_to_seven(self):
		frappe.db.delete("Singles", {"doctype": "Grievance Settings"})
		frappe.new_doc("Grievance Settings").insert()
		stored = frappe.db.get_singles_dict("Grievance Settings")
		self.assertEqual((stored.muted_from, stored.muted_to), ("21:00:00", "07:00:00"))
