"""Decide what the bot says: `turn(session, event, flows, world) -> (session, said)`.

Pure: it imports no Frappe, reads nothing and writes nothing. What it needs to know of the site it asks of `world`, what
is to be done it returns as `Effect`s among the replies, in the order in which they are to happen. The session given is
never changed; the one returned is to be stored with whatever the effects did, in one transaction.

A draft's answers are kept by step id beside the flow's version, so that editing a flow never breaks a running talk: on
the next message, answers to steps that are gone are dropped and new questions are asked.
"""

import copy
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

from grievance_cell.conversations import intents

# Rows of one list on the phone, over all its sections; one is kept for "more".
LIST_ROWS = 10
# Characters of one answer in the summary, so that all of it and the question below fit into one message.
SUMMARY_LINE = 160


@dataclass(frozen=True)
class Choice:
	"""One thing to tap. A group opens into the choices below it."""

	value: str
	label: str
	description: str = ""
	is_group: bool = False


@dataclass(frozen=True)
class Step:
	"""One question. `kind` is one of the options of Chat Step's field of that name."""

	step_id: str
	kind: str
	prompt: str = ""
	target_field: str = ""
	label: str = ""
	required: bool = True
	depends_on: str = ""
	error_text: str = ""
	max_length: int = 0


@dataclass(frozen=True)
class Flow:
	"""A form to be asked: the DocType that the answers fill, and its questions."""

	name: str
	version: str
	document_type: str
	steps: tuple[Step, ...]
	menu_label: str = ""
	start_words: tuple[str, ...] = ()
	opening_step: str = ""
	needs_citizen: bool = True

	def step(self, step_id: str | None) -> Step | None:
		return next((step for step in self.steps if step.step_id == step_id), None)

	def first_of_kind(self, kind: str) -> Step | None:
		return next((step for step in self.steps if step.kind == kind), None)


@dataclass
class Session:
	"""What is remembered of one citizen's talk between two messages; all of it plain JSON."""

	language: str = ""
	profile_name: str = ""
	citizen_known: bool = False
	flow: str = ""
	version: str = ""
	step: str = ""
	answers: dict[str, Any] = field(default_factory=dict)
	labels: dict[str, str] = field(default_factory=dict)
	media: list[str] = field(default_factory=list)
	media_acknowledged: bool = False
	next_flow: str = ""
	opening: dict[str, Any] = field(default_factory=dict)
	places: dict[str, Any] = field(default_factory=dict)
	group: str = ""
	page: int = 0
	offered: list[str] = field(default_factory=list)
	question: dict[str, str] = field(default_factory=dict)

	@classmethod
	def from_dict(cls, data: dict) -> "Session":
		"""Read a stored session; keys that a later or earlier version wrote are left out."""
		known = {each.name for each in fields(cls)}
		return cls(**{key: value for key, value in data.items() if key in known})

	def to_dict(self) -> dict:
		return asdict(self)

	def drop_draft(self) -> None:
		"""Forget the form being filled; the language and who it is stay."""
		kept = {"language", "profile_name", "citizen_known", "question"}
		fresh = Session()
		for each in fields(self):
			if each.name not in kept:
				setattr(self, each.name, getattr(fresh, each.name))


@dataclass(frozen=True)
class Event:
	"""What arrived. `kind`: text, choice, location, media, reaction, notice, or unknown for all else.

	`choice` is the id of the row or button that was tapped, `media` our name of the stored message that holds a file.
	"""

	kind: str
	text: str = ""
	choice: str = ""
	latitude: float | None = None
	longitude: float | None = None
	media: str = ""
	media_type: str = ""
	profile_name: str = ""
	case: str = ""


@dataclass(frozen=True)
class Reply:
	"""One message to the citizen, in their language, before any provider's limits are applied."""

	text: str
	choices: tuple[Choice, ...] = ()
	asks_location: bool = False


@dataclass(frozen=True)
class CreateDocument:
	"""The form is complete: make the document that it fills."""

	flow: str
	values: dict[str, Any]
	media: tuple[str, ...] = ()


@dataclass(frozen=True)
class GiveFeedback:
	"""The citizen said whether a case that was reported as settled is settled."""

	case: str
	satisfied: bool
	reason: str = ""
	media: tuple[str, ...] = ()


Effect = CreateDocument | GiveFeedback


