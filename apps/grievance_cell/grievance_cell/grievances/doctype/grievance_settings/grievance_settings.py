from frappe.model.document import Document


class GrievanceSettings(Document):
	def before_insert(self):
		# Frappe puts the present time into each Time field of a new document, whatever its default is.
		for field in self.meta.get("fields", {"fieldtype": "Time"}):
			self.set(field.fieldname, field.default)
