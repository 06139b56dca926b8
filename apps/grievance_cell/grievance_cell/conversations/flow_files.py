"""Chat Flows as files: written with their translations, read on another site."""

import json
from dataclasses import dataclass

import frappe
from frappe import _

from grievance_cell.conversations.flow_texts import (
	SOURCE_LANGUAGE,
	set_translation,
	texts_of,
	translation_of,
)
from grievance_cell.organisation.languages import spoken_languages

# What the file is, so that no other JSON is taken for one; the number changes when old files can no longer be read.
FORMAT = "grievance_cell chat flow 1"
# Channels are those of one site; a preview is nothing that is stored.
LEFT_OUT = {"channels", "enabled"}
NO_VALUES = {"Section Break", "Column Break", "Tab Break", "HTML", "Table", "Table MultiSelect"}


@dataclass(frozen=True)
class Contents:
	"""What a file holds: the values of a Chat Flow, and its translations by language and source text."""

	flow: dict
	translations: dict[str, dict[str, str]]


def write(flow) -> str:
	"""Write a Chat Flow and what is known of its texts in other languages."""
	values = {
		**_values(flow, _fields("Chat Flow") - LEFT_OUT),
		"steps": [_values(step, _fields("Chat Step")) for step in flow.steps],
	}
	languages = {*spoken_languages(), *frappe.get_all("Translation", pluck="language", distinct=True)}
	translations = {}
	for language in sorted(languages - {SOURCE_LANGUAGE}):
		known = {text.source: translation_of(text.source, language) for text in texts_of(flow)}
		translations[language] = {source: text for source, text in known.items() if text}
	contents = {"format": FORMAT, "flow": values, "translations": translations}
	return json.dumps(contents, indent=1, ensure_ascii=False) + "\n"


def _values(document, fields: set[str]) -> dict:
	return {key: value for key in sorted(fields) if (value := document.get(key)) not in (None, "")}


def _fields(doctype: str) -> set[str]:
	return {field.fieldname for field in frappe.get_meta(doctype).fields if field.fieldtype not in NO_VALUES}


def read(content: str) -> Contents:
	"""Read a file that `write` has written; raises ValidationError with what is wrong with any other."""
	try:
		data = json.loads(content)
	except ValueError:
		frappe.throw(_("This is no file of a Chat Flow: it is not JSON"))
	if not isinstance(data, dict) or data.get("format") != FORMAT:
		frappe.throw(_("This is no file of a Chat Flow"))
	flow, translations = data.get("flow"), data.get("translations", {})
	_see_values(flow, "Chat Flow", {"steps"})
	named = isinstance(flow.get("title"), str) and flow["title"].strip()
	if not named or not isinstance(flow.get("steps"), list) or not flow["steps"]:
		frappe.throw(_("The file has no title or no steps"))
	for step in flow["steps"]:
		_see_values(step, "Chat Step")
	if not isinstance(translations, dict) or not all(map(_is_texts, translations.values())):
		frappe.throw(_("The translations in the file cannot be read"))
	return Contents(flow, translations)


def _see_values(values, doctype: str, more: frozenset | set = frozenset()) -> None:
	if not isinstance(values, dict):
		frappe.throw(_("The file has no title or no steps"))
	if unknown := set(values) - _fields(doctype) - more:
		message = _("The file names what {0} does not have: {1}")
		frappe.throw(message.format(_(doctype), ", ".join(sorted(unknown))))
	if any(isinstance(value, dict | list) for key, value in values.items() if key not in more):
		frappe.throw(_("The file has a list where a text belongs"))


def _is_texts(texts) -> bool:
	return isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values())


def store(contents: Contents) -> None:
	"""Make the flow, or change the one of that title, and switch it off; translations that are there stay as they are."""
	title = contents.flow["title"]
	document = frappe.new_doc("Chat Flow")
	if frappe.db.exists("Chat Flow", title):
		blank, document = document, frappe.get_doc("Chat Flow", title)
		document.update({name: blank.get(name) for name in _fields("Chat Flow") - LEFT_OUT})
	document.update({**contents.flow, "enabled": 0})
	document.save()
	sources = {text.source for text in texts_of(document)}
	for language, texts in contents.translations.items():
		if not frappe.db.exists("Language", language):
			frappe.throw(_("There is no language {0}").format(language))
		for source, text in texts.items():
			if source in sources and text.strip() and translation_of(source, language) is None:
				set_translation(source, language, text.strip())
