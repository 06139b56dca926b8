from unittest.mock import patch

import frappe
from frappe.desk import reportview

from grievance_cell.api import desk
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.oversight.email_reports import EmailReport
from grievance_cell.setup import shipped
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class ReportBuilderTestCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department, cls.ward, cls.elsewhere = make_department(), make_area(), make_area()
		cls.collector = make_user("Collector")
		make_posting(None, cls.ward, user=cls.collector, heads_area=1, level=9)
		cls.category = make_category(cls.department)
		cls.citizen = make_citizen(citizen_name="Sunita Verma")
		cls.case, cls.other = (
			make_case(cls.category, area, citizen=cls.citizen.name) for area in (cls.ward, cls.elsewhere)
		)
		secret = make_category(cls.department, confidential=1)
		cls.secret = make_case(secret, cls.ward, citizen=cls.citizen.name)


class TestReportBuilder(ReportBuilderTestCase):
	def setUp(self):
		super().setUp()
		self.answer_anew()

	def answer_anew(self):
		answer = patch.object(frappe.local, "response", frappe._dict(docs=[]))
		answer.start()
		self.addCleanup(answer.stop)

	def build(self, *fields: str, read=reportview.get, **more) -> list[dict]:
		"""Ask for a report as the report builder does."""
		frappe.set_user(self.collector)
		frappe.local.form_dict = frappe._dict(
			doctype="Grievance",
			fields=frappe.as_json([f"`tabGrievance`.`{field}`" for field in fields]),
			**more,
		)
		try:
			found = frappe.call(read, **frappe.local.form_dict)
		finally:
			frappe.local.form_dict = frappe._dict()
			frappe.set_user("Administrator")
		return [dict(zip(found["keys"], row, strict=True)) for row in found["values"]] if found else []

	def test_the_collector_builds_reports_of_their_own_district(self):
		rows = self.build("name", "citizen_name", "department")
		self.assertEqual({row["name"] for row in rows}, {self.case.name, self.secret.name})
		names = {row["name"]: row["citizen_name"] for row in rows}
		self.assertEqual(names[self.case.name], "Sunita Verma")

	def test_places_are_named_in_the_readers_language_in_forms_and_filters(self):
		frappe.set_user("Administrator")
		self.ward.reload()
		self.ward.append("names", {"language": "hi", "name_text": "वार्ड पाँच"})
		self.ward.save()
		key = f"Local Area::{self.ward.name}"
		for language, title in (("hi", "वार्ड पाँच"), ("en", self.ward.title)):
			self.answer_anew()
			with self.subTest(language), patch.object(frappe.local, "lang", language):
				desk.get_document("Grievance", self.case.name)
				shown = frappe.local.response["_link_titles"][key]
				self.assertTrue(shown.startswith(title), shown)
				self.assertEqual(desk.get_link_title("Local Area", self.ward.name), shown)

	def test_the_places_of_the_rows_are_named(self):
		for view, titles in (
			("Report", {f"Local Area::{self.ward.name}": self.ward.title}),
			("List", None),
		):
			with self.subTest(view):
				self.answer_anew()
				self.build("name", "area", "category", read=desk.get_rows, view=view)
				self.assertEqual(frappe.local.response.get("_link_titles"), titles)

	def test_the_places_are_named_in_the_language_of_the_reader(self):
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		frappe.local.lang = "hi"
		frappe.set_user("Administrator")
		self.ward.reload()
		self.ward.append("names", {"language": "hi", "name_text": "वार्ड पाँच"})
		self.ward.save()
		self.build("name", "area", read=desk.get_rows, view="Report")
		(title,) = frappe.local.response["_link_titles"].values()
		self.assertTrue(title.startswith("वार्ड पाँच"), title)

	def test_whose_a_confidential_case_is_stands_in_no_report(self):
		rows = {row["name"]: row for row in self.build("name", "citizen", "citizen_name", "mobile_masked")}
		secret = rows[self.secret.name]
		self.assertFalse(secret["citizen"] or secret["citizen_name"] or secret["mobile_masked"])

	def test_numbers_stand_in_none(self):
		rows = self.build("name", "mobile_no")
		self.assertTrue(rows)
		self.assertNotIn(self.citizen.mobile_no, frappe.as_json(rows))
		by_number = frappe.as_json([["Grievance", "mobile_no", "=", self.citizen.mobile_no]])
		for more in ({"filters": by_number}, {"group_by": "`tabGrievance`.`mobile_no`"}):
			with self.assertRaises(frappe.PermissionError):
				self.build("name", **more)

	def test_shipped_reports_run_as_the_collector(self):
		for values in shipped.documents("report"):
			report = frappe.get_doc("Report", values["report_name"])
			frappe.set_user(self.collector)
			columns, rows = report.get_data(user=self.collector, as_dict=True)
			with self.subTest(report.name):
				self.assertGreater(len(columns), 5)
				self.assertLessEqual({row["name"] for row in rows}, {self.case.name, self.secret.name})
			frappe.set_user("Administrator")


