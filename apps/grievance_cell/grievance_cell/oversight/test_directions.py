from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to
from pypdf import PdfReader

from grievance_cell.conversations.model import Reply
from grievance_cell.grievances import assignments, erasure, parts
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.messaging import mail, messages, sessions
from grievance_cell.oversight import agenda, desk, directions, sending
from grievance_cell.oversight.erasure import erase as erase_directions
from grievance_cell.oversight.test_agenda import DAY, NOW, ReviewTestCase
from grievance_cell.testing import (
	at,
	make,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
	make_user,
	mobile_no,
)

WEEK = timedelta(days=7)
PICTURE = b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class DirectionTestCase(ReviewTestCase):
	def direct(self, user: str | None = None, when=NOW, **values):
		values.setdefault("due_on", (when + WEEK).date())
		with at(when), acting_as(user or self.collector):
			direction = frappe.get_doc(
				{"doctype": "Review Direction", "direction": "Clean the drain", **values}
			)
			direction.insert()
			direction.reload()
			return direction

	def ask(self, user: str, what: str, direction, *given, when=NOW) -> None:
		"""Do what a user's desk asks for."""
		with at(when), acting_as(user):
			getattr(desk, what)(direction.name, *given)
		direction.reload()

	def tasks(self, direction, status: str = "Open") -> list[str]:
		of_direction = {"reference_type": "Review Direction", "reference_name": direction.name}
		return frappe.get_all(
			"ToDo", {**of_direction, "status": status}, pluck="allocated_to", order_by="creation"
		)

	def acts(self, case) -> list[str]:
		of_case = {"reference_name": case.name, "action": ("like", "Direction %")}
		return frappe.get_all("Grievance Action", of_case, pluck="action", order_by="name")

	def told(self, user: str) -> list[str]:
		return frappe.get_all(
			"Notification Log",
			{"for_user": user, "document_type": "Review Direction"},
			pluck="subject",
			order_by="creation",
		)


