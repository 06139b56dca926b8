"""A month of cases, played through the app with a frozen clock and held against a model written by hand."""

import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_system_timezone

from grievance_cell.grievances import (
	assignments,
	delays,
	duplicates,
	escalation,
	lifecycle,
	month_model,
	month_stories,
	officers,
	own_cases,
	parts,
	proposals,
	transfers,
)
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.month_model import COLLECTOR, DAY, HEADS, HOLIDAYS, HOURS, LADDER, MIDNIGHT
from grievance_cell.messaging import notices
from grievance_cell.organisation import postings
from grievance_cell.service_levels.test_deadlines import make_sla
from grievance_cell.testing import (
	SiteTestCase,
	at,
	make,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	unique,
)

# Every story is among 80 as well, for a quick look; other seeds draw other months.
CASES = int(os.environ.get("GRIEVANCE_MONTH_CASES", 500))
SEED = int(os.environ.get("GRIEVANCE_MONTH_SEED", 7))
MINUTE = timedelta(minutes=1)
SETTINGS = {
	"transfer_restarts_clock": 0,
	"feedback_days": month_model.FEEDBACK_DAYS,
	"first_reminder_days": month_model.REMINDER_DAYS[0],
	"second_reminder_days": month_model.REMINDER_DAYS[1],
	"question_days": month_model.QUESTION_DAYS,
	"question_pauses": month_model.QUESTION_PAUSES,
	"question_pause_days": month_model.QUESTION_PAUSE_DAYS,
	"reopen_days": month_model.REOPEN_DAYS,
	"reopen_share": month_model.REOPEN_SHARE * 100,
	"inform_hours": month_model.INFORM_HOURS,
	"interim_days": month_model.INTERIM_DAYS,
	"demand_days": month_model.DEMAND_DAYS,
}
AREA_TYPES = {"Ward 1": "Ward", "Ward 2": "Ward", "Village": "Village"}
LADDER_OFFICES = {"Head": "Department Head"}
ROLES = {1: ["Grievance Officer"], 2: ["Grievance Officer"], 3: ["Grievance Officer", "Department Head"]}
COMPARED = (
	"status", "closure_reason", "posting", "escalation_level", "transfer_count", "reopen_count", "long_term_count",
	"reported_by", "sla_status", "response_status", "resolution_by", "first_breached_on", "citizen_informed_on",
)  # fmt: skip


class District:
	"""The model's offices, targets and places as documents of the site; each is found by the model's name for it."""

	def __init__(self):
		frappe.db.set_single_value("Grievance Settings", SETTINGS)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		district = make_area("District")
		town = make_area("Municipal Body", district)
		self.areas = {
			"Ward 1": make_area("Ward", town),
			"Ward 2": make_area("Ward", town),
			"Village": make_area("Village", district),
		}
		self.departments = {name: make_department() for name in HEADS}
		serves = {
			"Assistant Engineer": town,
			"Engineer 1": "Ward 1",
			"Engineer 2": "Ward 2",
			"Secretary": "Village",
		}
		self.postings = {}
		for name, (department, above, height) in reversed(month_model.OFFICES.items()):
			area = serves.get(name, district)
			self.postings[name] = make_posting(
				self.departments.get(department),
				self.areas.get(area, area) if isinstance(area, str) else area,
				level=height,
				user=make_user(*ROLES.get(height, ["Grievance Officer", COLLECTOR])),
				reports_to=above and self.postings[above],
				heads_area=int(name == COLLECTOR),
			).name
		self.names = {posting: name for name, posting in self.postings.items()}
		for department, head in HEADS.items():
			self.departments[department].db_set("nodal_posting", self.postings[head])
		self.operator = make_user("Grievance Operator")
		self.set_targets()

	def set_targets(self) -> None:
		calendar = make(
			"Holiday Calendar",
			calendar_name=unique("Holidays"),
			holidays=[{"date": day, "description": "Holiday"} for day in HOLIDAYS],
		)
		windows = [
			{"weekday": weekday, "start_time": f"{opens}:00:00", "end_time": f"{closes}:00:00"}
			for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
			for opens, closes in HOURS
		]
		ladder = [
			{
				"level": level,
				"percent_of_resolution": percent,
				"action": "Inform" if to == "Officer" else "Move",
				"to": LADDER_OFFICES.get(to, to),
			}
			for level, percent, to in LADDER
		]
		self.categories = {}
		for category, priority in month_model.TARGETS:
			if category not in self.categories:
				self.categories[category] = make_category(
					self.departments["Town"],
					by_area_type={"Village": self.departments["Panchayat"]},
					priority=priority,
				)
		for category, document in self.categories.items():
			make_sla(
				category=document.name,
				holiday_calendar=calendar.name,
				working_windows=windows,
				escalations=ladder,
				targets=[
					self.target(priority, **target)
					for (of, priority), target in month_model.TARGETS.items()
					if of == category
				],
			)

	def target(self, priority, response, hours=0, days=0, working_days=0, round_the_clock=False) -> dict:
		row = {
			"priority": priority,
			"response_time": response * 3600,
			"round_the_clock": int(round_the_clock),
		}
		if hours:
			return {**row, "resolution_time": hours * 3600}
		return {
			**row,
			"resolution_days": days or working_days,
			"day_kind": "Calendar" if days else "Working",
		}


