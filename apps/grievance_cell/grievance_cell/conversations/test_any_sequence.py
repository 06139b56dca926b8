"""A citizen may send anything at any time, and staff may change anything meanwhile: what holds all the same."""

import json
import unittest
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievance_cell.conversations import engine, intents
from grievance_cell.conversations.fake_world import (
	ALL_FLOWS,
	ENDED,
	FAR_PIN,
	LATE,
	NOW,
	OWN,
	PIN,
	REPORTED,
	SETTLED,
	SILENCE,
	SOON,
	UNCLEAR_PIN,
	FakeWorld,
	asks,
	settled,
	tap,
	text,
)
from grievance_cell.conversations.model import (
	CITIZEN,
	OFFICER,
	REPRESENTATIVE,
	SET_LANGUAGE,
	CallAction,
	CreateDocument,
	Draft,
	Event,
	Reply,
	Session,
)
from grievance_cell.conversations.turns import Turn
from grievance_cell.messaging.providers import whatsapp_cloud as meta

CASES = (OWN, SETTLED, ENDED)
# By these a citizen leaves a form, and what was gathered in it.
LEAVING = ("cancel", "restart")
WORDS = (
	"hi", "नमस्ते", "1", "2", "3", "9", "10", "३", "0", "123", "GRV-2026-000123", "GRV-2026-000999", "naila", "ward 5", "drain",
	"the drain is full", "garbage heap near the school", "we demand a well", "Complaint", "शिकायत", "certificate",
	"menu", "back", "cancel", "help", "stop", "language", "my cases", "call me", "skip", "yes", "नहीं", "हाँ",
	"GRV-2026-000201", "201", "inspection", "रद्द करें", "ਮੀਨੂ", "15-08-2026", "कल", "9876543210", "₹ 1,200", "", "   ", "\n\t", "😀", "👩‍👩‍👧", "{0} {case} %s {{ doc }}",
	"x" * 300, "क" * 5000, "हिंदी में बहुत लंबा वाक्य " * 12, "\u0000", "\ud83d", "नमस्ते [A4]", "[A4/Survey]", "[/Rating]", "Go on", "Menu",
)  # fmt: skip
GARBAGE = (
	"", ":", "type:", "type:Gone", "area:A1", "area:another", "category:another", "category:Drain choked", "page:", "page:7",
	"page:99999999999", "page:²", "skip", "change", "confirm", "change:type", "change:nothing", "change:", "feedback:", "name:",
	"similar:own", "similar:", f"similar:{REPORTED[0].name}", f"similar:{OWN.name}", "danger:1",
	f"feedback:{SETTLED.name}:no", f"feedback:{OWN.name}:yes", "feedback:GRV-2026-000999:no", "case:", "add:X", "remind:X",
	"flow:", "flow:Grievance", "flow:Grievance:Gone", "flow:Introduction", "flow:Survey:x", "lang:", "lang:hi", "held:",
	"speak-as:", "speak-as:Officer", "speak-as:Citizen", "speak-as:Representative", "office-cases", "office-case:",
	f"office-case:{LATE.name}", f"office-case:{OWN.name}", "office-act:", f"office-act:Done:{LATE.name}", "which:GRV-2026-000999",
	f"office-act:Done:{OWN.name}", f"office-act:Work Started:{SOON.name}", f"office-act:Rating:{SOON.name}", "flow:Diary",
	"held:form", "held:GRV-2026-000999", "resume", "restart", "callback", "announcements", "menu", "cases", "x" * 256,
)  # fmt: skip


@dataclass(frozen=True)
class Move:
	"""What happens next; `number` picks among what there is then: choices that were offered, cases, forms."""

	kind: str
	words: str = ""
	number: int = 0


