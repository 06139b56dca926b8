"""The slips of a camp, each of which becomes a case of its own, once.

A slip and its case are written in one transaction, under a key that no second case can have: what was pressed twice, or
broke off in the middle, goes on where it was.
"""

from datetime import datetime, time

import frappe
from frappe import _
from frappe.utils import format_date, getdate, now_datetime, strip_html

from grievance_cell.database import is_transient
from grievance_cell.grievances import citizens, registration
from grievance_cell.organisation.areas import place_name
from grievance_cell.organisation.phone import masked, to_e164

CAMP, SLIP = "Camp Day", "Camp Slip"
DRAFT, REGISTERING, SOME_MISSING, REGISTERED = "Draft", "Registering", "Some Missing", "Registered"
# So many are registered while the operator waits.
FEW = 10
WRITTEN = ("mobile_no", "citizen_name", "place", "category", "wanted")
# Of a camp that was before today the hour is not known.
NOON = time(12)


def start(camp) -> dict | None:
	"""Register the slips of a Camp Day that have no case yet; tell the `outcome`, None when that is left to a job."""
	if len(waiting(camp)) <= FEW:
		return outcome(register_slips(camp.name))
	camp.db_set("status", REGISTERING)
	frappe.enqueue(
		"grievance_cell.grievances.camps.register_many",
		queue="long",
		enqueue_after_commit=True,
		name=camp.name,
		language=frappe.local.lang,
	)


def register_many(name: str, language: str) -> None:
	"""Register the slips of a Camp Day as a job; then its open forms load themselves, and its operator is told.

	`language` is that in which the operator reads what is missing on a slip.
	"""
	frappe.local.lang = language
	camp = register_slips(name)
	camp.notify_update()
	frappe.publish_realtime("camp_registered", outcome(camp), user=frappe.session.user, after_commit=True)


def register_slips(name: str):
	"""Register each slip of a Camp Day that has no case yet in its own transaction; note on the others what is missing.

	Returns the Camp Day as it is then.
	"""
	camp = frappe.get_doc(CAMP, name)
	slips = waiting(camp)
	for number, slip in enumerate(slips, start=1):
		_register(camp, slip.name)
		progress = {"camp": name, "done": number, "of": len(slips)}
		frappe.publish_realtime("camp_progress", progress, user=frappe.session.user)
	camp = frappe.get_doc(CAMP, name)
	camp.db_set("status", SOME_MISSING if waiting(camp) else REGISTERED, commit=True)
	return camp


def outcome(camp) -> dict:
	"""Count the slips of a Camp Day: title, `registered` of `written`."""
	registered = sum(bool(slip.grievance) for slip in camp.slips)
	return {"title": camp.title, "registered": registered, "written": registered + len(waiting(camp))}


def waiting(camp) -> list:
	"""List the slips that something is written on and that have no case yet."""
	return [slip for slip in camp.slips if not slip.grievance and is_written(slip)]


def is_written(slip) -> bool:
	return any((slip.get(field) or "").strip() for field in WRITTEN)


def _register(camp, row: str) -> None:
	# Whoever saves the camp meanwhile has to load it anew: nothing that is noted here is written over.
	frappe.db.set_value(CAMP, camp.name, "status", REGISTERING)
	said = len(frappe.local.message_log)
	try:
		slip = frappe.get_doc(SLIP, row, for_update=True)
		if not slip.grievance:
			name = registration.register(case_of(camp, slip), f"{SLIP} {row}")
			case = frappe.get_doc(registration.CASE, name)
			forget(slip, case)
			if camp.consent:
				citizens.agree(citizens.of_case(case))
		frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
		del frappe.local.message_log[said:]
		frappe.db.set_value(SLIP, row, "error", in_words(error, camp))
		frappe.db.commit()


def in_words(error: Exception, camp) -> str:
	"""Say to an operator why a slip could not be registered; what they can't mend is for the Error Log."""
	if isinstance(error, frappe.ValidationError | frappe.PermissionError | frappe.DoesNotExistError):
		return strip_html(str(error)) or _("You may not register this case")
	if not is_transient(error):
		frappe.log_error(
			title="A slip could not be registered", reference_doctype=CAMP, reference_name=camp.name
		)
	return _("This could not be registered. Please try again; if it stays so, tell IT staff.")


