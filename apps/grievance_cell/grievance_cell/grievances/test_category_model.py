import io
import unittest

import numpy

from grievance_cell.grievances.category_model import CategoryModel, spelling

SAID = {
	"Power": ("बिजली कब आएगी", "light nahi hai subah se", "no power since morning"),
	"Drain": ("नाली जाम है", "naali bhar gayi hai", "the drain overflows"),
	"School": ("मास्टर जी नहीं आते", "guruji nahi aate", "the teacher is absent"),
}


def fit(categories=tuple(SAID)):
	pairs = [(text, category) for category in categories for text in SAID[category]]
	return CategoryModel.fit([text for text, _ in pairs], [category for _, category in pairs])


def best(scores: dict) -> str:
	return max(scores, key=scores.get)


class Evil:
	def __reduce__(self):
		return (print, ("this must never run",))


class TestCategoryModel(unittest.TestCase):
	def test_knows_what_it_was_taught_in_another_script_and_spelling(self):
		model = fit()
		for text, category in (
			("bijlee kab aayegi", "Power"),
			("ਬਿਜਲੀ ਕਬ ਆਏਗੀ", "Power"),
			("nali jaam", "Drain"),
			("mastar ji nhi ate", "School"),
			("गुरुजी नहीं आते", "School"),
		):
			with self.subTest(text):
				self.assertEqual(best(model.scores(text)), category)

	def test_scores_are_shares(self):
		self.assertAlmostEqual(sum(fit().scores("नाली").values()), 1)
		self.assertEqual(fit().scores("…"), {})

	def test_two_categories_are_enough_and_one_is_not(self):
		self.assertEqual(best(fit(("Power", "Drain")).scores("naali")), "Drain")
		self.assertEqual(best(fit(("Power", "Drain")).scores("bijli")), "Power")
		with self.assertRaises(ValueError):
			fit(("Power",))

	def test_fits_the_same_model_again(self):
		self.assertEqual(fit().scores("naali"), fit().scores("naali"))

	def test_is_read_back_as_it_was_written(self):
		model = fit()
		again = CategoryModel.from_bytes(model.to_bytes())
		self.assertEqual(again.categories, model.categories)
		self.assertEqual(again.scores("bijli nahi"), model.scores("bijli nahi"))

	def test_reads_arrays_and_never_runs_code(self):
		file = io.BytesIO()
		numpy.savez(file, categories=numpy.array([Evil()], dtype=object))
		for content in (file.getvalue(), b"", b"anything"):
			with self.subTest(content[:8]), self.assertRaises((ValueError, EOFError)):
				CategoryModel.from_bytes(content)

	def test_reads_words_by_their_sound_and_by_their_consonants(self):
		self.assertEqual(spelling("बिजली bijalee"), "bijli bijali _bjl _bjl")
