from datetime import datetime, timedelta

import frappe

from grievance_cell.service_levels import deadlines
from grievance_cell.testing import (
	HOUR,
	START,
	SiteTestCase,
	make,
	make_category,
	make_department,
	make_sla,
	unique,
)

OFFICE = [
	{"weekday": weekday, "start_time": "10:00:00", "end_time": "18:00:00"}
	for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
]


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

	def test_a_group_stands_for_the_categories_below_it(self):
		group = make_category(None, is_group=1)
		lower = make_category(None, is_group=1, parent_grievance_category=group.name)
		category = make_category(self.department, parent_grievance_category=lower.name)

		def choose():
			return deadlines.choose_sla(case(category=category.name, department=self.department.name))

		by_department = make_sla(department=self.department.name)
		self.assertEqual(choose(), by_department.name)
		for of in (group, lower, category):
			nearer = make_sla(category=of.name)
			self.assertEqual(choose(), nearer.name)
		self.assertEqual(self.choose(), by_department.name)

	def test_a_case_without_a_category_gets_the_default(self):
		default = make_sla(is_default=1)
		self.assertEqual(deadlines.choose_sla(case()), default.name)

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
		deadlines.set_deadlines(made, START)
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
		made = self.running()
		deadlines.responded(made, START)
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

	def test_the_first_breach_stays_on_record(self):
		made = self.running()
		deadlines.refresh(made, START + 8 * HOUR)
		self.assertIsNone(made.first_breached_on)
		deadlines.refresh(made, START + 10 * HOUR)
		self.assertEqual(made.first_breached_on, START + 8 * HOUR)
		deadlines.restart(made, START + 24 * HOUR)
		deadlines.refresh(made, START + 48 * HOUR)
		self.assertEqual((made.sla_status, made.first_breached_on), ("Overdue", START + 8 * HOUR))

	def test_a_breach_that_nobody_noted_is_noted_at_the_end(self):
		made = self.running()
		deadlines.settle(made, START + 9 * HOUR)
		self.assertEqual((made.sla_status, made.first_breached_on), ("Breached", START + 8 * HOUR))

	def test_a_paused_case_has_no_date_whatever_is_changed(self):
		made = self.running()
		deadlines.pause(made, START + 3 * HOUR)
		made.priority = "High"
		deadlines.set_deadlines(made)
		self.assertEqual((made.resolution_by, made.sla_status), (None, "Paused"))
		self.assertIsNone(deadlines.moment_at(made, 75))

	def test_a_reopened_case_has_its_own_target(self):
		made = self.running()
		deadlines.pause(made, START + HOUR)
		deadlines.settle(made, START + 2 * HOUR)
		reopened = START + 100 * HOUR
		deadlines.restart(made, reopened, 0.5)
		self.assertEqual((made.resolution_by, made.hold_seconds), (reopened + 4 * HOUR, 0))
		self.assertEqual(made.response_by, START + 2 * HOUR)
		# Whatever is computed later counts from there, with the same share of the target.
		made.priority = "High"
		deadlines.set_deadlines(made)
		self.assertEqual(made.resolution_by, reopened + 4 * HOUR)
		deadlines.restart(made, reopened + HOUR)
		self.assertEqual(made.resolution_by, reopened + 5 * HOUR)

	def test_half_of_some_days_is_rounded_up(self):
		made = case(make_sla(days=7), hold_seconds=0)
		deadlines.restart(made, START, 0.5)
		self.assertEqual(made.resolution_by, datetime(2026, 1, 9, 23, 59, 59))

	def test_a_tenth_of_thirty_days_is_three(self):
		made = case(make_sla(days=30), hold_seconds=0)
		deadlines.restart(made, START, 0.1)
		self.assertEqual(made.resolution_by.day, 8)

	def test_the_ladder_is_found_by_percentage(self):
		made = self.running()
		for percent, hours in ((0, 0), (75, 6), (100, 8), (150, 12), (200, 16)):
			self.assertEqual(deadlines.moment_at(made, percent), START + hours * HOUR)
		self.assertIsNone(deadlines.moment_at(case(), 75))

	def test_time_on_hold_moves_the_ladder(self):
		made = self.running()
		deadlines.pause(made, START + HOUR)
		deadlines.resume(made, START + 3 * HOUR)
		for percent, hours in ((75, 8), (100, 10), (200, 18)):
			self.assertEqual(deadlines.moment_at(made, percent), START + hours * HOUR)


