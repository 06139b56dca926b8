from collections import Counter
from datetime import datetime
from itertools import pairwise

import click
import frappe

from grievance_cell.demo import cases, masters, stories
from grievance_cell.demo.half_year import HalfYear, moved_clock
from grievance_cell.grievances import timers
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, OPEN, category_of
from grievance_cell.testing import SiteTestCase, make_area, make_case, make_category, make_department

# Every story once, and a few more of those that are told most.
CASES, SEED = 38, 1634
UNTIL = datetime(2026, 11, 20, 18, 0)
ENDS = {
	"Confirmed", "No Reply to Feedback", "No Reply to Question", "Withdrawn", "Duplicate", "Out of Scope", "Junk",
	"Force Closed", "Decided",
}  # fmt: skip


class TestHalfYear(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.without_commits()
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		masters.make()

	def test_played_twice_it_is_the_same_and_every_rule_holds(self):
		first = self.played(look=self.look)
		again = self.played(look=lambda half_year: None)
		self.assertEqual(first, again)

	def played(self, look) -> list:
		"""Play the half year, look at it, and undo it; returns what became of each case, relative to its end."""
		frappe.db.savepoint("empty")
		with moved_clock(UNTIL) as go_to:
			half_year = HalfYear(CASES, SEED, UNTIL, go_to)
			registered = []
			half_year.play(lambda number, _of, moment: registered.append((number, moment)))
			self.assertEqual(
				[number for number, _moment in registered], [*range(1, len(half_year.stories) + 1)]
			)
			look(half_year)
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
