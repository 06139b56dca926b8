import unittest
from dataclasses import replace

from grievance_cell.conversations.fake_world import (
	ALL_FLOWS,
	FAR_PIN,
	GRIEVANCE,
	INTRODUCTION,
	PIN,
	UNCLEAR_PIN,
	FakeWorld,
	Talk,
	at_address,
	at_area,
	at_category,
	at_confirm,
	at_description,
	at_type,
	known,
	photo,
	tap,
	text,
	voice,
)
from grievance_cell.conversations.model import CreateDocument, Event, Flow, Step


class TestAnswers(unittest.TestCase):
	def test_a_group_opens_into_what_is_below_it(self):
		talk = at_category()
		self.assertEqual(talk.ids, ["category:Sanitation", "category:Water"])
		talk.hear(tap("category:Sanitation"))
		self.assertEqual(talk.ids, ["category:Drain choked", "category:Garbage"])
		self.assertNotIn("category", talk.answers)
		talk.hear(tap("category:Garbage"))
		self.assertEqual(talk.answers["category"], "Garbage")

	def test_back_leaves_a_group(self):
		talk = at_category().hear(tap("category:Sanitation"), text("back"))
		self.assertEqual(talk.ids, ["category:Sanitation", "category:Water"])

	def test_a_typed_number_taps_the_row_in_that_place(self):
		talk = at_type().hear(text("1"))
		self.assertEqual(talk.answers["type"], "Complaint")
		talk.hear(text("it smells here"), text("२"))
		self.assertEqual(talk.answers["category"], "Water")

	def test_a_number_is_an_answer_where_a_text_is_asked_for(self):
		self.assertEqual(at_address().hear(text("1")).answers["address"], "1")

	def test_a_number_of_thousands_of_digits_is_no_choice(self):
		self.assertEqual(at_type().hear(text("9" * 5000)).step, "type")

	def test_a_typed_label_taps_its_row_in_any_language(self):
		self.assertEqual(at_type().hear(text("complaint.")).answers["type"], "Complaint")
		self.assertEqual(at_type(language="hi").hear(text("शिकायत")).answers["type"], "Complaint")

	def test_typed_words_search_the_list(self):
		talk = at_category().hear(text("drain"))
		self.assertEqual(talk.ids, ["category:Drain choked", "category:another"])
		self.assertEqual(talk.hear(text("1")).answers["category"], "Drain choked")

	def test_says_so_when_nothing_is_found(self):
		talk = at_category().hear(text("xyz abc"))
		self.assertIn("We did not understand this.", talk.said)
		self.assertEqual(talk.step, "category")

	def test_a_row_of_an_older_list_answers_its_own_question(self):
		talk = at_description().hear(tap("type:Demand"))
		self.assertEqual(talk.answers["type"], "Demand")
		self.assertEqual(talk.step, "description")

	def test_a_row_that_is_gone_is_said_to_be_gone(self):
		talk = at_category().hear(tap("category:Gone"))
		self.assertIn("no longer open", talk.said)
		self.assertEqual(talk.step, "category")
		self.assertIn("no longer open", talk.hear(tap("nosuchstep:x")).said)

	def test_a_question_that_must_be_answered_cannot_be_skipped(self):
		talk = at_description().hear(tap("skip"))
		self.assertEqual(talk.step, "description")
		self.assertNotIn("skip", talk.ids)

	def test_a_question_that_may_be_left_out_is_skipped_by_tap_or_word(self):
		for event in (tap("skip"), text("skip"), text("नहीं"), text("छोड़ें")):
			with self.subTest(event=event):
				talk = at_address()
				self.assertEqual(talk.ids, ["skip"])
				talk.hear(event)
				self.assertEqual((talk.step, talk.answers["address"]), ("photo", None))

	def test_a_text_that_is_too_long_is_asked_again(self):
		talk = at_description().hear(text("x" * 61))
		self.assertIn("at most 60 letters", talk.said)
		self.assertEqual(talk.step, "description")

	def test_an_unknown_kind_is_answered_with_the_question(self):
		talk = at_description().hear(Event("unknown"))
		self.assertIn("cannot read this kind", talk.said)
		self.assertIn("What is wrong?", talk.said)

	def test_a_tap_without_an_id_is_answered_with_the_question(self):
		self.assertIn("What is wrong?", at_description().hear(tap("")).said)

	def test_a_sticker_is_no_photo(self):
		talk = at_description().hear(Event("media", media="m1", media_type="sticker"))
		self.assertEqual(talk.draft.media, [])
		self.assertIn("What is wrong?", talk.said)

	def test_a_greeting_in_the_middle_repeats_the_question(self):
		talk = at_description().hear(text("namaste"))
		self.assertIn("What is wrong?", talk.said)
		self.assertNotIn("description", talk.answers)

	def test_three_answers_that_are_none_offer_a_way_out(self):
		talk = at_category().hear(text("xyz"), text("abc"))
		self.assertNotIn("callback", talk.ids)
		talk.hear(text("uvw"))
		self.assertEqual(talk.ids, ["resume", "menu", "callback"])
		self.assertEqual(talk.hear(tap("resume")).step, "category")

	def test_an_answer_between_begins_the_count_anew(self):
		talk = at_category().hear(text("xyz"), text("abc"), text("drain"), text("uvw"))
		self.assertNotIn("callback", talk.ids)


