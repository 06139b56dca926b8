"""Read a spreadsheet as offices make them: CSV in whatever encoding and with whatever separator, XLSX or XLS."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import frappe
import xlrd
from frappe import _
from frappe.utils.xlsxutils import read_xlsx_file_from_attached_file

# By its first bytes a file is known, whatever it is called.
XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BYTE_ORDER_MARKS = (
	(b"\xef\xbb\xbf", "utf-8-sig"),
	(b"\xff\xfe", "utf-16"),
	(b"\xfe\xff", "utf-16"),
)
SEPARATORS = ",;\t"
# Exports have titles above their headings.
TITLE_ROWS = 20
# More would be more writes than Frappe lets one transaction have.
MOST_ROWS = 20_000
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))


@dataclass(frozen=True)
class Row:
	"""One row under the headings: its number in the file, the headings' own being counted, and its cells by heading."""

	number: int
	cells: dict[str, str]

	def get(self, *headings: str) -> str:
		"""Return the first cell that is filled under one of these headings; "" if none is."""
		return next((self.cells[each] for each in headings if self.cells.get(each)), "")


@dataclass(frozen=True)
class Table:
	"""The headings as they are written, by what they are known by, and the rows that say something."""

	headings: dict[str, str]
	rows: list[Row]


def known_by(heading: str) -> str:
	"""Return what a heading is compared by: `Sub-District Name (In English)` is `subdistrictnameinenglish`."""
	return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", heading).casefold())


def read_table(content: bytes, are_headings: Callable[[set[str]], bool]) -> Table:
	"""Read a file; its headings are the first row that is one by `are_headings`, given what its cells are known by.

	Of two headings that are the same, as the Local Government Directory has them for a name in English and in the local
	script, the second is known by `...inlocal`.
	"""
	lines = [[_clean(value) for value in line] for line in _read_lines(content, are_headings)]
	position = _position_of_headings(lines, are_headings)
	if position is None:
		frappe.throw(_("There is no row with the headings of the sample"))
	line = lines[position]
	headings: list[str] = []
	for value in line:
		known = known_by(value)
		headings.append(f"{known}inlocal" if known in headings else known)
	rows = [
		Row(number, cells)
		for number, values in enumerate(lines[position + 1 :], start=position + 2)
		if (
			cells := {known: value for known, value in zip(headings, values, strict=False) if known and value}
		)
	]
	if len(rows) > MOST_ROWS:
		frappe.throw(
			_("The file has {0} rows. Divide it: {1} at a time can be imported.").format(len(rows), MOST_ROWS)
		)
	return Table({known: value for known, value in zip(headings, line, strict=True) if known}, rows)


def _position_of_headings(lines: list[list], are_headings: Callable[[set[str]], bool]) -> int | None:
	for position, line in enumerate(lines[:TITLE_ROWS]):
		if are_headings({known_by(_clean(value)) for value in line}):
			return position
	return None


def _read_lines(content: bytes, are_headings: Callable[[set[str]], bool]) -> list[list]:
	try:
		if content.startswith(XLSX):
			return read_xlsx_file_from_attached_file(fcontent=content)
		if content.startswith(XLS):
			return _read_xls(content)
		return _read_csv(_decode(content), are_headings)
	except Exception:
		# Whatever the readers stumble over: the file is not what its first bytes say.
		frappe.throw(_("The file cannot be read. Save it as CSV (UTF-8) or XLSX and attach that."))


def _read_xls(content: bytes) -> list[list]:
	"""Read the first sheet; Frappe's own reader leaves dates as the numbers that Excel counts them by."""
	book = xlrd.open_workbook(file_contents=content)
	return [
		[
			xlrd.xldate_as_datetime(cell.value, book.datemode)
			if cell.ctype == xlrd.XL_CELL_DATE
			else cell.value
			for cell in row
		]
		for row in book.sheet_by_index(0).get_rows()
	]


def _decode(content: bytes) -> str:
	for mark, encoding in BYTE_ORDER_MARKS:
		if content.startswith(mark):
			return content.decode(encoding)
	# UTF-16 without its mark: every second byte of the separators is 0.
	if b"\0" in content[:200]:
		return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
	try:
		return content.decode("utf-8")
	except UnicodeDecodeError:
		# What Excel calls ANSI; Hindi cannot be in it.
		return content.decode("cp1252")


def _read_csv(text: str, are_headings: Callable[[set[str]], bool]) -> list[list[str]]:
	"""Read with the separator by which a row at the top is one of headings: cells may hold more of another."""
	for separator in SEPARATORS:
		tops = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), TITLE_ROWS))
		if _position_of_headings(tops, are_headings) is not None:
			return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
	return []


def _clean(value) -> str:
	if value is None:
		return ""
	if isinstance(value, datetime):
		value = value.date()
	if isinstance(value, date):
		return value.isoformat()
	if isinstance(value, float) and value.is_integer():
		value = int(value)
	text = unicodedata.normalize("NFC", str(value)).translate(INVISIBLE)
	return " ".join(text.split())
