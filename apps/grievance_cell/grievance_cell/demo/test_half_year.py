import pickle
import shutil
import tempfile
import unittest
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import click
import frappe

from grievance_cell.demo import cases, masters, one_day, stories
from grievance_cell.demo.half_year import HalfYear, moved_clock
from grievance_cell.demo.phone_screens import PhoneScreens
from grievance_cell.emulator import transcript
from grievance_cell.emulator.store import Clock, Store
from grievance_cell.grievances import timers
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, OPEN, category_of
from grievance_cell.messaging import templates
from grievance_cell.testing import SiteTestCase, make_area, make_case, make_category, make_department

# Every story once, and a few more of those that are told most.
CASES, SEED = 38, 1634
UNTIL = datetime(2026, 11, 20, 18, 0)
ENDS = {
	"Confirmed", "No Reply to Feedback", "No Reply to Question", "Withdrawn", "Duplicate", "Out of Scope", "Junk",
	"Force Closed", "Decided",
}  # fmt: skip


class Stopped(Exception):
	pass


class TestHalfYear(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.without_commits()
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		masters.make()

	def test_played_again_and_stopped_meanwhile_it_is_the_same_and_every_rule_holds(self):
		first = self.played(self.play_at_once)
		again = self.played(self.play_with_a_stop)
		self.assertEqual(first, again)

	def play_at_once(self, go_to) -> None:
		with tempfile.TemporaryDirectory() as folder:
			half_year = HalfYear(CASES, SEED, UNTIL, go_to, PhoneScreens(Path(folder)))
			registered = []
			half_year.play(lambda number, _of, _moment: registered.append(number))
			self.assertEqual(registered, [*range(1, len(half_year.stories) + 1)])
			self.look(half_year)
			self.see_that_phones_show_the_talks(Store(Clock(), folder))

	def play_with_a_stop(self, go_to) -> None:
		kept = []

		def keep(state: dict) -> None:
			kept[:] = [pickle.dumps(state)]
			frappe.db.savepoint("kept")

		def stop(registered: int, _of: int, _moment: datetime) -> None:
			if registered == CASES // 2:
				raise Stopped

		with self.assertRaises(Stopped):
			HalfYear(CASES, SEED, UNTIL, go_to).play(stop, keep)
		frappe.db.rollback(save_point="kept")
		frappe.clear_cache()
		frappe.set_user("Administrator")
		half_year = HalfYear(CASES, SEED, UNTIL, go_to)
		half_year.restore(pickle.loads(kept[0]))
		half_year.play(lambda *_progress: None)

	def played(self, play) -> list:
		"""Have the half year played, and undo it; returns what became of each case, relative to its end."""
		frappe.db.savepoint("empty")
		with moved_clock(UNTIL) as go_to:
			play(go_to)
			found = [
				(
					row.category,
					row.grievance_type,
					UNTIL - row.registered_on,
					row.status,
					row.closure_reason or "",
					row.posting,
					row.reopen_count,
					row.rating,
				)
				for row in self.rows()
			]
		frappe.db.rollback(save_point="empty")
		frappe.clear_cache()
		frappe.db.commit()
		return found

	def rows(self) -> list:
		registered = {"registered_on": (">=", UNTIL - (stories.DAYS + 1) * stories.DAY)}
		return frappe.get_all("Grievance", registered, ["*"], order_by="name")

	def look(self, half_year: HalfYear) -> None:
		self.maxDiff = None
		rows = self.rows()
		acts = sum(len(story.acts) for story in half_year.stories)
		# Some are late: the rules were faster.
		self.assertLess(half_year.refused.total(), 0.05 * acts, half_year.refused)
		self.assertFalse([each for each in half_year.refused if "TalkWithoutEnd" in each])
		self.assertEqual(sum(not row.parent_grievance for row in rows), CASES)
		self.see_that_nothing_went_wrong()
		self.see_that_nothing_is_left_undone()
		self.see_that_every_way_of_ending_occurs(rows)
		self.see_that_the_cases_are_reviewed_each_monday()
		for row in rows:
			with self.subTest(case=row.name, status=row.status):
				self.see_that_a_case_is_consistent(row)

	def see_that_nothing_went_wrong(self):
		begin = UNTIL - (stories.DAYS + 1) * stories.DAY
		self.assertEqual(frappe.get_all("Error Log", {"creation": (">=", begin)}, ["method", "error"]), [])
		failed = {"state": "Failed", "creation": (">=", begin)}
		self.assertEqual(frappe.get_all("Chat Event", failed, ["kind", "error"]), [])

	def see_that_nothing_is_left_undone(self):
		self.assertEqual(frappe.db.count("Chat Event", {"state": "Pending"}), 0)
		self.assertEqual(frappe.db.count("Chat Message", {"state": ("in", ("Queued", "Sending"))}), 0)
		self.assertEqual(frappe.db.count("Chat Message", {"media_state": "Pending"}), 0)
		states = Counter(frappe.get_all("Chat Message", {"direction": "Out"}, pluck="state"))
		self.assertGreater(states["Read"], 0)
		self.assertGreater(states["Delivered"], 0)
		self.assertEqual(frappe.db.count("Grievance", {"next_check_on": ("<", UNTIL)}), 0)

	def see_that_every_way_of_ending_occurs(self, rows):
		ended = {row.closure_reason for row in rows if category_of(row.status) == CLOSED}
		self.assertEqual(ENDS - ended, set())
		for field in (
			"reopen_count",
			"transfer_count",
			"long_term_count",
			"reported_by",
			"question_count",
			"rating",
		):
			self.assertTrue(any(row[field] for row in rows), field)
		for field in ("parent_grievance", "follows", "delay_reason", "resolution_photo", "feedback"):
			self.assertTrue(any(row[field] for row in rows), field)
		self.assertTrue(frappe.db.count("Callback Request", {"status": "Done"}))
		self.assertTrue(any(row.category != row.proposed_category for row in rows))
		self.assertTrue(any(row.category == row.proposed_category for row in rows))

	def see_that_the_cases_are_reviewed_each_monday(self):
		meetings = frappe.get_all("Review Meeting", ["status", "held_on", "ended_on"], order_by="held_on")
		*held, next_one = meetings
		self.assertEqual({meeting.status for meeting in held}, {"Held"})
		self.assertTrue(all(meeting.ended_on.date() == meeting.held_on for meeting in held))
		self.assertTrue(
			all(before.held_on + 7 * stories.DAY == after.held_on for before, after in pairwise(meetings))
		)
		self.assertEqual(next_one.status, "Planned")
		self.assertGreater(next_one.held_on, UNTIL.date())
		self.assertGreaterEqual(len(held), 25)
		directed = frappe.get_all("Review Direction", ["status", "due_on", "ended_on", "confirmed_on"])
		done = [each for each in directed if each.status == "Done"]
		self.assertTrue(any(each.ended_on.date() <= each.due_on for each in done))
		self.assertTrue(any(each.ended_on.date() > each.due_on for each in done))
		self.assertTrue(any(each.confirmed_on for each in done))
		self.assertTrue(any(each.status == "Open" and each.due_on < UNTIL.date() for each in directed))

	def see_that_phones_show_the_talks(self, store: Store):
		"""See that a phone shows what the talk on the case does, and that the emulator knows what it may be sent."""
		channel = frappe.get_doc("Chat Channel", masters.CHANNEL["channel_name"])
		for name in frappe.get_all("Chat Template", {"enabled": 1}, pluck="name"):
			template = frappe.get_doc("Chat Template", name)
			row = templates.row_of(template, channel.business_account_id)
			self.assertEqual(store.template(row.meta_id)["name"], template.template_name)
		self.assertGreaterEqual(len(store.citizens), 12)
		for number, citizen in store.citizens.items():
			session = frappe.db.get_value("Chat Session", {"conversation_key": number})
			sent = frappe.get_all(
				"Chat Message",
				{"session": session, "message_id": ("is", "set")},
				pluck="message_id",
				order_by="name",
			)
			self.assertEqual([entry.id for entry in citizen.entries], sent)
		self.assertTrue(transcript.write(store.thread(number), store.find_template))
		self.assertEqual(store.undelivered(), [])

	def see_that_a_case_is_consistent(self, row):
		case = frappe.get_doc("Grievance", row.name)
		actions = frappe.get_all(
			"Grievance Action",
			{"reference_name": row.name},
			["action", "to_status", "done_on"],
			order_by="name",
		)
		moments = [action.done_on for action in actions]
		self.assertEqual(actions[0].action, "Registered")
		self.assertTrue(all(before <= after for before, after in pairwise(moments)))
		for field in ("registered_on", "first_responded_on", "resolved_on", "closed_on", "first_breached_on"):
			self.assertTrue(row[field] is None or row[field] <= UNTIL, field)
		self.assertLessEqual(max(moments), UNTIL)
		self.assertEqual([each.to_status for each in actions if each.to_status][-1], row.status)
		waits_for = timers.moments(case)
		self.assertEqual(bool(row.next_check_on), bool(waits_for))
		if category_of(row.status) == CLOSED:
			self.assertTrue(row.closed_on and row.closure_reason)
		if category_of(row.status) == OPEN and row.resolution_by and row.resolution_by < UNTIL:
			self.assertEqual(row.sla_status, "Overdue")


class TestOneDay(unittest.TestCase):
	"""With real transactions: what one undoes is the other's."""

	def setUp(self):
		self.before = self.noted()

	def tearDown(self):
		frappe.db.rollback()
		one_day.note(0)
		self.note(self.before)
		frappe.db.commit()
		shutil.rmtree(one_day.folder(), ignore_errors=True)

	def test_what_was_kept_is_there_and_the_day_after_it_is_not(self):
		with self.assertRaises(Stopped), one_day.one_transaction() as commit:
			self.note("first day")
			one_day.keep({"day": 1}, commit)
			self.note("second day")
			frappe.db.commit()
			self.note("undone by the app itself")
			frappe.db.rollback()
			self.assertEqual(self.noted(), "second day")
			raise Stopped
		self.assertEqual(self.noted(), "first day")
		self.assertEqual(one_day.kept(), {"day": 1})

	def test_stopped_between_its_file_and_the_database_a_day_is_the_one_before(self):
		with one_day.one_transaction() as commit:
			one_day.keep({"day": 1}, commit)
			with self.assertRaises(Stopped):
				one_day.keep({"day": 2}, self.stop)
		self.assertEqual(one_day.kept(), {"day": 1})

	def test_of_one_that_was_played_to_its_end_nothing_is_left(self):
		with one_day.one_transaction() as commit:
			one_day.keep({"day": 1}, commit)
			one_day.forget(commit)
		self.assertIsNone(one_day.kept())
		self.assertFalse(one_day.folder().exists())

	def note(self, text: str) -> None:
		frappe.db.set_value("Language", "pa", "language_name", text)

	def noted(self) -> str:
		return frappe.db.get_value("Language", "pa", "language_name")

	def stop(self) -> None:
		raise Stopped


class TestCommand(SiteTestCase):
	def test_a_site_that_is_no_demo_is_left_alone(self):
		frappe.db.delete("Chat Channel", masters.CHANNEL["channel_name"])
		with self.assertRaisesRegex(click.ClickException, "no demo site"):
			cases.fill(60)

	def test_a_site_with_cases_is_left_alone(self):
		self.without_commits()
		masters.make()
		make_case(make_category(make_department()), make_area())
		with self.assertRaisesRegex(click.ClickException, "cases on this site already"):
			cases.fill(60)
