import frappe

from grievance_cell.testing import APP_SECRET, NO_TEST_RECORDS, SiteTestCase, make_channel

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestChatChannel(SiteTestCase):
	def test_metas_ids_are_digits(self):
		for field in ("phone_number_id", "business_account_id"):
			for value in ("+91 98765", "abc", None, ""):
				with self.subTest(field=field, value=value), self.assertRaises(frappe.ValidationError):
					make_channel(**{field: value})

	def test_a_number_is_one_channel(self):
		channel = make_channel()
		with self.assertRaises(frappe.UniqueValidationError):
			make_channel(phone_number_id=channel.phone_number_id)

	def test_no_secret_stands_in_the_table_or_in_the_form(self):
		channel = make_channel()
		row = frappe.db.get_value("Chat Channel", channel.name, "*", as_dict=True)
		shown = str(row) + str(frappe.get_doc("Chat Channel", channel.name).as_dict())
		self.assertNotIn(APP_SECRET, shown)
		self.assertNotIn("test-access-token", shown)
		self.assertEqual(channel.get_password("app_secret"), APP_SECRET)
