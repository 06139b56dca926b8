import frappe
from frappe.utils import now_datetime

from grievance_cell.grievances import lifecycle
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import events, notices, sessions
from grievance_cell.testing import (
	ChatTestCase,
	make_area,
	make_case,
	make_category,
	make_channel,
	make_citizen,
	make_department,
	make_posting,
)


class TestNotices(ChatTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.department, cls.ward = make_department(), make_area()
		cls.category = make_category(cls.department)
		make_posting(cls.department, cls.ward)

	def setUp(self):
		super().setUp()
		self.citizen = make_citizen(mobile_no=f"+{self.number}")
		session = sessions.lock(self.channel.name, self.number)
		frappe.db.set_value(
			"Chat Session", session.name, {"citizen": self.citizen.name, "last_inbound_on": now_datetime()}
		)
		frappe.db.commit()

	def case(self, as_user: str = "Administrator", **values):
		frappe.set_user(as_user)
		case = make_case(self.category, self.ward, citizen=self.citizen.name, **values)
		frappe.set_user("Administrator")
		return case

	def move(self, case, to: str, user: str = "Administrator", **more) -> None:
		frappe.set_user(user)
		lifecycle.move(frappe.get_doc("Grievance", case.name), to, **more)
		frappe.set_user("Administrator")
		frappe.db.commit()

	def test_tells_of_a_case_that_an_operator_registered(self):
		case = self.case()
		self.assertEqual(len(self.texts()), 1)
		self.assertIn(case.name, self.texts()[0])
		self.assertEqual(self.messages()[0].reference_name, case.name)

	def test_does_not_repeat_what_the_bot_says_itself(self):
		self.case(as_user=bot_user(), source="WhatsApp")
		self.assertEqual(self.texts(), [])

	def test_tells_of_each_step_with_the_citizens_word_for_it(self):
		case = self.case()
		self.move(case, "In Progress")
		said = f"Your case {case.name} stands at: Work is going on. We will write to you when there is more."
		self.assertEqual(self.texts()[1:], [said])

	def test_asks_whether_a_resolved_case_is_settled_in_the_conversations_turn(self):
		case = self.case()
		self.move(case, "Resolved", resolution="Cleaned the drain")
		(event,) = self.events()
		self.assertEqual((event.kind, event.state), ("Internal", "Pending"))
		self.work_off()
		self.assertIn("Cleaned the drain", self.texts()[-1])
		self.receive("button", {"text": "Yes", "payload": f"feedback:{case.name}:yes"})
		self.work_off()
		case.reload()
		self.assertEqual((case.status, case.closure_reason), ("Closed", "Confirmed"))
		self.assertIn("closed", self.texts()[-1])
		self.assertEqual(len(self.texts()), 3)

	def test_each_resolution_is_asked_about(self):
		case = self.case()
		for number in (1, 2):
			self.move(case, "Resolved", resolution="Cleaned the drain")
			self.assertEqual(len(self.events()), number)
			self.move(case, "Reopened", bot_user())

	def test_a_talk_in_the_middle_of_a_form_goes_on_after_the_question(self):
		case = self.case()
		self.say("choked drain")
		self.move(case, "Resolved", resolution="Cleaned the drain")
		self.work_off()
		self.say("yes")
		self.assertEqual(self.texts()[-1], "Done: choked drain")

	def test_a_case_without_a_citizen_is_told_to_nobody(self):
		case = make_case(self.category, self.ward)
		self.move(case, "In Progress")
		self.assertEqual(self.texts(), [])

	def test_who_never_wrote_is_written_to_on_the_channel_of_the_place(self):
		district = make_area("District")
		town = make_area("Municipal Body", district)
		ward, other = make_area("Ward", town), make_area("Ward", district)
		of_district = make_channel(default_area=district.name)
		of_town = make_channel(default_area=town.name)
		for place, channel in ((ward, of_town), (other, of_district)):
			citizen = make_citizen()
			case = make_case(self.category, place, citizen=citizen.name)
			self.assertEqual(notices.conversation_of(case), (channel.name, citizen.mobile_no.lstrip("+")))

	def test_a_citizen_without_a_number_cannot_be_written_to(self):
		case = make_case(self.category, self.ward, citizen=make_citizen(mobile_no=None).name)
		self.assertIsNone(notices.conversation_of(case))

	def test_wakes_the_drain_only_after_the_commit(self):
		case = self.case()
		frappe.db.commit()
		before = len(self.jobs)
		frappe.cache.delete_keys("grievance_cell:wake:")
		lifecycle.move(frappe.get_doc("Grievance", case.name), "Resolved", resolution="Cleaned")
		self.assertEqual(len(self.jobs), before)
		frappe.db.commit()
		self.assertIn(
			("grievance_cell.messaging.inbox.drain", events.shard_of(self.number)),
			[(method, given.get("shard")) for method, given in self.jobs[before:]],
		)
