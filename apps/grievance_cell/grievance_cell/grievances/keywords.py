"""Which categories a text speaks of, by the words that staff have noted for each.

Pure: it imports no Frappe.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from grievance_cell.grievances import words

# In another script a shorter word is too often another word: जाति and जाती are both jati.
SHORTEST_ACROSS_SCRIPTS = 5


class KeywordTable:
	"""Keywords by the run of words that they are; whole words match, in any of their forms."""

	def __init__(self, keywords: Iterable[tuple[str, str]]):
		"""Take pairs of a category and one of its keywords."""
		self.categories: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
		for category, keyword in keywords:
			if spelt := words.split(keyword):
				for run in _forms(spelt):
					self.categories[run].add(category)
		self.lengths = sorted({len(run) for run in self.categories})

	def scores(self, text: str, among: Collection[str]) -> dict[str, float]:
		"""Rate the categories that have a keyword in the text, each 0 to 1, all together below 1.

		A word counts as much as the longest keyword that it belongs to has words, and once however often it is said:
		"dirty water" outweighs "water", and every word that no other category knows adds to its own.
		"""
		spoken = words.split(text)
		found: defaultdict[str, dict[str, int]] = defaultdict(dict)
		for length in self.lengths:
			for start in range(len(spoken) - length + 1):
				window = spoken[start : start + length]
				for run in _forms(window):
					for category in self.categories.get(run, ()):
						if category in among:
							found[category].update(dict.fromkeys(map(words.key, window), length))
		points = {category: sum(matched.values()) for category, matched in found.items()}
		# One point stands for what was not said, so that a single word never makes sure.
		total = sum(points.values()) + 1
		return {category: point / total for category, point in points.items()}


def _forms(run: list[str]) -> list[tuple[str, ...]]:
	keys = tuple(map(words.key, run))
	sounds = tuple(map(words.sound, run))
	if keys == sounds or sum(map(len, sounds)) < SHORTEST_ACROSS_SCRIPTS:
		return [keys]
	return [keys, sounds]
