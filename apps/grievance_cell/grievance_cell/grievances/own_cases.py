"""A citizen's own cases, and what they do to them from the chat.

The acts are registered in hooks (`chat_actions`): a form of staff's own may end with any of them. Each is called as
`act(citizen=, case=, values=, when=)` under the session's user, `values` being the form's answers by step id, and returns
what to tell the citizen. None says anything of a case that is another citizen's, nor does anything to it.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import actions, lifecycle, reopening
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)
from grievance_cell.grievances.officers import tell_officer

WITHDRAWN_STATUS = "Withdrawn"
ANSWERED_STATUS = "In Progress"
INFORMATION_ADDED, REMINDED, RATED = "Information Added", "Reminded", "Rated"
LATEST = 5
STEPS_SHOWN = 5
FIELDS = [
	"name", "grievance_type", "subject", "category", "status", "department", "resolution_by", "closed_on", "closure_reason",
]  # fmt: skip
# Another department's part in a case is the office's affair.
WHOLE = {"parent_grievance": ("is", "not set")}


def latest(citizen: str) -> list[frappe._dict]:
	"""List a citizen's latest cases: name, subject, category, status, department, resolution_by."""
	return frappe.get_all(
		"Grievance", {"citizen": citizen, **WHOLE}, FIELDS, order_by="registered_on desc", limit=LATEST
	)


def find(citizen: str, number: str) -> frappe._dict | None:
	"""Find a citizen's own case by its name or, the latest of them, by its number without year and zeros."""
	if not number.isdecimal():
		found = frappe.get_all("Grievance", {"citizen": citizen, "name": number, **WHOLE}, FIELDS)
		return found[0] if found else None
	ending = f"-{int(number):06d}"
	found = frappe.get_all(
		"Grievance",
		{"citizen": citizen, "name": ("like", f"%{ending}"), **WHOLE},
		FIELDS,
		order_by="registered_on desc",
		limit=1,
	)
	return found[0] if found else None


def steps_done(case: str) -> list[frappe._dict]:
	"""List the latest things done that the citizen may see, oldest first: action, to_status, to_department, remark, done_on."""
	rows = frappe.get_all(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": case, "visible_to_citizen": 1},
		["action", "to_status", "to_department", "remark", "done_on"],
		order_by="done_on desc, creation desc",
		limit=STEPS_SHOWN,
	)
	return rows[::-1]


def own(citizen: str | None, case: str):
	"""Get a case of this citizen for a change, None where it is not theirs."""
	owner = citizen and frappe.db.get_value("Grievance", case, "citizen", for_update=True)
	if not owner or owner != citizen:
		return None
	# Locked again, since only that reads what is committed now: the officer may have saved it a moment ago.
	return frappe.get_doc("Grievance", case, for_update=True)


def not_theirs() -> str:
	return _("We do not know a case of yours with this number.")


def standing(case) -> str:
	label = frappe.get_cached_value("Grievance Status", case.status, "citizen_label")
	return _("Your case {0} stands at: {1}").format(case.name, _(label))


def said_in(values: dict) -> str:
	"""Join what was written in a form's answers, each on a line."""
	return "\n".join(str(value) for value in values.values() if isinstance(value, str) and value)


def confirm(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Close a case that the citizen says is settled."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	if category_of(document.status) != RESOLVED:
		return standing(document)
	lifecycle.move(document, lifecycle.CLOSED_STATUS, closure_reason="Confirmed")
	return _("Thank you. Your case {0} is closed.").format(case)


def reopen(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Open a case again that the citizen says is not settled, with what they say is still not done.

	Of one that ended too long ago a new case is made, linked to it.
	"""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	if reopening.may_be_reopened(document):
		lifecycle.move(document, lifecycle.REOPENED_STATUS, remark=said_in(values))
		return _("Your case {0} is open again. The officer has been told what you wrote.").format(case)
	if not reopening.may_be_followed(document):
		return standing(document)
	following = reopening.follow_up(document, said_in(values))
	return _("Your case {0} ended long ago. We have made a new one of it: {1}").format(case, following.name)


def rate(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Keep how content a citizen is, from the answers `rating` (1 to 5) and `comment`."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	rating = frappe.utils.cint(values.get("rating"))
	if 1 <= rating <= 5:
		document.db_set({"rating": rating, "feedback": values.get("comment") or None}, update_modified=False)
		actions.record(document, RATED, remark=f"{rating}/5 {values.get('comment') or ''}".strip())
	return _("Thank you for your answer.")


def add_information(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Add what a citizen writes or sends to the record of a case, and tell its officer."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	said = said_in(values) or _("Photo or file")
	actions.record(document, INFORMATION_ADDED, remark=said, visible_to_citizen=1)
	tell_officer(document, _("The citizen has added to the case {0}").format(case), said)
	return _("We have added it to your case {0}.").format(case)


def remind(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Remind a case's officer for the citizen, once a day at most."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	if category_of(document.status) not in (OPEN, PAUSED):
		return standing(document)
	latest = frappe.db.get_value(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": case, "action": REMINDED},
		"max(done_on)",
	)
	if latest and get_datetime(latest).date() == now_datetime().date():
		return _("The office has been reminded of the case {0} today already.").format(case)
	actions.record(document, REMINDED, visible_to_citizen=1)
	tell_officer(document, _("The citizen reminds you of the case {0}").format(case))
	return _("We have reminded the office of your case {0}.").format(case)


def withdraw(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Take a case back for the citizen, with their reason if they give one."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	if category_of(document.status) in (RESOLVED, CLOSED):
		return standing(document)
	lifecycle.move(document, WITHDRAWN_STATUS, remark=said_in(values), closure_reason="Withdrawn")
	return _("You have taken back your case {0}. It is closed.").format(case)


def answer_question(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Give a citizen's answer to an officer's question, and let the case go on."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	if not lifecycle.waits_for_citizen(document.status):
		return add_information(citizen, case, values, when)
	said = said_in(values) or _("Photo or file")
	lifecycle.move(document, ANSWERED_STATUS, remark=said)
	tell_officer(document, _("The citizen has answered in the case {0}").format(case), said)
	return _("Thank you. The officer of your case {0} has your answer.").format(case)


def set_announcements(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Let a citizen have announcements or none; the talk says which. Messages on their own cases come in any event."""
	wanted = bool(values.get("wanted"))
	if citizen:
		frappe.db.set_value(
			"Citizen",
			citizen,
			{"announcements_opt_out": not wanted, "opted_out_on": None if wanted else when},
		)
	return ""


def set_language(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Keep the language in which a citizen is spoken to; the next question shows it."""
	if citizen and values.get("language"):
		frappe.db.set_value("Citizen", citizen, "language", values["language"])
	return ""
