"""Whether a Chat Flow, saved or not, can be asked as it stands: what would stop it, and what would trouble a citizen."""

import ast
import itertools
import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model import default_fields

from grievance_cell.conversations import intents
from grievance_cell.conversations.flow_fields import is_known_from_the_chat
from grievance_cell.conversations.flow_preview import languages_of, previews
from grievance_cell.conversations.flow_texts import (
	keeps_placeholders,
	options_of,
	texts_of,
	translation_of,
)
from grievance_cell.conversations.flows import ACT, INSERT
from grievance_cell.conversations.model import CITIZEN, MENU, SIMILAR_CASES, TOLD
from grievance_cell.conversations.turns import LIST_ROWS, LONGEST_LIST

ERROR, WARNING = "error", "warning"

# Step ids stand before the colon in the ids of buttons and rows, which have 200 characters; a document's name has 140.
STEP_ID = re.compile(r"[a-z][a-z0-9_]{0,49}")
# What else stands there, and means the same at every step.
RESERVED = {
	"add", "cancel", "case", "change", "emergency", "feedback", "files", "flow", "held", "lang", "page", "remind", "skip", "withdraw",
}  # fmt: skip
NEED_NO_FIELD = {*TOLD, "Photo", "Media", "Location", "Confirm", "Case"}
FIELDTYPES = {
	"Choice": {"Select"},
	"Link": {"Link"},
	"Number": {"Int", "Float", "Currency", "Percent", "Duration", "Rating", "Data"},
	"Date": {"Date", "Datetime", "Data"},
	"Phone": {"Data", "Phone"},
	"Yes/No": {"Check", "Select", "Data"},
	"Area": {"Link"},
	"Case": {"Link"},
	SIMILAR_CASES: {"Link"},
}
# The DocType that a step of these kinds chooses from.
CHOSEN_FROM = {"Area": "Local Area", "Case": "Grievance", SIMILAR_CASES: "Grievance"}
# What an action reads by the step's ID, where it does not take whatever was said.
READ_BY_ACTION = {"rate_case": "rating"}
# Meta's limits, which the provider would cut to: characters of a message, of one with buttons or a list, of a button,
# and of a row's second line, which holds a label that its title is too short for.
LONGEST_TEXT, LONGEST_QUESTION, LONGEST_BUTTON, LONGEST_LABEL = 4096, 1024, 20, 72
BUTTONS = 3
# What a condition may look at besides the answers, as the talk gives it.
SEEN = ("answers", "answer", "contact", "case")
FILES, EMERGENCY = "files", "emergency"
MOST_COMBINATIONS = 2000
FILTER_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Finding:
	"""One thing that was found. `row` is that of the step, 0 for the flow itself.

	An error keeps the flow from being enabled. Where a translation is missing or wrong, `source` and `language` name it.
	"""

	severity: str
	message: str
	row: int = 0
	source: str = ""
	language: str = ""


def check(flow) -> list[Finding]:
	"""Find what is wrong with a Chat Flow, errors first, then in the order of its steps."""
	found = structure(flow)
	languages = {each.value: each.label for each in languages_of(flow)}
	found += [*start(flow), *end(flow), *conditions(flow), *order(flow)]
	found += [*translations(flow, languages), *lengths(flow, languages, broken_rows(found))]
	return sorted(found, key=lambda each: (each.severity != ERROR, each.row))


def broken_rows(found: list[Finding]) -> set[int]:
	"""Name the rows of the steps that cannot be asked."""
	return {each.row for each in found if each.severity == ERROR}


def structure(flow) -> list[Finding]:
	"""Find what keeps a step from being asked at all."""
	meta = frappe.get_meta(flow.document_type) if flow.document_type else None
	found = [*step_ids(flow), *case_steps(flow)]
	for step in flow.steps:
		if step.target_field and not (meta and meta.get_field(step.target_field)):
			message = _("Row {0}: {1} has no field {2}").format(
				step.idx, _(flow.document_type or ""), step.target_field
			)
			found.append(Finding(ERROR, message, step.idx))
			continue
		field = meta.get_field(step.target_field) if step.target_field else None
		found += [*target(flow, step, field), *static_choices(step, field), *link_filters(flow, step, field)]
	return [*found, *references(flow)]


def step_ids(flow) -> Iterator[Finding]:
	seen = set()
	for step in flow.steps:
		if not (step.kind and step.prompt):
			yield Finding(ERROR, _("Row {0}: a step has a kind and a prompt").format(step.idx), step.idx)
		if not STEP_ID.fullmatch(step.step_id or "") or step.step_id in RESERVED:
			message = _("Row {0}: a step ID is small letters, digits and _, and not one of {1}")
			yield Finding(ERROR, message.format(step.idx, ", ".join(sorted(RESERVED))), step.idx)
		elif step.step_id in seen:
			message = _("Row {0}: the step ID {1} is there twice").format(step.idx, step.step_id)
			yield Finding(ERROR, message, step.idx)
		seen.add(step.step_id)


