import json
from unittest.mock import patch

import frappe
from frappe.desk import query_report
from frappe.utils import get_fullname

from grievance_cell.grievances import actions, figures
from grievance_cell.grievances.test_figures import FIRST, LAST, NOW, FiguresTestCase, by, days_of, statements
from grievance_cell.oversight import reports
from grievance_cell.oversight.report.transfers_of_cases import transfers_of_cases
from grievance_cell.testing import DAY, at, make, make_category, make_user

REPORTS = (
	"Area Summary",
	"Category Trend",
	"Citizen Feedback",
	"Delay Register",
	"Department Performance",
	"Officer Scorecard",
	"Pendency by Department and Age",
	"Transfers of Cases",
)


class TestReports(FiguresTestCase):
	CASES = 160

	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		frappe.set_user("Administrator")
		names = [each.name for each in cls.departments]
		for number, case in enumerate(case for case in cls.cases if case.transfer_count):
			for step in range(case.transfer_count):
				make(
					"Grievance Action",
					reference_doctype="Grievance",
					reference_name=case.name,
					action="Transferred",
					actor="Administrator",
					done_on=NOW,
					of_part=bool(case.parent_grievance),
					from_department=names[(number + step) % 3],
					to_department=names[(number + step * 2) % 3],
				)

	def run_report(
		self, name: str, user: str | None = None, asked: dict | None = None, **filters
	) -> frappe._dict:
		given = {"from_date": str(FIRST), "to_date": str(LAST), "area": self.district.name, **filters}
		frappe.set_user(user or self.collector)
		frappe.form_dict.update(asked or {})
		try:
			with at(NOW):
				return frappe._dict(query_report.run(name, filters=json.dumps(given)))
		finally:
			frappe.set_user("Administrator")

	def rows(self, report: frappe._dict) -> dict[str, dict]:
		return {row["what"]: row for row in report.result}

	def lists(self, report: frappe._dict):
		"""Find each number that opens a list: column, number, filters, as public/js/reports.js does."""
		for row in report.result:
			for column in report.columns:
				cell = row.get(column["fieldname"])
				if "lists" in row:
					filters = row["lists"].get(column["fieldname"])
				else:
					filters = "cases" in column and [
						["Grievance", *each]
						for each in (
							*column["cases"],
							*row.get("cases_of", {}).get(column["fieldname"], row["cases"]),
						)
					]
				if cell and filters:
					yield column["fieldname"], cell, [list(each) for each in filters]

	def test_each_number_opens_a_list_of_as_many_cases(self):
		for name in REPORTS:
			report, opened = self.run_report(name), 0
			frappe.set_user(self.collector)
			for field, number, filters in self.lists(report):
				with self.subTest(report=name, figure=field, filters=filters):
					self.assertEqual(len(frappe.get_list(filters[0][0], filters, limit=0)), number)
				opened += 1
			frappe.set_user("Administrator")
			with self.subTest(name):
				self.assertGreater(opened + (name == "Delay Register"), 0)

	def assert_equal_figures(self, row: dict, cases: list, names):
		expected = self.counted_by_hand(cases)
		for name in names:
			with self.subTest(name):
				self.assertEqual(row[name], expected[name])

	def test_department_performance_equals_a_count_by_hand(self):
		rows = self.rows(self.run_report("Department Performance"))
		names = (
			"received",
			"complaints",
			"settled",
			"confirmed",
			"deemed",
			"forced",
			"late",
			"reopened",
			"overdue",
		)
		self.assert_equal_figures(rows["All"], self.cases, names)
		for (department,), cases in by(self.cases, "department").items():
			self.assert_equal_figures(rows[department], cases, names)
			expected = self.counted_by_hand(cases)
			met, late = expected["within_time"], expected["late"]
			self.assertAlmostEqual(rows[department]["within_share"], 100 * met / (met + late))
			self.assertAlmostEqual(rows[department]["average_rating"], expected["stars"] / expected["rated"])
			settled = figures.definitions(figures.Period.of_days(FIRST, LAST), NOW)["settled"]
			spread = figures.spread(settled, [], [("department", "=", department)])[()]
			self.assertEqual(
				(rows[department]["median_days"], rows[department]["ninetieth_days"]), tuple(spread)
			)

	def test_pendency_equals_a_count_by_hand(self):
		report = self.run_report("Pendency by Department and Age")
		rows = self.rows(report)
		for (department,), cases in by(self.cases, "department").items():
			names = ("pending", "pending_demands", "overdue", "waiting_for_citizen", "long_term", "deemed")
			self.assert_equal_figures(rows[department], cases, names)
		for row in report.result:
			ages = ("up_to_7", "up_to_15", "up_to_30", "up_to_60", "older")
			self.assertEqual(sum(row[age] for age in ages), row["pending"])

	def test_the_scorecard_is_by_posting_and_by_person(self):
		names = ("received", "settled", "pending", "overdue", "overdue_unexplained")
		by_posting = self.rows(self.run_report("Officer Scorecard"))
		by_person = self.rows(self.run_report("Officer Scorecard", by="Officer"))
		for posting, officer in zip(self.postings, self.officers, strict=True):
			cases = [case for case in self.cases if case.posting == posting.name]
			for row in (by_posting[posting.name], by_person[get_fullname(officer)]):
				self.assert_equal_figures(row, cases, names)
				given = [
					case
					for case in cases
					if not case.parent_grievance
					and case.delay_reason == "No staff"
					and case.resolution_by < NOW
				]
				self.assertIn(f"No staff ({len(given)})", row["reasons"])

	def test_what_was_reopened_is_that_of_who_had_settled_it(self):
		for report, by_officer, by_posting in (
			("Officer Scorecard", {"by": "Officer"}, {"by": "Posting"}),
			("Citizen Feedback", None, {"by": "Posting"}),
		):
			for field, given in (
				("officer_before_reopening", by_officer),
				("posting_before_reopening", by_posting),
			):
				if not given:
					continue
				rows = self.rows(self.run_report(report, **given))
				for (who,), cases in by(self.cases, field).items():
					name = get_fullname(who) if field == "officer_before_reopening" else who
					self.assert_equal_figures(rows[name], cases, ("reopened",))

	def test_a_group_of_categories_shows_what_lies_in_it(self):
		group = make_category(self.departments[0], is_group=1)
		self.categories[0].reload()
		self.categories[0].parent_grievance_category = group.name
		self.categories[0].save()
		cases = [case for case in self.cases if case.category == self.categories[0].name]
		row = self.run_report("Department Performance", category=group.name).result[0]
		self.assert_equal_figures(row, cases, ("received", "settled", "pending", "overdue"))
		for name in REPORTS:
			with self.subTest(name):
				self.assertTrue(self.run_report(name, category=group.name).result)

	def test_a_card_or_a_chart_adds_up_no_sum_to_what_it_is_of(self):
		for name, numbers in (
			("Department Performance", "received"),
			("Area Summary", "received"),
			("Transfers of Cases", "transfers"),
		):
			whole = self.run_report(name).result[0][numbers]
			summed = self.run_report(name, asked={"ignore_prepared_report": "1"})
			with self.subTest(name):
				self.assertEqual(sum(row[numbers] for row in summed.result), whole)

	def test_a_dashboard_names_departments_by_their_codes(self):
		whole = self.run_report("Department Performance").chart["data"]["labels"]
		short = self.run_report("Department Performance", asked={"ignore_prepared_report": "1"}).chart["data"]
		codes = dict(frappe.get_all("Department", fields=["name", "short_code"], as_list=True))
		self.assertEqual(short["labels"], [codes.get(name) or name for name in whole])
		self.assertNotEqual(short["labels"], whole)

	def test_an_area_has_the_numbers_of_all_that_lies_in_it(self):
		report = self.run_report("Area Summary")
		rows = self.rows(report)
		town = {self.town.name, *(ward.name for ward in self.wards)}
		in_town = [case for case in self.cases if case.area in town]
		names = ("received", "settled", "late", "pending", "overdue")
		self.assert_equal_figures(rows[self.town.area_name], in_town, names)
		self.assert_equal_figures(rows[self.district.area_name], self.cases, names)
		settled = [
			case
			for case in in_town
			if not case.parent_grievance and case.settled_on and FIRST <= case.settled_on.date() <= LAST
		]
		self.assertAlmostEqual(
			rows[self.town.area_name]["average_days"], sum(map(days_of, settled)) / len(settled), places=5
		)
		self.assertEqual(
			[(row["what"], row["indent"]) for row in report.result][:2],
			[(self.district.area_name, 0), (self.block.area_name, 1)],
		)

	def test_the_months_of_the_trend_add_up_to_what_was_received(self):
		report = self.run_report("Category Trend", from_date="2026-01-10")
		months = [
			column["fieldname"] for column in report.columns if column["fieldname"].startswith("month_")
		]
		self.assertEqual(months, ["month_2026_01", "month_2026_02", "month_2026_03"])
		for row in report.result:
			self.assertEqual(sum(row[month] for month in months), row["received"])
		in_march = self.counted_by_hand(self.cases)["received"]
		self.assertEqual(self.rows(report)["All"]["month_2026_03"], in_march)

	def test_the_delay_register_lists_what_is_late_and_why(self):
		expected = self.counted_by_hand(self.cases)
		for which, number in (("Pending", expected["overdue"]), ("Settled", expected["late"])):
			rows = self.run_report("Delay Register", which=which).result
			self.assertEqual(len(rows), number)
			self.assertEqual(
				[row.days_late for row in rows], sorted((row.days_late for row in rows), reverse=True)
			)
		everything = self.run_report("Delay Register")
		self.assertEqual(len(everything.result), expected["overdue"] + expected["late"])
		self.assertIn(expected["overdue_unexplained"], [each["value"] for each in everything.report_summary])

	def late(self, **values) -> dict:
		case = frappe.get_doc(
			"Grievance", next(case.name for case in self.cases if not case.parent_grievance)
		)
		dates = ("resolution_by", "first_breached_on", "first_resolved_on", "clock_started_on", "settled_on")
		case.db_set({**dict.fromkeys(dates), **values})
		(row,) = [
			row for row in self.run_report("Delay Register").result if row.get("case_name") == case.name
		]
		return row

	def test_a_case_is_late_by_the_target_that_it_has(self):
		missed = {"first_breached_on": NOW - 40 * DAY, "first_resolved_on": NOW - 35 * DAY}
		reopened = {**missed, "clock_started_on": NOW - 20 * DAY}
		row = self.late(**reopened, status="Reopened", resolution_by=NOW - 2 * DAY)
		self.assertEqual((row.overdue_since, row.days_late), (NOW - 2 * DAY, 2))
		settled = {**reopened, "status": "Resolved", "settled_on": NOW - DAY}
		self.assertEqual(self.late(**settled, resolution_by=NOW - 4 * DAY).days_late, 3)
		# By the first one, until it was first said to be settled.
		row = self.late(**settled, resolution_by=NOW)
		self.assertEqual((row.overdue_since, row.days_late), (NOW - 40 * DAY, 5))
		# A transfer has given it its time anew.
		row = self.late(**{**settled, "first_resolved_on": NOW - DAY}, resolution_by=NOW)
		self.assertEqual(row.days_late, 20)

	def test_feedback_has_each_rating(self):
		rows = self.rows(self.run_report("Citizen Feedback"))
		expected = self.counted_by_hand(self.cases)
		row = rows["All"]
		self.assertEqual(sum(row[f"stars_{stars}"] for stars in range(1, 6)), expected["rated"])
		self.assertEqual(sum(stars * row[f"stars_{stars}"] for stars in range(1, 6)), expected["stars"])
		self.assertEqual(sum(row[name] for name in reports.TYPES), expected["settled"])
		ways = (*reports.CLOSURES, "decided", "awaiting_word")
		self.assertEqual(sum(row[way] for way in ways), expected["settled"])

	def test_transfers_are_counted_each_and_their_cases_once(self):
		row = self.run_report("Transfers of Cases").result[0]
		moved = [case for case in self.cases if case.transfer_count and not case.parent_grievance]
		self.assertEqual(row["transfers"], sum(case.transfer_count for case in moved))
		self.assertEqual(row["transferred_cases"], len(moved))
		self.assertEqual(row["often"], sum(case.transfer_count >= 3 for case in moved))
		self.assertEqual(sum(row[name] for name in reports.TYPES), len(moved))

	def test_the_list_of_transfers_holds_as_many_as_can_not_be_named(self):
		part = next(case for case in self.cases if case.parent_grievance)
		for case in (part, next(case for case in self.cases if case.transfer_count)):
			with at(NOW):
				actions.record(
					frappe.get_doc("Grievance", case.name),
					"Transferred",
					from_department=self.departments[0].name,
					to_department=self.departments[1].name,
				)
		with patch.object(transfers_of_cases, "MOST_LISTED", 0), at(NOW):
			frappe.set_user(self.collector)
			rows = transfers_of_cases.execute({"from_date": FIRST, "to_date": LAST})[1]
			for row in rows:
				filters = [list(each) for each in row.lists["transfers"]]
				listed = frappe.get_list("Grievance Action", filters, limit=0)
				self.assertEqual(len(listed), row.transfers)

	def test_what_no_list_can_be_asked_for_the_report_of_transfers_lists_itself(self):
		with at(NOW):
			actions.record(
				frappe.get_doc("Grievance", next(case.name for case in self.cases if case.transfer_count)),
				"Transferred",
				to_department=self.departments[1].name,
			)
		name = "Transfers of Cases"
		with patch.object(transfers_of_cases, "MOST_LISTED", 0):
			report = self.run_report(name)
			figures_shown = [column["fieldname"] for column in report.columns[2:]]
			self.assertGreater(len(report.result), 2)
			for row in report.result:
				self.assertEqual(row["lists"], {})
				for figure in figures_shown:
					listed = self.run_report(name, **row["way"], figure=figure)
					with self.subTest(row["what"], to=row["to"], figure=figure):
						self.assertEqual(len(listed.result), row[figure])
						self.assertEqual(listed.columns[0]["fieldname"], "case_name")

	def test_a_choice_of_type_narrows_every_report(self):
		of_type = [case for case in self.cases if case.grievance_type == "Demand"]
		row = self.run_report("Department Performance", grievance_type="Demand").result[0]
		self.assert_equal_figures(row, of_type, ("received", "settled", "pending"))
		self.assertEqual((row["complaints"], row["demands"]), (0, row["received"]))
		for name in REPORTS:
			with self.subTest(name):
				self.assertTrue(self.run_report(name, grievance_type="Demand").result)

	def test_each_reader_sees_the_cases_that_they_may_see(self):
		own = self.departments[0].name
		rows = self.rows(self.run_report("Department Performance", user=self.officers[0]))
		self.assertEqual(set(rows), {"All", own})
		mine = [case for case in self.cases if case.department == own]
		self.assert_equal_figures(rows["All"], mine, ("received", "settled", "pending"))
		listed = self.run_report("Delay Register", user=self.officers[0]).result
		self.assertEqual({row.department for row in listed}, {own})
		stranger = make_user("Grievance Officer")
		for name in REPORTS:
			shown = self.run_report(name, user=stranger).result
			self.assertEqual(shown, [], name)
			for role in ("Grievance Manager", "Public Representative"):
				with self.assertRaises(frappe.PermissionError):
					self.run_report(name, user=make_user(role))

	def test_no_citizen_is_named(self):
		frappe.db.set_value("Grievance", {"department": self.where[0][1:]}, "citizen_name", "Sunita Verma")
		frappe.db.set_value("Grievance", {"department": self.where[0][1:]}, "mobile_no", "+919812345678")
		for name in REPORTS:
			shown = frappe.as_json(self.run_report(name))
			with self.subTest(name):
				self.assertNotIn("Sunita", shown)
				self.assertNotIn("9812345678", shown)

	def test_a_report_without_a_choice_is_of_the_last_thirty_days(self):
		with at(NOW):
			period = reports.period_of({})
		self.assertEqual(period, figures.Period.of_days("2026-03-02", "2026-03-31"))
		with self.assertRaises(frappe.ValidationError):
			reports.period_of({"from_date": "2026-03-02", "to_date": "2026-03-01"})

	def test_nothing_to_show_is_no_error(self):
		for name in REPORTS:
			report = self.run_report(name, department="No Such Department")
			with self.subTest(name):
				self.assertEqual(report.result, [])

	def test_no_report_asks_more_for_more_rows(self):
		def asked(name: str, area) -> int:
			report = frappe.get_doc("Report", name)
			given = {"from_date": str(FIRST), "to_date": str(LAST), "area": area.name}
			return statements(lambda: report.execute_module(dict(given)))

		frappe.set_user(self.collector)
		for name in REPORTS:
			with self.subTest(name):
				self.assertLessEqual(asked(name, self.district), asked(name, self.wards[0]) + 1)

	def test_it_speaks_the_readers_language(self):
		make("Translation", source_text=self.departments[0].name, translated_text="जल विभाग", language="hi")
		frappe.db.set_value("User", self.collector, "language", "hi")
		with patch.object(frappe.local, "lang", "hi"):
			report = self.run_report("Department Performance")
		self.assertIn("जल विभाग", self.rows(report))
		labels = [column["label"] for column in report.columns]
		self.assertEqual([label for label in labels if label.isascii()], [])

	def test_an_auto_email_report_writes_each(self):
		for name in REPORTS:
			mailed = frappe.get_doc(
				doctype="Auto Email Report",
				report=name,
				user=self.collector,
				email_to="collector@example.com",
				frequency="Weekly",
				day_of_week="Monday",
				format="HTML",
				filters=frappe.as_json({"area": self.district.name}),
				dynamic_date_period="Monthly",
				from_date_field="from_date",
				to_date_field="to_date",
			)
			frappe.set_user(self.collector)
			with at(NOW), self.subTest(name):
				self.assertIn("<table", mailed.get_report_content())
			frappe.set_user("Administrator")
