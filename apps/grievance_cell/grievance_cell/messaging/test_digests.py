from datetime import timedelta
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import frappe
from frappe.utils import now_datetime

from grievance_cell.grievances import actions
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging import digests, mail
from grievance_cell.testing import (
	SiteTestCase,
	make_area,
	make_case,
	make_category,
	make_department,
	make_posting,
	make_user,
)


class DigestTestCase(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.without_commits()
		self.now = now_datetime().replace(hour=9, minute=0, second=0, microsecond=0)
		self.department, self.ward = make_department(), make_area()
		self.category = make_category(self.department)
		self.sent: list[tuple] = []
		for name, stand_in in (
			("is_possible", lambda: True),
			("send_template", lambda *given: self.sent.append(given)),
		):
			patched = patch.object(mail, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)
		patched = patch.object(digests, "now_datetime", lambda: self.now)
		patched.start()
		self.addCleanup(patched.stop)

	def officer(self, **values) -> str:
		user = make_user("Grievance Officer")
		make_posting(self.department, self.ward, user=user, **values)
		return user

	def case(self, user: str | None = None, **values):
		case = make_case(self.category, self.ward)
		case.db_set({"assigned_to": user, "resolution_by": self.now + timedelta(days=9), **values})
		return case

	def late_case(self, user: str, **values):
		return self.case(
			user, **{"resolution_by": self.now - timedelta(days=1), "sla_status": "Overdue", **values}
		)

	def sent_to(self, user: str) -> list[tuple]:
		return [(subject, template, values) for to, subject, template, values in self.sent if to == user]


class TestDailyDigest(DigestTestCase):
	def lines(self, user: str) -> dict[str, int]:
		((_subject, _template, values),) = self.sent_to(user)
		return {line["label"]: line["number"] for line in values["lines"]}

	def test_an_officer_reads_what_is_due_overdue_open_again_and_newly_answered(self):
		user = self.officer()
		self.case(user, resolution_by=self.now + timedelta(hours=1), sla_status="Due Soon")
		for days in (1, 2):
			self.late_case(user, resolution_by=self.now - timedelta(days=days), reopen_count=days - 1)
		answered = self.case(user)
		for _message in range(2):
			actions.record(answered, "Information Added", actor=bot_user(), remark="It is worse now")
		digests.send_daily()
		self.assertEqual(
			self.lines(user), {"Due today": 1, "Overdue": 2, "Open again": 1, "New answers of citizens": 1}
		)

	def test_what_waits_while_its_clock_runs_is_overdue(self):
		user = self.officer()
		self.late_case(user, status="Awaiting Citizen")
		digests.send_daily()
		self.assertEqual(self.lines(user), {"Overdue": 1})

	def test_who_has_nothing_to_do_gets_none(self):
		idle, settled, busy = self.officer(), self.officer(), self.officer()
		self.case(idle)
		self.late_case(settled, status="Resolved")
		self.late_case(busy)
		digests.send_daily()
		self.assertEqual([len(self.sent_to(user)) for user in (idle, settled, busy)], [0, 0, 1])

	def test_it_is_in_the_officers_language_with_links_to_the_lists(self):
		user = self.officer()
		frappe.db.set_value("User", user, "language", "hi")
		self.late_case(user)
		digests.send_daily()
		((subject, template, values),) = self.sent_to(user)
		self.assertEqual((subject, values["lines"][0]["label"]), ("आज के आपके प्रकरण", "समय-सीमा पार"))
		self.assertIn("assigned_to=", values["lines"][0]["link"])
		written = frappe.get_template(f"templates/emails/{template}.html").render(values)
		self.assertIn(">1</a>", written)
		self.assertEqual(frappe.local.lang, "en")

	def test_the_lists_behind_the_links_hold_what_was_counted(self):
		user = self.officer()
		midnight = self.now.replace(hour=0)
		for due, standing in (
			(midnight + timedelta(hours=20), "Due Soon"),
			(midnight + timedelta(hours=30), "On Track"),
			(midnight - timedelta(hours=30), "Overdue"),
			# Late since this morning.
			(midnight + timedelta(hours=2), "Overdue"),
			(None, None),
		):
			self.case(user, resolution_by=due, sla_status=standing)
		for status in ("Assigned", "Resolved", "Closed"):
			self.case(user, status=status, new_reply=1)
		digests.send_daily()
		((_subject, _template, values),) = self.sent_to(user)
		for line in values["lines"]:
			given = dict(parse_qsl(urlsplit(line["link"]).query))
			filters = {
				field: frappe.parse_json(value) if value.startswith("[") else value
				for field, value in given.items()
			}
			self.assertEqual(len(frappe.get_list("Grievance", filters)), line["number"], line["label"])

	def test_a_failure_for_one_goes_on_to_the_next(self):
		users = sorted(self.officer() for _each in range(3))
		for user in users:
			self.late_case(user)
		reached = []

		def send(address, *_given):
			if address == users[1]:
				raise frappe.OutgoingEmailError("No such domain")
			reached.append(address)

		with patch.object(mail, "send_template", send):
			digests.send_daily()
		self.assertEqual([user for user in reached if user in users], [users[0], users[2]])
		self.assertTrue(frappe.db.exists("Error Log", {"method": f"No digest for {users[1]}"}))

	def test_a_site_without_mail_sends_none(self):
		user = self.officer()
		self.late_case(user)
		with patch.object(mail, "is_possible", lambda: False):
			digests.send_daily()
			digests.send_weekly()
		self.assertEqual(self.sent, [])

	def test_all_officers_are_counted_in_the_same_queries(self):
		asked = []
		original = frappe.db.sql

		def listening(query, *args, **more):
			asked.append(query)
			return original(query, *args, **more)

		counts = []
		for number in (1, 3):
			for _each in range(number):
				self.late_case(self.officer())
			digests.officers_numbers(self.now)
			asked.clear()
			with patch.object(frappe.db, "sql", listening):
				self.assertGreaterEqual(len(digests.officers_numbers(self.now)), number)
			counts.append(len(asked))
		self.assertEqual(counts[0], counts[1])


class TestWeeklyDigest(DigestTestCase):
	def collector(self, *areas) -> str:
		user = make_user("Collector")
		make_posting(self.department, *areas, user=user, level=9, heads_area=1)
		return user

	def row(self, user: str) -> dict:
		((_subject, _template, values),) = self.sent_to(user)
		return {row["department"]: row for row in values["departments"]}.get(self.department.name)

	def test_the_collector_reads_the_week_by_department(self):
		user = self.collector(self.ward)
		for received, more in (
			(1, {}),
			(1, {"resolution_by": self.now - timedelta(days=1)}),
			(20, {"resolution_by": self.now - timedelta(days=9), "transfer_count": 3}),
			(20, {"status": "Resolved", "settled_on": self.now - timedelta(days=2)}),
			(40, {"status": "Closed", "settled_on": self.now - timedelta(days=20)}),
			(40, {"status": "Closed", "settled_on": self.now - timedelta(days=1)}),
		):
			self.case(registered_on=self.now - timedelta(days=received), **more)
		digests.send_weekly()
		row = self.row(user)
		self.assertEqual(
			[int(row[key]) for key in ("received", "settled", "pending", "overdue")], [2, 2, 3, 2]
		)
		((_subject, template, values),) = self.sent_to(user)
		self.assertEqual(values["transferred"], 1)
		self.assertEqual(values["oldest"][0].registered_on, self.now - timedelta(days=20))
		written = frappe.get_template(f"templates/emails/{template}.html").render(values)
		self.assertIn(values["oldest"][0].name, written)
		self.assertIn("Transferred 3 times or more: 1", written)

	def test_another_departments_part_is_no_case_of_its_own(self):
		user, yesterday = self.collector(self.ward), self.now - timedelta(days=1)
		whole = self.case(registered_on=yesterday)
		for more in ({}, {"status": "Resolved", "settled_on": yesterday}, {"transfer_count": 9}):
			self.case(parent_grievance=whole.name, registered_on=self.now - timedelta(days=90), **more)
		digests.send_weekly()
		row = self.row(user)
		self.assertEqual([int(row[key]) for key in ("received", "settled", "pending")], [1, 0, 1])
		((_subject, _template, values),) = self.sent_to(user)
		self.assertEqual((len(values["oldest"]), values["transferred"]), (1, 0))

	def test_no_number_of_another_town_is_in_it(self):
		other_ward = make_area()
		user, other = self.collector(self.ward), self.collector(other_ward)
		self.case(registered_on=self.now - timedelta(days=1))
		digests.send_weekly()
		self.assertEqual(int(self.row(user)["received"]), 1)
		self.assertEqual(self.sent_to(other), [])

	def test_mondays_and_mornings(self):
		cron = frappe.get_hooks("scheduler_events")["cron"]
		self.assertIn("grievance_cell.messaging.digests.send_daily", cron["0 9 * * *"])
		self.assertIn("grievance_cell.messaging.digests.send_weekly", cron["0 9 * * 1"])
