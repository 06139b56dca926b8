"""What the desk's list of cases and an officer's desk ask for, and what is done to several cases at once."""

import json

import frappe
from frappe import _

from grievance_cell.api import desk
from grievance_cell.api.cases import open_case
from grievance_cell.database import restarted
from grievance_cell.grievances import delays, transfers, worklists
from grievance_cell.organisation.areas import place_name
from grievance_cell.organisation.areas import place_names as names_of_places

# A request of the desk lasts as long as its user waits.
MOST_AT_ONCE = 50
DUE_FIRST = 12
SHOWN = [
	"name",
	"subject",
	"category",
	"area",
	"status",
	"sla_status",
	"resolution_by",
	"priority",
	"new_reply",
]


@frappe.whitelist()
def my_desk() -> dict:
	"""Show a user's worklists with how many cases each has, and which of the open ones are due first.

	`lists`: key, title, filters, count; `cases`: fields of SHOWN, `area` by name, those without a date last.
	"""
	filters = worklists.lists_of()
	cases = _due_first(filters["open"], ("is", "set"), "resolution_by asc, name asc", DUE_FIRST)
	if len(cases) < DUE_FIRST:
		cases += _due_first(filters["open"], ("is", "not set"), "registered_on asc", DUE_FIRST - len(cases))
	for case in cases:
		case.area = place_name(case.area)
	return {"lists": _counted(filters), "cases": cases}


def _counted(filters: dict) -> list[dict]:
	titles = worklists.titles()
	return [
		{
			"key": key,
			"title": titles[key],
			"filters": asked,
			"count": desk.get_count(doctype="Grievance", filters=json.dumps(asked)),
		}
		for key, asked in filters.items()
	]


def _due_first(filters: list, dated: tuple, order: str, limit: int) -> list[frappe._dict]:
	asked = [*filters, ["Grievance", "resolution_by", *dated]]
	return frappe.get_list("Grievance", filters=asked, fields=SHOWN, order_by=order, limit=limit)


@frappe.whitelist()
def my_lists() -> list[dict]:
	"""List a user's worklists: title and filters."""
	if not frappe.has_permission("Grievance", "read"):
		raise frappe.PermissionError
	titles = worklists.titles()
	return [{"title": titles[key], "filters": asked} for key, asked in worklists.lists_of().items()]


@frappe.whitelist()
def place_names(areas: list | str) -> dict[str, str]:
	"""Name areas in the language of the user, by their ids; at most as many as a list shows."""
	if not frappe.has_permission("Local Area", "read"):
		raise frappe.PermissionError
	return names_of_places(sorted(set(frappe.parse_json(areas)[:MOST_NAMED])), frappe.local.lang)


@frappe.whitelist(methods=["POST"])
@restarted
def change_many(cases: list | str, change: str, values: dict | str) -> list[dict]:
	"""Do one thing to several cases, at most 50, each by itself: transfer, or set_priority.

	Returns a row a case, as they were given: case, `error` in words or "" where it was done. What fails for one leaves the
	others be.
	"""
	names, values = frappe.parse_json(cases), frappe.parse_json(values)
	if change not in CHANGES:
		frappe.throw(_("There is no such change: {0}").format(change))
	if len(names) > MOST_AT_ONCE:
		frappe.throw(_("At most {0} cases are changed at once").format(MOST_AT_ONCE))
	return [{"case": name, "error": _changed(name, CHANGES[change], values)} for name in names]


def _changed(name: str, change, values: dict) -> str:
	frappe.db.savepoint("one_of_many")
	try:
		change(open_case(name), **values)
	except (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError) as error:
		frappe.db.rollback(save_point="one_of_many")
		# They are told with the others, not one by one.
		frappe.clear_messages()
		return frappe.utils.strip_html(str(error)) or _("You cannot change this case")
	return ""


def _transfer(case, reason: str, department: str | None = None, posting: str | None = None) -> None:
	transfers.transfer(case, department=department, posting=posting, reason=reason)


def _set_priority(case, priority: str) -> None:
	if priority not in delays.PRIORITIES[1:]:
		frappe.throw(_("There is no priority {0}").format(priority))
	case.priority = priority
	case.save()


CHANGES = {"transfer": _transfer, "set_priority": _set_priority}
MOST_NAMED = 500
