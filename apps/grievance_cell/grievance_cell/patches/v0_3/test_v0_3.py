from datetime import datetime, timedelta
from pathlib import Path

import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.patches.v0_3 import (
	assign_open_cases,
	let_service_levels_run_round_the_clock,
	mask_numbers,
	note_settlements,
	note_who_had_settled_reopened_cases,
	part_tags_in_remarks,
	protect_identities,
	remove_public_copies,
	time_open_cases,
	write_numbers_of_postings_one_way,
	write_out_types_of_categories,
)
from grievance_cell.service_levels import deadlines
from grievance_cell.service_levels.test_deadlines import OFFICE, FakeCase
from grievance_cell.setup import shipped
from grievance_cell.testing import (
	HOUR,
	START,
	SiteTestCase,
	TimedTestCase,
	at,
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
	unique,
)


class TestRemovePublicCopies(SiteTestCase):
	def test_a_copy_of_a_private_file_goes_and_what_was_made_public_stays(self):
		public = Path(frappe.get_site_path("public", "files"))
		content = unique("a drain, clean again")
		make("File", file_name=f"{unique('photo')}.txt", content=content, is_private=1)
		copied, foreign = (public / f"{unique(name)}.txt" for name in ("copied", "foreign"))
		copied.write_text(content)
		foreign.write_text(unique("an app's own"))
		self.addCleanup(foreign.unlink)
		shown = make("File", file_name=f"{unique('logo')}.txt", content=unique("a logo"), is_private=0)
		remove_public_copies.execute()
		self.assertFalse(copied.exists())
		self.assertTrue(foreign.exists() and Path(shown.get_full_path()).exists())


class TestPartTagsInRemarks(SiteTestCase):
	def test_what_was_written_past_the_document_is_plain_text(self):
		case = make_case(make_category(make_department()), make_area())
		case.db_set({"feedback": "<b>Good</b>", "delay_remark": "Rain < 5 days"})
		part_tags_in_remarks.execute()
		case.reload()
		self.assertEqual((case.feedback, case.delay_remark), ("< b>Good< /b>", "Rain < 5 days"))


class TestMaskNumbers(SiteTestCase):
	def test_stored_numbers_are_masked(self):
		for document in (make_citizen(), make("Callback Request", mobile_no=mobile_no())):
			document.db_set("mobile_masked", None)
			mask_numbers.execute()
			masked = frappe.db.get_value(document.doctype, document.name, "mobile_masked")
			with self.subTest(document.doctype):
				self.assertEqual(masked, f"{'•' * 6}{document.mobile_no[-4:]}")


class TestTypesOfCategories(SiteTestCase):
	def test_a_category_that_named_no_type_names_all(self):
		category, of_demands = (
			make_category(make_department()),
			make_category(make_department(), applies_to="Demand"),
		)
		category.db_set("applies_to", None)
		write_out_types_of_categories.execute()
		stored = [
			frappe.db.get_value("Grievance Category", each.name, "applies_to")
			for each in (category, of_demands)
		]
		self.assertEqual(stored, ["Complaint\nDemand\nSuggestion", "Demand"])


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

	def test_where_nothing_is_confidential_every_case_keeps_whose_it_is(self):
		frappe.db.set_value("Grievance Category", {"confidential": 1}, "confidential", 0)
		citizen = make_citizen()
		case = make_case(make_category(make_department()), make_area(), citizen=citizen.name)
		# As an import that asked for nothing may have left it.
		case.db_set("category", None)
		protect_identities.execute()
		found = frappe.db.get_value("Grievance", case.name, ["confidential", "citizen"])
		self.assertEqual(found, (0, citizen.name))


class TestNumbersOfPostings(SiteTestCase):
	def test_stored_numbers_are_written_as_whatsapp_has_them(self):
		posting, number = make_posting(make_department()), mobile_no()
		bare = number.removeprefix("+91")
		for stored, kept in ((f"{bare[:5]} {bare[5:]}", number), (number, number), ("office", "office")):
			with self.subTest(stored):
				posting.db_set("mobile_no", stored)
				write_numbers_of_postings_one_way.execute()
				self.assertEqual(frappe.db.get_value("Officer Posting", posting.name, "mobile_no"), kept)


class TestNoteSettlements(SiteTestCase):
	def settled(self, status: str, **values) -> datetime | None:
		case = make_case(make_category(make_department()), make_area())
		case.db_set({"status": status, "settled_on": None, **values})
		note_settlements.execute()
		return frappe.db.get_value("Grievance", case.name, "settled_on")

	def test_what_was_settled_gets_when_it_was(self):
		resolved, closed = datetime(2026, 1, 5), datetime(2026, 1, 9)
		for status, values, expected in (
			("Resolved", {"resolved_on": resolved}, resolved),
			(
				"Closed",
				{"resolved_on": resolved, "closed_on": closed, "closure_reason": "Confirmed"},
				resolved,
			),
			("Closed", {"closed_on": closed, "closure_reason": "Force Closed"}, closed),
			("Withdrawn", {"closed_on": closed, "closure_reason": "Withdrawn"}, None),
			("Assigned", {}, None),
		):
			with self.subTest(status=status, **values):
				self.assertEqual(self.settled(status, **values), expected)


