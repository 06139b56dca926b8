"""What Frappe keeps beside documents (files, comments, versions, mails, ...) is seen by who sees the document.

Frappe asks that for some of them in the form, for few in the list, and lets System Managers read the others whole. Here
it holds for whatever belongs to a DocType that is listed in hooks as `citizens_data`; all else is Frappe's affair.
"""

import frappe
from frappe import _

from grievance_cell.grievances import citizens

# By which fields a record names the document that it belongs to.
REFERENCE_FIELDS = {
	"Access Log": ("export_from", "reference_document"),
	"Activity Log": ("reference_doctype", "reference_name"),
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Deleted Document": ("deleted_doctype", "deleted_name"),
	"Email Queue": ("reference_doctype", "reference_name"),
	"Error Log": ("reference_doctype", "reference_name"),
	"File": ("attached_to_doctype", "attached_to_name"),
	"Notification Log": ("document_type", "document_name"),
	"Tag Link": ("document_type", "document_name"),
	"ToDo": ("reference_type", "reference_name"),
	"Version": ("ref_doctype", "docname"),
	"View Log": ("reference_doctype", "reference_name"),
	"Workflow Action": ("reference_doctype", "reference_name"),
}

# Frappe's report that is sent by e-mail: the mail holds what its user was to read.
MAILED_REPORT = "Auto Email Report"


def citizens_data() -> list[str]:
	return frappe.get_hooks("citizens_data")


def condition_on(doctype: str, user: str | None = None) -> str:
	"""Write the SQL condition on a DocType of REFERENCE_FIELDS that its document, if it holds citizens' data, is visible."""
	doctype_column, name_column = (f"`tab{doctype}`.`{field}`" for field in REFERENCE_FIELDS[doctype])
	return condition_of(doctype_column, name_column, citizens_data(), user)


def condition_of(doctype_column: str, name_column: str, protected: list[str], user: str | None = None) -> str:
	"""Write the SQL condition that the document which two columns name is visible, if it is one of the protected DocTypes."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	names = ", ".join(frappe.db.escape(each, percent=False) for each in protected)
	found = [f"ifnull({doctype_column}, '') not in ({names})"]
	for each in protected:
		if not frappe.permissions.get_role_permissions(frappe.get_meta(each), user=user).get("read"):
			continue
		visible = visible_condition(each, user) or "1 = 1"
		counted = frappe.get_meta(each).autoname == "autoincrement"
		name_field = f"cast({name_column} as unsigned)" if counted else name_column
		found.append(
			f"({doctype_column} = {frappe.db.escape(each, percent=False)}"
			f" and {name_field} in (select `name` from `tab{each}` where {visible}))"
		)
	return f"({' or '.join(found)})"


def visible_condition(doctype: str, user: str) -> str:
	rules = frappe.get_hooks("permission_query_conditions").get(doctype, [])
	conditions = [frappe.call(frappe.get_attr(rule), user) for rule in rules]
	return " and ".join(f"({condition})" for condition in conditions if condition)


def can_see_record(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Tell whether a user may open a record (has_permission): as the document's rules say, and Frappe's own for it."""
	user = user or frappe.session.user
	doctype, name = (doc.get(field) for field in REFERENCE_FIELDS[doc.doctype])
	if doctype in citizens_data() and user != "Administrator" and not doc.is_new():
		if not name or not frappe.db.exists(doctype, name):
			return False
		# Nobody writes into the record of what somebody else may only read.
		if not frappe.has_permission(doctype, "read", doc=name, user=user):
			return False
	if doc.doctype == "Email Queue" and doctype == MAILED_REPORT and not _is_own_report(name, user):
		return False
	return _others_agree(doc, ptype, user)


def _is_own_report(mailed: str, user: str) -> bool:
	"""Tell whether a mailed report is sent to a user, or says nothing of citizens' data."""
	found = frappe.db.get_value(MAILED_REPORT, mailed, ["user", "report"])
	if user == "Administrator" or (found and found[0] == user):
		return True
	return bool(found) and frappe.db.get_value("Report", found[1], "ref_doctype") not in citizens_data()


def _others_agree(doc, ptype: str | None, user: str) -> bool:
	"""Ask the other rules for a DocType: here Frappe takes the first answer, elsewhere it wants all."""
	for rule in reversed(frappe.get_hooks("has_permission").get(doc.doctype, [])):
		function = frappe.get_attr(rule)
		if function not in (can_see_record, can_see_result):
			answer = frappe.call(function, doc=doc, ptype=ptype, user=user)
			if answer is not None:
				return bool(answer)
	return True


def refuse_share(share, method: str | None = None) -> None:
	"""Refuse to share citizens' data (DocShare, validate): a share would outlast every transfer, and pass every rule.

	So an assignment to somebody who does not see the case is refused too, for Frappe would share it with them.
	"""
	if share.share_doctype in citizens_data():
		frappe.throw(
			_("{0} {1} can't be shared: who sees it follows from the postings").format(
				_(share.share_doctype), share.share_name
			),
			frappe.PermissionError,
		)


