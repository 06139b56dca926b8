"""A citizen's own cases, and what they do to them from the chat.

The acts are registered in hooks (`chat_actions`): a form of staff's own may end with any of them. Each is called as
`act(citizen=, case=, values=, when=)` under the session's user, `values` being the form's answers by step id, and returns
what to tell the citizen. None says anything of a case that is another citizen's, nor does anything to it; but what is
said of a case that was joined to another counts on the main one, where the work is done, under the citizen's own number.
"""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from grievance_cell.grievances import actions, citizens, duplicates, lifecycle, reopening
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.doctype.grievance_status.grievance_status import (
	CLOSED,
	OPEN,
	PAUSED,
	RESOLVED,
	category_of,
)

REGISTERED = "Registered"
WITHDRAWN_STATUS = "Withdrawn"
ANSWERED_STATUS = "In Progress"
INFORMATION_ADDED, REMINDED, RATED = "Information Added", "Reminded", "Rated"
SAYS_SETTLED = "Says It Is Settled"
LATEST = 5
STEPS_SHOWN = 5
FIELDS = [
	"name", "grievance_type", "subject", "category", "status", "department", "resolution_by", "closed_on", "closure_reason",
	"duplicate_of",
]  # fmt: skip
# Another department's part in a case is the office's affair.
WHOLE = {"parent_grievance": ("is", "not set")}
# What a citizen is told of a joined case is where the main one stands.
OF_MAIN = ["status", "department", "resolution_by", "closed_on", "closure_reason"]


def latest(citizen: str) -> list[frappe._dict]:
	"""List a citizen's latest cases: name, subject, category, status, department, resolution_by, duplicate_of."""
	return _cases(citizen, WHOLE, LATEST)


def find(citizen: str, number: str) -> frappe._dict | None:
	"""Find a citizen's own case by its name or, the latest of them, by its number without year and zeros."""
	name = number if not number.isdecimal() else ("like", f"%-{int(number):06d}")
	found = _cases(citizen, {"name": name, **WHOLE}, 1)
	return found[0] if found else None


def _cases(citizen: str, filters: dict, limit: int) -> list[frappe._dict]:
	theirs = {"citizen": citizen}
	if confidential := citizens.confidential_cases_of(citizen):
		theirs["name"] = ("in", confidential)
	rows = frappe.get_all(
		"Grievance", filters, FIELDS, or_filters=theirs, order_by="registered_on desc", limit=limit
	)
	for row in rows:
		if row.duplicate_of:
			row.update(frappe.db.get_value("Grievance", row.duplicate_of, OF_MAIN, as_dict=True))
	return rows


def steps_done(case: str) -> list[frappe._dict]:
	"""List the latest things done that the citizen may see, oldest first: action, to_status, to_department, remark, done_on.

	With those of the case that it was joined to, but for what another citizen wrote there.
	"""
	rows = _visible_steps(case)
	if main := frappe.db.get_value("Grievance", case, "duplicate_of"):
		rows += [row for step in _visible_steps(main) if (row := _as_told_to(case, step))]
	return sorted(rows, key=lambda row: (row.done_on, row.name))[-STEPS_SHOWN:]


def _visible_steps(case: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": case, "visible_to_citizen": 1},
		[
			"name",
			"action",
			"actor",
			"through",
			"from_status",
			"to_status",
			"to_department",
			"remark",
			"done_on",
		],
		order_by="done_on desc, name desc",
		limit=STEPS_SHOWN,
	)


def _as_told_to(joined: str, step: frappe._dict) -> frappe._dict | None:
	"""Write a step of the main case as the citizen of a joined one may read it; None for what is no affair of theirs."""
	if step.actor == bot_user() and step.through != joined:
		step.remark = None
		return step if step.from_status else None
	# Each citizen has the registration of their own case.
	return step if step.from_status or step.action != REGISTERED else None


def own(citizen: str | None, case: str):
	"""Get a case of this citizen for a change, None where it is not theirs."""
	fields = ["name", "citizen", "confidential"]
	if not citizen:
		return None
	if main := frappe.db.get_value("Grievance", case, "duplicate_of"):
		# Before the one that is joined to it, as an officer who saves the main one locks them.
		frappe.db.get_value("Grievance", main, "name", for_update=True)
	found = frappe.db.get_value("Grievance", case, fields, as_dict=True, for_update=True)
	if not found or citizens.of_case(found) != citizen:
		return None
	# Locked again, since only that reads what is committed now: the officer may have saved it a moment ago.
	return frappe.get_doc("Grievance", case, for_update=True)


