import json
import random
import unittest
from dataclasses import replace

from grievance_cell.conversations import engine
from grievance_cell.conversations.engine import (
	Choice,
	CreateDocument,
	Event,
	Flow,
	GiveFeedback,
	Reply,
	Session,
	Step,
)

INTRODUCTION = Flow(
	name="Introduction",
	version="1",
	document_type="Citizen",
	steps=(
		Step("language", "Language", "In which language?", "language"),
		Step("name", "Name", "What is your name?", "citizen_name", max_length=140),
	),
	needs_citizen=False,
)
GRIEVANCE = Flow(
	name="Grievance",
	version="1",
	document_type="Grievance",
	steps=(
		Step("type", "Choice", "What would you like to send us?", "grievance_type", "Type"),
		Step("category", "Link", "What is it about?", "category", "Category"),
		Step("description", "Text", "What is wrong?", "description", "Description", max_length=60),
		Step("area", "Area", "Where is it?", "area", "Place", error_text="No such place."),
		Step("address", "Text", "Near what?", "address", "Near", required=False),
		Step("photo", "Photo", "A photo, please.", required=False),
		Step("confirm", "Confirm", "Is this right?"),
	),
	menu_label="Complaint",
	opening_step="description",
)
FLOWS = (INTRODUCTION, GRIEVANCE)

HINDI = {
	"Skip": "छोड़ें",
	"Complaint": "शिकायत",
	"Drain choked": "नाली जाम",
	"Is this right?": "क्या यह सही है?",
	"Yes, register": "हाँ, दर्ज करें",
}
# name: (label, parent, is_group, types)
CATEGORIES = {
	"Sanitation": ("Sanitation", "", True, "Complaint Demand"),
	"Drain choked": ("Drain choked", "Sanitation", False, "Complaint"),
	"Garbage": ("Garbage", "Sanitation", False, "Complaint"),
	"New drain": ("New drain", "Sanitation", False, "Demand"),
	"Water": ("Water", "", False, "Complaint Demand Suggestion"),
}
AREAS = {"naila": ["A1"], "ward 5": ["A2", "A3"], "rampur": ["A4"]}
AREA_LABELS = {"A1": "Naila", "A2": "Ward 5, Naila", "A3": "Ward 5, Champa", "A4": "Rampur"}


class FakeWorld:
	"""A site in memory: two languages, a small tree of categories, four places."""

	def __init__(self, many: int = 0):
		self.many = [Choice(f"M{number}", f"Matter {number}") for number in range(1, many + 1)]

	def translate(self, text, language):
		return HINDI.get(text, text) if language == "hi" else text

	def languages(self):
		return [Choice("hi", "हिन्दी"), Choice("en", "English")]

	def _open(self, answers):
		wanted = answers.get("type") or ""
		return {name: row for name, row in CATEGORIES.items() if wanted in row[3]}

	def _choice(self, name, language):
		label, _parent, is_group, _types = CATEGORIES[name]
		return Choice(name, self.translate(label, language), is_group=is_group)

	def choices(self, flow, step, answers, group, language):
		if step.kind == "Choice":
			return [Choice(value, self.translate(value, language)) for value in ("Complaint", "Demand")]
		if self.many:
			return self.many
		return [self._choice(n, language) for n, row in self._open(answers).items() if row[1] == group]

	def option(self, flow, step, answers, value, language):
		if self.many:
			return next((choice for choice in self.many if choice.value == value), None)
		return self._choice(value, language) if value in self._open(answers) else None

	def search(self, flow, step, answers, text, language):
		if self.many:
			return self.many if text == "matter" else []
		found = [self._choice(name, language) for name in self._open(answers)]
		return [each for each in found if not each.is_group and text.lower() in each.label.lower()]

	def areas_named(self, text, language):
		return [Choice(a, AREA_LABELS[a], "Block") for a in AREAS.get(text.lower(), ())]

	def areas_near(self, latitude, longitude, language):
		if latitude > 80:
			return []
		names = ["A1"] if latitude > 20 else ["A2", "A3"]
		return [Choice(a, AREA_LABELS[a]) for a in names]

	def holds(self, expression, answers):
		return bool(eval(expression, {"__builtins__": {}}, {"answers": answers}))


