import frappe
from frappe import _
from frappe.model.document import Document

from grievance_cell.database import make_binary
from grievance_cell.grievances.phone import to_e164


class Citizen(Document):
	def validate(self):
		self.validate_mobile_no()

	def validate_mobile_no(self):
		if not self.mobile_no:
			return
		number = to_e164(self.mobile_no)
		if not number:
			frappe.throw(
				_("{0} is not a mobile number").format(self.mobile_no), frappe.InvalidPhoneNumberError
			)
		self.mobile_no = number


def on_doctype_update():
	make_binary("Citizen", ["whatsapp_id"])
