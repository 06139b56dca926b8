"""WhatsApp as a channel of Frappe's own Notification, so that IT staff make notices with no code."""

import frappe
from frappe import _
from frappe.email.doctype.notification.notification import Notification
from frappe.model.base_document import get_controller

from grievance_cell.database import harmless
from grievance_cell.messaging import notices, recipients, templates
from grievance_cell.messaging.notices import WHATSAPP


class WhatsAppNotification(Notification):
	def validate(self):
		super().validate()
		if self.channel == WHATSAPP and not (self.chat_template or (self.message or "").strip()):
			frappe.throw(_("Choose a Chat Template or write a message"), frappe.MandatoryError)

	def send(self, doc):
		"""Put the notice into the outbox for everybody whom it is for; other channels are Frappe's own."""
		if self.channel == WHATSAPP:
			with harmless(f"Notification {self.name} was not sent for {doc.name}"):
				context = {"doc": doc, "remark": ""}
				for recipient in recipients.of(self, doc, context):
					if recipient.wants_whatsapp:
						notices.write(self, recipient, doc)
		super().send(doc)


@frappe.whitelist()
def preview(notification: str, language: str, document: str = "") -> str:
	"""Say a Notification in a language as its recipient will read it: for a document, else with the template's examples.

	Who makes notices has seldom the right to read a case.
	"""
	found = frappe.get_doc("Notification", notification)
	found.check_permission("write")
	if document:
		shown = frappe.get_doc(found.document_type, document)
		shown.check_permission("read")
	elif template := notices.template_of(found, language):
		return templates.text(template, [parameter.example for parameter in template.parameters])
	else:
		shown = frappe.new_doc(found.document_type)
	return notices.text_of(found, shown, "", language)


def is_in_force() -> bool:
	"""Tell whether Notifications are ours on this site: of two apps that override a DocType Frappe takes the last."""
	return issubclass(get_controller("Notification"), WhatsAppNotification)
