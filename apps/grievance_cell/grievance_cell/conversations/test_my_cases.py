import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import (
	ENDED,
	FLOWS,
	MORE,
	NOT_SETTLED,
	OWN,
	SETTLED,
	TAKE_BACK,
	WITHDRAWN,
	at_area,
	at_confirm,
	known,
	photo,
	settled,
	tap,
	text,
	voice,
	with_cases,
)
from grievance_cell.conversations.model import CallAction


def without(*gone) -> tuple:
	return tuple(flow for flow in FLOWS if flow not in gone)


class TestMyCases(unittest.TestCase):
	def test_lists_them_with_status_department_and_date(self):
		for event in (tap("cases"), text("मेरी शिकायत"), text("status")):
			with self.subTest(event=event):
				talk = with_cases().hear(event)
				self.assertEqual(talk.ids, [*(f"case:{case.name}" for case in (OWN, SETTLED, ENDED)), "menu"])
				for words in (OWN.name, OWN.status, OWN.department, "To be settled by: 5 August 2026"):
					self.assertIn(words, talk.said)

	def test_who_has_none_is_told_so(self):
		talk = known().hear(tap("cases"))
		self.assertIn("no case with us", talk.said)
		self.assertEqual(talk.ids, ["menu"])

	def test_shows_one_with_what_was_done(self):
		talk = with_cases().hear(tap(f"case:{OWN.name}"))
		self.assertIn("• 3 August: seen", talk.said)
		self.assertEqual(talk.ids, [f"add:{OWN.name}", f"remind:{OWN.name}", f"withdraw:{OWN.name}"])

	def test_a_settled_one_can_be_judged_and_a_closed_one_only_looked_at(self):
		judged = [f"feedback:{SETTLED.name}:yes", f"feedback:{SETTLED.name}:no", f"add:{SETTLED.name}"]
		self.assertEqual(with_cases().hear(tap(f"case:{SETTLED.name}")).ids, judged)
		self.assertEqual(
			with_cases().hear(tap(f"case:{ENDED.name}")).ids, [f"feedback:{ENDED.name}:no", "menu"]
		)
		self.assertEqual(with_cases(WITHDRAWN).hear(tap(f"case:{WITHDRAWN.name}")).ids, ["menu"])

	def test_a_closed_case_is_opened_again_with_the_reason_unless_it_was_withdrawn(self):
		talk = with_cases().hear(tap(f"feedback:{ENDED.name}:no"), text("The drain is choked again"))
		self.assertEqual(talk.effects[0].action, "reopen_case")
		self.assertEqual(talk.effects[0].case, ENDED.name)
		talk = with_cases().hear(tap(f"feedback:{ENDED.name}:yes"))
		self.assertEqual(talk.effects, [])
		talk = with_cases(WITHDRAWN).hear(tap(f"feedback:{WITHDRAWN.name}:no"))
		self.assertEqual(talk.effects, [])

	def test_a_typed_number_shows_it(self):
		for typed in ("GRV-2026-000123", "grv 2026 123", "123", "#123", "१२३"):
			with self.subTest(typed):
				self.assertIn(OWN.name, with_cases().hear(text(typed)).said)

	def test_a_full_number_shows_it_in_the_middle_of_a_form(self):
		talk = with_cases().hear(tap("flow:Grievance:Complaint"), text("GRV-2026-000123"))
		self.assertIn(OWN.status, talk.said)
		self.assertIn("resume", talk.ids)
		self.assertEqual(talk.hear(tap("resume")).step, "description")

	def test_a_bare_number_in_the_middle_of_a_form_is_an_answer(self):
		talk = with_cases().hear(tap("flow:Grievance:Complaint"), text("123"))
		self.assertEqual(talk.answers["description"], "123")

	def test_a_number_typed_after_a_form_is_no_row_of_its_last_question(self):
		talk = at_confirm()
		talk.world.own_cases = [replace(OWN, name="GRV-2026-000002")]
		self.assertIn("GRV-2026-000002", talk.hear(tap("confirm"), text("2")).said)

	def test_nothing_is_said_of_a_case_that_is_not_their_own(self):
		for event in (text("GRV-2026-000999"), text("999"), tap("case:GRV-2026-000999")):
			with self.subTest(event=event):
				talk = with_cases().hear(event)
				self.assertIn("do not know a case of yours", talk.said)
				self.assertEqual(talk.effects, [])
		for what in ("add", "remind", "withdraw"):
			talk = with_cases().hear(tap(f"{what}:GRV-2026-000999"))
			self.assertEqual((talk.effects, talk.session.drafts), ([], []))

	def test_adds_words_or_a_file(self):
		talk = with_cases().hear(tap(f"add:{OWN.name}"), text("it is worse now"))
		self.assertEqual(talk.effects, [CallAction("add_information", OWN.name, {"what": "it is worse now"})])
		talk = with_cases().hear(tap(f"add:{OWN.name}"), voice("m1"))
		self.assertEqual(
			talk.effects, [CallAction("add_information", OWN.name, {"what": "Voice note"}, ("m1",))]
		)

	def test_reminds(self):
		talk = with_cases().hear(tap(f"remind:{OWN.name}"))
		self.assertEqual(talk.last, [CallAction("remind", OWN.name)])

	def test_takes_back_after_a_reason_and_a_confirmation(self):
		talk = with_cases().hear(tap(f"withdraw:{OWN.name}"), text("it is done"))
		self.assertEqual(talk.effects, [])
		talk.hear(tap("confirm"))
		values = {"reason": "it is done", "sure": True}
		self.assertEqual(talk.effects, [CallAction("withdraw_case", OWN.name, values)])

	def test_does_not_take_back_what_was_not_confirmed(self):
		talk = with_cases().hear(tap(f"withdraw:{OWN.name}"), tap("skip"), tap("cancel"))
		self.assertEqual((talk.effects, talk.session.drafts), ([], []))

	def test_takes_back_at_once_where_no_form_asks(self):
		talk = with_cases(flows=without(TAKE_BACK)).hear(tap(f"withdraw:{OWN.name}"))
		self.assertEqual(talk.effects, [CallAction("withdraw_case", OWN.name)])

	def test_says_something_where_staff_have_switched_off_the_form(self):
		talk = with_cases(flows=without(MORE)).hear(tap(f"add:{OWN.name}"))
		self.assertTrue(talk.replies or talk.effects)

	def test_tapping_again_and_again_does_not_pile_up_forms(self):
		talk = with_cases()
		for _tap in range(5):
			talk.hear(tap(f"add:{OWN.name}"), tap(f"withdraw:{OWN.name}"))
		self.assertLessEqual(len(talk.session.drafts), 2)


