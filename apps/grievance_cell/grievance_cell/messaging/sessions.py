"""Chat Sessions: one row a citizen's conversation on one number, locked while anything of it changes."""

import json

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.engine import Session

FIELDS = ["name", "channel", "conversation_key", "citizen", "last_inbound_on", "data"]


def lock(channel: str, conversation_key: str) -> frappe._dict:
	"""Get a conversation's session for this transaction alone, made if it is new.

	To be called before anything is read: REPEATABLE READ fixes the snapshot at the first read, and what a turn reads
	has to be what the turn before it wrote. The lock order is session, then case.
	"""
	now, user = now_datetime(), frappe.session.user
	frappe.db.sql(
		"""insert into `tabChat Session`
		(name, creation, modified, owner, modified_by, channel, conversation_key, data)
		values (%s, %s, %s, %s, %s, %s, %s, '{}')
		on duplicate key update conversation_key = conversation_key""",
		(frappe.generate_hash(length=10), now, now, user, user, channel, conversation_key),
	)
	return frappe.db.sql(
		f"""select {", ".join(FIELDS)} from `tabChat Session`
		where channel = %s and conversation_key = %s for update""",
		(channel, conversation_key),
		as_dict=True,
	)[0]


def read(session: frappe._dict) -> Session:
	return Session.from_dict(json.loads(session.data or "{}"))


def write(session: frappe._dict, state: Session) -> None:
	"""Store what is remembered of a conversation; the caller holds its lock."""
	frappe.db.set_value(
		"Chat Session",
		session.name,
		{
			"citizen": session.citizen,
			"flow": state.flow or None,
			"step": state.step or None,
			"last_inbound_on": session.last_inbound_on,
			"data": json.dumps(state.to_dict(), ensure_ascii=False),
		},
	)
