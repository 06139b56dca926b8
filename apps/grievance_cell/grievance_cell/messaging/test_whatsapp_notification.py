from unittest.mock import patch

import frappe

from grievance_cell.messaging import health, messages, notices, whatsapp_notification
from grievance_cell.setup import install, notification_channel
from grievance_cell.testing import (
	ChatTestCase,
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	mobile_no,
	unique,
)


def make_notification(**values):
	return make(
		"Notification",
		**{
			"name": unique("Notice"),
			"enabled": 1,
			"channel": "WhatsApp",
			"document_type": "Callback Request",
			"event": "New",
			"message": "Namaste, we call you back. You wrote: {{ doc.said }}",
			"recipients": [{"receiver_by_document_field": "citizen"}],
			**values,
		},
	)


class TestWhatsAppNotification(ChatTestCase):
	def setUp(self):
		super().setUp()
		# Only our channel serves, wherever it is.
		frappe.db.set_value("Chat Channel", {"name": ("!=", self.channel.name)}, "enabled", 0)
		self.addCleanup(frappe.cache.hdel, "notifications", "Callback Request")
		self.citizen = make_citizen(mobile_no=f"+{self.number}")

	def ask_for_call(self, **values):
		return make(
			"Callback Request", **{"citizen": self.citizen.name, "said": "<b>Is anybody there?</b>", **values}
		)

	def written_to(self, number: str) -> list:
		session = frappe.db.get_value("Chat Session", {"conversation_key": number.lstrip("+")})
		return frappe.get_all("Chat Message", {"session": session or ""}, ["*"], order_by="name")

	def test_a_notice_that_staff_made_with_no_code_goes_out(self):
		make_notification()
		request = self.ask_for_call()
		(message,) = self.messages()
		self.assertIn("You wrote: <b>Is anybody there?</b>", message.text)
		self.assertEqual((message.state, message.purpose), ("Queued", "Utility"))
		self.assertEqual(
			(message.reference_doctype, message.reference_name), ("Callback Request", request.name)
		)

	def test_its_condition_and_those_of_its_recipients_are_kept(self):
		make_notification(condition="doc.source == 'Walk-in'")
		make_notification(
			recipients=[{"receiver_by_document_field": "citizen", "condition": "doc.said == 'no'"}]
		)
		self.ask_for_call()
		self.assertEqual(self.messages(), [])
		self.ask_for_call(source="Walk-in")
		self.assertEqual(len(self.messages()), 1)

	def test_a_template_is_said_in_the_recipients_language_and_can_go_out_as_one(self):
		for language, body in (("en", "We call you, {{1}}, today."), ("hi", "हम आपको आज फ़ोन करेंगे, {{1}} जी।")):
			make(
				"Chat Template",
				notice="callback",
				language=language,
				enabled=1,
				template_name="callback",
				category="Utility",
				body=body,
				parameters=[{"value": "doc.citizen_name", "example": "Geeta Bai"}],
			)
		make_notification(chat_template="callback-en", message="")
		self.citizen.db_set("language", "hi")
		self.ask_for_call()
		(message,) = self.messages()
		self.assertEqual(message.text, "हम आपको आज फ़ोन करेंगे, Geeta Bai जी।")
		self.assertEqual((message.notice, messages.language_of(message)), ("callback", "hi"))

	def test_a_plain_number_is_a_recipient(self):
		make_notification(recipients=[{"receiver_by_document_field": "mobile_no"}])
		number = mobile_no()
		self.ask_for_call(citizen=None, mobile_no=number)
		self.assertEqual(len(self.written_to(number)), 1)

	def test_a_role_is_a_recipient_and_of_its_users_who_want_it_and_may_see_it(self):
		make_notification(recipients=[{"receiver_by_role": "Grievance Operator"}])
		numbers = {}
		for wants, role in ((1, "Grievance Operator"), (0, "Grievance Operator"), (1, "Grievance Officer")):
			numbers[wants, role] = number = mobile_no()
			user = make_user(role)
			make_posting(make_department(), user=user, mobile_no=number, notify_on_whatsapp=wants)
		self.ask_for_call()
		told = {key for key, number in numbers.items() if self.written_to(number)}
		self.assertEqual(told, {(1, "Grievance Operator")})

	def test_without_words_it_cannot_be_saved(self):
		with self.assertRaises(frappe.MandatoryError):
			make_notification(message=" ")

	def test_one_that_fails_undoes_nothing_and_is_logged(self):
		notice = make_notification(message="{{ doc.said }}")
		with patch.object(notices, "write", side_effect=ZeroDivisionError):
			request = self.ask_for_call()
		self.assertTrue(frappe.db.exists("Callback Request", request.name))
		title = f"Notification {notice.name} was not sent for {request.name}"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_a_lost_race_is_not_swallowed(self):
		notice = make_notification(event="Custom")
		request = self.ask_for_call()
		with (
			patch.object(notices, "write", side_effect=frappe.QueryDeadlockError),
			self.assertRaises(frappe.QueryDeadlockError),
		):
			frappe.get_doc("Notification", notice.name).send(request)

	def test_other_channels_are_frappes_own(self):
		notice = make_notification(
			channel="System Notification",
			subject="Call",
			event="Custom",
			recipients=[{"receiver_by_document_field": "owner"}],
		)
		with patch.object(notices, "write") as write:
			frappe.get_doc("Notification", notice.name).send(self.ask_for_call())
		write.assert_not_called()

	def test_the_preview_says_it_for_a_document_in_a_language(self):
		notice = make_notification(
			document_type="Grievance", event="Custom", chat_template="registered-en", message=""
		)
		department = make_department()
		case = make_case(make_category(department), make_area())
		self.assertIn(case.name, whatsapp_notification.preview(notice.name, "en", case.name))
		self.assertIn("अर्ज़ी", whatsapp_notification.preview(notice.name, "hi", case.name))
		self.assertIn("GRV-2026-000123", whatsapp_notification.preview(notice.name, "pa"))
		frappe.set_user(make_user("Grievance Officer"))
		with self.assertRaises(frappe.PermissionError):
			whatsapp_notification.preview(notice.name, "en")


