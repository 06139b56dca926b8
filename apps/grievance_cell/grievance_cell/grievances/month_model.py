"""What a month of cases has to come to, worked out by hand: the model that test_month.py holds the app against.

It imports nothing of the app. Its offices, targets and days stand below as tables; working time is a list of every
working second, one after another. What the rules say it does for one case after another, as a clerk with a calendar would.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil

FIRST_DAY, LAST_MOMENT = date(2026, 1, 5), datetime(2026, 2, 5, 12, 0)
# What happens to the offices: one is on leave with its charge given to another, one gets another officer, one is closed.
LEAVE = ("Engineer 2", "Engineer 1", date(2026, 1, 19), date(2026, 1, 21))
NEW_OFFICER = ("Secretary", datetime(2026, 1, 20, 15, 0, 30))
CLOSING = ("Engineer 1", datetime(2026, 1, 28, 11, 0, 30))
# From when on a transfer gives a case its time anew.
TRANSFERS_RESTART = datetime(2026, 1, 17, 0, 0, 30)
HOLIDAYS = (date(2026, 1, 14), date(2026, 1, 26))
# Monday to Friday, with an hour for lunch.
HOURS = ((10, 13), (14, 18))
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

# Hours of the office to the first response; hours of the office, working days or days of the calendar to the resolution.
TARGETS = {
	("Drain", "Medium"): {"response": 4, "hours": 14},
	("Drain", "High"): {"response": 4, "hours": 7},
	("Road", "Medium"): {"response": 7, "working_days": 5},
	("Water", "Medium"): {"response": 4, "days": 3},
	("Fire", "Emergency"): {"response": 0.5, "hours": 6, "round_the_clock": True},
}
DEMAND_DAYS = 21
LADDER = ((1, 75, "Officer"), (2, 100, "Superior"), (3, 150, "Head"), (4, 200, "Collector"))
FEEDBACK_DAYS, QUESTION_DAYS, REMINDER_DAYS = 7, 10, (3, 6)
QUESTION_PAUSES, QUESTION_PAUSE_DAYS, REOPEN_DAYS, REOPEN_SHARE = 2, 10, 6, 0.5
INFORM_HOURS, INTERIM_DAYS, COLLECTOR, MOST_CALLS = 24, 21, "Collector", 5

# Office: department, above it, how high it stands.
OFFICES = {
	"Engineer 1": ("Town", "Assistant Engineer", 1),
	"Engineer 2": ("Town", "Assistant Engineer", 1),
	"Assistant Engineer": ("Town", "Executive Engineer", 2),
	"Executive Engineer": ("Town", None, 3),
	"Secretary": ("Panchayat", "Panchayat Officer", 1),
	"Panchayat Officer": ("Panchayat", COLLECTOR, 3),
	COLLECTOR: (None, None, 4),
}
HEADS = {"Town": "Executive Engineer", "Panchayat": "Panchayat Officer"}
# By department and place.
ROUTES = {
	("Town", "Ward 1"): "Engineer 1",
	("Town", "Ward 2"): "Engineer 2",
	("Town", "Village"): "Executive Engineer",
	("Panchayat", "Village"): "Secretary",
	("Panchayat", "Ward 1"): "Panchayat Officer",
	("Panchayat", "Ward 2"): "Panchayat Officer",
}
DEPARTMENTS = {"Ward 1": "Town", "Ward 2": "Town", "Village": "Panchayat"}

OPEN = ("Registered", "Assigned", "In Progress", "Reopened")
PAUSED = ("Awaiting Citizen", "Long Term")
WORKING = ("Assigned", "In Progress", "Reopened")
NOT_TOLD = ("Registered", "Assigned", "Delay Explained")
SUGGESTION, DEMAND = "Suggestion", "Demand"


def route(department: str, place: str, moment: datetime) -> str:
	office = ROUTES[department, place]
	if office == CLOSING[0] and moment >= CLOSING[1]:
		return HEADS[department]
	away, in_charge, first, last = LEAVE
	return in_charge if office == away and first <= moment.date() <= last else office


class OfficeTime:
	"""Every working second of the time ahead, in a row, counted from the first day's midnight."""

	def __init__(self):
		self.seconds = array("l")
		self.days = []
		for number in range(150):
			day = FIRST_DAY + number * DAY
			if day.weekday() < 5 and day not in HOLIDAYS:
				self.days.append(day)
				for opens, closes in HOURS:
					self.seconds.extend(range(number * 86400 + opens * 3600, number * 86400 + closes * 3600))

	def add(self, start: datetime, seconds: int) -> datetime:
		if not seconds:
			return start
		return MIDNIGHT + timedelta(seconds=self.seconds[self._before(start) + seconds - 1] + 1)

	def between(self, start: datetime, end: datetime) -> int:
		return self._before(end) - self._before(start)

	def _before(self, moment: datetime) -> int:
		return bisect_left(self.seconds, (moment - MIDNIGHT).total_seconds())

	def end_of_working_day(self, start: datetime, days: int) -> datetime:
		later = [day for day in self.days if day > start.date()]
		return datetime.combine(later[days - 1], time(HOURS[-1][1]))

	def end_of_day(self, start: datetime, days: int) -> datetime:
		wanted = start.date() + days * DAY
		return datetime.combine(next(day for day in self.days if day >= wanted), time(HOURS[-1][1]))


