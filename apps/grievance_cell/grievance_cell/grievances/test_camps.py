from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, today

from grievance_cell.api import registration as door
from grievance_cell.grievances import camps, citizens, registration
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_category,
	make_department,
	make_posting,
	make_user,
	mobile_no,
	unique,
)


class TestCamps(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.town = make_area("Municipal Body")
		cls.ward = make_area("Ward", cls.town, area_name=unique("Ramnagar"))
		cls.category = make_category(cls.department)
		cls.confidential = make_category(cls.department, confidential=1)
		cls.operator, cls.colleague, cls.stranger = (make_user("Grievance Operator") for _ in range(3))
		make_posting(None, cls.town, user=cls.operator)
		make_posting(None, cls.town, user=cls.colleague)
		make_posting(None, make_area("Municipal Body"), user=cls.stranger)

	def setUp(self):
		super().setUp()
		self.without_commits()

	def camp(self, *slips: dict, **values):
		with acting_as(self.operator):
			camp = frappe.get_doc(
				{
					"doctype": "Camp Day",
					"title": unique("Camp"),
					"area": self.town.name,
					"held_on": today(),
					"slips": [self.slip(**slip) for slip in slips],
					**values,
				}
			).insert()
		frappe.db.commit()
		return camp

	def slip(self, **values) -> dict:
		return {
			"mobile_no": mobile_no(),
			"citizen_name": "Geeta Bai",
			"place": self.ward.area_name,
			"category": self.category.name,
			"wanted": "The drain is choked",
			**values,
		}

	def register(self, camp):
		with acting_as(self.operator):
			door.register_slips(camp.name)
		return frappe.get_doc("Camp Day", camp.name)

	def run_jobs(self, camp) -> int:
		"""Run what a worker has to do for a camp; returns how many jobs."""
		jobs = [given for method, given in self.jobs if method.endswith(".register_many")]
		with acting_as(self.operator):
			for given in jobs:
				self.assertEqual(given["name"], camp.name)
				camps.register_many(given["name"], given["language"])
		return len(jobs)

	@contextmanager
	def told(self):
		"""Collect what browsers are told of a camp: event, message."""
		told = []

		def publish(event, message, **_to):
			if event.startswith("camp_") or (event == "doc_update" and message["doctype"] == "Camp Day"):
				told.append((event, message))

		with patch.object(frappe, "publish_realtime", publish):
			yield told

	def cases(self, camp) -> list[str]:
		keys = [f"Camp Slip {slip.name}" for slip in camp.slips]
		return frappe.get_all("Grievance", {"registration_key": ("in", keys)}, pluck="name")

	def test_each_slip_becomes_a_case(self):
		camp = self.register(self.camp({}, {}, source="Jandarshan"))
		self.assertEqual(sorted(slip.grievance for slip in camp.slips), sorted(self.cases(camp)))
		self.assertEqual(camp.status, "Registered")
		case = frappe.get_doc("Grievance", camp.slips[0].grievance)
		self.assertEqual(
			(case.source, case.area, case.category), ("Jandarshan", self.ward.name, self.category.name)
		)
		self.assertEqual((case.language, case.citizen_name), ("hi", "Geeta Bai"))

	def test_what_is_missing_is_told_on_the_slip_alone(self):
		number = mobile_no()
		wrong = (
			{"mobile_no": "12"},
			{"citizen_name": None, "mobile_no": number},
			{"place": unique("Nowhere")},
			{"category": unique("Nothing")},
			{"wanted": " "},
		)
		camp = self.register(self.camp(*wrong, {}))
		self.assertEqual([bool(slip.grievance) for slip in camp.slips], [False] * 5 + [True])
		self.assertTrue(all(slip.error for slip in camp.slips[:5]))
		self.assertIsNone(camp.slips[5].error)
		self.assertEqual(camp.status, "Some Missing")

	def test_a_draft_says_what_is_missing_and_is_kept_all_the_same(self):
		camp = self.camp({"mobile_no": "12"}, {"wanted": None, "place": None, "category": None}, {})
		camp.reload()
		self.assertEqual([bool(slip.error) for slip in camp.slips], [True, True, False])
		self.assertEqual((camp.status, camp.slips[0].mobile_no), ("Draft", "12"))

	def test_a_slip_says_what_its_place_and_category_were_understood_as(self):
		town = make_area("Municipal Body", area_name="Sonkherigarh 1 a 2 b 3 c 4 d 5 e")
		make_area("Ward", town, area_name="Bhagatpurawa")
		written = {"place": "bhagatpurava", "category": self.category.name.lower()}
		slip = self.camp(written, area=town.name).slips[0]
		self.assertEqual((slip.place, slip.category), (f"Bhagatpurawa, {town.area_name}", self.category.name))

	def test_a_slip_of_another_area_is_no_case_until_its_place_is_written_in_full(self):
		other = make_area("Municipal Body")
		outside = make_area("Ward", other, area_name=unique("Shantinagar"))
		camp = self.register(self.camp({"place": outside.area_name}))
		self.assertIsNone(camp.slips[0].grievance)
		self.assertIn(other.area_name, camp.slips[0].error)
		with acting_as(self.operator):
			camp.slips[0].place = f"{outside.area_name}, {other.area_name}"
			camp.save()
		case = self.register(camp).slips[0].grievance
		self.assertEqual(frappe.db.get_value("Grievance", case, "area"), outside.name)

	def test_an_empty_line_is_no_slip(self):
		empty = dict.fromkeys(camps.WRITTEN)
		camp = self.register(self.camp({}, empty))
		self.assertEqual((camp.status, camp.slips[1].error), ("Registered", None))

	def test_what_the_slip_leaves_out_is_the_camps(self):
		camp = self.camp({"place": None, "category": None}, category=self.category.name)
		case = frappe.get_doc("Grievance", self.register(camp).slips[0].grievance)
		self.assertEqual((case.area, case.category), (self.town.name, self.category.name))

	def test_the_day_of_the_camp_is_the_day_of_registration(self):
		camp = self.register(self.camp({}, held_on=add_days(today(), -3)))
		registered_on = frappe.db.get_value("Grievance", camp.slips[0].grievance, "registered_on")
		self.assertEqual(registered_on, get_datetime(f"{add_days(today(), -3)} 12:00"))
		with self.assertRaises(frappe.ValidationError):
			self.camp({}, held_on=add_days(today(), 1))

	def test_broken_off_in_the_middle_the_next_run_makes_only_what_is_missing(self):
		camp, made = self.camp({}, {}, {}, {}), []
		register = registration.register

		def breaks(values, key):
			if len(made) == 2:
				raise KeyboardInterrupt
			made.append(register(values, key))
			return made[-1]

		with patch.object(registration, "register", breaks), self.assertRaises(KeyboardInterrupt):
			self.register(camp)
		frappe.db.rollback()
		camp = frappe.get_doc("Camp Day", camp.name)
		self.assertEqual([slip.grievance for slip in camp.slips], [*made, None, None])
		camp = self.register(camp)
		self.assertEqual([slip.grievance for slip in camp.slips][:2], made)
		self.assertEqual(len(self.cases(camp)), 4)
		self.register(camp)
		self.assertEqual(len(self.cases(camp)), 4)

	def test_a_slip_that_lost_its_case_finds_it_again(self):
		camp = self.register(self.camp({}))
		case = camp.slips[0].grievance
		camp.slips[0].db_set({"grievance": None, "mobile_no": mobile_no()})
		self.assertEqual(self.register(camp).slips[0].grievance, case)
		self.assertEqual(self.cases(camp), [case])

	def test_a_few_are_registered_while_the_operator_waits(self):
		camp = self.camp({}, {"mobile_no": "12"}, dict.fromkeys(camps.WRITTEN))
		with self.told() as told, acting_as(self.operator):
			outcome = door.register_slips(camp.name)
		self.assertEqual(outcome, {"title": camp.title, "registered": 1, "written": 2})
		# The form loads itself by the answer; told of the change as well it would do so twice.
		self.assertEqual([event for event, _said in told], ["camp_progress"] * 2)

	def test_many_are_left_to_a_job_and_no_two_jobs_make_a_case_twice(self):
		camp = self.camp(*({} for _ in range(camps.FEW + 1)))
		with acting_as(self.operator):
			self.assertIsNone(door.register_slips(camp.name))
			self.assertIsNone(door.register_slips(camp.name))
		self.assertEqual(self.run_jobs(camp), 2)
		self.assertEqual(len(self.cases(camp)), camps.FEW + 1)

	def test_the_job_tells_the_open_forms_and_the_operator_when_all_are_done(self):
		camp = self.camp(*({} for _ in range(camps.FEW)), {"mobile_no": "12"})
		with acting_as(self.operator):
			door.register_slips(camp.name)
		camp.reload()
		self.assertEqual(camp.status, "Registering")
		with self.told() as told:
			self.run_jobs(camp)
		camp.reload()
		self.assertEqual(camp.status, "Some Missing")
		steps = [said for event, said in told if event == "camp_progress"]
		self.assertEqual([step["done"] for step in steps], list(range(1, camps.FEW + 2)))
		self.assertEqual({step["of"] for step in steps}, {camps.FEW + 1})
		# As it is kept: a form that has loaded itself already must not do so again, over what is typed by then.
		change = {"doctype": "Camp Day", "name": camp.name, "modified": str(camp.modified)}
		changes = [said for event, said in told if event == "doc_update"]
		self.assertEqual([{**said, "modified": str(said["modified"])} for said in changes], [change])
		outcome = {"title": camp.title, "registered": camps.FEW, "written": camps.FEW + 1}
		self.assertIn(("camp_registered", outcome), told)

	def test_the_job_writes_what_is_missing_in_the_language_of_the_operator(self):
		camp = self.camp(*({} for _ in range(camps.FEW)), {"wanted": None})
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		frappe.local.lang = "hi"
		with acting_as(self.operator):
			door.register_slips(camp.name)
		# A worker begins each job in the site's language.
		frappe.local.lang = "en"
		self.run_jobs(camp)
		camp.reload()
		self.assertEqual(camp.slips[-1].error, _("What was wanted is missing", "hi"))
		self.assertNotEqual(camp.slips[-1].error, "What was wanted is missing")

	def test_a_registered_slip_stays_as_it_is(self):
		camp = self.register(self.camp({}))
		with acting_as(self.operator):
			camp.slips[0].update({"citizen_name": "Another", "grievance": None})
			camp.append("slips", self.slip(grievance=camp.slips[0].grievance))
			camp.save()
			self.assertEqual([bool(slip.grievance) for slip in camp.slips], [True, False])
			self.assertEqual(camp.slips[0].citizen_name, "Geeta Bai")
			camp.slips = camp.slips[1:]
			with self.assertRaises(frappe.ValidationError):
				camp.save()

	def test_no_number_stays_on_a_slip_and_nothing_of_a_confidential_case(self):
		number = mobile_no()
		camp = self.camp({"mobile_no": number}, {"category": self.confidential.name, "mobile_no": number})
		plain, confidential = self.register(camp).slips
		self.assertEqual(plain.mobile_no, f"••••••{number[-4:]}")
		self.assertEqual(plain.citizen_name, "Geeta Bai")
		self.assertEqual([confidential.get(field) for field in camps.WRITTEN], [None] * 5)
		self.assertEqual(len(citizens.confidential_cases_of(citizens.find(number, None))), 1)

	def test_slips_are_seen_by_who_took_them_down_and_once_registered_by_operators_of_the_area(self):
		camp = self.camp({}, {"mobile_no": "12"})

		def seen_by(user: str) -> tuple[bool, bool]:
			with acting_as(user):
				listed = bool(frappe.get_list("Camp Day", {"name": camp.name}))
				return listed, bool(frappe.has_permission("Camp Day", "read", doc=camp.name))

		self.register(camp)
		users = (self.operator, self.colleague, self.stranger)
		self.assertEqual([seen_by(user) for user in users], [(True, True)] + [(False, False)] * 2)
		with acting_as(self.operator):
			mended = frappe.get_doc("Camp Day", camp.name)
			mended.slips[1].mobile_no = mobile_no()
			mended.save()
		self.register(camp)
		self.assertEqual([seen_by(user) for user in users], [(True, True)] * 2 + [(False, False)])
		with acting_as(self.colleague):
			self.assertFalse(frappe.has_permission("Camp Day", "write", doc=camp.name))
			with self.assertRaises(frappe.PermissionError):
				door.register_slips(camp.name)

	def test_nobody_takes_over_the_slips_of_another_by_what_they_send(self):
		camp = self.camp({"mobile_no": "12"})
		with acting_as(self.stranger):
			sent = frappe.get_doc("Camp Day", camp.name)
			sent.owner = self.stranger
			self.assertFalse(sent.has_permission("write"))
			with self.assertRaises(frappe.PermissionError):
				sent.save()
			sent.set("__islocal", 1)
			with self.assertRaises(frappe.PermissionError):
				sent.save()
		with acting_as(self.operator):
			mended = frappe.get_doc("Camp Day", camp.name)
			mended.owner = self.stranger
			mended.save()
		self.assertEqual(frappe.db.get_value("Camp Day", camp.name, "owner"), self.operator)

	def test_nobody_saves_a_slip_of_another_camp_in_their_own(self):
		theirs, own = self.camp(self.slip()), self.camp(self.slip())
		with acting_as(self.operator):
			sent = frappe.get_doc("Camp Day", own.name)
			sent.append("slips", self.slip(name=theirs.slips[0].name, wanted="Something else"))
			with self.assertRaises(frappe.PermissionError):
				sent.save()
		kept = frappe.db.get_value("Camp Slip", theirs.slips[0].name, ["parent", "wanted"])
		self.assertEqual(kept, (theirs.name, "The drain is choked"))

	def test_who_has_the_charge_of_the_office_goes_on_with_its_slips(self):
		holder, deputy = make_user("Grievance Operator"), make_user("Grievance Operator")
		office = make_posting(None, self.town, user=holder)
		deputys = make_posting(None, make_area("Municipal Body"), user=deputy)
		with patch.object(self, "operator", holder):
			camp = self.camp({"mobile_no": "12"})
			elsewhere = self.camp({"mobile_no": "12"}, area=make_area("Municipal Body").name)

		def opened_by(user: str, camp) -> tuple[bool, ...]:
			with acting_as(user):
				listed = bool(frappe.get_list("Camp Day", {"name": camp.name}))
				return listed, *(
					frappe.has_permission("Camp Day", each, doc=camp) for each in ("read", "write")
				)

		self.assertEqual(opened_by(deputy, camp), (False, False, False))
		office.update({"charge_given_to": deputys.name, "on_leave_from": today()})
		office.save()
		self.assertEqual(opened_by(deputy, camp), (True, True, True))
		self.assertEqual(opened_by(deputy, elsewhere), (False, False, False))
		self.assertEqual(opened_by(self.colleague, camp), (False, False, False))
		with acting_as(deputy):
			camp.reload()
			camp.slips[0].mobile_no = mobile_no()
			camp.save()
			door.register_slips(camp.name)
		camp.reload()
		self.assertEqual((camp.status, camp.owner), ("Registered", holder))

	def test_a_case_that_becomes_confidential_leaves_nothing_on_its_slip(self):
		camp = self.register(self.camp({}, {}))
		case = frappe.get_doc("Grievance", camp.slips[0].grievance)
		case.category = self.confidential.name
		case.save()
		camp.reload()
		self.assertEqual([camp.slips[0].get(field) for field in camps.WRITTEN], [None] * 5)
		self.assertEqual(camp.slips[1].citizen_name, "Geeta Bai")
		camp.slips[0].citizen_name = "Geeta Bai"
		self.assertEqual([row["name"] for row in camps.receipts(camp)], ["", "Geeta Bai"])

	def test_an_erased_citizen_goes_from_the_slips(self):
		number = mobile_no()
		camp = self.register(self.camp({"mobile_no": number}))
		draft = self.camp({"mobile_no": number}, {})
		changed = camps.erase(citizens.find(number, None), [number], "(erased)")
		self.assertEqual(changed, {"Camp Slip": 2})
		registered = frappe.get_doc("Camp Slip", camp.slips[0].name)
		said = [registered.get(field) for field in ("mobile_no", "citizen_name", "wanted")]
		self.assertEqual(said, [None, "(erased)", "(erased)"])
		with acting_as(self.operator), self.assertRaises(frappe.TimestampMismatchError):
			draft.save()
		draft = self.register(draft)
		self.assertEqual([draft.slips[0].get(field) for field in camps.WRITTEN], [None] * 5)
		self.assertEqual([bool(slip.grievance) for slip in draft.slips], [False, True])
		self.assertEqual((draft.slips[1].citizen_name, draft.status), ("Geeta Bai", "Registered"))

	def test_all_who_were_told_have_agreed(self):
		number = mobile_no()
		self.register(self.camp({"mobile_no": number}, consent=1))
		self.assertTrue(frappe.db.get_value("Citizen", {"mobile_no": number}, "consented_on"))

	def test_the_print_lists_what_was_registered(self):
		number = mobile_no()
		camp = self.register(
			self.camp({"mobile_no": number}, {"category": self.confidential.name}, {"wanted": None})
		)
		with acting_as(self.operator):
			printed = frappe.get_print("Camp Day", camp.name, "Camp Receipts", no_letterhead=1)
		for slip in camp.slips[:2]:
			self.assertIn(slip.grievance, printed)
		self.assertIn(f"••••••{number[-4:]}", printed)
		self.assertEqual(printed.count("Geeta Bai"), 1)
		self.assertNotIn(self.confidential.name, printed)
		self.assertNotIn(number, printed)
