"""Whether everything that a person reads has its Hindi, and whether that is Hindi.

What is to be translated is read from the sources themselves: texts in `_()`, `__()` and the bot's `self.text()`, and
from the documents that the app ships: DocTypes, workspaces, the defaults. A new line without Hindi fails here.
"""

import ast
import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import frappe
from frappe import _
from frappe.translate import clear_cache

from grievance_cell.messaging.providers.whatsapp_cloud import BUTTON_TITLE, LIST_BUTTON, ROW_TITLE
from grievance_cell.setup.install import ROLES
from grievance_cell.testing import FrappeTestCase

APP = Path(frappe.get_app_path("grievance_cell"))
HINDI = APP / "translations" / "hi.csv"
# Where the bot has its own words.
BOT = ("engine", "form", "my_cases", "turns")
# The emulator speaks for itself, the demo's masters bring their Hindi along.
NOT_OURS = {"emulator", "demo", "node_modules", "dist", "__pycache__"}

# What stays in Latin letters in the middle of Hindi: names, and words that staff know in no other way.
LATIN = {
	"API", "CPGRAMS", "DocType", "ID", "JSON", "Jinja", "LGD", "Meta", "QR", "SLA", "URL", "WhatsApp",
}  # fmt: skip

# What staff type into a field as it stands; the text that tells them so has to name it.
TYPED_IN = {
	"Complaint, Demand, Suggestion: one a line; empty: all": {"Complaint", "Demand", "Suggestion"},
	"Jinja in English; doc is the new document": {"doc"},
	"A Jinja expression: doc is the case, status its status in the citizen's words, remark what the officer wrote": {
		"doc",
		"status",
		"remark",
	},
	"True if the answer can be taken, for example: answer > 0": {"answer"},
	"For a choice: one value|label|words a line, the words by which the first message is recognised; empty: the field's "
	"own options. For a link without a field: the DocType": {"label", "value", "words"},
}

# In which fields of a shipped document, other than a DocType, a person reads a text.
READ_IN = {
	"action", "button_label", "chart_name", "citizen_label", "closing_message", "description", "error_text", "format",
	"heading", "label", "menu_label", "message", "prompt", "report_name", "state", "status_name", "subject", "subtitle",
	"success_message", "title", "workflow_action_name", "workflow_name",
}  # fmt: skip

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
PLACEHOLDER = re.compile(r"\{\w*\}")
TAG = re.compile(r"<[^<>]+>")
CODE = re.compile(r"\b(?:doc|answers)\.\w+(?: == '\w+')?|\{\".*?\}")
# The name of a registered function, which stands where others have what a person reads.
ACTION = re.compile(r"[a-z]+(_[a-z]+)+")
SENTENCE = re.compile(r"[A-Z].* .*[.?!…]", re.S)
JAVASCRIPT_CALL = re.compile(r"\b__\(\s*(?P<quote>[\"'`])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)", re.S)
TEMPLATE_CALL = re.compile(r"\b_\(\s*(?P<quote>[\"'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)", re.S)


def files(pattern: str) -> Iterator[Path]:
	for path in sorted(APP.rglob(pattern)):
		parts = path.relative_to(APP).parts
		if not NOT_OURS.intersection(parts) and not path.name.startswith("test_"):
			yield path


def constants(node: ast.AST) -> Iterator[str]:
	for each in ast.walk(node):
		if isinstance(each, ast.Constant) and isinstance(each.value, str):
			yield each.value


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
	"""Find the calls of a function or a method of this name."""
	for node in ast.walk(tree):
		if isinstance(node, ast.Call) and name in (
			getattr(node.func, "id", None),
			getattr(node.func, "attr", None),
		):
			yield node


def docstrings(tree: ast.AST) -> set[str]:
	holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
	return {
		ast.get_docstring(node, clean=False) or "" for node in ast.walk(tree) if isinstance(node, holders)
	}


def in_python(path: Path) -> Iterator[str]:
	tree = ast.parse(path.read_text(encoding="utf-8"))
	for call in calls(tree, "_"):
		if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
			yield call.args[0].value


