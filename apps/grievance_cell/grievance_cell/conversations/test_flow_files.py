import json

import frappe

from grievance_cell.conversations import flow_files
from grievance_cell.testing import SiteTestCase, make, unique


class TestFlowFiles(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.prompt = unique("What is broken?")
		cls.flow = make(
			"Chat Flow",
			title=unique("Form"),
			document_type="ToDo",
			menu_label="Form",
			closing_message="Done: {{ doc.name }}",
			steps=[
				{
					"step_id": "what",
					"kind": "Text",
					"prompt": cls.prompt,
					"target_field": "description",
					"required": 1,
				},
				{
					"step_id": "how",
					"kind": "Choice",
					"prompt": "How?",
					"target_field": "priority",
					"required": 0,
				},
			],
		)
		make("Translation", language="hi", source_text=cls.prompt, translated_text="क्या टूटा है?")

	def written(self, **changed) -> str:
		return json.dumps({**json.loads(flow_files.write(self.flow)), **changed})

	def test_a_flow_comes_back_as_it_went_switched_off(self):
		content = flow_files.write(self.flow)
		frappe.delete_doc("Chat Flow", self.flow.name)
		frappe.db.delete("Translation", {"source_text": self.prompt})
		frappe.clear_cache()
		flow_files.store(flow_files.read(content))
		again = frappe.get_doc("Chat Flow", self.flow.name)
		self.assertEqual(again.enabled, 0)
		self.assertEqual(flow_files.write(again), content)
		self.assertEqual(frappe._(self.prompt, "hi"), "क्या टूटा है?")

	def test_it_holds_nothing_of_this_site(self):
		content = flow_files.write(self.flow)
		for bookkeeping in ("owner", "modified", "creation", "parent", "idx", "enabled", '"name"'):
			self.assertNotIn(bookkeeping, content)
		self.assertIn("क्या टूटा है?", content)

	def test_a_flow_of_that_title_is_replaced_whole(self):
		data = json.loads(flow_files.write(self.flow))
		data["flow"]["steps"] = data["flow"]["steps"][:1]
		del data["flow"]["closing_message"]
		flow_files.store(flow_files.read(json.dumps(data)))
		changed = frappe.get_doc("Chat Flow", self.flow.name)
		self.assertEqual([step.step_id for step in changed.steps], ["what"])
		self.assertFalse(changed.closing_message)
		self.assertEqual(changed.enabled, 0)

	def test_a_translation_that_is_there_stays(self):
		flow_files.store(flow_files.read(self.written(translations={"hi": {self.prompt: "कुछ और"}})))
		self.assertEqual(frappe._(self.prompt, "hi"), "क्या टूटा है?")

	def test_a_translation_of_something_else_is_not_taken(self):
		flow_files.store(flow_files.read(self.written(translations={"hi": {"Closed forever": "कुछ और"}})))
		self.assertEqual(frappe._("Closed forever", "hi"), "Closed forever")

	def test_bad_files_are_refused(self):
		flow = json.loads(flow_files.write(self.flow))["flow"]
		for content in (
			"",
			"{",
			"[]",
			"null",
			"{}",
			json.dumps({"format": flow_files.FORMAT}),
			self.written(format="something else"),
			self.written(flow=[]),
			self.written(flow={**flow, "title": ""}),
			self.written(flow={**flow, "steps": []}),
			self.written(flow={**flow, "steps": ["a"]}),
			self.written(flow={**flow, "owner": "Administrator"}),
			self.written(flow={**flow, "menu_label": {"a": 1}}),
			self.written(flow={**flow, "steps": [{**flow["steps"][0], "parent": "Grievance"}]}),
			self.written(translations=[]),
			self.written(translations={"hi": {"a": 1}}),
		):
			with self.subTest(content[:60]), self.assertRaises(frappe.ValidationError):
				flow_files.read(content)

	def test_a_file_of_what_this_site_does_not_have(self):
		for changed in ({"document_type": "No Such DocType"}, {"at_end": "Call an Action", "action": "gone"}):
			flow = {**json.loads(flow_files.write(self.flow))["flow"], "title": unique("Form"), **changed}
			with self.subTest(changed), self.assertRaises(frappe.ValidationError):
				flow_files.store(flow_files.read(self.written(flow=flow)))
		with self.assertRaises(frappe.ValidationError):
			flow_files.store(flow_files.read(self.written(translations={"xx-none": {"a": "b"}})))
