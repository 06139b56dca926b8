from datetime import datetime

import frappe

from grievance_cell.api import cases
from grievance_cell.grievances import delays
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.delays import DelayReasonWanted
from grievance_cell.grievances.transfers import transfer
from grievance_cell.testing import (
	DAY,
	HOUR,
	SECOND,
	START,
	TimedTestCase,
	at,
	make_department,
	make_posting,
	make_user,
)

DUE = START + 8 * HOUR


class TestDelays(TimedTestCase):
	def explain(self, when: datetime, remark: str = "The pipes come on Monday", **values) -> None:
		with at(when):
			delays.give_reason(frappe.get_doc("Grievance", self.case.name), "No material", remark, **values)
		self.case.reload()

	def records(self, action: str) -> list:
		return frappe.get_all(
			"Grievance Action",
			{"reference_name": self.case.name, "action": action},
			["remark", "visible_to_citizen", "actor"],
			order_by="name",
		)

	def test_the_first_breach_is_noted_and_the_citizen_is_told_with_whom_the_case_is(self):
		self.check(DUE)
		self.assertEqual((self.case.first_breached_on, self.records("Overdue")), (None, []))
		self.check(DUE + SECOND)
		self.assertEqual((self.case.sla_status, self.case.first_breached_on), ("Overdue", DUE))
		(told,) = self.records("Overdue")
		self.assertEqual(told.remark, f"It is now with: {self.posting.name}, {self.department.name}.")
		self.assertTrue(told.visible_to_citizen)
		self.assertEqual(self.case.citizen_informed_on, DUE + SECOND)

	def test_a_breach_that_a_save_has_found_first_is_told_as_well(self):
		with at(DUE + HOUR):
			self.case.reload()
			self.case.priority = "High"
			self.case.save()
		self.assertEqual(self.case.sla_status, "Overdue")
		self.check(DUE + HOUR + SECOND)
		self.assertEqual(len(self.records("Overdue")), 1)

	def test_a_breach_is_told_once(self):
		self.check(DUE + SECOND)
		self.check(DUE + DAY)
		self.check(DUE + 2 * DAY)
		self.assertEqual(len(self.records("Overdue")), 1)

	def test_a_date_before_its_clock_began_is_missed_once(self):
		self.case.db_set("resolution_by", START - DAY)
		self.check(DUE)
		self.case.db_set("next_check_on", DUE + HOUR)
		self.check(DUE + DAY)
		self.assertEqual(len(self.records("Overdue")), 1)
		self.assertFalse(delays.moments(self.case))

	def test_a_priority_that_is_none_is_refused_by_its_name(self):
		self.case.priority = "Whenever"
		with self.assertRaisesRegex(frappe.ValidationError, "Whenever"):
			self.case.save()

	def test_an_overdue_case_is_not_moved_until_the_reason_for_the_delay_is_given(self):
		self.check(DUE + SECOND)
		for to, values in (
			("In Progress", {}),
			("Resolved", {"resolution": "Cleaned"}),
			("Awaiting Citizen", {"question": "Where?"}),
		):
			with self.assertRaises(DelayReasonWanted):
				self.move(to, DUE + HOUR, **values)
		self.explain(DUE + HOUR)
		self.move("In Progress", DUE + HOUR)
		self.assertEqual(self.case.status, "In Progress")

	def test_an_overdue_case_is_not_transferred_until_the_reason_for_the_delay_is_given(self):
		elsewhere = make_department()
		make_posting(elsewhere, self.ward)

		def send():
			frappe.set_user(self.officer)
			self.addCleanup(frappe.set_user, "Administrator")
			case = frappe.get_doc("Grievance", self.case.name)
			with at(DUE + HOUR):
				transfer(case, department=elsewhere.name, reason="It is their road")
			return case

		with self.assertRaises(DelayReasonWanted):
			send()
		frappe.set_user("Administrator")
		self.explain(DUE + HOUR)
		self.assertEqual(send().department, elsewhere.name)

	def test_the_reason_is_wanted_even_before_the_scheduler_has_come_by(self):
		with self.assertRaises(DelayReasonWanted):
			self.move("In Progress", DUE + SECOND)
		self.explain(DUE + SECOND)
		self.assertEqual((self.case.first_breached_on, len(self.records("Overdue"))), (DUE, 1))
		self.move("In Progress", DUE + HOUR)
		self.check(DUE + 2 * HOUR)
		self.assertEqual(len(self.records("Overdue")), 1)

	def test_a_reason_needs_a_remark(self):
		self.check(DUE + SECOND)
		for remark in ("", "  "):
			with self.assertRaises(frappe.MandatoryError):
				self.explain(DUE + HOUR, remark)

	def test_the_reason_is_given_by_who_works_on_the_case_and_by_nobody_else(self):
		given = (self.case.name, "No material", "The pipes come on Monday")
		frappe.set_user(make_user("Grievance Officer"))
		with self.assertRaises(frappe.PermissionError):
			cases.give_reason(*given)
		frappe.set_user(self.officer)
		cases.give_reason(*given)
		self.case.reload()
		self.assertEqual(self.case.delay_reason, "No material")

	def test_a_reason_is_one_of_the_list(self):
		frappe.db.set_value("Delay Reason", "No material", "enabled", 0)
		with self.assertRaises(frappe.ValidationError):
			self.explain(DUE + HOUR)

	def test_the_citizen_may_take_back_or_answer_an_overdue_case(self):
		self.check(DUE + SECOND)
		self.move("Withdrawn", DUE + HOUR, bot_user(), closure_reason="Withdrawn")
		self.assertEqual(self.case.status, "Withdrawn")

	def test_a_case_in_time_needs_no_reason(self):
		self.move("In Progress", DUE)
		self.assertEqual(self.case.status, "In Progress")

	def test_the_reason_is_on_record_and_can_be_read_by_the_citizen(self):
		self.check(DUE + SECOND)
		self.explain(DUE + HOUR)
		self.assertEqual(
			(self.case.delay_reason, self.case.delay_remark), ("No material", "The pipes come on Monday")
		)
		(row,) = self.records("Delay Explained")
		self.assertEqual((row.remark, row.visible_to_citizen), ("No material: The pipes come on Monday", 1))
		self.assertEqual(self.records("New Date"), [])

	def test_a_new_date_is_told_to_the_citizen(self):
		self.check(DUE + SECOND)
		self.explain(DUE + HOUR, expected_by="2026-01-20")
		(row,) = self.records("New Date")
		self.assertEqual((row.remark, row.visible_to_citizen), ("20 January 2026", 1))
		self.assertEqual(str(self.case.expected_by), "2026-01-20")
		self.assertEqual(self.case.citizen_informed_on, DUE + HOUR)

	def test_there_is_no_reason_for_a_delay_before_there_is_one(self):
		with self.assertRaisesRegex(frappe.ValidationError, "not overdue"):
			self.explain(DUE)
		self.check(DUE + SECOND)
		with self.assertRaises(DelayReasonWanted):
			self.move("In Progress", DUE + HOUR)

	def test_a_reason_that_was_given_can_be_given_better(self):
		self.explain(DUE + SECOND)
		self.explain(DUE + HOUR, "The pipes come on Tuesday")
		self.assertEqual(self.case.delay_remark, "The pipes come on Tuesday")

	def test_a_work_that_waits_is_not_put_off_by_a_reason(self):
		self.explain(DUE + SECOND)
		head = make_user("Department Head")
		make_posting(self.department, self.ward, level=3, user=head)
		self.case.db_set(
			{
				"proposal": "Long Term",
				"proposed_by": self.officer,
				"proposal_remark": "Tender",
				"proposed_date": "2026-03-01",
			}
		)
		self.move("Long Term", DUE + HOUR, head)
		with self.assertRaisesRegex(frappe.ValidationError, "second person"):
			self.explain(DUE + 2 * HOUR, expected_by="2026-06-01")
		self.assertEqual(str(self.case.expected_by), "2026-03-01")

	def test_a_new_date_lies_in_the_future(self):
		self.check(DUE + SECOND)
		with self.assertRaises(frappe.ValidationError):
			self.explain(DUE + HOUR, expected_by=DUE.date())

	def test_who_has_the_form_open_does_not_save_over_the_reason(self):
		self.check(DUE + SECOND)
		opened = frappe.get_doc("Grievance", self.case.name)
		self.explain(DUE + HOUR)
		opened.address = "Near the school"
		with self.assertRaises(frappe.TimestampMismatchError), at(DUE + HOUR):
			opened.save()

	def test_a_demand_is_decided_within_21_days_whatever_its_category_asks(self):
		self.register(grievance_type="Demand")
		self.assertEqual(self.case.resolution_by, datetime(2026, 1, 26, 23, 59, 59))
		self.assertEqual(self.case.response_by, START + 2 * HOUR)
		with at(START + DAY):
			self.case.grievance_type = "Complaint"
			self.case.save()
		self.assertEqual(self.case.resolution_by, DUE)

	def test_a_suggestion_is_never_late(self):
		self.register(grievance_type="Suggestion")
		self.assertEqual((self.case.sla, self.case.resolution_by), (None, None))
		self.check(DUE + 60 * DAY)
		self.assertFalse(self.case.sla_status or self.case.first_breached_on)
		self.assertEqual(self.records("Overdue"), [])
		self.move("In Progress", DUE + 61 * DAY)
		self.case.db_set("priority", "Low")
		self.case.save()
		self.assertIsNone(self.case.resolution_by)

	def test_a_suggestion_that_is_a_complaint_has_a_target_and_misses_it(self):
		self.register(grievance_type="Suggestion")
		with at(START + HOUR):
			self.case.grievance_type = "Complaint"
			self.case.save()
		self.assertEqual((self.case.response_status, self.case.resolution_by), ("Pending", DUE))
		self.check(START + 2 * HOUR + SECOND)
		self.assertEqual(self.case.response_status, "Breached")
		self.register(grievance_type="Suggestion")
		self.move("In Progress", START + HOUR)
		with at(START + 3 * HOUR):
			self.case.grievance_type = "Complaint"
			self.case.save()
		self.assertEqual(self.case.response_status, "Met")

	def test_a_complaint_that_is_a_suggestion_was_never_late(self):
		self.check(DUE + SECOND)
		with at(DUE + HOUR):
			self.case.grievance_type = "Suggestion"
			self.case.save()
		self.case.reload()
		for field in (
			"sla",
			"response_by",
			"response_status",
			"resolution_by",
			"sla_status",
			"first_breached_on",
		):
			self.assertIsNone(self.case.get(field), field)

	def test_a_part_of_a_case_is_the_offices_own_affair(self):
		self.register(parent_grievance=self.case.name)
		self.check(DUE + SECOND)
		(row,) = self.records("Overdue")
		self.assertFalse(row.visible_to_citizen)
		self.assertIsNone(self.case.citizen_informed_on)
