import frappe
from frappe import _
from frappe.model.document import Document

from grievance_cell.messaging import channels


class ChatChannel(Document):
	def validate(self):
		self.validate_ids()

	def validate_ids(self):
		for field in ("phone_number_id", "business_account_id"):
			if not (self.get(field) or "").isdecimal():
				frappe.throw(
					_("{0} is a number that Meta shows, digits only").format(_(self.meta.get_label(field)))
				)

	@frappe.whitelist()
	def resume(self) -> None:
		"""Send again, after what had stopped the number was put right."""
		self.check_permission("write")
		channels.resume(self.name)
