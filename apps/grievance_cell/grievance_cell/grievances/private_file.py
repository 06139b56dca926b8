from urllib.parse import unquote

import frappe
from frappe import _
from frappe.core.doctype.file.file import File

from grievance_cell.grievances.citizens import keeper_of_files


class PrivateFile(File):
	"""Frappe's File. What is private stays so when it becomes the value of a field, for which Frappe makes one more row.

	And nobody comes by a private file by knowing its address: who writes that into a field or a row of their own may read the
	file already.
	"""

	def insert(self, *given, **more):
		# Frappe looks for that row where it attached it, and not where a case in confidence keeps its files.
		return self.row_of_field() or super().insert(*given, **more)

	def before_insert(self):
		# Frappe does not say of that row that it is private, and some versions then copy the file for everybody to read.
		if unquote(self.file_url or "").startswith("/private/files/"):
			self.refuse_stranger()
			self.is_private = 1
		super().before_insert()

	def refuse_stranger(self):
		# What the bot and jobs write into fields they have from us.
		if not getattr(frappe.local, "request", None):
			return
		known = frappe.get_all("File", {"file_url": unquote(self.file_url)}, pluck="name")
		if known and not any(frappe.get_doc("File", name).has_permission("read") for name in known):
			raise frappe.PermissionError(_("You may not read this file"))

	def row_of_field(self):
		if not (self.file_url and self.attached_to_field):
			return None
		keeper, name = keeper_of_files(self.attached_to_doctype, self.attached_to_name)
		attached = {"attached_to_doctype": keeper, "attached_to_name": name}
		of_field = {"file_url": self.file_url, "attached_to_field": self.attached_to_field, **attached}
		found = frappe.db.get_value("File", of_field)
		return found and frappe.get_doc("File", found)
