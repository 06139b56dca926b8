"""Ask a form in a chat: its next open question, what an answer means, the summary, the end.

Pure: it imports no Frappe. A draft's answers are kept by step id beside the flow's version, so that editing a flow never
breaks a running talk: answers to steps that are gone are dropped, and new questions are asked.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from grievance_cell.conversations import intents, readers
from grievance_cell.conversations.model import (
	CALLBACK,
	CASE_NOT_SETTLED,
	CITIZEN,
	EMERGENCY_NUMBERS,
	FIRST_CONTACT,
	SIMILAR_CASES,
	TOLD,
	CallAction,
	Choice,
	CreateDocument,
	Draft,
	Event,
	Flow,
	SimilarCase,
	Step,
)
from grievance_cell.conversations.office_cases import OfficeCases
from grievance_cell.conversations.turns import LIST_ROWS, Turn

# Characters of one answer in the summary, so that all of it and the question below fit into one message.
SUMMARY_LINE = 160
# How many choices are proposed from what was said, before the whole list.
PROPOSALS = 3
# After so many answers in a row that are none, a way out is offered.
PATIENCE = 3
# The answer that a matter is none of those that others have reported.
OWN_MATTER = "own"


class Form:
	"""The form on top of the stack. Methods that take an answer ask the next question as well."""

	def __init__(self, turn: Turn):
		self.turn = turn
		self.session = turn.session
		self.world = turn.world
		self.cases = OfficeCases(turn)
		self.finished: Flow | None = None

	@property
	def draft(self) -> Draft:
		return self.session.drafts[-1]

	@property
	def flow(self) -> Flow:
		return self.turn.flows[self.draft.flow]

	@property
	def step(self) -> Step | None:
		return self.flow.step(self.draft.step)

	def text(self, source: str, **values: str) -> str:
		return self.turn.text(source, **values)

	# going on

	def go_on(self, before: str = "") -> None:
		"""Ask the next open question, or finish the form and go on with the one below it."""
		while self.session.draft:
			self.follow_edited_flow()
			self.take_opening()
			self.forget_similar()
			step = self.next_step()
			if step and step.kind == "Confirm" and self.drop_unfitting():
				step = self.next_step()
			told = self.told_before(step)
			before = "\n\n".join(filter(None, (before, told)))
			if step:
				self.draft.step, self.draft.group = step.step_id, ""
				return self.ask(step, before)
			if told:
				self.turn.say(before)
			before = ""
			self.finish()
			if self.session.draft and self.session.draft.suspended:
				return

	def next_step(self) -> Step | None:
		"""Find the next open question; whether it is one of several reports is asked only if there are others."""
		step = self.open_step()
		while step and step.kind == SIMILAR_CASES and not self.look_for_similar():
			self.draft.answers[step.step_id] = None
			step = self.open_step()
		return step

	def open_step(self) -> Step | None:
		return next(
			(
				step
				for step in self.flow.steps
				if step.kind not in TOLD and step.step_id not in self.draft.answers and self.applies(step)
			),
			None,
		)

	def told_before(self, step: Step | None) -> str:
		"""Collect what is to be told before a question, each thing once."""
		lines = []
		for each in self.flow.steps:
			if step and each.step_id == step.step_id:
				break
			if each.kind in TOLD and each.step_id not in self.draft.told and self.applies(each):
				self.draft.told.append(each.step_id)
				lines.append(self.told(each))
		return "\n\n".join(filter(None, lines))

	def told(self, step: Step) -> str:
		"""Say what a step tells; nothing where there are no numbers to call."""
		text = self.text(step.prompt, case=self.draft.about)
		if step.kind != EMERGENCY_NUMBERS:
			return text
		numbers = self.world.emergency_numbers(self.flow, self.draft.answers, self.session.language)
		return "\n".join([text, *numbers]) if numbers else ""

	def take_opening(self) -> None:
		"""Use what the first message said, once, in the form that it was meant for."""
		draft, flow = self.draft, self.flow
		opening, draft.opening = draft.opening, {}
		step, area = flow.step(flow.opening_step), flow.first_of_kind("Area")
		text = opening.get("text")
		if text and step and not (self.problem_with(step, text) or self.refusal(step, text)):
			self.keep(step, text, text)
			self.take_defaults(text)
		elif "spoken" in opening and step:
			self.keep(step, self.text("Voice note"), self.text("Voice note"))
			self.take_defaults("")
		if "area" in opening and area and (found := self.world.area(opening["area"], self.session.language)):
			self.keep(area, {"area": found.value}, found.label)
		elif "latitude" in opening and area:
			position = {key: opening[key] for key in ("latitude", "longitude")}
			found = self.world.areas_near(**position, language=self.session.language)
			if len(found) == 1:
				self.keep(area, {**position, "area": found[0].value}, found[0].label)

	def take_defaults(self, text: str) -> None:
		"""Answer what needs no asking after an opening message: by a word of a choice in it, else by the default.

		Either may mislead: "they demand papers" is no demand, "a new hand pump, please" is one. What the message is most likely
		about must be on offer after the answer, else it is asked.
		"""
		for step in self.flow.steps:
			if not step.default_answer or step.step_id in self.draft.answers:
				continue
			found = self.world.search(self.flow, step, self.draft.answers, text, self.session.language)
			default = self.find_option(step, step.default_answer)
			option = found[0] if found else default
			if option and not self.shuts_out(step, option, text):
				self.keep(step, option.value, option.label)

	def shuts_out(self, step: Step, option: Choice, text: str) -> bool:
		"""Tell whether an answer leaves out what an opening message is most likely about."""
		language = self.session.language
		answers = {**self.draft.answers, step.step_id: option.value}
		for each in self.flow.steps:
			if each.kind == "Link" and each.propose_from == self.flow.opening_step:
				likely = self.world.propose(self.flow, each, self.draft.answers, text, language)
				if likely and not self.world.option(self.flow, each, answers, likely[0].value, language):
					return True
		return False

	def drop_unfitting(self) -> bool:
		"""Drop what another answer, given anew, no longer allows, as a category of another type; True if any."""
		unfitting = [
			step
			for step in self.flow.steps
			if step.kind == "Link"
			and (answer := self.draft.answers.get(step.step_id))
			and not self.find_option(step, answer)
		]
		for step in unfitting:
			self.drop(step)
		return bool(unfitting)

	def applies(self, step: Step) -> bool:
		return not step.depends_on or self.world.holds(step.depends_on, self.seen(), about=self.draft.about)

	def seen(self) -> dict[str, Any]:
		"""Return what a step's condition may look at: the answers, how many files have come, whether it is an emergency."""
		answers = self.draft.answers
		emergency = self.world.is_emergency(self.flow, answers)
		return {**answers, "files": len(self.draft.media), "emergency": emergency}

	def matter(self) -> dict[str, Any]:
		"""Return the answers that say what it is about and where: by them others' reports are found."""
		answers = self.draft.answers
		kinds = ("Link", "Area", "Location")
		return {
			s.step_id: answers[s.step_id] for s in self.flow.steps if s.kind in kinds and s.step_id in answers
		}

	def forget_similar(self) -> None:
		"""Ask anew whether others have reported it, once what it is about or where has been changed."""
		step = self.flow.first_of_kind(SIMILAR_CASES)
		if step and self.draft.similar and self.draft.similar["matter"] != self.matter():
			self.draft.similar = {}
			self.drop(step)

	def look_for_similar(self) -> bool:
		"""Find what others have reported, once for a matter; False for nothing."""
		draft = self.draft
		if not draft.similar:
			found = self.world.similar(self.flow, draft.answers, self.session.language)
			cases = [asdict(each) for each in found[:PROPOSALS]]
			draft.similar = {"matter": self.matter(), "cases": cases}
		return bool(draft.similar["cases"])

	def similar_cases(self) -> list[SimilarCase]:
		return [SimilarCase(**each) for each in self.draft.similar.get("cases", ())]

	def follow_edited_flow(self) -> None:
		draft, flow = self.draft, self.flow
		if draft.version != flow.version:
			ids = {step.step_id for step in flow.steps}
			draft.answers = {key: value for key, value in draft.answers.items() if key in ids}
			draft.version = flow.version

	def finish(self) -> None:
		"""Hand over what the form has gathered and take it from the stack; files that it has no use for go to the next one."""
		flow, draft, session = self.flow, self.draft, self.session
		self.finished = flow
		media = tuple(draft.media)
		if flow.action:
			said = [(step, answer) for step, answer in self.answers() if step.kind != "Case"]
			values = {step.step_id: answer for step, answer in said if answer is not None}
			self.turn.said.append(CallAction(flow.action, draft.about, values, media, audience=flow.audience))
		elif flow.document_type:
			takes_files = flow.occasion != FIRST_CONTACT
			self.turn.said.append(
				CreateDocument(flow.name, self.values(), media if takes_files else (), flow.audience)
			)
			media = () if takes_files else media
			session.citizen_known |= flow.occasion == FIRST_CONTACT
		session.drafts.pop()
		# A number that is typed now is no row of the form's last question.
		session.offered, session.listed = [], {}
		if flow.action:
			return
		if session.draft:
			session.draft.media = [*media, *session.draft.media]
		else:
			self.turn.hold_files(media)

	def answers(self) -> list[tuple[Step, Any]]:
		"""List the answers that count: those of questions that apply, in the form's order."""
		given = self.draft.answers
		return [(s, given[s.step_id]) for s in self.flow.steps if s.step_id in given and self.applies(s)]

	def values(self) -> dict[str, Any]:
		"""Map the answers to the fields that they fill."""
		values: dict[str, Any] = {}
		for step, answer in self.answers():
			if isinstance(answer, dict):
				values.update({key: answer[key] for key in ("latitude", "longitude") if key in answer})
				answer = answer.get("area")
			if step.target_field and answer is not None:
				values[step.target_field] = answer
		return values

	# asking

	def ask(self, step: Step, before: str = "") -> None:
		"""Put a step's question, with what has to be said first before it."""
		prompt = self.prompt(step)
		text = f"{before}\n\n{prompt}" if before else prompt
		choices = self.buttons(step)
		if step.kind in ("Area", "Location") and not choices and step.required:
			return self.turn.say(text, asks_location=True)
		if not step.required and step.kind != SIMILAR_CASES:
			choices = [*choices, Choice("skip", self.text("Skip"))]
		self.turn.say(text, choices)

	def prompt(self, step: Step) -> str:
		if step.kind == "Language":
			return "\n".join(
				self.world.translate(step.prompt, language.value) for language in self.world.languages()
			)
		if step.kind == "Confirm":
			return "\n\n".join(filter(None, (self.summary(), self.text(step.prompt, case=self.draft.about))))
		if step.kind == SIMILAR_CASES:
			return "\n\n".join([*self.reports(), self.text(step.prompt)])
		return self.text(step.prompt, case=self.draft.about)

	def reports(self) -> list[str]:
		"""Say what others have reported, numbered where there are several."""
		cases, said = self.similar_cases(), []
		for number, case in enumerate(cases, 1):
			count = self.text("One person has reported this.")
			if case.people > 1:
				count = self.text("{count} people have reported this.", count=str(case.people))
			line = f"{named(case)}\n{count}"
			said.append(f"{number}. {line}" if len(cases) > 1 else line)
		return said

	def summary(self) -> str:
		draft, lines = self.draft, []
		for step in self.changeable():
			label = textwrap.shorten(draft.labels[step.step_id], SUMMARY_LINE, placeholder=" …")
			lines.append(f"*{self.text(step.label)}:* {label}")
		if draft.media:
			lines.append(f"*{self.text('Photos and files')}:* {len(draft.media)}")
		return "\n".join(lines)

	def buttons(self, step: Step) -> list[Choice]:
		"""List what can be tapped in answer to a step, ids first: `step id:value`, or one of the few fixed ones."""
		if step.kind == "Confirm":
			return [
				Choice("confirm", self.text(step.label or "Yes, send it")),
				*([Choice("change", self.text("Change something"))] if self.changeable() else []),
				Choice("cancel", self.text("Cancel")),
			]
		if step.kind == SIMILAR_CASES:
			cases = self.similar_cases()
			labels = [self.text("Yes, number {number}", number=str(n)) for n in range(1, len(cases) + 1)]
			labels = labels if len(cases) > 1 else [self.text("Yes, add mine")]
			return [
				*(
					Choice(f"{step.step_id}:{case.name}", label)
					for case, label in zip(cases, labels, strict=True)
				),
				Choice(f"{step.step_id}:{OWN_MATTER}", self.text("No, another matter")),
			]
		if step.kind == "Name":
			name = self.session.profile_name
			return (
				[] if not name or self.problem_with(step, name) else [Choice(f"{step.step_id}:{name}", name)]
			)
		if step.kind == "Case":
			return self.cases.rows(f"{step.step_id}:", self.flow.audience)
		options = self.proposals(step) or self.options(step)
		return [Choice(f"{step.step_id}:{o.value}", o.label, o.description, o.is_group) for o in options]

	def options(self, step: Step) -> Sequence[Choice]:
		if step.kind == "Language":
			return self.world.languages()
		if step.kind == "Yes/No":
			return [Choice("1", self.text("Yes")), Choice("0", self.text("No"))]
		if step.kind in ("Choice", "Link"):
			return self.world.choices(
				self.flow, step, self.draft.answers, self.draft.group, self.session.language
			)
		return ()

	def proposals(self, step: Step) -> list[Choice]:
		"""List what is offered first: the likely answers, and a way to all others."""
		if self.draft.all_choices or self.draft.group:
			return []
		said = self.draft.answers.get(step.propose_from)
		said = said if isinstance(said, str) else ""
		language = self.session.language
		if step.kind == "Area":
			found = list(self.world.areas_named(said, language))[:PROPOSALS] if said else []
			own = self.world.own_area(language)
			if own and own.value not in [area.value for area in found]:
				found.append(own)
			if found:
				self.draft.places = {"position": {}, "areas": [[area.value, area.label] for area in found]}
				return [*found, Choice("another", self.text("Another place"))]
		elif step.kind == "Link" and said:
			found = self.world.propose(self.flow, step, self.draft.answers, said, language)
			if found:
				return [*found[:PROPOSALS], Choice("another", self.text("Something else"))]
		return []

	# taking answers

	def take(self, event: Event) -> None:
		self.follow_edited_flow()
		step = self.step
		if not step:
			# The question that was asked is gone, and what was said to it; a file is kept wherever it comes.
			if event.kind == "media":
				self.draft.media.append(event.media)
			return self.go_on()
		if event.kind == "media":
			self.take_media(step, event)
		elif event.kind == "location":
			self.take_location(step, event)
		elif event.choice:
			self.take_choice(step, event.choice)
		elif event.kind == "text":
			self.take_text(step, event.text)
		elif event.kind == "sticker":
			self.ask(step)
		else:
			self.unclear(step, self.text("We cannot read this kind of message."))

	def take_choice(self, step: Step, choice: str) -> None:
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
		# A row of an older list may be tapped later: it answers the question that it was offered for.
		target = self.flow.step(prefix)
		if target and self.take_option(target, value):
			return None
		self.ask(step, self.text("That choice is no longer open."))

	def confirm(self) -> None:
		"""Finish a form that was confirmed, unless a question has been added to it meanwhile."""
		step = self.open_step()
		if step and step.kind == "Confirm":
			self.keep(step, True, "")
		self.go_on()

	def take_option(self, step: Step, value: str) -> bool:
		"""Take a tapped value as the answer to a step; False if the step does not offer it."""
		if value == "another" and step.kind in ("Area", "Choice", "Link"):
			self.drop(step)
			self.draft.step, self.draft.group, self.draft.all_choices = step.step_id, "", True
			self.ask(step)
			return True
		if step.kind == "Name":
			if self.problem_with(step, value):
				return False
			self.keep(step, value, value)
		elif step.kind == "Area":
			return self.take_area(step, value)
		elif step.kind == SIMILAR_CASES:
			case = next((each for each in self.similar_cases() if each.name == value), None)
			if not case and value != OWN_MATTER:
				return False
			self.drop(step)
			self.keep(step, case and case.name, named(case) if case else "")
		elif option := self.find_option(step, value):
			if option.is_group:
				self.draft.step, self.draft.group = step.step_id, option.value
				self.ask(step)
				return True
			if problem := self.refusal(step, option.value):
				self.unclear(step, problem)
				return True
			self.keep(step, int(option.value) if step.kind == "Yes/No" else option.value, option.label)
			if step.kind == "Language":
				self.session.language = option.value
		else:
			return False
		self.go_on()
		return True

	def find_option(self, step: Step, value: str) -> Choice | None:
		if step.kind == "Link":
			return self.world.option(self.flow, step, self.draft.answers, value, self.session.language)
		if step.kind == "Case":
			case = self.world.office_case(self.flow.audience, value, self.session.language)
			return case and Choice(case.name, case.title)
		return next((option for option in self.options(step) if option.value == value), None)

	def take_area(self, step: Step, value: str) -> bool:
		"""Take the area of an offered row; where a pin led to the offer, the pin stays with it."""
		places = self.draft.places
		label = dict(places.get("areas", [])).get(value)
		if not label:
			return False
		self.keep(step, {**places["position"], "area": value}, label)
		self.draft.places = {}
		self.go_on()
		return True

	def take_location(self, step: Step, event: Event) -> None:
		position = {"latitude": event.latitude, "longitude": event.longitude}
		target = step if step.kind in ("Area", "Location") else self.flow.first_of_kind("Area", "Location")
		if not target:
			return self.ask(step, self.text("We do not need the place for this."))
		if target.kind == "Location":
			self.keep(target, position, self.text("Sent on the map"))
			return self.go_on()
		found = self.world.areas_near(event.latitude, event.longitude, self.session.language)
		self.take_areas(target, found, position)

	def take_areas(self, step: Step, found: Sequence[Choice], position: dict) -> None:
		self.draft.step = step.step_id
		if not found:
			self.draft.all_choices = True
			problem = step.error_text or "We could not find this place."
			self.unclear(step, self.text(problem))
		elif len(found) == 1:
			self.keep(step, {**position, "area": found[0].value}, found[0].label)
			self.go_on()
		else:
			found = found[:LIST_ROWS]
			self.draft.places = {"position": position, "areas": [[area.value, area.label] for area in found]}
			rows = [Choice(f"{step.step_id}:{a.value}", a.label, a.description) for a in found]
			self.session.misunderstood = 0
			self.turn.say(self.text("Which of these places is it?"), rows)

	def take_media(self, step: Step, event: Event) -> None:
		"""Keep a file at whatever step it comes; an album is acknowledged once."""
		draft = self.draft
		draft.media.append(event.media)
		names = {
			"audio": self.text("Voice note"),
			"video": self.text("Video"),
			"image": self.text("Photo"),
		}
		name = names.get(event.media_type) or self.text("File")
		if event.text and step.kind in ("Text", "Media"):
			self.session.media_acknowledged = True
			return self.take_text(step, event.text)
		# What an office writes is kept on record and told to the citizen: it does not say "voice note".
		spoken = event.media_type == "audio" and self.flow.audience == CITIZEN
		if step.kind == "Media" or (step.kind == "Text" and spoken):
			self.keep(step, name, name)
			self.session.media_acknowledged = True
			return self.go_on()
		if step.kind == "Photo" and event.media_type != "audio":
			self.keep(step, len(draft.media), "")
			self.session.media_acknowledged = True
			return self.go_on()
		if not self.session.media_acknowledged:
			self.session.media_acknowledged = True
			self.ask(step, self.received(event.media_type))

	def received(self, media_type: str) -> str:
		if media_type == "audio":
			return self.text("We have received your voice note.")
		return self.text("We have received your photo or file.")

	def take_text(self, step: Step, text: str) -> None:
		text = " ".join(text.split(" ")).strip()
		meant = intents.meaning(text)
		if chosen := self.typed_choice(step, text):
			return self.take_choice(step, chosen)
		if meant == intents.GREETING or (meant == intents.THANKS and step.required):
			return self.ask(step)
		if step.kind == "Yes/No" and meant in (intents.YES, intents.NO):
			return self.take_choice(step, f"{step.step_id}:{1 if meant == intents.YES else 0}")
		if step.kind == SIMILAR_CASES and meant == intents.NO:
			return self.take_choice(step, f"{step.step_id}:{OWN_MATTER}")
		if step.kind == SIMILAR_CASES and meant == intents.YES and len(cases := self.similar_cases()) == 1:
			return self.take_choice(step, f"{step.step_id}:{cases[0].name}")
		if meant in (intents.SKIP, intents.NO) and not step.required:
			return self.take_choice(step, "skip")
		if step.kind == "Confirm" and meant in (intents.YES, intents.NO):
			return self.confirm() if meant == intents.YES else self.offer_changes()
		self.take_words(step, text)

	def take_words(self, step: Step, text: str) -> None:
		"""Take a typed text by the kind of its step."""
		if step.kind in ("Text", "Name", "Media"):
			if problem := self.problem_with(step, text) or self.refusal(step, text):
				return self.unclear(step, problem)
			self.keep(step, text, text)
			return self.go_on()
		if step.kind == "Number":
			return self.take_value(step, readers.number(text, step.whole), text, "Please write a number.")
		if step.kind == "Phone":
			problem = "Please write the telephone number with ten digits."
			return self.take_value(step, readers.phone(text), text, problem)
		if step.kind == "Date" and self.turn.now:
			found = readers.day(text, self.turn.now)
			label = f"{found:%d-%m-%Y}" if found else ""
			problem = "Please write the date like this: 15-08-2026."
			return self.take_value(step, found and found.isoformat(), label, problem)
		if (
			step.kind == "Language"
			and (named := intents.language_named(text))
			and self.find_option(step, named)
		):
			return self.take_choice(step, f"{step.step_id}:{named}")
		if step.kind == "Case" and (number := intents.case_number(text) or intents.bare_number(text)):
			if self.take_option(step, number):
				return None
		if step.kind == "Area":
			return self.take_areas(step, self.world.areas_named(text, self.session.language), {})
		if step.kind in ("Choice", "Link"):
			found = self.world.search(self.flow, step, self.draft.answers, text, self.session.language)
			if found:
				self.session.misunderstood = 0
				rows = [Choice(f"{step.step_id}:{o.value}", o.label, o.description) for o in found]
				rows = rows[: LIST_ROWS - 1]
				rows.append(Choice(f"{step.step_id}:another", self.text("Something else")))
				return self.turn.say(self.text("Is it one of these?"), rows)
		self.unclear(step, self.text(step.error_text or "We did not understand this."))

	def take_value(self, step: Step, value: Any, label: str, problem: str) -> None:
		"""Keep a value that was read from a text, or say what is wanted."""
		if value is None:
			return self.unclear(step, self.text(step.error_text or problem))
		if refusal := self.refusal(step, value):
			return self.unclear(step, refusal)
		self.keep(step, value, label)
		self.go_on()

	def typed_choice(self, step: Step, text: str) -> str | None:
		"""Find the choice that a typed number or a typed label stands for."""
		# Where a text is asked for, a number may be the answer: a house has one.
		counts = step.kind not in ("Text", "Media", "Number", "Date", "Phone")
		# A choice may itself be a number, as marks from 1 to 5: then that is meant and not its place in the list.
		meant = {f"{step.step_id}:{value}" for value in (text, intents.bare_number(text))}
		if chosen := next((value for value, _label in self.session.offered if value in meant), None):
			return chosen
		if chosen := self.turn.typed_offer(text, counts):
			return chosen
		choices = self.buttons(step)
		if step.kind in ("Choice", "Link"):
			choices += [Choice(f"{step.step_id}:{o.value}", o.label) for o in self.options(step)]
		typed = intents.normalise(text)
		return next((c.value for c in choices if typed and intents.normalise(c.label) == typed), None)

	def problem_with(self, step: Step, text: str) -> str | None:
		"""Say what is wrong with a typed answer, if anything is."""
		if step.kind == "Name" and not any(letter.isalpha() for letter in text):
			return self.text(step.error_text or "Please write your name in letters.")
		if not text:
			return self.text("Please write something.")
		if step.max_length and len(text) > step.max_length:
			return self.text("Please say it in at most {limit} letters.", limit=str(step.max_length))
		return None

	def refusal(self, step: Step, answer: Any) -> str | None:
		"""Say why the step's own condition does not take an answer, if it does not."""
		about = answer if step.kind == "Case" else self.draft.about
		if not step.validation or self.world.holds(step.validation, self.seen(), answer, about=about):
			return None
		return self.text(step.error_text or "We cannot take this answer.")

	def unclear(self, step: Step, problem: str) -> None:
		"""Ask again after an answer that was none; after the third in a row offer a way out."""
		self.session.misunderstood += 1
		if self.session.misunderstood < PATIENCE:
			return self.ask(step, problem)
		self.session.misunderstood = 0
		way_out = self.text("Shall we go on, or shall somebody from the office call you?")
		choices = [Choice("resume", self.text("Go on")), Choice("menu", self.text("Menu"))]
		if self.turn.flow_on(CALLBACK) and self.flow.audience == CITIZEN:
			choices.append(Choice("callback", self.text("Call me")))
		self.turn.say(f"{problem}\n\n{way_out}", choices)

	def keep(self, step: Step, answer: Any, label: str) -> None:
		self.session.misunderstood = 0
		self.draft.all_choices = False
		self.draft.answers[step.step_id] = answer
		if step.kind == "Case":
			self.draft.about = answer
		if label:
			self.draft.labels[step.step_id] = label

	def drop(self, step: Step) -> None:
		self.draft.answers.pop(step.step_id, None)
		self.draft.labels.pop(step.step_id, None)

	def changeable(self) -> list[Step]:
		"""List the questions whose answers stand in the summary."""
		return [s for s in self.flow.steps if s.step_id in self.draft.labels and s.label and self.applies(s)]

	def offer_changes(self) -> None:
		changes = [
			Choice(f"change:{step.step_id}", self.text(step.label), self.draft.labels[step.step_id])
			for step in self.changeable()
		]
		self.turn.say(self.text("What would you like to change?"), changes)

	def go_back(self) -> None:
		"""Ask the question before this one again."""
		if self.draft.group:
			self.draft.group = ""
			return self.ask(self.step)
		ids = [step.step_id for step in self.flow.steps]
		position = ids.index(self.draft.step) if self.draft.step in ids else 0
		answered = [
			step
			for step in self.flow.steps[:position]
			if step.step_id in self.draft.answers and self.applies(step)
		]
		if answered:
			self.drop(answered[-1])
		self.go_on("" if answered else self.text("This is the first question."))

	def ends_without_answers(self) -> bool:
		"""Tell whether the form is to be finished with what it has when the citizen falls silent.

		Who said that a case is not settled has said it; why is not for us to wait for.
		"""
		return self.flow.occasion == CASE_NOT_SETTLED


def named(case: SimilarCase) -> str:
	"""Write what a case that others have reported is about, where it is and since when."""
	return ", ".join(filter(None, (case.title, case.place, case.day)))
