"""Send what was committed: claimed, sent, noted, each in a transaction of its own and no HTTP inside one.

A row is Sending before the request goes out, and our name of it goes along. If the worker dies in between, the row
waits for a status that brings the name back, then is sent again: outbound is at least once, with this one window.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import filetype
import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.messaging import channels, failures, live, messages, rates, templates, window
from grievance_cell.messaging.providers.errors import DISTRUST_TEMPLATE, OUTSIDE_WINDOW, PAUSE, RETRY, STOP
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError, WhatsAppCloud
from grievance_cell.messaging.wake import awake, wake

BATCH = 100
DRAIN_SECONDS = 10
MOST_ATTEMPTS = 8
# How long a row may stand in Sending before it is taken to be lost.
LOST_AFTER = timedelta(minutes=2)
# How often a message looks whether its channel, which was stopped, sends again; Resume does not wait for that.
LOOK_AT_CHANNEL = timedelta(minutes=10)
# The language of last resort.
ENGLISH = "en"


class NotSent(Exception):
	"""A message that we ourselves do not send; `code` is Meta's for the same, 0 for none."""

	def __init__(self, code: int, reason: str):
		super().__init__(reason)
		self.code = code


def drain(shard: int) -> None:
	"""Send a shard's queued messages; the job of one wake-up."""
	awake("outbox", shard)
	until = time.monotonic() + DRAIN_SECONDS
	while names := due_messages(shard):
		for name in names:
			if time.monotonic() > until:
				return wake("outbox", shard)
			send(name)


def due_messages(shard: int) -> list[int]:
	"""List what may be sent now: of each conversation only what no earlier message stands before.

	A notice that waits for the morning stands before nothing: an answer goes out at any hour.
	"""
	frappe.db.rollback()
	found = frappe.db.sql(
		f"""select message.name from `tabChat Message` message
		where state = 'Queued' and shard = %(shard)s and (next_attempt_on is null or next_attempt_on <= %(now)s)
		and not exists (
			select 1 from `tabChat Message` earlier
			where earlier.state in ('Queued', 'Sending') and earlier.shard = %(shard)s
			and earlier.session = message.session and earlier.name < message.name
			and not (earlier.state = 'Queued' and earlier.purpose <> 'Service' and earlier.attempts = 0
				and earlier.next_attempt_on > %(now)s))
		order by name limit {BATCH}""",
		{"shard": shard, "now": now_datetime()},
		pluck=True,
	)
	# The end of this snapshot: another drain may change these rows before we claim them (1020 otherwise).
	frappe.db.rollback()
	return found


def send(name: int, connect: Callable | None = None) -> None:
	"""Send one message if it is still to be sent; `connect` is how its channel is reached, where that is not the usual way."""
	message = claim(name)
	if not message:
		return
	session = session_of(message)
	channel = frappe.get_cached_doc("Chat Channel", session.channel)
	try:
		deliver = way_out(message, session, channel)
		provider = (connect or channels.connect)(channel)
		# Nothing of this transaction may stand open while we wait for Meta, no snapshot either: a status may come first.
		frappe.db.commit()
		rates.wait_for_turn(channel.name, channel.messages_per_second)
		with provider:
			message_id = deliver(provider)
	except NotSent as refusal:
		return fail(message, refusal.code, str(refusal))
	except ProviderError as error:
		return refused(message, error)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=f"Chat Message {name} could not be sent")
		return fail(message, 0, _("An error of ours, see the Error Log"))
	# A status may have come first: it has the id already, and may be further.
	frappe.db.sql(
		"""update `tabChat Message` set message_id = %s, sent_on = %s, error = null, error_code = 0,
		state = if(state = 'Sending', 'Sent', state) where name = %s""",
		(message_id, now_datetime(), name),
	)
	live.tell(message.reference_doctype, message.reference_name)
	frappe.db.commit()


