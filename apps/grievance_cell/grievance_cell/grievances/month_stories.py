"""What happens in the month of test_month.py: stories, drawn by lot from a seed.

A story is a case and what is done to it: acts with the moment of each. Acts bear the names of the model's methods (see
month_model.py); not every act is possible when its moment comes, and the model knows which are. All moments end in half
a minute, so that no act falls together with the scheduler's full minutes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from grievance_cell.grievances.month_model import (
	COLLECTOR,
	DAY,
	DEMAND,
	HOUR,
	MIDNIGHT,
	MINUTE,
	SUGGESTION,
)

HALF_MINUTE = timedelta(seconds=30)
EMERGENCY = "Emergency"
# The others are unsigned letters.
WITH_CITIZEN = 0.93
PLACES = ("Ward 1", "Ward 2", "Village")
# To whom a case goes that is sent to another department.
OTHER_DEPARTMENT = {"Ward 1": "Panchayat", "Ward 2": "Panchayat", "Village": "Town"}
OWN_DEPARTMENT = {"Ward 1": "Town", "Ward 2": "Town", "Village": "Panchayat"}


@dataclass
class Story:
	number: int
	title: str
	kind: str
	category: str
	place: str
	citizen: bool
	registered: datetime
	acts: list = field(default_factory=list)


class Teller:
	"""Draws a story's acts one after another, each some time after the one before."""

	def __init__(self, story: Story, lot: Random):
		self.story, self.lot, self.now = story, lot, story.registered

	def after(self, least: timedelta, most: timedelta, act: str, **values) -> None:
		minutes = self.lot.randint(int(least / MINUTE), int(most / MINUTE))
		self.now += minutes * MINUTE
		self.story.acts.append((self.now, act, values))

	def soon(self, act: str, **values) -> None:
		self.after(20 * MINUTE, 5 * HOUR, act, **values)

	def some_day(self, act: str, **values) -> None:
		self.after(5 * HOUR, 4 * DAY, act, **values)

	def late(self, act: str, **values) -> None:
		self.after(4 * DAY, 9 * DAY, act, **values)

	def any_time(self, act: str, **values) -> None:
		self.lot.choice((self.soon, self.some_day, self.some_day, self.late))(act, **values)

	def give_reason(self) -> None:
		"""Say why it is late, most of the time; what comes next is refused otherwise, if it is late."""
		if self.lot.random() < 0.7:
			new_date = self.lot.random() < 0.3
			self.soon("give_reason", **({"new_date": self.day(8)} if new_date else {}))

	def day(self, after: int):
		return (self.now + after * DAY).date()


def ignored(teller: Teller) -> None:
	pass


def ignored_with_a_reason(teller: Teller) -> None:
	teller.late("give_reason")


def settled_and_confirmed(teller: Teller) -> None:
	teller.any_time("start")
	teller.give_reason()
	teller.any_time("resolve")
	teller.any_time("confirm")


def settled_and_nothing_heard(teller: Teller) -> None:
	teller.any_time("start")
	teller.soon("resolve")


def settled_at_once(teller: Teller) -> None:
	teller.soon("resolve")
	teller.soon("confirm")


def settled_late(teller: Teller) -> None:
	teller.late("resolve")
	teller.give_reason()
	teller.soon("start")
	teller.soon("resolve")


def not_settled(teller: Teller, times: int) -> None:
	teller.soon("start")
	for _time in range(times):
		teller.give_reason()
		teller.any_time("resolve")
		teller.any_time("reopen")
	if teller.lot.random() < 0.7:
		teller.give_reason()
		teller.soon("start")
		teller.any_time("resolve")


def asked(teller: Teller, times: int) -> None:
	for _time in range(times):
		teller.any_time("ask")
		teller.any_time("answer")
	teller.give_reason()
	teller.any_time("resolve")


def asked_and_never_answered(teller: Teller) -> None:
	teller.any_time("ask")
	if teller.lot.random() < 0.4:
		teller.after(11 * DAY, 14 * DAY, "reopen")


def asked_and_work_goes_on(teller: Teller) -> None:
	teller.soon("ask")
	teller.any_time("start")
	teller.soon("answer")


def withdrawn(teller: Teller) -> None:
	for act in teller.lot.sample(("start", "ask", "write"), teller.lot.randint(0, 2)):
		teller.any_time(act)
	teller.any_time("withdraw")
	teller.some_day("reopen")


def transferred(teller: Teller, times: int) -> None:
	own, other = OWN_DEPARTMENT[teller.story.place], OTHER_DEPARTMENT[teller.story.place]
	if teller.lot.random() < 0.3:
		teller.any_time(teller.lot.choice(("start", "ask")))
	for number in range(times):
		teller.give_reason()
		teller.any_time("transfer", department=(other, own)[number % 2])
	if teller.lot.random() < 0.5:
		teller.any_time("resolve")


