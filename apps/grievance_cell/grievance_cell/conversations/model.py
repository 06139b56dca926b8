"""What a conversation is made of, as plain data: flows and their steps, a session, what is heard, said and done.

Pure: it imports no Frappe. All of a session and of an event is plain JSON, so that it can be stored between two messages.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol

# When a flow starts: from the menu, or when something happens. At most one enabled flow of each other occasion is used.
MENU = "Menu"
FIRST_CONTACT = "First Contact"
CASE_CONFIRMED = "Case Confirmed"
CASE_NOT_SETTLED = "Case Not Settled"
MORE_INFORMATION = "More Information"
WITHDRAWAL = "Withdrawal"
QUESTION = "Question of an Officer"
CALLBACK = "Callback"

# As whom somebody speaks. Whose number is a posting's may speak for that office, and as a citizen like anybody else.
CITIZEN = "Citizen"
OFFICER = "Officer"
REPRESENTATIVE = "Representative"

# Kinds of steps that tell and ask nothing.
TELL, EMERGENCY_NUMBERS = "Tell", "Emergency Numbers"
TOLD = (TELL, EMERGENCY_NUMBERS)
SIMILAR_CASES = "Similar Cases"

# What the bot asks the site to do by itself; the actions of flows are named in hooks beside them.
CONFIRM_CASE = "confirm_case"
REOPEN_CASE = "reopen_case"
REMIND = "remind"
WITHDRAW = "withdraw_case"
ADD_INFORMATION = "add_information"
ANSWER_QUESTION = "answer_question"
SET_ANNOUNCEMENTS = "set_announcements"
SET_LANGUAGE = "set_language"


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
	validation: str = ""
	error_text: str = ""
	default_answer: str = ""
	propose_from: str = ""
	max_length: int = 0
	whole: bool = False


@dataclass(frozen=True)
class Flow:
	"""A form to be asked: the DocType that the answers fill or the action that takes them, and its questions."""

	name: str
	version: str
	document_type: str
	steps: tuple[Step, ...]
	occasion: str = MENU
	action: str = ""
	menu_label: str = ""
	menu_step: str = ""
	start_words: tuple[str, ...] = ()
	opening_step: str = ""
	needs_citizen: bool = True
	audience: str = CITIZEN

	def step(self, step_id: str | None) -> Step | None:
		return next((step for step in self.steps if step.step_id == step_id), None)

	def first_of_kind(self, *kinds: str) -> Step | None:
		return next((step for step in self.steps if step.kind in kinds), None)


@dataclass
class Draft:
	"""A form that is being filled. `about` is the case that it is about, if there is one already.

	`similar` are the cases that may be the same matter, and the answers that they were looked for with. `messages` are
	those of the talk that belong to it, for the case that comes of it (messaging/belonging.py).
	"""

	flow: str
	version: str = ""
	about: str = ""
	step: str = ""
	answers: dict[str, Any] = field(default_factory=dict)
	labels: dict[str, str] = field(default_factory=dict)
	media: list[str] = field(default_factory=list)
	told: list[str] = field(default_factory=list)
	opening: dict[str, Any] = field(default_factory=dict)
	places: dict[str, Any] = field(default_factory=dict)
	similar: dict[str, Any] = field(default_factory=dict)
	group: str = ""
	all_choices: bool = False
	suspended: bool = False
	messages: list[int] = field(default_factory=list)


@dataclass
class Session:
	"""What is remembered of one citizen's talk between two messages; all of it plain JSON.

	`drafts` is a stack: the form on top is asked, those below go on when it is done. `offered` is what can be tapped in
	the latest message, (id, label); `uncounted` if a typed number means none of it, for somebody else has written since.
	`held` are messages that wait until the citizen has said what they belong to.
	`audience` is as whom somebody speaks who has said it, having the choice. `written` is in which cases an officer has
	written, with `on` and whether the citizen was `told` who reads the answer; `loose` are messages that belong to
	nothing yet. Moments are written in ISO 8601.
	"""

	language: str = ""
	profile_name: str = ""
	citizen_known: bool = False
	drafts: list[Draft] = field(default_factory=list)
	offered: list[list[str]] = field(default_factory=list)
	listed: dict[str, Any] = field(default_factory=dict)
	questions: list[dict[str, Any]] = field(default_factory=list)
	held: list[dict[str, Any]] = field(default_factory=list)
	resuming: bool = False
	misunderstood: int = 0
	audience: str = ""
	media_acknowledged: bool = False
	latest_case: str = ""
	latest_case_on: str = ""
	last_heard: str = ""
	recent: list[str] = field(default_factory=list)
	told_busy: str = ""
	told_blocked: str = ""
	uncounted: bool = False
	written: dict[str, Any] = field(default_factory=dict)
	loose: list[int] = field(default_factory=list)

	@property
	def draft(self) -> Draft | None:
		return self.drafts[-1] if self.drafts else None

	@classmethod
	def from_dict(cls, data: dict) -> "Session":
		"""Read a stored session; keys that a later or earlier version wrote are left out."""
		session = cls(**_known(cls, data))
		session.drafts = [Draft(**_known(Draft, draft)) for draft in data.get("drafts", ())]
		if isinstance(session.written.get("case"), str):
			# Once it was the latest case alone.
			latest = session.written
			session.written = {
				latest["case"]: {"on": latest.get("on", ""), "told": latest.get("told", False)}
			}
		return session

	def to_dict(self) -> dict:
		return asdict(self)


def _known(kind: type, data: dict) -> dict:
	names = {each.name for each in fields(kind)}
	return {key: value for key, value in data.items() if key in names}


@dataclass(frozen=True)
class Event:
	"""What arrived. `kind`: text, choice, location, media, reaction, unknown, or one of our own (below).

	`choice` is the id of the row or button that was tapped, `media` our name of the stored message that holds a file.
	Of our own are "settled" (a case was reported as settled: `case`, `text` is the action taken), "question" (an
	officer asks: `case`, `text`), "reminder" (of that question), "written" (an officer has written in a case: `case`),
	"lost" (that has not arrived: `case`) and "silence" (the draft is to be dropped). `when` is the moment of it. `quotes` is
	the case in which an officer has written what a citizen answers with a quotation of it.
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
	quotes: str = ""
	when: datetime | None = None

	def to_dict(self) -> dict:
		"""Write what a citizen said, to be taken up later."""
		return {
			each.name: value
			for each in fields(self)
			if each.name not in ("when", "profile_name")
			and (value := getattr(self, each.name)) not in ("", None)
		}


