import inspect
import json
from unittest.mock import patch

import frappe

from grievance_cell.grievances import duplicates, lifecycle, own_cases
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import joined, sweeper
from grievance_cell.testing import (
	ChatTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
)


class TestJoined(ChatTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward = make_area("Ward", cls.town)
		cls.drain = make_category(cls.department, can_be_shared=1)
		cls.posting = make_posting(cls.department)
		frappe.db.set_value("Chat Channel", cls.channel.name, "default_area", cls.town.name)

	def setUp(self):
		super().setUp()
		self.main, *self.others = (self.case() for _case in range(3))
		for each in self.others:
			duplicates.merge(each, self.main.name)
		self.main.reload()
		self.before = self.latest_message()
		self.jobs.clear()
		frappe.db.commit()

	def case(self):
		return make_case(self.drain, self.ward, citizen=make_citizen(language="en").name)

	def latest_message(self) -> int:
		return int(frappe.db.sql("select ifnull(max(name), 0) from `tabChat Message`")[0][0])

	def told(self, case) -> list[str]:
		"""List what a case's citizen was told since the cases were joined: messages, and what the bot is to ask."""
		messages = frappe.get_all(
			"Chat Message",
			{"reference_name": case.name, "direction": "Out", "name": (">", self.before)},
			pluck="text",
			order_by="name",
		)
		events = frappe.get_all(
			"Chat Event", {"kind": "Internal", "channel": self.channel.name}, pluck="payload"
		)
		asked = [payload for payload in map(json.loads, events) if payload.get("case") == case.name]
		return [*messages, *(f"{each['notice']}: {each['text']}" for each in asked)]

	def run_jobs(self) -> None:
		frappe.db.commit()
		jobs, self.jobs[:] = list(self.jobs), []
		for method, given in jobs:
			if method == "grievance_cell.messaging.joined.tell":
				joined.tell(given["case"])

	def as_citizen(self, act, case, **values) -> None:
		with lifecycle.acting_as(bot_user()):
			act(citizen=case.citizen, case=case.name, values=values, when=self.now)

	def test_each_is_told_everything_under_their_own_number(self):
		lifecycle.move(self.main, "In Progress")
		self.run_jobs()
		lifecycle.move(self.main, "Awaiting Citizen", question="Which house?")
		self.run_jobs()
		lifecycle.move(self.main, "In Progress")
		lifecycle.move(self.main, "Resolved", resolution="Cleaned")
		self.run_jobs()
		for each in self.others:
			said = self.told(each)
			self.assertIn("question: Which house?", said)
			self.assertIn("settled: Cleaned", said)
			self.assertEqual(len(said), 4)
			self.assertTrue(
				all(each.name in text for text in said if not text.startswith(("question", "settled")))
			)
			self.assertFalse(any(self.main.name in text for text in said))

	def test_the_officers_save_only_notes_that_there_is_something_to_tell(self):
		lifecycle.move(self.main, "In Progress")
		self.assertEqual([self.told(each) for each in self.others], [[], []])
		self.assertEqual(len(self.told(self.main)), 1)
		self.assertEqual(frappe.db.get_value("Grievance", self.main.name, "tell_joined"), 1)

	def test_nobody_is_told_twice(self):
		lifecycle.move(self.main, "In Progress")
		self.run_jobs()
		joined.tell(self.main.name)
		self.assertEqual([len(self.told(each)) for each in self.others], [1, 1])
		self.assertEqual(frappe.db.get_value("Grievance", self.main.name, "tell_joined"), 0)

	def test_what_a_lost_job_left_is_found_by_the_sweeper(self):
		lifecycle.move(self.main, "In Progress")
		frappe.db.commit()
		self.jobs.clear()
		joined.tell_left_behind()
		self.run_jobs()
		self.assertEqual([len(self.told(each)) for each in self.others], [1, 1])
		self.assertIn("joined.tell_left_behind()", inspect.getsource(sweeper.sweep))

	def test_one_that_cannot_be_told_does_not_stop_the_others(self):
		first, second = sorted(self.others, key=lambda each: each.name)
		frappe.db.set_value("Grievance", first.name, "citizen", "nobody at all")
		lifecycle.move(self.main, "In Progress")
		self.run_jobs()
		self.assertEqual(len(self.told(second)), 1)
		self.assertEqual(frappe.db.get_value("Grievance", self.main.name, "tell_joined"), 0)

	def test_who_reopens_it_is_not_told_but_all_others_are(self):
		lifecycle.move(self.main, "In Progress")
		lifecycle.move(self.main, "Resolved", resolution="Cleaned")
		self.run_jobs()
		before = [len(self.told(each)) for each in (self.main, *self.others)]
		self.as_citizen(own_cases.reopen, self.others[0], reason="Ask Geeta, it is full")
		self.run_jobs()
		after = [len(self.told(each)) for each in (self.main, *self.others)]
		self.assertEqual([b - a for a, b in zip(before, after, strict=True)], [1, 0, 1])
		self.assertFalse(
			any("Geeta" in text for each in (self.main, self.others[1]) for text in self.told(each))
		)

	def test_joining_and_parting_are_told(self):
		case = self.case()
		duplicates.merge(case, self.main.name)
		duplicates.unmerge(case, "It is another drain")
		said = self.told(case)
		self.assertEqual(len(said), 3)
		self.assertIn("worked on together", said[1])
		self.assertIn("worked on by itself again", said[2])
		self.assertFalse(any(self.main.name in text for text in said))

	def test_what_was_done_before_a_case_was_joined_is_not_told(self):
		lifecycle.move(self.main, "In Progress")
		self.run_jobs()
		case = self.case()
		duplicates.merge(case, self.main.name)
		lifecycle.move(self.main, "Resolved", resolution="Cleaned")
		self.run_jobs()
		self.assertEqual(self.told(case)[-1], "settled: Cleaned")
		self.assertEqual(len(self.told(case)), 3)

	def informed_on(self, case):
		return frappe.db.get_value("Grievance", case.name, "citizen_informed_on")

	def test_who_is_told_through_the_main_case_counts_as_informed(self):
		frappe.db.set_value("Grievance", {"duplicate_of": self.main.name}, "citizen_informed_on", None)
		lifecycle.move(self.main, "In Progress")
		self.run_jobs()
		step = frappe.get_last_doc(
			"Grievance Action", {"reference_name": self.main.name}, order_by="name desc"
		)
		for each in (self.main, *self.others):
			self.assertEqual(self.informed_on(each), step.done_on)

	def test_what_another_citizen_does_informs_nobody(self):
		frappe.db.set_value("Grievance", {"duplicate_of": self.main.name}, "citizen_informed_on", None)
		self.as_citizen(own_cases.remind, self.main)
		self.as_citizen(own_cases.add_information, self.main, text="It smells")
		self.run_jobs()
		self.assertEqual([self.informed_on(each) for each in self.others], [None, None])

	def test_who_is_joined_elsewhere_while_a_notice_goes_out_misses_nothing(self):
		lifecycle.move(self.main, "In Progress")
		duplicates.merge(self.main, self.case().name)
		self.run_jobs()
		for each in self.others:
			(said,) = self.told(each)
			self.assertIn("Work is going on", said)

	def test_who_is_parted_while_a_notice_goes_out_misses_nothing(self):
		lifecycle.move(self.main, "In Progress")
		parted, other = self.others
		parted.reload()
		duplicates.unmerge(parted, "It is another drain")
		self.assertIn("Work is going on", self.told(parted)[0])
		self.assertEqual(self.told(other), [])
		self.run_jobs()
		self.assertEqual((len(self.told(parted)), len(self.told(other))), (2, 1))

	def test_whose_main_case_is_taken_back_while_a_notice_goes_out_misses_nothing(self):
		lifecycle.move(self.main, "In Progress")
		self.as_citizen(own_cases.withdraw, self.main, reason="I move away")
		for each in self.others:
			self.assertIn("Work is going on", self.told(each)[0])

	def test_one_that_could_not_be_told_is_told_what_is_done_later(self):
		broken, tell_one, failed = min(self.others, key=lambda each: each.name), joined.tell_one, []

		def failing(name, main):
			if name == broken.name and not failed:
				failed.append(name)
				lifecycle.move(frappe.get_doc("Grievance", main), "Resolved", resolution="Cleaned")
				frappe.db.commit()
				raise ValueError("broken")
			tell_one(name, main)

		lifecycle.move(self.main, "In Progress")
		with patch.object(joined, "tell_one", failing):
			joined.tell(self.main.name)
		self.assertEqual(self.told(broken), ["settled: Cleaned"])

	def test_a_failing_redis_troubles_no_officer(self):
		lifecycle.move(self.main, "In Progress")
		with patch.object(frappe, "enqueue", side_effect=ConnectionError):
			frappe.db.commit()
		self.assertEqual(frappe.db.get_value("Grievance", self.main.name, "tell_joined"), 1)

	def test_each_is_told_in_a_transaction_of_their_own(self):
		lifecycle.move(self.main, "In Progress")
		frappe.db.commit()
		told, commit_on_savepoint = [], frappe.db.commit

		def commit():
			told.append([len(self.told(each)) for each in self.others])
			commit_on_savepoint()

		with patch.object(frappe.db, "commit", commit):
			joined.tell(self.main.name)
		self.assertEqual([sum(each) for each in told], [1, 2, 2])
