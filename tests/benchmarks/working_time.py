"""Measure adding working time and measuring it over five years with a hundred holidays.

	env/bin/python tests/benchmarks/working_time.py [--count 100000] [--years 5] [--holidays 100]

Prints one line a figure. The calendar is an office's: six days a week, two windows a day.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "apps" / "grievance_cell"))

from grievance_cell.service_levels.clock import Calendar, Window

FIRST = date(2026, 1, 1)
HALVES = ((time_of_day(10), time_of_day(13, 30)), (time_of_day(14), time_of_day(17, 30)))


def report(what: str, call: Callable, given: list[tuple]) -> list:
	begun = time.perf_counter()
	results = [call(*each) for each in given]
	taken = time.perf_counter() - begun
	print(f"{what}: {len(given) / taken:,.0f} a second")
	return results


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--count", type=int, default=100_000)
	parser.add_argument("--years", type=int, default=5)
	parser.add_argument("--holidays", type=int, default=100)
	options = parser.parse_args()

	dice = random.Random(1)
	days = options.years * 365
	windows = [Window(weekday, *half) for weekday in range(6) for half in HALVES]
	holidays = [FIRST + timedelta(days=each) for each in dice.sample(range(days), options.holidays)]
	begin = datetime.combine(FIRST, time_of_day())
	pairs = [
		tuple(sorted(begin + timedelta(seconds=dice.randrange(days * 86400)) for _each in range(2)))
		for _pair in range(options.count)
	]

	begun = time.perf_counter()
	for _time in range(100):
		calendar = Calendar(windows, holidays)
	print(f"calendars made: {100 / (time.perf_counter() - begun):,.0f} a second")
	measured = report("spans measured", calendar.between, pairs)
	sums = [(start, seconds) for (start, _end), seconds in zip(pairs, measured, strict=True)]
	report("additions", calendar.add, sums)
	report(
		"ends of a working day",
		lambda start, seconds: calendar.end_of_day(start, seconds // 25200, working=True),
		sums,
	)


if __name__ == "__main__":
	main()