class TestGiving(DirectionTestCase):
	def test_a_direction_on_a_case_goes_to_its_office_as_a_task_with_a_date(self):
		case = self.case()
		direction = self.direct(grievance=case.name)
		self.assertEqual(
			(direction.posting, direction.assigned_to), (self.postings[0].name, self.officers[0])
		)
		self.assertEqual(self.tasks(direction), [self.officers[0]])
		task = frappe.get_last_doc("ToDo", {"reference_name": direction.name})
		self.assertEqual((task.date, task.description), ((NOW + WEEK).date(), "Clean the drain"))
		self.assertEqual(direction.area, self.ward.name)

	def test_a_direction_to_a_department_goes_to_its_head(self):
		direction = self.direct(department=self.departments[1].name)
		self.assertEqual(
			(direction.posting, direction.assigned_to), (self.head_postings[1].name, self.heads[1])
		)
		self.assertEqual(direction.area, self.district.name)

	def test_it_stands_on_the_case_and_the_citizen_is_not_told(self):
		case = self.case()
		direction = self.direct(grievance=case.name)
		row = frappe.get_last_doc("Grievance Action", {"reference_name": case.name}, order_by="name desc")
		self.assertEqual(
			(row.action, row.remark, row.posting, row.actor, row.visible_to_citizen),
			("Direction Given", "Clean the drain", direction.posting, self.collector, 0),
		)

	def test_it_does_not_move_the_clock_of_the_case(self):
		case = self.case()
		case.reload()
		before = case.as_dict(convert_dates_to_str=True)
		direction = self.direct(grievance=case.name)
		self.ask(self.officers[0], "report_done", direction, "Cleaned")
		self.ask(self.collector, "confirm", direction)
		case.reload()
		self.assertEqual(case.as_dict(convert_dates_to_str=True), before)

	def test_the_officer_is_told_in_the_desk_in_their_language(self):
		frappe.db.set_value("User", self.officers[0], "language", "hi")
		frappe.clear_document_cache("User", self.officers[0])
		self.direct(grievance=self.case().name)
		self.assertEqual(self.told(self.officers[0]), ["आपके लिए निर्देश, पालन की अंतिम तारीख 17-03-2026"])
		self.assertEqual(self.told(self.collector), [])

	def test_an_officer_who_wants_it_is_told_by_whatsapp(self):
		for wants, told in ((0, 0), (1, 1)):
			frappe.db.set_value("Officer Posting", self.postings[0].name, "notify_on_whatsapp", wants)
			case = self.case()
			with self.subTest(wants), patch("grievance_cell.messaging.notices.write") as write:
				self.direct(grievance=case.name)
				self.assertEqual(write.call_count, told)

	def test_a_representative_is_given_none(self):
		posting = make_posting(
			None, self.ward, kind="Representative", user=make_user("Public Representative")
		)
		with self.assertRaisesRegex(frappe.ValidationError, "no active officer's posting"):
			self.direct(grievance=self.case().name, posting=posting.name)

	def test_outside_of_a_meeting_only_the_collector_directs(self):
		operator = make_user("Grievance Operator")
		make_posting(self.departments[0], self.district, user=operator)
		case, meeting = self.case(), self.plan()
		with self.assertRaises(frappe.PermissionError):
			self.direct(operator, grievance=case.name)
		self.direct(operator, grievance=case.name, meeting=meeting.name)
		for user in (self.officers[0], self.heads[0]):
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				self.direct(user, grievance=case.name)

	def test_nobody_directs_outside_of_their_area(self):
		far = make_posting(self.departments[0], self.far_ward, user=make_user("Grievance Officer"))
		for values in (
			{"grievance": self.case(area=self.far_ward).name},
			{"department": self.departments[0].name, "area": self.far_ward.name},
		):
			with self.subTest(values), self.assertRaises(frappe.PermissionError):
				self.direct(**values)
		with self.assertRaisesRegex(frappe.ValidationError, "does not serve this area"):
			self.direct(grievance=self.case().name, posting=far.name)

	def test_an_office_that_is_complained_of_is_not_directed(self):
		case = self.case(1, against_posting=self.postings[0].name)
		with self.assertRaisesRegex(frappe.ValidationError, "complaint against"):
			self.direct(grievance=case.name, posting=self.postings[0].name)

	def test_it_needs_a_case_or_a_department_and_a_date_to_come(self):
		with self.assertRaises(frappe.ValidationError):
			self.direct()
		with self.assertRaisesRegex(frappe.ValidationError, "has passed"):
			self.direct(grievance=self.case().name, due_on=(NOW - DAY).date())
		self.direct(grievance=self.case().name, due_on=NOW.date())