class World(Protocol):
	"""What the engine may ask of the site. Labels come in the language that is asked for."""

	def translate(self, text: str, language: str) -> str: ...
	def languages(self) -> Sequence[Choice]: ...
	def choices(
		self, flow: Flow, step: Step, answers: dict, group: str, language: str
	) -> Sequence[Choice]: ...
	def option(self, flow: Flow, step: Step, answers: dict, value: str, language: str) -> Choice | None: ...
	def search(self, flow: Flow, step: Step, answers: dict, text: str, language: str) -> Sequence[Choice]: ...
	def areas_named(self, text: str, language: str) -> Sequence[Choice]: ...
	def areas_near(self, latitude: float, longitude: float, language: str) -> Sequence[Choice]: ...
	def holds(self, expression: str, answers: dict) -> bool: ...


def turn(
	session: Session, event: Event, flows: Sequence[Flow], world: World
) -> tuple[Session, list[Reply | Effect]]:
	"""Answer one event: the session as it is afterwards, and what is said and done, in order."""
	talk = _Talk(copy.deepcopy(session), {flow.name: flow for flow in flows}, world)
	talk.hear(event)
	return talk.session, talk.said


class _Talk:
	def __init__(self, session: Session, flows: dict[str, Flow], world: World):
		self.session = session
		self.flows = flows
		self.world = world
		self.said: list[Reply | Effect] = []

	# what was heard

	def hear(self, event: Event) -> None:
		if event.profile_name:
			self.session.profile_name = event.profile_name
		if event.kind == "reaction":
			return
		if event.kind == "notice":
			self.ask_whether_settled(event)
		elif event.choice.startswith("feedback:"):
			self.take_feedback(event.choice)
		elif intents.meaning(event.text) in (intents.CANCEL, intents.MENU) or event.choice == "cancel":
			self.cancel()
		elif self.session.question and event.kind in ("text", "media"):
			self.take_reason(event)
		elif self.flow:
			self.follow_edited_flow()
			self.take_answer(event)
		else:
			self.open(event)

	@property
	def flow(self) -> Flow | None:
		return self.flows.get(self.session.flow)

	@property
	def step(self) -> Step | None:
		return self.flow and self.flow.step(self.session.step)

	# saying

	def text(self, source: str, **values: str) -> str:
		translated = self.world.translate(source, self.session.language) if source else ""
		return translated.format(**values) if values else translated

	def say(self, text: str, choices: Sequence[Choice] = (), asks_location: bool = False) -> None:
		self.session.offered = [choice.value for choice in choices]
		self.said.append(Reply(text, tuple(choices), asks_location))

	# beginning and ending

	def open(self, event: Event) -> None:
		"""Start a form; what the first message already says is kept as the answer to its question."""
		session = self.session
		if event.kind == "media":
			session.media.append(event.media)
		if event.kind == "location":
			session.opening = {"latitude": event.latitude, "longitude": event.longitude}
		elif event.text and not intents.meaning(event.text) and len(event.text.split()) > 1:
			session.opening = {"text": event.text}
		menu = [flow for flow in self.flows.values() if flow.menu_label]
		word = intents.normalise(event.text)
		chosen = next(
			(
				flow
				for flow in menu
				if event.choice == f"flow:{flow.name}" or (word and word in flow.start_words)
			),
			menu[0] if len(menu) == 1 else None,
		)
		if chosen:
			self.begin(chosen)
		elif menu:
			self.say(
				self.text("How can we help you?"),
				[Choice(f"flow:{flow.name}", self.text(flow.menu_label)) for flow in menu],
			)
		else:
			self.say(self.text("We cannot take messages just now. Please try again later."))

	def begin(self, flow: Flow) -> None:
		session = self.session
		if flow.needs_citizen and not session.citizen_known:
			introduction = next(
				(each for each in self.flows.values() if each.document_type == "Citizen"), None
			)
			if introduction:
				session.next_flow, flow = flow.name, introduction
		session.flow, session.version, session.step = flow.name, flow.version, ""
		session.answers, session.labels = {}, {}
		self.take_opening(flow)
		self.go_on()

	def take_opening(self, flow: Flow) -> None:
		"""Use what the first message said, once, in the form that it was meant for."""
		opening, step = self.session.opening, flow.step(flow.opening_step)
		area = flow.first_of_kind("Area")
		if "text" in opening and step and not self.problem_with(step, opening["text"]):
			self.keep(step, opening["text"], opening["text"])
			self.session.opening = {}
		elif "latitude" in opening and area:
			found = self.world.areas_near(opening["latitude"], opening["longitude"], self.session.language)
			if len(found) == 1:
				self.keep(area, {**opening, "area": found[0].value}, found[0].label)
			self.session.opening = {}

	def go_on(self) -> None:
		"""Ask the next open question, or finish the form."""
		step = self.open_step()
		if step and step.kind == "Confirm" and self.drop_unfitting():
			step = self.open_step()
		if not step:
			return self.finish()
		self.session.step, self.session.group, self.session.page = step.step_id, "", 0
		self.ask(step)

	def open_step(self) -> Step | None:
		return next(
			(s for s in self.flow.steps if s.step_id not in self.session.answers and self.applies(s)), None
		)

	def drop_unfitting(self) -> bool:
		"""Drop what another answer, given anew, no longer allows, as a category of another type; True if any."""
		unfitting = [
			step
			for step in self.flow.steps
			if step.kind == "Link"
			and (answer := self.session.answers.get(step.step_id))
			and not self.find_option(step, answer)
		]
		for step in unfitting:
			self.drop(step)
		return bool(unfitting)

	def confirm(self) -> None:
		"""Finish a form that was confirmed, unless a question has been added to it meanwhile."""
		step = self.open_step()
		if not step or step.kind == "Confirm":
			self.finish()
		else:
			self.go_on()

	def applies(self, step: Step) -> bool:
		return not step.depends_on or self.world.holds(step.depends_on, self.session.answers)

	def finish(self) -> None:
		flow, session = self.flow, self.session
		values: dict[str, Any] = {}
		for step in flow.steps:
			answer = session.answers.get(step.step_id)
			if not step.target_field or answer is None or not self.applies(step):
				continue
			if isinstance(answer, dict):
				values.update({key: answer[key] for key in ("latitude", "longitude") if key in answer})
				answer = answer["area"]
			values[step.target_field] = answer
		if flow.document_type == "Citizen":
			self.said.append(CreateDocument(flow.name, values))
			session.citizen_known = True
			if following := self.flows.get(session.next_flow):
				session.next_flow = ""
				return self.begin(following)
		else:
			self.said.append(CreateDocument(flow.name, values, tuple(session.media)))
		session.drop_draft()

	def cancel(self) -> None:
		had_draft = bool(self.flow)
		self.session.drop_draft()
		self.session.question = {}
		if had_draft:
			self.say(self.text("Nothing was registered. Write to us again whenever you need us."))
		else:
			self.open(Event("text"))

	def follow_edited_flow(self) -> None:
		session, flow = self.session, self.flow
		if session.version != flow.version:
			ids = {step.step_id for step in flow.steps}
			session.answers = {key: value for key, value in session.answers.items() if key in ids}
			session.version = flow.version

	# asking

	def ask(self, step: Step, before: str = "") -> None:
		"""Put a step's question, with a line before it where something has to be said first."""
		prompt = self.prompt(step)
		text = f"{before}\n\n{prompt}" if before else prompt
		choices = self.buttons(step)
		if step.kind == "Area" and not choices:
			return self.say(text, asks_location=True)
		if not step.required:
			choices = [*choices, Choice("skip", self.text("Skip"))]
		self.say(text, choices)

	def prompt(self, step: Step) -> str:
		if step.kind == "Language":
			return "\n".join(
				self.world.translate(step.prompt, language.value) for language in self.world.languages()
			)
		if step.kind == "Confirm":
			return f"{self.summary()}\n\n{self.text(step.prompt)}"
		return self.text(step.prompt)

	def summary(self) -> str:
		lines = []
		for step in self.flow.steps:
			if step.target_field and step.step_id in self.session.labels and self.applies(step):
				label = textwrap.shorten(self.session.labels[step.step_id], SUMMARY_LINE, placeholder=" …")
				lines.append(f"*{self.text(step.label)}:* {label}")
		if self.session.media:
			lines.append(f"*{self.text('Photos and files')}:* {len(self.session.media)}")
		return "\n".join(lines)

	def buttons(self, step: Step) -> list[Choice]:
		"""List what can be tapped in answer to a step, ids first: `step id:value`, or one of the few fixed ones."""
		if step.kind == "Confirm":
			return [
				Choice("confirm", self.text("Yes, register")),
				Choice("change", self.text("Change something")),
				Choice("cancel", self.text("Cancel")),
			]
		if step.kind == "Name" and self.session.profile_name:
			name = self.session.profile_name
			return [] if self.problem_with(step, name) else [Choice(f"{step.step_id}:{name}", name)]
		return self.page_of(step, self.options(step))

	def options(self, step: Step) -> Sequence[Choice]:
		if step.kind == "Language":
			return self.world.languages()
		if step.kind in ("Choice", "Link"):
			session = self.session
			return self.world.choices(self.flow, step, session.answers, session.group, session.language)
		return ()

	def page_of(self, step: Step, options: Sequence[Choice]) -> list[Choice]:
		"""Cut what fits on one list, with a row for more where not all of it does."""
		room = LIST_ROWS if step.required else LIST_ROWS - 1
		rows = [Choice(f"{step.step_id}:{o.value}", o.label, o.description, o.is_group) for o in options]
		if len(rows) <= room:
			return rows
		size = room - 1
		pages = -(-len(rows) // size)
		page = self.session.page % pages
		following = (page + 1) % pages
		more = Choice(
			f"page:{following}", self.text("More…") if following else self.text("Back to the first…")
		)
		return [*rows[page * size : (page + 1) * size], more]

	# taking answers

	def take_answer(self, event: Event) -> None:
		step = self.step
		if not step:
			# The question that was asked is gone, and what was said to it; a file is kept wherever it comes.
			if event.kind == "media":
				self.session.media.append(event.media)
			return self.go_on()
		if event.kind == "media":
			self.take_media(step, event)
		elif event.kind == "location":
			self.take_location(step, event)
		elif event.choice:
			self.take_choice(step, event.choice)
		elif event.kind == "text":
			self.take_text(step, event.text)
		else:
			self.ask(step, self.text("We cannot read this kind of message."))

	def take_choice(self, step: Step, choice: str) -> None:
		session = self.session
		prefix, _colon, value = choice.partition(":")
		if choice == "skip" and not step.required:
			self.keep(step, None, "")
			return self.go_on()
		if choice == "confirm" and step.kind == "Confirm":
			return self.confirm()
		if choice == "change" and step.kind == "Confirm":
			return self.offer_changes()
		if prefix == "change" and (changed := self.flow.step(value)):
			self.drop(changed)
			return self.go_on()
		if prefix == "page" and value.isdecimal():
			session.page = int(value)
			return self.ask(step)
		# A row of an older list may be tapped later: it answers the question that it was offered for.
		target = self.flow.step(prefix)
		if target and self.take_option(target, value):
			return None
		self.ask(step, self.text("That choice is no longer open."))

	def take_option(self, step: Step, value: str) -> bool:
		"""Take a tapped value as the answer to a step; False if the step does not offer it."""
		if step.kind == "Name":
			if self.problem_with(step, value):
				return False
			self.keep(step, value, value)
		elif step.kind == "Area":
			return self.take_area(step, value)
		elif option := self.find_option(step, value):
			if option.is_group:
				self.session.step, self.session.group, self.session.page = step.step_id, option.value, 0
				self.ask(step)
				return True
			self.keep(step, option.value, option.label)
			if step.kind == "Language":
				self.session.language = option.value
		else:
			return False
		self.go_on()
		return True

	def find_option(self, step: Step, value: str) -> Choice | None:
		if step.kind == "Link":
			return self.world.option(self.flow, step, self.session.answers, value, self.session.language)
		return next((option for option in self.options(step) if option.value == value), None)

	def take_area(self, step: Step, value: str) -> bool:
		"""Take the area of an offered row; where a pin led to the offer, the pin stays with it."""
		places = self.session.places
		label = dict(places.get("areas", [])).get(value)
		if not label:
			return False
		self.keep(step, {**places["position"], "area": value}, label)
		self.session.places = {}
		self.go_on()
		return True

	def take_location(self, step: Step, event: Event) -> None:
		area = step if step.kind == "Area" else self.flow.first_of_kind("Area")
		if not area:
			return self.ask(step, self.text("We do not need the place for this."))
		position = {"latitude": event.latitude, "longitude": event.longitude}
		found = self.world.areas_near(event.latitude, event.longitude, self.session.language)
		self.take_areas(area, found, position)

	def take_areas(self, step: Step, found: Sequence[Choice], position: dict) -> None:
		self.session.step = step.step_id
		if not found:
			problem = step.error_text or "We could not find this place."
			self.ask(step, self.text(problem))
		elif len(found) == 1:
			self.keep(step, {**position, "area": found[0].value}, found[0].label)
			self.go_on()
		else:
			found = found[:LIST_ROWS]
			self.session.places = {
				"position": position,
				"areas": [[area.value, area.label] for area in found],
			}
			rows = [Choice(f"{step.step_id}:{a.value}", a.label, a.description) for a in found]
			self.say(self.text("Which of these places is it?"), rows)

	def take_media(self, step: Step, event: Event) -> None:
		"""Keep a file at whatever step it comes; an album is acknowledged once."""
		session = self.session
		session.media.append(event.media)
		if event.text and step.kind == "Text":
			return self.take_text(step, event.text)
		if event.media_type == "audio" and step.kind == "Text":
			spoken = self.text("Voice note")
			self.keep(step, spoken, spoken)
			session.media_acknowledged = True
			return self.go_on()
		if step.kind == "Photo":
			self.keep(step, len(session.media), "")
			session.media_acknowledged = True
			return self.go_on()
		if not session.media_acknowledged:
			session.media_acknowledged = True
			self.ask(step, self.text("We have received your photo or file."))

	def take_text(self, step: Step, text: str) -> None:
		text = " ".join(text.split(" ")).strip()
		meant = intents.meaning(text)
		if chosen := self.typed_choice(step, text):
			return self.take_choice(step, chosen)
		if meant == intents.GREETING:
			return self.ask(step)
		if meant in (intents.SKIP, intents.NO) and not step.required:
			return self.take_choice(step, "skip")
		if step.kind == "Confirm" and meant == intents.YES:
			return self.confirm()
		if step.kind in ("Text", "Name"):
			if problem := self.problem_with(step, text):
				return self.ask(step, problem)
			self.keep(step, text, text)
			return self.go_on()
		if step.kind == "Area":
			return self.take_areas(step, self.world.areas_named(text, self.session.language), {})
		if step.kind == "Link":
			found = self.world.search(self.flow, step, self.session.answers, text, self.session.language)
			if found:
				return self.say(self.text("Is it one of these?"), self.page_of(step, found[: LIST_ROWS - 1]))
		self.ask(step, self.text(step.error_text or "We did not understand this."))

	def typed_choice(self, step: Step, text: str) -> str | None:
		"""Find the choice that a typed number or a typed label stands for."""
		# Where a text is asked for, a number may be the answer: a house has one.
		if step.kind != "Text" and text.isdecimal() and len(text) <= len(str(LIST_ROWS)):
			if 1 <= int(text) <= len(self.session.offered):
				return self.session.offered[int(text) - 1]
		typed = intents.normalise(text)
		for choice in self.buttons(step):
			if intents.normalise(choice.label) == typed:
				return choice.value
		return None

	def problem_with(self, step: Step, text: str) -> str | None:
		"""Say what is wrong with a typed answer, if anything is."""
		if step.kind == "Name" and not any(letter.isalpha() for letter in text):
			return self.text(step.error_text or "Please write your name in letters.")
		if not text:
			return self.text("Please write something.")
		if step.max_length and len(text) > step.max_length:
			return self.text("Please say it in at most {limit} letters.", limit=str(step.max_length))
		return None

	def keep(self, step: Step, answer: Any, label: str) -> None:
		self.session.answers[step.step_id] = answer
		if label:
			self.session.labels[step.step_id] = label

	def drop(self, step: Step) -> None:
		self.session.answers.pop(step.step_id, None)
		self.session.labels.pop(step.step_id, None)

	def offer_changes(self) -> None:
		changeable = [
			Choice(f"change:{step.step_id}", self.text(step.label), self.session.labels[step.step_id])
			for step in self.flow.steps
			if step.step_id in self.session.labels and step.label
		]
		self.say(self.text("What would you like to change?"), changeable[:LIST_ROWS])

	# after a case was settled

	def ask_whether_settled(self, event: Event) -> None:
		said = self.text("The officer reports that your case {case} is settled.", case=event.case)
		if event.text:
			said += "\n" + self.text("Action taken: {action}", action=event.text)
		offered = (
			Choice(f"feedback:{event.case}:yes", self.text("Yes, settled")),
			Choice(f"feedback:{event.case}:no", self.text("No, not settled")),
		)
		# The question goes out beside a form that is being filled, which its numbers and typed answers still mean.
		self.said.append(Reply(f"{said}\n\n{self.text('Is it really settled?')}", offered))

	def take_feedback(self, choice: str) -> None:
		_feedback, case, answer = [*choice.split(":"), "", ""][:3]
		self.session.question = {}
		if answer == "yes":
			self.said.append(GiveFeedback(case, True))
		elif answer == "no":
			self.session.question = {"case": case}
			self.said.append(
				Reply(self.text("What is still not done? Write it, or send a photo or a voice note."))
			)

	def take_reason(self, event: Event) -> None:
		media = (event.media,) if event.kind == "media" else ()
		self.said.append(GiveFeedback(self.session.question["case"], False, event.text, media))
		self.session.question = {}