def case_steps(flow) -> Iterator[Finding]:
	"""See that only an office chooses a case, and one."""
	rows = [step.idx for step in flow.steps if step.kind == "Case"]
	if rows and (flow.audience or CITIZEN) == CITIZEN:
		yield Finding(ERROR, _("Row {0}: only an office chooses from its cases").format(rows[0]), rows[0])
	for row in rows[1:]:
		yield Finding(ERROR, _("Row {0}: a form is about one case").format(row), row)


def target(flow, step, field) -> Iterator[Finding]:
	"""See that an answer has a field that can hold it."""
	if not field:
		if flow.at_end == INSERT and step.kind not in NEED_NO_FIELD:
			yield Finding(ERROR, _("Row {0}: which field does the answer fill?").format(step.idx), step.idx)
		return
	wanted = FIELDTYPES.get(step.kind)
	unfit = wanted and field.fieldtype not in wanted and not (step.kind == "Choice" and step.options)
	if unfit or field.options != CHOSEN_FROM.get(step.kind, field.options):
		kinds = ", ".join(_(each) for each in sorted(wanted))
		message = _("Row {0}: a {1} step fills a field of type {2}").format(step.idx, _(step.kind), kinds)
		yield Finding(ERROR, message, step.idx)


def static_choices(step, field) -> Iterator[Finding]:
	if step.kind != "Choice":
		return
	offered = options_of(step.options or (field.options if field else ""))
	if not offered:
		yield Finding(ERROR, _("Row {0}: what is there to choose from?").format(step.idx), step.idx)
	elif step.default_answer and step.default_answer not in [value for value, _label in offered]:
		message = _("Row {0}: the default answer is none of the choices").format(step.idx)
		yield Finding(ERROR, message, step.idx)
	elif len(offered) > LONGEST_LIST:
		message = _("Row {0}: of {1} choices only {2} are offered").format(
			step.idx, len(offered), LONGEST_LIST
		)
		yield Finding(WARNING, message, step.idx)
	elif len(offered) > LIST_ROWS:
		message = _("Row {0}: {1} choices; the phone shows {2} at a time").format(
			step.idx, len(offered), LIST_ROWS
		)
		yield Finding(WARNING, message, step.idx)


def link_filters(flow, step, field) -> Iterator[Finding]:
	"""See that a link step names a DocType, and its filters fields of that and steps of the flow."""
	if step.kind != "Link":
		return
	doctype = field.options if field else step.options
	if not (doctype and frappe.db.exists("DocType", doctype)):
		yield Finding(ERROR, _("Row {0}: of which DocType are the choices?").format(step.idx), step.idx)
		return
	try:
		filters = json.loads(step.link_filters or "{}")
	except ValueError:
		filters = None
	if not isinstance(filters, dict):
		yield Finding(ERROR, _("Row {0}: Link Filters is not a JSON object").format(step.idx), step.idx)
		return
	meta = frappe.get_meta(doctype)
	for name in filters:
		if not (meta.has_field(name) or name in default_fields):
			message = _("Row {0}: {1} has no field {2}").format(step.idx, _(doctype), name)
			yield Finding(ERROR, message, step.idx)
	ids = {each.step_id for each in flow.steps}
	for name in FILTER_PLACEHOLDER.findall(json.dumps(list(filters.values()))):
		if name not in ids:
			yield Finding(ERROR, _("Row {0}: there is no step {1}").format(step.idx, name), step.idx)


def references(flow) -> Iterator[Finding]:
	"""See that whatever names a step names one of these."""
	ids = {step.step_id for step in flow.steps}
	if flow.opening_step and flow.opening_step not in ids:
		message = _("There is no step {0} for the first message").format(flow.opening_step)
		yield Finding(ERROR, message)
	if flow.menu_step and flow.menu_step not in {
		each.step_id for each in flow.steps if each.kind == "Choice"
	}:
		message = _("The menu step {0} is no step of the kind Choice").format(flow.menu_step)
		yield Finding(ERROR, message)
	for step in flow.steps:
		if step.propose_from and step.propose_from not in ids:
			message = _("Row {0}: there is no step {1}").format(step.idx, step.propose_from)
			yield Finding(ERROR, message, step.idx)


# how it begins and ends