class TestReporting(DirectionTestCase):
	def setUp(self):
		super().setUp()
		self.grievance = self.case()
		self.direction = self.direct(grievance=self.grievance.name)

	def test_the_officer_reports_it_as_done_with_a_line_and_the_collector_confirms(self):
		with self.assertRaises(frappe.MandatoryError):
			self.ask(self.officers[0], "report_done", self.direction, " ")
		self.ask(self.officers[0], "report_done", self.direction, "Cleaned on Monday")
		self.assertEqual((self.direction.status, self.direction.remark), ("Done", "Cleaned on Monday"))
		self.assertEqual(
			(self.tasks(self.direction), self.tasks(self.direction, "Closed")), ([], [self.officers[0]])
		)
		self.assertEqual(self.told(self.collector), ["Reported as done: Clean the drain"])
		self.ask(self.collector, "confirm", self.direction)
		self.assertEqual(self.direction.confirmed_by, self.collector)
		self.assertEqual(
			self.acts(self.grievance), ["Direction Given", "Direction Done", "Direction Confirmed"]
		)

	def test_the_head_of_the_officer_may_confirm_or_open_it_again_and_the_officer_may_not(self):
		self.ask(self.officers[0], "report_done", self.direction, "Cleaned")
		for what in (("confirm",), ("reopen", "Not clean")):
			with self.subTest(what), self.assertRaises(frappe.PermissionError):
				self.ask(self.officers[0], what[0], self.direction, *what[1:])
		self.ask(self.heads[0], "reopen", self.direction, "The far end is choked still")
		self.assertEqual((self.direction.status, self.direction.ended_on), ("Open", None))
		self.assertEqual(self.tasks(self.direction), [self.officers[0]])
		self.assertEqual(len(self.told(self.officers[0])), 2)
		self.ask(self.officers[0], "report_done", self.direction, "Cleaned all of it")
		self.ask(self.heads[0], "confirm", self.direction)
		self.assertEqual(self.direction.confirmed_by, self.heads[0])

	def test_only_the_office_that_was_directed_reports(self):
		for user in (self.heads[0], self.collector, self.officers[1]):
			with self.subTest(user), self.assertRaises(frappe.PermissionError):
				self.ask(user, "report_done", self.direction, "Done")

	def test_only_the_collector_gives_more_time_or_drops(self):
		later = str((NOW + 2 * WEEK).date())
		for what in (("postpone", later, "Rain"), ("drop", "Not needed")):
			with self.subTest(what), self.assertRaises(frappe.PermissionError):
				self.ask(self.heads[0], what[0], self.direction, *what[1:])
		self.ask(self.collector, "postpone", self.direction, later, "Rain")
		self.assertEqual(str(self.direction.due_on), later)
		(task,) = frappe.get_all(
			"ToDo", {"reference_name": self.direction.name, "status": "Open"}, pluck="date"
		)
		self.assertEqual(str(task), later)
		self.ask(self.collector, "drop", self.direction, "Not needed")
		self.assertEqual((self.direction.status, self.tasks(self.direction)), ("Dropped", []))

	def test_what_was_directed_is_not_changed(self):
		self.direction.direction = "Do nothing"
		with self.assertRaisesRegex(frappe.ValidationError, "stays as it was"):
			self.direction.save()

	def test_its_task_ends_only_with_a_word_on_what_was_done_and_is_nobody_elses(self):
		todo = frappe.get_last_doc("ToDo", {"reference_name": self.direction.name})
		todo.status = "Closed"
		with self.assertRaisesRegex(frappe.ValidationError, "reported as done"):
			todo.save()
		with self.assertRaisesRegex(frappe.ValidationError, "reported as done"):
			assign_to.add(
				{"assign_to": [self.officers[1]], "doctype": "Review Direction", "name": self.direction.name}
			)

	def test_it_follows_the_posting_when_its_user_changes(self):
		successor = make_user("Grievance Officer")
		self.jobs.clear()
		posting = frappe.get_doc("Officer Posting", self.postings[0].name)
		posting.user = successor
		posting.save()
		self.without_commits()
		for method, given in self.jobs:
			{
				"grievance_cell.oversight.directions.hand_over": directions.hand_over,
				"grievance_cell.grievances.assignments.hand_over": assignments.hand_over,
			}[method](given["names"])
		self.direction.reload()
		self.assertEqual((self.direction.assigned_to, self.tasks(self.direction)), (successor, [successor]))
		self.assertEqual(self.tasks(self.direction, "Cancelled"), [self.officers[0]])
		self.assertEqual(len(self.told(successor)), 1)
		self.ask(successor, "report_done", self.direction, "Cleaned")

	def test_after_a_vacancy_it_is_given_anew(self):
		for user in (None, self.officers[0]):
			frappe.db.set_value("Officer Posting", self.postings[0].name, "user", user)
			self.without_commits()
			directions.hand_over()
			self.direction.reload()
			self.assertEqual(self.direction.assigned_to, user)
			self.assertEqual(self.tasks(self.direction), [user] if user else [])

	def test_who_has_the_charge_reports_and_who_had_it_sees_it_no_more(self):
		stand_in = make_user("Grievance Officer")
		other = make_posting(self.departments[0], self.ward, user=stand_in)
		frappe.db.set_value("Officer Posting", self.postings[0].name, "charge_given_to", other.name)
		self.without_commits()
		directions.hand_over()
		self.direction.reload()
		self.assertEqual(self.direction.assigned_to, stand_in)
		self.ask(stand_in, "report_done", self.direction, "Cleaned")


