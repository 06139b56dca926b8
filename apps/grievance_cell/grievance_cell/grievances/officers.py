"""Telling officers in the desk what happened to a case."""

from collections.abc import Callable

import frappe

from grievance_cell.organisation.postings import worker_of


def tell_officer(case, subject: str, content: str = "") -> None:
	"""Notify the officer of a case in the desk."""
	tell(case.assigned_to, case, subject, content)


def tell_posting(posting: str | None, case, say: Callable[[str], str]) -> None:
	"""Notify whoever has charge of a posting in the desk; `say` gives the text in the language it is called with."""
	if user := worker_of(posting):
		language = frappe.get_cached_value("User", user, "language") or frappe.local.lang
		tell(user, case, say(language))


def tell(user: str | None, case, subject: str, content: str = "") -> None:
	if not user:
		return
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user,
			"subject": frappe.utils.escape_html(subject),
			"email_content": frappe.utils.escape_html(content),
			"document_type": case.doctype,
			"document_name": case.name,
		}
	).insert(ignore_permissions=True)
