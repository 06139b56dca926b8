"""Find the area that a citizen means, by a typed name in any script or by a pin on the map."""

from collections import defaultdict

import frappe
import numpy as np
from frappe.utils.caching import site_cache

from grievance_cell.conversations.area_index import Area, AreaIndex
from grievance_cell.conversations.model import Choice
from grievance_cell.organisation import areas as area_tree

# As many as fit on one list on the phone.
MOST_CHOICES = 10


def by_name(
	text: str, language: str, within: str | None = None, most: int | None = MOST_CHOICES
) -> list[Choice]:
	"""Find areas by name, the best matches only and at most ten; a name may come with that of a place it lies in."""
	gazetteer = _gazetteer()
	found = gazetteer.index.by_name(text, gazetteer.below(within))
	return [gazetteer.choice(position, language) for position in found[:most]]


def by_position(latitude: float, longitude: float, language: str, within: str | None = None) -> list[Choice]:
	"""Find the area nearest to a pin; several where the map cannot tell them apart, none where all are far."""
	gazetteer = _gazetteer()
	found = gazetteer.index.by_position(latitude, longitude, gazetteer.below(within))
	return [gazetteer.choice(position, language) for position in found[:MOST_CHOICES]]


def named(area: str, language: str) -> Choice | None:
	"""Name an area as it is offered, with what it lies in; None if there is none of this id."""
	gazetteer = _gazetteer()
	position = gazetteer.positions.get(area)
	return None if position is None else gazetteer.choice(position, language)


class Gazetteer:
	"""The index of all areas, and what each is called in each language.

	`rows` are of Local Area in the order of the tree, `names` of Local Area Name, a name before the aliases.
	"""

	def __init__(self, rows: list[frappe._dict], names: list[frappe._dict]):
		self.ids = [row.name for row in rows]
		self.positions = {name: position for position, name in enumerate(self.ids)}
		self.english = [row.area_name for row in rows]
		self.translated: dict[str, dict[str, str]] = defaultdict(dict)
		spelt = defaultdict(list)
		for row in names:
			if not row.is_alias:
				self.translated[row.language].setdefault(row.parent, row.name_text)
			spelt[row.parent].append(row.name_text)
		self.index = AreaIndex(
			[
				Area(
					row.area_type,
					row.area_name,
					spelt.get(row.name, ()),
					self.positions.get(row.parent_local_area, -1),
					bool(row.is_group),
					row.latitude or 0,
					row.longitude or 0,
				)
				for row in rows
			]
		)
		self._below: dict[str, np.ndarray] = {}

	def below(self, within: str | None) -> np.ndarray | None:
		"""Mark the areas within one; None, which stands for all, where there is no such area."""
		if within not in self.positions:
			return None
		if within not in self._below:
			self._below[within] = self.index.below(self.positions[within])
		return self._below[within]

	def choice(self, position: int, language: str) -> Choice:
		names = self.translated.get(language, {})
		name, *above = [
			names.get(self.ids[each]) or self.english[each]
			for each in (position, *self.index.above(position))
		]
		return Choice(self.ids[position], ", ".join([name, *above[:1]]), ", ".join(above))


def warm_up() -> None:
	"""Read the areas into this process's memory, and so into that of all that it forks."""
	_gazetteer()


def _gazetteer() -> Gazetteer:
	"""Take the areas as this transaction sees them, from this process's memory if it has read them since they changed.

	The version is read in the transaction that reads the areas, and is new with every change to them: what is kept is
	right or not used.
	"""
	version = area_tree.version()
	kept = _kept().get("gazetteer")
	if not kept or kept[0] != version:
		kept = _kept()["gazetteer"] = (version, _read())
	return kept[1]


@site_cache
def _kept() -> dict[str, tuple[str | None, Gazetteer]]:
	return {}


def _read() -> Gazetteer:
	rows = frappe.get_all(
		"Local Area",
		fields=[
			"name", "area_name", "area_type", "parent_local_area", "is_group", "latitude", "longitude",
		],
		order_by="lft, name",
	)  # fmt: skip
	names = frappe.get_all(
		"Local Area Name", fields=["parent", "language", "name_text", "is_alias"], order_by="is_alias, idx"
	)
	return Gazetteer(rows, names)
