import json
from datetime import timedelta

import frappe
from frappe.utils import get_datetime, now_datetime, nowdate

from grievance_cell.api import desk, lists
from grievance_cell.grievances import lifecycle, numbers, own_cases, worklists
from grievance_cell.grievances.citizens import bot_user
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


class CasesOfTwoOffices(SiteTestCase):
	"""Cases of an officer and of a colleague in a department, and of a third office that has nothing to do with them."""

	@classmethod
	def make_fixtures(cls):
		cls.department, cls.elsewhere = make_department(), make_department()
		cls.ward, cls.other_ward = make_area(), make_area()
		cls.category = make_category(cls.department)
		cls.officer, cls.colleague, cls.stranger = (make_user("Grievance Officer") for _each in range(3))
		cls.head = make_user("Department Head")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.officer)
		cls.second = make_posting(cls.department, cls.other_ward, user=cls.colleague)
		make_posting(cls.department, cls.ward, cls.other_ward, user=cls.head, level=2)
		make_posting(cls.elsewhere, cls.ward, user=cls.stranger)
		cls.citizen = make_citizen()

	def register(self, area=None, **values):
		case = make_case(self.category, area or self.ward, citizen=self.citizen.name)
		frappe.db.set_value("Grievance", case.name, values) if values else None
		case.reload()
		return case

	def standing_of(self, case) -> set[str]:
		"""Name the worklists of the officer in which a case is."""
		with acting_as(self.officer):
			return {
				key
				for key, filters in worklists.lists_of().items()
				if case.name in frappe.get_list("Grievance", filters=filters, pluck="name", limit=0)
			}


class TestWorklists(CasesOfTwoOffices):
	def test_each_case_is_in_the_lists_to_which_it_belongs(self):
		noon, day = get_datetime(f"{nowdate()} 12:00:00"), timedelta(days=1)
		last_second = get_datetime(f"{nowdate()} 23:59:59")
		for values, found in (
			({"resolution_by": noon, "sla_status": "On Track"}, {"open", "due_today"}),
			({"resolution_by": last_second, "sla_status": "Due Soon"}, {"open", "due_today"}),
			({"resolution_by": noon + day, "sla_status": "Due Soon"}, {"open"}),
			({"resolution_by": last_second - day, "sla_status": "Overdue"}, {"open", "overdue"}),
			({"resolution_by": noon, "sla_status": "Overdue"}, {"open", "overdue"}),
			# Its pauses are used up: the clock runs while it waits.
			(
				{"resolution_by": noon - day, "sla_status": "Overdue", "status": "Awaiting Citizen"},
				{"open", "overdue", "waiting"},
			),
			({"resolution_by": None, "sla_status": None}, {"open"}),
			(
				{"resolution_by": None, "sla_status": "Paused", "status": "Awaiting Citizen"},
				{"open", "waiting"},
			),
			({"resolution_by": None, "sla_status": "Paused", "status": "Long Term"}, {"open"}),
			({"resolution_by": noon - day, "sla_status": "Breached", "status": "Resolved"}, set()),
			(
				{"resolution_by": noon, "sla_status": "Met", "status": "Resolved", "new_reply": 1},
				{"new_replies"},
			),
			({"resolution_by": noon, "sla_status": "Met", "status": "Closed", "new_reply": 1}, set()),
			({"resolution_by": None, "reopen_count": 1, "status": "Reopened"}, {"open", "reopened"}),
			({"resolution_by": None, "priority": "Emergency"}, {"open", "emergencies"}),
			({"resolution_by": None, "new_reply": 1}, {"open", "new_replies"}),
		):
			with self.subTest(**values):
				self.assertEqual(self.standing_of(self.register(**values)), found)

	def test_an_officer_has_the_own_cases_and_a_head_those_of_the_department(self):
		own, of_colleague = self.register().name, self.register(self.other_ward).name
		for user, seen in (
			(self.officer, {own}),
			(self.colleague, {of_colleague}),
			(self.head, {own, of_colleague}),
			(self.stranger, set()),
		):
			with self.subTest(user), acting_as(user):
				found = frappe.get_list(
					"Grievance", filters=worklists.lists_of()["open"], pluck="name", limit=0
				)
				self.assertEqual(set(found), seen)

	def test_each_number_on_the_desk_is_that_of_its_list(self):
		now = now_datetime()
		for number in range(5):
			self.register(
				resolution_by=now - timedelta(days=number), sla_status="Overdue", new_reply=number % 2
			)
		self.register(self.other_ward, sla_status="Overdue")
		self.register(status="Resolved", new_reply=1)
		for user in (self.officer, self.head, self.stranger):
			with acting_as(user):
				for each in lists.my_desk()["lists"]:
					with self.subTest(user=user, list=each["key"]):
						rows = frappe.get_list("Grievance", filters=each["filters"], pluck="name", limit=0)
						self.assertEqual(each["count"], len(rows))

	def test_the_desk_shows_first_what_is_due_first_and_last_what_has_no_date(self):
		now = now_datetime()
		later = self.register(resolution_by=now + timedelta(days=3), sla_status="On Track")
		undated = self.register(resolution_by=None, sla_status=None)
		late = self.register(resolution_by=now - timedelta(days=3), sla_status="Overdue")
		with acting_as(self.officer):
			cases = lists.my_desk()["cases"]
		self.assertEqual([case.name for case in cases], [late.name, later.name, undated.name])
		self.assertEqual(cases[0].area, self.ward.area_name)

	def test_the_desk_asks_the_database_so_often_however_many_cases_there_are(self):
		def asked() -> int:
			with acting_as(self.officer):
				before = frappe.db.sql("show session status like 'Questions'")[0][1]
				lists.my_desk()
				return int(frappe.db.sql("show session status like 'Questions'")[0][1]) - int(before)

		for _each in range(lists.DUE_FIRST):
			self.register()
		asked()
		few = asked()
		for _each in range(lists.DUE_FIRST):
			self.register()
		self.assertEqual(asked(), few)


