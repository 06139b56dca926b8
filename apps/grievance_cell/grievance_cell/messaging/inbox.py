"""Work off the inbox: one event, one transaction, in the order in which the citizen wrote.

What is done to a conversation is one transaction under the lock of its session: the inbound message, the engine's turn,
the documents it makes, the replies in the outbox and the event's "Processed" are there together or not at all. So a
killed worker loses nothing, and its event, still Pending, is simply worked on again.
"""

import time
from dataclasses import replace
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.conversations import talk
from grievance_cell.conversations.model import Reply
from grievance_cell.database import MOST_RESTARTS, is_transient
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import (
	belonging,
	failures,
	identities,
	incoming,
	media,
	messages,
	outbox,
	sessions,
	statuses,
	thread,
)
from grievance_cell.messaging.events import FAILED, INTERNAL, MESSAGE, PENDING, PROCESSED, STATUS
from grievance_cell.messaging.wake import awake, wake

BATCH = 100
# A drain gives way after this, so that one busy shard starves nobody and no job meets its timeout.
DRAIN_SECONDS = 10
MOST_ATTEMPTS = 5

FIELDS = "name, channel, conversation_key, kind, shard, timestamp, payload, attempts, received_on"


def drain(shard: int) -> None:
	"""Work off a shard's pending events, then send what was answered; the job of one wake-up.

	A job costs more than a turn: replies go out in the same one. Should it die before, the sweeper wakes the outbox.
	"""
	awake("inbox", shard)
	frappe.set_user(bot_user())
	work_off(shard)
	outbox.drain(shard)


def work_off(shard: int) -> None:
	until = time.monotonic() + DRAIN_SECONDS
	while events := due_events(shard):
		# An event that has to wait for its next attempt holds back what the same citizen wrote after it.
		held = set()
		for event in events:
			if time.monotonic() > until:
				return wake("inbox", shard)
			if event.conversation_key in held and event.kind != STATUS:
				continue
			if not take(event):
				held.add(event.conversation_key)


def due_events(shard: int) -> list[frappe._dict]:
	"""List the pending events of a shard that may be worked on now, in order."""
	# A new transaction: the drain before this one may have seen an older snapshot.
	frappe.db.rollback()
	found = frappe.db.sql(
		f"""select {FIELDS} from `tabChat Event` event
		where state = %(pending)s and shard = %(shard)s
		and (next_attempt_on is null or next_attempt_on <= %(now)s)
		and (kind = %(status)s or not exists (
			select 1 from `tabChat Event` waiting
			where waiting.state = %(pending)s and waiting.shard = %(shard)s
			and waiting.conversation_key = event.conversation_key
			and waiting.kind <> %(status)s and waiting.next_attempt_on > %(now)s))
		order by timestamp, name limit {BATCH}""",
		{"pending": PENDING, "status": STATUS, "shard": shard, "now": now_datetime()},
		as_dict=True,
	)
	# And the end of this one's snapshot: what another drain changes meanwhile may be written by us (1020 otherwise).
	frappe.db.rollback()
	return found


def take(event: frappe._dict) -> bool:
	"""Work on one event; False if it is still Pending and has to wait.

	The attempt is counted and committed before anything else, so that an event that kills its worker can't loop.
	"""
	frappe.db.sql(
		"update `tabChat Event` set attempts = attempts + 1 where name = %s and state = %s",
		(event.name, PENDING),
	)
	frappe.db.commit()
	event.attempts += 1
	if event.attempts > MOST_ATTEMPTS:
		give_up(event)
		return True
	for _restart in range(MOST_RESTARTS):
		try:
			done = apply(event)
			# One event is one transaction: this is its end.
			frappe.db.commit()
			return done
		except Exception as error:
			frappe.db.rollback()
			if not is_transient(error):
				put_off(event)
				return False
	put_off(event)
	return False


def apply(event: frappe._dict) -> bool:
	"""Do what an event asks for, in the transaction that the caller ends; False to leave it Pending."""
	if event.kind == STATUS:
		return statuses.apply(event)
	if event.kind in (MESSAGE, INTERNAL):
		return converse(event)
	settle(event, FAILED, "Kept as it came: the provider reported an error")
	return True


