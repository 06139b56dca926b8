"""Play the stories of the demo in the app: each decision at its moment and as who makes it, the scheduler between them.

What a decision leads to is left to the rules of the app; one that they do not let be made is not made. The clock is moved
by freezegun, which is no part of a site in use.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import add_days, get_system_timezone, nowdate

from grievance_cell.conversations.form import OWN_MATTER
from grievance_cell.demo import pictures, stories
from grievance_cell.demo.masters import CHANNEL, login
from grievance_cell.demo.phone_screens import PhoneScreens
from grievance_cell.demo.phones import Person, Phones, TalkWithoutEnd
from grievance_cell.demo.reviews import Reviews
from grievance_cell.demo.stories import COMPLAINT, DAY, HOUR, MINUTE, SUGGESTION, WHATSAPP, Story
from grievance_cell.grievances import (
	assignments,
	categorisation,
	delays,
	duplicates,
	escalation,
	lifecycle,
	parts,
	proposals,
	transfers,
)
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, category_of
from grievance_cell.messaging import joined, silence, templates
from grievance_cell.organisation import postings
from grievance_cell.oversight import directions

OPERATOR, COLLECTOR = login("operator"), login("collector")
CITIZEN_NUMBERS = 919876510000
# Of a hundred who write, so many send a photo, and so many say it instead of writing it.
PHOTOS, VOICE_NOTES = 45, 5
# What is nobody's work today is looked at again later.
NOBODY_THERE, MOST_WAITS = 2 * DAY, 5
# Where a case is sent that is no work of its first office.
OTHER_DEPARTMENTS = {"PHE": "ULB", "ULB": "PWD", "PWD": "PRD", "PRD": "PWD", "ELEC": "ULB"}
NIGHT_WORK = timedelta(hours=1)
# What cannot be told again from the seed, of the player and of its phones.
KNOWN = ("now", "agenda", "order", "registered", "names", "part_names", "refused")
KNOWN_OF_PHONES = ("messages", "sent")


@contextmanager
def moved_clock(until: datetime):
	"""Stop the clock for a block, at the begin of the half year; yields what moves it to a moment of the site's time."""
	# Only here: a site in use has it not.
	from freezegun import freeze_time

	zone = ZoneInfo(get_system_timezone())

	def in_utc(moment: datetime) -> datetime:
		return moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

	with freeze_time(in_utc(until - (stories.DAYS + 1) * DAY)) as frozen:
		yield lambda moment: frozen.move_to(in_utc(moment))


class Sayings:
	"""Draws what people say, in their words, from data/said.csv."""

	def __init__(self):
		self.by_occasion: dict[tuple, list[str]] = {}
		for row in stories.rows("said"):
			self.by_occasion.setdefault((row["saying"], row["about"], row["language"]), []).append(
				row["text"]
			)

	def draw(self, lot: Random, saying: str, about: str = "", language: str = "hi") -> str:
		for key in ((about, language), (about, "hi"), ("", language), ("", "hi"), ("Other matters", "hi")):
			if found := self.by_occasion.get((saying, *key)):
				return lot.choice(found)
		raise KeyError(saying)