numbers = st.integers(0, 10_000)
moves = st.one_of(
	st.builds(Move, st.just("tap"), number=numbers),
	st.builds(Move, st.just("tap the newest"), number=numbers),
	st.builds(Move, st.just("tap the newest"), number=numbers),
	st.builds(Move, st.just("type"), st.sampled_from(WORDS)),
	st.builds(Move, st.just("type"), st.sampled_from(WORDS)),
	st.builds(Move, st.just("type"), st.text(max_size=30)),
	st.builds(Move, st.just("type the label"), number=numbers),
	st.builds(Move, st.just("garbage"), st.sampled_from(GARBAGE)),
	st.builds(Move, st.just("file"), st.sampled_from(("", "see the drain", "नाली")), numbers),
	st.builds(Move, st.just("file"), number=numbers),
	st.builds(Move, st.just("place"), number=numbers),
	st.builds(Move, st.sampled_from(("unknown", "reaction", "sticker", "silence"))),
	st.builds(Move, st.sampled_from(("settled", "question", "written", "lost", "quote")), number=numbers),
	st.builds(Move, st.just("time"), number=numbers),
	st.builds(Move, st.sampled_from(("edit a form", "switch a form")), number=numbers),
	st.builds(Move, st.just("profile"), st.sampled_from(("", "गीता", "😀", "y" * 200))),
)


class WordyWorld(FakeWorld):
	"""A site whose language needs many words for everything."""

	def translate(self, text, language):
		return f"{super().translate(text, language)} {'जैसा कि पहले बताया जा चुका है ' * 12}"


