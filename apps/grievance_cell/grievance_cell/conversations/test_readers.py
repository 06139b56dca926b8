import unittest
from datetime import date, datetime

from grievance_cell.conversations import readers

TODAY = datetime(2026, 8, 3, 10, 0)


class TestNumber(unittest.TestCase):
	def test_reads_digits_of_any_script_separators_and_currency(self):
		for typed, number in (
			("12", 12), ("१२", 12), ("੧੨", 12), (" 1,25,000 ", 125000), ("₹ 500", 500), ("Rs. 500", 500), ("रु 500", 500),
			("2.5", 2.5), ("-3", -3), ("+7", 7), ("0012", 12),
		):  # fmt: skip
			with self.subTest(typed):
				self.assertEqual(readers.number(typed), number)

	def test_a_whole_number_is_wanted(self):
		self.assertIsNone(readers.number("2.5", whole=True))
		self.assertEqual(readers.number("2.0", whole=True), 2)

	def test_what_is_none(self):
		for typed in ("", "twelve", "1-2", "1.2.3", "12 people", "9" * 400, "nan", "inf", "1e5"):
			with self.subTest(typed):
				self.assertIsNone(readers.number(typed))


class TestDay(unittest.TestCase):
	def test_reads_digits_day_first_and_words(self):
		for typed in (
			"15-08-2026",
			"15/8/2026",
			"15.8.2026",
			"15 August 2026",
			"15 अगस्त 2026",
			"15 ਅਗਸਤ 2026",
		):
			with self.subTest(typed):
				self.assertEqual(readers.day(typed, TODAY), date(2026, 8, 15))

	def test_reads_what_is_told_from_today(self):
		self.assertEqual(readers.day("today", TODAY), date(2026, 8, 3))
		self.assertEqual(readers.day("आज", TODAY), date(2026, 8, 3))
		self.assertEqual(readers.day("yesterday", TODAY), date(2026, 8, 2))

	def test_what_says_two_things_is_none(self):
		for typed in ("कल", "परसों", "kal", "ਕੱਲ੍ਹ"):
			with self.subTest(typed):
				self.assertIsNone(readers.day(typed, TODAY))

	def test_what_is_no_day(self):
		for typed in (
			"",
			"   ",
			"!!",
			"31-02-2026",
			"a long time ago, when the river was still clean and blue",
			"नाली",
		):
			with self.subTest(typed):
				self.assertIsNone(readers.day(typed, TODAY))


class TestPhone(unittest.TestCase):
	def test_reads_an_indian_number_however_it_is_written(self):
		for typed in ("9876543210", "09876543210", "+91 98765 43210", "98765-43210", "९८७६५४३२१०"):
			with self.subTest(typed):
				self.assertEqual(readers.phone(typed), "+919876543210")

	def test_reads_a_number_of_another_country(self):
		self.assertEqual(readers.phone("+977 984 1234567"), "+9779841234567")

	def test_what_is_none(self):
		for typed in ("", "12345", "98765", "my number", "9" * 60):
			with self.subTest(typed):
				self.assertIsNone(readers.phone(typed))
