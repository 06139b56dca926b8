"""Places and categories as staff write them down, by their names in any language that the site speaks."""

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce

from grievance_cell.conversations import area_search
from grievance_cell.conversations.area_index import BRACKETS
from grievance_cell.conversations.area_search import MOST_CHOICES
from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import Choice
from grievance_cell.grievances import categorisation
from grievance_cell.organisation.languages import spoken_languages

CATEGORY = "Grievance Category"
# What a type of area is called in the words by which a written name is understood.
KIND_OF_TYPE = {"Municipal Body": "Town"}
# What a slip has room for.
LONGEST_NAME = 140


def find_areas(text: str, language: str) -> list[Choice]:
	"""Find areas by what was typed so far: those that are called so, then those whose name begins so; at most ten."""
	text = text.strip()
	if not text:
		return []
	found = {choice.value: choice for choice in area_search.by_name(text, language)}
	for name in _beginning_with(text):
		if name not in found and len(found) < MOST_CHOICES:
			found[name] = area_search.named(name, language)
	return [choice for choice in found.values() if choice]


def in_full(choice: Choice) -> str:
	"""Name an area with all that it lies in: there are many of one name, in villages of one name."""
	around = choice.description.partition(", ")[2]
	return f"{choice.label}, {around}" if around else choice.label


def in_full_each(choices: list[Choice]) -> list[str]:
	"""Name areas with all that they lie in, and with their type where two would be called the same: a tehsil and its town."""
	names = list(map(in_full, choices))
	return [
		with_type(choice) if names.count(name) > 1 else name
		for choice, name in zip(choices, names, strict=True)
	]


def with_type(choice: Choice, language: str | None = None) -> str:
	"""Name an area in full with its type behind its own name; `language` is that of the choice, the user's by default."""
	area_type = frappe.db.get_value("Local Area", choice.value, "area_type")
	own, comma, around = in_full(choice).partition(", ")
	return f"{own} ({_(KIND_OF_TYPE.get(area_type, area_type), language)}){comma}{around}"


def _beginning_with(text: str) -> list[str]:
	area, name = frappe.qb.DocType("Local Area"), frappe.qb.DocType("Local Area Name")
	begins = f"{text.replace('%', '')}%"
	return [
		row[0]
		for row in frappe.qb.from_(area)
		.left_join(name)
		.on(name.parent == area.name)
		.select(area.name)
		.distinct()
		.where(area.area_name.like(begins) | Coalesce(name.name_text, "").like(begins))
		.orderby(area.lft)
		.limit(MOST_CHOICES)
		.run()
	]


def find_categories(text: str, grievance_type: str | None = None, said: str = "") -> list[str]:
	"""Name the categories that a text is part of the name of, or a keyword; without a text those that fit what was said."""
	if not text.strip():
		likely = [each.category for each in categorisation.suggest(said, grievance_type)] if said else []
		return [*likely, *(each for each in _names(grievance_type) if each not in likely)]
	wanted = normalise(text)
	names = _names(grievance_type)
	begins = [each for each in names if any(name.startswith(wanted) for name in names[each])]
	inside = [each for each in names if any(wanted in name for name in names[each])]
	keyed = [each.category for each in categorisation.suggest(text, grievance_type)]
	return list(dict.fromkeys([*begins, *inside, *keyed]))


def _names(grievance_type: str | None = None) -> dict[str, set[str]]:
	"""List the categories of a type of case, each with what it is called in any language."""
	rows = frappe.get_all(CATEGORY, {"is_group": 0}, ["name", "applies_to"], order_by="lft, name")
	languages = spoken_languages()
	return {
		row.name: {normalise(row.name), *(normalise(_(row.name, each)) for each in languages)}
		for row in rows
		if not grievance_type
		or not (row.applies_to or "").strip()
		or grievance_type in row.applies_to.splitlines()
	}


def read_slip(place: str, category: str, within: str) -> tuple[str | None, str | None, str]:
	"""Find the Local Area and the Grievance Category that are meant (hook `read_slip`); the place is looked for within an area first.

	The third is the place in full, as it will be read again, or as it was written. Raises frappe.ValidationError where
	none or several are, and for a place outside the area that is not written in full.
	"""
	area = _area(place, within) if place else None
	return (
		area,
		_category(category) if category else None,
		_rewritten(place, area, within) if area else place,
	)


def _area(place: str, within: str) -> str:
	own, comma, _around = place.partition(", ")
	if comma or BRACKETS.search(place):
		# As it is offered, however long that is.
		meant = _in_full_among(_named(BRACKETS.sub(" ", own)), place)
		if len(meant) == 1:
			return meant[0]
	found = _named(place, within)
	anywhere = _named(place)
	inside = {choice.value for choice in found}
	if not inside & {choice.value for choice in anywhere}:
		# The best that there is of this name lies elsewhere.
		meant = _in_full_among(anywhere, place)
		if len(meant) == 1:
			return meant[0]
		if anywhere and not found:
			names = "; ".join(in_full_each(anywhere)[:3])
			frappe.throw(
				_("{0} is not in this camp's area. If it is meant, write it in full: {1}").format(
					place, names
				)
			)
		found = [*found[:2], *anywhere]
	if not found:
		frappe.throw(_("There is no place {0}").format(place))
	if len(found) > 1:
		names = "; ".join(in_full_each(found)[:3])
		frappe.throw(_("{0} may be several places, write which: {1}").format(place, names))
	return found[0].value


def _named(place: str, within: str | None = None) -> list[Choice]:
	return area_search.by_name(place, frappe.local.lang, within, most=None)


def _in_full_among(choices: list[Choice], place: str) -> list[str]:
	return [choice.value for choice in choices if _is_in_full(place, choice.value)]


def _is_in_full(place: str, area: str) -> bool:
	"""Tell whether a place is written as an area is offered, in a language that the site speaks."""
	written = normalise(place)
	for language in spoken_languages():
		choice = area_search.named(area, language)
		if written in (normalise(in_full(choice)), normalise(with_type(choice, language))):
			return True
	return False


def _rewritten(place: str, area: str, within: str) -> str:
	"""Write a place in full if it is read again as the same area then."""
	choice = area_search.named(area, frappe.local.lang)
	for name in (in_full(choice), with_type(choice)):
		try:
			if len(name) <= LONGEST_NAME and _area(name, within) == area:
				return name
		except frappe.ValidationError:
			frappe.clear_last_message()
	return place


def _category(category: str) -> str:
	wanted = normalise(category)
	named = [each for each, names in _names().items() if wanted in names]
	found = named or find_categories(category)
	if not found:
		frappe.throw(_("There is no category {0}").format(category))
	if len(found) > 1:
		names = "; ".join(_(each) for each in found[:3])
		frappe.throw(_("{0} may be several categories, write which: {1}").format(category, names))
	return found[0]
