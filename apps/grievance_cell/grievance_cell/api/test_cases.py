import frappe

from grievance_cell import limits
from grievance_cell.api import cases, desk
from grievance_cell.grievances import numbers
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)


class CaseOfAWard(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department, cls.ward = make_department(), make_area()
		cls.officer, cls.outsider = make_user("Grievance Officer"), make_user("Grievance Officer")
		cls.operator, cls.manager = (
			make_user("Grievance Operator"),
			make_user("Grievance Manager", "System Manager"),
		)
		cls.representative = make_user("Public Representative")
		make_posting(cls.department, cls.ward, user=cls.officer)
		cls.citizen = make_citizen(address="Behind the temple")
		cls.case = make_case(
			make_category(cls.department), cls.ward, citizen=cls.citizen.name, address="Near the well"
		)


class TestRevealNumber(CaseOfAWard):
	def setUp(self):
		super().setUp()
		self.addCleanup(
			lambda: [
				limits.forget(f"numbers_revealed:{user}")
				for user in (self.officer, self.outsider, self.operator, self.manager, self.representative)
			]
		)

	def revealed(self) -> list:
		return frappe.get_all(
			"Grievance Action",
			{"reference_name": self.case.name, "action": numbers.REVEALED},
			["actor", "done_on", "visible_to_citizen"],
		)

	def test_the_number_is_shown_and_who_saw_it_and_when_is_written_down(self):
		with acting_as(self.officer):
			self.assertEqual(cases.reveal_number(self.case.name), self.citizen.mobile_no)
		(row,) = self.revealed()
		self.assertEqual((row.actor, row.visible_to_citizen), (self.officer, 0))
		self.assertTrue(row.done_on)

	def test_nobody_sees_the_number_of_a_case_that_they_do_not_see(self):
		for user in (self.outsider, self.manager, self.representative, "Guest"):
			with self.subTest(user), acting_as(user):
				self.assertRaises(frappe.PermissionError, cases.reveal_number, self.case.name)
		self.assertEqual(self.revealed(), [])

	def test_numbers_are_shown_only_so_often_an_hour(self):
		with acting_as(self.officer):
			for _time in range(numbers.MOST_REVEALED):
				numbers.count_reveal(self.officer)
			self.assertRaises(frappe.TooManyRequestsError, cases.reveal_number, self.case.name)

	def test_only_what_has_a_number_can_be_asked_for_it(self):
		with acting_as(self.operator):
			self.assertEqual(cases.reveal_number(self.citizen.name, "Citizen"), self.citizen.mobile_no)
			self.assertRaises(frappe.PermissionError, cases.reveal_number, "Administrator", "User")


class TestNumberIsInNoList(CaseOfAWard):
	"""The full number by every door of Frappe's that gives a field."""

	def test_lists_forms_and_prints_show_the_masked_number_only(self):
		number = self.citizen.mobile_no[1:]
		for user in (self.officer, self.operator):
			with self.subTest(user), acting_as(user):
				for doctype, name in (("Grievance", self.case.name), ("Citizen", self.citizen.name)):
					given = [
						frappe.get_list(doctype, {"name": name}, ["*"]),
						frappe.get_list(doctype, {"name": name}, ["name", "mobile_no"]),
						frappe.client.get(doctype, name),
						frappe.client.get_value(doctype, "mobile_no", name),
						frappe.client.validate_link(doctype, name, '["mobile_no"]'),
						desk.get_data_for_custom_field(doctype, "mobile_no"),
						desk.find(doctype, name, "name", 0, 10, None),
						frappe.get_print(doctype, name) if doctype == "Grievance" else "",
					]
					self.assertNotIn(number, str(given))
				self.assertIn(self.case.mobile_masked, str(frappe.get_list("Grievance", fields=["*"])))

	def test_the_name_and_the_address_are_shown_to_who_works_on_the_case(self):
		with acting_as(self.officer):
			given = frappe.client.get("Grievance", self.case.name)
		self.assertEqual((given["citizen_name"], given["address"]), ("Geeta Bai", "Near the well"))

	def test_a_list_is_not_filtered_sorted_or_grouped_by_the_number(self):
		for key, value in (
			("filters", '[["mobile_no", "like", "+9198%"]]'),
			("or_filters", '{"mobile_no": "+91"}'),
			("order_by", "`tabCitizen`.`mobile_no` asc"),
			("group_by", "mobile_no"),
			("field", "mobile_no"),
			("sort_field", "mobile_no"),
			("field_map", '{"start": "mobile_no"}'),
			("chart", '{"filters_json": "[["Citizen", "mobile_no", "like", "+91%"]]"}'),
			("doc", '{"doctype": "Number Card", "filters_json": "[["Citizen", "mobile_no"]]"}'),
		):
			with self.subTest(key), acting_as(self.operator):
				frappe.local.form_dict = frappe._dict({key: value})
				self.assertRaises(frappe.PermissionError, frappe.get_list, "Citizen")

	def test_a_form_with_the_number_in_it_can_be_saved(self):
		with acting_as(self.operator):
			frappe.local.form_dict = frappe._dict(doc='{"doctype": "Citizen", "mobile_no": "+919876543210"}')
			self.assertTrue(frappe.get_list("Citizen"))

	def test_what_is_linked_to_a_citizen_is_told_to_nobody_who_does_not_see_it(self):
		with acting_as(make_user("Public Representative")):
			for doctype, name in (("Citizen", self.citizen.name), ("Local Area", self.case.area)):
				links = desk.get_links(doctype, name)
				self.assertFalse(set(links) & set(frappe.get_hooks("citizens_data")), links)

	def test_a_citizen_is_found_by_the_whole_number(self):
		with acting_as(self.operator):
			found = desk.find("Citizen", self.citizen.mobile_no, "name", 0, 10, None)
			self.assertEqual([row[0] for row in found], [self.citizen.name])
			self.assertEqual(list(desk.find("Citizen", self.citizen.mobile_no[:9], "name", 0, 10, None)), [])

	def test_a_report_is_given_no_columns_of_citizens(self):
		column = {"doctype": "Citizen", "fieldname": "mobile_no", "link_field": {}}
		with acting_as(self.operator):
			self.assertRaises(
				frappe.PermissionError,
				desk.run_report,
				report_name="Category Suggestions",
				custom_columns=frappe.as_json([column]),
			)
			self.assertRaises(
				frappe.PermissionError, desk.export_report, custom_columns=frappe.as_json([column])
			)
			self.assertRaises(
				frappe.PermissionError,
				frappe.desk.query_report.save_report,
				"Category Suggestions",
				"Numbers",
				frappe.as_json([column]),
				"{}",
			)

	def test_an_operator_who_saves_a_form_without_the_number_does_not_lose_it(self):
		with acting_as(self.operator):
			for doctype, name, field in (
				("Grievance", self.case.name, "public_summary"),
				("Citizen", self.citizen.name, "address"),
			):
				given = frappe.client.get(doctype, name)
				frappe.get_doc({**given, field: "Water does not come"}).save()
				with self.subTest(doctype):
					self.assertEqual(
						frappe.db.get_value(doctype, name, ["mobile_no", field]),
						(self.citizen.mobile_no, "Water does not come"),
					)

	def test_a_version_tells_nothing_of_fields_of_a_higher_level(self):
		self.citizen.reload()
		self.citizen.update({"citizen_name": "Sunita Bai", "language": "hi"})
		self.citizen.save(ignore_version=False)
		self.case.reload()
		self.case.update({"address": "By the school", "priority": "High"})
		self.case.save(ignore_version=False)
		for name, told in ((self.citizen.name, "language"), (self.case.name, "priority")):
			said = str(frappe.get_all("Version", {"docname": name}, pluck="data"))
			with self.subTest(name):
				self.assertIn(told, said)
				self.assertNotIn("Sunita", said)
				self.assertNotIn("school", said)


class TestShares(CaseOfAWard):
	def test_a_case_is_shared_with_nobody(self):
		for given in ({"user": self.outsider}, {"everyone": 1}):
			with self.subTest(given):
				self.assertRaises(
					frappe.PermissionError, frappe.share.add, "Grievance", self.case.name, **given
				)

	def test_an_assignment_does_not_widen_who_sees_the_case(self):
		from frappe.desk.form import assign_to

		given = {"doctype": "Grievance", "name": self.case.name, "assign_to": [self.outsider]}
		self.assertRaises(frappe.ValidationError, assign_to.add, given)
		self.assertFalse(frappe.has_permission("Grievance", "read", doc=self.case.name, user=self.outsider))

	def test_a_file_of_a_case_is_private(self):
		file = {
			"doctype": "File",
			"file_name": f"{frappe.generate_hash(length=8)}.txt",
			"content": b"x",
			"attached_to_doctype": "Grievance",
			"attached_to_name": self.case.name,
		}
		public = frappe.get_doc({**file, "is_private": 0})
		self.assertRaises(frappe.ValidationError, public.insert)
		private = frappe.get_doc({**file, "is_private": 1}).insert()
		for user, may in (
			(self.officer, True),
			(self.outsider, False),
			(self.manager, False),
			(self.representative, False),
		):
			with self.subTest(user), acting_as(user):
				self.assertEqual(private.is_downloadable(), may)
				self.assertEqual(bool(frappe.get_list("File", {"name": private.name})), may)
