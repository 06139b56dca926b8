from datetime import timedelta

import frappe

from grievance_cell.api import registration as door
from grievance_cell.grievances import citizens
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.testing import (
	ChatTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	mobile_no,
)


class TestCounter(ChatTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.town = make_area("Municipal Body")
		cls.ward = make_area("Ward", cls.town)
		cls.category = make_category(make_department())
		cls.operator, cls.stranger = (make_user("Grievance Operator") for _ in range(2))
		make_posting(None, cls.town, user=cls.operator)
		make_posting(None, make_area("Municipal Body"), user=cls.stranger)

	def register(self, user: str | None = None, key: str = "", consent: int = 0, **values) -> dict:
		asked = {
			"source": "Phone",
			"grievance_type": "Complaint",
			"category": self.category.name,
			"area": self.ward.name,
			"description": "The drain is choked",
			"mobile_no": self.number,
			"citizen_name": "Geeta Bai",
			"language": "hi",
			**values,
		}
		with acting_as(user or self.operator):
			return door.register(asked, key or frappe.generate_hash(length=20), consent)

	def test_the_acknowledgement_goes_out_in_the_language_that_was_chosen(self):
		done = self.register()
		message = frappe.get_last_doc("Chat Message", {"reference_name": done["name"]})
		self.assertIn(done["name"], message.text)
		self.assertTrue(any("ऀ" <= letter <= "ॿ" for letter in message.text))

	def test_the_screen_promises_a_message_only_where_whatsapp_lets_one_out(self):
		done = self.register()
		self.assertFalse(done["told"])
		message = frappe.get_last_doc("Chat Message", {"reference_name": done["name"]})
		self.set("Chat Session", message.session, last_inbound_on=self.now)
		self.assertTrue(self.register()["told"])
		self.set("Chat Session", message.session, last_inbound_on=self.now - timedelta(hours=25))
		self.assertFalse(self.register()["told"])
		template = frappe.get_doc("Chat Template", {"notice": message.notice, "language": "hi"})
		account = {"business_account_id": self.channel.business_account_id, "meta_id": "1"}
		template.append("accounts", {**account, "state": "Approved"})
		template.save()
		self.assertTrue(self.register()["told"])
		self.set("Chat Channel", self.channel.name, state="Stopped")
		self.assertFalse(self.register()["told"])

	def test_no_message_is_promised_to_a_citizen_who_is_blocked(self):
		citizen = make_citizen(mobile_no=self.number)
		done = self.register()
		message = frappe.get_last_doc("Chat Message", {"reference_name": done["name"]})
		self.set("Chat Session", message.session, last_inbound_on=self.now)
		self.assertTrue(self.register()["told"])
		citizen.db_set("blocked", 1)
		self.assertFalse(self.register()["told"])

	def test_a_known_citizen_is_written_to_in_the_language_that_is_chosen_now(self):
		citizen = make_citizen(mobile_no=self.number, language="en", area=self.ward.name)
		self.register()
		self.assertEqual(frappe.db.get_value("Citizen", citizen.name, "language"), "hi")

	def test_without_a_number_the_screen_says_that_nobody_is_written_to(self):
		done = self.register(mobile_no="")
		self.assertEqual((done["told"], done["mobile_masked"], done["may_read"]), (False, "", True))

	def test_a_second_press_makes_no_second_case_and_nobody_elses_key_is_answered(self):
		key = frappe.generate_hash(length=20)
		first = self.register(key=key)
		self.assertEqual(self.register(key=key), first)
		self.assertNotEqual(self.register(self.stranger, key=key)["name"], first["name"])

	def test_only_what_is_asked_is_taken(self):
		done = self.register(status="Closed", posting="x", registered_on="2020-01-01", doctype="Citizen")
		case = frappe.get_doc("Grievance", done["name"])
		self.assertNotEqual(case.status, "Closed")
		self.assertGreater(case.registered_on.year, 2020)

	def test_consent_is_kept_of_a_confidential_case_too(self):
		confidential = make_category(make_department(), confidential=1).name
		self.register(category=confidential, consent=1)
		self.assertTrue(frappe.db.get_value("Citizen", {"mobile_no": f"+{self.number}"}, "consented_on"))

	def test_a_new_case_is_joined_to_the_one_that_is_the_same(self):
		main = make_case(self.category, self.ward)
		self.assertEqual(
			frappe.db.get_value("Grievance", self.register(duplicate_of=main.name)["name"], "duplicate_of"),
			main.name,
		)

	def test_the_number_finds_the_citizen_with_their_cases(self):
		citizen = make_citizen(mobile_no=self.number, language="hi", area=self.ward.name)
		case = make_case(self.category, self.ward, citizen=citizen.name)
		number = self.number[2:]
		with acting_as(self.operator):
			found = door.citizen_of(f"0{number[:5]} {number[5:]}")
		self.assertEqual(
			(found["citizen"], found["name"], found["language"], found["area"]),
			(citizen.name, "Geeta Bai", "hi", self.ward.name),
		)
		self.assertEqual([each["name"] for each in found["cases"]], [case.name])
		self.assertNotIn(self.number[-10:], frappe.as_json(found))

	def test_the_place_of_the_first_case_is_offered_for_the_next(self):
		self.register()
		with acting_as(self.operator):
			self.assertEqual(door.citizen_of(self.number)["area"], self.ward.name)

	def test_whom_another_office_knows_is_new_here(self):
		citizen = make_citizen(mobile_no=self.number, area=self.ward.name)
		make_case(self.category, self.ward, citizen=citizen.name)
		with acting_as(self.stranger):
			found = door.citizen_of(self.number)
		self.assertEqual(found, {"citizen": None, "mobile_masked": f"••••••{self.number[-4:]}"})

	def test_cases_that_the_operator_does_not_see_are_not_listed(self):
		citizen = make_citizen(mobile_no=self.number, area=self.ward.name)
		make_case(self.category, make_area("Ward"), citizen=citizen.name)
		with acting_as(self.operator):
			self.assertEqual(door.citizen_of(self.number)["cases"], [])

	def test_of_a_confidential_case_the_number_tells_nothing(self):
		confidential = make_category(make_department(), confidential=1)
		citizen = make_citizen(mobile_no=self.number, area=self.ward.name)
		case = make_case(confidential, self.ward, citizen=citizen.name)
		self.assertEqual(citizens.of_case(frappe.get_doc("Grievance", case.name)), citizen.name)
		with acting_as(self.operator):
			self.assertEqual(door.citizen_of(self.number)["cases"], [])

	def test_what_is_no_number_is_said_so(self):
		with acting_as(self.operator):
			self.assertIn("12345", door.citizen_of("12345")["error"])
			self.assertNotIn("error", door.citizen_of(mobile_no()))

	def test_only_who_registers_cases_asks_for_a_number(self):
		for role in ("Grievance Officer", "Collector", "Department Head"):
			with self.subTest(role), acting_as(make_user(role)), self.assertRaises(frappe.PermissionError):
				door.citizen_of(self.number)

	def test_the_link_fields_find_places_and_categories(self):
		with acting_as(self.operator):
			areas = door.find_areas("Local Area", self.ward.area_name, "name", 0, 10, None)
			about = {"grievance_type": "Complaint"}
			found = door.find_categories("Grievance Category", self.category.name, "name", 0, 10, about)
			places = door.place_names(self.ward.area_name)
			place = door.citizen_of(make_citizen(area=self.ward.name).mobile_no)["place"]
		self.assertEqual(areas[0][0], self.ward.name)
		self.assertEqual(found[0][0], self.category.name)
		self.assertEqual(places[0]["value"], areas[0][1])
		self.assertEqual(place, areas[0][1])