class TestProposals(unittest.TestCase):
	def test_the_likely_categories_come_first_and_the_list_is_one_tap_away(self):
		talk = at_description().hear(text("the drain is full"))
		self.assertEqual(talk.ids, ["category:Drain choked", "category:another"])
		talk.hear(tap("category:another"))
		self.assertEqual(talk.ids, ["category:Sanitation", "category:Water"])

	def test_a_label_of_the_whole_list_may_be_typed_though_others_are_proposed(self):
		talk = at_description().hear(text("the drain is full"), text("Water"))
		self.assertEqual(talk.answers["category"], "Water")

	def test_the_place_of_the_citizen_is_offered(self):
		world = FakeWorld()
		world.home = "A4"
		step = replace(GRIEVANCE.step("area"), propose_from="description")
		steps = tuple(step if each.step_id == "area" else each for each in GRIEVANCE.steps)
		talk = at_area(world=world, flows=(INTRODUCTION, replace(GRIEVANCE, steps=steps)))
		self.assertEqual(talk.ids, ["area:A4", "area:another"])
		self.assertEqual(talk.hear(tap("area:A4")).answers["area"], {"area": "A4"})

	def test_another_place_asks_for_the_location(self):
		world = FakeWorld()
		world.home = "A4"
		talk = at_area(world=world).hear(tap("area:another"))
		self.assertTrue(talk.replies[-1].asks_location)


class TestPages(unittest.TestCase):
	def pages(self, many: int, required: bool = True) -> Talk:
		step = Step("matter", "Link", "Which?", "matter", required=required)
		flow = Flow("Matters", "1", "Matter", (step,), menu_label="Matters")
		return known(flows=(flow,), world=FakeWorld(many)).hear(tap("flow:Matters"))

	def test_ten_rows_fit_on_one_list(self):
		self.assertEqual(len(self.pages(10).ids), 10)
		self.assertNotIn("page:1", self.pages(10).ids)

	def test_nine_rows_and_a_skip_fit_on_one_list(self):
		self.assertEqual(self.pages(9, required=False).ids[-2:], ["matter:M9", "skip"])

	def test_more_rows_are_shown_by_pages_until_the_first_again(self):
		talk = self.pages(20)
		self.assertEqual(talk.ids, [*(f"matter:M{n}" for n in range(1, 10)), "page:1"])
		self.assertEqual(talk.hear(tap("page:1")).ids, [*(f"matter:M{n}" for n in range(10, 19)), "page:2"])
		self.assertEqual(talk.hear(tap("page:2")).ids, ["matter:M19", "matter:M20", "page:0"])
		self.assertEqual(talk.hear(text("3")).ids[0], "matter:M1")

	def test_every_row_of_a_list_that_is_paged_can_be_reached(self):
		for many in (11, 18, 19, 89):
			for required in (True, False):
				with self.subTest(many=many, required=required):
					talk, seen = self.pages(many, required), set()
					for _page in range(many):
						self.assertLessEqual(len(talk.ids), 10)
						seen |= set(talk.ids)
						talk.hear(tap(next(each for each in talk.ids if each.startswith("page:"))))
					self.assertLessEqual({f"matter:M{n}" for n in range(1, many + 1)}, seen)
					self.assertEqual("skip" in seen, not required)

	def test_a_longer_list_is_searched_by_typing_and_can_still_be_skipped(self):
		talk = self.pages(150, required=False)
		self.assertEqual(
			talk.hear(text("Matter 140")).effects, [CreateDocument("Matters", {"matter": "M140"})]
		)
		self.assertEqual(
			self.pages(150, required=False).hear(text("skip")).effects, [CreateDocument("Matters", {})]
		)

	def test_what_a_search_finds_fits_on_one_list(self):
		for required in (True, False):
			self.assertLessEqual(len(self.pages(30, required).hear(text("matter")).ids), 10)

	def test_a_page_that_is_not_there_is_one_that_is(self):
		self.assertIn(
			self.pages(20).hear(tap("page:99999")).ids[0], ("matter:M1", "matter:M10", "matter:M19")
		)


