"""What is agreed for all of this app's code, checked in the source itself."""

import ast
import importlib
import json
import unittest
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import frappe

from grievance_cell import hooks
from grievance_cell.grievances.attached_records import REFERENCE_FIELDS
from grievance_cell.setup.install import own_doctypes

APP = Path(__file__).parents[1]
PACKAGE = "grievance_cell"

# Imports run from the left to the right, never back. Those of one group don't know each other.
LAYERS = (
	{"demo"}, {"emulator", "oversight"}, {"api"}, {"messaging"}, {"conversations"}, {"public_services"}, {"grievances"},
	{"service_levels"}, {"organisation"},
)  # fmt: skip
# No layer: what everybody may import, and what may import everybody.
BELOW, ABOVE = (
	{"database", "limits", "plain_text"},
	{"setup", "testing", "hooks", "patches", "commands", "www"},
)
PURE = (
	"conversations/engine.py",
	"conversations/form.py",
	"conversations/intents.py",
	"conversations/model.py",
	"conversations/my_cases.py",
	"conversations/office_cases.py",
	"conversations/readers.py",
	"conversations/turns.py",
	"service_levels/clock.py",
)
# What is open to the world. Each is reviewed; a new one is added here on purpose.
GUEST_METHODS = {"grievance_cell.api.whatsapp.webhook"}


def sources(tests: bool = False) -> Iterator[tuple[Path, ast.Module]]:
	for path in sorted(APP.rglob("*.py")):
		relative = path.relative_to(APP)
		if "node_modules" in relative.parts or (relative.name.startswith("test_") and not tests):
			continue
		yield relative, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
	return ast.parse(path.read_text(encoding="utf-8"))


def imported(relative: Path, tree: ast.Module) -> Iterator[str]:
	"""Name every module that a file imports, wherever in it."""
	folder = (PACKAGE, *relative.parent.parts)
	for node in ast.walk(tree):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			base = ".".join(folder[: len(folder) - node.level + 1]) if node.level else ""
			module = ".".join(filter(None, (base, node.module)))
			yield module
			# `from grievance_cell import hooks` imports a module too.
			yield from (f"{module}.{alias.name}" for alias in node.names)


def layer_of(module: str) -> int | None:
	return next((number for number, layer in enumerate(LAYERS) if module in layer), None)


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
	for node in ast.walk(tree):
		if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
			yield node


class TestImports(unittest.TestCase):
	def test_every_folder_has_its_place(self):
		folders = {path.name for path in APP.iterdir() if (path / "__init__.py").exists()}
		self.assertEqual(folders - set().union(*LAYERS) - ABOVE, set())

	def test_imports_run_one_way(self):
		for relative, tree in sources():
			own = relative.parts[0].removesuffix(".py")
			if own in ABOVE or own == "__init__":
				continue
			for module in imported(relative, tree):
				parts = module.split(".")
				if parts[0] != PACKAGE or len(parts) < 2 or parts[1] in {*BELOW, own}:
					continue
				with self.subTest(file=str(relative), imports=module):
					self.assertNotIn(parts[1], ABOVE)
					mine, other = layer_of(own), layer_of(parts[1])
					self.assertIsNotNone(other)
					self.assertTrue(mine is not None and mine < other)

	def test_what_is_pure_knows_no_frappe(self):
		for name in PURE:
			if not (APP / name).exists():
				continue
			for module in imported(Path(name), parsed(APP / name)):
				with self.subTest(file=name, imports=module):
					self.assertNotEqual(module.split(".")[0], "frappe")
					if (
						module.startswith(f"{PACKAGE}.")
						and (APP.parent / f"{module.replace('.', '/')}.py").exists()
					):
						self.assertIn(module.split(".", 1)[1].replace(".", "/") + ".py", PURE)

	def test_the_app_imports_no_other_app(self):
		apps = set(frappe.get_all_apps(with_internal_apps=False)) - {PACKAGE, "frappe"}
		for relative, tree in sources(tests=True):
			with self.subTest(str(relative)):
				self.assertFalse(apps & {module.split(".")[0] for module in imported(relative, tree)})


