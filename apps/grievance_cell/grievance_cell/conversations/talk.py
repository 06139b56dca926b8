"""One turn of a conversation on a site: let the engine decide, then do what it decided."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import frappe
from frappe import _

from grievance_cell.conversations import engine
from grievance_cell.conversations.flow_fields import SOURCE, is_known_from_the_chat
from grievance_cell.conversations.flows import actions_for, enabled_flows
from grievance_cell.conversations.model import (
	CITIZEN,
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
from grievance_cell.grievances import citizens, offices
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.grievances.offices import Office

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


@dataclass(frozen=True)
class Done:
	"""A document that a citizen's form has made, or a case on which something was done: `flow` and `about` as of a Draft."""

	doctype: str
	name: str
	flow: str = ""
	about: str = ""


@dataclass
class Outcome:
	session: Session
	replies: list[Spoken] = field(default_factory=list)
	attachments: list[Attachment] = field(default_factory=list)
	done: list[Done] = field(default_factory=list)


def take_turn(row, state: Session, heard: Event, channel, contact, when) -> Outcome:
	"""Answer one event in the transaction of the caller, who holds the session's lock.

	`row` is the locked Chat Session, whose citizen may be set here; `contact` has mobile_no and whatsapp_id; `when` is
	the time of the event. What a document's own rules refuse is said to the citizen and leaves the draft as it was.
	Whose number is a posting's may speak for it: what they then do is done as its user, with that user's rights.
	"""
	mobile_no = contact.mobile_no or number_of(row)
	row.citizen = row.citizen or citizens.find(mobile_no, contact.whatsapp_id)
	if row.citizen:
		citizens.complete(row.citizen, contact.mobile_no, contact.whatsapp_id)
		state.citizen_known = True
		state.language = state.language or frappe.db.get_value("Citizen", row.citizen, "language") or ""
	office = offices.of_number(mobile_no)
	if office:
		state.language = state.language or office.language
	site = Site(channel, row.citizen, contact, office)
	flows = enabled_flows(channel.name, site.offices)
	after, said = engine.turn(state, replace(heard, when=when), flows, site)
	outcome = Outcome(after)
	with _language(after.language or channel.default_language):
		# All effects of a turn or none: a refused one leaves nothing half-done.
		frappe.db.savepoint("turn")
		citizen = row.citizen
		try:
			for each in said:
				_perform(each, outcome, row, contact, when, office)
		except (frappe.ValidationError, frappe.PermissionError) as refusal:
			frappe.db.rollback(save_point="turn")
			frappe.clear_messages()
			row.citizen = citizen
			before = _refused(state, after)
			if each.audience != CITIZEN:
				return Outcome(before, [Spoken(_refusal_to_office(refusal, bool(before.draft)))])
			return Outcome(before, [Spoken(_refusal(refusal))])
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


def _refusal_to_office(refusal: Exception, is_kept: bool) -> Reply:
	"""Say in plain words why an office may not do something; what was gathered for it can be sent again."""
	said = [_("This could not be done.")]
	if isinstance(refusal, frappe.PermissionError):
		said.append(_("You have no right to this."))
	elif not (reason := frappe.utils.strip_html(str(refusal))).startswith("["):
		# In brackets Frappe names fields, which are nothing to say in a chat.
		said.append(reason)
	choices = [Choice("office-cases", _("My cases")), Choice("menu", _("Menu"))]
	if is_kept:
		said.append(_("What you wrote is kept."))
		choices.insert(0, Choice("resume", _("Go on")))
	return Reply("\n\n".join(filter(None, said)), tuple(choices))


def number_of(row) -> str | None:
	"""Read the number under which a conversation is kept, which our own events come without."""
	key = row.get("conversation_key") or ""
	return f"+{key}" if key.isdecimal() else None


def _perform(
	each: Reply | Effect, outcome: Outcome, row, contact, when, office: Office | None = None
) -> None:
	if isinstance(each, Reply):
		about = ("Grievance", each.case) if each.case else ()
		outcome.replies.append(Spoken(each, *about))
	elif each.audience != CITIZEN:
		with acting_as(_user_of(office, each.audience)):
			if isinstance(each, CreateDocument):
				_create_for_office(each, outcome)
			else:
				_call_for_office(each, outcome, when)
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
		"source": SOURCE,
		"language": outcome.session.language or None,
		"registered_on": when,
		"requested_on": when,
		"mobile_no": contact.mobile_no,
		"session": row.get("name"),
	}
	fields = [document.meta.get_field(key) for key in known]
	document.update({field.fieldname: known[field.fieldname] for field in fields if _fills(field)})
	document.update(effect.values)
	# The citizen's right to this is the flow that staff have enabled, not a permission of the bot's user.
	document.insert(ignore_permissions=True)
	outcome.done.append(Done(document.doctype, document.name, flow=effect.flow))
	if effect.media:
		outcome.attachments.append(Attachment(effect.media, document.doctype, document.name))
	if document.doctype == "Grievance":
		citizens.remember_area(row.citizen, document.area)
		outcome.session.latest_case, outcome.session.latest_case_on = document.name, when.isoformat()
	outcome.replies.append(Spoken(Reply(_closing(flow, document)), document.doctype, document.name))


