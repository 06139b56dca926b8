import random
from datetime import datetime, timedelta

import frappe

from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.grievances.test_figures import statements
from grievance_cell.oversight import agenda
from grievance_cell.oversight.agenda import AGES as OF_DEPARTMENT
from grievance_cell.oversight.agenda import OLDEST
from grievance_cell.testing import (
	SiteTestCase,
	at,
	make,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)

# A Tuesday, in the middle of the day.
NOW = datetime(2026, 3, 10, 11, 30, 0, 250000)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPEN, PAUSED, ENDED = (
	("Assigned", "In Progress", "Reopened"),
	("Long Term",),
	("Resolved", "Closed", "Withdrawn"),
)
AGES = ("overdue_up_to_week", "overdue_up_to_month", "overdue_over_month")


class ReviewTestCase(SiteTestCase):
	"""A district with a collector, two departments that have a head and a junior engineer each, and one more district."""

	@classmethod
	def make_fixtures(cls):
		cls.district, cls.elsewhere = make_area("District"), make_area("District")
		cls.ward, cls.far_ward = make_area("Ward", cls.district), make_area("Ward", cls.elsewhere)
		cls.collector = make_user("Collector")
		cls.chair = make_posting(None, cls.district, user=cls.collector, level=4, heads_area=1)
		cls.departments = [make_department() for _number in range(2)]
		cls.heads, cls.officers, cls.head_postings, cls.postings = [], [], [], []
		for department in cls.departments:
			cls.heads.append(make_user("Department Head", "Grievance Officer"))
			cls.officers.append(make_user("Grievance Officer"))
			cls.head_postings.append(
				make_posting(department, cls.district, user=cls.heads[-1], level=3, reports_to=cls.chair.name)
			)
			cls.postings.append(
				make_posting(
					department, cls.ward, user=cls.officers[-1], reports_to=cls.head_postings[-1].name
				)
			)
		cls.categories = [make_category(department) for department in cls.departments]

	def case(self, number: int = 0, area=None, **values):
		"""Take a case of one of the departments, and set what time and officers would have made of it."""
		case = make_case(self.categories[number], area or self.ward)
		if values:
			case.db_set(values, update_modified=False)
		return case

	def plan(self, when: datetime = NOW, **values):
		with at(when), acting_as(self.collector):
			meeting = frappe.get_doc({"doctype": "Review Meeting", "held_on": when.date(), **values}).insert()
			meeting.reload()
			return meeting

	def numbers(self, meeting) -> dict[str, int]:
		return {row.item: row.number for row in meeting.numbers}

	def cases_of(self, meeting, item: str) -> list[str]:
		return [row.grievance for row in meeting.cases if row.item == item]


