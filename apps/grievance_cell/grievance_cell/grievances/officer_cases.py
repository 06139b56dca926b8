"""An officer's cases, and what the officer does with them from the chat.

All of it runs as the officer's user and asks Frappe what that user may: there is no right here but theirs. The acts are
registered in hooks (`office_actions`): a form of staff's own may end with any of them. Each is called as `act(case=,
values=, files=, when=)`, `values` being the form's answers by step id and `files` what was sent with them
(message_type, media_state, file_url), and returns what to tell the officer. What is refused raises ValidationError.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.model.workflow import get_transitions
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import actions, citizens, delays, lifecycle, transfers, visibility
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)
from grievance_cell.grievances.own_cases import said_in, steps_done
from grievance_cell.organisation.postings import held_by

NOTED = "Note"
# A list on the phone is no longer than this; what is due first stands first.
LONGEST_LIST = 90
# Of a case's files so many are shown, the first ones: they show what is wrong.
FILES_SHOWN = 3
STEPS_SHOWN = 2
SHOWN = {"jpg", "jpeg", "png", "ogg", "mp3", "m4a", "aac", "amr"}
FIELDS = ["name", "category", "subject", "status", "department", "area", "resolution_by"]


# what is seen


def by_deadline() -> list[frappe._dict]:
	"""List the open cases of the session user's postings, the one due first at the top, those without a deadline last."""
	due = _listed(["resolution_by", "is", "set"], LONGEST_LIST)
	if len(due) < LONGEST_LIST:
		due += _listed(["resolution_by", "is", "not set"], LONGEST_LIST - len(due))
	return [_row(each) for each in due]


def _listed(deadline: list, limit: int) -> list[frappe._dict]:
	filters = [*_own(OPEN, PAUSED), deadline]
	return frappe.get_list("Grievance", filters, FIELDS, order_by="resolution_by asc, name asc", limit=limit)


def _own(*stages: str) -> list[list]:
	return [["posting", "in", held_by(frappe.session.user)], ["status", "in", statuses_of(*stages)]]


def statuses_of(*stages: str) -> list[str]:
	"""List the statuses of these categories."""
	return frappe.get_all("Grievance Status", {"category": ("in", stages)}, pluck="name", order_by="name")


def counts() -> frappe._dict:
	"""Count the session user's open cases: open, overdue."""
	overdue = [["resolution_by", "is", "set"], ["resolution_by", "<", now_datetime()]]
	return frappe._dict(open=_count(_own(OPEN, PAUSED)), overdue=_count([*_own(OPEN, PAUSED), *overdue]))


def _count(filters: list) -> int:
	return len(frappe.get_list("Grievance", filters, pluck="name", limit=0))


def find(number: str) -> frappe._dict | None:
	"""Find a case by its name or by its number without year and zeros, if the session's user may read it."""
	name = number
	if number.isdecimal():
		ending = f"%-{int(number):06d}"
		found = frappe.get_list(
			"Grievance", {"name": ("like", ending)}, pluck="name", order_by="registered_on desc", limit=1
		)
		name = found[0] if found else None
	case = _readable(name)
	return case and _shown(case)


def _readable(name: str | None):
	"""Get a case as the session's user may see it, None for what they may not."""
	if not (name and frappe.db.exists("Grievance", name)):
		return None
	case = frappe.get_doc("Grievance", name)
	if not frappe.has_permission("Grievance", "read", doc=case):
		return None
	case.apply_fieldlevel_read_permissions()
	return case


def _row(case) -> frappe._dict:
	row = frappe._dict({field: case.get(field) for field in FIELDS})
	row.title = case.category or case.subject
	row.overdue = is_overdue(case)
	return row


def is_overdue(case) -> bool:
	"""Tell whether a case has not ended and its deadline has passed; while its clock stands it has none."""
	pending = category_of(case.status) in (OPEN, PAUSED)
	return pending and bool(case.resolution_by) and get_datetime(case.resolution_by) < now_datetime()


def _shown(case) -> frappe._dict:
	row = _row(case)
	row.update({field: case.get(field) for field in ("description", "delay_reason")})
	row.done = steps_done(case.name)[-STEPS_SHOWN:]
	# Who complains in confidence, and from where, is for nobody but who decides.
	if visibility.sees_identity(case.name):
		row.update({field: case.get(field) for field in ("address", "latitude", "longitude", "citizen_name")})
		row.files = _files_of(case.name)
	return row


def _files_of(case: str) -> list[str]:
	"""Name the first pictures and sounds of a case that the session's user may read and the phone can show."""
	keeper, name = citizens.keeper_of_files("Grievance", case)
	attached = {"attached_to_doctype": keeper, "attached_to_name": name, "is_folder": 0}
	files = frappe.get_all("File", attached, ["name", "file_name", "file_url"], order_by="creation asc")
	# The proof of a closure is attached to its field by a row of its own.
	files = {each.file_url: each.name for each in reversed(files) if _extension(each.file_name) in SHOWN}
	readable = (
		name
		for name in reversed(files.values())
		if frappe.has_permission("File", "read", doc=frappe.get_doc("File", name))
	)
	return [name for name, _number in zip(readable, range(FILES_SHOWN), strict=False)]