def text(body: str, **more) -> Event:
	return Event("text", text=body, **more)


def tap(choice: str) -> Event:
	return Event("choice", choice=choice)


def photo(media: str, caption: str = "") -> Event:
	return Event("media", text=caption, media=media, media_type="image")


PIN = Event("location", latitude=22.0, longitude=82.5)
UNCLEAR_PIN = Event("location", latitude=10.0, longitude=82.5)
FAR_PIN = Event("location", latitude=85.0, longitude=0.0)


class Talk:
	"""A conversation kept between turns as it is in the database, as JSON."""

	def __init__(self, flows=FLOWS, world=None, **session):
		self.flows, self.world = flows, world or FakeWorld()
		self.session = Session(**session)
		self.last: list = []

	def hear(self, *events: Event) -> "Talk":
		for event in events:
			before = json.dumps(self.session.to_dict(), sort_keys=True)
			after, self.last = engine.turn(self.session, event, self.flows, self.world)
			assert json.dumps(self.session.to_dict(), sort_keys=True) == before, "the given session changed"
			self.session = Session.from_dict(json.loads(json.dumps(after.to_dict())))
		return self

	@property
	def replies(self) -> list[Reply]:
		return [each for each in self.last if isinstance(each, Reply)]

	@property
	def effects(self) -> list:
		return [each for each in self.last if not isinstance(each, Reply)]

	@property
	def said(self) -> str:
		return "\n".join(reply.text for reply in self.replies)

	@property
	def ids(self) -> list[str]:
		return [choice.value for choice in self.replies[-1].choices] if self.replies else []

	@property
	def labels(self) -> list[str]:
		return [choice.label for choice in self.replies[-1].choices] if self.replies else []


def known(**more) -> Talk:
	"""A citizen whom the bot knows already, with English."""
	return Talk(**{"citizen_known": True, "language": "en", **more})


def at_description() -> Talk:
	return known().hear(text("hi"), tap("type:Complaint"), tap("category:Drain choked"))


def at_confirm() -> Talk:
	return at_description().hear(text("the drain is choked"), PIN, tap("skip"), tap("skip"))


class TestFirstContact(unittest.TestCase):
	def test_introduces_itself_before_the_form(self):
		talk = Talk().hear(text("hello"))
		self.assertEqual(talk.session.flow, "Introduction")
		self.assertEqual(talk.ids, ["language:hi", "language:en"])

	def test_makes_the_citizen_and_goes_on_with_the_form(self):
		talk = Talk().hear(text("hello"), tap("language:hi"), text("गीता बाई"))
		self.assertEqual(
			talk.effects, [CreateDocument("Introduction", {"language": "hi", "citizen_name": "गीता बाई"})]
		)
		self.assertEqual((talk.session.flow, talk.session.step), ("Grievance", "type"))
		self.assertTrue(talk.session.citizen_known)
		self.assertIn("शिकायत", talk.labels)

	def test_offers_the_name_of_the_profile(self):
		talk = Talk().hear(text("hello", profile_name="Geeta"), tap("language:en"))
		self.assertEqual(talk.ids, ["name:Geeta"])
		talk.hear(tap("name:Geeta"))
		self.assertEqual(talk.effects[0].values["citizen_name"], "Geeta")

	def test_does_not_offer_a_profile_name_without_letters(self):
		talk = Talk().hear(text("hello", profile_name="😀 77"), tap("language:en"))
		self.assertEqual(talk.ids, [])

	def test_refuses_a_name_without_letters(self):
		talk = Talk().hear(text("hello"), tap("language:en"), text("12345"))
		self.assertEqual(talk.effects, [])
		self.assertIn("Please write your name in letters.", talk.said)

	def test_does_not_introduce_itself_to_who_is_known(self):
		self.assertEqual(known().hear(text("hi")).session.flow, "Grievance")

	def test_a_single_form_needs_no_menu(self):
		self.assertEqual(known().hear(text("hi")).ids, ["type:Complaint", "type:Demand"])

	def test_several_forms_are_offered_in_a_menu(self):
		certificate = Flow(
			"Certificate",
			"1",
			"Application",
			(Step("what", "Text", "Which?", "what"),),
			"Certificate",
			("certificate",),
		)
		talk = known(flows=(*FLOWS, certificate)).hear(text("hi"))
		self.assertEqual(talk.ids, ["flow:Grievance", "flow:Certificate"])
		self.assertEqual(talk.hear(tap("flow:Certificate")).session.flow, "Certificate")
		by_word = known(flows=(*FLOWS, certificate)).hear(text("Certificate!"))
		self.assertEqual(by_word.session.flow, "Certificate")

	def test_says_so_where_no_form_is_enabled(self):
		self.assertIn("cannot take messages", known(flows=()).hear(text("hi")).said)


