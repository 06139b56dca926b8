"""One turn of a conversation on a site: let the engine decide, then do what it decided."""

from dataclasses import dataclass, field, replace

import frappe
from frappe import _

from grievance_cell.conversations import engine
from grievance_cell.conversations.flows import enabled_flows
from grievance_cell.conversations.model import (
	FIRST_CONTACT,
	CallAction,
	Choice,
	CreateDocument,
	Effect,
	Event,
	Reply,
	Session,
)
from grievance_cell.conversations.world import Site
from grievance_cell.grievances import citizens

# Two texts that are said at once go out as one message, if this leaves it readable.
LONGEST_JOINED = 1000


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
	session: Session
	replies: list[Spoken] = field(default_factory=list)
	attachments: list[Attachment] = field(default_factory=list)


def take_turn(row, state: Session, heard: Event, channel, contact, when) -> Outcome:
	"""Answer one event in the transaction of the caller, who holds the session's lock.

	`row` is the locked Chat Session, whose citizen may be set here; `contact` has mobile_no and whatsapp_id; `when` is
	the time of the event. What a document's own rules refuse is said to the citizen and leaves the draft as it was.
	"""
	row.citizen = row.citizen or citizens.find(contact.mobile_no, contact.whatsapp_id)
	if row.citizen:
		citizens.complete(row.citizen, contact.mobile_no, contact.whatsapp_id)
		state.citizen_known = True
		state.language = state.language or frappe.db.get_value("Citizen", row.citizen, "language") or ""
	site = Site(channel, row.citizen, contact)
	after, said = engine.turn(state, replace(heard, when=when), enabled_flows(channel.name), site)
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
			return Outcome(_refused(state, after), [Spoken(_refusal(refusal))])
	outcome.replies = join(outcome.replies)
	return outcome


def _refused(before: Session, after: Session) -> Session:
	"""Go back to the talk as it was, but for what was noted of the message itself."""
	return replace(before, last_heard=after.last_heard, recent=after.recent, misunderstood=0)


def _refusal(refusal: Exception) -> Reply:
	"""Say that a document's rules refuse what was gathered, and what can be done; the reason in words where it has some."""
	frappe.log_error(title="A citizen's form was refused")
	said = [_("This could not be registered.")]
	if not isinstance(refusal, frappe.MandatoryError | frappe.LinkValidationError):
		said.append(frappe.utils.strip_html(str(refusal)))
	said.append(_("What you wrote is kept. You can change it, or ask for a call."))
	choices = [Choice("resume", _("Go on")), Choice("callback", _("Call me")), Choice("menu", _("Menu"))]
	return Reply("\n\n".join(filter(None, said)), tuple(choices))


def _perform(each: Reply | Effect, outcome: Outcome, row, contact, when) -> None:
	if isinstance(each, Reply):
		about = ("Grievance", each.case) if each.case else ()
		outcome.replies.append(Spoken(each, *about))
	elif isinstance(each, CreateDocument):
		_create(each, outcome, row, contact, when)
	else:
		_call(each, outcome, row, when)


def _create(effect: CreateDocument, outcome: Outcome, row, contact, when) -> None:
	flow = frappe.get_cached_doc("Chat Flow", effect.flow)
	if flow.occasion == FIRST_CONTACT:
		values = {"language": outcome.session.language or None, **effect.values}
		row.citizen = citizens.introduce(contact.mobile_no, contact.whatsapp_id, values)
		return
	document = frappe.new_doc(flow.document_type)
	known = {
		"citizen": row.citizen,
		"source": "WhatsApp",
		"language": outcome.session.language or None,
		"registered_on": when,
		"requested_on": when,
		"mobile_no": contact.mobile_no,
		"session": row.get("name"),
	}
	document.update({key: value for key, value in known.items() if document.meta.has_field(key)})
	document.update(effect.values)
	# The citizen's right to this is the flow that staff have enabled, not a permission of the bot's user.
	document.insert(ignore_permissions=True)
	if effect.media:
		outcome.attachments.append(Attachment(effect.media, document.doctype, document.name))
	if document.doctype == "Grievance":
		citizens.remember_area(row.citizen, document.area)
		outcome.session.latest_case, outcome.session.latest_case_on = document.name, when.isoformat()
	text = _("Thank you. We have what you sent.")
	if flow.closing_message:
		text = frappe.render_template(_(flow.closing_message), {"doc": document})
	outcome.replies.append(Spoken(Reply(text), document.doctype, document.name))


def _call(effect: CallAction, outcome: Outcome, row, when) -> None:
	"""Call the action that an app has registered under this name; the last one registered counts."""
	registered = frappe.get_hooks("chat_actions").get(effect.action)
	if not registered:
		frappe.throw(_("There is no action {0}").format(effect.action))
	answer = frappe.get_attr(registered[-1])(
		citizen=row.citizen, case=effect.case, values=effect.values, when=when
	)
	about = ("Grievance", effect.case) if effect.case else (None, None)
	if effect.media and effect.case:
		outcome.attachments.append(Attachment(effect.media, *about))
	if answer and not effect.quiet:
		outcome.replies.append(Spoken(Reply(answer), *about))


def join(replies: list[Spoken]) -> list[Spoken]:
	"""Make one message of texts that follow each other, for each message costs; the last may ask something."""
	joined: list[Spoken] = []
	for each in replies:
		before = joined[-1] if joined else None
		plain = before and not (before.reply.choices or before.reply.asks_location or before.reply.notice)
		if plain and not each.reply.notice and len(before.reply.text) + len(each.reply.text) < LONGEST_JOINED:
			text = f"{before.reply.text}\n\n{each.reply.text}"
			doctype, name = (each.doctype, each.name) if each.name else (before.doctype, before.name)
			joined[-1] = Spoken(replace(each.reply, text=text), doctype, name)
		else:
			joined.append(each)
	return joined


class _language:
	"""Speak a language for the length of a block: what a document says in `_()` reaches the citizen."""

	def __init__(self, language: str):
		self.language = language

	def __enter__(self):
		self.before, frappe.local.lang = frappe.local.lang, self.language

	def __exit__(self, *_error):
		frappe.local.lang = self.before
