import frappe

from grievance_cell.testing import SiteTestCase, make, unique


class TestWorkflowChecks(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.workflow = frappe.get_doc("Workflow", "Grievance")
		self.addCleanup(frappe.clear_cache, doctype="Grievance")
		self.addCleanup(frappe.clear_document_cache, "Workflow", "Grievance")

	def add_status(self, **values) -> str:
		name = unique("Estimate")
		make("Grievance Status", status_name=name, citizen_label="Costs are being worked out", **values)
		self.workflow.append("states", {"state": name, "doc_status": "0", "allow_edit": "Grievance Officer"})
		return name

	def add_move(self, state: str, to: str, allowed: str = "Grievance Officer") -> None:
		self.workflow.append(
			"transitions", {"state": state, "action": "Start Work", "next_state": to, "allowed": allowed}
		)

	def drop_moves(self, state: str, to: str) -> None:
		self.workflow.transitions = [
			row for row in self.workflow.transitions if (row.state, row.next_state) != (state, to)
		]

	def said(self) -> str:
		"""Save the Workflow and return what the user is told."""
		frappe.clear_messages()
		self.workflow.save()
		return "\n".join(str(message) for message in frappe.local.message_log)

	def test_nothing_is_said_of_the_workflow_that_is_shipped(self):
		self.assertEqual(self.said(), "")

	def test_a_state_needs_its_status(self):
		state = unique("Nowhere")
		make("Workflow State", workflow_state_name=state)
		self.workflow.append("states", {"state": state, "doc_status": "0", "allow_edit": "Grievance Officer"})
		with self.assertRaisesRegex(frappe.ValidationError, state):
			self.workflow.save()

	def test_a_status_that_can_be_reached_and_left_is_fine(self):
		status = self.add_status(category="Open")
		self.add_move("Assigned", status)
		self.add_move(status, "In Progress")
		self.assertEqual(self.said(), "")

	def test_a_status_that_nothing_leads_to_or_on_from_is_named(self):
		status = self.add_status(category="Open")
		said = self.said()
		self.assertIn(f"No move leads to <strong>{status}</strong>", said)
		self.assertIn(f"No move leads on from <strong>{status}</strong>", said)

	def test_a_closed_status_needs_no_way_on(self):
		status = self.add_status(category="Closed")
		self.add_move("Assigned", status)
		self.assertEqual(self.said(), "")

	def test_the_moves_of_deadlines_and_citizens_are_missed(self):
		for state, to, why in (
			("Registered", "Assigned", "a new case is given to its office"),
			("Awaiting Citizen", "Closed", "the citizen does not answer in time"),
			("Long Term", "In Progress", "the expected date has come"),
			("Resolved", "Closed", "the citizen says that it is settled"),
			("Resolved", "Reopened", "the citizen says that it is not settled"),
		):
			with self.subTest(why):
				before = list(self.workflow.transitions)
				self.drop_moves(state, to)
				self.assertIn(why, self.said())
				self.workflow.transitions = before

	def test_a_citizens_move_is_for_the_citizens_role(self):
		self.drop_moves("Awaiting Citizen", "In Progress")
		self.add_move("Awaiting Citizen", "In Progress")
		self.assertIn("for the role Citizen: the citizen answers", self.said())

	def test_a_status_of_staffs_own_that_waits_for_the_citizen_needs_their_moves_as_well(self):
		status = self.add_status(category="Paused", waits_for_citizen=1)
		self.add_move("Assigned", status)
		self.add_move(status, "In Progress", "Citizen")
		said = self.said()
		self.assertIn("the citizen does not answer in time", said)
		self.assertNotIn("the citizen answers", said)