class TestOpening(unittest.TestCase):
	def test_what_the_first_message_says_is_the_description(self):
		talk = Talk().hear(text("Our drain is choked"), tap("language:en"), text("Geeta"))
		self.assertEqual(talk.session.answers, {"description": "Our drain is choked"})
		talk.hear(tap("type:Complaint"), tap("category:Drain choked"))
		self.assertEqual(talk.session.step, "area")

	def test_a_greeting_is_no_description(self):
		self.assertEqual(known().hear(text("राम राम")).session.answers, {})

	def test_a_first_message_that_is_too_long_is_asked_again(self):
		talk = known().hear(text("word " * 40))
		self.assertNotIn("description", talk.session.answers)

	def test_a_first_location_is_the_area(self):
		talk = known().hear(PIN)
		self.assertEqual(talk.session.answers["area"], {"latitude": 22.0, "longitude": 82.5, "area": "A1"})

	def test_a_first_location_outlives_the_introduction(self):
		talk = Talk().hear(PIN, tap("language:en"), text("Geeta"))
		self.assertEqual(talk.session.answers["area"]["area"], "A1")

	def test_a_first_location_that_is_unclear_is_asked_again(self):
		self.assertNotIn("area", known().hear(UNCLEAR_PIN).session.answers)

	def test_a_first_photo_belongs_to_the_case_and_its_caption_is_the_description(self):
		talk = Talk().hear(photo("m1", "drain is choked"), tap("language:en"), text("Geeta"))
		self.assertEqual(talk.session.media, ["m1"])
		self.assertEqual(talk.session.answers["description"], "drain is choked")

	def test_anything_else_first_starts_the_form_too(self):
		self.assertEqual(known().hear(Event("unknown")).session.step, "type")


