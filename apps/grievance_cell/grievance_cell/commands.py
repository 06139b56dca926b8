"""Commands of this app for `bench`."""

import click
import frappe


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


commands = [grievance_worker]