@dataclass(frozen=True)
class Pin:
	"""A place on the map."""

	latitude: float
	longitude: float
	name: str = ""
	address: str = ""


@dataclass(frozen=True)
class Reply:
	"""One message to the citizen, in their language, before any provider's limits are applied.

	`notice` names it where it is one of the notices that a template can stand for outside the 24-hour window; `case` is
	the case that it is about. `file` is the name of a File that is sent with the text below it, `pin` a place.
	"""

	text: str
	choices: tuple[Choice, ...] = ()
	asks_location: bool = False
	notice: str = ""
	case: str = ""
	file: str = ""
	pin: Pin | None = None


@dataclass(frozen=True)
class CreateDocument:
	"""The form is complete: make the document that it fills, for the office if its `audience` is one."""

	flow: str
	values: dict[str, Any]
	media: tuple[str, ...] = ()
	audience: str = CITIZEN


@dataclass(frozen=True)
class CallAction:
	"""Call an action registered in hooks (`chat_actions`) with a form's answers by step id, for a case if it is about one.

	`quiet`: what it answers is not said, since it was said already. Where the `audience` is an office, the action is one
	of `office_actions`, and is done with the rights of its user.
	"""

	action: str
	case: str = ""
	values: dict[str, Any] = field(default_factory=dict)
	media: tuple[str, ...] = ()
	quiet: bool = False
	audience: str = CITIZEN


Effect = CreateDocument | CallAction


@dataclass(frozen=True)
class Case:
	"""A case as it is shown to its citizen, or to an office; texts and dates in their language.

	`stage` is the category of its status: Open, Paused, Resolved or Closed. `done` is what was done so far, oldest first.
	`may_reopen`: the citizen may say that it is not settled, though it is closed.
	An office sees more of it: `details` are lines of text, `files` names of Files, oldest first, `pin` where it is.
	"""

	name: str
	title: str
	status: str
	stage: str
	department: str = ""
	due: str = ""
	done: tuple[str, ...] = ()
	may_reopen: bool = False
	place: str = ""
	overdue: bool = False
	details: tuple[str, ...] = ()
	files: tuple[str, ...] = ()
	pin: Pin | None = None


@dataclass(frozen=True)
class SimilarCase:
	"""An open case that may be the same matter, as anybody may read of it: no name, no number. Texts in the citizen's language."""

	name: str
	title: str
	place: str
	day: str
	people: int


class World(Protocol):
	"""What the engine may ask of the site, about who writes. Labels come in the language that is asked for.

	`offices` are the audiences other than Citizen as which they may speak.
	"""

	offices: Sequence[str]
	blocked: bool
	messages_per_minute: int
	draft_offer_minutes: int

	def translate(self, text: str, language: str) -> str: ...
	def languages(self) -> Sequence[Choice]: ...
	def choices(
		self, flow: Flow, step: Step, answers: dict, group: str, language: str
	) -> Sequence[Choice]: ...
	def option(self, flow: Flow, step: Step, answers: dict, value: str, language: str) -> Choice | None: ...
	def search(self, flow: Flow, step: Step, answers: dict, text: str, language: str) -> Sequence[Choice]: ...
	def propose(
		self, flow: Flow, step: Step, answers: dict, text: str, language: str
	) -> Sequence[Choice]: ...
	def area(self, name: str, language: str) -> Choice | None: ...
	def own_area(self, language: str) -> Choice | None: ...
	def areas_named(self, text: str, language: str) -> Sequence[Choice]: ...
	def areas_near(self, latitude: float, longitude: float, language: str) -> Sequence[Choice]: ...
	def holds(self, expression: str, answers: dict, answer: Any = None, about: str = "") -> bool: ...
	def is_emergency(self, flow: Flow, answers: dict) -> bool: ...
	def emergency_numbers(self, flow: Flow, answers: dict, language: str) -> Sequence[str]: ...
	def similar(self, flow: Flow, answers: dict, language: str) -> Sequence[SimilarCase]: ...
	def cases(self, language: str) -> Sequence[Case]: ...
	def case(self, number: str, language: str) -> Case | None: ...
	def office_counts(self, office: str, language: str) -> str: ...
	def office_cases(self, office: str, language: str) -> Sequence[Case]: ...
	def office_case(self, office: str, number: str, language: str) -> Case | None: ...
