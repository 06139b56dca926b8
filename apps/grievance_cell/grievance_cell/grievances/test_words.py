import unittest

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grievance_cell.grievances import words

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)))


def keys(text: str) -> list[str]:
	return [words.key(word) for word in words.split(text)]


def sounds(text: str) -> list[str]:
	return [words.sound(word) for word in words.split(text)]


class TestWords(unittest.TestCase):
	def test_words_are_split_at_whatever_is_no_letter(self):
		self.assertEqual(words.split("नाली, जाम! (वार्ड-५) 3km"), ["नाली", "जाम", "वार्ड", "5", "3km"])
		self.assertEqual(words.split(" … 👍 "), [])
		self.assertEqual(words.split(""), [])

	def test_one_letter_is_written_in_several_ways(self):
		for one, other in (
			("सड़क", "सडक"),
			("सड़क", "सड\u093cक"),
			("ज़मीन", "जमीन"),
			("गाँव", "गांव"),
			("क्\u200dया", "क्या"),
			("WIRE", "wire"),
			("ਪਾਣੀ", "पाणी"),
			("ਸੜਕ", "सड़क"),
			("੧੦੮", "108"),
		):
			with self.subTest(one):
				self.assertEqual(words.split(one), words.split(other))

	def test_a_word_is_itself_in_the_plural_and_behind_a_preposition(self):
		for one, other in (
			("तारों", "तार"), ("थाने", "थाना"), ("नालियाँ", "नाली"), ("नालियों", "नाली"), ("गड्ढों", "गड्ढे"),
			("कुत्तों", "कुत्ता"), ("सड़कें", "सड़क"), ("दवाइयाँ", "दवाई"), ("गायें", "गाय"), ("खाते", "खाता"),
			("wires", "wire"), ("batteries", "battery"), ("naaliyan", "naali"), ("bijlee", "bijli"), ("gaddhe", "gadhe"),
		):  # fmt: skip
			with self.subTest(one):
				self.assertEqual(keys(one), keys(other))

	def test_another_word_stays_another_word(self):
		for one, other in (
			("लगातार", "तार"), ("पुलिस", "पुल"), ("जल्दी", "जल"), ("जला", "जल"), ("आया", "आय"), ("आये", "आय"),
			("अमृत", "मृत"), ("गायब", "गाय"), ("गया", "गाय"), ("final", "nal"), ("आगे", "आग"), ("हाथी", "हाथ"),
			("बोरी", "बोर"), ("नाली", "नल"), ("जाती", "जाति"), ("गली", "गला"), ("bus", "bu"), ("gas", "ga"),
		):  # fmt: skip
			with self.subTest(one):
				self.assertNotEqual(keys(one), keys(other))

	def test_a_word_sounds_the_same_in_every_script(self):
		for text in (
			"बिजली bijli bijlee ਬਿਜਲੀ",
			"कचरा kachra kachraa kachhra",
			"पानी paani pani PANI",
			"मजदूरी majduri mazdoori ਮਜਦੂਰੀ",
			"शराब sharab ਸ਼ਰਾਬ",
			"नालियाँ naaliyan",
			"सफाई safai saphai",
		):
			with self.subTest(text):
				self.assertEqual(len(set(sounds(text))), 1, sounds(text))

	@settings(deadline=None)
	@given(ANY_TEXT)
	@example("\u093c")
	def test_anything_that_can_be_typed_is_taken(self, text):
		for word in words.split(text):
			self.assertTrue(word)
			words.key(word)
			words.sound(word)
