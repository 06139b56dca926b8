from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to
from frappe.utils import add_days, nowdate
from freezegun import freeze_time

from grievance_cell.grievances import assignments, lifecycle
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)


class TestAssignments(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.ward = make_area("Ward", cls.district)
		cls.department = make_department()
		cls.category = make_category(cls.department)
		cls.officer, cls.successor = make_user("Grievance Officer"), make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)
		cls.other = make_posting(cls.department, cls.district, user=cls.successor)

	def case(self, **values):
		return make_case(self.category, self.ward, **values)

	def assigned(self, case, status: str = "Open") -> list[str]:
		which = {"reference_type": "Grievance", "reference_name": case.name, "status": status}
		return frappe.get_all("ToDo", which, pluck="allocated_to", order_by="creation")

	def change(self, posting, **values) -> None:
		"""Save a posting and do what that makes a job of."""
		self.jobs.clear()
		posting = frappe.get_doc("Officer Posting", posting.name)
		posting.update(values)
		posting.save()
		self.without_commits()
		for method, given in self.jobs:
			if method.endswith("assignments.hand_over"):
				assignments.hand_over(given["names"])

	def stored(self, case):
		return frappe.db.get_value(
			"Grievance", case.name, ["assigned_to", "posting", "modified", "transfer_count"], as_dict=True
		)

	def test_the_user_of_the_posting_gets_the_case(self):
		case = self.case()
		self.assertEqual(self.assigned(case), [self.officer])
		self.assertEqual(
			frappe.parse_json(frappe.db.get_value("Grievance", case.name, "_assign")), [self.officer]
		)

	def test_an_assignment_says_no_more_than_the_subject_matter(self):
		case = self.case(description="Ramesh of 98123 drinks on duty")
		todo = frappe.get_last_doc("ToDo", {"reference_name": case.name})
		self.assertEqual(todo.description, f"{case.name}: {self.category.name}")

	def test_nobody_is_assigned_twice(self):
		case = self.case()
		lifecycle.move(case, "In Progress")
		case.save()
		assignments.follow(case)
		self.assertEqual(self.assigned(case), [self.officer])

	def test_a_vacant_posting_assigns_nobody_until_somebody_takes_it(self):
		vacant = make_posting(self.department, make_area())
		case = make_case(self.category, frappe.get_doc("Local Area", vacant.areas[0].area))
		self.assertEqual((case.posting, self.assigned(case)), (vacant.name, []))
		self.change(vacant, user=self.successor)
		self.assertEqual(self.assigned(case), [self.successor])

	def test_the_assignment_ends_when_the_case_is_settled_and_begins_again_when_it_is_reopened(self):
		case = self.case()
		lifecycle.move(case, "Resolved", resolution="Done")
		self.assertEqual((self.assigned(case), self.assigned(case, "Closed")), ([], [self.officer]))
		lifecycle.move(case, "Reopened", remark="Not done")
		self.assertEqual(self.assigned(case), [case.assigned_to])

	def test_it_moves_on_with_the_case(self):
		case = self.case()
		lifecycle.save_with(case, posting=self.other.name)
		self.assertEqual(self.assigned(case), [self.successor])
		self.assertEqual(self.assigned(case, "Cancelled"), [self.officer])
		assign = frappe.db.get_value("Grievance", case.name, "_assign")
		self.assertEqual(frappe.parse_json(assign), [self.successor])

	def test_it_follows_whatever_writes_the_case(self):
		case = self.case()
		case.db_set({"posting": self.other.name, "assigned_to": self.successor})
		self.assertEqual(self.assigned(case), [self.successor])

	def test_a_case_is_nobody_elses_work(self):
		case = self.case()
		with self.assertRaisesRegex(frappe.ValidationError, "transfer it"):
			assign_to.add({"assign_to": [self.successor], "doctype": "Grievance", "name": case.name})
		with self.assertRaisesRegex(frappe.ValidationError, "transfer it"):
			assign_to.remove("Grievance", case.name, self.officer)
		self.assertEqual(self.stored(case).assigned_to, self.officer)
		self.assertFalse(
			frappe.db.exists("DocShare", {"share_doctype": "Grievance", "share_name": case.name})
		)

	def test_when_the_user_of_a_posting_changes_its_open_cases_follow(self):
		case, closed = self.case(), self.case()
		lifecycle.move(closed, "Withdrawn", closure_reason="Withdrawn")
		before = self.stored(case)
		self.change(self.posting, user=self.successor)
		after = self.stored(case)
		self.assertEqual((after.assigned_to, after.posting), (self.successor, self.posting.name))
		self.assertEqual((after.modified, after.transfer_count), (before.modified, 0))
		self.assertEqual(self.assigned(case), [self.successor])
		self.assertEqual(self.stored(closed).assigned_to, self.officer)
		row = frappe.get_last_doc("Grievance Action", {"reference_name": case.name}, order_by="name desc")
		self.assertEqual((row.action, row.visible_to_citizen), ("Handed Over", 0))
		told = {"for_user": self.successor, "document_name": case.name}
		self.assertEqual(frappe.db.count("Notification Log", told), 1)

	def test_handing_over_again_changes_nothing(self):
		case = self.case()
		self.change(self.posting, user=self.successor)
		actions = frappe.db.count("Grievance Action", {"reference_name": case.name})
		assignments.hand_over([self.posting.name])
		self.assertEqual(frappe.db.count("Grievance Action", {"reference_name": case.name}), actions)
		self.assertEqual(self.assigned(case), [self.successor])

	def test_a_change_that_moves_no_work_makes_no_job(self):
		self.change(self.posting, mobile_no="+919812345678")
		self.assertEqual(self.jobs, [])

	def test_when_charge_is_given_the_open_cases_follow_and_come_back(self):
		case = self.case()
		self.change(self.posting, charge_given_to=self.other.name)
		self.assertEqual(
			(self.assigned(case), self.stored(case).posting), ([self.successor], self.posting.name)
		)
		self.change(self.posting, charge_given_to=None)
		self.assertEqual(self.assigned(case), [self.officer])

	def test_when_the_holder_of_a_charge_changes_the_cases_behind_it_follow(self):
		self.posting.db_set("charge_given_to", self.other.name)
		behind = make_case(
			self.category, self.ward, posting=self.posting.name, department=self.department.name
		)
		self.assertEqual(self.assigned(behind), [self.successor])
		third = make_user("Grievance Officer")
		self.change(self.other, user=third)
		self.assertEqual(self.assigned(behind), [third])

	def test_a_leave_that_begins_or_ends_hands_over_on_the_day(self):
		case = self.case()
		tomorrow, after = add_days(nowdate(), 1), add_days(nowdate(), 2)
		self.change(
			self.posting, on_leave_from=tomorrow, on_leave_to=tomorrow, charge_given_to=self.other.name
		)
		self.assertEqual(self.assigned(case), [self.officer])
		for day, user in ((tomorrow, self.successor), (after, self.officer)):
			with freeze_time(day):
				assignments.hand_over()
			self.assertEqual(self.assigned(case), [user])

	def test_the_cases_of_a_posting_that_is_given_up_are_routed_anew(self):
		case = self.case()
		self.change(self.posting, is_active=0)
		after = self.stored(case)
		self.assertEqual((after.posting, after.assigned_to), (self.other.name, self.successor))
		self.assertEqual((after.transfer_count, self.assigned(case)), (0, [self.successor]))
		rows = frappe.get_all("Grievance Action", {"reference_name": case.name}, pluck="action")
		self.assertEqual((rows.count("Handed Over"), rows.count("Transferred")), (1, 0))

	def test_a_complaint_does_not_come_to_the_one_complained_about_by_a_charge(self):
		superior = make_posting(self.department, level=2, user=make_user("Grievance Officer"))
		head = make_posting(self.department, level=3, user=make_user("Grievance Officer"))
		self.posting.db_set("reports_to", superior.name)
		superior.db_set("reports_to", head.name)
		case = self.case(against_posting=self.posting.name)
		self.assertEqual(case.posting, superior.name)
		self.change(superior, charge_given_to=self.posting.name)
		self.assertEqual((self.stored(case).posting, self.assigned(case)), (head.name, [head.user]))

	def test_one_failing_case_never_stops_the_rest(self):
		failing, good = self.case(), self.case()

		def break_one(name: str) -> None:
			if name == failing.name:
				raise frappe.ValidationError
			hand_over(name)

		hand_over = assignments._hand_over
		with patch.object(assignments, "_hand_over", break_one):
			self.change(self.posting, user=self.successor)
		self.assertEqual((self.assigned(failing), self.assigned(good)), ([self.officer], [self.successor]))
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": failing.name}))
