from frappe.model.document import Document

from grievance_cell.messaging import quick_replies


class QuickReply(Document):
	"""A text that officers choose instead of typing it."""

	def validate(self):
		quick_replies.check(self.message)
