from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Choice, Reply
from grievance_cell.messaging import channels, mail, messages, outbox, sessions, templates
from grievance_cell.messaging.providers.errors import PAUSE, REMEDIES, RETRY, STOP, ProviderError
from grievance_cell.messaging.test_media import PDF, PNG
from grievance_cell.testing import (
	ChatTestCase,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_user,
)


class NoticeTestCase(ChatTestCase):
	"""A citizen with a case, who wrote two days ago."""

	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.category, cls.ward = make_category(make_department()), make_area()

	def setUp(self):
		super().setUp()
		self.citizen = make_citizen(mobile_no=f"+{self.number}", language="hi")
		session = sessions.get(self.channel.name, self.number)
		self.set("Chat Session", session.name, citizen=self.citizen.name)
		self.case = make_case(self.category, self.ward)
		self.case.db_set("citizen", self.citizen.name)
		frappe.db.delete("Comment", {"reference_name": self.case.name})
		self.wrote(hours_ago=48)

	def wrote(self, hours_ago: float) -> None:
		self.set(
			"Chat Session", self.session.name, last_inbound_on=now_datetime() - timedelta(hours=hours_ago)
		)

	def approve(self, *names: str) -> None:
		for name in names:
			templates.set_state(name, self.channel.business_account_id, templates.APPROVED)
		frappe.db.commit()

	def queue(self, reply: Reply | None = None, **more) -> int:
		reply = reply or Reply(
			"Is it settled?",
			(Choice(f"feedback:{self.case.name}:yes", "Yes"), Choice(f"feedback:{self.case.name}:no", "No")),
			notice="settled",
		)
		about = {"reference_doctype": "Grievance", "reference_name": self.case.name, "remark": "नाली साफ़"}
		name = messages.queue(sessions.get(self.channel.name, self.number), reply, **{**about, **more})
		frappe.db.commit()
		return name

	def comments(self, doctype: str = "Grievance", name: str | None = None) -> list[str]:
		return frappe.get_all(
			"Comment",
			{"reference_doctype": doctype, "reference_name": name or self.case.name, "comment_type": "Info"},
			pluck="content",
		)

	def refuse(self, *codes: int, retryable: bool = False) -> None:
		self.meta.errors = [ProviderError(code, "Refused", retryable) for code in codes]
		self.send_all()


