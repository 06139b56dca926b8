"""Where one case stands, for whoever knows its number and the last digits of the phone from which it was told."""

import re

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from grievance_cell import limits
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED, category_of

DIGITS = 4
WITHIN_SECONDS = 3600
# Wrong answers within an hour. A case's own limit is the one that holds: an address can be feigned, and a village shares one.
MOST_FOR_A_CASE, MOST_FROM_AN_ADDRESS = 5, 30
# A number without its year is of one of the last ones.
YEARS = 3
NUMBER = re.compile(r"[A-Za-z]+-\d{4}-\d+|\d{1,9}")
FIELDS = (
	"name", "grievance_type", "status", "department", "registered_on", "resolution_by", "expected_by", "delay_reason",
	"resolved_on", "closed_on", "duplicate_of",
)  # fmt: skip
# Of a joined case it is said where the main one stands.
OF_WORK = ("status", "department", "resolution_by", "expected_by", "delay_reason", "resolved_on", "closed_on")


def find(number: str, digits: str, address: str) -> frappe._dict:
	"""Find a case by its number, whole or without year and zeros, and the last four digits of the citizen's phone.

	Returns what anybody may read of it: no text, place or name. A case in which the citizen's identity is protected is not
	found. Raises ValidationError when there is none, and TooManyRequestsError after five wrong answers for a case, or thirty
	from an address, in an hour.
	"""
	number, digits = _ascii(number).upper(), _ascii(digits)
	if not NUMBER.fullmatch(number) or not re.fullmatch(rf"\d{{{DIGITS}}}", digits):
		frappe.throw(_("Please write the number of the case, and the last four digits of the phone."))
	# The same case, however its number is written.
	tries = {
		f"case:{int(number.rsplit('-', 1)[-1])}": MOST_FOR_A_CASE,
		f"address:{address}": MOST_FROM_AN_ADDRESS,
	}
	tries = {f"public_status:{what}": most for what, most in tries.items()}
	if any(limits.is_reached(what, most) for what, most in tries.items()):
		frappe.throw(
			_("That was tried too often. Please try again in an hour, or ask us over WhatsApp."),
			frappe.TooManyRequestsError,
		)
	case_tries, address_tries = tries
	# Before it is looked for: of many who guess at once none goes uncounted.
	limits.count(case_tries, WITHIN_SECONDS)
	# By whole names, which are found on their index.
	years = range(now_datetime().year, now_datetime().year - YEARS, -1)
	names = [number] if "-" in number else [f"GRV-{year}-{int(number):06d}" for year in years]
	cases = frappe.get_all(
		"Grievance",
		{
			"name": ("in", names),
			"mobile_no": ("like", f"%{digits}"),
			"confidential": 0,
			"parent_grievance": ("is", "not set"),
		},
		FIELDS,
		order_by="registered_on desc",
		limit=1,
	)
	if not cases:
		limits.count(address_tries, WITHIN_SECONDS)
		frappe.throw(_("There is no case with this number and these digits."))
	limits.forget(case_tries)
	(case,) = cases
	if case.duplicate_of:
		case.update(frappe.db.get_value("Grievance", case.duplicate_of, OF_WORK, as_dict=True))
	if category_of(case.status) in (RESOLVED, CLOSED):
		case.update(resolution_by=None, expected_by=None, delay_reason=None)
	# The date that was once promised for Long Term stays on the case when it has come back from there.
	elif case.expected_by and case.expected_by < getdate():
		case.expected_by = None
	return case


def _ascii(text: str) -> str:
	"""Write the digits of any script as 0 to 9, without spaces."""
	return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text if not sign.isspace())
