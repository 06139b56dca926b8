"""Telling officers in the desk what happened to a case."""

from collections.abc import Callable

import frappe

from grievance_cell.organisation.postings import worker_of


def tell_posting(posting: str | None, case, say: Callable[[str], str]) -> None:
	"""Notify whoever has charge of a posting in the desk; `say` gives the text in the language it is called with."""
	if user := worker_of(posting):
		tell(user, case, say(language_of(user)))


def language_of(user: str | None) -> str:
	"""Name the language of a user, else that of the site."""
	return (user and frappe.get_cached_value("User", user, "language")) or frappe.local.lang


def tell(user: str | None, case, subject: str, content: str = "") -> None:
	"""Notify a user in the desk of something about a case."""
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
