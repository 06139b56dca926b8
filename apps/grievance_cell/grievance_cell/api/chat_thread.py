"""What the form of a case asks about the talk with its citizen. Each looks whether the user may, and calls the function."""

import frappe
from frappe import _

from grievance_cell.database import restarted
from grievance_cell.grievances.visibility import sees_identity
from grievance_cell.messaging import quick_replies, replies, thread


class TalkIsKept(frappe.PermissionError):
	"""A case that its reader may see, while whose it is is kept from them."""


@frappe.whitelist()
def read(doctype: str, name: str, before: int | None = None, limit: int = thread.PAGE) -> dict:
	"""Read a page of a talk, and how the citizen can be written to: messages, older, and `reply` (kind, why, until, ...).

	To who may read the case and not know whose it is, it only says in words that the talk is `kept` from them.
	"""
	try:
		document = open_document(doctype, name, "read")
	except TalkIsKept as kept:
		return {"kept": str(kept)}
	page = thread.read(document, before, limit)
	return page if before else {**page, "reply": standing(document)}


def standing(document) -> dict:
	"""Say how, until when and by whom the citizen of a case can be written to."""
	if not document.has_permission("write"):
		return {"kind": "", "why": _("You may read this talk, and not write in it"), "notes": []}
	way = replies.way_to(document)
	return {
		"kind": way.kind,
		"why": way.why,
		"until": way.until and str(way.until),
		"notes": way.notes,
		"question_move": replies.question_move(document) if way.kind else "",
		"longest_text": replies.LONGEST_TEXT,
		"longest_caption": replies.LONGEST_CAPTION,
	}


@frappe.whitelist()
def quick_texts(doctype: str, name: str) -> list[dict]:
	"""List the quick replies for a case: title, and text as the citizen would read it."""
	return quick_replies.offered(open_document(doctype, name))


@frappe.whitelist()
def templates(doctype: str, name: str) -> list[dict]:
	"""List the templates that can be sent to the citizen of a case now: notice, text, wants_remark."""
	return replies.offered_templates(open_document(doctype, name))


@frappe.whitelist(methods=["POST"])
@restarted
def send_text(doctype: str, name: str, text: str, key: str) -> None:
	"""Write to the citizen of a case; `key` is of the form's own making, and the same for the same message."""
	replies.send_text(open_document(doctype, name), text, key)


@frappe.whitelist(methods=["POST"])
@restarted
def send_file(doctype: str, name: str, file: str, key: str, caption: str = "") -> None:
	"""Send a file of a case to its citizen."""
	replies.send_file(open_document(doctype, name), file, caption, key)


@frappe.whitelist(methods=["POST"])
@restarted
def send_template(doctype: str, name: str, notice: str, key: str, remark: str = "") -> None:
	"""Send an approved template to the citizen of a case."""
	replies.send_template(open_document(doctype, name), notice, remark, key)


def open_document(doctype: str, name: str, right: str = "write"):
	"""Get a document for its talk; raises frappe.PermissionError unless the user has this right and may know whose it is."""
	field = frappe.get_meta(doctype).get_field("citizen")
	if not field or field.options != "Citizen":
		raise frappe.PermissionError
	document = frappe.get_doc(doctype, name)
	document.check_permission(right)
	if not sees_identity(name):
		raise TalkIsKept(_("Whose case this is, and so what was said with them, is kept from you"))
	return document
