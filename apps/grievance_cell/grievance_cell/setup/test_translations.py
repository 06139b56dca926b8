"""Whether everything that a person reads has its Hindi, all that a citizen reads its Punjabi, and whether it is that.

What is to be translated is read from the sources themselves: texts in `_()`, `__()` and the bot's `self.text()`, and
from the documents that the app ships: DocTypes, workspaces, the defaults. A new line without Hindi fails here.
"""

import ast
import csv
import inspect
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import frappe
from frappe import _
from frappe.model.base_document import get_controller
from frappe.translate import clear_cache

from grievance_cell.conversations import intents
from grievance_cell.grievances.delays import EXPLAINED, NEW_DATE, OVERDUE
from grievance_cell.grievances.duplicates import PARTED
from grievance_cell.grievances.informing import INTERIM, TYPE_CORRECTED
from grievance_cell.grievances.own_cases import INFORMATION_ADDED, REMINDED
from grievance_cell.grievances.proposals import EXTENDED, PROPOSALS
from grievance_cell.messaging.providers.whatsapp_cloud import BUTTON_TITLE, LIST_BUTTON, ROW_TITLE
from grievance_cell.setup.install import ROLES
from grievance_cell.testing import FrappeTestCase

APP = Path(frappe.get_app_path("grievance_cell"))
HINDI, PUNJABI = "hi", "pa"
# Where the bot has its own words.
BOT = ("engine", "form", "my_cases", "office_cases", "turns")
# The emulator speaks for itself, the demo's masters bring their Hindi along, and a golden conversation is what it is.
NOT_OURS = {"emulator", "demo", "golden", "node_modules", "dist", "__pycache__"}

# What stays in Latin letters in the middle of Hindi: names, and words that staff know in no other way.
LATIN = {
	HINDI: {
		"API", "CPGRAMS", "CSV", "Ctrl", "DocType", "G", "ID", "JSON", "Jinja", "LGD", "Meta", "QR", "SLA", "URL", "UTF", "WhatsApp", "XLS", "XLSX",
	},
	PUNJABI: set(),
}  # fmt: skip
SCRIPT = {HINDI: "DEVANAGARI", PUNJABI: "GURMUKHI"}
# The full stop of both, which Unicode counts as Devanagari.
DANDA = "।"
HELP = "At any time you can write: "

# What staff type into a field as it stands; the text that tells them so has to name it.
TYPED_IN = {
	"This office cannot decide this. Please write to pgportal.gov.in for the central government, or to the state concerned.": {
		"pgportal",
		"gov",
		"in",
	},
	"Complaint, Demand, Suggestion: one a line; empty: all": {"Complaint", "Demand", "Suggestion"},
	"Jinja in English; doc is the new document": {"doc"},
	"A Jinja expression: doc is the case, status its status in the citizen's words, remark what the officer wrote": {
		"doc",
		"status",
		"remark",
	},
	"True if the answer can be taken, for example: answer > 0": {"answer"},
	"In English, its other languages are translations of it. In double curly brackets: case, citizen_name, status, category, "
	"department, office, place, due_date, expected_date": {
		"case",
		"citizen",
		"name",
		"status",
		"category",
		"department",
		"office",
		"place",
		"due",
		"date",
		"expected",
	},
	"For a choice: one value|label|words a line, the words by which the first message is recognised; empty: the field's "
	"own options. For a link without a field: the DocType": {"label", "value", "words"},
}

# In which fields of a shipped document, other than a DocType, a person reads a text.
READ_IN = {
	"action", "button_label", "chart_name", "citizen_label", "closing_message", "description", "error_text", "format",
	"guidance", "heading", "label", "menu_label", "message", "prompt", "reason", "report_name", "state", "status_name", "subject", "subtitle",
	"success_message", "title", "workflow_action_name", "workflow_name",
}  # fmt: skip

# Of an Auto Email Report.
FILE_FORMATS = {"HTML", "XLSX"}

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


def recorded() -> Iterator[str]:
	"""List what Grievance Actions are called, which the timeline shows: what is given to `actions.record`.

	A name may come to it through other functions, so all names of a module that records count.
	"""
	for path in files("*.py"):
		tree = ast.parse(path.read_text(encoding="utf-8"))
		names = [call.args[1] for call in calls(tree, "record") if ast.unparse(call.func) == "actions.record"]
		for name in names:
			if isinstance(name, ast.JoinedStr):
				after = "".join(constants(name))
				yield from (f"{what}{after}" for what in PROPOSALS)
			else:
				yield from constants(name)
		if names:
			values = (node.value for node in tree.body if isinstance(node, ast.Assign))
			yield from (text for value in values for text in constants(value) if text.istitle())


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
		elif key in READ_IN and isinstance(value, str) and value not in FILE_FORMATS:
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
	note(recorded(), "grievances")
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


