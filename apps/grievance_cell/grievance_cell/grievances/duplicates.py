"""One matter, reported by several citizens: found, joined and parted again.

Each keeps a case and a number of their own. Those joined are Duplicate and point at the main one, on which the work is
done; they lie with its office, and everything told on it is told to each. A chain never forms: whatever was joined to a
case that is itself joined points at the new main one.
"""

from datetime import timedelta
from math import asin, cos, degrees, radians, sin, sqrt

import frappe
from frappe import _
from frappe.utils import cint, format_date, get_datetime

from grievance_cell.grievances import actions, decisions, lifecycle, parts, routing
from grievance_cell.grievances.decisions import JOINED
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, PAUSED, category_of
from grievance_cell.grievances.emergencies import EMERGENCY
from grievance_cell.organisation.areas import ancestors, descendants
from grievance_cell.organisation.postings import worker_of

DUPLICATE_STATUS = "Duplicate"
ANOTHER_JOINED, PARTED, TAKEN_OVER = "Another Case Joined", "Parted", "Taken Over"
# The smallest places that people name; a town or a block is too large for the same category to be the same matter.
NEIGHBOURHOODS = ("Ward", "Village")
EARTH_RADIUS = 6_371_000
# So many are compared within the box around a place, and so many are shown.
COMPARED, SHOWN = 50, 10
FIELDS = (
	"name",
	"subject",
	"category",
	"area",
	"status",
	"citizen",
	"registered_on",
	"latitude",
	"longitude",
	"reported_by",
)


def similar(
	grievance_type: str,
	category: str,
	area: str | None,
	latitude,
	longitude,
	registered_on,
	exclude: str | None = None,
) -> list[frappe._dict]:
	"""List open cases that may be the same matter: the nearest first, then those of the same ward or village, oldest first.

	Of the same type and category, if that can be shared; within `duplicate_metres`, or registered in the same ward or
	village in the `duplicate_days` before (settings; 0 looks for none). Each has name, subject, category, area, status,
	citizen, registered_on, `distance` in metres or None, and `people`, how many have reported it. Neither confidential
	cases, nor those against an office, nor parts of joint ones, and of joined ones only the main one. Rows read: at most
	60, on an index.
	"""
	shared, confidential = frappe.get_cached_value(
		"Grievance Category", category, ("can_be_shared", "confidential")
	)
	if confidential or not shared:
		return []
	settings = frappe.get_cached_doc("Grievance Settings")
	found: dict[str, frappe._dict] = {}
	matter = grievance_type, category
	for row in (
		*_near(matter, latitude, longitude, cint(settings.duplicate_metres)),
		*_of_neighbourhood(matter, area, registered_on, cint(settings.duplicate_days)),
	):
		if row.name != exclude:
			found.setdefault(row.name, row)
	return list(found.values())[:SHOWN]


def joined_by(citizen: str | None) -> set[str]:
	"""Name the main cases to which a citizen has joined one of theirs."""
	theirs = {"citizen": citizen, "duplicate_of": ("is", "set")}
	return set(frappe.get_all("Grievance", theirs, pluck="duplicate_of")) if citizen else set()


def _near(matter: tuple[str, str], latitude, longitude, metres: int) -> list[frappe._dict]:
	if not (metres and latitude and longitude):
		return []
	case = frappe.qb.DocType("Grievance")
	north = degrees(metres / EARTH_RADIUS)
	east = north / max(cos(radians(latitude)), 0.01)
	rows = (
		_open_cases(case, *matter)
		.where(case.latitude[latitude - north : latitude + north])
		.where(case.longitude[longitude - east : longitude + east])
		.limit(COMPARED)
		.run(as_dict=True)
	)
	for row in rows:
		row.distance = distance(latitude, longitude, row.latitude, row.longitude)
	return sorted((row for row in rows if row.distance <= metres), key=lambda row: row.distance)


def _of_neighbourhood(
	matter: tuple[str, str], area: str | None, registered_on, days: int
) -> list[frappe._dict]:
	places = neighbourhood(area) if area and days else []
	if not places:
		return []
	case = frappe.qb.DocType("Grievance")
	since = get_datetime(registered_on) - timedelta(days=days)
	return (
		_open_cases(case, *matter)
		.where(case.area.isin(places))
		.where(case.registered_on >= since)
		.limit(SHOWN)
		.run(as_dict=True)
	)


