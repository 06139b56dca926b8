"""Who the citizen is: found by number or WhatsApp id, made once."""

import frappe

from grievance_cell.organisation.phone import masked, to_e164
from grievance_cell.plain_text import plain

PROTECTED = "Protected Identity"


def find(mobile_no: str | None, whatsapp_id: str | None) -> str | None:
	"""Name the Citizen who has this number, or this business-scoped WhatsApp id."""
	for field, value in (("mobile_no", mobile_no), ("whatsapp_id", whatsapp_id)):
		if value and (name := frappe.db.get_value("Citizen", {field: value})):
			return name
	return None


def complete(citizen: str, mobile_no: str | None, whatsapp_id: str | None) -> None:
	"""Fill in what a known citizen's message tells of them and we did not have: the number, the business-scoped id."""
	known = frappe.db.get_value("Citizen", citizen, ["mobile_no", "whatsapp_id"], as_dict=True)
	for field, value in (("mobile_no", mobile_no), ("whatsapp_id", whatsapp_id)):
		# What another citizen has is theirs: two people are never merged by a message.
		if value and not known[field] and not frappe.db.exists("Citizen", {field: value}):
			frappe.db.set_value("Citizen", citizen, field, value)
			if field == "mobile_no":
				frappe.db.set_value("Citizen", citizen, "mobile_masked", masked(value))


def remember_area(citizen: str | None, area: str | None) -> None:
	"""Keep the place of a citizen's first case, to be offered the next time."""
	if citizen and area and not frappe.db.get_value("Citizen", citizen, "area"):
		frappe.db.set_value("Citizen", citizen, "area", area)


def introduce(mobile_no: str | None, whatsapp_id: str | None, values: dict) -> str:
	"""Make the Citizen of a number, or complete the one that is there; name it.

	Whoever comes over WhatsApp has just read what is stored and why, and gone on: that is the consent that is kept.
	"""
	name = find(mobile_no, whatsapp_id)
	citizen = frappe.get_doc("Citizen", name) if name else frappe.new_doc("Citizen")
	citizen.update(values)
	citizen.mobile_no = citizen.mobile_no or mobile_no
	citizen.whatsapp_id = whatsapp_id or citizen.whatsapp_id
	citizen.consented_on = citizen.consented_on or frappe.utils.now_datetime()
	# The bot's user may not read or write citizens by itself: this function is the only way it can.
	citizen.save(ignore_permissions=True)
	return citizen.name


def of_number(mobile_no: str, citizen_name: str | None, language: str | None = None) -> str | None:
	"""Name the Citizen of a number that an operator wrote down, made if there is none and the name is known.

	`language` is what the case is told in: that of a citizen of whom none is known yet.
	"""
	name = find(to_e164(mobile_no), None)
	if name:
		if language and not frappe.db.get_value("Citizen", name, "language"):
			frappe.db.set_value("Citizen", name, "language", language)
		return name
	if not (citizen_name or "").strip():
		return None
	citizen = frappe.get_doc(
		{"doctype": "Citizen", "citizen_name": citizen_name, "mobile_no": mobile_no, "language": language}
	)
	# Whoever may register a case may write down whose it is, though another office may know that citizen already.
	return citizen.insert(ignore_permissions=True).name


def agree(citizen: str | None) -> None:
	"""Note that a citizen was told by word of mouth what is stored and why, and agreed; the first time counts."""
	if citizen and not frappe.db.get_value("Citizen", citizen, "consented_on"):
		frappe.db.set_value("Citizen", citizen, "consented_on", frappe.utils.now_datetime())


def of_case(case) -> str | None:
	"""Name the Citizen of a case, of a confidential one as well; for what is done for them, not for what staff see."""
	if case.get("citizen") or not case.get("confidential"):
		return case.get("citizen") or None
	return frappe.db.get_value(PROTECTED, case.name, "citizen")


def confidential_cases_of(citizen: str) -> list[str]:
	return frappe.get_all(PROTECTED, {"citizen": citizen}, pluck="name")


def protect(case: str, identity: dict) -> None:
	"""Keep who is behind a confidential case apart from it: citizen, citizen_name, mobile_no."""
	if not frappe.db.exists(PROTECTED, case):
		frappe.get_doc({"doctype": PROTECTED, "grievance": case, **identity}).insert(ignore_permissions=True)
		return
	kept = {field: plain(value) for field, value in identity.items() if value}
	if kept:
		frappe.db.set_value(PROTECTED, case, kept)


def keeper_of_files(doctype: str, name: str) -> tuple[str, str]:
	"""Say to what a file of a document is attached: of a confidential case to its Protected Identity."""
	if doctype == "Grievance" and frappe.db.exists(PROTECTED, name):
		return PROTECTED, name
	return doctype, name


def bot_user() -> str:
	"""Name the user as whom the bot acts for citizens: role Citizen, no login, no API."""
	return f"whatsapp-bot@{frappe.local.site}"
