import base64
import hashlib
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.messaging import media
from grievance_cell.messaging.providers.whatsapp_cloud import ProviderError
from grievance_cell.testing import ChatTestCase, make_area, make_case, make_category, make_department

PNG = bytes.fromhex(
	"89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
	"f61738550000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
OGG = b"OggS\x00\x02" + b"\x00" * 60
PROGRAM = b"MZ\x90\x00" + b"\x00" * 200


class TestMedia(ChatTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.case = make_case(make_category(make_department()), make_area())

	def setUp(self):
		super().setUp()
		self.addCleanup(self.delete_written_files)

	def delete_written_files(self):
		for file in frappe.get_all("File", {"creation": (">=", self.now)}, pluck="name"):
			frappe.delete_doc("File", file, force=True)

	def receive_file(self, kind: str, content: bytes | None, **described) -> int:
		"""Let a file arrive, and have its conversation worked on; returns the name of its message."""
		media_id = f"media.{frappe.generate_hash(length=8)}"
		if content is not None:
			self.meta.files[media_id] = (described, content)
		self.receive(kind, {"id": media_id, "filename": "वार्ड 5 नाली.pdf"})
		self.work_off()
		return self.messages("In")[-1].name

	def message(self, name: int):
		return frappe.get_doc("Chat Message", name)

	def files(self, **of) -> list:
		filters = {"attached_to_doctype": of.pop("doctype", "Chat Message"), **of}
		return frappe.get_all("File", {**filters, "creation": (">=", self.now)}, ["*"])

	def comments(self) -> list[str]:
		return frappe.get_all(
			"Comment", {"reference_name": self.case.name, "comment_type": "Info"}, pluck="content"
		)

	def attach(self, *names: int) -> None:
		media.attach(tuple(str(name) for name in names), "Grievance", self.case.name)
		frappe.db.commit()

	def test_a_job_of_its_own_fetches_the_file_after_the_commit(self):
		name = self.receive_file("image", PNG)
		self.assertEqual(
			self.jobs, [("grievance_cell.messaging.media.fetch", {"queue": "short", "message": name})]
		)
		self.assertEqual(self.message(name).media_state, "Pending")

	def test_a_digest_may_be_written_in_either_way(self):
		digest = hashlib.sha256(PNG)
		self.assertTrue(media.has_digest(PNG, digest.hexdigest()))
		self.assertTrue(media.has_digest(PNG, base64.b64encode(digest.digest()).decode()))
		self.assertFalse(media.has_digest(PNG + b"x", digest.hexdigest()))

	def test_a_file_is_private_and_named_by_what_it_is(self):
		for kind, content, extension in (
			("image", PNG, "png"),
			("document", PDF, "pdf"),
			("audio", OGG, "ogg"),
		):
			with self.subTest(kind):
				name = self.receive_file(kind, content, sha256=hashlib.sha256(content).hexdigest())
				media.fetch(name)
				message = self.message(name)
				self.assertEqual(message.media_state, "Fetched")
				file = frappe.get_doc("File", message.file)
				self.assertTrue(file.is_private)
				self.assertTrue(file.file_url.startswith("/private/files/"))
				self.assertTrue(file.file_name.endswith(f"-{name}.{extension}"), file.file_name)
				self.assertEqual(
					(file.attached_to_doctype, file.attached_to_name), ("Chat Message", str(name))
				)

	def test_a_file_fetched_before_the_case_is_made_goes_over_to_it(self):
		name = self.receive_file("image", PNG)
		media.fetch(name)
		self.attach(name)
		(file,) = self.files(doctype="Grievance", attached_to_name=self.case.name)
		self.assertEqual(file.name, self.message(name).file)
		self.assertEqual(self.message(name).reference_name, self.case.name)

	def test_a_file_fetched_after_the_case_is_made_goes_to_it(self):
		name = self.receive_file("image", PNG)
		self.attach(name)
		media.fetch(name)
		self.assertEqual(len(self.files(doctype="Grievance", attached_to_name=self.case.name)), 1)

	def test_a_second_job_fetches_nothing(self):
		name = self.receive_file("image", PNG)
		media.fetch(name)
		with patch.object(media, "download", side_effect=AssertionError):
			media.fetch(name)
		self.assertEqual(self.message(name).attempts, 1)

	def test_of_two_jobs_at_once_one_keeps_the_file(self):
		name = self.receive_file("image", PNG)
		row = frappe.db.get_value("Chat Message", name, ["payload", "message_type"], as_dict=True)
		media.keep(name, row, PNG, "png")
		media.keep(name, row, PNG, "png")
		self.assertEqual(len(self.files(attached_to_name=str(name))), 1)

	def test_what_is_not_what_it_says_is_refused_and_shown_on_the_case(self):
		for kind, content in (("image", PROGRAM), ("document", PROGRAM), ("image", PDF), ("audio", b"text")):
			with self.subTest(kind=kind, content=content[:4]):
				name = self.receive_file(kind, content)
				self.attach(name)
				before = len(self.comments())
				media.fetch(name)
				self.assertEqual(self.message(name).media_state, "Failed")
				self.assertIn("Not an accepted file", self.message(name).error)
				self.assertEqual(len(self.comments()), before + 1)
		self.assertEqual(self.files(doctype="Grievance", attached_to_name=self.case.name), [])

	def test_a_file_that_is_too_large_is_refused(self):
		with patch.dict(media.LIMITS, {"image": len(PNG) - 1}):
			name = self.receive_file("image", PNG)
			media.fetch(name)
		self.assertEqual(
			(self.message(name).media_state, self.message(name).error), ("Failed", "The file is too large")
		)

	def test_no_file_is_larger_than_frappe_takes(self):
		with patch.object(media, "get_max_file_size", return_value=len(PDF) - 1):
			name = self.receive_file("document", PDF)
			media.fetch(name)
		self.assertEqual(self.message(name).media_state, "Failed")

	def test_a_damaged_file_is_fetched_again_and_then_given_up(self):
		name = self.receive_file("image", PNG, sha256="0" * 64)
		for attempt in range(1, media.MOST_ATTEMPTS + 1):
			self.assertEqual(self.message(name).media_state, "Pending")
			media.fetch(name)
			self.assertEqual(self.message(name).attempts, attempt)
		self.assertEqual(self.message(name).media_state, "Failed")

	def test_a_broken_connection_is_tried_again_later(self):
		name = self.receive_file("image", PNG)
		self.meta.errors = [ProviderError(0, "ConnectionError", True)]
		media.fetch(name)
		self.assertEqual(self.message(name).media_state, "Pending")
		self.assertGreater(self.message(name).next_attempt_on, now_datetime())
		media.fetch(name)
		self.assertEqual(self.message(name).media_state, "Fetched")

	def test_an_error_of_ours_is_given_up_in_the_end_and_shown(self):
		name = self.receive_file("image", PNG)
		self.attach(name)
		with patch.object(media, "keep", side_effect=ValueError("broken")):
			for _attempt in range(media.MOST_ATTEMPTS):
				media.fetch(name)
		self.assertEqual(self.message(name).media_state, "Failed")
		self.assertEqual(len(self.comments()), 1)

	def test_a_file_that_failed_before_the_case_was_made_is_shown_on_it(self):
		name = self.receive_file("image", None)
		media.fetch(name)
		self.assertEqual(self.message(name).media_state, "Failed")
		self.attach(name)
		self.assertIn("No such file", self.comments()[0])

	def test_what_was_left_behind_is_fetched_once_it_is_due(self):
		name = self.receive_file("image", PNG)
		for due, fetched in (
			(now_datetime() - timedelta(minutes=1), 1),
			(None, 0),
			(now_datetime() + timedelta(minutes=1), 0),
		):
			self.set("Chat Message", name, media_state="Pending", next_attempt_on=due)
			self.jobs.clear()
			media.fetch_left_behind()
			frappe.db.commit()
			self.assertEqual(len(self.jobs), fetched, due)

	def test_a_lost_download_does_not_lose_the_message(self):
		name = self.receive_file("image", None)
		media.fetch(name)
		self.assertEqual(self.events()[-1].state, "Processed")
		self.assertTrue(frappe.db.exists("Chat Message", name))