def claim(name: int):
	"""Take a message for this worker alone: Queued becomes Sending, committed before anything goes out.

	None if it is not to be sent, or not yet: then it waits for its channel or for the rate of its citizen.
	"""
	now = now_datetime()
	found = frappe.db.sql(
		"""select * from `tabChat Message` where name = %s and state = 'Queued'
		and (next_attempt_on is null or next_attempt_on <= %s) for update""",
		(name, now),
		as_dict=True,
	)
	if not found:
		frappe.db.rollback()
		return None
	message = found[0]
	free_on, taken_until = rates.pair_is_free_on(message.session, now)
	free_on = max(free_on, channel_is_free_on(message, now))
	if free_on > now:
		frappe.db.sql("update `tabChat Message` set next_attempt_on = %s where name = %s", (free_on, name))
		frappe.db.commit()
		return None
	frappe.db.sql(
		"""update `tabChat Message` set state = 'Sending', attempts = attempts + 1, next_attempt_on = %s,
		pair_rate_until = %s where name = %s""",
		(now + LOST_AFTER, taken_until, name),
	)
	frappe.db.commit()
	message.attempts += 1
	return message


def channel_is_free_on(message, now: datetime) -> datetime:
	"""Tell when a message's channel may send: now, after a pause, or, being stopped, when it is looked at again."""
	channel = frappe.db.get_value(
		"Chat Channel", session_of(message).channel, ["state", "paused_until"], as_dict=True
	)
	if channel.state == channels.STOPPED:
		return now + LOOK_AT_CHANNEL
	return channel.paused_until or now


def session_of(message):
	return frappe.db.get_value(
		"Chat Session", message.session, ["channel", "conversation_key", "last_inbound_on"], as_dict=True
	)


def way_out(message, session, channel) -> Callable[[WhatsAppCloud], str]:
	"""Choose how a message goes out: as free text or a file in the 24-hour window, else as a notice's template.

	Returns what sends it and answers Meta's id; raises NotSent for what may not or can't be sent.
	"""
	citizen = frappe.db.get_value(
		"Citizen", message.citizen, ["language", "announcements_opt_out", "blocked"], as_dict=True
	)
	language = messages.language_of(message) or (citizen and citizen.language)
	to, our_id = session.conversation_key, str(message.name)
	if message.purpose == "Marketing" and citizen and citizen.announcements_opt_out:
		raise NotSent(0, _("The citizen wants no announcements"))
	# The bot still tells them where to go instead.
	if message.notice and citizen and citizen.blocked:
		raise NotSent(0, _("This citizen is blocked"))
	if not window.is_open(session.last_inbound_on, now_datetime()):
		message.as_template = 1
	if message.as_template:
		template, values = as_template(message, language, channel)
		payloads = [choice.value for choice in messages.reply_of(message).choices]
		frappe.db.set_value("Chat Message", message.name, "template", template.name, update_modified=False)
		message.template = template.name
		return lambda provider: provider.send_template(
			to,
			template.template_name,
			templates.code_of(template.language),
			values,
			payloads[: len(template.buttons)],
			our_id=our_id,
		)
	if message.file:
		file = frappe.get_doc("File", message.file)
		content = file.get_content()
		content = content.encode() if isinstance(content, str) else content

		def send_file(provider):
			media_id = message.media_id or upload(message.name, provider, content, file.file_name)
			caption = message.text or ""
			return provider.send_file(
				to, message.message_type, media_id, caption, file.file_name, our_id=our_id
			)

		return send_file
	list_button = _("Choose", language or channel.default_language)
	reply = messages.reply_of(message)
	return lambda provider: provider.send(to, reply, list_button=list_button, our_id=our_id)


def can_go_out(name: int) -> bool:
	"""Tell whether a notice that waits could be sent now: in the window, or as a template that Meta has approved."""
	message = frappe.db.get_value("Chat Message", name, "*", as_dict=True)
	session = session_of(message)
	channel = frappe.get_cached_doc("Chat Channel", session.channel)
	citizen = frappe.db.get_value("Citizen", message.citizen, ["language", "blocked"], as_dict=True)
	if message.state == "Failed" or channel.state == channels.STOPPED or (citizen and citizen.blocked):
		return False
	if window.is_open(session.last_inbound_on, message.next_attempt_on or now_datetime()):
		return True
	language = messages.language_of(message) or (citizen and citizen.language)
	return bool(template_of(message, language, channel))


