import frappe
from freezegun import freeze_time

from grievance_cell.conversations import flows, world
from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import SimilarCase
from grievance_cell.grievances import duplicates
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	unique,
)


class TestWorld(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Chat Flow", {"enabled": 1}, "enabled", 0)
		department = make_department()
		cls.group = make_category(None, is_group=1, applies_to="Complaint\nDemand")
		cls.drain = make_category(
			department,
			parent_grievance_category=cls.group.name,
			applies_to="Complaint",
			keywords="naali jam\nनाली",
		)
		cls.new_drain = make_category(
			department, parent_grievance_category=cls.group.name, applies_to="Demand", keywords="naali"
		)
		cls.idea = make_category(department, applies_to="Suggestion")
		cls.empty = make_category(None, is_group=1, applies_to="Complaint")
		cls.document = make(
			"Chat Flow",
			title=unique("Flow"),
			document_type="Grievance",
			enabled=1,
			menu_label="Form",
			start_words="Help\n\nमदद ",
			steps=[
				{"step_id": "type", "kind": "Choice", "prompt": "What?", "target_field": "grievance_type"},
				{
					"step_id": "category",
					"kind": "Link",
					"prompt": "Which?",
					"target_field": "category",
					"link_filters": '{"applies_to": ["like", "%{type}%"]}',
				},
				{
					"step_id": "how",
					"kind": "Choice",
					"prompt": "How?",
					"target_field": "subject",
					"options": "now|At once\nlater\n\n bad | Not at all ",
				},
				{"step_id": "text", "kind": "Text", "prompt": "Text?", "target_field": "description"},
				{"step_id": "area", "kind": "Area", "prompt": "Where?", "target_field": "area"},
				{
					"step_id": "near",
					"kind": "Text",
					"prompt": "Near?",
					"target_field": "address",
					"required": 0,
				},
			],
		)
		cls.flow = flows.as_data(cls.document)

	def setUp(self):
		super().setUp()
		self.site = world.Site(make_channel(default_language="hi"))
		ours = {each.name for each in (self.group, self.drain, self.new_drain, self.idea, self.empty)}
		self.ours = lambda choices: [choice.value for choice in choices if choice.value in ours]

	def choices(self, group: str = "", **answers) -> list[str]:
		step = self.flow.step("category")
		return self.ours(self.site.choices(self.flow, step, answers, group, "en"))

	def test_a_tree_is_offered_level_by_level(self):
		self.assertEqual(self.choices(type="Complaint"), [self.group.name])
		self.assertEqual(self.choices(self.group.name, type="Complaint"), [self.drain.name])
		self.assertEqual(self.choices(self.group.name, type="Demand"), [self.new_drain.name])

	def test_a_group_with_nothing_to_choose_is_not_offered(self):
		self.assertEqual(self.choices(type="Suggestion"), [self.idea.name])
		self.assertNotIn(self.empty.name, self.choices(type="Complaint"))

	def test_filters_hold_before_their_question_is_answered(self):
		self.assertEqual(set(self.choices()), {self.group.name, self.idea.name})

	def test_only_what_is_offered_can_be_chosen(self):
		step = self.flow.step("category")
		option = self.site.option(self.flow, step, {"type": "Demand"}, self.new_drain.name, "en")
		self.assertEqual((option.value, option.is_group), (self.new_drain.name, False))
		self.assertTrue(self.site.option(self.flow, step, {"type": "Demand"}, self.group.name, "en").is_group)
		for value in (self.drain.name, "no such", "", "%"):
			self.assertIsNone(self.site.option(self.flow, step, {"type": "Demand"}, value, "en"))

	def test_search_words_find_what_can_be_chosen(self):
		step = self.flow.step("category")

		def search(text, **answers):
			return self.ours(self.site.search(self.flow, step, answers, text, "en"))

		self.assertEqual(search("meri naali jam hai", type="Complaint"), [self.drain.name])
		self.assertEqual(search("naali", type="Demand"), [self.new_drain.name])
		self.assertEqual(search("नाली!", type="Complaint"), [self.drain.name])
		self.assertEqual(search(self.drain.name.lower(), type="Complaint"), [self.drain.name])
		self.assertEqual(search(self.group.name, type="Complaint"), [])
		for nothing in ("", "  ", "naalix", "%"):
			self.assertEqual(search(nothing, type="Complaint"), [])

	def test_the_options_of_a_select_field_and_own_ones(self):
		types = self.site.choices(self.flow, self.flow.step("type"), {}, "", "en")
		self.assertEqual([choice.value for choice in types], ["Complaint", "Demand", "Suggestion"])
		own = self.site.choices(self.flow, self.flow.step("how"), {}, "", "en")
		self.assertEqual(
			[(choice.value, choice.label) for choice in own],
			[("now", "At once"), ("later", "later"), ("bad", "Not at all")],
		)

	def test_masters_are_translated_through_translation(self):
		make("Translation", language="hi", source_text=self.idea.name, translated_text="सुझाव")
		self.addCleanup(frappe.cache.delete_key, "user_translations")
		step = self.flow.step("category")
		option = self.site.option(self.flow, step, {}, self.idea.name, "hi")
		self.assertEqual(option.label, "सुझाव")

	def test_offers_enabled_languages_that_the_app_speaks_its_own_first(self):
		frappe.db.set_value("Language", {"name": ("in", ("hi", "en", "fr", "pa"))}, "enabled", 1)
		self.assertEqual(
			[(choice.value, choice.label) for choice in self.site.languages()],
			[("hi", "हिंदी"), ("en", "English"), ("pa", "ਪੰਜਾਬੀ")],
		)
		self.assertEqual(
			[choice.value for choice in world.Site(make_channel(default_language="pa")).languages()],
			["pa", "hi", "en"],
		)
		frappe.db.set_value("Language", {"name": ("in", ("hi", "pa"))}, "enabled", 0)
		self.assertEqual([choice.value for choice in self.site.languages()], ["en"])

	def test_what_others_have_reported_is_shown_without_name_or_number(self):
		ward = make_area("Ward", area_name="Ward 77")
		frappe.db.set_value("Grievance Category", self.drain.name, "can_be_shared", 1)
		frappe.clear_document_cache("Grievance Category", self.drain.name)
		main = make_case(self.drain, ward, registered_on="2026-08-01 10:00:00", citizen=make_citizen().name)
		answers = {"category": self.drain.name, "area": {"area": ward.name}}
		with freeze_time("2026-08-03 10:00:00"):
			(found,) = self.site.similar(self.flow, answers, "en")
			self.site.citizen = main.citizen
			self.assertEqual(self.site.similar(self.flow, answers, "en"), [])
			self.site.citizen = make_citizen().name
			self.assertEqual(self.site.similar(self.flow, answers, "en"), [found])
			theirs = make_case(self.drain, make_area(), citizen=self.site.citizen)
			duplicates.merge(theirs, main.name)
			self.assertEqual(self.site.similar(self.flow, answers, "en"), [], "joined already")
		self.assertEqual(found, SimilarCase(main.name, self.drain.name, "Ward 77", "1 August 2026", 1))

	def test_nothing_is_looked_for_before_what_and_where_are_known(self):
		self.assertEqual(self.site.similar(self.flow, {"category": self.drain.name}, "en"), [])
		self.assertEqual(self.site.similar(self.flow, {}, "en"), [])

	def test_an_emergency_is_what_its_category_says(self):
		fire = make_category(make_department(), priority="Emergency")
		self.assertTrue(self.site.is_emergency(self.flow, {"category": fire.name}))
		self.assertFalse(self.site.is_emergency(self.flow, {"category": self.drain.name}))
		self.assertFalse(self.site.is_emergency(self.flow, {}))

	def test_numbers_to_call_are_told_in_the_citizens_language(self):
		fire = make_category(make_department(), priority="Emergency")
		lines = self.site.emergency_numbers(self.flow, {"category": fire.name}, "hi")
		self.assertEqual(lines[0], "किसी भी आपात स्थिति में: *112*")

	def test_a_condition_reads_the_answers(self):
		self.assertTrue(self.site.holds("answers.type == 'Demand'", {"type": "Demand"}))
		self.assertFalse(self.site.holds("answers.type == 'Demand'", {}))

	def test_a_condition_that_fails_does_not_hold_and_stops_no_talk(self):
		for expression in ("answers.days > 5", "nothing", "1 +", "__import__('os')"):
			with self.subTest(expression):
				self.assertFalse(self.site.holds(expression, {}))

	def test_a_flow_becomes_plain_data(self):
		self.assertEqual(self.flow.start_words, ("help", normalise("मदद")))
		self.assertEqual(self.flow.step("text").max_length, flows.TEXT_LENGTH)
		self.assertEqual(self.flow.step("how").max_length, flows.DATA_LENGTH)
		self.assertEqual(self.flow.step("category").max_length, 0)
		label = frappe.get_meta("Grievance").get_field("address").label
		self.assertEqual(self.flow.step("near").label, label)
		self.assertFalse(self.flow.step("near").required)

	def test_another_version_after_an_edit(self):
		self.document.reload()
		self.document.closing_message = "Done"
		self.document.save()
		self.assertNotEqual(flows.as_data(self.document).version, self.flow.version)

	def test_disabled_flows_are_not_asked_and_the_menu_has_an_order(self):
		def add(**values):
			steps = [{"step_id": "text", "kind": "Text", "prompt": "?", "target_field": "description"}]
			return make("Chat Flow", title=unique("Flow"), document_type="ToDo", steps=steps, **values).name

		last, first = add(enabled=1, menu_order=2), add(enabled=1, menu_order=1)
		add(enabled=0)
		self.assertEqual([flow.name for flow in flows.enabled_flows()], [self.flow.name, first, last])