class TestPlace(unittest.TestCase):
	def test_asks_for_the_location(self):
		self.assertTrue(at_area().replies[0].asks_location)

	def test_a_pin_near_one_place_is_that_place_and_is_kept(self):
		talk = at_area().hear(PIN)
		self.assertEqual(talk.answers["area"], {"latitude": 22.0, "longitude": 82.5, "area": "A1"})

	def test_a_pin_between_places_offers_them_and_stays_with_the_choice(self):
		talk = at_area().hear(UNCLEAR_PIN)
		self.assertEqual(talk.ids, ["area:A2", "area:A3"])
		talk.hear(tap("area:A3"))
		self.assertEqual(talk.answers["area"], {"latitude": 10.0, "longitude": 82.5, "area": "A3"})
		self.assertEqual(talk.draft.labels["area"], "Ward 5, Champa")

	def test_a_pin_far_from_every_place_is_said_to_be_unknown(self):
		talk = at_area().hear(FAR_PIN)
		self.assertIn("No such place.", talk.said)
		self.assertEqual(talk.step, "area")

	def test_a_name_of_several_places_asks_which(self):
		talk = at_area().hear(text("ward 5"))
		self.assertEqual(talk.ids, ["area:A2", "area:A3"])
		self.assertEqual(talk.hear(text("2")).answers["area"], {"area": "A3"})

	def test_a_place_that_was_not_offered_is_not_taken(self):
		self.assertNotIn("area", at_area().hear(tap("area:A1")).answers)

	def test_a_pin_at_another_question_answers_the_place(self):
		talk = at_description().hear(PIN)
		self.assertEqual(talk.answers["area"]["area"], "A1")
		self.assertEqual(talk.step, "description")

	def test_a_pin_where_no_place_is_asked_for_is_declined(self):
		talk = known(flows=ALL_FLOWS).hear(text("certificate"), PIN)
		self.assertIn("We do not need the place", talk.said)
		self.assertIn("Which certificate?", talk.said)

	def test_the_document_gets_the_area_and_the_pin(self):
		values = at_confirm().hear(tap("confirm")).effects[0].values
		self.assertEqual((values["area"], values["latitude"], values["longitude"]), ("A1", 22.0, 82.5))


class TestFiles(unittest.TestCase):
	def test_an_album_is_acknowledged_once_and_kept_whole(self):
		talk = at_type().hear(photo("m1"))
		self.assertIn("received your photo", talk.said)
		self.assertEqual(talk.hear(photo("m2"), photo("m3")).last, [])
		self.assertEqual(talk.draft.media, ["m1", "m2", "m3"])

	def test_a_caption_is_the_text_that_is_asked_for(self):
		talk = at_description().hear(photo("m1", "it smells here"))
		self.assertEqual(talk.answers["description"], "it smells here")
		self.assertEqual((talk.draft.media, talk.step), (["m1"], "category"))

	def test_a_voice_note_is_a_description(self):
		talk = at_description().hear(voice("m1"))
		self.assertEqual(talk.answers["description"], "Voice note")
		self.assertEqual((talk.draft.media, talk.step), (["m1"], "category"))

	def test_a_photo_answers_the_question_for_one(self):
		talk = at_address().hear(tap("skip"), photo("m1"))
		self.assertEqual(talk.step, "confirm")
		self.assertIn("Photos and files:* 1", talk.said)
		# The rest of the album comes after the question has moved on.
		self.assertEqual(talk.hear(photo("m2")).last, [])
		created = talk.hear(tap("confirm")).effects[0]
		self.assertEqual(created.media, ("m1", "m2"))

	def test_who_has_sent_a_photo_is_not_asked_for_one(self):
		self.assertEqual(at_address().hear(photo("m1"), tap("skip")).step, "confirm")


