"""An officer and a representative in the chat of a site: their cases, their acts, and nothing beyond their rights."""

from io import BytesIO
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime
from PIL import Image

from grievance_cell import hooks
from grievance_cell.conversations import engine, talk
from grievance_cell.conversations.flow_fields import is_known_from_the_chat
from grievance_cell.conversations.model import (
	CITIZEN,
	OFFICER,
	REPRESENTATIVE,
	CallAction,
	Event,
	Session,
)
from grievance_cell.grievances import actions, officer_cases
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.setup import shipped
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
	mobile_no,
	unique,
)

SHIPPED = [flow["title"] for flow in shipped.documents("chat_flow") if flow["enabled"]]


def picture() -> bytes:
	"""Draw a picture that is like no other, so that Frappe keeps it as a file of its own."""
	drawn = BytesIO()
	colour = tuple(bytes.fromhex(frappe.generate_hash(length=6)))
	Image.new("RGB", (3, 3), colour).save(drawn, "PNG")
	return drawn.getvalue()


class OfficeTalkTestCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		frappe.db.set_value("Language", {"name": ("in", ("hi", "en"))}, "enabled", 1)
		frappe.db.set_value("Chat Flow", {"name": ("not in", SHIPPED)}, "enabled", 0)
		cls.town = make_area("Municipal Body", make_area("District"))
		cls.ward = make_area("Ward", cls.town)
		cls.department, cls.other_department = make_department(), make_department()
		cls.category = make_category(cls.department)
		cls.number, cls.user = mobile_no(), make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, cls.ward, user=cls.user, mobile_no=cls.number)
		cls.channel = make_channel(default_area=cls.town.name, default_language="en")
		cls.citizen = make_citizen(citizen_name="Ramkali Bai")

	def setUp(self):
		super().setUp()
		self.row = frappe._dict(citizen=None)
		self.state = Session(language="en", audience=OFFICER)
		self.contact = frappe._dict(mobile_no=self.number, whatsapp_id=None)
		self.case = make_case(self.category, self.ward, citizen=self.citizen.name)
		self.files = 0
		frappe.set_user(bot_user())

	def hear(self, *events: Event) -> str:
		"""Hear what is said one after the other; returns all that is answered to the last."""
		for event in events:
			self.outcome = talk.take_turn(
				self.row, self.state, event, self.channel, self.contact, now_datetime().replace(microsecond=0)
			)
			self.state = self.outcome.session
			self.assertEqual(frappe.session.user, bot_user(), "somebody else's rights were left behind")
		return "\n".join(each.reply.text for each in self.outcome.replies)

	def tap(self, *choices: str) -> str:
		return self.hear(*(Event("choice", choice=choice) for choice in choices))

	def say(self, *texts: str) -> str:
		return self.hear(*(Event("text", text=text) for text in texts))

	def act(self, flow: str, case=None) -> str:
		return self.tap(f"office-act:{flow}:{(case or self.case).name}")

	def photo(self, state: str = "Fetched") -> str:
		"""Send a photo that is fetched already, or in another state."""
		message = f"9{frappe.generate_hash(length=6)}"
		name = int(message, 36)
		frappe.db.sql(
			"""insert into `tabChat Message` (name, direction, state, message_type, media_state, creation, modified)
			values (%s, 'In', 'Received', 'image', %s, now(), now())""",
			(name, state),
		)
		if state == "Fetched":
			file = make("File", file_name=f"{name}.png", content=picture(), is_private=1)
			frappe.db.set_value("Chat Message", name, "file", file.name)
		return self.hear(Event("media", media=str(name), media_type="image"))

	@property
	def ids(self) -> list[str]:
		return [choice.value for choice in self.outcome.replies[-1].reply.choices]

	def acts(self) -> list[str]:
		self.tap(f"office-case:{self.case.name}")
		return [each.split(":")[1] for each in self.ids if each.startswith("office-act:")]

	def reload(self):
		self.case.load_from_db()
		return self.case


