"""The places of one level of the tree of areas, and what was counted by area added up for them."""

from bisect import bisect_right

import frappe


def below(area: str | None) -> list[frappe._dict]:
	"""List the areas directly below one, in the order of the tree: name, area_name, lft, rgt, latitude, longitude.

	Of all: below the only root, or else the roots.
	"""
	return _children(area or only_root() or "")


def only_root() -> str | None:
	"""Name the area that all others lie in, if there is one."""
	roots = _children("")
	return roots[0].name if len(roots) == 1 else None


def _children(area: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Local Area",
		# Constituencies lie across the tree.
		{"parent_local_area": area or ("is", "not set"), "area_type": ("!=", "Constituency")},
		["name", "area_name", "lft", "rgt", "latitude", "longitude"],
		order_by="lft",
	)


def rolled_up(rows: list[frappe._dict], among: list[frappe._dict]) -> list[frappe._dict]:
	"""Add up what was counted by area for each of the places that it lies in; what lies in none stands at ""."""
	positions = dict(
		frappe.get_all(
			"Local Area",
			{"name": ("in", [row.area for row in rows if row.area] or [""])},
			["name", "lft"],
			as_list=True,
		)
	)
	begins = [place.lft for place in among]
	sums: dict[str, frappe._dict] = {}
	for row in rows:
		lft = positions.get(row.area, 0)
		found = bisect_right(begins, lft) - 1
		inside = found >= 0 and lft < among[found].rgt
		key = among[found].name if inside else ""
		total = sums.setdefault(key, frappe._dict(area=key))
		for name, number in row.items():
			if name != "area":
				total[name] = total.get(name, 0) + number
	return list(sums.values())


def find_coordinates(among: list[frappe._dict]) -> None:
	"""Give places that have no coordinates the middle of what is known of the areas in them; others are left without."""
	unknown = [place for place in among if not (place.latitude and place.longitude)]
	if not unknown:
		return
	known = frappe.get_all(
		"Local Area",
		{
			"lft": (">", min(place.lft for place in unknown)),
			"rgt": ("<", max(place.rgt for place in unknown)),
			"latitude": ("!=", 0),
			"longitude": ("!=", 0),
		},
		["lft", "latitude", "longitude"],
	)
	for place in unknown:
		inside = [each for each in known if place.lft < each.lft < place.rgt]
		for axis in ("latitude", "longitude"):
			place[axis] = sum(each[axis] for each in inside) / len(inside) if inside else None
