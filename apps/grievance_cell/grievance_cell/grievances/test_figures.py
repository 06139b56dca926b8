import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from statistics import median, quantiles
from unittest.mock import patch

import frappe

from grievance_cell.grievances import figures
from grievance_cell.grievances.figures import DAY, Period
from grievance_cell.testing import (
	SECOND,
	SiteTestCase,
	make_area,
	make_category,
	make_department,
	make_posting,
	make_user,
)

NOW = datetime(2026, 3, 31, 15, 30)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MARCH = Period.of_days(FIRST, LAST)
MIDNIGHT = datetime(2026, 3, 1)
# Moments at the edges of March, and of now.
EDGES = (
	MIDNIGHT, MIDNIGHT - SECOND, MIDNIGHT + SECOND, datetime(2026, 4, 1), datetime(2026, 3, 31, 23, 59, 59),
	NOW, NOW - SECOND, NOW + SECOND, datetime(2026, 3, 24), datetime(2026, 3, 23, 23, 59, 59),
)  # fmt: skip
ENDS = {
	"Closed": ("Confirmed", "No Reply to Feedback", "No Reply to Question", "Force Closed", "Decided"),
	"Rejected": ("Out of Scope", "Junk"),
	"Withdrawn": ("Withdrawn",),
	"Duplicate": ("Duplicate",),
}
SETTLING = {"Confirmed", "No Reply to Feedback", "Force Closed", "Decided"}
RUNNING = ("Registered", "Assigned", "In Progress", "Reopened", "Awaiting Citizen", "Long Term")


