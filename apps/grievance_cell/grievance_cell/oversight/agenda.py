"""What a review meeting goes through: read from the cases as its chair sees them, and kept as it was on that day.

What is counted is said once, as SQL for the numbers and their oldest rows, and as filters for the list that a number opens.
"""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, formatdate, getdate, now_datetime

from grievance_cell.grievances.decisions import APPROVALS_OF_HEAD
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED
from grievance_cell.grievances.proposals import LONG_TERM
from grievance_cell.grievances.visibility import visible_cases
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

OVERDUE = "`status` in %(open)s and `resolution_by` < %(now)s"
CONDITIONS = {
	REOPENED: "`reopen_count` >= %(often_reopened)s",
	TRANSFERRED: "%(often_transferred)s > 0 and `transfer_count` >= %(often_transferred)s",
	NO_REASON: f"{OVERDUE} and coalesce(`delay_reason`, '') = ''",
	PAST_ITS_DATE: "`long_term_count` > 0 and `expected_by` < %(today)s",
	WITH_CHAIR: "`posting` = %(chair)s",
	SECOND_EXTENSION: "`proposal` = %(long_term)s and `long_term_count` >= %(approvals)s",
}
# A case that is nobody's part and has not ended.
RUNNING = "`status` in %(running)s and coalesce(`parent_grievance`, '') = ''"
# What all heads read says of these no more than the number.
RESERVED = "(`confidential` = 1 or coalesce(`against_posting`, '') != '')"


def fill(meeting) -> None:
	"""Fill the tables of a meeting that is not saved yet with what is to be reviewed now, as far as its chair may see it."""
	user = worker_of(meeting.chair)
	if not user:
		frappe.throw(_("{0} is vacant: nobody can chair this meeting").format(meeting.chair))
	now = now_datetime()
	values = {
		"now": now,
		"today": getdate(now),
		"week": getdate(now) - timedelta(days=WEEK),
		"month": getdate(now) - timedelta(days=MONTH),
		"open": statuses(OPEN),
		"running": statuses(OPEN, PAUSED),
		"chair": meeting.chair,
		"long_term": LONG_TERM,
		"approvals": APPROVALS_OF_HEAD,
		"often_reopened": OFTEN_REOPENED,
		"often_transferred": often_transferred(),
		"oldest": OLDEST,
		"most": MOST_DIRECTIONS,
	}
	meeting.update({table: [] for table in TABLES})
	scope = scope_of(meeting.area, user)
	numbers = fill_departments(meeting, scope, values)
	for item in CONDITIONS:
		if numbers[item]:
			meeting.append("numbers", {"item": item, "number": numbers[item]})
			fill_cases(meeting, item, scope, values)
	fill_follow_ups(meeting, user, values)
	meeting.agenda_made_on = now


def scope_of(area: str, user: str) -> str:
	"""Write the SQL condition on the cases of an area that a user sees."""
	inside = reach.in_branches("`tabGrievance`.`area`", reach.positions([area]))
	# Beside values of ours a sign of per cent is to be doubled.
	return f"({inside}) and ({visible_cases(user) or '1 = 1'})".replace("%", "%%")


def statuses(*categories: str) -> list[str]:
	return frappe.get_all("Grievance Status", {"category": ("in", categories)}, pluck="name", order_by="name")


def often_transferred() -> int:
	return cint(frappe.get_cached_doc("Grievance Settings").collector_after_transfers)


def fill_departments(meeting, scope: str, values: dict) -> dict[str, int]:
	"""Fill in what is overdue in each department, by age; returns the numbers of all items, counted in the same query."""
	sums = ", ".join(f"coalesce(sum({condition}), 0)" for condition in CONDITIONS.values())
	found = frappe.db.sql(
		f"""select `department`, coalesce(sum({OVERDUE}), 0),
			coalesce(sum({OVERDUE} and date(`resolution_by`) >= %(week)s), 0),
			coalesce(sum({OVERDUE} and date(`resolution_by`) < %(month)s), 0), {sums}
		from `tabGrievance` where {RUNNING} and {scope} group by `department` order by 2 desc, `department`""",
		values,
	)
	numbers = dict.fromkeys(CONDITIONS, 0)
	for department, overdue, week, month, *of_items in found:
		counted = dict(zip(CONDITIONS, map(cint, of_items), strict=True))
		numbers = {item: number + counted[item] for item, number in numbers.items()}
		if overdue:
			meeting.append(
				"departments",
				{
					"department": department,
					"overdue": overdue,
					"overdue_up_to_week": week,
					"overdue_up_to_month": overdue - week - month,
					"overdue_over_month": month,
					"without_reason": counted[NO_REASON],
				},
			)
	return numbers


