"""The record of what was done: one row a thing done, never changed."""

import frappe
from frappe.utils import now_datetime


def record(document, action: str, *, actor: str | None = None, **details):
	"""Write down that something was done to a document (Grievance, or whatever has a lifecycle like it).

	`details` are further fields of Grievance Action: posting, from_status, to_status, remark, visible_to_citizen, ...
	"""
	row = frappe.get_doc(
		{
			"doctype": "Grievance Action",
			"reference_doctype": document.doctype,
			"reference_name": document.name,
			"action": action,
			"actor": actor or frappe.session.user,
			"done_on": now_datetime(),
			"through": document.flags.through,
			**details,
		}
	)
	# Who is told of it need not read it again.
	row.flags.document = document
	if document.get("parent_grievance"):
		# The citizen hears of the whole, of which this is a part.
		row.visible_to_citizen = 0
		row.of_part = 1
	# Nobody has the right to make rows by hand; every one is made here, after the act that it records was allowed.
	return row.insert(ignore_permissions=True)