class TestTemplates(NoticeTestCase):
	def test_outside_the_window_a_notice_goes_out_as_its_template(self):
		self.approve("settled-hi", "settled-en")
		self.queue()
		self.send_all()
		((name, language, parameters, payloads),) = self.meta.templates_sent
		self.assertEqual((name, language), ("grievance_settled", "hi"))
		self.assertEqual(parameters, [self.case.name, "नाली साफ़"])
		self.assertEqual(payloads, [f"feedback:{self.case.name}:yes", f"feedback:{self.case.name}:no"])
		(message,) = self.messages()
		self.assertEqual(
			(message.state, message.template, message.purpose), ("Sent", "settled-hi", "Utility")
		)

	def test_in_the_window_it_is_free_text(self):
		self.approve("settled-hi")
		self.wrote(hours_ago=23)
		self.queue()
		self.send_all()
		self.assertEqual((self.meta.templates_sent, len(self.meta.sent)), ([], 1))

	def test_the_window_is_looked_at_when_it_is_sent(self):
		self.approve("settled-hi")
		self.wrote(hours_ago=23)
		self.queue()
		self.wrote(hours_ago=25)
		self.send_all()
		self.assertEqual(len(self.meta.templates_sent), 1)

	def test_without_one_in_their_language_it_is_the_channels_or_english(self):
		self.approve("settled-en", "settled-pa")
		self.queue()
		self.send_all()
		self.set("Chat Channel", self.channel.name, default_language="pa")
		self.queue()
		self.send_all()
		self.assertEqual([sent[1] for sent in self.meta.templates_sent], ["en", "pa"])

	def test_one_that_is_not_approved_for_this_account_is_not_used(self):
		templates.set_state("settled-hi", "another", templates.APPROVED)
		for state in (templates.PENDING, templates.PAUSED, templates.CHANGED):
			templates.set_state("settled-hi", self.channel.business_account_id, state)
			frappe.db.commit()
			self.queue()
			self.send_all()
			self.assertEqual(self.messages()[-1].state, "Failed")
		self.assertEqual(self.meta.sent, [])

	def test_without_any_it_fails_where_the_officer_sees_it(self):
		self.queue()
		self.send_all()
		(message,) = self.messages()
		self.assertEqual((message.state, message.error_code), ("Failed", 131047))
		(comment,) = self.comments()
		self.assertIn("131047", comment)

	def test_what_is_no_notice_has_no_template(self):
		self.approve("settled-hi")
		self.queue(Reply("Good day"))
		self.send_all()
		self.assertEqual((self.messages()[0].state, self.meta.sent), ("Failed", []))

	def test_a_window_that_only_meta_knows_to_be_closed(self):
		self.approve("settled-hi")
		self.wrote(hours_ago=1)
		first = self.queue()
		self.refuse(131047)
		self.assertEqual([each.state for each in self.messages()], ["Failed", "Sent"])
		self.assertEqual(len(self.meta.templates_sent), 1)
		self.assertEqual(self.comments(), [])
		self.refuse(131047)
		self.assertEqual(len(self.messages()), 2)
		self.assertEqual(self.messages()[0].name, first)

	def test_meta_may_say_so_later(self):
		self.approve("settled-hi")
		self.wrote(hours_ago=1)
		self.queue()
		self.send_all()
		failed = {"errors": [{"code": 131047, "title": "Re-engagement message"}]}
		self.receive_status("failed", self.messages()[0].message_id, **failed)
		self.work_off()
		self.send_all()
		self.assertEqual([each.state for each in self.messages()], ["Failed", "Sent"])
		self.receive_status("failed", self.messages()[1].message_id, **failed)
		self.work_off()
		self.assertEqual([each.state for each in self.messages()], ["Failed", "Failed"])
		self.assertEqual(len(self.comments()), 1)

	def test_a_template_that_meta_refuses_is_used_no_more_and_the_next_language_is(self):
		self.approve("settled-hi", "settled-en")
		self.queue()
		self.refuse(132001)
		self.assertEqual([sent[1] for sent in self.meta.templates_sent], ["hi", "en"])
		row = templates.row_of(
			frappe.get_doc("Chat Template", "settled-hi"), self.channel.business_account_id
		)
		self.assertEqual(row.state, "Changed")
		self.assertIn("132001", row.rejected_reason)
		self.assertEqual(self.messages()[0].state, "Sent")

	def test_a_paused_template_is_noted_as_paused(self):
		self.approve("settled-hi")
		self.queue()
		self.refuse(132015)
		row = templates.row_of(
			frappe.get_doc("Chat Template", "settled-hi"), self.channel.business_account_id
		)
		self.assertEqual((row.state, self.messages()[0].state), ("Paused", "Failed"))


