import unittest
from dataclasses import replace

from grievance_cell.conversations import engine
from grievance_cell.conversations.fake_world import (
	ALL_FLOWS,
	ANSWER,
	FLOWS,
	GRIEVANCE,
	INTRODUCTION,
	OWN,
	PIN,
	SETTLED,
	SILENCE,
	UNCLEAR_PIN,
	FakeWorld,
	Talk,
	asks,
	at_address,
	at_area,
	at_confirm,
	at_description,
	known,
	photo,
	settled,
	tap,
	text,
	voice,
	with_cases,
)
from grievance_cell.conversations.model import CallAction, CreateDocument, Event, Session

MENU_IDS = [
	"flow:Grievance:Complaint",
	"flow:Grievance:Demand",
	"flow:Grievance:Suggestion",
	"cases",
	"language",
	"help",
]


class TestFirstContact(unittest.TestCase):
	def test_introduces_itself_before_the_form(self):
		talk = Talk().hear(text("hello"))
		self.assertEqual(talk.flow, "Introduction")
		self.assertEqual(talk.ids, ["language:hi", "language:en"])

	def test_makes_the_citizen_and_shows_the_menu(self):
		talk = Talk().hear(text("hello"), tap("language:hi"), text("गीता बाई"), text("Ward 5"))
		self.assertEqual(
			talk.effects,
			[
				CreateDocument(
					"Introduction", {"language": "hi", "citizen_name": "गीता बाई", "address": "Ward 5"}
				)
			],
		)
		self.assertEqual((talk.session.drafts, talk.ids), ([], MENU_IDS))
		self.assertTrue(talk.session.citizen_known)
		self.assertIn("शिकायत", talk.labels)

	def test_offers_the_name_of_the_profile(self):
		talk = Talk().hear(text("hello", profile_name="Geeta"), tap("language:en"))
		self.assertEqual(talk.ids, ["name:Geeta"])
		talk.hear(tap("name:Geeta"), tap("skip"))
		self.assertEqual(talk.effects[0].values["citizen_name"], "Geeta")

	def test_does_not_offer_a_profile_name_without_letters(self):
		self.assertEqual(Talk().hear(text("hello", profile_name="😀 77"), tap("language:en")).ids, [])

	def test_refuses_a_name_without_letters(self):
		talk = Talk().hear(text("hello"), tap("language:en"), text("12345"))
		self.assertEqual(talk.effects, [])
		self.assertIn("Please write your name in letters.", talk.said)

	def test_the_language_can_be_answered_in_words(self):
		self.assertEqual(Talk().hear(text("hello"), text("English")).session.language, "en")

	def test_does_not_introduce_itself_to_who_is_known(self):
		self.assertEqual(known().hear(text("hi")).ids, MENU_IDS)

	def test_goes_on_with_what_the_first_message_began(self):
		talk = Talk().hear(text("the drain is full"), tap("language:en"), text("Geeta"), tap("skip"))
		self.assertEqual((talk.flow, talk.step), ("Grievance", "category"))
		self.assertEqual(talk.answers["description"], "the drain is full")

	def test_a_form_that_needs_nobody_known_begins_at_once(self):
		flows = (INTRODUCTION, replace(GRIEVANCE, needs_citizen=False))
		self.assertEqual(Talk(flows=flows).hear(text("the drain is full")).flow, "Grievance")

	def test_a_photo_that_comes_meanwhile_belongs_to_what_follows(self):
		talk = Talk().hear(
			text("the drain is full"), tap("language:en"), photo("m1"), text("Geeta"), tap("skip")
		)
		self.assertEqual((talk.flow, talk.draft.media), ("Grievance", ["m1"]))

	def test_a_photo_that_comes_before_anything_was_chosen_is_kept(self):
		talk = Talk().hear(text("hi"), tap("language:en"), photo("m1"), text("Geeta"), tap("skip"))
		talk.hear(tap("flow:Grievance:Complaint"))
		self.assertEqual(talk.draft.media, ["m1"])


