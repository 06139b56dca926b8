from frappe.model.document import Document


class LocalAreaName(Document):
	pass
