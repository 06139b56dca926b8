"""Import masters from a spreadsheet: first a preview that changes nothing, then all that it promised, or nothing."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_to_date, get_datetime, now_datetime, strip_html

from grievance_cell.organisation.languages import languages_of_site
from grievance_cell.organisation.spreadsheets import Row, Table, known_by, read_table

NOT_PREVIEWED, PREVIEWED, HAS_ERRORS, IMPORTED, FAILED = (
	"Not Previewed",
	"Previewed",
	"Has Errors",
	"Imported",
	"Failed",
)
PREVIEW, IMPORT = "preview", "import"
WAITING = {PREVIEW: "Previewing", IMPORT: "Importing"}
NEW, CHANGED, UNCHANGED, LEFT_OUT, ERROR = "New", "Changed", "Unchanged", "Left Out", "Error"
# How many are listed; all are counted.
LISTED = {ERROR: 1000, NEW: 300, CHANGED: 300}
# In bytes; what is larger, or has more rows than its masters are written of at once, is left to a job.
AT_ONCE = 50_000
LONGEST = 3 * 3600


class RowError(frappe.ValidationError):
	"""What is wrong with a row, in plain words."""


@dataclass
class Outcome:
	"""What became of one record of the file; `changes` are a label, the old and the new text each."""

	row: int
	what: str
	outcome: str
	changes: list[tuple[str, str, str]] = field(default_factory=list)
	error: str = ""


@dataclass(frozen=True)
class Column:
	"""A column: its heading in the sample, the field it fills, what else it may be headed, how a cell is read."""

	heading: str
	fieldname: str = ""
	others: tuple[str, ...] = ()
	read: Callable[[str], Any] = str
	required: bool = False

	@property
	def headings(self) -> tuple[str, ...]:
		return tuple(known_by(each) for each in (self.heading, *self.others))


def whole_number(cell: str) -> int:
	try:
		return int(cell)
	except ValueError:
		raise RowError(_("{0} is not a whole number").format(cell)) from None


def decimal(cell: str) -> float:
	try:
		number = float(cell)
	except ValueError:
		number = math.nan
	# Python also reads "nan" and "inf".
	if not math.isfinite(number):
		raise RowError(_("{0} is not a number").format(cell))
	return number


def yes_or_no(cell: str) -> int:
	answers = {1: ("1", "yes", "y", "true", "x", "हाँ", "हां"), 0: ("0", "no", "n", "false", "-", "नहीं")}
	for value, texts in answers.items():
		if _in_ascii_digits(cell).casefold() in texts:
			return value
	raise RowError(_("{0} is neither 1 nor 0").format(cell))


def code(cell: str) -> str:
	return _in_ascii_digits(cell)


def _in_ascii_digits(cell: str) -> str:
	return "".join(str(int(each)) if each.isdecimal() else each for each in cell)


def one_of(doctype: str, fieldname: str) -> Callable[[str], str]:
	"""Make a reader of a Select field's options, in whatever case and in the user's language."""

	def read(cell: str) -> str:
		options = [each for each in frappe.get_meta(doctype).get_field(fieldname).options.split("\n") if each]
		for option in options:
			if cell.casefold() in (option.casefold(), _(option).casefold()):
				return option
		raise RowError(_("{0} is none of: {1}").format(cell, ", ".join(options)))

	return read


def several(cell: str) -> list[str]:
	return [each.strip() for each in re.split(r"[;\n]", cell) if each.strip()]


def folded(name: str | None) -> str:
	"""Return what names are compared by."""
	return (name or "").strip().casefold()


class Masters:
	"""One kind of masters: what its columns are, and how a row becomes a document.

	A cell that is empty changes nothing, so no file can take away what staff have entered.
	"""

	doctype = ""
	columns: tuple[Column, ...] = ()
	# The heading of the column that names a record, and of the one that names the record above it.
	named_by, below = "", ""
	# What a column of the names in another language may begin with: `name_hi`.
	stems: tuple[str, ...] = ("name",)
	# The fields by which the rows of a child table are compared.
	tables: dict[str, tuple[str, ...]] = {}
	sample: tuple[dict[str, str], ...] = ()
	# How many rows a user waits for.
	at_once = 300

	def __init__(self, table: Table, settings) -> None:
		self.table, self.settings = table, settings
		self.outcomes: list[Outcome] = []
		# By name, the rows that have an error.
		self.failed: dict[str, int] = {}
		# What is only done when it is certain that all is imported.
		self.last_steps: list[Callable[[], None]] = []
		self.languages = self._languages()

	@classmethod
	def are_headings(cls, known: set[str]) -> bool:
		return all(known.intersection(column.headings) for column in cls.columns if column.required)

	@classmethod
	def sample_rows(cls) -> list[list[str]]:
		"""Write the sample: the headings, with those of the names in other languages after the name, and its rows."""
		headings = [column.heading for column in cls.columns]
		if cls.stems:
			after = headings.index(cls.named_by) + 1
			headings[after:after] = ["name_hi", "name_pa"]
		return [headings, *([row.get(heading, "") for heading in headings] for row in cls.sample)]

	@classmethod
	def read(cls, content: bytes, settings) -> "Masters":
		return cls(read_table(content, cls.are_headings), settings)

	def _languages(self) -> dict[str, str]:
		"""Find the columns of names: the language of each, by what the heading is known by."""
		# Of all that Frappe knows, `Area ID` would be a name in Indonesian, `Category No` one in Norwegian.
		known = {folded(each): each for each in languages_of_site()}
		found = {}
		for heading, written in self.table.headings.items():
			stem, _underscore, language = written.casefold().replace(" ", "_").partition("_")
			if stem in self.stems and language in known:
				found[heading] = known[language]
		return found

	def unread(self) -> list[str]:
		"""List the headings that nothing is read from."""
		read = {each for column in self.columns for each in column.headings} | set(self.languages)
		return [written for known, written in self.table.headings.items() if known not in read]

	def apply(self) -> None:
		"""Write every row, one after the other; what is wrong with one is noted and undone."""
		for row in self.in_order():
			self.attempt(row.number, self.cell(row, self.named_by), lambda row=row: self.write(row))
		self.outcomes.sort(key=lambda outcome: outcome.row)

	def attempt(self, number: int, what: str, write: Callable[[], Outcome | None]) -> None:
		frappe.db.savepoint("row")
		try:
			if outcome := write():
				self.outcomes.append(outcome)
		except (frappe.ValidationError, frappe.PermissionError) as error:
			frappe.db.rollback(save_point="row")
			frappe.clear_messages()
			self.fail(number, what, self.in_plain_words(error))

	def fail(self, number: int, what: str, error: str) -> None:
		self.failed.setdefault(folded(what), number)
		self.outcomes.append(Outcome(number, what, ERROR, error=error))

	def in_plain_words(self, error: Exception) -> str:
		if isinstance(error, frappe.MandatoryError):
			fieldnames = str(error).rpartition(": ")[2].split(", ")
			labels = [self.label_of(each) for each in fieldnames]
			return _("{0} is missing").format(", ".join(labels))
		if isinstance(error, frappe.PermissionError):
			return _("You may not make or change this: {0}").format(strip_html(str(error)))
		return strip_html(str(error))

	def label_of(self, fieldname: str) -> str:
		return _(frappe.get_meta(self.doctype).get_label(fieldname))

	def cell(self, row: Row, heading: str) -> str:
		column = next(each for each in self.columns if each.heading == heading)
		return row.get(*column.headings)

	def in_order(self) -> Iterator[Row]:
		"""Give the rows, each after the one it is below; note those without a name, doubled, and in a circle."""
		rows: dict[str, Row] = {}
		for row in self.table.rows:
			what = self.cell(row, self.named_by)
			if not what:
				self.fail(row.number, "", _("{0} is missing").format(self.named_by))
			elif folded(what) in rows:
				other = rows[folded(what)].number
				self.outcomes.append(
					Outcome(row.number, what, ERROR, error=_("Row {0} is the same").format(other))
				)
			else:
				rows[folded(what)] = row
		above = self.standing() | {
			name: folded(self.cell(row, self.below))
			for name, row in rows.items()
			if self.below and self.cell(row, self.below)
		}
		done: set[str] = set()
		for name in rows:
			path: dict[str, None] = {}
			while name and name not in done:
				if name in path:
					circle = list(path)[list(path).index(name) :]
					for each in circle:
						if each in rows:
							row = rows[each]
							done.add(each)
							self.fail(
								row.number,
								self.cell(row, self.named_by),
								_("It stands below itself in the end"),
							)
					break
				path[name] = None
				name = above.get(name)
			for each in reversed(path):
				if each not in done:
					done.add(each)
					if each in rows:
						yield rows[each]

	def standing(self) -> dict[str, str]:
		"""Tell what is above what on the site, names folded."""
		if not self.below:
			return {}
		fieldname = next(each.fieldname for each in self.columns if each.heading == self.below)
		found = frappe.get_all(self.doctype, fields=["name", fieldname], as_list=True)
		return {folded(name): folded(above) for name, above in found}

	def write(self, row: Row) -> Outcome:
		what = self.cell(row, self.named_by)
		# MariaDB finds a name in whatever case.
		name = frappe.db.get_value(self.doctype, what)
		values = self.values(row)
		document = frappe.get_doc(self.doctype, name) if name else frappe.new_doc(self.doctype)
		if name:
			# The name itself stays as it was first written.
			values.pop(document.meta.autoname.partition(":")[2])
		changes = self.changes(document, values)
		if not name or changes:
			document.update(values)
			document.save()
		changes += self.translate(document.name, row)
		return Outcome(
			row.number,
			document.name,
			(CHANGED if changes else UNCHANGED) if name else NEW,
			changes if name else [],
		)

	def values(self, row: Row) -> dict:
		"""Read the fields that the row fills."""
		values = {}
		for column in self.columns:
			if column.fieldname and (cell := row.get(*column.headings)):
				values[column.fieldname] = column.read(cell)
		return values

	def changes(self, document, values: dict) -> list[tuple[str, str, str]]:
		return [
			(self.label_of(fieldname), *self.told_apart(fieldname, document.get(fieldname), value))
			for fieldname, value in values.items()
			if self.written(fieldname, document.get(fieldname)) != self.written(fieldname, value)
		]

	def told_apart(self, fieldname: str, old, new) -> list[str]:
		"""Show an old and a new value, in full where they would look the same."""
		shown = [self.shown(fieldname, each, self.shown_cell) for each in (old, new)]
		if shown[0] != shown[1]:
			return shown
		return [self.shown(fieldname, each, partial(self.shown_cell, in_full=True)) for each in (old, new)]

	def shown(self, fieldname: str, value, cell: Callable[[str, Any], str]) -> str:
		if fieldname in self.tables:
			return "; ".join(
				", ".join(cell(key, row.get(key)) for key in self.tables[fieldname]) for row in value or []
			)
		return cell(fieldname, value)

	def written(self, fieldname: str, value) -> str:
		"""Return what values are compared by: what is stored, however it is shown."""
		return self.shown(fieldname, value, lambda _fieldname, each: "" if each is None else str(each))

	def shown_cell(self, fieldname: str, value, in_full: bool = False) -> str:
		return "" if value is None else str(value)

	def linked(self, doctype: str, name: str) -> str:
		"""Name the document of that name, or say in plain words that there is none."""
		if number := self.failed.get(folded(name)) if doctype == self.doctype else None:
			raise RowError(_("{0} in row {1} has an error").format(name, number))
		if found := frappe.db.get_value(doctype, name):
			return found
		raise RowError(_("There is no {0} {1}").format(_(doctype), name))

	def translate(self, source: str, row: Row) -> list[tuple[str, str, str]]:
		"""Have a master's name translated as the columns of languages say; returns the changes."""
		changes = []
		for heading, language in self.languages.items():
			if not (text := row.get(heading)):
				continue
			which = {"source_text": source, "language": language, "context": ("is", "not set")}
			stored = (
				frappe.db.get_value("Translation", which, ["name", "translated_text"], as_dict=True) or {}
			)
			if stored.get("translated_text") != text:
				label = _("Name in {0}").format(frappe.db.get_value("Language", language, "language_name"))
				changes.append((label, stored.get("translated_text") or "", text))
				self.last_steps.append(lambda given=(source, language, text): _translate(*given))
		return changes

	def still_stands(self) -> bool:
		"""Tell whether what was read of the site stands, and have it stand until all is written."""
		return True

	def finish(self) -> None:
		"""Do what comes once, after the last row of what is imported."""
		for step in self.last_steps:
			step()


