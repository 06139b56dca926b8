import frappe

from grievance_cell.grievances import citizens
from grievance_cell.testing import SiteTestCase, make_citizen, mobile_no


class TestCitizens(SiteTestCase):
	def test_finds_by_number_or_by_whatsapp_id(self):
		whatsapp_id = f"IN.{frappe.generate_hash(length=12)}"
		citizen = make_citizen(whatsapp_id=whatsapp_id)
		self.assertEqual(citizens.find(citizen.mobile_no, None), citizen.name)
		self.assertEqual(citizens.find(None, whatsapp_id), citizen.name)
		self.assertEqual(citizens.find(mobile_no(), whatsapp_id), citizen.name)

	def test_finds_nobody_without_either(self):
		make_citizen(mobile_no=None)
		self.assertIsNone(citizens.find(None, None))
		self.assertIsNone(citizens.find("", ""))

	def test_ids_that_differ_in_case_are_different(self):
		whatsapp_id = f"IN.Ab{frappe.generate_hash(length=12)}"
		make_citizen(whatsapp_id=whatsapp_id)
		self.assertIsNone(citizens.find(None, whatsapp_id.swapcase()))

	def test_makes_a_citizen_with_consent(self):
		number = mobile_no()
		name = citizens.introduce(number, None, {"citizen_name": "गीता बाई", "language": "hi"})
		citizen = frappe.get_doc("Citizen", name)
		self.assertEqual((citizen.mobile_no, citizen.citizen_name), (number, "गीता बाई"))
		self.assertTrue(citizen.consented_on)

	def test_completes_the_citizen_whom_an_operator_made(self):
		citizen = make_citizen(citizen_name="G. Bai")
		name = citizens.introduce(citizen.mobile_no, "IN.1x", {"citizen_name": "Geeta Bai"})
		self.assertEqual(name, citizen.name)
		citizen.reload()
		self.assertEqual((citizen.citizen_name, citizen.whatsapp_id), ("Geeta Bai", "IN.1x"))

	def test_one_whom_an_operator_writes_down_speaks_the_language_of_the_case(self):
		number = mobile_no()
		name = citizens.of_number(number, "Geeta Bai", "hi")
		self.assertEqual(frappe.db.get_value("Citizen", name, "language"), "hi")
		# Who has a language keeps it.
		self.assertEqual(citizens.of_number(number, "Geeta Bai", "en"), name)
		self.assertEqual(frappe.db.get_value("Citizen", name, "language"), "hi")

	def test_one_of_whom_no_language_is_known_takes_that_of_the_next_case(self):
		citizen = make_citizen()
		citizen.db_set("language", None)
		citizens.of_number(citizen.mobile_no, None, "pa")
		self.assertEqual(frappe.db.get_value("Citizen", citizen.name, "language"), "pa")

	def test_the_bot_can_neither_log_in_nor_read_citizens(self):
		self.assertFalse(frappe.db.get_value("User", citizens.bot_user(), "enabled"))
		self.assertFalse(frappe.db.get_value("User", citizens.bot_user(), "api_key"))
		frappe.set_user(citizens.bot_user())
		self.assertFalse(frappe.has_permission("Citizen", "read"))
