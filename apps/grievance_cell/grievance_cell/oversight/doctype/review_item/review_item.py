from frappe.model.document import Document


class ReviewItem(Document):
	pass
