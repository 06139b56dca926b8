"""The hours of the night in which nobody is written to who has not just written, but for emergencies."""

from datetime import datetime, timedelta

import frappe
from frappe.utils import get_time

from grievance_cell.grievances.doctype.grievance.grievance import EMERGENCY


def over_on(now: datetime) -> datetime | None:
	"""Tell when the muted hours end in which a moment lies; None outside of them, or where the settings have none."""
	settings = frappe.get_cached_doc("Grievance Settings")
	if not (settings.muted_from and settings.muted_to):
		return None
	begins, ends = get_time(settings.muted_from), get_time(settings.muted_to)
	moment = now.time()
	across_midnight = begins > ends
	if across_midnight and moment >= begins:
		return datetime.combine(now.date() + timedelta(days=1), ends)
	if moment < ends and (across_midnight or moment >= begins):
		return datetime.combine(now.date(), ends)
	return None


def is_emergency(doctype: str | None, name: str | None) -> bool:
	return doctype == "Grievance" and frappe.db.get_value(doctype, name, "priority") == EMERGENCY
