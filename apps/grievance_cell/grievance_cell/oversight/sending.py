"""Agenda and minutes as PDF, by e-mail to all heads.

WeasyPrint, which comes with Frappe, writes the PDF: it shapes Devanagari rightly wherever it runs, and asks nobody for
anything over the network.
"""

import mimetypes
import re
from base64 import b64encode
from pathlib import Path
from urllib.parse import unquote, urlsplit

import frappe
from frappe import _
from frappe.utils import now_datetime
from weasyprint import CSS, HTML

from grievance_cell.messaging import mail, templates
from grievance_cell.messaging.notices import ENGLISH
from grievance_cell.organisation.postings import head_of, is_officers, worker_of
from grievance_cell.organisation.reach import serves
from grievance_cell.oversight.agenda import HELD

AGENDA, MINUTES = "TL Review Agenda", "TL Review Minutes"
# What Frappe shows beside a print on the screen.
UNPRINTED = ".print-hide, .action-banner { display: none !important }"
SOURCE = re.compile(r"""(?<= src=["'])[^"']*""")
# In which folder of the site lies what an address names.
FOLDERS = {"/files/": ("public", "files"), "/private/files/": ("private", "files")}


def send(meeting, again: bool = False) -> int:
	"""Queue the agenda of a planned meeting, or the minutes of a held one, for all heads; returns to how many."""
	if not mail.is_possible():
		frappe.throw(_("This site has no account for outgoing e-mail: nothing was sent"))
	print_format, sent_on = (
		(MINUTES, "minutes_sent_on") if meeting.status == HELD else (AGENDA, "agenda_sent_on")
	)
	if meeting.get(sent_on) and not again:
		frappe.throw(
			_("This was sent already: {0}").format(frappe.utils.format_datetime(meeting.get(sent_on)))
		)
	found = recipients(meeting)
	if not found:
		frappe.throw(_("No head has an e-mail address: nothing was sent"))
	for language in sorted({user.language or ENGLISH for user in found}):
		with templates.speaking(language):
			subject = f"{_(print_format)}: {meeting.heading()}"
			attachment = {"fname": f"{meeting.name}.pdf", "fcontent": pdf(meeting, print_format)}
			for user in found:
				if (user.language or ENGLISH) == language:
					frappe.sendmail(
						recipients=[user.email],
						subject=subject,
						message=_("Attached: {0}").format(subject),
						attachments=[attachment],
						reference_doctype=meeting.doctype,
						reference_name=meeting.name,
						add_unsubscribe_link=0,
					)
	meeting.db_set(sent_on, now_datetime())
	return len(found)


def recipients(meeting) -> list[frappe._dict]:
	"""List the users who head a department where the meeting's area lies, and those who have directions to report on."""
	departments = frappe.get_all("Department", pluck="name")
	offices = {head_of(department, meeting.area) for department in departments}
	offices |= set(frappe.get_all("Review Direction", {"meeting": meeting.name}, pluck="posting"))
	offices |= {row.posting for row in meeting.follow_ups if row.status == "Open"}
	# A town's own department, and a head of another town's, has no part in this area.
	here = {office for office in offices if office and is_officers(office) and serves(office, meeting.area)}
	users = {worker_of(office) for office in here} - {None}
	known = {"name": ("in", sorted(users)), "enabled": 1, "email": ("is", "set")}
	return frappe.get_all("User", known, ["email", "language"], order_by="name") if users else []


def pdf(document, print_format: str) -> bytes:
	"""Print a document in the language that is spoken, with the office's letter head."""
	html = frappe.get_print(document.doctype, document.name, print_format, no_letterhead=0)
	# Without a base no address of the page's leads anywhere.
	page = HTML(string=SOURCE.sub(lambda found: embedded(found[0]), html))
	return page.write_pdf(stylesheets=[CSS(string=UNPRINTED)])


def embedded(address: str) -> str:
	"""Write the content of a file of the site as a data URL; of what is no such file, nothing."""
	if address.startswith("data:"):
		return address
	path = unquote(urlsplit(address).path)
	for start, folder in FOLDERS.items():
		if path.startswith(start):
			root = Path(frappe.get_site_path(*folder)).resolve()
			file = (root / path.removeprefix(start)).resolve()
			if file.is_relative_to(root) and file.is_file():
				kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
				return f"data:{kind};base64,{b64encode(file.read_bytes()).decode()}"
	return ""
