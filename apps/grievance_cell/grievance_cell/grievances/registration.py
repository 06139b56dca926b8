"""A case that staff take down for a citizen: at the counter, on the phone, from a slip of a camp."""

import frappe
from frappe import _

from grievance_cell.database import is_transient
from grievance_cell.grievances import citizens
from grievance_cell.organisation.phone import to_e164

CASE = "Grievance"
# Two who register at one moment wait for the same numbers.
TRIES = 3


def register(values: dict, key: str) -> str:
	"""Register a case in a transaction of its own, once for a key; name it, or the one that is there already.

	`values` are fields of Grievance; it is made with the rights of the session's user. The transaction is rolled back where
	that fails, and left to the caller to commit where not. Raises frappe.ValidationError, in words.
	"""
	if name := registered(key):
		return name
	check_person(values)
	for attempt in range(1, TRIES + 1):
		try:
			return frappe.get_doc({**values, "doctype": CASE, "registration_key": key}).insert().name
		except Exception as error:
			frappe.db.rollback()
			# Pressed twice: the other request was the first.
			if name := registered(key):
				frappe.clear_messages()
				return name
			if attempt == TRIES or not is_transient(error):
				raise


def registered(key: str) -> str | None:
	"""Name the case that was registered under a key."""
	return frappe.db.get_value(CASE, {"registration_key": key}) if key else None


def check_person(values: dict) -> None:
	"""Refuse a number that is none, and one of somebody new without a name, who could not be written to."""
	number = (values.get("mobile_no") or "").strip()
	if not number:
		return
	if not to_e164(number):
		frappe.throw(_("{0} is not a mobile number").format(number), frappe.InvalidPhoneNumberError)
	if not (values.get("citizen_name") or "").strip() and not citizens.find(to_e164(number), None):
		frappe.throw(_("This number is new: write down whose it is"), frappe.MandatoryError)
