from frappe.model.document import Document


class CampSlip(Document):
	pass