class TestWhoHasNoPartInIt(DirectionTestCase):
	"""What was directed leaves an office that is complained of, or is no more."""

	def setUp(self):
		super().setUp()
		self.grievance = self.case()
		self.direction = self.direct(grievance=self.grievance.name)

	def accuse(self, posting) -> None:
		self.jobs.clear()
		case = frappe.get_doc("Grievance", self.grievance.name)
		case.against_posting = posting.name
		with acting_as("Administrator"):
			case.save()
		self.without_commits()
		for method, given in self.jobs:
			if method == "grievance_cell.oversight.directions.hand_over":
				directions.hand_over(**{key: given[key] for key in ("names", "grievance") if key in given})
		self.direction.reload()

	def test_the_office_that_turns_out_to_be_complained_of_loses_it(self):
		self.accuse(self.postings[0])
		self.assertNotEqual(self.direction.posting, self.postings[0].name)
		self.assertEqual(
			self.direction.posting, frappe.db.get_value("Grievance", self.grievance.name, "posting")
		)
		self.assertEqual(self.tasks(self.direction, "Cancelled"), [self.officers[0]])
		self.assertNotIn(self.officers[0], self.tasks(self.direction))
		self.assertIn("Direction Passed On", self.acts(self.grievance))
		for user in (self.officers[0],):
			self.assertFalse(frappe.has_permission("Review Direction", doc=self.direction.name, user=user))

	def test_while_no_other_office_is_found_it_is_nobodys_and_the_accused_does_not_read_it(self):
		self.grievance.db_set("against_posting", self.postings[0].name)
		self.without_commits()
		with patch.object(directions, "office_for", lambda *_given: None):
			directions.hand_over()
		self.direction.reload()
		self.assertEqual((self.direction.posting, self.direction.assigned_to), (self.postings[0].name, None))
		self.assertEqual(self.tasks(self.direction), [])
		with acting_as(self.officers[0]):
			self.assertNotIn(self.direction.name, frappe.get_list("Review Direction", pluck="name"))
			with self.assertRaises(frappe.PermissionError):
				desk.report_done(self.direction.name, "Nothing to be done")

	def test_charge_that_is_given_to_the_accused_does_not_bring_it_there(self):
		case = self.case(1, against_posting=self.postings[0].name)
		direction = self.direct(grievance=case.name, posting=self.postings[1].name)
		frappe.db.set_value(
			"Officer Posting", self.postings[1].name, "charge_given_to", self.postings[0].name
		)
		self.without_commits()
		directions.hand_over()
		direction.reload()
		self.assertNotIn(self.officers[0], self.tasks(direction))
		self.assertNotEqual(direction.assigned_to, self.officers[0])
		self.assertFalse(frappe.has_permission("Review Direction", doc=direction.name, user=self.officers[0]))

	def test_of_a_posting_that_is_no_more_it_goes_to_the_office_that_would_be_directed_now(self):
		of_department = self.direct(department=self.departments[0].name, posting=self.postings[0].name)
		frappe.db.set_value("Officer Posting", self.postings[0].name, "is_active", 0)
		self.without_commits()
		directions.hand_over()
		of_department.reload()
		self.assertEqual(
			(of_department.posting, of_department.assigned_to), (self.head_postings[0].name, self.heads[0])
		)
		self.assertEqual(self.tasks(of_department), [self.heads[0]])
		self.assertEqual(len(self.told(self.heads[0])), 1)


