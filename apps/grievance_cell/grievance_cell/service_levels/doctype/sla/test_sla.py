from datetime import datetime, timedelta

import frappe

from grievance_cell.service_levels import deadlines
from grievance_cell.service_levels.test_deadlines import OFFICE, FakeCase
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make_department, make_sla

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestSLA(SiteTestCase):
	def test_a_target_has_a_time_or_days_and_never_both(self):
		for target in ({}, {"resolution_time": 60, "resolution_days": 1}):
			with self.assertRaises(frappe.ValidationError):
				make_sla(targets=[{"priority": "Low", "response_time": 60, **target}])

	def test_each_priority_has_one_target(self):
		row = {"priority": "Low", "response_time": 60, "resolution_days": 1}
		with self.assertRaises(frappe.ValidationError):
			make_sla(targets=[row, dict(row)])

	def test_there_is_one_default(self):
		first = make_sla(is_default=1)
		second = make_sla(is_default=1)
		self.assertFalse(frappe.db.get_value("SLA", first.name, "is_default"))
		self.assertTrue(frappe.db.get_value("SLA", second.name, "is_default"))

	def test_the_default_is_for_everything(self):
		for values in ({"enabled": 0}, {"department": make_department().name}, {"condition": "True"}):
			with self.assertRaises(frappe.ValidationError):
				make_sla(is_default=1, **values)

	def test_a_condition_can_be_read(self):
		with self.assertRaises(frappe.ValidationError):
			make_sla(condition="doc.priority ==")

	def refuse(self, **values) -> None:
		with self.assertRaises(frappe.ValidationError):
			make_sla(**values)

	def test_hours_need_working_hours_unless_they_count_round_the_clock(self):
		self.refuse(working_windows=[])
		make_sla(working_windows=OFFICE)
		make_sla(round_the_clock=1, working_windows=[])
		target = {"response_time": 60, "resolution_time": 60}
		mixed = [{"priority": "Low", **target}, {"priority": "Emergency", "round_the_clock": 1, **target}]
		self.refuse(working_windows=[], targets=mixed)
		make_sla(working_windows=[], targets=mixed[1:])

	def test_a_window_of_no_length_is_refused(self):
		for moment in ("10:00:00", "00:00:00"):
			self.refuse(working_windows=[{"weekday": "Monday", "start_time": moment, "end_time": moment}])

	def test_windows_may_overlap_and_go_past_midnight(self):
		make_sla(
			working_windows=[
				{"weekday": "Monday", "start_time": "22:00:00", "end_time": "06:00:00"},
				{"weekday": "Tuesday", "start_time": "05:00:00", "end_time": "13:00:00"},
			]
		)

	def test_working_days_are_not_counted_round_the_clock(self):
		row = {"priority": "Low", "response_time": 60, "resolution_days": 1, "day_kind": "Working"}
		make_sla(targets=[row], working_windows=OFFICE)
		self.refuse(targets=[row], round_the_clock=1)
		self.refuse(targets=[{**row, "round_the_clock": 1}], working_windows=OFFICE)

	def rungs(self, *rungs: tuple[int, int]) -> list[dict]:
		return [
			{"level": level, "percent_of_resolution": percent, "action": "Move", "to": "Superior"}
			for level, percent in rungs
		]

	def test_the_ladder_goes_up(self):
		make_sla(escalations=self.rungs((2, 100), (1, 75), (3, 100)))
		for rungs in (((1, 75), (1, 100)), ((1, 100), (2, 75)), ((0, 75),), ((1, 0),)):
			with self.subTest(rungs):
				self.refuse(escalations=self.rungs(*rungs))

	def test_the_officer_can_only_be_informed(self):
		rung = {"level": 1, "percent_of_resolution": 75, "action": "Inform", "to": "Officer"}
		make_sla(escalations=[rung])
		self.refuse(escalations=[{**rung, "action": "Move"}])


class TestShippedSets(SiteTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_value("SLA", {"name": ("is", "set")}, "enabled", 0)

	def test_cpgrams_is_the_default(self):
		sla = frappe.get_doc("SLA", "CPGRAMS")
		self.assertTrue(sla.is_default)
		days = {target.priority: (target.resolution_days, target.day_kind) for target in sla.targets}
		self.assertEqual((days["Medium"], days["Low"]), ((21, "Calendar"), (21, "Calendar")))
		self.assertEqual(
			[(rung.percent_of_resolution, rung.action, rung.to) for rung in sla.escalations],
			[
				(75, "Inform", "Officer"),
				(100, "Move", "Superior"),
				(150, "Move", "Department Head"),
				(200, "Move", "Collector"),
			],
		)

	def test_sagar_settles_in_24_hours_once_it_is_enabled(self):
		sla = frappe.get_doc("SLA", "Sagar 24 h")
		self.assertFalse(sla.enabled)
		sla.update({"enabled": 1}).save()
		registered = datetime(2026, 1, 10, 22, 0)
		case = FakeCase({"registered_on": registered, "priority": "Medium", "category": "Power cut"})
		deadlines.start(case)
		self.assertEqual((case.sla, case.resolution_by), (sla.name, registered + timedelta(days=1)))
		other = FakeCase({"registered_on": registered, "priority": "Medium", "category": "Scholarship"})
		deadlines.start(other)
		self.assertIsNone(other.sla)