class TestOpening(unittest.TestCase):
	def test_one_message_opens_the_form_with_its_type_by_default(self):
		talk = known().hear(text("the drain is full"))
		self.assertEqual(talk.answers, {"description": "the drain is full", "type": "Complaint"})
		self.assertEqual(talk.ids, ["category:Drain choked", "category:another"])

	def test_a_word_of_the_message_tells_the_type(self):
		self.assertEqual(known().hear(text("we demand a well")).answers["type"], "Demand")

	def test_a_word_that_misleads_tells_nothing_and_the_type_is_asked(self):
		talk = known().hear(text("they demand money for the garbage"))
		self.assertNotIn("type", talk.answers)
		self.assertEqual(talk.ids, ["type:Complaint", "type:Demand", "type:Suggestion"])
		talk.hear(tap("type:Complaint"))
		self.assertEqual(talk.ids, ["category:Garbage", "category:another"])

	def test_so_it_is_where_the_default_leaves_out_what_is_meant(self):
		talk = known().hear(text("a park"))
		self.assertNotIn("type", talk.answers)
		talk.hear(tap("type:Demand"))
		self.assertEqual(talk.ids, ["category:New park", "category:another"])

	def test_one_word_that_names_a_matter_opens_the_form(self):
		self.assertEqual(known().hear(text("garbage")).answers["description"], "garbage")

	def test_one_word_that_names_nothing_shows_the_menu(self):
		talk = known().hear(text("thing"))
		self.assertIn("We did not understand this.", talk.said)
		self.assertEqual(talk.ids, MENU_IDS)

	def test_a_greeting_is_no_description(self):
		talk = known().hear(text("राम राम"))
		self.assertEqual(talk.session.drafts, [])
		self.assertNotIn("did not understand", talk.said)

	def test_a_first_message_that_is_too_long_is_asked_again(self):
		talk = known().hear(text("word " * 40))
		self.assertNotIn("description", talk.answers)

	def test_a_first_location_is_the_area(self):
		talk = known().hear(PIN)
		self.assertEqual(talk.answers["area"], {"latitude": 22.0, "longitude": 82.5, "area": "A1"})

	def test_a_first_location_outlives_the_introduction(self):
		talk = Talk().hear(PIN, tap("language:en"), text("Geeta"), tap("skip"))
		self.assertEqual(talk.answers["area"]["area"], "A1")

	def test_a_first_location_that_is_unclear_is_asked_again(self):
		self.assertNotIn("area", known().hear(UNCLEAR_PIN).answers)

	def test_a_first_photo_belongs_to_the_case_and_its_caption_is_the_description(self):
		talk = Talk().hear(photo("m1", "drain is full"), tap("language:en"), text("Geeta"), tap("skip"))
		self.assertEqual(talk.draft.media, ["m1"])
		self.assertEqual(talk.answers["description"], "drain is full")

	def test_a_first_album_is_answered_once(self):
		talk = known().hear(photo("m1"))
		self.assertIn("received your photo", talk.said)
		self.assertEqual(talk.hear(photo("m2"), photo("m3")).last, [])
		self.assertEqual(talk.draft.media, ["m1", "m2", "m3"])

	def test_a_first_voice_note_is_the_description(self):
		talk = known().hear(voice("m1"))
		self.assertEqual((talk.answers["description"], talk.draft.media), ("Voice note", ["m1"]))
		self.assertIn("received your voice note", talk.said)

	def test_a_sticker_opens_nothing(self):
		talk = known().hear(Event("media", media="m1", media_type="sticker"))
		self.assertEqual((talk.session.drafts, talk.ids), ([], MENU_IDS))

	def test_what_cannot_be_read_is_answered_with_the_menu(self):
		talk = known().hear(Event("unknown"))
		self.assertIn("We cannot read this kind of message.", talk.said)
		self.assertEqual(talk.ids, MENU_IDS)

	def test_a_reaction_is_not_answered(self):
		for talk in (known(), at_description()):
			session = talk.session
			self.assertEqual(talk.hear(Event("reaction")).last, [])
			self.assertEqual(talk.session, session)

	def test_more_photos_soon_after_a_registration_go_to_that_case(self):
		talk = with_cases(latest_case=OWN.name, latest_case_on="2026-08-03T09:55:00")
		talk.hear(photo("m1"))
		self.assertEqual(talk.effects, [CallAction("add_information", OWN.name, {"text": ""}, ("m1",))])
		# The rest of the album goes there as well, and is not answered one by one.
		self.assertTrue(talk.hear(photo("m2")).effects[0].quiet)

	def test_a_photo_long_after_it_begins_something_new(self):
		talk = with_cases(latest_case=OWN.name, latest_case_on="2026-08-03T09:45:00")
		self.assertEqual(talk.hear(photo("m1")).flow, "Grievance")


