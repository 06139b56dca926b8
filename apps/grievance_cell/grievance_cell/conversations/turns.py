"""One turn of a conversation while it is made: what was heard, what is known, and what is said and done so far.

Pure: it imports no Frappe.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from grievance_cell.conversations import intents
from grievance_cell.conversations.model import (
	CITIZEN,
	MENU,
	CallAction,
	Choice,
	Draft,
	Effect,
	Event,
	Flow,
	Reply,
	Session,
	World,
)

# Rows of one list on the phone, over all its sections; the last one is for "more" where not all fit.
LIST_ROWS = 10
# A list that is longer than this is searched by typing; the rest is not even remembered.
LONGEST_LIST = 90
# So long what an officer has written may be answered.
WINDOW = timedelta(hours=24)
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Turn:
	def __init__(self, session: Session, event: Event, flows: Sequence[Flow], world: World):
		self.session = session
		self.event = event
		self.flows = {flow.name: flow for flow in flows}
		self.world = world
		self.said: list[Reply | Effect] = []

	@property
	def now(self) -> datetime | None:
		return self.event.when

	def is_within(self, moment: str, span: timedelta) -> bool:
		"""Tell whether a moment that was noted lies no longer ago than this; True where the time is not known."""
		return not (moment and self.now) or self.now - datetime.fromisoformat(moment) < span

	@property
	def audience(self) -> str:
		"""As whom somebody speaks now: for an office only while they hold it."""
		chosen = self.session.audience
		return chosen if chosen in self.world.offices else CITIZEN

	def note_moment(self) -> str:
		return self.now.isoformat() if self.now else ""

	def written_in(self) -> list[str]:
		"""List the cases in which an officer has written and may still be answered."""
		written = self.session.written
		return [case for case, each in written.items() if self.is_within(each["on"], WINDOW)]

	# saying

	def text(self, source: str, **values: str) -> str:
		"""Translate a text and fill its `{placeholders}`; braces that are none of ours stay."""
		translated = self.world.translate(source, self.session.language) if source else ""
		return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), translated)

	def say(self, text: str, choices: Sequence[Choice] = (), *, asks_location: bool = False) -> None:
		"""Say something; choices that do not fit on one list are paged by a row "more"."""
		session = self.session
		if len(choices) <= LIST_ROWS:
			session.listed = {}
			return self._show(text, choices, asks_location)
		kept = choices[:LONGEST_LIST]
		session.listed = {
			"text": text,
			"choices": [[c.value, c.label, c.description, c.is_group] for c in kept],
		}
		self.say_page(0)

	def say_page(self, page: int) -> bool:
		"""Show a page of the latest long list; False if there is none."""
		listed = self.session.listed
		if not listed:
			return False
		choices = [Choice(*choice) for choice in listed["choices"]]
		size = LIST_ROWS - 1
		pages = -(-len(choices) // size)
		following = (page + 1) % pages
		more = self.text("More…") if following else self.text("Back to the first…")
		shown = choices[page % pages * size :][:size]
		self._show(listed["text"], [*shown, Choice(f"page:{following}", more)])
		return True

	def _show(self, text: str, choices: Sequence[Choice], asks_location: bool = False) -> None:
		self.offer(choices)
		self.said.append(Reply(text, tuple(choices), asks_location))

	def offer(self, choices: Sequence[Choice]) -> None:
		self.session.offered = [[choice.value, choice.label] for choice in choices]
		self.session.uncounted = False

	def notify(self, text: str, choices: Sequence[Choice] = (), notice: str = "", case: str = "") -> None:
		"""Say something beside a form that is being filled, which typed numbers and labels still mean."""
		if not self.session.draft:
			self.offer(choices)
		self.said.append(Reply(text, tuple(choices), notice=notice, case=case))

	def act(self, action: str, case: str = "", **values) -> None:
		self.said.append(CallAction(action, case, values))

	# the stack of forms

	def flow_of(self, draft: Draft | None) -> Flow | None:
		return self.flows.get(draft.flow) if draft else None

	def flow_on(self, occasion: str) -> Flow | None:
		return next((flow for flow in self.flows.values() if flow.occasion == occasion), None)

	def menu_flows(self) -> list[Flow]:
		"""List the forms in the menu of who speaks, not those that need a case to be chosen."""
		return [each for each in self.flows_of(self.audience) if not each.first_of_kind("Case")]

	def flows_about_cases(self) -> list[Flow]:
		"""List the forms that are offered with a case of the office, in the order of the menu."""
		return [each for each in self.flows_of(self.audience) if each.first_of_kind("Case")]

	def flows_of(self, audience: str) -> list[Flow]:
		"""List the forms with a label for the menu that are for an audience."""
		flows = [flow for flow in self.flows.values() if flow.occasion == MENU and flow.menu_label]
		return [flow for flow in flows if flow.audience == audience]

	def push(self, flow: Flow, about: str = "", opening: dict | None = None) -> Draft:
		draft = Draft(flow.name, flow.version, about, opening=opening or {})
		self.session.drafts.append(draft)
		return draft

	def lift(self, flow: Flow, about: str = "") -> bool:
		"""Put a form that was begun on top of the stack, as it was left; False if it was not."""
		drafts = self.session.drafts
		begun = next((draft for draft in drafts if (draft.flow, draft.about) == (flow.name, about)), None)
		if begun:
			drafts.remove(begun)
			drafts.append(begun)
		return bool(begun)

	def hold_files(self, media: Sequence[str]) -> None:
		"""Keep files that belong to nothing yet for the form that is begun next."""
		self.session.held += [{"kind": "media", "media": each, "media_type": "image"} for each in media]

	def typed_offer(self, text: str, counts: bool = True) -> str | None:
		"""Find what was offered in the latest message by its label or, if it `counts`, by its number."""
		offered = self.session.offered
		counts = counts and not (self.session.uncounted and self.written_in())
		number = intents.bare_number(text) if counts else None
		if number and 1 <= int(number) <= len(offered):
			return offered[int(number) - 1][0]
		typed = intents.normalise(text)
		return next((value for value, label in offered if typed and intents.normalise(label) == typed), None)
