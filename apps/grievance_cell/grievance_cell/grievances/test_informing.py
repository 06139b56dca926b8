import frappe

from grievance_cell.grievances import actions
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.informing import INTERIM
from grievance_cell.testing import DAY, HOUR, SECOND, START, TimedTestCase, at, make_citizen


class TestInforming(TimedTestCase):
	HOURS, RESPONSE_HOURS = 90 * 24, 24

	def replies(self) -> list[str]:
		return frappe.get_all(
			"Grievance Action",
			{"reference_name": self.case.name, "action": INTERIM, "visible_to_citizen": 1},
			pluck="remark",
			order_by="name",
		)

	def whereabouts(self) -> str:
		return f"It is now with: {self.posting.name}, {self.department.name}."

	def test_the_citizen_hears_within_24_hours_that_nothing_was_done_yet_and_with_whom_the_case_is(self):
		self.assertEqual(self.case.inform_by, START + DAY)
		self.check(START + DAY)
		self.assertEqual(self.replies(), [])
		self.check(START + DAY + SECOND)
		self.assertEqual(self.replies(), [f"Nothing has been done on it yet. {self.whereabouts()}"])
		self.assertEqual(self.case.citizen_informed_on, START + DAY + SECOND)

	def test_the_hours_are_a_setting(self):
		frappe.db.set_single_value("Grievance Settings", "inform_hours", 6)
		self.register()
		self.assertEqual(self.case.inform_by, START + 6 * HOUR)

	def test_the_acknowledgement_by_the_bot_does_not_count(self):
		frappe.set_user(bot_user())
		self.register(source="WhatsApp")
		frappe.set_user("Administrator")
		self.assertIsNone(self.case.citizen_informed_on)
		with at(START + HOUR):
			actions.record(self.case, "Information Added", actor=bot_user(), visible_to_citizen=1)
		self.case.reload()
		self.assertIsNone(self.case.citizen_informed_on)

	def test_who_was_told_by_the_officer_gets_no_second_message(self):
		self.move("In Progress", START + 3 * HOUR)
		self.assertEqual(self.case.citizen_informed_on, START + 3 * HOUR)
		self.check(START + DAY + SECOND)
		self.assertEqual(self.replies(), [])
		self.assertEqual(self.case.inform_by, START + 21 * DAY)

	def test_an_interim_reply_is_given_on_day_21_at_the_latest(self):
		self.move("In Progress", START + 3 * HOUR)
		self.check(START + DAY + SECOND)
		self.check(START + 21 * DAY)
		self.assertEqual(self.replies(), [])
		self.check(START + 21 * DAY + SECOND)
		self.assertEqual(self.replies(), [f"On 5 January 2026: Work is going on. {self.whereabouts()}"])
		self.assertIsNone(self.case.inform_by)
		self.check(START + 60 * DAY)
		self.assertEqual(len(self.replies()), 1)

	def test_each_sentence_ends_as_the_citizens_language_ends_one(self):
		with at(START):
			citizens = {language: make_citizen(language=language).name for language in ("hi", "pa")}
		for language, citizen in citizens.items():
			with self.subTest(language):
				self.register(citizen=citizen)
				self.move("In Progress", START + 3 * HOUR)
				self.check(START + DAY + SECOND)
				self.check(START + 21 * DAY + SECOND)
				(reply,) = self.replies()
				self.assertIn("5 ", reply)
				self.assertNotIn(". ", reply)
				self.assertRegex(reply, "।$")

	def test_the_date_that_was_promised_is_in_the_interim_reply(self):
		self.case.db_set("expected_by", "2026-03-01")
		self.check(START + DAY + SECOND)
		self.assertTrue(self.replies()[0].endswith("It is expected by 1 March 2026."))

	def test_who_heard_on_that_very_day_gets_no_interim_reply(self):
		self.check(START + DAY + SECOND)
		self.move("In Progress", START + 21 * DAY - HOUR)
		self.check(START + 21 * DAY + SECOND)
		self.assertEqual(len(self.replies()), 1)

	def test_after_an_outage_of_weeks_the_citizen_gets_one_message(self):
		self.check(START + 30 * DAY)
		self.assertEqual(len(self.replies()), 1)
		self.assertIsNone(self.case.inform_by)

	def test_who_is_told_of_a_breach_gets_no_interim_reply_beside_it(self):
		self.register(priority="High")
		self.case.db_set("resolution_by", START + 20 * HOUR)
		self.check(START + 2 * DAY)
		told = frappe.get_all(
			"Grievance Action",
			{
				"reference_name": self.case.name,
				"visible_to_citizen": 1,
				"action": ("not in", ("Registered", "Assigned")),
			},
			pluck="action",
		)
		self.assertEqual(told, ["Overdue"])

	def test_a_settled_case_needs_no_interim_reply(self):
		self.move("Resolved", START + 3 * HOUR, resolution="Cleaned")
		self.check(START + DAY + SECOND)
		self.assertEqual(self.replies(), [])

	def test_it_is_said_in_the_language_of_the_citizen(self):
		self.register(citizen=make_citizen(language="hi").name)
		self.check(START + DAY + SECOND)
		self.assertIn("यह अभी इनके पास है", self.replies()[0])

	def test_a_suggestion_is_thanked_once(self):
		self.register(grievance_type="Suggestion")
		self.check(START + DAY + SECOND)
		self.assertEqual(self.replies(), [f"Thank you for your suggestion. {self.whereabouts()}"])
		self.check(START + 30 * DAY)
		self.assertEqual(len(self.replies()), 1)

	def test_where_nobody_can_be_told_nobody_counts_as_told(self):
		self.register(citizen=None, source="Letter")
		self.check(START + DAY + SECOND)
		self.assertEqual((self.replies(), self.case.citizen_informed_on), ([], None))
		self.assertEqual(self.case.inform_by, START + 21 * DAY)

	def test_another_offices_part_is_not_told(self):
		self.register(parent_grievance=self.case.name)
		self.assertIsNone(self.case.inform_by)
