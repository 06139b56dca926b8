import frappe

from grievance_cell.grievances.doctype.grievance_status.grievance_status import category_of
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make, unique

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestGrievanceStatus(SiteTestCase):
	def test_a_new_status_brings_its_workflow_state(self):
		status = make(
			"Grievance Status", status_name=unique("Waiting"), category="Paused", citizen_label="Waiting"
		)
		self.assertTrue(frappe.db.exists("Workflow State", status.name))
		self.assertEqual(category_of(status.name), "Paused")

	def test_every_state_of_the_workflow_is_a_status(self):
		states = {state.state for state in frappe.get_doc("Workflow", "Grievance").states}
		self.assertEqual(states - set(frappe.get_all("Grievance Status", pluck="name")), set())

	def test_every_closed_status_can_be_reached(self):
		workflow = frappe.get_doc("Workflow", "Grievance")
		reached = {transition.next_state for transition in workflow.transitions}
		self.assertLessEqual({"Resolved", "Closed", "Withdrawn", "Accepted", "Not Sanctioned"}, reached)
