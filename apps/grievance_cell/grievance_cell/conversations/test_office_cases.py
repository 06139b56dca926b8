import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import (
	DONE,
	FLOWS,
	LATE,
	OFFICE_FLOWS,
	OWN,
	SOON,
	FakeWorld,
	at_work,
	known,
	officer,
	photo,
	representative,
	settled,
	tap,
	text,
	voice,
)
from grievance_cell.conversations.model import OFFICER, REPRESENTATIVE, CallAction, CreateDocument


class TestCapacity(unittest.TestCase):
	def test_who_holds_no_office_is_not_asked(self):
		talk = known().hear(text("hi"))
		self.assertNotIn("office", talk.said)
		self.assertFalse([each for each in talk.ids if each.startswith(("speak-as", "office"))])

	def test_a_number_of_a_posting_is_asked_as_whom_it_writes(self):
		talk = officer().hear(text("hi"))
		self.assertEqual(talk.ids, ["speak-as:Officer", "speak-as:Citizen"])
		both = officer(OFFICER, REPRESENTATIVE).hear(text("menu"))
		self.assertEqual(both.ids, ["speak-as:Officer", "speak-as:Representative", "speak-as:Citizen"])

	def test_what_was_said_first_is_taken_up_when_it_is_known_as_whom(self):
		talk = officer().hear(text("the drain is full of garbage"), tap("speak-as:Citizen"))
		self.assertEqual(
			(talk.flow, talk.answers["description"]), ("Grievance", "the drain is full of garbage")
		)
		talk = officer().hear(photo("m1"))
		self.assertEqual(talk.ids, ["speak-as:Officer", "speak-as:Citizen"])
		talk.hear(
			tap("speak-as:Officer"), tap(f"office-case:{LATE.name}"), tap(f"office-act:Done:{LATE.name}")
		)
		self.assertEqual((talk.draft.media, talk.step), (["m1"], "resolution"))

	def test_the_menu_of_an_office_has_its_rows_and_the_way_back(self):
		talk = at_work()
		self.assertEqual(talk.ids, ["office-cases", "flow:Diary", "speak-as:Citizen", "language", "help"])
		talk.hear(tap("speak-as:Citizen"))
		self.assertIn("flow:Grievance:Complaint", talk.ids)
		self.assertIn("cases", talk.ids)
		self.assertIn("speak-as:Officer", talk.ids)
		self.assertNotIn("office-cases", talk.ids)
		self.assertEqual(talk.hear(text("hello")).ids[0], "flow:Grievance:Complaint")

	def test_everything_of_the_citizen_goes_on_for_an_officer(self):
		talk = officer().hear(
			tap("speak-as:Citizen"), tap("flow:Grievance:Complaint"), text("a heap of garbage here")
		)
		self.assertEqual(talk.step, "category")
		self.assertIn(OWN.name, officer().hear(tap("speak-as:Citizen"), text("my cases")).said)
		self.assertIn("feedback", "".join(at_work().hear(settled(OWN.name)).ids))

	def test_a_form_that_was_begun_in_the_other_capacity_is_kept(self):
		talk = at_work().hear(tap(f"office-act:Done:{SOON.name}"), text("cleaned it"), text("menu"))
		talk.hear(tap("speak-as:Citizen"), tap("flow:Grievance:Complaint"), text("cancel"))
		self.assertEqual(talk.ids, ["resume", "restart"])
		talk.hear(tap("resume"), tap("confirm"))
		self.assertEqual(talk.effects[0].action, "resolve_case")
		self.assertEqual(talk.ids, ["office-cases", "menu"])

	def test_who_no_longer_holds_the_office_has_no_menu_and_no_form_of_it(self):
		talk = at_work().hear(tap(f"office-act:Done:{SOON.name}"))
		talk.world.offices = ()
		talk.flows = FLOWS
		talk.hear(text("cleaned it all"))
		self.assertFalse([each for each in talk.effects if each.audience == OFFICER])
		for choice in (
			"office-cases",
			f"office-case:{LATE.name}",
			f"office-act:Done:{LATE.name}",
			"speak-as:Officer",
		):
			with self.subTest(choice):
				talk.hear(text("cancel"), tap(choice))
				self.assertNotIn(LATE.title, talk.said)
				self.assertIn("flow:Grievance:Complaint", talk.ids)


