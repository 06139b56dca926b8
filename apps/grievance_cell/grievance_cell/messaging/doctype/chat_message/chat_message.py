import frappe
from frappe.model.document import Document

from grievance_cell.database import make_binary


class ChatMessage(Document):
	pass


def on_doctype_update():
	make_binary("Chat Message", ["message_id"])
	frappe.db.add_index("Chat Message", ["state", "shard", "name"], index_name="work")
	frappe.db.add_index("Chat Message", ["state", "creation", "session"], index_name="health")
	frappe.db.add_index("Chat Message", ["media_state", "next_attempt_on"], index_name="media")
