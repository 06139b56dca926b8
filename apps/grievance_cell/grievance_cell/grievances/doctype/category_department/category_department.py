from frappe.model.document import Document


class CategoryDepartment(Document):
	pass
