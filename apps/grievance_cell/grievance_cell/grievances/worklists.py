"""The lists that people work from: what is due, late, open again, newly answered. One definition for desk and lists.

An officer's are of the own cases; who heads a department or an area, or runs the cell, has those of all cases that they see.
Each is a list of filters as Frappe's lists take them, so that what is counted is what the list shows.
"""

import frappe
from frappe import _
from frappe.utils import nowdate

from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, RESOLVED
from grievance_cell.grievances.emergencies import EMERGENCY
from grievance_cell.grievances.visibility import HEAD, SEES_ALL

Filters = list[list]


def lists_of(user: str | None = None) -> dict[str, Filters]:
	"""Name the filters on Grievance of a user's worklists, in the order in which they are worked off."""
	user = user or frappe.session.user
	whose = [] if set(frappe.get_roles(user)) & {HEAD, *SEES_ALL} else [["assigned_to", "=", user]]
	running, waiting = statuses(category=("in", (OPEN, PAUSED))), statuses(waits_for_citizen=1)
	# What is said of a case that was settled may be that it is not; when its days are over it closes for good.
	replied = statuses(category=("in", (OPEN, PAUSED, RESOLVED)))
	# What waits while its clock runs can be late as well; while it stands there is no date.
	pending = ["status", "in", running]
	lists = {
		"open": [pending],
		# With times of day Frappe takes the next day in as well.
		"due_today": [
			pending,
			["sla_status", "in", ["On Track", "Due Soon"]],
			["resolution_by", "Between", [nowdate()] * 2],
		],
		# Not by the date: in Frappe's list one that is missing lies before every other.
		"overdue": [pending, ["sla_status", "=", "Overdue"]],
		"new_replies": [["status", "in", replied], ["new_reply", "=", 1]],
		"reopened": [pending, ["reopen_count", ">", 0]],
		"waiting": [["status", "in", waiting]],
		"emergencies": [pending, ["priority", "=", EMERGENCY]],
	}
	return {
		key: [["Grievance", *condition] for condition in (*whose, *filters)] for key, filters in lists.items()
	}


def titles() -> dict[str, str]:
	"""Name each worklist in the language that is spoken."""
	return {
		"open": _("Open cases"),
		"due_today": _("Due today"),
		"overdue": _("Overdue"),
		"new_replies": _("New replies"),
		"reopened": _("Open again"),
		"waiting": _("Waiting for the citizen"),
		"emergencies": _("Emergencies"),
	}


def statuses(**conditions) -> list[str]:
	return frappe.get_all("Grievance Status", conditions, pluck="name", order_by="name") or [""]
