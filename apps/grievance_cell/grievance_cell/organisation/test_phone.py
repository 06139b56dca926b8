import unittest

from grievance_cell.organisation.phone import masked, spellings, to_e164


class TestPhone(unittest.TestCase):
	def test_reads_the_ways_in_which_indian_numbers_are_written(self):
		for written in ("9876500001", "+91 98765 00001", "098765-00001", "0091 9876500001", " 919876500001 "):
			with self.subTest(written):
				self.assertEqual(to_e164(written), "+919876500001")

	def test_keeps_numbers_of_other_countries(self):
		self.assertEqual(to_e164("+977 981 234 5678"), "+9779812345678")

	def test_refuses_what_is_no_number(self):
		for written in ("", "   ", "abc", "123", "+91", "9" * 30, None):
			with self.subTest(written):
				self.assertIsNone(to_e164(written))

	def test_each_usual_spelling_is_read_as_the_same_number(self):
		for written in spellings("+919876500001"):
			with self.subTest(written):
				self.assertEqual(to_e164(written), "+919876500001")

	def test_shows_the_last_four_digits_only(self):
		self.assertEqual(masked("+919876500001"), "••••••0001")
		self.assertEqual(masked(None), "")
