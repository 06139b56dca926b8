"""Measure how many cases a second are registered, assigned, settled and looked up.

	cd sites && ../env/bin/python ../tests/benchmarks/cases.py [--site grievance.localhost] [--cases 200] [--processes 2]

Prints one line a figure. A case is registered, goes to its posting by itself, is resolved by
its officer and looked up by its citizen; each of the three is a transaction. It runs against the demo masters and leaves
its cases behind: use a demo site that may be reset. `--queries` counts the SQL statements of one case instead.
"""

import argparse
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import frappe

CATEGORY, WARD = "Blocked drain", "Ward 5, Janjgir-Naila"
STEPS = ("register", "resolve", "look up")


def connect(site: str) -> None:
	frappe.init(site=site, sites_path=".")
	frappe.connect()


def measure(site: str, cases: int) -> Counter:
	"""Run so many cases one after the other; returns the seconds that each step took in all."""
	connect(site)
	taken: Counter = Counter()
	for _case in range(cases):
		one_case(taken)
	frappe.destroy()
	return taken


def one_case(taken: Counter) -> None:
	from grievance_cell.grievances import lifecycle, own_cases

	steps = iter(STEPS)
	begun = time.perf_counter()

	def done() -> None:
		nonlocal begun
		frappe.db.commit()
		taken[next(steps)] += time.perf_counter() - begun
		begun = time.perf_counter()

	area = frappe.db.get_value("Local Area", {"title": WARD})
	frappe.set_user("operator@demo.example")
	case = frappe.get_doc(
		{
			"doctype": "Grievance",
			"grievance_type": "Complaint",
			"category": CATEGORY,
			"area": area,
			"source": "Walk-in",
			"description": "The drain before the temple is choked",
			"citizen": citizen(),
		}
	).insert()
	done()
	frappe.set_user(case.assigned_to)
	lifecycle.move(
		frappe.get_doc("Grievance", case.name),
		"Resolved",
		resolution="Cleaned",
		resolution_photo="/private/files/none.jpg",
	)
	done()
	found = own_cases.find(case.citizen, case.name)
	assert found and found.status == "Resolved" and own_cases.steps_done(case.name)
	done()


def citizen() -> str:
	number = f"+9170{time.time_ns() % 10**8:08d}"
	found = frappe.db.get_value("Citizen", {"mobile_no": number})
	if found:
		return found
	values = {"doctype": "Citizen", "citizen_name": "Geeta Bai", "mobile_no": number}
	return frappe.get_doc(values).insert(ignore_permissions=True).name


def count_queries(site: str) -> None:
	connect(site)
	one_case(Counter())
	statements: Counter = Counter()
	run = frappe.db.sql

	def counted(query, *args, **more):
		statements[" ".join(str(query).split())[:90]] += 1
		return run(query, *args, **more)

	frappe.db.sql = counted
	one_case(Counter())
	print(f"SQL statements of one case: {statements.total()}")
	for statement, times in statements.most_common(25):
		print(f"{times:4d} {statement}")


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--site", default="grievance.localhost")
	parser.add_argument("--cases", type=int, default=200)
	parser.add_argument("--processes", type=int, default=2)
	parser.add_argument("--queries", action="store_true")
	options = parser.parse_args()
	if options.queries:
		return count_queries(options.site)
	measure(options.site, 3)
	begun = time.perf_counter()
	with ProcessPoolExecutor(options.processes) as pool:
		share = options.cases // options.processes
		results = list(pool.map(measure, [options.site] * options.processes, [share] * options.processes))
	taken = time.perf_counter() - begun
	done = share * options.processes
	print(f"cases a second, {options.processes} processes: {done / taken:.1f}")
	for step in STEPS:
		print(f"{step}: {1000 * sum(each[step] for each in results) / done:.1f} ms")


if __name__ == "__main__":
	main()
