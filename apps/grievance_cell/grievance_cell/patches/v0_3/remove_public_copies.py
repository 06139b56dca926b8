"""Frappe has copied private photos of results into the public folder, without a row that tells of it."""

from pathlib import Path

import frappe
from frappe.core.doctype.file.utils import get_content_hash


def execute() -> None:
	known = set(frappe.get_all("File", {"is_folder": 0, "is_private": 0}, pluck="file_url"))
	for path in Path(frappe.get_site_path("public", "files")).iterdir():
		if not path.is_file() or f"/files/{path.name}" in known:
			continue
		content_hash = get_content_hash(path.read_bytes())
		if frappe.db.exists("File", {"content_hash": content_hash, "is_private": 1}):
			path.unlink()
