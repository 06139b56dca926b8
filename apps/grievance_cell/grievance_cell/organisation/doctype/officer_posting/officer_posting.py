import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from grievance_cell.organisation.phone import to_e164


class OfficerPosting(Document):
	def validate(self):
		self.validate_mobile_no()
		self.validate_leave()
		self.validate_not_own_superior()

	def validate_mobile_no(self):
		if not self.mobile_no:
			return
		number = to_e164(self.mobile_no)
		if not number:
			frappe.throw(
				_("{0} is not a mobile number").format(self.mobile_no), frappe.InvalidPhoneNumberError
			)
		self.mobile_no = number

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
