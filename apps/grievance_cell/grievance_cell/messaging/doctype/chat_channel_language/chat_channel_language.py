from frappe.model.document import Document


class ChatChannelLanguage(Document):
	pass
