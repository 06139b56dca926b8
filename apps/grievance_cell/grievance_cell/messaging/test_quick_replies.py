import frappe

from grievance_cell.messaging.test_replies import RepliesTestCase
from grievance_cell.testing import make, make_case, make_category, make_department, unique


class TestQuickReplies(RepliesTestCase):
	def quick_reply(self, message: str = "Your case {{ case }}", **values):
		return make("Quick Reply", title=unique("Reply"), message=message, **values)

	def offered(self, case=None) -> dict[str, str]:
		return {each["title"]: each["text"] for each in self.ask("quick_texts", case=case)}

	def test_it_is_filled_in_with_the_case(self):
		reply = self.quick_reply("{{ citizen_name }}: {{ case }}, {{ department }}, {{ place }}")
		self.assertEqual(
			self.offered()[reply.name],
			f"Geeta Bai: {self.case.name}, {self.department.name}, {self.ward.area_name}",
		)

	def test_the_name_in_a_confidential_case_is_said_by_who_decides_it(self):
		confidential = make_category(self.department, confidential=1)
		case = make_case(confidential, self.ward, citizen=self.citizen.name)
		reply = self.quick_reply("Namaste {{ citizen_name }}.")
		self.assertEqual(
			self.offered(frappe.get_doc("Grievance", case.name))[reply.name], "Namaste Geeta Bai."
		)

	def test_it_speaks_the_citizens_language(self):
		self.set("Citizen", self.citizen.name, language="hi")
		hindi = self.offered()["Please send a photo"]
		self.assertEqual(hindi, "कृपया उस जगह की फ़ोटो यहीं भेजें, ताकि हम देख सकें कि क्या ख़राबी है।")
		self.set("Citizen", self.citizen.name, language="pa")
		self.assertIn("ਫ਼ੋਟੋ", self.offered()["Please send a photo"])

	def test_every_shipped_one_can_be_said_in_every_language(self):
		for language in ("en", "hi", "pa"):
			self.set("Citizen", self.citizen.name, language=language)
			offered = self.offered()
			for title in frappe.get_all("Quick Reply", pluck="name"):
				with self.subTest(language=language, title=title):
					self.assertTrue(offered[title])
					self.assertNotIn("{", offered[title])

	def test_it_knows_nothing_but_what_the_citizen_may_be_told(self):
		for message in (
			"{{ doc.mobile_no }}",
			"{{ frappe.db.get_value('User', 'Administrator', 'email') }}",
			"{{ mobile_no }}",
			"{{ case.__class__.__mro__ }}",
			"{% for each in case %}",
			"{{ case + 1 }}",
		):
			with self.subTest(message), self.assertRaises(frappe.ValidationError):
				self.quick_reply(message)

	def test_it_is_offered_for_its_department_and_category(self):
		other = make_department()
		above = make_category(None, is_group=1)
		self.set("Grievance Category", self.category.name, parent_grievance_category=above.name)
		below = make_category(self.department, parent_grievance_category=above.name)
		frappe.get_doc("Grievance", self.case.name).db_set("category", below.name)
		for values, is_offered in (
			({}, True),
			({"department": self.department.name}, True),
			({"department": other.name}, False),
			({"category": below.name}, True),
			({"category": above.name}, True),
			({"category": make_category(other).name}, False),
			({"enabled": 0}, False),
		):
			with self.subTest(values):
				self.assertEqual(self.quick_reply(**values).name in self.offered(), is_offered)

	def test_a_translation_that_is_no_text_hides_no_other(self):
		broken = self.quick_reply(unique("Your case {{ case }}"))
		whole = self.quick_reply(unique("Hello {{ case }}"))
		make("Translation", language="en", source_text=broken.message, translated_text="{{ secret }}")
		self.assertNotIn(broken.name, self.offered())
		self.assertIn(whole.name, self.offered())

	def test_one_that_fails_for_a_case_hides_no_other(self):
		broken = self.quick_reply("{{ case if case == 'x' else case + 1 }}")
		whole = self.quick_reply()
		self.assertNotIn(broken.name, self.offered())
		self.assertIn(whole.name, self.offered())
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", f"%{broken.title}%")}))
