"""What the desk asks to be done to a case. Each looks whether the user may, and calls the function that does it."""

import frappe
from frappe.utils import flt, format_datetime, now_datetime

from grievance_cell.database import restarted
from grievance_cell.grievances import (
	delays,
	duplicates,
	emergencies,
	lifecycle,
	numbers,
	overview,
	parts,
	proposals,
	transfers,
)
from grievance_cell.grievances.doctype.public_case.public_case import photos
from grievance_cell.organisation.areas import place_name


@frappe.whitelist(methods=["POST"])
@restarted
def act(case: str, action: str, values: dict | str | None = None, remark: str = "") -> None:
	"""Make a move of the Workflow's, with the fields that a person fills in with it, in one save."""
	lifecycle.act(open_case(case), action, remark=remark, **(frappe.parse_json(values) or {}))


@frappe.whitelist(methods=["POST"])
@restarted
def propose(case: str, what: str, remark: str, values: dict | str | None = None) -> None:
	"""Put a case to a second person for decision: Long Term, Out of Scope or Junk."""
	proposals.propose(open_case(case), what, remark, **(frappe.parse_json(values) or {}))


@frappe.whitelist(methods=["POST"])
@restarted
def approve(case: str, remark: str = "") -> None:
	"""Decide a case as it was proposed."""
	proposals.approve(open_case(case, "read"), remark)


@frappe.whitelist(methods=["POST"])
@restarted
def decline(case: str, remark: str) -> None:
	"""Refuse what was proposed for a case."""
	proposals.decline(open_case(case, "read"), remark)


@frappe.whitelist(methods=["POST"])
@restarted
def reveal_number(case: str, doctype: str = "Grievance") -> str:
	"""Show a citizen's full number, "" where there is none; `doctype` may be Citizen or Callback Request as well."""
	return numbers.reveal(doctype, case)


@frappe.whitelist(methods=["POST"])
@restarted
def transfer(case: str, reason: str, department: str | None = None, posting: str | None = None) -> None:
	"""Send a case to another department or posting."""
	transfers.transfer(open_case(case), department=department, posting=posting, reason=reason)


@frappe.whitelist(methods=["POST"])
@restarted
def ask_department(case: str, department: str, what: str) -> str:
	"""Ask a second department for its part in a case; returns the name of the part."""
	return parts.ask(open_case(case), department, what).name


@frappe.whitelist(methods=["POST"])
@restarted
def merge(case: str, into: str) -> None:
	"""Join a case to another; the user must be allowed to change both."""
	duplicates.merge(open_case(case), open_case(into).name)


@frappe.whitelist(methods=["POST"])
@restarted
def unmerge(case: str, reason: str) -> None:
	"""Part a case from the one that it was joined to, with a reason that its citizen reads."""
	duplicates.unmerge(open_case(case), reason)


@frappe.whitelist()
def similar_cases(case: dict | str) -> list[dict]:
	"""List open cases that may be the same as one, saved or not (the document), as far as the user may read them.

	Each has name, subject, area, status, `registered_on` as it is read, `distance` in metres or None, and `people`.
	"""
	given = frappe._dict(frappe.parse_json(case))
	if not frappe.has_permission("Grievance", "create"):
		open_case(given.name)
	if not (given.grievance_type and given.category and given.area):
		return []
	rows = duplicates.similar(
		given.grievance_type,
		given.category,
		given.area,
		flt(given.latitude) or None,
		flt(given.longitude) or None,
		given.registered_on or now_datetime(),
		exclude=given.name,
	)
	return [
		{
			"name": row.name,
			"subject": row.subject,
			"area": place_name(row.area),
			"status": row.status,
			"registered_on": format_datetime(row.registered_on),
			"distance": row.distance and round(row.distance),
			"people": row.people,
		}
		for row in rows
		if frappe.has_permission("Grievance", "read", doc=row.name)
	]


@frappe.whitelist(methods=["GET"])
def at_a_glance(case: str) -> dict:
	"""Show what stands above a case's form: deadline, who, where, files, moves, similar cases while it may be joined."""
	document = open_case(case, "read")
	document.apply_fieldlevel_read_permissions()
	may_join = duplicates.is_open(document) and not document.duplicate_of
	similar = similar_cases(document.as_dict()) if may_join else []
	return {**overview.of_case(document), "similar": similar}


@frappe.whitelist()
def emergency_numbers(category: str) -> list[dict]:
	"""List whom to call in an emergency of a category, title and phone_number; none if it is no emergency."""
	if not frappe.has_permission("Emergency Number", "read"):
		raise frappe.PermissionError
	if not emergencies.is_emergency(category):
		return []
	return [
		{"title": row.title, "phone_number": row.phone_number} for row in emergencies.numbers_for(category)
	]


@frappe.whitelist(methods=["POST"])
@restarted
def give_reason(case: str, delay_reason: str, delay_remark: str, expected_by: str | None = None) -> None:
	"""Say why a case is late and, with a new date, by when it is expected."""
	delays.give_reason(open_case(case), delay_reason, delay_remark, expected_by)


@frappe.whitelist(methods=["GET"])
def public_photo(case: str, number: int) -> None:
	"""Answer with one of the photos of a case that were cleared for representatives, to who reads its Public Case."""
	document = frappe.get_doc("Public Case", case)
	document.check_permission("read")
	cleared = photos(case)
	if not 0 <= int(number) < len(cleared):
		raise frappe.DoesNotExistError
	file = frappe.get_doc(
		"File",
		{"file_url": cleared[int(number)], "attached_to_doctype": "Grievance", "attached_to_name": case},
	)
	frappe.local.response.filename = file.file_name
	frappe.local.response.filecontent = file.get_content()
	frappe.local.response.type = "download"
	frappe.local.response.display_content_as = "inline"


def open_case(case: str, right: str = "write"):
	"""Get a case for a change; raises frappe.PermissionError unless the user has this right to it."""
	document = frappe.get_doc("Grievance", case)
	document.check_permission(right)
	return document