class FiguresTestCase(SiteTestCase):
	"""Cases by lot, at the edges of a month among others, in three departments, of a block with wards and a town."""

	CASES = 240

	@classmethod
	def make_fixtures(cls):
		cls.lot = random.Random(5)
		cls.departments = [make_department() for _each in range(3)]
		cls.district = make_area("District")
		cls.block, cls.town = (make_area(kind, cls.district) for kind in ("Block", "Municipal Body"))
		cls.wards = [make_area("Ward", cls.town) for _each in range(2)]
		cls.villages = [make_area("Village", cls.block) for _each in range(2)]
		cls.categories = [make_category(department) for department in cls.departments]
		cls.officers = [make_user("Grievance Officer") for _each in cls.departments]
		cls.postings = [
			make_posting(department, cls.district, user=user)
			for department, user in zip(cls.departments, cls.officers, strict=True)
		]
		cls.collector = make_user("Collector")
		make_posting(None, cls.district, user=cls.collector, heads_area=1, level=9)
		cls.where = [("department", "in", [each.name for each in cls.departments])]
		for number in range(cls.CASES):
			cls.make_case(number)
		cls.cases = frappe.get_all("Grievance", {"department": cls.where[0][1:]}, ["*"])

	@classmethod
	def make_case(cls, number: int):
		lot, which = cls.lot, cls.lot.randrange(3)
		registered = cls.moment(90)
		values = {
			"name": f"{cls.__name__}-{number:04d}",
			"grievance_type": lot.choices(["Complaint", "Demand", "Suggestion"], [6, 2, 2])[0],
			"department": cls.departments[which].name,
			"posting": cls.postings[which].name,
			"posting_before_reopening": lot.choice(cls.postings).name,
			"officer_before_reopening": lot.choice(cls.officers),
			"assigned_to": cls.officers[which],
			"category": cls.categories[which].name,
			"area": lot.choice([*cls.wards, *cls.villages, cls.town]).name,
			"registered_on": registered,
			"transfer_count": lot.choice([0, 0, 0, 1, 3]),
			"parent_grievance": lot.choice(["", "", None, None, None, "A-Case"]),
			"status": lot.choice(
				[*RUNNING, "Resolved", *["Closed"] * 4, "Rejected", "Withdrawn", "Duplicate"]
			),
		}
		if lot.random() < 0.2:
			values |= {"reopen_count": lot.randint(1, 3), "reopened_on": cls.moment(40)}
		values |= cls.end(registered, values["status"])
		# Whatever is done to a case on its way in is tested elsewhere: here it is only counted.
		frappe.get_doc({"doctype": "Grievance", **values}).db_insert()

	@classmethod
	def end(cls, registered: datetime, status: str) -> dict:
		lot = cls.lot
		if status in RUNNING:
			# A question that has stopped the clock long enough does so no more.
			paused = status == "Long Term" or (status == "Awaiting Citizen" and lot.random() < 0.5)
			due = None if paused or lot.random() < 0.2 else cls.moment(20)
			reason = lot.choice(["No staff", "No budget", "", None])
			late = {"first_breached_on": due, "delay_reason": reason} if due and due < NOW else {}
			return {"resolution_by": due, "sla_status": "Paused" if paused else "On Track", **late}
		ended = max(registered, cls.moment(40))
		reason = lot.choice(ENDS[status]) if status in ENDS else None
		settled = ended if status == "Resolved" or reason in SETTLING else None
		due = lot.choice([None, ended, ended - SECOND, ended + DAY])
		met = None if due is None or not settled else "Met" if settled <= due else "Breached"
		late = met == "Breached" or (met and lot.random() < 0.2)
		return {
			"closure_reason": reason,
			"settled_on": settled,
			"resolved_on": settled if lot.random() < 0.8 else None,
			"closed_on": None if status == "Resolved" else ended,
			"sla_status": met,
			"resolution_by": due,
			"first_breached_on": due if late else None,
			"rating": lot.choice([0, 0, 1, 3, 5]) if settled else 0,
		}

	@classmethod
	def moment(cls, days: int) -> datetime:
		if cls.lot.random() < 0.3:
			return cls.lot.choice(EDGES)
		return NOW - timedelta(seconds=cls.lot.randrange(days * 24 * 3600))

	def counted_by_hand(self, cases: list) -> dict:
		"""Count in plain Python, by the words of docs/figures.md."""
		cases = [case for case in cases if not case.parent_grievance]
		begin, end = MIDNIGHT, datetime.combine(LAST + DAY, time())

		def within(field: str, *more) -> list:
			return [case for case in cases if case[field] and begin <= case[field] < end]

		received, settled = within("registered_on"), within("settled_on")
		closed = within("closed_on")
		pending = [case for case in cases if case.status in RUNNING]
		found = {
			"received": received,
			"complaints": [case for case in received if case.grievance_type == "Complaint"],
			"demands": [case for case in received if case.grievance_type == "Demand"],
			"suggestions": [case for case in received if case.grievance_type == "Suggestion"],
			"settled": settled,
			"confirmed": [case for case in settled if case.closure_reason == "Confirmed"],
			"deemed": [case for case in settled if case.closure_reason == "No Reply to Feedback"],
			"forced": [case for case in settled if case.closure_reason == "Force Closed"],
			"decided": [case for case in settled if case.closure_reason == "Decided"],
			"awaiting_word": [case for case in settled if case.status == "Resolved"],
			"late": [case for case in settled if case.first_breached_on],
			"within_time": [
				case for case in settled if case.sla_status == "Met" and not case.first_breached_on
			],
			"rated": [case for case in settled if case.rating],
			"reopened": within("reopened_on"),
			"unanswered": [case for case in closed if case.closure_reason == "No Reply to Question"],
			"withdrawn": [case for case in closed if case.closure_reason == "Withdrawn"],
			"joined": [case for case in closed if case.closure_reason == "Duplicate"],
			"out_of_scope": [case for case in closed if case.closure_reason == "Out of Scope"],
			"junk": [case for case in closed if case.closure_reason == "Junk"],
			"pending": pending,
			"pending_complaints": [case for case in pending if case.grievance_type == "Complaint"],
			"pending_demands": [case for case in pending if case.grievance_type == "Demand"],
			"pending_suggestions": [case for case in pending if case.grievance_type == "Suggestion"],
			"overdue": [case for case in pending if case.resolution_by and case.resolution_by < NOW],
			"waiting_for_citizen": [case for case in cases if case.status == "Awaiting Citizen"],
			"long_term": [case for case in cases if case.status == "Long Term"],
			"pending_reopened": [case for case in pending if case.reopen_count],
		}
		found["overdue_unexplained"] = [case for case in found["overdue"] if not case.delay_reason]
		numbers = {name: len(which) for name, which in found.items()}
		days = [days_of(case) for case in settled]
		return {**numbers, "days": sum(days), "stars": sum(case.rating for case in found["rated"])}


