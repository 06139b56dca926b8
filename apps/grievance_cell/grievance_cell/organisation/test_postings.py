import unittest
from datetime import date

import frappe
from frappe.utils import add_days, nowdate

from grievance_cell.organisation.postings import held_by, in_charge, is_handed_over, is_on_leave
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
