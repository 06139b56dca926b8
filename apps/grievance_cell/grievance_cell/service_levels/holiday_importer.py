"""Holidays from a spreadsheet: the gazette's list."""

import re
from datetime import datetime, time

import frappe
from dateutil import parser
from frappe import _
from frappe.utils import formatdate, getdate

from grievance_cell.organisation.importing import (
	CHANGED,
	NEW,
	UNCHANGED,
	Column,
	Masters,
	Outcome,
	RowError,
	code,
)

DOCTYPE = "Holiday Calendar"
# What a text does not say the parser takes from another day: these two have nothing in common.
OTHER_DAYS = (datetime(2000, 1, 1), datetime(2011, 12, 28))
MONTH = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
# "26-28 January", of which the parser makes one day of 2026; "26-Jan-28" is none.
TWO_DAYS = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?:[^\w:]|and)+\d{1,2}(?![\d:])")


def day(cell: str):
	"""Read a date as offices write it: 26-01-2027, 26/1/27, 26-Jan-27, 2027-01-26; what says less or more is refused."""
	text = code(cell)
	try:
		one, other = (
			parser.parse(text, dayfirst=not text[:4].isdecimal(), default=default) for default in OTHER_DAYS
		)
	except (ValueError, OverflowError):
		one, other = OTHER_DAYS
	if one != other or one.time() != time.min or (MONTH.search(text) and TWO_DAYS.search(text)):
		raise RowError(_("{0} is not a full date, such as {1}").format(cell, "26-01-2027"))
	return one.date()


class Holidays(Masters):
	"""A row is a day of a calendar; a calendar that is not there yet is made."""

	doctype = DOCTYPE
	named_by = "date"
	stems = ()
	columns = (
		Column("calendar", others=("calendar_name", "holiday_calendar"), required=True),
		Column("date", required=True),
		Column("description", others=("holiday",), required=True),
	)
	sample = (
		{"calendar": "Chhattisgarh", "date": "26-01-2027", "description": "Republic Day"},
		{"calendar": "Chhattisgarh", "date": "15-08-2027", "description": "Independence Day"},
		{"calendar": "Chhattisgarh", "date": "02-10-2027", "description": "Gandhi Jayanti"},
	)

	def in_order(self):
		self.seen: dict[tuple, int] = {}
		return self.table.rows

	def write(self, row) -> Outcome:
		calendar, cell, description = (self.cell(row, each.heading) for each in self.columns)
		for column, given in zip(self.columns, (calendar, cell, description), strict=True):
			if not given:
				raise RowError(_("{0} is missing").format(column.heading))
		date = day(cell)
		if (other := self.seen.setdefault((calendar.casefold(), date), row.number)) != row.number:
			raise RowError(_("Row {0} is the same").format(other))
		name = frappe.db.get_value(DOCTYPE, calendar)
		document = frappe.get_doc(DOCTYPE, name) if name else frappe.new_doc(DOCTYPE)
		what = f"{name or calendar}: {formatdate(date)}"
		present = next((each for each in document.holidays if getdate(each.date) == date), None)
		if present and present.description == description:
			return Outcome(row.number, what, UNCHANGED)
		if present:
			changes = [(_("Description"), present.description, description)]
			present.description = description
		else:
			document.append("holidays", {"date": date, "description": description})
		document.calendar_name = document.calendar_name or calendar
		document.save()
		return Outcome(row.number, what, CHANGED, changes) if present else Outcome(row.number, what, NEW)