def start(flow) -> Iterator[Finding]:
	"""See that a citizen can come to the flow, and that no word of it means something else."""
	words = {intents.normalise(word) for word in (flow.start_words or "").splitlines()} - {""}
	if flow.occasion == MENU and not (flow.menu_label or words):
		yield Finding(WARNING, _("Neither the menu nor a word starts this form"))
	for word in sorted(words):
		if intents.meaning(word):
			yield Finding(WARNING, _("“{0}” means something else at every step").format(word))
	others = frappe.get_all(
		"Chat Flow", {"enabled": 1, "name": ("!=", flow.name or flow.title or "")}, ["name", "start_words"]
	)
	for other in others:
		theirs = {intents.normalise(word) for word in (other.start_words or "").splitlines()}
		for word in sorted(words & theirs):
			yield Finding(WARNING, _("“{0}” starts {1} as well").format(word, other.name))


def end(flow) -> Iterator[Finding]:
	"""See that what is done at the end has all that it needs."""
	if flow.at_end == ACT:
		needed = READ_BY_ACTION.get(flow.action)
		if needed and needed not in [step.step_id for step in flow.steps]:
			yield Finding(ERROR, _("{0} needs a step with the ID {1}").format(flow.action, needed))
	elif flow.at_end == INSERT and flow.document_type:
		yield from required_fields(flow)


def required_fields(flow) -> Iterator[Finding]:
	"""See that whatever the new document must have is asked, known from the chat, or filled in by itself."""
	asking = {step.target_field: step for step in flow.steps if step.target_field}
	blank = frappe.new_doc(flow.document_type)
	for field in blank.meta.get("fields", {"reqd": 1}):
		if field.read_only or field.fetch_from or blank.get(field.fieldname) not in (None, "", []):
			continue
		if is_known_from_the_chat(field):
			continue
		step, label = asking.get(field.fieldname), _(field.label)
		if not step:
			yield Finding(ERROR, _("{0} must be filled, but no step asks for it").format(label))
		elif not step.required:
			message = _("Row {0}: {1} must be filled, so it cannot be skipped").format(step.idx, label)
			yield Finding(ERROR, message, step.idx)
		elif step.depends_on:
			message = _("Row {0}: {1} must be filled, but is not always asked").format(step.idx, label)
			yield Finding(WARNING, message, step.idx)


# conditions


def conditions(flow) -> Iterator[Finding]:
	"""See that conditions can be read, and that each can hold."""
	for step in flow.steps:
		for expression in filter(None, (step.depends_on, step.validation)):
			try:
				tree = ast.parse(expression.strip(), mode="eval")
			except (SyntaxError, ValueError) as error:
				message = _("Row {0}: the condition cannot be read: {1}").format(step.idx, str(error))
				yield Finding(ERROR, message, step.idx)
				continue
			if name := unknown_name(tree):
				message = _("Row {0}: a condition sees only {1}, and not {2}").format(
					step.idx, ", ".join(SEEN), name
				)
				yield Finding(ERROR, message, step.idx)
				continue
			if unknown := unknown_answers(flow, tree):
				for name in unknown:
					yield Finding(ERROR, _("Row {0}: there is no step {1}").format(step.idx, name), step.idx)
			elif expression == step.depends_on and not can_hold(flow, step, tree):
				message = _("Row {0}: this step is never asked: its condition cannot hold").format(step.idx)
				yield Finding(ERROR, message, step.idx)


def unknown_name(tree: ast.AST) -> str | None:
	"""Name the first thing in an expression that is not there when the talk evaluates it."""
	names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
	own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
	for name in (node.id for node in names):
		if name in own or name in SEEN:
			continue
		try:
			frappe.safe_eval(name, None, {})
		except NameError:
			return name
	return None


def unknown_answers(flow, tree: ast.AST) -> list[str]:
	return sorted(answers_read(tree) - {each.step_id for each in flow.steps} - {FILES, EMERGENCY})


def answers_read(tree: ast.AST) -> set[str]:
	"""Name the steps whose answers an expression reads: `answers.type`, `answers["type"]`, `answers.get("type")`."""
	read = set()
	for node in ast.walk(tree):
		if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "answers" and node.attr != "get":
			read.add(node.attr)
		elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "answers":
			read.add(getattr(node.slice, "value", None))
		elif isinstance(node, ast.Call) and ast.unparse(node.func) == "answers.get" and node.args:
			read.add(getattr(node.args[0], "value", None))
	return {name for name in read if isinstance(name, str)}


