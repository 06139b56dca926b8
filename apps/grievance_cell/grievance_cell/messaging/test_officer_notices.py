from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from grievance_cell.grievances import actions, ladder, lifecycle, own_cases, proposals
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.messaging import mail, notices
from grievance_cell.messaging.test_notices import CaseTestCase
from grievance_cell.organisation.duty import WEEKDAYS
from grievance_cell.testing import (
	make_area,
	make_category,
	make_department,
	make_posting,
	make_user,
	mobile_no,
)

# Who is told of which step: by WhatsApp the citizen or the officer, by desk and e-mail the officer.
CITIZEN, OFFICER, OFFICE, HEAD, ABOVE = "citizen", "assigned_to", "posting", "department", "area"
SHIPPED = {
	**{step: {("WhatsApp", CITIZEN)} for step in notices.TOLD_TO_CITIZENS},
	"Overdue": {("WhatsApp", CITIZEN), ("Desk", OFFICER), ("Email", OFFICER)},
	"Reopened": {
		("WhatsApp", CITIZEN), ("Desk", OFFICER), ("Email", OFFICER), ("Desk", HEAD), ("Email", HEAD),
	},
	"Assigned": {("Desk", OFFICER), ("Email", OFFICER), ("WhatsApp", OFFICER)},
	"Emergency": {("Desk", OFFICER), ("Email", OFFICER), ("WhatsApp", OFFICER)},
	# In the desk they are told as it happens, both offices.
	"Time Running Out": {("Email", OFFICE)},
	"Escalated": {("Email", OFFICE), ("WhatsApp", OFFICE)},
	"Long Term Over": {("Email", OFFICER)},
	"Proposed": {("Desk", HEAD), ("Email", HEAD), ("Desk", ABOVE), ("Email", ABOVE)},
	"Proposal Declined": {("Desk", OFFICER), ("Email", OFFICER)},
	"Direction Given": {("Desk", OFFICE), ("Email", OFFICE), ("WhatsApp", OFFICE)},
	"Direction Reopened": {("Desk", OFFICE), ("Email", OFFICE)},
	"Direction Done": {("Desk", "given_by")},
	**{step: {("Desk", OFFICER)} for step in ("Citizen Answered", "Information Added", "Citizen Reminds")},
}  # fmt: skip


class TestShippedNotices(CaseTestCase):
	def test_each_step_is_told_to_whom_it_concerns(self):
		found = {step: set() for step in notices.STEPS}
		for name in frappe.get_all("Notification", {"case_step": ("is", "set"), "enabled": 1}, pluck="name"):
			notice = frappe.get_doc("Notification", name)
			channels = {"Desk" if notice.channel == "System Notification" else notice.channel}
			channels |= {"Desk"} if notice.send_system_notification else set()
			told = {row.receiver_by_document_field for row in notice.recipients}
			found[notice.case_step] |= {(channel, who) for channel in channels for who in told}
		self.assertEqual(found, SHIPPED)

	def test_one_that_is_switched_off_is_not_sent(self):
		frappe.db.set_value("Notification", "Citizen: Registered", "enabled", 0)
		self.case()
		self.assertEqual(self.texts(), [])

	def test_a_question_that_is_switched_off_is_not_asked(self):
		frappe.db.set_value("Notification", "Citizen: Settled?", "enabled", 0)
		case = self.case()
		self.move(case, "Resolved", resolution="Cleaned the drain")
		self.assertEqual(self.events(), [])

	def test_one_that_staff_reword_says_it_in_their_words(self):
		notice = frappe.get_doc("Notification", "Citizen: Registered")
		notice.update({"chat_template": None, "message": "Noted: {{ doc.name }}"})
		notice.save()
		self.addCleanup(frappe.clear_document_cache, "Notification", notice.name)
		case = self.case()
		self.assertEqual(self.texts(), [f"Noted: {case.name}"])

	def test_its_condition_is_kept(self):
		notice = frappe.get_doc("Notification", "Citizen: Registered")
		notice.update({"condition": "doc.priority == 'Emergency'"})
		notice.save()
		self.addCleanup(frappe.clear_document_cache, "Notification", notice.name)
		self.case()
		self.assertEqual(self.texts(), [])

	def test_a_notice_that_fails_stops_neither_the_case_nor_the_others(self):
		notice = frappe.get_doc("Notification", "Citizen: Registered")
		notice.update({"chat_template": None, "message": "{{ 1 / 0 }}"})
		notice.save()
		self.addCleanup(frappe.clear_document_cache, "Notification", notice.name)
		case = self.case()
		self.move(case, "In Progress")
		self.assertEqual(len(self.texts()), 1)
		title = f"Notification {notice.name} was not sent for {case.name}"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_a_lost_race_is_not_swallowed(self):
		with (
			patch.object(notices, "write", side_effect=frappe.QueryDeadlockError),
			self.assertRaises(frappe.QueryDeadlockError),
		):
			self.case()

	def test_another_departments_part_is_not_told_to_the_citizen(self):
		case = self.case()
		before = len(self.texts())
		self.case(parent_grievance=case.name)
		self.assertEqual(len(self.texts()), before)