def bot_trees() -> Iterator[ast.Module]:
	for name in BOT:
		yield ast.parse((APP / "conversations" / f"{name}.py").read_text(encoding="utf-8"))


def in_bot() -> Iterator[str]:
	"""List what the bot says of itself, also where the text reaches `self.text()` through a variable."""
	for tree in bot_trees():
		for call in calls(tree, "text"):
			if call.args:
				yield from constants(call.args[0])
		apart = docstrings(tree)
		yield from (text for text in constants(tree) if text not in apart and SENTENCE.fullmatch(text))


def bot_buttons() -> Iterator[str]:
	"""List the fixed things to tap."""
	for tree in bot_trees():
		for choice in calls(tree, "Choice"):
			for said in calls(choice, "text"):
				yield from constants(said.args[0])
	for flow in shipped("chat_flow"):
		for step in flow["steps"]:
			if step["kind"] == "Choice":
				yield from choices_of(flow, step)
			elif step["kind"] == "Confirm" and step.get("label"):
				yield step["label"]


def in_code(path: Path, pattern: re.Pattern) -> Iterator[str]:
	for call in pattern.finditer(path.read_text(encoding="utf-8")):
		yield re.sub(r"\\(.)", r"\1", call["text"].replace("\\n", "\n"))


def in_doctype(document: dict) -> Iterator[str]:
	yield from (document["name"], document["module"], document.get("description") or "")
	for field in document["fields"]:
		yield from (field.get("label") or "", field.get("description") or "")
		if field["fieldtype"] in ("Select", "HTML") and field.get("options"):
			yield from field["options"].split("\n") if field["fieldtype"] == "Select" else [field["options"]]
	for row in (*document.get("permissions", []), *document.get("states", [])):
		yield row.get("role") or row.get("title") or ""
	for row in (*document.get("actions", []), *document.get("links", [])):
		yield row.get("label") or row.get("group") or ""


def in_document(document) -> Iterator[str]:
	"""List what is read in a shipped document and in all that it is made of."""
	if isinstance(document, list):
		for each in document:
			yield from in_document(each)
	if not isinstance(document, dict):
		return
	for key, value in document.items():
		if isinstance(value, list | dict):
			yield from in_document(value)
		elif key in READ_IN and isinstance(value, str):
			yield value
		elif key == "options" and document.get("kind") == "Choice" and value:
			yield from map(label_of, value.splitlines())
	if document.get("doctype") == "Workspace":
		for block in json.loads(document.get("content") or "[]"):
			text = block.get("data", {}).get("text") or ""
			# Frappe looks a header up by its words, a paragraph by its HTML.
			yield TAG.sub("", text) if block["type"] == "header" else text


def shipped(name: str) -> list[dict]:
	return json.loads((APP / "setup" / "defaults" / f"{name}.json").read_text(encoding="utf-8"))


def choices_of(flow: dict, step: dict) -> list[str]:
	options = step.get("options")
	if not options:
		options = frappe.get_meta(flow["document_type"]).get_field(step["target_field"]).options
	return [label_of(line) for line in options.splitlines() if line.strip()]


def label_of(line: str) -> str:
	"""Read the label in a line of options: `value|label|words`."""
	value, label = [*line.split("|"), ""][:2]
	return (label or value).strip()


def sources() -> dict[str, str]:
	"""Collect every text that a person reads, and one place where it stands."""
	found: dict[str, str] = {}

	def note(texts, where: str) -> None:
		for text in texts:
			if re.search("[A-Za-z]", text) and not CODE.fullmatch(text) and not ACTION.fullmatch(text):
				found.setdefault(text, where)

	note(ROLES, "setup/install.py")
	note((APP / "modules.txt").read_text(encoding="utf-8").splitlines(), "modules.txt")
	note(in_bot(), "conversations")
	for path in files("*.py"):
		note(in_python(path), str(path.relative_to(APP)))
	for path in (*files("*.js"), *files("*.vue"), *files("*.html")):
		note(in_code(path, JAVASCRIPT_CALL), str(path.relative_to(APP)))
	for path in files("*.html"):
		note(in_code(path, TEMPLATE_CALL), str(path.relative_to(APP)))
	for path in files("*.json"):
		document = json.loads(path.read_text(encoding="utf-8"))
		is_doctype = isinstance(document, dict) and document.get("doctype") == "DocType"
		note(in_doctype(document) if is_doctype else in_document(document), str(path.relative_to(APP)))
	return found


