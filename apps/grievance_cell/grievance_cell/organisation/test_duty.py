from datetime import datetime, timedelta

import frappe

from grievance_cell.organisation.duty import WEEKDAYS, covers, on_duty
from grievance_cell.testing import SiteTestCase, make_department, make_posting

# A Monday.
MONDAY = datetime(2026, 1, 5)


def shift(weekday: str, start: int, end: int):
	return frappe._dict(weekday=weekday, start_time=timedelta(hours=start), end_time=timedelta(hours=end))


def hours(given) -> list[tuple[int, int]]:
	"""List the hours of a week, as day and hour, at whose beginning a shift runs."""
	return [
		divmod(hour, 24) for hour in range(7 * 24) if covers(given, MONDAY + timedelta(days=7, hours=hour))
	]


class TestDuty(SiteTestCase):
	def test_a_shift_runs_from_its_start_until_before_its_end(self):
		self.assertEqual(hours(shift("Tuesday", 8, 11)), [(1, 8), (1, 9), (1, 10)])

	def test_a_shift_across_midnight_belongs_to_the_day_it_begins(self):
		self.assertEqual(hours(shift("Tuesday", 22, 2)), [(1, 22), (1, 23), (2, 0), (2, 1)])
		self.assertEqual(hours(shift("Sunday", 23, 1)), [(0, 0), (6, 23)])

	def test_a_shift_that_ends_when_it_starts_is_a_day_and_a_night(self):
		self.assertEqual(hours(shift("Monday", 0, 0)), [(0, hour) for hour in range(24)])
		self.assertEqual(len(hours(shift("Sunday", 8, 8))), 24)

	def test_a_posting_is_on_duty_in_any_of_its_shifts(self):
		rows = [
			{"weekday": weekday, "start_time": "20:00:00", "end_time": "08:00:00"} for weekday in WEEKDAYS[:5]
		]
		night = make_posting(make_department(), duty_shifts=rows)
		day = make_posting(
			make_department(),
			duty_shifts=[{"weekday": "Monday", "start_time": "08:00:00", "end_time": "20:00:00"}],
		)
		both = [night.name, day.name]
		self.assertEqual(on_duty(both, MONDAY + timedelta(hours=8)), {day.name})
		self.assertEqual(on_duty(both, MONDAY + timedelta(hours=20)), {night.name})
		self.assertEqual(on_duty(both, MONDAY + timedelta(hours=7, minutes=59)), set())
		self.assertEqual(on_duty(both, MONDAY + timedelta(days=5, hours=7)), {night.name})
		self.assertEqual(on_duty([day.name], MONDAY + timedelta(hours=20)), set())
		self.assertEqual(on_duty([], MONDAY), set())
