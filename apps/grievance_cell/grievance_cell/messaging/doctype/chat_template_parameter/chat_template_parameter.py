from frappe.model.document import Document


class ChatTemplateParameter(Document):
	pass