def _translate(source: str, language: str, text: str) -> None:
	which = {"source_text": source, "language": language, "context": ("is", "not set")}
	name = frappe.db.get_value("Translation", which)
	document = frappe.get_doc("Translation", name) if name else frappe.new_doc("Translation")
	document.update({"source_text": source, "language": language, "translated_text": text})
	document.save()


def kind_of(doctype: str) -> type[Masters]:
	"""Return the importer of a DocType's masters (hook master_importers)."""
	(path,) = frappe.get_hooks("master_importers")[doctype][-1:]
	return frappe.get_attr(path)


def begin(name: str, action: str) -> None:
	"""Preview or import the file of a Master Import: at once, or as a job if it is large."""
	document = frappe.get_doc("Master Import", name, for_update=True)
	if is_being_worked_on(document):
		frappe.throw(_("This is being worked on. You may leave the page."))
	if action == IMPORT and document.status != PREVIEWED:
		frappe.throw(_("Preview the file first. What has errors cannot be imported."))
	if _is_done_at_once(kind_of(document.what), content_of(document)):
		run(name, action)
		return
	document.db_set("status", WAITING[action], notify=True)
	frappe.enqueue(
		"grievance_cell.organisation.importing.run_as_job",
		queue="long",
		timeout=LONGEST,
		enqueue_after_commit=True,
		name=name,
		action=action,
		language=frappe.local.lang,
	)


