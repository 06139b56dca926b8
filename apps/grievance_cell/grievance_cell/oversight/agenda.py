"""What a review meeting goes through: read from the cases as its chair sees them, and kept as it was on that day.

What is counted is said once, as the filters of the list that a number opens (grievances.figures).
"""

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import cint, formatdate, get_datetime, getdate, now_datetime

from grievance_cell.grievances import figures
from grievance_cell.grievances.decisions import APPROVALS_OF_HEAD
from grievance_cell.grievances.figures import TREE, Filter, Period
from grievance_cell.grievances.proposals import LONG_TERM
from grievance_cell.organisation import reach
from grievance_cell.organisation.postings import worker_of
from grievance_cell.oversight.directions import RESERVED_CASE
from grievance_cell.oversight.visibility import visible_directions

TABLES = ("departments", "numbers", "cases", "follow_ups")
HELD = "Held"
REOPENED, TRANSFERRED, NO_REASON = "Reopened Twice or More", "Transferred Often", "No Reason for the Delay"
PAST_ITS_DATE, WITH_CHAIR = "Long Term Past Its Date", "With the Chair"
SECOND_EXTENSION, NOT_DONE = "Second Extension Proposed", "Directions Not Done"
OFTEN_REOPENED = 2
# So many cases of each item stand in the agenda, the oldest first, and so many directions; the others are a number.
OLDEST, MOST_DIRECTIONS = 10, 50
WEEK, MONTH = 7, 30
# The columns of Review Department that count overdue cases.
AGES = ("overdue", "overdue_up_to_week", "overdue_up_to_month", "overdue_over_month", "without_reason")
# Of a case in confidence, or against an office, what all heads read says no more than the number.
FIELDS = (
	"name", "category", "area", "department", "posting", "resolution_by", "reopen_count", "transfer_count", "expected_by",
	"proposed_date", "confidential", "against_posting",
)  # fmt: skip
ITEMS = (REOPENED, TRANSFERRED, NO_REASON, PAST_ITS_DATE, WITH_CHAIR, SECOND_EXTENSION)


def fill(meeting) -> None:
	"""Fill the tables of a meeting that is not saved yet with what is to be reviewed now, as far as its chair may see it."""
	user = worker_of(meeting.chair)
	if not user:
		frappe.throw(_("{0} is vacant: nobody can chair this meeting").format(meeting.chair))
	# An empty agenda would say that nothing is overdue.
	if not frappe.has_permission("Grievance", user=user):
		frappe.throw(
			_("{0} is held by {1}, who may not see cases: choose another chair, or give them a role").format(
				meeting.chair, user
			)
		)
	now = now_datetime()
	meeting.agenda_made_on = now
	lists = lists_of(meeting)
	meeting.update({table: [] for table in TABLES})
	numbers = fill_departments(meeting, lists, user)
	for item in ITEMS:
		if numbers.get(item):
			meeting.append("numbers", {"item": item, "number": numbers[item]})
			fill_cases(meeting, item, lists[item], user)
	fill_follow_ups(meeting, user, {"today": getdate(now), "most": MOST_DIRECTIONS})


def lists_of(meeting) -> dict[str, list[Filter]]:
	"""Write the filters of the list of each item and of each number of a department, as of when the agenda was made."""
	now = get_datetime(meeting.agenda_made_on)
	defined = figures.definitions(Period(now, now), now)
	inside: list[Filter] = [("area", TREE, meeting.area)]
	pending, overdue = [*defined["pending"], *inside], [*defined["overdue"], *inside]
	today = getdate(now)
	week, month = (f"{today - timedelta(days=days)} 00:00:00" for days in (WEEK, MONTH))
	lists = {
		REOPENED: [*pending, ("reopen_count", ">=", OFTEN_REOPENED)],
		NO_REASON: [*overdue, ("delay_reason", "is", "not set")],
		PAST_ITS_DATE: [
			*pending,
			("long_term_count", ">", 0),
			("expected_by", "is", "set"),
			("expected_by", "<", str(today)),
		],
		WITH_CHAIR: [*pending, ("posting", "=", meeting.chair)],
		SECOND_EXTENSION: [
			*pending,
			("proposal", "=", LONG_TERM),
			("long_term_count", ">=", APPROVALS_OF_HEAD),
		],
		"overdue": overdue,
		"overdue_up_to_week": [*overdue, ("resolution_by", ">=", week)],
		"overdue_up_to_month": [*overdue, ("resolution_by", ">=", month), ("resolution_by", "<", week)],
		"overdue_over_month": [*overdue, ("resolution_by", "<", month)],
	}
	lists["without_reason"] = lists[NO_REASON]
	if limit := often_transferred():
		lists[TRANSFERRED] = [*pending, ("transfer_count", ">=", limit)]
	return lists


def often_transferred() -> int:
	return cint(frappe.get_cached_doc("Grievance Settings").collector_after_transfers)


