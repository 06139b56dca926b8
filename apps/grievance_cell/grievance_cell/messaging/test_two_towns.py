"""Two towns on one site, with a channel each and one department for both: nothing of one appears in the other."""

import frappe
from frappe.desk import reportview
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.desk.listview import get_group_by_count
from frappe.desk.search import search_link
from frappe.utils import now_datetime

from grievance_cell.api import desk
from grievance_cell.conversations.model import Reply
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
	make_posting,
	make_user,
)

OFFICER, HEAD, OPERATOR, COLLECTOR = (
	"Grievance Officer",
	"Department Head",
	"Grievance Operator",
	"Collector",
)
MANAGER, REPRESENTATIVE = "Grievance Manager", "Public Representative"
STAFF = {OFFICER, HEAD, OPERATOR, COLLECTOR}

# Who in a town sees its rows, in lists and in forms alike.
READERS = {
	"Grievance": STAFF,
	"Citizen": STAFF,
	"Grievance Action": STAFF,
	"File": STAFF,
	"Callback Request": {OPERATOR, COLLECTOR},
	"Chat Channel": {OPERATOR, MANAGER},
	"Chat Event": {OPERATOR, MANAGER},
	"Chat Message": {OPERATOR, COLLECTOR},
	"Chat Session": {OPERATOR},
	"Comment": set(),
	"Version": set(),
	"Email Queue": set(),
	"Communication": set(),
}
# Whom Frappe lets see these is narrower in a list; nobody of the other town does.
PERSONAL = ("ToDo", "Notification Log")


