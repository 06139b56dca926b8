"""Measure the scheduler's scan, and what officers open, among very many cases.

	cd sites && ../env/bin/python ../tests/benchmarks/open_cases.py [--site grievance.localhost] [--cases 100000] [--due 100]

Prints one line a figure: the median of the runs, and below each query how the database goes about it. Rows are written
straight into the table, spread over the demo's postings, categories and areas, as many closed ones beside them, and deleted at the end;
use a demo site that may be reset.
"""

import argparse
import statistics
from collections.abc import Callable

import frappe
from frappe.utils import now_datetime
from measuring import measure

RUNS = 9
PREFIX = "LOAD-"
USERS = [f"{name}@demo.example" for name in ("collector", "operator", "head.ulb", "je.ulb")]
ADD = """
insert into `tabGrievance`
	(name, creation, modified, owner, modified_by, grievance_type, subject, category, priority, source, status, area,
	department, posting, assigned_to, registered_on, resolution_by, response_by, sla_status, next_check_on, closed_on)
select concat(%(prefix)s, number.seq), %(now)s, %(now)s, 'Administrator', 'Administrator', 'Complaint', 'A drain is choked',
	place.category, 'Medium', 'WhatsApp', if(number.seq %% 2, 'In Progress', 'Closed'), place.area, place.department,
	place.posting, place.user, %(now)s - interval number.seq minute,
	if(number.seq %% 2, %(now)s + interval cast(number.seq %% 40 as signed) - 20 day, null), %(now)s,
	if(number.seq %% 2, if(number.seq %% 40 < 20, 'Overdue', 'On Track'), 'Met'),
	if(number.seq %% 2, %(now)s + interval 1 + number.seq %% 40 day, null), if(number.seq %% 2, null, %(now)s)
from seq_1_to_{cases} number
join (
	select row_number() over (order by posting.name, category.name) number, posting.name posting, posting.user user,
		posting.department department, own.area area, category.name category
	from `tabOfficer Posting` posting join `tabOfficer Posting Area` own on own.parent = posting.name
	join `tabGrievance Category` category on category.department = posting.department and not category.is_group
) place on place.number = 1 + number.seq %% {places}
"""
PLACES = """
select count(*) from `tabOfficer Posting` posting join `tabOfficer Posting Area` own on own.parent = posting.name
join `tabGrievance Category` category on category.department = posting.department and not category.is_group
"""


def add(cases: int, due: int) -> None:
	places = frappe.db.sql(PLACES)[0][0]
	now = now_datetime()
	frappe.db.sql(ADD.format(cases=int(cases) * 2, places=places), {"prefix": PREFIX, "now": now})
	frappe.db.sql(
		"update `tabGrievance` set next_check_on = %s where name like %s and next_check_on is not null limit %s",
		(now, f"{PREFIX}%", due),
	)
	frappe.db.commit()
	frappe.db.sql("analyze table `tabGrievance`")


def report(what: str, act: Callable) -> None:
	"""Print how long something takes, and how the database goes about its longest query."""
	found = measure(act, RUNS)
	taken = 1000 * statistics.median(found.taken)
	print(f"{what}: {taken:.1f} ms, {len(found.asked)} queries, {found.found} rows")
	found.explain()


def scan() -> None:
	from grievance_cell.grievances import escalation

	report("what is due", lambda: len(escalation.names_due()))


def lists(user: str) -> None:
	from grievance_cell.api import desk

	frappe.set_user(user)
	fields = ["name", "subject", "status", "department", "posting", "resolution_by"]
	overdue = {"sla_status": "Overdue"}
	for what, act in {
		"list": lambda: len(frappe.get_list("Grievance", fields=fields, limit=20)),
		"list by deadline": lambda: len(
			frappe.get_list(
				"Grievance", {"status": "In Progress"}, fields, order_by="resolution_by asc", limit=20
			)
		),
		"overdue, list": lambda: len(frappe.get_list("Grievance", overdue, fields, limit=20)),
		"all, count": lambda: desk.get_count(doctype="Grievance"),
		"open, count": lambda: desk.get_count(
			doctype="Grievance", filters={"status": ["in", ["In Progress"]]}
		),
		"overdue, count": lambda: desk.get_count(doctype="Grievance", filters=overdue),
		"transferred, count": lambda: desk.get_count(
			doctype="Grievance", filters={"transfer_count": [">=", 3], "closed_on": ["is", "not set"]}
		),
	}.items():
		report(f"{user}, {what}", act)
	frappe.set_user("Administrator")


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--site", default="grievance.localhost")
	parser.add_argument("--cases", type=int, default=100_000)
	parser.add_argument("--due", type=int, default=100)
	options = parser.parse_args()
	frappe.init(site=options.site, sites_path=".")
	frappe.connect()
	frappe.db.delete("Grievance", {"name": ("like", f"{PREFIX}%")})
	add(options.cases, options.due)
	try:
		scan()
		for user in USERS:
			lists(user)
	finally:
		frappe.db.delete("Grievance", {"name": ("like", f"{PREFIX}%")})
		frappe.db.commit()


if __name__ == "__main__":
	main()
