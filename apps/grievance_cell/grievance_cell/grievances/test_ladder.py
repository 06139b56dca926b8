from datetime import datetime, timedelta

import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.ladder import MOST_CALLS
from grievance_cell.grievances.own_cases import add_information
from grievance_cell.grievances.transfers import transfer
from grievance_cell.testing import (
	HOUR,
	SECOND,
	START,
	TimedTestCase,
	at,
	make_area,
	make_category,
	make_department,
	make_posting,
	make_sla,
	make_user,
)

MINUTE = timedelta(minutes=1)
LADDER = (
	(1, 75, "Inform", "Officer"),
	(2, 100, "Move", "Superior"),
	(3, 150, "Move", "Department Head"),
	(4, 200, "Move", "Collector"),
)


class TestLadder(TimedTestCase):
	RESPONSE_HOURS = 1

	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.sla.update(
			{
				"escalations": [
					{"level": level, "percent_of_resolution": percent, "action": action, "to": to}
					for level, percent, action, to in LADDER
				]
			}
		)
		cls.sla.save()

	@classmethod
	def make_postings(cls):
		district = make_area("District")
		town = make_area("Municipal Body", district)
		cls.ward = make_area("Ward", town)
		superior, head, collector = (make_user("Grievance Officer") for _number in range(3))
		cls.collector = make_posting(None, district, heads_area=1, level=5, user=collector)
		cls.head = make_posting(cls.department, district, level=3, user=head)
		cls.superior = make_posting(cls.department, town, level=2, reports_to=cls.head.name, user=superior)
		cls.posting = make_posting(cls.department, cls.ward, reports_to=cls.superior.name, user=cls.officer)

	def register(self, **values):
		super().register(**values)
		self.case.db_set("inform_by", None, update_modified=False)

	def records(self, *names: str, **filters) -> list:
		return frappe.get_all(
			"Grievance Action",
			{"reference_name": self.case.name, "action": ("in", names), **filters},
			["action", "posting", "remark"],
			order_by="name",
		)

	def steps(self) -> list[tuple]:
		return [(row.action, row.posting) for row in self.records("Warned", "Escalated", "Not Acknowledged")]

	def told(self, user: str) -> int:
		return frappe.db.count("Notification Log", {"document_name": self.case.name, "for_user": user})

	def test_each_rung_is_reached_at_its_part_of_the_time(self):
		for hours, level, posting in (
			(6, 1, self.posting),
			(8, 2, self.superior),
			(12, 3, self.head),
			(16, 4, self.collector),
		):
			self.check(START + hours * HOUR)
			self.assertEqual(self.case.escalation_level, level - 1)
			self.check(START + hours * HOUR + SECOND)
			self.assertEqual((self.case.escalation_level, self.case.posting), (level, posting.name))
			self.assertEqual(self.case.assigned_to, posting.user)
		self.assertIsNone(self.case.next_check_on)
		self.assertEqual(
			self.steps(),
			[
				("Warned", self.posting.name),
				("Escalated", self.superior.name),
				("Escalated", self.head.name),
				("Escalated", self.collector.name),
			],
		)

	def test_who_gets_a_case_and_who_loses_it_are_told(self):
		self.check(START + 8 * HOUR + SECOND)
		self.assertGreaterEqual(self.told(self.superior.user), 1)
		# The warning, and that it has gone up.
		self.assertGreaterEqual(self.told(self.posting.user), 2)
		row = self.records("Escalated")[0]
		self.assertEqual(row.remark, f"{self.posting.name} -> {self.superior.name}")

	def test_going_up_is_no_transfer(self):
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual(frappe.utils.cint(self.case.transfer_count), 0)
		self.assertEqual(self.records("Transferred"), [])

	def test_after_an_outage_all_rungs_are_climbed_in_order_and_the_citizen_gets_one_message(self):
		self.check(START + 40 * HOUR)
		self.assertEqual(self.case.escalation_level, 4)
		self.assertEqual(
			[posting for _action, posting in self.steps()],
			[each.name for each in (self.posting, self.superior, self.head, self.collector)],
		)
		told = self.records("Warned", "Escalated", "Overdue", "Interim Reply", visible_to_citizen=1)
		self.assertEqual([row.action for row in told], ["Overdue"])
		self.assertIn(self.collector.name, told[0].remark)

	def test_a_step_that_only_informs_leaves_the_case_where_it_is(self):
		sla = frappe.get_doc("SLA", self.case.sla)
		sla.escalations[1].action = "Inform"
		sla.save()
		self.addCleanup(frappe.clear_document_cache, "SLA", sla.name)
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual((self.case.posting, self.case.escalation_level), (self.posting.name, 2))
		self.assertEqual(self.steps()[-1], ("Warned", self.superior.name))

	def test_a_missing_rung_falls_to_the_next(self):
		frappe.db.set_value("Officer Posting", self.superior.name, "is_active", 0)
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual(self.case.posting, self.head.name)

	def test_a_vacant_office_is_passed(self):
		frappe.db.set_value("Officer Posting", self.superior.name, "user", None)
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual(self.case.posting, self.head.name)

	def test_a_case_never_climbs_down(self):
		self.case.db_set({"posting": self.collector.name, "escalation_level": 1})
		self.check(START + 12 * HOUR + SECOND)
		self.assertEqual((self.case.posting, self.case.escalation_level), (self.collector.name, 3))

	def test_comments_messages_and_edits_restart_nothing(self):
		with at(START + 5 * HOUR):
			self.case.add_comment("Comment", "Seen")
			add_information(self.case.citizen, self.case.name, {"text": "Still choked"}, START + 5 * HOUR)
			self.case.reload()
			self.case.address = "Near the school"
			self.case.save()
		self.check(START + 6 * HOUR)
		self.assertEqual(self.steps(), [])
		self.check(START + 6 * HOUR + SECOND)
		self.assertEqual(self.steps(), [("Warned", self.posting.name)])
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual(self.case.posting, self.superior.name)
		with at(START + 9 * HOUR):
			self.case.address = "Behind the school"
			self.case.save()
		self.assertEqual((self.case.escalation_level, self.case.posting), (2, self.superior.name))

	def transferred(self, after: timedelta, **case):
		elsewhere = make_department()
		office = make_posting(elsewhere, self.ward, user=make_user("Grievance Officer"))
		frappe.db.commit()
		with at(START + after):
			transfer(
				frappe.get_doc("Grievance", self.case.name), department=elsewhere.name, reason="Their road"
			)
		self.case.reload()
		return office

	def test_a_transfer_of_an_overdue_case_climbs_no_rung_again(self):
		self.check(START + 8 * HOUR + SECOND)
		before = self.steps()
		office = self.transferred(9 * HOUR)
		self.assertEqual((self.case.posting, self.case.escalation_level), (office.name, 2))
		self.check(START + 9 * HOUR + MINUTE)
		self.assertEqual((self.case.posting, self.steps()), (office.name, before))
		# What is still to come does.
		self.check(START + 12 * HOUR + SECOND)
		self.assertEqual(self.case.posting, self.collector.name)

	def test_who_gets_an_overdue_case_is_told_that_it_is(self):
		def told(office) -> list[str]:
			log = {"document_name": self.case.name, "for_user": office.user, "subject": ("like", "%overdue%")}
			return frappe.get_all("Notification Log", log, pluck="subject")

		self.assertEqual(told(self.transferred(HOUR)), [])
		self.check(START + 9 * HOUR)
		self.assertEqual(
			told(self.transferred(9 * HOUR)),
			[f"The case {self.case.name} was overdue already when it came to you"],
		)

	def test_a_transfer_with_a_new_clock_starts_at_the_foot_of_the_ladder(self):
		frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", 1)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		self.check(START + 8 * HOUR + SECOND)
		office = self.transferred(9 * HOUR)
		self.assertEqual(self.case.escalation_level, 0)
		self.check(START + 9 * HOUR + 6 * HOUR + SECOND)
		self.assertEqual(self.steps()[-1], ("Warned", office.name))

	def test_a_transfer_keeps_the_deadline_and_with_a_new_clock_moves_it(self):
		for restarts, due in ((0, START + 8 * HOUR), (1, START + 2 * HOUR + 8 * HOUR)):
			frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", restarts)
			frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
			with self.subTest(restarts=restarts):
				self.register()
				self.transferred(2 * HOUR)
				self.assertEqual(self.case.resolution_by, due)

	def test_a_transfer_under_a_shorter_target_passes_the_rungs_that_its_time_has_passed(self):
		elsewhere = make_department()
		office = make_posting(elsewhere, self.ward, user=make_user("Grievance Officer"))
		category = make_category(elsewhere)
		make_sla(
			2, 1, category=category.name,
			escalations=[{"level": 1, "percent_of_resolution": 100, "action": "Move", "to": "Collector"}],
		)  # fmt: skip
		with at(START + 3 * HOUR):
			case = frappe.get_doc("Grievance", self.case.name)
			case.category = category.name
			case.save()
		self.check(START + 3 * HOUR + MINUTE)
		self.assertEqual((self.case.posting, self.steps()), (office.name, []))

	def test_paused_time_does_not_climb(self):
		with at(START + HOUR):
			lifecycle.move(frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Where?")
		self.check(START + 30 * HOUR)
		self.assertEqual(self.steps(), [])
		with at(START + 31 * HOUR):
			lifecycle.move(frappe.get_doc("Grievance", self.case.name), "In Progress")
		self.check(START + 36 * HOUR)
		self.assertEqual(self.steps(), [])
		self.check(START + 36 * HOUR + SECOND)
		self.assertEqual(self.steps(), [("Warned", self.posting.name)])

	def test_who_has_the_form_open_does_not_send_the_case_back(self):
		frappe.db.commit()
		opened = frappe.get_doc("Grievance", self.case.name)
		self.check(START + 8 * HOUR + SECOND)
		opened.address = "Near the school"
		with self.assertRaises(frappe.TimestampMismatchError), at(START + 9 * HOUR):
			opened.save()

	def test_a_case_without_an_office_climbs_to_one(self):
		self.case.db_set({"posting": None, "assigned_to": None, "status": "Registered"})
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual((self.case.status, self.case.posting), ("Assigned", self.head.name))

	def test_an_emergency_that_nobody_takes_goes_up_at_once_and_after_each_further_response_time(self):
		self.register(priority="Emergency")
		for hours, posting in (
			(1, self.superior),
			(2, self.head),
			(3, self.collector),
		):
			self.check(START + hours * HOUR)
			self.assertNotEqual(self.case.posting, posting.name)
			self.check(START + hours * HOUR + SECOND)
			self.assertEqual(self.case.posting, posting.name)
		self.check(START + 4 * HOUR + SECOND)
		self.check(START + 5 * HOUR + SECOND)
		# There is nobody above: the collector was told once more.
		self.assertEqual(
			self.steps(),
			[
				("Not Acknowledged", each.name)
				for each in (self.superior, self.head, self.collector, self.collector)
			],
		)

	def test_a_case_with_no_office_anywhere_says_so(self):
		self.case.db_set({"posting": None, "assigned_to": None, "department": None})
		for posting in (self.superior, self.head, self.collector):
			frappe.db.set_value("Officer Posting", posting.name, "is_active", 0)
		self.check(START + 8 * HOUR + SECOND)
		self.assertEqual(self.records("Escalated")[0].remark, "– -> –")

	def raise_to_emergency(self, when: datetime) -> None:
		with at(when):
			case = frappe.get_doc("Grievance", self.case.name)
			case.priority = "Emergency"
			case.save()
		self.case.reload()

	def test_a_case_raised_to_an_emergency_goes_up_a_response_time_after_that_and_not_at_once(self):
		raised = START + 90 * MINUTE
		# As a patch leaves what was stored under an earlier version.
		self.case.db_set("unacknowledged_count", MOST_CALLS)
		self.raise_to_emergency(raised)
		self.check(raised + MINUTE)
		self.check(raised + HOUR)
		self.assertEqual((self.case.posting, self.steps()), (self.posting.name, []))
		self.check(raised + HOUR + SECOND)
		self.assertEqual(self.steps(), [("Not Acknowledged", self.superior.name)])

	def test_a_case_raised_to_an_emergency_climbs_no_rung_that_its_new_time_has_passed(self):
		sla = frappe.get_doc("SLA", self.case.sla)
		next(each for each in sla.targets if each.priority == "Emergency").resolution_time = 2 * 3600
		sla.save()
		self.addCleanup(frappe.clear_document_cache, "SLA", sla.name)
		self.raise_to_emergency(START + 3 * HOUR + SECOND)
		self.check(START + 3 * HOUR + MINUTE)
		self.assertEqual((self.case.posting, self.steps()), (self.posting.name, []))
		self.assertEqual(self.case.escalation_level, 3)

	def test_an_emergency_that_is_transferred_goes_up_a_response_time_after_that(self):
		self.register(priority="Emergency")
		office = self.transferred(50 * MINUTE)
		self.check(START + 110 * MINUTE)
		self.assertEqual((self.case.posting, self.steps()), (office.name, []))
		self.check(START + 110 * MINUTE + SECOND)
		self.assertEqual([action for action, _posting in self.steps()], ["Not Acknowledged"])

	def test_an_emergency_whose_clock_a_transfer_starts_anew_goes_up_after_the_whole_response_time(self):
		frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", 1)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		self.test_an_emergency_that_is_transferred_goes_up_a_response_time_after_that()
		self.check(START + 170 * MINUTE)
		self.assertEqual(len(self.steps()), 1)

	def test_an_emergency_that_was_taken_stays(self):
		self.register(priority="Emergency")
		with at(START + 59 * MINUTE):
			lifecycle.move(frappe.get_doc("Grievance", self.case.name), "In Progress")
		self.check(START + 2 * HOUR)
		self.assertEqual((self.case.posting, self.steps()), (self.posting.name, []))
