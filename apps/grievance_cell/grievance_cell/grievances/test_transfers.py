import frappe
from frappe.utils import get_datetime

from grievance_cell.api import cases as api
from grievance_cell.grievances import delays, duplicates, lifecycle
from grievance_cell.grievances.transfers import OFFICE, transfer
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	unique,
)


class TestTransfers(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.ward = make_area("Ward", cls.district)
		cls.department, cls.other = make_department(), make_department()
		cls.category = make_category(cls.department)
		cls.posting = make_posting(cls.department, cls.ward, user=make_user("Grievance Officer"))
		cls.second = make_posting(cls.department, cls.district, user=make_user("Grievance Officer"))
		cls.elsewhere = make_posting(cls.other, cls.ward, user=make_user("Grievance Officer"))

	def case(self, **values):
		return make_case(self.category, self.ward, **values)

	def transfer(self, case, reason="It is their road", **to):
		transfer(case, reason=reason, **to)
		return case

	def last_action(self, case):
		return frappe.get_last_doc("Grievance Action", {"reference_name": case.name}, order_by="name desc")

	def test_to_another_department_its_route_decides_the_posting(self):
		case = self.transfer(self.case(), department=self.other.name)
		self.assertEqual((case.department, case.posting), (self.other.name, self.elsewhere.name))
		self.assertEqual(case.assigned_to, self.elsewhere.user)
		self.assertEqual(case.routing_note, f"{self.ward.area_name} -> {self.elsewhere.name}")

	def test_to_another_posting_of_the_department(self):
		case = self.transfer(self.case(), posting=self.second.name)
		self.assertEqual((case.department, case.posting), (self.department.name, self.second.name))
		self.assertEqual(case.assigned_to, self.second.user)

	def test_to_a_posting_of_another_department_takes_its_department(self):
		case = self.transfer(self.case(), posting=self.elsewhere.name)
		self.assertEqual(case.department, self.other.name)
		head = make_posting(None, self.district, heads_area=1)
		self.assertEqual(self.transfer(case, posting=head.name).department, self.other.name)

	def test_wants_a_reason(self):
		for reason in (None, "", "  "):
			with self.subTest(reason), self.assertRaises(frappe.MandatoryError):
				self.transfer(self.case(), reason, department=self.other.name)

	def test_goes_somewhere_else_and_to_an_active_officer(self):
		gone = make_posting(self.other, is_active=0)
		councillor = make_posting(None, self.ward, kind="Representative")
		for to in (
			{"posting": self.posting.name},
			{"department": self.department.name},
			{"posting": gone.name},
			{"posting": councillor.name},
			{"posting": self.second.name, "department": self.other.name},
		):
			with self.subTest(to), self.assertRaises(frappe.ValidationError):
				self.transfer(self.case(), **to)

	def test_a_settled_case_is_not_sent_on(self):
		case = self.case()
		lifecycle.move(case, "Resolved", resolution="Done")
		with self.assertRaises(frappe.ValidationError):
			self.transfer(case, department=self.other.name)

	def test_never_to_the_posting_complained_about(self):
		case = self.case(against_posting=self.second.name)
		with self.assertRaisesRegex(frappe.ValidationError, "complaint against"):
			self.transfer(case, posting=self.second.name)

	def test_never_to_an_office_whose_charge_is_with_the_posting_complained_about(self):
		above = make_posting(self.department, self.district, level=2, charge_given_to=self.second.name)
		case = self.case(against_posting=self.second.name)
		with self.assertRaisesRegex(frappe.ValidationError, "complaint against"):
			self.transfer(case, posting=above.name)

	def test_a_reopened_case_goes_past_an_office_whose_charge_is_with_whoever_closed_it(self):
		head = make_posting(self.department, self.district, level=3, user=make_user("Grievance Officer"))
		above = make_posting(self.department, level=2, charge_given_to=self.posting.name)
		self.posting.db_set("reports_to", above.name)
		case = self.case()
		lifecycle.move(case, "Resolved", resolution="Done")
		lifecycle.move(case, "Reopened")
		self.assertEqual((case.posting, case.assigned_to), (head.name, head.user))

	def test_every_transfer_is_counted_and_recorded_with_its_reason(self):
		case = self.transfer(self.case(), posting=self.second.name)
		row = self.last_action(case)
		self.assertEqual(
			(row.action, row.remark, row.visible_to_citizen), ("Transferred", "It is their road", 0)
		)
		self.transfer(case, department=self.other.name)
		row = self.last_action(case)
		self.assertEqual((row.from_department, row.to_department), (self.department.name, self.other.name))
		self.assertEqual((row.action, row.posting, row.visible_to_citizen), ("Transferred", case.posting, 1))
		self.assertEqual(case.transfer_count, 2)

	def test_a_corrected_category_counts_when_the_department_changes(self):
		case = self.case()
		case.category = make_category(self.department).name
		case.save()
		self.assertEqual((case.transfer_count, case.posting), (0, self.posting.name))
		case.category = make_category(self.other).name
		case.save()
		self.assertEqual((case.transfer_count, case.posting), (1, self.elsewhere.name))

	def test_a_correction_says_why_the_case_went_elsewhere(self):
		case = self.case(citizen=make_citizen(language="en").name)
		case.category = make_category(self.other).name
		case.save()
		self.assertEqual(
			self.last_action(case).remark,
			f"The category was corrected: {self.category.name} -> {case.category}",
		)
		case = self.case(citizen=make_citizen(language="hi").name)
		names = [{"language": "hi", "name_text": unique("वार्ड")}]
		case.area = make_area("Ward", self.district, names=names).name
		case.save()
		self.assertIn(names[0]["name_text"], self.last_action(case).remark)
		self.assertIn(self.ward.area_name, self.last_action(case).remark)

	def test_what_is_corrected_on_a_settled_case_leaves_its_office_and_its_clock(self):
		frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", 1)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		for closed in (False, True):
			case = self.case()
			lifecycle.move(case, "Resolved", resolution="Done")
			if closed:
				lifecycle.move(case, "Closed", closure_reason="Confirmed")
			kept = {field: case.get(field) for field in (*OFFICE, "sla_status", "clock_started_on")}
			case.category = make_category(self.other).name
			case.save()
			self.assertEqual({field: case.get(field) for field in kept}, kept)
			self.assertEqual((case.transfer_count, self.last_action(case).action), (0, case.status))

	def test_what_is_corrected_on_a_joined_case_leaves_it_with_the_main_one(self):
		main, joined = self.case(), self.case()
		duplicates.merge(joined, main.name)
		joined.category = make_category(self.other).name
		joined.save()
		self.assertEqual((joined.department, joined.posting), (main.department, main.posting))

	def overdue(self):
		case = self.case(registered_on=get_datetime("2026-01-05 10:00:00"))
		self.assertEqual(case.sla_status, "Overdue")
		return case

	def test_an_overdue_case_is_not_corrected_away_until_the_reason_for_the_delay_is_given(self):
		clerk = make_user("Grievance Officer", "Grievance Operator")
		for values in (
			{"category": make_category(self.other).name},
			{"area": make_area("Ward", self.district).name},
			{"grievance_type": "Suggestion"},
			{"priority": "Low"},
			{"category": make_category(self.department).name},
		):
			case = self.overdue()
			frappe.set_user(clerk)
			edited = frappe.get_doc("Grievance", case.name).update(values)
			with self.subTest(values), self.assertRaises(delays.DelayReasonWanted):
				edited.save(ignore_permissions=True)
			frappe.set_user("Administrator")
			delays.give_reason(frappe.get_doc("Grievance", case.name), "No material", "It comes on Monday")
			frappe.set_user(clerk)
			frappe.get_doc("Grievance", case.name).update(values).save(ignore_permissions=True)
			frappe.set_user("Administrator")

	def test_an_overdue_case_is_given_a_higher_priority_without_a_word(self):
		case = self.overdue()
		frappe.set_user(self.posting.user)
		case = frappe.get_doc("Grievance", case.name).update({"priority": "Emergency"})
		case.save(ignore_permissions=True)
		self.assertEqual(case.priority, "Emergency")

	def test_a_registered_case_that_is_given_an_office_is_assigned_to_it(self):
		frappe.db.set_single_value("Grievance Settings", "cell_posting", None)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		empty = make_category(make_department())
		operator = make_user("Grievance Operator")
		for name, give in (
			("by a transfer", lambda case: transfer(case, department=self.other.name, reason="Theirs")),
			("by a correction", lambda case: case.update({"category": self.category.name}).save()),
			(
				"by hand",
				lambda case: case.update(
					{"posting": make_posting(None, self.district, heads_area=1, user=self.second.user).name}
				).save(),
			),
		):
			case = make_case(empty, self.ward)
			with self.subTest(name):
				self.assertEqual((case.status, case.posting), ("Registered", None))
				frappe.set_user(operator)
				give(frappe.get_doc("Grievance", case.name))
				frappe.set_user("Administrator")
				case.reload()
				self.assertEqual((case.status, bool(case.assigned_to)), ("Assigned", True))
				self.assertEqual(
					(self.last_action(case).action, self.last_action(case).actor), ("Assigned", operator)
				)

	def test_a_posting_that_is_complained_about_later_loses_the_case(self):
		case = self.case()
		case.against_posting = self.posting.name
		case.save()
		self.assertNotEqual(case.posting, self.posting.name)
		self.assertEqual(case.transfer_count, 0)

	def test_a_case_raised_to_an_emergency_goes_to_who_is_on_duty(self):
		case = self.case()
		case.priority = "Emergency"
		case.save()
		self.assertEqual(case.posting, self.posting.name)
		case = self.case()
		day = {"start_time": "00:00:00", "end_time": "00:00:00"}
		days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
		duty = make_posting(
			self.department, self.district, level=2, duty_shifts=[{"weekday": each, **day} for each in days]
		)
		case.priority = "Emergency"
		case.save()
		self.assertEqual((case.posting, case.transfer_count), (duty.name, 0))

	def test_the_clock_runs_on_or_starts_anew_by_the_setting(self):
		long_ago = get_datetime("2026-01-05 10:00:00")
		for restarts in (0, 1):
			frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", restarts)
			frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
			case = self.transfer(self.case(registered_on=long_ago), posting=self.second.name)
			self.assertEqual(get_datetime(case.registered_on), long_ago)
			started = get_datetime(case.clock_started_on or case.registered_on)
			self.assertEqual(started > long_ago, bool(restarts))

	def test_a_case_on_hold_that_starts_anew_is_on_hold_from_then(self):
		frappe.db.set_single_value("Grievance Settings", "transfer_restarts_clock", 1)
		frappe.clear_document_cache("Grievance Settings", "Grievance Settings")
		case = self.case(citizen=make_citizen().name)
		lifecycle.move(case, "Awaiting Citizen", question="Which house?")
		asked = get_datetime("2026-01-05 10:00:00")
		case.db_set({"on_hold_since": asked, "asked_on": asked})
		case = self.transfer(case, department=self.other.name)
		self.assertGreater(case.on_hold_since, asked)
		self.assertEqual((case.sla_status, case.resolution_by), ("Paused", None))
		# How long a question has stopped the clock counts on.
		stood = (case.on_hold_since - asked).total_seconds()
		self.assertEqual(case.question_hold_seconds, int(stood))

	def test_the_new_office_starts_at_the_rung_that_the_time_has_reached(self):
		case = self.case()
		case.db_set("escalation_level", 2)
		self.assertEqual(self.transfer(case, department=self.other.name).escalation_level, 0)

	def test_a_case_transferred_three_times_goes_to_the_collectors_list(self):
		collector = make_user("Collector")
		make_posting(None, self.district, heads_area=1, user=collector)

		def told() -> int:
			return frappe.db.count("Notification Log", {"for_user": collector, "document_name": case.name})

		case = self.case()
		for posting in (self.second, self.posting):
			self.transfer(case, posting=posting.name)
			self.assertEqual(told(), 0)
		self.transfer(case, department=self.other.name)
		self.assertEqual(told(), 1)
		workspace = frappe.get_doc("Workspace", "Grievances")
		(shortcut,) = (each for each in workspace.shortcuts if each.label == "Transferred Three Times")
		listed = frappe.get_all("Grievance", frappe.parse_json(shortcut.stats_filter), pluck="name")
		self.assertIn(case.name, listed)
		self.assertNotIn(self.case().name, listed)

	def test_not_our_department_is_no_reason_to_close(self):
		reasons = frappe.get_meta("Grievance").get_field("closure_reason").options.split("\n")
		self.assertFalse(
			[each for each in reasons if "department" in each.lower() or "pertain" in each.lower()]
		)
		with self.assertRaises(frappe.ValidationError):
			lifecycle.move(self.case(), "Closed", closure_reason="Not Our Department", decision="Elsewhere")

	def test_the_desk_transfers_what_its_user_may_write(self):
		case = self.case()
		frappe.set_user(self.elsewhere.user)
		with self.assertRaises(frappe.PermissionError):
			api.transfer(case.name, "Mine", department=self.other.name)
		frappe.set_user(self.posting.user)
		api.transfer(case.name, "Theirs", department=self.other.name)
		with self.assertRaises(frappe.PermissionError):
			api.transfer(case.name, "Back", department=self.department.name)
		frappe.set_user("Administrator")
		row = self.last_action(case)
		self.assertEqual((row.actor, row.remark), (self.posting.user, "Theirs"))
