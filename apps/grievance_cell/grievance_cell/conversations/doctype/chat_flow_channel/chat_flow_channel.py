from frappe.model.document import Document


class ChatFlowChannel(Document):
	pass
