from frappe.model.document import Document


class SLAWorkingWindow(Document):
	pass
