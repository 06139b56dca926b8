"""Doors of Frappe's desk that ask for the right to a DocType and forget its rows or fields, put right for citizens' data.

Three more name what is linked to as its reader does: in the report builder, in forms and in filters. They stand in hooks
(`override_whitelisted_methods`, `standard_queries`). What is no citizens' data goes to Frappe as ever.
"""

from typing import Any

import frappe
import frappe.client
from frappe.desk import listview, query_report, reportview, search
from frappe.desk.form import linked_with, load
from frappe.geo import utils as geo
from frappe.query_builder import Order
from frappe.query_builder.functions import Count
from frappe.workflow.doctype.workflow import workflow

from grievance_cell.grievances.attached_records import citizens_data, refuse_columns
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation.areas import place_names
from grievance_cell.organisation.phone import NUMBER, to_e164

# More pins than these nobody tells apart; a browser draws them in a second.
MOST_ON_MAP = 2000


def name_bot(bootinfo) -> None:
	"""Have the desk know the bot's name (hook extend_bootinfo): it is the owner of most cases."""
	name = frappe.db.get_value("User", bot_user(), "full_name")
	bootinfo.user_info.setdefault(bot_user(), {"fullname": name, "name": bot_user()})


@frappe.whitelist()
def get_count(**given: Any) -> int:
	"""Count the rows that the user sees (for frappe.client.get_count, by which workspace shortcuts count)."""
	doctype = given.get("doctype")
	if doctype not in citizens_data():
		return frappe.call(frappe.client.get_count, **given)
	asked = frappe.local.form_dict
	# The list's own count sees the user's rows only; it reads what it is asked from the request.
	frappe.local.form_dict = frappe._dict(doctype=doctype, filters=given.get("filters") or "[]")
	try:
		return reportview.get_count()
	finally:
		frappe.local.form_dict = asked


@frappe.whitelist()
def get_group_by_count(**given: Any) -> list:
	"""Count a list by a field (for frappe.desk.listview.get_group_by_count), by assignment too only what the user sees."""
	doctype = given.get("doctype")
	if doctype not in citizens_data() or given.get("field") != "assigned_to":
		return frappe.call(listview.get_group_by_count, **given)
	filters = frappe.parse_json(given.get("current_filters") or "[]")
	seen = frappe.get_list(doctype, filters=filters, pluck="name", limit=0)
	if not seen:
		return []
	assignment, count = frappe.qb.DocType("ToDo"), Count("*")
	return (
		frappe.qb.from_(assignment)
		.select(assignment.allocated_to.as_("name"), count.as_("count"))
		.where((assignment.reference_type == doctype) & assignment.reference_name.isin(seen))
		.where(assignment.status != "Cancelled")
		.groupby(assignment.allocated_to)
		.orderby(count, order=Order.desc)
		.limit(50)
		.run(as_dict=True)
	)


@frappe.whitelist()
def get_data_for_custom_field(doctype: str, field: str, names: list | str | None = None) -> dict:
	"""Read a further column of a report (for frappe.desk.query_report.get_data_for_custom_field), of some documents or all."""
	if doctype not in citizens_data():
		# Later releases of Frappe ask for the names.
		return frappe.call(query_report.get_data_for_custom_field, doctype=doctype, field=field, names=names)
	wanted = {"name": ("in", frappe.parse_json(names))} if names else {}
	rows = frappe.get_list(doctype, filters=wanted, fields=["name", field], limit=0)
	return {row.name: row.get(field) for row in rows}


@frappe.whitelist()
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: str | list) -> list[dict]:
	"""Count the cases in states that a Workflow lacks (for the form of a Workflow), for who writes it and sees no case."""
	if doctype != "Grievance" or workflow_state_field != "status":
		return frappe.call(
			workflow.get_workflow_state_count,
			doctype=doctype,
			workflow_state_field=workflow_state_field,
			states=states,
		)
	if not frappe.has_permission("Workflow", "write"):
		raise frappe.PermissionError
	case = frappe.qb.DocType("Grievance")
	return (
		frappe.qb.from_(case)
		.select(case.status, Count("*").as_("count"))
		.where(case.status.notin([*frappe.parse_json(states), ""]))
		.groupby(case.status)
		.run(as_dict=True)
	)


@frappe.whitelist()
def run_report(**given: Any) -> dict:
	"""Run a report (for frappe.desk.query_report.run), without further columns of citizens' data, which would come unchecked."""
	refuse_columns(given.get("custom_columns"))
	return frappe.call(query_report.run, **given)