class TestMenu(unittest.TestCase):
	def test_lists_the_forms_by_their_first_question(self):
		talk = known(flows=ALL_FLOWS).hear(text("menu"))
		self.assertEqual(talk.ids, [*MENU_IDS[:3], "flow:Certificate", "flow:Survey", *MENU_IDS[3:]])

	def test_a_row_begins_its_form_with_the_question_answered(self):
		talk = known().hear(tap("flow:Grievance:Demand"))
		self.assertEqual((talk.answers, talk.step), ({"type": "Demand"}, "description"))

	def test_a_row_is_begun_by_its_number_and_its_label_too(self):
		self.assertEqual(known().hear(text("hi"), text("2")).answers, {"type": "Demand"})
		self.assertEqual(known(language="hi").hear(text("hi"), text("शिकायत")).answers, {"type": "Complaint"})
		self.assertEqual(known().hear(text("Suggestion")).answers, {"type": "Suggestion"})

	def test_a_form_begins_by_its_word(self):
		self.assertEqual(known(flows=ALL_FLOWS).hear(text("Certificate!")).flow, "Certificate")

	def test_a_form_that_is_gone_leaves_the_menu(self):
		talk = known().hear(tap("flow:Gone"))
		self.assertIn("no longer open", talk.said)
		self.assertEqual(talk.ids, MENU_IDS)

	def test_forms_of_an_occasion_are_in_no_menu_and_begun_by_no_tap(self):
		self.assertEqual(known().hear(tap("flow:Rating")).session.drafts, [])

	def test_who_is_not_known_is_offered_no_cases(self):
		self.assertNotIn("cases", Talk(language="en").hear(tap("menu")).ids)

	def test_a_menu_of_many_forms_is_paged(self):
		many = [
			replace(ALL_FLOWS[-2], name=f"Certificate {n}", menu_label=f"Certificate {n}") for n in range(12)
		]
		talk = known(flows=many).hear(text("hi"))
		self.assertEqual((len(talk.ids), talk.ids[-1]), (10, "page:1"))
		self.assertEqual(talk.hear(tap("page:1"), tap("flow:Certificate 10")).flow, "Certificate 10")

	def test_what_cannot_begin_anything_waits_for_what_is_chosen(self):
		flows = tuple(flow for flow in ALL_FLOWS if flow is not GRIEVANCE)
		talk = known(flows=flows).hear(photo("m1"), tap("flow:Certificate"), text("income"))
		self.assertEqual(talk.effects, [CreateDocument("Certificate", {"which": "income"}, ("m1",))])