def transferred_on_hold(teller: Teller) -> None:
	teller.soon("start")
	if teller.lot.random() < 0.5:
		teller.any_time("ask")
		teller.some_day("transfer", department=OTHER_DEPARTMENT[teller.story.place])
		teller.some_day("answer")
	else:
		teller.soon("propose", what="Long Term", until=teller.day(15))
		teller.soon("approve", by="head")
		teller.any_time("transfer", department=OTHER_DEPARTMENT[teller.story.place])


def sent_to_a_posting(teller: Teller) -> None:
	to = teller.lot.choice(("Engineer 1", "Engineer 2", "Assistant Engineer", "Secretary", COLLECTOR))
	teller.any_time("transfer", to=to)
	teller.give_reason()
	teller.any_time("resolve")


def long_term(teller: Teller) -> None:
	teller.soon("start")
	teller.any_time("propose", what="Long Term", until=teller.day(teller.lot.randint(6, 16)))
	if teller.lot.random() < 0.3:
		teller.soon("propose", what="Junk")
	if teller.lot.random() < 0.3:
		teller.soon("approve", by="officer")
	teller.give_reason()
	if teller.lot.random() < 0.25:
		teller.soon("decline", by="head")
	teller.some_day("approve", by="head")
	if teller.lot.random() < 0.4:
		teller.some_day("transfer", department=OTHER_DEPARTMENT[teller.story.place])
	if teller.lot.random() < 0.4:
		teller.after(12 * DAY, 14 * DAY, "resolve")


def long_term_extended(teller: Teller) -> None:
	teller.soon("propose", what="Long Term", until=teller.day(8))
	teller.soon("approve", by="head")
	teller.some_day("propose", what="Long Term", until=teller.day(14))
	teller.soon("approve", by="head")
	teller.some_day("propose", what="Long Term", until=teller.day(16))
	teller.soon("approve", by="head")
	if teller.lot.random() < 0.5:
		teller.soon("approve", by=COLLECTOR)


def rejected(teller: Teller, what: str) -> None:
	teller.any_time("propose", what=what)
	if teller.lot.random() < 0.4:
		teller.give_reason()
	teller.any_time(teller.lot.choice(("approve", "approve", "approve", "decline")), by="head")
	if teller.lot.random() < 0.5:
		teller.any_time("reopen")


def closed_by_force(teller: Teller) -> None:
	if teller.lot.random() < 0.5:
		teller.any_time(teller.lot.choice(("start", "ask", "resolve")))
	teller.any_time("force_close", by=teller.lot.choice(("head", COLLECTOR)))
	if teller.lot.random() < 0.5:
		teller.any_time("reopen")


def demand_sanctioned(teller: Teller) -> None:
	teller.any_time("start")
	teller.any_time("sanction", until=teller.day(teller.lot.randint(8, 20)))


def demand_not_sanctioned(teller: Teller) -> None:
	teller.any_time("refuse_sanction")
	if teller.lot.random() < 0.6:
		teller.any_time("reopen")
		teller.any_time("refuse_sanction")


def suggestion_answered(teller: Teller) -> None:
	if teller.lot.random() < 0.5:
		teller.any_time("start")
	teller.any_time("resolve")
	teller.any_time("answer_suggestion", taken_up=teller.lot.random() < 0.5)
	if teller.lot.random() < 0.5:
		teller.some_day("reopen")


def shared_with_another_department(teller: Teller) -> None:
	teller.soon("ask_part", department=OTHER_DEPARTMENT[teller.story.place])
	teller.any_time("resolve")
	teller.some_day("part_resolves")
	teller.give_reason()
	teller.soon("resolve")


def part_outlived_by_its_end(teller: Teller) -> None:
	teller.any_time("ask_part", department=OTHER_DEPARTMENT[teller.story.place])
	teller.any_time(teller.lot.choice(("withdraw", "force_close", "part_resolves")), **{})
	teller.some_day("resolve")


def said_too_late(teller: Teller) -> None:
	teller.soon("resolve")
	teller.some_day("confirm")
	teller.after(3 * DAY, 12 * DAY, "reopen")


def priority_raised(teller: Teller) -> None:
	if teller.lot.random() < 0.5:
		teller.any_time("start")
	teller.any_time("raise_priority")
	teller.give_reason()
	teller.any_time("resolve")


def emergency(teller: Teller) -> None:
	if teller.lot.random() < 0.6:
		teller.after(5 * MINUTE, 90 * MINUTE, "start")
		teller.after(30 * MINUTE, 12 * HOUR, "give_reason")
		teller.after(30 * MINUTE, 12 * HOUR, "resolve")
		if teller.lot.random() < 0.3:
			teller.soon("reopen")


def reported_before(teller: Teller) -> None:
	"""Somebody else's case comes first: this one, of the same matter, is joined to it, and parted again sometimes."""
	teller.soon("merge", into=teller.story.number - 1)
	if teller.lot.random() < 0.4:
		teller.any_time("unmerge")
		teller.any_time("resolve")


