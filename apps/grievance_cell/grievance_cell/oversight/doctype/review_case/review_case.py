from frappe.model.document import Document


class ReviewCase(Document):
	pass
