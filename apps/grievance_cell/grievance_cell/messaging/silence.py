"""Drafts that were left lying: dropped after a day, and the citizen is told while that may still be."""

from datetime import timedelta

import frappe
from frappe.utils import cint, now_datetime

from grievance_cell.messaging import events
from grievance_cell.messaging.wake import wake_after_commit

BATCH = 500


def drop_old_drafts() -> None:
	"""Tell every conversation with a draft that has been silent for too long, through its own order of events."""
	hours = cint(frappe.get_cached_doc("Grievance Settings").draft_hours)
	if not hours:
		return
	session = frappe.qb.DocType("Chat Session")
	# Not by get_all, for which a date that is missing is an early one, and which no index serves therefore.
	silent = (
		frappe.qb.from_(session)
		.select(session.channel, session.conversation_key, session.last_inbound_on)
		.where((session.flow != "") & (session.last_inbound_on <= now_datetime() - timedelta(hours=hours)))
		.orderby(session.last_inbound_on)
		.limit(BATCH)
	)
	for session in silent.run(as_dict=True):
		# The same silence is told once, however often this runs before it is worked on.
		events.tell_session(
			session.channel,
			session.conversation_key,
			f"silence since {session.last_inbound_on}",
			{"notice": "silence"},
		)
		wake_after_commit("inbox", events.shard_of(session.conversation_key))
	# The events above are worked on from here.
	frappe.db.commit()
