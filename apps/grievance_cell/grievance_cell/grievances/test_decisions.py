"""The end of a case by somebody's word, and work that has to wait: who may, and with what."""

from contextlib import contextmanager
from datetime import datetime, time, timedelta

import frappe
from frappe.model.workflow import WorkflowPermissionError, apply_workflow
from frappe.utils import add_days, getdate, nowdate

from grievance_cell.api import cases
from grievance_cell.grievances import escalation, lifecycle, proposals
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import (
	SiteTestCase,
	at,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class DecisionTestCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.ward = make_area("Ward", cls.district)
		cls.department = make_department()
		cls.category = make_category(cls.department)
		cls.officer = make_user("Grievance Officer")
		cls.head = make_user("Department Head", "Grievance Officer")
		cls.collector = make_user("Collector")
		cls.operator = make_user("Grievance Operator")
		cls.collectors_office = make_posting(None, cls.district, user=cls.collector, heads_area=1, level=5)
		cls.heads_office = make_posting(cls.department, cls.district, user=cls.head, level=3)
		cls.office = make_posting(
			cls.department, cls.ward, user=cls.officer, reports_to=cls.heads_office.name
		)
		cls.citizen = make_citizen()
		cls.scope = make_scope()

	@contextmanager
	def as_user(self, user: str):
		frappe.set_user(user)
		yield
		frappe.set_user("Administrator")

	def case(self, **values):
		return make_case(self.category, self.ward, citizen=self.citizen.name, **values)

	def act(self, case, action: str, user: str, **values):
		with self.as_user(user):
			cases.act(case.name, action, values)
		return frappe.get_doc("Grievance", case.name)

	def propose(self, case, what: str, user: str | None = None, **values):
		with self.as_user(user or self.officer):
			cases.propose(case.name, what, "Because", values)
		return frappe.get_doc("Grievance", case.name)

	def decide(self, case, user: str, approved: bool = True):
		with self.as_user(user):
			cases.approve(case.name) if approved else cases.decline(case.name, "Do it now")
		return frappe.get_doc("Grievance", case.name)

	def recorded(self, case) -> list[str]:
		return frappe.get_all(
			"Grievance Action", {"reference_name": case.name}, pluck="action", order_by="name"
		)

	def told(self, case, action: str) -> str | None:
		return frappe.db.get_value(
			"Grievance Action",
			{"reference_name": case.name, "action": action, "visible_to_citizen": 1},
			"remark",
		)


def make_scope():
	return frappe.get_doc(
		{
			"doctype": "Out of Scope Reason",
			"reason": frappe.generate_hash(length=8),
			"guidance": "Only the court decides it",
		}
	).insert()


class TestLongTerm(DecisionTestCase):
	later = add_days(nowdate(), 60)

	def long_term(self, **values):
		case = self.propose(self.case(**values), "Long Term", expected_by=self.later)
		return self.decide(case, self.head)

	def test_long_term_is_proposed_by_the_officer_and_approved_by_the_department_head(self):
		case = self.propose(self.case(), "Long Term", expected_by=self.later)
		self.assertEqual((case.status, case.proposal, case.expected_by), ("Assigned", "Long Term", None))
		self.assertTrue(case.resolution_by, "The clock runs on")
		case = self.decide(case, self.head)
		self.assertEqual((case.status, case.sla_status, case.proposal), ("Long Term", "Paused", None))
		self.assertEqual((case.expected_by, case.long_term_owner), (getdate(self.later), self.office.name))
		self.assertEqual((case.long_term_reason, case.long_term_count), ("Because", 1))
		self.assertEqual(self.told(case, "Long Term"), "Because")

	def test_the_approval_by_frappes_own_button_takes_what_was_proposed(self):
		case = self.propose(self.case(), "Long Term", expected_by=self.later)
		with self.as_user(self.head):
			apply_workflow(frappe.get_doc("Grievance", case.name), "Approve Long Term")
		case.reload()
		self.assertEqual((case.status, case.expected_by), ("Long Term", getdate(self.later)))

	def test_nobody_approves_what_they_proposed(self):
		case = self.propose(self.case(), "Long Term", self.head, expected_by=self.later)
		with self.assertRaises(frappe.PermissionError):
			self.decide(case, self.head)
		self.assertEqual(self.decide(case, self.collector).status, "Long Term")

	def test_the_officer_does_not_approve(self):
		case = self.propose(self.case(), "Long Term", self.head, expected_by=self.later)
		with self.assertRaises(frappe.PermissionError):
			self.decide(case, self.officer)

	def test_it_is_not_made_long_term_without_a_proposal(self):
		with self.assertRaises(frappe.PermissionError):
			self.act(self.case(), "Approve Long Term", self.head, expected_by=self.later)

	def test_it_needs_a_date_to_come(self):
		for values in ({}, {"expected_by": nowdate()}, {"expected_by": add_days(nowdate(), -1)}):
			with self.assertRaises(frappe.ValidationError):
				self.propose(self.case(), "Long Term", **values)

	def test_a_declined_proposal_leaves_the_case_as_it_was(self):
		case = self.decide(self.propose(self.case(), "Long Term", expected_by=self.later), self.head, False)
		self.assertEqual((case.status, case.proposal, case.expected_by), ("Assigned", None, None))
		self.assertEqual(self.recorded(case)[-2:], ["Long Term Proposed", "Long Term Declined"])
		self.assertFalse(self.told(case, "Long Term Declined"))

	def test_an_extension_is_the_heads_a_second_extension_the_collectors(self):
		case = self.long_term()
		much_later = add_days(self.later, 30)
		case = self.propose(case, "Long Term", expected_by=much_later)
		self.assertEqual(case.expected_by, getdate(self.later), "Until it is approved the old date holds")
		case = self.decide(case, self.head)
		self.assertEqual((case.expected_by, case.long_term_count), (getdate(much_later), 2))
		self.assertEqual(self.told(case, "Long Term Extended"), "Because")
		case = self.propose(case, "Long Term", expected_by=add_days(much_later, 30))
		with self.assertRaises(frappe.PermissionError):
			self.decide(case, self.head)
		case = self.decide(case, self.collector)
		self.assertEqual((case.status, case.long_term_count), ("Long Term", 3))

	def test_long_term_comes_back_by_itself_on_its_date(self):
		case = self.long_term()
		midnight = datetime.combine(getdate(self.later), time())
		for moment, status in (
			(midnight, "Long Term"),
			(midnight + timedelta(seconds=2), "In Progress"),
		):
			with at(moment):
				escalation.check(case.name)
			case.reload()
			self.assertEqual(case.status, status)
		self.assertIn("Long Term Over", self.recorded(case))
		self.assertTrue(case.resolution_by)
		told = {
			"for_user": self.officer,
			"document_name": case.name,
			"subject": ("like", "%was expected has come"),
		}
		self.assertTrue(frappe.db.exists("Notification Log", told))

	def test_a_second_extension_by_way_of_more_work_is_the_collectors_as_well(self):
		case = self.long_term()
		for _time in range(1):
			case = self.act(case, "Start Work", self.officer)
			case = self.decide(self.propose(case, "Long Term", expected_by=self.later), self.head)
		case = self.act(case, "Start Work", self.officer)
		case = self.propose(case, "Long Term", expected_by=self.later)
		with self.assertRaises(frappe.PermissionError):
			self.decide(case, self.head)

	def test_it_is_not_proposed_where_the_workflow_does_not_lead_to_it(self):
		case = self.case()
		case.db_set("status", "Registered")
		with self.assertRaises(frappe.ValidationError):
			self.propose(case, "Long Term", expected_by=self.later)
		self.assertEqual(self.propose(case, "Junk").proposal, "Junk")

	def test_a_proposal_is_declined_or_approved_after_the_citizen_was_asked_as_well(self):
		for approved in (False, True):
			case = self.propose(self.case(), "Long Term", expected_by=self.later)
			case = self.act(case, "Ask Citizen", self.officer, question="Where?")
			with self.assertRaises(frappe.PermissionError):
				self.decide(case, self.head)
			with self.assertRaises(frappe.PermissionError):
				self.decide(case, self.operator, approved=False)
			frappe.set_user("Administrator")
			if not approved:
				self.assertIsNone(self.decide(case, self.head, approved=False).proposal)
				continue
			case = self.act(case, "Start Work", self.officer)
			self.assertEqual(self.decide(case, self.head).status, "Long Term")

	def test_a_demand_is_sanctioned_by_the_head_with_a_date(self):
		demand = self.case(grievance_type="Demand")
		with self.assertRaises(frappe.ValidationError):
			self.act(demand, "Sanction", self.head)
		demand = self.act(
			demand, "Sanction", self.head, expected_by=self.later, long_term_reason="Budget of next year"
		)
		self.assertEqual((demand.status, demand.expected_by), ("Long Term", getdate(self.later)))

	def test_a_demand_is_not_sanctioned_without_a_reason(self):
		demand = self.case(grievance_type="Demand")
		with self.assertRaises(frappe.MandatoryError):
			self.act(demand, "Do Not Sanction", self.head)
		demand = self.act(demand, "Do Not Sanction", self.head, decision="There is one close by")
		self.assertEqual((demand.status, demand.closure_reason), ("Not Sanctioned", "Decided"))
		self.assertEqual(self.told(demand, "Not Sanctioned"), "There is one close by")


class TestEnd(DecisionTestCase):
	def test_out_of_scope_is_decided_by_a_second_person_saying_where_to_go(self):
		case = self.case()
		with self.assertRaises(frappe.MandatoryError):
			self.propose(case, "Out of Scope")
		case = self.propose(case, "Out of Scope", out_of_scope_reason=self.scope.name)
		with self.assertRaises(frappe.PermissionError):
			self.decide(case, self.officer)
		case = self.decide(case, self.operator)
		self.assertEqual((case.status, case.closure_reason), ("Rejected", "Out of Scope"))
		self.assertIn("Only the court decides it", self.told(case, "Rejected"))

	def test_junk_is_reported_by_an_officer_and_decided_by_a_second_person(self):
		case = self.propose(self.case(), "Junk")
		case = self.decide(case, self.operator)
		self.assertEqual((case.status, case.closure_reason), ("Rejected", "Junk"))
		self.assertIn("Rejected", self.recorded(case))

	def test_the_citizen_appeals_against_junk_and_the_collector_has_the_case(self):
		case = self.decide(self.propose(self.case(), "Junk"), self.operator)
		with self.as_user(bot_user()):
			lifecycle.move(frappe.get_doc("Grievance", case.name), "Reopened", remark="It is true")
		case.reload()
		self.assertEqual(
			(case.status, case.posting, case.assigned_to),
			("Reopened", self.collectors_office.name, self.collector),
		)
		self.assertIsNone(case.closure_reason)

	def test_nothing_is_rejected_without_a_proposal(self):
		with self.assertRaises(WorkflowPermissionError), self.as_user(self.head):
			lifecycle.move(frappe.get_doc("Grievance", self.case().name), "Rejected")

	def test_not_our_department_is_no_way_to_close(self):
		field = frappe.get_meta("Grievance").get_field("closure_reason")
		self.assertEqual(
			set(field.options.split("\n")),
			{
				"", "Confirmed", "No Reply to Feedback", "No Reply to Question", "Withdrawn", "Duplicate", "Out of Scope",
				"Junk", "Force Closed", "Decided",
			},
		)  # fmt: skip

	def test_force_close_is_for_the_department_head_and_the_collector_with_a_reason(self):
		for user in (self.head, self.collector):
			case = self.case()
			with self.assertRaises(frappe.PermissionError):
				self.act(case, "Force Close", self.officer, decision="x")
			with self.assertRaises(frappe.MandatoryError):
				self.act(case, "Force Close", user)
			case = self.act(case, "Force Close", user, decision="Sold to a private person")
			self.assertEqual(
				(case.status, case.closure_reason, case.force_closed_by), ("Closed", "Force Closed", user)
			)
			self.assertEqual(self.told(case, "Closed"), "Sold to a private person")

	def test_who_closes_by_force_cannot_say_that_the_citizen_was_content(self):
		case = self.case()
		with self.as_user(self.head):
			document = frappe.get_doc("Grievance", case.name)
			document.update({"status": "Closed", "closure_reason": "Confirmed", "decision": "Done"})
			document.save()
		self.assertEqual(frappe.db.get_value("Grievance", case.name, "closure_reason"), "Force Closed")

	def test_a_suggestion_is_answered(self):
		case = self.case(grievance_type="Suggestion")
		with self.assertRaises(frappe.MandatoryError):
			self.act(case, "Answer Suggestion", self.officer)
		case = self.act(case, "Answer Suggestion", self.officer, decision="Thank you: next year")
		self.assertEqual((case.status, case.closure_reason), ("Closed", "Decided"))
		self.assertEqual(self.told(case, "Closed"), "Thank you: next year")

	def test_a_suggestion_is_taken_up(self):
		case = self.case(grievance_type="Suggestion")
		case = self.act(case, "Accept Suggestion", self.officer, decision="We do it in May")
		self.assertEqual((case.status, case.closure_reason), ("Accepted", "Decided"))

	def test_a_suggestion_is_not_settled_as_a_complaint(self):
		with self.assertRaises(frappe.PermissionError):
			self.act(self.case(grievance_type="Suggestion"), "Resolve", self.officer, resolution="x")

	def test_the_resolution_needs_a_note(self):
		with self.assertRaises(frappe.MandatoryError):
			self.act(self.case(), "Resolve", self.officer, resolution="  ")

	def test_the_resolution_needs_a_photo_where_the_category_wants_one(self):
		category = make_category(self.department, photo_wanted=1)
		case = make_case(category, self.ward)
		with self.assertRaises(frappe.MandatoryError):
			self.act(case, "Resolve", self.officer, resolution="Cleaned")
		case = self.act(
			case, "Resolve", self.officer, resolution="Cleaned", resolution_photo="/private/files/drain.jpg"
		)
		self.assertEqual(case.status, "Resolved")

	def test_a_move_fills_in_no_field_but_its_own(self):
		with self.assertRaises(frappe.ValidationError):
			self.act(self.case(), "Resolve", self.officer, resolution="Cleaned", rating=5)


class TestReopening(DecisionTestCase):
	def settle(self, case, user: str):
		return self.act(case, "Resolve", user, resolution="Cleaned")

	def reopen(self, case):
		with self.as_user(bot_user()):
			lifecycle.move(frappe.get_doc("Grievance", case.name), "Reopened", remark="Still choked")
		return frappe.get_doc("Grievance", case.name)

	def test_a_reopened_case_goes_up_step_by_step(self):
		middle = make_user("Grievance Officer")
		superior = make_posting(
			self.department, self.ward, user=middle, level=2, reports_to=self.heads_office.name
		)
		self.office.db_set("reports_to", superior.name)
		case = self.case()
		for by, posting, user in (
			(self.officer, superior, middle),
			(middle, self.heads_office, self.head),
			(self.head, self.collectors_office, self.collector),
		):
			case = self.reopen(self.settle(case, by))
			self.assertEqual((case.posting, case.assigned_to), (posting.name, user))
		self.assertEqual(case.reopen_count, 3)

	def test_what_was_said_to_be_done_has_to_be_said_anew(self):
		case = self.reopen(self.settle(self.case(), self.officer))
		self.assertFalse(case.resolution)
		with self.assertRaises(frappe.MandatoryError):
			self.act(case, "Resolve", self.head)

	def test_the_first_resolution_stays_on_record(self):
		case = self.settle(self.case(), self.officer)
		first = case.first_resolved_on
		self.assertEqual(self.reopen(case).first_resolved_on, first)

	def test_who_had_settled_it_stays_on_the_case(self):
		case = self.reopen(self.settle(self.case(), self.officer))
		self.assertEqual(
			(case.posting_before_reopening, case.officer_before_reopening), (self.office.name, self.officer)
		)

	def test_who_has_the_charge_since_has_not_settled_it(self):
		case = self.settle(self.case(), self.officer)
		case.db_set("assigned_to", self.head)
		self.assertEqual(self.reopen(case).officer_before_reopening, self.officer)

	def test_what_was_said_and_promised_before_is_not_said_of_the_next_settlement(self):
		case = self.settle(self.case(), self.officer)
		case.db_set({"rating": 5, "feedback": "Quick", "expected_by": add_days(nowdate(), 9)})
		case = self.reopen(case)
		self.assertEqual((case.rating, case.feedback, case.expected_by), (0, None, None))

	def test_a_reopened_case_is_not_counted_as_transferred(self):
		case = self.reopen(self.settle(self.case(), self.officer))
		self.assertNotIn("Transferred", self.recorded(case))
		self.assertEqual(case.transfer_count, 0)

	def test_a_proposal_ends_with_the_case(self):
		case = self.propose(self.case(), "Junk")
		self.assertIsNone(self.settle(case, self.officer).proposal)

	def test_only_one_proposal_at_a_time(self):
		case = self.propose(self.case(), "Junk")
		with self.assertRaises(frappe.ValidationError):
			self.propose(case, "Long Term", expected_by=add_days(nowdate(), 9))

	def test_a_proposal_needs_a_reason(self):
		with self.assertRaises(frappe.MandatoryError), self.as_user(self.officer):
			proposals.propose(self.case(), "Junk", " ")
