import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make, unique

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


def make_flow(*steps: dict, **values):
	return make(
		"Chat Flow",
		**{
			"title": unique("Flow"),
			"document_type": "ToDo",
			"steps": [{"prompt": "?", "step_id": f"step_{n}", **step} for n, step in enumerate(steps)],
			**values,
		},
	)


TEXT = {"kind": "Text", "target_field": "description"}


class TestChatFlow(SiteTestCase):
	def refused(self, *steps: dict, **values) -> None:
		with self.assertRaises(frappe.ValidationError):
			make_flow(*steps, **values)

	def test_a_flow_of_every_kind_of_question(self):
		make_flow(
			TEXT,
			{"kind": "Choice", "target_field": "grievance_type"},
			{"kind": "Choice", "target_field": "subject", "options": "a|A\nb|B"},
			{"kind": "Link", "target_field": "category", "link_filters": '{"is_group": 0}'},
			{"kind": "Area", "target_field": "area"},
			{"kind": "Photo"},
			{"kind": "Confirm"},
			document_type="Grievance",
			opening_step="step_0",
		)

	def test_a_flow_that_cannot_work_is_kept_and_not_enabled(self):
		flow = make_flow({"kind": "Text", "target_field": "no_such_field"}, enabled=0)
		flow.enabled = 1
		with self.assertRaisesRegex(frappe.ValidationError, "no_such_field"):
			flow.save()

	def test_a_step_id_can_stand_in_the_id_of_a_button(self):
		for step_id in ("Step", "1st", "a b", "a:b", "क", "page", "skip", "feedback", "x" * 51):
			with self.subTest(step_id):
				self.refused({**TEXT, "step_id": step_id})

	def test_a_step_id_is_there_once(self):
		self.refused({**TEXT, "step_id": "same"}, {"kind": "Confirm", "step_id": "same"})

	def test_an_answer_fills_a_field_that_can_hold_it(self):
		self.refused({"kind": "Text"})
		self.refused({"kind": "Text", "target_field": "no_such_field"})
		self.refused(TEXT, {"kind": "Link", "target_field": "sender"})
		self.refused(TEXT, {"kind": "Choice", "target_field": "sender"})
		self.refused(TEXT, {"kind": "Area", "target_field": "role"})

	def test_filters_and_conditions_can_be_read(self):
		link = {"kind": "Link", "target_field": "role"}
		make_flow(TEXT, {**link, "link_filters": '{"disabled": 0}'})
		for filters in ("{", "[]", "5"):
			self.refused(TEXT, {**link, "link_filters": filters})
		self.refused({**TEXT, "depends_on": "answers.type =="})
		self.refused({**TEXT, "depends_on": "eval:doc.x"})
		make_flow(
			{"kind": "Choice", "target_field": "priority", "step_id": "type"},
			{**TEXT, "depends_on": "answers.type == 'High'"},
		)

	def test_the_first_message_answers_a_question_that_is_there(self):
		self.refused(TEXT, opening_step="no_such_step")
