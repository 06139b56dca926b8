"""Search a tree of areas in memory: by names as citizens write them, and by position.

Pure: it imports no Frappe. An index is made once from all areas and their names and never changed; it answers with the
positions of areas in the sequence that it was made from.
"""

import itertools
import re
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from grievance_cell.conversations import spelling

# What a citizen may pick. A state or a district is too large to send an officer to, a constituency lies across.
PICKABLE = ("Tehsil", "Block", "Gram Panchayat", "Village", "Municipal Body", "Ward", "Locality")
EARTH_RADIUS_KM = 6371.0
# A pin further than this from every known place is a mistake or another district.
FURTHEST_KM = 15.0
# Places this close to the nearest one cannot be told from it by a phone's pin.
INDISTINCT_KM = 0.05

BRACKETS = re.compile(r"\([^()]*\)")
WARD, WARD_SOUND = "ward", "vard"
# Words that say what kind of place a name is of. They need not be written, and tell homonyms apart where they are.
KIND_WORDS = (
	"village gaon गांव pind ਪਿੰਡ",
	"gram ग्राम ਗ੍ਰਾਮ",
	"panchayat पंचायत ਪੰਚਾਇਤ gp जीपी",
	"block blok ब्लॉक ब्लाक ਬਲਾਕ vikaskhand विकासखंड विकासखण्ड janpad जनपद",
	"tehsil tahsil तहसील ਤਹਿਸੀਲ",
	"town टाउन city shahar शहर ਸ਼ਹਿਰ",
	"district jila zila जिला ज़िला ਜ਼ਿਲ੍ਹਾ",
)
KINDS_OF_TYPE = {
	"Village": "village gram",
	"Gram Panchayat": "gram panchayat",
	"Block": "block",
	"Tehsil": "tehsil",
	"Municipal Body": "town",
}
# Words around a name that are no part of it.
FILLER_WORDS = (
	"no number num nambar नं नंबर नम्बर ਨੰਬਰ kramank क्रमांक क्र th वां वीं वें "
	"में मे का की के को से पर है हैं हमारे हमारा हमारी मेरा मेरे मेरी यहाँ पास ji जी "
	"ਵਿੱਚ ਵਿਚ ਦਾ ਦੀ ਦੇ ਨੂੰ ਤੋਂ ਹੈ ਸਾਡਾ ਸਾਡੇ ਮੇਰਾ ਮੇਰੇ "
	"mein me mai ka ki ke ko se par hai hamare hamara hamari mera mere meri yahan paas "
	"in at the of near our my from"
)

# What differs between a word as it is written and as it is known, from nothing to too much to be one word.
SAME, SAME_SOUND, SAME_SKELETON, ONE_SLIP, TWO_SLIPS = 0, 1, 2, 4, 8
# Shorter words are too alike: each would be a slip of many others.
LEAST_SKELETON, LEAST_MISSPELT, LEAST_TWICE_MISSPELT = 4, 5, 8
# Longer texts are a whole name or have one in them; so many words of a text are looked at.
MOST_WORDS_OF_NAME, MOST_WORDS_MISSPELT, MOST_WORDS_OF_TEXT, MOST_WORDS_OF_SPAN = 8, 4, 60, 5
LEAST_IN_TEXT, LEAST_ALIKE_IN_TEXT = 4, 5
# What counts more than all that follows it: a part of a name only, what differs in a word, words of it in the text.
RATING_OF_PART, RATING_OF_COST, RATING_OF_WORD = 10_000, 100, 1


@dataclass(frozen=True)
class Area:
	"""One area. `parent` is the position of the area that it lies in, -1 for none; 0 for both coordinates is nowhere.

	`names` are those in other languages and the aliases.
	"""

	area_type: str
	area_name: str
	names: Sequence[str] = ()
	parent: int = -1
	is_group: bool = False
	latitude: float = 0
	longitude: float = 0


@dataclass(frozen=True)
class _Read:
	"""A name or a text as it is compared: the words that matter, the kinds of place that it names, as bits."""

	words: tuple[str, ...]
	kinds: int = 0
	bare: bool = False


def _bit_of_kind() -> dict[str, int]:
	return {
		sound: 1 << number
		for number, listed in enumerate(KIND_WORDS)
		for sound in spelling.sounds(spelling.words(listed))
	}


