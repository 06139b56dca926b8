"""What officers are sent by e-mail in the morning, and the collector on Mondays. Nobody is sent an empty one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import cint, get_url_to_list, now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, RESOLVED
from grievance_cell.grievances.visibility import visible_cases
from grievance_cell.messaging import mail, templates
from grievance_cell.messaging.notices import ENGLISH

WEEK = timedelta(days=7)
OLDEST = 5
COLLECTOR = "Collector"
# What is not late yet; and where a citizen's word is waited for or taken.
IN_TIME, ANSWERED_IN = ("On Track", "Due Soon"), (OPEN, PAUSED, RESOLVED)


def send_daily() -> None:
	"""Tell every officer what of their cases is due today, overdue, open again, and newly answered."""
	if not mail.is_possible():
		return
	now = now_datetime()
	numbers = officers_numbers(now)
	for user in users(list(numbers)):
		send_safely(user, lambda user: send_officers(user, numbers[user.name], now))


def send_weekly() -> None:
	"""Tell every collector how the departments of their district stand."""
	if not mail.is_possible():
		return
	now = now_datetime()
	for user in users(collectors()):
		send_safely(user, lambda user: send_collectors(user, now))


def send_safely(user, send: Callable) -> None:
	"""Send one digest in a transaction of its own: a failure for one goes on to the next."""
	try:
		with templates.speaking(user.language or ENGLISH):
			send(user)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=f"No digest for {user.name}")
		frappe.db.commit()


def users(names: list[str]) -> list[frappe._dict]:
	known = {"name": ("in", names), "enabled": 1, "email": ("is", "set")}
	return frappe.get_all("User", known, ["name", "email", "language"], order_by="name")


# to each officer


def officers_numbers(now: datetime) -> dict[str, dict]:
	"""Count each officer's cases as the lists behind the numbers do, in one query for all: due, overdue, reopened, replied, by user."""
	midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
	found = frappe.db.sql(
		"""select assigned_to,
			sum(status in %(running)s and sla_status in %(in_time)s and resolution_by >= %(midnight)s
				and resolution_by < %(midnight)s + interval 1 day) due,
			sum(status in %(running)s and sla_status = 'Overdue') overdue,
			sum(status in %(running)s and reopen_count > 0) reopened, sum(new_reply) replied
		from `tabGrievance` where status in %(answered)s and assigned_to > '' group by assigned_to""",
		{
			"midnight": midnight,
			"running": statuses(OPEN, PAUSED),
			"in_time": IN_TIME,
			"answered": statuses(*ANSWERED_IN),
		},
		as_dict=True,
	)
	numbers = {row.pop("assigned_to"): {key: cint(value) for key, value in row.items()} for row in found}
	return {user: counted for user, counted in numbers.items() if any(counted.values())}


def send_officers(user, numbers: dict, now: datetime) -> None:
	open_cases = {"assigned_to": user.name, "status": ["in", statuses(OPEN, PAUSED)]}
	# With times of day Frappe takes the next day in as well.
	day = [f"{now:%Y-%m-%d}"] * 2
	lines = (
		(
			_("Due today"),
			numbers["due"],
			{**open_cases, "sla_status": ["in", IN_TIME], "resolution_by": ["between", day]},
		),
		(
			_("Overdue"),
			numbers["overdue"],
			# Not by the date: in Frappe's list one that is missing lies before every other.
			{**open_cases, "sla_status": "Overdue"},
		),
		(_("Open again"), numbers["reopened"], {**open_cases, "reopen_count": [">", 0]}),
		(
			_("New answers of citizens"),
			numbers["replied"],
			{"assigned_to": user.name, "status": ["in", statuses(*ANSWERED_IN)], "new_reply": 1},
		),
	)
	shown = [{"label": label, "number": number, "link": link(to)} for label, number, to in lines if number]
	mail.send_template(user.email, _("Your cases today"), "grievance_daily_digest", {"lines": shown})


# to the collector


def collectors() -> list[str]:
	"""Name the users who head the administration of an area, by role or by posting."""
	by_role = frappe.get_all("Has Role", {"role": COLLECTOR, "parenttype": "User"}, pluck="parent")
	by_posting = frappe.get_all(
		"Officer Posting", {"heads_area": 1, "is_active": 1, "user": ("is", "set")}, pluck="user"
	)
	return sorted({*by_role, *by_posting} - {"Administrator"})


def send_collectors(user, now: datetime) -> None:
	defined = figures.definitions(figures.Period(now - WEEK, now), now)
	departments = departments_numbers(user.name, defined)
	if not departments:
		return
	# Beside values of ours a sign of per cent is to be doubled.
	visible = (visible_cases(user.name) or "1 = 1").replace("%", "%%")
	limit = cint(frappe.get_cached_doc("Grievance Settings").collector_after_transfers)
	running = {field: [operator, value] for field, operator, value in defined["pending"]}
	transferred = {**running, "transfer_count": [">=", limit]}
	mail.send_template(
		user.email,
		_("The week's cases by department"),
		"grievance_weekly_digest",
		{
			"departments": [
				{**row, "link": link({**running, "department": row.department})} for row in departments
			],
			"oldest": oldest(visible),
			"transferred": often_transferred(visible, limit) if limit else 0,
			"transfers": limit,
			"transferred_link": link(transferred),
			"now": now,
		},
	)


def departments_numbers(user: str, defined: dict[str, list[figures.Filter]]) -> list[frappe._dict]:
	"""Count what a collector sees by department: received and settled in the period, pending, overdue."""
	shown = {name: defined[name] for name in ("received", "settled", "pending", "overdue")}
	found = figures.count(shown, ["department"], [("department", "is", "set")], user=user)
	return sorted(found, key=lambda row: (-row.overdue, -row.pending, row.department))


def oldest(visible: str) -> list[frappe._dict]:
	found = frappe.db.sql(
		f"""select name, category, department, registered_on from `tabGrievance`
		where status in %(running)s and coalesce(parent_grievance, '') = '' and {visible}
		order by registered_on, name limit %(most)s""",
		{"running": statuses(OPEN, PAUSED), "most": OLDEST},
		as_dict=True,
	)
	for case in found:
		case.link = frappe.utils.get_url_to_form("Grievance", case.name)
	return found


def often_transferred(visible: str, limit: int) -> int:
	return frappe.db.sql(
		f"""select count(*) from `tabGrievance`
		where status in %(running)s and coalesce(parent_grievance, '') = ''
			and transfer_count >= %(limit)s and {visible}""",
		{"running": statuses(OPEN, PAUSED), "limit": limit},
	)[0][0]


def statuses(*categories: str) -> list[str]:
	return frappe.get_all("Grievance Status", {"category": ("in", categories)}, pluck="name", order_by="name")


def link(filters: dict) -> str:
	"""Write the address of the list of cases with filters, as Frappe's desk reads them."""
	query = {
		field: frappe.as_json(value, indent=None) if isinstance(value, list) else value
		for field, value in filters.items()
	}
	return f"{get_url_to_list('Grievance')}?{urlencode(query)}"
