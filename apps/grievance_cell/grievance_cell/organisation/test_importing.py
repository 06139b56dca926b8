import csv
import io
import json
import struct
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime
from frappe.utils.xlsxutils import make_xlsx

from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.organisation import area_importer, desk_of_offices, importing, spreadsheets
from grievance_cell.organisation.doctype.master_import import master_import
from grievance_cell.organisation.posting_importer import welcome
from grievance_cell.testing import (
	SiteTestCase,
	digits,
	make,
	make_area,
	make_category,
	make_channel,
	make_department,
	make_posting,
	make_user,
	unique,
)

DEPARTMENT, AREA, CATEGORY, POSTING, HOLIDAYS = (
	"Department",
	"Local Area",
	"Grievance Category",
	"Officer Posting",
	"Holiday Calendar",
)
# Whatever an import writes to, its own document apart.
TOUCHED = (
	DEPARTMENT, AREA, CATEGORY, POSTING, HOLIDAYS, "Local Area Name", "Local Area Membership", "Officer Posting Area",
	"Category Department", "Holiday", "Translation", "User", "Has Role", "Contact", "Notification Settings",
	"Email Queue", "Version", "Series", "DocShare",
)  # fmt: skip


def as_csv(rows: list[dict], **given) -> bytes:
	headings = list(dict.fromkeys(heading for row in rows for heading in row))
	written = io.StringIO()
	writer = csv.DictWriter(written, headings, **given)
	writer.writeheader()
	writer.writerows(rows)
	return written.getvalue().encode()


def as_xls(rows: list[list]) -> bytes:
	"""Write as Excel 2 did, the shortest that is read as XLS: of texts, and of numbers that are shown as dates."""

	def record(kind: int, content: bytes) -> bytes:
		return struct.pack("<HH", kind, len(content)) + content

	def cell(row: int, column: int, value) -> bytes:
		# The second of the formats below is a date's.
		where = struct.pack("<HH3B", row, column, 0, isinstance(value, int), 0)
		if isinstance(value, int):
			return record(0x03, where + struct.pack("<d", value))
		return record(0x04, where + bytes([len(value)]) + value.encode("ascii"))

	cells = (cell(row, column, each) for row, line in enumerate(rows) for column, each in enumerate(line))
	begin, end = record(0x09, b"\2\0\x10\0") + record(0x42, struct.pack("<H", 1252)), record(0x0A, b"")
	formats = (record(0x1E, bytes([len(each)]) + each) for each in (b"General", b"dd-mm-yyyy"))
	return b"".join((begin, *formats, *cells, end))


