import json
from unittest.mock import patch

import frappe

from grievance_cell.conversations import talk
from grievance_cell.conversations.model import Pin, Reply, Session
from grievance_cell.database import MOST_RESTARTS, is_transient
from grievance_cell.messaging import events, inbox, messages, sessions
from grievance_cell.testing import (
	ChatTestCase,
	FrappeTestCase,
	in_threads,
	make,
	make_channel,
	mobile_no,
	unique,
)


class TestConverse(ChatTestCase):
	def todos(self) -> list[str]:
		return frappe.get_all("ToDo", {"description": ("like", f"%{self.number}%")}, pluck="description")

	def test_a_talk_makes_the_document_and_the_replies(self):
		self.say(f"choked {self.number}", "yes")
		self.assertEqual(self.todos(), [f"choked {self.number}"])
		self.assertEqual(self.texts("In"), [f"choked {self.number}", "yes"])
		self.assertIn("Is this right?", self.texts()[0])
		self.assertEqual(self.texts()[1], f"Done: choked {self.number}")
		self.assertEqual({event.state for event in self.events()}, {"Processed"})
		self.assertEqual(self.session.last_inbound_on, self.now)

	def test_works_in_the_order_of_the_citizen_not_of_the_arrival(self):
		self.receive_text("yes", at=2)
		self.receive_text(f"choked {self.number}", at=1)
		self.work_off()
		self.assertEqual(self.todos(), [f"choked {self.number}"])

	def test_a_repeated_event_is_not_stored_again(self):
		self.receive_text("choked drain", message_id="wamid.repeated")
		self.work_off()
		self.receive_text("choked drain", message_id="wamid.repeated")
		self.work_off()
		self.assertEqual((len(self.events()), len(self.texts("In"))), (1, 1))

	def test_an_event_that_another_drain_has_done_is_left_alone(self):
		self.receive_text("choked drain")
		(event,) = inbox.due_events(self.shard)
		self.work_off()
		before = self.messages()
		self.assertTrue(inbox.take(event))
		self.assertEqual(self.messages(), before)

	def test_a_deadlock_runs_the_transaction_again_from_its_start(self):
		real, failures = talk.take_turn, [frappe.QueryDeadlockError("x"), frappe.QueryTimeoutError("x")]

		def take_turn(*args):
			outcome = real(*args)
			if failures:
				raise failures.pop()
			return outcome

		self.receive_text("choked drain")
		with patch.object(talk, "take_turn", take_turn):
			self.work_off()
		self.assertEqual(failures, [])
		(event,) = self.events()
		self.assertEqual((event.state, event.attempts), ("Processed", 1))
		self.assertEqual((len(self.texts("In")), len(self.texts())), (1, 1))

	def test_a_deadlock_that_somebody_swallowed_runs_the_transaction_again(self):
		real, failures = talk.take_turn, [1]

		def take_turn(row, *args):
			outcome = real(row, *args)
			if failures:
				failures.pop()
				# As MariaDB does: what was before it in the transaction is gone.
				frappe.db.rollback()
				sessions.lock(self.channel.name, self.number)
			return outcome

		self.receive_text("choked drain")
		with patch.object(talk, "take_turn", take_turn):
			self.work_off()
		self.assertEqual((len(self.texts("In")), len(self.texts())), (1, 1))
		self.assertEqual(self.events()[0].state, "Processed")

	def test_a_failure_in_the_middle_leaves_nothing_half_written(self):
		self.say(f"choked {self.number}")
		before = self.session
		self.receive_text("yes")
		with patch.object(inbox, "settle", side_effect=ValueError("broken")):
			self.work_off()
		self.assertEqual(self.todos(), [])
		self.assertEqual(self.session, before)
		self.assertEqual((len(self.texts("In")), len(self.texts())), (1, 1))
		event = self.events()[-1]
		self.assertEqual((event.state, event.attempts), ("Pending", 1))
		self.assertRegex(event.error, "^Error Log ")
		self.let_time_pass()
		self.work_off()
		self.assertEqual(self.todos(), [f"choked {self.number}"])

	def test_a_poisonous_event_is_given_up_the_citizen_told_and_the_next_one_done(self):
		self.receive_text("poison", at=1)
		self.receive_text("choked drain", at=2)
		real = talk.take_turn

		def take_turn(row, state, heard, *args):
			if heard.text == "poison":
				raise ValueError("broken")
			return real(row, state, heard, *args)

		with patch.object(talk, "take_turn", take_turn):
			for _attempt in range(inbox.MOST_ATTEMPTS):
				self.work_off()
				self.assertEqual([event.state for event in self.events()], ["Pending", "Pending"])
				self.assertEqual(self.texts(), [])
				self.let_time_pass()
			self.work_off()
		self.assertEqual([event.state for event in self.events()], ["Failed", "Processed"])
		self.assertIn("We have kept your message", self.texts()[0])
		self.assertIn("Is this right?", self.texts()[1])

	def test_an_event_that_waits_holds_back_its_own_conversation_only(self):
		self.receive_text("poison", at=1)
		self.receive_text("choked drain", at=2)
		with patch.object(talk, "take_turn", side_effect=ValueError("broken")):
			self.work_off()
		self.assertEqual(self.events()[1].attempts, 0)
		waiting, self.number = self.number, mobile_no().lstrip("+")
		self.receive_text("choked drain", at=3)
		self.work_off()
		self.assertEqual(self.events()[0].state, "Processed")
		self.number = waiting
		self.assertEqual([event.state for event in self.events()], ["Pending", "Pending"])

	def test_an_event_that_killed_its_worker_too_often_is_given_up(self):
		self.receive_text("choked drain")
		self.set("Chat Event", self.events()[0].name, attempts=inbox.MOST_ATTEMPTS)
		self.work_off()
		self.assertEqual(self.events()[0].state, "Failed")
		self.assertIn("We have kept your message", self.texts()[0])

	def test_who_cannot_even_be_told_does_not_stop_the_shard(self):
		self.receive_text("poison", at=1)
		self.receive_text("choked drain", at=2)
		self.set("Chat Event", self.events()[0].name, attempts=inbox.MOST_ATTEMPTS)
		with patch.object(inbox, "tell_of_failure", side_effect=ValueError("broken")):
			self.work_off()
		self.assertEqual([event.state for event in self.events()], ["Failed", "Processed"])

	def test_giving_up_does_not_undo_what_another_drain_has_done(self):
		self.receive_text("choked drain")
		(event,) = inbox.due_events(self.shard)
		self.work_off()
		inbox.give_up(event)
		self.assertEqual(self.events()[0].state, "Processed")
		self.assertEqual(len(self.texts()), 1)

	def test_odd_messages_are_answered_and_never_fail(self):
		for kind, body in (
			("hologram", {"x": 1}),
			("contacts", [{"name": {}}]),
			("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
			("interactive", {"type": ["list"]}),
			("interactive", {"type": "list_reply", "list_reply": "x"}),
			("location", {"latitude": "north"}),
			("image", {}),
			("text", None),
			("button", {"text": "Yes"}),
		):
			with self.subTest(kind=kind, body=body):
				self.receive(kind, body)
				self.work_off()
				self.assertEqual(self.events()[-1].state, "Processed")

	def test_what_is_written_is_no_markup_anywhere(self):
		# Quoted it reads as JSON, which Frappe does not clean.
		self.say(f'"<img src=x onerror=alert(1)> {self.number}"', "yes")
		self.assertEqual(self.todos(), [f'"< img src=x onerror=alert(1)> {self.number}"'])
		for text in (*self.texts("In"), *self.texts()):
			self.assertNotIn("<img", text)

	def test_a_very_long_message_is_kept_whole_and_asked_for_shorter(self):
		self.say("choked drain", "हिन्दी " * 9_000)
		self.assertEqual({event.state for event in self.events()}, {"Processed"})
		payload = frappe.db.get_value("Chat Message", self.messages("In")[-1].name, "payload")
		self.assertEqual(len(json.loads(payload)["text"]["body"]), 63_000)

	def test_an_answer_may_have_a_file_and_a_place(self):
		file = make("File", file_name="drain.pdf", content=b"%PDF-1.4 drain", is_private=1).name
		place = Pin(22.0, 82.5, "GRV-2026-000001", "Ward 5")
		gone = Reply("GRV-2026-000001", file="no such file")
		said = [
			Reply("GRV-2026-000001", file=file),
			gone,
			Reply("GRV-2026-000001", pin=place),
			Reply("That is it."),
		]
		outcome = talk.Outcome(Session(), [talk.Spoken(each) for each in said])
		with patch.object(talk, "take_turn", lambda *given: outcome):
			self.say("hello")
		sent = self.messages()
		self.assertEqual([each.message_type for each in sent], ["document", "location", "text"])
		self.assertEqual((sent[0].file, messages.reply_of(sent[1]).pin), (file, place))
		self.assertEqual([each["state"] for each in self.events()], ["Processed"])

	def test_a_reaction_is_kept_and_not_answered(self):
		self.receive("reaction", {"message_id": "wamid.x", "emoji": "👍"})
		self.work_off()
		self.assertEqual((len(self.texts("In")), self.texts()), (1, []))

	def test_an_error_event_that_is_pending_is_kept_as_failed(self):
		self.store(events.ERROR, "x", {"error": {"code": 1}}, 0)
		self.work_off()
		self.assertEqual(self.events()[0].state, "Failed")

	def test_a_notice_takes_its_turn_in_the_conversation(self):
		self.say("choked drain")
		events.tell_session(
			self.channel.name, self.number, "1", {"case": "GRV-2026-000001", "text": "Cleaned"}
		)
		events.tell_session(
			self.channel.name, self.number, "1", {"case": "GRV-2026-000001", "text": "Cleaned"}
		)
		frappe.db.commit()
		self.work_off()
		self.assertEqual(len(self.events()), 2)
		self.assertIn("GRV-2026-000001", self.texts()[-1])
		self.say("yes")
		self.assertEqual(self.texts()[-1], "Done: choked drain")

	def test_a_drain_works_off_sends_and_acts_as_the_bot(self):
		self.receive_text("choked drain")
		with patch.object(inbox, "awake"), patch.object(inbox.outbox, "awake"):
			inbox.drain(self.shard)
		self.assertEqual([to for to, _text in self.meta.sent], [self.number])
		owner = frappe.db.get_value("Chat Message", self.messages()[0].name, "owner")
		self.assertEqual(owner, inbox.bot_user())

	def test_a_drain_gives_way_when_its_time_is_over(self):
		self.receive_text("choked drain")
		woken = []
		with (
			patch.object(inbox, "DRAIN_SECONDS", -1),
			patch.object(inbox, "wake", lambda *a: woken.append(a)),
		):
			self.work_off()
		self.assertEqual(woken, [("inbox", self.shard)])
		self.assertEqual(self.events()[0].state, "Pending")


class TestOverlappingDrains(FrappeTestCase):
	"""Real transactions on several connections; what they commit is deleted again."""

	TABLES = ("Chat Message", "Chat Event", "Chat Session", "Chat Channel")

	def setUp(self):
		super().setUp()
		self.channel = make_channel()
		self.flow = make(
			"Chat Flow",
			title=unique("Form"),
			document_type="ToDo",
			enabled=1,
			needs_citizen=0,
			steps=[{"step_id": "what", "kind": "Text", "prompt": "What?", "target_field": "description"}],
		)
		self.number = mobile_no().lstrip("+")
		self.shard = events.shard_of(self.number)
		self.addCleanup(self.delete_all)
		frappe.db.commit()

	def delete_all(self):
		frappe.db.rollback()
		sessions = frappe.get_all("Chat Session", {"channel": self.channel.name}, pluck="name")
		if sessions:
			frappe.db.delete("Chat Message", {"session": ("in", sessions)})
		frappe.db.delete("Chat Session", {"channel": self.channel.name})
		frappe.db.delete("Chat Event", {"channel": self.channel.name})
		frappe.delete_doc("Chat Channel", self.channel.name, force=True)
		frappe.delete_doc("Chat Flow", self.flow.name, force=True)
		frappe.db.commit()

	def test_each_event_is_done_once_and_in_order(self):
		texts = [f"message {number}" for number in range(8)]
		events.store(
			[
				events.event(
					events.MESSAGE,
					events.key_of(self.channel.name, events.MESSAGE, text),
					channel=self.channel.name,
					conversation_key=self.number,
					timestamp=f"2026-01-01 10:00:{number:02}",
					payload={
						"message": {
							"id": f"{self.channel.name} {text}",
							"from": self.number,
							"type": "text",
							"text": {"body": text},
						}
					},
				)
				for number, text in enumerate(texts)
			]
		)
		frappe.db.commit()
		real = talk.take_turn
		heard = []

		def take_turn(row, state, event, *args):
			heard.append(event.text)
			return real(row, state, event, *args)

		with patch.object(talk, "take_turn", take_turn):
			in_threads(self, 3, lambda: inbox.work_off(self.shard))
			frappe.db.rollback()
		states = frappe.get_all("Chat Event", {"channel": self.channel.name}, pluck="state")
		self.assertEqual(states, ["Processed"] * 8)
		session = frappe.db.get_value("Chat Session", {"channel": self.channel.name})
		stored = frappe.get_all(
			"Chat Message", {"session": session, "direction": "In"}, pluck="text", order_by="name"
		)
		self.assertEqual(stored, texts)
		self.assertEqual([text for text in dict.fromkeys(heard) if text in texts], texts)

	def test_a_session_is_one_however_many_begin_it(self):
		def begin():
			for _again in range(MOST_RESTARTS):
				try:
					sessions.lock(self.channel.name, self.number)
					frappe.db.commit()
					return
				except Exception as error:
					frappe.db.rollback()
					if not is_transient(error):
						raise

		in_threads(self, 4, begin)
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Chat Session", {"channel": self.channel.name}), 1)

	def test_a_notice_does_not_wait_for_a_turn(self):
		"""Whoever holds a case may write to the citizen while a turn holds the session and waits for the case."""
		sessions.lock(self.channel.name, self.number)
		frappe.db.commit()
		sessions.lock(self.channel.name, self.number)

		def notify():
			frappe.db.sql("set innodb_lock_wait_timeout = 1")
			messages.queue(
				sessions.get(self.channel.name, self.number), inbox.Reply("Your case stands at: Closed")
			)
			frappe.db.commit()

		in_threads(self, 1, notify)
		frappe.db.rollback()
		session = frappe.db.get_value("Chat Session", {"channel": self.channel.name})
		self.assertEqual(frappe.db.count("Chat Message", {"session": session}), 1)
