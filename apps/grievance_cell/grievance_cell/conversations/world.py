"""What the engine asks of the site, answered from the database."""

import json
from collections import defaultdict
from pathlib import Path

import frappe
from frappe import _

from grievance_cell.conversations import area_search
from grievance_cell.conversations.engine import Choice, Flow, Step
from grievance_cell.conversations.intents import normalise

# A DocType may have a field of this name: further words by which citizens find its documents, one a line.
WORDS_FIELD = "keywords"


class Site:
	"""The engine's `World` on a Frappe site, within the areas that one channel serves."""

	def __init__(self, default_language: str, within: str | None = None):
		self.default_language = default_language
		self.within = within

	def translate(self, text: str, language: str) -> str:
		return _(text, language or self.default_language)

	def languages(self) -> list[Choice]:
		"""List the languages that Frappe has enabled and this app speaks, the channel's own first."""
		enabled = frappe.get_all(
			"Language", {"enabled": 1, "name": ("in", spoken_languages())}, ["name", "language_name"]
		)
		enabled.sort(key=lambda each: (each.name != self.default_language, each.name))
		return [Choice(each.name, each.language_name) for each in enabled]

	def choices(self, flow: Flow, step: Step, answers: dict, group: str, language: str) -> list[Choice]:
		if step.kind == "Choice":
			return self.static_choices(flow, step, language)
		nodes = self.linked(flow, step, answers)
		if nodes and "parent" in nodes[0]:
			leaves = [node for node in nodes if not node.is_group]
			nodes = [
				node
				for node in nodes
				if (node.parent or "") == group
				and (not node.is_group or any(node.lft < leaf.lft < node.rgt for leaf in leaves))
			]
		return [self.as_choice(node, language) for node in nodes]

	def option(self, flow: Flow, step: Step, answers: dict, value: str, language: str) -> Choice | None:
		"""Find one linked document that the step offers, groups included."""
		nodes = self.linked(flow, step, answers, name=value)
		return self.as_choice(nodes[0], language) if nodes else None

	def search(self, flow: Flow, step: Step, answers: dict, text: str, language: str) -> list[Choice]:
		"""Find linked documents that can be chosen by their names or search words, best first."""
		found = []
		words = f" {normalise(text)} "
		for node in self.linked(flow, step, answers):
			if node.get("is_group"):
				continue
			choice = self.as_choice(node, language)
			terms = {normalise(term) for term in (choice.label, node.title, *node.search_words)} - {""}
			score = sum(f" {term} " in words for term in terms)
			if words.strip() and words.strip() in normalise(choice.label):
				score += 1
			if score:
				found.append((score, choice))
		found.sort(key=lambda each: -each[0])
		return [choice for _score, choice in found]

	def areas_named(self, text: str, language: str) -> list[Choice]:
		return area_search.by_name(text, language, self.within)

	def areas_near(self, latitude: float, longitude: float, language: str) -> list[Choice]:
		return area_search.by_position(latitude, longitude, language, self.within)

	def holds(self, expression: str, answers: dict) -> bool:
		try:
			return bool(frappe.safe_eval(expression, None, {"answers": frappe._dict(answers)}))
		except Exception:
			# A question that cannot be placed is not asked; the talk goes on.
			frappe.log_error(title=f"The condition of a Chat Step failed: {expression}"[:140])
			return False

	def static_choices(self, flow: Flow, step: Step, language: str) -> list[Choice]:
		row = step_row(flow, step)
		field = frappe.get_meta(flow.document_type).get_field(step.target_field)
		lines = (row.options or (field.options if field else "") or "").splitlines()
		pairs = [line.partition("|") for line in lines if line.strip()]
		return [
			Choice(value.strip(), self.translate((label or value).strip(), language))
			for value, _bar, label in pairs
		]

	def linked(self, flow: Flow, step: Step, answers: dict, **only) -> list[frappe._dict]:
		"""List what a Link step offers: name, title, search_words, and for a tree is_group, parent, lft, rgt."""
		row = step_row(flow, step)
		doctype = frappe.get_meta(flow.document_type).get_field(step.target_field).options
		meta = frappe.get_meta(doctype)
		searched = [field for field in meta.get_search_fields() if field != "name"]
		if meta.has_field(WORDS_FIELD):
			searched.append(WORDS_FIELD)
		fields = ["name", *searched]
		title = meta.get_title_field() if meta.show_title_field_in_link else "name"
		order_by = f"{title} asc"
		if meta.is_nested_set():
			parent = frappe.scrub(f"parent {doctype}")
			fields += ["lft", "rgt", "is_group", f"{parent} as parent"]
			order_by = "lft asc"
		if title not in fields:
			fields.append(title)
		# The bot offers what staff made for it to offer, whatever DocTypes its own user may read.
		nodes = frappe.get_all(
			doctype,
			filters={**filled_filters(row.link_filters, answers), **only},
			fields=fields,
			order_by=order_by,
		)
		for node in nodes:
			node.title = node[title]
			node.search_words = [
				word for field in searched for word in str(node.get(field) or "").splitlines()
			]
		return nodes

	def as_choice(self, node: frappe._dict, language: str) -> Choice:
		return Choice(node.name, self.translate(node.title, language), is_group=bool(node.get("is_group")))


def step_row(flow: Flow, step: Step):
	rows = frappe.get_cached_doc("Chat Flow", flow.name).steps
	return next(row for row in rows if row.step_id == step.step_id)


def filled_filters(link_filters: str | None, answers: dict) -> dict:
	"""Read a step's link filters, with `{step id}` in a text replaced by that step's answer."""

	def fill(value):
		if isinstance(value, str):
			# A question may not be answered yet, or again be open.
			return value.format_map(defaultdict(str, {key: answer or "" for key, answer in answers.items()}))
		return [fill(each) for each in value] if isinstance(value, list) else value

	return {key: fill(value) for key, value in json.loads(link_filters or "{}").items()}


def spoken_languages() -> list[str]:
	"""List the languages that this app ships translations for, English included."""
	folder = Path(frappe.get_app_path("grievance_cell", "translations"))
	return ["en", *(file.stem for file in sorted(folder.glob("*.csv")))]
