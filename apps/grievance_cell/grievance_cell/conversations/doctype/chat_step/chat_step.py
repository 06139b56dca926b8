from frappe.model.document import Document


class ChatStep(Document):
	pass
