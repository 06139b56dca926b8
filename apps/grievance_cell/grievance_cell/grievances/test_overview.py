from datetime import datetime, time, timedelta

import frappe

from grievance_cell.api import cases
from grievance_cell.grievances import lifecycle, overview, proposals
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.service_levels import deadlines
from grievance_cell.service_levels.clock import Window
from grievance_cell.service_levels.test_clock import SecondBySecond
from grievance_cell.testing import (
	HOUR,
	START,
	SiteTestCase,
	TimedTestCase,
	at,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_sla,
	make_user,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class TestDeadlineBar(SiteTestCase):
	"""Ten hours of an office that works from ten to half past five on weekdays, counted second by second beside it."""

	@classmethod
	def make_fixtures(cls):
		windows = [{"weekday": day, "start_time": "10:00:00", "end_time": "17:30:00"} for day in WEEKDAYS]
		ladder = [
			{"level": 1, "percent_of_resolution": 75, "action": "Inform", "to": "Officer"},
			{"level": 2, "percent_of_resolution": 150, "action": "Move", "to": "Superior"},
		]
		cls.sla = make_sla(hours=10, working_windows=windows, escalations=ladder)
		office = [Window(day, time(10), time(17, 30)) for day in range(5)]
		cls.oracle = SecondBySecond(office, [], START.date(), 30)

	def case(self):
		given = frappe._dict(
			registered_on=START,
			status="Awaiting Citizen",
			priority="Medium",
			sla=self.sla.name,
			hold_seconds=0,
		)
		deadlines.set_deadlines(given, START)
		return given

	def bar(self, case, on: datetime) -> dict:
		deadlines.refresh(case, on)
		return overview.deadline(case, on)

	def test_it_is_as_long_as_the_seconds_that_were_worked(self):
		case = self.case()
		for hours in (0, 1, 7, 8, 20, 24, 25, 31, 47, 96, 200):
			on = START + hours * HOUR + timedelta(minutes=13)
			worked = self.oracle.between(START, on)
			with self.subTest(on=on):
				self.assertEqual(deadlines.progress(case, on).used, worked)
				self.assertEqual(self.bar(case, on)["used"], round(worked / 360))

	def test_the_target_itself_is_what_the_sla_asks_for(self):
		self.assertEqual(deadlines.progress(self.case(), START + HOUR).total, 10 * 3600)

	def test_what_it_was_on_hold_is_left_out(self):
		case = self.case()
		deadlines.pause(case, START + 2 * HOUR)
		for on in (START + 3 * HOUR, START + 30 * HOUR):
			paused = overview.deadline(case, on)
			self.assertEqual((paused["state"], paused["used"]), ("paused", 20))
		deadlines.resume(case, START + 24 * HOUR)
		self.assertEqual(self.bar(case, START + 25 * HOUR)["used"], 30)
		self.assertEqual(deadlines.progress(case, START + 25 * HOUR).total, 10 * 3600)

	def test_it_says_how_the_case_stands(self):
		case = self.case()
		for on, state, said in (
			(START + HOUR, "running", "9 h 0 min of working time left; due Tue 06-01-2026 12:30"),
			(START + 25 * HOUR, "due_soon", "1 h 30 min of working time left"),
			(START + 48 * HOUR, "overdue", "5 h 0 min of working time late; it was due"),
		):
			with self.subTest(state):
				bar = self.bar(case, on)
				self.assertEqual(bar["state"], state)
				self.assertIn(said, bar["text"])

	def test_a_settled_case_stays_as_it_was_settled(self):
		for settled, state, used in ((START + 5 * HOUR, "met", 50), (START + 48 * HOUR, "breached", 150)):
			case = self.case()
			deadlines.settle(case, settled)
			case.resolved_on = settled
			for on in (settled, settled + 500 * HOUR):
				bar = overview.deadline(case, on)
				with self.subTest(state, on=on):
					self.assertEqual((bar["state"], bar["used"]), (state, used))

	def test_the_steps_of_the_ladder_are_marked(self):
		case = self.case()
		case.escalation_level = 1
		marks = overview.deadline(case, START)["marks"]
		self.assertEqual([(mark["percent"], mark["reached"]) for mark in marks], [(75, True), (150, False)])

	def test_without_a_target_there_is_none(self):
		self.assertIsNone(overview.deadline(frappe._dict(sla=None, sla_status=None), START))

	def test_all_time_is_said_in_days_and_working_time_in_hours(self):
		self.assertEqual(overview.time_in_words(93_600, True), "1 days 2 hours")
		self.assertEqual(overview.time_in_words(93_600, False), "26 h 0 min of working time")
		self.assertEqual(overview.time_in_words(119, True), "1 min")


class TestGlance(TimedTestCase):
	"""What the door shows of a case, by who asks."""

	@classmethod
	def make_postings(cls):
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)
		cls.head, cls.stranger = make_user("Department Head"), make_user("Grievance Officer")
		make_posting(cls.department, cls.ward, user=cls.head, level=2)
		other = make_department()
		make_posting(other, cls.ward, user=cls.stranger)
		cls.elsewhere = make_category(other)

	def glance(self, user: str, case: str | None = None) -> dict:
		with acting_as(user):
			return cases.at_a_glance(case or self.case.name)

	def attach(self, name: str, **values):
		return frappe.get_doc(
			{
				"doctype": "File",
				"file_name": name,
				"content": name,
				"is_private": 1,
				"attached_to_doctype": "Grievance",
				"attached_to_name": self.case.name,
				**values,
			}
		).insert(ignore_permissions=True)

	def test_only_who_reads_the_case_is_shown_it(self):
		self.assertRaises(frappe.PermissionError, self.glance, self.stranger)
		self.assertTrue(self.glance(self.head)["who"])

	def test_the_citizen_is_shown_without_the_number(self):
		person = self.glance(self.officer)["who"]
		number = frappe.db.get_value("Citizen", self.case.citizen, "mobile_no")
		self.assertEqual((person["name"], person["mobile_masked"]), ("Geeta Bai", self.case.mobile_masked))
		self.assertNotIn(number, str(self.glance(self.officer)))

	def test_other_cases_are_those_that_the_user_sees_open_ones_first(self):
		citizen = self.case.citizen
		closed = make_case(self.category, self.ward, citizen=citizen)
		frappe.db.set_value("Grievance", closed.name, "status", "Closed")
		still_open = make_case(self.category, self.ward, citizen=citizen)
		frappe.db.set_value("Grievance", still_open.name, "registered_on", START)
		make_case(self.elsewhere, self.ward, citizen=citizen)
		shown = self.glance(self.officer)["who"]["cases"]
		self.assertEqual(
			[(case["name"], case["is_open"]) for case in shown],
			[(still_open.name, True), (closed.name, False)],
		)

	def test_the_place_is_named_with_what_it_lies_in(self):
		town = make_area("Municipal Body")
		ward = make_area(
			"Ward", town, area_name="Ward 7", names=[{"language": "hi", "name_text": "वार्ड 7", "is_alias": 0}]
		)
		make_posting(self.department, town, user=self.officer)
		case = make_case(self.category, ward)
		self.assertEqual(self.glance(self.officer, case.name)["where"]["places"], ["Ward 7", town.area_name])
		with acting_as("Administrator"):
			frappe.local.lang = "hi"
			try:
				self.assertEqual(overview.where(case)["places"][0], "वार्ड 7")
			finally:
				frappe.local.lang = "en"

	def test_what_was_sent_can_be_seen_heard_and_told_from_the_proof(self):
		with acting_as(bot_user()):
			self.attach("drain.png")
			self.attach("said.ogg")
		self.attach("list.pdf")
		proof = self.attach("done.png")
		frappe.db.set_value("Grievance", self.case.name, "resolution_photo", proof.file_url)
		shown = self.glance(self.officer)["files"]
		self.assertEqual(
			{
				(each["name"].split(".")[1], each["kind"], each["by_citizen"], each["is_proof"])
				for each in shown
			},
			{
				("png", "image", True, False),
				("ogg", "audio", True, False),
				("pdf", "document", False, False),
				("png", "image", False, True),
			},
		)

	def test_the_moves_are_those_that_the_user_may_make_the_usual_one_first(self):
		shown = self.glance(self.officer)["moves"]
		self.assertEqual(shown[0], {"action": "Start Work", "is_usual": True})
		self.assertEqual([each["is_usual"] for each in shown[1:]], [False] * (len(shown) - 1))
		with acting_as(self.officer):
			possible = {
				each.action for each in lifecycle.moves_of_role(frappe.get_doc("Grievance", self.case.name))
			}
		self.assertEqual({each["action"] for each in shown}, possible)

	def test_a_close_is_nobodys_usual_move(self):
		shown = self.glance(self.head)["moves"]
		self.assertEqual(shown, [{"action": "Force Close", "is_usual": False}])

	def test_a_head_who_has_proposed_is_not_offered_the_approval(self):
		other_head = make_user("Department Head")
		make_posting(self.department, self.ward, user=other_head, level=2)
		with acting_as(self.head):
			proposals.propose(frappe.get_doc("Grievance", self.case.name), "Junk", "Nothing in it")

		def offered(user: str) -> set[str]:
			return {each["action"] for each in self.glance(user)["moves"]}

		self.assertNotIn("Reject", offered(self.head))
		self.assertIn("Reject", offered(other_head))
		usual = [each["action"] for each in self.glance(other_head)["moves"] if each["is_usual"]]
		self.assertEqual(usual, ["Reject"], "The decision waits for them")

	def test_similar_cases_are_shown_while_it_may_be_joined(self):
		frappe.db.set_value("Grievance Category", self.category.name, "can_be_shared", 1)
		frappe.clear_document_cache("Grievance Category", self.category.name)
		self.addCleanup(frappe.clear_document_cache, "Grievance Category", self.category.name)
		with at(START):
			other = make_case(self.category, self.ward)
		self.assertEqual([each["name"] for each in self.glance(self.officer)["similar"]], [other.name])
		frappe.db.set_value("Grievance", self.case.name, "status", "Closed")
		self.assertEqual(self.glance(self.officer)["similar"], [])


class TestConfidential(SiteTestCase):
	def test_who_may_not_know_whose_case_it_is_is_shown_neither_the_citizen_nor_what_they_sent(self):
		department, ward = make_department(), make_area()
		officer, above = make_user("Grievance Officer"), make_user("Department Head")
		make_posting(department, ward, user=officer)
		make_posting(department, ward, user=above, level=2)
		case = make_case(make_category(department, confidential=1), ward, citizen=make_citizen().name)
		values = {"file_name": "said.ogg", "content": "said", "is_private": 1}
		kept = {"attached_to_doctype": "Protected Identity", "attached_to_name": case.name}
		frappe.get_doc({"doctype": "File", **values, **kept}).insert(ignore_permissions=True)
		for user, knows in ((officer, True), (above, False)):
			with self.subTest(user), acting_as(user):
				shown = cases.at_a_glance(case.name)
				self.assertEqual((bool(shown["who"]), bool(shown["files"])), (knows, knows))
