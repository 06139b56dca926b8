from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.model.workflow import WorkflowPermissionError
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import duplicates, ladder, lifecycle, own_cases, parts, transfers
from grievance_cell.grievances.citizens import bot_user
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

# One degree of latitude is 111.2 km: so many metres north of the first case.
LATITUDE, LONGITUDE, METRE = 22.0, 82.5, 1 / 111_195


class TestSimilar(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward = make_area("Ward", cls.town)
		cls.lane = make_area("Locality", cls.ward)
		cls.other_ward = make_area("Ward", cls.town)
		cls.drain = make_category(cls.department, can_be_shared=1)
		cls.bill = make_category(cls.department, can_be_shared=0)

	def at(self, metres: float, area=None, **values):
		position = {"latitude": LATITUDE + metres * METRE, "longitude": LONGITUDE}
		return make_case(self.drain, area or self.other_ward, **{**position, **values})

	def similar(self, category=None, area=None, metres: float | None = 0, **more) -> list[str]:
		position = (None, None) if metres is None else (LATITUDE + metres * METRE, LONGITUDE)
		area = area or self.ward
		rows = duplicates.similar(
			more.pop("grievance_type", "Complaint"),
			(category or self.drain).name,
			area.name,
			*position,
			more.pop("on", now_datetime()),
			**more,
		)
		return [row.name for row in rows]

	def test_within_two_hundred_metres_the_nearest_comes_first(self):
		far, near, _too_far = self.at(190), self.at(50), self.at(210)
		self.assertEqual(self.similar(), [near.name, far.name])

	def test_in_the_same_ward_within_fourteen_days_the_oldest_comes_first(self):
		now = now_datetime()
		young, old = (
			make_case(self.drain, self.ward, registered_on=now - timedelta(days=days)) for days in (1, 13)
		)
		make_case(self.drain, self.ward, registered_on=now - timedelta(days=15))
		make_case(self.drain, self.other_ward)
		in_a_lane = make_case(self.drain, self.lane, registered_on=now)
		self.assertEqual(self.similar(metres=None), [old.name, young.name, in_a_lane.name])
		self.assertEqual(self.similar(area=self.lane, metres=None), [old.name, young.name, in_a_lane.name])

	def test_a_suggestion_is_not_the_same_matter_as_a_complaint(self):
		suggestion = self.at(10, grievance_type="Suggestion")
		self.assertEqual(self.similar(), [])
		self.assertEqual(self.similar(grievance_type="Suggestion"), [suggestion.name])
		with self.assertRaises(frappe.ValidationError):
			duplicates.merge(self.at(0), suggestion.name)

	def test_one_that_is_near_and_in_the_ward_is_there_once_before_the_others(self):
		in_the_ward = make_case(self.drain, self.ward)
		near = self.at(10, self.ward)
		self.assertEqual(self.similar(), [near.name, in_the_ward.name])

	def test_a_whole_town_is_no_neighbourhood(self):
		make_case(self.drain, self.town)
		self.assertEqual(self.similar(area=self.town, metres=None), [])

	def test_a_village_is_one(self):
		village = make_area("Village")
		case = make_case(self.drain, village)
		self.assertEqual(self.similar(area=village, metres=None), [case.name])

	def test_only_what_can_be_shared(self):
		make_case(self.bill, self.ward)
		self.assertEqual(self.similar(self.bill), [])

	def test_only_open_main_cases_that_are_no_parts_and_not_confidential(self):
		main, joined, withdrawn, secret, part = (make_case(self.drain, self.ward) for _case in range(5))
		duplicates.merge(joined, main.name)
		lifecycle.move(withdrawn, "Withdrawn", closure_reason="Withdrawn")
		secret.db_set("confidential", 1)
		part.db_set("parent_grievance", main.name)
		self.assertEqual(self.similar(), [main.name])

	def test_not_the_case_itself(self):
		case = make_case(self.drain, self.ward)
		self.assertEqual(self.similar(exclude=case.name), [])

	def test_a_confidential_category_offers_nothing_though_it_can_be_shared(self):
		category = make_category(self.department, can_be_shared=1)
		case = make_case(category, self.ward)
		self.assertEqual(self.similar(category, metres=None), [case.name])
		category.confidential = 1
		category.save()
		self.assertEqual(self.similar(category, metres=None), [])

	def test_says_how_many_people_have_reported_it(self):
		main = make_case(self.drain, self.ward)
		for _citizen in range(2):
			duplicates.merge(make_case(self.drain, self.ward), main.name)
		(row,) = duplicates.similar("Complaint", self.drain.name, self.ward.name, None, None, now_datetime())
		self.assertEqual((row.name, row.people, row.get("distance")), (main.name, 3, None))

	def test_the_settings_say_how_far_and_how_long(self):
		make_case(self.drain, self.ward, registered_on=now_datetime() - timedelta(days=2))
		near = self.at(150)
		self.addCleanup(frappe.clear_document_cache, "Grievance Settings", "Grievance Settings")
		frappe.db.set_single_value("Grievance Settings", "duplicate_days", 1)
		self.assertEqual(self.similar(), [near.name])
		frappe.db.set_single_value("Grievance Settings", "duplicate_metres", 0)
		self.assertEqual(self.similar(), [])

	def test_reads_few_rows_on_an_index(self):
		case = frappe.qb.DocType("Grievance")
		position = (case.latitude > 21.99) & (case.latitude < 22.01)
		for condition in (position, case.area == self.ward.name):
			query = duplicates._open_cases(case, "Complaint", self.drain.name).where(condition)
			(plan,) = frappe.db.sql(f"explain {query.get_sql()}", as_dict=True)
			self.assertIn("category", plan.possible_keys)

	def test_distance_is_that_over_the_ground(self):
		self.assertAlmostEqual(duplicates.distance(22.0, 82.5, 23.0, 82.5), 111_195, delta=1)
		self.assertAlmostEqual(duplicates.distance(60.0, 10.0, 60.0, 11.0), 55_597, delta=10)
		self.assertEqual(duplicates.distance(22.0, 82.5, 22.0, 82.5), 0)


class TestMerge(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward, cls.other_ward = make_area("Ward", cls.town), make_area("Ward", cls.town)
		cls.drain = make_category(cls.department, can_be_shared=1)
		cls.engineer, cls.other_engineer = make_user("Grievance Officer"), make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.engineer)
		cls.other_posting = make_posting(cls.department, cls.other_ward, user=cls.other_engineer)
		cls.operator = make_user("Grievance Operator")

	def setUp(self):
		super().setUp()
		self.main = self.case()
		self.joined = self.case(area=self.other_ward)

	def case(self, area=None, **values):
		return make_case(self.drain, area or self.ward, citizen=make_citizen().name, **values)

	def merge(self, case=None, into=None):
		frappe.set_user(self.operator)
		duplicates.merge(case or self.joined, (into or self.main).name)
		frappe.set_user("Administrator")
		(case or self.joined).reload()
		(into or self.main).reload()

	def as_citizen(self, act, case, **values) -> str:
		with lifecycle.acting_as(bot_user()):
			return act(citizen=case.citizen, case=case.name, values=values, when=now_datetime())

	def actions(self, case) -> list[str]:
		return frappe.get_all(
			"Grievance Action", {"reference_name": case.name}, pluck="action", order_by="name"
		)

	def test_keeps_the_number_and_the_citizen(self):
		self.merge()
		self.assertEqual(self.joined.status, "Duplicate")
		self.assertEqual(self.joined.closure_reason, "Duplicate")
		self.assertEqual(self.joined.duplicate_of, self.main.name)
		self.assertTrue(self.joined.closed_on)
		self.assertEqual((self.main.reported_by, self.main.status), (1, "Assigned"))
		self.assertEqual(self.actions(self.main)[-1], duplicates.ANOTHER_JOINED)

	def test_the_clock_of_a_joined_case_is_neither_met_nor_breached(self):
		self.merge()
		self.assertIsNone(self.joined.sla_status)
		self.assertIsNone(self.joined.resolution_by)
		self.assertIsNone(self.joined.next_check_on)

	def test_a_joined_case_lies_with_the_office_of_the_main_one(self):
		self.merge()
		self.assertEqual((self.joined.posting, self.joined.assigned_to), (self.posting.name, self.engineer))
		transfers.transfer(self.main, posting=self.other_posting.name, reason="It lies in the other ward")
		self.joined.reload()
		self.assertEqual(self.joined.posting, self.other_posting.name)

	def test_a_joined_case_climbs_with_the_main_one(self):
		self.merge()
		superior = make_posting(self.department, self.town, level=2)
		self.posting.db_set("reports_to", superior.name)
		ladder.hand_up(self.main, superior.name, ladder.ESCALATED, now_datetime())
		self.joined.reload()
		self.assertEqual(self.joined.posting, superior.name)

	def test_a_chain_is_flattened(self):
		first, last = self.case(), self.case()
		self.merge(first, self.joined)
		self.merge(self.joined, last)
		first.reload()
		self.assertEqual((first.duplicate_of, self.joined.duplicate_of), (last.name, last.name))
		self.assertEqual((last.reported_by, self.joined.reported_by), (2, 0))

	def test_joining_to_a_joined_case_means_its_main_one(self):
		self.merge()
		another = self.case()
		duplicates.merge(another, self.joined.name)
		self.assertEqual(another.duplicate_of, self.main.name)

	def test_what_cannot_be_joined(self):
		for field, value in (
			("confidential", 1),
			("against_posting", self.posting.name),
			("parent_grievance", self.case().name),
			("status", "Closed"),
		):
			for each in (self.main, self.joined):
				before = each.get(field)
				each.db_set(field, value)
				with self.subTest(field, of=each.name), self.assertRaises(frappe.ValidationError):
					duplicates.merge(frappe.get_doc("Grievance", self.joined.name), self.main.name)
				each.db_set(field, before)
		with self.assertRaises(frappe.ValidationError):
			duplicates.merge(self.main, self.main.name)

	def test_the_move_needs_a_main_case(self):
		with self.assertRaises(frappe.MandatoryError):
			lifecycle.move(self.joined, "Duplicate", closure_reason="Duplicate")

	def test_a_collector_does_not_merge(self):
		frappe.set_user(make_user("Collector"))
		with self.assertRaises((WorkflowPermissionError, frappe.ValidationError)):
			duplicates.merge(self.joined, self.main.name)

	def test_unmerging_goes_on_as_if_it_had_been_paused(self):
		due = get_datetime(self.joined.resolution_by) if self.joined.resolution_by else None
		self.merge()
		frappe.set_user(self.operator)
		duplicates.unmerge(self.joined, "It is another drain")
		self.joined.reload()
		self.main.reload()
		self.assertEqual((self.joined.status, self.joined.duplicate_of), ("Assigned", None))
		self.assertEqual((self.joined.closure_reason, self.joined.closed_on), (None, None))
		self.assertEqual(
			(self.joined.posting, self.joined.assigned_to), (self.other_posting.name, self.other_engineer)
		)
		self.assertEqual((self.joined.reopen_count, self.main.reported_by), (0, 0))
		if due:
			self.assertGreaterEqual(get_datetime(self.joined.resolution_by), due)
		self.assertEqual(self.actions(self.joined)[-1], duplicates.PARTED)

	def test_a_parted_case_is_the_work_of_who_has_the_charge_of_its_office(self):
		self.merge()
		stand_in = make_posting(
			self.department, make_area("Ward", self.town), user=make_user("Grievance Officer")
		)
		self.other_posting.db_set("charge_given_to", stand_in.name)
		duplicates.unmerge(self.joined, "It is another drain")
		self.joined.reload()
		self.assertEqual((self.joined.posting, self.joined.assigned_to), (stand_in.name, stand_in.user))

	def test_unmerging_wants_a_reason(self):
		self.merge()
		with self.assertRaises(frappe.MandatoryError):
			duplicates.unmerge(self.joined, " ")
		with self.assertRaises(frappe.ValidationError):
			duplicates.unmerge(self.main, "It never was")

	def test_a_new_case_is_joined_at_once(self):
		case = self.case(duplicate_of=self.main.name)
		self.assertEqual((case.status, case.duplicate_of), ("Duplicate", self.main.name))
		self.assertEqual(self.actions(case), ["Registered", "Duplicate"])

	def test_a_new_case_in_confidence_is_never_joined(self):
		secret = make_category(self.department, can_be_shared=1, confidential=1)
		case = make_case(secret, self.ward, citizen=make_citizen().name, duplicate_of=self.main.name)
		self.assertEqual((case.status, case.duplicate_of, case.confidential), ("Assigned", None, 1))
		self.main.db_set("confidential", 1)
		case = self.case(duplicate_of=self.main.name)
		self.assertEqual((case.status, case.duplicate_of), ("Assigned", None))

	def test_a_new_case_stands_alone_if_the_other_has_ended_meanwhile(self):
		lifecycle.move(self.main, "Withdrawn", closure_reason="Withdrawn")
		case = self.case(duplicate_of=self.main.name)
		self.assertEqual((case.status, case.duplicate_of), ("Assigned", None))

	# what the citizen of a joined case sees and does

	def test_the_citizen_sees_where_the_main_case_stands(self):
		self.merge()
		lifecycle.move(self.main, "In Progress", remark="The gang is there")
		(row,) = own_cases.latest(self.joined.citizen)
		self.assertEqual((row.name, row.status), (self.joined.name, "In Progress"))
		steps = own_cases.steps_done(self.joined.name)
		self.assertEqual(
			[step.action for step in steps],
			["Assigned", "Registered", "Assigned", "Duplicate", "In Progress"],
		)
		self.assertEqual(steps[-1].remark, "The gang is there")

	def test_what_another_citizen_wrote_is_not_shown(self):
		self.merge()
		self.as_citizen(own_cases.add_information, self.main, text="Ask Geeta, 9800000000")
		self.as_citizen(own_cases.add_information, self.joined, text="It smells")
		remarks = [step.remark for step in own_cases.steps_done(self.joined.name)]
		self.assertIn("It smells", remarks)
		self.assertNotIn("Ask Geeta, 9800000000", remarks)
		self.assertNotIn(
			"It smells", [step.remark for step in own_cases.steps_done(self.main.name) if not step.through]
		)

	def resolve(self):
		lifecycle.move(self.main, "In Progress")
		lifecycle.move(self.main, "Resolved", resolution="Cleaned")

	def test_satisfied_is_recorded_on_the_own_case(self):
		self.merge()
		self.resolve()
		said = self.as_citizen(own_cases.confirm, self.joined)
		self.as_citizen(own_cases.rate, self.joined, rating="5", comment="Good")
		self.main.reload()
		self.joined.reload()
		self.assertIn(self.joined.name, said)
		self.assertEqual((self.main.status, self.main.rating), ("Resolved", 0))
		self.assertEqual((self.joined.rating, self.joined.feedback), (5, "Good"))

	def test_not_settled_reopens_the_main_case_with_the_reason(self):
		self.merge()
		self.resolve()
		said = self.as_citizen(own_cases.reopen, self.joined, reason="Still full")
		self.main.reload()
		self.assertEqual(self.main.status, "Reopened")
		row = frappe.get_last_doc(
			"Grievance Action", {"reference_name": self.main.name, "action": "Reopened"}
		)
		self.assertEqual((row.remark, row.through), ("Still full", self.joined.name))
		self.assertIn(self.joined.name, said)
		self.assertNotIn(self.main.name, said)

	def test_an_answer_lets_the_main_case_go_on(self):
		self.merge()
		lifecycle.move(self.main, "Awaiting Citizen", question="Which house?")
		self.as_citizen(own_cases.answer_question, self.joined, answer="The third")
		self.main.reload()
		self.assertEqual(self.main.status, "In Progress")

	def test_the_office_is_reminded_once_a_day_by_all_together(self):
		self.merge()
		self.as_citizen(own_cases.remind, self.joined)
		self.as_citizen(own_cases.remind, self.main)
		self.assertEqual(self.actions(self.main).count("Reminded"), 1)

	def test_a_citizen_takes_only_the_own_case_back(self):
		self.merge()
		self.as_citizen(own_cases.withdraw, self.joined)
		self.joined.reload()
		self.main.reload()
		self.assertEqual((self.joined.status, self.joined.duplicate_of), ("Withdrawn", None))
		self.assertEqual((self.main.status, self.main.reported_by), ("Assigned", 0))

	def test_what_other_departments_were_asked_for_goes_on_in_the_case_that_goes_on(self):
		other = make_department()
		make_posting(other, self.ward)
		self.merge()
		part = parts.ask(self.main, other.name, "Shut off the water")
		self.as_citizen(own_cases.withdraw, self.main)
		part.reload()
		self.assertEqual((part.status, part.parent_grievance), ("Assigned", self.joined.name))
		self.assertEqual((part.citizen, part.mobile_no), (self.joined.citizen, self.joined.mobile_no))
		self.assertEqual(self.actions(self.joined)[-2:], [duplicates.TAKEN_OVER, parts.ASKED])
		self.assertEqual(self.actions(part)[-1], duplicates.TAKEN_OVER)
		# And so in the one that this is joined to.
		into = self.case()
		self.joined.reload()
		self.merge(self.joined, into)
		part.reload()
		self.assertEqual((part.status, part.parent_grievance), ("Assigned", into.name))

	def test_for_what_a_case_was_waiting_that_is_taken_back_is_said_in_the_one_that_goes_on(self):
		self.merge()
		lifecycle.move(self.main, "Awaiting Citizen", question="Which house?")
		self.as_citizen(own_cases.withdraw, self.main)
		row = frappe.get_last_doc(
			"Grievance Action", {"reference_name": self.joined.name, "action": duplicates.TAKEN_OVER}
		)
		self.assertEqual(row.remark, f"{self.main.name}: Awaiting Citizen, Which house?")
		self.assertFalse(row.visible_to_citizen)

	def test_a_save_that_leaves_the_office_writes_to_no_joined_case(self):
		self.merge()
		self.main.subject = "The drain"
		with patch.object(frappe.db, "set_value", wraps=frappe.db.set_value) as set_value:
			self.main.save()
		written = [str(call.args[1]) for call in set_value.call_args_list if call.args[0] == "Grievance"]
		self.assertFalse([each for each in written if "duplicate_of" in each or self.joined.name in each])

	def test_a_citizens_act_locks_the_main_case_before_the_own_one(self):
		self.merge()
		with patch.object(frappe.db, "get_value", wraps=frappe.db.get_value) as get_value:
			own_cases.own(self.joined.citizen, self.joined.name)
		locked = [
			call.args[1] if call.args else call.kwargs["filters"]
			for call in get_value.call_args_list
			if call.kwargs.get("for_update")
		]
		self.assertEqual(list(dict.fromkeys(locked)), [self.main.name, self.joined.name])

	def test_when_the_main_case_is_taken_back_the_oldest_other_goes_on(self):
		third = self.case()
		self.merge()
		self.merge(third)
		self.as_citizen(own_cases.withdraw, self.main)
		for each in (self.main, self.joined, third):
			each.reload()
		self.assertEqual((self.main.status, self.main.reported_by), ("Withdrawn", 0))
		self.assertEqual((self.joined.status, self.joined.posting), ("Assigned", self.posting.name))
		self.assertEqual((third.duplicate_of, self.joined.reported_by), (self.joined.name, 1))
