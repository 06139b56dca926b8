"""A citizen who wants to be forgotten: nothing that tells of them stays, what is counted does.

First what is linked to them goes: cases lose whose they are and what was written, files their content, records beside
the cases are deleted. Then every text of the site is searched for their numbers, however they are written, and addresses,
and Frappe's logs and what officers wrote on their cases for the name too; elsewhere a name may be a namesake's. What
another citizen has as well, the number of a family, stays with that one. Each step commits, and may be done again after a
crash: the rows from which it is known what is theirs are emptied last.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import frappe
from frappe.utils import now_datetime

from grievance_cell.grievances import citizens
from grievance_cell.grievances.attached_records import REFERENCE_FIELDS
from grievance_cell.grievances.citizens import bot_user
from grievance_cell.organisation.phone import to_e164

MAY_ERASE = {"Grievance Operator", "Collector"}
ERASED = "(erased)"
RUNNING, DONE = "Running", "Done"
# What a citizen has said of themselves and of the place; dates, categories and the rating stay.
SAID = ("citizen_name", "mobile_no", "mobile_masked", "address", "feedback", "question",
	"external_reference", "resolution_photo", "_comments")  # fmt: skip
TOLD = ("description", "subject")
OWN = (
	"mobile_no",
	"alternate_mobile_no",
	"whatsapp_id",
	"mobile_masked",
	"address",
	"email",
	"area",
	"consented_on",
	"_comments",
)
CALLBACK = ("citizen_name", "mobile_no", "mobile_masked", "said", "remark")
# How a digit may be written, and what people put between the digits of a number.
DIGITS = ("0०੦", "1१੧", "2२੨", "3३੩", "4४੪", "5५੫", "6६੬", "7७੭", "8८੮", "9९੯")
GAP = "[ .()/-]{0,2}"
# The fields into which people write.
WRITTEN = ("Data", "Small Text", "Text", "Long Text", "Text Editor", "Markdown Editor", "HTML Editor")
# An officer's own number is not erased with the complaints that they made as a citizen, nor a relative's.
KEPT = {"tabCitizen", "tabUser", "tabOfficer Posting", "tabErasure Report", "tabDocField", "tabDocType"}
# Records that are nothing without what they say. Assignments stay, emptied.
DELETED = set(REFERENCE_FIELDS) - {"File", "ToDo", "Workflow Action"}


def request(citizen: str) -> str:
	"""Have a citizen erased by a job; returns the Erasure Report. Raises PermissionError but for operator and collector."""
	frappe.get_doc("Citizen", citizen).check_permission("read")
	if frappe.session.user != "Administrator" and not MAY_ERASE & set(frappe.get_roles()):
		raise frappe.PermissionError
	report = frappe.get_doc(
		{"doctype": "Erasure Report", "citizen": citizen, "state": RUNNING, "erased_by": frappe.session.user}
	).insert(ignore_permissions=True)
	frappe.enqueue(
		"grievance_cell.grievances.erasure.erase", queue="long", enqueue_after_commit=True, report=report.name
	)
	return report.name


def erase(report: str) -> None:
	"""Erase the citizen of an Erasure Report, and write down how many rows of what were changed."""
	citizen = frappe.get_doc("Citizen", frappe.db.get_value("Erasure Report", report, "citizen"))
	cases = [
		*frappe.get_all("Grievance", {"citizen": citizen.name}, pluck="name"),
		*citizens.confidential_cases_of(citizen.name),
	]
	# The part that another department was asked for says the same once more.
	cases += rows_of("Grievance", "parent_grievance", cases)
	callbacks = frappe.get_all("Callback Request", {"citizen": citizen.name}, pluck="name")
	belongings = {
		"Grievance": cases,
		citizens.PROTECTED: cases,
		"Citizen": [citizen.name],
		"Callback Request": callbacks,
	}
	needles = needles_of(citizen)
	changed: Counter = Counter()
	for step in (
		lambda: _messages(citizen.name, needles),
		lambda: _files(belongings),
		lambda: _cases(cases),
		lambda: _empty("Callback Request", callbacks, dict.fromkeys(CALLBACK)),
		lambda: erase_records(belongings),
		lambda: _remarks(cases, citizen.citizen_name),
		lambda: _everywhere(citizen),
		lambda: _citizen(citizen.name, cases),
	):
		changed.update(step())
		frappe.db.commit()
	for doctype, names in belongings.items():
		for name in names:
			frappe.clear_document_cache(doctype, name)
	frappe.db.set_value(
		"Erasure Report",
		report,
		{
			"state": DONE,
			"erased_on": now_datetime(),
			"changed": frappe.as_json({table: rows for table, rows in sorted(changed.items()) if rows}),
		},
	)
	frappe.db.commit()


def rows_of(doctype: str, field: str, names: list[str], **filters) -> list[str]:
	"""Name the rows that point at one of some documents; at none of none, which Frappe would take for those without any."""
	if not names:
		return []
	return frappe.get_all(doctype, {**filters, field: ("in", names)}, pluck="name")


def needles_of(citizen) -> list[str]:
	"""List under what a conversation of theirs may be kept: numbers with and without plus and country, addresses."""
	found = []
	for number in numbers_of(citizen):
		found += [number, number.lstrip("+"), number.removeprefix("+91")]
	return [*found, *addresses_of(citizen)]


def _messages(citizen: str, needles: list[str]) -> dict:
	"""Let whatever keeps conversations erase its own (hook `erase_citizen`)."""
	changed: Counter = Counter()
	for path in frappe.get_hooks("erase_citizen"):
		changed.update(frappe.get_attr(path)(citizen=citizen, keys=needles, note=ERASED))
	return changed


def _files(belongings: dict[str, list[str]]) -> dict:
	files = [
		file
		for doctype, names in belongings.items()
		for file in rows_of("File", "attached_to_name", names, attached_to_doctype=doctype)
	]
	for file in files:
		frappe.delete_doc("File", file, force=True, ignore_permissions=True, delete_permanently=True)
	return {"File": len(files)}


def _cases(cases: list[str]) -> dict:
	changed = _empty(
		"Grievance",
		cases,
		{**dict.fromkeys(SAID), **dict.fromkeys(TOLD, ERASED), "latitude": 0, "longitude": 0},
	)
	# What they said of a case that was joined to another stands on that one, and what others said so on theirs is not theirs.
	said = {"reference_doctype": "Grievance", "actor": bot_user()}
	words = rows_of("Grievance Action", "through", cases, **said)
	words += rows_of("Grievance Action", "reference_name", cases, through=("is", "not set"), **said)
	changed |= _empty("Grievance Action", words, {"remark": ERASED})
	return changed | _delete("Grievance Public Photo", rows_of("Grievance Public Photo", "parent", cases))


def erase_records(belongings: dict[str, list[str]], kinds: Iterable[str] = REFERENCE_FIELDS) -> dict:
	"""Delete what Frappe keeps beside documents, by their DocTypes; assignments are emptied. Returns how many rows of what."""
	changed: Counter = Counter()
	for doctype in kinds:
		doctype_field, name_field = REFERENCE_FIELDS[doctype]
		for owner, names in belongings.items():
			rows = rows_of(doctype, name_field, names, **{doctype_field: owner})
			if doctype in DELETED:
				for table in frappe.get_meta(doctype).get_table_fields() if rows else ():
					frappe.db.delete(table.options, {"parent": ("in", rows), "parenttype": doctype})
				_delete(doctype, rows)
			elif doctype == "ToDo":
				_empty(doctype, rows, {"description": ERASED})
			changed[doctype] += len(rows)
	for owner, names in belongings.items():
		if names:
			frappe.db.delete("__global_search", {"doctype": owner, "name": ("in", names)})
	return changed


def _remarks(cases: list[str], name: str | None) -> dict:
	"""Take the name out of what officers wrote on the cases, and on those that they are joined to."""
	if not (cases and is_name(name)):
		return {}
	mains = frappe.get_all(
		"Grievance", {"name": ("in", cases), "duplicate_of": ("is", "set")}, pluck="duplicate_of"
	)
	of_cases = {"reference_doctype": "Grievance", "reference_name": ("in", [*cases, *mains])}
	rows = {
		"Grievance": [*cases, *mains],
		"Grievance Action": frappe.get_all("Grievance Action", of_cases, pluck="name"),
	}
	changed: Counter = Counter()
	for doctype, names in rows.items():
		for field in frappe.get_meta(doctype).get("fields", {"fieldtype": ("in", WRITTEN), "is_virtual": 0}):
			changed[doctype] += _mask(f"tab{doctype}", field.fieldname, as_word(name), names)
	return changed


def _everywhere(citizen) -> dict:
	changed: Counter = Counter()
	logs = {f"tab{doctype}" for doctype in REFERENCE_FIELDS} | {"tabEmail Queue Recipient", "__global_search"}
	keys = [as_written(number) for number in numbers_of(citizen)]
	keys += [re.escape(key) for key in addresses_of(citizen)]
	name = [as_word(citizen.citizen_name)] if is_name(citizen.citizen_name) else []
	for table, columns in groupby(text_columns(), itemgetter(0)):
		patterns = [*keys, *(name if table in logs else [])]
		if table in KEPT or not patterns:
			continue
		pattern, names = "|".join(patterns), [column for _table, column in columns]
		# Read once for all: most tables have nothing of anybody.
		anywhere = " or ".join(f"`{column}` regexp %(pattern)s" for column in names)
		if frappe.db.sql(
			f"select 1 from `{table}` where {anywhere} limit 1", {"pattern": f"(?i)(?:{pattern})"}
		):
			changed[table.removeprefix("tab")] += sum(_mask(table, column, pattern) for column in names)
		# A table at a time, so that nobody waits for the whole site.
		frappe.db.commit()
	return changed


def _mask(table: str, column: str, pattern: str, names: list | None = None) -> int:
	"""Replace what a pattern (PCRE, whatever the case of letters) finds in a column; returns how many rows it was in."""
	among = "`name` in %(names)s and" if names else ""
	frappe.db.sql(
		f"update `{table}` set `{column}` = regexp_replace(`{column}`, %(pattern)s, %(note)s)"
		f" where {among} `{column}` regexp %(pattern)s",
		{"pattern": f"(?i)(?:{pattern})", "note": ERASED, "names": names},
	)
	return frappe.db.sql("select row_count()")[0][0]


def numbers_of(citizen) -> list[str]:
	"""List the numbers of one person and no other; what is no number would be found everywhere."""
	given = map(to_e164, filter(None, (citizen.mobile_no, citizen.alternate_mobile_no)))
	fields = ("mobile_no", "alternate_mobile_no")
	return [number for number in given if number and not is_anothers(citizen.name, fields, number)]


def addresses_of(citizen) -> list[str]:
	email = citizen.email and not is_anothers(citizen.name, ("email",), citizen.email)
	return [*([citizen.email] if email else []), *([citizen.whatsapp_id] if citizen.whatsapp_id else [])]


def is_anothers(citizen: str, fields: tuple[str, ...], value: str) -> bool:
	same = dict.fromkeys(fields, value)
	return bool(frappe.get_all("Citizen", {"name": ("!=", citizen)}, or_filters=same, limit=1))


def is_name(name: str | None) -> bool:
	return bool(name) and name != ERASED


def as_written(number: str) -> str:
	"""Write the pattern of a number in its usual spellings: with +91, 91, 0 or none, in groups, in Indian digits."""
	digits = number.removeprefix("+91").lstrip("+")
	country = r"(?:\+?91[ .-]?|\+)?" if number.startswith("+91") else r"\+?"
	trunk = "(?:0[ -]?)?" if number.startswith("+91") else ""
	written = GAP.join(f"[{DIGITS[int(digit)]}]" for digit in digits if digit.isdecimal())
	# Not within the longer number of something else.
	return f"(?<![0-9]){country}{trunk}{written}(?![0-9])"


def as_word(name: str) -> str:
	"""Write the pattern of a name as words of their own, whatever stands between its parts."""
	words = r"\s+".join(re.escape(word) for word in name.split())
	# A vowel sign is no letter.
	return rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){words}(?![\p{{L}}\p{{M}}\p{{N}}])"


def text_columns() -> Iterator[tuple[str, str]]:
	"""List every column of the site's tables that holds text, but for the names of documents."""
	yield from frappe.db.sql(
		"""select table_name, column_name from information_schema.columns
		where table_schema = database() and column_name != 'name'
		and data_type in ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json')
		order by table_name, column_name"""
	)


def _citizen(citizen: str, cases: list[str]) -> dict:
	changed = _delete(citizens.PROTECTED, rows_of(citizens.PROTECTED, "grievance", cases))
	return changed | _empty("Citizen", [citizen], {**dict.fromkeys(OWN), "citizen_name": ERASED})


def _delete(doctype: str, names: list) -> dict:
	if names:
		frappe.db.delete(doctype, {"name": ("in", names)})
	return {doctype: len(names)}


def _empty(doctype: str, names: list, values: dict) -> dict:
	if names:
		frappe.db.set_value(doctype, {"name": ("in", names)}, values, update_modified=False)
	return {doctype: len(names)}
