"""A citizen's full number, which no form and no list shows."""

import frappe
from frappe import _

from grievance_cell import limits
from grievance_cell.grievances import actions

REVEALED = "Number Revealed"
# Enough for a day's calls, too few to copy the citizens' directory.
MOST_REVEALED, WITHIN_SECONDS = 60, 3600
HAVE_NUMBERS = ("Grievance", "Citizen", "Callback Request")


def reveal(doctype: str, name: str) -> str:
	"""Show a document's number to who sees the document, and write down who did and when; "" where there is none.

	Raises PermissionError, or TooManyRequestsError after 60 numbers in an hour.
	"""
	if doctype not in HAVE_NUMBERS:
		frappe.throw(_("There is no number on {0}").format(_(doctype)), frappe.PermissionError)
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	identity = document
	if document.get("confidential"):
		identity = frappe.get_doc("Protected Identity", document.name)
		identity.check_permission("read")
	count_reveal(frappe.session.user)
	actions.record(document, REVEALED, posting=document.get("posting"))
	return identity.mobile_no or ""


def count_reveal(user: str) -> None:
	if limits.count(f"numbers_revealed:{user}", WITHIN_SECONDS) > MOST_REVEALED:
		frappe.throw(
			_("You have looked at {0} numbers within an hour. Please wait.").format(MOST_REVEALED),
			frappe.TooManyRequestsError,
		)
