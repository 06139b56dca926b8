import frappe
from frappe.desk import reportview

from grievance_cell.api import cases as api
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.testing import (
	NO_TEST_RECORDS,
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

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestPublicCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward, cls.other_ward = make_area("Ward", cls.town), make_area("Ward", cls.town)
		cls.category = make_category(cls.department)
		cls.councillor = make_user("Public Representative")
		make_posting(None, cls.ward, user=cls.councillor, kind="Representative")
		cls.case = make_case(
			cls.category, cls.ward, citizen=make_citizen().name, public_summary="Drain choked at the school"
		)
		cls.other = make_case(cls.category, cls.other_ward)
		cls.confidential = make_case(make_category(cls.department, confidential=1), cls.ward)

	def listed(self, **given) -> list:
		with acting_as(self.councillor):
			return frappe.get_list("Public Case", pluck="name", **given)

	def test_a_representative_lists_the_cases_of_the_own_area_but_no_confidential_ones(self):
		self.assertEqual(self.listed(), [self.case.name])

	def test_lists_are_filtered_sorted_counted_and_paged(self):
		second = make_case(self.category, self.ward)
		status = frappe.db.get_value("Grievance", second.name, "status")
		self.assertEqual(self.listed(filters={"name": second.name}), [second.name])
		self.assertEqual(self.listed(filters=[["Public Case", "status", "=", "Closed"]]), [])
		both = [self.case.name, second.name]
		self.assertEqual(
			self.listed(filters={"status": status}, order_by="`tabPublic Case`.`name` asc"), both
		)
		self.assertEqual(self.listed(order_by="name desc", limit_page_length=1), [second.name])
		self.assertEqual(self.listed(order_by="name desc", limit_start=1), [self.case.name])
		with acting_as(self.councillor):
			frappe.local.form_dict = frappe._dict(doctype="Public Case", filters="[]", fields='["name"]')
			self.assertEqual(reportview.get_count(), 2)
			frappe.local.form_dict = frappe._dict(doctype="Public Case", filters="[]", fields='["name"]')
			self.assertEqual(len(reportview.get()["values"]), 2)

	def test_a_place_is_read_and_found_by_its_title(self):
		title = self.ward.title
		with acting_as(self.councillor):
			(row,) = frappe.get_list("Public Case", fields=["name", "area"])
			self.assertEqual(row.area, title)
			self.assertEqual(frappe.get_doc("Public Case", self.case.name).area, title)
		self.assertEqual(
			self.listed(filters=[["Public Case", "area", "like", f"%{title}%"]]), [self.case.name]
		)
		self.assertEqual(self.listed(filters={"area": "Another place"}), [])

	def test_a_form_is_read_in_the_users_language(self):
		frappe.local.lang = "hi"
		self.addCleanup(setattr, frappe.local, "lang", "en")
		with acting_as(self.councillor):
			opened = frappe.get_doc("Public Case", self.case.name)
			opened.run_method("onload")
			self.assertEqual(opened.status, frappe._(self.case.status, "hi"))
			self.assertNotEqual(opened.status, self.case.status)

	def test_a_form_opens_in_the_own_area_only(self):
		with acting_as(self.councillor):
			opened = frappe.get_doc("Public Case", self.case.name)
			self.assertEqual(opened.public_summary, "Drain choked at the school")
			self.assertTrue(opened.has_permission("read"))
			for case in (self.other, self.confidential):
				self.assertRaises(frappe.DoesNotExistError, frappe.get_doc, "Public Case", case.name)

	def test_nothing_that_a_citizen_said_is_in_it(self):
		with acting_as(self.councillor):
			given = str(frappe.get_doc("Public Case", self.case.name).as_dict())
			given += str(frappe.get_list("Public Case", fields=["*"]))
		for said in ("Geeta Bai", self.case.mobile_no, self.case.mobile_masked, self.case.description):
			self.assertNotIn(said, given)

	def test_cases_are_not_found_by_what_is_hidden(self):
		for field in ("mobile_no", "citizen_name", "description", "citizen"):
			with self.subTest(field):
				self.assertRaises(frappe.PermissionError, self.listed, filters=[[field, "like", "%a%"]])

	def test_only_cleared_photos_are_seen(self):
		file = make(
			"File",
			file_name=f"{frappe.generate_hash(length=8)}.txt",
			content=b"a photo",
			is_private=1,
			attached_to_doctype="Grievance",
			attached_to_name=self.case.name,
		)
		with acting_as(self.councillor):
			self.assertRaises(frappe.DoesNotExistError, api.public_photo, self.case.name, 0)
			self.assertFalse(file.is_downloadable())
		case = frappe.get_doc("Grievance", self.case.name)
		case.append("public_photos", {"photo": file.file_url})
		case.save(ignore_permissions=True)
		with acting_as(self.councillor):
			api.public_photo(self.case.name, 0)
			content = frappe.local.response.filecontent
			self.assertIn(content, (b"a photo", "a photo"))
			self.assertFalse(file.is_downloadable())
			self.assertEqual(frappe.get_doc("Public Case", self.case.name).photos, 1)

	def test_others_have_no_public_cases(self):
		with acting_as(make_user("Grievance Officer")):
			self.assertRaises(frappe.PermissionError, frappe.get_list, "Public Case")
			self.assertRaises(frappe.DoesNotExistError, frappe.get_doc, "Public Case", self.case.name)

	def test_nobody_writes_one(self):
		with acting_as(self.councillor):
			opened = frappe.get_doc("Public Case", self.case.name)
			self.assertRaises(frappe.PermissionError, opened.save)
			self.assertRaises(frappe.PermissionError, opened.save, ignore_permissions=True)