def _is_done_at_once(kind: type[Masters], content: bytes) -> bool:
	if len(content) > AT_ONCE:
		return False
	try:
		return len(read_table(content, kind.are_headings).rows) <= kind.at_once
	except frappe.ValidationError:
		# What is wrong with it is said at once.
		frappe.clear_messages()
		return True


def is_being_worked_on(document) -> bool:
	"""Tell whether a job previews or imports a file; one that took longer than any may was killed."""
	if document.status not in WAITING.values():
		return False
	return get_datetime(document.modified) > add_to_date(now_datetime(), seconds=-LONGEST)


def run_as_job(name: str, action: str, language: str) -> None:
	"""Preview or import the file of a Master Import as a job, in the `language` of the user who began it."""
	frappe.local.lang = language
	try:
		run(name, action)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title="An import failed", reference_doctype="Master Import", reference_name=name)
		frappe.get_doc("Master Import", name).db_set("status", FAILED, notify=True)


def run(name: str, action: str) -> None:
	"""Write all rows, and take them back unless they are to be imported and do just what the preview said.

	The transaction that this is called in is given up before. Imports wait for each other, of whatever they are.
	"""
	# A transaction reads what stood when it first read: that has to be after the other import is done.
	frappe.db.rollback()
	frappe.db.sql("select name from `tabDocType` where name = 'Master Import' for update")
	document = frappe.get_doc("Master Import", name, for_update=True)
	if action == IMPORT and document.status not in (PREVIEWED, WAITING[IMPORT]):
		frappe.throw(_("Preview the file first. What has errors cannot be imported."))
	content = content_of(document)
	file_hash = hashlib.sha256(content).hexdigest()
	if action == IMPORT and file_hash != document.file_hash:
		frappe.throw(_("The file is another one than was previewed. Preview it first."))
	try:
		masters = kind_of(document.what).read(content, document)
		masters.apply()
	except frappe.ValidationError as error:
		frappe.clear_messages()
		masters, outcomes = None, [Outcome(0, "", ERROR, error=strip_html(str(error)))]
	else:
		outcomes = masters.outcomes
	counts = Counter(outcome.outcome for outcome in outcomes)
	promise = _digest(outcomes)
	status = HAS_ERRORS if counts[ERROR] else PREVIEWED
	kept = status == PREVIEWED and promise == document.promise
	if action == IMPORT and kept and masters.still_stands():
		masters.finish()
		status = IMPORTED
	else:
		frappe.db.rollback()
	document.db_set(
		{
			"status": status,
			"file_hash": file_hash,
			"promise": promise,
			"counts": json.dumps(counts),
			"result": json.dumps(
				{
					"outcomes": _listed(outcomes),
					"unread": masters.unread() if masters else [],
					"differs": action == IMPORT and status != IMPORTED,
				}
			),
			"imported_on" if status == IMPORTED else "previewed_on": now_datetime(),
		},
		notify=True,
	)


def content_of(document) -> bytes:
	"""Read the file of a Master Import."""
	attached = {
		"file_url": document.file,
		"attached_to_doctype": document.doctype,
		"attached_to_name": document.name,
	}
	name = document.file and frappe.db.get_value("File", attached)
	path = name and Path(frappe.get_doc("File", name).get_full_path())
	# A link to a file elsewhere is none.
	if not path or not path.is_file():
		frappe.throw(_("Attach the file first"))
	return path.read_bytes()


def _digest(outcomes: list[Outcome]) -> str:
	return hashlib.sha256(json.dumps([asdict(each) for each in outcomes]).encode()).hexdigest()


def _listed(outcomes: list[Outcome]) -> list[dict]:
	listed = []
	for kind, most in LISTED.items():
		listed += [asdict(each) for each in outcomes if each.outcome == kind][:most]
	return sorted(listed, key=lambda each: each["row"])
