"""Fill a demo site with half a year of cases: `bench --site SITE grievance-demo`."""

import time
from datetime import datetime
from importlib.util import find_spec

import click
import frappe
from frappe.utils import now_datetime
from frappe.utils.background_jobs import get_queues
from frappe.utils.scheduler import is_scheduler_disabled, toggle_scheduler

from grievance_cell.demo.half_year import HalfYear, moved_clock
from grievance_cell.demo.masters import CELL_POSTING, CHANNEL

CASES, SEED = 2106, 1634


def fill(cases: int = CASES, seed: int = SEED) -> None:
	"""Play the half year before now on a demo site where no case was registered yet, and show how far it is."""
	refuse_unless_empty_demo()
	was_disabled = is_scheduler_disabled(verbose=False)
	# What is due in the past would be done by it as of now.
	toggle_scheduler(False)
	frappe.db.commit()
	try:
		half_year = play(cases, seed, now_datetime().replace(microsecond=0))
	finally:
		frappe.set_user("Administrator")
		toggle_scheduler(not was_disabled)
		frappe.db.commit()
	drop_jobs()
	click.echo(f"{frappe.db.count('Grievance')} cases.")
	return half_year


def play(cases: int, seed: int, until: datetime) -> HalfYear:
	began = time.monotonic()
	width = len(str(cases))

	def show(registered: int, of: int, moment: datetime) -> None:
		if registered % max(1, cases // 40) == 0 or registered == of:
			click.echo(f"  {moment:%d-%m-%Y}  {registered:{width}} of {of} cases")

	with moved_clock(until) as go_to:
		half_year = HalfYear(cases, seed, until, go_to)
		half_year.play(show)
	click.echo(f"  {time.monotonic() - began:.0f} s")
	return half_year


def refuse_unless_empty_demo() -> None:
	if not find_spec("freezegun"):
		raise click.ClickException(
			"The clock is moved by freezegun, which is not installed: `make demo` does that."
		)
	demo = {"Chat Channel": CHANNEL["channel_name"], "Officer Posting": CELL_POSTING}
	if not all(frappe.db.exists(doctype, name) for doctype, name in demo.items()):
		raise click.ClickException("This is no demo site: invented cases belong on no other.")
	if frappe.db.count("Grievance"):
		raise click.ClickException(
			"There are cases on this site already; the half year begins on an empty one."
		)


def drop_jobs() -> None:
	"""Take back what was enqueued for background workers meanwhile: it was done here, each thing at its moment."""
	for queue in get_queues():
		for job in queue.jobs:
			if job.kwargs.get("site") == frappe.local.site:
				job.delete()
