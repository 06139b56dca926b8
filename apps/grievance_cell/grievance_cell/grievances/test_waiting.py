from datetime import timedelta

import frappe

from grievance_cell.grievances import escalation
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import DAY, HOUR, SECOND, START, TimedTestCase


class TestWaiting(TimedTestCase):
	"""Each thing is done so long after the one before."""

	HOURS, RESPONSE_HOURS = 30 * 24, 24

	def setUp(self):
		super().setUp()
		self.clock = START

	def move(self, to: str, after: timedelta, user: str | None = None, **values) -> None:
		self.clock += after
		super().move(to, self.clock, user, **values)

	def check(self, after: timedelta) -> None:
		self.clock += after
		super().check(self.clock)

	def ask(self, after: timedelta = HOUR) -> None:
		self.move("Awaiting Citizen", after, question="Which house?")

	def answer(self, after: timedelta) -> None:
		self.move("In Progress", after, bot_user())

	def asked(self) -> int:
		return frappe.db.count(
			"Grievance Action",
			{"reference_name": self.case.name, "to_status": "Awaiting Citizen", "visible_to_citizen": 1},
		)

	def test_the_citizen_is_reminded_of_a_question_after_3_and_6_days(self):
		self.ask()
		for after, count in ((3 * DAY, 1), (SECOND, 2), (3 * DAY - SECOND, 2), (SECOND, 3), (3 * DAY, 3)):
			self.check(after)
			self.assertEqual(self.asked(), count)
		last = frappe.get_last_doc("Grievance Action", {"reference_name": self.case.name})
		self.assertEqual((last.action, last.remark), (escalation.QUESTION_REPEATED, "Which house?"))

	def test_days_of_reminders_are_settings_and_none_is_none(self):
		frappe.db.set_single_value(
			"Grievance Settings", {"first_reminder_days": 0, "second_reminder_days": 5}
		)
		self.ask()
		self.check(5 * DAY)
		self.assertEqual(self.asked(), 1)
		self.check(SECOND)
		self.check(4 * DAY)
		self.assertEqual(self.asked(), 2)

	def test_after_an_outage_the_citizen_is_reminded_once(self):
		self.ask()
		self.check(8 * DAY)
		self.check(HOUR)
		self.assertEqual((self.asked(), self.case.question_reminders), (2, 2))

	def test_without_an_answer_the_case_is_closed_after_10_days_and_never_as_resolved(self):
		self.ask()
		self.check(10 * DAY)
		self.assertEqual(self.case.status, "Awaiting Citizen")
		self.check(SECOND)
		self.assertEqual((self.case.status, self.case.closure_reason), ("Closed", "No Reply to Question"))
		self.assertEqual((self.case.resolved_on, self.case.first_resolved_on), (None, None))
		self.assertIsNone(self.case.next_check_on)

	def test_after_an_outage_of_weeks_it_is_closed_with_one_message(self):
		self.ask()
		asked = self.asked()
		self.check(60 * DAY)
		self.assertEqual((self.case.status, self.asked()), ("Closed", asked))

	def test_an_answer_ends_the_waiting(self):
		self.ask()
		self.answer(4 * DAY)
		self.assertIsNone(self.case.asked_on)
		self.check(20 * DAY)
		self.assertEqual(self.case.status, "In Progress")

	def test_a_question_stops_the_clock_at_most_twice(self):
		due = self.case.resolution_by
		for _number in range(2):
			self.ask()
			self.assertEqual((self.case.sla_status, self.case.resolution_by), ("Paused", None))
			self.answer(2 * DAY)
			due += 2 * DAY
			self.assertEqual(self.case.resolution_by, due)
		self.ask()
		self.assertEqual((self.case.sla_status, self.case.resolution_by), ("On Track", due))
		self.answer(2 * DAY)
		self.assertEqual((self.case.resolution_by, self.case.on_hold_since), (due, None))
		self.assertEqual(self.case.question_count, 3)

	def test_questions_stop_the_clock_for_10_days_in_all(self):
		due = self.case.resolution_by
		self.ask()
		self.answer(6 * DAY)
		self.ask()
		self.check(4 * DAY)
		self.assertEqual(self.case.sla_status, "Paused")
		self.check(SECOND)
		self.assertEqual((self.case.status, self.case.sla_status), ("Awaiting Citizen", "On Track"))
		self.assertEqual(self.case.resolution_by, due + 10 * DAY)
		self.assertEqual(self.case.question_hold_seconds, 10 * 24 * 3600)

	def test_after_an_outage_the_clock_has_run_on_from_the_moment_it_should_have(self):
		due = self.case.resolution_by
		self.ask()
		self.answer(6 * DAY)
		self.ask()
		self.check(9 * DAY)
		self.assertEqual(self.case.resolution_by, due + 10 * DAY)