class Month:
	"""Plays stories in the app, each act at its moment and as who does it, and the scheduler's minutes between them."""

	def __init__(self, district: District, frozen, jobs: list):
		self.district, self.frozen, self.jobs = district, frozen, jobs
		self.names: dict[object, str] = {}
		self.zone = ZoneInfo(get_system_timezone())

	def go_to(self, moment: datetime) -> None:
		self.frozen.move_to(moment.replace(tzinfo=self.zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None))

	def live_until(self, moment: datetime) -> None:
		"""Let the scheduler run in each full minute in which something is due."""
		last = None
		while next_check := frappe.db.sql("select min(next_check_on) from `tabGrievance`")[0][0]:
			minute = next_check.replace(second=0)
			if minute < next_check:
				minute += MINUTE
			if minute > moment:
				return
			if minute == last:
				raise AssertionError(f"What was due at {next_check} is due again")
			last = minute
			self.go_to(minute)
			self.be("Administrator")
			escalation.check_due()

	def as_user(self, user: str, act, *given, **values):
		self.be(user)
		return act(*given, **values)

	def be(self, user: str) -> None:
		# Frappe forgets what it has cached of a request with each change.
		if frappe.session.user != user:
			frappe.set_user(user)

	def do(self, moment: datetime, key, act: str, values: dict) -> bool:
		"""Do an act of a story; tells whether it was let be done."""
		self.go_to(moment)
		try:
			done = getattr(self, act)(key, **values)
		except (frappe.ValidationError, frappe.PermissionError):
			frappe.db.rollback()
			frappe.clear_messages()
			return False
		frappe.db.commit()
		return done is not False

	def case(self, key):
		return frappe.get_doc("Grievance", self.names[key])

	def register(self, key, story) -> None:
		made = make_case(
			self.district.categories[story.category],
			self.district.areas[story.place],
			grievance_type=story.kind,
			citizen=make_citizen(language="en").name if story.citizen else None,
		)
		self.names[key] = made.name

	def officer(self, case) -> str:
		return postings.worker_of(case.posting)

	def by_officer(self, key, action: str, **values) -> None:
		case = self.case(key)
		self.as_user(self.officer(case), lifecycle.act, case, action, **values)

	def decider(self, case, by: str) -> str:
		if by == "officer":
			return self.officer(case)
		if by == "head":
			department = next(
				name for name, each in self.district.departments.items() if each.name == case.department
			)
			by = HEADS[department]
		return postings.worker_of(self.district.postings[by])

	def by_decider(self, key, by: str, action: str, **values) -> None:
		case = self.case(key)
		self.as_user(self.decider(case, by), lifecycle.act, case, action, **values)

	def by_citizen(self, key, act, **said) -> str:
		case = self.case(key)
		return self.as_user(bot_user(), act, case.citizen, case.name, said, frappe.utils.now_datetime())

	def start(self, key):
		self.by_officer(key, "Start Work")

	def resolve(self, key):
		self.by_officer(key, "Resolve", resolution="The work is done")

	def ask(self, key):
		self.by_officer(key, "Ask Citizen", question="Which house is it?")

	def answer(self, key):
		self.by_citizen(key, own_cases.answer_question, answer="The third one")

	def write(self, key):
		self.by_citizen(key, own_cases.add_information, said="It has become worse")

	def remind(self, key):
		self.by_citizen(key, own_cases.remind)

	def confirm(self, key):
		self.by_citizen(key, own_cases.confirm)

	def withdraw(self, key):
		self.by_citizen(key, own_cases.withdraw, why="It is settled")

	def reopen(self, key):
		self.by_citizen(key, own_cases.reopen, still="Nothing was done")
		if following := frappe.db.get_value("Grievance", {"follows": self.names[key]}):
			self.names[key, "again"] = following

	def comment(self, key):
		self.case(key).add_comment("Comment", "We went and saw it")

	def edit(self, key):
		case = self.case(key)
		case.address = "Near the school"
		self.as_user(self.district.operator, case.save)

	def raise_priority(self, key):
		case = self.case(key)
		case.priority = "High"
		self.as_user(self.district.operator, case.save)

	def give_reason(self, key, new_date=None):
		case = self.case(key)
		said = "No material", "The pipes come on Monday"
		self.as_user(self.officer(case), delays.give_reason, case, *said, expected_by=new_date)

	def propose(self, key, what, until=None):
		values = {
			"Long Term": {"expected_by": until},
			"Out of Scope": {"out_of_scope_reason": "Matter before a court", "decision": "It is in court"},
			"Junk": {"decision": "It is no complaint"},
		}[what]
		case = self.case(key)
		self.as_user(self.officer(case), proposals.propose, case, what, "As I see it", **values)

	def approve(self, key, by):
		case = self.case(key)
		self.as_user(self.decider(case, by), proposals.approve, case)

	def decline(self, key, by):
		case = self.case(key)
		self.as_user(self.decider(case, by), proposals.decline, case, "Not so")

	def sanction(self, key, until):
		self.by_decider(key, "head", "Sanction", expected_by=until, long_term_reason="The tender is out")

	def refuse_sanction(self, key):
		self.by_decider(key, "head", "Do Not Sanction", decision="There are two already")

	def answer_suggestion(self, key, taken_up):
		action = "Accept Suggestion" if taken_up else "Answer Suggestion"
		self.by_officer(key, action, decision="We thank you for it")

	def force_close(self, key, by=COLLECTOR):
		self.by_decider(key, by, "Force Close", decision="The house stands no more")

	def transfer(self, key, to=None, department=None):
		case = self.case(key)
		self.as_user(
			self.officer(case),
			transfers.transfer,
			case,
			department=department and self.district.departments[department].name,
			posting=to and self.district.postings[to],
			reason="It lies with them",
		)

	def merge(self, key, into):
		self.as_user(self.district.operator, duplicates.merge, self.case(key), self.names[into])

	def unmerge(self, key):
		self.as_user(self.district.operator, duplicates.unmerge, self.case(key), "It is another matter")

	def ask_part(self, key, department):
		case = self.case(key)
		department = self.district.departments[department].name
		part = self.as_user(self.officer(case), parts.ask, case, department, "Lay the pipes")
		self.names[key, "part"] = part.name

	def part_resolves(self, key):
		if (key, "part") not in self.names:
			return False
		self.resolve((key, "part"))

	# what happens to the offices

	def change_posting(self, name: str, **values) -> None:
		posting = frappe.get_doc("Officer Posting", self.district.postings[name])
		posting.update(values)
		posting.save(ignore_permissions=True)
		frappe.db.commit()
		for method, given in self.jobs:
			if method.endswith("assignments.hand_over"):
				assignments.hand_over(given["names"])
		self.jobs.clear()

	def leave_is_entered(self):
		away, in_charge, first, last = month_model.LEAVE
		charge = self.district.postings[in_charge]
		self.change_posting(away, on_leave_from=first, on_leave_to=last, charge_given_to=charge)

	def day_begins(self):
		assignments.hand_over()
		frappe.db.commit()

	def officer_changes(self):
		self.change_posting(month_model.NEW_OFFICER[0], user=make_user("Grievance Officer"))

	def office_is_closed(self):
		self.change_posting(month_model.CLOSING[0], is_active=0)

	def transfers_restart(self):
		frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", 1)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		frappe.db.commit()


