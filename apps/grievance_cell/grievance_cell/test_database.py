from unittest.mock import Mock

import frappe

from grievance_cell.database import CHANGED_SINCE_SNAPSHOT, MOST_RESTARTS, restarted
from grievance_cell.testing import FrappeTestCase, in_threads, unique


class TestRestarted(FrappeTestCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.db.rollback)

	def test_a_request_that_lost_a_race_begins_anew_with_what_is_stored_now(self):
		key = unique("restarted")
		frappe.db.sql("insert into `tabSeries` (name, current) values (%s, 1)", key)
		frappe.db.commit()
		self.addCleanup(self.remove, key)

		def overtake():
			frappe.db.sql("update `tabSeries` set current = current + 10 where name = %s", key)
			frappe.db.commit()

		@restarted
		def door(times: list) -> int:
			(seen,) = frappe.db.sql("select current from `tabSeries` where name = %s", key)[0]
			times.append(seen)
			if len(times) == 1:
				in_threads(self, 1, overtake)
			frappe.db.sql("update `tabSeries` set current = %s where name = %s", (seen + 1, key))
			return seen

		times: list[int] = []
		self.assertEqual(door(times), 11)
		self.assertEqual(times, [1, 11])
		self.assertEqual(self.stored(key), 12)

	def stored(self, key: str) -> int:
		return frappe.db.sql("select current from `tabSeries` where name = %s", key)[0][0]

	def remove(self, key: str) -> None:
		frappe.db.sql("delete from `tabSeries` where name = %s", key)
		frappe.db.commit()

	def test_what_was_said_before_it_began_anew_is_not_said(self):
		times = []

		@restarted
		def door():
			times.append(1)
			frappe.msgprint(f"time {len(times)}")
			if len(times) < 3:
				raise frappe.QueryDeadlockError

		frappe.clear_messages()
		self.addCleanup(frappe.clear_messages)
		door()
		self.assertEqual([frappe.parse_json(said)["message"] for said in frappe.message_log], ["time 3"])

	def test_it_ends_at_last(self):
		work = Mock(side_effect=frappe.QueryDeadlockError(CHANGED_SINCE_SNAPSHOT), __name__="door")
		with self.assertRaises(frappe.QueryDeadlockError):
			restarted(work)()
		self.assertEqual(work.call_count, MOST_RESTARTS + 1)

	def test_other_errors_and_long_waits_are_told_at_once(self):
		for error in (frappe.ValidationError("No"), frappe.QueryTimeoutError()):
			work = Mock(side_effect=error, __name__="door")
			with self.assertRaises(type(error)):
				restarted(work)()
			self.assertEqual(work.call_count, 1)