class TestFailures(NoticeTestCase):
	def setUp(self):
		super().setUp()
		self.wrote(hours_ago=1)

	def test_a_failure_stands_on_the_cases_timeline(self):
		self.queue()
		self.refuse(131049)
		self.assertEqual(self.messages()[0].state, "Failed")
		(comment,) = self.comments()
		self.assertIn("Refused (131049)", comment)

	def test_an_officers_message_that_fails_is_no_failure_to_reach_the_citizen(self):
		name = self.queue()
		self.set("Chat Message", name, citizen=None)
		self.refuse(131049)
		self.assertEqual((self.messages()[0].state, self.comments()), ("Failed", []))

	def test_so_does_one_that_a_status_tells_of_and_once(self):
		self.queue()
		self.send_all()
		for _time in range(2):
			self.receive_status(
				"failed", self.messages()[0].message_id, errors=[{"code": 131053, "title": "Upload"}]
			)
			self.work_off()
		self.assertEqual(len(self.comments()), 1)

	def test_a_number_without_whatsapp_is_noted_until_the_citizen_writes(self):
		self.queue()
		self.refuse(131026)
		self.citizen.reload()
		self.assertTrue(self.citizen.unreachable_since)
		self.assertEqual(len(self.comments()), 1)
		self.say("choked drain")
		self.citizen.reload()
		self.assertIsNone(self.citizen.unreachable_since)

	def test_a_mistake_of_ours_is_logged(self):
		name = self.queue()
		self.refuse(131009)
		self.assertEqual(self.messages()[0].state, "Failed")
		title = f"Chat Message {name} was refused: 131009"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_announcements_go_to_nobody_who_has_opted_out(self):
		self.citizen.db_set("announcements_opt_out", 1)
		self.queue(Reply("A camp on Monday"), purpose="Marketing")
		self.queue()
		self.send_all()
		self.assertEqual([each.state for each in self.messages()], ["Failed", "Sent"])

	def test_a_blocked_citizen_gets_no_notice_and_the_case_says_so(self):
		self.citizen.db_set("blocked", 1)
		self.wrote(hours_ago=1)
		self.queue()
		self.queue(Reply("We take no messages from this number. Please come to the office."))
		self.send_all()
		self.assertEqual([each.state for each in self.messages()], ["Failed", "Sent"])
		self.assertIn("This citizen is blocked", self.comments()[0])

	def test_each_code_that_meta_documents_is_met(self):
		for code, remedy in REMEDIES.items():
			if code in range(200, 300) and code != 200:
				continue
			self.set("Chat Channel", self.channel.name, state="Working", paused_until=None)
			name = self.queue(Reply("x"), reference_doctype=None, reference_name=None)
			self.refuse(code)
			state = frappe.db.get_value("Chat Message", name, "state")
			waits = remedy.kind in (RETRY, PAUSE, STOP)
			with self.subTest(code):
				self.assertEqual(self.meta.errors, [])
				if "template" not in remedy.kind:
					self.assertEqual(state, "Queued" if waits else "Failed")
			frappe.db.delete("Chat Message", {"name": name})

	def test_a_number_that_has_sent_too_much_pauses_whole_and_nobody_loses_an_attempt(self):
		self.queue()
		self.refuse(130429)
		(message,) = self.messages()
		self.assertEqual((message.state, message.attempts, message.error_code), ("Queued", 0, 130429))
		until = frappe.db.get_value("Chat Channel", self.channel.name, "paused_until")
		self.assertAlmostEqual((until - now_datetime()).total_seconds(), 10, delta=3)
		self.set("Chat Message", message.name, next_attempt_on=None)
		self.send_all()
		self.assertEqual((self.meta.sent, self.messages()[0].next_attempt_on), ([], until))
		self.set("Chat Channel", self.channel.name, paused_until=now_datetime())
		self.let_time_pass()
		self.send_all()
		self.assertEqual(len(self.meta.sent), 1)


class TestStoppedChannel(NoticeTestCase):
	def setUp(self):
		super().setUp()
		self.wrote(hours_ago=1)
		self.manager = make_user("Grievance Manager")
		self.mails: list[tuple] = []
		patched = patch.object(mail, "send", lambda *given: self.mails.append(given))
		patched.start()
		self.addCleanup(patched.stop)

	@property
	def stored(self):
		return frappe.get_doc("Chat Channel", self.channel.name)

	def test_a_token_that_has_ended_stops_the_channel_and_loses_nothing(self):
		self.queue()
		self.queue()
		self.refuse(190)
		self.assertEqual((self.stored.state, self.stored.stop_reason), ("Stopped", "Refused (190)"))
		self.assertTrue(self.stored.stopped_on)
		self.assertEqual([(each.state, each.attempts) for each in self.messages()], [("Queued", 0)] * 2)
		self.let_time_pass()
		self.send_all()
		self.assertEqual(self.meta.sent, [])
		self.assertGreater(self.messages()[0].next_attempt_on, now_datetime())

	def test_who_can_put_it_right_is_alerted_once(self):
		for _time in range(2):
			channels.stop(self.channel.name, 368, "Blocked")
		alerts = frappe.get_all(
			"Notification Log", {"document_name": self.channel.name, "for_user": self.manager}
		)
		self.assertEqual(len(alerts), 1)
		self.assertEqual([given[0] for given in self.mails].count(self.manager), 1)

	def test_a_status_stops_it_too(self):
		self.queue()
		self.send_all()
		self.receive_status(
			"failed", self.messages()[0].message_id, errors=[{"code": 368, "title": "Blocked"}]
		)
		self.work_off()
		self.assertEqual(self.stored.state, "Stopped")

	def test_resume_sends_what_has_waited(self):
		self.queue()
		self.refuse(190)
		self.stored.resume()
		frappe.db.commit()
		self.send_all()
		self.assertEqual((self.stored.state, self.stored.stop_reason), ("Working", None))
		self.assertEqual([each.state for each in self.messages()], ["Sent"])
		self.assertIn("grievance_cell.messaging.outbox.drain", [method for method, _given in self.jobs])

	def test_another_channel_goes_on(self):
		self.set("Chat Channel", self.channel.name, state="Stopped")
		other = make_channel_with_session(self.number)
		messages.queue(other, Reply("Good day"))
		frappe.db.commit()
		self.send_all()
		self.assertEqual(len(self.meta.sent), 1)

	def test_only_who_may_write_channels_resumes(self):
		frappe.set_user(make_user("Grievance Operator"))
		with self.assertRaises(frappe.PermissionError):
			self.stored.resume()


