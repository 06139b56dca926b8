"""Chat Flows as the engine wants them: plain data read from the documents, with what the DocType's own meta adds."""

import frappe

from grievance_cell.conversations.engine import Flow, Step
from grievance_cell.conversations.intents import normalise

# What a Data column holds where its field sets no length of its own.
DATA_LENGTH = 140
# A Text column has 64 KB, and a letter up to four bytes; the summary repeats the answers in one such column.
TEXT_LENGTH = 4_000


def enabled_flows() -> list[Flow]:
	"""List the enabled flows in the order of the menu."""
	names = frappe.get_all("Chat Flow", {"enabled": 1}, pluck="name", order_by="menu_order, name")
	return [as_data(frappe.get_cached_doc("Chat Flow", name)) for name in names]


def as_data(flow) -> Flow:
	meta = frappe.get_meta(flow.document_type)
	return Flow(
		name=flow.name,
		version=str(flow.modified),
		document_type=flow.document_type,
		steps=tuple(step_as_data(step, meta) for step in flow.steps),
		menu_label=flow.menu_label or "",
		start_words=tuple(normalise(word) for word in (flow.start_words or "").splitlines() if word.strip()),
		opening_step=flow.opening_step or "",
		needs_citizen=bool(flow.needs_citizen),
	)


def step_as_data(step, meta) -> Step:
	target = meta.get_field(step.target_field) if step.target_field else None
	length = 0
	if target and target.fieldtype == "Data":
		length = int(target.length or DATA_LENGTH)
	elif target and target.fieldtype in ("Small Text", "Text"):
		length = TEXT_LENGTH
	return Step(
		step_id=step.step_id,
		kind=step.kind,
		prompt=step.prompt or "",
		target_field=step.target_field or "",
		label=step.label or (target.label if target else ""),
		required=bool(step.required),
		depends_on=step.depends_on or "",
		error_text=step.error_text or "",
		max_length=length,
	)
