"""What staff are told who save the Workflow of cases: which of its moves are missing that nobody makes by hand.

Deadlines and the bot move cases as well. Where the Workflow has no such move, they fail long after it was saved.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from grievance_cell.grievances import escalation, lifecycle, own_cases
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED

# The bot's role: citizens' own moves are for it.
BOT = "Citizen"


def check(workflow, method: str | None = None) -> None:
	"""Refuse states that are no Grievance Status, and name the moves that are missing (Workflow, validate)."""
	if workflow.document_type != "Grievance" or not workflow.is_active:
		return
	statuses = {each.name: each for each in frappe.get_all("Grievance Status", fields=["*"])}
	states = list(dict.fromkeys(row.state for row in workflow.states))
	if unknown := [state for state in states if state not in statuses]:
		frappe.throw(
			_(
				"Make a Grievance Status of each state first, which says what the clock does in it: {0}"
			).format(", ".join(unknown))
		)
	if missing := list(missing_moves(workflow, [statuses[state] for state in states])):
		frappe.msgprint(
			missing, title=_("The Workflow is saved, but moves are missing"), indicator="orange", as_list=True
		)


def missing_moves(workflow, statuses: list) -> Iterator[str]:
	"""Say which moves are missing, a sentence each."""
	if workflow.name != lifecycle.WORKFLOW:
		yield _("Cases move by the Workflow {0}, not by this one").format(lifecycle.WORKFLOW)
		return
	for status in statuses:
		for to, role, why in needed(status):
			roles = {
				row.allowed
				for row in workflow.transitions
				if row.state == status.name and row.next_state == to
			}
			if not roles or (role and role not in roles):
				yield _("{0} to {1}, for the role {2}: {3}").format(
					frappe.bold(_(status.name)), frappe.bold(_(to)), _(role or "Grievance Officer"), why
				)
		reached = status.name == lifecycle.FIRST_STATUS or any(
			row.next_state == status.name for row in workflow.transitions
		)
		if not reached:
			yield _("No move leads to {0}").format(frappe.bold(_(status.name)))
		if status.category != CLOSED and not any(row.state == status.name for row in workflow.transitions):
			yield _("No move leads on from {0}: cases would stay there").format(frappe.bold(_(status.name)))


def needed(status) -> Iterator[tuple[str, str | None, str]]:
	"""Name what deadlines and citizens move from a status: to which status, for which role if for one, and when."""
	if status.name == lifecycle.FIRST_STATUS:
		yield lifecycle.ASSIGNED_STATUS, None, _("a new case is given to its office")
	if status.waits_for_citizen:
		yield own_cases.ANSWERED_STATUS, BOT, _("the citizen answers")
		yield lifecycle.CLOSED_STATUS, None, _("the citizen does not answer in time")
	if status.waits_until_expected:
		yield escalation.WORK_STATUS, None, _("the expected date has come")
	if status.category == RESOLVED:
		yield lifecycle.CLOSED_STATUS, BOT, _("the citizen says that it is settled, or nothing in time")
		yield lifecycle.REOPENED_STATUS, BOT, _("the citizen says that it is not settled")
