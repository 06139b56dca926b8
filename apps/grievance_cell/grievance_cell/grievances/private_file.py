from pathlib import Path
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.core.doctype.file.file import File
from frappe.utils import get_files_path

from grievance_cell.grievances.citizens import keeper_of_files

PRIVATE = "/private/files/"
# The fields of a row that say which file it is of.
OPENED_BY = ("file_url", "file_name", "is_private", "is_folder")


class PrivateFile(File):
	"""Frappe's File. What is private stays so when it becomes the value of a field, for which Frappe makes one more row.

	And nobody comes by a private file by knowing its address: who writes that into a field or a row of their own may read the
	file already.
	"""

	def insert(self, *given, **more):
		# Frappe looks for that row where it attached it, and not where a case in confidence keeps its files.
		return self.row_of_field() or super().insert(*given, **more)

	def before_insert(self):
		# What comes with its content is named by Frappe.
		if self.file_url or not self.content:
			self.validate_remote_file()
			self.set_file_name()
			if address := self.private_address():
				refuse_stranger(address)
				# Frappe does not say of the row of a field that it is private, and some versions then copy the file for
				# everybody to read.
				self.file_url, self.is_private = address, 1
		super().before_insert()

	def validate(self):
		if self.opens_another_file() and (address := self.private_address()):
			refuse_stranger(address)
		super().validate()

	def handle_is_private_changed(self):
		# Frappe takes the private file of this name, wherever the address leads.
		if not self.is_private and not self.is_remote_file:
			refuse_stranger(PRIVATE + self.file_url.split("/")[-1])
		super().handle_is_private_changed()

	def get_full_path(self):
		# Whoever asks chooses the host, so that Frappe could take any link for one to this site.
		if self.file_url and self.is_remote_file:
			return self.file_url
		return super().get_full_path()

	def is_downloadable(self):
		# MariaDB finds the row of X.JPG for x.jpg too, and Frappe then sends x.jpg.
		request = getattr(frappe.local, "request", None)
		if request and request.path.startswith(PRIVATE) and request.path != self.file_url:
			return False
		return super().is_downloadable()

	def opens_another_file(self) -> bool:
		"""Tell whether this row, as it is saved, is of another file than it was, or than was uploaded."""
		if self.is_new():
			# Frappe unquotes the address after it has written the file.
			return unquote(self.file_url or "") != (self.file_url or "")
		return any(self.has_value_changed(field) for field in OPENED_BY)

	def private_address(self) -> str | None:
		"""Give the one address of the private file that this row is of, however it is written; None for any other row."""
		if self.is_folder and not self.file_url:
			return None
		opened = frappe.get_doc(
			{
				"doctype": "File",
				"file_url": unquote(self.file_url or ""),
				"file_name": self.file_name,
				"is_private": self.is_private,
			}
		)
		path = Path(opened.get_full_path()).resolve()
		private = Path(get_files_path(is_private=1)).resolve()
		return PRIVATE + str(path.relative_to(private)) if path.is_relative_to(private) else None

	def row_of_field(self):
		if not (self.file_url and self.attached_to_field):
			return None
		keeper, name = keeper_of_files(self.attached_to_doctype, self.attached_to_name)
		attached = {"attached_to_doctype": keeper, "attached_to_name": name}
		of_field = {"file_url": self.file_url, "attached_to_field": self.attached_to_field, **attached}
		found = frappe.db.get_value("File", of_field)
		return found and frappe.get_doc("File", found)


def refuse_stranger(address: str) -> None:
	"""Refuse who asks for a private file, by its address, that they may not read, or of which nothing is known."""
	# What the bot and jobs write into fields they have from us, but for a spreadsheet of somebody's.
	if not getattr(frappe.local, "request", None) and not frappe.flags.in_import:
		return
	rows = frappe.get_all("File", {"file_url": address}, ["name", "file_url"])
	# MariaDB finds X.JPG for x.jpg too.
	same = (row.name for row in rows if row.file_url == address)
	if not any(frappe.get_doc("File", name).has_permission("read") for name in same):
		raise frappe.PermissionError(_("You may not read this file"))