BIT_OF_KIND = _bit_of_kind()
BITS_OF_TYPE = {
	area_type: sum(BIT_OF_KIND[sound] for sound in spelling.sounds(kinds.split()))
	for area_type, kinds in KINDS_OF_TYPE.items()
}
FILLERS = frozenset(spelling.sounds(spelling.words(FILLER_WORDS)))
WARDS = frozenset(spelling.sounds(spelling.words("ward wd वार्ड वॉर्ड ਵਾਰਡ")))


def read(words: Sequence[str], sound_of: dict[str, str]) -> _Read:
	"""Tell the words that matter from those of kinds and fillings; where no word would be left, all matter (`bare`)."""
	kept, kinds = [], 0
	for position, word in enumerate(words):
		sound = sound_of[word]
		following = words[position + 1] if position + 1 < len(words) else "-"
		if sound in WARDS or (word == "w" and _is_number(following)):
			kept.append(WARD)
		elif sound in BIT_OF_KIND:
			kinds |= BIT_OF_KIND[sound]
		elif sound not in FILLERS:
			kept.append(word)
	if kept:
		return _Read(tuple(dict.fromkeys(kept)), kinds, set(kept) == {WARD})
	return _Read(tuple(dict.fromkeys(words)), bare=True)


@dataclass
class _Listed:
	"""Terms, and beside each the text that is compared."""

	texts: list[str] = field(default_factory=list)
	terms: list[int] = field(default_factory=list)

	def add(self, text: str, term: int) -> None:
		self.texts.append(text)
		self.terms.append(term)


