"""A case's deadlines: chosen, stored, paused and met. They stand on the document, nobody computes them when reading.

A case is any document with the contract's fields (`registered_on`, `sla`, `response_by`, `resolution_by`, ...). Times
are of the wall clock, in the site's own time zone.
"""

from datetime import datetime, time, timedelta

import frappe
from frappe.utils import get_datetime

# The part of the resolution time after which a case is due soon.
DUE_SOON = 0.75


def choose_sla(case) -> str | None:
	"""Name the enabled SLA that fits best: by category and department, category, department, then the default."""
	candidates = frappe.get_all(
		"SLA",
		filters={"enabled": 1},
		fields=["name", "category", "department", "condition", "is_default"],
		order_by="name",
	)

	def fits(sla) -> bool:
		if sla.category and sla.category != case.category:
			return False
		if sla.department and sla.department != case.department:
			return False
		if not (sla.category or sla.department or sla.condition or sla.is_default):
			return False
		return not sla.condition or _holds(sla, case)

	fitting = [sla for sla in candidates if fits(sla)]
	best = max(
		fitting,
		key=lambda sla: (bool(sla.category), bool(sla.department), bool(sla.condition)),
		default=None,
	)
	return best.name if best else None


def _holds(sla, case) -> bool:
	"""Try an SLA's condition; one that fails does not hold, and never keeps a case from being registered."""
	try:
		return bool(frappe.safe_eval(sla.condition, None, {"doc": case.as_dict()}))
	except Exception:
		frappe.log_error(title=f"The condition of SLA {sla.name} failed")
		return False


def start(case) -> None:
	"""Set a new case's deadlines."""
	case.sla = choose_sla(case)
	case.hold_seconds = 0
	# Before the dates are set: a case that is registered late may have missed its response already.
	case.response_status = "Pending"
	set_deadlines(case)
	if not case.response_by:
		case.response_status = None


def set_deadlines(case) -> None:
	"""Compute both deadlines from the start of the case, whenever that is asked: never from now."""
	target = _target(case)
	registered = get_datetime(case.registered_on)
	hold = timedelta(seconds=case.hold_seconds or 0)
	if target:
		case.response_by = registered + timedelta(seconds=target.response_time)
		case.resolution_by = _resolution_by(target, registered, hold)
	else:
		case.response_by = case.resolution_by = None
	refresh(case)


def restart(case, on: datetime, share: float = 1) -> None:
	"""Begin a new target from now, of which a reopened case has a share only."""
	case.clock_started_on, case.hold_seconds, case.on_hold_since = on, 0, None
	set_deadlines(case)


def _target(case):
	if not case.sla:
		return None
	targets = {target.priority: target for target in frappe.get_cached_doc("SLA", case.sla).targets}
	return targets.get(case.priority)


def _resolution_by(target, registered: datetime, hold: timedelta) -> datetime:
	if target.resolution_days:
		day = (registered + hold + timedelta(days=target.resolution_days)).date()
		return datetime.combine(day, time(23, 59, 59))
	return registered + timedelta(seconds=target.resolution_time) + hold


def responded(case, on: datetime) -> None:
	"""Note the first response, once."""
	if case.first_responded_on:
		return
	case.first_responded_on = on
	if case.response_by:
		case.response_status = "Met" if on <= get_datetime(case.response_by) else "Breached"


def pause(case, on: datetime) -> None:
	"""Stop the clock; while it stands the case has no date by which it is due."""
	case.on_hold_since = on
	case.resolution_by = None
	case.sla_status = "Paused" if case.sla else None


def resume(case, on: datetime) -> None:
	"""Let the clock run on; the time on hold is added to the deadline."""
	case.hold_seconds = (case.hold_seconds or 0) + int(
		(on - get_datetime(case.on_hold_since)).total_seconds()
	)
	case.on_hold_since = None
	set_deadlines(case)


def settle(case, on: datetime) -> None:
	"""Compare the end with the deadline."""
	if case.on_hold_since:
		resume(case, on)
	if case.resolution_by:
		case.sla_status = "Met" if on <= get_datetime(case.resolution_by) else "Breached"


def refresh(case, on: datetime | None = None) -> None:
	"""Set where a running case stands now."""
	if not case.resolution_by:
		case.sla_status = None
		return
	on = on or frappe.utils.now_datetime()
	if case.response_status == "Pending" and case.response_by and on > get_datetime(case.response_by):
		case.response_status = "Breached"
	if on > get_datetime(case.resolution_by):
		case.sla_status = "Overdue"
	else:
		case.sla_status = "Due Soon" if on >= due_soon(case) else "On Track"


def moments(case) -> dict[str, datetime]:
	"""Name the moments at which a running case changes its standing by itself, those that were noted left out."""
	found = {}
	if case.resolution_by and case.sla_status == "On Track":
		found["due_soon"] = due_soon(case)
	if case.resolution_by and case.sla_status in ("On Track", "Due Soon"):
		found["resolution"] = get_datetime(case.resolution_by)
	if case.response_by and case.response_status == "Pending":
		found["response"] = get_datetime(case.response_by)
	return found


def due_soon(case) -> datetime:
	registered = get_datetime(case.registered_on)
	return registered + (get_datetime(case.resolution_by) - registered) * DUE_SOON
