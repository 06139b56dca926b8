"""What becomes of a citizen's messages after an officer has written to them."""

import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import (
	ENDED,
	OWN,
	SETTLED,
	asks,
	photo,
	settled,
	tap,
	text,
	voice,
	with_cases,
)
from grievance_cell.conversations.model import CallAction, CreateDocument, Session

WRITTEN = replace(settled(OWN.name), kind="written", text="")


ELSEWHERE = replace(WRITTEN, case=SETTLED.name)


def added(talk) -> list[str]:
	return [each.values["text"] for each in talk.effects if isinstance(each, CallAction)]


class TestWritten(unittest.TestCase):
	def test_an_answer_goes_to_the_case_and_is_acknowledged_once(self):
		talk = with_cases().hear(WRITTEN)
		self.assertEqual(talk.said, "")
		talk.hear(text("Not yet"))
		(effect,) = talk.effects
		self.assertEqual((effect.action, effect.case, effect.quiet), ("add_information", OWN.name, True))
		self.assertIn(OWN.name, talk.said)
		self.assertEqual(talk.ids, ["menu"])
		talk.hear(text("The pump is noisy"))
		self.assertEqual(added(talk), ["The pump is noisy"])
		self.assertEqual(talk.said, "")
		talk.hear(WRITTEN, text("Thank you for coming so soon"))
		self.assertEqual((len(talk.effects), talk.said), (1, ""))

	def test_a_short_word_or_a_number_is_an_answer_too(self):
		for said in ("yes", "नहीं", "नहीं है", "5"):
			with self.subTest(said):
				self.assertEqual(added(with_cases().hear(WRITTEN, text(said))), [said])

	def test_a_photo_a_voice_note_and_a_place_go_to_the_case(self):
		for event in (photo("7"), voice("8")):
			with self.subTest(event):
				(effect,) = with_cases().hear(WRITTEN, event).effects
				self.assertEqual((effect.case, effect.media), (OWN.name, (event.media,)))

	def test_the_menu_and_the_words_that_always_work_still_do(self):
		for event in (text("menu"), text("hi"), tap("menu")):
			with self.subTest(event):
				talk = with_cases().hear(WRITTEN, event)
				self.assertEqual(talk.effects, [])
				self.assertIn("How can we help you?", talk.said)
				# What is described now is something new.
				talk.hear(text("The drain in our street is choked"))
				self.assertEqual(added(talk), [])

	def test_an_officers_question_goes_before(self):
		talk = with_cases().hear(
			WRITTEN, replace(WRITTEN, kind="question", text="Which house?"), text("The blue one")
		)
		self.assertEqual([each.action for each in talk.effects], ["answer_question"])

	def test_a_day_later_it_is_something_new(self):
		talk = with_cases().hear(WRITTEN)
		talk.wait(hours=25)
		talk.hear(text("The drain in our street is choked"))
		self.assertEqual([each for each in talk.effects if isinstance(each, CallAction | CreateDocument)], [])

	def test_with_two_officers_the_citizen_says_which_one_is_answered(self):
		for said in (text("The blue one"), text("yes"), photo("7")):
			with self.subTest(said):
				talk = with_cases().hear(WRITTEN, ELSEWHERE, said)
				self.assertEqual(talk.effects, [])
				self.assertEqual(talk.ids, [f"held:{OWN.name}", f"held:{SETTLED.name}", "held:form"])
				talk.hear(tap(f"held:{OWN.name}"))
				(effect,) = talk.effects
				self.assertEqual((effect.action, effect.case), ("add_information", OWN.name))

	def test_with_two_officers_an_album_is_kept_together(self):
		talk = with_cases().hear(WRITTEN, ELSEWHERE, photo("7"), photo("8"))
		talk.hear(tap(f"held:{SETTLED.name}"))
		self.assertEqual(
			[(each.case, each.media) for each in talk.effects],
			[(SETTLED.name, ("7",)), (SETTLED.name, ("8",))],
		)

	def test_what_is_for_no_officer_is_something_new(self):
		talk = with_cases().hear(WRITTEN, ELSEWHERE, text("The drain in our street is choked"))
		talk.hear(tap("held:form"))
		self.assertEqual(talk.effects, [])
		self.assertEqual(talk.session.draft.flow, "Grievance")

	def test_an_answer_to_one_officer_is_not_taken_for_that_to_anothers_question(self):
		talk = with_cases().hear(asks(SETTLED.name), WRITTEN, text("The blue one"))
		self.assertEqual(talk.effects, [])
		self.assertEqual(talk.ids, [f"held:{SETTLED.name}", f"held:{OWN.name}", "held:form"])
		talk.hear(tap(f"held:{OWN.name}"))
		self.assertEqual([(each.action, each.case) for each in talk.effects], [("add_information", OWN.name)])
		talk.hear(text("The red one"), tap(f"held:{SETTLED.name}"))
		self.assertEqual(
			[(each.action, each.case) for each in talk.effects], [("answer_question", SETTLED.name)]
		)

	def test_one_who_wrote_long_ago_is_not_asked_about(self):
		talk = with_cases().hear(WRITTEN)
		talk.wait(hours=25)
		talk.hear(ELSEWHERE, text("The blue one"))
		self.assertEqual([each.case for each in talk.effects], [SETTLED.name])

	def test_a_talk_that_was_stored_with_one_case_goes_on(self):
		stored = Session(written={"case": OWN.name, "on": "2026-08-03T10:00:00", "told": True}).to_dict()
		self.assertEqual(
			Session.from_dict(stored).written, {OWN.name: {"on": "2026-08-03T10:00:00", "told": True}}
		)

	def test_whether_it_is_settled_can_still_be_answered(self):
		talk = with_cases().hear(settled(SETTLED.name), ELSEWHERE, text("No, not settled"))
		self.assertEqual(talk.effects, [])
		self.assertEqual(talk.session.draft.flow, "Not Settled")

	def test_a_number_is_for_the_officer_who_wrote_last_and_what_it_may_mean_is_asked_again(self):
		talk = with_cases().hear(settled(SETTLED.name), WRITTEN, text("2"))
		self.assertEqual(added(talk), ["2"])
		self.assertEqual(talk.ids, [f"feedback:{SETTLED.name}:yes", f"feedback:{SETTLED.name}:no"])
		talk.hear(text("2"))
		self.assertEqual(talk.session.draft.flow, "Not Settled")

	def test_words_that_never_arrived_are_not_answered(self):
		talk = with_cases().hear(WRITTEN, ELSEWHERE, replace(WRITTEN, kind="lost"), text("The blue one"))
		self.assertEqual([each.case for each in talk.effects], [SETTLED.name])

	def test_what_quotes_an_officers_words_goes_to_that_case(self):
		quoting = replace(text("yes"), quotes=OWN.name)
		talk = with_cases().hear(WRITTEN, ELSEWHERE, quoting)
		self.assertEqual([(each.action, each.case) for each in talk.effects], [("add_information", OWN.name)])
		# Long after, and in the middle of a form, too.
		talk = with_cases().hear(text("The drain in our street is choked"))
		asked = talk.session.draft.step
		talk.hear(quoting)
		self.assertEqual([each.case for each in talk.effects if isinstance(each, CallAction)], [OWN.name])
		self.assertEqual(talk.session.draft.step, asked)

	def test_what_quotes_a_case_of_somebody_else_goes_nowhere(self):
		talk = with_cases().hear(replace(text("yes"), quotes="GRV-2026-000999"))
		self.assertEqual(talk.effects, [])

	def test_a_quoted_word_that_always_works_still_does(self):
		talk = with_cases().hear(WRITTEN, replace(text("menu"), quotes=OWN.name))
		self.assertEqual(talk.effects, [])
		self.assertIn("How can we help you?", talk.said)

	def test_in_a_case_that_has_ended_nobody_is_answered_by_quoting(self):
		talk = with_cases().hear(replace(text("The drain is choked again"), quotes=ENDED.name))
		self.assertEqual(added(talk), [])

	def test_what_stood_beside_a_verdict_is_no_verdict(self):
		talk = with_cases().hear(tap(f"case:{ENDED.name}"), WRITTEN, text("2"))
		self.assertEqual((added(talk), talk.ids), (["2"], ["menu"]))

	def test_once_no_officer_can_be_answered_a_number_counts_again(self):
		for later in (
			lambda talk: talk.hear(replace(WRITTEN, kind="lost")),
			lambda talk: talk.wait(hours=25),
		):
			talk = with_cases().hear(settled(SETTLED.name), WRITTEN)
			later(talk)
			talk.hear(text("2"))
			self.assertEqual(talk.session.draft.flow, "Not Settled")

	def test_a_quoted_question_is_answered(self):
		talk = with_cases().hear(asks(OWN.name), ELSEWHERE, replace(text("The blue one"), quotes=OWN.name))
		self.assertEqual([(each.action, each.case) for each in talk.effects], [("answer_question", OWN.name)])