class TestWords(unittest.TestCase):
	"""What works at every step."""

	def test_menu_leaves_the_draft_as_it_is(self):
		talk = at_area().hear(text("मेनू"))
		self.assertEqual(talk.ids, ["resume", *MENU_IDS])
		self.assertEqual(talk.hear(tap("resume")).step, "area")
		self.assertEqual(talk.answers["category"], "Drain choked")

	def test_back_asks_the_question_before(self):
		talk = at_area().hear(text("back"))
		self.assertEqual(talk.step, "category")
		self.assertEqual(talk.hear(text("पीछे")).step, "description")
		self.assertEqual(talk.hear(text("back")).step, "type")
		self.assertIn("This is the first question.", talk.hear(text("back")).said)

	def test_back_with_nothing_open_is_the_menu(self):
		self.assertEqual(known().hear(text("back")).ids, MENU_IDS)

	def test_cancel_by_tap_or_word_drops_the_draft(self):
		for event in (tap("cancel"), text("cancel"), text("रद्द करें")):
			with self.subTest(event=event):
				talk = at_confirm().hear(event)
				self.assertEqual((talk.effects, talk.session.drafts), ([], []))
				self.assertIn("Nothing was registered", talk.said)

	def test_cancel_leaves_the_form_that_was_begun_before(self):
		talk = at_description(flows=ALL_FLOWS).hear(tap("flow:Certificate"), text("cancel"))
		self.assertEqual(talk.ids, ["resume", "restart"])
		self.assertEqual(talk.hear(tap("resume")).step, "description")

	def test_help_says_what_can_be_done(self):
		talk = at_area().hear(text("मदद"))
		self.assertEqual(talk.ids, ["resume", "menu", "callback"])
		self.assertEqual(known().hear(text("help")).ids, ["menu", "callback"])

	def test_stop_ends_announcements_and_no_form(self):
		talk = at_area().hear(text("STOP"))
		self.assertEqual(talk.effects, [CallAction("set_announcements", values={"wanted": False})])
		self.assertEqual(talk.step, "area")
		talk = Talk(language="en").hear(text("stop"))
		self.assertEqual(talk.effects, [])
		self.assertIn("no announcements", talk.said)

	def test_announcements_can_be_had_again(self):
		self.assertEqual(
			known().hear(tap("announcements")).effects,
			[CallAction("set_announcements", values={"wanted": True})],
		)

	def test_the_language_can_be_changed_in_the_middle(self):
		talk = at_description().hear(text("language"))
		self.assertEqual(talk.ids, ["lang:hi", "lang:en"])
		talk.hear(tap("lang:hi"))
		self.assertEqual(talk.effects, [CallAction("set_language", values={"language": "hi"})])
		self.assertEqual((talk.said, talk.answers), ("क्या परेशानी है?", {"type": "Complaint"}))

	def test_a_language_that_is_not_offered_is_not_taken(self):
		self.assertEqual(known().hear(tap("lang:xx")).session.language, "en")

	def test_thanks_need_no_form(self):
		talk = known().hear(text("धन्यवाद!"))
		self.assertIn("You are welcome.", talk.said)
		self.assertEqual(talk.ids, ["menu"])
		self.assertIn("What is wrong?", at_description().hear(text("thanks")).said)

	def test_a_call_can_be_asked_for(self):
		talk = known().hear(text("call me"), tap("skip"))
		self.assertEqual(talk.effects, [CreateDocument("Callback", {})])

	def test_a_call_asked_for_in_the_middle_goes_back_to_the_form(self):
		talk = at_area().hear(text("call me"), text("my pension"))
		self.assertEqual(talk.effects, [CreateDocument("Callback", {"said": "my pension"})])
		self.assertEqual(talk.ids, ["resume", "restart"])

	def test_a_link_carries_the_place_and_the_form(self):
		talk = known(flows=ALL_FLOWS).hear(text("नमस्ते [A4]"))
		self.assertEqual(talk.answers["area"], {"area": "A4"})
		self.assertEqual(known(flows=ALL_FLOWS).hear(text("नमस्ते [/certificate]")).flow, "Certificate")
		self.assertEqual(
			known(flows=ALL_FLOWS).hear(text("drain is full [A4]")).answers["description"], "drain is full"
		)

	def test_a_link_that_means_nothing_is_a_text(self):
		self.assertEqual(known().hear(text("नमस्ते [XYZ]")).answers.get("area"), None)


