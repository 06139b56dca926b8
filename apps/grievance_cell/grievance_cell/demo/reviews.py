"""The collector's weekly reviews of the demo: a meeting each Monday, what is directed in it, and what becomes of that."""

from datetime import datetime
from random import Random

import frappe

from grievance_cell.demo import stories
from grievance_cell.demo.masters import login
from grievance_cell.demo.stories import DAY, HOUR
from grievance_cell.organisation import postings
from grievance_cell.oversight import desk
from grievance_cell.oversight.directions import DONE, OPEN
from grievance_cell.oversight.doctype.review_meeting.review_meeting import PLANNED

COLLECTOR = login("collector")
FRIDAY = 4
MOST_ON_CASES = 3
# Of a hundred directions so many are done in time, late, or not at all; of those that are done so many are not accepted.
IN_TIME, LATE, NOT_AT_ALL = "in time", "late", "not at all"
FATES = {IN_TIME: 58, LATE: 24, NOT_AT_ALL: 18}
NOT_ACCEPTED = 12


class Reviews:
	"""The meetings of a half year (see half_year.py, whose clock, users and agenda these are)."""

	def __init__(self, half_year):
		self.half_year = half_year

	def plan(self, first: datetime) -> None:
		"""Put a meeting into the agenda for each Monday after a moment, and its announcement for the Friday before."""
		for day in range(stories.DAYS + 8):
			morning = datetime.combine(first.date() + day * DAY, datetime.min.time())
			if morning.weekday() == FRIDAY:
				self.half_year.plan(morning + 16 * HOUR, "announce_review", None)
				self.half_year.plan(morning + 3 * DAY + 11 * HOUR, "review", None)
				self.half_year.plan(morning + 3 * DAY + 13 * HOUR, "end_review", None)

	def lot(self, what: str) -> Random:
		return Random(f"{self.half_year.seed} review {what}")

	def say(self, saying: str, lot: Random, about: str = "") -> str:
		return self.half_year.sayings.draw(lot, saying, about)

	def planned(self) -> str | None:
		return frappe.db.get_value("Review Meeting", {"status": PLANNED})

	def announce(self) -> None:
		"""Have the collector announce the meeting of the next Monday, whose agenda fills itself."""
		if not self.planned():
			today = self.half_year.now.date()
			monday = today + (7 - today.weekday()) * DAY
			meeting = frappe.get_doc({"doctype": "Review Meeting", "held_on": monday})
			self.half_year.as_user(COLLECTOR, meeting.insert)

	def begin(self) -> None:
		"""Go through the agenda: what was reported as done is judged, what stands out is directed."""
		name = self.planned()
		self.half_year.be(COLLECTOR)
		desk.fill_agenda(name)
		meeting = frappe.get_doc("Review Meeting", name)
		lot = self.lot(name)
		for row in meeting.follow_ups:
			self.follow_up(row, lot)
		for row in self.chosen(meeting, lot):
			case = {"grievance": row.grievance, "direction": self.say("direction", lot, row.item)}
			self.direct(meeting, lot, **case)
		if meeting.departments:
			department = lot.choice(meeting.departments[:3]).department
			self.direct(
				meeting, lot, department=department, direction=self.say("direction", lot, "Department")
			)
		meeting.reload()
		meeting.update({"attendees": self.say("attendees", lot), "notes": self.say("minutes", lot)})
		meeting.save()

	def end(self) -> None:
		self.half_year.as_user(COLLECTOR, desk.hold, self.planned())

	def chosen(self, meeting, lot: Random) -> list:
		"""Choose a few cases of the agenda, each once, of as many offices as there are."""
		directed = frappe.get_all(
			"Review Direction", {"status": OPEN, "grievance": ("is", "set")}, pluck="grievance"
		)
		rows = {
			row.posting: row
			for row in meeting.cases
			if row.posting not in (None, meeting.chair) and row.grievance not in directed
		}
		return lot.sample([*rows.values()], min(len(rows), MOST_ON_CASES))

	def follow_up(self, row, lot: Random) -> None:
		draw = lot.random() * 100
		if row.status == DONE and not row.confirmed:
			if draw >= NOT_ACCEPTED:
				return desk.confirm(row.direction)
			due_on = self.half_year.now.date() + 4 * DAY
			desk.reopen(row.direction, self.say("not_done", lot), str(due_on))
			self.plan_report(row.direction, due_on, lot)
		elif row.status == OPEN and row.days_overdue > 14 and draw < 30:
			due_on = self.half_year.now.date() + lot.randint(5, 12) * DAY
			desk.postpone(row.direction, str(due_on), self.say("more_time", lot))

	def direct(self, meeting, lot: Random, **values) -> None:
		due_on = self.half_year.now.date() + lot.choice((3, 4, 7, 7, 10)) * DAY
		direction = frappe.get_doc(
			{"doctype": "Review Direction", "meeting": meeting.name, "due_on": due_on, **values}
		).insert()
		self.plan_report(direction.name, due_on, lot)

	def plan_report(self, direction: str, due_on, lot: Random) -> None:
		(fate,) = lot.choices([*FATES], [*FATES.values()])
		if fate == NOT_AT_ALL:
			return
		last = datetime.combine(due_on, stories.OFFICE_CLOSES)
		spare = lot.uniform(0.05, 0.8) * (last - self.half_year.now)
		moment = last - spare if fate == IN_TIME else last + lot.uniform(1, 9) * DAY
		self.half_year.plan(
			stories.in_office_hours(moment, lot), "report_direction", None, direction=direction
		)

	def report(self, direction: str) -> None:
		"""Have a directed office report that it is done, whoever works there now."""
		row = frappe.db.get_value(
			"Review Direction", direction, ["status", "posting", "grievance"], as_dict=True
		)
		officer = postings.worker_of(row.posting)
		if row.status == OPEN and officer:
			about = "" if row.grievance else "Department"
			remark = self.say("directed", self.lot(f"report {direction}"), about)
			self.half_year.as_user(officer, desk.report_done, direction, remark)

	def leave_one_open(self) -> None:
		"""See that the next meeting is announced and that its agenda says how it is now."""
		self.announce()
		self.half_year.as_user(COLLECTOR, desk.fill_agenda, self.planned())
