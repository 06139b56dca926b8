import unittest

from grievance_cell.grievances.keywords import KeywordTable

KEYWORDS = {
	"Wire": ("तार", "taar", "current"),
	"Bridge": ("पुल", "pul"),
	"Water": ("जल", "पानी", "nal", "water"),
	"Dirty water": ("गंदा पानी", "dirty water"),
	"Certificate": ("आय", "जाति"),
	"Dead animal": ("मृत", "मरा हुआ"),
	"Livestock": ("गाय",),
	"Power": ("बिजली",),
	"Fire": ("आग", "aag"),
}


class TestKeywords(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.table = KeywordTable((category, word) for category, words in KEYWORDS.items() for word in words)

	def scores(self, text, among=tuple(KEYWORDS)):
		return self.table.scores(text, among)

	def test_only_whole_words_match(self):
		for text in (
			"लगातार", "पुलिस", "जल्दी", "आया", "अमृत", "गायब", "final", "आगे", "जाती है", "jati hai", "naali",
			"जला दिया",
		):  # fmt: skip
			with self.subTest(text):
				self.assertEqual(self.scores(text), {})

	def test_a_word_matches_in_all_its_forms(self):
		for text, category in (
			("तारों में करंट", "Wire"),
			("पुलों पर", "Bridge"),
			("bijlee nahi hai", "Power"),
			("ਬਿਜਲੀ ਨਹੀਂ", "Power"),
			("गायें बीमार हैं", "Livestock"),
			("मरा हुआ बैल", "Dead animal"),
		):
			with self.subTest(text):
				self.assertEqual(set(self.scores(text)), {category})

	def test_several_words_match_only_side_by_side(self):
		self.assertNotIn("Dirty water", self.scores("पानी से गंदा"))
		self.assertIn("Dirty water", self.scores("बहुत गंदा, पानी"))

	def test_more_words_outweigh_fewer(self):
		scores = self.scores("dirty water")
		self.assertGreater(scores["Dirty water"], scores["Water"])
		scores = self.scores("आग, बिजली के तार में करंट current")
		self.assertGreater(scores["Wire"], scores["Fire"])

	def test_a_word_counts_once_however_often_it_is_said(self):
		self.assertEqual(self.scores("पानी पानी paani"), self.scores("पानी paani"))

	def test_only_the_categories_that_are_asked_for(self):
		self.assertEqual(set(self.scores("dirty water", {"Water"})), {"Water"})

	def test_scores_stay_below_certainty(self):
		scores = self.scores("पानी बिजली आग पुल गाय dirty water")
		self.assertLess(sum(scores.values()), 1)
		self.assertEqual(self.scores(""), {})

	def test_a_keyword_without_a_word_matches_nothing(self):
		self.assertEqual(KeywordTable([("A", "!"), ("A", "")]).scores("! anything", {"A"}), {})
