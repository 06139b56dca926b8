"""The area tree: who lies in whom."""

import frappe


def ancestors(area: str) -> list[dict]:
	"""List the area and everything it lies in, from itself upwards: dicts of name, area_type, area_name."""
	position = frappe.db.get_value("Local Area", area, ["lft", "rgt"], as_dict=True)
	if not position:
		return []
	return frappe.get_all(
		"Local Area",
		filters={"lft": ("<=", position.lft), "rgt": (">=", position.rgt)},
		fields=["name", "area_type", "area_name"],
		order_by="lft desc",
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
