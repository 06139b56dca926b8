from contextlib import contextmanager

import frappe
from frappe.model.workflow import WorkflowPermissionError, apply_workflow

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class TestLifecycle(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		cls.officer = make_user("Grievance Officer")
		cls.head = make_user("Department Head", "Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)
		make_posting(cls.department, cls.ward, user=cls.head, level=3)

	def case(self, **values):
		return make_case(self.category, self.ward, **values)

	@contextmanager
	def as_user(self, user: str):
		frappe.set_user(user)
		yield
		frappe.set_user("Administrator")

	def move(self, case, to: str, user: str | None = None, **more):
		with self.as_user(user or self.officer):
			lifecycle.move(frappe.get_doc("Grievance", case.name), to, **more)
		case.reload()
		return case

	def actions(self, case) -> list:
		return frappe.get_all(
			"Grievance Action",
			{"reference_doctype": "Grievance", "reference_name": case.name},
			["action", "actor", "from_status", "to_status", "remark", "posting", "visible_to_citizen"],
			order_by="name",
		)

	def test_a_new_case_is_registered_and_handed_to_its_posting(self):
		case = self.case()
		self.assertEqual((case.status, case.posting), ("Assigned", self.posting.name))
		self.assertEqual((case.department, case.assigned_to), (self.department.name, self.officer))
		self.assertEqual([row.action for row in self.actions(case)], ["Registered", "Assigned"])

	def test_the_record_names_who_registered_it_not_the_system(self):
		operator = make_user("Grievance Operator")
		with self.as_user(operator):
			case = make_case(self.category, self.ward)
			self.assertEqual(frappe.session.user, operator)
		self.assertEqual([row.actor for row in self.actions(case)], [operator, operator])

	def test_nobody_can_register_a_case_as_closed(self):
		self.assertEqual(self.case(status="Closed").status, "Assigned")

	def test_a_case_without_a_posting_stays_registered(self):
		frappe.db.set_single_value("Grievance Settings", "cell_posting", None)
		case = make_case(make_category(make_department()), self.ward)
		self.assertEqual((case.status, case.posting), ("Registered", None))

	def test_the_officer_starts_and_resolves(self):
		case = self.move(self.case(), "In Progress")
		self.assertTrue(case.first_responded_on)
		case = self.move(case, "Resolved", resolution="Cleaned the drain")
		self.assertTrue(case.resolved_on)
		self.assertEqual(case.first_resolved_on, case.resolved_on)
		last = self.actions(case)[-1]
		self.assertEqual((last.from_status, last.to_status), ("In Progress", "Resolved"))
		self.assertEqual((last.actor, last.posting), (self.officer, self.posting.name))
		self.assertEqual(last.remark, "Cleaned the drain")

	def test_nobody_resolves_without_saying_what_was_done(self):
		case = self.case()
		for resolution in (None, "", "  "):
			with self.assertRaises(frappe.MandatoryError):
				self.move(case, "Resolved", resolution=resolution)

	def test_the_actions_button_follows_the_same_rules(self):
		case = self.case()
		with self.as_user(self.officer), self.assertRaises(frappe.MandatoryError):
			apply_workflow(frappe.get_doc("Grievance", case.name), "Resolve")
		frappe.set_user("Administrator")
		case.reload()
		case.db_set("resolution", "Cleaned the drain")
		with self.as_user(self.officer):
			apply_workflow(frappe.get_doc("Grievance", case.name), "Resolve")
		case.reload()
		self.assertEqual(case.status, "Resolved")
		last = self.actions(case)[-1]
		self.assertEqual((last.to_status, last.actor), ("Resolved", self.officer))

	def test_a_plain_save_cannot_change_the_status_against_the_workflow(self):
		case = self.case()
		with self.as_user(self.officer), self.assertRaises(WorkflowPermissionError):
			document = frappe.get_doc("Grievance", case.name)
			document.status = "Closed"
			document.save()

	def test_an_officer_cannot_make_the_heads_move(self):
		case = self.move(self.case(), "In Progress")
		with self.assertRaises(WorkflowPermissionError):
			self.move(case, "Reopened")
		case = self.move(case, "Resolved", resolution="Cleaned")
		self.assertEqual(self.move(case, "Reopened", self.head).status, "Reopened")

	def test_an_officer_can_neither_close_nor_withdraw(self):
		case = self.case()
		for to in ("Closed", "Withdrawn", "Registered"):
			with self.assertRaises(WorkflowPermissionError):
				self.move(case, to)

	def test_only_a_suggestion_is_accepted_and_only_a_demand_not_sanctioned(self):
		with self.assertRaises(WorkflowPermissionError):
			self.move(self.case(), "Accepted")
		accepted = self.move(self.case(grievance_type="Suggestion"), "Accepted", decision="We do it")
		self.assertEqual(accepted.status, "Accepted")
		with self.assertRaises(WorkflowPermissionError):
			self.move(self.case(grievance_type="Demand"), "Not Sanctioned")
		refused = self.move(
			self.case(grievance_type="Demand"), "Not Sanctioned", self.head, decision="No budget"
		)
		self.assertEqual(refused.status, "Not Sanctioned")

	def test_the_citizen_confirms_and_reopens_through_the_bot(self):
		case = self.move(self.case(), "Resolved", resolution="Cleaned")
		case = self.move(case, "Reopened", bot_user(), remark="Still choked")
		self.assertEqual((case.reopen_count, case.resolved_on), (1, None))
		self.assertTrue(case.first_resolved_on)
		self.assertEqual(self.actions(case)[-1].remark, "Still choked")
		case = self.move(case, "Resolved", self.head, resolution="Cleaned again")
		case = self.move(case, "Closed", bot_user(), closure_reason="Confirmed")
		self.assertEqual(case.closure_reason, "Confirmed")
		self.assertTrue(case.closed_on)

	def test_a_case_is_settled_when_it_is_resolved_or_ended_by_a_decision(self):
		resolved = self.move(self.case(), "Resolved", resolution="Cleaned")
		settled = resolved.settled_on
		self.assertEqual(settled, resolved.resolved_on)
		confirmed = self.move(resolved, "Closed", bot_user(), closure_reason="Confirmed")
		self.assertEqual(confirmed.settled_on, settled)
		self.assertIsNone(self.move(confirmed, "Reopened", bot_user()).settled_on)
		refused = self.move(self.case(grievance_type="Demand"), "Not Sanctioned", self.head, decision="No")
		self.assertEqual(refused.settled_on, refused.closed_on)

	def test_a_case_that_ends_with_nothing_done_is_not_settled(self):
		self.assertIsNone(self.move(self.case(), "Withdrawn", bot_user()).settled_on)
		asked = self.case(citizen=make_citizen().name)
		asked = self.move(asked, "Awaiting Citizen", question="Which drain?")
		unanswered = self.move(asked, "Closed", bot_user(), closure_reason="No Reply to Question")
		self.assertEqual((bool(unanswered.closed_on), unanswered.settled_on), (True, None))

	def test_the_bot_can_make_no_officers_move(self):
		case = self.case()
		for to in ("In Progress", "Resolved"):
			with self.assertRaises(WorkflowPermissionError):
				self.move(case, to, bot_user(), resolution="x")

	def test_asking_the_citizen_stops_the_clock_and_going_on_starts_it(self):
		case = self.move(
			self.case(priority="High", citizen=make_citizen().name), "Awaiting Citizen", question="Where?"
		)
		self.assertEqual((case.sla_status, case.resolution_by), ("Paused", None))
		case = self.move(case, "In Progress")
		self.assertTrue(case.resolution_by)
		self.assertIsNone(case.on_hold_since)

	def test_nobody_is_asked_where_there_is_no_citizen(self):
		with self.assertRaisesRegex(frappe.ValidationError, "no citizen"):
			self.move(self.case(), "Awaiting Citizen", question="Where?")
		category = make_category(self.department, confidential=1)
		unsigned = make_case(category, self.ward)
		with self.assertRaisesRegex(frappe.ValidationError, "no citizen"):
			lifecycle.move(unsigned, "Awaiting Citizen", question="Where?")
		signed = make_case(category, self.ward, citizen=make_citizen().name)
		lifecycle.move(signed, "Awaiting Citizen", question="Where?")
		self.assertEqual(signed.status, "Awaiting Citizen")

	def test_a_system_move_keeps_the_true_actor(self):
		case = self.case()
		with lifecycle.acting_as("Administrator"):
			lifecycle.move(
				frappe.get_doc("Grievance", case.name), "In Progress", actor=self.officer, remark="by timer"
			)
		self.assertEqual(self.actions(case)[-1].actor, self.officer)

	def test_acting_as_another_is_over_even_after_an_error(self):
		frappe.set_user(self.officer)
		with self.assertRaises(ZeroDivisionError), lifecycle.acting_as("Administrator"):
			self.assertEqual(frappe.session.user, "Administrator")
			raise ZeroDivisionError
		self.assertEqual(frappe.session.user, self.officer)

	def test_a_save_without_a_move_records_nothing(self):
		case = self.case()
		before = len(self.actions(case))
		case.address = "Near the school"
		case.save()
		self.assertEqual(len(self.actions(case)), before)

	def test_a_state_that_staff_add_needs_no_code(self):
		label = frappe.generate_hash(length=6)
		frappe.get_doc(
			{
				"doctype": "Grievance Status",
				"status_name": f"Waiting for pipes {label}",
				"category": "Paused",
				"citizen_label": "Waiting",
			}
		).insert()
		workflow = frappe.get_doc("Workflow", "Grievance")
		workflow.append(
			"states",
			{"state": f"Waiting for pipes {label}", "doc_status": "0", "allow_edit": "Grievance Officer"},
		)
		workflow.append(
			"transitions",
			{
				"state": "Assigned",
				"action": "Ask Citizen",
				"next_state": f"Waiting for pipes {label}",
				"allowed": "Grievance Officer",
			},
		)
		workflow.save()
		self.addCleanup(frappe.clear_cache, doctype="Grievance")
		self.addCleanup(frappe.clear_document_cache, "Workflow", "Grievance")
		case = self.move(self.case(priority="High"), f"Waiting for pipes {label}")
		self.assertEqual((case.sla_status, case.resolution_by), ("Paused", None))

	def test_the_bots_own_moves_are_the_citizens(self):
		citizen = make_citizen()
		with self.as_user(bot_user()):
			case = make_case(self.category, self.ward, citizen=citizen.name, source="WhatsApp")
		self.assertEqual({row.actor for row in self.actions(case)}, {bot_user()})