class TestAnswers(unittest.TestCase):
	def test_a_group_opens_into_what_is_below_it(self):
		talk = known().hear(text("hi"), tap("type:Complaint"))
		self.assertEqual(talk.ids, ["category:Sanitation", "category:Water"])
		talk.hear(tap("category:Sanitation"))
		self.assertEqual(talk.ids, ["category:Drain choked", "category:Garbage"])
		self.assertNotIn("category", talk.session.answers)
		talk.hear(tap("category:Garbage"))
		self.assertEqual(talk.session.answers["category"], "Garbage")

	def test_a_typed_number_taps_the_row_in_that_place(self):
		talk = known().hear(text("hi"), text("1"))
		self.assertEqual(talk.session.answers["type"], "Complaint")
		self.assertEqual(talk.hear(text("२")).session.answers["category"], "Water")

	def test_a_number_is_an_answer_where_a_text_is_asked_for(self):
		talk = at_description().hear(text("the drain is choked"), PIN, text("1"))
		self.assertEqual(talk.session.answers["address"], "1")

	def test_a_number_of_thousands_of_digits_is_no_choice(self):
		talk = known().hear(text("hi"), text("9" * 5000))
		self.assertEqual(talk.session.step, "type")

	def test_a_typed_label_taps_its_row_in_any_language(self):
		english = known().hear(text("hi"), text("complaint."))
		self.assertEqual(english.session.answers["type"], "Complaint")
		hindi = known(language="hi").hear(text("hi"), text("शिकायत"))
		self.assertEqual(hindi.session.answers["type"], "Complaint")

	def test_typed_words_search_the_list(self):
		talk = known().hear(text("hi"), tap("type:Complaint"), text("drain"))
		self.assertEqual(talk.ids, ["category:Drain choked"])
		self.assertEqual(talk.hear(text("1")).session.answers["category"], "Drain choked")

	def test_says_so_when_nothing_is_found(self):
		talk = known().hear(text("hi"), tap("type:Complaint"), text("xyz abc"))
		self.assertIn("We did not understand this.", talk.said)
		self.assertEqual(talk.session.step, "category")

	def test_a_row_of_an_older_list_answers_its_own_question(self):
		talk = at_description().hear(tap("type:Demand"))
		self.assertEqual(talk.session.answers["type"], "Demand")

	def test_a_row_that_is_gone_is_said_to_be_gone(self):
		talk = known().hear(text("hi"), tap("type:Complaint"), tap("category:Gone"))
		self.assertIn("no longer open", talk.said)
		self.assertEqual(talk.session.step, "category")
		self.assertIn("no longer open", talk.hear(tap("nosuchstep:x")).said)

	def test_a_question_that_must_be_answered_cannot_be_skipped(self):
		talk = at_description().hear(tap("skip"))
		self.assertEqual(talk.session.step, "description")
		self.assertNotIn("skip", talk.ids)

	def test_a_question_that_may_be_left_out_is_skipped_by_tap_or_word(self):
		for event in (tap("skip"), text("skip"), text("नहीं"), text("छोड़ें")):
			talk = at_description().hear(text("the drain is choked"), PIN)
			self.assertEqual(talk.ids, ["skip"])
			talk.hear(event)
			self.assertEqual((talk.session.step, talk.session.answers["address"]), ("photo", None))

	def test_a_text_that_is_too_long_is_asked_again(self):
		talk = at_description().hear(text("x" * 61))
		self.assertIn("at most 60 letters", talk.said)
		self.assertEqual(talk.session.step, "description")

	def test_an_unknown_kind_is_answered_with_the_question(self):
		talk = at_description().hear(Event("unknown"))
		self.assertIn("cannot read this kind", talk.said)
		self.assertIn("What is wrong?", talk.said)

	def test_a_tap_without_an_id_is_answered_with_the_question(self):
		self.assertIn("What is wrong?", at_description().hear(tap("")).said)

	def test_a_reaction_is_not_answered(self):
		before = at_description()
		session = before.session
		self.assertEqual(before.hear(Event("reaction")).last, [])
		self.assertEqual(before.session, session)

	def test_a_greeting_in_the_middle_repeats_the_question(self):
		talk = at_description().hear(text("namaste"))
		self.assertIn("What is wrong?", talk.said)
		self.assertNotIn("description", talk.session.answers)


