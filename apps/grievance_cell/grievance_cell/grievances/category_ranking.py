"""Which categories fit a text best, and how often that is right.

Pure: it imports no Frappe.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from grievance_cell.grievances.category_model import CategoryModel
from grievance_cell.grievances.keywords import KeywordTable

# Measured on the demo's texts (tests/benchmarks/categories.py): anything from 0.6 to 0.9 does as well.
MODEL_SHARE = 0.75
# Below this the best is no better than a guess; "hi" and "ok" come out at 0.03 and less.
LEAST_SCORE = 0.03
FOLDS = 5
WAYS = ("keywords", "model", "combined")


@dataclass(frozen=True)
class SettledCase:
	"""A case whose category is known; `among` are those that a case of its type may have."""

	text: str
	category: str
	language: str
	among: frozenset[str]


@dataclass
class Accuracy:
	"""How many cases there were, and in how many of them the right category came first or among the first three."""

	cases: int = 0
	first: Counter = field(default_factory=Counter)
	first_three: Counter = field(default_factory=Counter)

	def note(self, way: str, ranked: list[tuple[str, float]], right: str) -> None:
		names = [category for category, _score in ranked[:3]]
		self.first[way] += names[:1] == [right]
		self.first_three[way] += right in names

	def shares(self) -> dict[str, float]:
		"""Write the shares in percent, by the names that Category Model gives them."""
		return {
			f"{top}_{way}": round(100 * counts[way] / self.cases, 1)
			for top, counts in (("top1", self.first), ("top3", self.first_three))
			for way in WAYS
		}


def rank(
	text: str,
	among: Collection[str],
	keywords: KeywordTable | None = None,
	model: CategoryModel | None = None,
) -> list[tuple[str, float]]:
	"""List categories with a score of 0 to 1, best first; none where even the best is no better than a guess.

	The model's chance counts three parts of four, the keywords' score one: where the model is sure it decides, where it
	is not, and for a category of which it has seen no case yet, a keyword does. Without a model the keywords decide alone.
	"""
	said = keywords.scores(text, among) if keywords else {}
	known = {name: chance for name, chance in model.scores(text).items() if name in among} if model else {}
	if known:
		total = sum(known.values())
		scores = {
			name: MODEL_SHARE * known.get(name, 0) / total + (1 - MODEL_SHARE) * said.get(name, 0)
			for name in known.keys() | said.keys()
		}
	else:
		scores = said
	ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
	return ranked if ranked and ranked[0][1] >= LEAST_SCORE else []


def can_be_fitted(cases: list[SettledCase]) -> bool:
	"""Tell whether there are two categories to tell apart in each fold: two cases of each of two."""
	return sum(number > 1 for number in Counter(case.category for case in cases).values()) > 1


def held_out(cases: list[SettledCase], keywords: KeywordTable) -> dict[tuple[str, str], Accuracy]:
	"""Measure each way of ranking on cases that the model has not seen, in five folds with a share of every category.

	Returns it by `("", "")` for all, `("language", language)` and `("category", category)`.
	"""
	cases = sorted(cases, key=lambda case: case.category)
	found: defaultdict[tuple[str, str], Accuracy] = defaultdict(Accuracy)
	for fold in range(FOLDS):
		seen = [case for place, case in enumerate(cases) if place % FOLDS != fold]
		model = CategoryModel.fit([case.text for case in seen], [case.category for case in seen])
		for case in cases[fold::FOLDS]:
			ranked = {
				"keywords": rank(case.text, case.among, keywords),
				"model": rank(case.text, case.among, model=model),
				"combined": rank(case.text, case.among, keywords, model),
			}
			for group in (("", ""), ("language", case.language), ("category", case.category)):
				found[group].cases += 1
				for way in WAYS:
					found[group].note(way, ranked[way], case.category)
	return dict(found)
