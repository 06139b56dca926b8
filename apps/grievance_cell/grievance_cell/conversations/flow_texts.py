"""The texts of a Chat Flow that a citizen reads, and what they are in other languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.translate import get_all_translations

from grievance_cell.conversations.turns import PLACEHOLDER

SOURCE_LANGUAGE = "en"
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True)
class Text:
	"""A text in English and the row of the step that it stands in, 0 for the flow itself."""

	row: int
	source: str


def texts_of(flow) -> list[Text]:
	"""List what a citizen reads of a Chat Flow, saved or not, each text of a row once."""
	return list(dict.fromkeys(text for text in _texts_of(flow) if any(map(str.isalpha, text.source))))


def _texts_of(flow) -> Iterator[Text]:
	meta = frappe.get_meta(flow.document_type) if flow.document_type else None
	has_summary = any(step.kind == "Confirm" for step in flow.steps)
	for source in (flow.menu_label, flow.closing_message if flow.document_type else ""):
		yield Text(0, (source or "").strip())
	for step in flow.steps:
		target = meta.get_field(step.target_field) if meta and step.target_field else None
		label = step.label or (target.label if target and has_summary else "")
		for source in (step.prompt, step.error_text, label):
			yield Text(step.idx, (source or "").strip())
		if step.kind == "Choice":
			for _value, label in options_of(step.options or (target.options if target else "")):
				yield Text(step.idx, label)


def options_of(options: str | None) -> list[tuple[str, str]]:
	"""Read static choices, one `value|label|words` a line: value and label."""
	lines = [[part.strip() for part in line.split("|")] for line in (options or "").splitlines()]
	return [(line[0], line[1] if len(line) > 1 and line[1] else line[0]) for line in lines if any(line)]


def translation_of(source: str, language: str) -> str | None:
	"""Return a text in another language, itself in English; None if nobody has translated it."""
	if language == SOURCE_LANGUAGE:
		return source
	translated = _(source, language)
	return translated if translated != source or source.strip() in get_all_translations(language) else None


def keeps_placeholders(source: str, translation: str) -> bool:
	"""Tell whether a translation names what is filled in, and whatever Jinja there is, as its source does."""

	def parts(text: str) -> tuple[list, list]:
		return sorted(JINJA.findall(text)), sorted(PLACEHOLDER.findall(JINJA.sub("", text)))

	return parts(source) == parts(translation)


def set_translation(source: str, language: str, text: str) -> None:
	"""Store what staff say a text is in another language, with their own rights."""
	which = {"source_text": source, "language": language, "context": ("is", "not set")}
	name = frappe.db.get_value("Translation", which)
	document = frappe.get_doc("Translation", name) if name else frappe.new_doc("Translation")
	document.update({"source_text": source, "language": language, "translated_text": text})
	document.save()