class AreaIndex:
	"""All areas' names and positions, ready to be searched.

	A row is one name of one area. A term is what a word of a text is compared with: a word of a name, two neighbouring
	words written as one, or a whole name written as one.
	"""

	def __init__(self, areas: Sequence[Area]):
		self.areas = areas
		self.parents = np.array([area.parent for area in areas], dtype=np.int32)
		self.pickable = np.array([area.area_type in PICKABLE for area in areas], dtype=bool)
		self.levels = self._levels()
		self.holds_areas = np.zeros(len(areas), dtype=bool)
		self.holds_areas[self.parents[self.parents >= 0]] = True
		self._index_names()
		self._index_positions()

	def by_name(self, text: str, within: np.ndarray | None = None) -> list[int]:
		"""Find the areas that a text names, those that it names best; more than one are homonyms or alike.

		A name may come with the names of what it lies in. A misspelt name is only looked for where none is written right,
		a name within a sentence only where the text as a whole names nothing.
		"""
		words = spelling.words(text)[:MOST_WORDS_OF_TEXT]
		if not words:
			return []
		sound_of = dict(zip(words, spelling.sounds(words), strict=True)) | {WARD: WARD_SOUND}
		query = read(words, sound_of)
		search = _Search(self, query, sound_of, within)
		if found := search.written_right():
			return found
		if (rest := self._without_too_large(query, sound_of)) != query:
			if not rest.words:
				return []
			search = _Search(self, rest, sound_of, within)
		return search.written_right() or search.misspelt() or search.in_sentence()

	def by_position(self, latitude: float, longitude: float, within: np.ndarray | None = None) -> list[int]:
		"""Find the area nearest to a pin, nearest first; several where it cannot tell them apart, none where all are far."""
		positions = self.placed if within is None else self.placed[within[self.placed]]
		if not len(positions) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
			return []
		distances = distance_km(latitude, longitude, self.latitudes[positions], self.longitudes[positions])
		nearest = distances.min()
		if nearest > FURTHEST_KM:
			return []
		near = np.nonzero(distances <= nearest + INDISTINCT_KM)[0]
		return positions[near[np.argsort(distances[near], kind="stable")]].tolist()

	def below(self, top: int) -> np.ndarray:
		"""Mark an area and all that lies in it."""
		marked = np.zeros(len(self.areas), dtype=bool)
		marked[top] = True
		for level in self.levels:
			marked[level] |= marked[self.parents[level]]
		return marked

	def above(self, position: int) -> Iterator[int]:
		"""List what an area lies in, nearest first, up to but not including what is too large to pick."""
		while (position := self.areas[position].parent) >= 0 and self.pickable[position]:
			yield position

	# making the index

	def _levels(self) -> list[np.ndarray]:
		"""Group the areas that have a parent by their depth, so that what holds above can be handed down level by level."""
		levels, reached = [], self.parents < 0
		waiting = np.nonzero(~reached)[0]
		while len(waiting):
			is_next = reached[self.parents[waiting]]
			if not is_next.any():
				# A ring of parents, which the tree does not allow.
				break
			levels.append(waiting[is_next])
			reached[levels[-1]] = True
			waiting = waiting[~is_next]
		return levels

	def _index_names(self) -> None:
		written = [
			(position, words)
			for position, area in enumerate(self.areas)
			for name in _written_names(area)
			if (words := spelling.words(name))
		]
		every_word = list({word for _position, words in written for word in words})
		sound_of = dict(zip(every_word, spelling.sounds(every_word), strict=True)) | {WARD: WARD_SOUND}

		row_areas, row_sizes, row_kinds = array("i"), array("i"), array("i")
		area_kinds = np.array([BITS_OF_TYPE.get(area.area_type, 0) for area in self.areas], dtype=np.int32)
		area_scripts = np.zeros(len(self.areas), dtype=np.int32)
		self.terms: dict[str, int] = {}
		self.term_texts: list[str] = []
		self.term_sounds: list[str] = []
		posted_terms, posted_rows, posted_widths = array("i"), array("i"), array("i")

		def post(words: Sequence[str], row: int) -> None:
			text = "".join(words)
			if (term := self.terms.get(text)) is None:
				term = self.terms[text] = len(self.term_texts)
				self.term_texts.append(text)
				self.term_sounds.append(_joined_sound(words, sound_of))
			posted_terms.append(term)
			posted_rows.append(row)
			posted_widths.append(len(words))

		def add_row(position: int, name: _Read) -> None:
			row = len(row_areas)
			row_areas.append(position)
			row_sizes.append(len(name.words))
			row_kinds.append(name.kinds)
			for span in _spans_of_name(name.words):
				post(span, row)

		for position, words in written:
			name = read(words, sound_of)
			add_row(position, name)
			area_kinds[position] |= name.kinds
			for word in words:
				area_scripts[position] |= spelling.script(word)
			if len(name.words) > 2 and (numbered := _numbered_ward(name.words)):
				add_row(position, _Read(numbered))

		self.row_areas = np.frombuffer(row_areas, dtype=np.int32) if row_areas else np.empty(0, np.int32)
		self.row_sizes = np.array(row_sizes, dtype=np.int32)
		self.row_kinds = np.array(row_kinds, dtype=np.int32)
		self.area_kinds = area_kinds
		self.row_scripts = area_scripts[self.row_areas]

		terms = np.array(posted_terms, dtype=np.int32)
		by_term = np.argsort(terms, kind="stable")
		self.posted_rows = np.array(posted_rows, dtype=np.int32)[by_term]
		self.posted_widths = np.array(posted_widths, dtype=np.int32)[by_term]
		self.posted_from = np.searchsorted(terms[by_term], np.arange(len(self.term_texts) + 1)).tolist()

		self.by_sound, self.by_skeleton = defaultdict(list), defaultdict(list)
		self.texts_by_length, self.sounds_by_length = defaultdict(_Listed), defaultdict(_Listed)
		for term, (text, sound) in enumerate(zip(self.term_texts, self.term_sounds, strict=True)):
			if not sound:
				continue
			self.by_sound[sound].append(term)
			if len(skeleton := spelling.skeleton(sound)) >= LEAST_SKELETON:
				self.by_skeleton[skeleton].append(term)
			self.texts_by_length[len(text)].add(text, term)
			self.sounds_by_length[len(sound)].add(sound, term)

		self.too_large = {
			_joined_sound(read(words, sound_of).words, sound_of)
			for position, words in written
			if not self.pickable[position]
		} - {""}

	def _index_positions(self) -> None:
		self.placed = np.array(
			[
				position
				for position, area in enumerate(self.areas)
				if area.latitude and self.pickable[position] and not area.is_group
			],
			dtype=np.int32,
		)
		self.latitudes = np.array([area.latitude for area in self.areas], dtype=float)
		self.longitudes = np.array([area.longitude for area in self.areas], dtype=float)

	# searching it

	def _without_too_large(self, query: "_Read", sound_of: dict[str, str]) -> "_Read":
		"""Leave out of a text the names of states and districts, which say nothing of what lies in them."""
		words = list(query.words)
		for start, end in _spans_of_text(len(words)):
			if _joined_sound(words[start:end], sound_of) in self.too_large:
				return self._without_too_large(replace(query, words=(*words[:start], *words[end:])), sound_of)
		return query

	def misspelt_terms(self, text: str, sound: str) -> dict[int, int]:
		"""Find the terms from which a word differs by one slip, or two in a long word; and by which of both it is."""
		costs: dict[int, int] = {}
		for given, by_length in ((text, self.texts_by_length), (sound, self.sounds_by_length)):
			if len(given) < LEAST_MISSPELT:
				continue
			most = 2 if len(given) >= LEAST_TWICE_MISSPELT else 1
			for length in range(len(given) - most, len(given) + most + 1):
				listed = by_length.get(length)
				if not listed:
					continue
				(slips,) = process.cdist(
					[given], listed.texts, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8
				)
				for position in np.nonzero(slips <= most)[0]:
					term, word = listed.terms[position], listed.texts[position]
					if slips[position] <= 1:
						costs[term] = ONE_SLIP
					elif word[0] == given[0]:
						costs.setdefault(term, TWO_SLIPS)
		return costs

	def handed_down(self, area_costs: np.ndarray) -> np.ndarray:
		"""Give each area the least of what the areas have that it lies in, up to what is too large to pick."""
		costs = np.full(len(self.areas), np.inf, dtype=np.float32)
		for level in self.levels:
			parents = self.parents[level]
			costs[level] = np.where(
				self.pickable[parents], np.minimum(costs[parents], area_costs[parents]), np.inf
			)
		return costs


