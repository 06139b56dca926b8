"""What is told when something happens to a case: to its citizen, and to the officers.

Which step is told under which name is here. Who is told of it, by which channel and in what words is in Notifications
(event Custom, on Grievance, of that step), so that IT staff switch each off and reword it with no code. They are sent
from here and not by Frappe, which would load every one of them at every save.
"""

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Reply
from grievance_cell.database import harmless
from grievance_cell.grievances import officers
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.doctype.grievance.grievance import EMERGENCY
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	RESOLVED,
	category_of,
)
from grievance_cell.grievances.emergencies import RAISED
from grievance_cell.grievances.lifecycle import ASSIGNED_STATUS, waits_for_citizen
from grievance_cell.grievances.proposals import PROPOSALS
from grievance_cell.messaging import events, mail, messages, recipients, sessions, templates, window
from grievance_cell.messaging.recipients import Recipient
from grievance_cell.messaging.wake import wake_after_commit
from grievance_cell.organisation.areas import ancestors

# The steps of a case, as whoever makes a Notification chooses them.
REGISTERED, STATUS, QUESTION, SETTLED = "Registered", "Status Changed", "Citizen Asked", "Reported as Settled"
CLOSING, TRANSFERRED, LONG_TERM, REOPENED = "Closed", "Transferred", "Made Long Term", "Reopened"
OUT_OF_SCOPE, JUNK, FORCE_CLOSED, THANKS = (
	"Out of Scope", "Closed as Junk", "Force Closed", "Suggestion Answered",
)  # fmt: skip
INTERIM, OVERDUE, NEW_DATE, REMINDER = "Interim Reply", "Overdue", "New Date", "Citizen Reminded"
JOINED, PARTED = "Joined to Another", "Separated Again"
TOLD_TO_CITIZENS = (
	REGISTERED, STATUS, QUESTION, SETTLED, CLOSING, TRANSFERRED, LONG_TERM, REOPENED, OUT_OF_SCOPE, JUNK, FORCE_CLOSED,
	THANKS, INTERIM, OVERDUE, NEW_DATE, REMINDER, JOINED, PARTED,
)  # fmt: skip
# These are for officers alone.
ASSIGNED, NEW_EMERGENCY, WARNED, ESCALATED = "Assigned", "Emergency", "Time Running Out", "Escalated"
LONG_TERM_OVER, PROPOSED, DECLINED = "Long Term Over", "Proposed", "Proposal Declined"
ANSWERED, INFORMATION_ADDED, CITIZEN_REMINDS = "Citizen Answered", "Information Added", "Citizen Reminds"
# These are steps of a direction of the collector's (Review Direction).
DIRECTED, DIRECTION_DONE, DIRECTION_REOPENED = "Direction Given", "Direction Done", "Direction Reopened"
STEPS = (
	*TOLD_TO_CITIZENS, ASSIGNED, NEW_EMERGENCY, WARNED, ESCALATED, LONG_TERM_OVER, PROPOSED, DECLINED,
	ANSWERED, INFORMATION_ADDED, CITIZEN_REMINDS, DIRECTED, DIRECTION_DONE, DIRECTION_REOPENED,
)  # fmt: skip
# These are asked in the conversation's own turn, by the bot, since the answer is taken there: as which of its events.
ASKED = {QUESTION: "question", REMINDER: "reminder", SETTLED: "settled"}

TRANSFER = "Transferred"
# What is done to a case without a move, by the name of its Grievance Action.
BY_ACTION = {
	"Interim Reply": (INTERIM,),
	"Overdue": (OVERDUE,),
	"New Date": (NEW_DATE,),
	"Question Repeated": (REMINDER,),
	"Warned": (WARNED,),
	"Escalated": (ESCALATED,),
	"Not Acknowledged": (ESCALATED,),
	"Long Term Over": (LONG_TERM_OVER,),
	"Long Term Extended": (LONG_TERM,),
	**{f"{what} Proposed": (PROPOSED,) for what in PROPOSALS},
	**{f"{what} Declined": (DECLINED,) for what in PROPOSALS},
	"Information Added": (INFORMATION_ADDED,),
	"Reminded": (CITIZEN_REMINDS,),
	"Parted": (PARTED,),
	RAISED: (NEW_EMERGENCY,),
}
# Why a case came to its end, where that wants other words than its status.
BY_CLOSURE_REASON = {
	"Out of Scope": OUT_OF_SCOPE,
	"Junk": JUNK,
	"Force Closed": FORCE_CLOSED,
	"Duplicate": JOINED,
}

WHATSAPP, EMAIL, DESK = "WhatsApp", "Email", "System Notification"
ENGLISH = "en"


def on_action(action, method: str | None = None) -> None:
	"""Tell of a step of a case (Grievance Action, after_insert)."""
	if action.reference_doctype == "Grievance" and (
		action.action in BY_ACTION or action.action == TRANSFER or action.to_status
	):
		tell(action.flags.document or frappe.get_doc("Grievance", action.reference_name), action)