class ImportTestCase(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.without_commits()

	def file(self, what: str, content: bytes, **values):
		document = make("Master Import", what=what, **values)
		self.attach(document, content)
		return document

	def attach(self, document, content: bytes) -> None:
		file = make(
			"File",
			file_name=f"{frappe.generate_hash(length=8)}.csv",
			content=content,
			is_private=1,
			attached_to_doctype=document.doctype,
			attached_to_name=document.name,
		)
		document.file = file.file_url
		document.save()
		# The end of the request; a preview gives up its own.
		frappe.db.commit()

	def preview(self, what: str, rows: list[dict] | bytes, **values):
		"""Preview a file; returns its document."""
		document = self.file(what, rows if isinstance(rows, bytes) else as_csv(rows), **values)
		self.ask(master_import.preview, document)
		document.reload()
		return document

	@staticmethod
	def ask(function, document) -> None:
		"""Preview or import a file in a request of its own."""
		frappe.db.commit()
		function(document.name)
		frappe.db.commit()

	def import_all(self, what: str, rows: list[dict] | bytes, **values):
		document = self.preview(what, rows, **values)
		self.assertEqual(document.status, "Previewed", document.result)
		self.ask(master_import.import_file, document)
		document.reload()
		self.assertEqual(document.status, "Imported", document.result)
		return document

	@staticmethod
	def outcomes(document) -> dict[int, str]:
		return {each["row"]: each["outcome"] for each in json.loads(document.result)["outcomes"]}

	@staticmethod
	def errors(document) -> dict[int, str]:
		return {
			each["row"]: each["error"]
			for each in json.loads(document.result)["outcomes"]
			if each["outcome"] == "Error"
		}

	@staticmethod
	def changes(document) -> list:
		return [change for each in json.loads(document.result)["outcomes"] for change in each["changes"]]

	@staticmethod
	def counts(document) -> dict[str, int]:
		return json.loads(document.counts)

	@staticmethod
	def everything() -> dict[str, list]:
		"""Read all that an import might write."""
		return {
			table: frappe.db.sql(f"select * from `tab{table}` order by 1")
			if table != "Series"
			else frappe.db.sql("select * from `tabSeries` where name <> 'IMPORT-' order by 1")
			for table in TOUCHED
		}


class TestImporting(ImportTestCase):
	def test_a_preview_says_row_by_row_what_is_new_changed_or_the_same_and_changes_nothing(self):
		same, other = make_department(), make_department()
		rows = [
			{"department_name": same.name, "short_code": same.short_code},
			{"department_name": other.name, "short_code": (code := digits(9))},
			{"department_name": (new := unique("Department")), "short_code": digits(9)},
		]
		before = self.everything()
		document = self.preview(DEPARTMENT, rows)
		self.assertEqual(self.everything(), before)
		self.assertEqual(self.counts(document), {"Unchanged": 1, "Changed": 1, "New": 1})
		self.assertEqual(self.outcomes(document), {3: "Changed", 4: "New"})
		self.assertEqual(self.changes(document), [["Short Code", other.short_code, code]])

		self.ask(master_import.import_file, document)
		self.assertTrue(frappe.db.exists(DEPARTMENT, new))
		self.assertEqual(frappe.db.get_value(DEPARTMENT, other.name, "short_code"), code)
		document.reload()
		self.assertEqual(document.status, "Imported")

	def test_a_file_that_is_not_there_is_asked_for(self):
		gone, link = (self.file(DEPARTMENT, as_csv([{"department_name": unique("D")}])) for _each in range(2))
		file = frappe.get_doc("File", {"file_url": gone.file})
		self.assertEqual(importing.content_of(gone)[:15], b"department_name")
		Path(file.get_full_path()).unlink()
		link.file = f"https://another.example/{unique('masters')}.csv"
		make("File", file_url=link.file, attached_to_doctype=link.doctype, attached_to_name=link.name)
		for document in (gone, link):
			with self.assertRaisesRegex(frappe.ValidationError, "Attach the file first"):
				importing.content_of(document)

	def test_one_error_and_nothing_at_all_is_imported(self):
		rows = [
			{"department_name": unique("Department"), "short_code": digits(9)},
			{"department_name": unique("Department"), "short_code": ""},
		]
		before = self.everything()
		document = self.preview(DEPARTMENT, rows)
		self.assertEqual(self.errors(document), {3: "Short Code is missing"})
		self.assertEqual(document.status, "Has Errors")
		with self.assertRaises(frappe.ValidationError):
			self.ask(master_import.import_file, document)
		self.assertEqual(self.everything(), before)

	def test_only_the_file_that_was_previewed_is_imported(self):
		document = self.preview(DEPARTMENT, [{"department_name": unique("A"), "short_code": digits(9)}])
		self.attach(document, as_csv([{"department_name": unique("B"), "short_code": digits(9)}]))
		self.assertEqual(document.status, "Not Previewed")
		with self.assertRaises(frappe.ValidationError):
			self.ask(master_import.import_file, document)
		# Nor one that was put in its place behind the form.
		document.db_set("status", "Previewed")
		with self.assertRaisesRegex(frappe.ValidationError, "another one"):
			self.ask(master_import.import_file, document)

	def test_what_somebody_else_has_changed_since_the_preview_is_shown_and_nothing_imported(self):
		department = make_department()
		rows = [{"department_name": department.name, "short_code": digits(9)}]
		document = self.preview(DEPARTMENT, rows)
		department.short_code = digits(9)
		department.save()
		frappe.db.commit()
		self.ask(master_import.import_file, document)
		document.reload()
		self.assertEqual(document.status, "Previewed")
		self.assertTrue(json.loads(document.result)["differs"])
		self.assertEqual(
			frappe.db.get_value(DEPARTMENT, department.name, "short_code"), department.short_code
		)
		self.ask(master_import.import_file, document)
		self.assertEqual(
			frappe.db.get_value(DEPARTMENT, department.name, "short_code"), rows[0]["short_code"]
		)

	def test_an_empty_cell_changes_nothing(self):
		area = make_area()
		department = make_department(area=area.name)
		rows = [{"department_name": department.name, "short_code": department.short_code, "area": ""}]
		self.assertEqual(self.counts(self.import_all(DEPARTMENT, rows)), {"Unchanged": 1})
		self.assertEqual(frappe.db.get_value(DEPARTMENT, department.name, "area"), area.name)

	def test_the_same_row_twice_is_an_error(self):
		name = unique("Department")
		rows = [
			{"department_name": name, "short_code": digits(9)},
			{"department_name": name.upper(), "short_code": digits(9)},
		]
		self.assertEqual(self.errors(self.preview(DEPARTMENT, rows)), {3: "Row 2 is the same"})

	def test_masters_are_named_in_one_column_a_language(self):
		name = unique("Department")
		rows = [
			{"department_name": name, "short_code": digits(9), "name_hi": "जल विभाग", "name_pa": "ਜਲ ਵਿਭਾਗ"}
		]
		self.import_all(DEPARTMENT, rows)
		stored = frappe.get_all(
			"Translation", {"source_text": name}, ["language", "translated_text"], as_list=True
		)
		self.assertEqual(dict(stored), {"hi": "जल विभाग", "pa": "ਜਲ ਵਿਭਾਗ"})
		self.assertEqual(self.counts(self.import_all(DEPARTMENT, rows)), {"Unchanged": 1})
		rows[0]["name_hi"] = "जल प्रदाय"
		((label, *texts),) = self.changes(self.import_all(DEPARTMENT, rows))
		self.assertEqual(label, f"Name in {frappe.db.get_value('Language', 'hi', 'language_name')}")
		self.assertEqual(texts, ["जल विभाग", "जल प्रदाय"])

	def test_a_file_is_attached_to_what_has_a_name_and_stays_private(self):
		with self.assertRaisesRegex(frappe.ValidationError, "Save first"):
			make("Master Import", what=DEPARTMENT, file="/private/files/postings.csv")
		document = self.file(DEPARTMENT, as_csv([{"department_name": unique("D"), "short_code": digits(9)}]))
		self.assertTrue(document.file.startswith("/private/files/"))
		self.assertEqual(frappe.get_all("File", {"attached_to_name": document.name}, pluck="is_private"), [1])

	def test_columns_that_nothing_is_read_from_are_named(self):
		rows = [{"department_name": unique("D"), "short_code": digits(9), "Remarks": "old"}]
		self.assertEqual(json.loads(self.preview(DEPARTMENT, rows).result)["unread"], ["Remarks"])

	def test_names_are_read_in_the_languages_that_the_site_speaks(self):
		row = {"area_type": "Block", "area_name": unique("Block"), "name_hi": "खंड", "name_ta": "தொகுதி"}
		codes = {"Area ID": "17", "Area No": "3"}
		document = self.import_all(AREA, [{**row, **codes}])
		self.assertEqual(json.loads(document.result)["unread"], ["name_ta", *codes])
		area = frappe.get_doc(AREA, {"area_name": row["area_name"]})
		self.assertEqual([each.language for each in area.names], ["hi"])
		make_channel(languages=[{"language": "ta"}])
		document = self.import_all(AREA, [{**row, **codes}])
		self.assertEqual(json.loads(document.result)["unread"], [*codes])
		area.reload()
		self.assertEqual([each.language for each in area.names], ["hi", "ta"])

	def test_a_large_file_is_a_job_and_is_read_once(self):
		document = self.file(DEPARTMENT, as_csv([{"department_name": unique("D"), "short_code": digits(9)}]))
		with patch.object(importing, "AT_ONCE", 10):
			self.ask(master_import.preview, document)
		document.reload()
		self.assertEqual(document.status, "Previewing")
		((method, given),) = self.jobs
		self.assertTrue(given["enqueue_after_commit"])
		frappe.get_attr(method)(given["name"], given["action"], given["language"])
		document.reload()
		self.assertEqual(document.status, "Previewed")

	def test_a_job_reads_and_speaks_the_users_language(self):
		department = make_department()
		category = make_category(department, priority="Low")
		rows = [{"category_name": category.name, "priority": _("High", "hi")}]
		document = self.file(CATEGORY, as_csv(rows))
		spoken = frappe.local.lang
		self.addCleanup(setattr, frappe.local, "lang", spoken)
		frappe.local.lang = "hi"
		with patch.object(importing, "AT_ONCE", 10):
			self.ask(master_import.preview, document)
		((method, given),) = self.jobs
		# A job begins in the site's own.
		frappe.local.lang = spoken
		frappe.get_attr(method)(given["name"], given["action"], given["language"])
		document.reload()
		self.assertEqual(document.status, "Previewed", document.result)
		self.assertEqual(self.changes(document), [[_("Priority", "hi"), "Low", "High"]])

	def test_a_job_that_fails_says_so_and_leaves_nothing_behind(self):
		document = self.file(DEPARTMENT, as_csv([{"department_name": unique("D"), "short_code": digits(9)}]))
		before = self.everything()
		with patch.object(importing.Masters, "write", side_effect=ZeroDivisionError):
			importing.run_as_job(document.name, importing.PREVIEW, frappe.local.lang)
		document.reload()
		self.assertEqual(document.status, "Failed")
		self.assertEqual(self.everything(), before)

	def test_what_is_being_worked_on_is_not_begun_again_unless_its_job_was_killed(self):
		document = self.preview(DEPARTMENT, [{"department_name": unique("D"), "short_code": digits(9)}])
		for status in ("Previewing", "Importing"):
			with self.subTest(status):
				document.db_set("status", status)
				document.run_method("onload")
				self.assertTrue(document.get_onload("is_being_worked_on"))
				for function in (master_import.preview, master_import.import_file):
					with self.assertRaisesRegex(frappe.ValidationError, "being worked on"):
						self.ask(function, document)
				killed = add_to_date(now_datetime(), seconds=-importing.LONGEST - 1)
				document.db_set("modified", killed, update_modified=False)
				document.run_method("onload")
				self.assertFalse(document.get_onload("is_being_worked_on"))
				self.ask(master_import.preview, document)
				document.reload()
				self.assertEqual(document.status, "Previewed")

	def test_a_file_is_imported_once(self):
		rows = [{"department_name": unique("D"), "short_code": digits(9)}]
		one, two = self.preview(DEPARTMENT, rows), self.preview(DEPARTMENT, rows)
		self.ask(master_import.import_file, one)
		for again in (master_import.import_file, lambda name: importing.run(name, importing.IMPORT)):
			with self.assertRaisesRegex(frappe.ValidationError, "Preview the file first"):
				again(one.name)
		self.ask(master_import.import_file, two)
		two.reload()
		self.assertEqual((two.status, self.counts(two)), ("Previewed", {"Unchanged": 1}))
		self.assertTrue(json.loads(two.result)["differs"])

	def test_only_the_grievance_manager_previews_and_imports(self):
		document = self.preview(DEPARTMENT, [{"department_name": unique("D"), "short_code": digits(9)}])
		for role in ("Grievance Operator", "Collector", "System Manager"):
			with acting_as(make_user(role)):
				for function in (master_import.preview, master_import.import_file):
					with self.subTest(role=role), self.assertRaises(frappe.PermissionError):
						function(document.name)
				with self.assertRaises(frappe.PermissionError):
					master_import.sample(DEPARTMENT)
		with acting_as(make_user("Grievance Manager")):
			self.ask(master_import.import_file, document)
		document.reload()
		self.assertEqual(document.status, "Imported")

	def test_each_sample_has_the_headings_that_are_read_and_can_be_imported(self):
		frappe.db.delete(AREA)
		for what in (AREA, DEPARTMENT, CATEGORY, POSTING, HOLIDAYS):
			for file_type in ("csv", "xlsx"):
				master_import.sample(what, file_type)
				content = frappe.local.response.pop("filecontent")
				with self.subTest(what=what, file_type=file_type):
					document = self.preview(what, content)
					self.assertEqual(self.errors(document), {})
					self.assertEqual(json.loads(document.result)["unread"], [])
			self.import_all(what, content)


class TestImportsAtOnce(ImportTestCase):
	"""With connections to the database of which each commits what it did."""

	def setUp(self):
		super().setUp()
		self.name = unique("Block")
		self.addCleanup(self.clear_away)
		self.document = self.preview(AREA, [{"area_type": "Block", "area_name": self.name}])
		frappe.db.commit()

	def without_commits(self):
		"""Nothing is to stand between these tests and the database."""

	def clear_away(self):
		frappe.db.rollback()
		for doctype, filters in (
			(AREA, {"area_name": self.name}),
			("Master Import", {"name": self.document.name}),
		):
			for name in frappe.get_all(doctype, filters, pluck="name"):
				frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()
		# What SiteTestCase goes back to.
		frappe.db.savepoint("test_begins")

	@contextmanager
	def elsewhere(self):
		"""Do something on another connection, which is closed after it."""
		here = frappe.local.db
		frappe.connect()
		try:
			yield
		finally:
			frappe.db.close()
			frappe.local.db = here

	def add_elsewhere(self) -> None:
		with self.elsewhere():
			make_area("Block", area_name=self.name)
			frappe.db.commit()

	def assert_nothing_imported(self):
		frappe.db.commit()
		self.document.reload()
		self.assertEqual(self.document.status, "Previewed")
		self.assertTrue(json.loads(self.document.result)["differs"])
		self.assertEqual(frappe.db.count(AREA, {"area_name": self.name}), 1)

	def test_what_was_added_after_the_preview_is_seen_although_the_request_has_read_before(self):
		frappe.db.count(AREA)
		self.add_elsewhere()
		master_import.import_file(self.document.name)
		self.assert_nothing_imported()
		self.assertEqual(self.counts(self.document), {"Unchanged": 1})

	def test_what_is_added_while_an_import_reads_is_seen_before_it_is_done(self):
		# Newer databases would refuse the first write by themselves.
		if frappe.db.sql("show variables like 'innodb_snapshot_isolation'"):
			frappe.db.sql("set session innodb_snapshot_isolation = off")
			self.addCleanup(frappe.db.sql, "set session innodb_snapshot_isolation = default")
			frappe.db.commit()
		apply = area_importer.Areas.apply

		def add_and_apply(masters):
			self.add_elsewhere()
			apply(masters)

		with patch.object(area_importer.Areas, "apply", add_and_apply):
			master_import.import_file(self.document.name)
		self.assert_nothing_imported()

	def test_an_import_waits_for_any_other(self):
		here = frappe.local.db
		with self.elsewhere():
			frappe.db.sql("select name from `tabDocType` where name = 'Master Import' for update")
			other, frappe.local.db = frappe.local.db, here
			frappe.db.sql("set session innodb_lock_wait_timeout = 1")
			try:
				with self.assertRaises(frappe.QueryTimeoutError):
					master_import.import_file(self.document.name)
			finally:
				frappe.db.sql("set session innodb_lock_wait_timeout = default")
				frappe.local.db = other
		frappe.db.rollback()
		master_import.import_file(self.document.name)
		frappe.db.commit()
		self.document.reload()
		self.assertEqual(self.document.status, "Imported")


class TestAreaImport(ImportTestCase):
	def test_a_file_of_ones_own_makes_a_tree_with_its_names(self):
		block, village = unique("Block"), unique("Village")
		rows = [
			{"area_type": "Village", "area_name": village, "lgd_code": "१२३४५६", "parent": block, "name_hi": "गाँव", "aliases": "Gaon;गांव"},
			{"area_type": "Block", "area_name": block, "parent": "", "latitude": "22.1", "longitude": "82.5"},
		]  # fmt: skip
		self.import_all(AREA, rows)
		above = frappe.get_doc(AREA, {"area_name": block})
		area = frappe.get_doc(AREA, {"area_name": village})
		self.assertEqual((area.parent_local_area, area.lgd_code), (above.name, "123456"))
		self.assertTrue(above.is_group)
		self.assertTrue(above.lft < area.lft < area.rgt < above.rgt)
		self.assertEqual(
			[(row.language, row.name_text, row.is_alias) for row in area.names],
			[("hi", "गाँव", 0), ("en", "Gaon", 1), ("hi", "गांव", 1)],
		)
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Unchanged": 2})

	def test_what_is_no_finite_number_is_an_error_of_its_row(self):
		rows = [
			{"area_type": "Block", "area_name": unique("Block"), "latitude": each, "longitude": "82.5"}
			for each in ("nan", "inf")
		]
		errors = self.errors(self.preview(AREA, rows))
		self.assertEqual(errors, {2: "nan is not a number", 3: "inf is not a number"})

	def test_an_area_is_found_again_by_its_type_and_code_whatever_it_is_called(self):
		district = make_area("District")
		area = make_area("Block", district, lgd_code=(code := digits(9)))
		rows = [{"area_type": "Block", "area_name": (new := unique("Block")), "lgd_code": code}]
		document = self.import_all(AREA, rows)
		self.assertEqual(self.changes(document), [["Area Name", area.area_name, new]])
		area.reload()
		self.assertEqual((area.area_name, area.parent_local_area), (new, district.name))

	def test_what_was_entered_by_hand_takes_the_code_of_the_file(self):
		district = make_area("District", lgd_code=digits(9))
		block = make_area("Block", district)
		rows = [
			{
				"area_type": "Block",
				"area_name": block.area_name,
				"lgd_code": (code := digits(9)),
				"parent": district.title,
			}
		]
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Changed": 1})
		self.assertEqual(frappe.db.get_value(AREA, block.name, "lgd_code"), code)

	def test_a_row_without_code_and_parent_is_the_area_of_its_name_wherever_it_lies(self):
		district = make_area("District")
		town = make_area("Municipal Body", district, lgd_code=digits(9))
		ward = make_area("Ward", town)
		rows = [
			{"area_type": "Municipal Body", "area_name": town.area_name, "name_hi": "चांपा"},
			{"area_type": "Ward", "area_name": f"{ward.area_name}, {town.area_name}", "name_hi": "वार्ड"},
			{"area_type": "Municipal Body", "area_name": (new := unique("Town")), "name_hi": "नगर"},
		]
		document = self.import_all(AREA, rows, within=district.name)
		self.assertEqual(self.counts(document), {"Changed": 2, "New": 1})
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Unchanged": 3})
		for area, parent in ((town, district), (ward, town)):
			stored = frappe.get_doc(AREA, area.name)
			self.assertEqual((stored.area_name, stored.parent_local_area), (area.area_name, parent.name))
			self.assertEqual([row.language for row in stored.names], ["hi"])
		self.assertEqual(frappe.db.get_value(AREA, {"area_name": new}, "parent_local_area"), district.name)

	def test_a_row_without_code_and_parent_that_may_mean_several_areas_is_refused(self):
		name = unique("Village")
		districts = [make_area("District") for _each in range(2)]
		for district in districts:
			make_area("Village", district, area_name=name)
		rows = [{"area_type": "Village", "area_name": name, "name_hi": "गाँव"}]
		self.assertIn("2 areas are called", self.errors(self.preview(AREA, rows))[2])
		self.assertEqual(self.counts(self.import_all(AREA, rows, within=districts[0].name)), {"Changed": 1})

	def test_a_row_that_names_no_parent_does_not_move_its_area(self):
		district = make_area("District")
		town = make_area("Municipal Body", district)
		ward = make_area("Ward", town, lgd_code=digits(9))
		rows = [{"area_type": "Ward", "area_name": ward.area_name, "lgd_code": ward.lgd_code}]
		self.assertEqual(self.counts(self.import_all(AREA, rows, within=district.name)), {"Unchanged": 1})

	def test_a_name_that_several_areas_have_is_refused_and_its_code_is_not(self):
		name = unique("Nawagarh")
		for area_type in ("Block", "Municipal Body"):
			make_area(area_type, area_name=name, lgd_code=digits(9))
		code = frappe.db.get_value(AREA, {"area_name": name, "area_type": "Block"}, "lgd_code")
		rows = [
			{"area_type": "Village", "area_name": unique("V"), "parent": name},
			{"area_type": "Village", "area_name": unique("V"), "parent": f"Block {name}"},
			{"area_type": "Village", "area_name": unique("V"), "parent": f"Block {code}"},
		]
		(error,) = self.errors(self.preview(AREA, rows)).items()
		self.assertEqual(error[0], 2)
		self.assertIn("2 areas are called", error[1])

	def test_homonyms_of_the_file_are_refused_where_a_cell_names_neither(self):
		name = unique("Nawagarh")
		codes = [digits(9), digits(9)]
		homonyms = [
			{"area_type": "Municipal Body", "area_name": name, "lgd_code": codes[0], "parent": ""},
			{"area_type": "Block", "area_name": name, "lgd_code": codes[1], "parent": ""},
		]
		wards = [
			{"area_type": "Ward", "area_name": unique("Ward 1"), "lgd_code": "", "parent": parent}
			for parent in (name, f"Municipal Body {name}", f"Block {codes[1]}", codes[0])
		]
		# In whatever order the file has them.
		for first in (0, 4):
			rows = [*wards[:first], *homonyms, *wards[first:]]
			errors = self.errors(self.preview(AREA, rows))
			self.assertEqual(list(errors), [rows.index(wards[0]) + 2])
			self.assertIn("2 areas are called", *errors.values())
		self.import_all(AREA, [*homonyms, *wards[1:]])
		town, block = (frappe.get_doc(AREA, {"lgd_code": each}).name for each in codes)
		self.assertEqual(
			[
				frappe.db.get_value(AREA, {"area_name": each["area_name"]}, "parent_local_area")
				for each in wards[1:]
			],
			[town, block, town],
		)
		self.assertEqual(self.counts(self.import_all(AREA, [*homonyms, *wards[1:]])), {"Unchanged": 5})

	def test_a_code_that_two_kinds_of_areas_of_the_file_have_is_refused(self):
		code = digits(9)
		rows = [
			{"area_type": "State", "area_name": unique("State"), "lgd_code": code, "parent": ""},
			{"area_type": "Block", "area_name": unique("Block"), "lgd_code": code, "parent": ""},
			{"area_type": "Village", "area_name": unique("Village"), "lgd_code": "", "parent": code},
			{
				"area_type": "Village",
				"area_name": unique("Village"),
				"lgd_code": "",
				"parent": f"Block {code}",
			},
		]
		errors = self.errors(self.preview(AREA, rows))
		self.assertEqual(list(errors), [4])
		self.assertIn("2 areas are called", errors[4])

	def test_a_name_of_the_file_that_an_area_of_the_site_has_too_is_refused(self):
		make_area("Municipal Body", area_name=(name := unique("Nawagarh")))
		rows = [
			{"area_type": "Block", "area_name": name, "parent": ""},
			{"area_type": "Village", "area_name": unique("Village"), "parent": name},
			{"area_type": "Village", "area_name": unique("Village"), "parent": f"Block {name}"},
		]
		errors = self.errors(self.preview(AREA, rows))
		self.assertEqual(list(errors), [3])
		self.assertIn("2 areas are called", errors[3])

	def test_homonyms_without_codes_are_told_apart_by_what_they_lie_in(self):
		one, two = unique("Champa"), unique("Akaltara")
		rows = [
			*({"area_type": "Municipal Body", "area_name": town, "parent": ""} for town in (one, two)),
			*({"area_type": "Ward", "area_name": "Ward 5", "parent": town} for town in (one, two)),
			{"area_type": "Locality", "area_name": (locality := unique("Locality")), "parent": f"Ward 5, {two}"},
		]  # fmt: skip
		self.import_all(AREA, rows)
		ward = frappe.db.get_value(AREA, {"area_name": locality}, "parent_local_area")
		self.assertEqual(frappe.db.get_value(AREA, ward, "title"), f"Ward 5, {two}")
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Unchanged": 5})

	def test_a_tehsil_may_lie_in_the_district_of_its_name(self):
		name = unique("Janjgir")
		rows = [
			{"area_type": "Tehsil", "area_name": name, "parent": name},
			{"area_type": "District", "area_name": name, "parent": ""},
		]
		self.import_all(AREA, rows)
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Unchanged": 2})
		self.assertEqual(self.counts(self.import_all(AREA, rows[:1])), {"Unchanged": 1})

	def test_a_parent_of_the_same_title_is_a_change(self):
		name = unique("Nawagarh")
		town, block = (
			make_area(each, area_name=name, lgd_code=digits(9)) for each in ("Municipal Body", "Block")
		)
		village = make_area("Village", town, lgd_code=digits(9))
		rows = [
			{
				"area_type": "Village",
				"area_name": village.area_name,
				"lgd_code": village.lgd_code,
				"parent": f"Block {block.lgd_code}",
			}
		]
		((_label, old, new),) = self.changes(self.import_all(AREA, rows))
		self.assertEqual(old, f"Municipal Body {name} ({town.lgd_code})")
		self.assertEqual(new, f"Block {name} ({block.lgd_code})")
		self.assertEqual(frappe.db.get_value(AREA, village.name, "parent_local_area"), block.name)

	def test_a_circle_is_refused(self):
		one, two = unique("One"), unique("Two")
		rows = [
			{"area_type": "Block", "area_name": one, "parent": two},
			{"area_type": "Block", "area_name": two, "parent": one},
		]
		self.assertEqual(set(self.errors(self.preview(AREA, rows))), {2, 3})
		above = make_area("District", lgd_code=digits(9))
		below = make_area("Block", above, lgd_code=digits(9))
		rows = [
			{
				"area_type": "District",
				"area_name": above.area_name,
				"lgd_code": above.lgd_code,
				"parent": f"Block {below.lgd_code}",
			}
		]
		self.assertEqual(set(self.errors(self.preview(AREA, rows))), {2})

	def test_what_an_area_also_lies_in_may_stand_below_it(self):
		ward, town, constituency = unique("Ward"), unique("Town"), unique("Constituency")
		rows = [
			{"area_type": "Ward", "area_name": ward, "parent": town, "also_in": constituency},
			{"area_type": "Municipal Body", "area_name": town, "parent": "", "also_in": ""},
			{"area_type": "Constituency", "area_name": constituency, "parent": "", "also_in": ""},
		]
		self.import_all(AREA, rows)
		(also_in,) = frappe.get_doc(AREA, {"area_name": ward}).also_in
		self.assertEqual(also_in.area, frappe.db.get_value(AREA, {"area_name": constituency}))
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"Unchanged": 3})
		# That it is on the site already makes of it no other one.
		rows[0]["area_name"] = unique("Ward")
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"New": 1, "Unchanged": 2})

	def test_two_areas_that_also_lie_in_each_other_are_refused(self):
		one, two, three = (unique(each) for each in ("One", "Two", "Three"))
		rows = [
			{"area_type": "Ward", "area_name": three, "also_in": one},
			{"area_type": "Constituency", "area_name": one, "also_in": two},
			{"area_type": "Constituency", "area_name": two, "also_in": one},
		]
		circle = "It stands below itself in the end"
		self.assertEqual(
			self.errors(self.preview(AREA, rows)), {2: f"{one} in row 3 has an error", 3: circle, 4: circle}
		)

	def test_an_area_below_one_with_an_error_names_its_row(self):
		block = unique("Block")
		rows = [
			{"area_type": "Block", "area_name": block, "latitude": "91", "longitude": "1"},
			{"area_type": "Village", "area_name": unique("Village"), "parent": block},
		]
		errors = self.errors(self.preview(AREA, rows))
		self.assertIn("between -90 and 90", errors[2])
		self.assertEqual(errors[3], f"{block} in row 2 has an error")


