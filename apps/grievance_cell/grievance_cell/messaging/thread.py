"""The talk with a citizen about a case, as its form shows it: a page at a time, the latest first asked for."""

import json

import frappe
from frappe import _
from frappe.utils import cint, get_fullname

from grievance_cell.grievances import citizens
from grievance_cell.messaging import messages
from grievance_cell.messaging.providers.errors import OUTSIDE_WINDOW, UNREACHABLE, remedy_of

PAGE, LONGEST_PAGE = 50, 200
FIELDS = [
	"name", "creation", "direction", "state", "message_type", "text", "error", "error_code", "media_state", "file", "template",
	"request_key", "owner", "payload",
]  # fmt: skip


def read(document, before: int | None = None, limit: int = PAGE) -> dict:
	"""Read a page of a document's talk: `messages`, oldest first, and whether there are `older` ones.

	`before` is the name of the oldest message that is known already. Whoever calls this has made sure that the user may
	know whose case it is.
	"""
	citizen = citizens.of_case(document)
	if not citizen:
		return {"messages": [], "older": False}
	limit = min(max(cint(limit), 1), LONGEST_PAGE)
	# What officers are told of the case, or send with a photo of the work, is not said to or by the citizen.
	filters = {
		"reference_doctype": document.doctype,
		"reference_name": document.name,
		"citizen": citizen,
	}
	if before:
		filters["name"] = ("<", cint(before))
	rows = frappe.get_all("Chat Message", filters, FIELDS, order_by="name desc", limit=limit + 1)
	page = rows[:limit][::-1]
	files, authors = _files(page), {}
	for row in page:
		if row.request_key and row.owner not in authors:
			authors[row.owner] = get_fullname(row.owner)
	shown = [
		_shown(row, files.get(row.file), authors.get(row.owner) if row.request_key else "") for row in page
	]
	return {"messages": shown, "older": len(rows) > limit}


def _files(rows: list) -> dict:
	names = [row.file for row in rows if row.file]
	if not names:
		return {}
	found = frappe.get_all("File", {"name": ("in", names)}, ["name", "file_name", "file_url"])
	return {file.name: file for file in found}


def _shown(row, file, author: str) -> dict:
	"""Say of a message what its bubble shows."""
	said = _said_by_citizen(row) if row.direction == "In" else _said_to_citizen(row)
	return {
		"name": row.name,
		"direction": row.direction,
		"on": str(row.creation),
		"state": row.state,
		"type": row.message_type,
		"text": row.text or "",
		"author": author,
		"file": file and {"name": file.file_name, "url": file.file_url},
		"media_state": row.media_state or "",
		"error": _reason(row),
		"is_template": bool(row.template),
		**said,
	}


def _said_by_citizen(row) -> dict:
	body = _parsed(row.payload).get(row.message_type)
	if row.message_type != "location" or not isinstance(body, dict):
		return {}
	known = {field: body.get(field) for field in ("latitude", "longitude")}
	if not all(isinstance(value, int | float) for value in known.values()):
		return {}
	described = [str(body.get(field) or "") for field in ("name", "address")]
	return {"place": {**known, "label": ", ".join(filter(None, described))}}


def _said_to_citizen(row) -> dict:
	reply = messages.reply_of(row)
	place = reply.pin and {
		"latitude": reply.pin.latitude,
		"longitude": reply.pin.longitude,
		"label": ", ".join(filter(None, (reply.pin.name, reply.pin.address))),
	}
	return {
		"choices": [choice.label for choice in reply.choices],
		"asks_location": reply.asks_location,
		"place": place,
	}


def _parsed(payload: str | None) -> dict:
	try:
		parsed = json.loads(payload or "{}")
	except ValueError:
		return {}
	return parsed if isinstance(parsed, dict) else {}


def _reason(row) -> str:
	"""Say in words why a message did not reach the citizen, or why a file of theirs can't be had."""
	if row.state != "Failed":
		return row.error or "" if row.media_state == "Failed" else ""
	if row.error_code == OUTSIDE_WINDOW:
		return _("The citizen had not written for 24 hours, and there was no approved template")
	if row.error_code and remedy_of(row.error_code).kind == UNREACHABLE:
		return _("This number cannot be reached on WhatsApp")
	return row.error or _("WhatsApp gave no reason")


def quoted(session: str, message: dict) -> str:
	"""Name the case in which an officer has written what an inbound message quotes, "" if it quotes nothing of the kind."""
	context = message.get("context")
	quoted_id = context.get("id") if isinstance(context, dict) else None
	if not quoted_id or not isinstance(quoted_id, str):
		return ""
	written = {"message_id": quoted_id, "session": session, "direction": "Out", "request_key": ("is", "set")}
	of = frappe.db.get_value("Chat Message", written, ["reference_doctype", "reference_name"])
	return of[1] if of and of[0] == "Grievance" else ""
