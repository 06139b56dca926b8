"""Working time as plain data: it is added and measured across years in a few look-ups, however long they are.

A week's working time is summed up once. What lies between two moments is whole weeks, the rest of a week, less what
holidays take away, each found by bisection; nothing is walked through second by second or day by day.

What a Calendar means:

- Datetimes are naive, the wall clock of one place, and are read to the whole second.
- Windows are those of the wall clock: from ten to six is eight hours, also on the day on which a zone with summer time
  puts its clocks forward. Round the clock is real time: there 24 hours across that night end an hour later by the wall
  clock. Of a wall clock's hour that comes twice the first is meant.
- A window that ends at or before its start ends on the next day. Windows that overlap count once.
- A holiday is its date, from midnight to midnight. Of a window across midnight the evening of a holiday's eve counts
  and the morning of the holiday does not; of the holiday's own night only the part after midnight does.
- Round the clock knows no holidays and no windows.
- Days are counted from the day after the start. One that ends on a day without working time ends on the next day that
  has some, as with any period that ends on a day on which an office is closed (General Clauses Act 1897, sections 9, 10).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from itertools import accumulate
from typing import NamedTuple

DAY = 24 * 60 * 60
LAST_SECOND = timedelta(seconds=DAY - 1)


class NoWorkingTime(ValueError):
	"""A calendar has no working time, or none before the year 10000, in which a deadline could lie."""


class Window(NamedTuple):
	"""Working time of one weekday (Monday is 0); it ends on the next day where `end` is not after `start`."""

	weekday: int
	start: time
	end: time


class Calendar:
	"""When there is work: weekly windows without holidays, or round the clock.

	`time_zone` is whose wall clock is meant; it matters round the clock only, where that zone has summer time.
	Raises ValueError for a window of no length.
	"""

	def __init__(
		self,
		windows: Iterable[Window] = (),
		holidays: Iterable[date] = (),
		*,
		round_the_clock: bool = False,
		time_zone: tzinfo | None = None,
	):
		self.round_the_clock = round_the_clock
		self.time_zone = time_zone
		self._spans = _spans_of_days(windows)
		off = sorted({_day_number(holiday) for holiday in holidays})
		worked = [weekday for weekday, spans in enumerate(self._spans) if spans]
		self._seconds = _Measure(
			[
				(weekday * DAY + start, weekday * DAY + end)
				for weekday, spans in enumerate(self._spans)
				for start, end in spans
			],
			DAY,
			off,
		)
		self._days = _Measure([(weekday, weekday + 1) for weekday in worked], 1, off)

	def add(self, start: datetime, seconds: int) -> datetime:
		"""Find the first moment at which so many working seconds have passed since `start`, which is itself for none."""
		if seconds < 0:
			raise ValueError("Working time runs forward only")
		start = start.replace(microsecond=0)
		if not seconds:
			return start
		if self.round_the_clock:
			return self._wall_clock(self._real(start) + timedelta(seconds=seconds))
		return _moment(self._seconds.reach(self._seconds.until(_second(start)) + int(seconds)))

	def between(self, start: datetime, end: datetime) -> int:
		"""Count the working seconds from `start` to `end`; below zero if `end` is the earlier."""
		start, end = start.replace(microsecond=0), end.replace(microsecond=0)
		if self.round_the_clock:
			return int((self._real(end) - self._real(start)).total_seconds())
		return self._seconds.until(_second(end)) - self._seconds.until(_second(start))

	def end_of_day(self, start: datetime, days: int, *, working: bool) -> datetime:
		"""Find the end of the last window of the day that is so many days, or working days, after that of `start`.

		The end of a day that has no windows, or whose last one goes on past midnight, is its last second.
		"""
		if days < 0:
			raise ValueError("Days are counted forward only")
		number = _day_number(start)
		if self.round_the_clock:
			return _moment((number + days) * DAY) + LAST_SECOND
		if working and days:
			number = self._working_day(number, days)
		else:
			number += days
			if not self._works_on(number):
				number = self._working_day(number, 1)
		_start, end = self._spans[number % 7][-1]
		return _moment(number * DAY) + min(timedelta(seconds=end), LAST_SECOND)

	def _works_on(self, number: int) -> bool:
		return self._days.until(number + 1) > self._days.until(number)

	def _working_day(self, number: int, count: int) -> int:
		"""Number the day that is so many working days, one or more, after a day."""
		return self._days.reach(self._days.until(number + 1) + count) - 1

	def _real(self, moment: datetime) -> datetime:
		return moment.replace(tzinfo=self.time_zone).astimezone(timezone.utc) if self.time_zone else moment

	def _wall_clock(self, moment: datetime) -> datetime:
		return moment.astimezone(self.time_zone).replace(tzinfo=None, fold=0) if self.time_zone else moment


class _Measure:
	"""How much of something countable there was until a moment, and when so much is reached.

	Moments are whole units, seconds or days, since the first Monday of the calendar; a day has `day` of them. `spans` are
	the parts of a week that count, in order and apart; what lies on `holidays`, numbers of days in order, does not.
	"""

	def __init__(self, spans: list[tuple[int, int]], day: int, holidays: list[int]):
		self.day = day
		self.week = 7 * day
		self.starts = [start for start, _end in spans]
		self.ends = [end for _start, end in spans]
		self.sums = list(accumulate(end - start for start, end in spans))
		self.holidays = holidays
		# What the first so many holidays take away, and what is reached when each of them begins.
		lost = (
			self._without_holidays((off + 1) * day) - self._without_holidays(off * day) for off in holidays
		)
		self.lost = [0, *accumulate(lost)]
		self.reached = [self.until(off * day) for off in holidays]

	def until(self, moment: int) -> int:
		today = moment // self.day
		over = bisect_left(self.holidays, today)
		if self.holidays[over : over + 1] == [today]:
			moment = today * self.day
		return self._without_holidays(moment) - self.lost[over]

	def reach(self, count: int) -> int:
		"""Find the first moment until which there were so many, more than none."""
		if not self.sums:
			raise NoWorkingTime("The calendar has no working time")
		count += self.lost[bisect_left(self.reached, count)]
		weeks, rest = divmod(count - 1, self.sums[-1])
		span = bisect_right(self.sums, rest)
		return weeks * self.week + self.ends[span] - (self.sums[span] - rest - 1)

	def _without_holidays(self, moment: int) -> int:
		if not self.sums:
			return 0
		weeks, rest = divmod(moment, self.week)
		span = bisect_right(self.ends, rest)
		before = self.sums[span - 1] if span else 0
		if span < len(self.starts):
			before += max(0, rest - self.starts[span])
		return weeks * self.sums[-1] + before


def _spans_of_days(windows: Iterable[Window]) -> list[list[tuple[int, int]]]:
	"""Cut windows at midnight and merge them: of each weekday the seconds, from and to, in order and apart."""
	cut: list[list[tuple[int, int]]] = [[] for _weekday in range(7)]
	for window in windows:
		start, end = _second_of_day(window.start), _second_of_day(window.end)
		if start == end:
			raise ValueError("A window of no length")
		if start < end:
			cut[window.weekday].append((start, end))
			continue
		cut[window.weekday].append((start, DAY))
		if end:
			cut[(window.weekday + 1) % 7].append((0, end))
	merged: list[list[tuple[int, int]]] = []
	for spans in cut:
		merged.append([])
		for start, end in sorted(spans):
			if merged[-1] and start <= merged[-1][-1][1]:
				start, earlier_end = merged[-1].pop()
				end = max(end, earlier_end)
			merged[-1].append((start, end))
	return merged


def _second_of_day(moment: time | datetime) -> int:
	return moment.hour * 3600 + moment.minute * 60 + moment.second


def _day_number(day: date) -> int:
	"""Number a day from the first of the calendar, which is a Monday: the rest by seven is the weekday."""
	return day.toordinal() - 1


def _second(moment: datetime) -> int:
	return _day_number(moment) * DAY + _second_of_day(moment)


def _moment(second: int) -> datetime:
	try:
		return datetime.min + timedelta(seconds=second)
	except OverflowError:
		raise NoWorkingTime("The calendar has too little working time before the year 10000") from None
