from frappe.model.document import Document


class OfficerPostingArea(Document):
	pass
