"""What a citizen will read of a Chat Flow, saved or not, while it is edited."""

import frappe

from grievance_cell.conversations import engine, flows
from grievance_cell.conversations.flow_texts import JINJA, translation_of
from grievance_cell.conversations.model import Choice, Flow, Reply
from grievance_cell.conversations.world import Site
from grievance_cell.organisation.languages import spoken_languages


class EditedSite(Site):
	"""The site as it answers when a flow is asked as it stands on the screen, not as it is stored."""

	def __init__(self, document):
		super().__init__(channels_of(document)[0])
		self.document = document

	def document_of(self, flow: Flow):
		return self.document


def channels_of(document) -> list:
	"""List the channels on which a flow is offered; a site with none has what a new one would speak."""
	chosen = [row.channel for row in document.channels]
	names = frappe.get_all(
		"Chat Channel",
		{"enabled": 1, **({"name": ("in", chosen)} if chosen else {})},
		pluck="name",
		order_by="name",
	)
	return [frappe.get_cached_doc("Chat Channel", name) for name in names] or [
		frappe._dict(default_language=spoken_languages()[0], default_area=None)
	]


def languages_of(document) -> list[Choice]:
	"""List the languages that a flow's channels speak, as value and label."""
	return list(
		dict.fromkeys(each for channel in channels_of(document) for each in Site(channel).languages())
	)


def previews(document, language: str, broken: set[int]) -> dict[int, Reply]:
	"""Show each step of a flow in a language, by its row; `broken` are the rows that cannot be asked."""
	site = EditedSite(document)
	flow = flows.as_data(document)
	return {
		row.idx: engine.preview(flow, row.step_id, language, site)
		for row in document.steps
		if row.idx not in broken
	}


def closing_in(document, language: str) -> str:
	"""Show the closing message in a language, with dots for what comes from the new document."""
	text = (document.closing_message or "").strip() if document.document_type else ""
	translated = translation_of(text, language) or text
	return JINJA.sub(lambda found: "…" if found[0].startswith("{{") else "", translated)
