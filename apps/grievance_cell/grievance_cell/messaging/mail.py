"""E-mail that goes beside a WhatsApp message, in the same transaction; Frappe's own queue sends it later."""

import frappe
from frappe.utils import escape_html

from grievance_cell.database import is_transient


def send(address: str, subject: str, text: str, doctype: str, name: str) -> None:
	"""Queue an e-mail about a document. A site without outgoing mail has none, and trouble with it stops nothing else."""
	if not (frappe.conf.mail_server or has_account()):
		return
	frappe.db.savepoint("mail")
	try:
		frappe.sendmail(
			recipients=[address],
			subject=subject,
			message=escape_html(text).replace("\n", "<br>"),
			reference_doctype=doctype,
			reference_name=name,
			add_unsubscribe_link=0,
		)
	except Exception as error:
		if is_transient(error):
			raise
		frappe.db.rollback(save_point="mail")
		frappe.log_error(title=f"No e-mail about {doctype} {name}")


def has_account() -> bool:
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))
