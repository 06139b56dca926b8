import frappe

from grievance_cell.conversations import citizens_texts
from grievance_cell.conversations.flow_texts import set_translation
from grievance_cell.testing import SiteTestCase, make_category, make_department

# Frappe knows it, and the app ships nothing in it.
NEW = "mr"


class TestCitizensTexts(SiteTestCase):
	def untranslated(self, language: str) -> list[str]:
		rows = citizens_texts.untranslated(language)
		self.assertEqual(rows[0], ["Language", "Source Text", "Translated Text"])
		self.assertLessEqual({(row[0], row[2]) for row in rows[1:]}, {(language, "")})
		return [row[1] for row in rows[1:]]

	def test_a_new_language_lacks_all_that_citizens_read(self):
		category = make_category(make_department()).name
		wanted = self.untranslated(NEW)
		prompts = {step.prompt.strip() for step in frappe.get_doc("Chat Flow", "Grievance").steps}
		self.assertLessEqual(prompts, set(wanted))
		for text in (category, "Sent to the officer", "Thank you. Your case {0} is closed."):
			self.assertIn(text, wanted)
		self.assertEqual(len(wanted), len(set(wanted)))

	def test_what_is_translated_is_not_in_the_table(self):
		set_translation("Is this right?", NEW, "हे बरोबर आहे का?")
		self.assertNotIn("Is this right?", self.untranslated(NEW))

	def test_hindi_lacks_nothing_that_is_shipped(self):
		# What other tests' masters are called is nobody's to translate.
		masters = {
			name
			for doctype, fields in citizens_texts.NAMED_FOR_CITIZENS.items()
			for field in fields
			for name in frappe.get_all(doctype, pluck=field)
		}
		self.assertEqual(set(self.untranslated("hi")) - masters, set())