def _fills(field) -> bool:
	return bool(field) and is_known_from_the_chat(field)


def _closing(flow, document) -> str:
	if flow.closing_message:
		return frappe.render_template(_(flow.closing_message), {"doc": document})
	return _("Thank you. We have what you sent.")


def _user_of(office: Office | None, audience: str) -> str:
	"""Name the user whose rights an effect for an office has; there is none for who does not hold it."""
	if not office or audience not in office.kinds:
		raise frappe.PermissionError
	return office.user


def _create_for_office(effect: CreateDocument, outcome: Outcome) -> None:
	"""Make the document of an office's form with the rights of its user, who the session's user is."""
	flow = frappe.get_cached_doc("Chat Flow", effect.flow)
	document = frappe.new_doc(flow.document_type)
	document.update(effect.values)
	document.insert()
	if effect.media:
		outcome.attachments.append(Attachment(effect.media, document.doctype, document.name))
	outcome.replies.append(Spoken(Reply(_closing(flow, document))))


def _call_for_office(effect: CallAction, outcome: Outcome, when) -> None:
	"""Call an action of an office with the rights of its user, who the session's user is."""
	answer = _action(effect)(case=effect.case, values=effect.values, files=_files(effect.media), when=when)
	if effect.media and effect.case:
		outcome.attachments.append(Attachment(effect.media, "Grievance", effect.case))
	if answer:
		# Not about the case: what an officer and the bot say to each other is no part of the citizen's thread.
		outcome.replies.append(Spoken(Reply(answer)))


def _files(messages: tuple[str, ...]) -> list[frappe._dict]:
	"""Tell what came of each file: message_type, media_state and, once it is fetched, its file_url."""
	fields = ["message_type", "media_state", "file"]
	found = [frappe.db.get_value("Chat Message", name, fields, as_dict=True) for name in messages]
	for each in found:
		each.file_url = each.file and frappe.db.get_value("File", each.file, "file_url")
	return found


def _action(effect: CallAction) -> Callable[..., str]:
	"""Get the action that an app has registered under this name; the last one registered counts."""
	registered = frappe.get_hooks(actions_for(effect.audience)).get(effect.action)
	if not registered:
		frappe.throw(_("There is no action {0}").format(effect.action))
	return frappe.get_attr(registered[-1])


def _call(effect: CallAction, outcome: Outcome, row, when) -> None:
	answer = _action(effect)(citizen=row.citizen, case=effect.case, values=effect.values, when=when)
	about = ("Grievance", effect.case) if effect.case else (None, None)
	if effect.case:
		outcome.done.append(Done(*about, about=effect.case))
	if effect.media and effect.case:
		outcome.attachments.append(Attachment(effect.media, *about))
	if answer and not effect.quiet:
		outcome.replies.append(Spoken(Reply(answer), *about))


def join(replies: list[Spoken]) -> list[Spoken]:
	"""Make one message of texts that follow each other, for each message costs; the last may ask something."""
	joined: list[Spoken] = []
	for each in replies:
		before = joined[-1] if joined else None
		plain = before and is_words(before.reply)
		plain = plain and not (before.reply.choices or before.reply.asks_location)
		if plain and is_words(each.reply) and len(before.reply.text) + len(each.reply.text) < LONGEST_JOINED:
			text = f"{before.reply.text}\n\n{each.reply.text}"
			doctype, name = (each.doctype, each.name) if each.name else (before.doctype, before.name)
			joined[-1] = Spoken(replace(each.reply, text=text), doctype, name)
		else:
			joined.append(each)
	return joined


def is_words(reply: Reply) -> bool:
	"""Tell whether a reply is free text, and neither a notice nor a file nor a place."""
	return not (reply.notice or reply.file or reply.pin)


class _language:
	"""Speak a language for the length of a block: what a document says in `_()` reaches the citizen."""

	def __init__(self, language: str):
		self.language = language

	def __enter__(self):
		self.before, frappe.local.lang = frappe.local.lang, self.language

	def __exit__(self, *_error):
		frappe.local.lang = self.before