class TestChannel(SiteTestCase):
	def channels(self) -> list[str]:
		frappe.clear_cache(doctype="Notification")
		return frappe.get_meta("Notification").get_field("channel").options.split("\n")

	def test_is_added_to_those_of_the_running_frappe_and_taken_back(self):
		own = notification_channel.frappe_channels()
		self.assertNotIn("WhatsApp", own)
		self.assertEqual(self.channels(), [*own, "WhatsApp"])
		notification_channel.add()
		self.assertEqual(self.channels(), [*own, "WhatsApp"])
		notification_channel.remove()
		self.assertEqual(self.channels(), own)
		self.assertFalse(frappe.db.exists("Notification", {"channel": "WhatsApp"}))

	def test_another_apps_channel_stays(self):
		own = notification_channel.frappe_channels()
		notification_channel.set_channels([*own, "Pigeon"])
		self.assertEqual(self.channels(), [*own, "Pigeon"])
		notification_channel.add()
		self.assertEqual(self.channels(), [*own, "Pigeon", "WhatsApp"])
		notification_channel.remove()
		self.assertEqual(self.channels(), [*own, "Pigeon"])

	def test_the_steps_that_can_be_chosen_are_those_that_there_are(self):
		options = frappe.get_meta("Notification").get_field("case_step").options.split("\n")
		self.assertEqual(options, ["", *notices.STEPS])

	def test_another_app_that_changes_notification_is_told(self):
		line = health.notification_line()
		self.assertEqual(line.light, health.GOOD)
		with (
			patch.object(
				whatsapp_notification, "get_controller", lambda _doctype: frappe.model.document.Document
			),
			patch("click.secho") as said,
		):
			self.assertEqual(health.notification_line().light, health.WARNING)
			install.report_other_override()
			self.assertIn("Another app", said.call_args.args[0])
