from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_months, get_first_day, getdate, now_datetime, nowdate
from frappe.website.serve import get_response
from redis.exceptions import ConnectionError as RedisConnectionError
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from grievance_cell import limits
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.oversight import public_figures, public_page
from grievance_cell.testing import (
	SiteTestCase,
	at,
	make_area,
	make_case,
	make_category,
	make_citizen,
	make_department,
)

ADDRESS = "192.0.2.7"


class PublicTestCase(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.block = make_area("Block")
		self.villages = [make_area("Village", self.block) for _number in range(2)]
		self.departments = [make_department() for _number in range(2)]
		self.categories = [make_category(department) for department in self.departments]
		self.show_from(1)
		frappe.cache.delete_keys("grievance_cell:public_figures:")
		self.addCleanup(frappe.cache.delete_keys, "grievance_cell:public_figures:")

	def show_from(self, fewest: int) -> None:
		patched = patch.object(public_figures, "FEWEST", fewest)
		patched.start()
		self.addCleanup(patched.stop)

	def case(self, number: int = 0, village: int = 0, **values):
		case = make_case(self.categories[number], self.villages[village], citizen=make_citizen().name)
		case.db_set({"registered_on": now_datetime() - timedelta(hours=2), **values})
		return case

	def settled(self, days: float, number: int = 0, **values):
		settled_on = now_datetime() - timedelta(minutes=1)
		return self.case(
			number,
			status="Closed",
			closure_reason="Confirmed",
			registered_on=settled_on - timedelta(days=days),
			settled_on=settled_on,
			resolved_on=settled_on,
			closed_on=settled_on,
			**values,
		)


class TestPublicFigures(PublicTestCase):
	def test_totals_are_those_of_the_place_and_what_lies_in_it(self):
		self.case(), self.case(village=1), self.case(area=make_area("Block").name)
		self.case(resolution_by=now_datetime() - timedelta(days=1))
		self.settled(1), self.settled(2), self.settled(6)
		totals = public_figures.of_area(self.block.name)["totals"]
		self.assertEqual(
			{
				name: totals[name]
				for name in ("received", "settled", "pending", "overdue", "confirmed", "median_days")
			},
			{"received": 6, "settled": 3, "pending": 3, "overdue": 1, "confirmed": 3, "median_days": 2},
		)
		self.assertAlmostEqual(totals["average_days"], 3)

	def test_of_nothing_there_is_no_average(self):
		self.show_from(0)
		totals = public_figures.of_area(self.block.name)["totals"]
		self.assertEqual(totals["received"], 0)
		for name in ("average_days", "median_days", "within_share", "stars"):
			self.assertIsNone(totals[name])

	def test_departments_and_places_add_up_to_the_totals(self):
		self.case(0, 0), self.case(1, 0), self.case(1, 1), self.case(1, 1, area=self.block.name)
		counted = public_figures.of_area(self.block.name)
		self.assertEqual(
			[(row["department"], row["received"]) for row in counted["departments"]],
			[(self.departments[1].name, 3), (self.departments[0].name, 1)],
		)
		self.assertEqual(
			[(row["area"], row["received"]) for row in counted["places"]],
			# What lies in the block, and in none of its villages, comes last.
			[(self.villages[0].name, 2), (self.villages[1].name, 1), ("", 1)],
		)

	def test_what_is_so_little_that_it_would_be_of_somebody_is_not_shown_alone(self):
		self.show_from(3)
		for _number in range(3):
			self.case(0, 0)
		self.settled(1, 1, area=self.villages[1].name, rating=2)
		counted = public_figures.of_area(self.block.name)
		self.assertEqual(
			[(row["department"], row["received"]) for row in counted["departments"]],
			[(self.departments[0].name, 3), ("", 1)],
		)
		self.assertEqual(
			[(row["area"], row["received"]) for row in counted["places"]],
			[(self.villages[0].name, 3), ("", 1)],
		)
		for row in (counted["totals"], counted["departments"][1], counted["places"][1]):
			self.assertEqual((row["average_days"], row["stars"], row["within_share"]), (None, None, None))
		self.assertTrue(public_figures.of_area(self.villages[1].name)["few"])

	def test_months_are_those_of_the_calendar_and_hold_their_last_day(self):
		this_month = get_first_day(nowdate())
		before = get_first_day(add_months(this_month, -1))
		self.case(registered_on=f"{this_month} 00:00:00")
		self.case(registered_on=f"{this_month - timedelta(days=1)} 23:59:59")
		self.case(registered_on=f"{before} 00:00:00")
		self.case(registered_on=f"{before - timedelta(days=1)} 23:59:59")
		months = public_figures.of_area(self.block.name)["months"]
		self.assertEqual([month["month"] for month in months][-2:], [getdate(before), getdate(this_month)])
		self.assertEqual([month["received"] for month in months], [0, 0, 0, 1, 2, 1])

	def test_what_was_counted_is_kept(self):
		self.case()
		public_figures.of_area(self.block.name)
		self.case()
		with patch.object(public_figures, "_count", side_effect=AssertionError):
			self.assertEqual(public_figures.of_area(self.block.name)["totals"]["received"], 1)

	def test_after_ten_minutes_it_is_counted_anew(self):
		self.case()
		public_figures.of_area(self.block.name)
		self.case()
		with at(now_datetime() + timedelta(minutes=11)):
			self.assertEqual(public_figures.of_area(self.block.name)["totals"]["received"], 2)

	def test_while_one_counts_the_others_are_shown_what_was_counted_before(self):
		before = public_figures.of_area(self.block.name)
		with (
			at(now_datetime() + timedelta(minutes=11)),
			self.somebody_counts(),
			patch.object(public_figures, "_count", side_effect=AssertionError),
		):
			self.assertEqual(public_figures.of_area(self.block.name)["as_of"], before["as_of"])

	def test_who_waited_for_the_first_count_does_not_count_again(self):
		counted = {"as_of": now_datetime(), "few": True}
		other = self.somebody_counts()
		self.assertTrue(other.acquire(blocking=False))

		def finish(*_given, **_more):
			"""Somebody else is done while this one waits."""
			frappe.cache.set_value(
				f"grievance_cell:public_figures:{self.block.name}", counted, expires_in_sec=60
			)
			other.release()

		with (
			patch("redis.lock.mod_time.sleep", side_effect=finish),
			patch.object(public_figures, "_count", side_effect=AssertionError),
		):
			self.assertTrue(public_figures.of_area(self.block.name)["few"])

	def test_a_counter_that_died_keeps_nobody_waiting_for_ever(self):
		self.case()
		with self.somebody_counts(), patch.object(public_figures, "LONGEST_WAIT", 0):
			self.assertEqual(public_figures.of_area(self.block.name)["totals"]["received"], 1)

	def test_without_a_cache_it_is_counted(self):
		self.case()
		with patch.object(frappe.cache, "lock", side_effect=RedisConnectionError):
			self.assertEqual(public_figures.of_area(self.block.name)["totals"]["received"], 1)

	def somebody_counts(self):
		"""Count elsewhere for as long as the block lasts."""
		key = frappe.cache.make_key(f"grievance_cell:public_figures:{self.block.name}:counting")
		return frappe.cache.lock(key, timeout=60)

	def test_however_many_cases_and_places_there_are_the_queries_are_the_same(self):
		def queries() -> int:
			frappe.cache.delete_keys("grievance_cell:public_figures:")
			with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as asked:
				public_figures.of_area(self.block.name)
			return asked.call_count

		self.case()
		few = queries()
		for _number in range(5):
			village = make_area("Village", self.block)
			self.case(area=village.name)
		self.assertEqual(queries(), few)


class TestPublicPage(PublicTestCase):
	def stand_in(self, name: str, value) -> None:
		"""Put something into the request until the test ends."""
		if hasattr(frappe.local, name):
			self.addCleanup(setattr, frappe.local, name, getattr(frappe.local, name))
		else:
			self.addCleanup(lambda: hasattr(frappe.local, name) and delattr(frappe.local, name))
		setattr(frappe.local, name, value)

	def page(self, method: str = "GET", language: str = "en", **given) -> str:
		request = Request(EnvironBuilder(method=method, path=public_page.ROUTE).get_environ())
		stand_ins = {
			"request": request, "request_ip": ADDRESS, "form_dict": frappe._dict(given), "lang": language,
			"response_headers": Headers(),
		}  # fmt: skip
		with acting_as("Guest"):
			for name, value in stand_ins.items():
				self.stand_in(name, value)
			answer = get_response("grievances")
		self.assertEqual(answer.status_code, 200)
		return answer.get_data(as_text=True)

	def test_anybody_reads_how_the_cases_stand(self):
		self.settled(2), self.case()
		page = self.page(area=self.block.name)
		for said in (
			self.block.area_name,
			self.departments[0].name,
			self.villages[0].area_name,
			"Received",
			"Settled",
		):
			self.assertIn(said, page)

	def test_no_person_is_on_it(self):
		case = self.case()
		case.db_set(
			{
				"citizen_name": "Sunita Devi Public",
				"description": "Behind the house of Sunita",
				"area": self.villages[1].name,
			}
		)
		page = self.page(area=self.block.name)
		for personal in (case.name, case.mobile_no, "Sunita"):
			self.assertNotIn(personal, page)

	def test_of_a_place_with_few_cases_it_says_so(self):
		self.show_from(3)
		self.case(0, 1)
		page = self.page(area=self.villages[1].name)
		self.assertIn("too few cases", page)
		self.assertNotIn(self.departments[0].name, page)

	def test_it_is_in_the_reader_s_language(self):
		page = self.page(language="hi")
		self.assertIn('lang="hi"', page)
		self.assertIn("मेरी अर्ज़ी कहाँ पहुँची?", page)
		self.assertNotIn("Where does my case stand", page)

	def test_a_case_is_shown_where_it_stands(self):
		case = self.case()
		self.addCleanup(limits.forget, f"public_status:address:{ADDRESS}")
		page = self.page("POST", number=case.name, digits=case.mobile_no[-4:])
		self.assertIn(case.name, page)
		self.assertIn(self.departments[0].name, page)
		wrong = self.page("POST", number=case.name, digits=f"{(int(case.mobile_no[-4:]) + 1) % 10_000:04}")
		self.assertIn("There is no case with this number", wrong)
		self.assertNotIn(">" + self.departments[0].name + "</dd>", wrong)
		limits.forget(f"public_status:case:{int(case.name[-6:])}")

	def test_what_is_sent_is_shown_as_text_only(self):
		page = self.page("POST", number='"><script>alert(1)</script>', digits="1234", area="<b>nowhere</b>")
		self.assertNotIn("<script>alert(1)", page)
		self.assertNotIn("<b>nowhere", page)

	def test_the_figures_may_be_kept_to_oneself(self):
		frappe.db.set_single_value("Grievance Settings", "publish_figures", 0)
		self.case()
		page = self.page(area=self.block.name)
		self.assertIn("Where does my case stand?", page)
		self.assertNotIn(self.departments[0].name, page)
