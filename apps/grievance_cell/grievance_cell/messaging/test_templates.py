import json
import re
from pathlib import Path

import frappe

from grievance_cell.emulator import graph
from grievance_cell.messaging import templates
from grievance_cell.messaging.doctype.chat_template.test_chat_template import make_template
from grievance_cell.messaging.providers.errors import ProviderError
from grievance_cell.messaging.providers.whatsapp_cloud import compose_template
from grievance_cell.setup import shipped
from grievance_cell.testing import (
	ChatTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_department,
)

LANGUAGES = ("hi", "en", "pa")
STATUS_UPDATE = {
	"message_template_name": "test_status",
	"message_template_language": "fr",
	"message_template_id": 7,
	"reason": "NONE",
}


def notices_told() -> set[str]:
	"""Name the notices of the templates that the shipped Notifications speak with."""
	by_name = {
		f"{each['notice']}-{each['language']}": each["notice"] for each in shipped.documents("chat_template")
	}
	told = (each.get("chat_template") for each in shipped.documents("notification"))
	# What officers write in a case themselves comes from no Notification.
	return {by_name[name] for name in told if name} | {"reply"}


class TestShippedTemplates(ChatTestCase):
	def test_every_notice_has_one_in_every_language(self):
		defaults = shipped.documents("chat_template")
		found = sorted((each["notice"], each["language"]) for each in defaults)
		self.assertEqual(
			found, sorted((notice, language) for notice in notices_told() for language in LANGUAGES)
		)
		for each in defaults:
			self.assertEqual((each["category"], each["enabled"]), ("Utility", 1))

	def test_nobody_tells_anything_else_out_of_the_blue(self):
		app = Path(frappe.get_app_path("grievance_cell"))
		used = set()
		for path in app.rglob("*.py"):
			if not path.name.startswith("test_"):
				used |= set(re.findall(r'\bnotice="(\w+)"', path.read_text(encoding="utf-8")))
		self.assertLessEqual(used, notices_told())

	def test_each_can_be_filled_in_for_a_case(self):
		case = make_case(make_category(make_department()), make_area())
		direction = frappe.get_doc(
			{"doctype": "Review Direction", "direction": "Clean the drain", "due_on": "2026-03-17"}
		)
		for name in frappe.get_all("Chat Template", pluck="name"):
			template = frappe.get_doc("Chat Template", name)
			about = direction if template.notice == "officer_direction" else case
			values = templates.fill(template, about, "Cleaned the drain")
			said = templates.text(template, values)
			with self.subTest(name):
				self.assertNotIn("{{", said)
				self.assertIn(about.get("direction") or about.name, said)
				self.assertEqual("Cleaned the drain" in said, "remark" in str(template.as_dict()))
				# A template of Hindi speaks Hindi to its end, whoever's session it is.
				self.assertEqual(frappe.local.lang, "en")

	def test_what_stands_where_meta_does_takes_each_of_them(self):
		case = make_case(make_category(make_department()), make_area())
		for name in frappe.get_all("Chat Template", pluck="name"):
			template = frappe.get_doc("Chat Template", name)
			described = templates.describe(template)
			approved = {**described, "status": "APPROVED"}
			values = templates.fill(template, case, "Cleaned\nthe drain " * 200)
			buttons = ["feedback:GRV-2026-000001:yes", "feedback:GRV-2026-000001:no"][: len(template.buttons)]
			use = compose_template(template.template_name, template.language, values, buttons)
			body = {"messaging_product": "whatsapp", "to": "919876500001", **use}
			with self.subTest(name):
				self.assertIsNone(graph.check_template(described))
				self.assertIsNone(
					graph.check_message(body, lambda *_name, found=approved: found, lambda _media: False)
				)

	def test_those_that_ask_have_the_bots_buttons(self):
		labels = {
			each.language: [
				button.button_text for button in frappe.get_doc("Chat Template", each.name).buttons
			]
			for each in frappe.get_all("Chat Template", {"notice": "settled"}, ["name", "language"])
		}
		self.assertEqual(labels["en"], ["Yes, settled", "No, not settled"])
		self.assertEqual(labels["hi"], [frappe._(label, "hi") for label in labels["en"]])
		self.assertEqual(len(labels["pa"]), 2)


class TestFilling(ChatTestCase):
	def fill(self, *values: str, remark: str = "") -> list[str]:
		template = make_template(
			body="Begin "
			+ " and then ".join(f"{{{{{number}}}}}" for number in range(1, len(values) + 1))
			+ " end ok",
			parameters=[{"value": value, "example": "x"} for value in values],
		)
		filled = templates.fill(template, make("ToDo", description="x", status="Open"), remark)
		self.assertLessEqual(len(templates.text(template, filled)), templates.LONGEST_BODY)
		template.delete()
		return filled

	def test_a_value_is_one_line_and_never_empty(self):
		self.assertEqual(self.fill("remark", remark=" two\n\nlines\tand     more "), ["two lines and more"])
		self.assertEqual(self.fill("remark"), [templates.NOTHING])

	def test_a_long_value_takes_the_room_that_the_short_ones_leave(self):
		long, short = self.fill("remark", "doc.status", remark="काम " * 400)
		self.assertEqual(short, "Open")
		self.assertGreater(len(long), 900)
		self.assertTrue(long.endswith("…"))

	def test_two_long_values_share(self):
		first, second = self.fill("remark", "remark * 2", remark="x" * 2000)
		self.assertGreater(min(len(first), len(second)), 450)

	def test_a_status_is_said_in_the_language_of_the_template(self):
		case = make_case(make_category(make_department()), make_area())
		template = frappe.get_doc("Chat Template", "status-hi")
		values = templates.fill(template, case, "")
		label = frappe.db.get_value("Grievance Status", case.status, "citizen_label")
		self.assertEqual(values, [case.name, frappe._(label, "hi")])
		self.assertNotEqual(values[1], label)