class TestOfficerNotices(CaseTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.department = make_department()
		cls.ward = make_area(names=[{"language": "hi", "name_text": "वार्ड 5"}])
		cls.category = make_category(cls.department)
		cls.number_of_officer = mobile_no()
		cls.officer, cls.head = make_user("Grievance Officer"), make_user("Department Head")
		cls.above = make_posting(cls.department, cls.ward, user=cls.head, level=2)
		cls.posting = make_posting(
			cls.department,
			cls.ward,
			user=cls.officer,
			mobile_no=cls.number_of_officer,
			reports_to=cls.above.name,
		)

	def setUp(self):
		super().setUp()
		frappe.db.set_value("Chat Channel", {"name": ("!=", self.channel.name)}, "enabled", 0)
		self.mails: list[tuple] = []
		for name, stand_in in (
			("send_after_commit", lambda *given: self.mails.append(given)),
			("is_possible", lambda: True),
		):
			patched = patch.object(mail, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)

	def desk(self, user: str) -> list[str]:
		told = {"for_user": user, "type": "Alert"}
		return frappe.get_all("Notification Log", told, pluck="subject", order_by="creation, name")

	def mailed(self, user: str) -> list[str]:
		return [subject for to, subject, *_more in self.mails if to == user]

	def by_whatsapp(self) -> list:
		session = frappe.db.get_value(
			"Chat Session", {"conversation_key": self.number_of_officer.lstrip("+")}
		)
		return frappe.get_all("Chat Message", {"session": session or ""}, ["*"], order_by="name")

	def test_a_new_case_is_told_in_the_desk_and_by_e_mail(self):
		case = self.case()
		self.assertEqual(self.desk(self.officer), [f"A case for you: {case.name}"])
		self.assertEqual(self.mailed(self.officer), [f"A case for you: {case.name}"])
		self.assertIn(frappe.utils.get_url_to_form("Grievance", case.name), self.mails[-1][2])
		self.assertEqual(self.by_whatsapp(), [])

	def test_an_officer_is_told_in_their_own_language(self):
		frappe.db.set_value("User", self.officer, "language", "hi")
		case = self.case()
		self.assertEqual(self.desk(self.officer), [f"आपके पास प्रकरण आया है: {case.name}"])
		self.assertIn(", वार्ड 5। समय-सीमा: ", self.mails[-1][2])

	def test_who_wants_it_is_told_on_whatsapp_with_a_template(self):
		frappe.db.set_value("Officer Posting", self.posting.name, "notify_on_whatsapp", 1)
		case = self.case()
		(message,) = self.by_whatsapp()
		self.assertIn(case.name, message.text)
		self.assertEqual((message.notice, message.purpose), ("officer_assigned", "Utility"))

	def test_it_goes_where_the_officer_writes_from_however_the_number_was_typed(self):
		bare = self.number_of_officer.removeprefix("+91")
		for posting_no, user_no in (
			(bare, None),
			(f"{bare[:5]} {bare[5:]}", None),
			(None, self.number_of_officer),
			(None, f"0{bare}"),
		):
			with self.subTest(posting=posting_no, user=user_no):
				frappe.db.set_value("Officer Posting", self.posting.name, "mobile_no", posting_no)
				frappe.db.set_value("User", self.officer, "mobile_no", user_no)
				case = self.case(priority="Emergency")
				self.assertIn(case.name, self.by_whatsapp()[-1].text)
		frappe.db.set_value("User", self.officer, "mobile_no", "office")
		self.case(priority="Emergency")
		self.assertEqual(len(self.by_whatsapp()), 4)

	def test_an_emergency_is_told_by_every_channel_wanted_or_not(self):
		case = self.case(priority="Emergency")
		self.assertEqual(self.desk(self.officer), [f"EMERGENCY for you: {case.name}"])
		self.assertEqual(self.mailed(self.officer), [f"EMERGENCY for you: {case.name}"])
		(message,) = self.by_whatsapp()
		self.assertEqual(message.notice, "officer_emergency")

	def raised(self):
		"""Register a case and raise it to an emergency."""
		case = self.case()
		self.mails.clear()
		frappe.db.delete("Notification Log", {"document_name": case.name})
		case.reload()
		case.priority = "Emergency"
		case.save()
		return case

	def test_a_case_raised_to_an_emergency_is_told_as_one_that_came_as_an_emergency(self):
		case = self.raised()
		self.assertEqual(self.desk(self.officer), [f"EMERGENCY for you: {case.name}"])
		self.assertEqual(self.mailed(self.officer), [f"EMERGENCY for you: {case.name}"])
		self.assertEqual([each.notice for each in self.by_whatsapp()], ["officer_emergency"])
		row = frappe.get_last_doc("Grievance Action", {"reference_name": case.name}, order_by="name desc")
		self.assertEqual((row.action, row.visible_to_citizen), ("Raised to Emergency", 0))
		case.address = "Near the school"
		case.save()
		self.assertEqual(len(self.desk(self.officer)), 1)

	def test_one_that_goes_to_who_is_on_duty_by_that_is_told_there_once(self):
		user = make_user("Grievance Officer")
		day = {"start_time": "00:00:00", "end_time": "00:00:00"}
		make_posting(
			self.department,
			self.ward,
			level=2,
			user=user,
			duty_shifts=[{"weekday": each, **day} for each in WEEKDAYS],
		)
		case = self.raised()
		self.assertEqual(case.assigned_to, user)
		self.assertEqual(self.desk(user), [f"EMERGENCY for you: {case.name}"])
		self.assertEqual(self.desk(self.officer), [])

	def test_a_closed_case_that_is_raised_calls_nobody(self):
		case = self.case()
		lifecycle.move(case, "Withdrawn", closure_reason="Withdrawn")
		before = len(self.desk(self.officer))
		case.priority = "Emergency"
		case.save()
		self.assertEqual(len(self.desk(self.officer)), before)

	def test_a_reopened_case_is_told_to_its_officer_and_to_the_head(self):
		case = self.case()
		self.move(case, "Resolved", resolution="Cleaned the drain")
		with acting_as(bot_user()):
			self.move(case, "Reopened", bot_user(), remark="It is choked still")
		said = f"The case {case.name} is open again"
		told_to = frappe.db.get_value("Grievance", case.name, "assigned_to")
		for user in {told_to, self.head}:
			self.assertIn(said, self.mailed(user))
			self.assertIn(said, self.desk(user))

	def test_the_office_to_which_a_case_has_gone_up_is_told(self):
		case = self.case()
		actions.record(case, "Escalated", posting=self.above.name, remark="JE -> AE")
		self.assertEqual(self.mailed(self.head), [f"Escalated to you: {case.name}"])

	def test_what_the_citizen_does_is_told_once_in_the_officers_language_and_can_be_switched_off(self):
		frappe.db.set_value("User", self.officer, "language", "hi")
		case = self.case()
		self.citizen.db_set("language", "en")

		def told() -> list[str]:
			given = (self.citizen.name, case.name, {"what": "It is worse"}, now_datetime())
			with acting_as(bot_user()):
				own_cases.add_information(*given)
				own_cases.remind(*given)
			return self.desk(self.officer)[1:]

		added, reminded = (
			f"नागरिक ने प्रकरण {case.name} में कुछ जोड़ा है",
			f"नागरिक ने प्रकरण {case.name} की याद दिलाई है",
		)
		self.assertEqual(told(), [added, reminded])
		frappe.db.set_value("Notification", "Officer: Information Added", "enabled", 0)
		self.assertEqual(told(), [added, reminded])

	def test_what_the_head_may_not_decide_is_put_to_the_office_above(self):
		collector = make_user("Collector")
		make_posting(None, self.ward, user=collector, level=9, heads_area=1)
		case = self.case()
		said = f"A decision is wanted in the case {case.name}: Junk"
		for user, heard in ((self.officer, self.head), (self.head, collector)):
			self.mails.clear()
			with self.subTest(user):
				with acting_as(user):
					proposals.propose(frappe.get_doc("Grievance", case.name), "Junk", "An advertisement")
				told = [each for each in (self.head, collector) if said in self.mailed(each)]
				self.assertEqual(told, [heard])
				proposals.decline(frappe.get_doc("Grievance", case.name), "It is none")

	def test_a_warning_by_e_mail_is_in_one_language(self):
		frappe.db.set_value("User", self.officer, "language", "hi")
		ladder.inform(self.case(), self.posting.name, 75)
		self.assertNotIn("of the time", self.mails[-1][2])

	def test_what_one_has_done_oneself_is_not_told(self):
		case = self.case()
		before = len(self.mails)
		actions.record(case, "Overdue", actor=self.officer)
		self.assertEqual(len(self.mails), before)
		actions.record(case, "Overdue")
		self.assertEqual(self.mailed(self.officer)[-1], f"The case {case.name} is overdue")

	def test_who_may_not_read_a_case_hears_nothing_of_it(self):
		case = self.case()
		stranger = make_posting(make_department(), make_area(), user=make_user("Grievance Officer"))
		actions.record(case, "Escalated", posting=stranger.name)
		self.assertEqual(self.mailed(stranger.user), [])

	def test_a_site_without_mail_tells_it_in_the_desk(self):
		with patch.object(mail, "is_possible", lambda: False):
			case = self.case()
		self.assertEqual(self.desk(self.officer), [f"A case for you: {case.name}"])
		self.assertEqual(self.mails, [])


class TestMailByJob(CaseTestCase):
	def test_an_officers_e_mail_is_written_by_a_job_once_the_case_is_stored(self):
		given = ("a@example.com", "Subject", "Text", "Grievance", "GRV-1")
		mail.send_after_commit(*given)
		self.assertEqual(self.jobs, [])
		frappe.db.commit()
		((method, values),) = self.jobs
		self.assertEqual(method, "grievance_cell.messaging.mail.send")
		values.pop("queue")
		self.assertEqual(tuple(values.values()), given)
		self.assertIs(frappe.get_attr(method), mail.send)

	def test_a_queue_out_of_reach_undoes_nothing(self):
		mail.send_after_commit("a@example.com", "Subject", "Text", "Grievance", "GRV-1")
		with patch.object(mail, "queue_answers", side_effect=ConnectionError):
			frappe.db.commit()
		self.assertEqual(self.jobs, [])
