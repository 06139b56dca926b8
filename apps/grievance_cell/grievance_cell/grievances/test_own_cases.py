from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from grievance_cell.grievances import lifecycle, own_cases, reopening
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	unique,
)

NOON = datetime(2026, 1, 15, 12)


class TestOwnCases(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.ward, department = make_area(), make_department()
		cls.officer = make_user("Grievance Officer")
		make_posting(department, cls.ward, user=cls.officer)
		cls.category = make_category(department)

	def setUp(self):
		super().setUp()
		self.citizen = make_citizen()
		self.case = self.make_case()

	def make_case(self, **values):
		return make_case(self.category, self.ward, **{"citizen": self.citizen.name, **values})

	def move(self, to: str, **values) -> None:
		lifecycle.move(frappe.get_doc("Grievance", self.case.name), to, **values)

	def resolve(self) -> None:
		self.move("In Progress")
		self.move("Resolved", resolution="Cleaned")

	def act(self, name: str, values: dict | None = None, citizen: str | None = None, case: str = "") -> str:
		frappe.set_user(bot_user())
		answer = getattr(own_cases, name)(
			citizen=self.citizen.name if citizen is None else citizen,
			case=case or self.case.name,
			values=values or {},
			when=NOON,
		)
		frappe.set_user("Administrator")
		self.case.reload()
		return answer

	def records(self, action: str) -> list[str]:
		return frappe.get_all(
			"Grievance Action", {"reference_name": self.case.name, "action": action}, pluck="remark"
		)

	def notes_to_officer(self) -> list[str]:
		"""List what the officer was told in the desk since they have the case."""
		found = frappe.get_all(
			"Notification Log",
			{"for_user": self.officer, "document_name": self.case.name, "type": "Alert"},
			pluck="subject",
		)
		return [subject for subject in found if not subject.startswith("A case for you")]

	def test_the_cases_of_a_citizen_are_found_on_an_index(self):
		with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			self.assertEqual([row.name for row in own_cases.latest(self.citizen.name)], [self.case.name])
		(query,) = (
			call
			for call in sql.call_args_list
			if "`citizen`" in str(call.args[0]) and "`tabGrievance`" in str(call.args[0])
		)
		(plan,) = frappe.db.sql(f"explain {query.args[0]}", *query.args[1:], as_dict=True)
		self.assertIn("citizen", plan.possible_keys or "")

	def test_yes_closes_as_confirmed(self):
		self.resolve()
		self.assertIn("closed", self.act("confirm"))
		self.assertEqual((self.case.status, self.case.closure_reason), ("Closed", "Confirmed"))

	def test_no_reopens_with_the_reason_on_record(self):
		self.resolve()
		self.act("reopen", {"reason": "Still choked", "files": 2})
		self.assertEqual((self.case.status, self.case.reopen_count), ("Reopened", 1))
		self.assertEqual(self.records("Reopened"), ["Still choked"])

	def test_nothing_is_done_to_another_citizens_case_nor_said_of_it(self):
		self.resolve()
		for name in ("confirm", "reopen", "rate", "remind", "withdraw", "add_information", "answer_question"):
			unknown = self.act(name, {"rating": 1, "text": "x"}, case="GRV-0000-000000")
			self.assertNotIn(self.case.name, unknown)
			for stranger in (make_citizen().name, ""):
				with self.subTest(name, stranger=stranger):
					self.assertEqual(self.act(name, {"rating": 1, "text": "x"}, citizen=stranger), unknown)
		self.assertEqual((self.case.status, self.case.rating), ("Resolved", 0))
		self.assertEqual(self.records("Information Added"), [])

	def test_a_second_answer_changes_nothing(self):
		self.resolve()
		self.act("confirm")
		closed_on = self.case.closed_on
		self.assertIn("Closed", self.act("confirm"))
		self.assertEqual((self.case.status, self.case.closed_on), ("Closed", closed_on))

	def test_who_is_not_content_after_all_opens_a_closed_case_again(self):
		self.resolve()
		self.act("confirm")
		self.assertIn("open again", self.act("reopen", {"reason": "after all"}))
		self.assertEqual((self.case.status, self.case.reopen_count), ("Reopened", 1))

	def test_thirty_days_after_closure_a_new_linked_case_is_made_instead(self):
		self.resolve()
		self.act("confirm")
		self.case.db_set("closed_on", add_to_date(None, days=-31))
		said = self.act("reopen", {"reason": "It leaks again"})
		self.assertEqual((self.case.status, self.case.reopen_count), ("Closed", 0))
		(following,) = frappe.get_all(
			"Grievance", {"follows": self.case.name}, ["name", "description", "citizen", "category", "status"]
		)
		self.assertIn(following.name, said)
		self.assertEqual(
			(following.description, following.citizen, following.category),
			("It leaks again", self.case.citizen, self.case.category),
		)

	def test_what_follows_a_case_in_confidence_is_in_confidence_itself(self):
		self.resolve()
		self.act("confirm")
		following = reopening.follow_up(frappe._dict(self.case.as_dict(), confidential=1), "It leaks again")
		self.assertEqual((following.confidential, following.citizen_name), (1, None))

	def test_from_a_state_of_staffs_own_with_no_way_on_the_citizen_is_told_how_the_case_stands(self):
		for category, act in (("Open", "withdraw"), ("Closed", "reopen"), ("Resolved", "reopen")):
			status = unique("State")
			make("Grievance Status", status_name=status, category=category, citizen_label="Being looked at")
			self.case.db_set({"status": status, "closed_on": now_datetime()})
			with self.subTest(act, category=category):
				self.assertIn("Being looked at", self.act(act, {"reason": "x"}))
				self.assertEqual(self.case.status, status)

	def test_a_suggestion_is_not_opened_again(self):
		self.case.db_set({"grievance_type": "Suggestion", "status": "Accepted", "closed_on": now_datetime()})
		self.assertIn(self.case.name, self.act("reopen", {"reason": "Do it"}))
		self.assertEqual(self.case.status, "Accepted")

	def test_an_answer_nobody_asked_for_changes_nothing(self):
		before = self.case.status
		self.assertIn(self.case.name, self.act("confirm"))
		self.assertEqual(self.case.status, before)

	def test_a_rating_is_kept_without_touching_the_officers_form(self):
		self.resolve()
		self.act("confirm")
		modified = self.case.modified
		self.act("rate", {"rating": "4", "comment": "A little late"})
		self.assertEqual((self.case.rating, self.case.feedback), (4, "A little late"))
		self.assertEqual(self.case.modified, modified)

	def test_a_rating_that_is_none_is_not_kept(self):
		self.resolve()
		self.act("confirm")
		for rating in (None, "0", "6", "x"):
			self.act("rate", {"rating": rating})
			self.assertEqual(self.case.rating, 0)

	def test_what_is_added_stands_on_the_record_and_reaches_the_officer(self):
		self.assertIn(self.case.name, self.act("add_information", {"what": "It is <b>worse</b> now"}))
		self.assertEqual(self.records("Information Added"), ["It is <b>worse</b> now"])
		self.assertEqual(len(self.notes_to_officer()), 1)

	def test_reminds_once_a_day(self):
		self.act("remind")
		self.assertIn("today already", self.act("remind"))
		self.assertEqual(len(self.records("Reminded")), 1)
		self.assertEqual(len(self.notes_to_officer()), 1)
		yesterday = now_datetime() - timedelta(days=1)
		frappe.db.set_value(
			"Grievance Action", {"action": "Reminded", "reference_name": self.case.name}, "done_on", yesterday
		)
		self.act("remind")
		self.assertEqual(len(self.records("Reminded")), 2)

	def test_nobody_is_reminded_of_what_is_settled(self):
		self.resolve()
		self.assertIn("stands at", self.act("remind"))
		self.assertEqual(self.records("Reminded"), [])

	def test_a_case_is_taken_back_with_its_reason(self):
		self.act("withdraw", {"reason": "It was settled at home"})
		self.assertEqual((self.case.status, self.case.closure_reason), ("Withdrawn", "Withdrawn"))
		self.assertEqual(self.records("Withdrawn"), ["It was settled at home"])
		self.assertIn("stands at", self.act("withdraw"))

	def test_a_question_waits_for_its_answer_which_lets_the_case_go_on(self):
		with self.assertRaises(frappe.MandatoryError):
			self.move("Awaiting Citizen")
		self.case.reload()
		self.move("Awaiting Citizen", question="Which house?")
		self.assertEqual(self.records("Awaiting Citizen"), ["Which house?"])
		self.act("answer_question", {"answer": "The blue one"})
		self.assertEqual((self.case.status, self.case.question), ("In Progress", None))
		self.assertEqual(self.records("In Progress"), ["The blue one"])
		self.assertEqual(len(self.notes_to_officer()), 1)

	def test_an_answer_that_comes_too_late_is_added(self):
		before = self.case.status
		self.act("answer_question", {"answer": "The blue one"})
		self.assertEqual(self.case.status, before)
		self.assertEqual(self.records("Information Added"), ["The blue one"])

	def test_announcements_are_ended_and_begun_again(self):
		self.act("set_announcements", {"wanted": False})
		self.citizen.reload()
		self.assertEqual((self.citizen.announcements_opt_out, self.citizen.opted_out_on), (1, NOON))
		self.act("set_announcements", {"wanted": True})
		self.citizen.reload()
		self.assertEqual((self.citizen.announcements_opt_out, self.citizen.opted_out_on), (0, None))

	def test_finds_own_cases_by_name_and_by_number(self):
		number = str(int(self.case.name.rsplit("-", 1)[1]))
		for asked in (self.case.name, number):
			self.assertEqual(own_cases.find(self.citizen.name, asked).name, self.case.name)
			self.assertIsNone(own_cases.find(make_citizen().name, asked))

	def test_lists_the_latest_five(self):
		cases = [self.make_case(registered_on=now_datetime() + timedelta(minutes=n)) for n in range(1, 7)]
		self.assertEqual(
			[row.name for row in own_cases.latest(self.citizen.name)], [case.name for case in cases[:0:-1]]
		)

	def test_the_record_shows_what_the_citizen_may_see(self):
		self.resolve()
		steps = own_cases.steps_done(self.case.name)
		self.assertEqual(steps[0].action, "Registered")
		self.assertEqual((steps[-1].to_status, steps[-1].remark), ("Resolved", "Cleaned"))
		self.assertNotIn("Transferred", [step.action for step in steps])
