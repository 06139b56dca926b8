from frappe.model.document import Document


class ErasureReport(Document):
	pass