# Of each kind: how often it comes in a hundred, its categories, and its stories, each with how often it comes.
KINDS = {
	"Complaint": (76, ("Drain", "Drain", "Road", "Water"), (
		(7, ignored), (4, ignored_with_a_reason), (9, settled_and_confirmed), (6, settled_and_nothing_heard),
		(4, settled_at_once), (6, settled_late), (5, not_settled, 1), (5, not_settled, 2), (4, not_settled, 3),
		(3, asked, 1), (3, asked, 2), (4, asked, 3), (4, asked_and_never_answered), (3, asked_and_work_goes_on),
		(5, withdrawn), (4, transferred, 1), (4, transferred, 3), (3, sent_to_a_posting), (4, transferred_on_hold),
		(6, long_term), (3, long_term_extended), (4, rejected, "Junk"), (4, rejected, "Out of Scope"),
		(4, closed_by_force), (4, shared_with_another_department), (3, part_outlived_by_its_end), (3, said_too_late),
		(3, priority_raised),
	)),
	DEMAND: (10, ("Drain", "Road"), (
		(3, demand_sanctioned), (4, demand_not_sanctioned), (2, ignored), (1, asked, 2), (1, transferred, 1),
		(1, settled_and_confirmed),
	)),
	SUGGESTION: (6, ("Road",), ((4, suggestion_answered), (1, ignored), (1, withdrawn), (1, asked, 1))),
	EMERGENCY: (8, ("Fire",), ((4, emergency), (1, withdrawn), (1, transferred, 1))),
}  # fmt: skip
# What is said and corrected meanwhile, and changes nothing.
IN_BETWEEN = ("comment", "write", "remind", "edit")
SAME_MATTER = "reported before"


def title(kind: str, tale, *given) -> str:
	return " ".join(map(str, (kind, tale.__name__, *given))).replace("_", " ")


TITLES = {SAME_MATTER, *(title(kind, *tale[1:]) for kind in KINDS for tale in KINDS[kind][2])}


def tell(count: int, seed: int) -> list[Story]:
	"""Tell so many stories: each that there is once, if there is room, and more as the lot falls."""
	lot, stories = Random(seed), []
	each = [(kind, tale) for kind in KINDS for tale in KINDS[kind][2]]
	lot.shuffle(each)
	while len(stories) < count:
		number = len(stories)
		# Its citizen, taking the first one back, would leave the matter to the other one: not told here.
		if number % 10 == 9 and "withdraw" not in {act for _moment, act, _values in stories[-1].acts}:
			stories.append(matter_of_two(stories[-1], number, lot))
		else:
			stories.append(one_story(number, *(each.pop() if each else drawn(lot)), lot))
	return stories


def drawn(lot: Random) -> tuple:
	(kind,) = lot.choices(list(KINDS), weights=[weight for weight, *_more in KINDS.values()])
	tales = KINDS[kind][2]
	return kind, lot.choices(tales, weights=[tale[0] for tale in tales])[0]


def matter_of_two(first: Story, number: int, lot: Random) -> Story:
	"""Tell a story of the same matter as the one before, in its place, some hours after it."""
	registered = first.registered + lot.randint(60, 24 * 60) * MINUTE
	citizen = lot.random() < WITH_CITIZEN
	story = Story(number, SAME_MATTER, first.kind, first.category, first.place, citizen, registered)
	reported_before(Teller(story, lot))
	return story


def one_story(number: int, kind: str, tale: tuple, lot: Random) -> Story:
	_weight, tell_it, *given = tale
	category = "Drain" if tell_it is priority_raised else lot.choice(KINDS[kind][1])
	# Most in the first fortnight, at any hour: WhatsApp has no closing time.
	minutes = int(lot.triangular(0, 28 * 24 * 60, 3 * 24 * 60))
	registered = MIDNIGHT + 9 * HOUR + minutes * MINUTE + HALF_MINUTE
	story = Story(
		number,
		title(kind, tell_it, *given),
		"Complaint" if kind == EMERGENCY else kind,
		category,
		lot.choice(PLACES),
		lot.random() < WITH_CITIZEN,
		registered,
	)
	tell_it(Teller(story, lot), *given)
	for _time in range(lot.choice((0, 0, 0, 1, 1, 2))):
		moment = registered + lot.randint(1, 12 * 24 * 60) * MINUTE
		story.acts.append((moment, lot.choice(IN_BETWEEN), {}))
	story.acts.sort(key=lambda act: act[0])
	if not story.citizen:
		# An unsigned letter: nobody answers, takes it back or is content.
		spoken = ("answer", "confirm", "reopen", "withdraw", "write", "remind")
		story.acts = [act for act in story.acts if act[1] not in spoken]
	return story


ACTS = {act for story in tell(500, 1) for _moment, act, _values in story.acts}