@dataclass(frozen=True)
class _Found:
	"""The names that a text or a part of it stands for: their rows, and of each row what it differs by, how many words of
	the name are covered, and how many parts of the text by it."""

	rows: np.ndarray
	costs: np.ndarray
	widths: np.ndarray
	parts: np.ndarray

	def only(self, which: np.ndarray) -> "_Found":
		return _Found(self.rows[which], self.costs[which], self.widths[which], self.parts[which])


NOTHING = _Found(*(np.empty(0, kind) for kind in (np.int32, np.float32, np.int32, np.int32)))


class _Search:
	"""One text looked for in an index; what was found for a part of it is kept for the other ways of reading it."""

	def __init__(self, index: AreaIndex, query: _Read, sound_of: dict[str, str], within: np.ndarray | None):
		self.index = index
		self.query = query
		self.sound_of = sound_of
		searched = index.pickable if within is None else index.pickable & within
		self.searched = searched[index.row_areas]
		self.kept: dict[tuple, _Found] = {}

	def written_right(self) -> list[int]:
		"""Find areas by names that are the same, or sound the same in another spelling or script."""
		words = self.query.words
		return self.best(self.readings() if len(words) <= MOST_WORDS_OF_NAME else [(words,)])

	def misspelt(self) -> list[int]:
		"""Find areas by names with one slip in a word, or two in a long one."""
		words = self.query.words
		if self.query.bare or len(words) > MOST_WORDS_MISSPELT:
			return []
		apart, *together = self.readings()
		unknown = {(word,) for word in words if not len(self.found((word,)).rows)}
		every_part = {part for reading in (apart, *together) for part in reading}
		return (
			self.best([apart], unknown) or self.best([apart], every_part) or self.best(together, every_part)
		)

	def in_sentence(self) -> list[int]:
		"""Find the areas whose whole name stands somewhere in a longer text, those of the name with most words."""
		words = self.query.words
		found: list[_Found] = []
		width = 0
		for start, end in _spans_of_text(len(words)):
			if end - start < width:
				break
			named = self.named_whole(words[start:end])
			if len(named.rows):
				width = end - start
				found.append(named)
		if not found:
			return []
		rows = np.concatenate([each.rows for each in found])
		around = np.zeros(len(rows))
		for word in set(words):
			if len((named := self.found((word,))).rows):
				around += np.isfinite(self.around(named)[self.index.row_areas[rows]])
		return self.areas_of(rows, -around)

	def named_whole(self, part: tuple[str, ...]) -> _Found:
		"""Find the names that a part of a sentence is, in full; short and common words are none."""
		letters = 0 if all(map(_is_number, part)) else len("".join(part))
		found = self.found(part)
		found = found.only(self.searched[found.rows])
		whole = found.widths >= self.index.row_sizes[found.rows]
		known = (found.costs < SAME_SOUND) & (letters >= LEAST_IN_TEXT)
		alike = (found.costs < SAME_SKELETON) & (letters >= LEAST_ALIKE_IN_TEXT)
		return found.only(whole & (known | alike))

	def readings(self) -> list[tuple[tuple[str, ...], ...]]:
		"""List the ways to read a text: its words apart, two neighbours as one, all as one."""
		words = self.query.words
		apart = tuple((word,) for word in words)
		pairs = [
			(*apart[:start], words[start : start + 2], *apart[start + 2 :]) for start in range(len(words) - 1)
		]
		return [apart, *pairs, *([(words,)] if len(words) > 2 else [])]

	def best(self, readings: Sequence, misspelt: Collection = ()) -> list[int]:
		"""Find the areas that any of the readings names best; the parts in `misspelt` may be."""
		rows, ratings = [], []
		for reading in readings:
			if parts := self.all_found(reading, misspelt):
				named = self.named_together(parts)
				rows.append(named.rows)
				# To write two words as one is a difference of spelling.
				ratings.append(self.rated(named) + RATING_OF_COST * (len(reading) < len(self.query.words)))
		if not rows:
			return []
		return self.areas_of(np.concatenate(rows), np.concatenate(ratings))

	def all_found(self, reading: tuple, misspelt: Collection) -> list[_Found]:
		"""Find every part of a reading; nothing, and no more effort, where one cannot be found."""
		parts = []
		for part in reading:
			named = self.found(part, part in misspelt)
			if not len(named.rows):
				return []
			parts.append(named)
		return parts

	def named_together(self, parts: list[_Found]) -> _Found:
		"""Find the names for which each part stands for a word of theirs or of a place that they lie in."""
		if len(parts) == 1:
			return parts[0].only(self.searched[parts[0].rows])
		index = self.index
		costs = np.zeros(len(index.row_areas), dtype=np.float32)
		widths, own_parts = np.zeros((2, len(index.row_areas)), dtype=np.int32)
		for part in parts:
			around = self.around(part)[index.row_areas]
			own = np.full(len(costs), np.inf, dtype=np.float32)
			own[part.rows] = part.costs
			costs += np.minimum(own, around)
			is_own = part.costs <= around[part.rows]
			widths[part.rows[is_own]] += part.widths[is_own]
			own_parts[part.rows[is_own]] += 1
		rows = np.nonzero(self.searched & np.isfinite(costs) & (widths > 0))[0]
		return _Found(rows, costs[rows], widths[rows], own_parts[rows])

	def rated(self, named: _Found) -> np.ndarray:
		"""Rate names, less is better: whole ones first, then as they are written, then with more words and the kind said."""
		index = self.index
		whole = named.widths >= index.row_sizes[named.rows]
		spelt_out = index.row_kinds[named.rows] & ~self.query.kinds == 0
		# Nawagarh Block is no less a Nawagarh than the town of that name.
		words = np.where(whole & ~spelt_out, 1, named.parts)
		if self.query.bare:
			whole = np.where(whole, 0.0, np.inf)
		else:
			whole = np.where(whole, 0.0, RATING_OF_PART)
		return whole + RATING_OF_COST * named.costs - RATING_OF_WORD * words

	def areas_of(self, rows: np.ndarray, ratings: np.ndarray) -> list[int]:
		"""List the areas of the best rows, of those the ones of the kind that the text says, as they stand in the tree."""
		if not len(rows) or not np.isfinite(ratings.min()):
			return []
		areas = np.unique(self.index.row_areas[rows[ratings == ratings.min()]])
		said = np.zeros(len(areas))
		for bit in set(BIT_OF_KIND.values()):
			said += self.index.area_kinds[areas] & self.query.kinds & bit > 0
		found = areas[said == said.max()].tolist()
		# Who names a village that gave its gram panchayat its name, and does not say which, means the village.
		holding = {self.index.areas[area].parent for area in found}
		return [
			area
			for area in found
			if area not in holding or self.index.areas[area].area_type != "Gram Panchayat"
		]

	def around(self, part: _Found) -> np.ndarray:
		"""Tell of each area what a part differs by from its own names or those of what it lies in."""
		index = self.index
		costs = np.full(len(index.areas), np.inf, dtype=np.float32)
		areas = index.row_areas[part.rows]
		np.minimum.at(costs, areas, part.costs)
		return np.minimum(costs, index.handed_down(costs)) if index.holds_areas[areas].any() else costs

	def found(self, part: tuple[str, ...], misspelt: bool = False) -> _Found:
		if (part, misspelt) not in self.kept:
			self.kept[part, misspelt] = self.look_up(part, misspelt)
		return self.kept[part, misspelt]

	def look_up(self, part: tuple[str, ...], misspelt: bool) -> _Found:
		index = self.index
		text, sound = "".join(part), _joined_sound(part, self.sound_of)
		costs = index.misspelt_terms(text, sound) if misspelt and sound else {}
		if sound:
			costs |= dict.fromkeys(index.by_skeleton.get(spelling.skeleton(sound), ()), SAME_SKELETON)
			costs |= dict.fromkeys(index.by_sound.get(sound, ()), SAME_SOUND)
		if text in index.terms:
			costs[index.terms[text]] = SAME
		if not costs:
			return NOTHING
		posted = [slice(index.posted_from[term], index.posted_from[term + 1]) for term in costs]
		rows = np.concatenate([index.posted_rows[each] for each in posted])
		widths = np.concatenate([index.posted_widths[each] for each in posted])
		of_terms = np.repeat(
			np.array(list(costs.values()), dtype=np.float32), [each.stop - each.start for each in posted]
		)
		# Who writes Hindi cannot write a name better than by its sound where it is only known in Latin letters.
		other_script = index.row_scripts[rows] & spelling.script(part[0]) == 0
		of_terms -= other_script & (of_terms > SAME) & (of_terms < ONE_SLIP)
		best_first = np.lexsort((-widths, of_terms, rows))
		rows, of_terms, widths = rows[best_first], of_terms[best_first], widths[best_first]
		is_best = np.append(True, rows[1:] != rows[:-1])
		return _Found(rows, of_terms, widths, np.ones(len(rows), dtype=np.int32)).only(is_best)


