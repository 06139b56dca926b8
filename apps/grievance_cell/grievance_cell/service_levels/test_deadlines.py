from datetime import datetime, timedelta

import frappe

from grievance_cell.service_levels import deadlines
from grievance_cell.testing import SiteTestCase, make, make_category, make_department, unique

START = datetime(2026, 1, 5, 10, 0)
HOUR = timedelta(hours=1)
PRIORITIES = ("Low", "Medium", "High", "Emergency")


def make_sla(hours: float = 8, response_hours: float = 2, days: int = 0, **values):
	resolution = {"resolution_days": days} if days else {"resolution_time": hours * 3600}
	return make(
		"SLA",
		**{
			"sla_name": unique("SLA"),
			"enabled": 1,
			"targets": [
				{"priority": priority, "response_time": response_hours * 3600, **resolution}
				for priority in PRIORITIES
			],
			**values,
		},
	)


class FakeCase(frappe._dict):
	def as_dict(self):
		return frappe._dict(self)


def case(sla=None, **values) -> FakeCase:
	made = FakeCase({"registered_on": START, "priority": "Medium", "sla": sla and sla.name, **values})
	return made


class TestChooseSLA(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("SLA", {"name": ("is", "set")}, "enabled", 0)
		cls.department, cls.other = make_department(), make_department()
		cls.category = make_category(cls.department)

	def choose(self, **values) -> str | None:
		return deadlines.choose_sla(
			case(category=self.category.name, department=self.department.name, **values)
		)

	def test_the_most_specific_wins(self):
		self.assertIsNone(self.choose())
		default = make_sla(is_default=1)
		self.assertEqual(self.choose(), default.name)
		by_department = make_sla(department=self.department.name)
		self.assertEqual(self.choose(), by_department.name)
		by_category = make_sla(category=self.category.name)
		self.assertEqual(self.choose(), by_category.name)
		both = make_sla(category=self.category.name, department=self.department.name)
		self.assertEqual(self.choose(), both.name)
		both.db_set("enabled", 0)
		self.assertEqual(self.choose(), by_category.name)

	def test_one_for_another_department_does_not_fit(self):
		make_sla(department=self.other.name)
		make_sla(category=self.category.name, department=self.other.name)
		self.assertIsNone(self.choose())

	def test_a_condition_narrows(self):
		conditional = make_sla(condition="doc.priority == 'Emergency'")
		self.assertIsNone(self.choose())
		self.assertEqual(self.choose(priority="Emergency"), conditional.name)

	def test_a_condition_that_fails_keeps_no_case_out(self):
		default = make_sla(is_default=1)
		make_sla(condition="doc.no_such_field > 5")
		self.assertEqual(self.choose(), default.name)


class TestDeadlines(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.sla = make_sla(hours=8, response_hours=2)

	def running(self, **values) -> FakeCase:
		made = case(self.sla, hold_seconds=0, response_status="Pending", **values)
		deadlines.set_deadlines(made)
		return made

	def test_both_dates_count_from_the_registration(self):
		made = self.running()
		self.assertEqual(made.response_by, START + 2 * HOUR)
		self.assertEqual(made.resolution_by, START + 8 * HOUR)

	def test_days_end_with_the_day(self):
		made = case(make_sla(days=7), hold_seconds=0)
		deadlines.set_deadlines(made)
		self.assertEqual(made.resolution_by, datetime(2026, 1, 12, 23, 59, 59))

	def test_without_an_sla_there_are_no_dates(self):
		made = case()
		deadlines.set_deadlines(made)
		self.assertEqual((made.response_by, made.resolution_by, made.sla_status), (None, None, None))
		self.assertEqual(deadlines.moments(made), {})

	def test_another_priority_counts_from_the_start_again(self):
		sla = make_sla(
			targets=[
				{"priority": "Medium", "response_time": 7200, "resolution_time": 8 * 3600},
				{"priority": "High", "response_time": 600, "resolution_time": 3600},
			]
		)
		made = case(sla, hold_seconds=0)
		deadlines.set_deadlines(made)
		made.priority = "High"
		deadlines.set_deadlines(made)
		self.assertEqual(made.resolution_by, START + HOUR)

	def test_the_state_follows_the_clock(self):
		made = self.running(first_responded_on=START)
		for hours, state, check in (
			(0, "On Track", START + 6 * HOUR),
			(5.99, "On Track", START + 6 * HOUR),
			(6, "Due Soon", START + 8 * HOUR),
			(7, "Due Soon", START + 8 * HOUR),
			(8, "Due Soon", START + 8 * HOUR),
			(8.01, "Overdue", None),
		):
			with self.subTest(hours):
				deadlines.refresh(made, START + hours * HOUR)
				self.assertEqual(made.sla_status, state)
				self.assertEqual(min(deadlines.moments(made).values(), default=None), check)

	def test_the_check_that_is_set_always_finds_what_it_was_set_for(self):
		made = self.running()
		made.response_status = "Pending"
		now, states = START, []
		while True:
			deadlines.refresh(made, now)
			states.append((made.response_status, made.sla_status))
			upcoming = min(deadlines.moments(made).values(), default=None)
			if not upcoming:
				break
			self.assertGreaterEqual(upcoming, now)
			now = upcoming + timedelta(seconds=1)
		self.assertEqual(
			states,
			[
				("Pending", "On Track"),
				("Breached", "On Track"),
				("Breached", "Due Soon"),
				("Breached", "Overdue"),
			],
		)

	def test_the_first_response_counts_once(self):
		made = self.running()
		deadlines.responded(made, START + 2 * HOUR)
		deadlines.responded(made, START + 9 * HOUR)
		self.assertEqual((made.first_responded_on, made.response_status), (START + 2 * HOUR, "Met"))
		late = self.running()
		deadlines.responded(late, START + 2 * HOUR + timedelta(seconds=1))
		self.assertEqual(late.response_status, "Breached")

	def test_a_case_registered_too_late_has_missed_its_response(self):
		frappe.db.set_value("SLA", {"name": ("!=", self.sla.name)}, "enabled", 0)
		self.sla.db_set({"is_default": 1, "enabled": 1})
		made = case(registered_on=frappe.utils.now_datetime() - 3 * HOUR)
		deadlines.start(made)
		self.assertEqual((made.sla, made.response_status), (self.sla.name, "Breached"))

	def test_a_pause_takes_the_date_away_and_is_added_afterwards(self):
		made = self.running()
		deadlines.pause(made, START + 3 * HOUR)
		self.assertEqual((made.resolution_by, made.sla_status), (None, "Paused"))
		deadlines.resume(made, START + 8 * HOUR)
		self.assertEqual((made.hold_seconds, made.resolution_by), (5 * 3600, START + 13 * HOUR))
		deadlines.pause(made, START + 10 * HOUR)
		deadlines.resume(made, START + 11 * HOUR)
		self.assertEqual((made.hold_seconds, made.resolution_by), (6 * 3600, START + 14 * HOUR))
		self.assertIsNone(made.on_hold_since)

	def test_a_pause_moves_the_day_by_whole_days_only_when_it_crosses_one(self):
		made = case(make_sla(days=7), hold_seconds=0)
		deadlines.set_deadlines(made)
		deadlines.pause(made, START)
		deadlines.resume(made, START + 2 * HOUR)
		self.assertEqual(made.resolution_by.day, 12)
		deadlines.pause(made, START + 2 * HOUR)
		deadlines.resume(made, START + 15 * HOUR)
		self.assertEqual(made.resolution_by.day, 13)

	def test_settled_on_the_second_is_in_time(self):
		for late, result in ((0, "Met"), (1, "Breached")):
			made = self.running()
			deadlines.settle(made, START + 8 * HOUR + timedelta(seconds=late))
			self.assertEqual(made.sla_status, result)

	def test_settled_while_paused_counts_the_pause(self):
		made = self.running()
		deadlines.pause(made, START + 7 * HOUR)
		deadlines.settle(made, START + 20 * HOUR)
		self.assertEqual((made.sla_status, made.hold_seconds), ("Met", 13 * 3600))
