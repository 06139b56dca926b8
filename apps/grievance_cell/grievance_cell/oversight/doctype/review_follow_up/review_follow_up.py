from frappe.model.document import Document


class ReviewFollowUp(Document):
	pass
