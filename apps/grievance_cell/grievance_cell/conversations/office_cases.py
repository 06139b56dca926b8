"""What an office is shown of its cases in the chat, and what can be begun with one: an officer's, a representative's.

Pure: it imports no Frappe. Which cases these are, and what of them may be seen, the world says each time anew.
"""

from grievance_cell.conversations.model import OFFICER, REPRESENTATIVE, Case, Choice, Flow, Reply
from grievance_cell.conversations.turns import Turn


class OfficeCases:
	def __init__(self, turn: Turn):
		self.turn = turn
		self.session = turn.session
		self.text = turn.text

	def button(self, office: str) -> Choice:
		labels = {OFFICER: self.text("My cases"), REPRESENTATIVE: self.text("Cases of my area")}
		return Choice("office-cases", labels[office])

	def rows(self, prefix: str, office: str) -> list[Choice]:
		"""List an office's open cases as rows, by deadline; an id is the prefix and the case's number."""
		cases = self.turn.world.office_cases(office, self.session.language)
		return [Choice(f"{prefix}{case.name}", case.name, self.line(case)) for case in cases]

	def line(self, case: Case) -> str:
		what = ", ".join(filter(None, (case.title, case.place)))
		if case.overdue:
			return self.text("Overdue: {what}", what=what)
		return f"{case.due}: {what}" if case.due else what

	def show_all(self, before: str = "") -> None:
		office = self.turn.audience
		rows = self.rows("office-case:", office)
		said = [before, self.turn.world.office_counts(office, self.session.language)]
		if rows:
			said.append(self.text("Which one would you like to see?"))
		self.turn.say("\n\n".join(filter(None, said)), [*rows, Choice("menu", self.text("Menu"))])

	def find(self, number: str) -> Case | None:
		"""Find a case that the office may see by its number, and speak for that office; None for any other case."""
		world = self.turn.world
		offices = [self.turn.audience] if self.turn.audience in world.offices else world.offices
		for office in offices:
			if case := world.office_case(office, number, self.session.language):
				self.session.audience = office
				return case
		return None

	def show(self, case: Case) -> None:
		"""Show one case with its pictures and its place, and what can be done with it."""
		self.turn.said += [Reply(case.name, file=file) for file in case.files]
		if case.pin:
			self.turn.said.append(Reply(case.name, pin=case.pin))
		parts = [f"*{case.name}* {case.title}", case.status, case.department, case.place, self.due(case)]
		parts += case.details
		if case.done:
			parts.append("\n" + "\n".join([self.text("Done so far:"), *(f"• {line}" for line in case.done)]))
		choices = [
			Choice(f"office-act:{flow.name}:{case.name}", self.text(flow.menu_label))
			for flow in self.turn.flows_about_cases()
			if not self.refusal(flow, case)
		]
		if self.session.draft:
			choices.append(Choice("resume", self.text("Go on")))
		self.turn.say("\n".join(filter(None, parts)), [*choices, self.button(self.turn.audience)])

	def due(self, case: Case) -> str:
		if not case.due:
			return ""
		if case.overdue:
			return self.text("Overdue since: {date}", date=case.due)
		return self.text("To be settled by: {date}", date=case.due)

	def refusal(self, flow: Flow, case: Case) -> str:
		"""Say why a form is not for a case as it stands, "" if it is."""
		step = flow.first_of_kind("Case")
		world = self.turn.world
		if not step or not step.validation or world.holds(step.validation, {}, case.name, about=case.name):
			return ""
		return self.text(step.error_text or "This cannot be done with the case {case} now.", case=case.name)
