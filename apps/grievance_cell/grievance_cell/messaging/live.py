"""Tell open forms that there is something new in a talk, so that they fetch what their user may see of it."""

import frappe

# The name that the form listens to.
EVENT = "chat_thread"


def tell(doctype: str | None, name: str | None) -> None:
	"""Tell who has a document open, once this transaction is committed; no word of the talk goes along."""
	if doctype and name:
		frappe.db.after_commit.add(lambda: _publish(doctype, name))


def _publish(doctype: str, name: str) -> None:
	try:
		message = {"doctype": doctype, "name": name}
		frappe.publish_realtime(EVENT, message, doctype=doctype, docname=name)
	except Exception:
		# Whoever has the form open sees it a little later.
		frappe.logger("grievance_cell").warning("No word of the talk of %s %s", doctype, name, exc_info=True)