def days_of(case) -> float:
	return (case.settled_on - case.registered_on).total_seconds() / 86400


def by(cases: list, *fields: str) -> dict:
	groups = defaultdict(list)
	for case in cases:
		groups[tuple(case[field] for field in fields)].append(case)
	return groups


def statements(act) -> int:
	"""Count the queries of an act that is done a second time."""
	asked, run = [], frappe.db.sql
	act()
	with patch.object(frappe.db, "sql", lambda *given, **more: asked.append(1) or run(*given, **more)):
		act()
	return len(asked)


class TestFigures(FiguresTestCase):
	def assert_equal_figures(self, counted: dict, expected: dict):
		for name, number in expected.items():
			with self.subTest(name):
				self.assertAlmostEqual(counted[name], number, places=6)

	def test_every_figure_equals_a_count_by_hand(self):
		defined = figures.definitions(MARCH, NOW)
		(counted,) = figures.count(defined, where=self.where)
		expected = self.counted_by_hand(self.cases)
		self.assertEqual(set(counted), set(expected))
		self.assert_equal_figures(counted, expected)
		# A lot that leaves a figure empty shows nothing of it.
		self.assertEqual([name for name, number in expected.items() if not number], [])

	def test_every_figure_equals_it_in_each_group(self):
		defined = figures.definitions(MARCH, NOW)
		for fields in (["department"], ["area"], ["department", "grievance_type"], ["posting"]):
			rows = figures.count(defined, fields, self.where)
			found = {tuple(row[field] for field in fields): row for row in rows}
			for group, cases in by(self.cases, *fields).items():
				expected = self.counted_by_hand(cases)
				if any(expected.values()):
					self.assert_equal_figures(found.pop(group), expected)
			self.assertEqual(found, {})

	def test_the_list_of_every_figure_holds_what_it_counts(self):
		defined = figures.definitions(MARCH, NOW)
		(counted,) = figures.count(defined, where=self.where)
		for name, filters in defined.items():
			listed = frappe.get_list("Grievance", [list(each) for each in (*filters, *self.where)], limit=0)
			with self.subTest(name):
				self.assertEqual(len(listed), counted[name])

	def test_what_is_settled_was_closed_in_one_way_or_waits_for_the_citizens_word(self):
		(counted,) = figures.count(figures.definitions(MARCH, NOW), where=self.where)
		ways = ("confirmed", "deemed", "forced", "decided", "awaiting_word")
		self.assertEqual(counted.settled, sum(counted[way] for way in ways))

	def test_a_period_has_its_first_midnight_and_not_the_next(self):
		period = Period.of_days("2026-03-01", "2026-03-31")
		self.assertEqual(period, Period(datetime(2026, 3, 1), datetime(2026, 4, 1)))
		self.assertEqual(Period.of_days("2026-03-31", "2026-03-31").begin, datetime(2026, 3, 31))

	def test_ages_part_what_is_pending(self):
		pending = figures.definitions(MARCH, NOW)["pending"]
		parts = {
			f"part_{number}": each
			for number, each in enumerate(figures.by_age(pending, (7, 15, 30), NOW.date()))
		}
		(counted,) = figures.count(parts, where=self.where)
		running = [case for case in self.cases if case.status in RUNNING and not case.parent_grievance]
		ages = [(NOW.date() - case.registered_on.date()).days for case in running]
		self.assertEqual(
			[counted[part] for part in parts],
			[
				sum(age <= 7 for age in ages),
				sum(7 < age <= 15 for age in ages),
				sum(15 < age <= 30 for age in ages),
				sum(age > 30 for age in ages),
			],
		)

	def test_median_and_ninetieth_percentile_are_those_of_a_spreadsheet(self):
		settled = figures.definitions(MARCH, NOW)["settled"]
		for fields in ([], ["department"], ["department", "area", "grievance_type"]):
			found = figures.spread(settled, fields, self.where)
			expected = by(
				[
					case
					for case in self.cases
					if case.settled_on
					and MARCH.begin <= case.settled_on < MARCH.end
					and not case.parent_grievance
				],
				*fields,
			)
			self.assertEqual(set(found), {*expected, ()})
			for group, cases in expected.items():
				days = sorted(map(days_of, cases))
				ninetieth = quantiles(days, n=10, method="inclusive")[-1] if len(days) > 1 else days[0]
				with self.subTest(fields=fields, group=group):
					self.assertAlmostEqual(found[group].median, median(days), places=3)
					self.assertAlmostEqual(found[group].ninetieth, ninetieth, places=3)

	def test_nothing_is_counted_as_nothing(self):
		defined = figures.definitions(Period.of_days("2020-01-01", "2020-01-31"), NOW)
		(counted,) = figures.count(defined, where=[("department", "=", "No Such Department")])
		self.assertEqual(set(counted.values()), {0})
		self.assertEqual(figures.spread(defined["settled"]), {})

	def test_what_waits_for_the_citizen_while_its_clock_runs_is_overdue(self):
		overdue = figures.definitions(MARCH, NOW)["overdue"]
		listed = frappe.get_list("Grievance", [list(each) for each in overdue], ["status"], limit=0)
		self.assertIn("Awaiting Citizen", {case.status for case in listed})

	def test_a_group_of_categories_is_counted_with_what_lies_in_it(self):
		group = make_category(self.departments[0], is_group=1)
		for category in self.categories[:2]:
			category.reload()
			category.parent_grievance_category = group.name
			category.save()
		defined = figures.definitions(MARCH, NOW)
		(counted,) = figures.count(defined, where=[("category", figures.TREE, group.name)])
		inside = {category.name for category in self.categories[:2]}
		self.assert_equal_figures(
			counted, self.counted_by_hand([case for case in self.cases if case.category in inside])
		)

	def test_an_area_is_counted_with_what_lies_in_it(self):
		defined = figures.definitions(MARCH, NOW)
		(counted,) = figures.count(defined, where=[("area", figures.TREE, self.town.name)])
		inside = {self.town.name, *(ward.name for ward in self.wards)}
		self.assert_equal_figures(
			counted, self.counted_by_hand([case for case in self.cases if case.area in inside])
		)

	def test_each_reader_counts_what_they_see(self):
		defined = figures.definitions(MARCH, NOW)
		(of_officer,) = figures.count(defined, where=self.where, user=self.officers[0])
		mine = [case for case in self.cases if case.department == self.departments[0].name]
		self.assert_equal_figures(of_officer, self.counted_by_hand(mine))
		(of_collector,) = figures.count(defined, where=self.where, user=self.collector)
		self.assert_equal_figures(of_collector, self.counted_by_hand(self.cases))
		with self.assertRaises(frappe.PermissionError):
			figures.count(defined, user=make_user("Grievance Manager"))

	def test_the_queries_are_as_many_for_any_number_of_rows(self):
		def act():
			defined = figures.definitions(MARCH, NOW)
			figures.count(defined, ["department", "area"], self.where)
			figures.spread(defined["settled"], ["department", "area"], self.where)

		# The statuses; of each date and of the status one; the spread.
		self.assertEqual(statements(act), 7)
