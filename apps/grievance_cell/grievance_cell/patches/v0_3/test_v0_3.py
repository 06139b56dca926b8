from datetime import datetime

import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.patches.v0_3 import (
	assign_open_cases,
	let_service_levels_run_round_the_clock,
	mask_numbers,
	protect_identities,
	write_numbers_of_postings_one_way,
)
from grievance_cell.service_levels import deadlines
from grievance_cell.service_levels.test_deadlines import OFFICE, FakeCase
from grievance_cell.setup import shipped
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_sla,
	make_user,
	mobile_no,
)


class TestMaskNumbers(SiteTestCase):
	def test_stored_numbers_are_masked(self):
		for document in (make_citizen(), make("Callback Request", mobile_no=mobile_no())):
			document.db_set("mobile_masked", None)
			mask_numbers.execute()
			masked = frappe.db.get_value(document.doctype, document.name, "mobile_masked")
			with self.subTest(document.doctype):
				self.assertEqual(masked, f"{'•' * 6}{document.mobile_no[-4:]}")


class TestServiceLevelsRoundTheClock(SiteTestCase):
	def as_before(self, **values):
		"""Make an SLA as 0.2.0 stored it: without working hours, and not round the clock either."""
		sla = make_sla(**values)
		frappe.db.set_value("SLA", sla.name, "round_the_clock", 0)
		return sla

	def dates(self, sla) -> tuple:
		case = FakeCase(
			{
				"sla": sla.name,
				"priority": "Medium",
				"registered_on": datetime(2026, 1, 10, 22, 0),
				"hold_seconds": 3600,
			}
		)
		deadlines.set_deadlines(case)
		return case.response_by, case.resolution_by

	def test_the_deadlines_stay_what_they_were(self):
		hours, days = self.as_before(hours=8), self.as_before(days=7)
		let_service_levels_run_round_the_clock.execute()
		response_by = datetime(2026, 1, 11, 0, 0)
		self.assertEqual(self.dates(hours), (response_by, datetime(2026, 1, 11, 7, 0)))
		self.assertEqual(self.dates(days), (response_by, datetime(2026, 1, 17, 23, 59, 59)))
		for sla in (hours, days):
			sla.reload()
			sla.save()

	def test_one_with_working_hours_keeps_them(self):
		sla = make_sla(working_windows=OFFICE)
		let_service_levels_run_round_the_clock.execute()
		self.assertFalse(frappe.db.get_value("SLA", sla.name, "round_the_clock"))

	def test_what_we_shipped_and_nobody_edited_is_replaced(self):
		for edited in (False, True):
			with self.subTest(edited=edited):
				frappe.delete_doc("SLA", "CPGRAMS", force=True)
				sla = self.as_before(sla_name="CPGRAMS")
				stored = shipped.content_hash("SLA", "CPGRAMS")
				if edited:
					sla.targets[0].db_set("response_time", 60)
				shipped.remember("SLA:CPGRAMS", {"shipped": "of 0.2.0", "stored": stored})
				let_service_levels_run_round_the_clock.execute()
				shipped.sync()
				windows = frappe.get_doc("SLA", "CPGRAMS").working_windows
				self.assertEqual(bool(windows), not edited)


class TestAssignOpenCases(SiteTestCase):
	def test_open_cases_are_assigned_once_and_closed_ones_not(self):
		department, ward = make_department(), make_area()
		officer = make_user("Grievance Officer")
		make_posting(department, ward, user=officer)
		category = make_category(department)
		running, closed = make_case(category, ward), make_case(category, ward)
		lifecycle.move(closed, "Withdrawn", closure_reason="Withdrawn")
		frappe.db.delete("ToDo", {"reference_name": ("in", (running.name, closed.name))})
		for _each in range(2):
			assign_open_cases.execute()
		assigned = frappe.get_all(
			"ToDo",
			{"reference_name": ("in", (running.name, closed.name))},
			["reference_name", "allocated_to", "status"],
		)
		self.assertEqual(
			assigned, [{"reference_name": running.name, "allocated_to": officer, "status": "Open"}]
		)


class TestProtectIdentities(SiteTestCase):
	def test_a_stored_case_of_a_confidential_category_loses_whose_it_is(self):
		category, citizen = make_category(make_department()), make_citizen()
		case = make_case(category, make_area(), citizen=citizen.name)
		category.db_set("confidential", 1)
		for _time in range(2):
			protect_identities.execute()
			found = frappe.db.get_value(
				"Grievance",
				case.name,
				["confidential", "citizen", "citizen_name", "mobile_no", "mobile_masked"],
			)
			self.assertEqual(found, (1, None, None, None, None))
			kept = frappe.db.get_value(
				"Protected Identity", case.name, ["citizen", "citizen_name", "mobile_no"]
			)
			self.assertEqual(kept, (citizen.name, "Geeta Bai", citizen.mobile_no))


class TestNumbersOfPostings(SiteTestCase):
	def test_stored_numbers_are_written_as_whatsapp_has_them(self):
		posting, number = make_posting(make_department()), mobile_no()
		bare = number.removeprefix("+91")
		for stored, kept in ((f"{bare[:5]} {bare[5:]}", number), (number, number), ("office", "office")):
			with self.subTest(stored):
				posting.db_set("mobile_no", stored)
				write_numbers_of_postings_one_way.execute()
				self.assertEqual(frappe.db.get_value("Officer Posting", posting.name, "mobile_no"), kept)
