"""The clock against oracles that walk: second by second over days, day by day over years."""

import unittest
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from grievance_cell.service_levels.clock import DAY, Calendar, NoWorkingTime, Window

MONDAY = datetime(2026, 1, 5)
OFFICE = [Window(weekday, time(10), time(17, 30)) for weekday in range(5)]
KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")

seconds_of_a_day = some.integers(0, DAY - 1)
times = seconds_of_a_day.map(lambda second: (datetime.min + timedelta(seconds=second)).time())
windows = some.builds(Window, some.integers(0, 6), times, times).filter(lambda each: each.start != each.end)


def days(first: date, count: int):
	return some.integers(0, count - 1).map(lambda after: first + timedelta(days=after))


def at(day: int, clock: str) -> datetime:
	"""Give a time on the so many-th day of January 2026; the 5th is a Monday."""
	return datetime.combine(date(2026, 1, day), time.fromisoformat(clock))


class SecondBySecond:
	"""Every second of some days, told whether it is worked."""

	def __init__(self, given_windows, holidays, first: date, count: int):
		self.begin = datetime.combine(first, time())
		worked = bytearray(count * DAY + DAY)
		for day in range(-1, count):
			today = first + timedelta(days=day)
			for window in given_windows:
				if window.weekday == today.weekday():
					start = datetime.combine(today, window.start)
					end = datetime.combine(today, window.end)
					if end <= start:
						end += timedelta(days=1)
					for second in range(max(0, self.position(start)), max(0, self.position(end))):
						worked[second] = 1
		for holiday in holidays:
			midnight = self.position(datetime.combine(holiday, time()))
			for second in range(midnight, midnight + DAY):
				worked[second] = 0
		self.worked = worked[: count * DAY]

	def position(self, moment: datetime) -> int:
		return int((moment - self.begin).total_seconds())

	def between(self, start: datetime, end: datetime) -> int:
		return sum(self.worked[second] for second in range(self.position(start), self.position(end)))

	def add(self, start: datetime, seconds: int) -> datetime | None:
		"""Walk until so many seconds were worked; None if the days are over before."""
		second = self.position(start)
		while seconds:
			if second == len(self.worked):
				return None
			seconds -= self.worked[second]
			second += 1
		return self.begin + timedelta(seconds=second)


class TestAgainstAWalkThroughEverySecond(unittest.TestCase):
	FIRST, COUNT = date(2026, 2, 26), 9

	@settings(max_examples=60, deadline=None, derandomize=True)
	@given(some.data())
	def test_adding_and_measuring_are_equal(self, data):
		given_windows = data.draw(some.lists(windows, max_size=8))
		holidays = data.draw(some.lists(days(self.FIRST, self.COUNT), max_size=4))
		calendar = Calendar(given_windows, holidays, time_zone=KOLKATA)
		walk = SecondBySecond(given_windows, holidays, self.FIRST, self.COUNT)
		seconds = some.integers(0, self.COUNT * DAY - 1)
		for _time in range(3):
			start, end = sorted(walk.begin + timedelta(seconds=data.draw(seconds)) for _each in range(2))
			measured = walk.between(start, end)
			self.assertEqual(calendar.between(start, end), measured)
			self.assertEqual(calendar.between(end, start), -measured)
			wanted = data.draw(some.integers(0, 2 * measured + 1))
			expected = walk.add(start, wanted)
			if expected:
				self.assertEqual(calendar.add(start, wanted), expected)
			elif given_windows:
				self.assertGreater(calendar.add(start, wanted), walk.begin + timedelta(days=self.COUNT))


class TestAgainstAWalkThroughEveryDay(unittest.TestCase):
	FIRST, COUNT = date(2024, 1, 1), 5 * 365

	@settings(max_examples=60, deadline=None, derandomize=True)
	@given(some.data())
	def test_years_are_measured_and_added_as_the_days_of_them_are(self, data):
		given_windows = data.draw(some.lists(windows, min_size=1, max_size=14))
		holidays = data.draw(some.lists(days(self.FIRST, self.COUNT), max_size=120))
		calendar = Calendar(given_windows, holidays)
		begin = datetime.combine(self.FIRST, time())
		seconds = some.integers(0, self.COUNT * DAY - 1)
		start, end = sorted(begin + timedelta(seconds=data.draw(seconds)) for _each in range(2))
		# Each day by itself, which the other walk has proved.
		total, moment = 0, start
		while moment < end:
			midnight = min(end, datetime.combine(moment.date() + timedelta(days=1), time()))
			total += 0 if moment.date() in holidays else Calendar(given_windows).between(moment, midnight)
			moment = midnight
		self.assertEqual(calendar.between(start, end), total)
		if total:
			reached = calendar.add(start, total)
			self.assertLessEqual(reached, end)
			self.assertEqual(calendar.between(start, reached), total)
			self.assertEqual(calendar.between(start, reached - timedelta(seconds=1)), total - 1)

	@settings(max_examples=100, deadline=None, derandomize=True)
	@given(some.data())
	def test_the_end_of_a_day_is_that_of_the_day_found_by_counting(self, data):
		given_windows = data.draw(some.lists(windows, min_size=1, max_size=6))
		holidays = data.draw(some.lists(days(self.FIRST, 90), max_size=60))
		calendar = Calendar(given_windows, holidays)
		start = datetime.combine(data.draw(days(self.FIRST, 30)), data.draw(times))
		count, working = data.draw(some.integers(0, 40)), data.draw(some.booleans())

		def works_on(day: date) -> bool:
			midnight = datetime.combine(day, time())
			return calendar.between(midnight, midnight + timedelta(days=1)) > 0

		day, left = start.date(), count
		while left:
			day += timedelta(days=1)
			left -= works_on(day) if working else 1
		while not works_on(day):
			day += timedelta(days=1)
		end = calendar.end_of_day(start, count, working=working)
		self.assertEqual(end.date(), day)
		# Nothing is worked after it on that day, and until it something is.
		midnight = datetime.combine(day + timedelta(days=1), time())
		self.assertLessEqual(calendar.between(end, midnight), 1)
		self.assertEqual(calendar.between(end - timedelta(seconds=1), end), 1)