def can_hold(flow, step, tree: ast.AST) -> bool:
	"""Try a condition with all that citizens can have answered; True where there is no end to it."""
	known = [possible_answers(flow, step, name) for name in sorted(answers_read(tree))]
	reads_case = any(isinstance(node, ast.Name) and node.id == "case" for node in ast.walk(tree))
	if reads_case or any(answers is None for answers in known):
		return True
	contacts = [
		{"mobile_no": None, "whatsapp_id": "IN.1"},
		{"mobile_no": "+919800000000", "whatsapp_id": None},
	]
	for *given, contact in itertools.islice(itertools.product(*known, contacts), MOST_COMBINATIONS):
		answers = frappe._dict(zip(sorted(answers_read(tree)), given, strict=True))
		try:
			if frappe.safe_eval(
				step.depends_on, None, {"answers": answers, "answer": None, "contact": frappe._dict(contact)}
			):
				return True
		except Exception:
			# The talk takes a condition that fails for one that does not hold.
			continue
	return False


def possible_answers(flow, step, name: str) -> list | None:
	"""List what the answer to another step can be when a step is to be asked; None if it can be anything."""
	if name == FILES:
		return [0, 1, 2]
	if name == EMERGENCY:
		return [True, False]
	asked = next((each for each in flow.steps if each.step_id == name), None)
	if not asked or asked is step:
		return [None]
	certain = asked.idx < step.idx and asked.required and not asked.depends_on
	missing = [] if certain else [None]
	if asked.kind == "Yes/No":
		return [1, 0, *missing]
	if asked.kind != "Choice":
		return None
	field = frappe.get_meta(flow.document_type).get_field(asked.target_field) if flow.document_type else None
	offered = options_of(asked.options or (field.options if field else ""))
	return [*(value for value, _label in offered), *missing]


def order(flow) -> Iterator[Finding]:
	"""See that no step reads what is asked after it, and that nothing is asked after the summary."""
	rows = {step.step_id: step.idx for step in flow.steps}
	summary = min((step.idx for step in flow.steps if step.kind == "Confirm"), default=None)
	for step in flow.steps:
		try:
			read = answers_read(ast.parse((step.depends_on or "None").strip(), mode="eval"))
		except (SyntaxError, ValueError):
			read = set()
		read |= set(FILTER_PLACEHOLDER.findall(step.link_filters or "")) | {step.propose_from}
		for name in sorted(name for name in read if rows.get(name, 0) > step.idx):
			message = _("Row {0}: the answer to {1}, which it looks at, is asked for after it")
			yield Finding(WARNING, message.format(step.idx, name), step.idx)
		if summary and step.idx > summary and step.kind not in TOLD:
			message = _("Row {0}: asked after the summary, where the answer then does not stand")
			yield Finding(WARNING, message.format(step.idx), step.idx)


# texts


def translations(flow, languages: dict[str, str]) -> Iterator[Finding]:
	"""Find what has no translation into a language that the flow's channels speak, or one that does not fit."""
	for language, label in languages.items():
		for text in texts_of(flow):
			translated = translation_of(text.source, language)
			if translated is None:
				said = _("not translated into {0}: {1}")
			elif not keeps_placeholders(text.source, translated):
				said = _("the translation into {0} names other placeholders than its source: {1}")
			else:
				continue
			said = said.format(label, textwrap.shorten(text.source, 80, placeholder="…"))
			message = _("Row {0}: {1}").format(text.row, said) if text.row else said[:1].upper() + said[1:]
			yield Finding(WARNING, message, text.row, text.source, language)


def lengths(flow, languages: dict[str, str], broken: set[int]) -> Iterator[Finding]:
	"""Find what the phone does not show as it is written, in any of the languages."""
	kinds = {step.idx: step.kind for step in flow.steps}
	for language, label in languages.items():
		for row, reply in previews(flow, language, broken).items():
			limit = LONGEST_QUESTION if reply.choices or reply.asks_location else LONGEST_TEXT
			if len(reply.text) > limit:
				message = _("Row {0}: the prompt has {1} letters in {2}; the phone shows {3}")
				yield Finding(ERROR, message.format(row, len(reply.text), label, limit), row)
			if kinds[row] not in ("Choice", "Confirm"):
				continue
			labels = [choice.label for choice in reply.choices]
			if twice := [each for each, times in Counter(labels).items() if times > 1]:
				message = _("Row {0}: two choices read the same in {1}: {2}").format(row, label, twice[0])
				yield Finding(WARNING, message, row)
			if long := [each for each in labels if len(each) > LONGEST_LABEL]:
				message = _("Row {0}: too long for the phone in {1}: {2}").format(row, label, long[0])
				yield Finding(WARNING, message, row)
			elif len(labels) <= BUTTONS and (long := [each for each in labels if len(each) > LONGEST_BUTTON]):
				message = _("Row {0}: too long for a button in {1}, so there will be a list: {2}")
				yield Finding(WARNING, message.format(row, label, long[0]), row)
