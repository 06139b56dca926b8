import frappe

from grievance_cell.messaging import identities, sessions
from grievance_cell.testing import ChatTestCase, digits, make_channel, make_citizen, mobile_no


class TestIdentities(ChatTestCase):
	def setUp(self):
		super().setUp()
		self.say("choked drain")
		self.old_id, self.new_id = f"IN.{digits(18)}", f"IN.{digits(18)}"
		self.citizen = make_citizen(mobile_no=f"+{self.number}", whatsapp_id=self.old_id)
		self.set("Chat Session", self.session.name, citizen=self.citizen.name)
		self.first_session = self.session.name
		self.new_number = mobile_no().lstrip("+")

	def hear(self, **system) -> None:
		self.receive("system", {"body": "User changed", **system}, at=5)
		self.work_off()

	def change_number(self, **more) -> None:
		self.hear(type="user_changed_number", wa_id=self.new_number, **more)

	def key(self, session: str) -> str:
		return frappe.db.get_value("Chat Session", session, "conversation_key")

	def test_the_talk_and_the_citizen_go_with_a_new_number(self):
		said = len(self.messages())
		self.change_number(previous_user_id=self.old_id, user_id=self.new_id)
		self.citizen.reload()
		self.assertEqual(
			(self.citizen.mobile_no, self.citizen.whatsapp_id), (f"+{self.new_number}", self.new_id)
		)
		self.number = self.new_number
		self.assertEqual(self.session.name, self.first_session)
		self.assertEqual(len(self.messages()), said)
		self.say("yes")
		self.assertEqual(self.texts()[-1], "Done: choked drain")

	def test_what_waits_goes_to_the_new_number(self):
		self.change_number()
		self.send_all()
		self.assertEqual({to for to, _text in self.meta.sent}, {self.new_number})

	def test_the_old_form_of_the_news_is_understood_too(self):
		self.hear(type="user_changed_number", wa_id=self.new_number)
		self.citizen.reload()
		self.assertEqual(
			(self.citizen.mobile_no, self.citizen.whatsapp_id), (f"+{self.new_number}", self.old_id)
		)

	def test_a_new_id_without_a_number(self):
		self.set("Chat Session", self.first_session, conversation_key=self.old_id)
		self.number = self.old_id
		self.hear(type="user_changed_user_id", previous_user_id=self.old_id, user_id=self.new_id)
		self.citizen.reload()
		self.assertEqual((self.citizen.whatsapp_id, self.key(self.first_session)), (self.new_id, self.new_id))

	def test_no_window_opens_and_no_talk_begins(self):
		opened = self.session.last_inbound_on
		stranger = self.number = mobile_no().lstrip("+")
		self.change_number()
		self.assertEqual(self.key(self.first_session), self.citizen.mobile_no.lstrip("+"))
		self.assertIsNone(frappe.db.get_value("Chat Session", {"conversation_key": stranger}))
		self.number = self.new_number
		self.assertEqual((self.session.last_inbound_on, self.texts()), (None, []))
		self.assertEqual(frappe.db.get_value("Chat Session", self.first_session, "last_inbound_on"), opened)

	def test_two_citizens_are_never_joined(self):
		other = make_citizen(mobile_no=f"+{self.new_number}")
		self.change_number()
		self.citizen.reload()
		self.assertEqual(self.citizen.mobile_no, f"+{self.number}")
		(comment,) = frappe.get_all(
			"Comment", {"reference_name": self.citizen.name, "comment_type": "Info"}, pluck="content"
		)
		self.assertIn(other.name, comment)

	def test_a_talk_that_is_there_already_is_left_alone(self):
		old, new = self.number, self.new_number
		self.number = new
		self.say("street light")
		session = self.session.name
		self.number = old
		self.change_number()
		self.assertEqual((self.key(session), self.key(self.first_session)), (new, old))

	def test_the_talks_on_all_channels_go_along(self):
		other = sessions.get(make_channel().name, self.number)
		self.change_number()
		self.assertEqual(self.key(other.name), self.new_number)

	def test_told_twice_is_done_once(self):
		self.change_number()
		self.change_number()
		self.citizen.reload()
		self.assertEqual(self.citizen.mobile_no, f"+{self.new_number}")

	def test_other_news_and_odd_shapes_change_nothing(self):
		for system in (
			{},
			{"type": "customer_identity_changed"},
			{"type": "user_changed_number", "wa_id": "x"},
		):
			self.hear(**system)
		identities.follow({"type": "system", "system": "moved"})
		self.citizen.reload()
		self.assertEqual(self.citizen.mobile_no, f"+{self.number}")
		self.assertEqual({event.state for event in self.events()}, {"Processed"})