class TestDirectoryFiles(ImportTestCase):
	"""The headings are those of the Directory's downloads; the areas are made up."""

	def setUp(self):
		super().setUp()
		self.codes = {
			each: digits(9)
			for each in ("state", "district", "tehsil", "block", "panchayat", "village", "town")
		}

	def area(self, area_type: str, key: str):
		return frappe.get_doc(AREA, {"area_type": area_type, "lgd_code": self.codes[key]})

	def villages(self) -> bytes:
		"""All Villages of a State: titles above, a line below, the name in the local script under the same heading."""
		lines = [
			["All Villages of a State"],
			[],
			["S.No.", "District Code", "District Name", "Sub-District Code", "Sub-District Name", "Village Code",
			"Village Version", "Village Name (In English)", "Village Name (In Local)", "Village Status"],
			["1", self.codes["district"], "Janjgir", self.codes["tehsil"], "Nawagarh", self.codes["village"], "1",
			"Sarkhon", "सरखों", "Inhabited"],
			["Report generated on 01-11-2026"],
		]  # fmt: skip
		written = io.StringIO()
		csv.writer(written).writerows(lines)
		return written.getvalue().encode()

	def blocks(self) -> bytes:
		return as_csv(
			[
				{
					"S.No.": "1",
					"District Code": self.codes["district"],
					"District Name (In English)": "Janjgir",
					"Subdistrict Code": self.codes["tehsil"],
					"Subdistrict Name (In English)": "Nawagarh",
					"Village Code": self.codes["village"],
					"Village Name (In English)": "Sarkhon",
					"localbody Code": self.codes["panchayat"],
					"Localbody Name (In English)": "Sarkhon",
					"Block Code": self.codes["block"],
					"Block Name (In English)": "Nawagarh",
				}
			],
			delimiter=";",
		)

	def test_villages_are_read_with_all_that_lies_above_them(self):
		document = self.import_all(AREA, self.villages())
		self.assertEqual(self.counts(document), {"New": 3})
		village, tehsil = self.area("Village", "village"), self.area("Tehsil", "tehsil")
		self.assertEqual(village.parent_local_area, tehsil.name)
		self.assertEqual(tehsil.parent_local_area, self.area("District", "district").name)
		self.assertEqual([(row.language, row.name_text) for row in village.names], [("hi", "सरखों")])
		self.assertEqual(self.counts(self.import_all(AREA, self.villages())), {"Unchanged": 1})

	def test_a_village_goes_to_its_gram_panchayat_and_stays_there(self):
		self.import_all(AREA, self.villages())
		document = self.import_all(AREA, self.blocks())
		self.assertEqual(self.counts(document), {"New": 2, "Changed": 1})
		village, panchayat = self.area("Village", "village"), self.area("Gram Panchayat", "panchayat")
		self.assertEqual(village.parent_local_area, panchayat.name)
		self.assertEqual(panchayat.parent_local_area, self.area("Block", "block").name)
		self.assertEqual([row.area for row in village.also_in], [self.area("Tehsil", "tehsil").name])
		# The list of villages knows only of the tehsil.
		self.assertEqual(self.counts(self.import_all(AREA, self.villages())), {"Unchanged": 1})
		self.assertEqual(self.counts(self.import_all(AREA, self.blocks())), {"Unchanged": 1})

	def test_local_bodies_are_towns_and_gram_panchayats_by_their_type_and_others_are_left_out(self):
		district = make_area("District", lgd_code=self.codes["district"])
		rows = [
			{"Localbody Type Name": kind, "Localbody Code": code, "Localbody Name (In English)": name, "Parent Localbody Code": ""}
			for kind, code, name in (
				("Village Panchayat", self.codes["panchayat"], "Sarkhon"),
				("Block Panchayat", digits(9), "Nawagarh"),
				("Nagar Panchayat", self.codes["town"], "Nawagarh"),
			)
		]  # fmt: skip
		document = self.import_all(AREA, rows, within=district.name)
		self.assertEqual(self.counts(document), {"New": 2, "Left Out": 1})
		for area_type, key in (("Gram Panchayat", "panchayat"), ("Municipal Body", "town")):
			self.assertEqual(self.area(area_type, key).parent_local_area, district.name)

	def test_wards_lie_in_their_town(self):
		town = make_area("Municipal Body", lgd_code=self.codes["town"])
		rows = [
			{
				"S.No.": "1",
				"Local Body Code": town.lgd_code,
				"Local Body Name": town.area_name,
				"Ward Code": (code := digits(9)),
				"Ward Number": "५",
				"Ward Name": "Ward 5",
			}
		]
		self.assertEqual(self.counts(self.import_all(AREA, rows)), {"New": 1})
		ward = frappe.get_doc(AREA, {"area_type": "Ward", "lgd_code": code})
		self.assertEqual((ward.area_name, ward.parent_local_area), ("Ward 5", town.name))

	def test_of_a_whole_states_file_only_the_chosen_district_is_taken(self):
		district = make_area("District", lgd_code=self.codes["district"])
		rows = [
			{
				"State Code": self.codes["state"],
				"State Name (In English)": "Chhattisgarh",
				"District Code": code,
				"District Name (In English)": "Janjgir",
				"Block Code": block,
				"Block Name (In English)": unique("Block"),
			}
			for code, block in ((district.lgd_code, self.codes["block"]), (digits(9), digits(9)))
		]
		document = self.import_all(AREA, rows, within=district.name)
		self.assertEqual(self.counts(document), {"New": 1, "Left Out": 1})
		self.assertEqual(self.area("Block", "block").parent_local_area, district.name)
		self.assertFalse(frappe.db.exists(AREA, {"area_type": "State", "lgd_code": self.codes["state"]}))


