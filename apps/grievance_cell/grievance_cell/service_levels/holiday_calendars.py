"""The holidays of Indian states, and a word in time before a calendar of them is used up."""

from datetime import date

import frappe
import holidays
from frappe import _
from frappe.utils import add_days, add_months, getdate, nowdate
from frappe.utils.user import get_users_with_role

MONTHS_OF_WARNING = 2
DAYS_BETWEEN_WARNINGS = 7

# By the state's name, as a Holiday Calendar has it: its code in ISO 3166-2, as the package has it.
STATES = {
	"Andaman and Nicobar Islands": "AN",
	"Andhra Pradesh": "AP",
	"Arunachal Pradesh": "AR",
	"Assam": "AS",
	"Bihar": "BR",
	"Chandigarh": "CH",
	"Chhattisgarh": "CG",
	"Dadra and Nagar Haveli and Daman and Diu": "DH",
	"Delhi": "DL",
	"Goa": "GA",
	"Gujarat": "GJ",
	"Haryana": "HR",
	"Himachal Pradesh": "HP",
	"Jammu and Kashmir": "JK",
	"Jharkhand": "JH",
	"Karnataka": "KA",
	"Kerala": "KL",
	"Ladakh": "LA",
	"Lakshadweep": "LD",
	"Madhya Pradesh": "MP",
	"Maharashtra": "MH",
	"Manipur": "MN",
	"Meghalaya": "ML",
	"Mizoram": "MZ",
	"Nagaland": "NL",
	"Odisha": "OD",
	"Puducherry": "PY",
	"Punjab": "PB",
	"Rajasthan": "RJ",
	"Sikkim": "SK",
	"Tamil Nadu": "TN",
	"Telangana": "TS",
	"Tripura": "TR",
	"Uttar Pradesh": "UP",
	"Uttarakhand": "UK",
	"West Bengal": "WB",
}


def of_year(state: str, year: int) -> dict[date, str]:
	"""Name a state's public holidays of a year by their dates, those that are the whole country's among them."""
	return dict(sorted(holidays.country_holidays("IN", subdiv=STATES[state], years=year).items()))


def warn_before_they_run_out() -> None:
	"""Tell the Grievance Managers, once a week, of each calendar in use that soon has no more holidays (daily)."""
	today = getdate(nowdate())
	used = frappe.get_all(
		"SLA",
		{"enabled": 1, "round_the_clock": 0, "holiday_calendar": ("is", "set")},
		pluck="holiday_calendar",
		distinct=True,
	)
	calendars = frappe.get_all(
		"Holiday Calendar",
		{"name": ("in", used)},
		["name", "runs_out_on", "warned_on"],
		order_by="name",
	)
	for calendar in calendars:
		if calendar.warned_on and calendar.warned_on > add_days(today, -DAYS_BETWEEN_WARNINGS):
			continue
		if not calendar.runs_out_on or calendar.runs_out_on <= add_months(today, MONTHS_OF_WARNING):
			_warn(calendar)
			frappe.db.set_value("Holiday Calendar", calendar.name, "warned_on", today, update_modified=False)


def _warn(calendar) -> None:
	for user in get_users_with_role("Grievance Manager"):
		language = frappe.db.get_value("User", user, "language")
		text = _("Fill the holiday calendar {0} for another year: it runs out on {1}", language)
		if not calendar.runs_out_on:
			text = _("The holiday calendar {0} has no holidays yet", language)
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"for_user": user,
				"type": "Alert",
				"subject": text.format(calendar.name, frappe.format(calendar.runs_out_on, "Date")),
				"document_type": "Holiday Calendar",
				"document_name": calendar.name,
			}
		).insert(ignore_permissions=True)
