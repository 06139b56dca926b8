"""Send what was committed: claimed, sent, noted, each in a transaction of its own and no HTTP inside one.

A row is Sending before the request goes out, and our name of it goes along. If the worker dies in between, the row
waits for a status that brings the name back, then is sent again: outbound is at least once, with this one window.
"""

import time
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.messaging import messages, window
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError, WhatsAppCloud
from grievance_cell.messaging.wake import awake, wake

BATCH = 100
DRAIN_SECONDS = 10
MOST_ATTEMPTS = 8
# How long a row may stand in Sending before it is taken to be lost.
LOST_AFTER = timedelta(minutes=2)

OUTSIDE_WINDOW = 131047
PAIR_RATE = 131056


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
	"""List what may be sent now: of each conversation only what no earlier message stands before."""
	frappe.db.rollback()
	found = frappe.db.sql(
		f"""select message.name from `tabChat Message` message
		where state = 'Queued' and shard = %(shard)s and (next_attempt_on is null or next_attempt_on <= %(now)s)
		and not exists (
			select 1 from `tabChat Message` earlier
			where earlier.state in ('Queued', 'Sending') and earlier.shard = %(shard)s
			and earlier.session = message.session and earlier.name < message.name)
		order by name limit {BATCH}""",
		{"shard": shard, "now": now_datetime()},
		pluck=True,
	)
	# The end of this snapshot: another drain may change these rows before we claim them (1020 otherwise).
	frappe.db.rollback()
	return found


def send(name: int) -> None:
	"""Send one message if it is still to be sent."""
	message = claim(name)
	if not message:
		return
	session = frappe.db.get_value(
		"Chat Session", message.session, ["channel", "conversation_key", "last_inbound_on"], as_dict=True
	)
	if not window.is_open(session.last_inbound_on, now_datetime()):
		return fail(name, OUTSIDE_WINDOW, _("Outside the 24-hour window"))
	channel = frappe.get_cached_doc("Chat Channel", session.channel)
	list_button = _("Choose", message_language(message))
	provider = connect(channel)
	# Nothing of this transaction may stand open while we wait for Meta, no snapshot either: a status may come first.
	frappe.db.commit()
	try:
		with provider:
			message_id = provider.send(
				session.conversation_key,
				messages.reply_of(message),
				list_button=list_button,
				our_id=str(name),
			)
	except ProviderError as error:
		if error.retryable and message.attempts < MOST_ATTEMPTS:
			return retry(name, error, message.attempts)
		return fail(name, error.code, str(error))
	except Exception:
		frappe.log_error(title=f"Chat Message {name} could not be sent")
		return fail(name, 0, _("An error of ours, see the Error Log"))
	# A status may have come first: it has the id already, and may be further.
	frappe.db.sql(
		"""update `tabChat Message` set message_id = %s, sent_on = %s, error = null, error_code = 0,
		state = if(state = 'Sending', 'Sent', state) where name = %s""",
		(message_id, now_datetime(), name),
	)
	frappe.db.commit()


def claim(name: int):
	"""Take a message for this worker alone: Queued becomes Sending, committed before anything goes out."""
	message = frappe.db.sql(
		"""select * from `tabChat Message` where name = %s and state = 'Queued'
		and (next_attempt_on is null or next_attempt_on <= %s) for update""",
		(name, now_datetime()),
		as_dict=True,
	)
	if not message:
		frappe.db.rollback()
		return None
	frappe.db.sql(
		"""update `tabChat Message` set state = 'Sending', attempts = attempts + 1, next_attempt_on = %s
		where name = %s""",
		(now_datetime() + LOST_AFTER, name),
	)
	frappe.db.commit()
	message[0].attempts += 1
	return message[0]


def retry(name: int, error: ProviderError, attempts: int) -> None:
	"""Queue a message again, later each time; a pair's rate wants four times the wait at each attempt."""
	base = 4 if error.code == PAIR_RATE else 2
	when = now_datetime() + timedelta(seconds=base**attempts)
	_note(name, "Queued", error.code, str(error), when)


def fail(name: int, code: int, reason: str) -> None:
	_note(name, "Failed", code, reason, None)


def _note(name: int, state: str, code: int, reason: str, when) -> None:
	frappe.db.sql(
		"""update `tabChat Message` set state = %s, error_code = %s, error = %s, next_attempt_on = %s
		where name = %s and state = 'Sending'""",
		(state, code, reason[:500], when, name),
	)
	frappe.db.commit()


def requeue_lost() -> None:
	"""Queue again what a killed worker has left in Sending, when no status has told of it in time.

	Not without end: one that kills its worker each time would stop all that comes after it.
	"""
	frappe.db.sql(
		"""update `tabChat Message` set state = if(attempts < %s, 'Queued', 'Failed'), next_attempt_on = null
		where state = 'Sending' and next_attempt_on <= %s""",
		(MOST_ATTEMPTS, now_datetime()),
	)
	frappe.db.commit()


def connect(channel) -> WhatsAppCloud:
	token = channel.get_password("access_token", raise_exception=False) or ""
	return WhatsAppCloud(channel.api_url, channel.api_version, channel.phone_number_id, token)


def message_language(message) -> str | None:
	if message.citizen:
		return frappe.db.get_value("Citizen", message.citizen, "language")
	return None
