import frappe

from grievance_cell.api import cases as api
from grievance_cell.grievances import lifecycle, own_cases
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.parts import ask, open_parts
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class TestParts(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.ward = make_area()
		cls.department, cls.other = make_department(), make_department()
		cls.category = make_category(cls.department)
		cls.citizen = make_citizen()
		cls.officer, cls.colleague = make_user("Grievance Officer"), make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)
		cls.elsewhere = make_posting(cls.other, cls.ward, user=cls.colleague)

	def case(self, **values):
		return make_case(self.category, self.ward, citizen=self.citizen.name, **values)

	def ask(self, case):
		return ask(case, self.other.name, "Shut off the water main")

	def as_user(self, user: str, act):
		frappe.set_user(user)
		try:
			return act()
		finally:
			frappe.set_user("Administrator")

	def resolve(self, case, user: str) -> None:
		case.reload()
		self.as_user(user, lambda: lifecycle.move(case, "Resolved", resolution="Main is shut"))

	def actions(self, case) -> list:
		return frappe.get_all(
			"Grievance Action",
			{"reference_name": case.name},
			["action", "remark", "to_department", "visible_to_citizen"],
			order_by="name",
		)

	def test_a_part_has_its_own_number_posting_and_deadline(self):
		case = self.case()
		part = self.ask(case)
		self.assertNotEqual(part.name, case.name)
		self.assertEqual((part.parent_grievance, part.description), (case.name, "Shut off the water main"))
		self.assertEqual((part.department, part.posting), (self.other.name, self.elsewhere.name))
		self.assertEqual((part.assigned_to, part.status), (self.colleague, "Assigned"))
		self.assertEqual((part.area, part.citizen), (case.area, case.citizen))
		self.assertTrue(part.resolution_by)

	def test_a_part_of_a_case_in_confidence_is_in_confidence_itself(self):
		secret = make_category(self.department, confidential=1)
		case = make_case(secret, self.ward, citizen=self.citizen.name)
		# It stays so whatever the category is afterwards.
		secret.db_set("confidential", 0)
		frappe.clear_document_cache("Grievance Category", secret.name)
		part = self.ask(case)
		part.reload()
		self.assertEqual(part.confidential, 1)
		for field in ("citizen", "citizen_name", "mobile_no", "mobile_masked"):
			self.assertFalse(part.get(field), field)

	def test_the_asked_departments_officer_sees_no_identity(self):
		case = make_case(make_category(self.department, confidential=1), self.ward, citizen=self.citizen.name)
		part = self.ask(case)

		def seen() -> str:
			self.assertTrue(frappe.has_permission("Grievance", "read", doc=part.name))
			self.assertFalse(frappe.has_permission("Grievance", "read", doc=case.name))
			identities = frappe.get_list("Protected Identity", ["citizen", "citizen_name", "mobile_no"])
			return str([frappe.get_doc("Grievance", part.name).as_dict(), identities])

		found = self.as_user(self.colleague, seen)
		for told in (self.citizen.name, self.citizen.citizen_name, self.citizen.mobile_no[-10:]):
			self.assertNotIn(told, found)

	def test_asking_stands_on_the_record_of_the_case(self):
		case = self.case()
		part = self.ask(case)
		row = self.actions(case)[-1]
		self.assertEqual((row.action, row.to_department), ("Department Asked", self.other.name))
		self.assertEqual(row.remark, f"{part.name}: Shut off the water main")

	def test_the_case_cannot_be_resolved_while_a_part_is_open(self):
		case = self.case()
		part = self.ask(case)
		with self.assertRaisesRegex(frappe.ValidationError, part.name):
			self.resolve(case, self.officer)
		self.resolve(part, self.colleague)
		self.resolve(case, self.officer)
		self.assertEqual(case.status, "Resolved")

	def test_a_demand_cannot_be_decided_while_a_part_is_open(self):
		case = self.case(grievance_type="Demand")
		self.ask(case)
		case.reload()
		with self.assertRaisesRegex(frappe.ValidationError, "still open"):
			lifecycle.move(case, "Not Sanctioned", decision="No budget")

	def test_a_settled_part_closes_at_once_and_the_citizen_is_not_asked(self):
		case = self.case()
		part = self.ask(case)
		self.resolve(part, self.colleague)
		self.assertEqual((part.status, part.closure_reason), ("Closed", "Decided"))
		self.assertEqual(open_parts(case.name), [])

	def test_the_office_of_the_case_is_told_when_a_part_is_done(self):
		case = self.case()
		part = self.ask(case)
		self.resolve(part, self.colleague)
		row = self.actions(case)[-1]
		self.assertEqual((row.action, row.remark), ("Part Settled", f"{part.name}: Main is shut"))
		told = {"for_user": self.officer, "document_name": case.name}
		self.assertTrue(frappe.db.exists("Notification Log", told))

	def test_the_office_of_the_case_is_not_told_that_a_part_was_done_which_ended_otherwise(self):
		case = self.case()
		part = self.ask(case)
		part.reload()
		lifecycle.move(part, "Closed", decision="There is no main")
		subjects = frappe.get_all(
			"Notification Log", {"for_user": self.officer, "document_name": case.name}, pluck="subject"
		)
		self.assertIn(
			f"The part of {self.other.name} in the case {case.name} has ended: Force Closed", subjects
		)
		self.assertFalse([each for each in subjects if "done its part" in each])

	def test_the_citizen_hears_nothing_of_a_part(self):
		case = self.case()
		part = self.ask(case)
		self.resolve(part, self.colleague)
		self.assertEqual({row.visible_to_citizen for row in self.actions(part)}, {0})
		latest = [each.name for each in own_cases.latest(self.citizen.name)]
		self.assertIn(case.name, latest)
		self.assertNotIn(part.name, latest)
		self.assertIsNone(own_cases.find(self.citizen.name, part.name))
		self.assertIsNone(own_cases.find(self.citizen.name, str(int(part.name[-6:]))))

	def test_the_citizen_is_asked_in_the_case_and_not_in_a_part(self):
		part = self.ask(self.case())
		with self.assertRaisesRegex(frappe.ValidationError, "Ask the citizen in the case"):
			lifecycle.move(part, "Awaiting Citizen", question="Where?")

	def test_a_case_that_is_taken_back_takes_its_parts_with_it(self):
		case = self.case()
		part = self.ask(case)
		case.reload()
		self.as_user(
			bot_user(),
			lambda: lifecycle.move(case, "Withdrawn", closure_reason="Withdrawn", remark="Not needed"),
		)
		part.reload()
		self.assertEqual((part.status, part.closure_reason), ("Withdrawn", "Withdrawn"))
		self.assertNotIn("Part Settled", [row.action for row in self.actions(case)])

	def test_a_part_is_asked_of_another_department_with_words_while_work_goes_on(self):
		case = self.case()
		part = self.ask(case)
		for what in (
			lambda: ask(case, self.department.name, "Look"),
			lambda: ask(case, self.other.name, " "),
			lambda: ask(part, self.department.name, "Look"),
		):
			with self.assertRaises(frappe.ValidationError):
				what()
		settled = self.case()
		self.resolve(settled, self.officer)
		with self.assertRaises(frappe.ValidationError):
			self.ask(settled)

	def test_a_part_may_be_transferred(self):
		third = make_department()
		posting = make_posting(third, self.ward)
		part = self.ask(self.case())
		api.transfer(part.name, "Theirs", department=third.name)
		part.reload()
		self.assertEqual((part.posting, bool(part.parent_grievance)), (posting.name, True))
		self.assertEqual({row.visible_to_citizen for row in self.actions(part)}, {0})

	def test_the_desk_asks_for_what_its_user_may_write(self):
		case = self.case()
		with self.assertRaises(frappe.PermissionError):
			self.as_user(self.colleague, lambda: api.ask_department(case.name, self.other.name, "Look"))
		part = self.as_user(self.officer, lambda: api.ask_department(case.name, self.other.name, "Look"))
		self.assertEqual(open_parts(case.name), [part])