def distance_km(latitude: float, longitude: float, latitudes, longitudes) -> np.ndarray:
	"""Measure the great-circle distances in kilometres from one place to others, all in degrees (haversine)."""
	phi, phis = np.radians(latitude), np.radians(latitudes)
	half_lat, half_lon = (phis - phi) / 2, np.radians(np.subtract(longitudes, longitude)) / 2
	chord = np.sin(half_lat) ** 2 + np.cos(phi) * np.cos(phis) * np.sin(half_lon) ** 2
	return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1)))


def _written_names(area: Area) -> Iterable[str]:
	"""List an area's names, those with an addition in brackets without it too."""
	names = (area.area_name, *area.names)
	return dict.fromkeys(each for name in names for each in (name, BRACKETS.sub(" ", name)))


def _is_number(word: str) -> bool:
	return word[0].isdecimal()


def _joined_sound(words: Sequence[str], sound_of: dict[str, str]) -> str:
	"""Sound words as one; nothing where a number is among them, for a number is right or another."""
	if any(map(_is_number, words)):
		return ""
	return spelling.joined([sound_of[word] for word in words])


def _spans_of_name(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
	"""List what of a name may be written as one word."""
	for position, word in enumerate(words):
		yield (word,)
		if position:
			yield words[position - 1 : position + 1]
	if len(words) > 2:
		yield words


def _spans_of_text(count: int) -> list[tuple[int, int]]:
	"""List the runs of neighbours among so many words as (start, end), the longest first."""
	return [
		(start, start + width)
		for width in range(min(count, MOST_WORDS_OF_SPAN), 0, -1)
		for start in range(count - width + 1)
	]


def _numbered_ward(words: tuple[str, ...]) -> tuple[str, ...]:
	"""Find the ward and its number in a longer name of a ward."""
	for pair in itertools.pairwise(words):
		if WARD in pair and any(map(_is_number, pair)):
			return pair
	return ()
