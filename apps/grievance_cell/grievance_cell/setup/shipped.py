"""What we ship and staff may edit: made when absent, updated only while nobody has changed it.

Frappe's fixtures would be overwritten at every migrate. The documents lie in defaults/*.json; of each one we remember a
hash of what was stored after we had last written it. While the stored document still has that hash, nobody has edited
it, and a newer default may replace it.
"""

import hashlib
import json
from collections import defaultdict
from pathlib import Path

import frappe

DEFAULTS = Path(__file__).parent / "defaults"
# In this order: a workflow needs its states, a template its language, which not every Frappe has,
# a notification its fields and its template.
FILES = (
	"language",
	"custom_field",
	"grievance_status",
	"delay_reason",
	"out_of_scope_reason",
	"emergency_number",
	"workflow",
	"sla",
	"chat_flow",
	"chat_template",
	"quick_reply",
	"notification",
	"list_view_settings",
	"custom_html_block",
	"report",
	"auto_email_report",
)
# Columns that change without anybody having edited a document.
BOOKKEEPING = {
	"name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "parent", "parentfield", "parenttype",
	"workflow_builder_id", "workflow_data", "accounts",
}  # fmt: skip
# The parent of our rows in DefaultValue; those of other parents ride in every desk page.
MEMORY = "grievance_cell"


def sync() -> None:
	"""Make what is absent and update what is unedited (after_install, after_migrate)."""
	for file in FILES:
		for values in documents(file):
			sync_document(values)


def documents(file: str) -> list[dict]:
	"""Read the documents of one of FILES."""
	return json.loads((DEFAULTS / f"{file}.json").read_text(encoding="utf-8"))


def custom_fields() -> dict[str, list[str]]:
	"""Return the names of our fields by the DocType that they are added to."""
	fields = defaultdict(list)
	for row in documents("custom_field"):
		fields[row["dt"]].append(row["fieldname"])
	return fields


def sync_document(values: dict) -> None:
	doctype = values["doctype"]
	document = frappe.get_doc(values)
	# Some take their name from the language that is spoken, or count on where there is one.
	document.set_new_name(set_name=values.get("name"))
	key = f"{doctype}:{document.name}"
	shipped = hash_of(values)
	remembered = remembered_of(key)
	if not frappe.db.exists(doctype, document.name):
		document.insert(ignore_permissions=True)
	elif remembered.get("shipped") == shipped:
		return
	elif remembered.get("stored") == content_hash(doctype, document.name):
		stored = frappe.get_doc(doctype, document.name)
		stored.update(values)
		stored.save(ignore_permissions=True)
	else:
		return
	remember(key, {"shipped": shipped, "stored": content_hash(doctype, document.name)})


def content_hash(doctype: str, name: str) -> str:
	"""Hash what a document says, rows in their order; what is empty or has its default is left out.

	So a field that a later version adds makes no document look edited.
	"""

	def content(doctype: str, values: dict) -> dict:
		fields = {field.fieldname: field for field in frappe.get_meta(doctype).fields}
		return {
			key: [content(fields[key].options, row) for row in value] if isinstance(value, list) else value
			for key, value in sorted(values.items())
			if key in fields
			and key not in BOOKKEEPING
			and value not in (None, "", 0, [])
			and str(value) != str(fields[key].default)
		}

	return hash_of(content(doctype, stored_values(doctype, name)))


def stored_values(doctype: str, name: str) -> dict:
	"""Read a document's rows as they are stored: a Document would remember the columns of before a migrate."""
	(values,) = frappe.get_all(doctype, {"name": name}, ["*"])
	for table in frappe.get_meta(doctype).get_table_fields():
		rows = {"parent": name, "parenttype": doctype, "parentfield": table.fieldname}
		values[table.fieldname] = frappe.get_all(table.options, rows, ["*"], order_by="idx")
	return values


def hash_of(values: dict) -> str:
	return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def remembered_of(key: str) -> dict:
	"""Read the hashes of a document, past the cache of defaults, which a migrate may find stale."""
	value = frappe.db.get_value("DefaultValue", {"parent": MEMORY, "defkey": key}, "defvalue")
	return json.loads(value or "{}")


def remember(key: str, hashes: dict) -> None:
	frappe.db.set_default(key, json.dumps(hashes), parent=MEMORY)


def forget() -> None:
	"""Delete what was shipped and lies in no module of ours, so that an uninstall leaves nothing behind."""
	own_modules = frappe.get_module_list("grievance_cell")
	keys = frappe.get_all("DefaultValue", {"parent": MEMORY}, pluck="defkey", order_by="creation desc")
	for doctype, _colon, name in (key.partition(":") for key in keys):
		if frappe.get_meta(doctype).module in own_modules:
			continue
		if doctype == "Workflow Action Master" and frappe.db.exists("Workflow Transition", {"action": name}):
			continue
		frappe.delete_doc_if_exists(doctype, name, force=True)
	frappe.db.delete("DefaultValue", {"parent": MEMORY})