def matter_of(document):
	"""Get the case on which the work for this one is done, for a change: the main one that it was joined to, or itself."""
	main = duplicates.main_of(document)
	if main is not document:
		main.flags.through = document.name
	return main


def not_theirs() -> str:
	return _("We do not know a case of yours with this number.")


def standing(case: str, matter) -> str:
	label = frappe.get_cached_value("Grievance Status", matter.status, "citizen_label")
	return _("Your case {0} stands at: {1}").format(case, _(label))


def leads_to(document, status: str) -> bool:
	"""Tell whether the citizen has a way to a status from where a case stands: staff's own states may have none."""
	return status in {each.next_state for each in lifecycle.moves_of_role(document)}


def said_in(values: dict) -> str:
	"""Join what was written in a form's answers, each on a line."""
	return "\n".join(str(value) for value in values.values() if isinstance(value, str) and value)


def confirm(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Close a case that the citizen says is settled."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	if category_of(matter.status) != RESOLVED:
		return standing(case, matter)
	if matter is not document:
		# The main one is its own citizen's to close.
		actions.record(document, SAYS_SETTLED)
		return _("Thank you. We have noted that your case {0} is settled.").format(case)
	lifecycle.move(document, lifecycle.CLOSED_STATUS, closure_reason="Confirmed")
	return _("Thank you. Your case {0} is closed.").format(case)


def reopen(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Open a case again that the citizen says is not settled, with what they say is still not done.

	Of one that ended too long ago a new case is made, linked to it.
	"""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	if reopening.may_be_reopened(matter):
		if not leads_to(matter, lifecycle.REOPENED_STATUS):
			return standing(case, matter)
		lifecycle.move(matter, lifecycle.REOPENED_STATUS, remark=said_in(values))
		return _("Your case {0} is open again. The officer has been told what you wrote.").format(case)
	if not reopening.may_be_followed(matter):
		return standing(case, matter)
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
	"""Add what a citizen writes or sends to the record of a case, and tell its officer.

	What is said `to_officer`, in the talk with them, stands of a confidential case in the talk alone.
	"""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	# Who reads the case reads its record, and of a confidential one not the talk.
	kept_apart = values.get("to_officer") and (document.confidential or matter.confidential)
	said = None if kept_apart else said_in(values) or _("Photo or file")
	actions.record(matter, INFORMATION_ADDED, remark=said, visible_to_citizen=1)
	return _("We have added it to your case {0}.").format(case)


def remind(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Remind a case's officer for the citizen, once a day at most."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	if category_of(matter.status) not in (OPEN, PAUSED):
		return standing(case, matter)
	latest = frappe.db.get_value(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": matter.name, "action": REMINDED},
		"done_on",
		order_by="done_on desc",
	)
	if latest and get_datetime(latest).date() == now_datetime().date():
		return _("The office has been reminded of the case {0} today already.").format(case)
	actions.record(matter, REMINDED, visible_to_citizen=1)
	return _("We have reminded the office of your case {0}.").format(case)


def withdraw(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Take a case back for the citizen, with their reason if they give one."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	if category_of(matter.status) in (RESOLVED, CLOSED) or not leads_to(document, WITHDRAWN_STATUS):
		return standing(case, matter)
	duplicates.hand_over(document)
	lifecycle.move(
		document, WITHDRAWN_STATUS, remark=said_in(values), closure_reason="Withdrawn", duplicate_of=None
	)
	if matter is not document:
		duplicates.count(matter)
	return _("You have taken back your case {0}. It is closed.").format(case)


def answer_question(citizen: str | None, case: str, values: dict, when: datetime) -> str:
	"""Give a citizen's answer to an officer's question, and let the case go on."""
	document = own(citizen, case)
	if not document:
		return not_theirs()
	matter = matter_of(document)
	if not lifecycle.waits_for_citizen(matter.status):
		return add_information(citizen, case, values, when)
	said = said_in(values) or _("Photo or file")
	lifecycle.move(matter, ANSWERED_STATUS, remark=said)
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
