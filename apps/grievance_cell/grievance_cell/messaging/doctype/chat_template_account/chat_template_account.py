from frappe.model.document import Document


class ChatTemplateAccount(Document):
	pass