class TestNewReplies(CasesOfTwoOffices):
	def reply(self, case) -> None:
		with acting_as(bot_user()):
			own_cases.add_information(
				self.citizen.name, case.name, {"what": "Here is a photo"}, now_datetime()
			)

	def waits(self, case) -> bool:
		return bool(frappe.db.get_value("Grievance", case.name, "new_reply"))

	def test_a_new_case_is_no_reply(self):
		self.assertFalse(self.waits(self.register()))

	def test_what_a_citizen_adds_waits_until_the_office_acts(self):
		case = self.register()
		self.reply(case)
		self.assertTrue(self.waits(case))
		with acting_as(self.officer):
			frappe.get_doc("Grievance", case.name).save()
			self.assertTrue(self.waits(case))
			numbers.reveal("Grievance", case.name)
			self.assertTrue(self.waits(case))
			document = frappe.get_doc("Grievance", case.name)
			document.status = "In Progress"
			document.save()
		self.assertFalse(self.waits(case))

	def test_a_case_that_the_citizen_has_ended_waits_for_nobody(self):
		confirmed, withdrawn = self.register(), self.register()
		self.reply(withdrawn)
		with acting_as(self.officer):
			confirmed.reload()
			lifecycle.act(confirmed, "Resolve", resolution="Cleaned")
		with acting_as(bot_user()):
			own_cases.confirm(self.citizen.name, confirmed.name, {}, now_datetime())
			own_cases.withdraw(
				self.citizen.name, withdrawn.name, {"reason": "It came by itself"}, now_datetime()
			)
		for case, status in ((confirmed, "Closed"), (withdrawn, "Withdrawn")):
			self.assertEqual(frappe.db.get_value("Grievance", case.name, "status"), status)
			self.assertFalse(self.waits(case))

	def test_an_officer_with_the_form_open_can_still_save(self):
		case = self.register()
		with acting_as(self.officer):
			form = frappe.get_doc("Grievance", case.name)
		self.reply(case)
		with acting_as(self.officer):
			form.public_summary = "A drain"
			form.save()
		self.assertTrue(self.waits(case))

	def test_nobody_sets_it_by_a_request(self):
		case = self.register()
		with acting_as(self.officer):
			document = frappe.get_doc("Grievance", case.name)
			document.new_reply = 1
			document.save()
		self.assertFalse(self.waits(case))