class TestMonth(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Grievance", {"next_check_on": ("is", "set")}, "next_check_on", None)
		# Who is told what, and whose assignment a case is, have tests of their own and cost half of the time.
		frappe.db.set_value("Notification", {"document_type": "Grievance"}, "enabled", 0)
		cls.district = District()

	def setUp(self):
		super().setUp()
		self.without_commits()
		for module, name in ((officers, "tell"), (assignments, "follow"), (notices, "on_action")):
			patched = patch.object(module, name, lambda *_given: None)
			patched.start()
			self.addCleanup(patched.stop)

	def test_every_case_ends_as_the_model_says(self):
		stories = month_stories.tell(CASES, SEED)
		expected, refused_by_model = self.model(stories)
		self.assert_covers_all(stories, refused_by_model)
		with at(MIDNIGHT) as frozen:
			month = Month(self.district, frozen, self.jobs)
			refused = self.play(month, stories)
			found = self.stored(month)
		self.assertEqual(frappe.db.count("Error Log", {"creation": (">=", MIDNIGHT)}), 0)
		self.maxDiff = None
		wrong = [
			self.told_apart(key, stories, expected.get(key), found.get(key))
			for key in sorted({*expected, *found}, key=str)
			if expected.get(key) != found.get(key)
		]
		self.assertEqual(wrong, [], f"{len(wrong)} cases differ:\n" + "\n".join(wrong))
		self.assertEqual(refused, refused_by_model)

	def assert_covers_all(self, stories, refused) -> None:
		"""See that every story is among these, and that each act is let be done in one of them at least."""
		self.assertEqual(month_stories.TITLES - {story.title for story in stories}, set(), "are not told")
		told = Counter((story.number, act) for story in stories for _moment, act, _values in story.acts)
		told.subtract(refused)
		done = {act for (_number, act), times in told.items() if times > 0}
		self.assertEqual(month_stories.ACTS - done, set(), "are never done")

	def model(self, stories) -> tuple[dict, list]:
		cases, refused = {}, []
		for moment, number, act, values in timetable(stories):
			if act == "register":
				story = stories[number]
				cases[number] = month_model.Case(
					story.kind, story.category, story.place, moment, story.citizen
				)
			elif number is None:
				self.offices_in_model(cases, moment, act)
			else:
				cases[number].live_until(moment)
				if act == "merge":
					values = {"into": cases[values["into"]]}
				done = getattr(cases[number], act)(moment, **values)
				if done is False:
					refused.append((number, act))
				elif done is not True:
					cases[number, "part" if done.part_of else "again"] = done
		for case in cases.values():
			case.live_until(month_model.LAST_MOMENT)
		last = month_model.LAST_MOMENT
		return {key: case.expected_values(last) for key, case in cases.items()}, refused

	def offices_in_model(self, cases: dict, moment: datetime, act: str) -> None:
		away, _in_charge, first, last = month_model.LEAVE
		office = None
		if act == "day_begins" and moment.date() in (first, last + DAY):
			office = away
		elif act == "officer_changes":
			office = month_model.NEW_OFFICER[0]
		elif act == "office_is_closed":
			office = month_model.CLOSING[0]
		for case in cases.values() if office else ():
			case.live_until(moment)
			if case.office == office and case.status in (*month_model.OPEN, *month_model.PAUSED, "Resolved"):
				case.hand_over(moment, closed=act == "office_is_closed")

	def play(self, month: Month, stories) -> list:
		refused = []
		for moment, number, act, values in timetable(stories):
			month.live_until(moment)
			month.go_to(moment)
			if act == "register" or number is None:
				month.be("Administrator")
			if act == "register":
				month.register(number, stories[number])
				frappe.db.commit()
			elif number is None:
				getattr(month, act)()
			elif not month.do(moment, number, act, values):
				refused.append((number, act))
		month.live_until(month_model.LAST_MOMENT)
		month.go_to(month_model.LAST_MOMENT)
		return refused

	def stored(self, month: Month) -> dict:
		keys = {name: key for key, name in month.names.items()}
		done = {name: Counter() for name in keys}
		for row in frappe.get_all(
			"Grievance Action", {"reference_name": ("in", list(keys))}, ["reference_name", "action"]
		):
			done[row.reference_name][row.action] += 1
		found = {}
		for row in frappe.get_all("Grievance", {"name": ("in", list(keys))}, ["name", *COMPARED]):
			name = row.pop("name")
			row.posting = self.district.names.get(row.posting)
			row.actions = dict(done[name])
			# What was never set is NULL or an empty string.
			found[keys[name]] = {field: None if value == "" else value for field, value in row.items()}
		return found

	def told_apart(self, key, stories, expected, found) -> str:
		story = stories[key if isinstance(key, int) else key[0]]
		acts = ", ".join(f"{moment:%d.%m. %H:%M} {act} {values or ''}" for moment, act, values in story.acts)
		told = f"{key} {story.title}, {story.kind} of {story.category} in {story.place}, {story.registered}: {acts}"
		if not (expected and found):
			return f"{told}: model {bool(expected)}, app {bool(found)}"
		lines = [
			f"    {field}: model {expected[field]}, app {found[field]}"
			for field in expected
			if expected[field] != found[field]
		]
		return "\n".join([told, *lines])


def timetable(stories) -> list:
	"""List all acts of the month in the order of time: moment, number of the story, act, its values."""
	order = count()
	acts = [(story.registered, next(order), story.number, "register", {}) for story in stories]
	acts += [
		(moment, next(order), story.number, act, values)
		for story in stories
		for moment, act, values in story.acts
	]
	half_past = timedelta(seconds=30)
	for day in range((month_model.LAST_MOMENT - MIDNIGHT).days + 1):
		acts.append((MIDNIGHT + day * DAY + half_past, next(order), None, "day_begins", {}))
	acts += [
		(MIDNIGHT + 10 * DAY + half_past, next(order), None, "leave_is_entered", {}),
		(month_model.NEW_OFFICER[1], next(order), None, "officer_changes", {}),
		(month_model.CLOSING[1], next(order), None, "office_is_closed", {}),
		(month_model.TRANSFERS_RESTART, next(order), None, "transfers_restart", {}),
	]
	return [
		(moment, number, act, values)
		for moment, _order, number, act, values in sorted(acts, key=lambda each: each[:2])
		if moment < month_model.LAST_MOMENT
	]
