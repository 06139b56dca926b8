"""What the desk shows below a case, beside Frappe's own: each thing that was done, and what was said over WhatsApp."""

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname

from grievance_cell.grievances import citizens
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.visibility import sees_identity

# Of a case with more, the latest are shown; the whole talk is in the Chat Messages.
MOST = 200


def of_case(doctype: str, name: str) -> list[dict]:
	"""List a case's Grievance Actions and Chat Messages for its form (additional_timeline_content).

	Frappe has made sure that the user may read the case: what was done and said about it is read with it.
	"""
	return [*_actions(doctype, name), *(_messages(doctype, name) if sees_identity(name) else [])]


def _actions(doctype: str, name: str) -> list[dict]:
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


def _messages(doctype: str, name: str) -> list[dict]:
	citizen = citizens.of_case(frappe.get_doc(doctype, name))
	if not citizen:
		return []
	rows = frappe.get_all(
		"Chat Message",
		# What officers are told of the case, or send with a photo of the work, is not said to or by the citizen.
		{"reference_doctype": doctype, "reference_name": name, "text": ("is", "set"), "citizen": citizen},
		["direction", "text", "state", "error", "creation"],
		order_by="name desc",
		limit=MOST,
	)
	return [
		{
			"icon": "small-message",
			"is_card": 1,
			"creation": row.creation,
			"content": f"<div><b>{_bubble(row)}</b><div>{_paragraph(row.text)}</div></div>",
		}
		for row in rows
	]


def _bubble(row) -> str:
	if row.direction == "In":
		return _("Citizen, over WhatsApp")
	failed = f": {escape_html(row.error)}" if row.state == "Failed" and row.error else ""
	return f"{_('To the citizen, over WhatsApp')} ({_(row.state)}{failed})"


def _paragraph(text: str) -> str:
	return escape_html(text).replace("\n", "<br>")
