from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from grievance_cell.grievances import escalation, lifecycle
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)


class TestEscalation(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		make_posting(cls.department, cls.ward, user=make_user("Grievance Officer"))

	def setUp(self):
		super().setUp()
		self.without_commits()

	def case(self, minutes: int | None, **values):
		"""Make a case whose next check is so many minutes from now; its dates are a day ago."""
		made = make_case(self.category, self.ward, priority="High")
		past = add_to_date(None, days=-1)
		values = {
			"registered_on": add_to_date(None, days=-9),
			"response_by": past,
			"resolution_by": past,
			**values,
		}
		check = None if minutes is None else add_to_date(None, minutes=minutes)
		made.db_set({**values, "next_check_on": check, "sla_status": "On Track"}, update_modified=False)
		frappe.db.commit()
		made.reload()
		return made

	def status(self, case) -> str:
		return frappe.db.get_value("Grievance", case.name, "sla_status")

	def test_brings_what_is_due_up_to_date_and_leaves_the_rest(self):
		due, later, never = self.case(-1), self.case(5), self.case(None)
		escalation.check_due()
		self.assertEqual(
			[self.status(each) for each in (due, later, never)], ["Overdue", "On Track", "On Track"]
		)
		self.assertIsNone(frappe.db.get_value("Grievance", due.name, "next_check_on"))

	def test_an_officer_who_has_the_form_open_can_still_save(self):
		due = self.case(-1)
		escalation.check_due()
		due.address = "Near the school"
		due.save()

	def test_a_failing_case_does_not_stop_the_others_and_waits(self):
		broken, due = self.case(-2), self.case(-1)
		check = escalation.check

		def failing(name):
			if name == broken.name:
				raise ValueError("broken")
			check(name)

		with patch.object(escalation, "check", failing):
			escalation.check_due()
		self.assertEqual((self.status(broken), self.status(due)), ("On Track", "Overdue"))
		self.assertGreater(frappe.db.get_value("Grievance", broken.name, "next_check_on"), now_datetime())
		self.assertTrue(frappe.db.exists("Error Log", {"reference_name": broken.name}))

	def test_a_case_that_was_settled_meanwhile_keeps_its_result(self):
		due = self.case(-1)
		document = frappe.get_doc("Grievance", due.name)
		lifecycle.move(document, "Resolved", resolution="Cleaned")
		result = self.status(due)
		self.assertEqual(result, "Breached")
		escalation.check(due.name)
		self.assertEqual(self.status(due), result)

	def test_a_case_that_was_paused_meanwhile_stays_paused(self):
		due = self.case(-1)
		lifecycle.move(frappe.get_doc("Grievance", due.name), "Awaiting Citizen", question="Where?")
		escalation.check(due.name)
		self.assertEqual(self.status(due), "Paused")

	def test_a_settled_case_is_closed_when_the_citizen_says_nothing(self):
		frappe.db.set_single_value("Grievance Settings", "feedback_days", 3)
		settled = self.case(-1)
		lifecycle.move(frappe.get_doc("Grievance", settled.name), "Resolved", resolution="Cleaned")
		settled.reload()
		self.assertEqual(settled.next_check_on, settled.resolved_on + timedelta(days=3, seconds=1))
		escalation.check(settled.name)
		self.assertEqual(frappe.db.get_value("Grievance", settled.name, "status"), "Resolved")
		settled.db_set("next_check_on", now_datetime() - timedelta(seconds=1))
		escalation.check(settled.name)
		settled.reload()
		self.assertEqual((settled.status, settled.closure_reason), ("Closed", "No Reply to Feedback"))
		closing = {"reference_name": settled.name, "to_status": "Closed"}
		# The notice of the closing says the reason in the citizen's language where there is no remark.
		self.assertFalse(frappe.db.get_value("Grievance Action", closing, "remark"))
		self.assertIsNone(settled.next_check_on)

	def test_a_settled_case_waits_for_ever_where_no_days_are_set(self):
		frappe.db.set_single_value("Grievance Settings", "feedback_days", 0)
		settled = self.case(-1)
		lifecycle.move(frappe.get_doc("Grievance", settled.name), "Resolved", resolution="Cleaned")
		self.assertIsNone(frappe.db.get_value("Grievance", settled.name, "next_check_on"))
