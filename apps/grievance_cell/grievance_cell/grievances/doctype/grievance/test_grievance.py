from datetime import datetime

import frappe
from frappe.utils import get_datetime

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.doctype.grievance.grievance import SUBJECT_LENGTH, shorten
from grievance_cell.testing import (
	NO_TEST_RECORDS,
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_sla,
	make_user,
)

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestGrievance(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department, priority="High")
		cls.officer = make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)

	def case(self, **values):
		return make_case(self.category, self.ward, **values)

	def test_takes_department_posting_and_priority_from_the_category_and_the_area(self):
		case = self.case()
		self.assertEqual(
			(case.department, case.posting, case.assigned_to, case.priority),
			(self.department.name, self.posting.name, self.officer, "High"),
		)
		self.assertRegex(case.name, r"^GRV-\d{4}-\d{6}$")

	def test_the_operators_choice_stands(self):
		other = make_department()
		posting = make_posting(other)
		case = self.case(department=other.name, posting=posting.name, priority="Low")
		self.assertEqual((case.department, case.posting, case.priority), (other.name, posting.name, "Low"))

	def test_counts_from_the_event_not_from_the_entry(self):
		case = self.case(registered_on=datetime(2026, 1, 5, 10, 0))
		self.assertEqual(get_datetime(case.registered_on), datetime(2026, 1, 5, 10, 0))
		self.assertLess(get_datetime(case.resolution_by), get_datetime(case.creation))

	def test_a_request_cannot_change_what_only_the_rules_set(self):
		case = self.case()
		frappe.set_user(self.officer)
		edited = frappe.get_doc("Grievance", case.name)
		edited.update(
			{"closure_reason": "Junk", "reopen_count": 7, "resolution_by": "2030-01-01", "subject": "New"}
		)
		edited.save()
		frappe.set_user("Administrator")
		saved = frappe.get_doc("Grievance", case.name)
		self.assertEqual((saved.closure_reason or "", saved.reopen_count, saved.subject), ("", 0, "New"))
		self.assertEqual(get_datetime(saved.resolution_by), get_datetime(case.resolution_by))

	def test_an_officer_does_not_make_a_complaint_a_suggestion_nor_change_whose_it_is(self):
		case = self.case(citizen=make_citizen(language="en").name)
		frappe.set_user(self.officer)
		for field, value in (("grievance_type", "Suggestion"), ("citizen", None)):
			edited = frappe.get_doc("Grievance", case.name)
			edited.set(field, value)
			with self.subTest(field), self.assertRaises(frappe.PermissionError):
				edited.save()

	def test_an_operator_corrects_the_type_and_the_citizen_can_read_it(self):
		case = self.case(citizen=make_citizen(language="en").name)
		frappe.set_user(make_user("Grievance Operator"))
		case.reload()
		case.grievance_type = "Suggestion"
		case.save()
		record = frappe.get_last_doc(
			"Grievance Action", {"reference_name": case.name, "action": "Type Corrected"}
		)
		self.assertEqual((record.remark, record.visible_to_citizen), ("Suggestion", 1))

	def test_a_request_makes_no_case_with_what_only_the_rules_set(self):
		operator = make_user("Grievance Operator")
		self.case()
		frappe.set_user(operator)
		values = {
			"category": self.category.name,
			"area": self.ward.name,
			"description": "Choked",
			"source": "Walk-in",
		}
		made = frappe.get_doc(
			{
				"doctype": "Grievance",
				"grievance_type": "Complaint",
				**values,
				"target_share": 900,
				"transfer_count": 3,
				"registered_on": "2026-01-05 10:00:00",
				"first_responded_on": "2026-01-05 10:00:01",
			}
		).insert()
		self.assertEqual((made.target_share or 0, made.transfer_count or 0), (0, 0))
		self.assertIsNone(made.first_responded_on)
		self.assertEqual(get_datetime(made.registered_on), datetime(2026, 1, 5, 10))

	def test_a_new_case_is_joined_only_to_one_that_its_maker_may_change(self):
		main = self.case()
		frappe.set_user(make_user("Grievance Officer"))
		values = {
			"category": self.category.name,
			"area": self.ward.name,
			"description": "Choked",
			"source": "Walk-in",
		}
		new = frappe.get_doc(
			{"doctype": "Grievance", "grievance_type": "Complaint", **values, "duplicate_of": main.name}
		)
		self.assertRaises(frappe.PermissionError, new.insert)

	def test_nobody_puts_off_the_expected_date_by_hand(self):
		case = self.case()
		frappe.set_user(self.officer)
		edited = frappe.get_doc("Grievance", case.name)
		edited.expected_by = "2030-01-01"
		edited.save()
		self.assertIsNone(frappe.db.get_value("Grievance", case.name, "expected_by"))

	def test_a_corrected_category_takes_the_case_to_its_department(self):
		other = make_department()
		posting = make_posting(other, self.ward, user=make_user("Grievance Officer"))
		case = self.case()
		case.category = make_category(other).name
		case.save()
		self.assertEqual(
			(case.department, case.posting, case.assigned_to), (other.name, posting.name, posting.user)
		)
		record = frappe.get_last_doc(
			"Grievance Action", {"reference_name": case.name, "action": "Transferred"}
		)
		self.assertEqual((record.from_department, record.to_department), (self.department.name, other.name))

	def test_an_office_is_not_changed_by_hand(self):
		other = make_posting(self.department)
		elsewhere = make_department()
		make_posting(elsewhere)
		for values in ({"posting": other.name}, {"department": elsewhere.name}, {"posting": None}):
			case = self.case()
			with self.subTest(values), self.assertRaisesRegex(frappe.ValidationError, "use Transfer"):
				case.update(values).save()

	def test_a_case_that_found_no_office_is_given_one_by_hand(self):
		frappe.db.set_single_value("Grievance Settings", "cell_posting", None)
		department = make_department()
		case = make_case(make_category(department), self.ward)
		case.posting = make_posting(department, user=make_user("Grievance Officer")).name
		case.save()
		self.assertEqual(case.transfer_count, 0)
		self.assertEqual(case.assigned_to, frappe.db.get_value("Officer Posting", case.posting, "user"))

	def test_makes_a_subject_of_the_description(self):
		self.assertEqual(self.case(description="Drain\n\nchoked").subject, "Drain choked")
		long = self.case(description="नाली जाम है " * 30).subject
		self.assertLessEqual(len(long), SUBJECT_LENGTH)
		self.assertTrue(long.endswith("…"))
		self.assertEqual(self.case(subject="Drain").subject, "Drain")

	def test_a_subject_is_cut_between_words(self):
		self.assertEqual(shorten("one two three", 9), "one two…")
		self.assertEqual(shorten("x" * 20, 9), "x" * 8 + "…")

	def test_takes_the_number_from_the_citizen_and_shows_it_masked(self):
		citizen = make_citizen()
		case = self.case(citizen=citizen.name)
		self.assertEqual(case.mobile_no, citizen.mobile_no)
		self.assertEqual(case.mobile_masked, "••••••" + citizen.mobile_no[-4:])

	def test_belongs_to_a_category_and_not_to_a_group(self):
		with self.assertRaises(frappe.ValidationError):
			make_case(make_category(None, is_group=1), self.ward)

	def test_what_must_be_there_must_be_there(self):
		for missing in ("category", "area", "description"):
			with self.subTest(missing), self.assertRaises(frappe.MandatoryError):
				self.case(**{missing: None})

	def test_another_systems_number_is_unique_in_that_system(self):
		number = frappe.generate_hash(length=8)
		self.case(source="CPGRAMS", external_reference=number)
		self.case(source="CM Helpline", external_reference=number)
		with self.assertRaises(frappe.UniqueValidationError):
			self.case(source="CPGRAMS", external_reference=number)
		self.case(source="CPGRAMS")
		self.case(source="CPGRAMS")

	def test_another_priority_changes_the_dates_of_a_running_case(self):
		case = self.case()
		before = case.resolution_by
		case.priority = "Emergency"
		case.save()
		self.assertLess(get_datetime(case.resolution_by), get_datetime(before))

	def test_a_corrected_place_or_source_chooses_the_sla_by_its_condition(self):
		other = make_area()
		make_posting(self.department, other)
		slas = [
			make_sla(category=self.category.name, condition=condition).name
			for condition in (f"doc.area == '{other.name}'", "doc.source == 'CPGRAMS'")
		]
		for values, sla in zip(({"area": other.name}, {"source": "CPGRAMS"}), slas, strict=True):
			case = self.case()
			self.assertNotIn(case.sla, slas)
			case.update(values).save()
			self.assertEqual(case.sla, sla)

	def test_another_priority_gives_a_paused_case_no_date(self):
		case = self.case(citizen=make_citizen().name)
		lifecycle.move(case, "Awaiting Citizen", question="Where?")
		case.priority = "Emergency"
		case.save()
		self.assertEqual((case.resolution_by, case.sla_status), (None, "Paused"))

	def test_another_priority_leaves_the_result_of_a_settled_case(self):
		case = self.case(registered_on=datetime(2026, 1, 5, 10, 0))
		lifecycle.move(case, "Resolved", resolution="Cleaned")
		checked_next = case.next_check_on
		case.priority = "Emergency"
		case.save()
		self.assertEqual((case.sla_status, case.next_check_on), ("Breached", checked_next))