def guard_file(file, method: str | None = None) -> None:
	"""Refuse a public file on a document that holds citizens' data, and keep that of a confidential case apart (File, validate)."""
	keeper = citizens.keeper_of_files(file.attached_to_doctype, file.attached_to_name)
	if keeper[0] != file.attached_to_doctype:
		file.attached_to_doctype, file.attached_to_name = keeper
		# Frappe shows a file to its owner, whatever it is attached to.
		file.owner = "Administrator"
	if file.attached_to_doctype in citizens_data() and not file.is_private and not file.is_folder:
		frappe.throw(_("A file of {0} has to be private").format(_(file.attached_to_doctype)))


def protect(case: str) -> None:
	"""Take from a case that is confidential now the files, and the versions that name the citizen."""
	for file in frappe.get_all(
		"File", {"attached_to_doctype": "Grievance", "attached_to_name": case}, pluck="name"
	):
		frappe.db.set_value(
			"File",
			file,
			{"attached_to_doctype": citizens.PROTECTED, "attached_to_name": case, "owner": "Administrator"},
		)
	for version in frappe.get_all("Version", {"ref_doctype": "Grievance", "docname": case}, ["name", "data"]):
		if any(f'"{field}"' in (version.data or "") for field in ("citizen", "mobile_masked")):
			frappe.db.delete("Version", {"name": version.name})


def drop_hidden_values(version, method: str | None = None) -> None:
	"""Leave out of a Version (before_insert) what a reader of the document might not read: fields of a higher level.

	Frappe shows the timeline to everybody who opens the document, whatever the level of a changed field.
	"""
	if version.ref_doctype not in citizens_data() or not version.data:
		return
	meta = frappe.get_meta(version.ref_doctype)
	hidden = {field.fieldname for field in meta.fields if field.permlevel}
	if version.ref_doctype == "Grievance" and frappe.db.exists(citizens.PROTECTED, version.docname):
		hidden |= {"citizen", "mobile_masked"}
	data = frappe.parse_json(version.data)
	if data.get("changed"):
		data["changed"] = [change for change in data["changed"] if change[0] not in hidden]
		version.data = frappe.as_json(data, indent=None, separators=(",", ":"))


def guard_report(report, method: str | None = None) -> None:
	"""Refuse to keep a report with further columns of citizens' data (Report, validate)."""
	kept = frappe.parse_json(report.json or "{}")
	refuse_columns(kept.get("columns") if isinstance(kept, dict) else None)


def refuse_columns(columns: str | list | None) -> None:
	"""Refuse further columns of a report, which Frappe reads from whole tables, where they are citizens' data."""
	for column in frappe.parse_json(columns or "[]"):
		if isinstance(column, dict) and column.get("doctype") in citizens_data():
			frappe.throw(
				_("A report cannot be given columns of {0}").format(_(column["doctype"])),
				frappe.PermissionError,
			)


def visible_results(user: str | None = None) -> str:
	"""Write the SQL condition on Prepared Report: of a report on citizens' data, only what the user had made."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	names = ", ".join(frappe.db.escape(each, percent=False) for each in citizens_data())
	return (
		f"(`tabPrepared Report`.`owner` = {frappe.db.escape(user, percent=False)} or `tabPrepared Report`.`report_name`"
		f" not in (select `name` from `tabReport` where `ref_doctype` in ({names})))"
	)


def visible_emails(user: str | None = None) -> str:
	"""Write the SQL condition on Email Queue: as for other records, and of mailed reports only the user's own."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	names = ", ".join(frappe.db.escape(each, percent=False) for each in citizens_data())
	own = (
		f"select `name` from `tab{MAILED_REPORT}` where `user` = {frappe.db.escape(user, percent=False)}"
		f" or `report` not in (select `name` from `tabReport` where `ref_doctype` in ({names}))"
	)
	return (
		f"({condition_on('Email Queue', user)} and (ifnull(`tabEmail Queue`.`reference_doctype`, '') != '{MAILED_REPORT}'"
		f" or `tabEmail Queue`.`reference_name` in ({own})))"
	)


def can_see_result(doc, ptype: str | None = None, user: str | None = None) -> bool:
	user = user or frappe.session.user
	if user not in ("Administrator", doc.owner) and not doc.is_new():
		if frappe.db.get_value("Report", doc.report_name, "ref_doctype") in citizens_data():
			return False
	return _others_agree(doc, ptype, user)


def _rule_for(doctype: str):
	def rule(user: str | None = None) -> str:
		return condition_on(doctype, user)

	return rule


# Frappe calls the rules of a list by a path, without telling of which DocType.
visible_access_logs = _rule_for("Access Log")
visible_activity_logs = _rule_for("Activity Log")
visible_comments = _rule_for("Comment")
visible_communications = _rule_for("Communication")
visible_deleted_documents = _rule_for("Deleted Document")
visible_errors = _rule_for("Error Log")
visible_files = _rule_for("File")
visible_notifications = _rule_for("Notification Log")
visible_tags = _rule_for("Tag Link")
visible_assignments = _rule_for("ToDo")
visible_versions = _rule_for("Version")
visible_views = _rule_for("View Log")
visible_workflow_actions = _rule_for("Workflow Action")