class TestLeftLying(unittest.TestCase):
	def test_after_an_hour_asks_whether_to_go_on(self):
		talk = at_area().wait(minutes=61).hear(text("hello"))
		self.assertEqual(talk.ids, ["resume", "restart"])
		self.assertEqual(talk.answers["category"], "Drain choked")

	def test_within_the_hour_just_goes_on(self):
		talk = at_area().wait(minutes=59).hear(PIN)
		self.assertEqual(talk.step, "address")

	def test_going_on_takes_what_was_said(self):
		for event in (tap("resume"), text("हाँ"), text("1"), text("Go on")):
			with self.subTest(event=event):
				talk = at_area().wait(hours=2).hear(PIN, event)
				self.assertEqual((talk.step, talk.answers["area"]["area"]), ("address", "A1"))

	def test_starting_again_begins_with_what_was_said(self):
		for event in (tap("restart"), text("नहीं"), text("2")):
			with self.subTest(event=event):
				talk = at_area().wait(hours=2).hear(text("garbage on the road"), event)
				self.assertEqual(talk.answers, {"description": "garbage on the road", "type": "Complaint"})

	def test_starting_again_with_a_greeting_is_the_menu(self):
		self.assertEqual(at_area().wait(hours=2).hear(text("hi"), tap("restart")).ids, MENU_IDS)

	def test_a_tap_on_the_old_question_just_answers_it(self):
		talk = at_address().wait(hours=2).hear(tap("skip"))
		self.assertEqual(talk.step, "photo")

	def test_a_site_may_offer_it_never(self):
		talk = at_area()
		talk.world.draft_offer_minutes = 0
		self.assertEqual(talk.wait(hours=20).hear(PIN).step, "address")

	def test_after_a_long_silence_the_draft_is_dropped_and_said_to_be(self):
		talk = at_area().wait(hours=23).hear(SILENCE)
		self.assertEqual(talk.session.drafts, [])
		self.assertIn("nothing was registered", talk.said)

	def test_nothing_is_said_once_the_window_is_closed(self):
		self.assertEqual(at_area().wait(hours=25).hear(SILENCE).last, [])

	def test_silence_where_nothing_was_begun_says_nothing(self):
		self.assertEqual(known().hear(text("hi")).wait(hours=23).hear(SILENCE).last, [])

	def test_a_verdict_stands_without_the_reason(self):
		talk = with_cases().hear(tap(f"feedback:{SETTLED.name}:no")).wait(hours=23).hear(SILENCE)
		self.assertEqual(talk.last, [CallAction("reopen_case", SETTLED.name)])

	def test_a_form_put_on_top_of_another_ends_with_the_other_offered(self):
		talk = at_description(flows=ALL_FLOWS).hear(tap("flow:Certificate"), text("income"))
		self.assertEqual(talk.effects, [CreateDocument("Certificate", {"which": "income"})])
		self.assertEqual(talk.ids, ["resume", "restart"])
		self.assertEqual(talk.hear(tap("resume")).flow, "Grievance")

	def test_choosing_the_same_form_begins_it_anew(self):
		talk = at_confirm().hear(tap("flow:Grievance:Demand"))
		self.assertEqual((len(talk.session.drafts), talk.answers), (1, {"type": "Demand"}))


class TestQuestionOfAnOfficer(unittest.TestCase):
	def test_the_next_message_answers_it(self):
		talk = with_cases().hear(asks(OWN.name))
		self.assertIn("Which house?", talk.said)
		self.assertEqual(talk.replies[0].notice, "question")
		talk.hear(text("the blue one"))
		self.assertEqual(talk.effects, [CallAction("answer_question", OWN.name, {"answer": "the blue one"})])
		self.assertEqual(talk.session.questions, [])

	def test_a_photo_answers_it(self):
		talk = with_cases().hear(asks(OWN.name), photo("m1"))
		self.assertEqual(talk.effects[0].media, ("m1",))

	def test_without_a_form_for_it_the_message_itself_is_the_answer(self):
		flows = tuple(flow for flow in FLOWS if flow is not ANSWER)
		talk = with_cases(flows=flows).hear(asks(OWN.name), text("the blue one"))
		self.assertEqual(talk.effects, [CallAction("answer_question", OWN.name, {"text": "the blue one"})])

	def test_in_the_middle_of_a_form_asks_what_the_message_is_for(self):
		talk = self.in_the_middle().hear(text("the blue one"))
		self.assertEqual(talk.ids, [f"held:{OWN.name}", "held:form"])
		self.assertNotIn("description", talk.answers)

	def test_as_an_answer(self):
		talk = self.in_the_middle().hear(text("the blue one"), tap(f"held:{OWN.name}"))
		self.assertEqual(talk.effects, [CallAction("answer_question", OWN.name, {"answer": "the blue one"})])
		self.assertEqual(talk.step, "description")
		self.assertIn("What is wrong?", talk.said)

	def test_as_what_the_form_asked_for(self):
		talk = self.in_the_middle().hear(text("it smells here"), tap("held:form"))
		self.assertEqual((talk.answers["description"], talk.effects), ("it smells here", []))
		# It is put again when the form is done, and not before.
		talk.hear(tap("category:Drain choked"), text("naila"))
		self.assertEqual(talk.step, "address")
		talk.hear(tap("skip"), tap("skip"), tap("confirm"))
		self.assertIn("Which house?", talk.said)
		self.assertEqual(talk.hear(text("blue")).effects[0].action, "answer_question")

	def test_an_album_asks_once_what_it_is_for_and_stays_whole(self):
		talk = self.in_the_middle().hear(photo("m1"), photo("m2"))
		self.assertEqual(talk.last, [])
		talk.hear(tap("held:form"))
		self.assertEqual(talk.draft.media, ["m1", "m2"])

	def test_a_tap_in_the_middle_of_a_form_is_for_the_form(self):
		talk = with_cases().hear(tap("flow:Grievance"), asks(OWN.name), text("Complaint"))
		self.assertEqual(talk.answers, {"type": "Complaint"})

	def test_words_that_always_work_answer_no_question(self):
		talk = with_cases().hear(asks(OWN.name), text("menu"))
		self.assertEqual((talk.effects, talk.ids), ([], MENU_IDS))

	def test_of_two_questions_asks_which_is_answered(self):
		talk = with_cases().hear(asks(OWN.name), asks(SETTLED.name, "When?"), text("yesterday"))
		self.assertEqual(talk.ids, [f"held:{OWN.name}", f"held:{SETTLED.name}", "held:form"])
		talk.hear(tap(f"held:{SETTLED.name}"))
		self.assertEqual(talk.effects[0].case, SETTLED.name)
		self.assertEqual([each["case"] for each in talk.session.questions], [OWN.name])

	def test_the_same_case_asked_again_is_one_question(self):
		talk = with_cases().hear(asks(OWN.name), asks(OWN.name, "When?"))
		self.assertEqual(talk.session.questions, [{"case": OWN.name, "text": "When?"}])

	def in_the_middle(self) -> Talk:
		talk = with_cases().hear(tap("flow:Grievance:Complaint"), asks(OWN.name))
		self.assertEqual(talk.step, "description")
		return talk