class AllTime:
	"""The clock on the wall."""

	def add(self, start: datetime, seconds: int) -> datetime:
		return start + timedelta(seconds=seconds)

	def between(self, start: datetime, end: datetime) -> int:
		return int((end - start).total_seconds())


MIDNIGHT = datetime.combine(FIRST_DAY, time())
OFFICE_TIME, ALL_TIME = OfficeTime(), AllTime()


@dataclass
class Case:
	"""A case, and what is expected of it so far."""

	kind: str
	category: str
	place: str
	registered: datetime
	citizen: bool = True
	part_of: "Case | None" = None
	department: str = ""
	follows: bool = False
	priority: str = "Medium"
	status: str = "Assigned"
	office: str = ""
	closure_reason: str | None = None
	level: int = 0
	transfers: int = 0
	reopened: int = 0
	long_terms: int = 0
	started: datetime | None = None
	share: float = 1
	held: int = 0
	held_since: datetime | None = None
	asked: datetime | None = None
	questions: int = 0
	question_held: timedelta = timedelta(0)
	reminders: int = 0
	expected: date | None = None
	proposal: str | None = None
	proposer: str | None = None
	proposed_date: date | None = None
	response: str | None = "Pending"
	calls: int = 0
	called: datetime | None = None
	standing: str | None = None
	first_breach: datetime | None = None
	breach_noted: bool = False
	reason_given: bool = False
	to_inform: list = field(default_factory=list)
	informed: datetime | None = None
	resolved: datetime | None = None
	closed: datetime | None = None
	parts: list = field(default_factory=list)
	main: "Case | None" = None
	joined: int = 0
	reminded_on: date | None = None
	actions: Counter = field(default_factory=Counter)

	def __post_init__(self):
		self.department = self.department or DEPARTMENTS[self.place]
		self.office = route(self.department, self.place, self.registered)
		self.priority = "Emergency" if self.category == "Fire" else "Medium"
		self.started = self.registered
		if self.kind == SUGGESTION:
			self.response = None
		if not self.part_of:
			self.to_inform = [self.registered + INFORM_HOURS * HOUR]
			if self.kind != SUGGESTION:
				self.to_inform.append(self.registered + INTERIM_DAYS * DAY)
		self.actions.update(("Registered", "Assigned"))

	# the clock

	@property
	def target(self) -> dict:
		return TARGETS[self.category, self.priority]

	@property
	def clock(self):
		"""What the target is counted in."""
		calendar_days = self.kind == DEMAND or "days" in self.target
		return ALL_TIME if calendar_days or self.target.get("round_the_clock") else OFFICE_TIME

	@property
	def due(self) -> datetime | None:
		if self.kind == SUGGESTION or self.held_since:
			return None
		start = self.clock.add(self.started, self.held)
		if self.kind == DEMAND:
			return OFFICE_TIME.end_of_day(start, ceil(DEMAND_DAYS * self.share))
		if "days" in self.target:
			return OFFICE_TIME.end_of_day(start, ceil(self.target["days"] * self.share))
		if "working_days" in self.target:
			return OFFICE_TIME.end_of_working_day(start, ceil(self.target["working_days"] * self.share))
		return self.clock.add(start, int(self.target["hours"] * 3600 * self.share))

	@property
	def respond_by(self) -> datetime | None:
		if self.kind == SUGGESTION:
			return None
		clock = ALL_TIME if self.target.get("round_the_clock") else OFFICE_TIME
		return clock.add(self.registered, int(self.target["response"] * 3600))

	def rung_at(self, percent: int) -> datetime:
		if percent == 100:
			return self.due
		length = self.clock.between(self.started, self.due) - self.held
		return self.clock.add(self.started, self.held + ceil(length * percent / 100))

	def stand(self, now: datetime) -> None:
		self.held_since = now

	def run_on(self, now: datetime) -> None:
		if self.held_since and self.kind != SUGGESTION:
			self.held += self.clock.between(self.held_since, now)
		self.held_since = None

	def is_late(self, now: datetime) -> bool:
		return bool(self.due and self.due < now)

	def owes_reason(self, now: datetime) -> bool:
		late_before = self.first_breach and not self.breach_noted
		return self.is_late(now) and (not self.reason_given or bool(late_before))

	def note_breach(self) -> None:
		if self.first_breach:
			self.reason_given = False
		self.first_breach = self.first_breach or self.due
		self.breach_noted = True

	def respond(self, now: datetime) -> None:
		if self.response == "Pending":
			self.response = "Met" if now <= self.respond_by else "Breached"

	@property
	def responded(self) -> bool:
		return bool(self.actions.keys() & RESPONSES)

	def begin_anew(self, now: datetime) -> None:
		self.started, self.held, self.breach_noted = now, 0, False
		if self.held_since:
			self.question_held += now - self.held_since if self.asked else timedelta(0)
			self.held_since = now

	# the record

	def record(self, action: str, now: datetime, told: bool = False) -> None:
		self.actions[action] += 1
		if told and self.citizen and not self.part_of:
			self.informed = now

	def move(self, to: str, now: datetime, by_citizen: bool = False) -> None:
		if to in (
			"Resolved",
			"Long Term",
			"Awaiting Citizen",
			"In Progress",
			"Closed",
			"Rejected",
			"Withdrawn",
			"Not Sanctioned",
			"Accepted",
		):
			self.respond(now)
		was, self.status = self.status, to
		if was == "Awaiting Citizen":
			self.asked = None
			if self.held_since:
				self.question_held += now - self.held_since
		if was in (*OPEN, *PAUSED) and to not in PAUSED:
			self.run_on(now)
		if was in (*OPEN, *PAUSED) and to not in (*OPEN, *PAUSED) and self.due:
			self.standing = "Breached" if self.is_late(now) else "Met"
			if self.is_late(now):
				self.first_breach = self.first_breach or self.due
		if to not in (*OPEN, *PAUSED):
			self.proposal = None
		self.record(to, now, told=not by_citizen)

	def close(self, to: str, reason: str, now: datetime, by_citizen: bool = False) -> None:
		was = self.status
		self.move(to, now, by_citizen)
		self.closure_reason, self.closed = reason, now
		if was in (*OPEN, *PAUSED) and reason not in ("Decided", "Confirmed"):
			for part in self.parts:
				part.live_until(now)
				if part.status in (*OPEN, *PAUSED):
					part.close("Withdrawn", "Withdrawn", now)
		if self.part_of and self.part_of.status in (*OPEN, *PAUSED, "Resolved"):
			self.part_of.record("Part Settled", now)

	# what time brings

	def timers(self) -> list[tuple[datetime, str]]:
		"""List what this case waits for."""
		if self.status == "Resolved":
			return [(self.resolved + FEEDBACK_DAYS * DAY, "feedback over")]
		if self.status not in (*OPEN, *PAUSED):
			return []
		found = [(moment, "inform") for moment in self.to_inform[:1]]
		if self.status == "Awaiting Citizen":
			found.append((self.asked + QUESTION_DAYS * DAY, "no answer"))
			found += [(self.asked + days * DAY, "remind") for days in REMINDER_DAYS[self.reminders :][:1]]
			if self.held_since:
				left = QUESTION_PAUSE_DAYS * DAY - self.question_held
				found.append((self.held_since + left, "pause over"))
		if self.status == "Long Term":
			found.append((datetime.combine(self.expected, time()), "expected"))
		if self.due:
			if not self.breach_noted:
				found.append((self.due, "breach"))
			found += [
				(self.rung_at(percent), "rung") for level, percent, _to in LADDER if level == self.level + 1
			]
			if self.response == "Pending":
				found.append((self.respond_by, "response"))
			if self.priority == "Emergency" and not self.responded and self.calls < MOST_CALLS:
				wait = self.respond_by - self.registered
				found.append(((self.called or self.registered) + wait, "call"))
		return found

	def live_until(self, moment: datetime) -> None:
		"""Let everything happen that happens by itself, at the full minute after its time has come."""
		while timers := self.timers():
			minute = full_minute_after(min(timers)[0])
			if minute > moment:
				return
			self.look(minute)

	def look(self, now: datetime) -> None:
		"""Do what has become due, and tell the citizen last."""
		breached_now = False
		while due := sorted(
			(what == "inform", moment, ORDER.index(what), what)
			for moment, what in self.timers()
			if moment < now
		):
			told_last, moment, _order, what = due[0]
			if told_last and breached_now:
				self.record("Overdue", now, told=True)
				breached_now = False
			breached_now |= what == "breach"
			self.happen(what, moment, now)
		if breached_now and self.status in (*OPEN, *PAUSED):
			self.record("Overdue", now, told=True)

	def happen(self, what: str, moment: datetime, now: datetime) -> None:
		if what == "feedback over":
			self.close("Closed", "No Reply to Feedback", now)
		elif what == "no answer":
			self.close("Closed", "No Reply to Question", now)
		elif what == "remind":
			self.reminders += 1
			self.record("Question Repeated", now, told=True)
		elif what == "pause over":
			self.question_held += moment - self.held_since
			self.run_on(moment)
		elif what == "expected":
			self.move("In Progress", now)
			self.record("Long Term Over", now)
		elif what == "breach":
			self.note_breach()
		elif what == "response":
			self.response = "Breached"
		elif what == "rung":
			self.climb()
			if self.level > 1:
				self.called = moment
			self.actions["Warned" if self.level == 1 else "Escalated"] += 1
		elif what == "call":
			above = self.above(SUPERIOR)
			self.calls = self.calls + 1 if above != self.office else MOST_CALLS
			self.office, self.called = above, moment
			self.actions["Not Acknowledged"] += 1
		elif what == "inform":
			self.inform(now)

	def climb(self) -> None:
		self.level += 1
		_level, _percent, to = LADDER[self.level - 1]
		if to != "Officer":
			self.office = self.above(to)

	def above(self, rung: str) -> str:
		"""Name the office to which a case goes: that of the rung, or of the next one up that has any. It never goes down."""
		_department, superior, height = OFFICES[self.office]
		line = {SUPERIOR: superior, "Head": HEADS[self.department], COLLECTOR: COLLECTOR}
		rungs = list(line)
		for each in rungs[rungs.index(rung) :]:
			if line[each] and OFFICES[line[each]][2] > height:
				return line[each]
		return self.office

	def inform(self, now: datetime) -> None:
		due = self.to_inform.pop(0)
		first = due == self.registered + INFORM_HOURS * HOUR
		told = self.informed and (first or self.informed >= now - DAY)
		if self.citizen and not told:
			self.record("Interim Reply", now, told=True)

	# what people do; each returns whether the rules let them

	def start(self, now) -> bool:
		if self.status not in ("Assigned", "Reopened", *PAUSED) or self.owes_reason(now):
			return False
		self.move("In Progress", now)
		return True

	def resolve(self, now) -> bool:
		for part in self.parts:
			part.live_until(now)
		open_parts = [part for part in self.parts if part.status in (*OPEN, *PAUSED)]
		if self.kind == SUGGESTION or self.status not in WORKING or self.owes_reason(now) or open_parts:
			return False
		self.move("Resolved", now)
		self.resolved = now
		if self.part_of:
			# Nobody is asked whether a part is settled.
			self.close("Closed", "Decided", now)
		return True

	def ask(self, now) -> bool:
		# Nobody can be asked in a letter that nobody has signed.
		if self.status not in WORKING or self.owes_reason(now) or self.part_of or not self.citizen:
			return False
		self.move("Awaiting Citizen", now)
		self.asked, self.reminders = now, 0
		self.questions += 1
		if self.questions <= QUESTION_PAUSES and self.question_held < QUESTION_PAUSE_DAYS * DAY:
			self.stand(now)
		return True

	def answer(self, now) -> bool:
		if self.status == "Awaiting Citizen":
			self.move("In Progress", now, by_citizen=True)
		else:
			self.record("Information Added", now)
		return True

	def write(self, now) -> bool:
		self.record("Information Added", now)
		return True

	def remind(self, now) -> bool:
		if self.status in (*OPEN, *PAUSED) and self.reminded_on != now.date():
			self.reminded_on = now.date()
			self.record("Reminded", now)
		return True

	def comment(self, now) -> bool:
		return True

	def edit(self, now) -> bool:
		return True

	def raise_priority(self, now) -> bool:
		self.priority = "High"
		return True

	def confirm(self, now) -> bool:
		if self.status == "Resolved":
			self.close("Closed", "Confirmed", now, by_citizen=True)
		return True

	def withdraw(self, now) -> bool:
		if self.status in (*OPEN, *PAUSED):
			self.close("Withdrawn", "Withdrawn", now, by_citizen=True)
		return True

	def may_be_reopened(self, now) -> bool:
		if self.kind == SUGGESTION or self.closure_reason in ("Withdrawn", "Duplicate"):
			return False
		if self.status == "Resolved":
			return True
		return self.status not in (*OPEN, *PAUSED) and now <= self.closed + REOPEN_DAYS * DAY

	def reopen(self, now) -> "bool | Case":
		"""Say that it is not settled; of a case that ended long ago this makes a new one, which is returned."""
		if not self.may_be_reopened(now):
			final = self.kind == SUGGESTION or self.closure_reason in ("Withdrawn", "Duplicate")
			if final or self.status in (*OPEN, *PAUSED):
				return True
			return Case(self.kind, self.category, self.place, now, self.citizen, follows=True)
		appeal = self.closure_reason in ("Decided", "Out of Scope", "Junk", "Force Closed")
		self.status, self.closure_reason = "Reopened", None
		self.reopened += 1
		rung = COLLECTOR if appeal or self.reopened > 2 else (SUPERIOR, "Head")[self.reopened - 1]
		self.office = self.above(rung)
		self.level, self.share, self.reason_given = 0, REOPEN_SHARE, False
		self.begin_anew(now)
		self.record("Reopened", now)
		return True

	def give_reason(self, now, new_date: date | None = None) -> bool:
		if self.status not in (*OPEN, *PAUSED) or not (self.owes_reason(now) or self.breach_noted):
			return False
		if new_date and self.status == "Long Term":
			return False
		if self.owes_reason(now) and not self.breach_noted:
			self.note_breach()
			self.record("Overdue", now, told=True)
		self.reason_given = True
		self.record("Delay Explained", now)
		if new_date:
			self.expected = new_date
			self.record("New Date", now, told=True)
		return True

	def propose(self, now, what: str, until: date | None = None) -> bool:
		extension = what == self.status == "Long Term"
		if self.proposal or not (self.status in OPEN or extension) or (until and until <= now.date()):
			return False
		self.proposal, self.proposer, self.proposed_date = what, self.office, until
		self.record(f"{what} Proposed", now)
		return True

	def decider(self, by: str) -> str:
		return {"head": HEADS[self.department], "officer": self.office}.get(by, by)

	def approve(self, now, by: str) -> bool:
		by = self.decider(by)
		what, extension = self.proposal, self.status == "Long Term"
		if not what or by == self.proposer or OFFICES[by][2] < 3:
			return False
		if what == "Long Term":
			extensions_left = self.long_terms < 2 or by == COLLECTOR
			if self.proposed_date <= now.date() or not extensions_left:
				return False
			if extension:
				self.expected, self.proposal = self.proposed_date, None
				self.long_terms += 1
				self.record("Long Term Extended", now, told=True)
				return True
			if self.status not in WORKING or self.owes_reason(now):
				return False
			self.wait_until(self.proposed_date, now)
			return True
		if self.status not in (*OPEN, "Awaiting Citizen") or self.owes_reason(now):
			return False
		self.close("Rejected", what, now)
		return True

	def wait_until(self, day: date, now) -> None:
		self.move("Long Term", now)
		self.stand(now)
		self.expected, self.proposal = day, None
		self.long_terms += 1

	def decline(self, now, by: str) -> bool:
		what, by = self.proposal, self.decider(by)
		if not what or by == self.proposer or OFFICES[by][2] < 3:
			return False
		self.proposal = None
		self.record(f"{what} Declined", now)
		return True

	def sanction(self, now, until: date) -> bool:
		if self.kind != DEMAND or self.status not in WORKING or self.owes_reason(now) or until <= now.date():
			return False
		self.wait_until(until, now)
		return True

	def refuse_sanction(self, now) -> bool:
		if self.kind != DEMAND or self.status not in WORKING or self.owes_reason(now):
			return False
		self.close("Not Sanctioned", "Decided", now)
		return True

	def answer_suggestion(self, now, taken_up: bool) -> bool:
		if self.kind != SUGGESTION or self.status not in WORKING:
			return False
		self.close("Accepted" if taken_up else "Closed", "Decided", now)
		return True

	def force_close(self, now, by: str = COLLECTOR) -> bool:
		if self.status not in (*OPEN, *PAUSED, "Resolved"):
			return False
		self.close("Closed", "Force Closed", now)
		return True

	def transfer(self, now, to: str | None = None, department: str | None = None) -> bool:
		to = to or route(department, self.place, now)
		if to == CLOSING[0] and now >= CLOSING[1]:
			return False
		if self.status not in (*OPEN, *PAUSED) or self.owes_reason(now) or to == self.office:
			return False
		other = OFFICES[to][0] or self.department
		told = other != self.department
		self.office, self.department, self.called = to, other, now
		self.transfers += 1
		self.proposal = None
		if now >= TRANSFERS_RESTART:
			self.level = 0
			self.begin_anew(now)
		elif self.due:
			# What its time has passed is not climbed again.
			passed = (level for level, percent, _to in LADDER if self.rung_at(percent) < now)
			self.level = max(passed, default=0)
		self.record("Transferred", now, told)
		return True

	def ask_part(self, now, department: str) -> "bool | Case":
		if self.status not in (*OPEN, *PAUSED) or self.part_of or department == self.department:
			return False
		part = Case("Complaint", self.category, self.place, now, self.citizen, self, department)
		part.priority = self.priority
		self.parts.append(part)
		self.record("Department Asked", now)
		return part

	def merge(self, now, into: "Case") -> bool:
		"""Join this case to another: its clock stands from now on, and it lies with the other's office."""
		into.live_until(now)
		open_both = self.status in (*OPEN, "Awaiting Citizen") and into.status in (*OPEN, *PAUSED)
		if not open_both or self.owes_reason(now):
			return False
		self.status, self.closure_reason, self.main, self.proposal = "Duplicate", "Duplicate", into, None
		into.joined += 1
		# Its citizen hears where their matter lies.
		self.respond(now)
		self.stand(now)
		self.record("Duplicate", now, told=True)
		into.record("Another Case Joined", now)
		return True

	def unmerge(self, now) -> bool:
		"""Part this case from the other again: it goes to its own office, and its clock runs on."""
		if not self.main:
			return False
		self.main.joined -= 1
		self.status, self.closure_reason, self.main = "Assigned", None, None
		self.department = DEPARTMENTS[self.place]
		self.office = route(self.department, self.place, now)
		self.run_on(now)
		self.record("Assigned", now)
		self.record("Parted", now, told=True)
		return True

	def part_resolves(self, now) -> bool:
		if not self.parts:
			return False
		self.parts[-1].live_until(now)
		return self.parts[-1].resolve(now)

	def hand_over(self, now, closed: bool) -> None:
		"""The office has another officer, or is closed and each case goes where it would go now."""
		if closed:
			self.office, self.called = route(self.department, self.place, now), now
		self.record("Handed Over", now)

	# the end

	def expected_values(self, now: datetime) -> dict:
		"""List what the stored case has to say at the end."""
		running = self.status in (*OPEN, *PAUSED)
		standing = self.standing
		if self.main:
			standing = None
		if running:
			standing = self.standing_of_running(now)
		return {
			"status": self.status,
			"closure_reason": self.closure_reason,
			"posting": self.main.office if self.main else self.office,
			"reported_by": self.joined,
			"escalation_level": self.level,
			"transfer_count": self.transfers,
			"reopen_count": self.reopened,
			"long_term_count": self.long_terms,
			"sla_status": standing,
			"response_status": self.response,
			"resolution_by": self.due,
			"first_breached_on": self.first_breach,
			"citizen_informed_on": self.informed,
			"actions": dict(self.actions),
		}

	def standing_of_running(self, now: datetime) -> str | None:
		if self.kind == SUGGESTION:
			return None
		if self.held_since:
			return "Paused"
		if self.is_late(now):
			return "Overdue"
		return "Due Soon" if now >= self.rung_at(75) else "On Track"


SUPERIOR = "Superior"
RESPONSES = {
	"In Progress", "Resolved", "Awaiting Citizen", "Long Term", "Closed", "Rejected", "Withdrawn", "Not Sanctioned",
	"Accepted", "Duplicate",
}  # fmt: skip
# Of what is due in the same minute.
ORDER = (
	"feedback over", "no answer", "remind", "pause over", "expected", "breach", "response", "rung", "call", "inform",
)  # fmt: skip


def full_minute_after(moment: datetime) -> datetime:
	"""Name the first full minute that is past a moment."""
	return moment.replace(second=0, microsecond=0) + MINUTE