def _extension(file_name: str | None) -> str:
	return (file_name or "").rpartition(".")[2].lower()


def facts(name: str) -> frappe._dict:
	"""Tell what a form's conditions may know of a case: its fields of public interest, and what the session user can do.

	`can` names what is open to them as the case stands: start, resolve, ask, transfer, note, explain
	(why it is late, which an overdue case wants before any move).
	"""
	case = _readable(name)
	if not case:
		return frappe._dict(can=[])
	category = frappe.get_cached_doc("Grievance Category", case.category) if case.category else None
	return frappe._dict(
		name=case.name,
		status=case.status,
		stage=category_of(case.status),
		grievance_type=case.grievance_type,
		category=case.category,
		department=case.department,
		photo_wanted=bool(category and category.photo_wanted),
		overdue=_row(case).overdue,
		can=_can(case),
	)


def _can(case) -> list[str]:
	if not frappe.has_permission("Grievance", "write", doc=case):
		return []
	is_open = category_of(case.status) in (OPEN, PAUSED)
	if is_open and delays.reason_wanted(case):
		return ["explain", "note"]
	moves = {"start": starts, "resolve": settles, "ask": asks}
	able = [name for name, leads in moves.items() if is_open and _next_status(case, leads)]
	return [*able, "transfer", "note"] if is_open else [*able, "note"]


# what is done


def start_work(case: str, values: dict, files: list, when: datetime) -> str:
	"""Note that work on a case has begun."""
	document = _to_change(case)
	lifecycle.move(document, _status_after(document, starts), remark=said_in(values))
	return _("It is noted that work on the case {0} has begun.").format(case)


def resolve(case: str, values: dict, files: list, when: datetime) -> str:
	"""Report a case as settled, with what was done (`resolution`) and the last photo that was sent."""
	document = _to_change(case)
	status = _status_after(document, settles)
	given = {"resolution": values.get("resolution")}
	if photo := _photo(files):
		given["resolution_photo"] = photo
	lifecycle.move(document, status, **given)
	return _("The case {0} is reported as settled. The citizen is asked whether it is.").format(case)


def ask_citizen(case: str, values: dict, files: list, when: datetime) -> str:
	"""Put a `question` to the citizen of a case; the bot brings it, and the answer."""
	document = _to_change(case)
	status = _status_after(document, asks)
	lifecycle.move(document, status, question=values.get("question"))
	return _("The citizen of the case {0} is asked. You are told of the answer.").format(case)


def transfer(case: str, values: dict, files: list, when: datetime) -> str:
	"""Send a case to another `department`, with a `reason`."""
	document = _to_change(case)
	transfers.transfer(document, department=values.get("department"), reason=values.get("reason"))
	return _("The case {0} was sent to: {1}").format(case, _(document.department))


def add_note(case: str, values: dict, files: list, when: datetime) -> str:
	"""Add a note to the record of a case, which the citizen does not see."""
	document = _to_change(case)
	said = said_in(values) or _("Photo or file")
	actions.record(document, NOTED, posting=document.posting, remark=said)
	return _("Your note is kept with the case {0}.").format(case)


def give_delay_reason(case: str, values: dict, files: list, when: datetime) -> str:
	"""Say why a case is late: the answers `delay_reason`, a Delay Reason, and `remark`, which the citizen reads."""
	document = _to_change(case)
	delays.give_reason(document, values.get("delay_reason"), values.get("remark"))
	return _("The reason is kept with the case {0}. The citizen can read it there.").format(case)


def _to_change(name: str):
	"""Get a case that the session's user may change, locked; raises PermissionError for any other."""
	if not frappe.db.exists("Grievance", name):
		raise frappe.PermissionError
	case = frappe.get_doc("Grievance", name, for_update=True)
	if not frappe.has_permission("Grievance", "write", doc=case):
		raise frappe.PermissionError
	return case


def _photo(files: list) -> str | None:
	"""Name the address of the last photo among what was sent; raises ValidationError while it is on its way."""
	photos = [each for each in files if each.message_type == "image"]
	if not photos:
		return None
	if photos[-1].media_state == "Failed":
		frappe.throw(_("Your photo did not arrive. Please send it again."))
	if not photos[-1].file_url:
		frappe.throw(_("Your photo is still on its way to us. Please try again in a moment."))
	return photos[-1].file_url


# what a move of the workflow is by its two states


def starts(was: str, status: str) -> bool:
	return category_of(was) in (OPEN, PAUSED) and category_of(status) == OPEN and status != was


def settles(was: str, status: str) -> bool:
	return category_of(status) == RESOLVED


def asks(was: str, status: str) -> bool:
	return lifecycle.waits_for_citizen(status)


def _next_status(case, leads: Callable[[str, str], bool]) -> str | None:
	"""Name the first status of a kind to which the session's user may move a case as it stands."""
	statuses = [each.next_state for each in get_transitions(case)]
	return next((status for status in statuses if leads(case.status, status)), None)


def _status_after(case, leads: Callable[[str, str], bool]) -> str:
	status = _next_status(case, leads)
	if not status:
		stands_at = _("The case {0} stands at: {1}. This cannot be done now.")
		frappe.throw(stands_at.format(case.name, _(case.status)))
	return status
