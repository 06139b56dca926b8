import frappe

from grievance_cell.messaging import templates
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS

BODY = "Your case {{1}} stands at: {{2}}. We will write to you."


def make_template(**values):
	"""Make a template of two parameters in a language that is shipped with none."""
	return make(
		"Chat Template",
		**{
			"notice": "status",
			"language": "fr",
			"template_name": "test_status",
			"body": BODY,
			"parameters": [
				{"value": "doc.name", "example": "GRV-1"},
				{"value": "status", "example": "Closed"},
			],
			**values,
		},
	)


class TestChatTemplate(SiteTestCase):
	def assert_refused(self, **values):
		with self.subTest(**values), self.assertRaises(frappe.ValidationError):
			frappe.db.savepoint("refused")
			try:
				make_template(**values)
			finally:
				frappe.db.rollback(save_point="refused")

	def test_there_is_one_for_a_notice_and_a_language(self):
		self.assertEqual(make_template().name, "status-fr")
		with self.assertRaises(frappe.DuplicateEntryError):
			make_template()

	def test_metas_name_has_small_letters_digits_and_underscores(self):
		for name in ("Case Closed", "case-closed", "मामला", "", "x" * 513):
			self.assert_refused(template_name=name)

	def test_what_meta_refuses_in_a_body_is_refused_here(self):
		for body in (
			"x " * 600 + "{{1}} and {{2}} end",
			"{{1}} stands at {{2}} now, we will write to you",
			"We write to you: your case {{1}} stands at {{2}}",
			"We write to you: your case {{1}} stands at {{2}}।",
			"Your case {{1}}, {{2}} stands well and we will write",
			"Your case {{1}} is {{2}} now",
			"Your case {{1}} stands at {{3}}, we will write to you",
			"Your case {{1}} stands, we will write to you",
			"Your case {{1}} stands at {{2}}, {{3}} we will write to you",
			"Your case {{1}} stands at {{status}}, we will write to you",
			"Your case {{1}} stands at {{2}},\n\n\nwe will write to you",
		):
			self.assert_refused(body=body)

	def test_a_placeholder_may_come_twice(self):
		make_template(body="Your case {{1}} stands at: {{2}}. Write {{1}} to see what was done so far.")

	def test_headers_footers_and_buttons_are_short_and_plain(self):
		self.assert_refused(header="x" * 61)
		self.assert_refused(footer="About {{1}}")
		for labels in (["Yes"] * 2, list("abcd"), ["x" * 26], ["{{1}}"]):
			self.assert_refused(buttons=[{"button_text": label} for label in labels])

	def test_an_expression_that_cannot_be_read_is_refused(self):
		rows = [{"value": "doc.name", "example": "GRV-1"}, {"value": "doc.(", "example": "x"}]
		self.assert_refused(parameters=rows)

	def test_a_changed_text_is_not_used_until_meta_has_seen_it(self):
		template = make_template()
		templates.set_state(template.name, "1", templates.APPROVED, meta_id="7")
		template.reload()
		template.enabled = 0
		template.save()
		self.assertEqual(template.accounts[0].state, "Approved")
		template.body += " Good day."
		template.save()
		self.assertEqual(template.accounts[0].state, "Changed")
		template.template_name = "another"
		template.save()
		self.assertEqual(template.accounts, [])
