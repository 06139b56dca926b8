from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from grievance_cell.service_levels import holiday_calendars

# The years of which the package knows the holidays.
FIRST_YEAR, LAST_YEAR = 2001, 2035


class HolidayCalendar(Document):
	def validate(self):
		self.sort_holidays()
		self.validate_dates()
		self.set_runs_out_on()

	def sort_holidays(self):
		self.holidays.sort(key=lambda row: getdate(row.date))
		for position, row in enumerate(self.holidays, start=1):
			row.idx = position

	def validate_dates(self):
		for earlier, later in pairwise(getdate(row.date) for row in self.holidays):
			if earlier == later:
				frappe.throw(_("{0} is in the list twice").format(frappe.format(later, "Date")))

	def set_runs_out_on(self):
		self.runs_out_on = f"{getdate(self.holidays[-1].date).year}-12-31" if self.holidays else None

	@frappe.whitelist()
	def fill(self, year: int) -> int:
		"""Add the state's public holidays of a year, but for dates that are there; returns how many were added.

		Those that follow the moon are estimated: staff check them against the state's gazette.
		"""
		self.check_permission("write")
		if not self.state:
			frappe.throw(_("Choose the state first"), frappe.MandatoryError)
		if not FIRST_YEAR <= year <= LAST_YEAR:
			frappe.throw(_("The holidays are known from {0} to {1}").format(FIRST_YEAR, LAST_YEAR))
		known = {getdate(row.date) for row in self.holidays}
		added = [
			{"date": day, "description": description}
			for day, description in holiday_calendars.of_year(self.state, year).items()
			if day not in known
		]
		if added:
			self.extend("holidays", added)
			self.save()
		return len(added)