class TestPages(unittest.TestCase):
	def pages(self, many: int, required: bool = True) -> Talk:
		step = Step("matter", "Link", "Which?", "matter", required=required)
		flow = Flow("Matters", "1", "Matter", (step,), "Matters")
		return known(flows=(flow,), world=FakeWorld(many)).hear(text("hi"))

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

	def test_a_page_has_room_for_skip(self):
		talk = self.pages(10, required=False)
		self.assertEqual(len(talk.ids), 10)
		self.assertEqual(talk.ids[-2:], ["page:1", "skip"])

	def test_every_row_can_be_reached(self):
		for many in (11, 18, 19, 100):
			for required in (True, False):
				talk, seen = self.pages(many, required), set()
				while not {f"matter:M{n}" for n in range(1, many + 1)} <= seen:
					self.assertLessEqual(len(talk.ids), 10)
					seen |= set(talk.ids)
					talk.hear(tap(next(each for each in talk.ids if each.startswith("page:"))))

	def test_what_a_search_finds_fits_on_one_list(self):
		for required in (True, False):
			self.assertLessEqual(len(self.pages(30, required).hear(text("matter")).ids), 10)

	def test_a_page_that_is_not_there_is_the_first(self):
		self.assertEqual(self.pages(20).hear(tap("page:99999")).ids[0], "matter:M1")


class TestPlace(unittest.TestCase):
	def at_area(self) -> Talk:
		return at_description().hear(text("the drain is choked"))

	def test_asks_for_the_location(self):
		self.assertTrue(self.at_area().replies[0].asks_location)

	def test_a_pin_near_one_place_is_that_place_and_is_kept(self):
		talk = self.at_area().hear(PIN)
		self.assertEqual(talk.session.answers["area"], {"latitude": 22.0, "longitude": 82.5, "area": "A1"})

	def test_a_pin_between_places_offers_them_and_stays_with_the_choice(self):
		talk = self.at_area().hear(UNCLEAR_PIN)
		self.assertEqual(talk.ids, ["area:A2", "area:A3"])
		talk.hear(tap("area:A3"))
		self.assertEqual(talk.session.answers["area"], {"latitude": 10.0, "longitude": 82.5, "area": "A3"})
		self.assertEqual(talk.session.labels["area"], "Ward 5, Champa")

	def test_a_pin_far_from_every_place_is_said_to_be_unknown(self):
		talk = self.at_area().hear(FAR_PIN)
		self.assertIn("No such place.", talk.said)
		self.assertEqual(talk.session.step, "area")

	def test_a_name_of_several_places_asks_which(self):
		talk = self.at_area().hear(text("ward 5"))
		self.assertEqual(talk.ids, ["area:A2", "area:A3"])
		self.assertEqual(talk.hear(text("2")).session.answers["area"], {"area": "A3"})

	def test_a_place_that_was_not_offered_is_not_taken(self):
		talk = self.at_area().hear(tap("area:A1"))
		self.assertNotIn("area", talk.session.answers)

	def test_a_pin_at_another_question_answers_the_place(self):
		talk = at_description().hear(PIN)
		self.assertEqual(talk.session.answers["area"]["area"], "A1")
		self.assertEqual(talk.session.step, "description")

	def test_the_document_gets_the_area_and_the_pin(self):
		values = at_confirm().hear(tap("confirm")).effects[0].values
		self.assertEqual((values["area"], values["latitude"], values["longitude"]), ("A1", 22.0, 82.5))


class TestFiles(unittest.TestCase):
	def test_an_album_is_acknowledged_once_and_kept_whole(self):
		talk = known().hear(text("hi"), photo("m1"))
		self.assertIn("received your photo", talk.said)
		self.assertEqual(talk.hear(photo("m2"), photo("m3")).last, [])
		self.assertEqual(talk.session.media, ["m1", "m2", "m3"])

	def test_a_caption_is_the_text_that_is_asked_for(self):
		talk = at_description().hear(photo("m1", "drain is choked"))
		self.assertEqual(talk.session.answers["description"], "drain is choked")
		self.assertEqual(talk.session.step, "area")

	def test_a_voice_note_is_a_description(self):
		talk = at_description().hear(Event("media", media="m1", media_type="audio"))
		self.assertEqual(talk.session.answers["description"], "Voice note")
		self.assertEqual((talk.session.media, talk.session.step), (["m1"], "area"))

	def test_a_photo_answers_the_question_for_one(self):
		talk = at_description().hear(text("the drain is choked"), PIN, tap("skip"), photo("m1"))
		self.assertEqual(talk.session.step, "confirm")
		self.assertIn("Photos and files:* 1", talk.said)
		# The rest of the album comes after the question has moved on.
		self.assertEqual(talk.hear(photo("m2")).last, [])
		created = talk.hear(tap("confirm")).effects[0]
		self.assertEqual(created.media, ("m1", "m2"))


