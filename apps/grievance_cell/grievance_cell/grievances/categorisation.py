"""Propose the category of what a citizen writes, and learn from what became of earlier cases.

A proposal decides nothing: a person takes it or chooses another. What they chose, or an officer corrected, is what the
model is fitted to in the next night.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import frappe
from frappe.utils import cint, now_datetime
from frappe.utils.caching import site_cache

from grievance_cell.grievances.category_model import CategoryModel
from grievance_cell.grievances.category_ranking import SettledCase, can_be_fitted, held_out, rank
from grievance_cell.grievances.doctype.grievance_status.grievance_status import CLOSED, RESOLVED
from grievance_cell.grievances.keywords import KeywordTable
from grievance_cell.grievances.words import DEVANAGARI, GURMUKHI

# How a case ended that tells nothing about its category.
UNTAUGHT = ("Withdrawn", "Duplicate", "Junk", "Out of Scope")
LEAST_CASES = 50
# The newest ones: what citizens write about changes, and a night is long enough for so many.
MOST_CASES = 10000
KEPT_RESULTS = 30
# Hindi that is written in Latin letters.
HINDI_IN_LATIN = "hi-Latn"


@dataclass(frozen=True)
class Suggestion:
	category: str
	score: float


def suggest(text: str, grievance_type: str | None = None, limit: int = 3) -> list[Suggestion]:
	"""List the categories that fit a text best, best first, at most `limit`; empty when nothing fits.

	Only categories that a case of this type may have, never a group. `score` is 0 to 1 and compares proposals for one
	text with each other, nothing else.
	"""
	rows = _categories()
	among = _of_type(rows, grievance_type)
	ranked = rank(text or "", among, _keyword_table(rows), _model_in_use())
	return [Suggestion(category, score) for category, score in ranked[:limit]]


def retrain() -> str | None:
	"""Fit the model to the settled cases and note how well it does; every night, in one transaction.

	Returns the name of the new Category Model, None where there are too few cases.
	"""
	rows = _categories()
	found = list(_settled_cases(rows))
	cases = [case for case, _corrected in found]
	if len(cases) < LEAST_CASES or not can_be_fitted(cases):
		frappe.logger("grievance_cell").info(f"{len(cases)} settled cases are too few for a category model")
		return None
	accuracy = held_out(cases, _keyword_table(rows))
	model = CategoryModel.fit([case.text for case in cases], [case.category for case in cases])
	result = frappe.get_doc(
		{
			"doctype": "Category Model",
			"trained_on": now_datetime(),
			"cases": len(cases),
			"corrected": sum(corrected for _case, corrected in found),
			**accuracy["", ""].shares(),
			"details": json.dumps(
				[
					{"group": group, "value": value, "cases": each.cases, **each.shares()}
					for (group, value), each in accuracy.items()
					if group
				],
				ensure_ascii=False,
			),
			"parameters": base64.b64encode(model.to_bytes()).decode(),
		}
	).insert(ignore_permissions=True)
	_forget_old_models(result.name)
	return result.name


def corrections_wanted() -> int:
	"""Tell after how many corrected cases the model is used."""
	return cint(frappe.get_cached_doc("Grievance Settings").model_after_corrections)


def count_settled() -> tuple[int, int]:
	"""Count the settled cases that teach, and those of them that were corrected."""
	found = [corrected for _case, corrected in _settled_cases(_categories())]
	return len(found), sum(found)


def _categories() -> tuple[tuple[str, str, str], ...]:
	# Read each time, so that a changed keyword counts at once in every process; what is made of them is kept.
	return tuple(
		frappe.get_all(
			"Grievance Category",
			{"is_group": 0},
			["name", "applies_to", "keywords"],
			order_by="lft, name",
			as_list=True,
		)
	)


@lru_cache(maxsize=8)
def _keyword_table(rows: tuple) -> KeywordTable:
	return KeywordTable(
		(name, keyword) for name, _types, keywords in rows for keyword in (keywords or "").splitlines()
	)


@lru_cache(maxsize=32)
def _of_type(rows: tuple, grievance_type: str | None) -> frozenset[str]:
	return frozenset(
		name
		for name, types, _keywords in rows
		if not grievance_type or not (types or "").strip() or grievance_type in types.splitlines()
	)


def _model_in_use() -> CategoryModel | None:
	newest = frappe.get_all(
		"Category Model", fields=["name", "corrected"], order_by="trained_on desc", limit=1, as_list=True
	)
	if not newest or newest[0][1] < corrections_wanted():
		return None
	return _model(newest[0][0])


@site_cache(maxsize=2)
def _model(name: str) -> CategoryModel | None:
	try:
		packed = frappe.db.get_value("Category Model", name, "parameters")
		model = CategoryModel.from_bytes(base64.b64decode(packed))
		model.scores("a")
		return model
	except Exception:
		# A case must be registered whatever becomes of a proposal; said once a process.
		frappe.log_error(
			title="Category Model cannot be used", reference_doctype="Category Model", reference_name=name
		)
		return None


def _settled_cases(rows: tuple) -> Iterator[tuple[SettledCase, bool]]:
	"""Read the settled cases, newest first, each with whether its category is not the one that was proposed."""
	statuses = frappe.get_all("Grievance Status", {"category": ("in", (RESOLVED, CLOSED))}, pluck="name")
	leaves = _of_type(rows, None)
	for case in frappe.get_all(
		"Grievance",
		filters={
			"status": ("in", statuses),
			"closure_reason": ("not in", UNTAUGHT),
			"description": ("is", "set"),
		},
		fields=["description", "category", "proposed_category", "grievance_type", "language"],
		order_by="registered_on desc, name desc",
		limit=MOST_CASES,
	):
		if case.category in leaves:
			settled = SettledCase(
				case.description,
				case.category,
				_written_in(case.description, case.language),
				_of_type(rows, case.grievance_type) | {case.category},
			)
			yield settled, case.proposed_category != case.category


def _written_in(text: str, language: str | None) -> str:
	"""Tell the language that a case is written in: by its script, and in Latin letters by the talk's language."""
	if DEVANAGARI.search(text):
		return "hi"
	if any(ord(sign) in GURMUKHI for sign in text):
		return "pa"
	return "en" if language == "en" else HINDI_IN_LATIN


def _forget_old_models(newest: str) -> None:
	"""Drop the parameters of earlier models and all but the last results."""
	kept = frappe.get_all("Category Model", pluck="name", order_by="trained_on desc", limit=KEPT_RESULTS)
	frappe.db.delete("Category Model", {"name": ("not in", kept)})
	frappe.db.set_value(
		"Category Model",
		{"name": ("!=", newest), "parameters": ("is", "set")},
		"parameters",
		None,
		update_modified=False,
	)
