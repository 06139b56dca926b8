import frappe
from frappe import _
from frappe.model.document import Document


class GrievanceAction(Document):
	def validate(self):
		if not self.is_new():
			frappe.throw(_("What was done cannot be changed"), frappe.PermissionError)

	def on_trash(self):
		# An erased or uninstalled site takes its record along; nobody deletes a single row.
		if not frappe.flags.in_uninstall:
			frappe.throw(_("What was done cannot be deleted"), frappe.PermissionError)
