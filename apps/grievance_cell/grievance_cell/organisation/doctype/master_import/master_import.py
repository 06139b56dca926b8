import csv
import io

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.xlsxutils import make_xlsx

from grievance_cell.organisation import importing


class MasterImport(Document):
	"""A file of masters, what it would change, and whether that was done."""

	def onload(self):
		self.set_onload("is_being_worked_on", importing.is_being_worked_on(self))

	def validate(self):
		self.keep_file_private()
		self.forget_preview()

	def keep_file_private(self):
		"""Frappe makes a public copy of a file that was not attached to this field of this document."""
		if not self.file:
			return
		attached = {"file_url": self.file, "attached_to_doctype": self.doctype, "attached_to_name": self.name}
		name = not self.is_new() and frappe.db.get_value("File", attached)
		if not name:
			frappe.throw(_("Save first, then attach the file"))
		frappe.db.set_value("File", name, "attached_to_field", "file", update_modified=False)

	def forget_preview(self):
		"""Whatever was previewed was another file, or another reading of it."""
		given = ("what", "file", "within", "local_language")
		if not self.is_new() and any(self.has_value_changed(fieldname) for fieldname in given):
			self.update({"status": importing.NOT_PREVIEWED, "promise": None, "counts": None, "result": None})


@frappe.whitelist(methods=["POST"])
def preview(name: str) -> None:
	"""Say what a file would change, and change nothing."""
	frappe.get_doc("Master Import", name).check_permission("write")
	importing.begin(name, importing.PREVIEW)


@frappe.whitelist(methods=["POST"])
def import_file(name: str) -> None:
	"""Import what was previewed, all of it or nothing."""
	frappe.get_doc("Master Import", name).check_permission("write")
	importing.begin(name, importing.IMPORT)


@frappe.whitelist()
def sample(what: str, file_type: str = "csv") -> None:
	"""Download a file with the headings and some rows, as CSV or XLSX."""
	if not frappe.has_permission("Master Import", "create"):
		raise frappe.PermissionError
	rows = importing.kind_of(what).sample_rows()
	if file_type == "xlsx":
		content = make_xlsx(rows, _(what)).getvalue()
	else:
		written = io.StringIO()
		csv.writer(written).writerows(rows)
		# With the mark by which Excel knows that it is UTF-8.
		content = written.getvalue().encode("utf-8-sig")
	frappe.local.response.update(
		{
			"type": "download",
			"filename": f"{frappe.scrub(what)}.{'xlsx' if file_type == 'xlsx' else 'csv'}",
			"filecontent": content,
		}
	)
