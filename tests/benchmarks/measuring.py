"""What the measurements of the desk share: how long something takes, and what it asks of the database."""

import time
from collections.abc import Callable
from typing import NamedTuple

import frappe


class Measured(NamedTuple):
	"""The seconds of each run; each select of the last one, with its seconds; what that returned."""

	taken: list[float]
	asked: list[tuple[float, str]]
	found: int

	def explain(self, most: int = 1) -> None:
		"""Print how the database goes about the queries that took longest."""
		for longest, query in sorted(self.asked)[-most:]:
			print(f"    {1000 * longest:.0f} ms: {' '.join(query.split())[:1500]}")
			for row in frappe.db.sql("explain " + query, as_dict=True):
				print(f"        {row.table}: {row.type}, index {row.key}, {row.rows} rows, {row.Extra}")


def measure(act: Callable[[], int], runs: int) -> Measured:
	"""Do something so often, each time undone."""
	taken, asked, run = [], [], frappe.db.sql

	def noted(*given, **more):
		begun = time.perf_counter()
		found = run(*given, **more)
		query = str(frappe.db.last_query)
		if query.lower().startswith("select"):
			asked.append((time.perf_counter() - begun, query))
		return found

	frappe.db.sql = noted
	try:
		for _run in range(runs):
			asked.clear()
			begun = time.perf_counter()
			found = act()
			taken.append(time.perf_counter() - begun)
			frappe.db.rollback()
	finally:
		frappe.db.sql = run
	return Measured(taken, asked, found)