class TestShutOut(unittest.TestCase):
	def test_a_blocked_citizen_is_answered_once_a_day(self):
		talk = known()
		talk.world.blocked = True
		self.assertIn("no messages from this number", talk.hear(text("the drain is full")).said)
		self.assertEqual(talk.hear(text("hello")).last, [])
		self.assertEqual(talk.wait(hours=23).hear(text("hello")).last, [])
		self.assertEqual(len(talk.wait(hours=2).hear(text("hello")).replies), 1)
		self.assertEqual(talk.session.drafts, [])

	def test_who_writes_too_much_is_answered_once_a_minute(self):
		talk = at_description()
		talk.world.messages_per_minute = 3
		talk.hear(text("x" * 61), text("x" * 61), text("it smells here"))
		self.assertIn("wait a minute", talk.said)
		self.assertNotIn("description", talk.answers)
		self.assertEqual(talk.hear(text("it smells here")).last, [])
		self.assertEqual(talk.wait(seconds=61).hear(text("it smells here")).step, "category")

	def test_our_own_messages_go_to_who_writes_too_much(self):
		talk = with_cases()
		talk.world.messages_per_minute = 1
		talk.hear(text("hi"), text("hi"))
		self.assertEqual(len(talk.hear(settled(SETTLED.name)).replies), 1)


class TestPreview(unittest.TestCase):
	def test_shows_each_question_as_it_is_asked(self):
		for step in GRIEVANCE.steps:
			with self.subTest(step.step_id):
				reply = engine.preview(GRIEVANCE, step.step_id, "en", FakeWorld())
				self.assertIn(step.prompt, reply.text)

	def test_shows_what_is_told_and_nothing_for_a_step_that_is_gone(self):
		self.assertEqual(
			engine.preview(INTRODUCTION, "privacy", "en", FakeWorld()).text, "We keep what you write."
		)
		self.assertIsNone(engine.preview(GRIEVANCE, "gone", "en", FakeWorld()))


class TestStoredSession(unittest.TestCase):
	def test_keys_of_another_version_are_left_out(self):
		stored = {"language": "hi", "mood": "good", "drafts": [{"flow": "Grievance", "colour": "red"}]}
		session = Session.from_dict(stored)
		self.assertEqual((session.language, session.draft.flow), ("hi", "Grievance"))


class TestNothingToAsk(unittest.TestCase):
	def test_a_site_without_forms_still_answers(self):
		self.assertEqual(known(flows=()).hear(text("the drain is full")).ids, ["cases", "language", "help"])
