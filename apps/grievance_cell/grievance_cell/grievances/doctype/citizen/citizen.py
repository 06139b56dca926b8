import frappe
from frappe import _
from frappe.model.document import Document

from grievance_cell.database import make_binary
from grievance_cell.organisation.phone import masked, to_e164

UNREAD_FIELDS = ("mobile_no", "alternate_mobile_no", "whatsapp_id")


class Citizen(Document):
	def validate(self):
		self.keep_unread_fields()
		self.validate_mobile_no()
		self.mobile_masked = masked(self.mobile_no)

	def keep_unread_fields(self):
		"""Keep what a form that never had it sends back empty: the numbers, which are written but not read."""
		before = self.get_doc_before_save()
		for field in UNREAD_FIELDS if before else ():
			self.set(field, self.get(field) or before.get(field))

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
