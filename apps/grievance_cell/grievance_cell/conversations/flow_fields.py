"""Which fields of a DocType a chat can ask, and by which kind of step."""

from dataclasses import dataclass

import frappe

AREA = "Local Area"
# What is known of a chat without a question, by the field that it fills: of this type, and of these options if they count.
KNOWN_FROM_THE_CHAT = {
	"citizen": ("Link", "Citizen"),
	"source": ("Select", None),
	"language": ("Link", "Language"),
	"registered_on": ("Datetime", None),
	"requested_on": ("Datetime", None),
	"mobile_no": ("Data", "Phone"),
	"session": ("Link", "Chat Session"),
}
SOURCE = "WhatsApp"
KINDS = {
	"Data": "Text",
	"Small Text": "Text",
	"Text": "Text",
	"Long Text": "Text",
	"Text Editor": "Text",
	"Int": "Number",
	"Float": "Number",
	"Currency": "Number",
	"Percent": "Number",
	"Date": "Date",
	"Datetime": "Date",
	"Phone": "Phone",
	"Check": "Yes/No",
	"Select": "Choice",
	"Link": "Link",
}


@dataclass(frozen=True)
class AskableField:
	"""A field as a question: the kind of step that fits it, and whether the document cannot do without."""

	value: str
	label: str
	kind: str
	required: bool


def askable_fields(doctype: str) -> list[AskableField]:
	"""List the fields that an answer can fill, custom ones included, in the order of the form."""
	return [
		AskableField(field.fieldname, field.label or field.fieldname, kind_of(field), bool(field.reqd))
		for field in frappe.get_meta(doctype).fields
		if field.fieldtype in KINDS and not field.read_only and not field.hidden and not field.is_virtual
	]


def is_known_from_the_chat(field) -> bool:
	"""Tell whether a field is one that the chat fills by itself, and not another thing of the same name."""
	fieldtype, options = KNOWN_FROM_THE_CHAT.get(field.fieldname, (None, None))
	if field.fieldtype != fieldtype or (options and field.options != options):
		return False
	return field.fieldname != "source" or SOURCE in (field.options or "").split("\n")


def kind_of(field) -> str:
	if field.fieldtype == "Link" and field.options == AREA:
		return "Area"
	if field.fieldtype == "Data" and field.options == "Phone":
		return "Phone"
	return KINDS[field.fieldtype]
