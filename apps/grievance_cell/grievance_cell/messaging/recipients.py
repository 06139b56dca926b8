"""Whom a Notification reaches: citizens, officers and plain numbers, read from a document's fields and from roles."""

from collections.abc import Iterator
from dataclasses import dataclass

import frappe
from frappe.utils import cint

from grievance_cell.grievances import citizens
from grievance_cell.grievances.decisions import APPROVALS_OF_HEAD
from grievance_cell.grievances.proposals import LONG_TERM
from grievance_cell.organisation.phone import to_e164
from grievance_cell.organisation.postings import head_of, heads_of_area, worker_of


@dataclass(frozen=True)
class Recipient:
	"""Somebody to be told: a citizen, else an officer's user, else nobody but a number.

	`number` is that for WhatsApp, as E.164.
	"""

	citizen: str | None = None
	user: str | None = None
	number: str | None = None
	email: str | None = None
	language: str | None = None
	# An officer has to want WhatsApp messages; a citizen and a number that somebody has entered do.
	wants_whatsapp: bool = True


def of(notification, document, context: dict) -> list[Recipient]:
	"""List a Notification's recipients for a document, each once; `context` is what their conditions are read in.

	No officer hears of what they may not read: a role has many users, and the head of a department may be complained of.
	"""
	found: dict[Recipient, None] = {}
	for row in notification.recipients:
		if row.condition and not frappe.safe_eval(row.condition, None, dict(context)):
			continue
		if row.receiver_by_document_field:
			found.update(
				dict.fromkeys(by_field(document, row.receiver_by_document_field, context.get("action")))
			)
		if row.receiver_by_role:
			found.update(dict.fromkeys(by_role(row.receiver_by_role)))
	return [each for each in found if not each.user or may_read(each.user, document)]


def may_read(user: str, document) -> bool:
	return frappe.has_permission(document.doctype, "read", doc=document, user=user)


def by_field(document, name: str, action=None) -> Iterator[Recipient]:
	"""Find who stands in a field, written as Frappe's form does: `field`, or `field,table` for one of a table's rows.

	A department stands for its head where the document lies, an area for who heads its administration. The posting of
	a step (Grievance Action) goes before that of its case: an office above may be told of it.
	"""
	if name == "posting" and action and action.posting:
		yield from posting(action.posting)
		return
	if name == "owner":
		yield from officers([document.owner])
		return
	field, _comma, table = name.partition(",")
	for row in document.get(table) or [] if table else [document]:
		value, described = row.get(field), row.meta.get_field(field)
		if described and described.options == "Citizen" and not value:
			value = citizens.of_case(row)
		if not value or not described:
			continue
		if described.fieldtype == "Link" and described.options in BY_LINK:
			yield from BY_LINK[described.options](value, document)
		elif described.options == "Phone":
			if number := to_e164(value):
				yield Recipient(number=number, language=document.get("language"))


def head_decides(case, action) -> bool:
	"""Tell whether the head of a case's department may decide what was just proposed; else that is for the office above.

	Nobody decides what they have proposed themselves, and a second extension is the collector's (for recipients' conditions).
	"""
	head = head_of(case.department, case.area) if case.department else None
	user = head and worker_of(head)
	if not user or user == action.actor:
		return False
	return not (case.proposal == LONG_TERM and cint(case.long_term_count) >= APPROVALS_OF_HEAD)


def citizen(name: str, _document=None) -> Iterator[Recipient]:
	values = frappe.db.get_value("Citizen", name, ["mobile_no", "email", "language"], as_dict=True)
	if values:
		yield Recipient(
			citizen=name, number=values.mobile_no, email=values.email, language=values.language or None
		)


def posting(name: str | None, _document=None) -> Iterator[Recipient]:
	"""Find who has the charge of a posting today; a vacant one reaches nobody."""
	user = worker_of(name)
	yield from officers([user] if user else [])


def officers(users: list[str]) -> Iterator[Recipient]:
	"""List enabled users, each with the number of a posting of theirs, else their own."""
	if not users:
		return
	enabled = frappe.get_all(
		"User",
		{"name": ("in", users), "enabled": 1},
		["name", "email", "language", "mobile_no"],
		order_by="name",
	)
	numbers, wanting = {}, set()
	for held in frappe.get_all(
		"Officer Posting",
		{"user": ("in", users), "is_active": 1},
		["user", "mobile_no", "notify_on_whatsapp"],
		# The later ones win: those that want it.
		order_by="notify_on_whatsapp, name desc",
	):
		if held.mobile_no:
			numbers[held.user] = held.mobile_no
		if held.notify_on_whatsapp:
			wanting.add(held.user)
	for user in enabled:
		yield Recipient(
			user=user.name,
			number=to_e164(numbers.get(user.name) or user.mobile_no),
			email=user.email,
			language=user.language or None,
			wants_whatsapp=user.name in wanting,
		)


def by_role(role: str) -> Iterator[Recipient]:
	users = frappe.get_all("Has Role", {"role": role, "parenttype": "User"}, pluck="parent", distinct=True)
	yield from officers([user for user in users if user != "Administrator"])


BY_LINK = {
	"Citizen": citizen,
	"User": lambda user, _document: officers([user]),
	"Officer Posting": posting,
	"Department": lambda department, document: posting(head_of(department, document.get("area"))),
	"Local Area": lambda area, _document: posting(heads_of_area(area)),
}