def make_channel_with_session(number: str):
	session = sessions.get(make_channel().name, number)
	frappe.db.set_value("Chat Session", session.name, "last_inbound_on", now_datetime())
	return session


class TestFiles(NoticeTestCase):
	def setUp(self):
		super().setUp()
		self.wrote(hours_ago=1)

	def queue_file(self, content: bytes, name: str, caption: str = "") -> int:
		file = frappe.get_doc({"doctype": "File", "file_name": name, "content": content, "is_private": 1})
		file.insert()
		self.addCleanup(frappe.delete_doc, "File", file.name, force=True)
		queued = messages.queue_file(
			sessions.get(self.channel.name, self.number),
			file.name,
			caption,
			reference_doctype="Grievance",
			reference_name=self.case.name,
		)
		frappe.db.commit()
		return queued

	def test_a_photo_and_a_paper_go_out_by_what_they_are(self):
		self.queue_file(PNG, "photo.pdf", "After the work")
		self.queue_file(PDF, "paper.doc")
		self.send_all()
		kinds = [text.split()[0] for _to, text in self.meta.sent]
		self.assertEqual(kinds, ["image", "document"])
		self.assertIn("After the work", self.meta.sent[0][1])
		self.assertEqual(
			[content_type for _c, content_type, _n in self.meta.uploads], ["image/png", "application/pdf"]
		)
		self.assertEqual([each.state for each in self.messages()], ["Sent", "Sent"])

	def test_a_file_is_uploaded_once_however_often_it_is_tried(self):
		self.queue_file(PDF, "paper.pdf")
		self.refuse(131000, retryable=True)
		self.let_time_pass()
		self.send_all()
		self.assertEqual((len(self.meta.uploads), len(self.meta.sent)), (1, 1))

	def test_a_large_photo_is_a_document(self):
		self.assertEqual(messages.type_of_file(PNG + b"\0" * messages.LARGEST_IMAGE), "document")

	def test_a_sound_is_sent_as_one(self):
		self.assertEqual(messages.type_of_file(b"OggS" + b"\0" * 60), "audio")

	def test_a_program_is_not_sent(self):
		for content in (b"MZ\x90\x00" + b"\x00" * 200, b"#!/bin/sh", b""):
			with self.assertRaises(frappe.ValidationError):
				messages.type_of_file(content)

	def test_outside_the_window_a_file_fails_where_the_officer_sees_it(self):
		self.wrote(hours_ago=30)
		self.queue_file(PDF, "paper.pdf")
		self.send_all()
		self.assertEqual((self.messages()[0].error_code, self.meta.uploads), (131047, []))
		self.assertEqual(len(self.comments()), 1)


class TestOutboxState(NoticeTestCase):
	def test_a_status_that_was_faster_than_a_refusal_is_not_undone(self):
		self.wrote(hours_ago=1)
		name = self.queue()
		message = outbox.claim(name)
		self.set("Chat Message", name, state="Delivered")
		outbox.fail(message, 131049, "Refused")
		self.assertEqual((self.messages()[0].state, self.comments()), ("Delivered", []))