def read_by_citizens() -> dict[str, str]:
	"""Collect every text that reaches a citizen, and one place where it stands."""
	found: dict[str, str] = {}

	def note(texts, where: str) -> None:
		for text in texts:
			if re.search("[A-Za-z]", text):
				found.setdefault(text, where)

	note(in_bot(), "conversations")
	note(in_python(APP / "conversations" / "talk.py"), "conversations/talk.py")
	note(said_of_cases(), "grievances/own_cases.py")
	# An officer is spoken to in the same chat, and in the same languages.
	note(in_python(APP / "grievances" / "officer_cases.py"), "grievances/officer_cases.py")
	note((INFORMATION_ADDED, REMINDED), "grievances/own_cases.py")
	for name in ("public_page", "public_status"):
		note(in_python(APP / "oversight" / f"{name}.py"), f"oversight/{name}.py")
	note(in_code(APP / "www" / "grievances.html", TEMPLATE_CALL), "www/grievances.html")
	note((TYPE_CORRECTED,), "grievances/informing.py")
	note((PARTED,), "grievances/duplicates.py")
	note((EXTENDED,), "grievances/proposals.py")
	note(in_python(APP / "grievances" / "informing.py"), "grievances/informing.py")
	note((INTERIM, OVERDUE, EXPLAINED, NEW_DATE), "grievances/delays.py")
	note(closure_reasons(), "grievance.json")
	note(in_python(APP / "messaging" / "notices.py"), "messaging/notices.py")
	for path in (*files("messaging/*.py"), *files("conversations/*.py")):
		note(said_in_a_language(path), str(path.relative_to(APP)))
	for printed in (*files("messaging/print_format/*/*.html"), *files("templates/includes/letter.html")):
		note(in_code(printed, TEMPLATE_CALL), printed.name)
	for name in ("citizen_label", "status_name"):
		note(
			(status[name] for status in shipped("grievance_status") if name in status),
			"grievance_status.json",
		)
	note((each["reason"] for each in shipped("delay_reason")), "delay_reason.json")
	for name in ("reason", "guidance"):
		note((each[name] for each in shipped("out_of_scope_reason")), "out_of_scope_reason.json")
	note((each["title"] for each in shipped("emergency_number")), "emergency_number.json")
	note((each["message"] for each in shipped("quick_reply")), "quick_reply.json")
	for flow in shipped("chat_flow"):
		note(said_in_flow(flow), "chat_flow.json")
		if flow.get("document_type"):
			controller = Path(inspect.getfile(get_controller(flow["document_type"])))
			note(refused_in(controller), controller.name)
	return found


def said_of_cases() -> Iterator[str]:
	"""List what a citizen is told of their own cases."""
	tree = ast.parse((APP / "grievances" / "own_cases.py").read_text(encoding="utf-8"))
	for call in calls(tree, "_"):
		yield from constants(call)


def said_in_a_language(path: Path) -> Iterator[str]:
	"""List what is translated into a language that is named: that of a citizen or of a number, not of staff."""
	for call in calls(ast.parse(path.read_text(encoding="utf-8")), "_"):
		if len(call.args) > 1:
			yield from constants(call.args[0])


def refused_in(path: Path) -> Iterator[str]:
	"""List what a document's own rules refuse, which is said to the citizen who sent it."""
	for thrown in calls(ast.parse(path.read_text(encoding="utf-8")), "throw"):
		for call in calls(thrown, "_"):
			yield from constants(call)


def closure_reasons() -> list[str]:
	"""List the reasons of which the notice of a closed case tells one."""
	return frappe.get_meta("Grievance").get_field("closure_reason").options.split("\n")


def said_in_flow(flow: dict) -> Iterator[str]:
	"""List what is read of a shipped form; labels of questions are read where there is a summary."""
	yield from (flow.get("menu_label") or "", flow.get("closing_message") or "")
	meta = frappe.get_meta(flow["document_type"]) if flow.get("document_type") else None
	confirmed = any(step["kind"] == "Confirm" for step in flow["steps"])
	for step in flow["steps"]:
		yield from (step["prompt"], step.get("error_text") or "", step.get("label") or "")
		if step["kind"] == "Choice":
			yield from choices_of(flow, step)
		if confirmed and meta and step.get("target_field") and not step.get("label"):
			yield meta.get_field(step["target_field"]).label


def rows(language: str) -> list[tuple[str, str, str]]:
	"""Read a file as Frappe does: source, translation, and for a word that has two meanings the context."""
	with (APP / "translations" / f"{language}.csv").open(encoding="utf-8", newline="") as file:
		return [(*row, "", "")[:3] for row in csv.reader(file)]


