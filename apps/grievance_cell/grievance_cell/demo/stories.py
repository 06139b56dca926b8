"""What happens in the half year of the demo: stories, drawn by lot from a seed, relative to the day on which it ends.

A story is a case and the decisions of people about it, with the moment of each: who oversleeps, asks, sends it on, is not
content. What comes of a decision the rules of the app make, when it is played (half_year.py). Pure: it imports no Frappe.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"
DAYS = 182
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COMPLAINT, DEMAND, SUGGESTION = "Complaint", "Demand", "Suggestion"
EMERGENCY = "Emergency"
WHATSAPP = "WhatsApp"
SOURCES = {
	WHATSAPP: 74, "Walk-in": 8, "Jandarshan": 6, "Phone": 6, "Camp": 2, "Letter": 2, "Representative": 2,
}  # fmt: skip
LANGUAGES = {"hi": 60, "hi-Latn": 27, "en": 10, "pa": 3}
# Mondays are the busiest; who is new to it writes more each month.
WEEKDAYS = (15, 12, 11, 10, 10, 7, 5)
FIRST_MONTH = 0.7
HOURS = {7: 4, 8: 7, 9: 11, 10: 14, 11: 13, 12: 9, 13: 6, 14: 6, 15: 7, 16: 7, 17: 7, 18: 6, 19: 5, 20: 3}
OFFICE_OPENS, OFFICE_CLOSES = time(10, 15), time(17, 15)
WARD_TOWNS = {"Janjgir-Naila": 6, "Champa": 6, "Akaltara Town": 3}
# By department and block or town: how many times longer than elsewhere things take.
SLOW_OFFICES = {("PHE", "Pamgarh Block"): 2.6, ("PRD", "Bamhnidih Block"): 2.4, ("ULB", "Akaltara Town"): 2}
SLOW_DEPARTMENTS = {"REV": 1.8, "PRD": 1.3}

# How often each story is told among a thousand of its kind; every one at least once.
KINDS = {COMPLAINT: 870, DEMAND: 90, SUGGESTION: 40}
STORIES = {
	COMPLAINT: {
		"confirmed": 405, "nothing_heard": 235, "corrected": 35, "reminded": 38, "told_more": 22, "called_back": 10,
		"asked_and_answered": 44, "unanswered": 12, "sent_on": 50, "sent_about": 6, "reopened": 46, "reopened_twice": 8,
		"appealed": 4, "long_term_done": 18, "long_term": 10, "long_term_extended": 5, "proposal_declined": 5,
		"with_a_part": 14, "joined": 46, "parted": 3, "out_of_scope": 12, "junk": 6, "withdrawn": 13, "force_closed": 10,
		"neglected": 14, "explained": 8, "came_again": 4,
	},
	DEMAND: {"sanctioned": 20, "built": 32, "not_sanctioned": 36, "refusal_appealed": 3, "undecided": 9},
	SUGGESTION: {"taken_up": 40, "thanked": 45, "unread": 15},
}  # fmt: skip
# What the logins that the README names find on their desk: category, block or town, ward, situation.
DESKS = (
	("Hand pump not working", "Nawagarh Block", ""),
	("Blocked drain", "Champa", ""),
	("Garbage not collected", "Janjgir-Naila", "Ward 5"),
)
SITUATIONS = ("new", "begun", "due_today", "overdue", "reopened_today", "waiting")


@dataclass(frozen=True)
class Place:
	"""A ward or village; `parent` tells it from others of its name, `block` is the block or town that it lies in."""

	name: str
	parent: str
	block: str
	is_urban: bool
	name_hi: str
	position: tuple[float, float] | None
	people: float


@dataclass
class Story:
	number: int
	title: str
	kind: str
	category: str
	place: Place
	registered: datetime
	citizen: int = 0
	source: str = WHATSAPP
	language: str = "hi"
	joins: int | None = None
	acts: list[tuple[datetime, str, dict]] = field(default_factory=list)


@cache
def rows(name: str) -> list[dict]:
	with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
		return list(csv.DictReader(file))


@cache
def categories() -> dict[str, dict]:
	return {row["category"]: row for row in rows("categories") if row["parent"]}


@cache
def places() -> list[Place]:
	by_name = {row["area_name"]: row for row in rows("areas")}
	found = []
	for row in rows("areas"):
		if row["area_type"] not in ("Ward", "Village"):
			continue
		block = by_name[row["parent"]]
		while block["area_type"] not in ("Block", "Municipal Body"):
			block = by_name[block["parent"]]
		urban = row["area_type"] == "Ward"
		main = row["parent"].startswith(row["area_name"])
		people = WARD_TOWNS.get(row["parent"], 2) if urban else 5 if main else 2
		position = (float(row["latitude"]), float(row["longitude"])) if row["latitude"] else None
		found.append(
			Place(
				row["area_name"], row["parent"], block["area_name"], urban, row["area_hi"], position, people
			)
		)
	return found


def department_of(category: str, place: Place) -> str:
	row = categories()[category]
	return row["department_urban" if place.is_urban else "department_rural"] or row["department"]


class Teller:
	"""Adds acts to a story one after another, each some time after the one before."""

	def __init__(self, story: Story, lot: Random):
		self.story, self.lot, self.now = story, lot, story.registered
		row = categories()[story.category]
		self.is_emergency = row["priority"] == EMERGENCY
		self.days = 21 if story.kind == DEMAND else int(row["resolution_days"])
		department = department_of(story.category, story.place)
		slow = SLOW_OFFICES.get((department, story.place.block), SLOW_DEPARTMENTS.get(department, 1))
		self.pace = slow * lot.lognormvariate(-0.75, 0.45)

	def act(self, name: str, after: timedelta, **values) -> None:
		"""Let a citizen do something; at night people sleep."""
		self.now += after
		if not time(7, 0) <= self.now.time() <= time(20, 45):
			day = self.now.date() + (DAY if self.now.hour > 12 else timedelta())
			self.now = datetime.combine(day, time(7, 30)) + self.lot.randint(0, 120) * MINUTE
		self.story.acts.append((self.now, name, values))

	def office(self, name: str, after: timedelta, **values) -> None:
		"""Let an office do something, in its hours but for an emergency."""
		self.now += after
		if not self.is_emergency:
			self.now = in_office_hours(self.now, self.lot)
		self.story.acts.append((self.now, name, values))

	def share(self, least: float, most: float) -> timedelta:
		"""Draw some part of the time that the charter gives."""
		whole = 2 * HOUR if self.is_emergency else self.days * DAY
		return self.lot.uniform(least, most) * self.pace * whole

	def hours(self, least: float, most: float) -> timedelta:
		return self.lot.uniform(least, most) * HOUR

	def some_days(self, least: float, most: float) -> timedelta:
		return self.lot.uniform(least, most) * DAY

	def begin(self) -> None:
		if self.lot.random() < 0.8:
			self.office("start", self.share(0.1, 0.4))
			if self.lot.random() < 0.25:
				self.office("note", self.share(0.05, 0.2))

	def resolve(self, least: float = 0.5, most: float = 1.4, **values) -> None:
		self.office("resolve", self.share(least, most), **values)

	def confirm(self) -> None:
		self.act("confirm", self.some_days(0.05, 3.5), rating=self.rating(), comment=self.lot.random() < 0.35)

	def rating(self) -> int:
		"""Draw how content they are; nought is no answer."""
		return self.lot.choices((0, 1, 2, 3, 4, 5), (22, 3, 5, 12, 27, 31))[0]

	def mostly_confirm(self) -> None:
		if self.lot.random() < 0.7:
			self.confirm()


def in_office_hours(moment: datetime, lot: Random) -> datetime:
	day = moment.date()
	if moment.time() > OFFICE_CLOSES:
		day += DAY
	while day.weekday() > 4:
		day += DAY
	if day == moment.date() and moment.time() >= OFFICE_OPENS:
		return moment
	return datetime.combine(day, OFFICE_OPENS) + lot.randint(0, 400) * MINUTE


# complaints


def confirmed(t: Teller) -> None:
	t.begin()
	t.resolve()
	t.confirm()


def nothing_heard(t: Teller) -> None:
	t.begin()
	t.resolve()


def corrected(t: Teller) -> None:
	t.office("correct_category", t.hours(2, 20))
	confirmed(t)


def reminded(t: Teller) -> None:
	t.act("remind", t.share(0.8, 1.6))
	t.begin()
	t.resolve()
	t.mostly_confirm()


def told_more(t: Teller) -> None:
	t.act("tell_more", t.share(0.2, 0.6))
	confirmed(t)


def called_back(t: Teller) -> None:
	t.act("want_call", t.hours(2, 30))
	t.office("call", t.hours(3, 40))
	t.resolve()
	t.mostly_confirm()


def asked_and_answered(t: Teller) -> None:
	t.begin()
	t.office("ask", t.share(0.1, 0.5))
	t.act("answer", t.some_days(0.1, 5))
	t.resolve()
	t.mostly_confirm()


def unanswered(t: Teller) -> None:
	t.office("ask", t.share(0.1, 0.7))


def sent_on(t: Teller) -> None:
	t.office("send_on", t.share(0.1, 0.5))
	t.begin()
	t.resolve()
	t.mostly_confirm()


def sent_about(t: Teller) -> None:
	for _time in range(3):
		t.office("send_on", t.share(0.2, 0.6))
	t.resolve()


def reopened(t: Teller) -> None:
	t.begin()
	t.resolve()
	t.act("not_settled", t.some_days(0.05, 3))
	t.office("resolve", t.share(0.3, 0.9), again=True)
	t.mostly_confirm()


def reopened_twice(t: Teller) -> None:
	t.resolve()
	for _time in range(2):
		t.act("not_settled", t.some_days(0.05, 3))
		t.office("resolve", t.share(0.3, 0.8), again=True)
	t.mostly_confirm()


def appealed(t: Teller) -> None:
	t.office("propose", t.share(0.2, 0.6), what="Out of Scope")
	t.office("approve", t.some_days(0.3, 2))
	t.act("not_settled", t.some_days(0.2, 4))
	t.office("resolve", t.some_days(3, 9), again=True)


def long_term(t: Teller) -> None:
	t.begin()
	t.office("propose", t.share(0.2, 0.8), what="Long Term", until=t.lot.randint(50, 160))
	t.office("approve", t.some_days(0.3, 3))


def long_term_done(t: Teller) -> None:
	wait = t.lot.randint(20, 60)
	t.office("propose", t.share(0.2, 0.8), what="Long Term", until=wait)
	t.office("approve", t.some_days(0.3, 3))
	t.office("start", wait * DAY * t.lot.uniform(0.6, 1))
	t.office("resolve", t.some_days(2, 12), again=True)
	t.mostly_confirm()


def long_term_extended(t: Teller) -> None:
	wait = t.lot.randint(20, 40)
	t.office("propose", t.share(0.2, 0.8), what="Long Term", until=wait)
	t.office("approve", t.some_days(0.3, 3))
	t.office("propose", (wait - 5) * DAY, what="Long Term", until=60)
	t.office("approve", t.some_days(0.3, 2))


def proposal_declined(t: Teller) -> None:
	t.office("propose", t.share(0.2, 0.8), what="Long Term", until=90)
	t.office("decline", t.some_days(0.3, 2))
	t.resolve()
	t.mostly_confirm()


def with_a_part(t: Teller) -> None:
	t.office("start", t.share(0.1, 0.3))
	t.office("ask_part", t.share(0.1, 0.3))
	t.office("resolve_part", t.share(0.3, 0.9))
	t.resolve(0.1, 0.4)
	t.mostly_confirm()


def joined(t: Teller) -> None:
	pass


def parted(t: Teller) -> None:
	t.office("part", t.some_days(0.3, 1.5))
	t.resolve()


def out_of_scope(t: Teller) -> None:
	t.office("propose", t.share(0.1, 0.6), what="Out of Scope")
	t.office("approve", t.some_days(0.2, 2))


def junk(t: Teller) -> None:
	t.office("propose", t.share(0.1, 0.4), what="Junk")
	t.office("approve", t.some_days(0.1, 1.5))


def withdrawn(t: Teller) -> None:
	t.act("withdraw", t.share(0.2, 1))


def force_closed(t: Teller) -> None:
	t.begin()
	t.resolve()
	t.act("not_settled", t.some_days(0.1, 2))
	t.office("force_close", t.some_days(2, 6))


def neglected(t: Teller) -> None:
	if t.lot.random() < 0.3:
		t.act("remind", t.days * DAY + t.some_days(0.5, 4))
	# Until somebody looks at the list of the oldest.
	t.office("resolve", t.some_days(25, 75), again=True)
	t.mostly_confirm()


def explained(t: Teller) -> None:
	t.office("give_reason", t.days * DAY * 1.5 + t.some_days(0.5, 3), until=t.lot.randint(6, 25))
	t.office("resolve", t.some_days(8, 40))
	t.mostly_confirm()


def came_again(t: Teller) -> None:
	t.resolve()
	t.confirm()
	t.act("not_settled", t.some_days(34, 50))
	t.office("resolve", t.some_days(1, 4), again=True)


# demands and suggestions


def sanctioned(t: Teller) -> None:
	t.office("start", t.some_days(1, 5))
	t.office("sanction", t.some_days(3, 14), until=t.lot.randint(60, 240))


def built(t: Teller) -> None:
	wait = t.lot.randint(25, 70)
	t.office("sanction", t.some_days(3, 12), until=wait)
	t.office("start", wait * DAY * 0.8)
	t.office("resolve", t.some_days(2, 10), built=True)
	t.mostly_confirm()


def not_sanctioned(t: Teller) -> None:
	t.office("refuse", t.some_days(3, 19))


def refusal_appealed(t: Teller) -> None:
	t.office("refuse", t.some_days(3, 15))
	t.act("not_settled", t.some_days(0.3, 5))
	t.office("sanction", t.some_days(2, 8), until=120)


def undecided(t: Teller) -> None:
	t.office("refuse", t.some_days(24, 60))


def taken_up(t: Teller) -> None:
	t.office("accept_suggestion", t.some_days(2, 15))


def thanked(t: Teller) -> None:
	t.office("answer_suggestion", t.some_days(2, 20))


def unread(t: Teller) -> None:
	t.office("answer_suggestion", t.some_days(30, 90))


TELLERS = {title: globals()[title] for titles in STORIES.values() for title in titles}


def tell(cases: int, seed: int, until: datetime) -> list[Story]:
	"""Draw the stories of so many cases that were registered in the half year before `until`, in the order of time."""
	lot = Random(f"{seed} {cases}")
	shown = list(desks(until, lot)) if cases >= 60 else []
	stories = []
	for kind, titles in titles_of(cases - len(shown)).items():
		lot.shuffle(titles)
		stories += [draw(title, kind, lot, until) for title in titles]
	stories += shown
	join(stories, lot, until)
	stories.sort(key=lambda story: (story.registered, story.title, story.category, story.place.name))
	renumber(stories)
	for story in stories:
		known = lot.random() < 0.35 and story.joins is None and story.number
		story.citizen = lot.randint(0, story.number) if known else story.number
		speaks = Random(f"{seed} speaks {story.citizen}")
		(story.language,) = speaks.choices([*LANGUAGES], [*LANGUAGES.values()])
		if not story.acts:
			TELLERS[story.title](Teller(story, Random(f"{seed} {story.number}")))
	return stories


def titles_of(count: int) -> dict[str, list[str]]:
	"""Share out a number of stories by the shares above, every one at least once; who comes again makes two cases."""
	weights = {
		(kind, title): share / sum(titles.values()) * KINDS[kind]
		for kind, titles in STORIES.items()
		for title, share in titles.items()
	}
	exact = {each: weight / sum(weights.values()) * count for each, weight in weights.items()}
	given = {each: max(1, int(number)) for each, number in exact.items()}
	missing = count - sum(given.values()) - given[COMPLAINT, "came_again"]
	given[COMPLAINT, "confirmed"] += max(0, missing)
	for _surplus in range(-missing):
		given[max(given, key=given.get)] -= 1
	found = defaultdict(list)
	for (kind, title), number in given.items():
		found[kind] += [title] * number
	return found


def draw(title: str, kind: str, lot: Random, until: datetime) -> Story:
	registered = moment(lot, until)
	if title == "came_again":
		# Long enough ago that it can come again.
		registered = min(registered, until - 90 * DAY)
	place, category = matter(kind, registered, lot)
	(source,) = lot.choices([*SOURCES], [*SOURCES.values()])
	if title in ("told_more", "called_back", "withdrawn", "came_again", "reminded"):
		source = WHATSAPP
	return Story(0, title, kind, category, place, registered, source=source)


def moment(lot: Random, until: datetime) -> datetime:
	"""Draw when somebody writes: more each month, most on Mondays, in the mornings."""
	days = range(DAYS)
	first = until.date() - DAYS * DAY
	weights = [
		WEEKDAYS[(first + day * DAY).weekday()]
		* (FIRST_MONTH + (1 - FIRST_MONTH) * day / 60 if day < 60 else 1)
		for day in days
	]
	while True:
		day: date = first + lot.choices(days, weights)[0] * DAY
		hour = lot.choices([*HOURS], [*HOURS.values()])[0]
		found = datetime.combine(day, time(hour, lot.randint(0, 59), lot.randint(0, 59)))
		if found < until - HOUR:
			return found


def matter(kind: str, registered: datetime, lot: Random) -> tuple[Place, str]:
	"""Draw where it is and what it is about: by population, and by the season."""
	place = lot.choices(places(), [each.people for each in places()])[0]
	column = "urban" if place.is_urban else "rural"
	shares = {}
	for row in rows("shares"):
		kinds = categories()[row["category"]]["applies_to"].split(";")
		if kind in (kinds if kinds != [""] else (COMPLAINT,)):
			busy = str(registered.month) in row["busy_months"].split()
			shares[row["category"]] = float(row[column]) * (float(row["times"]) if busy else 1)
	return place, lot.choices([*shares], [*shares.values()])[0]


def join(stories: list[Story], lot: Random, until: datetime) -> None:
	"""Give each joined story a main one: the same matter in the same place, a few days before and open still."""
	mains = [
		story
		for story in stories
		if story.title in ("confirmed", "nothing_heard", "reminded")
		and categories()[story.category]["can_be_shared"] == "1"
		and categories()[story.category]["priority"] != EMERGENCY
		and story.kind == COMPLAINT
		and story.registered < until - 3 * DAY
	]
	# A few matters that many people report are more like life than many pairs.
	few = lot.sample(mains, max(1, min(len(mains), sum(s.title == "joined" for s in stories) // 3)))
	for story in stories:
		if story.title not in ("joined", "parted"):
			continue
		main = lot.choice(few if story.title == "joined" else mains)
		story.category, story.place, story.kind = main.category, main.place, main.kind
		wait = lot.uniform(0.5, 7) * HOUR
		story.registered = main.registered + wait
		if story.registered.hour >= 21 or story.registered.hour < 7:
			story.registered = main.registered + 20 * MINUTE
		story.source = WHATSAPP if lot.random() < 0.7 and story.title == "joined" else "Phone"
		story.joins = id(main)


def renumber(stories: list[Story]) -> None:
	numbers = {id(story): number for number, story in enumerate(stories)}
	for story in stories:
		story.number = numbers[id(story)]
		story.joins = numbers[story.joins] if story.joins is not None else None


# what lies on the desks of the logins that the README names


def desks(until: datetime, lot: Random):
	for category, block, ward in DESKS:
		here = [place for place in places() if place.block == block and place.name.startswith(ward)]
		for situation in SITUATIONS:
			yield on_desk(situation, category, lot.choice(here), lot, until)


def on_desk(situation: str, category: str, place: Place, lot: Random, until: datetime) -> Story:
	days = int(categories()[category]["resolution_days"])
	working = categories()[category]["day_kind"] == "Working"
	before = {"new": 0, "begun": 1, "due_today": days, "overdue": days + 3, "reopened_today": 6, "waiting": 2}
	day = days_before(until.date(), before[situation], working)
	registered = datetime.combine(day, time(9, 0)) + lot.randint(0, 90) * MINUTE
	registered = min(registered, until - 3 * HOUR)
	title = {"reopened_today": "reopened", "waiting": "asked_and_answered"}.get(situation, "confirmed")
	story = Story(0, title, COMPLAINT, category, place, registered)
	ask = min(registered + DAY, until - 2 * HOUR)
	if situation == "begun":
		story.acts = [(ask, "start", {})]
	elif situation == "waiting":
		story.acts = [(ask, "ask", {})]
	elif situation == "reopened_today":
		story.acts = [
			(registered + 26 * HOUR, "resolve", {}),
			(until - 2 * HOUR, "not_settled", {}),
		]
	else:
		# Nothing is done, and that it was looked at is noted.
		story.acts = [(min(registered + 2 * HOUR, until - HOUR), "note", {})]
	return story


def days_before(day: date, count: int, working: bool) -> date:
	while count:
		day -= DAY
		count -= not working or day.weekday() < 5
	return day
