"""Decide what the bot says: `turn(session, event, flows, world) -> (session, said)`.

Pure: it imports no Frappe, reads nothing and writes nothing. What it needs to know of the site it asks of `world`, what
is to be done it returns as effects among the replies, in the order in which they are to happen. The session given is
never changed; the one returned is to be stored with whatever the effects did, in one transaction.

Here is what holds at every moment of a talk: the words that always work, the menu, a draft that was left lying, an
officer's question in the middle of something else. A form is asked by form.py, the citizen's cases are in my_cases.py.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from grievance_cell.conversations import intents
from grievance_cell.conversations.form import Form
from grievance_cell.conversations.model import (
	CALLBACK,
	CITIZEN,
	FIRST_CONTACT,
	OFFICER,
	QUESTION,
	REPRESENTATIVE,
	SET_ANNOUNCEMENTS,
	SET_LANGUAGE,
	SIMILAR_CASES,
	TOLD,
	Choice,
	Draft,
	Effect,
	Event,
	Flow,
	Reply,
	Session,
	SimilarCase,
	World,
)
from grievance_cell.conversations.my_cases import OPEN_STAGES, RESOLVED, MyCases
from grievance_cell.conversations.office_cases import OfficeCases
from grievance_cell.conversations.turns import WINDOW, Turn

# What comes with no words so soon after a registration belongs to that case: the rest of an album, one more photo.
STILL_THE_SAME_CASE = timedelta(minutes=10)
# One word may be a problem if it is this long; two are.
LONG_WORD = 14
# Steps that no answer stands for in a summary.
UNANSWERED = (*TOLD, "Photo", "Confirm", SIMILAR_CASES)
# Messages of our own are no citizen's: they come whenever they come.
OWN_KINDS = ("settled", "question", "reminder", "written", "lost", "silence")
# What means something elsewhere is an answer as well, where an officer has written.
SHORT_ANSWERS = (None, intents.YES, intents.NO, intents.SKIP)


def turn(
	session: Session, event: Event, flows: Sequence[Flow], world: World
) -> tuple[Session, list[Reply | Effect]]:
	"""Answer one event: the session as it is afterwards, and what is said and done, in order."""
	bot = Bot(Turn(copy.deepcopy(session), event, flows, world))
	bot.hear(event)
	return bot.turn.session, bot.turn.said


def preview(flow: Flow, step_id: str, language: str, world: World) -> Reply | None:
	"""Show what a citizen reads when a step is asked; None for a step that is gone."""
	step = flow.step(step_id)
	if not step:
		return None
	session = Session(language=language, citizen_known=True)
	turn = Turn(session, Event("text"), [flow], world)
	draft = turn.push(flow)
	draft.labels = {each.step_id: "…" for each in flow.steps if each.label and each.kind not in UNANSWERED}
	form = Form(turn)
	if step.kind in TOLD:
		turn.say(form.told(step) or turn.text(step.prompt))
		return turn.said[-1]
	if step.kind == SIMILAR_CASES:
		draft.similar = {"cases": [asdict(SimilarCase("", "…", "…", "…", 12))]}
	form.ask(step)
	return turn.said[-1]


class Bot:
	def __init__(self, turn: Turn):
		self.turn = turn
		self.session = turn.session
		self.text = turn.text
		self.form = Form(turn)
		self.cases = MyCases(turn)
		self.office = OfficeCases(turn)

	# what was heard

	def hear(self, event: Event) -> None:
		session = self.session
		self.drop_lost_drafts()
		if event.kind in OWN_KINDS:
			return self.hear_own(event)
		if event.kind == "reaction" or self.is_shut_out():
			return
		if event.media_type == "sticker":
			# A picture that says good morning, and is no photo of anything.
			event = replace(event, kind="sticker")
		if event.kind != "media" or event.media_type == "audio":
			# Albums are of pictures and papers; a voice note is said to us and wants an answer.
			session.media_acknowledged = False
		silent_since, session.last_heard = session.last_heard, self.turn.note_moment()
		session.profile_name = event.profile_name or session.profile_name
		offer = timedelta(minutes=self.turn.world.draft_offer_minutes)
		left_lying = bool(session.draft) and offer and not self.turn.is_within(silent_since, offer)
		if event.choice and self.take_tap(event.choice):
			return
		if event.quotes and self.answer_quoted(event):
			return
		if event.kind == "text" and self.take_word(event.text):
			return
		if (left_lying and not event.choice) or (session.resuming and event.kind == "media"):
			self.offer_to_go_on(event)
		else:
			session.resuming = False
			self.route(event)

	def hear_own(self, event: Event) -> None:
		if event.kind == "settled":
			self.cases.ask_whether_settled(event)
		elif event.kind in ("question", "reminder"):
			self.cases.ask_question(event)
		elif event.kind == "written":
			self.expect_answer(event)
		elif event.kind == "lost":
			self.session.written.pop(event.case, None)
		else:
			self.drop_what_was_left()

	def route(self, event: Event) -> None:
		"""Give a message to what it belongs to: an officer's question, the form on top, or a new matter."""
		session = self.session
		flow = self.turn.flow_of(session.draft)
		asked = [each for each in session.questions if not each.get("set_aside")]
		free = event.kind in ("text", "media", "location") and not intents.meaning(event.text)
		# The rest of an album goes where its first picture went.
		settled = event.kind == "media" and session.media_acknowledged and not session.held
		waiting = asked if flow else self.with_written(asked)
		if asked and free and not settled and not (flow and flow.occasion in (QUESTION, FIRST_CONTACT)):
			if not flow and len(waiting) == 1:
				return self.answer_question(asked[0]["case"], [event])
			typed = flow and event.kind == "text" and self.form.step
			if not (typed and self.form.typed_choice(self.form.step, event.text)):
				return self.ask_what_it_answers(event, waiting)
		if flow:
			self.take_in_form(event)
		elif self.is_for_officer(event) and len(waiting) > 1:
			self.ask_what_it_answers(event, waiting)
		elif self.is_for_officer(event):
			self.pass_on(waiting[0]["case"], event)
			self.ask_if_settled_was_meant(event)
		else:
			self.open(event)

	def take_in_form(self, event: Event) -> None:
		step = self.form.step
		if step and step.kind == "Language" and event.kind == "text":
			if self.keep_for_later(event):
				return self.form.ask(step)
		self.form.take(event)
		self.settle_down()

	def keep_for_later(self, event: Event) -> bool:
		"""Keep what is wrong, said before the language was chosen, for the form that comes next; False if it says no such thing."""
		flow = self.opening_flow()
		form_named = self.form.typed_choice(self.form.step, event.text) or intents.language_named(event.text)
		if not flow or form_named or not self.describes(event.text):
			return False
		drafts = self.session.drafts
		if len(drafts) < 2:
			drafts.insert(-1, Draft(flow.name, flow.version))
		self.take_into(drafts[-2], event.to_dict())
		return True

	def ask_next(self, before: str = "") -> None:
		"""Ask the open question of the form on top, and what is to be said when there is none any more."""
		self.form.go_on(before)
		self.settle_down()

	def settle_down(self) -> None:
		"""Say what is to be said when a form was finished: go on with the one left before, or what an officer waits for."""
		session = self.session
		if session.draft and session.draft.suspended:
			session.draft.suspended = False
			session.resuming = True
			return self.say_how_to_go_on()
		if session.draft:
			return
		self.ask_again()
		if self.form.finished and self.form.finished.audience != CITIZEN:
			again = self.office.button(self.form.finished.audience)
			return self.turn.say(self.text("What next?"), [again, self.cases.menu()])
		if not self.turn.said or (self.form.finished and self.form.finished.occasion == FIRST_CONTACT):
			self.menu()

	def ask_again(self) -> None:
		"""Put the questions of officers again that were set aside for a form."""
		for question in self.session.questions:
			if question.get("set_aside"):
				self.cases.ask_question(Event("question", case=question["case"], text=question["text"]))

	# words and taps that always work

	def take_word(self, text: str) -> bool:
		"""Do what a word asks for that works at every step; False if it is none."""
		session = self.session
		if found := intents.entry(text):
			return self.enter(*found)
		meant = intents.meaning(text)
		if meant == intents.MENU:
			self.menu()
		elif meant == intents.BACK and session.draft:
			self.form.go_back()
		elif meant == intents.BACK:
			self.menu()
		elif meant == intents.CANCEL:
			self.cancel()
		elif meant == intents.HELP:
			self.help()
		elif meant == intents.STOP:
			self.stop_announcements()
		elif meant == intents.THANKS and not session.draft:
			self.turn.say(
				self.text("You are welcome. Write to us whenever you need us."),
				[Choice("menu", self.text("Menu"))],
			)
		elif meant == intents.LANGUAGE:
			self.offer_languages()
		elif meant == intents.CASES and self.turn.audience != CITIZEN:
			self.office.show_all()
		elif meant == intents.CASES and session.citizen_known:
			self.cases.show_all()
		elif meant == intents.CALLBACK and self.turn.flow_on(CALLBACK) and self.turn.audience == CITIZEN:
			self.ask_for_call()
		elif number := self.case_asked_for(text):
			self.show_case(number)
		elif session.resuming and meant in (intents.YES, intents.NO):
			self.take_tap("resume" if meant == intents.YES else "restart")
		else:
			return self.take_offered(text)
		return True

	def case_asked_for(self, text: str) -> str | None:
		"""Read the number of a case where it can be nothing else: in full at any time, bare when nothing is asked."""
		if self.session.draft and self.form.step and self.form.step.kind == "Case":
			return None
		bare = intents.bare_number(text)
		session = self.session
		asked = session.draft or session.questions or self.turn.written_in()
		if bare and (asked or int(bare) <= len(session.offered)):
			bare = None
		return intents.case_number(text) or bare

	def take_offered(self, text: str) -> bool:
		"""Take a typed number or label of what was offered last; False if that is an answer to a form."""
		choice = self.turn.typed_offer(text)
		if not choice and not self.session.draft:
			typed = intents.normalise(text)
			labels = {intents.normalise(each.label): each.value for each in self.menu_choices()}
			choice = labels.get(typed)
		return bool(choice) and self.take_tap(choice)

	def take_tap(self, choice: str) -> bool:
		"""Do what a tap asks for that works at every step, however old its message is; False if it is an answer."""
		session = self.session
		prefix, _colon, value = choice.partition(":")
		if prefix == "feedback":
			number, _colon, answer = value.partition(":")
			if case := self.cases.find(number):
				self.go_on_if(self.cases.judge(case, answer == "yes"))
		elif prefix in ("case", "add", "remind", "withdraw") and value:
			if case := self.cases.find(value):
				self.act_on(prefix, case)
		elif prefix == "speak-as":
			self.speak_as(value)
		elif prefix == "office-case":
			self.show_office_case(value)
		elif prefix == "office-act":
			self.begin_with_case(*value.rpartition(":")[::2])
		elif prefix == "page" and value.isdecimal():
			if not self.turn.say_page(int(value)):
				self.repeat()
		elif prefix == "flow":
			self.choose_flow(value)
		elif prefix == "lang":
			self.set_language(value)
		elif prefix == "held":
			self.settle_held(value)
		elif pressed := self.buttons().get(choice):
			pressed()
		else:
			return False
		session.resuming = session.resuming and choice == "menu"
		return True

	def buttons(self) -> dict[str, Callable[[], None]]:
		"""Map the buttons that mean the same wherever they stand to what they do."""
		return {
			"menu": self.menu,
			"cases": self.cases.show_all,
			"office-cases": self.show_office_cases,
			"help": self.help,
			"language": self.offer_languages,
			"cancel": self.cancel,
			"callback": self.ask_for_call,
			"resume": self.resume,
			"restart": self.restart,
			"announcements": self.want_announcements,
		}

	def ask_for_call(self) -> None:
		flow = self.turn.flow_on(CALLBACK)
		if not flow:
			return self.menu()
		if flow.name not in [draft.flow for draft in self.session.drafts]:
			return self.begin(flow)
		# Who somebody is is asked first.
		if self.turn.flow_of(self.session.draft).occasion != FIRST_CONTACT:
			self.turn.lift(flow)
		self.ask_next()

	def act_on(self, what: str, case) -> None:
		if what == "case":
			return self.cases.show(case)
		act = {"add": self.cases.add, "remind": self.cases.remind, "withdraw": self.cases.withdraw}[what]
		self.go_on_if(act(case))

	def go_on_if(self, begun: bool) -> None:
		"""Ask the first question of a form that was begun, or again that of the one that was open before."""
		if begun or self.session.draft:
			self.ask_next()

	def show_case(self, number: str) -> None:
		"""Show a case of the office or an own one; the office's first to who speaks for it."""
		own = self.turn.audience == CITIZEN and self.turn.world.case(number, self.session.language)
		if own:
			self.cases.show(own)
		elif case := self.office.find(number):
			self.office.show(case)
		elif case := self.cases.find(number):
			self.cases.show(case)
		elif self.session.draft:
			self.form.ask(self.form.step) if self.form.step else self.ask_next()

	def repeat(self) -> None:
		if self.session.draft:
			self.ask_next()
		else:
			self.menu()

	# menu, help, language

	def menu(self, before: str = "") -> None:
		if self.is_to_choose_capacity():
			return self.ask_capacity(before)
		self.session.written = {}
		question = self.text("How can we help you?")
		choices = self.menu_choices()
		if self.session.draft:
			choices = [Choice("resume", self.text("Go on with what you began")), *choices]
		self.turn.say(f"{before}\n\n{question}" if before else question, choices)

	def menu_choices(self) -> list[Choice]:
		office = self.turn.audience != CITIZEN
		choices = [self.office.button(self.turn.audience)] if office else []
		for flow in self.turn.menu_flows():
			if step := flow.step(flow.menu_step):
				options = self.turn.world.choices(flow, step, {}, "", self.session.language)
				choices += [
					Choice(f"flow:{flow.name}:{option.value}", option.label)
					for option in options
					if not option.is_group
				]
			else:
				choices.append(Choice(f"flow:{flow.name}", self.text(flow.menu_label)))
		if self.session.citizen_known and not office:
			choices.append(Choice("cases", self.text("My cases")))
		choices += [each for each in self.capacities() if each.value != f"speak-as:{self.turn.audience}"]
		if len(self.turn.world.languages()) > 1:
			choices.append(Choice("language", self.text("Change the language")))
		return [*choices, Choice("help", self.text("Help"))]

	def choose_flow(self, value: str) -> None:
		name, _colon, answer = value.partition(":")
		flow = self.turn.flows.get(name)
		if not flow or flow not in self.turn.menu_flows():
			return self.menu(self.text("That choice is no longer open."))
		step = flow.step(flow.menu_step)
		label = None
		if answer and step:
			options = self.turn.world.choices(flow, step, {}, "", self.session.language)
			label = next((option.label for option in options if option.value == answer), None)
		self.begin(flow, answers={step.step_id: (answer, label)} if label else {})

	# as whom somebody speaks

	def capacities(self) -> list[Choice]:
		"""List as whom somebody may speak; nothing where they are a citizen and no more."""
		offices = self.turn.world.offices
		labels = {
			OFFICER: self.text("As an officer"),
			REPRESENTATIVE: self.text("As a representative"),
			CITIZEN: self.text("As a citizen"),
		}
		return [Choice(f"speak-as:{each}", labels[each]) for each in (*offices, CITIZEN) if offices]

	def is_to_choose_capacity(self) -> bool:
		return bool(self.turn.world.offices) and not (self.session.audience or self.session.draft)

	def ask_capacity(self, before: str = "") -> None:
		question = self.text("Are you writing for your office, or as a citizen?")
		self.turn.say(f"{before}\n\n{question}" if before else question, self.capacities())

	def speak_as(self, audience: str) -> None:
		"""Speak for an office or as a citizen from now on; what was said before is taken up."""
		session = self.session
		if audience not in (*self.turn.world.offices, CITIZEN):
			return self.menu(self.text("That choice is no longer open."))
		session.audience = audience
		if audience != CITIZEN:
			# What was said waits for no form of an office; files wait for the case that they belong to.
			session.held = [each for each in session.held if each.get("media")]
			if not session.held:
				return self.menu()
			return self.office.show_all() if self.turn.flows_about_cases() else self.refuse_files()
		held = self.held_opening()
		if not held:
			return self.menu()
		for event in held:
			self.route(self.reread(event))

	def show_office_cases(self) -> None:
		offices = self.turn.world.offices
		if not offices:
			return self.menu()
		if self.turn.audience == CITIZEN:
			self.session.audience = offices[0]
		self.office.show_all()

	def show_office_case(self, number: str) -> None:
		case = self.office.find(number)
		if not case:
			return self.menu(self.text("This case is not with you."))
		self.office.show(case)

	def begin_with_case(self, name: str, number: str) -> None:
		"""Begin a form with a case of the office, if it is for that case as it stands."""
		case = self.office.find(number)
		flow = next((each for each in self.turn.flows_about_cases() if each.name == name), None)
		if not case:
			return self.menu(self.text("This case is not with you."))
		if not flow:
			return self.menu(self.text("That choice is no longer open."))
		if refusal := self.office.refusal(flow, case):
			self.turn.said.append(Reply(refusal))
			return self.office.show(case)
		if self.turn.lift(flow, case.name):
			self.session.draft.media += [each["media"] for each in self.held_opening() if each.get("media")]
			return self.ask_next()
		self.drop_empty_form()
		step = flow.first_of_kind("Case")
		self.begin(flow, answers={step.step_id: (case.name, case.title)}, about=case.name)

	def drop_empty_form(self) -> None:
		"""Drop a form of the office that was begun with another case and not gone on with."""
		draft, flow = self.session.draft, self.turn.flow_of(self.session.draft)
		if flow and flow.audience != CITIZEN and len(draft.answers) <= 1 and not draft.media:
			self.session.drafts.pop()

	def help(self) -> None:
		choices = [Choice("menu", self.text("Menu"))]
		if self.turn.audience != CITIZEN:
			return self.turn.say(
				self.text(
					"You see the cases of your office here, and note in them what was done. Write the number of a case to see it. "
					"At any time you can write: menu, back, cancel, language, my cases."
				),
				[self.office.button(self.turn.audience), *choices],
			)
		if self.turn.flow_on(CALLBACK):
			choices.append(Choice("callback", self.text("Call me")))
		if self.session.draft:
			choices.insert(0, Choice("resume", self.text("Go on")))
		self.turn.say(
			self.text(
				"Tell us in your own words what is wrong: write it, speak it, or send a photo. We ask what else is needed and "
				"give you a number. At any time you can write: menu, back, cancel, language, my cases, stop."
			),
			choices,
		)

	def offer_languages(self) -> None:
		world = self.turn.world
		question = "In which language shall we talk?"
		lines = [world.translate(question, language.value) for language in world.languages()]
		self.turn.say(
			"\n".join(dict.fromkeys(lines)),
			[Choice(f"lang:{language.value}", language.label) for language in world.languages()],
		)

	def set_language(self, language: str) -> None:
		if language in [each.value for each in self.turn.world.languages()]:
			self.session.language = language
			if self.session.citizen_known:
				self.turn.act(SET_LANGUAGE, language=language)
			step = self.session.draft and self.form.step
			if step and step.kind == "Language":
				return self.take_in_form(
					Event("choice", choice=f"{step.step_id}:{language}", when=self.turn.now)
				)
		self.repeat()

	def stop_announcements(self) -> None:
		"""End announcements, never what is said about own cases; one tap has them back."""
		if self.session.citizen_known:
			self.turn.act(SET_ANNOUNCEMENTS, wanted=False)
		self.turn.notify(
			self.text(
				"You get no announcements from us any more. About your own cases we still write to you."
			),
			[Choice("announcements", self.text("Get them again")), self.cases.menu()],
		)
		if self.session.draft:
			self.ask_next()

	def want_announcements(self) -> None:
		if self.session.citizen_known:
			self.turn.act(SET_ANNOUNCEMENTS, wanted=True)
		self.turn.notify(self.text("You get announcements from us again."), [self.cases.menu()])
		if self.session.draft:
			self.ask_next()

	# beginning

	def open(self, event: Event) -> None:
		"""Begin with a message that belongs to nothing: the form that takes it, the menu, or the latest case."""
		if self.is_to_choose_capacity():
			return self.hold_for_capacity(event)
		if self.turn.audience != CITIZEN:
			return self.open_for_office(event)
		if event.kind == "media" and event.media_type != "sticker":
			if not event.text and self.belongs_to_latest_case():
				return self.cases.add_at_once(self.session.latest_case, event)
			return self.open_with(event)
		if event.kind == "location":
			return self.open_with(event)
		if flow := self.flow_named(event.text):
			return self.begin(flow)
		if event.kind == "text" and self.describes(event.text):
			return self.open_with(event)
		if not self.greet():
			self.menu(self.problem_with(event))

	def flow_named(self, text: str) -> Flow | None:
		"""Find the form that a word starts, among those of who speaks."""
		word = intents.normalise(text)
		flows = [flow for flow in self.turn.flows.values() if flow.audience == self.turn.audience]
		return next((flow for flow in flows if word and word in flow.start_words), None)

	def problem_with(self, event: Event) -> str:
		if event.kind == "unknown":
			return self.text("We cannot read this kind of message.")
		if event.choice:
			return self.text("That choice is no longer open.")
		if event.text and not intents.meaning(event.text):
			return self.text("We did not understand this.")
		return ""

	def hold_for_capacity(self, event: Event) -> None:
		"""Keep what was said until it is known as whom."""
		if event.kind in ("text", "media", "location") and not intents.meaning(event.text):
			self.session.held.append(event.to_dict())
		if not self.is_rest_of_album(event):
			self.ask_capacity()

	def open_for_office(self, event: Event) -> None:
		"""Take up what an office says with no form open: a word that starts one, files for the case chosen next, the menu."""
		if event.kind == "media" and not self.turn.flows_about_cases():
			# Each of an album: the one before may have gone to a case of the citizen's own.
			self.refuse_files()
		elif event.kind == "media":
			self.session.held.append(event.to_dict())
			if not self.is_rest_of_album(event):
				self.office.show_all(self.form.received(event.media_type))
		elif event.kind == "text" and (flow := self.flow_named(event.text)):
			self.begin(flow)
		else:
			self.menu(self.problem_with(event))

	def refuse_files(self) -> None:
		"""Say that an office without forms about its cases can send nothing to them."""
		self.session.held = []
		self.menu(self.text("Photos and files are not taken here. To report something, write as a citizen."))

	def greet(self) -> bool:
		"""Ask a citizen who is new for what we have to know; False if there is nothing to ask."""
		introduction = self.turn.flow_on(FIRST_CONTACT)
		if self.session.citizen_known or not introduction or self.turn.audience != CITIZEN:
			return False
		self.turn.push(introduction)
		self.ask_next()
		return True

	def describes(self, text: str) -> bool:
		"""Tell whether a message says what is wrong: more than one word, a long one, or one that names a matter."""
		if intents.meaning(text):
			return False
		words = intents.normalise(text).split()
		if len(words) != 1:
			return len(words) > 1
		flow = self.opening_flow()
		step = flow and next((each for each in flow.steps if each.kind == "Link" and each.propose_from), None)
		if len(words[0]) >= LONG_WORD or not step:
			return len(words[0]) >= LONG_WORD
		return bool(self.turn.world.propose(flow, step, {}, text, self.session.language))

	def opening_flow(self) -> Flow | None:
		"""Name the form that a first message opens: the first in the menu that has a place for it."""
		return next((flow for flow in self.turn.flows_of(CITIZEN) if flow.opening_step), None)

	def belongs_to_latest_case(self) -> bool:
		session = self.session
		return bool(session.latest_case and session.latest_case_on) and self.turn.is_within(
			session.latest_case_on, STILL_THE_SAME_CASE
		)

	def open_with(self, event: Event) -> None:
		flow = self.opening_flow()
		if not flow:
			# Files wait as well as they come; of words the latest are meant.
			files = [each for each in self.session.held if each.get("media")]
			self.session.held = [*files, event.to_dict()]
			return self.menu()
		self.begin(flow, [event.to_dict()])

	def enter(self, words: str, area: str, name: str) -> bool:
		"""Begin by a link or QR code that carries a place, a form or both; False if it means nothing to us."""
		place = self.turn.world.area(area, self.session.language) if area else None
		# What hangs on a wall is for citizens.
		known = {flow.name.casefold(): flow for flow in self.turn.flows_of(CITIZEN)}
		flow = known.get(name.casefold())
		if not (place or flow):
			return False
		flow = flow or self.opening_flow()
		if not flow:
			return False
		said = [{"kind": "area", "text": place.value}] if place else []
		if self.describes(words):
			said.append({"kind": "text", "text": words})
		self.begin(flow, said)
		return True

	def begin(
		self, flow: Flow, said: Sequence[dict] = (), answers: dict | None = None, about: str = ""
	) -> None:
		"""Begin a form, with what was said already and, of whom we do not know, the introduction before it.

		A form that is open waits below and is offered again at the end.
		"""
		session = self.session
		session.resuming, session.written = False, {}
		if self.turn.world.offices:
			session.audience = flow.audience
		said = [*self.held_opening(), *said]
		introduction = self.turn.flow_on(FIRST_CONTACT)
		greeted = [
			draft
			for draft in session.drafts
			if introduction and draft.flow == introduction.name and flow.needs_citizen
		]
		session.drafts = [
			draft
			for draft in session.drafts
			if (draft.flow, draft.about) != (flow.name, about) and draft not in greeted
		]
		if session.draft:
			session.draft.suspended = True
		draft = self.turn.push(flow, about)
		for event in said:
			self.take_into(draft, event)
		for step_id, (answer, label) in (answers or {}).items():
			draft.answers[step_id], draft.labels[step_id] = answer, label
		if flow.needs_citizen and not session.citizen_known and introduction and introduction is not flow:
			session.drafts += greeted or [Draft(introduction.name, introduction.version)]
		session.media_acknowledged = bool(draft.media)
		self.ask_next(self.received(draft))

	def received(self, draft: Draft) -> str:
		"""Say that what opened the form is kept, where no introduction comes before it."""
		if draft.media:
			return self.form.received("audio" if "spoken" in draft.opening else "")
		if "text" in draft.opening and self.session.draft is draft:
			return self.text("We have noted what you wrote.")
		return ""

	def take_into(self, draft, event: dict) -> None:
		"""Keep what was said before the form began."""
		if event.get("media"):
			draft.media.append(event["media"])
			if event.get("media_type") == "audio":
				draft.opening["spoken"] = True
		if event["kind"] == "location":
			draft.opening |= {key: event[key] for key in ("latitude", "longitude")}
		elif event["kind"] == "area":
			draft.opening["area"] = event["text"]
		elif event.get("text"):
			draft.opening["text"] = "\n".join(filter(None, (draft.opening.get("text"), event["text"])))

	def held_opening(self) -> list[dict]:
		"""Take what was said before anything was chosen, once."""
		held, self.session.held = self.session.held, []
		return held

	# leaving and coming back

	def cancel(self) -> None:
		session = self.session
		if not session.draft:
			return self.menu()
		self.drop_chain()
		session.resuming, session.held = False, []
		before = self.text("Nothing was registered. Write to us again whenever you need us.")
		if session.draft:
			self.turn.said.append(Reply(before))
			return self.settle_down()
		self.turn.say(before, [Choice("menu", self.text("Menu"))])
		self.ask_again()

	def offer_to_go_on(self, event: Event) -> None:
		"""Ask whether to go on with a draft that was left lying; what was said now waits for the answer."""
		self.session.resuming = True
		said = event.to_dict()
		greeting = event.kind == "text" and intents.meaning(event.text) == intents.GREETING
		self.session.held += [] if greeting or event.kind in ("unknown", "sticker") else [said]
		if not self.is_rest_of_album(event):
			self.say_how_to_go_on()

	def is_rest_of_album(self, event: Event) -> bool:
		"""Tell whether a file follows one that was answered already, and see to it that the next one does."""
		answered = self.session.media_acknowledged
		self.session.media_acknowledged = event.kind == "media"
		return answered and event.kind == "media"

	def say_how_to_go_on(self) -> None:
		flow = self.turn.flow_of(self.session.draft)
		label = self.text(flow.menu_label) if flow.menu_label else ""
		said = self.text("You had begun something and not finished it.")
		if label:
			said = self.text("You had begun “{form}” and not finished it.", form=label)
		self.turn.say(f"{said}\n\n{self.text('Shall we go on with it?')}", self.ways_to_go_on())

	def ways_to_go_on(self) -> list[Choice]:
		return [Choice("resume", self.text("Go on")), Choice("restart", self.text("Start again"))]

	def resume(self) -> None:
		session = self.session
		session.resuming = False
		if not session.draft:
			return self.menu()
		held = self.held_opening()
		if not held:
			return self.ask_next()
		for event in held:
			if session.draft:
				self.take_in_form(self.reread(event))
			elif event.get("media"):
				# The form that it came for has ended meanwhile.
				self.turn.hold_files([event["media"]])
			else:
				self.open(self.reread(event))

	def restart(self) -> None:
		"""Leave the draft and begin anew with what was said now, if it was something."""
		session = self.session
		session.resuming = False
		held = self.held_opening()
		self.drop_chain()
		if not held:
			return self.menu()
		for position, event in enumerate(held):
			(self.route if position else self.open)(self.reread(event))

	def drop_chain(self) -> None:
		"""Drop the form on top and what it was put on top of; one that was begun before and left stays."""
		drafts = self.session.drafts
		kept = next((i for i in range(len(drafts) - 2, -1, -1) if drafts[i].suspended), -1)
		self.session.drafts = drafts[: kept + 1]

	def reread(self, event: dict) -> Event:
		return Event(**event, when=self.turn.now)

	def drop_what_was_left(self) -> None:
		"""Drop drafts after a long silence; the citizen is told if the window is open. What they said still counts."""
		session = self.session
		flow = None
		while session.draft:
			flow = self.turn.flow_of(session.draft)
			if self.form.ends_without_answers():
				self.form.finish()
			else:
				session.drafts.pop()
		session.held, session.resuming = [], False
		if (
			flow
			and flow.menu_label
			and session.last_heard
			and self.turn.is_within(session.last_heard, WINDOW)
		):
			self.turn.say(
				self.text(
					"You did not finish what you began, so nothing was registered. Write to us whenever you like."
				),
				[Choice("menu", self.text("Menu"))],
			)

	def drop_lost_drafts(self) -> None:
		"""Drop drafts of forms that staff have switched off; their files go to what is below, or open something new."""
		session = self.session
		kept = []
		for draft in session.drafts:
			if draft.flow in self.turn.flows:
				kept.append(draft)
			elif kept:
				kept[-1].media += draft.media
			else:
				self.turn.hold_files(draft.media)
		session.drafts = kept
		session.resuming = session.resuming and bool(kept)

	# an officer's question

	def answer_question(self, case: str, events: list[Event]) -> None:
		if not self.cases.begin_answer(case):
			for event in events:
				self.cases.answer_at_once(case, event)
			return
		# The question itself was put when it came; what was said is the answer.
		draft = self.session.draft
		flow = self.turn.flow_of(draft)
		first = next((step for step in flow.steps if step.kind not in TOLD), None)
		draft.step = first.step_id if first else ""
		for event in events:
			if self.session.draft is draft:
				self.take_in_form(event)
			else:
				self.cases.answer_at_once(case, event)

	def ask_what_it_answers(self, event: Event, asked: list[dict]) -> None:
		"""Ask which officer a message answers, or whether it goes on with what is being filled."""
		self.session.held.append(event.to_dict())
		if self.is_rest_of_album(event):
			return
		rows = [
			Choice(
				f"held:{each['case']}", self.text("Answer to the officer"), f"{each['case']}: {each['text']}"
			)
			for each in asked
		]
		other = self.text("Go on with my form") if self.session.draft else self.text("Something new")
		rows.append(Choice("held:form", other))
		self.turn.say(self.text("What is this message for?"), rows)

	def settle_held(self, value: str) -> None:
		"""Take up the messages that waited for the citizen to say what they belong to."""
		session = self.session
		held = [self.reread(event) for event in self.held_opening()]
		case = next((each["case"] for each in session.questions if each["case"] == value), None)
		if case and held:
			return self.answer_question(case, held)
		if case and self.cases.begin_answer(case):
			return self.ask_next()
		if not held:
			return self.repeat()
		if self.turn.world.case(value, session.language):
			for event in held:
				self.pass_on(value, event)
			return
		if not session.draft:
			session.written = {}
		for question in session.questions:
			question["set_aside"] = True
		for event in held:
			self.route(event)

	# what an officer has written in a case

	def expect_answer(self, event: Event) -> None:
		"""Note that what comes now is for the officer, until the citizen begins something else."""
		# In one talk the citizen is told once who reads what they answer.
		session, live = self.session, self.turn.written_in()
		told = event.case in live and session.written[event.case]["told"]
		session.written = {case: session.written[case] for case in live}
		session.written[event.case] = {"on": self.turn.note_moment(), "told": told}
		# What comes now is no rest of an album that went elsewhere.
		session.media_acknowledged = False
		asks_whether_settled = any(value.startswith("feedback:") for value, _label in session.offered)
		if session.draft:
			return
		# A number or a word that was on offer means that no more.
		if asks_whether_settled:
			session.uncounted = True
		else:
			session.offered = []

	def with_written(self, asked: list[dict]) -> list[dict]:
		"""Add to open questions the other cases in which an officer has written, by what they are about."""
		if self.turn.audience != CITIZEN or self.is_to_choose_capacity():
			return asked
		others = [case for case in self.turn.written_in() if case not in [each["case"] for each in asked]]
		known = {case: self.turn.world.case(case, self.session.language) for case in others}
		return [*asked, *({"case": name, "text": case.title if case else ""} for name, case in known.items())]

	def is_for_officer(self, event: Event) -> bool:
		"""Tell whether a message, with no form open, answers what an officer has written."""
		if not self.turn.written_in() or self.turn.audience != CITIZEN or self.is_to_choose_capacity():
			return False
		return self.may_answer(event)

	def may_answer(self, event: Event) -> bool:
		"""Tell whether a message can be an officer's to read, and is none of the words that always work."""
		if event.kind == "text":
			return intents.meaning(event.text) in SHORT_ANSWERS and not self.flow_named(event.text)
		return event.kind in ("media", "location")

	def ask_if_settled_was_meant(self, event: Event) -> None:
		"""Offer again to say whether a case is settled to who has typed a number that stood for that before an officer wrote."""
		session, number = self.session, intents.bare_number(event.text)
		if not (session.uncounted and number and 1 <= int(number) <= len(session.offered)):
			return
		meant, _colon, rest = session.offered[int(number) - 1][0].partition(":")
		if meant == "feedback":
			case = rest.partition(":")[0]
			question = self.text("Or did you mean whether {case} is settled?", case=case)
			self.turn.say(question, self.cases.verdicts(case))

	def answer_quoted(self, event: Event) -> bool:
		"""Give what quotes an officer's words to their case, whatever else is open; False if that is no own case."""
		number, draft = event.quotes, self.session.draft
		case = self.turn.audience == CITIZEN and self.turn.world.case(number, self.session.language)
		# In a case that has ended nobody reads on: there the citizen is offered what can still be done.
		if not case or case.stage not in (*OPEN_STAGES, RESOLVED) or not self.may_answer(event):
			return False
		if draft and draft.about == number:
			return False
		if number in [question["case"] for question in self.session.questions]:
			self.answer_question(number, [event])
		else:
			self.pass_on(number, event)
		return True

	def pass_on(self, case: str, event: Event) -> None:
		"""Add a message to the case in which an officer has written; the first one is answered."""
		self.cases.pass_on(case, event)
		written = self.session.written.setdefault(case, {"on": self.turn.note_moment(), "told": False})
		if not written["told"]:
			written["told"] = True
			said = self.text("The officer of your case {case} reads this.", case=case)
			new = Choice("menu", self.text("Something new"))
			self.turn.said.append(Reply(said, (new,), case=case))

	# who is not answered

	def is_shut_out(self) -> bool:
		"""Answer a blocked citizen once a day, and who writes too much once a minute, with one line each."""
		session, world, now = self.session, self.turn.world, self.turn.now
		if not now:
			return False
		if world.blocked:
			if not session.told_blocked or not self.turn.is_within(session.told_blocked, timedelta(days=1)):
				session.told_blocked = now.isoformat()
				self.turn.said.append(
					Reply(self.text("We take no messages from this number. Please come to the office."))
				)
			return True
		minute = timedelta(minutes=1)
		session.recent = [moment for moment in session.recent if self.turn.is_within(moment, minute)]
		if world.messages_per_minute and len(session.recent) >= world.messages_per_minute:
			if not session.told_busy or not self.turn.is_within(session.told_busy, minute):
				session.told_busy = now.isoformat()
				self.turn.said.append(
					Reply(
						self.text("That is a lot at once. We have kept your messages; please wait a minute.")
					)
				)
			return True
		session.recent.append(now.isoformat())
		return False