class TestAgenda(ReviewTestCase):
	def test_it_fills_itself_when_the_meeting_is_planned(self):
		late = self.case(resolution_by=NOW - 3 * DAY)
		meeting = self.plan()
		self.assertEqual((meeting.area, meeting.chair), (self.district.name, self.chair.name))
		(row,) = meeting.departments
		self.assertEqual((row.department, row.overdue), (self.departments[0].name, 1))
		self.assertEqual(self.cases_of(meeting, agenda.NO_REASON), [late.name])
		self.assertEqual(meeting.agenda_made_on, NOW)

	def test_a_case_is_overdue_from_the_second_after_its_target(self):
		self.case(resolution_by=NOW)
		self.assertEqual(self.plan().departments, [])
		with at(NOW + SECOND):
			meeting = self.plan(NOW + SECOND)
		self.assertEqual(meeting.departments[0].overdue, 1)

	def test_the_age_of_what_is_overdue_is_counted_in_days_of_the_calendar(self):
		midnight = NOW.replace(hour=0, minute=0, microsecond=0)
		for due, age in (
			(midnight - 7 * DAY, "overdue_up_to_week"),
			(midnight - 7 * DAY - SECOND, "overdue_up_to_month"),
			(midnight - 30 * DAY, "overdue_up_to_month"),
			(midnight - 30 * DAY - SECOND, "overdue_over_month"),
		):
			with self.subTest(due):
				case = self.case(resolution_by=due)
				(row,) = self.plan().departments
				self.assertEqual({each: row.get(each) for each in AGES if row.get(each)}, {age: 1})
				case.db_set("resolution_by", None)

	def test_only_the_oldest_stand_in_it_and_the_rest_is_a_number(self):
		names = [self.case(resolution_by=NOW - (number + 1) * DAY).name for number in range(OLDEST + 2)]
		meeting = self.plan()
		self.assertEqual(self.numbers(meeting)[agenda.NO_REASON], OLDEST + 2)
		self.assertEqual(self.cases_of(meeting, agenda.NO_REASON), names[:1:-1])
		self.assertIn("and 2 more", agenda.written(meeting))

	def test_of_a_confidential_case_and_of_a_complaint_against_an_office_only_the_number_stands_there(self):
		for field, value in (("confidential", 1), ("against_posting", self.postings[0].name)):
			with self.subTest(field):
				case = self.case(1, resolution_by=NOW - DAY, **{field: value})
				(row,) = [row for row in self.plan().cases if row.grievance == case.name]
				self.assertEqual([row.category, row.area, row.department, row.posting], [None] * 4)

	def test_only_what_the_chair_may_see_stands_in_it(self):
		self.case(resolution_by=NOW - DAY, against_posting=self.chair.name)
		self.case(area=self.far_ward, resolution_by=NOW - DAY)
		meeting = self.plan()
		self.assertEqual((meeting.departments, meeting.cases, meeting.numbers), ([], [], []))

	def test_what_came_to_the_chair_is_in_it(self):
		appealed = self.case(posting=self.chair.name)
		self.assertEqual(self.cases_of(self.plan(), agenda.WITH_CHAIR), [appealed.name])

	def test_a_meeting_that_nobody_can_chair_is_not_planned(self):
		frappe.db.set_value("Officer Posting", self.chair.name, "user", None)
		with at(NOW), self.assertRaisesRegex(frappe.ValidationError, "vacant"):
			make("Review Meeting", held_on=NOW.date(), area=self.district.name)

	def test_a_chair_who_may_see_no_cases_is_named_and_no_agenda_says_that_nothing_is_overdue(self):
		self.case(resolution_by=NOW - DAY)
		user = make_user()
		chair = make_posting(None, self.district, user=user, level=4)
		with self.assertRaisesRegex(frappe.ValidationError, f"{user}, who may not see cases"):
			self.plan(chair=chair.name)
		frappe.get_doc("User", user).add_roles("Grievance Officer")
		self.assertEqual(self.plan(chair=chair.name).departments, [])

	def test_the_agenda_of_a_planned_meeting_is_filled_anew_and_of_a_held_one_stays(self):
		meeting = self.plan()
		self.case(resolution_by=NOW - DAY)
		with at(NOW), acting_as(self.collector):
			meeting.fill_agenda()
			self.assertEqual(len(meeting.departments), 1)
			meeting.reload()
			meeting.hold()
			meeting.reload()
			self.case(resolution_by=NOW - DAY)
			with self.assertRaisesRegex(frappe.ValidationError, "stays as it was"):
				meeting.fill_agenda()
			meeting.notes = "All heads were present"
			meeting.save()
		meeting.reload()
		self.assertEqual((meeting.departments[0].overdue, meeting.notes), (1, "All heads were present"))

	def test_what_waits_while_its_clock_runs_is_overdue(self):
		self.case(resolution_by=NOW - DAY, status="Awaiting Citizen")
		self.assertEqual(self.plan().departments[0].overdue, 1)

	def test_to_open_it_takes_as_many_queries_for_any_number_of_departments(self):
		meeting = self.plan()
		none = statements(lambda: agenda.written(meeting))
		for number in range(2):
			self.case(number, resolution_by=NOW - DAY, posting=self.chair.name)
		meeting = self.plan()
		self.assertEqual(len(meeting.departments), 2)
		meeting.cases = []
		self.assertEqual(statements(lambda: agenda.written(meeting)), none)

	def test_nobody_writes_the_agenda_by_hand(self):
		self.case(resolution_by=NOW - DAY)
		meeting = self.plan()
		with at(NOW), acting_as(self.collector):
			meeting.departments[0].overdue = 99
			meeting.cases = []
			meeting.status = "Held"
			meeting.save()
		meeting.reload()
		self.assertEqual((meeting.departments[0].overdue, len(meeting.cases)), (1, 1))
		self.assertEqual(meeting.status, "Planned")

	def test_what_was_reviewed_and_when_stays_once_the_meeting_was_held(self):
		meeting = self.plan()
		with at(NOW), acting_as(self.collector):
			meeting.hold()
			meeting.reload()
			meeting.held_on = (NOW + DAY).date()
			with self.assertRaisesRegex(frappe.ValidationError, "was held"):
				meeting.save()


