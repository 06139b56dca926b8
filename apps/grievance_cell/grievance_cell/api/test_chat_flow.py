import json
from urllib.parse import parse_qs, urlsplit

import frappe

from grievance_cell.api import chat_flow
from grievance_cell.testing import SiteTestCase, make, make_channel, make_user, unique


class TestChatFlowApi(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Chat Channel", {"enabled": 1}, "enabled", 0)
		cls.channel = make_channel(default_language="hi", display_phone_number="+91 98000 00000")
		cls.flow = make(
			"Chat Flow",
			title=unique("Form"),
			document_type="ToDo",
			enabled=1,
			menu_label="Form",
			closing_message="Number {{ doc.name }}",
			steps=[
				{
					"step_id": "what",
					"kind": "Text",
					"prompt": "What would you like to send us?",
					"target_field": "description",
					"required": 1,
					"error_text": "Please write your name in letters.",
				},
				{"step_id": "sure", "kind": "Confirm", "prompt": "Is this right?", "required": 1},
			],
		)
		cls.manager = make_user("Grievance Manager", "System Manager")

	def preview(self, **changed) -> dict:
		return chat_flow.preview(json.dumps({**self.flow.as_dict(convert_dates_to_str=True), **changed}))

	def test_each_step_is_shown_in_each_language_as_the_phone_gets_it(self):
		frappe.set_user(self.manager)
		shown = self.preview()
		self.assertEqual([each["value"] for each in shown["languages"]], ["hi", "en", "pa"])
		first, second = shown["steps"]
		self.assertEqual(
			first["shown"]["en"], {"type": "text", "text": {"body": "What would you like to send us?"}}
		)
		self.assertEqual(first["shown"]["hi"]["text"]["body"], "आपको क्या दर्ज कराना है?")
		self.assertEqual(first["shown"]["pa"]["text"]["body"], "ਤੁਸੀਂ ਕੀ ਦਰਜ ਕਰਵਾਉਣਾ ਹੈ?")
		self.assertNotEqual(first["refused"]["hi"], first["refused"]["en"])
		buttons = second["shown"]["hi"]["interactive"]["action"]["buttons"]
		self.assertEqual([button["reply"]["id"] for button in buttons], ["confirm", "change", "cancel"])
		self.assertEqual(shown["closing"]["en"], "Number …")

	def test_what_is_not_saved_is_shown(self):
		steps = [
			{
				"idx": 1,
				"step_id": "new",
				"kind": "Choice",
				"prompt": "New?",
				"options": "a|First\nb|Second",
				"required": 1,
			},
			{"idx": 2, "step_id": "", "kind": "", "prompt": None},
		]
		shown = self.preview(steps=steps)["steps"]
		buttons = shown[0]["shown"]["en"]["interactive"]["action"]["buttons"] if shown[0]["shown"] else None
		self.assertIsNone(buttons, "a step that fills no field is not shown")
		steps[0]["target_field"] = "priority"
		shown = self.preview(steps=steps)["steps"]
		buttons = shown[0]["shown"]["en"]["interactive"]["action"]["buttons"]
		self.assertEqual([button["reply"]["title"] for button in buttons], ["First", "Second"])
		self.assertEqual(shown[1]["shown"], {})
		self.assertEqual(len(frappe.get_doc("Chat Flow", self.flow.name).steps), 2)

	def test_only_who_may_write_a_flow(self):
		frappe.set_user(make_user("Grievance Operator"))
		for ask in (
			self.preview,
			chat_flow.offers,
			lambda: chat_flow.translate("a", "hi", "b"),
			lambda: chat_flow.import_file("{}"),
			lambda: chat_flow.export_file(self.flow.name),
		):
			with self.subTest(ask), self.assertRaises(frappe.PermissionError):
				ask()

	def test_fields_are_offered_with_the_step_that_fits(self):
		fields = {each["value"]: each for each in chat_flow.offers("ToDo")["fields"]}
		self.assertEqual(fields["description"]["required"], True)
		self.assertEqual(fields["priority"]["kind"], "Choice")
		self.assertEqual(fields["date"]["kind"], "Date")
		self.assertNotIn("sender", fields)
		self.assertIn("rate_case", chat_flow.offers()["actions"])

	def test_a_translation_is_stored_once(self):
		frappe.set_user(self.manager)
		source = unique("Text")
		for text in ("पहला", "दूसरा"):
			chat_flow.translate(source, "hi", text)
			self.assertEqual(frappe._(source, "hi"), text)
		self.assertEqual(frappe.db.count("Translation", {"source_text": source}), 1)

	def test_try_it_opens_the_phone_of_a_channel_on_this_machine(self):
		address = urlsplit(chat_flow.try_it(self.flow.name)["address"])
		self.assertEqual(f"{address.scheme}://{address.netloc}", self.channel.api_url)
		asked = parse_qs(address.query)
		self.assertRegex(asked["number"][0], r"^91\d{10}$")
		self.assertTrue(asked["text"][0].endswith(f"[/{self.flow.name}]"))
		self.channel.db_set("api_url", "https://graph.facebook.com")
		frappe.clear_document_cache("Chat Channel", self.channel.name)
		self.assertTrue(
			chat_flow.try_it(self.flow.name)["address"].startswith("https://wa.me/919800000000?text=")
		)

	def test_what_starts_on_an_occasion_is_explained(self):
		for occasion in ("Case Confirmed", "Case Not Settled", "More Information", "Withdrawal"):
			frappe.db.set_value("Chat Flow", self.flow.name, "occasion", occasion)
			frappe.clear_document_cache("Chat Flow", self.flow.name)
			self.assertTrue(chat_flow.try_it(self.flow.name)["advice"])

	def test_what_is_not_enabled_cannot_be_tried(self):
		frappe.db.set_value("Chat Flow", self.flow.name, "enabled", 0)
		with self.assertRaises(frappe.ValidationError):
			chat_flow.try_it(self.flow.name)

	def test_a_file_replaces_nothing_unasked(self):
		frappe.set_user(self.manager)
		chat_flow.export_file(self.flow.name)
		content = frappe.local.response.filecontent.decode()
		frappe.local.response.clear()
		self.assertEqual(chat_flow.import_file(content), {"name": self.flow.name, "exists": True})
		self.assertEqual(frappe.db.get_value("Chat Flow", self.flow.name, "enabled"), 1)
		self.assertEqual(chat_flow.import_file(content, replace=True)["exists"], False)
		self.assertEqual(frappe.db.get_value("Chat Flow", self.flow.name, "enabled"), 0)