def tell(case, action, citizens_only: bool = False) -> None:
	"""Send every enabled Notification of a step. What fails in one is logged, and undoes neither the step nor the others."""
	mailed: set[str] = set()
	for notification in notifications_for(case, action):
		with harmless(f"Notification {notification.name} was not sent for {case.name}"):
			send(notification, case, action, mailed, citizens_only)


def tell_citizen(case, action) -> None:
	"""Tell of a step, done on another case, to the citizen of this one, who is told all that is told there."""
	tell(case, action, citizens_only=True)


def tell_of(document, step: str, actor: str, remark: str = "") -> None:
	"""Send every enabled Notification of a step of a document that is no case, to others than who has done it."""
	done = frappe._dict(actor=actor, remark=remark)
	for notification in notifications_of(document.doctype, (step,)):
		with harmless(f"Notification {notification.name} was not sent for {document.name}"):
			send(notification, document, done, set())


def notifications_for(case, action) -> list:
	steps = steps_of(action, case)
	return notifications_of(case.doctype, steps) if steps else []


def notifications_of(doctype: str, steps: tuple[str, ...]) -> list:
	wanted = {"enabled": 1, "event": "Custom", "document_type": doctype, "case_step": ("in", steps)}
	# E-mails come first: what staff write to citizens in one of their own is not mailed again beside a message.
	names = frappe.get_all("Notification", wanted, pluck="name", order_by="channel, name")
	return [frappe.get_cached_doc("Notification", name) for name in names]


def steps_of(action, case) -> tuple[str, ...]:
	"""Name what a thing done is told as: one step of STEPS, none, or one for the citizen and one for the officer."""
	if action.action in BY_ACTION:
		return BY_ACTION[action.action]
	if action.action == TRANSFER:
		return (
			(TRANSFERRED, *given_to_officer(case))
			if action.to_department != action.from_department
			else given_to_officer(case)
		)
	if not action.to_status:
		return ()
	if not action.from_status:
		return (REGISTERED,)
	if waits_for_citizen(action.to_status):
		return (QUESTION,)
	if frappe.get_cached_value("Grievance Status", action.to_status, "waits_until_expected"):
		return (LONG_TERM,)
	now, before = category_of(action.to_status), category_of(action.from_status)
	if now == RESOLVED:
		return (SETTLED,)
	if now == CLOSED:
		suggestion = THANKS if case.grievance_type == "Suggestion" else CLOSING
		return (BY_CLOSURE_REASON.get(case.closure_reason, suggestion),)
	if action.to_status == ASSIGNED_STATUS:
		return given_to_officer(case)
	if now == OPEN and before in (RESOLVED, CLOSED):
		return (REOPENED,)
	return (STATUS, ANSWERED) if waits_for_citizen(action.from_status) else (STATUS,)


def given_to_officer(case) -> tuple[str]:
	return (NEW_EMERGENCY if case.priority == EMERGENCY else ASSIGNED,)


def send(notification, case, action, mailed: set[str], citizens_only: bool = False) -> None:
	remark = action.remark or ""
	context = {
		"doc": case,
		"action": action,
		"remark": remark,
		"head_decides": lambda: recipients.head_decides(case, action),
	}
	if notification.condition and not frappe.safe_eval(notification.condition, None, dict(context)):
		return
	for recipient in recipients.of(notification, case, context):
		if recipient.citizen:
			inform(notification, recipient, case, action, mailed)
		elif citizens_only or (recipient.user and recipient.user == action.actor):
			# What they have done themselves they know.
			continue
		elif notification.channel != WHATSAPP:
			tell_officer(notification, recipient, context)
		elif recipient.wants_whatsapp or case.get("priority") == EMERGENCY:
			write(notification, recipient, case, remark)


# to citizens


def inform(notification, recipient: Recipient, case, action, mailed: set[str]) -> None:
	"""Tell a citizen of their case by WhatsApp or e-mail, as the Notification says; beside WhatsApp by e-mail too.

	Who has been mailed of the step (`mailed`) is not mailed again.
	Not of what they did themselves, which the bot answers in the talk, and not of another department's part of it. What
	another citizen wrote, of a case that is joined with this one, is not passed on.
	"""
	by_citizen = action.actor == bot_user()
	themselves = by_citizen and case.name == (action.through or action.reference_name)
	if not action.visible_to_citizen or themselves or case.get("parent_grievance"):
		return
	if notification.channel not in (WHATSAPP, EMAIL):
		return
	conversation = conversation_of(recipient, case.area)
	language = language_of(recipient, conversation)
	remark = "" if by_citizen else action.remark or ""
	if recipient.email and recipient.email not in mailed:
		said = text_of(notification, case, remark, language)
		subject = _("Your case {0}", language).format(case.name)
		mail.send(recipient.email, subject, said, case.doctype, case.name)
		mailed.add(recipient.email)
	if not conversation or notification.channel != WHATSAPP:
		return
	step = notification.case_step
	if step == SETTLED and case.resolution_photo:
		show_proof(case, sessions.get(*conversation))
	if step in ASKED:
		payload = {"notice": ASKED[step], "case": case.name, "text": remark}
		events.tell_session(*conversation, reason=str(action.name), payload=payload)
		wake_after_commit("inbox", events.shard_of(conversation[1]))
	else:
		write(notification, recipient, case, remark, conversation)