class TestTwoTowns(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.state = make_area("State")
		cls.department = make_department()
		cls.category = make_category(cls.department)
		cls.towns = [Town(cls.state, cls.department, cls.category) for _town in range(2)]
		cls.ours, cls.theirs = cls.towns
		cls.state_collector = make_user(COLLECTOR)
		make_posting(None, user=cls.state_collector)

	def visible(self, user: str, doctype: str, names: list) -> set:
		with acting_as(user):
			try:
				return set(frappe.get_list(doctype, {"name": ("in", names)}, pluck="name", limit=0))
			except frappe.PermissionError:
				return set()

	def test_each_town_sees_its_own_in_every_list_and_form(self):
		for doctype in READERS:
			ours, theirs = self.ours.rows[doctype], self.theirs.rows[doctype]
			for role, user in self.ours.users.items():
				may = role in READERS[doctype]
				with self.subTest(doctype=doctype, role=role):
					self.assertEqual(
						self.visible(user, doctype, [*ours, *theirs]), set(ours) if may else set()
					)
					for name in (*ours, *theirs):
						with acting_as(user):
							opens = frappe.has_permission(doctype, "read", doc=frappe.get_doc(doctype, name))
						self.assertEqual(bool(opens), may and name in ours)

	def test_what_is_personal_stays_in_the_town(self):
		for doctype in PERSONAL:
			for role, user in self.theirs.users.items():
				with self.subTest(doctype=doctype, role=role):
					self.assertEqual(self.visible(user, doctype, self.ours.rows[doctype]), set())
					with acting_as(user):
						document = frappe.get_doc(doctype, self.ours.rows[doctype][0])
						self.assertFalse(frappe.has_permission(doctype, "read", doc=document))

	def test_a_state_level_posting_sees_both(self):
		for doctype in ("Grievance", "Citizen", "Grievance Action"):
			with self.subTest(doctype):
				both = [*self.ours.rows[doctype], *self.theirs.rows[doctype]]
				self.assertEqual(self.visible(self.state_collector, doctype, both), set(both))

	def test_no_count_group_or_number_card_tells_of_the_other_town(self):
		with acting_as(self.ours.users[COLLECTOR]):
			category = [["Grievance", "category", "=", self.category.name]]
			self.assertEqual(desk.get_count(doctype="Grievance", filters=frappe.as_json(category)), 1)
			frappe.local.form_dict = frappe._dict(doctype="Grievance", filters=frappe.as_json(category))
			self.assertEqual(reportview.get_count(), 1)
			given = {
				"doctype": "Grievance",
				"current_filters": frappe.as_json(category),
				"field": "assigned_to",
			}
			grouped = desk.get_group_by_count(**given)
			self.assertEqual([row.name for row in grouped], [self.ours.case.assigned_to])
			grouped = get_group_by_count("Grievance", frappe.as_json(category), "area")
			self.assertEqual([(row.name, row.count) for row in grouped], [(self.ours.ward.name, 1)])
			card = frappe.get_doc(
				{
					"doctype": "Number Card",
					"document_type": "Grievance",
					"function": "Count",
					"label": "Cases",
					"filters_json": frappe.as_json(category),
				}
			)
			self.assertEqual(get_result(card.as_dict(), card.filters_json), 1)

	def test_a_link_finds_no_case_or_citizen_of_the_other_town(self):
		for town, found in ((self.ours, True), (self.theirs, False)):
			for doctype, name in (("Grievance", town.case.name), ("Citizen", town.citizen.name)):
				with self.subTest(doctype=doctype, found=found), acting_as(self.ours.users[OPERATOR]):
					search_link(doctype, name)
					self.assertEqual(
						[row["value"] for row in frappe.response["results"]], [name] if found else []
					)

	def test_a_known_citizen_of_the_other_town_can_register_a_case_here(self):
		with acting_as(self.ours.users[OPERATOR]):
			case = frappe.get_doc(
				{
					"doctype": "Grievance",
					"grievance_type": "Complaint",
					"category": self.category.name,
					"area": self.ours.ward.name,
					"description": "The tap is dry",
					"source": "Walk-in",
					"citizen_name": "Geeta Bai",
					"mobile_no": self.theirs.citizen.mobile_no,
				}
			).insert()
		self.assertEqual(case.citizen, self.theirs.citizen.name)
		self.assertIn(case.citizen, self.visible(self.ours.users[OPERATOR], "Citizen", [case.citizen]))


class Town:
	"""A town with a ward, a user of each role with a posting there, a channel, a citizen with a case, and what belongs to it."""

	def __init__(self, state, department, category):
		self.area = make_area("Municipal Body", state)
		self.ward = make_area("Ward", self.area)
		self.users = {role: make_user(role) for role in (OFFICER, HEAD, OPERATOR, COLLECTOR)}
		self.users[MANAGER] = make_user(MANAGER, "System Manager")
		self.users[REPRESENTATIVE] = make_user(REPRESENTATIVE)
		make_posting(department, self.ward, user=self.users[OFFICER])
		make_posting(department, self.area, user=self.users[HEAD], level=3)
		for role in (OPERATOR, COLLECTOR, MANAGER):
			make_posting(None, self.area, user=self.users[role])
		make_posting(None, self.ward, user=self.users[REPRESENTATIVE], kind="Representative")
		self.channel = make_channel(default_area=self.area.name)
		self.citizen = make_citizen()
		self.case = make_case(category, self.ward, citizen=self.citizen.name)
		self.case.add_comment("Comment", "Looked at it")
		make(
			"ToDo",
			description="See to it",
			allocated_to=self.users[OFFICER],
			reference_type="Grievance",
			reference_name=self.case.name,
		)
		make(
			"Notification Log",
			# Not told by e-mail as well.
			type="Alert",
			subject="News",
			for_user=self.users[OFFICER],
			document_type="Grievance",
			document_name=self.case.name,
		)
		session = sessions.get(self.channel.name, self.citizen.mobile_no.lstrip("+"))
		frappe.db.set_value("Chat Session", session.name, "citizen", self.citizen.name)
		about = {"reference_doctype": "Grievance", "reference_name": self.case.name}
		messages.queue(session, Reply("Your case is registered"), **about)
		messages.queue(session, Reply("Welcome"))
		event = events.event(
			events.MESSAGE,
			frappe.generate_hash(length=20),
			channel=self.channel.name,
			conversation_key=session.conversation_key,
			timestamp=now_datetime(),
			payload={},
		)
		events.store([event])
		self.callback = make("Callback Request", citizen=self.citizen.name)
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.txt",
				"content": b"x",
				"is_private": 1,
				"attached_to_doctype": "Grievance",
				"attached_to_name": self.case.name,
			}
		).insert(ignore_permissions=True)
		self.case.priority = "High"
		self.case.save(ignore_permissions=True, ignore_version=False)
		mail = {"reference_doctype": "Grievance", "reference_name": self.case.name}
		make("Communication", subject="News", content="News", communication_type="Communication", **mail)
		make("Email Queue", sender="a@example.com", message="News", **mail)
		self.rows = {
			"Grievance": [self.case.name],
			"Citizen": [self.citizen.name],
			"Callback Request": [self.callback.name],
			"Chat Channel": [self.channel.name],
			"Chat Session": [session.name],
			"File": [file.name],
		}
		for doctype, filters in (
			("Grievance Action", {"reference_name": self.case.name}),
			("Chat Event", {"channel": self.channel.name}),
			("Chat Message", {"session": session.name}),
			("Version", {"docname": self.case.name}),
			("Email Queue", {"reference_name": self.case.name}),
			("Communication", {"reference_name": self.case.name}),
			("Comment", {"reference_name": self.case.name}),
			("ToDo", {"reference_name": self.case.name}),
			("Notification Log", {"document_name": self.case.name}),
		):
			self.rows[doctype] = frappe.get_all(doctype, filters, pluck="name")
		assert all(self.rows.values())