class Sequence:
	"""A talk with everything that was ever offered in it; `check` holds each turn to what must hold."""

	def __init__(
		self, known: bool, many: bool = False, home: bool = False, wordy: bool = False, offices: tuple = ()
	):
		at_office = [
			replace(LATE, name=f"GRV-2026-{201 + number:06d}") for number in range(25 if many else 2)
		]
		self.world = (WordyWorld if wordy else FakeWorld)(
			many=25 if many else 0, cases=CASES, offices=offices, at_office=at_office
		)
		self.world.home = "A4" if home else ""
		self.world.reported = {("Drain choked", "A1"): REPORTED, ("Garbage", "A1"): REPORTED[:1]}
		self.flows = {flow.name: flow for flow in ALL_FLOWS}
		self.off: set[str] = set()
		self.session = Session(citizen_known=known, language="hi" if known else "")
		self.now, self.profile, self.files = NOW, "", 0
		self.offered: list[str] = ["flow:Grievance:Complaint", "flow:Survey", "flow:Certificate"]
		self.newest: list[str] = self.offered
		self.labels: list[str] = ["Menu"]

	def make(self, move: Move) -> None:
		if move.kind == "time":
			self.now += timedelta(seconds=(1, 30, 90, 4000, 90_000)[move.number % 5])
		elif move.kind == "profile":
			self.profile = move.words
		elif move.kind == "edit a form":
			flow = ALL_FLOWS[move.number % len(ALL_FLOWS)]
			gone = flow.steps[move.number // len(ALL_FLOWS) % len(flow.steps)]
			steps = tuple(step for step in flow.steps if step is not gone)
			version = str(int(self.flows[flow.name].version) + 1)
			self.flows[flow.name] = replace(flow, version=version, steps=steps)
		elif move.kind == "switch a form":
			self.off ^= {ALL_FLOWS[move.number % len(ALL_FLOWS)].name}
		else:
			self.hear(self.event(move))

	def event(self, move: Move) -> Event:
		if move.kind == "tap":
			return tap(self.offered[move.number % len(self.offered)])
		if move.kind == "tap the newest":
			return tap(self.newest[move.number % len(self.newest)])
		if move.kind == "type":
			return text(move.words)
		if move.kind == "type the label":
			return text(self.labels[move.number % len(self.labels)])
		if move.kind == "garbage":
			return tap(move.words)
		if move.kind == "file":
			self.files += 1
			kind = ("image", "audio", "video", "document")[move.number % 4]
			return Event("media", move.words, media=f"m{self.files}", media_type=kind)
		if move.kind == "sticker":
			self.files += 1
			return Event("media", media=f"m{self.files}", media_type="sticker")
		if move.kind == "place":
			return (PIN, UNCLEAR_PIN, FAR_PIN)[move.number % 3]
		if move.kind == "settled":
			return settled(CASES[move.number % 3].name)
		if move.kind == "question":
			return asks(CASES[move.number % 3].name)
		if move.kind in ("written", "lost"):
			return Event(move.kind, case=CASES[move.number % 3].name)
		if move.kind == "quote":
			said = text(WORDS[move.number % len(WORDS)])
			return replace(said, quotes=[*(case.name for case in CASES), "GRV-2026-000999"][move.number % 4])
		return SILENCE if move.kind == "silence" else Event(move.kind)

	def hear(self, event: Event) -> list:
		event = replace(event, when=self.now, profile_name=self.profile)
		flows = [
			flow
			for flow in self.flows.values()
			if flow.name not in self.off and flow.audience in (CITIZEN, *self.world.offices)
		]
		before = self.session
		stored = json.dumps(before.to_dict())
		after, said = engine.turn(before, event, flows, self.world)
		assert json.dumps(before.to_dict()) == stored, "the session that was given has changed"
		again = engine.turn(Session.from_dict(json.loads(stored)), event, flows, self.world)
		assert again == (after, said), "a stored session answers differently"
		assert Session.from_dict(json.loads(json.dumps(after.to_dict()))) == after, (
			"a session changes when it is stored"
		)
		self.check_answered(before, event, said)
		for reply in replies(said):
			check_limits(reply)
		self.check_drafts(before, event, after, said)
		self.check_files(before, event, after, said)
		most = len(ALL_FLOWS) * (len(CASES) + len(self.world.at_office) + 1)
		assert len(after.drafts) <= most, "forms pile up"
		self.check_office(after, said)
		self.session = after
		for reply in replies(said):
			if reply.choices:
				self.newest = [choice.value for choice in reply.choices]
				self.offered += [each for each in self.newest if each not in self.offered]
				self.labels += [choice.label for choice in reply.choices]
		return said

	def check_office(self, after: Session, said: list) -> None:
		"""Nothing of an office's cases is said to, or done for, who does not hold it."""
		offices = self.world.offices
		for each in said:
			shown = "" if not isinstance(each, Reply) else f"{each.text} {each.choices} {each.file}"
			assert offices or LATE.name not in shown, "a citizen was shown a case of an office"
			assert isinstance(each, Reply) or each.audience in (CITIZEN, *offices), f"done for nobody: {each}"
		assert offices or not after.audience

	def check_answered(self, before: Session, event: Event, said: list) -> None:
		"""Whatever a citizen sends is answered, but a reaction, the rest of an album, and what goes on with an officer."""
		if event.kind in (*engine.OWN_KINDS, "reaction"):
			return
		rest_of_an_album = event.kind == "media" and event.media_type != "audio" and before.media_acknowledged
		goes_on = any(is_passed_on(each) and before.written.get(each.case, {}).get("told") for each in said)
		assert rest_of_an_album or goes_on or any(is_heard(each) for each in said), f"no answer to {event}"

	def check_drafts(self, before: Session, event: Event, after: Session, said: list) -> None:
		"""Answers go only with their form, when it is finished, left, begun anew or edited, or one by one by its citizen."""
		done = self.chosen(before, event)
		for draft in before.drafts:
			flow = self.flows[draft.flow]
			kept = next((d for d in after.drafts if (d.flow, d.about) == (draft.flow, draft.about)), None)
			if kept is None:
				assert (
					draft.flow in self.off
					or has_ended(flow, draft, said)
					or event.kind == "silence"
					or done in LEAVING
					# A form of the office with which nothing was begun but the choice of its case.
					or (flow.audience == OFFICER and len(draft.answers) <= 1 and not draft.media)
					# A form that ends with nothing to do, since its questions are gone.
					or not flow.steps
				), f"{draft.flow} is gone after {event}"
				continue
			lost = set(draft.answers) - set(kept.answers) - {None}
			lost &= {step.step_id for step in flow.steps}
			unfitting = {
				step.step_id
				for step in flow.steps
				if step.kind == "Link"
				and step.step_id in lost
				and not self.world.option(flow, step, kept.answers, draft.answers[step.step_id], "en")
			}
			if any(draft.answers.get(each) != kept.answers.get(each) for each in ("category", "area")):
				# Whether others have reported it is asked anew.
				unfitting.add("similar")
			taken_back = (
				done.startswith(("change:", "flow:", "office-act:"))
				or done.endswith(":another")
				or done in ("back", *LEAVING)
			)
			begun_anew = done in ("callback", "a word of its own") or event.kind == "silence"
			assert not lost - unfitting or taken_back or begun_anew, (
				f"{lost} of {draft.flow} are gone after {event}"
			)

	def check_files(self, before: Session, event: Event, after: Session, said: list) -> None:
		"""A file is in a form, waits for one, or was handed over, until its citizen leaves the form or falls silent."""
		known = files_in(before) | (
			{event.media} if event.kind == "media" and event.media_type != "sticker" else set()
		)
		handed = {name for each in said if not isinstance(each, Reply) for name in each.media}
		lost = known - files_in(after) - handed
		done = self.chosen(before, event)
		left = (
			done in LEAVING
			or event.kind == "silence"
			or done.startswith("flow:")
			or done == "a word of its own"
		)
		# An office that can send nothing to a case is told so.
		refused = any("not taken here" in reply.text for reply in replies(said))
		assert not lost or left or refused, f"{lost} is lost after {event}"

	def chosen(self, before: Session, event: Event) -> str:
		"""Name what a citizen's tap, word, number or label means among what always works."""
		if event.choice or event.kind != "text":
			return event.choice
		meant = intents.meaning(event.text)
		if meant in (intents.CANCEL, intents.BACK, intents.CALLBACK):
			return meant
		if before.resuming and meant == intents.NO:
			return "restart"
		found = Turn(before, event, (), self.world).typed_offer(event.text)
		if found:
			return found
		if intents.normalise(event.text).startswith(("another place", "something else")):
			return "area:another"
		begins = intents.entry(event.text) or intents.normalise(event.text) in ("certificate", "प्रमाण पत्र")
		menu = {intents.normalise(word) for value in ("Complaint", "Demand", "Suggestion", "Certificate", "Survey")
			for word in (value, self.world.translate(value, "hi"))}  # fmt: skip
		return "a word of its own" if begins or intents.normalise(event.text) in menu else ""


def replies(said: list) -> list[Reply]:
	return [each for each in said if isinstance(each, Reply)]


def is_passed_on(each) -> bool:
	"""Tell whether an effect gives what was said to the officer of a case."""
	return isinstance(each, CallAction) and bool(each.values.get("to_officer"))


def is_heard(each) -> bool:
	"""Tell whether a citizen hears of something: a reply, or an effect whose outcome is told."""
	if isinstance(each, CallAction):
		return each.action != SET_LANGUAGE and not each.quiet
	return isinstance(each, Reply) or each.flow != "Introduction"


def has_ended(flow, draft: Draft, said: list) -> bool:
	for each in said:
		if isinstance(each, CreateDocument) and each.flow == flow.name:
			return True
		if isinstance(each, CallAction) and each.action == flow.action and each.case == draft.about:
			return True
	return False


def files_in(session: Session) -> set[str]:
	held = {each["media"] for each in session.held if each.get("media")}
	return held.union(*(draft.media for draft in session.drafts))


def check_limits(reply: Reply) -> None:
	"""Hold a reply, as it goes out, to what Meta takes."""
	assert reply.text.strip(), "a message without words"
	if reply.file or reply.pin:
		assert not reply.choices, "no file and no place can be tapped"
		return
	assert reply.choices == () or not reply.asks_location
	assert len(reply.choices) <= meta.ROWS, "more than a list holds"
	body = meta.compose(reply, "विकल्प देखें")
	if body["type"] == "text":
		assert 0 < len(body["text"]["body"]) <= 4096
		return
	shown = body["interactive"]
	assert 0 < len(shown["body"]["text"]) <= 1024
	action = shown["action"]
	buttons = [button["reply"] for button in action.get("buttons", ())]
	rows = [row for section in action.get("sections", ()) for row in section["rows"]]
	assert len(buttons) <= 3 and len(rows) <= 10
	for each, longest in [*((button, 20) for button in buttons), *((row, 24) for row in rows)]:
		assert 0 < len(each["title"].strip()) and len(each["title"]) <= longest, each
		assert 0 < len(each["id"]) <= (256 if longest == 20 else 200), each
		assert len(each.get("description", "")) <= 72, each
	assert len({each["id"] for each in buttons + rows}) == len(buttons + rows), "two choices of one id"
	assert len({button["title"] for button in buttons}) == len(buttons), "two buttons of one title"
	assert len(action.get("button", "")) <= 20


class TestAnySequence(unittest.TestCase):
	@settings(
		derandomize=True,
		deadline=None,
		max_examples=250,
		database=None,
		suppress_health_check=list(HealthCheck),
	)
	@given(
		st.booleans(),
		st.booleans(),
		st.booleans(),
		st.booleans(),
		st.sampled_from(((), (OFFICER,), (REPRESENTATIVE,), (OFFICER, REPRESENTATIVE))),
		st.lists(moves, min_size=1, max_size=40),
	)
	def test_is_answered_loses_nothing_and_keeps_every_limit(
		self, known, many, home, wordy, offices, sequence
	):
		talk = Sequence(known, many, home, wordy, offices)
		for move in sequence:
			talk.make(move)

	@settings(
		derandomize=True,
		deadline=None,
		max_examples=60,
		database=None,
		suppress_health_check=list(HealthCheck),
	)
	@given(st.booleans(), st.lists(moves, max_size=25))
	def test_leaves_a_citizen_where_a_case_can_be_registered(self, known, sequence):
		talk = Sequence(known)
		for move in sequence:
			talk.make(move)
		talk.off, talk.flows = set(), {flow.name: flow for flow in ALL_FLOWS}
		for _form in range(len(talk.session.drafts) + 1):
			talk.hear(text("cancel"))
		self.assertEqual(talk.session.drafts, [])
		talk.session.questions = []
		said = talk.hear(tap("flow:Grievance:Complaint"))
		answers = {
			"language": tap("language:en"), "name": text("Geeta"), "home": tap("skip"), "description": text("it smells here"),
			"category": tap("category:Garbage"), "area": PIN, "similar": tap("similar:own"), "address": tap("skip"), "photo": tap("skip"),
			"confirm": tap("confirm"),
		}  # fmt: skip
		for _question in answers:
			if talk.session.draft:
				said = talk.hear(answers[talk.session.draft.step])
		made = [each for each in said if isinstance(each, CreateDocument)]
		self.assertEqual([each.flow for each in made], ["Grievance"])

	@settings(
		derandomize=True,
		deadline=None,
		max_examples=60,
		database=None,
		suppress_health_check=list(HealthCheck),
	)
	@given(st.lists(moves, max_size=15), st.integers(1, 5))
	def test_who_is_shut_out_changes_nothing(self, sequence, limit):
		talk = Sequence(known=True)
		for move in sequence:
			talk.make(move)
		drafts = talk.session.drafts
		talk.world.messages_per_minute = limit
		for _message in range(limit):
			talk.session = replace(talk.session, recent=[talk.now.isoformat()] * limit)
			after, said = engine.turn(
				talk.session, replace(text("cancel"), when=talk.now), list(talk.flows.values()), talk.world
			)
			self.assertLessEqual(len(said), 1)
			self.assertEqual(after.drafts, [draft for draft in drafts if draft.flow in talk.flows])
