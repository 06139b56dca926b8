from frappe.model.document import Document


class SLATarget(Document):
	pass
