"""Holidays from a spreadsheet: the gazette's list."""

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


def day(cell: str):
	"""Read a date as offices write it: 26-01-2027, 26/1/27, 2027-01-26."""
	text = code(cell)
	try:
		return parser.parse(text, dayfirst=not text[:4].isdecimal()).date()
	except (ValueError, OverflowError):
		raise RowError(_("{0} is not a date").format(cell)) from None


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
