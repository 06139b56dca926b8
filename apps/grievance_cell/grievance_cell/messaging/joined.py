"""Tell the citizens of joined cases what happens on the main one, each under their own number.

Not in the transaction of whoever moved the main one, for there may be hundreds: that only notes that there is something
to tell. A job tells them one by one, each in a transaction that also notes how far its citizen was told; what a lost job
leaves is found by the sweeper.
"""

import frappe

from grievance_cell.database import harmless, is_transient
from grievance_cell.grievances import informing
from grievance_cell.grievances.duplicates import latest_action
from grievance_cell.messaging import notices
from grievance_cell.messaging.wake import queue_answers

BATCH = 100


def on_action(action, method: str | None = None) -> None:
	"""Note that a step is to be told to the citizens of the cases that were joined to this one (Grievance Action, after_insert)."""
	if action.reference_doctype != "Grievance" or not action.visible_to_citizen:
		return
	case = action.reference_name
	if frappe.db.get_value("Grievance", case, "reported_by"):
		frappe.db.set_value("Grievance", case, "tell_joined", 1, update_modified=False)
		frappe.db.after_commit.add(lambda: enqueue(case))


def tell_left_behind() -> None:
	"""Enqueue what a lost job has left untold (sweeper)."""
	for case in frappe.get_all("Grievance", {"tell_joined": 1}, pluck="name", limit=BATCH):
		enqueue(case)


def enqueue(case: str) -> None:
	"""Have everybody told who was not yet. A failing Redis is logged and nothing else: the sweeper comes again."""
	try:
		if queue_answers():
			frappe.enqueue("grievance_cell.messaging.joined.tell", case=case)
	except Exception:
		frappe.logger("grievance_cell").warning(
			"Could not enqueue what is to be told of %s", case, exc_info=True
		)


def tell(case: str) -> None:
	"""Tell everybody who was not told yet; every citizen is a transaction."""
	while True:
		# What was done meanwhile is seen from here on, and nothing can be done while this looks for the last time.
		frappe.db.rollback()
		frappe.db.get_value("Grievance", case, "name", for_update=True)
		waiting, latest = untold(case, BATCH), latest_action(case)
		if not waiting:
			frappe.db.set_value("Grievance", case, "tell_joined", 0, update_modified=False)
			return frappe.db.commit()
		frappe.db.rollback()
		for joined in waiting:
			try:
				tell_one(joined, case)
				frappe.db.commit()
			except Exception as error:
				frappe.db.rollback()
				if is_transient(error):
					# Still untold: the sweeper takes it up.
					return
				frappe.log_error(
					title="A joined case was not told", reference_doctype="Grievance", reference_name=joined
				)
				# What is done from now on they may well be told.
				frappe.db.set_value("Grievance", joined, "told_up_to", latest, update_modified=False)
				frappe.db.commit()


def tell_the_rest(main: str, joined: str | None = None) -> None:
	"""Tell what is untold at once, all in this transaction: those who are told are about to leave the main case."""
	frappe.db.get_value("Grievance", main, "name", for_update=True)
	for name in untold(main):
		if joined in (None, name):
			with harmless(f"The joined case {name} was not told"):
				tell_one(name, main)


def untold(case: str, limit: int | None = None) -> list[str]:
	return frappe.get_all(
		"Grievance",
		{"duplicate_of": case, "told_up_to": ("<", latest_action(case))},
		pluck="name",
		order_by="name",
		limit=limit,
	)


def tell_one(name: str, main: str) -> None:
	"""Tell one citizen all that they were not told yet, as if it had been done on their own case."""
	joined = frappe.get_doc("Grievance", name, for_update=True)
	if joined.duplicate_of != main:
		return
	case = frappe.get_doc("Grievance", main)
	case.update({"name": name, "citizen": joined.citizen})
	steps = frappe.get_all(
		"Grievance Action",
		{"reference_doctype": "Grievance", "reference_name": main, "name": (">", joined.told_up_to or 0)},
		["*"],
		order_by="name",
	)
	for step in steps:
		if step.visible_to_citizen and step.through != name:
			notices.tell_citizen(case, step)
			if informing.is_of_substance(step):
				informing.note(name, step)
	told = max((int(step.name) for step in steps), default=joined.told_up_to)
	joined.db_set("told_up_to", told, update_modified=False)
