import frappe

from grievance_cell.service_levels.test_deadlines import make_sla
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_department

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestSLA(SiteTestCase):
	def test_a_target_has_a_time_or_days_and_never_both(self):
		for target in ({}, {"resolution_time": 60, "resolution_days": 1}):
			with self.assertRaises(frappe.ValidationError):
				make_sla(targets=[{"priority": "Low", "response_time": 60, **target}])

	def test_each_priority_has_one_target(self):
		row = {"priority": "Low", "response_time": 60, "resolution_days": 1}
		with self.assertRaises(frappe.ValidationError):
			make_sla(targets=[row, dict(row)])

	def test_there_is_one_default(self):
		first = make_sla(is_default=1)
		second = make_sla(is_default=1)
		self.assertFalse(frappe.db.get_value("SLA", first.name, "is_default"))
		self.assertTrue(frappe.db.get_value("SLA", second.name, "is_default"))

	def test_the_default_is_for_everything(self):
		for values in ({"enabled": 0}, {"department": make_department().name}, {"condition": "True"}):
			with self.assertRaises(frappe.ValidationError):
				make_sla(is_default=1, **values)

	def test_a_condition_can_be_read(self):
		with self.assertRaises(frappe.ValidationError):
			make_sla(condition="doc.priority ==")