class TestConfirm(unittest.TestCase):
	def test_the_summary_shows_every_answer_by_its_label(self):
		talk = at_confirm()
		self.assertEqual(talk.ids, ["confirm", "change", "cancel"])
		for line in (
			"*Type:* Complaint",
			"*Category:* Drain choked",
			"*Description:* the drain",
			"*Place:* Naila",
		):
			self.assertIn(line, talk.said)
		self.assertNotIn("*Near:*", talk.said)

	def test_a_long_answer_is_cut_in_the_summary_and_whole_in_the_document(self):
		story = "behind the school " * 60
		talk = at_description().hear(text("the drain is choked"), PIN, text(story), tap("skip"))
		self.assertLess(len(talk.said), 600)
		self.assertIn("behind the …", talk.said)
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values["address"], story.strip())

	def test_confirming_by_tap_number_or_word_makes_the_document(self):
		for event in (tap("confirm"), text("1"), text("haan"), text("हाँ")):
			talk = at_confirm().hear(event)
			self.assertEqual(
				talk.effects,
				[
					CreateDocument(
						"Grievance",
						{
							"grievance_type": "Complaint",
							"category": "Drain choked",
							"description": "the drain is choked",
							"area": "A1",
							"latitude": 22.0,
							"longitude": 82.5,
						},
					)
				],
			)
			self.assertEqual(talk.session, Session(language="en", citizen_known=True))

	def test_confirming_before_the_end_makes_nothing(self):
		self.assertEqual(at_description().hear(tap("confirm")).effects, [])

	def test_one_answer_can_be_changed(self):
		talk = at_confirm().hear(tap("change"))
		self.assertIn("change:description", talk.ids)
		talk.hear(tap("change:description"))
		self.assertEqual(talk.session.step, "description")
		talk.hear(text("the drain is open"))
		self.assertEqual(talk.session.step, "confirm")
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values["description"], "the drain is open")

	def test_an_answer_that_another_one_no_longer_allows_is_asked_again(self):
		talk = at_confirm().hear(tap("change"), tap("change:type"), tap("type:Demand"))
		self.assertEqual(talk.session.step, "category")
		self.assertNotIn("category", talk.session.answers)
		self.assertEqual(talk.session.answers["description"], "the drain is choked")
		talk.hear(tap("category:New drain"))
		self.assertEqual(talk.session.step, "confirm")

	def test_cancelling_by_tap_or_word_drops_the_draft(self):
		for event in (tap("cancel"), text("cancel"), text("रद्द करें")):
			talk = at_confirm().hear(event)
			self.assertEqual(talk.effects, [])
			self.assertEqual((talk.session.flow, talk.session.answers), ("", {}))
			self.assertIn("Nothing was registered", talk.said)

	def test_the_menu_word_starts_again(self):
		talk = known().hear(text("menu"))
		self.assertEqual(talk.session.step, "type")


