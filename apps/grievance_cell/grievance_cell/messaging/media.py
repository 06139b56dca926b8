"""Files that citizens send: fetched by a job of their own, checked by content, attached as private files."""

import base64
import hashlib
import json
from collections.abc import Callable

import filetype
import frappe
from frappe import _
from frappe.core.api.file import get_max_file_size

from grievance_cell.grievances import citizens
from grievance_cell.messaging import channels, live
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError
from grievance_cell.plain_text import plain

MB = 1024 * 1024
# What WhatsApp lets through, by type of message.
LIMITS = {"image": 5 * MB, "sticker": 1 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB}
# What a file of each type must be by its first bytes. Papers are whatever an office reads, and no programs.
ALLOWED = {
	"image": {"jpg", "png", "webp"},
	"sticker": {"webp"},
	"audio": {"ogg", "mp3", "m4a", "aac", "amr", "mp4"},
	"video": {"mp4", "3gp"},
	"document": {"pdf", "jpg", "png", "webp", "doc", "docx", "xls", "xlsx", "odt", "ods", "zip"},
}
MOST_ATTEMPTS = 6


def fetch_after_commit(message: int) -> None:
	"""Fetch a message's file once the message is committed; a job that is lost is found by the sweeper."""

	def enqueue():
		try:
			frappe.enqueue("grievance_cell.messaging.media.fetch", queue="short", message=message)
		except Exception:
			frappe.logger("grievance_cell").warning("Could not enqueue the file of message %s", message)

	frappe.db.after_commit.add(enqueue)


def fetch(message: int, connect: Callable | None = None) -> None:
	"""Download a message's file and attach it to what the message belongs to, or to the message until that is known.

	A failed or too large download never loses the message: it is tried again, then shown on the case. `connect` is how
	its channel is reached, where that is not the usual way.
	"""
	row = frappe.db.get_value(
		"Chat Message", message, ["media_state", "media_id", "message_type", "session", "payload", "attempts"],
		as_dict=True,
	)  # fmt: skip
	if not row or row.media_state != "Pending":
		return
	frappe.db.set_value(
		"Chat Message",
		message,
		{
			"attempts": row.attempts + 1,
			"next_attempt_on": frappe.utils.add_to_date(None, minutes=2**row.attempts),
		},
		update_modified=False,
	)
	channel = frappe.get_cached_doc(
		"Chat Channel", frappe.db.get_value("Chat Session", row.session, "channel")
	)
	# Nothing may stand open while we wait for Meta; a job that dies here is counted.
	frappe.db.commit()
	try:
		content, extension = download(channel, row, connect or channels.connect)
		keep(message, row, content, extension)
	except ProviderError as error:
		if not error.retryable or row.attempts + 1 >= MOST_ATTEMPTS:
			give_up(message, str(error))
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=f"The file of Chat Message {message} could not be kept")
		frappe.db.commit()
		if row.attempts + 1 >= MOST_ATTEMPTS:
			give_up(message, _("An error of ours, see the Error Log"))


def download(channel, row, connect: Callable) -> tuple[bytes, str]:
	"""Fetch a file and check it: size, sha256 and what it is by its content. Returns it with its true extension."""
	kind = row.message_type
	with connect(channel) as provider:
		described = provider.media(row.media_id)
		content = provider.download(described["url"], min(LIMITS[kind], get_max_file_size()))
	if described.get("sha256") and not has_digest(content, described["sha256"]):
		raise ProviderError(0, "The file was damaged on its way", retryable=True)
	extension = filetype.guess_extension(content)
	if extension not in ALLOWED[kind]:
		raise ProviderError(0, f"Not an accepted file: {extension or 'unknown'}", retryable=False)
	return content, extension


def has_digest(content: bytes, digest: str) -> bool:
	"""Compare a file with its sha256, which Meta writes in hexadecimal here and in base64 there."""
	found = hashlib.sha256(content)
	return digest in (found.hexdigest(), base64.b64encode(found.digest()).decode())


def keep(message: int, row, content: bytes, extension: str) -> None:
	"""Store a file privately. The message's row is locked, so that `attach` comes wholly before or wholly after."""
	# A new transaction: `attach` may have come since this one's snapshot, taken before the download.
	frappe.db.rollback()
	owner = frappe.db.get_value(
		"Chat Message",
		message,
		["media_state", "reference_doctype", "reference_name"],
		as_dict=True,
		for_update=True,
	)
	if owner.media_state != "Pending":
		frappe.db.rollback()
		return
	body = json.loads(row.payload).get(row.message_type) or {}
	stem = plain(str(body.get("filename") or row.message_type)).rsplit(".", 1)[0][:80]
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{stem}-{message}.{extension}",
			"content": content,
			"is_private": 1,
			"attached_to_doctype": owner.reference_doctype or "Chat Message",
			"attached_to_name": owner.reference_name or str(message),
		}
	).insert(ignore_permissions=True)
	frappe.db.set_value(
		"Chat Message", message, {"media_state": "Fetched", "file": file.name, "next_attempt_on": None}
	)
	live.tell(owner.reference_doctype, owner.reference_name)
	frappe.db.commit()


def attach(messages: tuple[str, ...], doctype: str, name: str) -> None:
	"""Give messages, and the files that are fetched already, to the document that they belong to."""
	for message in messages:
		file = frappe.db.get_value(
			"Chat Message", message, ["file", "media_state", "error"], as_dict=True, for_update=True
		)
		frappe.db.set_value(
			"Chat Message",
			message,
			{"reference_doctype": doctype, "reference_name": name},
			update_modified=False,
		)
		if file and file.file:
			keeper, kept = citizens.keeper_of_files(doctype, name)
			frappe.get_doc("File", file.file).db_set(
				{"attached_to_doctype": keeper, "attached_to_name": kept}, update_modified=False
			)
		elif file and file.media_state == "Failed":
			show_missing(doctype, name, file.error)


def give_up(message: int, reason: str) -> None:
	"""Note that a file can't be had, on its message and on the case."""
	frappe.db.rollback()
	owner = frappe.db.get_value(
		"Chat Message", message, ["reference_doctype", "reference_name"], as_dict=True, for_update=True
	)
	frappe.db.set_value(
		"Chat Message", message, {"media_state": "Failed", "error": reason[:500], "next_attempt_on": None}
	)
	if owner.reference_name:
		show_missing(owner.reference_doctype, owner.reference_name, reason)
		live.tell(owner.reference_doctype, owner.reference_name)
	frappe.db.commit()


def show_missing(doctype: str, name: str, reason: str) -> None:
	text = _("A file that the citizen sent could not be fetched: {0}").format(reason)
	frappe.get_doc(doctype, name).add_comment("Info", text)


def fetch_left_behind() -> None:
	"""Fetch again what is still missing and due."""
	message = frappe.qb.DocType("Chat Message")
	due = (
		frappe.qb.from_(message)
		.select(message.name)
		.where((message.media_state == "Pending") & (message.next_attempt_on <= frappe.utils.now_datetime()))
		.limit(50)
	)
	for name in due.run(pluck=True):
		fetch_after_commit(name)
