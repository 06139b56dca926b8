import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


class OfficerPosting(Document):
	def validate(self):
		self.validate_leave()
		self.validate_not_own_superior()

	def validate_leave(self):
		if (
			self.on_leave_from
			and self.on_leave_to
			and getdate(self.on_leave_from) > getdate(self.on_leave_to)
		):
			frappe.throw(_("The leave ends before it begins"))

	def validate_not_own_superior(self):
		for field in ("reports_to", "charge_given_to"):
			if self.get(field) and self.get(field) == self.name:
				frappe.throw(_("{0} cannot be the posting itself").format(_(self.meta.get_label(field))))