class TestWhoSees(DirectionTestCase):
	def seen(self, user: str) -> set[str]:
		with acting_as(user):
			try:
				listed = set(frappe.get_list("Review Direction", pluck="name"))
			except frappe.PermissionError:
				listed = set()
			opened = {
				name for name in self.names.values() if frappe.has_permission("Review Direction", doc=name)
			}
		self.assertEqual(listed & set(self.names.values()), opened)
		return {key for key, name in self.names.items() if name in opened}

	def test_who_is_directed_the_offices_above_and_whoever_sees_the_case(self):
		self.names = {
			"case": self.direct(grievance=self.case().name).name,
			"department": self.direct(department=self.departments[0].name).name,
			# Who is directed need not see the case.
			"other office": self.direct(grievance=self.case().name, posting=self.postings[1].name).name,
		}
		far_collector = make_user("Collector")
		make_posting(None, self.elsewhere, user=far_collector, level=4, heads_area=1)
		for user, seen in (
			(self.collector, {"case", "department", "other office"}),
			(self.officers[0], {"case", "other office"}),
			(self.heads[0], {"case", "department", "other office"}),
			(self.officers[1], {"other office"}),
			(self.heads[1], {"other office"}),
			(far_collector, set()),
			(make_user("Public Representative"), set()),
			(make_user("Grievance Manager", "System Manager"), set()),
		):
			with self.subTest(user=frappe.get_roles(user)):
				self.assertEqual(self.seen(user), seen)

	def test_a_meeting_is_seen_by_the_collector_and_the_operator_of_its_area(self):
		meeting = self.plan()
		operator, far_operator = make_user("Grievance Operator"), make_user("Grievance Operator")
		make_posting(self.departments[0], self.district, user=operator)
		make_posting(self.departments[0], self.elsewhere, user=far_operator)
		for user, sees in (
			(self.collector, True),
			(operator, True),
			(far_operator, False),
			(self.heads[0], False),
			(self.officers[0], False),
		):
			with self.subTest(user):
				may = frappe.has_permission("Review Meeting", "read", doc=meeting.name, user=user)
				self.assertEqual(may, sees)

	def test_nobody_plans_a_meeting_for_another_district(self):
		with self.assertRaises(frappe.PermissionError):
			self.plan(area=self.elsewhere.name, chair=self.chair.name)

	def test_what_an_office_is_told_of_a_direction_is_read_by_who_reads_the_direction(self):
		operator = make_user("Grievance Operator")
		make_posting(self.departments[1], self.district, user=operator)
		case = self.case(1)
		direction = self.direct(grievance=case.name)
		channel = make_channel(default_area=self.district.name)
		session = sessions.get(channel.name, mobile_no()[1:])
		about = {"reference_doctype": "Review Direction", "reference_name": direction.name}
		told = messages.queue(session, Reply("Clean the drain"), **about)
		for accused, sees in (
			(None, True),
			(frappe.db.get_value("Officer Posting", {"user": operator}), False),
		):
			case.db_set("against_posting", accused)
			with self.subTest(accused=bool(accused)), acting_as(operator):
				self.assertEqual(told in frappe.get_list("Chat Message", pluck="name"), sees)

	def test_the_task_of_a_direction_is_read_by_who_reads_the_direction(self):
		direction = self.direct(grievance=self.case().name)
		todo = frappe.get_last_doc("ToDo", {"reference_name": direction.name}).name
		for user, sees in ((self.officers[0], True), (self.officers[1], False)):
			with self.subTest(user), acting_as(user):
				self.assertEqual(todo in frappe.get_list("ToDo", pluck="name"), sees)


