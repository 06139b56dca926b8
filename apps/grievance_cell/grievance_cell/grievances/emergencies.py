"""What is an emergency, and whom a citizen calls at once: telephone numbers that staff keep as data."""

import frappe

EMERGENCY = "Emergency"
RAISED = "Raised to Emergency"


def is_emergency(category: str | None) -> bool:
	"""Tell whether cases of a category are emergencies."""
	return bool(category) and frappe.get_cached_value("Grievance Category", category, "priority") == EMERGENCY


def numbers_for(category: str | None) -> list[frappe._dict]:
	"""List the enabled numbers to call in an emergency of a category, in their order: title, phone_number.

	Those that name the category, or a group that it lies in, and those that name none. Without a category, all.
	"""
	rows = frappe.get_all(
		"Emergency Number", {"enabled": 1}, ["name", "title", "phone_number"], order_by="display_order, name"
	)
	served: dict[str, set[str]] = {}
	for row in frappe.get_all("Emergency Number Category", fields=["parent", "category"]):
		served.setdefault(row.parent, set()).add(row.category)
	above = _with_groups(category) if category else set()
	return [row for row in rows if not category or not served.get(row.name) or served[row.name] & above]


def _with_groups(category: str) -> set[str]:
	position = frappe.db.get_value("Grievance Category", category, ["lft", "rgt"], as_dict=True)
	around = {"lft": ("<=", position.lft), "rgt": (">=", position.rgt)} if position else {"name": category}
	return set(frappe.get_all("Grievance Category", around, pluck="name"))
