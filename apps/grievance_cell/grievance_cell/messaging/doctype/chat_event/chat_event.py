import frappe
from frappe.model.document import Document

from grievance_cell.database import make_binary


class ChatEvent(Document):
	pass


def on_doctype_update():
	make_binary("Chat Event", ["event_key", "conversation_key"])
	frappe.db.add_index("Chat Event", ["state", "shard", "name"], index_name="work")
	frappe.db.add_index("Chat Event", ["channel", "state", "received_on", "kind"], index_name="health")
