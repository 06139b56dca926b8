import frappe
from frappe.model.document import Document

from grievance_cell.database import make_binary
from grievance_cell.organisation.phone import without_numbers


class ChatEvent(Document):
	@property
	def said(self) -> str:
		"""Show what came, for whoever has to answer by hand what we could not; numbers are masked."""
		return without_numbers(self.payload)


def on_doctype_update():
	make_binary("Chat Event", ["event_key", "conversation_key"])
	frappe.db.add_index("Chat Event", ["state", "shard", "name"], index_name="work")
	frappe.db.add_index("Chat Event", ["channel", "state", "received_on", "kind"], index_name="health")
