from frappe.model.document import Document


class ProtectedIdentity(Document):
	pass
