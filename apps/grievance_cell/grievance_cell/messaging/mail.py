"""E-mail that goes beside a WhatsApp message, in the same transaction; Frappe's own queue sends it later."""

import frappe
from frappe.utils import escape_html

from grievance_cell.database import harmless
from grievance_cell.messaging.wake import queue_answers


def send(address: str, subject: str, text: str, doctype: str, name: str) -> None:
	"""Queue an e-mail about a document. A site without outgoing mail has none, and trouble with it stops nothing else."""
	if is_possible():
		with harmless(f"No e-mail about {doctype} {name}"):
			frappe.sendmail(
				recipients=[address],
				subject=subject,
				message=escape_html(text).replace("\n", "<br>"),
				reference_doctype=doctype,
				reference_name=name,
				add_unsubscribe_link=0,
			)


def send_after_commit(address: str, subject: str, text: str, doctype: str, name: str) -> None:
	"""Leave an e-mail to a job, since writing one takes longer than all else that is done to a case."""
	given = {"address": address, "subject": subject, "text": text, "doctype": doctype, "name": name}
	frappe.db.after_commit.add(lambda: _leave_to_job(given))


def _leave_to_job(given: dict) -> None:
	try:
		if queue_answers():
			frappe.enqueue("grievance_cell.messaging.mail.send", queue="short", **given)
	except Exception:
		# What it tells is in the desk as well.
		frappe.logger("grievance_cell").warning("No e-mail to %s", given["address"], exc_info=True)


def send_template(address: str, subject: str, template: str, values: dict) -> None:
	"""Queue an e-mail that is written out from templates/emails, in the language that is spoken."""
	frappe.sendmail(
		recipients=[address], subject=subject, template=template, args=values, add_unsubscribe_link=0
	)


def is_possible() -> bool:
	return bool(frappe.conf.mail_server or has_account())


def has_account() -> bool:
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))
