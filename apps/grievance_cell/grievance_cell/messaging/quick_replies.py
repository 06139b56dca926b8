"""Canned texts for officers, filled in with what may be said of a case and in the language of its citizen."""

import frappe
from frappe import _
from frappe.utils import cstr
from frappe.utils.nestedset import get_ancestors_of
from jinja2 import StrictUndefined
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from grievance_cell.grievances.informing import day
from grievance_cell.messaging import letters, replies, templates
from grievance_cell.organisation.areas import place_name

# All that a text can name. Not the document: what a form of staff's own holds is not for the citizen's chat.
NAMES = (
	"case", "citizen_name", "status", "category", "department", "office", "place", "due_date", "expected_date",
)  # fmt: skip
# A sandbox with nothing in it but these words: Frappe's own lets a template read the database.
SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


def check(message: str) -> None:
	"""Refuse a text that is no Jinja, or that names what there is not."""
	try:
		unknown = find_undeclared_variables(SANDBOX.parse(message)) - set(NAMES)
		if not unknown:
			render(message, dict.fromkeys(NAMES, "x"))
	except Exception as error:
		# Not only Jinja's own: a sum of words and numbers is a TypeError.
		frappe.throw(_("This is not understood: {0}").format(str(error)))
	if unknown:
		frappe.throw(
			_("A quick reply does not know {0}. It knows: {1}").format(
				", ".join(sorted(unknown)), ", ".join(NAMES)
			)
		)


def render(message: str, values: dict) -> str:
	return SANDBOX.from_string(message).render(values).strip()


def offered(document) -> list[dict]:
	"""List the quick replies for a case: title in the user's language, `text` in the citizen's."""
	language = replies.way_to(document).language or document.get("language") or frappe.local.lang
	values, categories = values_of(document, language), categories_of(document)
	found = []
	for reply in frappe.get_all(
		"Quick Reply", {"enabled": 1}, ["title", "message", "department", "category"], order_by="title"
	):
		if reply.department and reply.department != document.get("department"):
			continue
		if reply.category and reply.category not in categories:
			continue
		try:
			found.append({"title": _(reply.title), "text": render(_(reply.message, language), values)})
		except Exception:
			# A translation may be anything, and a text may fail for one case alone; the others are still of use.
			frappe.log_error(title=f"Quick Reply {reply.title} cannot be said in {language}")
	return found


def categories_of(document) -> list[str]:
	"""List the category of a case and those above it."""
	own = document.get("category")
	return [own, *get_ancestors_of("Grievance Category", own)] if own else []


def values_of(document, language: str) -> dict[str, str]:
	"""Say in a language what of a case a quick reply can name."""
	with templates.speaking(language):
		status = templates.status_of(document)
		category, department, office = (
			_(document.get(field)) if document.get(field) else ""
			for field in ("category", "department", "posting")
		)
	return {
		"case": document.name,
		"citizen_name": cstr(letters.name_of(document)),
		"status": status,
		"category": category,
		"department": department,
		"office": office,
		"place": place_name(document.get("area"), language),
		"due_date": day(document.resolution_by, language) if document.get("resolution_by") else "",
		"expected_date": day(document.expected_by, language) if document.get("expected_by") else "",
	}