class TestConfirm(unittest.TestCase):
	def test_the_summary_shows_every_answer_by_its_label(self):
		talk = at_confirm()
		self.assertEqual(talk.ids, ["confirm", "change", "cancel"])
		for line in (
			"*Type:* Complaint",
			"*Category:* Drain choked",
			"*Description:* it smells",
			"*Place:* Naila",
		):
			self.assertIn(line, talk.said)
		self.assertNotIn("*Near:*", talk.said)

	def test_a_long_answer_is_cut_in_the_summary_and_whole_in_the_document(self):
		story = "behind the school " * 60
		talk = at_address().hear(text(story), tap("skip"))
		self.assertLess(len(talk.said), 600)
		self.assertIn("behind the …", talk.said)
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values["address"], story.strip())

	def test_confirming_by_tap_number_or_word_makes_the_document(self):
		for event in (tap("confirm"), text("1"), text("haan"), text("हाँ")):
			with self.subTest(event=event):
				talk = at_confirm().hear(event)
				self.assertEqual(
					talk.effects,
					[
						CreateDocument(
							"Grievance",
							{
								"grievance_type": "Complaint",
								"category": "Drain choked",
								"description": "it smells here",
								"area": "A1",
								"latitude": 22.0,
								"longitude": 82.5,
							},
						)
					],
				)
				self.assertEqual(talk.session.drafts, [])

	def test_confirming_before_the_end_makes_nothing(self):
		self.assertEqual(at_description().hear(tap("confirm")).effects, [])

	def test_no_asks_what_to_change(self):
		self.assertIn("change:description", at_confirm().hear(text("नहीं")).ids)

	def test_one_answer_can_be_changed(self):
		talk = at_confirm().hear(tap("change"))
		self.assertIn("change:description", talk.ids)
		talk.hear(tap("change:description"))
		self.assertEqual(talk.step, "description")
		talk.hear(text("the smell is strong"))
		self.assertEqual(talk.step, "confirm")
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values["description"], "the smell is strong")

	def test_an_answer_that_another_one_no_longer_allows_is_asked_again(self):
		talk = at_confirm().hear(tap("change"), tap("change:type"), tap("type:Demand"))
		self.assertEqual(talk.step, "category")
		self.assertNotIn("category", talk.answers)
		self.assertEqual(talk.answers["description"], "it smells here")
		self.assertEqual(talk.hear(tap("category:New drain")).step, "confirm")


class TestEditedFlow(unittest.TestCase):
	def edited(self, *steps: Step) -> tuple[Flow, Flow]:
		return INTRODUCTION, replace(GRIEVANCE, version="2", steps=steps)

	def without(self, step_id: str) -> tuple[Flow, Flow]:
		return self.edited(*(step for step in GRIEVANCE.steps if step.step_id != step_id))

	def test_the_answer_to_a_question_that_is_gone_is_dropped(self):
		talk = at_confirm()
		talk.flows = self.without("category")
		created = talk.hear(tap("confirm")).effects[0]
		self.assertNotIn("category", created.values)
		self.assertEqual(created.values["description"], "it smells here")

	def test_a_new_question_is_asked_before_the_document_is_made(self):
		talk = at_confirm()
		new = Step("since", "Text", "Since when?", "since", "Since")
		talk.flows = self.edited(*GRIEVANCE.steps[:-1], new, GRIEVANCE.steps[-1])
		self.assertEqual(talk.hear(tap("confirm")).effects, [])
		self.assertIn("Since when?", talk.said)
		self.assertEqual(talk.hear(text("a week"), tap("confirm")).effects[0].values["since"], "a week")

	def test_what_answers_a_question_that_is_gone_is_not_taken_for_another(self):
		talk = at_description()
		subject = Step("subject", "Text", "In one line?", "subject", "Subject")
		talk.flows = self.edited(*(subject if s.step_id == "description" else s for s in GRIEVANCE.steps))
		talk.hear(text("it smells here"))
		self.assertNotIn("subject", talk.answers)
		self.assertIn("In one line?", talk.said)

	def test_a_file_for_a_question_that_is_gone_is_kept(self):
		talk = at_address().hear(tap("skip"))
		talk.flows = self.without("photo")
		talk.hear(photo("m1"))
		self.assertEqual((talk.draft.media, talk.step), (["m1"], "confirm"))

	def test_a_file_of_a_form_that_was_switched_off_is_taken_up_by_the_next(self):
		talk = at_description(flows=ALL_FLOWS).hear(photo("m1"))
		talk.flows = tuple(flow for flow in ALL_FLOWS if flow is not GRIEVANCE)
		talk.hear(text("certificate"), text("income"))
		self.assertEqual(talk.effects, [CreateDocument("Certificate", {"which": "income"}, ("m1",))])

	def test_a_form_that_was_switched_off_leaves_the_citizen_with_the_menu(self):
		talk = at_description()
		talk.flows = (INTRODUCTION,)
		self.assertIn("help", talk.hear(text("it smells here")).ids)


