"""The emulator's side of the demo: its phone screens show the talks, and it knows the templates, as if it had carried them."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import get_system_timezone

from grievance_cell.emulator.store import Clock, Entry, Store
from grievance_cell.messaging import messages, templates
from grievance_cell.messaging.providers.whatsapp_cloud import compose, compose_template

# The threads of so many who wrote last are shown, and of so many more in each language.
NEWEST, OF_EACH_LANGUAGE = 18, 3
PHOTO, SOUND = "image/png", "audio/ogg"
FIELDS = (
	"name, direction, state, message_type, message_id, text, template, notice, payload, file, sent_on, creation,"
	" error_code, reference_doctype, reference_name"
)


class PhoneScreens:
	"""What the emulator keeps in a folder, while it does not run."""

	def __init__(self, folder: Path):
		self.store = Store(Clock(), folder)
		self.media: dict[str, str] = {}
		self.zone = ZoneInfo(get_system_timezone())

	def approve(self, described: dict) -> str:
		"""Have a template approved; returns its id."""
		known = self.store.find_template(described["name"], described["language"])
		template = known or self.store.add_template(
			{**described, "parameter_format": "POSITIONAL", "status": "APPROVED", "rejected_reason": "NONE"}
		)
		self.store.save()
		return template["id"]

	def show(self, files: dict[str, bytes]) -> None:
		"""Put the newest talks onto the phones; `files` are those that citizens have sent, by name."""
		for session in reversed(newest()):
			found = frappe.db.sql(
				f"select {FIELDS} from `tabChat Message` where session = %s order by name",
				session.name,
				as_dict=True,
			)
			entries = [self.entry(session, row, files) for row in found if row.message_id]
			self.store.add_thread(session.conversation_key, session.citizen_name or "", entries)
		self.store.save()

	def entry(self, session, row, files: dict[str, bytes]) -> Entry:
		key = session.conversation_key
		if row.direction == "In":
			message = json.loads(row.payload)
			if row.message_type in ("image", "audio"):
				content = message[row.message_type]
				content["id"] = self.media_id(content["id"].split(":")[0], files)
			return Entry(row.message_id, key, "in", "delivered", message["timestamp"], message, seen=True)
		state = row.state.lower()
		errors = [{"code": row.error_code}] if state == "failed" else []
		message = {"to": key, **self.said(session, row)}
		return Entry(
			row.message_id, key, "out", state, self.stamp(row.sent_on or row.creation), message, errors
		)

	def said(self, session, row) -> dict:
		"""Write what was said to a citizen as it was sent."""
		reply = messages.reply_of(row)
		if not row.template:
			return compose(reply, _("Choose", session.language))
		template = frappe.get_cached_doc("Chat Template", row.template)
		document = frappe.get_doc(row.reference_doctype, row.reference_name)
		values = templates.fill(template, document, messages.remark_of(row))
		payloads = [choice.value for choice in reply.choices][: len(template.buttons)]
		code = templates.code_of(template.language)
		return compose_template(template.template_name, code, values, payloads)

	def media_id(self, name: str, files: dict[str, bytes]) -> str:
		if name not in self.media:
			mime_type, filename = (SOUND, "voice.ogg") if name == "voice" else (PHOTO, "photo.png")
			self.media[name] = self.store.add_media(files[name], mime_type, filename, True).id
		return self.media[name]

	def stamp(self, moment: datetime) -> str:
		return str(int(moment.replace(tzinfo=self.zone).timestamp()))


def newest() -> list:
	"""List the sessions of those who wrote last, and some in each language, the last one first."""
	found = frappe.db.sql(
		"""select session.name, session.conversation_key, citizen.citizen_name, citizen.language,
			row_number() over (order by session.last_inbound_on desc) place,
			row_number() over (partition by citizen.language order by session.last_inbound_on desc) place_in_language
		from `tabChat Session` session join `tabCitizen` citizen on citizen.name = session.citizen
		where session.last_inbound_on is not null order by session.last_inbound_on desc""",
		as_dict=True,
	)
	return [row for row in found if row.place <= NEWEST or row.place_in_language <= OF_EACH_LANGUAGE]