class TestMeetingsInARow(DirectionTestCase):
	def rows(self, meeting) -> dict[str, tuple]:
		return {row.direction: (row.status, row.days_overdue, row.confirmed) for row in meeting.follow_ups}

	def hold(self, meeting, when) -> None:
		with at(when), acting_as(self.collector):
			meeting.hold()

	def test_the_next_meeting_shows_what_was_done_and_what_was_not(self):
		first = self.plan()
		done, late, dropped = (
			self.direct(meeting=first.name, grievance=self.case().name),
			self.direct(meeting=first.name, department=self.departments[1].name),
			self.direct(meeting=first.name, grievance=self.case().name),
		)
		self.assertEqual(self.rows(first), {})
		self.hold(first, NOW)
		outside = self.direct(when=NOW + DAY, grievance=self.case().name)
		self.ask(self.officers[0], "report_done", done, "Cleaned", when=NOW + DAY)
		self.ask(self.collector, "confirm", done, when=NOW + DAY)
		self.ask(self.collector, "drop", dropped, "Settled by itself", when=NOW + DAY)
		second = self.plan(NOW + WEEK + 2 * DAY)
		expected = {
			late.name: ("Open", 2, 0),
			outside.name: ("Open", 1, 0),
			done.name: ("Done", 0, 1),
			dropped.name: ("Dropped", 0, 0),
		}
		self.assertEqual(self.rows(second), expected)
		self.assertEqual([row.direction for row in second.follow_ups][:2], [late.name, outside.name])
		self.assertEqual(self.numbers(second)[agenda.NOT_DONE], 2)
		given = self.direct(
			when=NOW + WEEK + 2 * DAY, meeting=second.name, department=self.departments[1].name
		)
		with acting_as(self.collector):
			filters = [list(each) for each in agenda.directions_not_done(second)]
			found = frappe.get_list("Review Direction", filters)
		self.assertEqual(len(found), 2)
		self.hold(second, NOW + WEEK + 2 * DAY)
		self.ask(self.heads[1], "report_done", late, "Done at last", when=NOW + 2 * WEEK)
		second.reload()
		self.assertEqual(self.rows(second), expected)
		third = self.plan(NOW + 3 * WEEK)
		self.assertEqual(set(self.rows(third)), {late.name, outside.name, given.name})

	def test_the_minutes_say_the_date_that_was_given_in_the_meeting(self):
		meeting = self.plan()
		direction = self.direct(meeting=meeting.name, grievance=self.case().name)
		self.hold(meeting, NOW)
		given, later = direction.due_on, direction.due_on + WEEK
		self.ask(self.collector, "postpone", direction, str(later), "Rain")
		with acting_as(self.collector):
			html = frappe.get_print("Review Meeting", meeting.name, "TL Review Minutes")
		self.assertIn(given.strftime("%d-%m-%Y"), html)
		self.assertNotIn(later.strftime("%d-%m-%Y"), html)
		direction.first_due_on = later
		with self.assertRaisesRegex(frappe.ValidationError, "stays as it was"):
			direction.save()

	def test_nothing_is_added_to_a_meeting_whose_minutes_were_sent(self):
		meeting = self.plan()
		self.hold(meeting, NOW)
		self.direct(meeting=meeting.name, grievance=self.case().name)
		meeting.db_set("minutes_sent_on", NOW)
		with self.assertRaisesRegex(frappe.ValidationError, "were sent"):
			self.direct(meeting=meeting.name, grievance=self.case().name)

	def test_of_a_confidential_case_the_agenda_and_the_minutes_say_the_number_only(self):
		first = self.plan()
		case = self.case(confidential=1)
		direction = self.direct(meeting=first.name, grievance=case.name, direction="Hear Geeta Bai again")
		(given,) = directions.review_directions(first)
		self.assertEqual((given.direction, given.posting, given.grievance), (None, None, case.name))
		self.hold(first, NOW)
		(row,) = self.plan(NOW + WEEK).follow_ups
		self.assertEqual((row.direction, row.wording, row.posting), (direction.name, None, None))

	def test_the_words_on_the_part_of_a_confidential_case_go_as_well(self):
		citizen = make_citizen()
		confidential = make_category(self.departments[0], confidential=1)
		case = make_case(confidential, self.ward, citizen=citizen.name)
		part = parts.ask(case, self.departments[1].name, "Say who was there")
		direction = self.direct(meeting=self.plan().name, grievance=part.name, direction="Visit Geeta Bai")
		erase_directions(citizen.name, [], "(erased)")
		self.assertEqual(frappe.db.get_value("Review Direction", direction.name, "direction"), "(erased)")

	def test_an_erased_citizens_words_go_and_what_was_done_stays(self):
		citizen = make_citizen()
		case = self.case(citizen=citizen.name)
		first = self.plan()
		direction = self.direct(meeting=first.name, grievance=case.name, direction="Visit Geeta Bai")
		self.hold(first, NOW)
		second = self.plan(NOW + WEEK)
		second.add_comment("Comment", "Well attended")
		kept = self.places_of("Visit Geeta Bai")
		kinds = ("Review Direction", "Review Follow Up", "ToDo", "Notification Log", "Comment")
		self.assertLessEqual({f"tab{kind}" for kind in kinds}, kept)
		for path in frappe.get_hooks("erase_citizen"):
			frappe.get_attr(path)(citizen=citizen.name, keys=[], note="(erased)")
		self.assertEqual(self.places_of("Visit Geeta Bai") - {"tabGrievance Action"}, set())
		self.assertTrue(frappe.db.exists("Comment", {"reference_name": second.name}))
		direction.reload()
		second.reload()
		self.assertEqual((direction.direction, direction.status), ("(erased)", "Open"))
		self.assertEqual(second.follow_ups[0].wording, "(erased)")

	def places_of(self, words: str) -> set[str]:
		"""Name the tables of the site in which words stand, however Frappe writes them there."""
		return {
			table
			for table, column in erasure.text_columns()
			if frappe.db.sql(f"select 1 from `{table}` where `{column}` like %s limit 1", f"%{words}%")
		}


