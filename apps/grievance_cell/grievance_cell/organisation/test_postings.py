import unittest
from datetime import date

import frappe
from frappe.utils import add_days, nowdate
from freezegun import freeze_time

from grievance_cell.organisation.postings import (
	barred_by,
	charges_of,
	held_by,
	in_charge,
	is_handed_over,
	is_on_leave,
	superiors_of,
	worker_of,
	workers,
)
from grievance_cell.testing import SiteTestCase, make_department, make_posting, make_user


def leave(first=None, last=None, to=None):
	return frappe._dict(on_leave_from=first, on_leave_to=last, charge_given_to=to)


class TestLeave(unittest.TestCase):
	def test_both_days_belong_to_the_leave(self):
		posting = leave("2026-01-05", "2026-01-07")
		days = [day for day in range(1, 11) if is_on_leave(posting, date(2026, 1, day))]
		self.assertEqual(days, [5, 6, 7])

	def test_a_leave_may_be_open_at_either_end(self):
		self.assertTrue(is_on_leave(leave("2026-01-05"), "2027-01-01"))
		self.assertFalse(is_on_leave(leave("2026-01-05"), "2026-01-04"))
		self.assertTrue(is_on_leave(leave(None, "2026-01-05"), "2025-01-01"))
		self.assertFalse(is_on_leave(leave(), "2026-01-01"))

	def test_a_charge_is_handed_over_during_leave_or_for_good(self):
		self.assertTrue(is_handed_over(leave(to="X"), "2026-01-01"))
		self.assertTrue(is_handed_over(leave("2026-01-01", "2026-01-02", "X"), "2026-01-01"))
		self.assertFalse(is_handed_over(leave("2026-01-01", "2026-01-02", "X"), "2026-01-03"))
		self.assertFalse(is_handed_over(leave("2026-01-01", "2026-01-02"), "2026-01-01"))


class TestPostings(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.user = make_user("Grievance Officer")
		cls.posting = make_posting(cls.department, user=cls.user)

	def test_a_user_holds_own_postings_and_handed_over_ones(self):
		second = make_posting(self.department, user=self.user)
		charge = make_posting(self.department, charge_given_to=self.posting.name)
		make_posting(self.department, charge_given_to=self.posting.name, on_leave_from=add_days(nowdate(), 1))
		make_posting(self.department, user=self.user, is_active=0)
		self.assertEqual(held_by(self.user), sorted([self.posting.name, second.name, charge.name]))

	def test_who_holds_nothing_holds_nothing(self):
		self.assertEqual(held_by("nobody@example.com"), [])

	def test_a_charge_is_followed_to_its_end(self):
		second = make_posting(self.department, charge_given_to=self.posting.name)
		first = make_posting(self.department, charge_given_to=second.name)
		self.assertEqual(in_charge(first.name), self.posting.name)

	def test_who_has_a_charge_at_second_hand_holds_it_too(self):
		second = make_posting(self.department, charge_given_to=self.posting.name)
		first = make_posting(self.department, charge_given_to=second.name)
		self.assertEqual(held_by(self.user), sorted([self.posting.name, second.name, first.name]))
		self.assertEqual(charges_of(self.posting.name), held_by(self.user))

	def test_charges_in_a_ring_stay_where_they_are(self):
		first, second, third = (make_posting(self.department) for _each in range(3))
		for posting, other in ((first, second), (second, third), (third, first)):
			posting.db_set("charge_given_to", other.name)
		for posting in (first, second, third):
			self.assertEqual(in_charge(posting.name), posting.name)
		self.assertEqual(charges_of(first.name), sorted([first.name, second.name, third.name]))

	def test_a_charge_comes_back_with_the_end_of_the_leave(self):
		other = make_user("Grievance Officer")
		days = {"on_leave_from": nowdate(), "on_leave_to": nowdate()}
		away = make_posting(self.department, user=other, charge_given_to=self.posting.name, **days)
		self.assertEqual(worker_of(away.name), self.user)
		with freeze_time(add_days(nowdate(), 1)):
			self.assertEqual(worker_of(away.name), other)

	def test_superiors_are_named_upwards_past_those_not_active_and_in_a_ring_once(self):
		top = make_posting(self.department, level=3)
		gone = make_posting(self.department, level=2, reports_to=top.name, is_active=0)
		officer = make_posting(self.department, reports_to=gone.name)
		self.assertEqual(superiors_of(officer.name), [top.name])
		top.db_set("reports_to", officer.name)
		self.assertEqual(superiors_of(officer.name), [top.name])

	def test_a_complaint_bars_the_posting_its_people_its_charge_and_its_holder(self):
		stand_in = make_posting(self.department)
		accused = make_posting(
			self.department, user=make_user("Grievance Officer"), charge_given_to=stand_in.name
		)
		below = make_posting(self.department, reports_to=accused.name)
		far_below = make_posting(self.department, reports_to=below.name, is_active=0)
		second_hat = make_posting(make_department(), user=accused.user)
		make_posting(self.department)
		barred = {posting.name for posting in (accused, below, far_below, stand_in, second_hat)}
		self.assertEqual(barred_by(accused.name), barred)
		accused.db_set("reports_to", far_below.name)
		self.assertEqual(barred_by(accused.name), barred)

	def test_the_workers_of_all_postings_are_found_at_once(self):
		second = make_posting(self.department, charge_given_to=self.posting.name)
		third = make_posting(self.department, charge_given_to=second.name, user=make_user())
		ring = make_posting(self.department, user=make_user())
		ring.db_set("charge_given_to", make_posting(self.department, charge_given_to=ring.name).name)
		vacant, gone = make_posting(self.department), make_posting(self.department, is_active=0)
		found = workers()
		for posting in (self.posting, second, third, ring, vacant):
			self.assertEqual(found[posting.name], worker_of(posting.name))
		self.assertEqual((found[third.name], found[vacant.name]), (self.user, None))
		self.assertNotIn(gone.name, found)
