"""Which fields of a DocType a chat can ask, and by which kind of step."""

from dataclasses import dataclass

import frappe

AREA = "Local Area"
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


def kind_of(field) -> str:
	if field.fieldtype == "Link" and field.options == AREA:
		return "Area"
	if field.fieldtype == "Data" and field.options == "Phone":
		return "Phone"
	return KINDS[field.fieldtype]
