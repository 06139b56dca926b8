"""What a citizen sees and does with their own cases in the chat.

Pure: it imports no Frappe. Nothing is ever said of a case that is another citizen's, not even that there is one.
"""

from grievance_cell.conversations.model import (
	ADD_INFORMATION,
	ANSWER_QUESTION,
	CASE_CONFIRMED,
	CASE_NOT_SETTLED,
	CONFIRM_CASE,
	MORE_INFORMATION,
	QUESTION,
	REMIND,
	REOPEN_CASE,
	WITHDRAW,
	WITHDRAWAL,
	CallAction,
	Case,
	Choice,
	Event,
)
from grievance_cell.conversations.turns import Turn

OPEN_STAGES = ("Open", "Paused")
RESOLVED = "Resolved"


class MyCases:
	"""Answers about cases. What needs a form puts it on the stack and returns True: the caller asks its first question."""

	def __init__(self, turn: Turn):
		self.turn = turn
		self.session = turn.session
		self.text = turn.text

	def find(self, number: str) -> Case | None:
		"""Find an own case by its name or bare number; say that it is not known where there is none."""
		case = self.turn.world.case(number, self.session.language)
		if not case:
			self.turn.notify(self.text("We do not know a case of yours with this number."))
		return case

	def show_all(self) -> None:
		cases = self.turn.world.cases(self.session.language)
		if not cases:
			return self.turn.notify(self.text("You have no case with us yet."), [self.menu()])
		lines = [
			"\n".join(
				filter(None, (f"*{case.name}* {case.title}", case.status, case.department, self.due(case)))
			)
			for case in cases
		]
		rows = [Choice(f"case:{case.name}", case.title, f"{case.name}: {case.status}") for case in cases]
		self.turn.say(
			"\n\n".join([*lines, self.text("Which one would you like to see?")]), [*rows, self.menu()]
		)

	def show(self, case: Case) -> None:
		"""Show one case, what was done so far, and what the citizen can do about it."""
		parts = [f"*{case.name}* {case.title}", case.status, case.department, self.due(case)]
		if case.done:
			parts.append("\n" + "\n".join([self.text("Done so far:"), *(f"• {line}" for line in case.done)]))
		choices = []
		if case.stage in OPEN_STAGES:
			choices = [
				Choice(f"add:{case.name}", self.text("Add to it")),
				Choice(f"remind:{case.name}", self.text("Remind them")),
				Choice(f"withdraw:{case.name}", self.text("Take it back")),
			]
		elif case.stage == RESOLVED:
			choices = [*self.verdicts(case.name), Choice(f"add:{case.name}", self.text("Add to it"))]
		elif case.may_reopen:
			choices = [self.verdicts(case.name)[-1], self.menu()]
		if self.session.draft:
			choices.append(Choice("resume", self.text("Go on")))
		elif not choices:
			choices = [self.menu()]
		self.turn.say("\n".join(filter(None, parts)), choices)

	def due(self, case: Case) -> str:
		return self.text("To be settled by: {date}", date=case.due) if case.due else ""

	def menu(self) -> Choice:
		return Choice("menu", self.text("Menu"))

	def verdicts(self, case: str) -> list[Choice]:
		return [
			Choice(f"feedback:{case}:yes", self.text("Yes, settled")),
			Choice(f"feedback:{case}:no", self.text("No, not settled")),
		]

	# what the citizen does

	def add(self, case: Case) -> bool:
		if self.begin(MORE_INFORMATION, case.name):
			return True
		self.turn.notify(self.text("That choice is no longer open."), [self.menu()])
		return False

	def remind(self, case: Case) -> bool:
		self.turn.act(REMIND, case.name)
		return False

	def withdraw(self, case: Case) -> bool:
		if self.begin(WITHDRAWAL, case.name):
			return True
		self.turn.act(WITHDRAW, case.name)
		return False

	def begin(self, occasion: str, case: str) -> bool:
		"""Put the form of an occasion on top of the stack, as it was left if it is there; False if staff have none enabled."""
		flow = self.turn.flow_on(occasion)
		if not flow:
			return False
		if not self.turn.lift(flow, case):
			self.turn.push(flow, about=case)
		return True

	def add_at_once(self, case: str, event: Event) -> None:
		"""Add a message to a case with no further question."""
		media = (event.media,) if event.media else ()
		quiet = bool(media) and self.session.media_acknowledged
		self.session.media_acknowledged |= bool(media)
		self.turn.said.append(CallAction(ADD_INFORMATION, case, {"text": event.text}, media, quiet))

	def pass_on(self, case: str, event: Event) -> None:
		"""Add what was said to an officer to the case, without a word."""
		media = (event.media,) if event.media else ()
		place = f"{event.latitude}, {event.longitude}" if event.kind == "location" else ""
		said = {"text": event.text or place, "to_officer": True}
		self.turn.said.append(CallAction(ADD_INFORMATION, case, said, media, quiet=True))

	def answer_at_once(self, case: str, event: Event) -> None:
		media = (event.media,) if event.media else ()
		self.turn.said.append(CallAction(ANSWER_QUESTION, case, {"text": event.text}, media))

	# after an officer has done something

	def ask_whether_settled(self, event: Event) -> None:
		said = self.text("The officer reports that your case {case} is settled.", case=event.case)
		if event.text:
			said += "\n" + self.text("Action taken: {action}", action=event.text)
		self.turn.notify(
			f"{said}\n\n{self.text('Is it really settled?')}",
			self.verdicts(event.case),
			"settled",
			event.case,
		)

	def judge(self, case: Case, settled: bool) -> bool:
		"""Take the citizen's word on a settled case; True if a form asks for more."""
		if case.stage != RESOLVED and (settled or not case.may_reopen):
			self.turn.notify(
				self.text("Your case {case} stands at: {status}", case=case.name, status=case.status)
			)
			return False
		if settled:
			self.turn.act(CONFIRM_CASE, case.name)
			return self.begin(CASE_CONFIRMED, case.name)
		if self.begin(CASE_NOT_SETTLED, case.name):
			return True
		self.turn.act(REOPEN_CASE, case.name)
		return False

	def ask_question(self, event: Event) -> None:
		"""Put an officer's question; the citizen's next message answers it."""
		others = [each for each in self.session.questions if each["case"] != event.case]
		self.session.questions = [*others, {"case": event.case, "text": event.text}]
		if event.kind == "reminder":
			asked = self.text("We still wait for your answer on your case {case}:", case=event.case)
		else:
			asked = self.text("The officer of your case {case} asks:", case=event.case)
		how = self.text("Please write the answer, or send a photo or a voice note.")
		self.turn.notify(f"{asked}\n{event.text}\n\n{how}", notice=event.kind, case=event.case)

	def begin_answer(self, case: str) -> bool:
		"""Take what comes now as the answer to a question; False if there is no form for it."""
		self.session.questions = [each for each in self.session.questions if each["case"] != case]
		return self.begin(QUESTION, case)
