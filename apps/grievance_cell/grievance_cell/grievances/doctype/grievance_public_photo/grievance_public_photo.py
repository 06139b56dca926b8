from frappe.model.document import Document


class GrievancePublicPhoto(Document):
	pass
