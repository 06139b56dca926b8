"""What the desk asks of review meetings and directions. Each looks whether the user may, and calls what does it."""

import frappe

from grievance_cell.database import restarted
from grievance_cell.oversight import directions, sending
from grievance_cell.oversight.doctype.review_meeting.review_meeting import own_area


@frappe.whitelist(methods=["POST"])
@restarted
def fill_agenda(meeting: str) -> None:
	"""Fill the agenda of a planned meeting anew."""
	open_meeting(meeting).fill_agenda()


@frappe.whitelist(methods=["POST"])
@restarted
def hold(meeting: str) -> None:
	"""Note that a meeting was held, whose agenda then stays as it was."""
	open_meeting(meeting).hold()


@frappe.whitelist(methods=["POST"])
@restarted
def send_to_heads(meeting: str, again: bool | int | str = False) -> int:
	"""Mail the agenda, of a held meeting the minutes, to all heads; returns to how many. Once, unless `again`."""
	return sending.send(open_meeting(meeting), bool(frappe.utils.cint(again)))


@frappe.whitelist()
def office_for(
	grievance: str | None = None, department: str | None = None, meeting: str | None = None
) -> str | None:
	"""Name the posting that is directed where none is chosen, in a case or a department."""
	if not frappe.has_permission("Review Direction", "create"):
		raise frappe.PermissionError
	if grievance:
		frappe.get_doc("Grievance", grievance).check_permission("read")
		area = frappe.db.get_value("Grievance", grievance, "area")
	elif meeting:
		area = open_meeting(meeting).area
	else:
		area = own_area(frappe.session.user)
	return directions.office_for(grievance, department, area)


@frappe.whitelist(methods=["POST"])
@restarted
def report_done(direction: str, remark: str) -> None:
	"""Report a direction as done, with a line on what was done."""
	directions.report_done(open_direction(direction), remark)


@frappe.whitelist(methods=["POST"])
@restarted
def confirm(direction: str) -> None:
	"""Confirm that a direction is done."""
	directions.confirm(open_direction(direction))


@frappe.whitelist(methods=["POST"])
@restarted
def reopen(direction: str, remark: str, due_on: str | None = None) -> None:
	"""Open a direction again that is not done after all."""
	directions.reopen(open_direction(direction), remark, due_on)


@frappe.whitelist(methods=["POST"])
@restarted
def postpone(direction: str, due_on: str, remark: str) -> None:
	"""Give a direction a later date."""
	directions.postpone(open_direction(direction), due_on, remark)


@frappe.whitelist(methods=["POST"])
@restarted
def drop(direction: str, remark: str) -> None:
	"""Take a direction back."""
	directions.drop(open_direction(direction), remark)


def open_meeting(name: str):
	meeting = frappe.get_doc("Review Meeting", name)
	meeting.check_permission("write")
	return meeting


def open_direction(name: str):
	direction = frappe.get_doc("Review Direction", name, for_update=True)
	direction.check_permission("read")
	return direction