class TestOfficerTalk(OfficeTalkTestCase):
	def test_what_is_true_of_a_case_is_found_once_a_turn_and_anew_in_the_next(self):
		with patch.object(officer_cases, "facts", wraps=officer_cases.facts) as facts:
			self.assertIn("Work Started", self.acts())
			self.assertEqual(facts.call_count, 1)
			self.act("Work Started")
			self.assertNotIn("Work Started", self.acts())

	def test_my_cases_come_by_deadline_overdue_first(self):
		now = now_datetime()
		cases = [make_case(self.category, self.ward) for _number in range(3)]
		for case, days in zip((self.case, *cases), (3, -2, None, 1), strict=True):
			due = days and add_to_date(now, days=days)
			frappe.db.set_value("Grievance", case.name, "resolution_by", due, update_modified=False)
		said = self.tap("office-cases")
		self.assertIn("Open cases: 4. Overdue: 1.", said)
		expected = [cases[0], cases[2], self.case, cases[1]]
		self.assertEqual(self.ids[:4], [f"office-case:{case.name}" for case in expected])
		self.assertIn("Overdue", self.outcome.replies[-1].reply.choices[0].description)

	def test_closed_cases_and_those_of_others_are_not_listed(self):
		make_posting(self.other_department, self.ward, user=make_user("Grievance Officer"))
		other = make_case(make_category(self.other_department), self.ward)
		closed = make_case(self.category, self.ward)
		frappe.db.set_value("Grievance", closed.name, "status", "Closed")
		self.tap("office-cases")
		self.assertEqual(self.ids, [f"office-case:{self.case.name}", "menu"])
		for case, shown in ((other, False), (closed, True)):
			self.assertEqual(case.name in self.tap(f"office-case:{case.name}"), shown)
			self.assertEqual(f"*{case.name}*" in self.say(case.name), shown)

	def test_a_case_is_shown_with_what_where_and_when_but_no_number(self):
		self.case.db_set({"latitude": 22.1, "longitude": 82.5, "address": "Near the temple"})
		file = make(
			"File", file_name="drain.png", content=picture(), is_private=1,
			attached_to_doctype="Grievance", attached_to_name=self.case.name,
		)  # fmt: skip
		make(
			"File", file_name="bill.pdf", content=b"%PDF-1.4 bill", is_private=1,
			attached_to_doctype="Grievance", attached_to_name=self.case.name,
		)  # fmt: skip
		said = self.tap(f"office-case:{self.case.name}")
		for part in (
			self.case.name,
			self.category.name,
			self.ward.area_name,
			"The drain is choked",
			"temple",
			"Ramkali Bai",
		):
			self.assertIn(part, said)
		self.assertNotIn(self.citizen.mobile_no[-10:], str(self.outcome))
		first, second, *_rest = (each.reply for each in self.outcome.replies)
		self.assertEqual((first.file, second.pin.latitude), (file.name, 22.1))

	def test_who_complains_in_confidence_is_not_named(self):
		about = {
			"citizen": self.citizen.name,
			"latitude": 22.1,
			"longitude": 82.5,
			"address": "Near the temple",
		}
		with acting_as("Administrator"):
			case = make_case(make_category(self.department, confidential=1), self.ward, **about)
			make(
				"File", file_name="drain.png", content=picture(), is_private=1,
				attached_to_doctype="Grievance", attached_to_name=case.name,
			)  # fmt: skip
		self.assertNotIn("Ramkali", self.tap(f"office-case:{case.name}"))
		photo, pin, words = (each.reply for each in self.outcome.replies)
		self.assertTrue(photo.file and pin.pin and "temple" in words.text)

	def test_of_a_case_in_confidence_only_who_decides_it_is_shown_the_place_and_the_photos(self):
		about = {"latitude": 22.1, "longitude": 82.5, "address": "Near the temple"}
		with acting_as("Administrator"):
			case = make_case(make_category(self.department, confidential=1), self.ward, **about)
			superior = make_posting(
				self.department, self.town, user=self.user, mobile_no=self.number, level=2
			)
			junior = {"user": make_user("Grievance Officer"), "mobile_no": None, "reports_to": superior.name}
			frappe.db.set_value("Officer Posting", self.posting.name, junior)
		said = self.tap(f"office-case:{case.name}")
		self.assertIn(case.name, said)
		self.assertNotIn("temple", said)
		self.assertEqual(len(self.outcome.replies), 1)

	def test_work_is_started(self):
		self.assertIn("has begun", self.act("Work Started"))
		self.assertEqual(self.reload().status, "In Progress")
		row = frappe.get_last_doc("Grievance Action", {"reference_name": self.case.name})
		self.assertEqual((row.actor, row.to_status), (self.user, "In Progress"))

	def test_done_is_told_with_words_and_photo(self):
		self.act("Case Settled")
		self.say("The drain was cleaned")
		self.photo()
		self.assertIn("The drain was cleaned", "\n".join(each.reply.text for each in self.outcome.replies))
		self.assertIn("reported as settled", self.tap("confirm"))
		case = self.reload()
		self.assertEqual((case.status, case.resolution), ("Resolved", "The drain was cleaned"))
		self.assertTrue(case.resolution_photo)
		(attachment,) = self.outcome.attachments
		self.assertEqual((attachment.doctype, attachment.name), ("Grievance", case.name))

	def test_done_asks_for_a_photo_where_the_category_wants_one(self):
		frappe.db.set_value("Grievance Category", self.category.name, "photo_wanted", 1)
		frappe.clear_document_cache("Grievance Category", self.category.name)
		self.addCleanup(frappe.clear_document_cache, "Grievance Category", self.category.name)
		self.act("Case Settled")
		self.assertEqual(self.state.draft.step, "photo")
		self.say("I have none")
		self.assertEqual(self.state.draft.step, "photo")
		self.photo()
		self.assertEqual(self.state.draft.step, "resolution")

	def test_a_photo_on_its_way_is_waited_for_and_nothing_is_lost(self):
		self.act("Case Settled")
		self.say("The drain was cleaned")
		self.photo("Pending")
		said = self.tap("confirm")
		self.assertIn("on its way", said)
		self.assertEqual(self.ids, ["resume", "office-cases", "menu"])
		self.assertEqual(self.reload().status, "Assigned")
		frappe.db.set_value("Chat Message", self.state.draft.media[0], "media_state", "Failed")
		self.assertIn("send it again", self.tap("resume", "confirm"))
		self.photo()
		self.tap("confirm")
		self.assertEqual(self.reload().status, "Resolved")

	def test_the_citizen_is_asked(self):
		self.act("Question to the Citizen")
		self.assertIn("is asked", self.say("Which side of the road?"))
		case = self.reload()
		self.assertEqual((case.status, case.question), ("Awaiting Citizen", "Which side of the road?"))

	def test_a_case_is_sent_to_another_department(self):
		make_posting(self.other_department, self.ward, user=make_user("Grievance Officer"))
		self.act("Transfer")
		self.tap(f"department:{self.other_department.name}")
		self.say("The road is not ours")
		self.assertIn(self.other_department.name, self.tap("confirm"))
		self.assertEqual(self.reload().department, self.other_department.name)
		remarks = frappe.get_all("Grievance Action", {"reference_name": self.case.name}, pluck="remark")
		self.assertIn("The road is not ours", remarks)

	def test_a_note_is_kept_from_the_citizen(self):
		self.act("Note")
		self.say("The contractor comes tomorrow")
		row = frappe.get_last_doc("Grievance Action", {"reference_name": self.case.name})
		self.assertEqual(
			(row.action, row.remark, row.visible_to_citizen, row.actor),
			("Note", "The contractor comes tomorrow", 0, self.user),
		)

	def test_what_can_be_done_follows_the_workflow_and_the_rights(self):
		everything = ["Work Started", "Case Settled", "Question to the Citizen", "Transfer", "Note"]
		self.assertEqual(self.acts(), everything)
		self.act("Work Started")
		self.assertEqual(self.acts(), everything[1:])
		frappe.db.set_value("Grievance", self.case.name, "status", "Closed")
		self.assertEqual(self.acts(), ["Note"])
		self.addCleanup(frappe.clear_cache, user=self.user)
		frappe.db.delete("Has Role", {"parent": self.user})
		frappe.clear_cache(user=self.user)
		self.assertNotIn(self.case.name, self.tap(f"office-case:{self.case.name}"))

	def test_a_case_that_is_overdue_wants_its_reason_before_anything_is_done(self):
		began, due = (add_to_date(now_datetime(), days=-days) for days in (5, 1))
		self.case.db_set({"registered_on": began, "clock_started_on": began, "resolution_by": due})
		self.assertEqual(self.acts(), ["Delay", "Note"])
		self.act("Delay")
		reason = frappe.get_all("Delay Reason", {"enabled": 1}, pluck="name", limit=1)[0]
		self.tap(f"delay_reason:{reason}")
		self.assertIn("The citizen can read it", self.say("The road was closed"))
		case = self.reload()
		self.assertEqual((case.delay_reason, case.delay_remark), (reason, "The road was closed"))
		self.assertIn("Case Settled", self.acts())

	def test_what_the_rules_refuse_is_said_in_plain_words(self):
		self.act("Case Settled")
		self.say("The drain was cleaned")
		self.tap("skip")
		frappe.db.set_value("Grievance", self.case.name, "status", "Withdrawn")
		said = self.tap("confirm")
		self.assertIn("This could not be done", said)
		self.assertIn("This cannot be done now", said)
		self.assertNotIn("<", said)

	def test_an_act_on_a_case_of_others_is_refused_wherever_it_comes_from(self):
		make_posting(self.other_department, self.ward, user=make_user("Grievance Officer"))
		other = make_case(make_category(self.other_department), self.ward)
		for action in hooks.office_actions:
			said = [CallAction(action, other.name, {"resolution": "x", "department": "x"}, audience=OFFICER)]
			with (
				self.subTest(action),
				patch.object(engine, "turn", lambda *given, said=said: (Session(), said)),
			):
				self.assertIn("You have no right to this", self.say("x"))
		self.assertEqual(frappe.db.get_value("Grievance", other.name, "status"), "Assigned")

	def test_an_effect_of_an_office_that_is_not_held_is_refused(self):
		for who, audience in ((mobile_no(), OFFICER), (self.number, REPRESENTATIVE)):
			self.contact.mobile_no = who
			said = [CallAction("start_work", self.case.name, audience=audience)]
			with (
				self.subTest(audience),
				patch.object(engine, "turn", lambda *given, said=said: (Session(), said)),
			):
				self.assertIn("You have no right to this", self.say("x"))
		self.assertEqual(self.reload().status, "Assigned")

	def test_an_action_of_a_citizen_is_none_of_an_office_and_the_other_way_round(self):
		for action, audience in (("withdraw_case", OFFICER), ("resolve_case", CITIZEN)):
			said = [CallAction(action, self.case.name, audience=audience)]
			with (
				self.subTest(action),
				patch.object(engine, "turn", lambda *given, said=said: (Session(), said)),
			):
				self.assertIn("There is no action", self.say("x"))

	def test_what_happens_meanwhile_leaves_the_officers_form_alone(self):
		self.act("Case Settled")
		self.row.conversation_key = self.number.lstrip("+")
		self.contact = frappe._dict(mobile_no=None, whatsapp_id=None)
		self.hear(Event("silence"))
		self.assertEqual(self.state.audience, OFFICER)

	def test_speaks_the_language_of_the_officers_user(self):
		frappe.db.set_value("User", self.user, "language", "hi")
		self.state = Session()
		self.assertRegex(self.say("hello"), "[\u0900-\u097f]")
		frappe.db.set_value("User", self.user, "language", None)
		self.state = Session()
		self.assertIn("for your office", self.say("hello"))

	def test_an_officer_complains_like_any_citizen(self):
		make_citizen(mobile_no=self.number, language="en")
		self.state = Session()
		self.tap("speak-as:Citizen")
		self.say("The drain is choked here too")
		self.tap(f"category:{self.category.name}")
		self.say(self.ward.area_name)
		self.tap("skip", "skip", "confirm")
		case = frappe.get_last_doc("Grievance", {"citizen": self.row.citizen})
		self.assertEqual((case.owner, case.source), (bot_user(), "WhatsApp"))