def without_code(text: str) -> str:
	for pattern in (JINJA, PLACEHOLDER, TAG, CODE):
		text = pattern.sub(" ", text)
	return text


class TestTranslations(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.sources = sources()
		cls.read_by_citizens = read_by_citizens()
		cls.rows = [(language, *row) for language in SCRIPT for row in rows(language)]
		cls.translated = {
			language: {source: text for source, text, context in rows(language) if not context}
			for language in SCRIPT
		}

	def fail_for(self, problems: list, message: str) -> None:
		if problems:
			self.fail(f"{message}:\n" + "\n".join(map(str, problems)))

	def fail_for_missing(self, sources: dict[str, str], language: str) -> None:
		known = self.translated[language]
		missing = [f"{where}: {text!r}" for text, where in sources.items() if not known.get(text)]
		self.fail_for(missing, f"{len(missing)} texts are missing in {language}.csv")

	def test_everything_has_hindi(self):
		self.fail_for_missing(self.sources, HINDI)

	def test_what_a_citizen_reads_has_punjabi(self):
		self.fail_for_missing(self.read_by_citizens, PUNJABI)

	def test_punjabi_is_for_citizens(self):
		"""A file that was half for staff would give them a desk in two languages."""
		others = [text for text in self.translated[PUNJABI] if text not in self.read_by_citizens]
		self.fail_for(others, "No citizen reads these")

	def test_frappe_finds_it(self):
		clear_cache()
		english = [
			(language, source)
			for language, known in self.translated.items()
			for source, text in known.items()
			if text != source and _(source, language) == source
		]
		self.fail_for(english, "Frappe does not find the translation of these")

	def test_no_text_twice(self):
		seen, twice = set(), []
		for language, source, _text, context in self.rows:
			twice += [(language, source, context)] if (language, source, context) in seen else []
			seen.add((language, source, context))
		self.fail_for(twice, "The later one of these would silently win")

	def test_placeholders_and_tags_are_kept(self):
		def parts(text: str) -> list:
			without = JINJA.sub("", text)
			return [JINJA.findall(text), sorted(PLACEHOLDER.findall(without)), sorted(TAG.findall(without))]

		changed = [
			(source, text) for _language, source, text, _context in self.rows if parts(source) != parts(text)
		]
		self.fail_for(changed, "Placeholders, Jinja or tags differ")

	def test_no_english_is_left(self):
		mixed = []
		for language, source, text, _context in self.rows:
			allowed = LATIN[language] | TYPED_IN.get(source, set())
			if left := set(re.findall("[A-Za-z]+", without_code(text))) - allowed:
				mixed.append((source, text, sorted(left)))
		self.fail_for(mixed, "Words in Latin letters that LATIN does not allow")

	def test_each_is_written_in_its_own_script(self):
		foreign = []
		for language, _source, text, _context in self.rows:
			letters = set(without_code(text)) - {DANDA}
			scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in letters}
			if scripts & set(SCRIPT.values()) - {SCRIPT[language]}:
				foreign.append((language, text))
		self.fail_for(foreign, "Letters of another language")

	def test_letters_are_composed_one_way(self):
		odd = [
			text
			for _language, source, text, _context in self.rows
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
			(label, known.get(label), limit)
			for known in self.translated.values()
			for label, limit in limits.items()
			if len(known.get(label) or label) > limit
		]
		self.fail_for(long, "Too long for the phone")

	def test_the_bot_understands_the_words_that_its_help_names(self):
		sources = [text for text in self.read_by_citizens if HELP in text]
		self.assertTrue(sources)
		helps = [
			text
			for source in sources
			for text in (source, *(known[source] for known in self.translated.values()))
		]
		unknown = [
			word for text in helps for word in text.rpartition(":")[2].split(",") if not intents.meaning(word)
		]
		self.fail_for(unknown, "Nothing comes of these")

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
			"{0} % of the time used",
			"Handed Over",
			"Not Acknowledged",  # reaches actions.record() through a variable
			"Says It Is Settled",
			"Out of Scope Declined",
		):
			self.assertIn(text, self.sources)
		for text in (
			"We could not find this place.",
			"Namaste! In which language shall we talk?",
			"Work is going on",
			"Description",
			"4 - well",
			"Choose",
			"Thank you. Your case {0} is closed.",
			"Your case {0}",
			"Sent to: {0}",
			"No Reply to Question",
			"We have kept your message, but could not work on it. Our staff will look at it.",
			"What you wrote is kept. You can change it, or ask for a call.",
			"Tell us on WhatsApp",
			"{0} is not a mobile number",
		):
			self.assertIn(text, self.read_by_citizens)
		for text in ("Start Work", "The citizen has added to the case {{ doc.name }}", "Templates"):
			self.assertIn(text, self.sources)
			self.assertNotIn(text, self.read_by_citizens)
