"""Find the area that a citizen means, by a typed name in any script or by a pin on the map."""

import math
import unicodedata
from collections import defaultdict

import frappe

from grievance_cell.conversations.engine import Choice
from grievance_cell.conversations.intents import normalise

# What a citizen may pick. A state or a district is too large to send an officer to, a constituency lies across.
PICKABLE = ("Tehsil", "Block", "Gram Panchayat", "Village", "Municipal Body", "Ward", "Locality")
EARTH_RADIUS_KM = 6371.0
# A pin further than this from every known place is a mistake or another district.
FURTHEST_KM = 15.0
# Places this close to the nearest one cannot be told from it by a phone's pin.
INDISTINCT_KM = 0.05


def by_name(text: str, language: str, within: str | None = None) -> list[Choice]:
	"""Find areas by name, the best matches only; a name may be followed by that of a place it lies in.

	Matching is in Python on NFC: in the database's collation हिंदी equals हिदी.
	"""
	words = _words(text)
	if not words:
		return []
	areas = _areas(within)
	names = _names()
	scored = []
	for area in areas.values():
		if area.area_type not in PICKABLE:
			continue
		around = {
			word
			for above in _above(area, areas)
			for name in _all_names(above, names)
			for word in _words(name)
		}
		best = max(_score(words, _words(name), around) for name in _all_names(area, names))
		if best:
			scored.append((best, area))
	top = max((score for score, _area in scored), default=0)
	return [_choice(area, areas, names, language) for score, area in scored if score == top]


def by_position(latitude: float, longitude: float, language: str, within: str | None = None) -> list[Choice]:
	"""Find the area nearest to a pin; several where the map cannot tell them apart, none where all are far."""
	areas = _areas(within)
	distances = sorted(
		(
			(_distance_km(latitude, longitude, area.latitude, area.longitude), area.name)
			for area in areas.values()
			if area.latitude and area.area_type in PICKABLE and not area.is_group
		),
	)
	if not distances or distances[0][0] > FURTHEST_KM:
		return []
	limit = distances[0][0] + INDISTINCT_KM
	names = _names()
	return [_choice(areas[name], areas, names, language) for distance, name in distances if distance <= limit]


def _score(words: list[str], name: list[str], around: set[str]) -> float:
	"""Rate a name: 0 unless every word of the query is in it or in a place it lies in, more for the whole name."""
	own = [word for word in words if word in name]
	if not own or any(word not in name and word not in around for word in words):
		return 0
	return len(own) + (1 if len(own) == len(name) else 0)


def _areas(within: str | None) -> dict[str, frappe._dict]:
	rows = frappe.get_all(
		"Local Area",
		fields=[
			"name", "area_name", "area_type", "parent_local_area", "is_group", "latitude", "longitude", "lft", "rgt",
		],
		order_by="lft",
	)  # fmt: skip
	areas = {row.name: row for row in rows}
	if within and (top := areas.get(within)):
		return {name: row for name, row in areas.items() if top.lft <= row.lft and row.rgt <= top.rgt}
	return areas


def _names() -> defaultdict:
	"""Collect `{area: {language: [name, alias, ...]}}`; a name, where there is one, comes before the aliases."""
	names = defaultdict(lambda: defaultdict(list))
	for row in frappe.get_all(
		"Local Area Name", fields=["parent", "language", "name_text"], order_by="is_alias, idx"
	):
		names[row.parent][row.language].append(row.name_text)
	return names


def _all_names(area, names: defaultdict) -> list[str]:
	return [area.area_name, *(name for spelt in names[area.name].values() for name in spelt)]


def _above(area, areas: dict) -> list:
	"""List what an area lies in, up to but not including what is too large to pick: its name would match everything."""
	above = []
	while (area := areas.get(area.parent_local_area)) and area.area_type in PICKABLE:
		above.append(area)
	return above


def _choice(area, areas: dict, names: defaultdict, language: str) -> Choice:
	def name_of(each) -> str:
		return (names[each.name][language] or [each.area_name])[0]

	above = [name_of(each) for each in _above(area, areas)]
	label = ", ".join([name_of(area), *above[:1]])
	return Choice(area.name, label, ", ".join(above))


def _words(text: str) -> list[str]:
	"""Split a name into words, digits of every script as 0 to 9."""
	digits = "".join(
		str(unicodedata.digit(letter)) if letter.isdigit() else " " if letter in "-,()/." else letter
		for letter in text
	)
	return normalise(digits).split()


def _distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
	"""Measure the great-circle distance in kilometres (haversine)."""
	phi1, phi2 = math.radians(lat1), math.radians(lat2)
	half_lat, half_lon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
	chord = math.sin(half_lat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lon) ** 2
	return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))
