"""What the tests of the conversation share: a site in memory, forms on it, and a talk that is kept as JSON between turns."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from grievance_cell.conversations import engine
from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import (
	CALLBACK,
	CASE_CONFIRMED,
	CASE_NOT_SETTLED,
	FIRST_CONTACT,
	MORE_INFORMATION,
	OFFICER,
	QUESTION,
	REPRESENTATIVE,
	WITHDRAWAL,
	CallAction,
	Case,
	Choice,
	CreateDocument,
	Draft,
	Event,
	Flow,
	Pin,
	Reply,
	Session,
	SimilarCase,
	Step,
)

NOW = datetime(2026, 8, 3, 10, 0)

INTRODUCTION = Flow(
	"Introduction",
	"1",
	"Citizen",
	(
		Step("language", "Language", "In which language?", "language"),
		Step("privacy", "Tell", "We keep what you write."),
		Step("name", "Name", "What is your name?", "citizen_name", max_length=140),
		Step("home", "Text", "Where do you live?", "address", required=False),
	),
	occasion=FIRST_CONTACT,
	needs_citizen=False,
)
GRIEVANCE = Flow(
	"Grievance",
	"1",
	"Grievance",
	(
		Step("type", "Choice", "What would you like to send us?", "grievance_type", "Type", default_answer="Complaint"),
		Step("description", "Text", "What is wrong?", "description", "Description", max_length=60),
		Step("category", "Link", "What is it about?", "category", "Category", propose_from="description"),
		Step("numbers", "Emergency Numbers", "Call at once:", depends_on="answers.emergency"),
		Step("danger", "Yes/No", "Is someone in danger?", "emergency_confirmed", depends_on="answers.emergency"),
		Step("area", "Area", "Where is it?", "area", "Place", error_text="No such place."),
		Step("similar", "Similar Cases", "Is yours the same?", "duplicate_of", "Added to", required=False),
		Step("address", "Text", "Near what?", "address", "Near", required=False, max_length=4000),
		Step("photo", "Photo", "A photo, please.", required=False, depends_on="not answers.files"),
		Step("confirm", "Confirm", "Is this right?", label="Yes, register"),
	),
	menu_label="Complaint, demand or suggestion",
	menu_step="type",
	opening_step="description",
)  # fmt: skip
CERTIFICATE = Flow(
	"Certificate",
	"1",
	"Application",
	(Step("which", "Text", "Which certificate?", "which", "Certificate"),),
	menu_label="Certificate",
	start_words=("certificate", "प्रमाण पत्र"),
)
RATING = Flow(
	"Rating",
	"1",
	"",
	(
		Step("rating", "Choice", "How well was {case} settled?"),
		Step("comment", "Text", "What could have been better?", required=False),
	),
	occasion=CASE_CONFIRMED,
	action="rate_case",
	needs_citizen=False,
)
NOT_SETTLED = Flow(
	"Not Settled",
	"1",
	"",
	(Step("reason", "Media", "What is still not done?"),),
	occasion=CASE_NOT_SETTLED,
	action="reopen_case",
	needs_citizen=False,
)
MORE = Flow(
	"More Information",
	"1",
	"",
	(Step("what", "Media", "What would you like to add to {case}?"),),
	occasion=MORE_INFORMATION,
	action="add_information",
	needs_citizen=False,
)
TAKE_BACK = Flow(
	"Withdrawal",
	"1",
	"",
	(
		Step("reason", "Text", "Why take back {case}?", label="Reason", required=False),
		Step("sure", "Confirm", "Shall we take back {case}?", label="Yes, take it back"),
	),
	occasion=WITHDRAWAL,
	action="withdraw_case",
	needs_citizen=False,
)
ANSWER = Flow(
	"Answer",
	"1",
	"",
	(Step("answer", "Media", "Please write the answer."),),
	occasion=QUESTION,
	action="answer_question",
	needs_citizen=False,
)
CALL = Flow(
	"Callback",
	"1",
	"Callback Request",
	(Step("said", "Text", "What is it about?", "said", required=False),),
	occasion=CALLBACK,
)
# One question of every kind that takes a value.
SURVEY = Flow(
	"Survey",
	"1",
	"Survey",
	(
		Step("people", "Number", "How many people?", "people", "People", validation="answer < 1000", whole=True),
		Step("since", "Date", "Since when?", "since", "Since"),
		Step("phone", "Phone", "Which number?", "phone", "Telephone", required=False),
		Step("urgent", "Yes/No", "Is it urgent?", "urgent", "Urgent"),
		Step("paper", "Media", "The paper, please.", label="Paper"),
		Step("where", "Location", "Where is it?", "where", "Where"),
		Step("thanks", "Tell", "Thank you so far."),
		Step("confirm", "Confirm", "Is this right?"),
	),
	menu_label="Survey",
)  # fmt: skip
STARTED = Flow(
	"Work Started",
	"1",
	"",
	(Step("which", "Case", "Which case?", validation="answer.endswith('201')"),),
	action="start_work",
	menu_label="Work started",
	needs_citizen=False,
	audience=OFFICER,
)
DONE = Flow(
	"Done",
	"1",
	"",
	(
		Step("which", "Case", "Which case?"),
		Step("photo", "Photo", "A photo, please.", depends_on="case.photo_wanted and not answers.files"),
		Step("resolution", "Text", "What was done?", label="Action taken"),
		Step("confirm", "Confirm", "Is {case} settled?", label="Yes, it is done"),
	),
	action="resolve_case",
	menu_label="Done",
	needs_citizen=False,
	audience=OFFICER,
)
INSPECTION = Flow(
	"Inspection",
	"1",
	"Inspection",
	(Step("which", "Case", "Which case?", "grievance"), Step("found", "Text", "What was found?", "found")),
	menu_label="Inspection",
	start_words=("inspection",),
	needs_citizen=False,
	audience=OFFICER,
)
DIARY = Flow(
	"Diary",
	"1",
	"Diary",
	(Step("day", "Text", "What was done today?", "day"),),
	menu_label="Diary of the day",
	needs_citizen=False,
	audience=OFFICER,
)
FLOWS = (INTRODUCTION, GRIEVANCE, RATING, NOT_SETTLED, MORE, TAKE_BACK, ANSWER, CALL)
OFFICE_FLOWS = (STARTED, DONE, INSPECTION, DIARY)
ALL_FLOWS = (*FLOWS, *OFFICE_FLOWS, CERTIFICATE, SURVEY)

OPTIONS = {
	"type": {"Complaint": ("complaint", "शिकायत"), "Demand": ("demand", "मांग"), "Suggestion": ("सुझाव",)},
	"rating": {"5": (), "3": (), "1": ()},
}
# name: (label, parent, is_group, types, words)
CATEGORIES = {
	"Sanitation": ("Sanitation", "", True, "Complaint Demand", ()),
	"Drain choked": ("Drain choked", "Sanitation", False, "Complaint", ("drain", "नाली")),
	"Garbage": ("Garbage", "Sanitation", False, "Complaint", ("garbage", "heap")),
	"New drain": ("New drain", "Sanitation", False, "Demand", ("drain",)),
	"New park": ("New park", "Other", False, "Demand", ("park",)),
	"Water": ("Water", "", False, "Complaint Demand Suggestion", ("water", "tap")),
	# Found by its words alone.
	"Fire": ("Fire", "Other", False, "Complaint", ("fire",)),
}
AREAS = {"naila": ["A1"], "ward 5": ["A2", "A3"], "rampur": ["A4"]}
AREA_LABELS = {"A1": "Naila", "A2": "Ward 5, Naila", "A3": "Ward 5, Champa", "A4": "Rampur"}
HINDI = {
	"Skip": "छोड़ें",
	"Complaint": "शिकायत",
	"Drain choked": "नाली जाम",
	"Is this right?": "क्या यह सही है?",
	"Yes, register": "हाँ, दर्ज करें",
	"Menu": "मेनू",
	"What is wrong?": "क्या परेशानी है?",
}
REPORTED = (
	SimilarCase("GRV-2026-000011", "Drain choked", "Naila", "1 August 2026", 12),
	SimilarCase("GRV-2026-000012", "Drain choked", "Naila", "2 August 2026", 1),
)
OWN = Case(
	"GRV-2026-000123",
	"Drain choked",
	"With the officer",
	"Open",
	"Town",
	"5 August 2026",
	("3 August: seen",),
)
SETTLED = Case("GRV-2026-000124", "Water", "Settled", "Resolved")
ENDED = Case("GRV-2025-000125", "Garbage", "Closed", "Closed", may_reopen=True)
WITHDRAWN = Case("GRV-2025-000126", "Garbage", "Withdrawn", "Closed")
# Cases of an office.
LATE = Case(
	"GRV-2026-000201", "Drain choked", "Assigned", "Open", "Town", "1 August 2026", place="Ward 5", overdue=True,
	details=("The drain is full",), files=("photo1",), pin=Pin(22.0, 82.5, "GRV-2026-000201"),
)  # fmt: skip
SOON = Case("GRV-2026-000202", "Garbage", "In Progress", "Open", "Town", "6 August 2026", place="Naila")


class Answers(dict):
	"""What a step's condition looks at, by `answers.step` or `answers['step']`."""

	__getattr__ = dict.get


