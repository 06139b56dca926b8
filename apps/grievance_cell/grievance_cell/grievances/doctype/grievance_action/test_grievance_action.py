import frappe

from grievance_cell.grievances import actions
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_citizen

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestGrievanceAction(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.row = actions.record(make_citizen(), "Noted", remark="seen")

	def test_is_never_changed(self):
		self.row.remark = "not seen"
		with self.assertRaises(frappe.PermissionError):
			self.row.save()

	def test_is_never_deleted(self):
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc("Grievance Action", self.row.name)

	def test_says_who_and_when(self):
		self.assertEqual(self.row.actor, "Administrator")
		self.assertTrue(self.row.done_on)
		self.assertEqual(actions.record(make_citizen(), "Noted", actor="Guest").actor, "Guest")
