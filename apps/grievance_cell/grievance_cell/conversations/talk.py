"""One turn of a conversation on a site: let the engine decide, then do what it decided."""

from dataclasses import dataclass, field

import frappe
from frappe import _

from grievance_cell.conversations import engine
from grievance_cell.conversations.engine import CreateDocument, Event, GiveFeedback, Reply
from grievance_cell.conversations.flows import enabled_flows
from grievance_cell.conversations.world import Site
from grievance_cell.grievances import citizens, feedback


@dataclass(frozen=True)
class Spoken:
	"""A reply, and the document that it is about."""

	reply: Reply
	doctype: str | None = None
	name: str | None = None


@dataclass(frozen=True)
class Attachment:
	"""Stored messages whose files belong to a document."""

	messages: tuple[str, ...]
	doctype: str
	name: str


@dataclass
class Outcome:
	session: engine.Session
	replies: list[Spoken] = field(default_factory=list)
	attachments: list[Attachment] = field(default_factory=list)


def take_turn(row, state: engine.Session, heard: Event, channel, contact, when) -> Outcome:
	"""Answer one event in the transaction of the caller, who holds the session's lock.

	`row` is the locked Chat Session, whose citizen may be set here; `contact` has mobile_no and whatsapp_id; `when` is
	the time of the event. What a document's own rules refuse is said to the citizen and leaves the draft as it was.
	"""
	if not row.citizen:
		row.citizen = citizens.find(contact.mobile_no, contact.whatsapp_id)
	if row.citizen:
		state.citizen_known = True
		state.language = state.language or frappe.db.get_value("Citizen", row.citizen, "language") or ""
	site = Site(channel.default_language, channel.default_area)
	after, said = engine.turn(state, heard, enabled_flows(), site)
	outcome = Outcome(after)
	with _language(after.language or channel.default_language):
		# All effects of a turn or none: a refused one leaves nothing half-done.
		frappe.db.savepoint("turn")
		citizen = row.citizen
		try:
			for each in said:
				_perform(each, outcome, row, contact, when)
		except frappe.ValidationError as refusal:
			frappe.db.rollback(save_point="turn")
			frappe.clear_messages()
			row.citizen = citizen
			problem = _("This could not be registered: {0}").format(frappe.utils.strip_html(str(refusal)))
			return Outcome(state, [Spoken(Reply(problem))])
	return outcome


def _perform(each: Reply | engine.Effect, outcome: Outcome, row, contact, when) -> None:
	if isinstance(each, Reply):
		outcome.replies.append(Spoken(each))
	elif isinstance(each, CreateDocument):
		_create(each, outcome, row, contact, when)
	elif isinstance(each, GiveFeedback):
		_give_feedback(each, outcome, row)


def _create(effect: CreateDocument, outcome: Outcome, row, contact, when) -> None:
	flow = frappe.get_cached_doc("Chat Flow", effect.flow)
	if flow.document_type == "Citizen":
		values = {"language": outcome.session.language or None, **effect.values}
		row.citizen = citizens.introduce(contact.mobile_no, contact.whatsapp_id, values)
		return
	document = frappe.new_doc(flow.document_type)
	known = {
		"citizen": row.citizen,
		"source": "WhatsApp",
		"language": outcome.session.language or None,
		"registered_on": when,
	}
	document.update({key: value for key, value in known.items() if document.meta.has_field(key)})
	document.update(effect.values)
	# The citizen's right to this is the flow that staff have enabled, not a permission of the bot's user.
	document.insert(ignore_permissions=True)
	if effect.media:
		outcome.attachments.append(Attachment(effect.media, document.doctype, document.name))
	if flow.closing_message:
		text = frappe.render_template(_(flow.closing_message), {"doc": document})
		outcome.replies.append(Spoken(Reply(text), document.doctype, document.name))


def _give_feedback(effect: GiveFeedback, outcome: Outcome, row) -> None:
	answer = feedback.give(effect.case, row.citizen, effect.satisfied, effect.reason)
	outcome.replies.append(Spoken(Reply(answer), "Grievance", effect.case))
	if effect.media:
		outcome.attachments.append(Attachment(effect.media, "Grievance", effect.case))


class _language:
	"""Speak a language for the length of a block: what a document says in `_()` reaches the citizen."""

	def __init__(self, language: str):
		self.language = language

	def __enter__(self):
		self.before, frappe.local.lang = frappe.local.lang, self.language

	def __exit__(self, *_error):
		frappe.local.lang = self.before
