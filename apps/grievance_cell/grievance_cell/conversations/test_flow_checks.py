import frappe

from grievance_cell.conversations import flow_checks
from grievance_cell.conversations.flow_checks import ERROR, WARNING
from grievance_cell.messaging.providers import whatsapp_cloud
from grievance_cell.testing import SiteTestCase, make, make_channel, unique

WHAT = {"step_id": "what", "kind": "Text", "prompt": "What?", "target_field": "description"}
HOW = {"step_id": "how", "kind": "Choice", "prompt": "How?", "target_field": "priority"}


def flow(*steps: dict, **values):
	"""Make a flow of a ToDo that is not stored; its texts are in no language but English."""
	return frappe.get_doc(
		{
			"doctype": "Chat Flow",
			"title": unique("Form"),
			"document_type": "ToDo",
			"occasion": "Menu",
			"menu_label": "Form",
			"at_end": "Insert the Document",
			"steps": [{"required": 1, **step} for step in steps],
			**values,
		}
	)


class TestFlowChecks(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Chat Channel", {"enabled": 1}, "enabled", 0)
		frappe.db.set_value("Chat Flow", {"enabled": 1}, "enabled", 0)
		make_channel(default_language="en")

	def found(self, document, severity: str | None = None) -> list[str]:
		return [
			each.message
			for each in flow_checks.check(document)
			if severity in (None, each.severity) and not each.source
		]

	def assert_found(self, said: str, document, severity: str = ERROR) -> None:
		self.assertTrue(
			[each for each in self.found(document, severity) if said in each], self.found(document)
		)

	def test_what_we_ship_has_no_errors(self):
		for name in frappe.get_all("Chat Flow", {"at_end": ("is", "set")}, pluck="name"):
			with self.subTest(name):
				self.assertEqual(self.found(frappe.get_doc("Chat Flow", name), ERROR), [])

	def test_a_good_flow_has_nothing_to_find(self):
		self.assertEqual(self.found(flow(WHAT, HOW)), [])

	def test_a_field_that_is_not_there(self):
		self.assert_found("no_such", flow(WHAT, {**HOW, "target_field": "no_such"}))

	def test_a_required_field_is_asked_or_filled_by_itself(self):
		self.assert_found("Description must be filled", flow(HOW))
		self.assert_found("cannot be skipped", flow({**WHAT, "required": 0}))
		sometimes = flow(HOW, {**WHAT, "depends_on": "answers.how == 'High'"})
		self.assertEqual(self.found(sometimes, ERROR), [])
		self.assert_found("not always asked", sometimes, WARNING)
		case = flow({**WHAT, "step_id": "said"}, document_type="Grievance")
		said = " ".join(self.found(case))
		self.assertIn("Category", said)
		self.assertIn("Area", said)
		for filled in ("Source", "Complaint", "Citizen", "Registered"):
			self.assertNotIn(filled, said)

	def test_a_step_that_is_never_asked(self):
		for condition in (
			"False",
			"1 > 2",
			"answers.how == 'Hihg'",
			"answers.how == 'High' and answers.how == 'Low'",
		):
			with self.subTest(condition):
				self.assert_found("never asked", flow(HOW, {**WHAT, "depends_on": condition}))
		self.assert_found("never asked", flow({**HOW, "depends_on": "answers.how"}, WHAT))
		self.assert_found("no step gone", flow(WHAT, {**HOW, "depends_on": "answers.gone == 'a'"}))
		self.assert_found("not doc", flow(WHAT, {**HOW, "depends_on": "doc.status == 'Open'"}))
		self.assert_found("not len", flow({**WHAT, "validation": "len(answer) > 3"}))

	def test_a_step_that_may_be_asked_is_left_alone(self):
		for condition in (
			"answers.how == 'High'",
			"answers.get('how') != 'High'",
			"answers['how'] in ('High', 'Low')",
			"answers.said == 'anything'",
			"not contact.mobile_no",
			"answers.files > 1",
		):
			with self.subTest(condition):
				said = {"step_id": "said", "kind": "Text", "prompt": "?", "target_field": "color"}
				document = flow(WHAT, HOW, said, {"step_id": "more", "kind": "Photo", "prompt": "?"})
				document.steps[-1].depends_on = condition
				self.assertEqual(self.found(document), [])

	def test_what_looks_at_a_later_answer_is_asked_out_of_order(self):
		self.assert_found("after it", flow({**WHAT, "depends_on": "answers.how != 'Low'"}, HOW), WARNING)
		confirm = {"step_id": "confirm", "kind": "Confirm", "prompt": "Right?"}
		self.assert_found("after the summary", flow(WHAT, confirm, HOW), WARNING)
		self.assertEqual(self.found(flow(WHAT, HOW, confirm)), [])

	def test_filters_name_fields_and_steps(self):
		link = {"step_id": "role", "kind": "Link", "prompt": "Who?", "target_field": "role"}
		self.assertEqual(self.found(flow(WHAT, {**link, "link_filters": '{"disabled": 0}'})), [])
		self.assert_found("no field colour", flow(WHAT, {**link, "link_filters": '{"colour": 0}'}))
		self.assert_found("no step whose", flow(WHAT, {**link, "link_filters": '{"name": "{whose}"}'}))

	def test_choices(self):
		without = {"step_id": "a", "kind": "Choice", "prompt": "?", "target_field": "color"}
		self.assert_found("what is there to choose from", flow(WHAT, without))
		many = {**HOW, "options": "\n".join(f"{n}|Choice {n}" for n in range(11))}
		self.assert_found("10 at a time", flow(WHAT, many), WARNING)
		self.assert_found("default answer", flow(WHAT, {**HOW, "default_answer": "Hihg"}))
		self.assert_found("read the same", flow(WHAT, {**HOW, "options": "a|Same\nb|Same"}), WARNING)
		self.assert_found("for a button", flow(WHAT, {**HOW, "options": f"a|{'x' * 21}\nb"}), WARNING)
		self.assert_found("for the phone", flow(WHAT, {**HOW, "options": f"a|{'x' * 73}\nb"}), WARNING)

	def test_similar_cases_fill_a_field_that_names_a_case(self):
		step = {"step_id": "same", "kind": "Similar Cases", "prompt": "?"}
		for field in (None, "color", "reference_name"):
			with self.subTest(field):
				found = flow_checks.structure(flow(WHAT, {**step, "target_field": field}))
				self.assertTrue(found)
		grievance = flow({**step, "target_field": "duplicate_of"}, document_type="Grievance")
		self.assertEqual(flow_checks.structure(grievance), [])

	def test_a_condition_may_look_at_whether_it_is_an_emergency(self):
		numbers = {
			"step_id": "numbers",
			"kind": "Emergency Numbers",
			"prompt": "Call:",
			"depends_on": "answers.emergency",
		}
		self.assertEqual(list(flow_checks.conditions(flow(WHAT, numbers))), [])
		self.assertEqual(flow_checks.structure(flow(WHAT, numbers)), [])

	def test_a_prompt_has_room_on_the_phone(self):
		self.assert_found("1025 letters", flow(WHAT, {**HOW, "prompt": "x" * 1025}))
		self.assertEqual(self.found(flow({**WHAT, "prompt": "x" * 1025}, HOW)), [])
		self.assert_found("4097 letters", flow({**WHAT, "prompt": "x" * 4097}, HOW))

	def test_the_limits_are_the_providers(self):
		self.assertEqual(
			(
				flow_checks.LONGEST_TEXT,
				flow_checks.LONGEST_QUESTION,
				flow_checks.LONGEST_BUTTON,
				flow_checks.LONGEST_LABEL,
				flow_checks.BUTTONS,
			),
			(
				whatsapp_cloud.TEXT_BODY,
				whatsapp_cloud.INTERACTIVE_BODY,
				whatsapp_cloud.BUTTON_TITLE,
				whatsapp_cloud.ROW_DESCRIPTION,
				whatsapp_cloud.BUTTONS,
			),
		)

	def test_how_it_starts_and_ends(self):
		self.assert_found("Neither the menu", flow(WHAT, menu_label=""), WARNING)
		self.assertEqual(self.found(flow(WHAT, menu_label="", start_words="water")), [])
		self.assert_found("means something else", flow(WHAT, start_words="Menu"), WARNING)
		other = flow(WHAT, start_words="pani\nwater", enabled=1).insert()
		self.assert_found(f"starts {other.name} as well", flow(WHAT, start_words="Water"), WARNING)
		rating = {"occasion": "Case Confirmed", "at_end": "Call an Action", "action": "rate_case"}
		self.assert_found("rating", flow({**WHAT, "target_field": ""}, document_type=None, **rating))

	def test_steps_that_are_not_finished_yet(self):
		blank = flow({}, {"kind": "Link"}, {"step_id": "Bad", "kind": "Text"}, WHAT, WHAT)
		self.assertEqual(
			{each.row for each in flow_checks.check(blank) if each.severity == ERROR}, {1, 2, 3, 5}
		)
		self.assertEqual(self.found(flow(document_type=None, at_end="Nothing")), [])

	def test_texts_have_a_translation_that_fits(self):
		make_channel(default_language="hi")
		text = unique("How is {case}?")
		document = flow(WHAT, {**HOW, "prompt": text, "label": "Yes", "options": "5|Five\n4"})
		document.menu_label = document.title
		missing = {(each.source, each.row) for each in flow_checks.check(document) if each.language == "hi"}
		self.assertLessEqual({(text, 2), ("Five", 2), ("What?", 1), (document.title, 0)}, missing)
		self.assertNotIn(("Yes", 2), missing)
		self.assertNotIn(("4", 2), missing)
		make("Translation", language="hi", source_text=text, translated_text="कैसा है?")
		found = [each for each in flow_checks.check(document) if each.source == text]
		(fitting,) = (each for each in found if each.language == "hi")
		self.assertIn("placeholders", fitting.message)