class TestWorkingTime(SiteTestCase):
	"""From Monday to Friday, ten to six; Wednesday 7 January and Monday 12 January 2026 are holidays."""

	@classmethod
	def make_fixtures(cls):
		cls.calendar = make(
			"Holiday Calendar",
			calendar_name=unique("Calendar"),
			holidays=[
				{"date": "2026-01-12", "description": "Day off"},
				{"date": "2026-01-07", "description": "Day off"},
			],
		)
		cls.hours = cls.make_sla(hours=12, response_hours=4)
		cls.days = cls.make_sla(days=5)
		cls.working_days = cls.make_sla(days=5, day_kind="Working")

	@classmethod
	def make_sla(cls, hours=12, response_hours=4, days=0, day_kind="Calendar", **values):
		resolution = {"resolution_days": days} if days else {"resolution_time": hours * 3600}
		return make_sla(
			targets=[
				{
					"priority": "Medium",
					"response_time": response_hours * 3600,
					"day_kind": day_kind,
					**resolution,
				},
				{
					"priority": "Emergency",
					"response_time": 900,
					"resolution_time": 2 * 3600,
					"round_the_clock": 1,
				},
			],
			working_windows=OFFICE,
			holiday_calendar=cls.calendar.name,
			**values,
		)

	def running(self, sla, registered: datetime = START, **values) -> FakeCase:
		made = case(sla, hold_seconds=0, response_status="Pending", **values)
		made.registered_on = registered
		deadlines.set_deadlines(made, registered)
		return made

	def test_hours_are_working_time(self):
		made = self.running(self.hours)
		self.assertEqual((made.response_by, made.resolution_by), (on(5, 14), on(6, 14)))
		late = self.running(self.hours, on(9, 17))
		self.assertEqual((late.response_by, late.resolution_by), (on(13, 13), on(14, 13)))

	def test_an_emergency_counts_round_the_clock(self):
		made = self.running(self.hours, on(6, 23), priority="Emergency")
		self.assertEqual((made.response_by, made.resolution_by), (on(6, 23, 15), on(7, 1)))

	def test_round_the_clock_holds_for_every_target(self):
		sla = make_sla(hours=12, round_the_clock=1, holiday_calendar=self.calendar.name)
		self.assertEqual(self.running(sla, on(6, 23)).resolution_by, on(7, 11))

	def test_calendar_days_end_with_the_last_window_of_their_day(self):
		self.assertEqual(self.running(self.days, on(8, 9)).resolution_by, on(13, 18))
		# The fifth day is a Saturday, Monday is a holiday.
		self.assertEqual(self.running(self.days).resolution_by, on(13, 18))

	def test_working_days_leave_out_weekends_and_holidays(self):
		self.assertEqual(self.running(self.working_days).resolution_by, on(14, 18))

	def test_a_pause_counts_in_working_seconds(self):
		made = self.running(self.hours)
		deadlines.pause(made, on(5, 17))
		deadlines.resume(made, on(8, 11))
		self.assertEqual((made.hold_seconds, made.resolution_by), (10 * 3600, on(8, 16)))

	def test_a_pause_on_a_closed_day_moves_nothing(self):
		made = self.running(self.hours, on(9, 17))
		deadlines.pause(made, on(10, 1))
		deadlines.resume(made, on(12, 23))
		self.assertEqual((made.hold_seconds, made.resolution_by), (0, on(14, 13)))

	def test_a_pause_moves_calendar_days_by_the_days_that_passed(self):
		made = self.running(self.days, on(8, 9))
		deadlines.pause(made, on(9, 9))
		deadlines.resume(made, on(11, 9))
		self.assertEqual((made.hold_seconds, made.resolution_by), (48 * 3600, on(15, 18)))

	def test_a_pause_moves_working_days_by_the_days_that_were_worked(self):
		made = self.running(self.working_days)
		deadlines.pause(made, on(6, 12))
		deadlines.resume(made, on(8, 12))
		self.assertEqual((made.hold_seconds, made.resolution_by), (8 * 3600, on(14, 18)))
		deadlines.pause(made, on(8, 13))
		deadlines.resume(made, on(8, 14))
		self.assertEqual((made.hold_seconds, made.resolution_by), (9 * 3600, on(15, 18)))

	def test_another_priority_counts_from_the_start_of_the_case(self):
		made = self.running(self.hours)
		made.priority = "Emergency"
		deadlines.set_deadlines(made, on(5, 11))
		self.assertEqual(made.resolution_by, on(5, 12))
		made.priority = "Medium"
		deadlines.set_deadlines(made, on(5, 11))
		self.assertEqual(made.resolution_by, on(6, 14))

	def test_due_soon_and_the_ladder_count_working_time(self):
		made = self.running(self.hours)
		self.assertEqual(deadlines.moments(made)["due_soon"], on(6, 11))
		for percent, moment in ((75, on(6, 11)), (100, on(6, 14)), (150, on(8, 12)), (200, on(8, 18))):
			self.assertEqual(deadlines.moment_at(made, percent), moment)

	def test_the_ladder_of_calendar_days_counts_all_time(self):
		made = self.running(self.days, on(8, 18))
		self.assertEqual(deadlines.moment_at(made, 100), on(13, 18))
		self.assertEqual(deadlines.moment_at(made, 200), on(18, 18))

	def test_a_case_of_before_is_counted_from_its_registration(self):
		made = self.running(self.hours, clock_started_on=None)
		self.assertEqual(deadlines.moment_at(made, 75), on(6, 11))


def on(day: int, hour: int, minute: int = 0) -> datetime:
	"""Give a time in January 2026; the 5th is a Monday."""
	return datetime(2026, 1, day, hour, minute)