class TestSending(DirectionTestCase):
	def setUp(self):
		super().setUp()
		self.sent: list[dict] = []
		self.written: list[tuple] = []
		for module, name, stand_in in (
			(mail, "is_possible", lambda: True),
			(frappe, "sendmail", lambda **given: self.sent.append(given)),
			(sending, "pdf", self.write),
		):
			patched = patch.object(module, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)

	def write(self, document, print_format: str) -> bytes:
		self.written.append((print_format, frappe.local.lang))
		return b"%PDF"

	def send(self, meeting, again: bool = False) -> int:
		with at(NOW), acting_as(self.collector):
			number = desk.send_to_heads(meeting.name, again)
		meeting.reload()
		return number

	def addressed(self) -> set[str]:
		return {address for mail in self.sent for address in mail["recipients"]}

	def test_the_agenda_goes_to_all_heads_and_who_has_directions(self):
		meeting = self.plan()
		self.direct(meeting=meeting.name, grievance=self.case().name)
		frappe.db.set_value("User", self.heads[0], "language", "hi")
		self.assertEqual(self.send(meeting), len(self.sent))
		self.assertLessEqual({*self.heads, self.officers[0]}, self.addressed())
		self.assertNotIn(self.officers[1], self.addressed())
		self.assertEqual(set(self.written), {("TL Review Agenda", "hi"), ("TL Review Agenda", "en")})
		self.assertEqual(len(self.written), 2)
		(to_head,) = [mail for mail in self.sent if mail["recipients"] == [self.heads[0]]]
		self.assertTrue(to_head["subject"].startswith("टीएल समीक्षा कार्यसूची"))
		self.assertEqual(to_head["attachments"], [{"fname": f"{meeting.name}.pdf", "fcontent": b"%PDF"}])

	def test_each_head_reads_the_name_of_the_meeting_in_their_own_language(self):
		meeting = self.plan()
		frappe.db.set_value("User", self.heads[0], "language", "hi")
		self.send(meeting)
		subjects = {mail["recipients"][0]: mail["subject"] for mail in self.sent}
		self.assertIn(f"समय-सीमा (टीएल) समीक्षा, {self.district.area_name}", subjects[self.heads[0]])
		self.assertIn(f"TL Review, {self.district.area_name}", subjects[self.heads[1]])
		named = self.plan(title="Review of the summer")
		self.assertEqual(named.heading(), "Review of the summer")

	def test_it_goes_to_nobody_of_another_town(self):
		town = make_area("Municipal Body")
		there = make_department(area=town.name)
		heads = [make_user("Department Head") for _number in range(3)]
		# With no area of its own, as the nodal office, and in that town.
		make_posting(there, user=heads[0], level=9)
		there.db_set("nodal_posting", make_posting(there, user=heads[1], level=8).name)
		make_posting(there, town, user=heads[2], level=7)
		self.send(self.plan())
		self.assertTrue(self.sent)
		self.assertFalse(set(heads) & self.addressed())

	def test_it_is_sent_once_unless_asked_again_and_the_minutes_after_the_meeting(self):
		meeting = self.plan()
		self.send(meeting)
		with self.assertRaisesRegex(frappe.ValidationError, "sent already"):
			self.send(meeting)
		self.send(meeting, again=True)
		with at(NOW), acting_as(self.collector):
			meeting.hold()
		self.send(meeting)
		self.assertEqual(self.written[-1][0], "TL Review Minutes")
		self.assertTrue(meeting.minutes_sent_on)

	def test_without_an_account_it_says_that_nothing_was_sent(self):
		meeting = self.plan()
		with (
			patch.object(mail, "is_possible", lambda: False),
			self.assertRaisesRegex(frappe.ValidationError, "no account for outgoing e-mail"),
		):
			self.send(meeting)
		self.assertEqual((self.sent, meeting.agenda_sent_on), ([], None))


