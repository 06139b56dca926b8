from frappe.model.document import Document


class CategoryModel(Document):
	pass
