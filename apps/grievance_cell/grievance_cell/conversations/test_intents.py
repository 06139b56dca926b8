import unicodedata
import unittest

from grievance_cell.conversations.intents import CANCEL, GREETING, NO, SKIP, WORDS, YES, meaning, normalise


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