def _open_cases(case, grievance_type: str, category: str):
	statuses = frappe.get_all("Grievance Status", {"category": ("in", (OPEN, PAUSED))}, pluck="name")
	return (
		frappe.qb.from_(case)
		.select(*(case[field] for field in FIELDS), (case.reported_by + 1).as_("people"))
		.where(case.category == category)
		.where(case.grievance_type == grievance_type)
		.where(case.status.isin(statuses))
		.where(case.confidential == 0)
		.where(case.parent_grievance.isnull() | (case.parent_grievance == ""))
		.where(case.against_posting.isnull() | (case.against_posting == ""))
		.orderby(case.registered_on)
	)


def neighbourhood(area: str) -> list[str]:
	"""List the areas of the ward or village that an area is or lies in; none for a town, a block or larger."""
	around = next((each.name for each in ancestors(area) if each.area_type in NEIGHBOURHOODS), None)
	return descendants([around]) if around else []


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
	"""Measure the way between two points over the ground, in metres (haversine)."""
	one, other = radians(latitude), radians(other_latitude)
	across, along = other - one, radians(other_longitude - longitude)
	half = sin(across / 2) ** 2 + cos(one) * cos(other) * sin(along / 2) ** 2
	return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(half)))


def merge(case, into: str, *, actor: str | None = None) -> None:
	"""Join a case to the main one of another; the session's user must have that move in the Workflow.

	Its clock stands still from now on and is neither met nor breached. Raises frappe.ValidationError for what is no
	citizen's own open case, or confidential.
	"""
	main = frappe.get_doc(
		"Grievance", frappe.db.get_value("Grievance", into, "duplicate_of") or into, for_update=True
	)
	check_joinable(case, main)
	told = latest_action(main.name)
	tell_the_rest(case)
	hand_parts_over(case, main)
	lifecycle.move(
		case,
		DUPLICATE_STATUS,
		actor=actor,
		closure_reason=JOINED,
		duplicate_of=main.name,
		told_up_to=told,
	)
	joined_before = {"duplicate_of": case.name}
	change = {"duplicate_of": main.name, "told_up_to": told}
	frappe.db.set_value("Grievance", joined_before, change, update_modified=False)
	follow(main)
	for each in (case, main):
		count(each)
	actions.record(main, ANOTHER_JOINED, actor=actor, remark=case.name)
	case.reload()


def check_move(case, previous) -> None:
	"""See that a case is joined to another and parted from it by the functions here, not by a button alone."""
	if case.closure_reason == JOINED and not case.duplicate_of:
		frappe.throw(_("Choose the case that this one is joined to"), frappe.MandatoryError)
	if (
		previous.duplicate_of
		and not case.duplicate_of
		and "duplicate_of" not in (case.flags.own_values or ())
	):
		frappe.throw(_("Write down why the case is parted from the other"), frappe.MandatoryError)


def check_joinable(case, main) -> None:
	if case.name == main.name:
		frappe.throw(_("A case cannot be joined to itself"))
	if case.grievance_type != main.grievance_type:
		# Each is decided in its own way: what has a target would lie with what has none.
		frappe.throw(
			_("{0} is a {1} and {2} a {3}: only the same are joined").format(
				case.name, _(case.grievance_type), main.name, _(main.grievance_type)
			)
		)
	for each in (case, main):
		if stays_by_itself(each):
			frappe.throw(_("{0} is confidential or against an office: it stays by itself").format(each.name))
		if each.parent_grievance:
			frappe.throw(_("{0} is a part of another case").format(each.name))
		if not is_open(each):
			frappe.throw(_("{0} is not open any more").format(each.name))


def stays_by_itself(case) -> bool:
	"""Tell whether a case is never joined to another: with that it would lie open to the office of the other one."""
	confidential = case.confidential or (
		case.category and frappe.get_cached_value("Grievance Category", case.category, "confidential")
	)
	return bool(confidential or case.against_posting)


def is_open(case) -> bool:
	return category_of(case.status) in (OPEN, PAUSED)


def unmerge(case, reason: str, *, actor: str | None = None) -> None:
	"""Part a case from the one that it was joined to: it goes to its own office, its clock runs on where it stood.

	`reason` stands in the record, which the citizen reads. The session's user must have that move in the Workflow.
	"""
	if not case.duplicate_of:
		frappe.throw(_("{0} is not joined to another case").format(case.name))
	if not (reason or "").strip():
		frappe.throw(_("Write down why the case is parted from the other"), frappe.MandatoryError)
	main = main_of(case)
	tell_the_rest(main, case.name)
	# The office is chosen before the move: to the citizen this is no transfer.
	department = routing.department_for(case.category, case.area)
	found = routing.route(department, case.area, emergency=case.priority == EMERGENCY)
	office = {"department": department, "posting": found.posting, "assigned_to": worker_of(found.posting)}
	case.db_set({**office, "routing_note": found.note}, update_modified=False)
	lifecycle.move(case, lifecycle.ASSIGNED_STATUS, actor=actor, duplicate_of=None)
	actions.record(case, PARTED, actor=actor, remark=reason, visible_to_citizen=1)
	count(main)


