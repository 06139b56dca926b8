"""Doors of Frappe's desk that ask for the right to a DocType and forget its rows or fields, put right for citizens' data.

They stand in hooks (`override_whitelisted_methods`, `standard_queries`). What is no citizens' data goes to Frappe as ever.
"""

from typing import Any

import frappe
import frappe.client
from frappe.desk import listview, query_report, reportview
from frappe.desk.form import linked_with
from frappe.geo import utils as geo
from frappe.query_builder import Order
from frappe.query_builder.functions import Count

from grievance_cell.grievances.attached_records import citizens_data, refuse_columns
from grievance_cell.organisation.phone import NUMBER, to_e164

# More pins than these nobody tells apart; a browser draws them in a second.
MOST_ON_MAP = 2000


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