class FakeWorld:
	"""A site in memory: two languages, a small tree of categories, four places; of `many` a long flat list instead."""

	def __init__(
		self, many: int = 0, cases: Iterable[Case] = (), offices: Iterable[str] = (), at_office=(LATE, SOON)
	):
		self.many = [Choice(f"M{number}", f"Matter {number}") for number in range(1, many + 1)]
		self.own_cases = list(cases)
		self.offices = tuple(offices)
		self.at_office = list(at_office)
		# What others have reported of a category in a place.
		self.reported: dict[tuple[str, str], tuple[SimilarCase, ...]] = {}
		self.home = ""
		self.blocked = False
		self.messages_per_minute = 0
		self.draft_offer_minutes = 60

	def translate(self, text, language):
		return HINDI.get(text, text) if language == "hi" else text

	def languages(self):
		return [Choice("hi", "हिन्दी"), Choice("en", "English")]

	# what a step offers

	def _open(self, answers):
		wanted = answers.get("type") or ""
		return {name: row for name, row in CATEGORIES.items() if wanted in row[3]}

	def _choice(self, name, language):
		label, _parent, is_group, _types, _words = CATEGORIES[name]
		return Choice(name, self.translate(label, language), is_group=is_group)

	def choices(self, flow, step, answers, group, language):
		if step.kind == "Choice":
			return [Choice(value, self.translate(value, language)) for value in OPTIONS[step.step_id]]
		if self.many:
			return self.many
		return [self._choice(n, language) for n, row in self._open(answers).items() if row[1] == group]

	def option(self, flow, step, answers, value, language):
		if self.many:
			return next((choice for choice in self.many if choice.value == value), None)
		return self._choice(value, language) if value in self._open(answers) else None

	def search(self, flow, step, answers, text, language):
		said = normalise(text)
		if step.kind == "Choice":
			found = [
				value
				for value, words in OPTIONS[step.step_id].items()
				if any(w in said.split() for w in words)
			]
			return [Choice(value, self.translate(value, language)) for value in found]
		if self.many:
			return self.many if said == "matter" else []
		return [
			self._choice(name, language)
			for name, (label, _parent, is_group, _types, words) in self._open(answers).items()
			if not is_group and said and (said in normalise(label) or any(word in said.split() for word in words))
		]  # fmt: skip

	def propose(self, flow, step, answers, text, language):
		return self.search(flow, step, answers, text, language)

	def holds(self, expression, answers, answer=None, about=""):
		names = {
			"answers": Answers(answers),
			"answer": answer,
			"contact": Answers(mobile_no="+919800000000"),
			"case": self.facts(about),
		}
		return bool(eval(expression, {"__builtins__": {}}, names))

	# places

	def area(self, name, language):
		return Choice(name, AREA_LABELS[name]) if name in AREA_LABELS else None

	def own_area(self, language):
		return self.area(self.home, language)

	def areas_named(self, text, language):
		return [Choice(a, AREA_LABELS[a], "Block") for a in AREAS.get(normalise(text), ())]

	def areas_near(self, latitude, longitude, language):
		if latitude > 80:
			return []
		return [Choice(a, AREA_LABELS[a]) for a in (["A1"] if latitude > 20 else ["A2", "A3"])]

	# emergencies, and what others have reported

	def is_emergency(self, flow, answers):
		return answers.get("category") == "Fire"

	def emergency_numbers(self, flow, answers, language):
		return ["All emergencies: *112*", "Fire brigade: *101*"]

	def similar(self, flow, answers, language):
		place = answers.get("area")
		return self.reported.get((answers.get("category"), place and place["area"]), ())

	# the citizen's cases

	def cases(self, language):
		return [replace(case, done=()) for case in self.own_cases]

	def case(self, number, language):
		ends = f"-{int(number):06d}" if number.isdecimal() else number
		return next((case for case in self.own_cases if case.name.endswith(ends)), None)

	# the cases of an office

	def facts(self, name):
		return Answers(photo_wanted=name == LATE.name)

	def office_counts(self, office, language):
		return f"{len(self.at_office)} open cases"

	def office_cases(self, office, language):
		return [replace(case, done=()) for case in self.at_office] if office in self.offices else []

	def office_case(self, office, number, language):
		ends = f"-{int(number):06d}" if number.isdecimal() else number
		found = (case for case in self.at_office if case.name.endswith(ends) and office in self.offices)
		return next(found, None)