class TestWindows(unittest.TestCase):
	def test_several_windows_a_day(self):
		calendar = Calendar([Window(0, time(10), time(13)), Window(0, time(14), time(17))])
		self.assertEqual(calendar.add(at(5, "09:00"), 4 * 3600), at(5, "15:00"))
		self.assertEqual(calendar.between(at(5, "12:00"), at(5, "15:00")), 2 * 3600)

	def test_windows_that_overlap_count_once(self):
		calendar = Calendar(
			[Window(0, time(10), time(14)), Window(0, time(12), time(16)), Window(0, time(16), time(17))]
		)
		self.assertEqual(calendar.between(MONDAY, MONDAY + timedelta(days=1)), 7 * 3600)

	def test_a_window_of_no_length_is_refused(self):
		for moment in (time(10), time()):
			with self.assertRaises(ValueError):
				Calendar([Window(0, moment, moment)])

	def test_what_comes_outside_of_the_windows_counts_from_the_next_one(self):
		calendar = Calendar(OFFICE)
		self.assertEqual(calendar.add(at(9, "18:00"), 3600), at(12, "11:00"))

	def test_a_deadline_lies_at_the_end_of_a_window_not_at_the_start_of_the_next(self):
		self.assertEqual(Calendar(OFFICE).add(at(5, "10:00"), 27000), at(5, "17:30"))

	def test_no_time_ends_where_it_starts(self):
		self.assertEqual(Calendar(OFFICE).add(at(4, "03:00"), 0), at(4, "03:00"))

	def test_a_window_until_midnight_ends_there(self):
		calendar = Calendar([Window(0, time(20), time())])
		self.assertEqual(calendar.between(MONDAY, MONDAY + timedelta(days=7)), 4 * 3600)

	def test_the_night_of_sunday_ends_on_monday(self):
		calendar = Calendar([Window(6, time(22), time(6))])
		self.assertEqual(calendar.add(at(5, "05:00"), 2 * 3600), at(11, "23:00"))

	def test_fractions_of_a_second_are_left_out(self):
		start = at(5, "10:00").replace(microsecond=999_999)
		self.assertEqual(Calendar(OFFICE).add(start, 60), at(5, "10:01"))


class TestHolidays(unittest.TestCase):
	NIGHTS = tuple(Window(weekday, time(22), time(6)) for weekday in range(7))

	def test_a_holiday_is_left_out(self):
		calendar = Calendar(OFFICE, [date(2026, 1, 6), date(2026, 1, 6), date(2026, 1, 10)])
		self.assertEqual(calendar.add(at(5, "16:30"), 2 * 3600), at(7, "11:00"))
		self.assertEqual(calendar.add(at(6, "11:00"), 3600), at(7, "11:00"))

	def test_of_the_night_before_a_holiday_the_evening_counts(self):
		calendar = Calendar(self.NIGHTS, [date(2026, 1, 6)])
		self.assertEqual(calendar.between(at(5, "12:00"), at(6, "12:00")), 2 * 3600)

	def test_of_the_night_of_a_holiday_the_morning_after_counts(self):
		calendar = Calendar(self.NIGHTS, [date(2026, 1, 6)])
		self.assertEqual(calendar.between(at(6, "12:00"), at(7, "12:00")), 6 * 3600)

	def test_round_the_clock_knows_none(self):
		calendar = Calendar(OFFICE, [date(2026, 1, 6)], round_the_clock=True)
		self.assertEqual(calendar.add(at(5, "20:00"), 24 * 3600), at(6, "20:00"))


