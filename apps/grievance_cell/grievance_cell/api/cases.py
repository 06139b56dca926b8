"""What the desk asks to be done to a case. Each looks whether the user may, and calls the function that does it."""

import frappe

from grievance_cell.grievances import lifecycle, numbers, parts, proposals, transfers


@frappe.whitelist(methods=["POST"])
def act(case: str, action: str, values: dict | str | None = None, remark: str = "") -> None:
	"""Make a move of the Workflow's, with the fields that a person fills in with it, in one save."""
	lifecycle.act(open_case(case), action, remark=remark, **(frappe.parse_json(values) or {}))


@frappe.whitelist(methods=["POST"])
def propose(case: str, what: str, remark: str, values: dict | str | None = None) -> None:
	"""Put a case to a second person for decision: Long Term, Out of Scope or Junk."""
	proposals.propose(open_case(case), what, remark, **(frappe.parse_json(values) or {}))


@frappe.whitelist(methods=["POST"])
def approve(case: str, remark: str = "") -> None:
	"""Decide a case as it was proposed."""
	proposals.approve(open_case(case, "read"), remark)


@frappe.whitelist(methods=["POST"])
def decline(case: str, remark: str) -> None:
	"""Refuse what was proposed for a case."""
	proposals.decline(open_case(case, "read"), remark)


@frappe.whitelist(methods=["POST"])
def reveal_number(case: str, doctype: str = "Grievance") -> str:
	"""Show a citizen's full number, "" where there is none; `doctype` may be Citizen or Callback Request as well."""
	return numbers.reveal(doctype, case)


@frappe.whitelist(methods=["POST"])
def transfer(case: str, reason: str, department: str | None = None, posting: str | None = None) -> None:
	"""Send a case to another department or posting."""
	transfers.transfer(open_case(case), department=department, posting=posting, reason=reason)


@frappe.whitelist(methods=["POST"])
def ask_department(case: str, department: str, what: str) -> str:
	"""Ask a second department for its part in a case; returns the name of the part."""
	return parts.ask(open_case(case), department, what).name


def open_case(case: str, right: str = "write"):
	"""Get a case for a change; raises frappe.PermissionError unless the user has this right to it."""
	document = frappe.get_doc("Grievance", case)
	document.check_permission(right)
	return document
