"""Shipped documents are hashed without what has its default, so that a new field makes none of them look edited."""

import frappe

from grievance_cell.setup import shipped
from grievance_cell.setup.shipped import BOOKKEEPING


def execute() -> None:
	"""Before the DocTypes change: a document that nobody has edited is remembered by its new hash."""
	for key in frappe.get_all("DefaultValue", {"parent": shipped.MEMORY}, pluck="defkey"):
		doctype, _colon, name = key.partition(":")
		remembered = shipped.remembered_of(key)
		if frappe.db.exists(doctype, name) and remembered.get("stored") == former_hash(doctype, name):
			shipped.remember(key, {**remembered, "stored": shipped.content_hash(doctype, name)})


def former_hash(doctype: str, name: str) -> str:
	"""Hash a document as it was done before: with whatever is not empty."""

	def content(values: dict) -> dict:
		return {
			key: [content(row) for row in value] if isinstance(value, list) else value
			for key, value in sorted(values.items())
			if key not in BOOKKEEPING and not key.startswith("_") and value not in (None, "", 0, [])
		}

	return shipped.hash_of(content(shipped.stored_values(doctype, name)))
