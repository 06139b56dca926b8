from pathlib import Path

import frappe

from grievance_cell.grievances.citizens import PROTECTED
from grievance_cell.grievances.lifecycle import acting_as
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
	unique,
)


class TestPrivateFile(SiteTestCase):
	def photo_of_result(self, **values) -> tuple:
		"""Report a case as settled with a photo that came to it over WhatsApp, and save it twice."""
		case = make_case(make_category(make_department(), **values), make_area(), citizen=make_citizen().name)
		photo = make(
			"File",
			file_name=f"{frappe.generate_hash(length=12)}.txt",
			content=unique("a drain, clean again").encode(),
			is_private=1,
			attached_to_doctype="Grievance",
			attached_to_name=case.name,
		)
		public = set(self.public_files())
		for resolution in ("Cleaned", "Cleaned on Monday"):
			case.reload()
			case.update({"resolution": resolution, "resolution_photo": photo.file_url})
			case.save()
		self.assertEqual(set(self.public_files()) - public, set())
		return case, frappe.get_all(
			"File",
			{"file_url": photo.file_url},
			[
				"file_url",
				"attached_to_doctype",
				"attached_to_name",
				"attached_to_field",
				"is_private",
				"owner",
			],
			order_by="creation",
		)

	def test_nobody_comes_by_a_file_by_its_address(self):
		officer, department, ward = make_user("Grievance Officer"), make_department(), make_area()
		make_posting(department, ward, user=officer)
		own = make_case(make_category(department), ward, citizen=make_citizen().name)
		_case, (theirs, _of_field) = self.photo_of_result()
		self.addCleanup(delattr, frappe.local, "request")
		frappe.local.request = frappe._dict(method="POST")
		with acting_as(officer):
			row = {"doctype": "File", "file_url": theirs.file_url, "is_private": 1}
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc(row).insert()
			case = frappe.get_doc("Grievance", own.name)
			case.resolution_photo = theirs.file_url
			case.save()
			self.assertFalse(frappe.db.exists("File", {"attached_to_name": own.name}))
			# What they have uploaded themselves they may use.
			mine = make("File", file_name=unique("mine.txt"), content=unique("mine").encode(), is_private=1)
			case.resolution_photo = mine.file_url
			case.save()
			self.assertTrue(frappe.db.exists("File", {"attached_to_name": own.name, "is_private": 1}))

	def public_files(self):
		return (path.name for path in Path(frappe.get_site_path("public", "files")).iterdir())

	def test_the_photo_of_a_result_is_not_copied_for_everybody_to_read(self):
		case, (_sent, of_field) = self.photo_of_result()
		self.assertEqual((of_field.attached_to_name, of_field.is_private), (case.name, 1))
		self.assertEqual(of_field.attached_to_field, "resolution_photo")

	def test_nor_is_that_of_a_case_in_confidence_and_it_stays_with_who_decides(self):
		case, (sent, of_field) = self.photo_of_result(confidential=1)
		for row in (sent, of_field):
			self.assertEqual((row.attached_to_doctype, row.attached_to_name), (PROTECTED, case.name))
			self.assertEqual((row.is_private, row.owner), (1, "Administrator"))
