from frappe.model.document import Document


class GrievanceSettings(Document):
	pass
