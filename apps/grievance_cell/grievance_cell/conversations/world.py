"""What the engine asks of the site, answered from the database."""

import json
import textwrap
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import frappe
from babel.core import UnknownLocaleError
from babel.dates import format_date
from frappe import _
from frappe.utils import cint, get_datetime, now_datetime

from grievance_cell.conversations import area_search
from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import OFFICER, Case, Choice, Flow, Pin, SimilarCase, Step
from grievance_cell.grievances import (
	categorisation,
	duplicates,
	emergencies,
	officer_cases,
	own_cases,
	reopening,
	ward_cases,
)
from grievance_cell.grievances.decisions import COMPLAINT
from grievance_cell.grievances.doctype.grievance_status.grievance_status import category_of
from grievance_cell.grievances.lifecycle import ASSIGNED_STATUS, acting_as
from grievance_cell.grievances.offices import Office
from grievance_cell.organisation.languages import spoken_languages

# A DocType may have a field of this name: further words by which citizens find its documents, one a line.
WORDS_FIELD = "keywords"
CASE, CATEGORY = "Grievance", "Grievance Category"
# Of so many likely categories those are proposed that the step's filters leave.
LIKELY = 10
# What of a case's description stands in the message that shows it, so that there is room for the rest.
DESCRIPTION_LENGTH = 280
# What of a remark stands in the line of a case's history.
REMARK_LENGTH = 120


