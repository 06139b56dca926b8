import frappe
from frappe import _
from frappe.model.document import Document

# What a telephone dials: digits, with a country's + before them and spaces or hyphens between.
LETTERS = set("0123456789 -")


class EmergencyNumber(Document):
	def validate(self):
		self.phone_number = (self.phone_number or "").strip()
		if not set(self.phone_number.removeprefix("+")) <= LETTERS or not self.phone_number[-1:].isdecimal():
			frappe.throw(_("{0} is not a telephone number").format(self.phone_number))