class TestChangeMany(CasesOfTwoOffices):
	def change(self, cases, change: str, **values) -> dict[str, str]:
		names = json.dumps([case.name for case in cases])
		rows = lists.change_many(names, change, json.dumps(values))
		return {row["case"]: row["error"] for row in rows}

	def test_each_case_has_a_result_of_its_own(self):
		own, of_colleague, settled = (
			self.register(),
			self.register(self.other_ward),
			self.register(status="Closed"),
		)
		with acting_as(self.officer):
			results = self.change(
				(own, of_colleague, settled),
				"transfer",
				posting=self.second.name,
				reason="It is in that ward",
			)
		self.assertEqual(results[own.name], "")
		self.assertTrue(results[of_colleague.name])
		self.assertIn("settled", results[settled.name])
		found = [
			frappe.db.get_value("Grievance", case.name, "posting") for case in (own, of_colleague, settled)
		]
		self.assertEqual(found, [self.second.name, self.second.name, self.posting.name])
		self.assertEqual(frappe.db.get_value("Grievance", of_colleague.name, "transfer_count"), 0)
		self.assertEqual(frappe.local.message_log, [])

	def test_a_transfer_wants_a_reason_and_leaves_the_record_of_each(self):
		cases = [self.register(), self.register()]
		with acting_as(self.head):
			refused = self.change(cases, "transfer", department=self.elsewhere.name, reason=" ")
			self.assertTrue(all(refused.values()))
			self.assertFalse(
				any(self.change(cases, "transfer", department=self.elsewhere.name, reason="Wires").values())
			)
		for case in cases:
			remark = frappe.db.get_value(
				"Grievance Action",
				{"reference_name": case.name, "action": "Transferred"},
				["actor", "remark"],
			)
			self.assertEqual(remark, (self.head, "Wires"))

	def test_a_priority_is_set_by_the_rules_of_a_case(self):
		case = self.register()
		with acting_as(self.officer):
			self.assertEqual(self.change([case], "set_priority", priority="High"), {case.name: ""})
			self.assertTrue(self.change([case], "set_priority", priority="Soon")[case.name])
		self.assertEqual(frappe.db.get_value("Grievance", case.name, "priority"), "High")

	def test_a_stranger_changes_nothing(self):
		case = self.register()
		with acting_as(self.stranger):
			self.assertTrue(self.change([case], "set_priority", priority="High")[case.name])
		self.assertNotEqual(frappe.db.get_value("Grievance", case.name, "priority"), "High")

	def test_no_other_change_and_not_too_many_at_once(self):
		with acting_as(self.officer):
			self.assertRaises(frappe.ValidationError, lists.change_many, "[]", "delete", "{}")
			many = json.dumps(["x"] * (lists.MOST_AT_ONCE + 1))
			self.assertRaises(frappe.ValidationError, lists.change_many, many, "transfer", "{}")


class TestMap(CasesOfTwoOffices):
	def places(self, user: str, filters: list | None = None) -> set[str]:
		with acting_as(user):
			found = desk.get_coords(
				doctype="Grievance", filters=json.dumps(filters or []), type="coordinates"
			)
		return {feature["properties"]["name"] for feature in found["features"]}

	def test_the_map_shows_what_the_list_shows(self):
		own = self.register(latitude=22.0, longitude=82.5)
		of_colleague = self.register(self.other_ward, latitude=22.1, longitude=82.6)
		self.register()
		self.assertEqual(self.places(self.officer), {own.name})
		self.assertEqual(self.places(self.head), {own.name, of_colleague.name})
		self.assertEqual(self.places(self.stranger), set())
		filters = [["Grievance", "area", "=", self.other_ward.name]]
		self.assertEqual(self.places(self.head, filters), {of_colleague.name})

	def test_the_door_stands_in_the_place_of_frappes(self):
		overridden = frappe.get_hooks("override_whitelisted_methods")["frappe.geo.utils.get_coords"]
		self.assertEqual(overridden, ["grievance_cell.api.desk.get_coords"])

	def test_who_may_read_no_case_gets_no_place(self):
		manager = make_user("Grievance Manager", "System Manager")
		self.register(latitude=22.0, longitude=82.5)
		with acting_as(manager):
			self.assertRaises(frappe.PermissionError, desk.get_coords, "Grievance", "[]", "coordinates")
