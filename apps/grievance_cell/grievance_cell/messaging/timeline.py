"""What the desk shows below a case, beside Frappe's own: each thing that was done. What was said is in the talk (thread.py)."""

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname

from grievance_cell.grievances.citizens import bot_user

# Of a case with more, the latest are shown; all are in the Grievance Actions.
MOST = 200


def of_case(doctype: str, name: str) -> list[dict]:
	"""List a case's Grievance Actions for its form (additional_timeline_content).

	Frappe has made sure that the user may read the case: what was done about it is read with it.
	"""
	rows = frappe.get_all(
		"Grievance Action",
		{"reference_doctype": doctype, "reference_name": name},
		["action", "actor", "posting", "from_department", "to_department", "remark", "done_on"],
		order_by="name desc",
		limit=MOST,
	)
	return [{"icon": "branch", "creation": row.done_on, "content": _line(row)} for row in rows]


def _line(row) -> str:
	"""Write what was done, by whom, in which office, and what was said of it."""
	what = _(row.action)
	if row.to_department and row.from_department and row.to_department != row.from_department:
		what += f": {_(row.from_department)} → {_(row.to_department)}"
	# The citizen acts through the bot's user, which nobody knows by its name.
	who = _("Citizen") if row.actor == bot_user() else get_fullname(row.actor)
	by = " · ".join(filter(None, (who, row.posting)))
	said = f"<div class='text-muted'>{escape_html(row.remark)}</div>" if row.remark else ""
	return f"<b>{escape_html(what)}</b> {escape_html(by)}{said}"
