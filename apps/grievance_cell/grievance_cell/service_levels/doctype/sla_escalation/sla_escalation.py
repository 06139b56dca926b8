from frappe.model.document import Document


class SLAEscalation(Document):
	pass