class TestPostingImport(ImportTestCase):
	def setUp(self):
		super().setUp()
		self.department, self.area = make_department(), make_area(lgd_code=digits(9))

	def posting(self, title: str, **values) -> dict:
		return {"title": title, "department": self.department.short_code, **values}

	def test_a_superior_may_stand_below(self):
		junior, senior = unique("Junior"), unique("Senior")
		rows = [self.posting(junior, reports_to=senior, level="1"), self.posting(senior, level="3")]
		self.import_all(POSTING, rows)
		self.assertEqual(frappe.db.get_value(POSTING, junior, "reports_to"), senior)
		self.assertEqual(frappe.db.get_value(POSTING, junior, "department"), self.department.name)
		self.assertEqual(self.counts(self.import_all(POSTING, rows)), {"Unchanged": 2})

	def test_a_circle_of_superiors_is_refused_also_by_way_of_those_on_the_site(self):
		one, two, three = (unique(each) for each in ("One", "Two", "Three"))
		rows = [
			self.posting(one, reports_to=two),
			self.posting(two, reports_to=one),
			self.posting(three, reports_to=one),
		]
		errors = self.errors(self.preview(POSTING, rows))
		self.assertEqual(set(errors), {2, 3, 4})
		self.assertEqual(errors[4], f"{one} in row 2 has an error")
		senior = make_posting(self.department)
		junior = make_posting(self.department, reports_to=senior.name)
		rows = [self.posting(senior.name, reports_to=junior.name)]
		self.assertEqual(set(self.errors(self.preview(POSTING, rows))), {2})

	def test_an_area_of_the_same_title_is_a_change(self):
		name = unique("Nawagarh")
		town, block = (
			make_area(each, area_name=name, lgd_code=digits(9)) for each in ("Municipal Body", "Block")
		)
		title = unique("P")
		self.import_all(POSTING, [self.posting(title, areas=f"Municipal Body {town.lgd_code}")])
		document = self.import_all(POSTING, [self.posting(title, areas=f"Block {block.lgd_code}")])
		((_label, *shown),) = self.changes(document)
		self.assertEqual(
			shown, [f"Municipal Body {name} ({town.lgd_code})", f"Block {name} ({block.lgd_code})"]
		)
		self.assertEqual([each.area for each in frappe.get_doc(POSTING, title).areas], [block.name])

	def test_a_posting_is_held_by_one_user(self):
		rows = [
			self.posting(unique("P"), user=user, roles="Grievance Officer")
			for user in ("je@x.example, ee@x.example", "Engineer <je@x.example>")
		]
		errors = self.errors(self.preview(POSTING, rows))
		self.assertEqual(set(errors), {2, 3})
		for error in errors.values():
			self.assertTrue(error.endswith("is not an e-mail address"), error)

	def test_many_postings_are_left_to_a_job_sooner_than_many_others(self):
		for what, rows in (
			(POSTING, [self.posting(unique("P")) for _each in range(31)]),
			(DEPARTMENT, [{"department_name": unique("D"), "short_code": digits(9)} for _each in range(31)]),
		):
			document = self.file(what, as_csv(rows))
			self.ask(master_import.preview, document)
			document.reload()
			with self.subTest(what):
				self.assertEqual(document.status, "Previewing" if what == POSTING else "Previewed")

	def test_users_are_made_with_their_roles_and_welcomed_when_all_is_imported(self):
		email, title = f"{frappe.generate_hash(length=8)}@example.com", unique("Posting")
		row = self.posting(
			title, user=email.upper(), roles="Grievance Officer;department head", areas=self.area.lgd_code
		)
		before = self.everything()
		document = self.preview(POSTING, [row])
		self.assertEqual(self.everything(), before)
		self.assertEqual([job for job in self.jobs if job[0].endswith("welcome")], [])
		self.ask(master_import.import_file, document)
		posting, user = frappe.get_doc(POSTING, title), frappe.get_doc("User", email)
		self.assertEqual((posting.user, [each.area for each in posting.areas]), (email, [self.area.name]))
		self.assertEqual({each.role for each in user.roles}, {"Grievance Officer", "Department Head"})
		self.assertEqual(user.user_type, "System User")
		self.assertEqual(user.module_profile, desk_of_offices.PROFILE)
		((_method, given),) = [job for job in self.jobs if job[0].endswith("welcome")]
		self.assertEqual(given["name"], email)
		self.assertTrue(given["enqueue_after_commit"])
		self.assertEqual(self.counts(self.import_all(POSTING, [row])), {"Unchanged": 1})

	def test_the_welcome_is_frappes_own_mail(self):
		user = make_user("Grievance Officer")
		with patch("frappe.core.doctype.user.user.User.send_welcome_mail_to_user") as send:
			welcome(user)
		send.assert_called_once_with()

	def test_nobody_is_made_it_staff_by_a_spreadsheet(self):
		email = f"{frappe.generate_hash(length=8)}@example.com"
		for role in ("System Manager", "Grievance Manager", "Nonsense"):
			errors = self.errors(self.preview(POSTING, [self.posting(unique("P"), user=email, roles=role)]))
			with self.subTest(role):
				self.assertIn(f"{role} is none of", errors[2])
		# Nor is a user made by who may make none.
		document = self.file(POSTING, as_csv([self.posting(unique("P"), user=email, roles="Collector")]))
		with acting_as(make_user("Grievance Manager")):
			self.ask(master_import.preview, document)
		document.reload()
		self.assertIn("You may not make or change this", self.errors(document)[2])

	def test_what_a_cell_names_has_to_be_there(self):
		rows = [
			self.posting(unique("P"), areas="Nowhere"),
			self.posting(unique("P"), reports_to="Nobody"),
			self.posting(unique("P"), user="nobody@example.com"),
			self.posting(unique("P"), user="nobody"),
			self.posting(unique("P"), mobile_no="12"),
			self.posting(unique("P"), level="high"),
			self.posting(unique("P"), kind="Boss"),
			self.posting(unique("P"), heads_area="maybe"),
			{"title": unique("P"), "department": "No such"},
		]
		errors = self.errors(self.preview(POSTING, rows))
		self.assertEqual(
			[errors[number] for number in range(2, 11)],
			[
				"There is no area Nowhere",
				"There is no Officer Posting Nobody",
				"There is no user nobody@example.com. With the column roles one is made.",
				"nobody is not an e-mail address",
				"12 is not a mobile number",
				"high is not a whole number",
				"Boss is none of: Officer, Representative",
				"maybe is neither 1 nor 0",
				"There is no Department No such",
			],
		)

	def test_cells_are_read_as_offices_write_them(self):
		row = self.posting(
			(title := unique("P")), level="३", mobile_no="९८७६५ ४३२१०", is_active="नहीं", heads_area="Yes"
		)
		self.import_all(POSTING, [row])
		posting = frappe.get_doc(POSTING, title)
		self.assertEqual(
			(posting.level, posting.mobile_no, posting.is_active, posting.heads_area),
			(3, "+919876543210", 0, 1),
		)


