"""A light text model of categories, fitted to cases whose category is known.

Pure: it imports no Frappe. Letters in runs of two to five, of words as they sound in any script and of their consonants
alone, weighed by how rare they are; one logistic regression a category. A model is arrays and nothing else, so that
reading one back runs no code. scikit-learn is imported where it is used: a process that never needs it starts without.
"""

import io
import json
from dataclasses import dataclass
from functools import cache

import numpy

from grievance_cell.grievances import words

FEATURES = 2**15
LETTERS = (2, 5)
VOWELS = str.maketrans("", "", "aeiouy")
SEED = 20240823
# Weights are kept as whole numbers of one byte; so many steps go to the largest of a category.
STEPS = 127


@cache
def _vectorizer():
	from sklearn.feature_extraction.text import HashingVectorizer

	return HashingVectorizer(
		analyzer="char_wb",
		ngram_range=LETTERS,
		n_features=FEATURES,
		alternate_sign=False,
		norm=None,
		lowercase=False,
		dtype=numpy.float32,
	)


def spelling(text: str) -> str:
	"""Write a text as the model reads it: its words as they sound, then the same without vowels, each behind a mark."""
	sounds = [words.romanise(word) for word in words.split(text)]
	return " ".join(sounds + [f"_{sound.translate(VOWELS)}" for sound in sounds])


@dataclass(frozen=True)
class CategoryModel:
	"""Weights by feature and category, in steps of the category's `scale`; `rarity` weighs a feature."""

	categories: tuple[str, ...]
	rarity: numpy.ndarray
	weights: numpy.ndarray
	scale: numpy.ndarray
	bias: numpy.ndarray

	@classmethod
	def fit(cls, texts: list[str], categories: list[str]) -> "CategoryModel":
		"""Fit to texts and the category of each; there must be two categories at least (ValueError)."""
		from sklearn.feature_extraction.text import TfidfTransformer
		from sklearn.linear_model import SGDClassifier

		counts = _vectorizer().transform(map(spelling, texts))
		weigher = TfidfTransformer(sublinear_tf=True).fit(counts)
		classifier = SGDClassifier(loss="log_loss", random_state=SEED).fit(
			weigher.transform(counts), categories
		)
		weights, bias = classifier.coef_, classifier.intercept_
		if len(classifier.classes_) == 2:
			weights, bias = numpy.vstack([-weights, weights]), numpy.concatenate([-bias, bias])
		scale = numpy.abs(weights).max(axis=1) / STEPS
		return cls(
			tuple(map(str, classifier.classes_)),
			weigher.idf_.astype(numpy.float32),
			numpy.ascontiguousarray(numpy.rint(weights / scale[:, None]).astype(numpy.int8).T),
			scale.astype(numpy.float32),
			bias.astype(numpy.float32),
		)

	def scores(self, text: str) -> dict[str, float]:
		"""Rate every category that the model knows, all together 1; nothing for a text without words."""
		counts = _vectorizer().transform([spelling(text)])
		if not counts.nnz:
			return {}
		# As TfidfTransformer does it, for one text.
		weighed = (1 + numpy.log(counts.data)) * self.rarity[counts.indices]
		weighed /= numpy.linalg.norm(weighed)
		logits = weighed.astype(float) @ self.weights[counts.indices] * self.scale + self.bias
		chances = 1 / (1 + numpy.exp(-logits))
		return dict(zip(self.categories, (chances / chances.sum()).tolist(), strict=True))

	def to_bytes(self) -> bytes:
		"""Pack the arrays into one compressed file."""
		file = io.BytesIO()
		names = numpy.frombuffer(json.dumps(self.categories).encode(), dtype=numpy.uint8)
		numpy.savez_compressed(
			file, categories=names, rarity=self.rarity, weights=self.weights, scale=self.scale, bias=self.bias
		)
		return file.getvalue()

	@classmethod
	def from_bytes(cls, content: bytes) -> "CategoryModel":
		"""Unpack what `to_bytes` wrote; whatever else it is raises ValueError, and never runs."""
		with numpy.load(io.BytesIO(content), allow_pickle=False) as arrays:
			return cls(
				tuple(json.loads(arrays["categories"].tobytes())),
				*(arrays[name] for name in ("rarity", "weights", "scale", "bias")),
			)
