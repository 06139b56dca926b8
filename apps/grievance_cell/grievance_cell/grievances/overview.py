"""What an officer sees at a glance above a case's form: its time, its citizen, its place, what was sent, what comes next.

Everything is read for the session's user, who may read the case; the number of queries does not grow with what there is.
"""

from pathlib import Path

import frappe
from frappe import _
from frappe.utils import cint, format_date, format_datetime, get_datetime, now_datetime

from grievance_cell.grievances import citizens, decisions, lifecycle, proposals
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	category_of,
)
from grievance_cell.grievances.visibility import sees_identity
from grievance_cell.organisation.areas import ancestors, name_in
from grievance_cell.service_levels import deadlines

# Of a citizen's other cases and of a case's files the latest are shown.
OTHER_CASES, FILES = 6, 40
RUNNING = {"On Track": "running", "Due Soon": "due_soon", "Overdue": "overdue"}
ENDED = {"Met": "met", "Breached": "breached"}
KINDS = {
	"image": {".jpg", ".jpeg", ".png", ".webp", ".gif"},
	"audio": {".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".amr", ".wav"},
	"video": {".mp4", ".3gp", ".webm", ".mov"},
}
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


def of_case(case) -> dict:
	"""Gather what stands above a case's form: deadline, who, where, files, moves."""
	return {
		"deadline": deadline(case),
		"who": who(case),
		"where": where(case),
		"files": files(case),
		"moves": moves(case),
	}


def deadline(case, on=None) -> dict | None:
	"""Tell how much of its target a case has used, None for one without a target or that lies in another.

	`used` and the marks of the ladder are in per cent of the target; `state` is running, due_soon, overdue, paused,
	long_term, met or breached; `text` says it in words.
	"""
	state = _state(case)
	found = state and deadlines.progress(case, _until(case, state, on or now_datetime()))
	if not found or not found.total:
		return None
	return {
		"state": state,
		"used": round(100 * found.used / found.total),
		"text": _in_words(case, state, found),
		"marks": marks(case),
	}


def _state(case) -> str | None:
	if case.sla_status == "Paused":
		return "long_term" if decisions.waits_until_expected(case.status) else "paused"
	return RUNNING.get(case.sla_status) or ENDED.get(case.sla_status)


def _until(case, state: str, now):
	"""Find the moment up to which time is counted: of a case that was settled, when it was."""
	if state not in ENDED.values():
		return now
	return get_datetime(case.resolved_on or case.closed_on)


def _in_words(case, state: str, found: deadlines.Progress) -> str:
	due = format_datetime(found.due, "EEE dd-MM-yyyy HH:mm")
	left = time_in_words(abs(found.total - found.used), found.all_time)
	if state == "paused":
		since = format_datetime(case.on_hold_since, "dd-MM-yyyy HH:mm")
		return _("The clock has stood since {0}. {1} are left when it goes on").format(since, left)
	if state == "long_term":
		return _("Long term: expected by {0}").format(format_date(case.expected_by))
	if state == "met":
		return _("Settled in time: {0} were left").format(left)
	if state == "breached":
		return _("Settled {0} late; it was due {1}").format(left, due)
	if state == "overdue":
		return _("{0} late; it was due {1}").format(left, due)
	return _("{0} left; due {1}").format(left, due)


def time_in_words(seconds: int, all_time: bool) -> str:
	"""Say a span of time in the two largest units that matter; of working time there are no days but hours."""
	if all_time and seconds >= DAY:
		return _("{0} days {1} hours").format(seconds // DAY, seconds % DAY // HOUR)
	if seconds >= HOUR:
		hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
		said = _("{0} h {1} min") if all_time else _("{0} h {1} min of working time")
		return said.format(hours, minutes)
	said = _("{0} min") if all_time else _("{0} min of working time")
	return said.format(seconds // MINUTE)


def marks(case) -> list[dict]:
	"""List the steps of a case's ladder: percent, text, and whether it has been reached."""
	return [
		{
			"percent": rung.percent_of_resolution,
			"text": f"{_(rung.action)}: {_(rung.to)}",
			"reached": rung.level <= cint(case.escalation_level),
		}
		for rung in frappe.get_cached_doc("SLA", case.sla).escalations
	]


def who(case) -> dict | None:
	"""Tell whose case it is and which others they have, as far as the user sees those; None if that is not to be known."""
	citizen = sees_identity(case.name) and citizens.of_case(case)
	if not citizen:
		return None
	known = ["citizen_name", "mobile_masked", "language", "blocked"]
	person = frappe.db.get_value("Citizen", citizen, known, as_dict=True)
	others = other_cases(citizen, case.name)
	return {
		"citizen": citizen,
		"name": person.citizen_name,
		"mobile_masked": person.mobile_masked,
		"language": frappe.get_cached_value("Language", person.language, "language_name"),
		"blocked": person.blocked,
		"cases": others[:OTHER_CASES],
		"has_more": len(others) > OTHER_CASES,
	}


def other_cases(citizen: str, case: str) -> list[dict]:
	"""List the latest other cases of a citizen, those that are not closed first: name, subject, status, is_open."""
	closed = frappe.get_all("Grievance Status", {"category": CLOSED}, pluck="name") or [""]
	found = []
	for statuses in (("not in", closed), ("in", closed)):
		found += frappe.get_list(
			"Grievance",
			filters={"citizen": citizen, "name": ("!=", case), "status": statuses},
			fields=["name", "subject", "status"],
			order_by="registered_on desc",
			limit=OTHER_CASES + 1,
		)
	return [{**row, "is_open": category_of(row.status) in (OPEN, PAUSED)} for row in found]


def where(case) -> dict:
	"""Name the place of a case with all that it lies in, and its pin if there is one."""
	path = ancestors(case.area) if case.area else []
	return {
		"places": [name_in(area, frappe.local.lang) for area in path],
		"address": case.get("address"),
		"latitude": case.get("latitude") or None,
		"longitude": case.get("longitude") or None,
	}


def files(case) -> list[dict]:
	"""List what was sent with a case, oldest first: url, name, kind (image, audio, video, document), by_citizen, is_proof."""
	# Who reads a case reads what is attached to it; what a protected citizen has sent is kept with their identity.
	keepers = {("Grievance", case.name)}
	if sees_identity(case.name):
		keepers.add(citizens.keeper_of_files("Grievance", case.name))
	rows = []
	for doctype, name in sorted(keepers):
		rows += frappe.get_all(
			"File",
			filters={"attached_to_doctype": doctype, "attached_to_name": name, "is_folder": 0},
			fields=["file_url", "file_name", "owner", "creation"],
			order_by="creation desc",
			limit=FILES,
		)
	bot = citizens.bot_user()
	return [
		{
			"url": row.file_url,
			"name": row.file_name,
			"kind": kind_of(row.file_name or row.file_url),
			"by_citizen": row.owner == bot,
			"is_proof": row.file_url == case.resolution_photo,
		}
		for row in sorted(rows, key=lambda row: row.creation)
	]


def kind_of(name: str) -> str:
	ending = Path(name).suffix.lower()
	return next((kind for kind, endings in KINDS.items() if ending in endings), "document")


def moves(case) -> list[dict]:
	"""List what the user may do next by the Workflow, in its order.

	The usual one is the decision that waits for the user, else the first that leads on.
	"""
	if not case.has_permission("write"):
		return []
	found = {each.action: category_of(each.next_state) for each in reversed(lifecycle.moves_of_role(case))}
	usual = proposals.APPROVED_BY.get(case.proposal)
	if usual not in found:
		usual = next((action for action in reversed(found) if found[action] != CLOSED), None)
	return [{"action": action, "is_usual": action == usual} for action in reversed(found)]
