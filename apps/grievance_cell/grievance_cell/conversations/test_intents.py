import unicodedata
import unittest

from grievance_cell.conversations.intents import (
	CANCEL,
	GREETING,
	NO,
	SKIP,
	WORDS,
	YES,
	bare_number,
	case_number,
	entry,
	entry_text,
	meaning,
	normalise,
)


class TestIntents(unittest.TestCase):
	def test_knows_the_words_in_three_ways_of_writing(self):
		for word, meant in (
			("Hi", GREETING),
			("नमस्ते!", GREETING),
			("JAI JOHAR", GREETING),
			("रद्द", CANCEL),
			("chhodo", SKIP),
			("जी हाँ।", YES),
			("नहीं", NO),
		):
			with self.subTest(word):
				self.assertEqual(meaning(word), meant)

	def test_a_word_within_a_sentence_means_nothing(self):
		self.assertIsNone(meaning("yes the drain is choked"))
		self.assertIsNone(meaning(""))

	def test_no_word_has_two_meanings(self):
		words = [normalise(word) for each in WORDS.values() for word in each]
		self.assertEqual(len(words), len(set(words)))

	def test_both_unicode_forms_of_a_letter_are_one(self):
		self.assertEqual(meaning(unicodedata.normalize("NFD", "छोड़ें")), SKIP)
		self.assertEqual(normalise("  Ward\t 5. "), "ward 5")

	def test_words_that_differ_in_a_sign_stay_different(self):
		self.assertNotEqual(normalise("हिंदी"), normalise("हिदी"))


class TestCaseNumbers(unittest.TestCase):
	def test_reads_a_full_number_however_it_is_typed(self):
		for typed in (
			"GRV-2026-000123",
			"grv 2026 123",
			"GRV2026000123",
			"GRV-२०२६-१२३",
			" grv-2026-000123. ",
		):
			with self.subTest(typed):
				self.assertEqual(case_number(typed), "GRV-2026-000123")

	def test_a_number_within_a_sentence_or_of_another_kind_is_none(self):
		for typed in ("my case GRV-2026-000123", "123", "GRV-26-1", "", "2026-000123"):
			with self.subTest(typed):
				self.assertIsNone(case_number(typed))

	def test_reads_a_bare_number(self):
		for typed in ("123", "#123", "No. 123", "नंबर 123", "१२३", "000123"):
			with self.subTest(typed):
				self.assertEqual(bare_number(typed), "123")
		for typed in ("12 3", "123a", "", "9" * 10, "-5", "1.5"):
			with self.subTest(typed):
				self.assertIsNone(bare_number(typed))


class TestEntry(unittest.TestCase):
	def test_reads_what_it_writes(self):
		for area, flow in (("AREA-00012", "Grievance"), ("AREA-00012", ""), ("", "Grievance")):
			with self.subTest(area=area, flow=flow):
				self.assertEqual(entry(entry_text("नमस्ते", area, flow)), ("नमस्ते", area, flow))
		self.assertEqual(entry_text("नमस्ते"), "नमस्ते")

	def test_any_other_text_is_none(self):
		for typed in ("नमस्ते", "see [this] photo", "[]", "[/]", "[a] b"):
			with self.subTest(typed):
				self.assertIsNone(entry(typed))
