from frappe.model.document import Document


class DutyShift(Document):
	pass
