"""What the desk asks when staff take down a case for a citizen: at the counter, or from the slips of a camp."""

import frappe
from frappe import _
from frappe.utils import format_date

from grievance_cell.conversations import area_search, written_names
from grievance_cell.database import restarted
from grievance_cell.grievances import camps, citizens, overview, registration
from grievance_cell.messaging import outbox
from grievance_cell.organisation.languages import spoken_languages
from grievance_cell.organisation.phone import masked, to_e164

CASE = "Grievance"
# What is asked at the counter.
ASKED = (
	"source", "mobile_no", "citizen_name", "language", "grievance_type", "description", "category", "area",
	"address", "subject", "priority", "duplicate_of",
)  # fmt: skip


@frappe.whitelist()
def begin() -> dict:
	"""Tell what the counter's screen begins with: `languages` (value, label) and `language`, in which most are written to."""
	refuse_others()
	spoken = spoken_languages()
	names = dict(
		frappe.get_all("Language", {"name": ("in", spoken)}, ["name", "language_name"], as_list=True)
	)
	usual = frappe.db.get_value("Chat Channel", {"enabled": 1}, "default_language")
	return {
		"languages": [{"value": each, "label": names.get(each, each)} for each in spoken],
		"language": usual if usual in spoken else spoken[0],
	}


@frappe.whitelist(methods=["POST"])
def citizen_of(mobile_no: str) -> dict:
	"""Tell who has a number, as far as the user may know: `error` for what is no number, `citizen` None for one who is new.

	Of a citizen: citizen, name, mobile_masked, language, area (id), place, consented_on in words, blocked, `cases` as beside a
	case's form, has_more.
	"""
	refuse_others()
	number = to_e164(mobile_no)
	if not number:
		return {"error": _("{0} is not a mobile number").format(mobile_no), "citizen": None}
	name = citizens.find(number, None)
	if not name or not frappe.has_permission("Citizen", "read", doc=name):
		return {"citizen": None, "mobile_masked": masked(number)}
	person = frappe.get_doc("Citizen", name)
	person.apply_fieldlevel_read_permissions()
	cases = overview.other_cases(name, "")
	place = person.area and area_search.named(person.area, frappe.local.lang)
	return {
		"citizen": name,
		"name": person.citizen_name,
		"mobile_masked": person.mobile_masked,
		"language": person.language,
		"area": person.area,
		"place": place and written_names.in_full(place),
		"consented_on": person.consented_on and format_date(person.consented_on, "d MMMM y"),
		"blocked": person.blocked,
		"cases": cases[: overview.OTHER_CASES],
		"has_more": len(cases) > overview.OTHER_CASES,
	}


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def find_areas(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | str | None
) -> list:
	"""Find areas for a link field, by their names in any language: id, name with all that it lies in."""
	found = _areas(txt)
	names = written_names.in_full_each(found)
	return [(choice.value, name) for choice, name in zip(found, names, strict=True)]


@frappe.whitelist()
def place_names(txt: str = "") -> list[dict]:
	"""Find areas by what was typed so far, to be written down by their full name: value and label."""
	names = written_names.in_full_each(_areas(txt))
	return [{"value": name, "label": name} for name in names]


def _areas(text: str) -> list:
	if not frappe.has_permission("Local Area", "read"):
		raise frappe.PermissionError
	return written_names.find_areas(text or "", frappe.local.lang)


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def find_categories(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | str | None
) -> list:
	"""Find categories for a link field, by name in any language or by keyword; `filters` may have grievance_type and said."""
	if not frappe.has_permission("Grievance Category", "read"):
		raise frappe.PermissionError
	about = frappe._dict(frappe.parse_json(filters) or {})
	found = written_names.find_categories(txt or "", about.grievance_type, about.said or "")
	parent = "parent_grievance_category"
	return [
		(name, frappe.get_cached_value("Grievance Category", name, parent))
		for name in found[start : start + page_len]
	]


@frappe.whitelist(methods=["POST"])
@restarted
def register(doc: dict | str, key: str, consent: bool | int | str = False) -> dict:
	"""Register a case, once for a key that the screen makes up; what was registered under it is answered again.

	Returns name, may_read, language, mobile_masked, and `told`: whether the acknowledgement can go out over WhatsApp now.
	"""
	given = frappe.parse_json(doc)
	values = {field: given[field] for field in ASKED if given.get(field)}
	# Nobody is answered what another has registered.
	name = registration.register(_in_their_language(values), f"{frappe.session.user} {key}")
	case = frappe.get_doc(CASE, name)
	# Of a confidential case nothing is told of its citizen, its place neither.
	citizens.remember_area(case.citizen, case.area)
	if frappe.utils.cint(consent):
		citizens.agree(citizens.of_case(case))
	acknowledgement = {"reference_doctype": CASE, "reference_name": name, "direction": "Out"}
	messages = frappe.get_all("Chat Message", acknowledgement, pluck="name")
	return {
		"name": name,
		"may_read": case.has_permission("read"),
		"language": case.language,
		"mobile_masked": masked(to_e164(values.get("mobile_no"))),
		"told": any(map(outbox.can_go_out, messages)),
	}


def _in_their_language(values: dict) -> dict:
	"""Keep for a citizen who is known the language that was chosen with them; they are written to in it from now on."""
	name = citizens.find(to_e164(values.get("mobile_no")), None)
	language = values.get("language")
	if name and language and frappe.has_permission("Citizen", "write", doc=name):
		frappe.db.set_value("Citizen", name, "language", language)
	return values


@frappe.whitelist(methods=["POST"])
def register_slips(camp: str) -> dict | None:
	"""Register the slips of a Camp Day that have no case yet; tells title, `registered` of `written`, or None: left to a job."""
	document = frappe.get_doc("Camp Day", camp)
	document.check_permission("write")
	refuse_others()
	return camps.start(document)


def refuse_others() -> None:
	if not frappe.has_permission(CASE, "create"):
		raise frappe.PermissionError