def fill_departments(meeting, lists: dict[str, list[Filter]], user: str) -> dict[str, int]:
	"""Fill in what is overdue in each department, by age; returns the numbers of all lists."""
	found = figures.count(lists, ["department"], user=user)
	for row in sorted(found, key=lambda row: (-row.overdue, row.department)):
		if row.overdue:
			meeting.append(
				"departments", {"department": row.department or None, **{age: row[age] for age in AGES}}
			)
	return {name: sum(row[name] for row in found) for name in lists}


def fill_cases(meeting, item: str, filters: list[Filter], user: str) -> None:
	"""Fill in the oldest cases of an item."""
	now = get_datetime(meeting.agenda_made_on)
	table = frappe.qb.DocType("Grievance")
	query = frappe.qb.from_(table).select(*FIELDS).where(figures.matching(table, filters))
	oldest = Coalesce(table.resolution_by, table.registered_on)
	found = query.where(figures.seen_by(user)).orderby(oldest, table.name).limit(OLDEST).run(as_dict=True)
	for case in found:
		row = {"item": item, "grievance": case.name}
		if case.resolution_by and case.resolution_by < now.replace(microsecond=0):
			row["days_overdue"] = (getdate(now) - getdate(case.resolution_by)).days
		if not (case.confidential or case.against_posting):
			row |= {field: case[field] for field in ("category", "area", "department", "posting")}
		row |= {
			REOPENED: {"times": case.reopen_count},
			TRANSFERRED: {"times": case.transfer_count},
			PAST_ITS_DATE: {"day": case.expected_by},
			SECOND_EXTENSION: {"day": case.proposed_date},
		}.get(item, {})
		meeting.append("cases", row)


def fill_follow_ups(meeting, user: str, values: dict) -> None:
	"""Fill in the directions that are not done, and those that the last meeting gave or that have ended since."""
	last = frappe.get_all(
		"Review Meeting",
		{"area": meeting.area, "status": HELD, "name": ("!=", meeting.name or "")},
		["name", "ended_on"],
		order_by="ended_on desc",
		limit=1,
	)
	values |= {
		"last": last[0].name if last else None,
		"since": last[0].ended_on if last else None,
		"meeting": meeting.name or "",
	}
	visible = (visible_directions(user) or "1 = 1").replace("%", "%%")
	inside = reach.in_branches("`tabReview Direction`.`area`", reach.positions([meeting.area]))
	others = f"coalesce(`meeting`, '') != %(meeting)s and ({inside}) and ({visible})"
	found = frappe.db.sql(
		f"""select `name` direction, `direction` wording, `grievance`, `department`, `posting`, `due_on`, `status`, `remark`,
			`confirmed_on` is not null confirmed, {RESERVED_CASE} reserved
		from `tabReview Direction`
		where (`status` = 'Open' or `meeting` = %(last)s or `ended_on` >= %(since)s) and {others}
		order by `status` = 'Open' desc, `due_on`, `name` limit %(most)s""",
		values,
		as_dict=True,
	)
	for row in found:
		if row.status == "Open":
			row.days_overdue = max((values["today"] - row.due_on).days, 0)
		if row.pop("reserved"):
			row.update(dict.fromkeys(("wording", "department", "posting", "remark")))
		meeting.append("follow_ups", row)
	((number,),) = frappe.db.sql(
		f"select count(*) from `tabReview Direction` where `status` = 'Open' and {others}", values
	)
	if number:
		meeting.append("numbers", {"item": NOT_DONE, "number": number})


def directions_not_done(meeting) -> list[Filter]:
	"""Write the filters of the list of Review Directions that are not done, of those that were given before this meeting."""
	return [("status", "=", "Open"), ("area", TREE, meeting.area), ("meeting", "!=", meeting.name or "")]


def of_department(department: str | None) -> Filter:
	return ("department", "=", department) if department else ("department", "is", "not set")


def written(meeting) -> str:
	"""Write out an agenda as HTML, with what the form needs to open its lists and to give directions."""
	lists = lists_of(meeting) if meeting.agenda_made_on else {}
	lists[NOT_DONE] = directions_not_done(meeting)
	return frappe.render_template(
		"templates/includes/review_agenda.html",
		{
			"doc": meeting,
			"in_desk": True,
			"list_filters": lists,
			"filters_of_department": lambda row, age: [*lists[age], of_department(row.department)],
		},
	)


def review_reason(row) -> str:
	"""Say why a case stands in the agenda, in a few words (for templates)."""
	day = formatdate(row.day, "dd-MM-yyyy") if row.day else ""
	said = {
		REOPENED: lambda: _("Reopened {0} times").format(row.times),
		TRANSFERRED: lambda: _("Transferred {0} times").format(row.times),
		PAST_ITS_DATE: lambda: _("Expected by {0}").format(day),
		SECOND_EXTENSION: lambda: _("A new date is proposed: {0}").format(day),
	}
	return said[row.item]() if row.item in said else ""
