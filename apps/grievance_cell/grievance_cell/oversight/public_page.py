"""What the public page /grievances says: how the cases stand in numbers, and where one's own case stands.

It is read without signing in and without JavaScript; www/grievances.html lays it out.
"""

from datetime import date
from urllib.parse import urlencode

import frappe
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from frappe import _

from grievance_cell.organisation.areas import ancestors, name_in
from grievance_cell.oversight import public_figures, public_status

ROUTE = "/grievances"
ENGLISH = "en"


def fill(context: dict) -> dict:
	"""Fill the template's context from the request: `area`, and the `number` and `digits` of a form that was sent."""
	asked = frappe.form_dict
	above = _with_titles(asked.get("area"))
	context.update(
		title=_("Citizens' Grievances"),
		language=frappe.local.lang,
		languages=_languages(above[-1]["name"] if above else None),
		number=_line(asked.get("number")),
		day=day,
		amount=amount,
	)
	if frappe.request and frappe.request.method == "POST":
		context.update(answer(asked))
	if frappe.db.get_single_value("Grievance Settings", "publish_figures"):
		area = above[-1]["name"] if above else None
		context.update(figures=_shown(public_figures.of_area(area)), above=above)
	return context


def answer(asked: dict) -> dict:
	"""Say where the case stands that was asked for, or why it is not said: {case} or {refusal}."""
	try:
		case = public_status.find(
			_line(asked.get("number")), _line(asked.get("digits")), frappe.local.request_ip
		)
	except (frappe.ValidationError, frappe.TooManyRequestsError) as refused:
		# The page says it itself.
		frappe.clear_last_message()
		return {"refusal": str(refused)}
	label = frappe.get_cached_value("Grievance Status", case.status, "citizen_label")
	known = [
		(_("Where it stands"), _(label or case.status)),
		(_("With"), _(case.department) if case.department else ""),
		(_("Told on"), day(case.registered_on)),
		(_("To be settled by"), day(case.expected_by or case.resolution_by)),
		(_("Why it takes longer"), _(case.delay_reason) if case.delay_reason else ""),
		(_("Settled on"), day(case.resolved_on)),
		(_("Closed on"), day(case.closed_on)),
	]
	return {"case": {"name": case.name, "lines": [(what, said) for what, said in known if said]}}


def _line(given) -> str:
	"""Read a field of a form, which anybody may send anything in."""
	return given.strip()[:40] if isinstance(given, str) else ""


def _with_titles(area) -> list[dict]:
	"""List the areas from the top to the one asked for, each with its title and address; none if it is not known."""
	line = ancestors(area) if isinstance(area, str) else []
	return [
		{**each, "title": name_in(each, frappe.local.lang), "address": address(each["name"])}
		for each in line[::-1]
	]


def address(area: str | None = None, language: str | None = None) -> str:
	query = {"area": area, "_lang": language or frappe.form_dict.get("_lang")}
	written = urlencode({key: value for key, value in query.items() if value})
	return f"{ROUTE}?{written}" if written else ROUTE


def _languages(area: str | None) -> list[dict]:
	"""List the languages in which the bot speaks too, each by its own name."""
	spoken = {
		ENGLISH,
		*frappe.get_all("Chat Channel", {"enabled": 1}, pluck="default_language"),
		*frappe.get_all("Chat Channel Language", pluck="language", distinct=True),
	} - {None, ""}
	return [
		{"code": code, "name": _own_name(code), "address": address(area, code)}
		for code in sorted(spoken, reverse=True)
	]


def _own_name(language: str) -> str:
	try:
		return Locale.parse(language, sep="-").get_language_name(language)
	except (UnknownLocaleError, ValueError):
		return frappe.get_cached_value("Language", language, "language_name") or language


def _shown(counted: dict) -> dict:
	"""Put the names of departments and places, and of months, in the reader's language."""
	said = {
		"as_of": format_datetime(counted["as_of"], "d MMMM y, HH:mm", locale=_locale()),
		"since": day(counted["since"]),
	}
	if counted.get("few"):
		return {**counted, **said}
	places = {row["area"] for row in counted["places"]}
	english = dict(
		frappe.get_all("Local Area", {"name": ("in", [*places, ""])}, ["name", "area_name"], as_list=True)
	)
	most = (
		max((month[what] for month in counted["months"] for what in ("received", "settled")), default=0) or 1
	)
	return {
		**counted,
		**said,
		"months": [
			{**month, "title": format_date(month["month"], "MMMM y", locale=_locale()), "most": most}
			for month in counted["months"]
		],
		"departments": [
			{**row, "title": _(row["department"]) if row["department"] else _("Others")}
			for row in counted["departments"]
		],
		"places": [
			{
				**row,
				"title": name_in({"name": row["area"], "area_name": english[row["area"]]}, frappe.local.lang)
				if row["area"] in english
				else _("Others"),
				"address": address(row["area"]) if row["area"] in english else None,
			}
			for row in counted["places"]
		],
	}


def day(moment) -> str:
	"""Write a day in the reader's language; "" for none."""
	moment = frappe.utils.getdate(moment) if moment else None
	return format_date(moment, "d MMMM y", locale=_locale()) if isinstance(moment, date) else ""


def amount(number: float | None, digits: int = 0, unit: str = "") -> str:
	"""Write a number in the reader's language; a dash for what there is none of."""
	if number is None:
		return "–"
	return format_decimal(round(number, digits), locale=_locale()) + unit


def _locale() -> str:
	try:
		return str(Locale.parse(frappe.local.lang, sep="-"))
	except (UnknownLocaleError, ValueError):
		return ENGLISH
