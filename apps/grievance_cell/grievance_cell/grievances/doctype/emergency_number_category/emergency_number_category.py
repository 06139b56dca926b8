from frappe.model.document import Document


class EmergencyNumberCategory(Document):
	pass
