"""Which messages of a talk belong to which case, so that the form of the case shows them, and those of no other.

What a citizen says belongs to the form that it fills, or to the case that something is done on; what the bot says, to the
form that is asked then. A form's messages are given to the case that comes of it. Of a form that is dropped, nothing is
ever shown: it may have been a complaint about the very office.
"""

import frappe

from grievance_cell.conversations.model import Session
from grievance_cell.conversations.talk import Outcome
from grievance_cell.messaging import live

# A form takes a few dozen; who writes without end is not remembered without end.
MOST = 200


def give(before: Session, outcome: Outcome, heard: list[int], said: list[int], citizen: str | None) -> None:
	"""Give the messages of a turn, `heard` and `said`, to the documents or drafts that they belong to.

	Changes the drafts of the outcome's session, which the caller stores afterwards.
	"""
	after = outcome.session
	heard, after.loose = [*before.loose, *heard], []
	drafts = {(draft.flow, draft.about): draft for draft in before.drafts}
	for done in outcome.done:
		filled = [
			message
			for (flow, about), draft in drafts.items()
			if (done.about and about == done.about) or (done.flow and (flow, about) == (done.flow, ""))
			for message in draft.messages
		]
		attach([*filled, *heard], done.doctype, done.name, citizen)
	if not outcome.done and after.held:
		# The citizen has still to say what it belongs to.
		after.loose = heard[-MOST:]
	elif not outcome.done:
		begun = [draft for draft in after.drafts if (draft.flow, draft.about) not in drafts]
		on_top = [before.draft] if before.draft else []
		for draft in begun or [
			draft for draft in after.drafts if any(is_same(draft, each) for each in on_top)
		]:
			keep(draft, heard)
	if after.draft:
		keep(after.draft, said)


def is_same(draft, other) -> bool:
	return (draft.flow, draft.about) == (other.flow, other.about)


def keep(draft, messages: list[int]) -> None:
	draft.messages = [*draft.messages, *messages][-MOST:]


def attach(messages: list[int], doctype: str, name: str, citizen: str | None) -> None:
	"""Give stored messages to a document, those that are not another's already; whoever had no name then has it now."""
	if not messages:
		return
	frappe.db.sql(
		"""update `tabChat Message` set reference_doctype = %(doctype)s, reference_name = %(name)s,
		citizen = coalesce(nullif(citizen, ''), %(citizen)s)
		where name in %(messages)s and (ifnull(reference_name, '') = '' or
			(reference_doctype = %(doctype)s and reference_name = %(name)s))""",
		{"doctype": doctype, "name": name, "citizen": citizen, "messages": messages},
	)
	live.tell(doctype, name)
