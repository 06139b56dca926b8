from frappe.model.document import Document


class Department(Document):
	pass