def text(body: str, **more) -> Event:
	return Event("text", text=body, **more)


def tap(choice: str) -> Event:
	return Event("choice", choice=choice)


def photo(media: str, caption: str = "") -> Event:
	return Event("media", text=caption, media=media, media_type="image")


def voice(media: str) -> Event:
	return Event("media", media=media, media_type="audio")


def settled(case: str, action: str = "Drain cleaned") -> Event:
	return Event("settled", text=action, case=case)


def asks(case: str, question: str = "Which house?") -> Event:
	return Event("question", text=question, case=case)


PIN = Event("location", latitude=22.0, longitude=82.5)
UNCLEAR_PIN = Event("location", latitude=10.0, longitude=82.5)
FAR_PIN = Event("location", latitude=85.0, longitude=0.0)
SILENCE = Event("silence")


class Talk:
	"""A conversation kept between turns as it is in the database, as JSON; its clock stands still unless told to wait."""

	def __init__(self, flows=FLOWS, world=None, **session):
		self.flows, self.world = flows, world or FakeWorld()
		self.session = Session(**session)
		self.now = NOW
		self.last: list = []

	def hear(self, *events: Event) -> "Talk":
		for event in events:
			before = json.dumps(self.session.to_dict(), sort_keys=True)
			heard = event if event.when else replace(event, when=self.now)
			after, self.last = engine.turn(self.session, heard, self.flows, self.world)
			assert json.dumps(self.session.to_dict(), sort_keys=True) == before, "the given session changed"
			self.session = Session.from_dict(json.loads(json.dumps(after.to_dict())))
		return self

	def wait(self, **span) -> "Talk":
		self.now += timedelta(**span)
		return self

	@property
	def draft(self) -> Draft:
		return self.session.draft or Draft("")

	@property
	def flow(self) -> str:
		return self.draft.flow

	@property
	def step(self) -> str:
		return self.draft.step

	@property
	def answers(self) -> dict:
		return self.draft.answers

	@property
	def replies(self) -> list[Reply]:
		return [each for each in self.last if isinstance(each, Reply)]

	@property
	def effects(self) -> list[CreateDocument | CallAction]:
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
	"""Talk with a citizen whom the bot knows already, in English."""
	return Talk(**{"citizen_known": True, "language": "en", **more})


def with_cases(*cases: Case, **more) -> Talk:
	return known(world=FakeWorld(cases=cases or (OWN, SETTLED, ENDED)), **more)


def officer(*offices: str, flows=ALL_FLOWS, **more) -> Talk:
	"""Talk with somebody who holds an office, an officer's if no other is said."""
	return known(world=FakeWorld(offices=offices or (OFFICER,), cases=(OWN,)), flows=flows, **more)


def at_work(**more) -> Talk:
	return officer(**more).hear(tap("speak-as:Officer"))


def representative() -> Talk:
	return officer(REPRESENTATIVE).hear(tap("speak-as:Representative"))


def at_type(**more) -> Talk:
	return known(**more).hear(tap("flow:Grievance"))


def at_description(**more) -> Talk:
	return known(**more).hear(tap("flow:Grievance:Complaint"))


def at_category(**more) -> Talk:
	return at_description(**more).hear(text("it smells here"))


def at_area(**more) -> Talk:
	return at_category(**more).hear(tap("category:Drain choked"))


def at_address(**more) -> Talk:
	return at_area(**more).hear(PIN)


def at_confirm(**more) -> Talk:
	return at_address(**more).hear(tap("skip"), tap("skip"))