class TestApproval(ChatTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_value("Chat Channel", {"name": ("!=", self.channel.name)}, "enabled", 0)
		frappe.db.commit()
		self.template = make_template()
		self.account = self.channel.business_account_id

	@property
	def row(self):
		return templates.row_of(frappe.get_doc("Chat Template", self.template.name), self.account)

	def submit(self):
		templates.submit(json.dumps([self.template.name]))

	def test_is_submitted_with_examples_and_is_pending(self):
		self.submit()
		(listed,) = self.meta.listed
		self.assertEqual(
			(listed["name"], listed["language"], listed["category"]), ("test_status", "fr", "UTILITY")
		)
		(body,) = listed["components"]
		self.assertEqual(body["example"], {"body_text": [["GRV-1", "Closed"]]})
		self.assertEqual((self.row.state, self.row.meta_id), ("Pending", "1"))

	def test_is_not_submitted_twice(self):
		self.submit()
		self.submit()
		self.assertEqual(len(self.meta.listed), 1)

	def test_each_account_is_asked_once(self):
		make_channel(business_account_id=self.account)
		other = make_channel()
		self.assertEqual(
			[each.business_account_id for each in templates.account_channels()],
			[self.account, other.business_account_id],
		)

	def test_a_changed_one_is_submitted_under_the_id_it_has(self):
		self.submit()
		self.template.reload()
		self.template.body += " Good day."
		self.template.save()
		self.submit()
		(listed,) = self.meta.listed
		self.assertIn("Good day", listed["components"][0]["text"])
		self.assertEqual((self.row.state, self.row.meta_id), ("Pending", "1"))

	def test_what_meta_refuses_is_shown(self):
		self.meta.errors = [ProviderError(100, "Too many variables", False)]
		self.submit()
		self.assertEqual((self.row.state, self.row.rejected_reason), ("Rejected", "Too many variables"))

	def test_trouble_on_the_way_is_no_refusal(self):
		for error in (ProviderError(190, "Token expired", False), ProviderError(0, "Timeout", True)):
			self.meta.errors = [error]
			with self.assertRaises(frappe.ValidationError):
				self.submit()
			self.assertIsNone(self.row)

	def test_the_state_is_read_from_meta(self):
		self.submit()
		for word, state in (
			("APPROVED", "Approved"),
			("PAUSED", "Paused"),
			("REJECTED", "Rejected"),
			("SOMETHING_NEW", "Pending"),
		):
			self.meta.listed[0].update(
				status=word, rejected_reason="INVALID_FORMAT" if word == "REJECTED" else "NONE"
			)
			templates.sync()
			self.assertEqual((self.row.state, bool(self.row.rejected_reason)), (state, word == "REJECTED"))
			self.assertTrue(self.row.synced_on)

	def test_another_text_at_metas_is_not_ours(self):
		self.submit()
		self.meta.listed[0].update(status="APPROVED", components=[{"type": "BODY", "text": "Something else"}])
		templates.sync()
		self.assertEqual(self.row.state, "Changed")

	def test_what_meta_has_no_more_can_be_submitted_again(self):
		self.submit()
		self.meta.listed.clear()
		templates.sync()
		self.assertIsNone(self.row)

	def test_what_is_there_already_is_taken_over(self):
		self.meta.listed.append({"id": "9", "status": "APPROVED", **templates.describe(self.template)})
		templates.sync()
		self.assertEqual((self.row.state, self.row.meta_id), ("Approved", "9"))

	def test_a_token_that_meta_does_not_take_stops_the_channel(self):
		self.meta.errors = [ProviderError(190, "Token expired", False)]
		templates.sync()
		self.assertEqual(frappe.db.get_value("Chat Channel", self.channel.name, "state"), "Stopped")

	def test_only_who_may_write_templates_asks_meta(self):
		frappe.set_user("Guest")
		for ask in (templates.sync, self.submit):
			with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
				ask()

	def update(self, event: str, **more) -> bool:
		return templates.apply_update(self.account, {**STATUS_UPDATE, "event": event, **more})

	def test_a_webhook_tells_of_it_at_once(self):
		self.assertTrue(self.update("APPROVED"))
		self.assertEqual((self.row.state, self.row.meta_id), ("Approved", "7"))
		self.update("PAUSED")
		self.assertEqual(self.row.state, "Paused")
		self.update("FLAGGED")
		self.assertEqual(self.row.state, "Paused")
		self.update("REJECTED", reason="ABUSIVE_CONTENT")
		self.assertEqual((self.row.state, self.row.rejected_reason), ("Rejected", "ABUSIVE_CONTENT"))

	def test_an_approval_of_the_text_before_our_change_is_not_one_of_ours(self):
		self.update("APPROVED")
		self.template.reload()
		self.template.body += " Good day."
		self.template.save()
		self.update("APPROVED")
		self.assertEqual(self.row.state, "Changed")

	def test_a_webhook_of_a_template_that_is_not_ours_changes_nothing(self):
		self.assertFalse(self.update("APPROVED", message_template_name="somebody_elses"))

	def test_metas_state_does_not_make_a_template_an_edited_one(self):
		before = shipped.content_hash("Chat Template", self.template.name)
		self.update("APPROVED")
		self.assertEqual(shipped.content_hash("Chat Template", self.template.name), before)
		self.template.reload()
		self.template.body += " Good day."
		self.template.save()
		self.assertNotEqual(shipped.content_hash("Chat Template", self.template.name), before)
