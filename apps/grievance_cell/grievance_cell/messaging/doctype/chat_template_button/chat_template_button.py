from frappe.model.document import Document


class ChatTemplateButton(Document):
	pass