class TestEditedFlow(unittest.TestCase):
	def edited(self, *steps: Step) -> tuple[Flow, Flow]:
		return INTRODUCTION, replace(GRIEVANCE, version="2", steps=steps)

	def test_the_answer_to_a_question_that_is_gone_is_dropped(self):
		talk = at_confirm()
		talk.flows = self.edited(*(step for step in GRIEVANCE.steps if step.step_id != "category"))
		created = talk.hear(tap("confirm")).effects[0]
		self.assertNotIn("category", created.values)
		self.assertEqual(created.values["description"], "the drain is choked")

	def test_a_new_question_is_asked_before_the_document_is_made(self):
		talk = at_confirm()
		new = Step("since", "Text", "Since when?", "since", "Since")
		talk.flows = self.edited(*GRIEVANCE.steps[:-1], new, GRIEVANCE.steps[-1])
		self.assertEqual(talk.hear(tap("confirm")).effects, [])
		self.assertIn("Since when?", talk.said)
		created = talk.hear(text("a week"), tap("confirm")).effects[0]
		self.assertEqual(created.values["since"], "a week")

	def test_what_answers_a_question_that_is_gone_is_not_taken_for_another(self):
		talk = at_description()
		steps = [step for step in GRIEVANCE.steps if step.step_id != "description"]
		subject = Step("subject", "Text", "In one line?", "subject", "Subject")
		talk.flows = self.edited(*steps[:2], subject, *steps[2:])
		talk.hear(text("the drain is choked"))
		self.assertNotIn("subject", talk.session.answers)
		self.assertIn("In one line?", talk.said)

	def test_a_file_for_a_question_that_is_gone_is_kept(self):
		talk = at_description().hear(text("the drain is choked"), PIN, tap("skip"))
		talk.flows = self.edited(*(step for step in GRIEVANCE.steps if step.step_id != "photo"))
		talk.hear(photo("m1"))
		self.assertEqual((talk.session.media, talk.session.step), (["m1"], "confirm"))

	def test_a_form_that_was_switched_off_leaves_the_citizen_with_the_menu(self):
		talk = at_description()
		talk.flows = (INTRODUCTION,)
		self.assertIn("cannot take messages", talk.hear(text("the drain is choked")).said)


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
		self.assertEqual(known(flows=(self.FLOW,)).hear(text("hi"), tap("type:Demand")).session.step, "why")
		self.assertEqual(
			known(flows=(self.FLOW,)).hear(text("hi"), tap("type:Complaint")).session.step, "confirm"
		)

	def test_an_answer_that_no_longer_applies_is_left_out(self):
		talk = known(flows=(self.FLOW,)).hear(text("hi"), tap("type:Demand"), text("for the school"))
		talk.hear(tap("change"), tap("change:type"), tap("type:Complaint"))
		self.assertNotIn("for the school", talk.said)
		self.assertEqual(talk.hear(tap("confirm")).effects[0].values, {"grievance_type": "Complaint"})


class TestFeedback(unittest.TestCase):
	NOTICE = Event("notice", text="Drain cleaned", case="GRV-1")

	def test_asks_whether_the_case_is_settled(self):
		talk = known().hear(self.NOTICE)
		self.assertEqual(talk.ids, ["feedback:GRV-1:yes", "feedback:GRV-1:no"])
		self.assertIn("Drain cleaned", talk.said)
		self.assertIn("GRV-1", talk.said)

	def test_yes_closes(self):
		talk = known().hear(self.NOTICE, tap("feedback:GRV-1:yes"))
		self.assertEqual(talk.effects, [GiveFeedback("GRV-1", True)])

	def test_no_asks_why_and_then_reopens(self):
		talk = known().hear(self.NOTICE, tap("feedback:GRV-1:no"))
		self.assertEqual(talk.effects, [])
		self.assertIn("What is still not done?", talk.said)
		talk.hear(text("It is choked again"))
		self.assertEqual(talk.effects, [GiveFeedback("GRV-1", False, "It is choked again")])
		self.assertEqual(talk.session.question, {})

	def test_a_photo_is_a_reason_too(self):
		talk = known().hear(self.NOTICE, tap("feedback:GRV-1:no"), photo("m9", "see"))
		self.assertEqual(talk.effects, [GiveFeedback("GRV-1", False, "see", ("m9",))])
		self.assertEqual(talk.session.media, [])

	def test_leaves_a_form_that_is_being_filled_as_it_was(self):
		talk = at_description()
		answers, offered = dict(talk.session.answers), talk.session.offered
		talk.hear(self.NOTICE)
		self.assertEqual((talk.session.answers, talk.session.offered), (answers, offered))
		talk.hear(tap("feedback:GRV-1:no"), text("not done"), text("the drain is choked"))
		self.assertEqual(talk.session.answers["description"], "the drain is choked")

	def test_menu_and_cancel_are_no_reasons(self):
		for word in ("menu", "रद्द"):
			talk = known().hear(self.NOTICE, tap("feedback:GRV-1:no"), text(word))
			self.assertEqual((talk.effects, talk.session.question), ([], {}))

	def test_an_odd_feedback_button_does_nothing(self):
		self.assertEqual(known().hear(tap("feedback:"), tap("feedback:GRV-1:maybe")).effects, [])


