"""Chat Sessions: one row a citizen's conversation on one number, locked while anything of it changes."""

import json

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Session

FIELDS = ["name", "channel", "conversation_key", "citizen", "last_inbound_on", "data"]


def lock(channel: str, conversation_key: str) -> frappe._dict:
	"""Get a conversation's session for this transaction alone, made if it is new.

	To be called before anything is read: REPEATABLE READ fixes the snapshot at the first read, and what a turn reads
	has to be what the turn before it wrote. The lock order is session, then case.
	"""
	_make(channel, conversation_key)
	return _select(channel, conversation_key, "for update")[0]


def get(channel: str, conversation_key: str) -> frappe._dict:
	"""Get a conversation's session, made if it is new, for who only writes to the citizen.

	Not locked: whoever holds a case must not wait for a session, since a turn that holds the session waits for cases.
	"""
	found = _select(channel, conversation_key)
	if not found:
		_make(channel, conversation_key)
		found = _select(channel, conversation_key)
	return found[0]


def _make(channel: str, conversation_key: str) -> None:
	now, user = now_datetime(), frappe.session.user
	frappe.db.sql(
		"""insert into `tabChat Session`
		(name, creation, modified, owner, modified_by, channel, conversation_key, data)
		values (%s, %s, %s, %s, %s, %s, %s, '{}')
		on duplicate key update conversation_key = conversation_key""",
		(frappe.generate_hash(length=10), now, now, user, user, channel, conversation_key),
	)


def _select(channel: str, conversation_key: str, lock: str = "") -> list[frappe._dict]:
	return frappe.db.sql(
		f"""select {", ".join(FIELDS)} from `tabChat Session`
		where channel = %s and conversation_key = %s {lock}""",
		(channel, conversation_key),
		as_dict=True,
	)


def read(session: frappe._dict) -> Session:
	return Session.from_dict(json.loads(session.data or "{}"))


def write(session: frappe._dict, state: Session) -> None:
	"""Store what is remembered of a conversation; the caller holds its lock."""
	frappe.db.set_value(
		"Chat Session",
		session.name,
		{
			"citizen": session.citizen,
			"flow": state.draft and state.draft.flow,
			"step": (state.draft and state.draft.step) or None,
			"last_inbound_on": session.last_inbound_on,
			"data": json.dumps(state.to_dict(), ensure_ascii=False),
		},
	)