@frappe.whitelist()
def export_report(**given: Any) -> None:
	"""Export a report (for frappe.desk.query_report.export_query), which runs it past run_report."""
	refuse_columns(given.get("custom_columns"))
	query_report.export_query()


@frappe.whitelist()
def get_links(doctype: str, docname: str) -> dict:
	"""List what is linked to a document (for frappe.desk.form.linked_with.get), which asks for no right to any of it."""
	linked = linked_with.get_linked_doctypes(doctype=doctype)
	others = {each: how for each, how in linked.items() if each not in citizens_data()}
	return linked_with.get_linked_docs(doctype=doctype, name=docname, linkinfo=others)


@frappe.whitelist()
def get_rows(**given: Any) -> dict | list:
	"""Read a list (for frappe.desk.reportview.get), for the report builder with the titles of what its rows link to.

	The desk shows them where it knows them. Its lists ask for them; whether its report builder does depends on the release.
	"""
	rows = reportview.get()
	if rows and given.get("view") == "Report":
		titles = link_titles(given["doctype"], rows["keys"], rows["values"])
		frappe.local.response.setdefault("_link_titles", {}).update(titles)
	return rows


def link_titles(doctype: str, fields: list[str], rows: list[list]) -> dict[str, str]:
	"""Name what rows link to that has a number for its name and a title to show: as `DocType::name` to title."""
	found = {}
	for position, fieldname in enumerate(fields):
		field = frappe.get_meta(doctype).get_field(fieldname)
		linked = field and field.fieldtype == "Link" and frappe.get_meta(field.options)
		names = {row[position] for row in rows if row[position]}
		if names and linked and linked.title_field and linked.show_title_field_in_link:
			wanted = {"name": ("in", sorted(names))}
			for name, title in frappe.get_all(
				field.options, wanted, ["name", linked.title_field], as_list=True
			):
				found[f"{field.options}::{name}"] = title
	return in_their_language(found)


@frappe.whitelist()
def get_document(doctype: str, name: str) -> Any:
	"""Open a form (for frappe.desk.form.load.getdoc), whose places are named in the user's language."""
	opened = load.getdoc(doctype, name)
	titles = frappe.local.response.get("_link_titles") or {}
	titles.update(in_their_language(titles))
	return opened


@frappe.whitelist()
def get_link_title(doctype: str, docname: str) -> str:
	"""Name what a field links to (for frappe.desk.search.get_link_title), a place in the user's language."""
	title = search.get_link_title(doctype, docname)
	return in_their_language({f"{doctype}::{docname}": title})[f"{doctype}::{docname}"]


def in_their_language(titles: dict[str, str]) -> dict[str, str]:
	"""Name the places among titles in the user's language; of the others, and in English, the titles are what they are."""
	areas = [key.partition("::")[2] for key in titles if key.startswith("Local Area::")]
	if not areas or frappe.local.lang == "en":
		return titles
	return titles | {
		f"Local Area::{area}": name for area, name in place_names(areas, frappe.local.lang).items()
	}


@frappe.whitelist()
def get_coords(doctype: str, filters: list | str, type: str) -> dict:
	"""Find where on the map the rows of a list are (for frappe.geo.utils.get_coords): of citizens' data those that the user sees."""
	if doctype not in citizens_data():
		return frappe.call(geo.get_coords, doctype=doctype, filters=filters, type=type)
	wanted = [*frappe.parse_json(filters), [doctype, "latitude", "!=", 0], [doctype, "longitude", "!=", 0]]
	fields = ["name", "latitude", "longitude"]
	rows = frappe.get_list(doctype, filters=wanted, fields=fields, limit=MOST_ON_MAP)
	# Frappe leaves out what the user may not read of a row.
	return geo.convert_to_geojson("coordinates", [row for row in rows if row.get("latitude")])


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def find(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | str | None
) -> list:
	"""Find for a link field what the user sees, a Citizen by the whole number too (standard_queries)."""
	fields = list(dict.fromkeys(["name", *frappe.get_meta(doctype).get_search_fields()]))
	wanted = [[doctype, field, "like", f"%{txt}%"] for field in fields] if txt else []
	number = to_e164(txt) if doctype == "Citizen" and NUMBER.fullmatch(txt.strip()) else None
	if number:
		# Who can tell a whole number knows it already; only a part of one could be guessed at.
		wanted = [
			[doctype, "name", "in", frappe.get_all(doctype, {"mobile_no": number}, pluck="name") or [""]]
		]
	return frappe.get_list(
		doctype,
		filters=filters,
		or_filters=wanted,
		fields=fields,
		start=start,
		page_length=page_len,
		as_list=True,
	)
