import json
from unittest.mock import patch

import frappe

from grievance_cell.grievances import lifecycle
from grievance_cell.messaging import live
from grievance_cell.messaging.test_replies import RepliesTestCase
from grievance_cell.testing import make_case, mobile_no


class TestThread(RepliesTestCase):
	def put(self, direction: str = "In", case=None, **values) -> str:
		"""Put a message into the talk of the case."""
		row = {
			"direction": direction,
			"state": "Received" if direction == "In" else "Read",
			"session": self.session.name,
			"citizen": self.citizen.name,
			"reference_doctype": "Grievance",
			"reference_name": (case or self.case).name,
			"message_type": "text",
			**values,
		}
		return frappe.get_doc({"doctype": "Chat Message", **row}).db_insert() or ""

	def test_a_long_talk_comes_page_by_page_in_few_queries(self):
		for number in range(200):
			self.put(text=f"Message {number}")
		page = self.ask("read")
		self.assertEqual([page["messages"][at]["text"] for at in (0, -1)], ["Message 150", "Message 199"])
		self.assertTrue(page["older"])
		before = page["messages"][0]["name"]
		earlier = self.ask("read", before=before)
		self.assertEqual(earlier["messages"][-1]["text"], "Message 149")
		self.assertNotIn("reply", earlier)
		self.assertEqual(len(self.ask("read", limit=10**6)["messages"]), 200)
		with self.assertQueryCount(40):
			self.ask("read")

	def test_only_what_was_said_with_the_citizen_of_this_case_is_shown(self):
		other = make_case(self.category, self.ward, citizen=self.citizen.name)
		self.put(text="Of this case")
		self.put(text="Of the other one", case=other)
		# What officers are told of a case is about it, and not said to its citizen.
		self.put("Out", text="To an officer", citizen=None)
		self.assertEqual([each["text"] for each in self.talk()], ["Of this case"])

	def test_a_place_is_shown_whichever_way_it_went(self):
		self.put(
			message_type="location",
			payload=json.dumps(
				{"type": "location", "location": {"latitude": 21.9, "longitude": 82.6, "name": "Well"}}
			),
		)
		self.put("Out", message_type="location", payload=json.dumps({"pin": [21.9, 82.6, "Camp", "School"]}))
		self.put(message_type="location", payload='{"type": "location", "location": {"latitude": "<b>"}}')
		places = [each.get("place") for each in self.talk()]
		self.assertEqual(places[0], {"latitude": 21.9, "longitude": 82.6, "label": "Well"})
		self.assertEqual(places[1], {"latitude": 21.9, "longitude": 82.6, "label": "Camp, School"})
		self.assertIsNone(places[2])

	def test_buttons_that_were_sent_are_shown(self):
		choices = [["yes", "Yes, settled", "", False], ["no", "No, not settled", "", False]]
		self.put("Out", text="Is it?", message_type="interactive", payload=json.dumps({"choices": choices}))
		self.put("Out", text="Where?", message_type="interactive", payload='{"asks_location": true}')
		asked, where = self.talk()
		self.assertEqual(asked["choices"], ["Yes, settled", "No, not settled"])
		self.assertTrue(where["asks_location"])

	def test_what_was_not_fetched_and_what_failed_is_said_in_words(self):
		self.put(message_type="image", media_state="Pending")
		self.put(message_type="image", media_state="Failed", error="The file is too large")
		self.put("Out", text="Hello", state="Failed", error_code=131026, error="Message undeliverable")
		self.put("Out", text="Hello", state="Failed", error_code=131047, error="Re-engagement message")
		self.put("Out", text="Hello", state="Failed", error="Odd")
		pending, lost, unreachable, late, odd = self.talk()
		self.assertEqual((pending["media_state"], lost["error"]), ("Pending", "The file is too large"))
		self.assertIn("cannot be reached", unreachable["error"])
		self.assertIn("24 hours", late["error"])
		self.assertEqual(odd["error"], "Odd")

	def test_nobody_elses_words_are_an_officers(self):
		"""A notice is written in the request of whoever moves a case, and is not their word."""
		self.put("Out", text="Your case stands at: work is going on", owner=self.officer)
		self.assertEqual([each["author"] for each in self.talk()], [""])

	def test_a_question_to_one_who_never_wrote_is_shown(self):
		self.number = mobile_no()[1:]
		frappe.db.set_value("Citizen", self.citizen.name, "mobile_no", f"+{self.number}")
		frappe.db.delete("Chat Session", {"citizen": self.citizen.name})
		self.set("Notification", {"case_step": "Citizen Asked"}, enabled=1)
		lifecycle.move(
			frappe.get_doc("Grievance", self.case.name), "Awaiting Citizen", question="Which house?"
		)
		frappe.db.commit()
		self.work_off()
		self.assertIn("Which house?", self.talk()[-1]["text"])

	def test_open_forms_are_told_that_there_is_something_new_and_not_what(self):
		published = []

		def publish(event=None, message=None, **room):
			if event == live.EVENT:
				published.append((message, room))

		with patch.object(frappe, "publish_realtime", publish):
			with patch.object(frappe.db, "commit"):
				self.write("We are coming")
			self.assertEqual(published, [])
			frappe.db.commit()
			about = {"doctype": "Grievance", "name": self.case.name}
			told = (about, {"doctype": "Grievance", "docname": self.case.name})
			self.assertEqual(published, [told])
			self.send_all()
			self.receive_status("read", self.messages()[-1].message_id)
			self.work_off()
			self.assertEqual(published, [told] * 3)
