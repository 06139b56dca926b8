from frappe.model.document import Document


class DelayReason(Document):
	pass
