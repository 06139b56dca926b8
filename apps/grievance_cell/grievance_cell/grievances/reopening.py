"""A case that its citizen does not take for settled: who has it next, how long they have, and how long it can be said."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import add_to_date, cint, flt, get_datetime, now_datetime

from grievance_cell.grievances import citizens
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.decisions import DECISIONS, JOINED, JUNK, OUT_OF_SCOPE, SUGGESTION
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED, category_of
from grievance_cell.grievances.hierarchy import COLLECTOR, HEAD, SUPERIOR, office_above
from grievance_cell.grievances.waiting import NO_REPLY
from grievance_cell.organisation.postings import worker_of
from grievance_cell.service_levels import deadlines

WITHDRAWN = "Withdrawn"
# How a case ended that its citizen cannot open again: they took it back, or it goes on as part of another.
FINAL = (WITHDRAWN, JOINED)
# How a case ended with which nothing was settled.
UNSETTLED = (NO_REPLY, *FINAL, OUT_OF_SCOPE, JUNK)


def reopen(case, previous, now: datetime) -> None:
	"""Send a case that was not settled up, with a target of its own; that it was late before stays on record.

	The first time it goes to the next posting up, the second time to the department's head, then to the collector, as does an
	appeal against a decision.
	"""
	case.reopen_count = cint(case.reopen_count) + 1
	appeal = previous.closure_reason in DECISIONS
	rung = COLLECTOR if appeal else {1: SUPERIOR, 2: HEAD}.get(case.reopen_count, COLLECTOR)
	# That it was reopened is said of who had settled it, not of who has it now.
	case.posting_before_reopening, case.officer_before_reopening = settler_of(case, now)
	if above := office_above(case, rung):
		case.posting = above
		case.assigned_to = worker_of(above)
		case.routing_note = _("Reopened -> {0}").format(above)
	case.reopened_on = now
	case.resolved_on = case.settled_on = case.closed_on = None
	case.closure_reason = case.force_closed_by = None
	case.resolution = case.resolution_photo = case.decision = case.delay_reason = case.delay_remark = None
	# What the citizen said, and was promised, of what was not settled stays in the record.
	case.feedback = case.expected_by = None
	case.rating = case.escalation_level = 0
	share = flt(frappe.get_cached_doc("Grievance Settings").reopen_share) / 100
	deadlines.restart(case, now, share=share or 1)


def settler_of(case, on: datetime) -> tuple[str | None, str | None]:
	"""Name the posting and the user who had settled a case last at a moment: who has it now may only have the charge since."""
	settled = frappe.get_all("Grievance Status", {"category": RESOLVED}, pluck="name")
	done = {
		"reference_doctype": case.doctype,
		"reference_name": case.name,
		"to_status": ("in", settled),
		"done_on": ("<=", on),
		"actor": ("not in", ("Administrator", bot_user())),
	}
	found = frappe.get_all(
		"Grievance Action", done, ["posting", "actor"], order_by="done_on desc, name desc", limit=1
	)
	# What was decided and not settled, or is from before there was a record, is of its office.
	return (found[0].posting, found[0].actor) if found else (case.posting, case.assigned_to)


def may_be_reopened(case) -> bool:
	"""Tell whether the citizen may say that a case is not settled: of a closed one, until some days after its end."""
	stage = category_of(case.status)
	if stage == RESOLVED:
		return case.grievance_type != SUGGESTION
	days = cint(frappe.get_cached_doc("Grievance Settings").reopen_days)
	return may_be_followed(case) and now_datetime() <= add_to_date(get_datetime(case.closed_on), days=days)


def may_be_followed(case) -> bool:
	"""Tell whether a case has ended in a way with which its citizen may not be content."""
	return (
		category_of(case.status) == CLOSED
		and case.grievance_type != SUGGESTION
		and case.closure_reason not in FINAL
	)


def follow_up(case, said: str):
	"""Register anew what a citizen says of a case that ended too long ago to be reopened; returns the new case."""
	kept = (
		"grievance_type", "category", "area", "address", "latitude", "longitude", "citizen", "citizen_name", "mobile_no",
		"language", "source", "against_posting",
	)  # fmt: skip
	following = frappe.get_doc(
		{
			"doctype": case.doctype,
			"follows": case.name,
			"description": said or case.description,
			**{field: case.get(field) for field in kept},
			"citizen": citizens.of_case(case),
			"confidential": case.confidential,
		}
	)
	return following.insert(ignore_permissions=True)
