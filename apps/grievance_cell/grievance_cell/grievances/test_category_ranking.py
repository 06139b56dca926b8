import unittest
from hashlib import sha256

from grievance_cell.grievances.category_model import CategoryModel
from grievance_cell.grievances.category_ranking import SettledCase, can_be_fitted, held_out, rank
from grievance_cell.grievances.keywords import KeywordTable

POWER = (
	"बिजली कब आएगी",
	"bijli nahi hai",
	"raat se andhera hai",
	"no power since noon",
	"light gayi subah se",
)
DRAIN = (
	"नाली जाम है",
	"naali bhari hai",
	"badbu aa rahi hai mori se",
	"the drain overflows",
	"gutter band hai",
)
BOTH = frozenset({"Power", "Drain"})
KEYWORDS = KeywordTable([("Power", "bijli"), ("Drain", "drain"), ("Fire", "aag")])


def cases(**texts) -> list[SettledCase]:
	return [SettledCase(text, category, "hi", BOTH) for category, each in texts.items() for text in each]


class TestCategoryRanking(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.model = CategoryModel.fit([*POWER, *DRAIN], ["Power"] * 5 + ["Drain"] * 5)

	def test_keywords_decide_alone_without_a_model(self):
		self.assertEqual([name for name, _score in rank("bijli", BOTH, KEYWORDS)], ["Power"])
		self.assertEqual(rank("andhera", BOTH, KEYWORDS), [])

	def test_the_model_knows_what_no_keyword_says(self):
		self.assertEqual(rank("raat ko andhera", BOTH, KEYWORDS, self.model)[0][0], "Power")

	def test_a_keyword_finds_a_category_that_the_model_has_never_seen(self):
		ranked = rank("aag lagi hai", {*BOTH, "Fire"}, KEYWORDS, self.model)
		self.assertIn("Fire", [name for name, _score in ranked])

	def test_the_keyword_decides_where_the_model_is_not_sure(self):
		unsure = "xyzzy drain"
		scores = dict(rank(unsure, BOTH, KEYWORDS, self.model))
		self.assertGreater(scores["Drain"], scores["Power"])

	def test_only_the_categories_that_are_asked_for(self):
		self.assertEqual([name for name, _ in rank("bijli", {"Drain"}, KEYWORDS, self.model)], ["Drain"])
		self.assertEqual(rank("bijli", set(), KEYWORDS, self.model), [])

	def test_nothing_is_proposed_for_a_text_without_words(self):
		self.assertEqual(rank("👍", BOTH, KEYWORDS, self.model), [])

	def test_accuracy_is_that_of_cases_that_were_not_seen(self):
		told = [f"case{number} {text}" for number, text in enumerate(POWER)]
		settled = cases(Power=told, Drain=DRAIN)
		accuracy = held_out(settled, KEYWORDS)
		self.assertEqual(accuracy["", ""].cases, 10)
		self.assertEqual(accuracy["category", "Power"].cases, 5)
		# Two texts of power say bijli, in both scripts, one of drains says drain; no other is found by a keyword.
		self.assertEqual(accuracy["", ""].shares()["top1_keywords"], 30)
		self.assertEqual(accuracy["", ""].shares()["top3_combined"], 100)

	def test_what_has_no_rule_is_not_learned(self):
		noise = [sha256(bytes([number])).hexdigest() for number in range(40)]
		accuracy = held_out(cases(Power=noise[:20], Drain=noise[20:]), KEYWORDS)["", ""]
		self.assertLess(accuracy.shares()["top1_model"], 80)
		model = CategoryModel.fit(noise, ["Power"] * 20 + ["Drain"] * 20)
		self.assertTrue(all(rank(text, BOTH, model=model)[0][0] == "Power" for text in noise[:20]))

	def test_two_cases_of_two_categories_are_the_least(self):
		self.assertFalse(can_be_fitted(cases(Power=POWER)))
		self.assertFalse(can_be_fitted(cases(Power=POWER, Drain=DRAIN[:1])))
		self.assertTrue(can_be_fitted(cases(Power=POWER, Drain=DRAIN[:2])))
		self.assertEqual(held_out(cases(Power=POWER, Drain=DRAIN[:2]), KEYWORDS)["", ""].cases, 7)