def rows() -> list[tuple[str, str, str]]:
	"""Read the file as Frappe does: source, translation, and for a word that has two meanings the context."""
	with HINDI.open(encoding="utf-8", newline="") as file:
		return [(*row, "", "")[:3] for row in csv.reader(file)]


class TestTranslations(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.sources = sources()
		cls.hindi = {source: text for source, text, context in rows() if not context}

	def fail_for(self, problems: list, message: str) -> None:
		if problems:
			self.fail(f"{message}:\n" + "\n".join(map(str, problems)))

	def test_everything_has_hindi(self):
		missing = [f"{where}: {text!r}" for text, where in self.sources.items() if not self.hindi.get(text)]
		self.fail_for(missing, f"{len(missing)} texts have no Hindi in {HINDI.name}")

	def test_frappe_finds_it(self):
		clear_cache()
		english = [text for text, hindi in self.hindi.items() if hindi != text and _(text, "hi") == text]
		self.fail_for(english, "Frappe does not find the Hindi of these")

	def test_no_text_twice(self):
		seen, twice = set(), []
		for source, _text, context in rows():
			twice += [(source, context)] if (source, context) in seen else []
			seen.add((source, context))
		self.fail_for(twice, "The later one of these would silently win")

	def test_placeholders_and_tags_are_kept(self):
		def parts(text: str) -> list:
			without = JINJA.sub("", text)
			return [JINJA.findall(text), sorted(PLACEHOLDER.findall(without)), sorted(TAG.findall(without))]

		changed = [(source, text) for source, text, _context in rows() if parts(source) != parts(text)]
		self.fail_for(changed, "Placeholders, Jinja or tags differ")

	def test_no_english_is_left(self):
		mixed = []
		for source, text, _context in rows():
			for pattern in (JINJA, PLACEHOLDER, TAG, CODE):
				text = pattern.sub(" ", text)
			if left := set(re.findall("[A-Za-z]+", text)) - LATIN - TYPED_IN.get(source, set()):
				mixed.append((source, text, sorted(left)))
		self.fail_for(mixed, "Words in Latin letters that LATIN does not allow")

	def test_letters_are_composed_one_way(self):
		odd = [
			text
			for source, text, _context in rows()
			if text != unicodedata.normalize("NFC", text) or text != text.strip() or source != source.strip()
		]
		self.fail_for(odd, "Not NFC, or with blanks around it")

	def test_what_is_tapped_fits_the_phone(self):
		limits = {label: BUTTON_TITLE for label in bot_buttons()}
		limits["Choose"] = LIST_BUTTON
		limits.update(
			{flow["menu_label"]: ROW_TITLE for flow in shipped("chat_flow") if flow.get("menu_label")}
		)
		self.assertIn("Yes, send it", limits)
		self.assertIn("Complaint", limits)
		long = [
			(label, self.hindi.get(label), limit)
			for label, limit in limits.items()
			if len(self.hindi.get(label) or label) > limit
		]
		self.fail_for(long, "Too long for the phone")

	def test_the_search_finds_what_there_is(self):
		"""A test of everything is a test of nothing if it looks in the wrong place."""
		for text in (
			"We could not find this place.",  # reaches self.text() through a variable
			"Back to the first…",
			"Namaste! In which language shall we talk?",
			"Write down what was done before you resolve the case",
			"Start Work",
			"Work is going on",
			"Gram Panchayat",
			"Public Representative",
			"Service Levels",
			"{0}: to be settled {1}",
		):
			self.assertIn(text, self.sources)