class TestDependsOn(unittest.TestCase):
	FLOW = replace(
		GRIEVANCE,
		steps=(
			GRIEVANCE.steps[0],
			Step("why", "Text", "Why is it needed?", "why", "Why", depends_on="answers['type'] == 'Demand'"),
			GRIEVANCE.steps[-1],
		),
	)

	def test_a_question_is_asked_only_where_it_applies(self):
		self.assertEqual(at_type(flows=(self.FLOW,)).hear(tap("type:Demand")).step, "why")
		self.assertEqual(at_type(flows=(self.FLOW,)).hear(tap("type:Complaint")).step, "confirm")

	def test_an_answer_that_no_longer_applies_is_left_out(self):
		talk = at_type(flows=(self.FLOW,)).hear(tap("type:Demand"), text("for the school"))
		talk.hear(tap("change"), tap("change:type"), tap("type:Complaint"))
		self.assertNotIn("for the school", talk.said)
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values, {"grievance_type": "Complaint"})


class TestKinds(unittest.TestCase):
	"""A question of every kind."""

	def survey(self) -> Talk:
		return known(flows=ALL_FLOWS).hear(tap("flow:Survey"))

	def test_a_whole_form_of_them(self):
		talk = self.survey().hear(
			text("१२"), text("15 अगस्त 2026"), text("98765 43210"), text("हाँ"), photo("m1"), PIN
		)
		self.assertIn("Thank you so far.", talk.said)
		for line in (
			"*People:* १२",
			"*Since:* 15-08-2026",
			"*Urgent:* Yes",
			"*Paper:* Photo",
			"*Where:* Sent on the map",
		):
			self.assertIn(line, talk.said)
		self.assertEqual(
			talk.hear(tap("confirm")).effects,
			[
				CreateDocument(
					"Survey",
					{
						"people": 12,
						"since": "2026-08-15",
						"phone": "+919876543210",
						"urgent": 1,
						"latitude": 22.0,
						"longitude": 82.5,
					},
					("m1",),
				)
			],
		)

	def test_a_number_is_no_row_of_a_list_and_a_date_no_case(self):
		talk = self.survey().hear(text("1"))
		self.assertEqual((talk.answers["people"], talk.step), (1, "since"))

	def test_what_is_no_number_is_asked_again(self):
		talk = self.survey().hear(text("many"))
		self.assertIn("Please write a number.", talk.said)
		self.assertIn("Please write a number.", talk.hear(text("2.5")).said)

	def test_the_steps_own_condition_refuses(self):
		talk = self.survey().hear(text("1000"))
		self.assertIn("We cannot take this answer.", talk.said)
		self.assertEqual(talk.step, "people")

	def test_what_is_no_date_is_asked_again(self):
		talk = self.survey().hear(text("5"), text("कल"))
		self.assertIn("15-08-2026", talk.said)
		self.assertEqual(talk.step, "since")

	def test_what_is_no_telephone_number_is_asked_again(self):
		talk = self.survey().hear(text("5"), text("1-8-2026"), text("12345"))
		self.assertIn("ten digits", talk.said)

	def test_yes_or_no_by_tap_number_or_word(self):
		at_urgent = [text("5"), text("1-8-2026"), tap("skip")]
		for event, answer in ((tap("urgent:0"), 0), (text("1"), 1), (text("जी हाँ"), 1), (text("नहीं"), 0)):
			with self.subTest(event=event):
				self.assertEqual(self.survey().hear(*at_urgent, event).answers["urgent"], answer)

	def test_words_do_for_a_file(self):
		talk = self.survey().hear(
			text("5"), text("1-8-2026"), tap("skip"), text("no"), text("lost in the flood")
		)
		self.assertEqual(talk.answers["paper"], "lost in the flood")

	def test_words_do_not_for_a_position(self):
		talk = self.survey().hear(
			text("5"), text("1-8-2026"), tap("skip"), text("no"), photo("m1"), text("there")
		)
		self.assertEqual(talk.step, "where")

	def test_a_tell_step_is_said_once_before_what_follows_it(self):
		talk = Talk().hear(text("hi"), tap("language:en"))
		self.assertIn("We keep what you write.", talk.said)
		self.assertNotIn("We keep what you write.", talk.hear(text("12345")).said)