class TestCategoryAndHolidayImport(ImportTestCase):
	def test_a_category_is_a_group_of_what_lies_in_it(self):
		department, urban = make_department(), make_department()
		group, category = unique("Group"), unique("Category")
		rows = [
			{"category": category, "parent": group, "department": department.short_code, "department_urban": urban.name,
			"applies_to": "complaint", "priority": "high", "keywords": "नल;tap", "photo_wanted": "1"},
			{"category": group, "parent": ""},
		]  # fmt: skip
		self.import_all(CATEGORY, rows)
		document, above = frappe.get_doc(CATEGORY, category), frappe.get_doc(CATEGORY, group)
		self.assertTrue(above.is_group)
		self.assertTrue(above.lft < document.lft < document.rgt < above.rgt)
		self.assertEqual(
			(document.applies_to, document.keywords, document.priority), ("Complaint", "नल\ntap", "High")
		)
		self.assertEqual(
			[(row.area_type, row.department) for row in document.departments],
			[("Municipal Body", urban.name)],
		)
		self.assertEqual(self.counts(self.import_all(CATEGORY, rows)), {"Unchanged": 2})

	def test_the_documents_own_rules_hold(self):
		errors = self.errors(self.preview(CATEGORY, [{"category": unique("Category")}]))
		self.assertEqual(errors, {2: "A category needs the department that is responsible for it"})

	def test_a_department_of_another_kind_of_area_stays(self):
		department, rural, urban = make_department(), make_department(), make_department()
		category = make_category(department, by_area_type={"Block": rural})
		self.import_all(CATEGORY, [{"category": category.name, "department_urban": urban.short_code}])
		category.reload()
		self.assertEqual(
			{row.area_type: row.department for row in category.departments},
			{"Block": rural.name, "Municipal Body": urban.name},
		)

	def test_holidays_are_added_to_a_calendar_that_is_made_if_need_be(self):
		calendar = unique("Calendar")
		rows = [
			{"calendar": calendar, "date": "26/01/2027", "description": "Republic Day"},
			{"calendar": calendar, "date": "१५-०८-२०२७", "description": "Independence Day"},
			{"calendar": calendar, "date": "2027-10-02", "description": "Gandhi Jayanti"},
		]
		self.import_all(HOLIDAYS, rows)
		document = frappe.get_doc(HOLIDAYS, calendar)
		self.assertEqual(
			[str(row.date) for row in document.holidays], ["2027-01-26", "2027-08-15", "2027-10-02"]
		)
		rows[1]["description"] = "Swatantrata Diwas"
		document = self.import_all(HOLIDAYS, rows)
		self.assertEqual(self.counts(document), {"Unchanged": 2, "Changed": 1})
		rows += [{**rows[0]}, {**rows[0], "date": "32-01-2027"}]
		self.assertEqual(
			self.errors(self.preview(HOLIDAYS, rows)),
			{5: "Row 2 is the same", 6: "32-01-2027 is not a full date, such as 26-01-2027"},
		)

	def test_a_holiday_is_one_whole_date(self):
		calendar = unique("Calendar")
		refused = (
			"26-Jan", "26/01", "5", "2027", "January 2027", "Monday", "12-14 November 2027", "12,13 Nov 2027",
			"January 26-28, 2027", "26-28 January", "12th and 13th November", "12-11-2027 - 14-11-2027", "10:00",
		)  # fmt: skip
		rows = [{"calendar": calendar, "date": each, "description": "Holiday"} for each in refused]
		self.assertEqual(
			list(self.errors(self.preview(HOLIDAYS, rows)).values()),
			[f"{each} is not a full date, such as 26-01-2027" for each in refused],
		)
		read = (
			"26-Jan-27", "27 January 2027", "Thursday, 28th January 2027", "Jan 29, 2027", "30.1.27",
			"31-01-2027 00:00:00",
		)  # fmt: skip
		rows = [{"calendar": calendar, "date": each, "description": "Holiday"} for each in read]
		self.import_all(HOLIDAYS, rows)
		self.assertEqual(
			[str(row.date) for row in frappe.get_doc(HOLIDAYS, calendar).holidays],
			[f"2027-01-{number}" for number in range(26, 32)],
		)

	def test_dates_of_an_old_excel_are_dates(self):
		calendar = unique("Calendar")
		# Excel counts days from the end of 1899.
		content = as_xls([["calendar", "date", "description"], [calendar, 46413, "Republic Day"]])
		with patch.object(spreadsheets, "XLS", content[:4]):
			self.import_all(HOLIDAYS, content)
		(holiday,) = frappe.get_doc(HOLIDAYS, calendar).holidays
		self.assertEqual((str(holiday.date), holiday.description), ("2027-01-26", "Republic Day"))


