"""All that citizens read, for a language that is new to a site: what is still to be translated, as a table for Data Import."""

import csv
from pathlib import Path

import frappe

from grievance_cell.conversations.flow_texts import texts_of, translation_of
from grievance_cell.conversations.model import CITIZEN

# Its translations are what citizens read and nothing else, which a test of them makes sure of.
FOR_CITIZENS_ONLY = "pa"
# Masters that staff name in English, and citizens read.
NAMED_FOR_CITIZENS = {
	"Grievance Category": ("category_name",),
	"Department": ("department_name",),
	"Grievance Status": ("citizen_label",),
	"Delay Reason": ("reason",),
	"Out of Scope Reason": ("reason", "guidance"),
	"Emergency Number": ("title",),
	"Quick Reply": ("message",),
}
COLUMNS = ("language", "source_text", "translated_text")


def texts() -> list[str]:
	"""List every text in English that a citizen may read: the app's, those of the forms, and the names of masters."""
	found = [
		text.source
		for name in frappe.get_all("Chat Flow", {"enabled": 1, "audience": CITIZEN}, pluck="name")
		for text in texts_of(frappe.get_cached_doc("Chat Flow", name))
	]
	shipped = Path(frappe.get_app_path("grievance_cell", "translations", f"{FOR_CITIZENS_ONLY}.csv"))
	with shipped.open(encoding="utf-8", newline="") as file:
		found += [row[0] for row in csv.reader(file) if row]
	for doctype, fields in NAMED_FOR_CITIZENS.items():
		for field in fields:
			found += frappe.get_all(doctype, {field: ("is", "set")}, pluck=field, order_by="name")
	return list(dict.fromkeys(text.strip() for text in found))


def untranslated(language: str) -> list[list[str]]:
	"""List what has no translation yet as the rows of a table: its columns are those of Translation, the last to be filled in."""
	heading = [frappe.get_meta("Translation").get_label(column) for column in COLUMNS]
	return [heading, *([language, text, ""] for text in texts() if not translation_of(text, language))]