class Site:
	"""The engine's `World` on a Frappe site, for one citizen on one channel.

	`channel` is a Chat Channel, `citizen` the name of the Citizen where it is known, `contact` what is known of who
	writes: mobile_no and whatsapp_id; `office` what they may speak for besides.
	"""

	def __init__(self, channel, citizen: str | None = None, contact=None, office: Office | None = None):
		self.default_language = channel.default_language
		self.within = channel.default_area
		self.offered_languages = [row.language for row in channel.get("languages") or ()]
		self.citizen = citizen
		self.contact = contact
		self.office = office
		self.offices = office.kinds if office else ()
		# A turn decides before anything is done: what is true of a case stays so meanwhile.
		self.known_facts: dict[str, frappe._dict] = {}
		settings = frappe.get_cached_doc("Grievance Settings")
		self.messages_per_minute = cint(settings.messages_per_minute)
		self.draft_offer_minutes = cint(settings.draft_offer_minutes)
		self.blocked = bool(citizen and frappe.db.get_value("Citizen", citizen, "blocked"))

	def translate(self, text: str, language: str) -> str:
		return _(text, language or self.default_language)

	def languages(self) -> list[Choice]:
		"""List the channel's languages that Frappe has enabled, its own first; all that the app speaks if it names none."""
		offered = self.offered_languages or spoken_languages()
		enabled = frappe.get_all(
			"Language", {"enabled": 1, "name": ("in", offered)}, ["name", "language_name"]
		)
		enabled.sort(key=lambda each: (each.name != self.default_language, offered.index(each.name)))
		return [Choice(each.name, each.language_name) for each in enabled]

	# what a step offers

	def document_of(self, flow: Flow):
		"""Get the Chat Flow that says more of a flow than the engine needs to know."""
		return frappe.get_cached_doc("Chat Flow", flow.name)

	def choices(self, flow: Flow, step: Step, answers: dict, group: str, language: str) -> list[Choice]:
		if step.kind == "Choice":
			return [choice for choice, _words in self.static_choices(flow, step, language)]
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
		"""Find what a step offers by its names or search words in a text, best first."""
		words = f" {normalise(text)} "
		if step.kind == "Choice":
			candidates = [(choice, terms) for choice, terms in self.static_choices(flow, step, language)]
		else:
			candidates = [
				(self.as_choice(node, language), [node.title, *node.search_words])
				for node in self.linked(flow, step, answers)
				if not node.get("is_group")
			]
		found = []
		for choice, terms in candidates:
			known = {normalise(term) for term in (choice.label, *terms)} - {""}
			score = sum(f" {term} " in words for term in known)
			if words.strip() and words.strip() in normalise(choice.label):
				score += 1
			if score:
				found.append((score, choice))
		found.sort(key=lambda each: -each[0])
		return [choice for _score, choice in found]

	def propose(self, flow: Flow, step: Step, answers: dict, text: str, language: str) -> list[Choice]:
		"""List the likely answers to a link step from what was said, best first."""
		document = self.document_of(flow)
		if linked_doctype(document, step_row(document, step)) != CATEGORY:
			return self.search(flow, step, answers, text, language)
		proposed = [each.category for each in categorisation.suggest(text, limit=LIKELY)]
		options = [self.option(flow, step, answers, category, language) for category in proposed]
		return [option for option in options if option]

	def static_choices(self, flow: Flow, step: Step, language: str) -> list[tuple[Choice, list[str]]]:
		"""Read a step's options, else its field's: `value|label|word, word` a line; with the words of each."""
		document = self.document_of(flow)
		row = step_row(document, step)
		meta = target_meta(document)
		field = meta.get_field(step.target_field) if meta and step.target_field else None
		found = []
		for line in (row.options or (field.options if field else "") or "").splitlines():
			if line.strip():
				value, label, words = [*(part.strip() for part in line.split("|")), "", ""][:3]
				choice = Choice(value, self.translate(label or value, language))
				found.append((choice, [label or value, *words.split(",")]))
		return found

	def linked(self, flow: Flow, step: Step, answers: dict, **only) -> list[frappe._dict]:
		"""List what a Link step offers: name, title, search_words, and for a tree is_group, parent, lft, rgt."""
		document = self.document_of(flow)
		row = step_row(document, step)
		doctype = linked_doctype(document, row)
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

	def holds(self, expression: str, answers: dict, answer: Any = None, about: str = "") -> bool:
		"""Evaluate a step's condition or validation, which see `answers`, `answer`, `contact` and, for an office, `case`."""
		seen = {
			"answers": frappe._dict(answers),
			"answer": answer,
			"contact": frappe._dict(
				mobile_no=self.contact and self.contact.mobile_no,
				whatsapp_id=self.contact and self.contact.whatsapp_id,
			),
			"case": self.facts_of(about),
		}
		try:
			return bool(frappe.safe_eval(expression, None, seen))
		except Exception:
			# A question that cannot be placed is not asked; the talk goes on.
			frappe.log_error(title=f"The condition of a Chat Step failed: {expression}"[:140])
			return False

	# emergencies, and what others have reported

	def answer_to(self, flow: Flow, field: str, answers: dict) -> Any:
		"""Return the answer that fills a field of the flow's document."""
		return next((answers.get(step.step_id) for step in flow.steps if step.target_field == field), None)

	def is_emergency(self, flow: Flow, answers: dict) -> bool:
		return flow.document_type == CASE and emergencies.is_emergency(
			self.answer_to(flow, "category", answers)
		)

	def emergency_numbers(self, flow: Flow, answers: dict, language: str) -> list[str]:
		"""List whom to call, a line each, for the category that was answered."""
		numbers = emergencies.numbers_for(self.answer_to(flow, "category", answers))
		return [f"{self.translate(row.title, language)}: *{row.phone_number}*" for row in numbers]

	def similar(self, flow: Flow, answers: dict, language: str) -> list[SimilarCase]:
		"""List what others have reported and may be the same, the likeliest first."""
		category, place = (self.answer_to(flow, field, answers) for field in ("category", "area"))
		if flow.document_type != CASE or not (category and place):
			return []
		rows = duplicates.similar(
			self.answer_to(flow, "grievance_type", answers) or COMPLAINT,
			category,
			place["area"],
			place.get("latitude"),
			place.get("longitude"),
			now_datetime(),
		)
		joined = duplicates.joined_by(self.citizen)
		return [
			self.as_similar(row, language)
			for row in rows
			if row.citizen != self.citizen and row.name not in joined
		]

	def as_similar(self, row: frappe._dict, language: str) -> SimilarCase:
		place = self.area(row.area, language)
		return SimilarCase(
			name=row.name,
			title=self.translate(row.category, language),
			place=place.label if place else "",
			day=self.date(row.registered_on, language),
			people=row.people,
		)

	# places

	def area(self, name: str, language: str) -> Choice | None:
		return area_search.named(name, language)

	def own_area(self, language: str) -> Choice | None:
		name = self.citizen and frappe.db.get_value("Citizen", self.citizen, "area")
		return self.area(name, language) if name else None

	def areas_named(self, text: str, language: str) -> list[Choice]:
		return area_search.by_name(text, language, self.within)

	def areas_near(self, latitude: float, longitude: float, language: str) -> list[Choice]:
		return area_search.by_position(latitude, longitude, language, self.within)

	# the citizen's cases

	def cases(self, language: str) -> list[Case]:
		return [self.as_case(row, language) for row in own_cases.latest(self.citizen)] if self.citizen else []

	def case(self, number: str, language: str) -> Case | None:
		row = own_cases.find(self.citizen, number) if self.citizen else None
		if not row:
			return None
		steps = [self.as_line(step, language) for step in own_cases.steps_done(row.name)]
		return self.as_case(row, language, tuple(steps))

	# the cases of an office

	def office_counts(self, office: str, language: str) -> str:
		if office not in self.offices:
			return ""
		with acting_as(self.office.user):
			found = self.source_of(office).counts()
		said = _("Open cases: {0}. Overdue: {1}.", language or self.default_language)
		said = said.format(found.open, found.overdue)
		if found.get("settled") is not None:
			settled = _("Settled in the last 30 days: {0}.", language or self.default_language)
			said += f" {settled.format(found.settled)}"
		return said

	def office_cases(self, office: str, language: str) -> list[Case]:
		if office not in self.offices:
			return []
		with acting_as(self.office.user):
			rows = self.source_of(office).by_deadline()
		return [self.as_office_case(row, language) for row in rows]

	def office_case(self, office: str, number: str, language: str) -> Case | None:
		if office not in self.offices:
			return None
		with acting_as(self.office.user):
			row = self.source_of(office).find(number)
		return row and self.as_office_case(row, language)

	def source_of(self, office: str):
		return officer_cases if office == OFFICER else ward_cases

	def facts_of(self, name: str) -> frappe._dict:
		"""Tell what a condition may know of a case of the office; nothing of any other."""
		if not (name and OFFICER in self.offices):
			return frappe._dict(can=[])
		if name not in self.known_facts:
			with acting_as(self.office.user):
				self.known_facts[name] = officer_cases.facts(name)
		return self.known_facts[name]

	def as_office_case(self, row: frappe._dict, language: str) -> Case:
		speak = language or self.default_language
		details = [_("Near: {0}", speak).format(row.address) if row.get("address") else ""]
		if row.get("description"):
			details.append(textwrap.shorten(row.description, DESCRIPTION_LENGTH, placeholder=" …"))
		if row.get("citizen_name"):
			details.append(_("From: {0}", speak).format(row.citizen_name))
		if row.get("delay_reason"):
			why = ": ".join(
				filter(None, (self.translate(row.delay_reason, language), row.get("delay_remark")))
			)
			details.append(_("Why it is late: {0}", speak).format(why))
		if row.get("registered_on"):
			details.append(_("Registered: {0}", speak).format(self.date(row.registered_on, language)))
		if row.get("resolved_on"):
			details.append(_("Settled: {0}", speak).format(self.date(row.resolved_on, language)))
		elif row.get("expected_by"):
			details.append(_("It is expected by {0}.", speak).format(self.date(row.expected_by, language)))
		place = self.area(row.area, language)
		return Case(
			name=row.name,
			title=self.translate(row.title, language),
			status=self.translate(row.status, language),
			stage=category_of(row.status),
			department=self.translate(row.department, language) if row.department else "",
			due=self.date(row.resolution_by, language) if row.resolution_by else "",
			overdue=bool(row.overdue),
			place=place.label if place else "",
			details=tuple(filter(None, details)),
			done=tuple(self.as_line(step, language, self.translate) for step in row.get("done") or ()),
			files=tuple(row.get("files") or ()),
			pin=Pin(row.latitude, row.longitude, row.name, place.label if place else "")
			if row.get("latitude") and row.get("longitude")
			else None,
		)

	def as_case(self, row: frappe._dict, language: str, done: tuple[str, ...] = ()) -> Case:
		return Case(
			name=row.name,
			title=self.translate(row.category, language) if row.category else row.subject,
			status=self.status_label(row.status, language),
			stage=category_of(row.status),
			department=self.translate(row.department, language) if row.department else "",
			due=self.date(row.resolution_by, language) if row.resolution_by else "",
			done=done,
			may_reopen=reopening.may_be_reopened(row) or reopening.may_be_followed(row),
		)

	def as_line(
		self, step: frappe._dict, language: str, label: Callable[[str, str], str] | None = None
	) -> str:
		"""Write what was done in a line: the day, what it was, and what was said of it, if that is meant for the citizen.

		`label` says a status in a language; the citizen's words are used without one.
		"""
		label = label or self.status_label
		day = self.date(step.done_on, language)
		if step.to_department and not step.to_status:
			department = self.translate(step.to_department, language)
			return f"{day}: {_('Sent to: {0}', language or self.default_language).format(department)}"
		what = label(step.to_status, language) if step.to_status else ""
		line = f"{day}: {what or self.translate(step.action, language)}"
		# How a case came to its office is told by the department; the line on routing is for the desk.
		if step.remark and step.to_status != ASSIGNED_STATUS:
			line += f" ({textwrap.shorten(step.remark, REMARK_LENGTH, placeholder=' …')})"
		return line

	def status_label(self, status: str, language: str) -> str:
		label = frappe.get_cached_value("Grievance Status", status, "citizen_label")
		return self.translate(label or status, language)

	def date(self, moment, language: str) -> str:
		day = get_datetime(moment).date()
		try:
			return format_date(day, "d MMMM y", locale=language or self.default_language)
		except (UnknownLocaleError, ValueError):
			return format_date(day, "d MMMM y", locale="en")


def step_row(document, step: Step):
	return next(row for row in document.steps if row.step_id == step.step_id)


def target_meta(document):
	return frappe.get_meta(document.document_type) if document.document_type else None


def linked_doctype(document, row) -> str:
	"""Name the DocType whose documents a Link step offers: its field's, or the one in its options."""
	meta = target_meta(document)
	if meta and row.target_field:
		return meta.get_field(row.target_field).options
	return row.options


def filled_filters(link_filters: str | None, answers: dict) -> dict:
	"""Read a step's link filters, with `{step id}` in a text replaced by that step's answer."""

	def fill(value):
		if isinstance(value, str):
			# A question may not be answered yet, or again be open.
			return value.format_map(defaultdict(str, {key: answer or "" for key, answer in answers.items()}))
		return [fill(each) for each in value] if isinstance(value, list) else value

	return {key: fill(value) for key, value in json.loads(link_filters or "{}").items()}
