from itertools import groupby
from operator import itemgetter
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.conversations.model import Reply
from grievance_cell.grievances import actions, citizens, erasure, lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.messaging import events, messages, sessions
from grievance_cell.testing import (
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_user,
	mobile_no,
)

NAME = "Canarika Dhruv"


class TestErasure(SiteTestCase):
	"""Names and numbers stand wherever the site may hold them; after the erasure no text of any table has them."""

	def setUp(self):
		super().setUp()
		self.without_commits()
		self.citizen = make_citizen(
			citizen_name=NAME,
			mobile_no=mobile_no(),
			alternate_mobile_no=mobile_no(),
			email=f"{frappe.generate_hash(length=8)}@canary.example",
			whatsapp_id=f"IN.{frappe.generate_hash(length=12)}",
			address=f"House of {NAME}",
		)
		self.number = self.citizen.mobile_no
		self.said = said = f"I am {NAME}, call {self.number}"
		department, ward = make_department(), make_area()
		about = {"citizen": self.citizen.name, "description": said, "address": said, "rating": 4}
		self.case = make_case(make_category(department), ward, **about)
		self.protected = make_case(make_category(department, confidential=1), ward, **about)
		self.channel = make_channel()
		self.session = sessions.get(self.channel.name, self.number[1:])
		frappe.db.set_value(
			"Chat Session",
			self.session.name,
			{"citizen": self.citizen.name, "data": frappe.as_json({"answer": said})},
		)
		self.session.citizen = self.citizen.name
		messages.queue(self.session, Reply(f"Dear {NAME}"))
		events.store(
			[
				events.event(
					events.MESSAGE,
					frappe.generate_hash(length=20),
					channel=self.channel.name,
					conversation_key=self.number[1:],
					timestamp=now_datetime(),
					payload={"message": {"from": self.number[1:], "text": {"body": said}}},
				)
			]
		)
		with acting_as(bot_user()):
			actions.record(self.case, "Information Added", remark=said)
		self.case.add_comment("Comment", said)
		self.case.reload()
		self.case.description = f"{said} again"
		self.case.save(ignore_permissions=True, ignore_version=False)
		make(
			"Callback Request", citizen=self.citizen.name, citizen_name=NAME, mobile_no=self.number, said=said
		)
		self.files = [
			make(
				"File",
				file_name=f"{frappe.generate_hash(length=8)}.txt",
				content=f"{said} {frappe.generate_hash(length=8)}".encode(),
				is_private=1,
				attached_to_doctype="Grievance",
				attached_to_name=case.name,
			)
			for case in (self.case, self.protected)
		]
		linked = {"reference_doctype": "Grievance", "reference_name": self.case.name}
		make("Communication", subject=said, content=said, communication_type="Communication", **linked)
		make("ToDo", description=said, reference_type="Grievance", reference_name=self.case.name)
		make(
			"Email Queue",
			sender="a@example.com",
			message=said,
			recipients=[{"recipient": self.citizen.email}],
			**linked,
		)
		make(
			"Notification Log",
			# Not told by e-mail as well.
			type="Alert",
			subject=said,
			email_content=said,
			for_user="Administrator",
			document_type="Grievance",
			document_name=self.case.name,
		)
		# What is linked to nothing.
		make("Error Log", method="Trouble", error=f"Traceback: {said}")
		make(
			"Deleted Document",
			deleted_doctype="Citizen",
			deleted_name="CIT-1",
			data=frappe.as_json({"a": said}),
		)
		make("Activity Log", subject=said)
		make("Note", title=frappe.generate_hash(length=8), content=f"Call {self.number[3:]}")
		other = make_case(make_category(department), ward, description=f"My neighbour is {self.number}")
		self.other = other.name
		self.report = erasure.request(self.citizen.name)

	def found(self) -> list[str]:
		"""Name the columns of the site in whose text the number or another key stands, or the name."""
		places = []
		canaries = (NAME, self.number[3:], self.citizen.email, self.citizen.whatsapp_id)
		for table, columns in groupby(erasure.text_columns(), itemgetter(0)):
			asked = [(column, canary) for _table, column in columns for canary in canaries]
			marks = ", ".join(f"max(`{column}` like %s)" for column, _canary in asked)
			(row,) = frappe.db.sql(
				f"select {marks} from `{table}`", [f"%{canary}%" for _column, canary in asked]
			)
			places += [
				f"{table}.{column}: {canary}"
				for (column, canary), is_there in zip(asked, row, strict=True)
				if is_there
			]
		return places

	def test_no_text_of_any_table_and_no_file_tells_of_the_citizen_any_more(self):
		paths = [file.get_full_path() for file in self.files]
		self.assertGreater(len(self.found()), 20)
		erasure.erase(self.report)
		self.assertEqual(self.found(), [])
		for path in paths:
			with self.assertRaises(FileNotFoundError):
				open(path, "rb")

	def written(self, text: str) -> str:
		"""Erase the citizen after an officer wrote a text on the case; returns what stands there then."""
		fields = ("resolution", "question", "decision", "delay_remark", "proposal_remark", "public_summary")
		self.case.db_set(dict.fromkeys(fields, text))
		action = actions.record(self.case, "Note", remark=text)
		error = make("Error Log", method=text[:100], error=f"Traceback: {text}")
		erasure.erase(self.report)
		found = {frappe.db.get_value("Grievance Action", action.name, "remark")}
		found |= {each for each in frappe.db.get_value("Grievance", self.case.name, fields) if each}
		found |= {frappe.db.get_value("Error Log", error.name, "error").removeprefix("Traceback: ")}
		(said,) = found
		return said

	def test_the_name_goes_from_what_officers_wrote(self):
		said = f"{NAME} was out; met canarika  dhruv's son. Not {NAME}son."
		self.assertEqual(
			self.written(said),
			f"{erasure.ERASED} was out; met {erasure.ERASED}'s son. Not {NAME}son.",
		)

	def test_a_name_in_hindi_is_a_word_of_its_own(self):
		self.citizen.db_set("citizen_name", "राम")
		self.assertEqual(self.written("राम से बात हुई, रामा से नहीं"), f"{erasure.ERASED} से बात हुई, रामा से नहीं")

	def test_the_number_goes_however_it_is_written(self):
		ten = self.number[3:]
		hindi = ten.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
		spellings = (
			self.number, f"91{ten}", f"+91 {ten}", f"+91-{ten[:5]}-{ten[5:]}", f"0{ten}", f"{ten[:5]} {ten[5:]}",
			f"{ten[:4]}-{ten[4:7]}-{ten[7:]}", f"(+91) {ten}", hindi,
		)  # fmt: skip
		said = self.written(" / ".join(f"call {each}" for each in spellings))
		self.assertEqual(said.count(erasure.ERASED), len(spellings))
		self.assertNotRegex(said, r"\d{3}")

	def test_what_they_said_of_a_joined_case_goes_and_what_others_said_stays(self):
		main = frappe.get_doc("Grievance", self.other)
		with acting_as(bot_user()):
			main.flags.through = self.case.name
			theirs = actions.record(main, "Information Added", remark="It is by my house")
			main.flags.through = None
			others = actions.record(main, "Information Added", remark="It smells")
		erasure.erase(self.report)
		remarks = [frappe.db.get_value("Grievance Action", each.name, "remark") for each in (theirs, others)]
		self.assertEqual(remarks, [erasure.ERASED, "It smells"])

	def test_dates_category_and_rating_stay(self):
		kept = ["category", "registered_on", "status", "rating", "area", "department"]
		before = frappe.db.get_value("Grievance", self.case.name, kept)
		erasure.erase(self.report)
		self.assertEqual(frappe.db.get_value("Grievance", self.case.name, kept), before)

	def test_the_report_says_who_erased_what_and_nothing_of_whom(self):
		erasure.erase(self.report)
		report = frappe.get_doc("Erasure Report", self.report)
		self.assertEqual((report.state, report.erased_by), (erasure.DONE, "Administrator"))
		self.assertEqual(frappe.parse_json(report.changed)["Callback Request"], 1)
		self.assertGreaterEqual(frappe.parse_json(report.changed)["Grievance"], 2)

	def test_it_may_be_done_again(self):
		erasure.erase(self.report)
		erasure.erase(self.report)
		self.assertEqual(self.found(), [])

	def test_what_is_done_later_is_told_to_nobody(self):
		erasure.erase(self.report)
		before = (
			frappe.db.count("Chat Message"),
			frappe.db.count("Chat Event"),
			frappe.db.count("Chat Session"),
		)
		for case in (self.case.name, self.protected.name):
			lifecycle.move(frappe.get_doc("Grievance", case), "In Progress")
			lifecycle.move(frappe.get_doc("Grievance", case), "Resolved", resolution="Cleaned")
			lifecycle.move(frappe.get_doc("Grievance", case), "Closed", closure_reason="No Reply to Feedback")
		after = (
			frappe.db.count("Chat Message"),
			frappe.db.count("Chat Event"),
			frappe.db.count("Chat Session"),
		)
		self.assertEqual(after, before)

	def test_one_who_has_no_case_and_no_chat_takes_nothing_of_others_along(self):
		# Frappe takes "in" nothing for all that is empty there.
		said = {"text": "Kept", "direction": "Out", "session": None}
		frappe.db.set_value("Chat Message", {"session": self.session.name}, said)
		erasure.erase(erasure.request(make_citizen(mobile_no=None).name))
		case = frappe.db.get_value("Grievance", self.case.name, ["description", "citizen"])
		self.assertEqual(case, (f"{self.said} again", self.citizen.name))
		self.assertTrue(frappe.db.exists("Chat Message", {"text": "Kept"}))
		self.assertTrue(all(frappe.db.exists("File", file.name) for file in self.files))
		self.assertTrue(
			frappe.db.exists("Chat Event", {"conversation_key": self.number[1:], "state": "Pending"})
		)

	def test_the_number_of_a_family_stays_with_the_relative(self):
		relative = make_citizen(citizen_name="Budhram", mobile_no=self.citizen.alternate_mobile_no)
		case = make_case(
			make_category(make_department()), make_area(), description=f"Call {relative.mobile_no}"
		)
		erasure.erase(self.report)
		self.assertEqual(
			frappe.db.get_value("Citizen", relative.name, ["citizen_name", "mobile_no"]),
			("Budhram", relative.mobile_no),
		)
		self.assertIn(relative.mobile_no, frappe.db.get_value("Grievance", case.name, "description"))
		self.assertIsNone(frappe.db.get_value("Citizen", self.citizen.name, "alternate_mobile_no"))

	def test_what_is_no_number_is_searched_for_nowhere(self):
		self.citizen.db_set("alternate_mobile_no", "0")
		note = make("Note", title=frappe.generate_hash(length=8), content="Open from 10 to 20")
		erasure.erase(self.report)
		self.assertEqual(frappe.db.get_value("Note", note.name, "content"), "Open from 10 to 20")

	def test_words_on_a_joined_case_go_with_who_said_them(self):
		main = make_case(make_category(make_department()), make_area(), citizen=make_citizen().name)
		bot = bot_user()
		theirs = actions.record(
			main, "Information Added", actor=bot, through=self.case.name, remark="My house"
		)
		others = actions.record(self.case, "Information Added", actor=bot, through=main.name, remark="Mine")
		erasure.erase(self.report)
		for row, remark in ((theirs, erasure.ERASED), (others, "Mine")):
			self.assertEqual(frappe.db.get_value("Grievance Action", row.name, "remark"), remark)

	def test_after_a_crash_it_is_known_which_confidential_cases_were_theirs(self):
		with patch.object(erasure, "erase_records", side_effect=ValueError), self.assertRaises(ValueError):
			erasure.erase(self.report)
		erasure.erase(self.report)
		self.assertEqual(self.found(), [])
		self.assertFalse(frappe.db.exists("Protected Identity", {"grievance": self.protected.name}))

	def test_tags_and_the_search_forget_the_subject(self):
		make("Tag Link", document_type="Grievance", document_name=self.case.name, title=f"I am {NAME}")
		erasure.erase(self.report)
		self.assertFalse(frappe.db.exists("Tag Link", {"document_name": self.case.name}))

	def test_a_later_message_makes_a_new_citizen(self):
		number = self.number
		erasure.erase(self.report)
		self.assertIsNone(citizens.find(number, self.citizen.whatsapp_id))
		again = citizens.introduce(number, None, {"citizen_name": "Somebody"})
		self.assertNotEqual(again, self.citizen.name)
		self.assertNotEqual(sessions.get(self.channel.name, number[1:]).name, self.session.name)

	def test_only_operator_and_collector_may_erase(self):
		for role, may in (
			("Grievance Operator", True),
			("Collector", True),
			("Grievance Officer", False),
			("Department Head", False),
			("Grievance Manager", False),
			("Public Representative", False),
		):
			with self.subTest(role), acting_as(make_user(role)):
				if may:
					self.assertTrue(erasure.request(self.citizen.name))
				else:
					self.assertRaises(frappe.PermissionError, erasure.request, self.citizen.name)
