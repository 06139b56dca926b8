"""What others have reported already, and whom to call in an emergency, in the talk."""

import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import (
	GRIEVANCE,
	PIN,
	REPORTED,
	UNCLEAR_PIN,
	FakeWorld,
	Talk,
	at_area,
	at_confirm,
	at_description,
	photo,
	tap,
	text,
)
from grievance_cell.conversations.model import CreateDocument

MAIN = REPORTED[0].name


def reported(*cases) -> FakeWorld:
	world = FakeWorld()
	world.reported = {("Drain choked", "A1"): cases}
	return world


def at_similar(*cases) -> Talk:
	return at_area(world=reported(*(cases or REPORTED[:1]))).hear(PIN)


class TestSimilarCases(unittest.TestCase):
	def test_others_reports_are_offered_once_what_and_where_is_known(self):
		talk = at_similar()
		self.assertEqual(talk.step, "similar")
		self.assertEqual(
			talk.said,
			"Drain choked, Naila, 1 August 2026\n12 people have reported this.\n\nIs yours the same?",
		)
		self.assertEqual(talk.labels, ["Yes, add mine", "No, another matter"])

	def test_of_several_each_can_be_chosen(self):
		talk = at_similar(*REPORTED)
		self.assertIn("1. Drain choked, Naila, 1 August 2026\n12 people", talk.said)
		self.assertIn("2. Drain choked, Naila, 2 August 2026\nOne person has reported this.", talk.said)
		self.assertEqual(talk.labels, ["Yes, number 1", "Yes, number 2", "No, another matter"])
		talk.hear(text("2"))
		self.assertEqual(talk.answers["similar"], REPORTED[1].name)

	def test_no_more_than_three_are_offered(self):
		many = [replace(REPORTED[0], name=f"GRV-2026-00002{number}") for number in range(5)]
		self.assertEqual(len(at_similar(*many).ids), 4)

	def test_yes_adds_it_to_the_main_case(self):
		for answer in (tap(f"similar:{MAIN}"), text("yes"), text("1"), text("Yes, add mine")):
			talk = at_similar().hear(answer)
			self.assertEqual(talk.answers["similar"], MAIN)
			talk.hear(tap("skip"), tap("skip"))
			self.assertIn("*Added to:* Drain choked, Naila, 1 August 2026", talk.said)
			talk.hear(tap("confirm"))
			(made,) = (each for each in talk.effects if isinstance(each, CreateDocument))
			self.assertEqual(made.values["duplicate_of"], MAIN)

	def test_no_registers_it_by_itself(self):
		for answer in (tap("similar:own"), text("no"), text("2"), tap("skip")):
			talk = at_similar().hear(answer, tap("skip"), tap("skip"))
			self.assertNotIn("Added to", talk.said)
			talk.hear(tap("confirm"))
			(made,) = (each for each in talk.effects if isinstance(each, CreateDocument))
			self.assertNotIn("duplicate_of", made.values)

	def test_is_not_asked_where_nobody_has_reported_it(self):
		self.assertEqual(at_area(world=reported()).hear(PIN).step, "address")
		self.assertEqual(at_confirm().step, "confirm")

	def test_is_asked_anew_when_the_place_was_changed(self):
		talk = at_similar().hear(tap("similar:own"), tap("skip"), tap("skip"), tap("change:area"))
		talk.hear(UNCLEAR_PIN, tap("area:A2"))
		self.assertEqual(talk.step, "confirm")
		talk.hear(tap("change:area"), PIN)
		self.assertEqual(talk.step, "similar")

	def test_another_place_ends_what_was_added(self):
		talk = at_similar().hear(tap(f"similar:{MAIN}"), tap("skip"), tap("skip"), tap("change:area"))
		talk.hear(UNCLEAR_PIN, tap("area:A2"))
		self.assertNotIn("Added to", talk.said)

	def test_a_case_that_was_not_offered_is_none_to_choose(self):
		talk = at_similar().hear(tap("similar:GRV-2026-000099"))
		self.assertEqual((talk.step, talk.answers.get("similar")), ("similar", None))

	def test_what_is_no_answer_is_asked_again(self):
		talk = at_similar().hear(text("what do you mean by that"))
		self.assertEqual(talk.step, "similar")
		self.assertIn("Yes, add mine", talk.labels)

	def test_the_offer_can_be_taken_back(self):
		talk = at_similar().hear(tap(f"similar:{MAIN}"), tap("skip"), tap("skip"), tap("change:similar"))
		self.assertEqual(talk.step, "similar")

	def test_a_photo_is_kept_meanwhile(self):
		talk = at_similar().hear(photo("m1"))
		self.assertEqual((talk.step, talk.draft.media), ("similar", ["m1"]))

	def test_staff_may_take_the_question_out(self):
		flow = replace(GRIEVANCE, steps=tuple(s for s in GRIEVANCE.steps if s.kind != "Similar Cases"))
		self.assertEqual(at_area(flows=(flow,), world=reported(*REPORTED)).hear(PIN).step, "address")


class TestEmergencyNumbers(unittest.TestCase):
	def at_danger(self) -> Talk:
		return at_description().hear(text("fire in the market"), tap("category:Fire"))

	def test_are_told_before_any_other_question(self):
		talk = self.at_danger()
		self.assertEqual(
			talk.said,
			"Call at once:\nAll emergencies: *112*\nFire brigade: *101*\n\nIs someone in danger?",
		)

	def test_are_told_once(self):
		talk = self.at_danger().hear(tap("danger:1"))
		self.assertEqual(talk.step, "area")
		talk.hear(text("back"), text("back"))
		self.assertNotIn("112", talk.said)

	def test_are_not_told_for_other_matters(self):
		talk = at_description().hear(text("it smells here"), tap("category:Garbage"))
		self.assertEqual(talk.step, "area")
		self.assertNotIn("112", talk.said)

	def test_danger_is_what_the_citizen_says(self):
		for answer, said in (("danger:1", 1), ("danger:0", 0)):
			talk = self.at_danger().hear(tap(answer), PIN, tap("skip"), tap("skip"), tap("confirm"))
			(made,) = (each for each in talk.effects if isinstance(each, CreateDocument))
			self.assertEqual(made.values["emergency_confirmed"], said)