class TestPrints(DirectionTestCase):
	def test_agenda_and_minutes_are_written_in_the_language_that_is_spoken(self):
		self.case(resolution_by=NOW - 9 * DAY)
		meeting = self.plan()
		self.direct(meeting=meeting.name, grievance=self.case().name, direction="नाली साफ कराएँ")
		for language, print_format, said, unsaid in (
			("hi", "TL Review Agenda", "विभागवार समय-सीमा पार", "नाली साफ कराएँ"),
			("hi", "TL Review Agenda", "कार्यसूची: समय-सीमा (टीएल) समीक्षा, ", "TL Review, "),
			("hi", "TL Review Minutes", "नाली साफ कराएँ", "Overdue by Department"),
			("en", "TL Review Agenda", "Overdue by Department", "विभागवार"),
		):
			with self.subTest(print_format, language=language), acting_as(self.collector):
				frappe.local.lang = language
				html = frappe.get_print("Review Meeting", meeting.name, print_format)
				frappe.local.lang = "en"
				self.assertIn(said, html)
				self.assertNotIn(unsaid, html)
				self.assertNotIn("data-direct", html)

	def test_the_pdf_holds_devanagari(self):
		meeting = self.plan()
		with acting_as(self.collector):
			frappe.local.lang = "hi"
			content = sending.pdf(meeting, "TL Review Agenda")
			frappe.local.lang = "en"
		read = PdfReader(BytesIO(content))
		written = "".join(page.extract_text() for page in read.pages)
		self.assertIn("कोई प्रकरण", written)
		fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
		self.assertTrue(any("Devanagari" in font["/BaseFont"] for font in fonts), fonts)

	def test_the_pdf_shows_no_file_but_the_sites_own(self):
		picture = make("File", file_name="emblem.png", is_private=0, content=PICTURE)
		self.addCleanup(picture.delete)
		self.assertTrue(sending.embedded(picture.file_url).startswith("data:image/png;base64,"))
		for url in ("http://127.0.0.1:9/x.png", "/files/../../site_config.json", "file:///etc/passwd"):
			with self.subTest(url):
				self.assertEqual(sending.embedded(url), "")
