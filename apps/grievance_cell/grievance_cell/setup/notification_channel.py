"""WhatsApp among the channels of Frappe's Notification form; its further fields are shipped as Custom Fields."""

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from grievance_cell.messaging.notices import WHATSAPP


def add() -> None:
	"""Add WhatsApp to the channels that the running Frappe has (at every migrate)."""
	own = frappe_channels()
	known = frappe.get_meta("Notification").get_field("channel").options.split("\n")
	wanted = list(dict.fromkeys((*own, *known, WHATSAPP)))
	if wanted != known:
		set_channels(wanted)


def remove() -> None:
	"""Take back what add has done, with the Notifications that nobody can send any more."""
	for name in frappe.get_all("Notification", {"channel": WHATSAPP}, pluck="name"):
		frappe.delete_doc("Notification", name, force=True, ignore_permissions=True)
	own = frappe_channels()
	known = frappe.get_meta("Notification").get_field("channel").options.split("\n")
	left = [channel for channel in known if channel != WHATSAPP or WHATSAPP in own]
	if left == own:
		setter = {"doc_type": "Notification", "field_name": "channel", "property": "options"}
		frappe.db.delete("Property Setter", setter)
	else:
		set_channels(left)
	frappe.clear_cache(doctype="Notification")


def frappe_channels() -> list[str]:
	"""List the channels that Frappe itself has, past any Property Setter."""
	field = {"parent": "Notification", "parenttype": "DocType", "fieldname": "channel"}
	return frappe.db.get_value("DocField", field, "options").split("\n")


def set_channels(channels: list[str]) -> None:
	make_property_setter(
		"Notification", "channel", "options", "\n".join(channels), "Text", validate_fields_for_doctype=False
	)
