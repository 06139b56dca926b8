"""Commands of this app for `bench`."""

import click
import frappe
from frappe.commands import pass_context


@click.command("grievance-worker")
@click.option("--queue", type=str, help="Queues to work off, comma separated; all by default")
@click.option("--quiet", is_flag=True, help="Say less")
def grievance_worker(queue: str | None = None, quiet: bool = False) -> None:
	"""Work off background jobs as `bench worker` does, with what a conversation needs loaded beforehand.

	A worker forks for every job. What its parent has read, the libraries and the index of areas, is there in each of them
	at once; an ordinary worker reads it anew for every citizen's message.
	"""
	from frappe.utils.background_jobs import start_worker

	for site in frappe.utils.get_sites():
		warm_up(site)
	start_worker(queue=queue, quiet=quiet)


def warm_up(site: str) -> None:
	"""Load the conversation and the areas of a site into this process; a site that cannot be reached is left cold."""
	frappe.init(site=site)
	try:
		frappe.connect()
		if "grievance_cell" in frappe.get_installed_apps():
			from grievance_cell.conversations import area_search
			from grievance_cell.messaging import inbox  # noqa: F401

			area_search.warm_up()
	except Exception as error:
		click.echo(f"{site} is not loaded beforehand: {type(error).__name__}", err=True)
	finally:
		# The jobs' processes open connections of their own.
		frappe.destroy()


@click.command("grievance-demo")
@click.option("--cases", type=click.IntRange(min=60), default=2106, show_default=True, help="How many cases")
@click.option("--seed", type=int, default=1634, show_default=True, help="Another half year")
@click.option(
	"--phones", type=click.Path(), help="Where the emulator keeps its threads, to show those of the demo"
)
@pass_context
def grievance_demo(context, cases: int, seed: int, phones: str | None) -> None:
	"""Fill a demo site with half a year of cases that people bring and offices settle, or do not.

	Each goes through the rules that any case does, with the clock moved to its moment; the same seed gives the same cases,
	relative to the day. Nothing else may work on the site meanwhile. Stopped, it goes on with the day that was begun.
	"""
	from grievance_cell.demo import cases as demo_cases

	for site in context.sites:
		frappe.init(site=site)
		frappe.connect()
		try:
			demo_cases.fill(cases, seed, phones)
		finally:
			frappe.destroy()


commands = [grievance_worker, grievance_demo]
