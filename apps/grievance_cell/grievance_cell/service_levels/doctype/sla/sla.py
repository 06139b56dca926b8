from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_time

CALENDAR, WORKING = "Calendar", "Working"


class SLA(Document):
	def validate(self):
		self.validate_targets()
		self.validate_working_windows()
		self.validate_escalations()
		self.validate_default()
		self.validate_condition()

	def validate_targets(self):
		priorities = [target.priority for target in self.targets]
		if len(priorities) != len(set(priorities)):
			frappe.throw(_("Each priority has one target"))
		for target in self.targets:
			if bool(target.resolution_time) == bool(target.resolution_days):
				frappe.throw(
					_("Row {0}: enter either a time or a number of days for the resolution").format(
						target.idx
					)
				)

			if target.resolution_days and target.day_kind == WORKING and self.counts_round_the_clock(target):
				frappe.throw(
					_("Row {0}: round the clock every day is a working day; choose calendar days").format(
						target.idx
					)
				)

	def counts_round_the_clock(self, target) -> bool:
		return bool(self.round_the_clock or target.round_the_clock)

	def validate_working_windows(self):
		for window in self.working_windows:
			if get_time(window.start_time) == get_time(window.end_time):
				frappe.throw(
					_(
						"Row {0}: the working hours end when they begin; for all of a day enter two halves"
					).format(window.idx)
				)
		if not self.working_windows and not all(map(self.counts_round_the_clock, self.targets)):
			frappe.throw(_("Enter the working hours, or let the targets count round the clock"))

	def validate_escalations(self):
		rungs = sorted(self.escalations, key=lambda rung: rung.level)
		for rung in rungs:
			if rung.level < 1 or rung.percent_of_resolution < 1:
				frappe.throw(_("Row {0}: the level and the percentage begin at 1").format(rung.idx))
			if rung.action == "Move" and rung.to == "Officer":
				frappe.throw(
					_("Row {0}: the officer has the case already and can only be informed").format(rung.idx)
				)
		for lower, higher in pairwise(rungs):
			if lower.level == higher.level or lower.percent_of_resolution > higher.percent_of_resolution:
				frappe.throw(
					_("Row {0}: each level comes once, and a higher one not before a lower one").format(
						higher.idx
					)
				)

	def validate_default(self):
		if not self.is_default:
			return
		if not self.enabled or self.department or self.category or self.condition:
			frappe.throw(_("The default SLA is enabled and has no department, category or condition"))
		frappe.db.set_value("SLA", {"is_default": 1, "name": ("!=", self.name)}, "is_default", 0)

	def validate_condition(self):
		if self.condition:
			try:
				compile(self.condition, "<condition>", "eval")
			except SyntaxError as error:
				frappe.throw(_("The condition cannot be read: {0}").format(error.msg))
