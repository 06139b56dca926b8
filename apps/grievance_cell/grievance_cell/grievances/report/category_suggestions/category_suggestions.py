"""How often the right category is proposed, on settled cases that the model had not seen."""

import json

import frappe
from frappe import _
from frappe.utils import format_datetime

from grievance_cell.grievances import categorisation

SHARES = (
	"top1_keywords",
	"top3_keywords",
	"top1_model",
	"top3_model",
	"top1_combined",
	"top3_combined",
)


def execute(filters: dict | None = None) -> tuple:
	"""Show the last night's result: all cases, then by language, then by category, the worst first."""
	found = frappe.get_all(
		"Category Model",
		fields=["trained_on", "cases", "corrected", "details", *SHARES],
		order_by="trained_on desc",
		limit=1,
	)
	if not found:
		return columns(), [], too_few()
	newest = found[0]
	return columns(), rows(newest), message(newest), None, summary(newest)


def columns() -> list[dict]:
	labels = {field.fieldname: field.label for field in frappe.get_meta("Category Model").fields}
	shares = [
		{"fieldname": name, "label": _(labels[name]), "fieldtype": "Percent", "width": 150} for name in SHARES
	]
	return [
		{"fieldname": "what", "label": _("Cases Of"), "fieldtype": "Data", "width": 260},
		{"fieldname": "cases", "label": _("Settled Cases"), "fieldtype": "Int", "width": 110},
		*shares,
	]


def rows(newest: dict) -> list[dict]:
	details = json.loads(newest.details or "[]")
	languages = sorted(
		(row for row in details if row["group"] == "language"), key=lambda row: (-row["cases"], row["value"])
	)
	categories = sorted(
		(row for row in details if row["group"] == "category"),
		key=lambda row: (row["top1_combined"], row["top3_combined"], -row["cases"], row["value"]),
	)
	everything = {name: newest[name] for name in ("cases", *SHARES)}
	return [
		{"what": _("All"), **everything, "bold": 1},
		*({"what": language_name(row["value"]), **row} for row in languages),
		*({"what": _(row["value"]), **row} for row in categories),
	]


def language_name(code: str) -> str:
	if code == categorisation.HINDI_IN_LATIN:
		return _("Hindi in Latin letters")
	return frappe.get_cached_value("Language", code, "language_name") or code


def message(newest: dict) -> str:
	when = _("Measured on {0} settled cases, {1} of them corrected, on {2}.").format(
		newest.cases, newest.corrected, format_datetime(newest.trained_on)
	)
	return f"{when} {use(newest.corrected)}"


def use(corrected: int) -> str:
	wanted = categorisation.corrections_wanted()
	if corrected >= wanted:
		return _("Keywords and the model propose together.")
	return _("Keywords propose alone until {0} cases were corrected.").format(wanted)


def too_few() -> str:
	cases, corrected = categorisation.count_settled()
	found = _(
		"There is no model yet: {0} settled cases, {1} of them corrected; the night after {2} there is."
	).format(cases, corrected, categorisation.LEAST_CASES)
	return f"{found} {_('Keywords propose alone.')}"


def summary(newest: dict) -> list[dict]:
	labels = {field.fieldname: field.label for field in frappe.get_meta("Category Model").fields}
	in_use = "combined" if newest.corrected >= categorisation.corrections_wanted() else "keywords"
	return [
		{"value": newest[f"{top}_{in_use}"], "label": _(labels[f"{top}_{in_use}"]), "datatype": "Percent"}
		for top in ("top1", "top3")
	]
