"""Measure the reports, the collector's desk and the agenda of a review among very many cases.

	cd sites && ../env/bin/python ../tests/benchmarks/reports.py [--site grievance.localhost] [--cases 100000 1000000] [--a-day 550]

Prints one line a figure and number of cases: the median and the 95th percentile of the runs, the queries and the rows shown;
with --explain also how the database goes about the longest query. Rows are written straight into the tables, spread over
the demo's postings, categories and areas, so many a day backwards from now, and deleted at the end; use a demo site that
may be reset. The period is that of the last thirty days.
"""

import argparse
import statistics
from collections.abc import Callable

import frappe
from frappe.utils import now_datetime, nowdate
from measuring import measure

RUNS = 20
PREFIX = "LOAD-"
COLLECTOR = "collector@demo.example"
READERS = (COLLECTOR, "head.ulb@demo.example", "je.ulb@demo.example")
REPORTS = (
	"Area Summary", "Category Trend", "Citizen Feedback", "Delay Register", "Department Performance", "Officer Scorecard",
	"Pendency by Department and Age", "Transfers of Cases",
)  # fmt: skip
# Of a hundred cases one has not ended however old it is, and of those of the last month every second one. One in ten is late,
# one in twenty was reopened, one in ten transferred.
ADD = """
insert into `tabGrievance`
	(name, creation, modified, owner, modified_by, grievance_type, subject, category, priority, source, area, department,
	posting, assigned_to, status, registered_on, resolution_by, sla_status, first_breached_on, delay_reason, settled_on,
	closed_on, closure_reason, rating, reopen_count, reopened_on, posting_before_reopening, officer_before_reopening,
	transfer_count)
select concat(%(prefix)s, seq), registered, registered, 'Administrator', 'Administrator',
	elt(1 + seq %% 7 %% 3, 'Complaint', 'Demand', 'Suggestion'), 'A drain is choked', category, 'Medium', 'WhatsApp', area,
	department, posting, user, if(open, elt(1 + seq %% 3, 'In Progress', 'Assigned', 'Awaiting Citizen'), 'Closed'), registered,
	registered + interval 7 day,
	if(open, if(registered < %(now)s - interval 7 day, 'Overdue', 'On Track'), if(late, 'Breached', 'Met')),
	if(late or (open and registered < %(now)s - interval 7 day), registered + interval 7 day, null),
	if(late and seq %% 20, 'No material', null), if(open, null, ended), if(open, null, ended),
	if(open, null, elt(1 + seq %% 5, 'Confirmed', 'Confirmed', 'No Reply to Feedback', 'Decided', 'Force Closed')),
	if(open, 0, seq %% 6), seq %% 20 = 3, if(seq %% 20 = 3, registered + interval 5 day, null),
	if(seq %% 20 = 3, posting, null), if(seq %% 20 = 3, user, null), seq %% 10 = 4
from (
	select number.seq, place.*, %(now)s - interval number.seq * 86400 div {a_day} second registered,
		number.seq %% 10 = 7 late, number.seq %% 100 = 0 or (number.seq < 30 * {a_day} and number.seq %% 2) open,
		least(%(now)s, %(now)s - interval number.seq * 86400 div {a_day} second
			+ interval if(number.seq %% 10 = 7, 12, 1 + number.seq %% 6) day) ended
	from seq_{first}_to_{last} number
	join (
		select row_number() over (order by posting.name, category.name, area.name) number, posting.name posting, posting.user user,
			posting.department department, area.name area, category.name category
		from `tabOfficer Posting` posting join `tabOfficer Posting Area` own on own.parent = posting.name
		join `tabLocal Area` top on top.name = own.area
		join `tabLocal Area` area on area.lft between top.lft and top.rgt and not area.is_group
		join `tabGrievance Category` category on category.department = posting.department and not category.is_group
	) place on place.number = 1 + number.seq %% {places}
) story
"""
PLACES = """
select count(*)
from `tabOfficer Posting` posting join `tabOfficer Posting Area` own on own.parent = posting.name
join `tabLocal Area` top on top.name = own.area
join `tabLocal Area` area on area.lft between top.lft and top.rgt and not area.is_group
join `tabGrievance Category` category on category.department = posting.department and not category.is_group
"""
TRANSFERS = """
insert into `tabGrievance Action`
	(name, creation, modified, owner, modified_by, reference_doctype, reference_name, action, actor, done_on, from_department,
	to_department)
select 1000000000000 + row_number() over (), registered_on, registered_on, owner, owner, 'Grievance', name, 'Transferred', owner, registered_on + interval 1 day,
	department, department
from `tabGrievance` where name like %(prefix)s and transfer_count
"""


def add(first: int, last: int, a_day: int) -> None:
	((places,),) = frappe.db.sql(PLACES)
	query = ADD.format(first=first, last=last, a_day=int(a_day), places=places)
	frappe.db.sql(query, {"prefix": PREFIX, "now": now_datetime().replace(microsecond=0)})
	frappe.db.sql("delete from `tabGrievance Action` where reference_name like %s", f"{PREFIX}%")
	frappe.db.sql(TRANSFERS, {"prefix": f"{PREFIX}%"})
	frappe.db.commit()
	frappe.db.sql("analyze table `tabGrievance`, `tabGrievance Action`")


def remove() -> None:
	frappe.db.sql("delete from `tabGrievance Action` where reference_name like %s", f"{PREFIX}%")
	frappe.db.delete("Grievance", {"name": ("like", f"{PREFIX}%")})
	frappe.db.commit()


def report(what: str, act: Callable[[], int], explain: bool) -> None:
	found = measure(act, RUNS)
	slowest = statistics.quantiles(found.taken, n=20)[-1]
	print(
		f"{what}: {1000 * statistics.median(found.taken):.0f} ms, p95 {1000 * slowest:.0f} ms,"
		f" {len(found.asked)} queries, {found.found} rows",
		flush=True,
	)
	if explain:
		found.explain(3)


def measure_all(cases: int, explain: bool) -> None:
	from grievance_cell.oversight import collectors_desk

	for user in READERS:
		frappe.set_user(user)
		for name in REPORTS:
			shown = frappe.get_doc("Report", name)
			report(
				f"{cases} cases, {user}, {name}",
				lambda shown=shown: len(shown.execute_module({})[1]),
				explain,
			)
	frappe.set_user(COLLECTOR)
	report(f"{cases} cases, collector's desk", lambda: len(collectors_desk.numbers()), explain)
	report(f"{cases} cases, agenda of a review", agenda, explain)
	frappe.set_user("Administrator")


def agenda() -> int:
	meeting = frappe.get_doc({"doctype": "Review Meeting", "held_on": nowdate()}).insert()
	return len(meeting.cases)


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--site", default="grievance.localhost")
	parser.add_argument("--cases", type=int, nargs="+", default=[100_000, 1_000_000])
	parser.add_argument("--a-day", type=int, default=550)
	parser.add_argument("--explain", action="store_true")
	options = parser.parse_args()
	frappe.init(site=options.site, sites_path=".")
	frappe.connect()
	remove()
	try:
		before = 0
		for cases in sorted(options.cases):
			add(before + 1, cases, options.a_day)
			measure_all(cases, options.explain)
			before = cases
	finally:
		remove()


if __name__ == "__main__":
	main()
