from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from grievance_cell.grievances import escalation, lifecycle
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

NOON = datetime(2026, 3, 2, 12, 0)


class TestEscalation(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		make_posting(cls.department, cls.ward, user=make_user("Grievance Officer"))

	def setUp(self):
		super().setUp()
		self.without_commits()

	def case(self, minutes: int | None, **values):
		"""Make a case whose next check is so many minutes from now; its dates are a day ago."""
		made = make_case(self.category, self.ward, priority="High")
		past = add_to_date(None, days=-1)
		values = {
			"registered_on": add_to_date(None, days=-9),
			"clock_started_on": add_to_date(None, days=-9),
			"response_by": past,
			"resolution_by": past,
			"inform_by": None,
			**values,
		}
		check = None if minutes is None else add_to_date(None, minutes=minutes)
		made.db_set({**values, "next_check_on": check, "sla_status": "On Track"}, update_modified=False)
		frappe.db.commit()
		made.reload()
		return made

	def status(self, case) -> str:
		return frappe.db.get_value("Grievance", case.name, "sla_status")

	def test_brings_what_is_due_up_to_date_and_leaves_the_rest(self):
		due, later, never = self.case(-1), self.case(5), self.case(None)
		escalation.check_due()
		self.assertEqual(
			[self.status(each) for each in (due, later, never)], ["Overdue", "On Track", "On Track"]
		)
		self.assertGreater(frappe.db.get_value("Grievance", due.name, "next_check_on"), now_datetime())

	def test_an_officer_who_has_the_form_open_can_still_save(self):
		due = self.case(-1)
		escalation.check_due()
		due.address = "Near the school"
		due.save()

	def test_a_failing_case_does_not_stop_the_others_and_waits(self):
		broken, due = self.case(-2), self.case(-1)
		check = escalation.check

		def failing(name):
			if name == broken.name:
				raise ValueError("broken")
			check(name)

		with patch.object(escalation, "check", failing):
			escalation.check_due()
		self.assertEqual((self.status(broken), self.status(due)), ("On Track", "Overdue"))
		self.assertGreater(frappe.db.get_value("Grievance", broken.name, "next_check_on"), now_datetime())
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": broken.name}))

	def test_a_case_that_was_settled_meanwhile_keeps_its_result(self):
		due = self.case(-1)
		document = frappe.get_doc("Grievance", due.name)
		lifecycle.move(document, "Resolved", resolution="Cleaned")
		result = self.status(due)
		self.assertEqual(result, "Breached")
		escalation.check(due.name)
		self.assertEqual(self.status(due), result)

	def test_a_case_that_was_paused_meanwhile_stays_paused(self):
		due = self.case(-1, citizen=make_citizen().name)
		lifecycle.move(frappe.get_doc("Grievance", due.name), "Awaiting Citizen", question="Where?")
		escalation.check(due.name)
		self.assertEqual(self.status(due), "Paused")

	def test_a_settled_case_is_closed_when_the_citizen_says_nothing(self):
		frappe.db.set_single_value("Grievance Settings", "feedback_days", 3)
		with at(NOON):
			settled = self.case(-1)
			lifecycle.move(frappe.get_doc("Grievance", settled.name), "Resolved", resolution="Cleaned")
			frappe.db.commit()
		settled.reload()
		self.assertEqual(settled.next_check_on, NOON + timedelta(days=3, seconds=1))
		for passed, status in ((timedelta(days=3), "Resolved"), (timedelta(days=3, seconds=1), "Closed")):
			with at(NOON + passed):
				escalation.check_due()
			settled.reload()
			self.assertEqual(settled.status, status)
		self.assertEqual(settled.closure_reason, "No Reply to Feedback")
		closing = {"reference_name": settled.name, "to_status": "Closed"}
		# The notice of the closing says the reason in the citizen's language where there is no remark.
		self.assertFalse(frappe.db.get_value("Grievance Action", closing, "remark"))
		self.assertIsNone(settled.next_check_on)

	def test_a_settled_case_waits_for_ever_where_no_days_are_set(self):
		frappe.db.set_single_value("Grievance Settings", "feedback_days", 0)
		settled = self.case(-1)
		lifecycle.move(frappe.get_doc("Grievance", settled.name), "Resolved", resolution="Cleaned")
		self.assertIsNone(frappe.db.get_value("Grievance", settled.name, "next_check_on"))

	def test_more_than_a_batch_is_done_in_one_run(self):
		cases = [self.case(-1) for _number in range(3)]
		with patch.object(escalation, "BATCH", 2):
			escalation.check_due()
		self.assertEqual([self.status(case) for case in cases], ["Overdue"] * 3)

	def test_a_case_that_is_due_again_and_again_ends_no_run(self):
		stuck = self.case(-1)
		with patch.object(escalation, "BATCH", 1), patch.object(escalation, "check") as check:
			escalation.check_due()
		check.assert_called_once_with(stuck.name)

	def test_the_scheduler_asks_on_the_index_of_the_next_check(self):
		query = escalation.due_at(now_datetime()).get_sql()
		(plan,) = frappe.db.sql(f"explain {query}", as_dict=True)
		self.assertEqual(plan.key, "next_check_on")
		self.assertNotIn("filesort", plan.Extra)

	def test_the_scan_asks_as_much_however_many_cases_are_open(self):
		def queries() -> int:
			with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as asked:
				escalation.check_due()
			return asked.call_count

		for _number in range(2):
			self.case(60)
		few = queries()
		for _number in range(8):
			self.case(60)
		self.assertEqual(queries(), few)
		self.assertLessEqual(few, 2)
