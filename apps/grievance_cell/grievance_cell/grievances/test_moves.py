import frappe

from grievance_cell.api import cases
from grievance_cell.grievances import moves
from grievance_cell.grievances.test_decisions import DecisionTestCase
from grievance_cell.testing import make, unique


class TestMoves(DecisionTestCase):
	def asked(self, case, action: str, user: str) -> dict[str, bool] | None:
		"""Return what an action asks a user for: field to whether it is required; None where they do not have it."""
		with self.as_user(user):
			found = moves.asked_by_action(frappe.get_doc("Grievance", case.name)).get(action)
		return found and {each["fieldname"]: each["required"] for each in found["fields"]}

	def add_move(self, category: str, to_roles: str = "Grievance Officer", **state) -> str:
		"""Let officers move an assigned case to a status of staff's own; returns the status."""
		status = unique("At the camp")
		make("Grievance Status", status_name=status, category=category, citizen_label="At the camp")
		action = make("Workflow Action Master", workflow_action_name=unique("Take to the Camp")).name
		workflow = frappe.get_doc("Workflow", "Grievance")
		workflow.append("states", {"state": status, "doc_status": "0", "allow_edit": to_roles, **state})
		workflow.append(
			"transitions", {"state": "Assigned", "action": action, "next_state": status, "allowed": to_roles}
		)
		workflow.save()
		self.addCleanup(frappe.clear_cache, doctype="Grievance")
		self.addCleanup(frappe.clear_document_cache, "Workflow", "Grievance")
		self.action = action
		return status

	def test_a_move_asks_for_what_its_rules_want(self):
		case = self.case()
		self.assertEqual(self.asked(case, "Start Work", self.officer), {})
		self.assertEqual(
			self.asked(case, "Resolve", self.officer), {"resolution": True, "resolution_photo": False}
		)
		self.assertEqual(self.asked(case, "Ask Citizen", self.officer), {"question": True})
		self.assertEqual(self.asked(case, "Force Close", self.head), {"decision": True})
		self.assertIsNone(self.asked(case, "Force Close", self.officer))

	def test_an_approval_begins_with_what_was_proposed(self):
		case = self.propose(self.case(), "Long Term", expected_by=frappe.utils.add_days(None, 30))
		with self.as_user(self.head):
			asked = moves.asked_by_action(case)["Approve Long Term"]["fields"]
		self.assertEqual(
			[each["default_from"] for each in asked], ["proposed_date", "proposal_remark", "long_term_owner"]
		)

	def test_what_is_out_of_scope_may_be_explained(self):
		case = self.propose(self.case(), "Out of Scope", out_of_scope_reason=self.scope.name)
		self.assertEqual(self.asked(case, "Reject", self.head), {"decision": False})

	def test_only_a_force_close_is_free_of_the_reason_for_a_delay(self):
		with self.as_user(self.head):
			asked = moves.asked_by_action(self.case())
		self.assertEqual([action for action, each in asked.items() if each["is_free"]], ["Force Close"])

	def test_a_move_of_staffs_own_asks_by_the_category_of_its_status(self):
		self.add_move("Resolved")
		self.assertEqual(
			self.asked(self.case(), self.action, self.officer),
			{"resolution": True, "resolution_photo": False},
		)
		self.add_move("Open")
		self.assertEqual(self.asked(self.case(), self.action, self.officer), {})

	def test_a_closed_status_of_staffs_own_is_a_force_close(self):
		status = self.add_move("Closed")
		case = self.case()
		self.assertEqual(self.asked(case, self.action, self.officer), {"decision": True})
		with self.as_user(self.officer):
			with self.assertRaises(frappe.MandatoryError):
				cases.act(case.name, self.action, {})
			cases.act(case.name, self.action, {"decision": "Settled on the spot"})
		case.reload()
		self.assertEqual(
			(case.status, case.closure_reason, case.force_closed_by), (status, "Force Closed", self.officer)
		)

	def test_a_closed_status_of_staffs_own_takes_the_reason_that_the_workflow_gives(self):
		self.add_move("Closed", update_field="closure_reason", update_value="Decided")
		case = self.case()
		with self.as_user(self.officer):
			cases.act(case.name, self.action, {"decision": "Settled on the spot"})
		case.reload()
		self.assertEqual((case.closure_reason, case.force_closed_by), ("Decided", None))

	def test_nothing_is_junk_by_one_persons_word(self):
		self.add_move("Closed", update_field="closure_reason", update_value="Junk")
		case = self.case()
		with self.as_user(self.officer), self.assertRaises(frappe.ValidationError):
			cases.act(case.name, self.action, {})