class TestFormsOfOffices(OfficeTalkTestCase):
	def form(self, **values):
		return make(
			"Chat Flow",
			**{
				"title": unique("Inspection"),
				"audience": "Officer",
				"document_type": "Event",
				"enabled": 1,
				"menu_label": "Inspection",
				"steps": [
					{"step_id": "which", "kind": "Case", "prompt": "Which?", "required": 1},
					{"step_id": "what", "kind": "Text", "prompt": "What?", "target_field": "subject", "required": 1},
					{"step_id": "day", "kind": "Date", "prompt": "When?", "target_field": "starts_on", "required": 1},
				],
				"closing_message": "Noted: {{ doc.subject }}",
				**values,
			},
		)  # fmt: skip

	def test_staff_add_a_form_for_officers_without_code(self):
		frappe.set_user("Administrator")
		form = self.form()
		frappe.set_user(bot_user())
		self.act(form.name)
		self.assertIn("Noted: Blocked by plastic", self.say("Blocked by plastic", "03-08-2026"))
		visit = frappe.get_last_doc("Event", {"subject": "Blocked by plastic"})
		self.assertEqual(visit.owner, self.user)

	def test_a_form_makes_nothing_that_its_officer_could_not_make_in_the_desk(self):
		frappe.set_user("Administrator")
		steps = [
			{
				"step_id": "day",
				"kind": "Text",
				"prompt": "Name?",
				"target_field": "department_name",
				"required": 1,
			}
		]
		form = self.form(
			document_type="Department",
			steps=[*steps, {**steps[0], "step_id": "code", "target_field": "short_code"}],
		)
		frappe.set_user(bot_user())
		self.tap(f"flow:{form.name}")
		said = self.say(unique("Mine"), "MINE")
		self.assertIn("You have no right to this", said)
		self.assertIn("resume", self.ids)

	def test_only_an_office_chooses_a_case_and_its_forms_start_from_its_menu(self):
		frappe.set_user("Administrator")
		for wrong in (
			{"audience": "Citizen"},
			{"occasion": "Callback"},
			{"at_end": "Call an Action", "action": "remind"},
		):
			with self.subTest(wrong), self.assertRaises(frappe.ValidationError):
				self.form(**wrong)
		self.assertTrue(self.form(at_end="Call an Action", action="add_note").name)

	def test_what_the_chat_knows_fills_only_fields_that_are_meant(self):
		meant = {
			"citizen": ("Link", "Citizen"),
			"source": ("Select", "Web\nWhatsApp"),
			"language": ("Link", "Language"),
			"registered_on": ("Datetime", None),
			"mobile_no": ("Data", "Phone"),
			"session": ("Link", "Chat Session"),
		}
		others = {
			"citizen": ("Data", None),
			"source": ("Select", "Web\nLetter"),
			"language": ("Link", "User"),
			"registered_on": ("Date", None),
			"mobile_no": ("Int", None),
			"session": ("Link", "User"),
			"description": ("Text", None),
		}
		for fields, is_meant in ((meant, True), (others, False)):
			for name, (fieldtype, options) in fields.items():
				field = frappe._dict(fieldname=name, fieldtype=fieldtype, options=options)
				with self.subTest(name=name, fieldtype=fieldtype):
					self.assertEqual(is_known_from_the_chat(field), is_meant)


