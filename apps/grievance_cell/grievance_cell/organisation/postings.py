"""Offices and the people who hold them."""

import frappe
from frappe.utils import getdate, nowdate

# A charge may be handed on; two postings that name each other must not loop.
LONGEST_CHAIN = 5


def held_by(user: str) -> list[str]:
	"""List the active officers' postings whose cases this user works on, handed-over charges included."""
	own = frappe.get_all("Officer Posting", filters={"user": user, "is_active": 1}, pluck="name")
	if not own:
		return []
	today = nowdate()
	covered = frappe.get_all(
		"Officer Posting",
		filters={"charge_given_to": ("in", own), "is_active": 1},
		fields=["name", "charge_given_to", "on_leave_from", "on_leave_to"],
	)
	return sorted({*own, *(posting.name for posting in covered if is_handed_over(posting, today))})


def is_on_leave(posting, day) -> bool:
	"""Tell whether the holder is away on this day; a leave with no end goes on."""
	if not (posting.on_leave_from or posting.on_leave_to):
		return False
	day = getdate(day)
	return (not posting.on_leave_from or getdate(posting.on_leave_from) <= day) and (
		not posting.on_leave_to or day <= getdate(posting.on_leave_to)
	)


def is_handed_over(posting, day) -> bool:
	"""Tell whether another posting has the charge: during leave, or always where no leave is entered."""
	if not posting.charge_given_to:
		return False
	return is_on_leave(posting, day) or not (posting.on_leave_from or posting.on_leave_to)


def in_charge(name: str) -> str:
	"""Name the posting that has the charge of this one today: itself, or whom it was handed to."""
	today = nowdate()
	for _step in range(LONGEST_CHAIN):
		posting = frappe.db.get_value(
			"Officer Posting", name, ["charge_given_to", "on_leave_from", "on_leave_to"], as_dict=True
		)
		if not posting or not is_handed_over(posting, today):
			break
		if not frappe.db.get_value("Officer Posting", posting.charge_given_to, "is_active"):
			break
		name = posting.charge_given_to
	return name
