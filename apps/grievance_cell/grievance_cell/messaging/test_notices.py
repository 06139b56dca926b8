import base64
import json
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import events, mail, messages, notices, recipients, sessions
from grievance_cell.messaging.recipients import Recipient
from grievance_cell.testing import (
	ChatTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
	unique,
)

# The shortest picture there is: one grey dot.
PNG = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


class CaseTestCase(ChatTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		make_posting(cls.department, cls.ward)

	def setUp(self):
		super().setUp()
		self.citizen = make_citizen(mobile_no=f"+{self.number}")
		session = sessions.lock(self.channel.name, self.number)
		frappe.db.set_value(
			"Chat Session", session.name, {"citizen": self.citizen.name, "last_inbound_on": now_datetime()}
		)
		frappe.db.commit()

	def case(self, as_user: str = "Administrator", **values):
		frappe.set_user(as_user)
		case = make_case(self.category, self.ward, citizen=self.citizen.name, **values)
		frappe.set_user("Administrator")
		return case

	def move(self, case, to: str, user: str = "Administrator", **more) -> None:
		frappe.set_user(user)
		lifecycle.move(frappe.get_doc("Grievance", case.name), to, **more)
		frappe.set_user("Administrator")
		frappe.db.commit()


class TestNotices(CaseTestCase):
	def test_tells_of_a_case_that_an_operator_registered(self):
		case = self.case()
		self.assertEqual(len(self.texts()), 1)
		self.assertIn(case.name, self.texts()[0])
		self.assertEqual(self.messages()[0].reference_name, case.name)

	def test_does_not_repeat_what_the_bot_says_itself(self):
		self.case(as_user=bot_user(), source="WhatsApp")
		self.assertEqual(self.texts(), [])

	def test_tells_of_each_step_with_the_citizens_word_for_it(self):
		case = self.case()
		self.move(case, "In Progress")
		said = f"Your case {case.name} stands at: Work is going on. We will write to you when there is more."
		self.assertEqual(self.texts()[1:], [said])

	def test_a_suggestion_is_thanked_for_and_answered(self):
		case = self.case(grievance_type="Suggestion")
		self.move(case, "Accepted", decision="The council has agreed")
		self.assertIn("Suggestion taken up. What the office says: The council has agreed", self.texts()[-1])

	def test_speaks_the_citizens_language_and_else_the_channels(self):
		for language, word in (("hi", "आपकी अर्ज़ी"), ("pa", "ਤੁਹਾਡੀ ਅਰਜ਼ੀ"), (None, "Your case")):
			self.citizen.db_set("language", language)
			self.case()
			self.assertIn(word, self.texts()[-1])

	def test_a_notice_has_its_name_purpose_and_remark(self):
		self.case()
		message = self.messages()[0]
		self.assertEqual((message.notice, message.purpose), ("registered", "Utility"))
		case = self.case(grievance_type="Suggestion")
		self.move(case, "Accepted", decision="The council has agreed")
		self.assertEqual(messages.remark_of(self.messages()[-1]), "The council has agreed")

	def test_each_step_has_its_name(self):
		case = frappe._dict(priority="High", grievance_type="Complaint")
		emergency, suggestion = {**case, "priority": "Emergency"}, {**case, "grievance_type": "Suggestion"}
		for action, about, steps in (
			({"to_status": "Registered"}, case, ("Registered",)),
			({"from_status": "Registered", "to_status": "Assigned"}, case, ("Assigned",)),
			({"from_status": "Registered", "to_status": "Assigned"}, emergency, ("Emergency",)),
			({"from_status": "Assigned", "to_status": "In Progress"}, case, ("Status Changed",)),
			({"from_status": "Assigned", "to_status": "Awaiting Citizen"}, case, ("Citizen Asked",)),
			(
				{"from_status": "Awaiting Citizen", "to_status": "In Progress"},
				case,
				("Status Changed", "Citizen Answered"),
			),
			({"from_status": "In Progress", "to_status": "Long Term"}, case, ("Made Long Term",)),
			({"from_status": "Assigned", "to_status": "Resolved"}, case, ("Reported as Settled",)),
			({"from_status": "Resolved", "to_status": "Reopened"}, case, ("Reopened",)),
			({"from_status": "Resolved", "to_status": "Closed"}, case, ("Closed",)),
			({"from_status": "Assigned", "to_status": "Not Sanctioned"}, case, ("Closed",)),
			({"from_status": "Assigned", "to_status": "Accepted"}, suggestion, ("Suggestion Answered",)),
			*(
				({"from_status": "Assigned", "to_status": to}, {**case, "closure_reason": reason}, (step,))
				for to, reason, step in (
					("Rejected", "Out of Scope", "Out of Scope"),
					("Rejected", "Junk", "Closed as Junk"),
					("Closed", "Force Closed", "Force Closed"),
					("Duplicate", "Duplicate", "Joined to Another"),
				)
			),
			(
				{"action": "Transferred", "from_department": "A", "to_department": "B"},
				case,
				("Transferred", "Assigned"),
			),
			({"action": "Transferred", "from_department": "A", "to_department": "A"}, case, ("Assigned",)),
			({"action": "Interim Reply"}, case, ("Interim Reply",)),
			({"action": "Overdue"}, case, ("Overdue",)),
			({"action": "New Date"}, case, ("New Date",)),
			({"action": "Question Repeated"}, case, ("Citizen Reminded",)),
			({"action": "Warned"}, case, ("Time Running Out",)),
			({"action": "Escalated"}, case, ("Escalated",)),
			({"action": "Not Acknowledged"}, emergency, ("Escalated",)),
			({"action": "Noted"}, case, ()),
		):
			with self.subTest(**action):
				self.assertEqual(notices.steps_of(frappe._dict(action), frappe._dict(about)), steps)

	def test_a_date_is_said_in_words(self):
		case = frappe.new_doc("Grievance", expected_by="2026-12-05", long_term_reason="Tender")
		for step, language, day in (
			("New Date", "hi", "5 दिसंबर 2026"),
			("New Date", "pa", "5 ਦਸੰਬਰ 2026"),
			("Made Long Term", "hi", "5 दिसंबर 2026"),
			("Made Long Term", "en", "5 December 2026"),
		):
			with self.subTest(step, language=language):
				notice = frappe.get_doc("Notification", {"case_step": step, "channel": "WhatsApp"})
				self.assertIn(day, notices.text_of(notice, case, "", language))

	def test_tells_what_the_officer_asks(self):
		case = self.case()
		self.move(case, "Awaiting Citizen", question="Which pole is it?")
		self.work_off()
		self.assertIn("Which pole is it?", self.texts()[-1])
		self.assertEqual(self.messages()[-1].notice, "question")

	def test_asks_whether_a_resolved_case_is_settled_in_the_conversations_turn(self):
		case = self.case()
		self.move(case, "Resolved", resolution="Cleaned the drain")
		(event,) = self.events()
		self.assertEqual((event.kind, event.state), ("Internal", "Pending"))
		self.work_off()
		self.assertIn("Cleaned the drain", self.texts()[-1])
		self.receive("button", {"text": "Yes", "payload": f"feedback:{case.name}:yes"})
		self.work_off()
		case.reload()
		self.assertEqual((case.status, case.closure_reason), ("Closed", "Confirmed"))
		self.assertIn("closed", self.texts()[-1])
		self.assertEqual(len(self.texts()), 3)

	def resolve_with(self, content: bytes) -> None:
		case = self.case()
		values = {"doctype": "File", "file_name": f"{case.name}.png", "content": content, "is_private": 1}
		file = frappe.get_doc(
			{**values, "attached_to_doctype": "Grievance", "attached_to_name": case.name}
		).insert()
		self.addCleanup(frappe.delete_doc, "File", file.name, force=True)
		self.move(case, "Resolved", resolution="Cleaned", resolution_photo=file.file_url)

	def test_the_photo_of_what_was_done_is_shown(self):
		self.resolve_with(PNG)
		self.assertEqual([m.message_type for m in self.messages() if m.file], ["image"])
		self.assertEqual(self.events()[-1].kind, events.INTERNAL)

	def test_what_cannot_be_shown_or_sent_stops_no_settlement(self):
		self.resolve_with(b"no picture at all")
		frappe.db.set_value("Chat Session", {"citizen": self.citizen.name}, "last_inbound_on", "2020-01-01")
		self.resolve_with(PNG)
		self.assertEqual([m.message_type for m in self.messages() if m.file], [])
		self.assertEqual(len(self.events()), 2)

	def test_each_resolution_is_asked_about(self):
		case = self.case()
		for number in (1, 2):
			self.move(case, "Resolved", resolution="Cleaned the drain")
			self.assertEqual(len(self.events()), number)
			self.move(case, "Reopened", bot_user())

	def test_a_talk_in_the_middle_of_a_form_goes_on_after_the_question(self):
		case = self.case()
		self.say("choked drain")
		self.move(case, "Resolved", resolution="Cleaned the drain")
		self.work_off()
		self.say("yes")
		self.assertEqual(self.texts()[-1], "Done: choked drain")

	def test_a_case_without_a_citizen_is_told_to_nobody(self):
		case = make_case(self.category, self.ward)
		self.move(case, "In Progress")
		self.assertEqual(self.texts(), [])

	def test_who_never_wrote_is_written_to_on_the_channel_of_the_place(self):
		district = make_area("District")
		town = make_area("Municipal Body", district)
		ward, other = make_area("Ward", town), make_area("Ward", district)
		of_district = make_channel(default_area=district.name)
		of_town = make_channel(default_area=town.name)
		for place, channel in ((ward, of_town), (other, of_district)):
			citizen = make_citizen()
			case = make_case(self.category, place, citizen=citizen.name)
			told = Recipient(citizen=case.citizen, number=citizen.mobile_no)
			found = notices.conversation_of(told, case.area)
			self.assertEqual(found, (channel.name, citizen.mobile_no.lstrip("+")))

	def test_a_citizen_without_a_number_cannot_be_written_to(self):
		(told,) = recipients.citizen(make_citizen(mobile_no=None).name)
		self.assertIsNone(notices.conversation_of(told, self.ward.name))

	def test_wakes_the_drain_only_after_the_commit(self):
		case = self.case()
		frappe.db.commit()
		before = len(self.jobs)
		frappe.cache.delete_keys("grievance_cell:wake:")
		lifecycle.move(frappe.get_doc("Grievance", case.name), "Resolved", resolution="Cleaned")
		self.assertEqual(len(self.jobs), before)
		frappe.db.commit()
		self.assertIn(
			("grievance_cell.messaging.inbox.drain", events.shard_of(self.number)),
			[(method, given.get("shard")) for method, given in self.jobs[before:]],
		)


class TestEMail(CaseTestCase):
	def setUp(self):
		super().setUp()
		self.citizen.db_set("email", "geeta@example.com")
		patched = patch.object(mail, "has_account", lambda: True)
		patched.start()
		self.addCleanup(patched.stop)

	def test_goes_beside_each_notice_and_no_reply(self):
		sent = []
		with patch.object(mail, "send", lambda *given: sent.append(given)):
			case = self.case()
			self.move(case, "Resolved", resolution="Cleaned the drain")
			self.say("choked drain", "yes")
			self.citizen.db_set("email", None)
			self.case()
		self.assertEqual([given[0] for given in sent], ["geeta@example.com"] * 2)
		self.assertEqual({given[3:] for given in sent}, {("Grievance", case.name)})
		self.assertIn("Cleaned the drain", sent[1][2])

	def test_an_e_mail_of_staffs_own_is_sent_once_and_nothing_else_with_it(self):
		for channel in ("Email", "System Notification"):
			make(
				"Notification",
				name=unique("Own"),
				enabled=1,
				channel=channel,
				event="Custom",
				document_type="Grievance",
				case_step="Reported as Settled",
				subject="Settled",
				message="In our own words: {{ remark }}",
				recipients=[{"receiver_by_document_field": "citizen"}],
			)
		sent = []
		with patch.object(mail, "send", lambda *given: sent.append(given[2])):
			case = self.case()
			sent.clear()
			self.move(case, "Resolved", resolution="Cleaned the drain")
		self.assertEqual(sent, ["In our own words: Cleaned the drain"])
		self.assertEqual([json.loads(event.payload)["text"] for event in self.asked()], ["Cleaned the drain"])

	def asked(self) -> list:
		"""List what the bot is to ask."""
		return frappe.get_all(
			"Chat Event",
			{"kind": "Internal", "channel": self.channel.name},
			["payload"],
			order_by="timestamp, name",
		)

	def test_who_has_no_number_is_told_by_e_mail_alone(self):
		citizen = make_citizen(mobile_no=None, email="ram@example.com", language="hi")
		sent = []
		with patch.object(mail, "send", lambda *given: sent.append(given)):
			make_case(self.category, self.ward, citizen=citizen.name)
		((address, subject, text, _doctype, _name),) = sent
		self.assertEqual(address, "ram@example.com")
		self.assertIn("आपकी अर्ज़ी", subject)
		self.assertIn("आपकी अर्ज़ी", text)

	def test_is_queued_with_the_case_and_safely_written(self):
		with patch.object(frappe, "sendmail") as sendmail:
			mail.send("a@example.com", "Subject", "<b>Cleaned</b>\nthe drain", "Grievance", "GRV-1")
		given = sendmail.call_args.kwargs
		self.assertEqual(given["message"], "&lt;b&gt;Cleaned&lt;/b&gt;<br>the drain")
		self.assertEqual((given["reference_name"], given["recipients"]), ("GRV-1", ["a@example.com"]))

	def test_trouble_with_it_stops_nothing_else(self):
		with patch.object(frappe, "sendmail", side_effect=frappe.OutgoingEmailError("No account")):
			case = self.case()
		self.assertEqual(len(self.texts()), 1)
		title = f"No e-mail about Grievance {case.name}"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_a_lost_race_is_not_swallowed(self):
		with (
			patch.object(frappe, "sendmail", side_effect=frappe.QueryDeadlockError),
			self.assertRaises(frappe.QueryDeadlockError),
		):
			mail.send("a@example.com", "Subject", "Text", "Grievance", "GRV-1")

	def test_a_site_without_mail_sends_none(self):
		with patch.object(mail, "has_account", lambda: False), patch.object(frappe, "sendmail") as sendmail:
			mail.send("a@example.com", "Subject", "Text", "Grievance", "GRV-1")
		self.assertFalse(sendmail.called and not frappe.conf.mail_server)