class TestNoWorkingTime(unittest.TestCase):
	def test_without_windows_nothing_is_ever_reached(self):
		calendar = Calendar()
		self.assertEqual(calendar.between(MONDAY, MONDAY + timedelta(days=300)), 0)
		for reach in (
			lambda: calendar.add(MONDAY, 1),
			lambda: calendar.end_of_day(MONDAY, 1, working=True),
			lambda: calendar.end_of_day(MONDAY, 1, working=False),
		):
			with self.assertRaises(NoWorkingTime):
				reach()

	def test_holidays_to_the_end_are_passed_over_at_once(self):
		holidays = [date(2026, 1, 5) + timedelta(days=after) for after in range(20_000)]
		calendar = Calendar(OFFICE, holidays)
		after = datetime.combine(holidays[-1], time())
		self.assertGreater(calendar.add(MONDAY, 1), after)
		self.assertGreater(calendar.end_of_day(MONDAY, 3, working=True), after)

	def test_what_lies_after_the_last_year_is_refused(self):
		with self.assertRaises(NoWorkingTime):
			Calendar(OFFICE).add(MONDAY, 10**12)
		last = [date(9999, 12, day) for day in range(1, 32)]
		with self.assertRaises(NoWorkingTime):
			Calendar(OFFICE, last).add(datetime(9999, 12, 1), 1)

	def test_time_runs_forward(self):
		with self.assertRaises(ValueError):
			Calendar(OFFICE).add(MONDAY, -1)
		with self.assertRaises(ValueError):
			Calendar(OFFICE).end_of_day(MONDAY, -1, working=True)


class TestEndOfDay(unittest.TestCase):
	calendar = Calendar(OFFICE, [date(2026, 1, 14)])

	def test_calendar_days_end_with_the_last_window_of_the_day(self):
		self.assertEqual(self.calendar.end_of_day(at(5, "11:00"), 7, working=False), at(12, "17:30"))

	def test_calendar_days_that_end_on_a_closed_day_end_on_the_next_open_one(self):
		self.assertEqual(self.calendar.end_of_day(at(5, "11:00"), 5, working=False), at(12, "17:30"))
		self.assertEqual(self.calendar.end_of_day(at(5, "11:00"), 9, working=False), at(15, "17:30"))

	def test_working_days_leave_out_weekends_and_holidays(self):
		self.assertEqual(self.calendar.end_of_day(at(9, "11:00"), 3, working=True), at(15, "17:30"))
		self.assertEqual(self.calendar.end_of_day(at(10, "11:00"), 1, working=True), at(12, "17:30"))

	def test_a_window_past_midnight_ends_with_its_day(self):
		calendar = Calendar([Window(0, time(22), time(6))])
		self.assertEqual(calendar.end_of_day(at(4, "11:00"), 1, working=False), at(5, "23:59:59"))
		self.assertEqual(calendar.end_of_day(at(4, "11:00"), 2, working=True), at(6, "06:00"))

	def test_round_the_clock_days_end_at_midnight(self):
		calendar = Calendar(round_the_clock=True)
		for working in (True, False):
			self.assertEqual(calendar.end_of_day(at(5, "11:00"), 5, working=working), at(10, "23:59:59"))


class TestTimeZones(unittest.TestCase):
	"""In Berlin the clocks were put forward on 29 March 2026 at two, and back on 25 October 2026 at three."""

	@settings(max_examples=100, deadline=None, derandomize=True)
	@given(some.integers(0, 2 * 366 * DAY), some.integers(0, 400 * DAY))
	def test_in_kolkata_the_wall_clock_is_real_time(self, after, seconds):
		start = MONDAY + timedelta(seconds=after)
		calendar = Calendar(round_the_clock=True, time_zone=KOLKATA)
		self.assertEqual(calendar.add(start, seconds), start + timedelta(seconds=seconds))
		self.assertEqual(calendar.between(start, start + timedelta(seconds=seconds)), seconds)

	@settings(max_examples=200, deadline=None, derandomize=True)
	@given(some.integers(0, 2 * 366 * DAY), some.integers(0, 400 * DAY))
	def test_round_the_clock_counts_real_seconds(self, after, seconds):
		start = MONDAY + timedelta(seconds=after)
		calendar = Calendar(round_the_clock=True, time_zone=BERLIN)
		real = start.replace(tzinfo=BERLIN).timestamp() + seconds
		end = datetime.fromtimestamp(real, timezone.utc).astimezone(BERLIN)
		self.assertEqual(calendar.add(start, seconds), end.replace(tzinfo=None))
		if not end.fold:
			self.assertEqual(calendar.between(start, end.replace(tzinfo=None)), seconds)

	def test_quarter_of_an_hour_in_the_night_of_the_change(self):
		calendar = Calendar(round_the_clock=True, time_zone=BERLIN)
		self.assertEqual(calendar.add(datetime(2026, 3, 29, 1, 50), 900), datetime(2026, 3, 29, 3, 5))
		self.assertEqual(calendar.add(datetime(2026, 10, 24, 12), DAY), datetime(2026, 10, 25, 11))

	def test_a_window_across_the_change_is_as_long_as_on_the_wall(self):
		calendar = Calendar([Window(5, time(22), time(6))], time_zone=BERLIN)
		self.assertEqual(calendar.between(datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 12)), 8 * 3600)
