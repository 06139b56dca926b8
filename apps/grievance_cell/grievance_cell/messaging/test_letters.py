from unittest.mock import patch

import frappe

from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.messaging import letters
from grievance_cell.testing import (
	START,
	SiteTestCase,
	at,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class TestLetters(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward = make_area("Ward", cls.town)
		cls.officer, cls.above = make_user("Grievance Officer"), make_user("Department Head")
		make_posting(cls.department, cls.town, user=cls.officer)
		make_posting(cls.department, cls.town, user=cls.above, level=2)
		cls.category = make_category(cls.department)
		frappe.db.set_value("Chat Channel", {"enabled": 1}, "enabled", 0)
		cls.channel = make_channel(default_area=cls.town.name, display_phone_number="919876500001")

	def register(self, category=None, **values):
		with at(START):
			return make_case(category or self.category, self.ward, citizen=make_citizen().name, **values)

	def printed(self, case, name: str, language: str = "en") -> str:
		with acting_as(self.officer), patch.object(frappe.local, "lang", language):
			return frappe.get_print("Grievance", case.name, name, no_letterhead=1)

	def test_the_acknowledgement_says_what_was_registered_and_where(self):
		case = self.register(description="The drain <b>is</b> choked")
		said = self.printed(case, "Acknowledgement")
		for text in (
			case.name,
			"Geeta Bai",
			self.department.name,
			"Complaint",
			"The drain &lt;b&gt;is&lt;/b&gt;",
		):
			with self.subTest(text):
				self.assertIn(text, said)
		self.assertIn("+91 98765 00001", said)

	def test_it_is_written_in_the_language_of_the_print(self):
		case = self.register()
		self.assertIn("पावती", self.printed(case, "Acknowledgement", "hi"))
		self.assertNotIn("Registered on", self.printed(case, "Acknowledgement", "hi"))

	def test_no_letter_has_the_whole_number_of_the_citizen(self):
		case = self.register()
		for name in ("Acknowledgement", "Disposal Letter"):
			self.assertNotIn(case.mobile_no[-10:], self.printed(case, name))

	def test_the_disposal_letter_says_what_was_done_and_how_long_it_took(self):
		case = self.register()
		values = {"status": "Resolved", "resolution": "The drain was cleaned"}
		case.db_set({**values, "resolved_on": START.replace(day=9)})
		letter = letters.letter_to_citizen(case)
		self.assertEqual((letter["days"], letter["said"]), (4, "The drain was cleaned"))
		self.assertIn("The drain was cleaned", self.printed(case, "Disposal Letter"))

	def test_of_what_was_decided_it_says_why_and_where_to_turn(self):
		case = self.register()
		reason = frappe.get_all("Out of Scope Reason", fields=["name", "guidance"], limit=1)[0]
		case.db_set(
			{
				"status": "Rejected",
				"closure_reason": "Out of Scope",
				"decision": "It is before the court.",
				"out_of_scope_reason": reason.name,
				"closed_on": START,
			}
		)
		self.assertEqual(
			letters.letter_to_citizen(case)["said"], f"It is before the court. {reason.guidance}"
		)

	def test_what_is_open_or_joined_to_another_is_not_settled(self):
		case = self.register()
		self.assertIn("not settled yet", self.printed(case, "Disposal Letter"))
		case.db_set({"status": "Duplicate", "closure_reason": "Duplicate", "closed_on": START})
		self.assertFalse(letters.letter_to_citizen(case)["is_settled"])

	def test_the_name_of_a_confidential_citizen_stands_only_in_a_letter_of_who_decides(self):
		case = self.register(make_category(self.department, confidential=1))
		case.reload()
		for user, name in ((self.officer, "Geeta Bai"), (self.above, None)):
			with self.subTest(user), acting_as(user):
				self.assertEqual(letters.letter_to_citizen(case)["citizen"] or None, name)

	def test_the_number_is_that_of_the_nearest_area_and_none_of_another_town(self):
		make_channel(default_area=make_area("Municipal Body").name, display_phone_number="919876500002")
		make_channel(display_phone_number="919876500003")
		case = self.register()
		self.assertEqual(letters.letter_to_citizen(case)["code"]["number"], "+91 98765 00001")
		frappe.db.set_value("Chat Channel", {"name": ("like", "%")}, "enabled", 0)
		self.assertIsNone(letters.letter_to_citizen(case)["code"])
