"""For which office somebody who writes from a mobile number may speak."""

from dataclasses import dataclass

import frappe

from grievance_cell.grievances.phone import to_e164

OFFICER, REPRESENTATIVE = "Officer", "Representative"
# Numbers are kept as people write them: of these last digits no two ways of writing part any.
SHORTEST_ENDING = 2


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
	if not mobile_no:
		return None
	posting, user = frappe.qb.DocType("Officer Posting"), frappe.qb.DocType("User")
	ending = f"%{mobile_no[-SHORTEST_ENDING:]}"
	rows = (
		frappe.qb.from_(posting)
		.join(user)
		.on(user.name == posting.user)
		.select(
			posting.kind, posting.mobile_no, user.name, user.mobile_no.as_("own_mobile_no"), user.language
		)
		.where((posting.is_active == 1) & (user.enabled == 1))
		.where(posting.mobile_no.like(ending) | user.mobile_no.like(ending))
		.run(as_dict=True)
	)
	found = [row for row in rows if mobile_no in (to_e164(row.mobile_no), to_e164(row.own_mobile_no))]
	if len({row.name for row in found}) != 1:
		return None
	kinds = {row.kind for row in found}
	return Office(
		user=found[0].name,
		language=found[0].language or "",
		kinds=tuple(kind for kind in (OFFICER, REPRESENTATIVE) if kind in kinds),
	)
