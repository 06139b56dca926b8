import unittest

from hypothesis import given, settings
from hypothesis import strategies as st

from grievance_cell.conversations import spelling

# Each line is one name, as it is written in several ways.
ONE_SOUND = (
	"हिंदी हिन्दी हिन्दि Hindi Hindee",
	"चांपा चाम्पा चाँपा Champa Chanpa Chaampa ਚਾਂਪਾ",
	"नवागढ़ नवागढ Nawagarh Navagarh Nabagarh ਨਵਾਗੜ੍ਹ",
	"सिवनी शिवनी सिवनि Sivni Sivnee Shivni",
	"सारागांव सारागाँव सारागाव Saragaon Saragaun Saraganv",
	"बलौदा Baloda Balauda बलोदा",
	"राहौद Rahaud Rahod",
	"चंदनिया Chandaniya Chandania",
	"खैरा Khaira Khera",
	"पेंड्री पेन्ड्री Pendri Pendree",
	"रायपुर Raipur Raypur",
	"ज़िला जिला Zila Jila",
	"छत्तीसगढ़ Chhattisgarh Chattisgarh",
	"लक्ष्मीपुर Laxmipur Lakshmipur",
	"महुआ महुवा Mahua Mahuwa",
	"पक्का Pakka Paka ਪੱਕਾ",
	"ਲੁਧਿਆਣਾ Ludhiana लुधियाना",
	"गांव गाँव गाव Gaon Gaanv Gaav",
	"ख़ुर्द खुर्द Khurd",
)
ONE_SKELETON = (
	"अकलतरा Akaltara Akaltra Akalatara",
	"जांजगीर Janjgir Janjagir",
	"खोखरा Khokhra Kokhra Kokra",
	"सिवनी Sivani",
	"खुर्द ਖ਼ੁਰਦ",
)
DIFFERENT = ("हिंदी हिदी", "राम रमा", "Khaira Kaira", "Champa Chimpa", "वार्ड 5 15", "सेमरा सिमरा")


def sounds_of(text: str) -> list[str]:
	return spelling.sounds(spelling.words(text))


class TestSpelling(unittest.TestCase):
	def test_ways_to_write_a_name_sound_the_same(self):
		for line in ONE_SOUND:
			with self.subTest(line):
				self.assertEqual(len(set(sounds_of(line))), 1, sounds_of(line))

	def test_a_vowel_that_may_be_silent_is_no_difference(self):
		for line in ONE_SKELETON:
			with self.subTest(line):
				skeletons = {spelling.skeleton(sound) for sound in sounds_of(line)}
				self.assertEqual(len(skeletons), 1, skeletons)

	def test_other_names_sound_different(self):
		for line in DIFFERENT:
			with self.subTest(line):
				self.assertEqual(len(set(sounds_of(line))), len(line.split()))

	def test_words_are_letters_or_digits_of_any_script(self):
		self.assertEqual(
			spelling.words("वार्ड क्र. ०५, WARD-15A w१२ (B.T.I.)"),
			["वार्ड", "क्र", "5", "ward", "15", "a", "w", "12", "b", "t", "i"],
		)
		self.assertEqual(spelling.words("  -, "), [])

	@settings(deadline=None)
	@given(st.text())
	def test_any_text_can_be_read(self, text):
		words = spelling.words(text)
		self.assertEqual(len(spelling.sounds(words)), len(words))
