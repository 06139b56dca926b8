"""What becomes of a citizen's messages after an officer has written to them."""

import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import OWN, photo, settled, tap, text, voice, with_cases
from grievance_cell.conversations.model import CallAction, CreateDocument

WRITTEN = replace(settled(OWN.name), kind="written", text="")


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