class HalfYear:
	"""Six months of a district, until a moment."""

	def __init__(
		self, cases: int, seed: int, until: datetime, go_to: Callable, screens: PhoneScreens | None = None
	):
		self.seed, self.until, self.screens = seed, until, screens
		self.stories = stories.tell(cases, seed, until)
		self.sayings = Sayings()
		self.descriptions: dict[tuple[str, str], list[str]] = {}
		for row in (*stories.rows("descriptions"), *stories.rows("matters")):
			self.descriptions.setdefault((row["category"], row["language"]), []).append(row["text"])
		self.move_clock, self.now = go_to, until - (stories.DAYS + 1) * DAY
		self.channel = frappe.get_doc("Chat Channel", CHANNEL["channel_name"])
		self.files = pictures.files()
		self.phones = Phones(self.channel, Random(f"{seed} phones"), self.files, self.pass_time, self.be)
		self.codes = {row["code"]: row["department_name"] for row in stories.rows("departments")}
		self.areas = self.find_areas()
		self.hindi = {row["area_name"]: row["area_hi"] for row in stories.rows("areas")}
		self.flow = frappe.db.get_value("Chat Flow", {"document_type": "Grievance", "occasion": "Menu"})
		self.names: dict[int, str] = {}
		self.part_names: dict[int, str] = {}
		self.people: dict[int, Person] = {}
		self.reviews = Reviews(self)
		self.refused: Counter = Counter()
		self.agenda: list = []
		self.order = 0
		self.registered = 0

	def find_areas(self) -> dict[tuple[str, str], str]:
		areas = frappe.get_all("Local Area", fields=["name", "area_name", "parent_local_area"])
		names = {area.name: area.area_name for area in areas}
		return {(area.area_name, names.get(area.parent_local_area, "")): area.name for area in areas}

	# time

	def go_to(self, moment: datetime) -> None:
		# A talk may have taken longer than to the next thing that happens.
		self.now = max(self.now, moment)
		self.move_clock(self.now)

	def pass_time(self, span: timedelta) -> None:
		self.go_to(self.now + span)

	def be(self, user: str) -> None:
		if frappe.session.user != user:
			# With each change Frappe forgets what it has read from Redis, which is no user's.
			cache = frappe.local.cache
			frappe.set_user(user)
			frappe.local.cache = cache

	def plan(self, moment: datetime, act: str, story: Story | None, **values) -> None:
		self.order += 1
		heappush(self.agenda, (moment, self.order, act, story and story.number, values))

	def play(
		self,
		progress: Callable[[int, int, datetime], None],
		keep: Callable[[dict], None] = lambda state: None,
	) -> None:
		"""Let all happen that happens before the end, in the order of time.

		`progress` is told of each case registered; each night `keep` is given what `restore` takes to go on from there.
		"""
		if not self.order:
			self.begin()
		self.go_to(self.now)
		while self.agenda and self.agenda[0][0] < self.until - 10 * MINUTE:
			if self.agenda[0][2] == "night":
				keep(self.state())
			moment, _order, act, number, values = heappop(self.agenda)
			story = None if number is None else self.stories[number]
			self.live_until(moment)
			self.go_to(moment)
			self.do(act, story, values)
			self.phones.deliver()
			if act == "register":
				self.registered += 1
				progress(self.registered, len(self.stories), self.now)
		self.live_until(self.until)
		self.go_to(self.until)
		self.phones.deliver()
		self.phones.tell_statuses()
		self.reviews.leave_one_open()
		self.be("Administrator")
		if self.screens:
			self.screens.show(self.files)

	def begin(self) -> None:
		self.go_to(self.now)
		self.approve_templates()
		for story in self.stories:
			self.plan(story.registered, "register", story)
			for moment, act, values in story.acts:
				self.plan(moment, act, story, **values)
		for day in range(stories.DAYS + 2):
			morning = datetime.combine(self.now.date() + day * DAY, datetime.min.time())
			self.plan(morning + NIGHT_WORK, "night", None)
			self.plan(morning + 7 * HOUR + MINUTE, "morning", None)
		self.reviews.plan(self.now)

	def state(self) -> dict:
		"""Say what is known here and not in the database."""
		return {
			**{name: getattr(self, name) for name in KNOWN},
			"phones": {name: getattr(self.phones, name) for name in KNOWN_OF_PHONES},
			"lot": self.phones.lot.getstate(),
		}

	def restore(self, state: dict) -> None:
		"""Know what was known when the half year was stopped."""
		for name in KNOWN:
			setattr(self, name, state[name])
		for name in KNOWN_OF_PHONES:
			setattr(self.phones, name, state["phones"][name])
		self.phones.lot.setstate(state["lot"])

	def live_until(self, moment: datetime) -> None:
		"""Let the scheduler run in each full minute in which something is due for a case."""
		while next_check := frappe.db.sql("select min(next_check_on) from `tabGrievance`")[0][0]:
			minute = next_check.replace(second=0, microsecond=0)
			if minute <= next_check:
				minute += MINUTE
			if minute > moment:
				return
			self.go_to(minute)
			self.be("Administrator")
			escalation.check_due()
			self.phones.deliver()

	def night(self, _story) -> None:
		"""Do what the scheduler does at night, and once a month what is learned from the cases: it takes its time."""
		self.be("Administrator")
		assignments.hand_over()
		directions.hand_over()
		silence.drop_old_drafts()
		joined_left = frappe.get_all("Grievance", {"tell_joined": 1}, pluck="name", order_by="name")
		for case in joined_left:
			joined.tell(case)
		if self.now.weekday() == 6 and self.now.day <= 7:
			categorisation.retrain()

	def morning(self, _story) -> None:
		"""Let go out what has waited for the end of the muted hours, and come in what became of it."""
		self.phones.deliver()
		self.phones.tell_statuses()

	def announce_review(self, _story) -> None:
		self.reviews.announce()

	def review(self, _story) -> None:
		self.reviews.begin()

	def end_review(self, _story) -> None:
		self.reviews.end()

	def report_direction(self, _story, direction: str) -> None:
		self.reviews.report(direction)

	def approve_templates(self) -> None:
		"""Have Meta approve all templates, so that notices go out after the 24 hours as well."""
		self.be("Administrator")
		for name in frappe.get_all("Chat Template", {"enabled": 1}, pluck="name", order_by="name"):
			described = templates.describe(frappe.get_doc("Chat Template", name))
			meta_id = self.screens and self.screens.approve(described)
			templates.set_state(name, self.channel.business_account_id, templates.APPROVED, meta_id=meta_id)
		frappe.db.commit()

	def do(self, act: str, story: Story | None, values: dict) -> None:
		"""Do an act of a story; what the rules refuse is counted."""
		if story and act != "register" and story.number not in self.names:
			return
		try:
			getattr(self, act)(story, **values)
		except (frappe.ValidationError, frappe.PermissionError) as refusal:
			frappe.db.rollback()
			frappe.clear_messages()
			self.refused[act, type(refusal).__name__, str(refusal)[:100]] += 1
			return
		frappe.db.commit()

	# people

	def lot(self, story: Story, what: str) -> Random:
		return Random(f"{self.seed} {story.number} {what}")

	def person(self, story: Story) -> Person:
		if story.citizen not in self.people:
			lot = Random(f"{self.seed} person {story.citizen}")
			column = "name_hi" if story.language == "hi" else "name_latin"
			place = story.place.name_hi if story.language.startswith("hi") else story.place.name
			names = stories.rows("names")
			given, family = (
				lot.choice([row[column] for row in names if row["part"] == part])
				for part in ("given", "family")
			)
			self.people[story.citizen] = Person(
				str(CITIZEN_NUMBERS + story.citizen),
				f"{given} {family}",
				story.language.removesuffix("-Latn"),
				f"{place}, {self.sayings.draw(lot, 'near', '', story.language)}",
			)
		return self.people[story.citizen]

	def case(self, story: Story):
		return frappe.get_doc("Grievance", self.names[story.number])

	def matter(self, story: Story):
		"""Get the case on which the work for a story is done."""
		return duplicates.main_of(self.case(story))

	def group(self, story: Story) -> str:
		return stories.categories()[story.category]["parent"]

	def say(self, story: Story, saying: str, about: str = "", language: str = "hi") -> str:
		return self.sayings.draw(self.lot(story, saying), saying, about, language)

	def as_user(self, user: str, act: Callable, *given, **values):
		self.be(user)
		return act(*given, **values)

	def officer_act(self, story: Story, act: str, how: Callable, values: dict, case=None) -> None:
		"""Let the officer of a case do something, saying first why it is late if it is.

		Where nobody is in the office it is done some days later, by whoever has the case then.
		"""
		case = case or self.case(story)
		officer = postings.worker_of(case.posting)
		waits = values.pop("waits", 0)
		if not officer:
			if waits < MOST_WAITS:
				self.plan(self.now + NOBODY_THERE, act, story, **values, waits=waits + 1)
			return
		self.be(officer)
		if category_of(case.status) in (OPEN, "Paused") and delays.reason_wanted(case):
			self.explain(story, case)
			case = frappe.get_doc("Grievance", case.name)
		how(case)

	def explain(self, story: Story, case, until: int = 0) -> None:
		lot = self.lot(story, "delay")
		reasons = [row["about"] for row in stories.rows("said") if row["saying"] == "delay"]
		reason = lot.choice(reasons)
		expected_by = add_days(nowdate(), until) if until else None
		delays.give_reason(case, reason, self.sayings.draw(lot, "delay", reason), expected_by)

	# registration

	def register(self, story: Story) -> None:
		main = None
		if story.joins is not None and story.title == "joined":
			main = self.names.get(story.joins)
		if story.source == WHATSAPP:
			self.register_by_phone(story, main)
		else:
			self.register_in_office(story, main)

	def description(self, story: Story) -> str:
		lot = self.lot(story, "description")
		if story.kind == SUGGESTION:
			return self.sayings.draw(lot, "suggestion", self.group(story), story.language)
		texts = (
			self.descriptions.get((story.category, story.language)) or self.descriptions[story.category, "hi"]
		)
		days, near = str(lot.randint(3, 40)), self.sayings.draw(lot, "near", "", story.language)
		opening = self.sayings.draw(lot, "opening", "", story.language)
		closing = self.sayings.draw(lot, "closing", "", story.language)
		return opening + lot.choice(texts).rstrip("।. ") + closing.format(days=days, near=near)

	def register_by_phone(self, story: Story, main: str | None) -> None:
		lot, person = self.lot(story, "talk"), self.person(story)
		spoken = lot.random() * 100 < VOICE_NOTES
		answers = {
			"language": person.language,
			"name": person.name,
			"type": story.kind,
			"description": ("audio", "voice") if spoken else self.description(story),
			"category": (self.group(story), story.category),
			"wrong_category": story.title == "corrected",
			"danger": str(int(lot.random() < 0.3)),
			"area": (self.areas[story.place.name, story.place.parent], self.ways_to_say(story.place, lot)),
			"similar": main or OWN_MATTER,
		}
		if lot.random() < 0.7:
			answers["address"] = self.sayings.draw(lot, "near", "", story.language)
		if lot.random() * 100 < PHOTOS:
			answers["photo"] = ("image", self.photo(story, lot))
		self.phones.begin(person)
		if not (spoken or story.kind != COMPLAINT or lot.random() < 0.25):
			self.phones.write(person, answers["description"])
		if not self.phones.session(person).draft:
			# Or what they wrote was taken for the answer to what an office has asked.
			self.phones.write(person, "नमस्ते")
			self.phones.fill_in(person, answers)
			self.phones.tap(person, f"flow:{self.flow}:{story.kind}")
		self.phones.fill_in(person, answers)
		made = self.phones.session(person).latest_case
		if not made or made in self.names.values():
			raise TalkWithoutEnd(f"No case was made of story {story.number}, {story.title}")
		self.names[story.number] = made

	def ways_to_say(self, place: stories.Place, lot: Random) -> list:
		"""List how somebody says where it is, one after the other until it is understood."""
		town = self.hindi[place.block].removesuffix(" विकासखंड")
		said: list = [f"{place.name_hi} {town}", f"{place.name} {place.block}", place.name_hi]
		if place.position and lot.random() < 0.4:
			latitude, longitude = place.position
			said.insert(0, ("location", {"latitude": latitude, "longitude": longitude}))
		return said

	def photo(self, story: Story, lot: Random, when: str = "before") -> str:
		of_group = [name for name in self.files if name.startswith(f"{when}-{self.group(story)}")]
		return lot.choice(of_group)

	def register_in_office(self, story: Story, main: str | None) -> None:
		person = self.person(story)
		case = frappe.get_doc(
			{
				"doctype": "Grievance",
				"grievance_type": story.kind,
				"category": story.category,
				"description": self.description(story),
				"source": story.source,
				"area": self.areas[story.place.name, story.place.parent],
				"address": self.say(story, "near"),
				"citizen_name": person.name,
				"mobile_no": f"+{person.number}",
				"language": person.language,
				"duplicate_of": main,
			}
		)
		self.names[story.number] = self.as_user(OPERATOR, case.insert).name

	# what officers do

	def start(self, story: Story, **values) -> None:
		def start(case):
			# A work whose day has come goes on by itself.
			if case.status != escalation.WORK_STATUS:
				lifecycle.act(case, "Start Work")

		self.officer_act(story, "start", start, values)

	def note(self, story: Story, **values) -> None:
		def note(case):
			case.add_comment("Comment", self.say(story, "note"))

		self.officer_act(story, "note", note, values)

	def resolve(self, story: Story, again: bool = False, built: bool = False, **values) -> None:
		saying = "again" if again else "built" if built else "resolution"

		def resolve(case):
			lot = self.lot(story, "proof")
			photo = None
			wanted = frappe.get_cached_value("Grievance Category", case.category, "photo_wanted")
			# What is told in confidence is shown to nobody, not even mended.
			if wanted or (lot.random() < 0.3 and not case.confidential):
				photo = self.attach(case, self.photo(story, lot, "after"))
			lifecycle.act(
				case, "Resolve", resolution=self.say(story, saying, story.category), resolution_photo=photo
			)

		self.officer_act(story, "resolve", resolve, {"again": again, "built": built, **values})

	def attach(self, case, name: str) -> str:
		file = {
			"doctype": "File",
			"file_name": f"{case.name}.png",
			"content": self.files[name],
			"is_private": 1,
			"attached_to_doctype": case.doctype,
			"attached_to_name": case.name,
			"attached_to_field": "resolution_photo",
		}
		return frappe.get_doc(file).insert().file_url

	def ask(self, story: Story, **values) -> None:
		def ask(case):
			lifecycle.act(case, "Ask Citizen", question=self.say(story, "question", self.group(story)))

		self.officer_act(story, "ask", ask, values)

	def send_on(self, story: Story, **values) -> None:
		def send_on(case):
			code = next(code for code, name in self.codes.items() if name == case.department)
			other = OTHER_DEPARTMENTS.get(code, "CELL" if code != "CELL" else "REV")
			transfers.transfer(case, department=self.codes[other], reason=self.say(story, "transfer"))

		self.officer_act(story, "send_on", send_on, values)

	def give_reason(self, story: Story, until: int, **values) -> None:
		def give_reason(case):
			if delays.is_noted(case) and not case.expected_by:
				self.explain(story, case, until)

		self.officer_act(story, "give_reason", give_reason, {"until": until, **values})

	def propose(self, story: Story, what: str, until: int = 0, **values) -> None:
		def propose(case):
			lot = self.lot(story, "propose")
			if what == proposals.LONG_TERM:
				saying = "extended" if case.long_term_count else "long_term"
				given = {"expected_by": add_days(nowdate(), until)}
				remark = self.sayings.draw(lot, saying)
			elif what == proposals.OUT_OF_SCOPE:
				reasons = [row["about"] for row in stories.rows("said") if row["saying"] == "scope"]
				reason = lot.choice(reasons)
				remark = self.sayings.draw(lot, "scope", reason)
				given = {"out_of_scope_reason": reason, "decision": remark}
			else:
				remark = self.sayings.draw(lot, "junk")
				given = {"decision": remark}
			proposals.propose(case, what, remark, **given)

		self.officer_act(story, "propose", propose, {"what": what, "until": until, **values})

	def approve(self, story: Story) -> None:
		case = self.case(story)
		if not case.proposal:
			return
		self.be(self.decider(case))
		if delays.reason_wanted(case):
			self.explain(story, case)
			case = self.case(story)
		proposals.approve(case)

	def decline(self, story: Story) -> None:
		case = self.case(story)
		if case.proposal:
			self.as_user(self.decider(case), proposals.decline, case, self.say(story, "declined"))

	def decider(self, case) -> str:
		"""Name who decides about a case: the head of its department, or the collector about what the head has proposed."""
		head = postings.worker_of(postings.head_of(case.department, case.area))
		roles = frappe.get_roles(head) if head else ()
		return head if "Department Head" in roles and head != case.proposed_by else COLLECTOR

	def decide(self, story: Story, action: str, saying: str, field: str, until: int = 0) -> None:
		case = self.case(story)
		decider = self.decider(case)
		self.be(decider)
		if delays.reason_wanted(case) and action != "Force Close":
			self.explain(story, case)
			case = self.case(story)
		given = {"expected_by": add_days(nowdate(), until)} if until else {}
		lifecycle.act(case, action, **{field: self.say(story, saying)}, **given)

	def sanction(self, story: Story, until: int) -> None:
		self.decide(story, "Sanction", "sanctioned", "long_term_reason", until)

	def refuse(self, story: Story) -> None:
		self.decide(story, "Do Not Sanction", "refused", "decision")

	def force_close(self, story: Story) -> None:
		self.decide(story, "Force Close", "forced", "decision")

	def accept_suggestion(self, story: Story, **values) -> None:
		def accept(case):
			lifecycle.act(case, "Accept Suggestion", decision=self.say(story, "taken_up"))

		self.officer_act(story, "accept_suggestion", accept, values)

	def answer_suggestion(self, story: Story, **values) -> None:
		def answer(case):
			lifecycle.act(case, "Answer Suggestion", decision=self.say(story, "thanked"))

		self.officer_act(story, "answer_suggestion", answer, values)

	def ask_part(self, story: Story, **values) -> None:
		def ask_part(case):
			code = next(code for code, name in self.codes.items() if name == case.department)
			other = OTHER_DEPARTMENTS.get(code, "PWD")
			asked = parts.ask(case, self.codes[other], self.say(story, "part"))
			self.part_names[story.number] = asked.name

		self.officer_act(story, "ask_part", ask_part, values)

	def resolve_part(self, story: Story, **values) -> None:
		if story.number not in self.part_names:
			return

		def resolve_part(case):
			photo = self.attach(case, self.photo(story, self.lot(story, "part"), "after"))
			lifecycle.act(
				case,
				"Resolve",
				resolution=self.say(story, "resolution", story.category),
				resolution_photo=photo,
			)

		part = frappe.get_doc("Grievance", self.part_names[story.number])
		self.officer_act(story, "resolve_part", resolve_part, values, part)

	# what the grievance cell does

	def correct_category(self, story: Story) -> None:
		case = self.case(story)
		case.category = story.category
		self.as_user(OPERATOR, case.save)

	def part(self, story: Story) -> None:
		"""Join a case to another by mistake, and part it again."""
		main = self.names[story.joins]
		self.as_user(OPERATOR, duplicates.merge, self.case(story), main)
		self.as_user(OPERATOR, duplicates.unmerge, self.case(story), self.say(story, "parted"))

	def call(self, story: Story) -> None:
		wanted = frappe.get_all(
			"Callback Request", {"status": "Open"}, pluck="name", order_by="name", limit=1
		)
		for name in wanted:
			request = frappe.get_doc("Callback Request", name)
			request.update({"status": "Done", "remark": self.say(story, "called")})
			self.as_user(OPERATOR, request.save)

	# what citizens do about their cases

	def tap_on_case(self, story: Story, what: str, answers: dict) -> None:
		"""Look a case up and choose what to do about it."""
		name, person = self.names[story.number], self.person(story)
		self.phones.begin(person)
		self.phones.write(person, name)
		self.phones.tap(person, f"{what}:{name}")
		self.phones.fill_in(person, answers)

	def confirm(self, story: Story, rating: int, comment: bool) -> None:
		if not self.was_settled(story):
			return
		person = self.person(story)
		self.phones.begin(person)
		self.phones.tap(person, f"feedback:{self.names[story.number]}:yes")
		if not rating:
			return
		answers = {"rating": str(rating)}
		if comment:
			answers["comment"] = self.say(story, "comment", "good" if rating > 3 else "poor", story.language)
		self.phones.fill_in(person, answers)

	def was_settled(self, story: Story) -> bool:
		status = self.matter(story).status
		return category_of(status) == "Resolved"

	def not_settled(self, story: Story) -> None:
		name, person = self.names[story.number], self.person(story)
		self.phones.begin(person)
		self.phones.tap(person, f"feedback:{name}:no")
		self.phones.fill_in(person, {"reason": self.say(story, "still", "", story.language)})
		if story.title == "came_again":
			following = frappe.db.get_value("Grievance", {"follows": name})
			self.names[story.number] = following or name

	def answer(self, story: Story) -> None:
		if not lifecycle.waits_for_citizen(self.matter(story).status):
			return
		person = self.person(story)
		self.phones.begin(person)
		self.phones.write(person, self.say(story, "answer", self.group(story)))
		if (this := f"held:{self.names[story.number]}") in self.phones.offered(person):
			self.phones.tap(person, this)

	def remind(self, story: Story) -> None:
		self.tap_on_case(story, "remind", {})

	def tell_more(self, story: Story) -> None:
		self.tap_on_case(story, "add", {"what": self.say(story, "more", "", story.language)})

	def withdraw(self, story: Story) -> None:
		self.tap_on_case(story, "withdraw", {"reason": self.say(story, "withdraw")})

	def want_call(self, story: Story) -> None:
		person = self.person(story)
		self.phones.begin(person)
		self.phones.write(person, "मुझे फोन करें")
		self.phones.fill_in(person, {"said": self.say(story, "callback")})
