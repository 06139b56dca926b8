from frappe.model.document import Document

from grievance_cell.database import make_binary, make_unique


class ChatSession(Document):
	pass


def on_doctype_update():
	make_binary("Chat Session", ["conversation_key"])
	make_unique("Chat Session", ["channel", "conversation_key"], "unique_conversation")
