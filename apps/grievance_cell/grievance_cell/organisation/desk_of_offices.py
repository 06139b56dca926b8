"""The desk of those who work on cases: the workspaces of this app alone, as a Module Profile that staff may change."""

import frappe

PROFILE = "Grievance Cell"


def make_profile() -> None:
	"""Make the profile if it is absent: it blocks the modules of all other apps that are there."""
	if frappe.db.exists("Module Profile", PROFILE):
		return
	own = frappe.get_module_list("grievance_cell")
	others = frappe.get_all("Module Def", {"name": ("not in", own)}, pluck="name", order_by="name")
	frappe.get_doc(
		{
			"doctype": "Module Profile",
			"module_profile_name": PROFILE,
			"block_modules": [{"module": module} for module in others],
		}
	).insert(ignore_permissions=True)


def delete_profile() -> None:
	"""Delete the profile, and give back to those who have it what it hides from them."""
	for user in frappe.get_all("User", {"module_profile": PROFILE}, pluck="name"):
		frappe.db.delete("Block Module", {"parenttype": "User", "parent": user})
		frappe.db.set_value("User", user, "module_profile", None)
	frappe.delete_doc_if_exists("Module Profile", PROFILE, force=True)


def profile() -> str | None:
	"""Name the profile of a new user who works on cases; None if staff have deleted it."""
	return frappe.db.exists("Module Profile", PROFILE)