class TestRepresentativeTalk(OfficeTalkTestCase):
	@classmethod
	def make_fixtures(cls):
		super().make_fixtures()
		cls.councillors_number, cls.councillor = mobile_no(), make_user("Public Representative")
		make_posting(
			None, cls.ward, user=cls.councillor, mobile_no=cls.councillors_number, kind="Representative"
		)

	def setUp(self):
		super().setUp()
		self.contact.mobile_no = self.councillors_number
		self.state = Session(language="en", audience=REPRESENTATIVE)
		summary = {
			"public_summary": "Drain before the school",
			"address": "Near the temple",
			"latitude": 22.1,
			"longitude": 82.5,
		}
		frappe.db.set_value("Grievance", self.case.name, summary)

	def test_sees_the_cases_and_counts_of_the_ward_and_no_word_of_the_citizen(self):
		elsewhere = make_case(self.category, make_area("Ward", self.town))
		self.assertIn("Open cases: 1. Overdue: 0. Settled in the last 30 days: 0.", self.tap("office-cases"))
		self.assertEqual(self.ids, [f"office-case:{self.case.name}", "menu"])
		said = self.tap(f"office-case:{self.case.name}")
		for part in (self.case.name, self.category.name, "Drain before the school", self.ward.area_name):
			self.assertIn(part, said)
		for part in ("Ramkali", "The drain is choked", "temple", self.citizen.mobile_no[-10:], "82.5"):
			self.assertNotIn(part, str(self.outcome.replies))
		self.assertNotIn(f"*{elsewhere.name}*", self.tap(f"office-case:{elsewhere.name}"))

	def test_reads_what_a_public_case_gives_and_nothing_more(self):
		about = {
			"delay_reason": "No staff",
			"delay_remark": "Two posts are vacant",
			"expected_by": "2030-01-05",
			"registered_on": "2026-03-02 12:00:00",
			"question": "Which house?",
		}
		with acting_as("Administrator"):
			self.case.db_set(about)
			actions.record(self.case, "Note", remark="Ramkali Bai calls daily", visible_to_citizen=1)
		said = self.tap(f"office-case:{self.case.name}")
		for part in (
			"Why it is late: No staff: Two posts are vacant",
			"Registered: 2 March 2026",
			"It is expected by 5 January 2030.",
			self.department.name,
		):
			self.assertIn(part, said)
		for part in ("Which house?", "calls daily"):
			self.assertNotIn(part, said)

	def test_gets_the_photos_that_were_cleared_and_no_others(self):
		def attach():
			return make(
				"File", file_name="drain.png", content=picture(), is_private=1,
				attached_to_doctype="Grievance", attached_to_name=self.case.name,
			)  # fmt: skip

		with acting_as("Administrator"):
			cleared, _other = attach(), attach()
			case = self.reload()
			case.append("public_photos", {"photo": cleared.file_url})
			case.save()
		self.tap(f"office-case:{self.case.name}")
		shown = [each.reply for each in self.outcome.replies]
		self.assertEqual([reply.file for reply in shown if reply.file], [cleared.name])
		self.assertFalse([reply for reply in shown if reply.pin])

	def test_who_lost_the_role_is_shown_nothing(self):
		frappe.db.delete("Has Role", {"parent": self.councillor, "role": "Public Representative"})
		frappe.clear_cache(user=self.councillor)
		self.assertIn("Open cases: 0.", self.tap("office-cases"))
		self.assertEqual(self.ids, ["menu"])
		self.assertNotIn(self.category.name, self.tap(f"office-case:{self.case.name}"))

	def test_a_confidential_case_is_not_there(self):
		self.case.db_set("confidential", 1)
		self.tap("office-cases")
		self.assertEqual(self.ids, ["menu"])
		self.assertIn("not with you", self.tap(f"office-case:{self.case.name}"))

	def test_can_do_nothing(self):
		self.tap(f"office-case:{self.case.name}")
		self.assertEqual(self.ids, ["office-cases"])
		for action in hooks.office_actions:
			said = [CallAction(action, self.case.name, {"resolution": "x"}, audience=REPRESENTATIVE)]
			with (
				self.subTest(action),
				patch.object(engine, "turn", lambda *given, said=said: (Session(), said)),
			):
				self.assertIn("You have no right to this", self.say("x"))
		self.assertEqual(self.reload().status, "Assigned")