class TestNoteWhoHadSettledReopenedCases(TimedTestCase):
	def test_a_reopened_case_gets_whose_it_was_and_what_was_done_about_a_part_says_so(self):
		self.move("In Progress", START + HOUR)
		self.move("Resolved", START + HOUR, resolution="Cleaned")
		self.move("Reopened", START + 2 * HOUR, bot_user())
		part = make_case(self.category, self.ward)
		part.db_set("parent_grievance", self.case.name)
		self.case.db_set({"posting_before_reopening": None, "officer_before_reopening": None})
		note_who_had_settled_reopened_cases.execute()
		self.case.reload()
		self.assertEqual(
			(self.case.posting_before_reopening, self.case.officer_before_reopening),
			(self.posting.name, self.officer),
		)
		for case, marked in ((part, 1), (self.case, 0)):
			self.assertEqual(
				set(frappe.get_all("Grievance Action", {"reference_name": case.name}, pluck="of_part")),
				{marked},
			)


class TestTimeOpenCases(TimedTestCase):
	NEW = dict.fromkeys(
		(
			"clock_started_on",
			"inform_by",
			"breached_on",
			"first_breached_on",
			"asked_on",
			"citizen_informed_on",
		)
	) | dict.fromkeys(("escalation_level", "unacknowledged_count", "question_count"), 0)

	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		above = make_posting(cls.department, cls.ward, level=3, user=make_user("Department Head"))
		cls.posting.db_set("reports_to", above.name)
		rung = {"level": 1, "percent_of_resolution": 100, "action": "Move", "to": "Superior"}
		cls.sla.append("escalations", rung)
		cls.sla.save()

	def update(self, when: datetime, **values) -> None:
		"""Bring the case to what 0.2.0 stored of it, and run the patch at a moment."""
		self.case.db_set({**self.NEW, **values}, update_modified=False)
		frappe.db.set_value("Grievance", {"name": ("!=", self.case.name)}, "status", "Closed")
		with at(when):
			time_open_cases.execute()
		self.case.reload()

	def done(self) -> list[str]:
		record = {"reference_name": self.case.name}
		return frappe.get_all("Grievance Action", record, pluck="action", order_by="name")

	def test_an_open_case_is_timed_as_a_new_one_is(self):
		expected = self.case.as_dict()
		self.update(START + HOUR)
		for field in ("clock_started_on", "inform_by", "resolution_by", "next_check_on", "sla_status"):
			self.assertEqual(self.case.get(field), expected[field], field)

	def test_one_that_is_overdue_is_noted_and_nobody_is_told(self):
		due = self.case.resolution_by
		self.update(START + 40 * HOUR)
		self.assertEqual((self.case.breached_on, self.case.first_breached_on), (due, due))
		self.assertEqual((self.case.sla_status, self.case.response_status), ("Overdue", "Breached"))
		self.check(START + 41 * HOUR)
		self.assertEqual((self.done(), self.case.posting), (["Registered", "Assigned"], self.posting.name))

	def test_whose_24_hours_are_long_past_hears_on_day_21_and_not_at_once(self):
		self.update(START + 40 * HOUR)
		self.assertEqual(self.case.inform_by, START + timedelta(days=21))
		self.assertEqual(self.case.next_check_on, START + timedelta(days=21, seconds=1))
		self.update(START + timedelta(days=30))
		self.assertEqual((self.case.inform_by, self.case.next_check_on), (None, None))

	def test_who_was_told_by_an_officer_counts_as_informed(self):
		self.move("In Progress", START + HOUR)
		informed_on = self.case.citizen_informed_on
		self.update(START + 2 * HOUR)
		self.assertEqual(self.case.citizen_informed_on, informed_on)

	def test_a_question_counts_its_days_from_the_update_and_its_clock_stands_on(self):
		self.move("Awaiting Citizen", START + HOUR, question="Which house?")
		now = START + timedelta(days=30)
		self.update(now)
		self.assertEqual((self.case.asked_on, self.case.question_count), (now, 1))
		self.assertEqual((self.case.on_hold_since, self.case.hold_seconds), (now, 30 * 24 * 3600 - 3600))
		self.assertEqual((self.case.sla_status, self.case.status), ("Paused", "Awaiting Citizen"))
		self.assertEqual(self.case.next_check_on, now + timedelta(days=3, seconds=1))

	def test_an_emergency_that_nobody_took_calls_nobody_at_once(self):
		self.register(priority="Emergency")
		self.update(START + 40 * HOUR)
		self.check(START + 41 * HOUR)
		self.assertEqual(self.case.posting, self.posting.name)

	def test_a_suggestion_cannot_be_late_any_more(self):
		self.update(START + 40 * HOUR, grievance_type="Suggestion")
		self.assertEqual((self.case.sla, self.case.resolution_by, self.case.sla_status), (None, None, None))
		self.assertIsNone(self.case.first_breached_on)

	def test_what_it_was_run_on_stays(self):
		self.update(START + HOUR)
		before = self.case.as_dict()
		with at(START + 3 * HOUR):
			time_open_cases.execute()
		self.case.reload()
		self.assertEqual(self.case.as_dict(), before)