class TestGeneratedFiles(ImportTestCase):
	"""Files made up by lot, some with faults: what holds for every one."""

	def districts(self, lot: Random) -> dict[str, list[dict]]:
		departments = [
			{"department_name": unique("Dept"), "short_code": digits(9), "name_hi": lot.choice(("", "विभाग"))}
			for _each in range(lot.randint(1, 3))
		]
		areas = []
		for number in range(lot.randint(2, 8)):
			parent = lot.choice(areas)["area_name"] if areas and lot.random() < 0.8 else ""
			areas.append(
				{
					"area_type": lot.choice(area_importer.area_types()),
					"area_name": unique(f"Area {number}"),
					"lgd_code": lot.choice(("", digits(9))),
					"parent": parent,
					"name_hi": lot.choice(("", "स्थान")),
					"aliases": lot.choice(("", "Sthan;स्थल")),
				}
			)
		lot.shuffle(areas)
		titles = [unique("Office") for _each in range(lot.randint(1, 5))]
		postings = [
			{
				"title": title,
				"department": lot.choice(departments)["short_code"],
				"areas": lot.choice(areas)["area_name"],
				"reports_to": lot.choice(titles[:number]) if number and lot.random() < 0.7 else "",
				"user": f"{digits(9)}@example.com" if (holder := lot.random() < 0.5) else "",
				"roles": "Grievance Officer" if holder else "",
			}
			for number, title in enumerate(titles)
		]
		lot.shuffle(postings)
		return {DEPARTMENT: departments, AREA: areas, POSTING: postings}

	def test_a_preview_changes_nothing_an_import_does_what_it_said_and_done_again_all_is_as_it_was(self):
		for seed in range(4):
			for what, rows in self.districts(Random(seed)).items():
				with self.subTest(seed=seed, what=what):
					before = self.everything()
					document = self.preview(what, rows)
					self.assertEqual(self.everything(), before)
					self.assertEqual(self.counts(document), {"New": len(rows)})
					promised = document.promise
					count = frappe.db.count(what)
					self.ask(master_import.import_file, document)
					document.reload()
					self.assertEqual((document.status, document.promise), ("Imported", promised))
					self.assertEqual(frappe.db.count(what), count + len(rows))
					after = self.everything()
					again = self.import_all(what, rows)
					self.assertEqual(self.counts(again), {"Unchanged": len(rows)})
					self.assertEqual(self.everything(), after)

	def test_with_a_fault_in_any_row_nothing_changes(self):
		faults = {
			DEPARTMENT: ("area", "Nowhere"),
			AREA: ("area_type", "Galaxy"),
			POSTING: ("reports_to", "Nobody"),
		}
		for seed in range(6, 9):
			lot = Random(seed)
			for what, rows in self.districts(lot).items():
				if what != POSTING:
					self.import_all(what, rows)
				heading, fault = faults[what]
				extra = [*rows[:-1], {**rows[-1], heading: fault}]
				with self.subTest(seed=seed, what=what):
					before = self.everything()
					document = self.preview(what, extra)
					self.assertEqual(document.status, "Has Errors")
					with self.assertRaises(frappe.ValidationError):
						self.ask(master_import.import_file, document)
					self.assertEqual(self.everything(), before)

	def test_a_file_is_read_whatever_made_it(self):
		row = {"department_name": unique("लोक निर्माण"), "short_code": digits(9), "name_hi": "लोक, “निर्माण”"}
		text = as_csv([row]).decode()
		lines = [list(row), list(row.values())]
		made = {
			"UTF-8": text.encode(),
			"UTF-8 with its mark": text.encode("utf-8-sig"),
			"UTF-16 of Excel": as_csv([row], delimiter="\t").decode().encode("utf-16"),
			"UTF-16 without its mark": text.encode("utf-16-le"),
			"semicolons": as_csv([row], delimiter=";"),
			"blank rows": f"\n\n{text}\n,,\n \n".encode(),
			"titles above": f"Departments of the district\n\n{text}".encode(),
			"XLSX": make_xlsx(lines, "Departments").getvalue(),
		}
		for name, content in made.items():
			with self.subTest(name):
				document = self.preview(DEPARTMENT, content)
				self.assertEqual(self.counts(document), {"New": 1}, document.result)
				(outcome,) = json.loads(document.result)["outcomes"]
				self.assertEqual(outcome["what"], row["department_name"])

	def test_a_separator_is_told_by_the_headings_and_not_by_the_cells(self):
		department = make_department()
		rows = [
			{
				"category_name": unique("Category"),
				"department": department.short_code,
				"keywords": "पानी;नल;टंकी;water;paani;nal",
			}
		]
		self.assertEqual(self.counts(self.preview(CATEGORY, rows)), {"New": 1})

	def test_what_is_no_spreadsheet_is_said_plainly(self):
		for content in (
			b"PK\x03\x04 no zip",
			b"\xd0\xcf\x11\xe0 no sheet",
			b"",
			b"a,b\n1,2\n",
			b"\xff\xfe\x00",
		):
			with self.subTest(content):
				document = self.preview(DEPARTMENT, content or b"\n")
				self.assertEqual(document.status, "Has Errors")
				self.assertTrue(self.errors(document)[0])
