"""Who the citizen is: found by number or WhatsApp id, made once."""

import frappe

from grievance_cell.grievances.phone import masked, to_e164


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


def of_number(mobile_no: str, citizen_name: str | None) -> str | None:
	"""Name the Citizen of a number that an operator wrote down, made if there is none and the name is known."""
	name = find(to_e164(mobile_no), None)
	if name or not (citizen_name or "").strip():
		return name
	citizen = frappe.get_doc({"doctype": "Citizen", "citizen_name": citizen_name, "mobile_no": mobile_no})
	# Whoever may register a case may write down whose it is, though another office may know that citizen already.
	return citizen.insert(ignore_permissions=True).name


def bot_user() -> str:
	"""Name the user as whom the bot acts for citizens: role Citizen, no login, no API."""
	return f"whatsapp-bot@{frappe.local.site}"
