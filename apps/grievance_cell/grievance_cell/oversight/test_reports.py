import json
from unittest.mock import patch

import frappe
from frappe.desk import query_report
from frappe.utils import get_fullname

from grievance_cell.grievances import figures
from grievance_cell.grievances.test_figures import FIRST, LAST, NOW, FiguresTestCase, by, days_of, statements
from grievance_cell.oversight import reports
from grievance_cell.testing import at, make, make_user

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
					from_department=names[(number + step) % 3],
					to_department=names[(number + step * 2) % 3],
				)

	def run_report(self, name: str, user: str | None = None, **filters) -> frappe._dict:
		given = {"from_date": str(FIRST), "to_date": str(LAST), "area": self.district.name, **filters}
		frappe.set_user(user or self.collector)
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
						["Grievance", *each] for each in (*column["cases"], *row["cases"])
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
