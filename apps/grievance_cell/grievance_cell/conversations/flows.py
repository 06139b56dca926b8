"""Chat Flows as the engine wants them: plain data read from the documents, with what the DocType's own meta adds."""

from collections.abc import Iterable

import frappe

from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import CITIZEN, Flow, Step

# What a Data column holds where its field sets no length of its own.
DATA_LENGTH = 140
# A Text column has 64 KB, and a letter up to four bytes; the summary repeats the answers in one such column.
TEXT_LENGTH = 4_000
INSERT, ACT, NOTHING = "Insert the Document", "Call an Action", "Nothing"


def enabled_flows(channel: str | None = None, offices: Iterable[str] = ()) -> list[Flow]:
	"""List the enabled flows of a channel that are for citizens or for these offices, in the order of the menu."""
	names = frappe.get_all(
		"Chat Flow",
		{"enabled": 1, "audience": ("in", (CITIZEN, *offices))},
		pluck="name",
		order_by="menu_order, name",
	)
	documents = [frappe.get_cached_doc("Chat Flow", name) for name in names]
	return [
		as_data(document)
		for document in documents
		if not (channel and document.channels) or channel in [row.channel for row in document.channels]
	]


def actions_for(audience: str | None) -> str:
	"""Name the hook under which apps register the actions that a flow for this audience may end with."""
	return "chat_actions" if (audience or CITIZEN) == CITIZEN else "office_actions"


def as_data(flow) -> Flow:
	"""Read a Chat Flow, saved or not."""
	meta = frappe.get_meta(flow.document_type) if flow.document_type else None
	audience = flow.audience or CITIZEN
	return Flow(
		name=flow.name or flow.title,
		version=str(flow.modified),
		document_type=flow.document_type if flow.at_end == INSERT else "",
		steps=tuple(step_as_data(step, meta) for step in flow.steps),
		occasion=flow.occasion,
		action=(flow.action or "") if flow.at_end == ACT else "",
		menu_label=flow.menu_label or "",
		menu_step=flow.menu_step or "",
		start_words=tuple(normalise(word) for word in (flow.start_words or "").splitlines() if word.strip()),
		opening_step=flow.opening_step or "",
		needs_citizen=bool(flow.needs_citizen) and audience == CITIZEN,
		audience=audience,
	)


def step_as_data(step, meta) -> Step:
	target = meta.get_field(step.target_field) if meta and step.target_field else None
	length = 0
	if target and target.fieldtype == "Data":
		length = int(target.length or DATA_LENGTH)
	elif step.kind in ("Text", "Media"):
		length = TEXT_LENGTH
	return Step(
		step_id=step.step_id,
		kind=step.kind,
		prompt=step.prompt or "",
		target_field=step.target_field or "",
		label=step.label or (target.label if target else "") or "",
		required=bool(step.required),
		depends_on=step.depends_on or "",
		validation=step.validation or "",
		error_text=step.error_text or "",
		default_answer=step.default_answer or "",
		propose_from=step.propose_from or "",
		max_length=length,
		whole=bool(target and target.fieldtype in ("Int", "Rating")),
	)
