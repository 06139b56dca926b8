from datetime import date
from unittest.mock import patch

import frappe
from frappe.utils import getdate

from grievance_cell.service_levels import holiday_calendars
from grievance_cell.service_levels.test_deadlines import OFFICE
from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, make, make_sla, make_user, unique

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


def make_calendar(*dates: str, **values):
	return make(
		"Holiday Calendar",
		**{
			"calendar_name": unique("Calendar"),
			"state": "Chhattisgarh",
			"holidays": [{"date": day, "description": "Day off"} for day in dates],
			**values,
		},
	)


class TestHolidayCalendar(SiteTestCase):
	def dates(self, calendar) -> list[date]:
		calendar.reload()
		return [getdate(row.date) for row in calendar.holidays]

	def test_a_year_of_a_state_is_filled_in(self):
		calendar = make_calendar()
		added = calendar.fill(2026)
		found = self.dates(calendar)
		self.assertEqual(len(found), added)
		self.assertEqual(found, sorted(found))
		for national in (date(2026, 1, 26), date(2026, 8, 15), date(2026, 10, 2)):
			self.assertIn(national, found)
		self.assertEqual({day.year for day in found}, {2026})
		self.assertEqual(getdate(calendar.runs_out_on), date(2026, 12, 31))

	def test_filling_again_changes_nothing(self):
		calendar = make_calendar()
		calendar.fill(2026)
		before = self.dates(calendar)
		self.assertEqual(calendar.fill(2026), 0)
		self.assertEqual(self.dates(calendar), before)

	def test_what_staff_added_stays(self):
		calendar = make_calendar("2026-01-26", "2026-02-17")
		calendar.fill(2026)
		calendar.reload()
		rows = {getdate(row.date): row.description for row in calendar.holidays}
		self.assertEqual(rows[date(2026, 1, 26)], "Day off")
		self.assertEqual(rows[date(2026, 2, 17)], "Day off")
		self.assertIn(date(2026, 8, 15), rows)

	def test_states_have_holidays_of_their_own(self):
		of = {
			state: holiday_calendars.of_year(state, 2026)
			for state in ("Chhattisgarh", "Punjab", "Tamil Nadu")
		}
		self.assertEqual(len({tuple(days) for days in of.values()}), 3)

	def test_every_state_of_the_list_can_be_filled(self):
		options = frappe.get_meta("Holiday Calendar").get_field("state").options.split("\n")
		self.assertEqual(set(filter(None, options)), set(holiday_calendars.STATES))
		for state in holiday_calendars.STATES:
			with self.subTest(state):
				self.assertIn(date(2026, 1, 26), holiday_calendars.of_year(state, 2026))

	def test_what_cannot_be_filled_is_refused(self):
		with self.assertRaises(frappe.MandatoryError):
			make_calendar(state=None).fill(2026)
		with self.assertRaises(frappe.ValidationError):
			make_calendar().fill(2050)

	def test_only_who_may_write_fills(self):
		name = make_calendar().name
		frappe.set_user(make_user("Grievance Officer"))
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc("Holiday Calendar", name).fill(2026)
		frappe.set_user(make_user("Grievance Manager"))
		self.assertGreater(frappe.get_doc("Holiday Calendar", name).fill(2026), 0)

	def test_a_date_comes_once(self):
		with self.assertRaises(frappe.ValidationError):
			make_calendar("2026-01-26", "2026-01-26")


class TestWarning(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.manager = make_user("Grievance Manager")
		self.calendar = make_calendar("2026-08-15", "2026-01-26")
		make_sla(working_windows=OFFICE, holiday_calendar=self.calendar.name)

	def warned(self, day: str) -> int:
		"""Run the daily job on a day; returns how often the manager has been told of the calendar since the beginning."""
		with patch.object(holiday_calendars, "nowdate", lambda: day):
			holiday_calendars.warn_before_they_run_out()
		return frappe.db.count(
			"Notification Log",
			{
				"for_user": self.manager,
				"document_type": "Holiday Calendar",
				"document_name": self.calendar.name,
			},
		)

	def test_managers_are_warned_two_months_before_it_runs_out(self):
		self.assertEqual(self.warned("2026-10-30"), 0)
		self.assertEqual(self.warned("2026-10-31"), 1)

	def test_they_are_warned_once_a_week_until_it_is_filled(self):
		self.assertEqual(self.warned("2026-12-01"), 1)
		self.assertEqual(self.warned("2026-12-02"), 1)
		self.assertEqual(self.warned("2026-12-07"), 1)
		self.assertEqual(self.warned("2026-12-08"), 2)
		self.calendar.reload()
		self.calendar.fill(2027)
		self.assertEqual(self.warned("2026-12-20"), 2)

	def test_nobody_is_warned_of_what_is_not_used(self):
		frappe.db.set_value("SLA", {"holiday_calendar": self.calendar.name}, "enabled", 0)
		self.assertEqual(self.warned("2026-12-01"), 0)

	def test_one_without_any_holidays_is_warned_of(self):
		empty = make_calendar()
		make_sla(working_windows=OFFICE, holiday_calendar=empty.name)
		self.warned("2026-12-01")
		subject = frappe.db.get_value("Notification Log", {"document_name": empty.name}, "subject")
		self.assertIn("no holidays", subject)
