from frappe.model.document import Document


class OutofScopeReason(Document):
	pass
