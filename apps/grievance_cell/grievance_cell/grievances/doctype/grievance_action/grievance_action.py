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


def on_doctype_update():
	# What was done lately is asked for every morning; Frappe's own index is not the same in every version.
	frappe.db.add_index("Grievance Action", ["creation"], index_name="done_lately")
	# The transfers of a period.
	frappe.db.add_index("Grievance Action", ["action", "done_on"])