class TestAnySequence(unittest.TestCase):
	"""A citizen may send anything at any time."""

	STEPS = 4000

	def events(self, chance: random.Random, talk: Talk) -> Event:
		taps = [
			*(choice for reply in talk.replies for choice in (c.value for c in reply.choices)),
			"type:Demand", "category:Water", "category:Gone", "area:A2", "page:3", "skip", "change", "confirm",
			"change:type", "change:", "feedback:GRV-1:no", "feedback:GRV-1:yes", ":", "", "name:", "flow:Grievance",
		]  # fmt: skip
		words = [
			"hi", "1", "9", "10", "३", "naila", "ward 5", "drain", "the drain is choked", "", "   ", "yes", "नहीं",
			"menu", "cancel", "😀", "{0} {x} %s", "x" * 300, "शिकायत", "skip",
		]  # fmt: skip
		return chance.choice(
			[
				lambda: tap(chance.choice(taps)),
				lambda: tap(chance.choice(taps)),
				lambda: text(chance.choice(words), profile_name=chance.choice(["", "गीता", "😀", "y" * 200])),
				lambda: text(chance.choice(words)),
				lambda: chance.choice([PIN, UNCLEAR_PIN, FAR_PIN]),
				lambda: photo(f"m{chance.random()}", chance.choice(["", "see this"])),
				lambda: Event("media", media="v1", media_type="audio"),
				lambda: Event("reaction"),
				lambda: Event("unknown"),
				lambda: TestFeedback.NOTICE,
			]
		)()

	def test_never_fails_never_exceeds_a_list_and_never_loses_an_answer(self):
		for seed in range(4):
			chance = random.Random(seed)
			talk = Talk(world=FakeWorld(many=25 if seed % 2 else 0))
			for number in range(self.STEPS // 4):
				event = self.events(chance, talk)
				before = talk.session
				with self.subTest(seed=seed, number=number, event=event):
					talk.hear(event)
					self.check_replies(talk)
					self.check_session(talk)
					self.check_answers(before, event, talk)

	def check_replies(self, talk: Talk) -> None:
		for reply in talk.replies:
			self.assertTrue(reply.text.strip())
			ids = [choice.value for choice in reply.choices]
			self.assertLessEqual(len(ids), 10)
			self.assertEqual(len(ids), len(set(ids)))
			self.assertTrue(all(0 < len(each) <= 200 for each in ids), ids)
			self.assertTrue(all(choice.label for choice in reply.choices))

	def check_session(self, talk: Talk) -> None:
		after = talk.session
		self.assertEqual(Session.from_dict(json.loads(json.dumps(after.to_dict()))), after)

	def check_answers(self, before: Session, event: Event, talk: Talk) -> None:
		after = talk.session
		ended = any(isinstance(each, CreateDocument) for each in talk.effects) or after.flow != before.flow
		if ended or event.choice.startswith("change:"):
			return
		lost = set(before.answers) - set(after.answers)
		# The category goes with the type that it belonged to.
		if before.answers.get("type") != after.answers.get("type"):
			lost -= {"category"}
		cancelled = event.choice == "cancel" or (event.kind in ("text", "choice") and not after.answers)
		self.assertTrue(not lost or cancelled, lost)
		if not cancelled and after.flow:
			self.assertEqual(after.media[: len(before.media)], before.media)