def converse(event: frappe._dict) -> bool:
	session = sessions.lock(event.channel, event.conversation_key)
	if not still_pending(event):
		return True
	channel = frappe.get_cached_doc("Chat Channel", event.channel)
	inbound = None
	heard, contact = incoming.read(event)
	if event.kind == MESSAGE and incoming.is_system(event):
		# WhatsApp itself tells us something: no talk begins with it, and no window opens.
		told = incoming.message_of(event)
		messages.insert_inbound(session, event, told, text=identities.text_of(told), media=None)
		identities.follow(told)
		settle(event, PROCESSED)
		return True
	if event.kind == MESSAGE:
		file = incoming.media_of(event)
		inbound = messages.insert_inbound(
			session, event, incoming.message_of(event), text=heard.text, media=file
		)
		# A message that was overtaken does not close the window that the later one has opened.
		session.last_inbound_on = max(session.last_inbound_on or event.timestamp, event.timestamp)
		heard = replace(heard, quotes=thread.quoted(session.name, incoming.message_of(event)))
		if file:
			heard = replace(heard, media=str(inbound))
			media.fetch_after_commit(inbound)
		if session.citizen:
			failures.mark_reachable(session.citizen)
	before = sessions.read(session)
	outcome = talk.take_turn(session, before, heard, channel, contact, event.timestamp)
	for each in outcome.attachments:
		media.attach(each.messages, each.doctype, each.name)
	said = []
	for reply in outcome.replies:
		if reply.reply.file:
			queue_file(session, reply.reply)
			continue
		queued = messages.queue(
			session,
			reply.reply,
			reference_doctype=reply.doctype,
			reference_name=reply.name,
			# What we begin ourselves waits for the morning.
			purpose="Utility" if event.kind == INTERNAL else "",
			remark=heard.text if event.kind == INTERNAL else "",
			language=outcome.session.language,
			is_answer=event.kind == MESSAGE,
		)
		if not reply.name:
			said.append(queued)
	belonging.give(before, outcome, [inbound] if inbound else [], said, session.citizen)
	sessions.write(session, outcome.session)
	settle(event, PROCESSED)
	if inbound and not frappe.db.sql("select 1 from `tabChat Message` where name = %s", inbound):
		# A deadlock that somebody caught has rolled back all that was before it.
		raise frappe.QueryDeadlockError("The transaction was rolled back while it ran")
	return True


def queue_file(session: frappe._dict, reply: Reply) -> None:
	"""Answer with a file; one that is gone or that WhatsApp does not take must not undo the answer."""
	try:
		messages.queue_file(session, reply.file, reply.text)
	except (OSError, frappe.ValidationError):
		frappe.clear_messages()
		frappe.log_error(title=f"The file {reply.file} could not be sent")


def still_pending(event: frappe._dict) -> bool:
	"""Tell whether no other drain was faster; reads what is committed now, whatever the snapshot."""
	return bool(
		frappe.db.sql(
			"select 1 from `tabChat Event` where name = %s and state = %s for update", (event.name, PENDING)
		)
	)


def settle(event: frappe._dict, state: str, error: str | None = None) -> None:
	frappe.db.sql(
		"update `tabChat Event` set state = %s, error = %s, next_attempt_on = null, modified = %s where name = %s",
		(state, error, now_datetime(), event.name),
	)


def put_off(event: frappe._dict) -> None:
	"""Leave an event for a later attempt, and the reason where IT staff find it."""
	log = frappe.log_error(title=f"Chat Event {event.name} failed, attempt {event.attempts}")
	later = now_datetime() + timedelta(seconds=4**event.attempts)
	# Another drain may have been luckier with it meanwhile.
	frappe.db.sql(
		"update `tabChat Event` set next_attempt_on = %s, error = %s where name = %s and state = %s",
		(later, f"Error Log {log and log.name}", event.name, PENDING),
	)
	frappe.db.commit()


def give_up(event: frappe._dict) -> None:
	"""Fail an event that can't be worked on, and tell the citizen that their message is kept."""
	reason = f"Given up after {MOST_ATTEMPTS} attempts"
	try:
		session = sessions.lock(event.channel, event.conversation_key) if event.kind == MESSAGE else None
		if not still_pending(event):
			return frappe.db.rollback()
		if session:
			tell_of_failure(session)
		settle(event, FAILED, reason)
		frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
		if is_transient(error):
			# The sweeper brings it back.
			return
		# What can't even be told of must not stand in the way of what comes after it.
		frappe.log_error(title=f"Chat Event {event.name}: the citizen could not be told")
		settle(event, FAILED, reason)
		frappe.db.commit()


def tell_of_failure(session: frappe._dict) -> None:
	language = sessions.read(session).language
	language = language or frappe.get_cached_value("Chat Channel", session.channel, "default_language")
	text = _("We have kept your message, but could not work on it. Our staff will look at it.", language)
	messages.queue(session, Reply(text))