class TestEmailReports(ReportBuilderTestCase):
	def test_shipped_ones_are_off_until_somebody_chooses_for_whom(self):
		for values in shipped.documents("auto_email_report"):
			report = frappe.get_doc("Auto Email Report", values["name"])
			self.assertIsInstance(report, EmailReport)
			self.assertFalse(report.enabled)
			report.update({"enabled": 1, "user": self.collector, "email_to": self.collector})
			report.save()

	def test_it_holds_what_its_user_may_see(self):
		frappe.db.set_value(
			"Grievance", {"name": ("in", (self.case.name, self.other.name))}, "sla_status", "Overdue"
		)
		performance = frappe.get_doc("Auto Email Report", "Department Performance")
		performance.user = self.collector
		written = performance.get_report_content()
		(row,) = (line for line in written.split("<tr") if self.department.name in line)
		# Two of the three cases lie in the collector's ward.
		self.assertIn(">2<", row.replace(" ", "").replace("\n", "").replace("\t", ""))
		self.assertEqual(frappe.session.user, "Administrator")
		stranger = make_user("Grievance Manager")
		performance.user = stranger
		with self.assertRaises(frappe.PermissionError):
			performance.get_report_content()
		self.assertEqual(frappe.session.user, "Administrator")

	def test_nobody_else_reads_or_sends_it(self):
		report = frappe.get_doc("Auto Email Report", "Delay Register")
		report.user = self.collector
		for user in (make_user("Grievance Manager"), make_user("Collector")):
			with self.subTest(user), acting_as(user), self.assertRaises(frappe.PermissionError):
				report.get_report_content()
		with acting_as(self.collector):
			report.get_report_content()

	def test_its_mail_is_read_by_no_staff(self):
		manager = make_user("Grievance Manager", "System Manager")
		mails = {}
		for report, user in (("Delay Register", self.collector), ("Department Performance", manager)):
			frappe.db.set_value("Auto Email Report", report, "user", user)
			about = {"reference_doctype": "Auto Email Report", "reference_name": report}
			mails[report] = make("Email Queue", sender="a@example.com", message="Figures", **about)
		with acting_as(manager):
			listed = frappe.get_list("Email Queue", pluck="name")
			for report, sees in (("Delay Register", False), ("Department Performance", True)):
				with self.subTest(report):
					self.assertEqual(mails[report].name in listed, sees)
					self.assertEqual(bool(frappe.has_permission("Email Queue", doc=mails[report].name)), sees)

	def test_it_goes_to_nobody_else(self):
		report = frappe.get_doc("Auto Email Report", "Delay Register")
		report.update({"enabled": 1, "user": self.collector, "email_to": "somebody@example.com"})
		with self.assertRaises(frappe.ValidationError):
			report.save()
