"""Cases that were reopened before this version get who had settled them; what was done about a part says so."""

import frappe

from grievance_cell.grievances.reopening import settler_of


def execute():
	note_settlers()
	mark_parts()


def note_settlers() -> None:
	reopened = {"reopened_on": ("is", "set"), "posting_before_reopening": ("is", "not set")}
	for case in frappe.get_all("Grievance", reopened, ["name", "reopened_on"]):
		# Whose it was then is not known where nobody is on record: it went up the ladder since.
		unknown = frappe._dict(doctype="Grievance", name=case.name, posting=None, assigned_to=None)
		posting, officer = settler_of(unknown, case.reopened_on)
		if posting:
			values = {"posting_before_reopening": posting, "officer_before_reopening": officer}
			frappe.db.set_value("Grievance", case.name, values, update_modified=False)


def mark_parts() -> None:
	case, action = frappe.qb.DocType("Grievance"), frappe.qb.DocType("Grievance Action")
	parts = frappe.qb.from_(case).select(case.name).where(case.parent_grievance > "")
	(
		frappe.qb.update(action)
		.set(action.of_part, 1)
		.where((action.reference_doctype == "Grievance") & action.reference_name.isin(parts))
		.run()
	)