class TestOfficeCases(unittest.TestCase):
	def test_my_cases_are_listed_as_the_site_orders_them_with_counts(self):
		talk = at_work().hear(tap("office-cases"))
		self.assertEqual(talk.ids, [f"office-case:{LATE.name}", f"office-case:{SOON.name}", "menu"])
		self.assertIn("2 open cases", talk.said)
		rows = talk.replies[-1].choices
		self.assertEqual(rows[0].description, "Overdue: Drain choked, Ward 5")
		self.assertEqual(rows[1].description, "6 August 2026: Garbage, Naila")

	def test_a_long_list_is_paged(self):
		many = [replace(SOON, name=f"GRV-2026-{number:06d}") for number in range(300, 325)]
		world = FakeWorld(offices=(OFFICER,), at_office=many)
		talk = known(world=world, flows=OFFICE_FLOWS, audience=OFFICER).hear(text("my cases"))
		self.assertEqual((len(talk.ids), talk.ids[-1]), (10, "page:1"))
		self.assertEqual(talk.hear(tap("page:2")).ids[0], "office-case:GRV-2026-000318")

	def test_one_case_is_shown_with_its_photo_and_its_pin(self):
		talk = at_work().hear(tap(f"office-case:{LATE.name}"))
		picture, pin, shown = talk.replies
		self.assertEqual((picture.file, pin.pin), ("photo1", LATE.pin))
		for part in (
			LATE.name,
			LATE.title,
			LATE.status,
			LATE.place,
			"Overdue since: 1 August 2026",
			*LATE.details,
		):
			self.assertIn(part, shown.text)

	def test_what_can_be_done_stands_below_the_case(self):
		acts = [f"office-act:{name}:{LATE.name}" for name in ("Work Started", "Done", "Inspection")]
		self.assertEqual(at_work().hear(tap(f"office-case:{LATE.name}")).ids, [*acts, "office-cases"])
		talk = at_work().hear(tap(f"office-case:{SOON.name}"))
		self.assertNotIn(f"office-act:Work Started:{SOON.name}", talk.ids)

	def test_an_act_that_is_not_for_the_case_any_more_is_refused_in_words(self):
		talk = at_work().hear(tap(f"office-act:Work Started:{SOON.name}"))
		self.assertEqual(talk.effects, [])
		self.assertIn("cannot be done", talk.said)
		self.assertIn(SOON.name, talk.said)

	def test_an_act_with_no_question_is_done_at_once(self):
		talk = at_work().hear(tap(f"office-act:Work Started:{LATE.name}"))
		self.assertEqual(talk.effects, [CallAction("start_work", LATE.name, audience=OFFICER)])
		self.assertEqual(talk.ids, ["office-cases", "menu"])

	def test_done_asks_for_the_photo_that_the_case_wants(self):
		talk = at_work().hear(tap(f"office-act:Done:{LATE.name}"))
		self.assertEqual(talk.step, "photo")
		self.assertEqual(talk.hear(photo("m1")).step, "resolution")
		talk.hear(text("Cleaned and covered"))
		self.assertIn(LATE.name, talk.said)
		talk.hear(tap("confirm"))
		values = {"resolution": "Cleaned and covered", "confirm": True}
		self.assertEqual(
			talk.effects, [CallAction("resolve_case", LATE.name, values, ("m1",), audience=OFFICER)]
		)
		self.assertEqual(at_work().hear(tap(f"office-act:Done:{SOON.name}")).step, "resolution")

	def test_a_voice_note_is_no_action_taken(self):
		talk = at_work().hear(tap(f"office-act:Done:{SOON.name}"), voice("m1"))
		self.assertEqual((talk.step, talk.draft.media), ("resolution", ["m1"]))

	def test_a_form_with_a_case_fills_the_field_that_it_names(self):
		talk = at_work().hear(tap(f"office-act:Inspection:{LATE.name}"), text("Blocked by plastic"))
		values = {"grievance": LATE.name, "found": "Blocked by plastic"}
		self.assertEqual(talk.effects, [CreateDocument("Inspection", values, audience=OFFICER)])

	def test_a_form_that_a_word_starts_asks_which_case(self):
		talk = at_work().hear(text("inspection"))
		self.assertEqual(talk.ids, [f"which:{LATE.name}", f"which:{SOON.name}"])
		self.assertEqual(talk.hear(text("201")).answers, {"which": LATE.name})
		talk = at_work().hear(text("inspection"), text("GRV-2026-000999"))
		self.assertEqual(talk.step, "which")

	def test_a_number_shows_the_case_of_the_office_and_no_other(self):
		self.assertIn(LATE.title, at_work().hear(text(LATE.name)).said)
		self.assertIn(LATE.title, at_work().hear(text("201")).said)
		self.assertIn("do not know", at_work().hear(text("GRV-2026-000999")).said)
		self.assertIn("do not know", known().hear(text(LATE.name)).said)

	def test_another_act_takes_the_place_of_one_with_nothing_in_it(self):
		talk = at_work().hear(tap(f"office-act:Done:{LATE.name}"), tap(f"office-act:Inspection:{SOON.name}"))
		self.assertEqual([draft.flow for draft in talk.session.drafts], ["Inspection"])
		talk.hear(tap(f"office-act:Done:{SOON.name}"), text("Swept"), tap(f"office-act:Done:{LATE.name}"))
		self.assertEqual([draft.about for draft in talk.session.drafts], [SOON.name, LATE.name])

	def test_photos_that_come_first_wait_for_their_case(self):
		talk = at_work().hear(photo("m1"))
		self.assertIn(f"office-case:{LATE.name}", talk.ids)
		self.assertEqual(talk.hear(photo("m2")).last, [])
		talk.hear(tap(f"office-case:{LATE.name}"), tap(f"office-act:Done:{LATE.name}"))
		self.assertEqual(talk.draft.media, ["m1", "m2"])

	def test_a_photo_of_a_representative_who_can_send_none_is_refused_and_not_acknowledged(self):
		for talk in (representative(), officer(REPRESENTATIVE)):
			talk.hear(photo("m1"), *([] if talk.session.audience else [tap("speak-as:Representative")]))
			self.assertIn("not taken here", talk.said)
			self.assertIn("speak-as:Citizen", talk.ids)
			self.assertEqual(talk.session.held, [])
		self.assertIn("not taken here", representative().hear(photo("m1"), photo("m2")).said)

	def test_words_that_are_nothing_show_the_menu_of_the_office(self):
		talk = at_work().hear(text("please look into it today"))
		self.assertIn("did not understand", talk.said)
		self.assertEqual(talk.ids[0], "office-cases")
		self.assertEqual(talk.session.held, [])

	def test_a_representative_sees_and_can_do_nothing(self):
		talk = representative().hear(text("my cases"), tap(f"office-case:{LATE.name}"))
		self.assertEqual(talk.ids, ["office-cases"])
		talk.hear(tap(f"office-act:Done:{LATE.name}"))
		self.assertEqual((talk.effects, talk.session.drafts), ([], []))

	def test_the_forms_of_one_office_are_not_those_of_another(self):
		theirs = replace(DONE, audience=REPRESENTATIVE)
		talk = at_work(flows=(*FLOWS, theirs)).hear(tap(f"office-act:Done:{LATE.name}"))
		self.assertEqual(talk.session.drafts, [])
