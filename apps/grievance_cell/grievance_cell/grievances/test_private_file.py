from pathlib import Path

import frappe
from frappe.utils import get_url, set_request

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
		self.in_a_request()
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

	def in_a_request(self, path="/"):
		if not getattr(frappe.local, "request", None):
			self.addCleanup(delattr, frappe.local, "request")
		set_request(method="POST", path=path)

	def own_file(self, file_name: str | None = None, **values):
		file_name = file_name or f"{frappe.generate_hash(length=12)}.txt"
		content = unique("what somebody wrote").encode()
		return make("File", **{"file_name": file_name, "content": content, "is_private": 1, **values})

	def test_a_private_file_has_one_address_however_it_is_written(self):
		_case, (theirs, _of_field) = self.photo_of_result()
		file_name = theirs.file_url.rsplit("/", 1)[1]
		quoted = f"%{ord(file_name[0]):x}{file_name[1:]}"
		self.in_a_request()
		written = {
			"under this site": {"file_url": get_url(theirs.file_url)},
			"out of the public ones": {"file_url": f"/files/../../private/files/{file_name}"},
			"through its own folder": {"file_url": f"/private/files/./{file_name}"},
			"with one slash more": {"file_url": f"/private/files//{file_name}"},
			"quoted": {"file_url": f"/private/files/{quoted}"},
			"quoted twice": {"file_url": f"/private/files/{quoted.replace('%', '%25')}"},
			"by its name alone": {"file_name": file_name},
			"as a folder": {"file_name": unique("folder"), "file_url": theirs.file_url, "is_folder": 1},
			"uploaded": {"file_name": quoted, "content": unique("mine")},
		}
		with acting_as(make_user("Grievance Officer")):
			for how, values in written.items():
				with self.subTest(how), self.assertRaises(frappe.PermissionError):
					frappe.get_doc({"doctype": "File", "is_private": 1, **values}).insert()
			self.own_file(f"{frappe.generate_hash(length=12)} 100%.txt")
			mine = self.own_file()
			other = make("File", file_url=f"/private/files/./{mine.file_name}")
			self.assertEqual((other.file_url, other.is_private), (mine.file_url, 1))
			# Of what nobody knows nobody may read it either.
			unknown = unique("unknown.txt")
			Path(frappe.get_site_path("private", "files", unknown)).write_text("found")
			with self.assertRaises(frappe.PermissionError):
				make("File", file_url=f"/private/files/{unknown}")

	def test_nor_does_a_row_become_that_of_another_file(self):
		_case, (theirs, _of_field) = self.photo_of_result()
		file_name = theirs.file_url.rsplit("/", 1)[1]
		path = Path(frappe.get_site_path("private", "files", file_name))
		self.in_a_request()
		with acting_as(make_user("Grievance Officer")):
			private, public = self.own_file(), self.own_file(is_private=0)
			folder = make("File", file_name=file_name, is_folder=1, is_private=1)
			changes = (
				(private, {"file_url": theirs.file_url}),
				(private, {"file_url": f"/private/files/./{file_name}"}),
				(private, {"file_url": "", "file_name": file_name}),
				(private, {"file_url": theirs.file_url, "is_folder": 1}),
				(private, {"file_url": f"/files/any/{file_name}", "is_private": 0}),
				(public, {"file_url": theirs.file_url, "is_private": 1}),
				(folder, {"is_folder": 0}),
			)
			for file, values in changes:
				with self.subTest(values), self.assertRaises(frappe.PermissionError):
					frappe.get_doc("File", file.name).update(values).save()
				self.assertTrue(path.exists())
			mended = frappe.get_doc("File", private.name).update({"file_name": "another name.txt"}).save()
			mended.is_private = 0
			self.assertTrue(mended.save().file_url.startswith("/files/"))

	def test_a_link_stays_a_link_under_whatever_name_the_site_is_called(self):
		_case, (theirs, _of_field) = self.photo_of_result()
		link = make("File", file_url=f"https://another.example{theirs.file_url}")
		set_request(method="GET", path="/", base_url="https://another.example")
		self.addCleanup(delattr, frappe.local, "request")
		self.assertEqual(link.get_full_path(), link.file_url)

	def test_a_file_is_sent_to_who_has_it_and_not_to_who_has_one_of_a_name_that_counts_as_equal(self):
		theirs = self.own_file()
		officer = make_user("Grievance Officer")
		with acting_as(officer):
			mine = self.own_file(theirs.file_name.upper())
		# As the database finds them.
		self.assertEqual(len(frappe.get_all("File", {"file_url": theirs.file_url})), 2)
		with acting_as(officer):
			for asked, sent in ((mine, True), (theirs, False)):
				self.in_a_request(asked.file_url)
				self.assertEqual(frappe.get_doc("File", mine.name).is_downloadable(), sent)

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