def show_proof(case, session) -> None:
	"""Send the photo of what was done, where WhatsApp's window lets it through; the words come without it as well."""
	file = frappe.db.get_value("File", {"file_url": case.resolution_photo})
	goes_out_on = messages.first_attempt_on("Utility", case.doctype, case.name) or now_datetime()
	if not file or not window.is_open(session.last_inbound_on, goes_out_on):
		return
	try:
		messages.queue_file(
			session, file, purpose="Utility", reference_doctype=case.doctype, reference_name=case.name
		)
	except (OSError, frappe.ValidationError):
		# The officer's word counts; that its picture can't be sent must not undo it.
		frappe.clear_messages()
		frappe.log_error(title=f"The photo of {case.name} could not be sent")


# over WhatsApp


def write(
	notification,
	recipient: Recipient,
	document,
	remark: str = "",
	conversation: tuple[str, str] | None = None,
) -> None:
	"""Put a Notification for somebody into the outbox, which chooses between free text and template when it sends."""
	conversation = conversation or conversation_of(recipient, document.get("area"))
	if not conversation:
		return
	language = language_of(recipient, conversation)
	template = notification.chat_template
	notice = frappe.get_cached_value("Chat Template", template, "notice") if template else ""
	session = sessions.get(*conversation)
	if recipient.citizen or recipient.user:
		# The talk of one who never wrote knows nobody; an officer is not told as the citizen that they are too.
		session.citizen = recipient.citizen
	messages.queue(
		session,
		Reply(text_of(notification, document, remark, language), notice=notice),
		purpose="Utility",
		reference_doctype=document.doctype,
		reference_name=document.name,
		remark=remark,
		language=language,
	)
	wake_after_commit("outbox", events.shard_of(conversation[1]))


def text_of(notification, document, remark: str, language: str) -> str:
	"""Say a Notification: in the words of its Chat Template, whether or not Meta has approved that, else in its own."""
	if template := template_of(notification, language):
		return templates.text(template, templates.fill(template, document, remark))
	with templates.speaking(language):
		context = {"doc": document, "status": templates.status_of(document), "remark": remark}
		return frappe.render_template(_(notification.message or ""), context)


def template_of(notification, language: str):
	"""Get the template of a Notification in a language, else in English; None if it has none."""
	name = notification.chat_template
	notice = frappe.get_cached_value("Chat Template", name, "notice") if name else ""
	return templates.find(notice, [language, ENGLISH]) if notice else None


def conversation_of(recipient: Recipient, area: str | None) -> tuple[str, str] | None:
	"""Find where to write to somebody: a citizen's latest talk, else the number on the channel that serves the area."""
	if recipient.citizen:
		talks = frappe.get_all(
			"Chat Session",
			{"citizen": recipient.citizen},
			["channel", "conversation_key"],
			order_by="last_inbound_on desc",
			limit=1,
		)
		if talks:
			return talks[0].channel, talks[0].conversation_key
	channel = recipient.number and channel_for(area)
	return (channel, recipient.number.lstrip("+")) if channel else None


def channel_for(area: str | None) -> str | None:
	"""Name the channel that serves an area: the one of the nearest area upwards, else one that serves all."""
	above = [each.name for each in ancestors(area)] if area else []
	channels = frappe.get_all("Chat Channel", {"enabled": 1}, ["name", "default_area"], order_by="creation")
	serving = [channel for channel in channels if not channel.default_area or channel.default_area in above]
	nearest = min(
		serving,
		key=lambda channel: above.index(channel.default_area) if channel.default_area else len(above),
		default=None,
	)
	return nearest and nearest.name


def language_of(recipient: Recipient, conversation: tuple[str, str] | None) -> str:
	return (
		recipient.language
		or (conversation and frappe.get_cached_value("Chat Channel", conversation[0], "default_language"))
		or ENGLISH
	)


# to officers, in the desk and by e-mail


def tell_officer(notification, recipient: Recipient, context: dict) -> None:
	"""Tell an officer in their own language, in the desk, by e-mail, or both, as the Notification says."""
	case = context["doc"]
	with templates.speaking(recipient.language or ENGLISH):
		subject, text = (
			frappe.render_template(_(said), context) for said in (notification.subject, notification.message)
		)
	if notification.channel == DESK or notification.send_system_notification:
		officers.tell(recipient.user, case, subject, text)
	if notification.channel == EMAIL and recipient.email and mail.is_possible():
		link = frappe.utils.get_url_to_form(case.doctype, case.name)
		mail.send_after_commit(recipient.email, subject, f"{text}\n\n{link}", case.doctype, case.name)
