"""Measure finding an area by name and by pin among 50,000 areas, and making the index that finds them.

	env/bin/python tests/benchmarks/area_search.py [--areas 50000] [--queries 300]

Prints one line a figure. The areas are made up, in memory: towns with wards, blocks with gram panchayats and villages,
each with a Latin name, half of them with a Hindi one too. What a site adds is one query for the version of the areas a
call, and reading the areas from the database where they have changed.
"""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "apps" / "grievance_cell"))

from grievance_cell.conversations.area_index import Area, AreaIndex

CONSONANTS = (
	"k क", "kh ख", "g ग", "gh घ", "ch च", "j ज", "t त", "th थ", "d द", "dh ध", "n न", "p प", "b ब", "bh भ", "m म", "r र",
	"l ल", "v व", "s स", "h ह",
)  # fmt: skip
VOWELS = ("a ा", "i ि", "u ु", "e े", "o ो", "ai ै")
ENDINGS = (
	"pur पुर",
	"garh गढ़",
	"dih डीह",
	"para पारा",
	"gaon गांव",
	"nagar नगर",
	"tola टोला",
	"li ली",
	"ri री",
	"da दा",
)
SECOND_WORDS = (" Khurd| खुर्द", " Kalan| कलां", " Basti| बस्ती")
WARDS, VILLAGES_OF_PANCHAYAT, PANCHAYATS_OF_BLOCK = 20, 3, 60


class Country:
	"""Made-up areas; `spelt` has the Latin and the Hindi name of each village, whether or not it is a name of the area."""

	def __init__(self, count: int, seed: int = 1):
		self.dice = random.Random(seed)
		self.areas: list[Area] = []
		self.spelt: dict[int, tuple[str, str]] = {}
		while len(self.areas) < count:
			district = self.add("District")
			for _block in range(4):
				block = self.add("Block", district)
				for _panchayat in range(PANCHAYATS_OF_BLOCK):
					panchayat = self.add("Gram Panchayat", block)
					for _village in range(VILLAGES_OF_PANCHAYAT):
						self.add("Village", panchayat)
			for _town in range(10):
				town = self.add("Municipal Body", district)
				for ward in range(1, WARDS + 1):
					self.add("Ward", town, (f"Ward {ward}", f"वार्ड {ward}"))
		del self.areas[count:]

	def add(self, area_type: str, parent: int = -1, name: tuple[str, str] | None = None) -> int:
		latin, hindi = name or self.made_up()
		position = len(self.areas)
		if area_type == "Village":
			self.spelt[position] = latin, hindi
		self.areas.append(
			Area(
				area_type,
				latin,
				(hindi,) if name or self.dice.random() < 0.5 else (),
				parent,
				area_type not in ("Village", "Ward"),
				self.dice.uniform(17, 25),
				self.dice.uniform(75, 85),
			)
		)
		return position

	def made_up(self) -> tuple[str, str]:
		latin = hindi = ""
		for _syllable in range(self.dice.choice((1, 2, 2, 3))):
			for consonant, vowel in [(self.dice.choice(CONSONANTS), self.dice.choice(VOWELS))]:
				latin += consonant.split()[0] + vowel.split()[0]
				hindi += consonant.split()[1] + vowel.split()[1]
		ending = self.dice.choice(ENDINGS).split()
		latin, hindi = (latin + ending[0]).capitalize(), hindi + ending[1]
		if self.dice.random() < 0.2:
			second = self.dice.choice(SECOND_WORDS).split("|")
			latin, hindi = latin + second[0], hindi + second[1]
		return latin, hindi


def with_a_slip(name: str, dice: random.Random) -> str:
	"""Leave out, double, exchange or replace one letter."""
	at = dice.randrange(1, len(name) - 1)
	return dice.choice(
		(
			name[:at] + name[at + 1 :],
			name[:at] + name[at] + name[at:],
			name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
			name[:at] + dice.choice("aeiourstnm") + name[at + 1 :],
		)
	)


def report(what: str, calls: list[Callable[[], list[int]]], wanted: list[int] | None = None) -> None:
	taken, found = [], []
	for call in calls:
		begun = time.perf_counter()
		found.append(call())
		taken.append((time.perf_counter() - begun) * 1000)
	line = (
		f"{what}: p50 {statistics.median(taken):.1f} ms, p95 {statistics.quantiles(taken, n=20)[18]:.1f} ms"
	)
	line += f", most {max(taken):.1f} ms"
	if wanted:
		among = sum(area in areas for area, areas in zip(wanted, found, strict=True))
		ten = sum(area in areas[:10] for area, areas in zip(wanted, found, strict=True))
		line += f"; the area is found in {among / len(wanted):.0%}, among the first ten in {ten / len(wanted):.0%}"
	print(line)


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--areas", type=int, default=50_000)
	parser.add_argument("--queries", type=int, default=300)
	options = parser.parse_args()

	country = Country(options.areas)
	before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	begun = time.perf_counter()
	index = AreaIndex(country.areas)
	print(f"index of {len(country.areas)} areas made: {time.perf_counter() - begun:.2f} s")
	print(f"memory it takes: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB")

	dice = random.Random(2)
	villages = [village for village in country.spelt if village < len(country.areas)]
	asked = dice.sample(villages, options.queries)
	untranslated = dice.sample([each for each in villages if not country.areas[each].names], options.queries)
	long_named = dice.sample([each for each in villages if len(country.spelt[each][0]) >= 6], options.queries)

	def by_name(what: str, wanted: list[int], text_of: Callable[[int], str]) -> None:
		report(
			f"by name, {what}",
			[partial(index.by_name, text_of(area)) for area in wanted],
			wanted,
		)

	def parents_name(area: int) -> str:
		return country.areas[country.areas[country.areas[area].parent].parent].area_name

	by_name("exact", asked, lambda area: country.spelt[area][0])
	by_name("exact, with its block", asked, lambda area: f"{country.spelt[area][0]}, {parents_name(area)}")
	by_name("misspelt", long_named, lambda area: with_a_slip(country.spelt[area][0], dice))
	by_name(
		"misspelt, with its block",
		long_named,
		lambda area: f"{with_a_slip(country.spelt[area][0], dice)} {parents_name(area)}",
	)
	by_name("in Hindi where it has a Latin name only", untranslated, lambda area: country.spelt[area][1])
	by_name(
		"in a sentence",
		asked,
		lambda area: f"hamare {country.spelt[area][0]} me nali ka pani bahut bhara hai",
	)
	towns = [each for each, area in enumerate(country.areas) if area.area_type == "Municipal Body"]
	report("by name, a ward of every town", [partial(index.by_name, "ward 5")] * options.queries)
	report(
		"by name, a ward of one town",
		[partial(index.by_name, f"ward 5 {country.areas[town].area_name}") for town in towns],
	)
	gibberish = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(4, 12))) for _ in asked]
	nothing = sum(not index.by_name(text) for text in gibberish)
	report("by name, gibberish", [partial(index.by_name, text) for text in gibberish])
	print(f"gibberish that finds nothing: {nothing / len(gibberish):.0%}")
	report(
		"by position",
		[
			partial(index.by_position, country.areas[each].latitude + 0.001, country.areas[each].longitude)
			for each in asked
		],
	)


if __name__ == "__main__":
	main()