def hand_over(main) -> None:
	"""Let the oldest case that was joined be the main one from now on, in the same office: its citizen takes the main one back."""
	names = frappe.get_all("Grievance", {"duplicate_of": main.name}, pluck="name", order_by="registered_on")
	if not names:
		return
	tell_the_rest(main)
	heir = frappe.get_doc("Grievance", names[0], for_update=True)
	actor = frappe.session.user
	with lifecycle.acting_as("Administrator"):
		lifecycle.move(
			heir,
			lifecycle.ASSIGNED_STATUS,
			actor=actor,
			duplicate_of=None,
		)
	change = {"duplicate_of": heir.name, "told_up_to": latest_action(heir.name)}
	frappe.db.set_value("Grievance", {"duplicate_of": main.name}, change, update_modified=False)
	for each in (heir, main):
		count(each)
	actions.record(heir, TAKEN_OVER, posting=heir.posting, remark=f"{main.name}: {left_behind(main)}")
	hand_parts_over(main, heir)


def left_behind(main) -> str:
	"""Say for what a case was waiting that goes on in another, which begins as one that was handed to its office."""
	waited = lifecycle.waits_for_citizen(main.status) and main.question
	expected = decisions.waits_until_expected(main.status) and (
		format_date(main.expected_by),
		main.long_term_reason,
	)
	return ", ".join(filter(None, (_(main.status), waited, *(expected or ()))))


def hand_parts_over(case, to) -> None:
	"""Let what other departments were asked for in a case go on in the one in which it goes on itself."""
	citizen = {field: to.get(field) for field in ("citizen", "citizen_name", "mobile_no", "mobile_masked")}
	for name in parts.open_parts(case.name):
		frappe.db.set_value("Grievance", name, {"parent_grievance": to.name, **citizen})
		actions.record(frappe.get_doc("Grievance", name), TAKEN_OVER, remark=f"{case.name} -> {to.name}")
		actions.record(to, parts.ASKED, posting=to.posting, remark=name)


def tell_the_rest(main, joined: str | None = None) -> None:
	"""Have all citizens that are joined to a case, or one of them, told now what they were not told yet (hook `tell_joined`).

	They are to be parted from it or joined to another, and would be told only what is done there.
	"""
	for path in frappe.get_hooks("tell_joined"):
		frappe.get_attr(path)(main=main.name, joined=joined)


def open_main(case) -> str | None:
	"""Name the main one of what a new case is said to be the same as, if that is open still and both may be joined."""
	main = case.duplicate_of and main_of(frappe.get_doc("Grievance", case.duplicate_of))
	if not main or not is_open(main) or stays_by_itself(main) or stays_by_itself(case):
		return None
	return main.name


def main_of(case):
	"""Get the case on which the work is done: the one that this is joined to, locked, or itself."""
	return frappe.get_doc("Grievance", case.duplicate_of, for_update=True) if case.duplicate_of else case


def follow(main) -> None:
	"""Leave what is joined to a case with its office, whose officers then see its photos and words.

	Only what lies elsewhere is written, and locked: a save that leaves the office as it is has nothing to do with those.
	"""
	office = {field: main.get(field) or None for field in ("department", "posting", "assigned_to")}
	joined = frappe.get_all("Grievance", {"duplicate_of": main.name}, ["name", *office])
	elsewhere = [
		each.name for each in joined if any((each[field] or None) != office[field] for field in office)
	]
	if elsewhere:
		frappe.db.set_value("Grievance", {"name": ("in", elsewhere)}, office, update_modified=False)


def count(case) -> None:
	"""Note how many cases are joined to one."""
	joined = frappe.db.count("Grievance", {"duplicate_of": case.name})
	case.db_set("reported_by", joined, update_modified=False)


def latest_action(case: str) -> int:
	"""Name the latest thing done on a case; 0 for none."""
	record = {"reference_doctype": "Grievance", "reference_name": case}
	latest = frappe.get_all("Grievance Action", record, pluck="name", order_by="name desc", limit=1)
	return int(latest[0]) if latest else 0
