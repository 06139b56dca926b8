"""Leave the site as if the app had never been there. Frappe removes the modules and their DocTypes by itself."""

import frappe
from frappe.model import delete_fields

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation import desk_of_offices
from grievance_cell.setup import notification_channel, shipped
from grievance_cell.setup.install import APP, DORMANT_DAYS, FRAPPE_DORMANT_DAYS, ROLES, own_doctypes

# Workflow States that Frappe itself ships.
FRAPPE_STATES = {"Pending", "Approved", "Rejected"}


def before_uninstall() -> None:
	doctypes = sorted(own_doctypes())
	notification_channel.remove()
	shipped.forget()
	delete_workflow_states()
	delete_belongings(doctypes)
	delete_series(doctypes)
	delete_bot_user()
	desk_of_offices.delete_profile()
	delete_roles()
	frappe.db.delete("Scheduled Job Type", {"method": ("like", f"{APP}.%")})
	if frappe.utils.cint(frappe.db.get_single_value("System Settings", "dormant_days")) == DORMANT_DAYS:
		frappe.db.set_single_value("System Settings", "dormant_days", FRAPPE_DORMANT_DAYS)


def after_uninstall() -> None:
	"""Delete what Frappe leaves of the DocTypes that it has just removed."""
	doctypes = sorted(own_doctypes())
	frappe.db.delete("Singles", {"doctype": ("in", doctypes)})
	frappe.db.delete("DefaultValue", {"parent": ("in", doctypes)})
	frappe.db.delete("Patch Log", {"patch": ("like", f"{APP}.%")})
	frappe.db.commit()
	# The columns of our fields on the DocTypes of others, which stay when a Custom Field is deleted.
	delete_fields(shipped.custom_fields(), delete=1)
	for doctype in doctypes:
		frappe.db.sql_ddl(f"drop sequence if exists `{frappe.scrub(doctype)}_id_seq`")


def delete_workflow_states() -> None:
	"""Delete the states that came with our statuses, unless another workflow uses them."""
	for name in set(frappe.get_all("Grievance Status", pluck="name")) - FRAPPE_STATES:
		if not frappe.db.exists("Workflow Document State", {"state": name}):
			frappe.delete_doc_if_exists("Workflow State", name, force=True)


def delete_belongings(doctypes: list[str]) -> None:
	"""Delete what Frappe keeps beside documents in tables of its own: files, comments, assignments, versions."""
	for doctype, field in (
		("File", "attached_to_doctype"),
		("Comment", "reference_doctype"),
		("ToDo", "reference_type"),
		("Version", "ref_doctype"),
		("Notification", "document_type"),
		("Notification Log", "document_type"),
		("Custom Field", "dt"),
		("Property Setter", "doc_type"),
		("Custom DocPerm", "parent"),
		("Workflow Action", "reference_doctype"),
	):
		for name in frappe.get_all(doctype, {field: ("in", doctypes)}, pluck="name"):
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, delete_permanently=True)


def delete_series(doctypes: list[str]) -> None:
	"""Delete the counters of our numbers, but for a prefix that another DocType counts under as well."""
	for doctype in doctypes:
		prefix, dot, _rest = (frappe.get_meta(doctype).autoname or "").partition(".")
		others = {"autoname": ("like", f"{prefix}.%"), "name": ("not in", doctypes)}
		if dot and prefix and not frappe.db.exists("DocType", others):
			frappe.db.sql("delete from `tabSeries` where name like %s", f"{prefix}%")


def delete_bot_user() -> None:
	bot = bot_user()
	for contact in frappe.get_all("Contact", {"user": bot}, pluck="name"):
		frappe.delete_doc("Contact", contact, force=True)
	for doctype in ("User", "Notification Settings"):
		# Not through on_trash, by which nobody can be deleted while Administrator is the only System Manager.
		frappe.delete_doc(doctype, bot, force=True, ignore_missing=True, ignore_on_trash=True)
	frappe.db.delete("DefaultValue", {"parent": bot})
	frappe.db.delete("DocShare", {"user": bot})
	frappe.db.delete("Comment", {"reference_doctype": "User", "reference_name": bot})


def delete_roles() -> None:
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.delete_doc_if_exists("Role", role, force=True)
