"""The area tree: who lies in whom."""

import inspect

import frappe
from frappe.utils import nestedset

# There is one of the same name in every town or block.
NAMED_WITH_PARENT = ("Ward", "Locality", "Village")
VERSION = {"parent": "Local Area", "defkey": "area_tree_version"}


def ancestors(area: str) -> list[dict]:
	"""List the area and everything it lies in, from itself upwards: dicts of name, area_type, area_name."""
	# By lft and rgt this would read half of the tree.
	return frappe.db.sql(
		"""
		with recursive line as (
			select `name`, `area_type`, `area_name`, `parent_local_area`, 0 as `steps`
			from `tabLocal Area` where `name` = %s
			union all
			select above.`name`, above.`area_type`, above.`area_name`, above.`parent_local_area`, line.`steps` + 1
			from `tabLocal Area` above join line on above.`name` = line.`parent_local_area`
		)
		select `name`, `area_type`, `area_name` from line order by `steps`
		""",
		area,
		as_dict=True,
	)


def descendants(areas: list[str]) -> list[str]:
	"""List these areas and everything that lies in them, by name."""
	positions = frappe.get_all("Local Area", filters={"name": ("in", areas)}, fields=["lft", "rgt"])
	names = set()
	for position in positions:
		names.update(
			frappe.get_all(
				"Local Area",
				filters={"lft": (">=", position.lft), "rgt": ("<=", position.rgt)},
				pluck="name",
			)
		)
	return sorted(names)


def place_name(area: str | None, language: str | None = None) -> str:
	"""Name an area in a language, with the one it lies in where that tells it from others of its name.

	Also for the templates of notices. The language is the one that is spoken unless another is given; "" for no area.
	"""
	path = ancestors(area) if area else []
	named = path[:2] if path and path[0].area_type in NAMED_WITH_PARENT else path[:1]
	return ", ".join(name_in(each, language or frappe.local.lang) for each in named)


def name_in(area: dict, language: str) -> str:
	local = frappe.db.get_value(
		"Local Area Name",
		{"parent": area["name"], "language": language, "is_alias": 0},
		"name_text",
		order_by="idx",
	)
	return local or area["area_name"]


def names_in(areas: list[dict], language: str) -> dict[str, str]:
	"""Name many areas (dicts of name, area_name) in a language, in one query."""
	own = {"parent": ("in", [area["name"] for area in areas] or [""]), "language": language, "is_alias": 0}
	# Of several names the first counts, as in name_in.
	found = frappe.get_all("Local Area Name", own, ["parent", "name_text"], order_by="idx desc", as_list=True)
	return {area["name"]: area["area_name"] for area in areas} | dict(found)


def place_names(areas: list[str], language: str) -> dict[str, str]:
	"""Name many areas as place_name does, in three queries."""
	fields = ["name", "area_name", "area_type", "parent_local_area"]
	found = frappe.get_all("Local Area", {"name": ("in", areas or [""])}, fields)
	small = {each.name: each.parent_local_area for each in found if each.area_type in NAMED_WITH_PARENT}
	around = frappe.get_all(
		"Local Area", {"name": ("in", list(filter(None, small.values())) or [""])}, fields
	)
	names = names_in([*found, *around], language)
	return {
		each.name: ", ".join(filter(None, (names[each.name], names.get(small.get(each.name)))))
		for each in found
	}


def rebuild_tree() -> None:
	"""Number the tree of areas anew, after many were written without it."""
	# Frappe 15 has to be told the field, Frappe 16 takes none.
	asked = "parent_field" in inspect.signature(nestedset.rebuild_tree).parameters
	nestedset.rebuild_tree("Local Area", **({"parent_field": "parent_local_area"} if asked else {}))


def version() -> str | None:
	"""Read what changes with every change to an area or its names, as of this transaction; None before the first."""
	return frappe.db.get_value("DefaultValue", VERSION, "defvalue")


def renew_version() -> None:
	"""Have what was made from the areas be made anew, by whoever sees this transaction's changes.

	The version is random: one that was rolled back never comes again for other areas.
	"""
	new = frappe.generate_hash(length=16)
	if version():
		# Not by set_default, which clears caches: areas are imported by the thousand.
		frappe.db.set_value("DefaultValue", VERSION, "defvalue", new, update_modified=False)
	else:
		frappe.defaults.set_default(VERSION["defkey"], new, VERSION["parent"])