class TestSettled(unittest.TestCase):
	def test_asks_whether_the_case_is_settled(self):
		talk = with_cases().hear(settled(SETTLED.name))
		self.assertEqual(talk.ids, [f"feedback:{SETTLED.name}:yes", f"feedback:{SETTLED.name}:no"])
		self.assertIn("Drain cleaned", talk.said)
		self.assertIn(SETTLED.name, talk.said)
		self.assertEqual(talk.replies[0].notice, "settled")

	def test_yes_closes_and_asks_how_well(self):
		talk = with_cases().hear(settled(SETTLED.name), tap(f"feedback:{SETTLED.name}:yes"))
		self.assertEqual(talk.effects, [CallAction("confirm_case", SETTLED.name)])
		self.assertEqual(talk.ids, ["rating:5", "rating:3", "rating:1"])
		talk.hear(tap("rating:3"), text("come sooner"))
		values = {"rating": "3", "comment": "come sooner"}
		self.assertEqual(talk.effects, [CallAction("rate_case", SETTLED.name, values)])

	def test_what_could_be_better_may_be_skipped(self):
		talk = with_cases().hear(tap(f"feedback:{SETTLED.name}:yes"), tap("rating:5"), tap("skip"))
		self.assertEqual(talk.effects, [CallAction("rate_case", SETTLED.name, {"rating": "5"})])

	def test_no_asks_why_and_then_reopens(self):
		talk = with_cases().hear(settled(SETTLED.name), tap(f"feedback:{SETTLED.name}:no"))
		self.assertEqual(talk.effects, [])
		self.assertIn("What is still not done?", talk.said)
		talk.hear(text("It is choked again"))
		self.assertEqual(
			talk.effects, [CallAction("reopen_case", SETTLED.name, {"reason": "It is choked again"})]
		)

	def test_a_photo_is_a_reason_too(self):
		talk = with_cases().hear(tap(f"feedback:{SETTLED.name}:no"), photo("m9", "see"))
		self.assertEqual(talk.effects, [CallAction("reopen_case", SETTLED.name, {"reason": "see"}, ("m9",))])
		self.assertEqual(talk.session.drafts, [])

	def test_no_reopens_at_once_where_no_form_asks_why(self):
		talk = with_cases(flows=without(NOT_SETTLED)).hear(tap(f"feedback:{SETTLED.name}:no"))
		self.assertEqual(talk.effects, [CallAction("reopen_case", SETTLED.name)])

	def test_leaves_a_form_that_is_being_filled_as_it_was(self):
		talk = at_area()
		talk.world.own_cases = [SETTLED]
		answers, offered = dict(talk.answers), talk.session.offered
		talk.hear(settled(SETTLED.name))
		self.assertEqual((talk.answers, talk.session.offered), (answers, offered))
		talk.hear(tap(f"feedback:{SETTLED.name}:no"), text("not done"))
		self.assertEqual((talk.flow, talk.step, talk.answers), ("Grievance", "area", answers))
		self.assertIn("Where is it?", talk.said)

	def test_a_verdict_on_a_case_that_stands_elsewhere_tells_where(self):
		for case in (OWN, ENDED):
			talk = with_cases().hear(tap(f"feedback:{case.name}:yes"))
			self.assertEqual(talk.effects, [])
			self.assertIn(case.status, talk.said)

	def test_menu_and_cancel_are_no_reasons(self):
		for word in ("menu", "रद्द"):
			with self.subTest(word):
				talk = with_cases().hear(tap(f"feedback:{SETTLED.name}:no"), text(word))
				self.assertEqual(talk.effects, [])

	def test_an_odd_feedback_button_does_nothing(self):
		for odd in ("feedback:", f"feedback:{SETTLED.name}:maybe", f"feedback:{SETTLED.name}"):
			with self.subTest(odd):
				self.assertEqual(with_cases().hear(tap(odd)).effects, [])