def case_of(camp, slip) -> dict:
	"""Read a slip as the values of a case. Raises frappe.ValidationError with what is missing."""
	area, category, _place = read(camp, slip)
	if not category:
		frappe.throw(_("The category is missing"), frappe.MandatoryError)
	if not (slip.wanted or "").strip():
		frappe.throw(_("What was wanted is missing"), frappe.MandatoryError)
	return {
		"source": camp.source,
		"grievance_type": camp.grievance_type,
		"language": camp.citizens_language,
		"registered_on": moment_of(camp),
		"mobile_no": slip.mobile_no,
		"citizen_name": slip.citizen_name,
		"area": area,
		"category": category,
		"description": slip.wanted,
	}


def read(camp, slip) -> tuple[str, str | None, str]:
	"""Find the area and the category of a slip, the camp's where it has none of its own, and the place in full."""
	reader = frappe.get_attr(frappe.get_hooks("read_slip")[-1])
	area, category, place = reader((slip.place or "").strip(), (slip.category or "").strip(), camp.area)
	return area or camp.area, category or camp.category, place


def write_back(camp, slip) -> None:
	"""Let a slip say what its place and category were understood as. Raises frappe.ValidationError with what is missing."""
	_area, category, slip.place = read(camp, slip)
	if (slip.category or "").strip():
		slip.category = _(category)


def moment_of(camp) -> datetime:
	day = getdate(camp.held_on)
	return now_datetime() if day == getdate() else datetime.combine(day, NOON)


def forget(slip, case) -> None:
	"""Note on a slip its case; the number is from now on with the citizen alone, and nothing of a confidential case is here."""
	kept = {"grievance": case.name, "error": None, "mobile_no": masked(to_e164(slip.mobile_no))}
	if case.confidential:
		kept |= dict.fromkeys(WRITTEN)
	frappe.db.set_value(SLIP, slip.name, kept)


def protect(case: str) -> None:
	"""Blank the slip of a case that is confidential from now on."""
	frappe.db.set_value(SLIP, {"grievance": case}, dict.fromkeys(WRITTEN))


def status_of(camp) -> str:
	registered = any(slip.grievance for slip in camp.slips)
	if waiting(camp):
		return SOME_MISSING if registered else DRAFT
	return REGISTERED if registered else DRAFT


def check(camp, slip) -> str:
	"""Say what would keep a slip from being registered, "" for nothing, and write back onto it what was understood."""
	said = len(frappe.local.message_log)
	try:
		registration.check_person(slip.as_dict())
		write_back(camp, slip)
		case_of(camp, slip)
	except frappe.ValidationError as error:
		del frappe.local.message_log[said:]
		return strip_html(str(error))
	return ""


def receipts(camp) -> list[dict]:
	"""List what was registered at a camp for its print: number, name, place, matter, due, in the language that is spoken."""
	rows = []
	for slip in camp.slips:
		if slip.grievance:
			case = frappe.db.get_value(
				registration.CASE,
				slip.grievance,
				["name", "area", "category", "resolution_by", "confidential"],
				as_dict=True,
			)
			rows.append(
				{
					"number": case.name,
					"name": "" if case.confidential else slip.citizen_name,
					"mobile_masked": "" if case.confidential else slip.mobile_no,
					"place": "" if case.confidential else place_name(case.area),
					"matter": "" if case.confidential else _(case.category),
					"due": case.resolution_by and format_date(case.resolution_by, "d MMMM y"),
				}
			)
	return rows


def erase(citizen: str, keys: list[str], note: str) -> dict:
	"""Take a citizen off the slips, registered or not (hook `erase_citizen`); returns how many rows."""
	cases = [
		*frappe.get_all(registration.CASE, {"citizen": citizen}, pluck="name"),
		*citizens.confidential_cases_of(citizen),
	]
	fields = ["name", "parent", "grievance"]
	slips = frappe.get_all(SLIP, {"grievance": ("in", cases)}, fields) if cases else []
	slips += frappe.get_all(SLIP, {"mobile_no": ("in", keys)}, fields) if keys else []
	for slip in slips:
		# What has no case yet would become one.
		left = {} if slip.grievance else dict.fromkeys(WRITTEN)
		values = {"mobile_no": None, "citizen_name": note, "wanted": note, "error": None, **left}
		frappe.db.set_value(SLIP, slip.name, values, update_modified=False)
	for name in sorted({slip.parent for slip in slips}):
		camp = frappe.get_doc(CAMP, name)
		# Whoever has it open has to load it anew, and cannot write the citizen back.
		camp.db_set("status", status_of(camp))
	return {SLIP: len(slips)}
