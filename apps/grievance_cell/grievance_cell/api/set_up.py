"""How far a site is set up, told from what is on it: the checklist of IT staff.

Frappe's own onboarding ticks a step off when its button was pressed, and hides when it is done once; here a tick is true
when it is looked at.
"""

from dataclasses import asdict, dataclass, field

import frappe
from frappe import _
from frappe.utils import nowdate


@dataclass(frozen=True)
class Step:
	"""One thing to do: whether it is done, what stands now, what is still missing, and where it is done.

	`import_what` is a DocType that can be imported from a spreadsheet, `opens` a DocType whose list or form it is.
	"""

	key: str
	title: str
	done: bool
	standing: str
	missing: list[str] = field(default_factory=list)
	opens: str = ""
	import_what: str = ""


@frappe.whitelist()
def checklist() -> list[dict]:
	"""List what a site needs before citizens can write to it, in the order in which it is done."""
	if not frappe.has_permission("Master Import", "create"):
		raise frappe.PermissionError
	steps = (areas, departments, categories, postings, service_levels, number, forms, first_case)
	return [asdict(step()) for step in steps]


def areas() -> Step:
	count = frappe.db.count("Local Area")
	without = frappe.db.count("Local Area", {"lgd_code": ("is", "not set")})
	standing = _("{0} areas, {1} of them without an LGD code").format(count, without)
	return Step("areas", _("Areas"), count > 0, standing, opens="Local Area", import_what="Local Area")


def departments() -> Step:
	count = frappe.db.count("Department")
	without = frappe.db.count("Department", {"nodal_posting": ("is", "not set")})
	standing = _("{0} departments, {1} of them without a nodal posting").format(count, without)
	return Step(
		"departments", _("Departments"), count > 0, standing, opens="Department", import_what="Department"
	)


def categories() -> Step:
	count = frappe.db.count("Grievance Category", {"is_group": 0})
	standing = _("{0} categories to choose from").format(count)
	title = _("Categories and their departments")
	doctype = "Grievance Category"
	return Step("categories", title, count > 0, standing, opens=doctype, import_what=doctype)


def postings() -> Step:
	"""Officers to whom cases go, one at the top to whom they climb, and one that takes what nobody else does."""
	officers = {"is_active": 1, "kind": "Officer"}
	count = frappe.db.count("Officer Posting", officers)
	vacant = frappe.db.count("Officer Posting", {**officers, "user": ("is", "not set")})
	missing = []
	if count == vacant:
		missing.append(_("No posting has a user"))
	if not frappe.db.exists("Officer Posting", {**officers, "heads_area": 1}):
		missing.append(
			_("No posting heads the administration of its areas: nobody hears the last step of an escalation")
		)
	if not frappe.db.get_single_value("Grievance Settings", "cell_posting"):
		missing.append(_("Grievance Settings name no posting for what no other takes"))
	standing = _("{0} postings of officers, {1} of them vacant").format(count, vacant)
	doctype = "Officer Posting"
	return Step(
		"postings",
		_("Postings of officers"),
		not missing,
		standing,
		missing,
		opens=doctype,
		import_what=doctype,
	)


def service_levels() -> Step:
	enabled = frappe.get_all("SLA", {"enabled": 1}, ["is_default", "round_the_clock", "holiday_calendar"])
	current = set(frappe.get_all("Holiday Calendar", {"runs_out_on": (">=", nowdate())}, pluck="name"))
	without = [each for each in enabled if not each.round_the_clock and each.holiday_calendar not in current]
	missing = []
	if not enabled:
		missing.append(_("No SLA is enabled"))
	if without:
		missing.append(_("{0} SLAs have no holiday calendar that reaches beyond today").format(len(without)))
	standing = _("{0} SLAs, {1} holiday calendars in force").format(len(enabled), len(current))
	title = _("Deadlines: SLA and holidays")
	return Step(
		"service_levels", title, not missing, standing, missing, opens="SLA", import_what="Holiday Calendar"
	)


def number() -> Step:
	channels = frappe.get_all("Chat Channel", {"enabled": 1}, pluck="name")
	heard = channels and frappe.db.exists(
		"Chat Event", {"kind": ("in", ("Message", "Status")), "channel": ("in", channels)}
	)
	missing = [] if heard or not channels else [_("Nothing has arrived from WhatsApp yet")]
	standing = _("{0} numbers enabled").format(len(channels))
	return Step("number", _("WhatsApp number"), bool(heard), standing, missing, opens="Chat Channel")


def forms() -> Step:
	flows = frappe.db.count("Chat Flow", {"enabled": 1, "document_type": "Grievance"})
	approved = frappe.get_all("Chat Template Account", {"state": "Approved"}, pluck="parent", distinct=True)
	templates = frappe.db.count("Chat Template", {"enabled": 1})
	missing = []
	if not flows:
		missing.append(_("No form for grievances is enabled"))
	if not approved:
		missing.append(_("Meta has approved no template: nobody hears anything who has not just written"))
	standing = _("{0} forms for grievances; {1} of {2} templates approved").format(
		flows, len(approved), templates
	)
	return Step("forms", _("Forms and templates"), not missing, standing, missing, opens="Chat Flow")


def first_case() -> Step:
	found = bool(frappe.db.exists("Grievance", {"name": ("is", "set")}))
	standing = _("A case is registered") if found else _("Write to the number, or try the form")
	return Step("first_case", _("The first case"), found, standing, opens="WhatsApp Health")
