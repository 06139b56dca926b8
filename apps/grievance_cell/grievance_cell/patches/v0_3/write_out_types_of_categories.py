"""Categories that name no type of case apply to all of them, and say so, as new ones do: the bot did not offer them."""

import frappe


def execute() -> None:
	types = frappe.get_meta("Grievance").get_field("grievance_type").options
	for name in frappe.get_all("Grievance Category", {"applies_to": ("is", "not set")}, pluck="name"):
		frappe.db.set_value("Grievance Category", name, "applies_to", types, update_modified=False)