def fill_cases(meeting, item: str, scope: str, values: dict) -> None:
	"""Fill in the oldest cases of an item."""
	condition = CONDITIONS[item]
	found = frappe.db.sql(
		f"""select `name`, `category`, `area`, `department`, `posting`, `resolution_by`, `reopen_count`, `transfer_count`,
			`expected_by`, `proposed_date`, {OVERDUE} overdue, {RESERVED} reserved
		from `tabGrievance` where {condition} and {RUNNING} and {scope}
		order by coalesce(`resolution_by`, `registered_on`), `name` limit %(oldest)s""",
		values,
		as_dict=True,
	)
	for case in found:
		row = {"item": item, "grievance": case.name}
		if case.overdue:
			row["days_overdue"] = (values["today"] - getdate(case.resolution_by)).days
		if not case.reserved:
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


def filters_of(item: str, meeting) -> dict:
	"""Write the filters of the list that an item's number opens, as Frappe's desk takes them: what stands there now."""
	if item == NOT_DONE:
		return {"status": "Open", **inside_area(meeting.area)}
	overdue = {"status": ["in", statuses(OPEN)], "sla_status": "Overdue"}
	own = {
		REOPENED: {"reopen_count": [">=", OFTEN_REOPENED]},
		TRANSFERRED: {"transfer_count": [">=", often_transferred()]},
		# Not by the date: in Frappe's list one that is missing lies before every other.
		NO_REASON: {**overdue, "delay_reason": ["is", "not set"]},
		PAST_ITS_DATE: {
			"long_term_count": [">", 0],
			"expected_by": ["between", ["2000-01-01", str(getdate() - timedelta(days=1))]],
		},
		WITH_CHAIR: {"posting": meeting.chair},
		SECOND_EXTENSION: {"proposal": LONG_TERM, "long_term_count": [">=", APPROVALS_OF_HEAD]},
	}[item]
	return {**running_cases(meeting.area), **own}


def filters_of_department(department: str, age: str, meeting) -> dict:
	"""Write the filters of the list that a number of a department opens; `age` is a column of Review Department."""
	today = getdate(meeting.agenda_made_on)
	week, month = (str(today - timedelta(days=days)) for days in (WEEK, MONTH))
	# Frappe reads an end as the whole of that day, and as the first moment of the next.
	older_than_week = str(today - timedelta(days=WEEK + 1))
	more = {
		"overdue_up_to_week": {"resolution_by": [">=", week]},
		"overdue_up_to_month": {"resolution_by": ["between", [month, older_than_week]]},
		"overdue_over_month": {"resolution_by": ["<", month]},
		"without_reason": {"delay_reason": ["is", "not set"]},
	}
	overdue = {"status": ["in", statuses(OPEN)], "sla_status": "Overdue"}
	return {**running_cases(meeting.area), **overdue, "department": department, **more.get(age, {})}


def running_cases(area: str) -> dict:
	return {
		"status": ["in", statuses(OPEN, PAUSED)],
		"parent_grievance": ["is", "not set"],
		**inside_area(area),
	}


def inside_area(area: str) -> dict:
	return {"area": ["descendants of (inclusive)", area]}


def written(meeting) -> str:
	"""Write out an agenda as HTML, with what the form needs to open its lists and to give directions."""
	return frappe.render_template(
		"templates/includes/review_agenda.html",
		{
			"doc": meeting,
			"in_desk": True,
			"list_filters": {row.item: filters_of(row.item, meeting) for row in meeting.numbers},
			"filters_of_department": lambda row, age: filters_of_department(row.department, age, meeting),
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
