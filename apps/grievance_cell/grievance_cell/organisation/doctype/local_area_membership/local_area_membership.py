from frappe.model.document import Document


class LocalAreaMembership(Document):
	pass