def template_of(message, language: str | None, channel):
	"""Get the approved template of a notice in a language, else in the channel's or in English; None if there is none."""
	known = list(dict.fromkeys(filter(None, (language, channel.default_language, ENGLISH))))
	if not (message.notice and message.reference_name):
		return None
	return templates.find(message.notice, known, channel.business_account_id)


def as_template(message, language: str | None, channel) -> tuple:
	"""Find the template of a notice and fill it in; raises NotSent where there is none."""
	if not (message.notice and message.reference_name):
		raise NotSent(OUTSIDE_WINDOW, _("Outside the 24-hour window"))
	template = template_of(message, language, channel)
	if not template:
		raise NotSent(OUTSIDE_WINDOW, _("Outside the 24-hour window, and no approved template"))
	document = frappe.get_doc(message.reference_doctype, message.reference_name)
	return template, templates.fill(template, document, messages.remark_of(message))


def upload(name: int, provider, content: bytes, filename: str) -> str:
	"""Upload a message's file once, whatever becomes of the message."""
	media_id = provider.upload(content, filetype.guess_mime(content), filename)
	frappe.db.set_value("Chat Message", name, "media_id", media_id, update_modified=False)
	frappe.db.commit()
	return media_id


def refused(message, error: ProviderError) -> None:
	"""Do what Meta's answer asks for: wait, stop the channel, take another template, or give the message up."""
	kind, seconds, reason = error.remedy.kind, error.remedy.seconds, str(error)
	now = now_datetime()
	if kind in (PAUSE, STOP):
		# Not this message's fault: it keeps its attempt.
		wait = timedelta(seconds=seconds) if kind == PAUSE else LOOK_AT_CHANNEL
		_note(message.name, "Queued", error.code, reason, now + wait, attempts=message.attempts - 1)
		failures.put_right(message, error.code, reason)
	elif kind == RETRY and message.attempts < MOST_ATTEMPTS:
		# Later each time; a pair's rate wants four times the wait at each attempt.
		wait = timedelta(seconds=seconds**message.attempts)
		_note(message.name, "Queued", error.code, reason, now + wait)
	elif kind == DISTRUST_TEMPLATE and message.attempts < MOST_ATTEMPTS:
		_note(message.name, "Queued", error.code, reason)
		failures.put_right(message, error.code, reason)
	else:
		return fail(message, error.code, reason)
	live.tell(message.reference_doctype, message.reference_name)
	frappe.db.commit()


def fail(message, code: int, reason: str) -> None:
	if _note(message.name, "Failed", code, reason):
		failures.follow_up(message, code, reason)
		live.tell(message.reference_doctype, message.reference_name)
	frappe.db.commit()


def _note(
	name: int, state: str, code: int, reason: str, when: datetime | None = None, attempts: int | None = None
) -> bool:
	"""Note what became of a message; False if a status was faster and the message is further already."""
	frappe.db.sql(
		"""update `tabChat Message` set state = %s, error_code = %s, error = %s, next_attempt_on = %s,
		attempts = coalesce(%s, attempts) where name = %s and state = 'Sending'""",
		(state, code, reason[:500], when, attempts, name),
	)
	return bool(frappe.db.sql("select row_count()")[0][0])


def requeue_lost() -> None:
	"""Queue again what a killed worker has left in Sending, when no status has told of it in time.

	Not without end: one that kills its worker each time would stop all that comes after it.
	"""
	lost = {"state": "Sending", "next_attempt_on": ("<=", now_datetime())}
	for message in frappe.get_all("Chat Message", {**lost, "attempts": (">=", MOST_ATTEMPTS)}, ["*"]):
		fail(message, 0, _("Given up after {0} attempts").format(MOST_ATTEMPTS))
	frappe.db.sql(
		"""update `tabChat Message` set state = 'Queued', next_attempt_on = null
		where state = 'Sending' and next_attempt_on <= %s and attempts < %s""",
		(now_datetime(), MOST_ATTEMPTS),
	)
	frappe.db.commit()