class TestCode(unittest.TestCase):
	def test_what_is_translated_is_a_plain_text(self):
		for relative, tree in sources():
			for call in calls(tree, "_", "frappe._", "_lt"):
				with self.subTest(file=str(relative), line=call.lineno):
					self.assertNotIsInstance(call.args[0], ast.JoinedStr | ast.BinOp)
					self.assertFalse(
						isinstance(call.args[0], ast.Call) and "format" in ast.unparse(call.args[0].func)
					)

	def test_whitelisted_methods_have_types(self):
		guests = set()
		for relative, tree in sources():
			for function in ast.walk(tree):
				if not isinstance(function, ast.FunctionDef):
					continue
				marks = [mark for mark in function.decorator_list if "whitelist" in ast.unparse(mark)]
				if not marks:
					continue
				given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
				untyped = [each.arg for each in given if not each.annotation and each.arg != "self"]
				with self.subTest(file=str(relative), function=function.name):
					self.assertEqual(untyped, [])
					self.assertIsNotNone(function.returns)
				if "allow_guest=True" in ast.unparse(marks[0]):
					guests.add(".".join((PACKAGE, *relative.with_suffix("").parts, function.name)))
		self.assertEqual(guests, GUEST_METHODS)

	def test_no_document_commits(self):
		for relative, tree in sources():
			if {"doctype", "report"} & set(relative.parts):
				with self.subTest(str(relative)):
					self.assertEqual(list(calls(tree, "frappe.db.commit", "frappe.db.rollback")), [])

	def test_no_document_speaks_to_the_network(self):
		allowed = {Path("messaging/providers/whatsapp_cloud.py")}
		for relative, tree in sources():
			if relative.parts[0] in ("emulator", "demo") or relative in allowed:
				continue
			with self.subTest(str(relative)):
				modules = {module.split(".")[0] for module in imported(relative, tree)}
				self.assertFalse(modules & {"requests", "urllib3", "httpx", "http", "socket"})

	def test_sql_is_never_formatted_with_values(self):
		"""An f-string in a query may hold names of ours, in capitals or of columns and tables, never a subscript or call
		that carries what came from outside."""
		for relative, tree in sources():
			for call in calls(tree, "frappe.db.sql", "frappe.db.sql_ddl"):
				query = call.args[0]
				with self.subTest(file=str(relative), line=call.lineno):
					self.assertFalse(isinstance(query, ast.BinOp) and isinstance(query.op, ast.Mod))
					self.assertNotIn(".format(", ast.unparse(query))


class TestNames(unittest.TestCase):
	def paths(self, value) -> Iterator[str]:
		if isinstance(value, str) and value.startswith(f"{PACKAGE}."):
			if not value.endswith((".js", ".css")):
				yield value
		elif isinstance(value, dict):
			for each in value.values():
				yield from self.paths(each)
		elif isinstance(value, list | tuple | set):
			for each in value:
				yield from self.paths(each)

	def test_every_path_in_hooks_leads_somewhere(self):
		found = [
			path
			for name, value in vars(hooks).items()
			if not name.startswith("__")
			for path in self.paths(value)
		]
		self.assertGreater(len(found), 5)
		for path in found:
			with self.subTest(path):
				self.assertTrue(callable(frappe.get_attr(path)))

	def test_every_patch_can_be_imported(self):
		for line in (APP / "patches.txt").read_text().splitlines():
			line = line.split("#")[0].strip()
			if not line or line.startswith(("[", "execute:")):
				continue
			with self.subTest(line):
				self.assertTrue(callable(importlib.import_module(line.split()[0]).execute))

	def test_every_permission_rule_is_there_for_lists_and_for_forms(self):
		lists, forms = hooks.permission_query_conditions, hooks.has_permission
		self.assertEqual(set(lists), set(forms))
		self.assertLessEqual(set(lists), own_doctypes() | set(REFERENCE_FIELDS) | {"Prepared Report"})

	def test_every_module_has_its_folder(self):
		for module in (APP / "modules.txt").read_text().split("\n"):
			if module:
				self.assertTrue((APP / frappe.scrub(module) / "__init__.py").exists(), module)


class TestDocTypes(unittest.TestCase):
	def doctypes(self) -> Iterator[dict]:
		for path in sorted(APP.glob("*/doctype/*/*.json")):
			yield json.loads(path.read_text(encoding="utf-8"))

	def test_each_lies_in_its_own_folder_and_module(self):
		for path in sorted(APP.glob("*/doctype/*/*.json")):
			doctype = json.loads(path.read_text(encoding="utf-8"))
			with self.subTest(doctype["name"]):
				self.assertEqual(frappe.scrub(doctype["name"]), path.stem)
				self.assertEqual(frappe.scrub(doctype["module"]), path.parts[len(APP.parts)])
				self.assertTrue((path.parent / "__init__.py").exists())
				self.assertFalse(doctype.get("custom"))

	def test_each_field_has_a_label_and_a_place_in_the_order(self):
		for doctype in self.doctypes():
			with self.subTest(doctype["name"]):
				names = [field["fieldname"] for field in doctype["fields"]]
				self.assertEqual(sorted(names), sorted(doctype["field_order"]))
				self.assertEqual(len(names), len(set(names)))
				for field in doctype["fields"]:
					if not field["fieldtype"].endswith("Break"):
						self.assertTrue(field.get("label"), field["fieldname"])

	def test_each_has_rights_for_somebody_and_none_for_everybody(self):
		for doctype in self.doctypes():
			roles = {row["role"] for row in doctype.get("permissions", [])}
			with self.subTest(doctype["name"]):
				self.assertEqual(bool(roles), not doctype.get("istable"))
				self.assertFalse(roles & {"All", "Guest", "Desk User"})
				self.assertNotIn("System Manager", roles)
