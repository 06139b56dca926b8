"""A confidential case: name, number and photos are seen by the officer who decides it, and by nobody else, by no door."""

import frappe
from frappe.utils import now_datetime

from grievance_cell import limits
from grievance_cell.api import chat_thread
from grievance_cell.conversations.model import Reply
from grievance_cell.grievances import citizens, numbers, own_cases
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.messaging import media, messages, recipients, sessions, timeline
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
	make_user,
)

NAME = "Phoolmati Netam"


class TestConfidential(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department, confidential=1)
		cls.decider, cls.head = make_user("Grievance Officer"), make_user("Department Head")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.decider)
		make_posting(cls.department, user=cls.head, level=3)
		cls.others = [
			cls.head,
			make_user("Grievance Operator"),
			make_user("Collector"),
			make_user("Grievance Manager", "System Manager"),
		]
		cls.citizen = make_citizen(citizen_name=NAME)
		cls.channel = make_channel()
		cls.session = sessions.get(cls.channel.name, cls.citizen.mobile_no[1:])
		frappe.db.set_value("Chat Session", cls.session.name, "citizen", cls.citizen.name)
		cls.session.citizen = cls.citizen.name
		cls.case = make_case(cls.category, cls.ward, citizen=cls.citizen.name)
		about = {"reference_doctype": "Grievance", "reference_name": cls.case.name}
		cls.messages = [
			messages.queue(cls.session, Reply(f"Dear {NAME}"), **about),
			messages.queue(cls.session, Reply(f"Welcome, {NAME}")),
		]
		cls.file = cls.attach("Grievance", cls.case.name)

	@classmethod
	def attach(cls, doctype: str, name: str):
		return make(
			"File",
			file_name=f"{frappe.generate_hash(length=8)}.txt",
			content=b"x",
			is_private=1,
			attached_to_doctype=doctype,
			attached_to_name=name,
		)

	def test_nothing_on_the_case_tells_whose_it_is(self):
		row = str(frappe.get_all("Grievance", {"name": self.case.name}, ["*"]))
		for said in (NAME, self.citizen.mobile_no[-4:] + "'", self.citizen.name):
			self.assertNotIn(said, row)
		self.assertEqual(citizens.of_case(self.case), self.citizen.name)

	def test_only_the_deciding_officer_reads_the_identity(self):
		for user, may in ((self.decider, True), *((other, False) for other in self.others)):
			with self.subTest(user), acting_as(user):
				identity = frappe.get_doc("Protected Identity", self.case.name)
				self.assertEqual(bool(identity.has_permission("read")), may)
				try:
					listed = frappe.get_list("Protected Identity", {"name": self.case.name})
				except frappe.PermissionError:
					listed = []
				self.assertEqual(bool(listed), may)

	def test_the_officer_who_has_the_charge_decides(self):
		stand_in = make_user("Grievance Officer")
		other = make_posting(self.department, make_area(), user=stand_in)
		self.posting.db_set("charge_given_to", other.name)
		for user, may in ((stand_in, True), (self.decider, False)):
			with acting_as(user):
				self.assertEqual(frappe.has_permission("Protected Identity", "read", doc=self.case.name), may)

	def test_only_the_deciding_officer_is_shown_the_number(self):
		self.addCleanup(limits.forget, f"numbers_revealed:{self.decider}")
		with acting_as(self.decider):
			self.assertEqual(numbers.reveal("Grievance", self.case.name), self.citizen.mobile_no)
		for user in self.others:
			with self.subTest(user), acting_as(user):
				self.assertRaises(frappe.PermissionError, numbers.reveal, "Grievance", self.case.name)

	def test_only_the_deciding_officer_sees_the_photos(self):
		late = self.attach("Grievance", self.case.name)
		for file in (self.file, late):
			file.reload()
			for user, may in ((self.decider, True), *((other, False) for other in self.others)):
				with self.subTest(user), acting_as(user):
					self.assertEqual(bool(file.is_downloadable()), may)
					self.assertEqual(bool(frappe.get_list("File", {"name": file.name})), may)

	def test_a_photo_of_the_talk_is_kept_apart_too(self):
		file = self.attach("Chat Message", str(self.messages[1]))
		frappe.db.set_value("Chat Message", self.messages[1], "file", file.name)
		media.attach((self.messages[1],), "Grievance", self.case.name)
		self.assertEqual(frappe.db.get_value("File", file.name, "attached_to_doctype"), "Protected Identity")

	def test_who_uploaded_a_photo_does_not_see_it_for_that(self):
		operator = self.others[1]
		with acting_as(operator):
			file = self.attach("Grievance", self.case.name)
			self.assertFalse(frappe.get_doc("File", file.name).is_downloadable())

	def test_the_talk_is_hidden(self):
		for user in self.others[1:3]:
			with self.subTest(user), acting_as(user):
				self.assertEqual(frappe.get_list("Chat Message", {"name": ("in", self.messages)}), [])
				with self.assertRaises(frappe.PermissionError):
					chat_thread.open_document("Grievance", self.case.name, "read")
				self.assertEqual(list(chat_thread.read("Grievance", self.case.name)), ["kept"])
		with acting_as(self.others[1]):
			self.assertEqual(frappe.get_list("Chat Session", {"name": self.session.name}), [])

	def test_a_case_that_becomes_confidential_is_protected_from_then_on(self):
		case = make_case(make_category(self.department), self.ward, citizen=self.citizen.name)
		file = self.attach("Grievance", case.name)
		case.reload()
		case.category = self.category.name
		case.save(ignore_permissions=True, ignore_version=False)
		self.assertEqual(
			frappe.db.get_value("Grievance", case.name, ["confidential", "citizen_name"]), (1, None)
		)
		self.assertEqual(frappe.db.get_value("File", file.name, "attached_to_doctype"), "Protected Identity")
		versions = str(frappe.get_all("Version", {"docname": case.name}, pluck="data"))
		self.assertNotIn(NAME, versions)
		self.assertNotIn(self.citizen.name, versions)

	def test_it_stays_confidential(self):
		case = make_case(self.category, self.ward, citizen=self.citizen.name)
		case.reload()
		case.category = make_category(self.department).name
		case.save(ignore_permissions=True)
		self.assertEqual(frappe.db.get_value("Grievance", case.name, ["confidential", "citizen"]), (1, None))

	def test_the_citizen_is_told_and_sees_the_own_case(self):
		found = list(recipients.by_field(frappe.get_doc("Grievance", self.case.name), "citizen"))
		self.assertEqual([each.citizen for each in found], [self.citizen.name])
		self.assertIn(self.case.name, [each.name for each in own_cases.latest(self.citizen.name)])
		self.assertEqual(own_cases.find(self.citizen.name, self.case.name).name, self.case.name)
		self.assertEqual(own_cases.own(self.citizen.name, self.case.name).name, self.case.name)
		self.assertIsNone(own_cases.own(make_citizen().name, self.case.name))

	def test_what_the_citizen_says_to_the_officer_stands_in_the_talk_alone(self):
		said = {"text": "My neighbour Ramesh did it", "to_officer": True}
		own_cases.add_information(self.citizen.name, self.case.name, said, now_datetime())
		for user in (self.decider, self.head):
			with self.subTest(user), acting_as(user):
				shown = [row["content"] for row in timeline.of_case("Grievance", self.case.name)]
				self.assertTrue(any("Information Added" in line for line in shown))
				self.assertFalse(any("Ramesh" in line for line in shown))
