from datetime import timedelta

import frappe

from grievance_cell.api import chat_thread
from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.grievances.responses import REPLIED
from grievance_cell.messaging import channels, failures, replies
from grievance_cell.testing import (
	ChatTestCase,
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

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class RepliesTestCase(ChatTestCase):
	"""A case of a citizen who has just written, and its officer at the form."""

	def setUp(self):
		super().setUp()
		self.ward, self.department = make_area(), make_department()
		self.category = make_category(self.department)
		self.officer = make_user("Grievance Officer")
		self.posting = make_posting(self.department, self.ward, user=self.officer)
		self.set("Chat Channel", {"name": ("!=", self.channel.name)}, enabled=0)
		self.set("Notification", {"document_type": "Grievance"}, enabled=0)
		self.citizen = make_citizen(mobile_no=f"+{self.number}", language="en")
		self.case = make_case(self.category, self.ward, citizen=self.citizen.name)
		self.say("hello")
		self.send_all()

	def ask(self, function: str, user: str | None = None, case=None, **given):
		"""Ask for something as the form does."""
		with acting_as(user or self.officer):
			answer = getattr(chat_thread, function)("Grievance", (case or self.case).name, **given)
		frappe.db.commit()
		return answer

	def write(self, text: str = "We are coming", key: str = "", **more) -> None:
		self.ask("send_text", text=text, key=key or frappe.generate_hash(length=20), **more)

	def talk(self, **more) -> list[dict]:
		return self.ask("read", **more)["messages"]

	def reply(self, **more) -> dict:
		return self.ask("read", **more)["reply"]

	def close_window(self) -> None:
		self.set("Chat Session", self.session.name, last_inbound_on=self.now - timedelta(hours=25))

	def approve(self, *names: str) -> None:
		for name in names:
			template = frappe.get_doc("Chat Template", name)
			template.append(
				"accounts",
				{
					"business_account_id": self.channel.business_account_id,
					"state": "Approved",
					"meta_id": "1",
				},
			)
			template.save()

	def file(self, content: bytes = PNG, name: str = "done.png", case=None):
		return make(
			"File",
			file_name=unique(name),
			content=content + frappe.generate_hash(length=8).encode(),
			is_private=1,
			attached_to_doctype="Grievance",
			attached_to_name=(case or self.case).name,
		)


class TestReplies(RepliesTestCase):
	def test_what_an_officer_writes_leaves_through_the_outbox_with_the_officer_as_author(self):
		self.write("We are coming")
		(queued,) = [each for each in self.messages() if each.text == "We are coming"]
		self.assertEqual(
			(queued.state, queued.purpose, queued.owner, queued.reference_name, queued.citizen),
			("Queued", "Service", self.officer, self.case.name, self.citizen.name),
		)
		self.send_all()
		shown = self.talk()[-1]
		self.assertEqual(
			(shown["text"], shown["state"], shown["author"]),
			("We are coming", "Sent", frappe.utils.get_fullname(self.officer)),
		)

	def test_the_same_key_sends_once(self):
		self.write("We are coming", key="one")
		self.write("We are coming", key="one")
		self.write("We are coming", key="two")
		self.assertEqual(self.texts().count("We are coming"), 2)
		done = {"reference_name": self.case.name, "action": REPLIED}
		self.assertEqual(frappe.db.count("Grievance Action", done), 2)

	def test_a_second_click_that_was_under_way_at_once_sends_nothing(self):
		self.write("We are coming", key="one")
		# As in the snapshot of a request that began before the first was committed.
		way = replies.way_to(self.case)
		session = replies.sessions.get(way.channel, way.conversation_key)
		with self.assertRaises(Exception) as raised:
			replies.messages.queue(session, replies.Reply("We are coming"), request_key="one")
		self.assertTrue(frappe.db.is_duplicate_entry(raised.exception))

	def test_a_reply_is_a_response_and_a_word_to_the_citizen(self):
		self.case.db_set({"first_responded_on": None, "citizen_informed_on": None})
		modified = frappe.db.get_value("Grievance", self.case.name, "modified")
		self.write()
		case = frappe.get_doc("Grievance", self.case.name)
		self.assertTrue(case.first_responded_on)
		self.assertTrue(case.citizen_informed_on)
		self.assertEqual(case.response_status, "Met" if case.response_by else case.response_status)
		# Whoever has the form open can still save it.
		self.assertEqual(case.modified, modified)

	def test_a_second_reply_changes_no_first_response(self):
		self.write()
		first = frappe.db.get_value("Grievance", self.case.name, "first_responded_on")
		self.write()
		self.assertEqual(frappe.db.get_value("Grievance", self.case.name, "first_responded_on"), first)

	def test_the_words_stand_in_the_talk_alone(self):
		self.write("The key is under the mat")
		action = frappe.get_last_doc(
			"Grievance Action", {"reference_name": self.case.name, "action": REPLIED}
		)
		self.assertEqual((action.actor, action.posting), (self.officer, self.posting.name))
		self.assertFalse(action.remark)
		# Nor is it told to those whose cases are joined to this one.
		self.assertFalse(action.visible_to_citizen)

	def test_nothing_and_too_much_are_refused(self):
		for text in ("", "  \n", "x" * 4097):
			with self.subTest(len(text)), self.assertRaises(frappe.ValidationError):
				self.write(text)
		self.write("x" * 4096)

	def test_more_than_ten_in_a_minute_are_refused(self):
		for number in range(replies.MOST_A_MINUTE):
			self.write(f"Message {number}")
		with self.assertRaises(frappe.ValidationError):
			self.write("One more")
		self.set("Chat Message", {"request_key": ("is", "set")}, creation=self.now - timedelta(minutes=2))
		self.write("One more")

	def test_nobody_writes_in_a_case_that_is_not_theirs(self):
		stranger = make_user("Grievance Officer")
		make_posting(make_department(), make_area(), user=stranger)
		representative = make_user("Public Representative")
		for user in (stranger, representative, make_user("Grievance Manager")):
			for function, given in (
				("read", {}),
				("quick_texts", {}),
				("templates", {}),
				("send_text", {"text": "Hello", "key": "one"}),
				("send_file", {"file": self.file().name, "key": "one"}),
				("send_template", {"notice": "status", "key": "one"}),
			):
				with (
					self.subTest(user=user, function=function),
					self.assertRaises(frappe.PermissionError),
				):
					self.ask(function, user, **given)

	def test_the_talk_of_a_confidential_case_is_for_who_decides_it(self):
		confidential = make_category(self.department, confidential=1)
		self.case = make_case(confidential, self.ward, citizen=self.citizen.name)
		self.assertEqual(self.ask("read")["reply"]["kind"], "text")
		collector = make_user("Collector")
		make_posting(None, self.ward, user=collector)
		kept = self.ask("read", collector)
		self.assertEqual(list(kept), ["kept"])
		for function, given in (("quick_texts", {}), ("send_text", {"text": "Hello", "key": "one"})):
			with self.subTest(function), self.assertRaises(frappe.PermissionError):
				self.ask(function, collector, **given)
		self.write("In confidence")
		self.assertEqual(self.talk()[-1]["text"], "In confidence")

	def test_of_an_emergency_only_words_of_its_office_end_the_calls(self):
		self.case.db_set({"priority": "Emergency", "first_responded_on": None})
		operator = make_user("Grievance Operator")
		make_posting(make_department(), self.ward, user=operator)
		for user, taken in ((operator, False), (self.officer, True)):
			with self.subTest(taken=taken):
				self.write("Help is on the way", user=user)
				self.assertEqual(bool(self.standing()[0]), taken)

	def test_when_the_offices_words_are_lost_an_emergency_is_not_taken_by_what_others_wrote(self):
		self.case.db_set({"priority": "Emergency", "first_responded_on": None})
		operator = make_user("Grievance Operator")
		make_posting(make_department(), self.ward, user=operator)
		self.write("The office knows", user=operator)
		self.write("We are coming")
		self.assertTrue(self.standing()[0])
		self.lose("We are coming")
		self.assertIsNone(self.standing()[0])

	# words that are lost

	def lose(self, text: str) -> None:
		"""Have Meta say that a message did not arrive."""
		(lost,) = [each for each in self.messages() if each.text == text]
		self.set("Chat Message", lost.name, state="Failed")
		failures.follow_up(frappe.get_doc("Chat Message", lost.name), 131026, "Not on WhatsApp")
		frappe.db.commit()
		self.work_off()

	def standing(self) -> tuple:
		fields = ["first_responded_on", "response_status", "citizen_informed_on", "next_check_on"]
		return frappe.db.get_value("Grievance", self.case.name, fields)

	def test_a_reply_that_did_not_arrive_counts_for_nothing(self):
		before = self.standing()
		self.assertIsNone(before[0])
		self.write("We are coming")
		self.assertTrue(self.standing()[0])
		self.lose("We are coming")
		self.assertEqual(self.standing(), before)

	def test_one_that_arrived_still_counts(self):
		self.write("We are coming")
		self.write("Tomorrow at ten")
		arrived = self.standing()[2]
		self.lose("We are coming")
		self.assertEqual(self.standing()[0], arrived)
		self.assertEqual(self.standing()[2], arrived)

	def test_a_move_that_followed_is_the_response_then(self):
		self.write("We are coming")
		with acting_as(self.officer):
			lifecycle.move(frappe.get_doc("Grievance", self.case.name), "In Progress")
		moved = frappe.get_last_doc("Grievance Action", {"reference_name": self.case.name}).done_on
		self.lose("We are coming")
		self.assertEqual(self.standing()[0], moved)

	def test_after_a_reply_that_did_not_arrive_no_answer_is_expected(self):
		self.write("We are coming")
		self.work_off()
		self.lose("We are coming")
		self.say("The drain is choked")
		said = frappe.get_last_doc("Chat Message", {"direction": "In"})
		self.assertNotEqual(said.reference_name, self.case.name)

	def test_while_another_one_arrived_the_answer_is_still_the_officers(self):
		self.write("We are coming")
		self.write("Tomorrow at ten")
		self.work_off()
		self.lose("We are coming")
		self.say("Thank you, come soon please")
		said = frappe.get_last_doc("Chat Message", {"direction": "In"})
		self.assertEqual(said.reference_name, self.case.name)

	def test_what_quotes_an_officers_words_goes_to_their_case(self):
		self.write("We are coming")
		self.send_all()
		self.set("Chat Message", {"request_key": ("is", "set")}, creation=self.now - timedelta(days=3))
		(written,) = [each for each in self.messages() if each.text == "We are coming"]
		self.say("menu")
		self.receive_text("yes", context={"id": written.message_id})
		self.work_off()
		said = frappe.get_last_doc("Chat Message", {"direction": "In"})
		self.assertEqual((said.text, said.reference_name), ("yes", self.case.name))

	# files

	def test_a_photo_and_a_document_are_sent_by_what_they_are(self):
		self.ask("send_file", file=self.file().name, caption="Done", key="one")
		self.ask("send_file", file=self.file(b"%PDF-1.4\n", "order.pdf").name, key="two")
		photo, paper = self.talk()[-2:]
		self.assertEqual((photo["type"], photo["text"]), ("image", "Done"))
		self.assertTrue(photo["file"]["url"].startswith("/private/files/"))
		self.assertEqual(paper["type"], "document")
		self.send_all()
		self.assertEqual([each["state"] for each in self.talk()[-2:]], ["Sent", "Sent"])

	def test_words_beside_a_sound_follow_it_as_a_message(self):
		sound = self.file(b"OggS" + b"\0" * 60, "answer.ogg")
		for _try in range(2):
			self.ask("send_file", file=sound.name, caption="Please listen", key="one")
		self.send_all()
		heard, read = self.talk()[-2:]
		self.assertEqual((heard["type"], heard["text"], heard["state"]), ("audio", "", "Sent"))
		self.assertEqual((read["type"], read["text"], read["state"]), ("text", "Please listen", "Sent"))
		self.assertEqual(read["author"], heard["author"])
		self.assertEqual(self.texts().count("Please listen"), 1)

	def test_a_file_of_another_kind_or_of_another_case_is_not_sent(self):
		program = self.file(b"MZ\x90\0", "photo.png")
		other = make_case(self.category, self.ward, citizen=self.citizen.name)
		for file in (program, self.file(case=other)):
			refused = (frappe.ValidationError, frappe.PermissionError)
			with self.subTest(file.file_name), self.assertRaises(refused):
				self.ask("send_file", file=file.name, key="one")
		with self.assertRaises(frappe.ValidationError):
			self.ask("send_file", file=self.file().name, caption="x" * 1025, key="one")

	# the window and its templates

	def test_in_the_window_it_says_until_when_it_is_open(self):
		reply = self.reply()
		self.assertEqual(reply["kind"], "text")
		self.assertEqual(
			frappe.utils.get_datetime(reply["until"]), self.session.last_inbound_on + timedelta(hours=24)
		)

	def test_outside_the_window_only_a_template_leaves(self):
		self.close_window()
		reply = self.reply()
		self.assertEqual(reply["kind"], "template")
		self.assertLess(frappe.utils.get_datetime(reply["until"]), self.now)
		with self.assertRaises(frappe.ValidationError):
			self.write()
		self.assertEqual(self.ask("templates"), [])
		with self.assertRaises(frappe.ValidationError):
			self.ask("send_template", notice="reply", remark="We are coming", key="one")
		self.approve("reply-en", "closed-en")
		(offered,) = self.ask("templates")
		self.assertEqual((offered["notice"], offered["wants_remark"]), ("reply", True))
		self.assertIn(self.case.name, offered["text"])
		self.ask("send_template", notice="reply", remark="We are\ncoming", key="one")
		self.send_all()
		shown = self.talk()[-1]
		self.assertEqual(shown["text"], offered["text"].replace(replies.REMARK, "We are coming"))
		self.assertEqual((shown["state"], shown["is_template"]), ("Sent", True))
		self.assertEqual(shown["author"], frappe.utils.get_fullname(self.officer))

	def test_a_template_for_words_wants_some(self):
		self.close_window()
		self.approve("reply-en", "status-en")
		with self.assertRaises(frappe.ValidationError):
			self.ask("send_template", notice="reply", key="one")
		self.ask("send_template", notice="status", key="one")
		self.assertEqual(self.talk()[-1]["text"].count(self.case.name), 1)

	def test_words_that_a_template_has_no_room_for_are_refused_and_none_is_cut(self):
		self.close_window()
		self.approve("reply-en")
		longest = self.ask("templates")[0]["longest_remark"]
		self.assertGreater(longest, 500)
		with self.assertRaisesRegex(frappe.ValidationError, str(longest)):
			self.ask("send_template", notice="reply", remark="x" * (longest + 1), key="one")
		whole = ("Tom & <Jerry> " * longest)[: longest - 1] + "."
		self.ask("send_template", notice="reply", remark=whole, key="two")
		self.assertIn(whole, self.talk()[-1]["text"])

	def test_a_template_for_the_officers_own_words_is_offered_first(self):
		self.close_window()
		self.approve("registered-en", "status-en", "reply-en", "closed-en")
		offered = [each["notice"] for each in self.ask("templates")]
		self.assertEqual((offered[0], set(offered)), ("reply", {"registered", "reply", "status"}))

	def test_one_who_never_wrote_is_written_to_by_template(self):
		self.number = mobile_no()[1:]
		other = make_citizen(mobile_no=f"+{self.number}", language="en")
		case = make_case(self.category, self.ward, citizen=other.name)
		reply = self.reply(case=case)
		self.assertEqual((reply["kind"], reply["until"]), ("template", None))
		self.approve("reply-en")
		self.ask("send_template", case=case, notice="reply", remark="We are coming", key="one")
		self.assertEqual(len(self.talk(case=case)), 1)

	# why not

	def test_it_says_in_words_why_nothing_can_be_sent(self):
		unsigned = make_case(self.category, self.ward)
		self.assertIn("not known whose", self.reply(case=unsigned)["why"])
		part = make_case(self.category, self.ward, citizen=self.citizen.name)
		part.db_set("parent_grievance", self.case.name)
		self.assertIn(self.case.name, self.reply(case=part)["why"])
		for doctype, name, values, said in (
			("Citizen", self.citizen.name, {"blocked": 1}, "blocked"),
			("Chat Channel", self.channel.name, {"enabled": 0}, "switched off"),
		):
			with self.subTest(said):
				self.set(doctype, name, **values)
				reply = self.reply()
				self.assertEqual(reply["kind"], "")
				self.assertIn(said, reply["why"])
				with self.assertRaises(frappe.ValidationError):
					self.write()
				self.set(doctype, name, **{field: 1 - value for field, value in values.items()})
		self.write()

	def test_it_says_what_else_is_good_to_know(self):
		self.set("Chat Channel", self.channel.name, state=channels.STOPPED)
		self.set("Citizen", self.citizen.name, unreachable_since=self.now, announcements_opt_out=1)
		reply = self.reply()
		self.assertEqual(reply["kind"], "text")
		said = "\n".join(reply["notes"])
		for word in ("cannot send now", "since", "no announcements"):
			self.assertIn(word, said)

	def test_the_question_is_offered_where_the_workflow_has_it(self):
		self.assertEqual(self.reply()["question_move"], "Ask Citizen")
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which house?"
		)
		self.assertEqual(self.reply()["question_move"], "")