class TestAgendaOracle(ReviewTestCase):
	"""The agenda over generated cases against a selection in plain Python, and every number against its list."""

	def generate(self, seed: int) -> list[dict]:
		lot, cases = random.Random(seed), []
		midnight = NOW.replace(hour=0, minute=0, microsecond=0)
		edges = [NOW, NOW - SECOND, NOW + SECOND, midnight, midnight - SECOND]
		edges += [
			midnight - days * DAY - part for days in (6, 7, 8, 29, 30, 31) for part in (SECOND, 0 * DAY)
		]
		for _number in range(40):
			status = lot.choice((*OPEN, *PAUSED, *ENDED))
			values = {
				"status": status,
				"resolution_by": lot.choice([None, *edges]) if status not in PAUSED else None,
				"registered_on": NOW - lot.randint(1, 90) * DAY,
				"reopen_count": lot.randint(0, 3),
				"transfer_count": lot.randint(0, 4),
				"delay_reason": lot.choice(("No material", None, "")),
				"long_term_count": lot.randint(0, 3),
				"expected_by": lot.choice([None, *((NOW + days * DAY).date() for days in (-9, -1, 0, 1))]),
				"proposal": lot.choice((None, "Long Term", "Junk")),
				"confidential": int(lot.random() < 0.1),
			}
			values["sla_status"] = "Overdue" if is_overdue(values) else "On Track"
			department, area = (
				lot.choice((0, 1)),
				lot.choice((self.ward, self.ward, self.ward, self.far_ward)),
			)
			posting = self.chair if lot.random() < 0.2 else self.postings[department]
			case = self.case(department, area, posting=posting.name, **values)
			if lot.random() < 0.1:
				case.db_set("parent_grievance", "GRV-OF-ANOTHER", update_modified=False)
				continue
			if area is self.ward and status not in ENDED:
				values |= {"name": case.name, "posting": posting.name}
				cases.append({**values, "department": self.departments[department].name})
		return cases

	def test_it_is_what_a_clerk_would_pick_out_and_each_number_opens_its_list(self):
		for seed in range(2):
			frappe.db.savepoint("generated")
			with at(NOW):
				cases = self.generate(seed)
				meeting = self.plan()
				with self.subTest(seed):
					self.compare(cases, meeting)
				with acting_as(self.collector):
					self.compare_lists(meeting)
			frappe.db.rollback(save_point="generated")

	def compare(self, cases: list[dict], meeting) -> None:
		picked = {
			agenda.REOPENED: [case for case in cases if case["reopen_count"] > 1],
			agenda.TRANSFERRED: [case for case in cases if case["transfer_count"] > 2],
			agenda.NO_REASON: [case for case in cases if is_overdue(case) and not case["delay_reason"]],
			agenda.PAST_ITS_DATE: [
				case
				for case in cases
				if case["long_term_count"] and case["expected_by"] and case["expected_by"] < NOW.date()
			],
			agenda.WITH_CHAIR: [case for case in cases if case["posting"] == self.chair.name],
			agenda.SECOND_EXTENSION: [
				case for case in cases if case["proposal"] == "Long Term" and case["long_term_count"] > 1
			],
		}
		self.assertEqual(self.numbers(meeting), {item: len(found) for item, found in picked.items() if found})
		for item, found in picked.items():
			found.sort(key=lambda case: (case["resolution_by"] or case["registered_on"], case["name"]))
			self.assertEqual(self.cases_of(meeting, item), [case["name"] for case in found[:OLDEST]])
		late = [case for case in cases if is_overdue(case)]
		self.assertGreater(len(late), 3)
		expected = {department: [0, 0, 0, 0, 0] for department in {case["department"] for case in late}}
		for case in late:
			days = (NOW.date() - case["resolution_by"].date()).days
			row = expected[case["department"]]
			row[0] += 1
			row[1 if days <= 7 else 2 if days <= 30 else 3] += 1
			row[4] += not case["delay_reason"]
		self.assertEqual(
			{
				row.department: [row.get(each) for each in ("overdue", *AGES, "without_reason")]
				for row in meeting.departments
			},
			expected,
		)
		for row in meeting.cases:
			(case,) = [case for case in cases if case["name"] == row.grievance]
			late_by = (NOW.date() - case["resolution_by"].date()).days if is_overdue(case) else 0
			self.assertEqual((row.days_overdue, bool(row.category)), (late_by, not case["confidential"]))

	def compare_lists(self, meeting) -> None:
		lists = agenda.lists_of(meeting)
		for row in meeting.numbers:
			self.assertEqual(self.listed(lists[row.item]), row.number, row.item)
		for row in meeting.departments:
			for age in OF_DEPARTMENT:
				filters = [*lists[age], agenda.of_department(row.department)]
				self.assertEqual(self.listed(filters), row.get(age), age)

	def listed(self, filters: list) -> int:
		return len(frappe.get_list("Grievance", [list(each) for each in filters], limit=0))


def is_overdue(case: dict) -> bool:
	return bool(case["status"] in OPEN and case["resolution_by"] and case["resolution_by"] < NOW)
