"""For which office somebody who writes from a mobile number may speak."""

from dataclasses import dataclass

import frappe

from grievance_cell.organisation.phone import spellings, to_e164

OFFICER, REPRESENTATIVE = "Officer", "Representative"


@dataclass(frozen=True)
class Office:
	"""The user whose rights count, and as what they may speak: Officer, Representative or both."""

	user: str
	language: str
	kinds: tuple[str, ...]


def of_number(mobile_no: str | None) -> Office | None:
	"""Find the holder of the active postings that have this number, their own or their user's.

	None for a vacant posting, a disabled user, and a number that stands with two people: whose rights would count?
	"""
	number = to_e164(mobile_no)
	if not number:
		return None
	posting, user = frappe.qb.DocType("Officer Posting"), frappe.qb.DocType("User")
	with_number = posting.mobile_no == number
	if users := users_with(number):
		with_number |= posting.user.isin(users)
	found = (
		frappe.qb.from_(posting)
		.join(user)
		.on(user.name == posting.user)
		.select(posting.kind, user.name, user.language)
		.where((posting.is_active == 1) & (user.enabled == 1))
		.where(with_number)
		.run(as_dict=True)
	)
	if len({row.name for row in found}) != 1:
		return None
	kinds = {row.kind for row in found}
	return Office(
		user=found[0].name,
		language=found[0].language or "",
		kinds=tuple(kind for kind in (OFFICER, REPRESENTATIVE) if kind in kinds),
	)


def users_with(number: str) -> list[str]:
	"""Name the users who have a number, given as E.164: Frappe keeps theirs as people write them."""
	rows = frappe.get_all("User", {"mobile_no": ("in", spellings(number))}, ["name", "mobile_no"])
	return [row.name for row in rows if to_e164(row.mobile_no) == number]
