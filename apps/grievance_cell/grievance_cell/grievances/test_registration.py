from unittest.mock import patch

import frappe

from grievance_cell.grievances import citizens, registration
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_category,
	make_citizen,
	make_department,
	make_user,
	mobile_no,
)


class TestRegistration(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.ward = make_area()
		cls.category = make_category(make_department())
		cls.operator = make_user("Grievance Operator")

	def setUp(self):
		super().setUp()
		self.without_commits()
		self.key = frappe.generate_hash(length=20)
		self.number = mobile_no()

	def values(self, **more) -> dict:
		return {
			"source": "Walk-in",
			"grievance_type": "Complaint",
			"category": self.category.name,
			"area": self.ward.name,
			"description": "The drain is choked",
			"mobile_no": self.number,
			"citizen_name": "Geeta Bai",
			"language": "hi",
			**more,
		}

	def test_what_is_registered_twice_under_one_key_is_one_case(self):
		first = registration.register(self.values(), self.key)
		self.assertEqual(registration.register(self.values(), self.key), first)
		self.assertEqual(frappe.db.count("Grievance", {"mobile_no": self.number}), 1)

	def test_of_two_at_one_moment_the_later_is_answered_the_first(self):
		first = registration.register(self.values(), self.key)
		frappe.db.commit()
		looked_up, asked = registration.registered, []

		def registered(key):
			asked.append(key)
			# As if the first were not there yet when the second looks.
			return looked_up(key) if len(asked) > 1 else None

		with patch.object(registration, "registered", registered):
			self.assertEqual(registration.register(self.values(), self.key), first)
		self.assertEqual(len(asked), 2)
		self.assertEqual(frappe.db.count("Grievance", {"mobile_no": self.number}), 1)

	def test_two_keys_are_two_cases_of_one_citizen(self):
		names = {registration.register(self.values(), f"{self.key} {number}") for number in range(2)}
		self.assertEqual(len(names), 2)
		self.assertEqual(frappe.db.count("Citizen", {"mobile_no": self.number}), 1)

	def test_a_new_citizen_speaks_the_language_of_the_case(self):
		name = registration.register(self.values(language="pa"), self.key)
		citizen = frappe.db.get_value("Grievance", name, "citizen")
		self.assertEqual(frappe.db.get_value("Citizen", citizen, "language"), "pa")

	def test_a_case_with_a_key_keeps_it_when_it_is_saved_by_its_form(self):
		with acting_as(self.operator):
			name = registration.register(self.values(), self.key)
			case = frappe.get_doc("Grievance", name)
			case.registration_key = None
			case.subject = "Another subject"
			case.save()
		self.assertEqual(registration.registered(self.key), name)

	def test_without_a_number_the_name_alone_is_kept(self):
		name = registration.register(self.values(mobile_no=None), self.key)
		case = frappe.get_doc("Grievance", name)
		self.assertEqual((case.citizen, case.citizen_name), (None, "Geeta Bai"))

	def test_what_is_no_number_and_who_has_no_name_are_refused(self):
		for wrong, error in (
			({"mobile_no": "98765"}, frappe.InvalidPhoneNumberError),
			({"citizen_name": " "}, frappe.MandatoryError),
		):
			with self.subTest(wrong), self.assertRaises(error):
				registration.register(self.values(**wrong), self.key)
		self.assertIsNone(registration.registered(self.key))

	def test_who_is_known_needs_no_name(self):
		citizen = make_citizen(mobile_no=self.number)
		name = registration.register(self.values(citizen_name=None), self.key)
		self.assertEqual(frappe.db.get_value("Grievance", name, "citizen"), citizen.name)

	def test_the_first_agreement_counts(self):
		citizen = make_citizen()
		citizens.agree(citizen.name)
		agreed = frappe.db.get_value("Citizen", citizen.name, "consented_on")
		citizens.agree(citizen.name)
		self.assertEqual(frappe.db.get_value("Citizen", citizen.name, "consented_on"), agreed)
		self.assertTrue(agreed)
