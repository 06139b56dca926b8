"""Fill a demo site with half a year of cases: `bench --site SITE grievance-demo`."""

import gc
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import frappe
import sqlparse
from frappe.utils import now_datetime
from frappe.utils.background_jobs import get_queues

from grievance_cell.demo import one_day
from grievance_cell.demo.half_year import HalfYear, moved_clock
from grievance_cell.demo.masters import CELL_POSTING, CHANNEL
from grievance_cell.demo.phone_screens import PhoneScreens

CASES, SEED = 2106, 1634
# So many lines tell how far it is.
LINES = 60


def fill(cases: int = CASES, seed: int = SEED, phones: str | None = None) -> None:
	"""Play the half year before now on a demo site where no case was registered yet, or go on with one that was stopped.

	`phones` is the folder in which the emulator keeps its threads, where it is to show those of the demo.
	"""
	refuse_unless_demo()
	begun = one_day.kept()
	if begun:
		cases, seed, until, state = (begun[name] for name in ("cases", "seed", "until", "state"))
		click.echo(
			f"Goes on with the half year that was begun, of {cases} cases, on {state['now']:%d-%m-%Y}."
		)
	else:
		refuse_if_filled()
		until, state = now_datetime().replace(microsecond=0), None
	drop_jobs()
	# Millions of objects that all end with their act: looking for circles among them takes longer than finding none.
	gc.freeze()
	gc.disable()
	parse = sqlparse.format
	# Frappe has the same few names of fields parsed again for each statement; later releases do not.
	sqlparse.format = cache(parse)
	try:
		with one_day.one_transaction() as commit:
			play(cases, seed, until, state, commit, phones)
	finally:
		sqlparse.format = parse
		gc.enable()
		gc.unfreeze()
		frappe.set_user("Administrator")
	click.echo(f"{frappe.db.count('Grievance')} cases.")


def play(
	cases: int,
	seed: int,
	until: datetime,
	state: dict | None,
	commit: Callable[[], None],
	phones: str | None,
) -> None:
	show = Progress()

	def keep(state: dict) -> None:
		one_day.keep({"cases": cases, "seed": seed, "until": until, "state": state}, commit)
		drop_jobs()
		gc.collect()

	with moved_clock(until) as go_to:
		screens = PhoneScreens(Path(phones)) if phones else None
		half_year = HalfYear(cases, seed, until, go_to, screens)
		if state:
			half_year.restore(state)
		half_year.play(show, keep)
		for (act, _error, why), times in half_year.refused.items():
			if act == "register":
				click.echo(f"  {times} made no case: {why}")
		one_day.forget(commit)
	drop_jobs()


class Progress:
	"""Shows a line every some cases: the day, how many, how long it still takes."""

	def __init__(self):
		# Before the clock is stopped.
		self.clock = time.monotonic
		self.began = self.clock()
		self.first: int | None = None

	def __call__(self, registered: int, of: int, moment: datetime) -> None:
		if self.first is None:
			self.first = registered - 1
		if registered % max(1, of // LINES) and registered != of:
			return
		left = (self.clock() - self.began) / (registered - self.first) * (of - registered)
		text = f"about {left / 60:.0f} min left" if left >= 60 else f"{left:.0f} s left"
		click.echo(f"  {moment:%d-%m-%Y}  {registered:{len(str(of))}} of {of} cases, {text}")


def refuse_unless_demo() -> None:
	if not find_spec("freezegun"):
		raise click.ClickException(
			"The clock is moved by freezegun, which is not installed: `make demo` does that."
		)
	demo = {"Chat Channel": CHANNEL["channel_name"], "Officer Posting": CELL_POSTING}
	if not all(frappe.db.exists(doctype, name) for doctype, name in demo.items()):
		raise click.ClickException("This is no demo site: invented cases belong on no other.")


def refuse_if_filled() -> None:
	if frappe.db.count("Grievance"):
		raise click.ClickException(
			"There are cases on this site already; the half year begins on an empty one (`make reset`)."
		)


def drop_jobs() -> None:
	"""Take back what was enqueued for background workers meanwhile: it was done here, each thing at its moment."""
	for queue in get_queues():
		for job in queue.jobs:
			if job.kwargs.get("site") == frappe.local.site:
				job.delete()
