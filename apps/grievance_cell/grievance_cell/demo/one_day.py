"""Keep a half year that is being played, a day at a time: stopped at any moment, it goes on with the day that was begun.

A day is one transaction, so that it is in the database whole or not at all. What the player knows besides lies in a file
of the site; which of the files belongs to what is in the database is written there in the same transaction.
"""

import os
import pickle
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

import frappe

# A folder of the site, there for as long as a half year is being played: `make start` looks whether it is.
FOLDER = "half_year"
# Where the database has its number: no setting of Frappe's, for each change of one empties all caches.
LAST_DAY = {"doctype": "Demo Half Year", "field": "day"}
# What Frappe says to the database for each of its own transactions, and what it comes to here.
INSTEAD = {"commit": "savepoint committed", "rollback": "rollback to savepoint committed"}


@contextmanager
def one_transaction():
	"""Let Frappe's transactions be savepoints for a block; yields what commits.

	What is not committed when the block ends, however it ends, is undone. A day costs the disk one wait instead of a
	thousand.
	"""
	database = frappe.db
	run = database.sql

	def sql(query, *values, **options):
		if str(query).startswith("START TRANSACTION"):
			return None
		return run(INSTEAD.get(query, query), *values, **options)

	def commit() -> None:
		run("commit")
		run("savepoint committed")

	commit()
	database.sql = sql
	try:
		yield commit
	finally:
		del database.sql
		database.rollback()


def folder() -> Path:
	return Path(frappe.get_site_path(FOLDER))


def keep(state: dict, commit: Callable[[], None]) -> None:
	"""Keep what was played until now, together with what is in the database."""
	day = last_day() + 1
	folder().mkdir(exist_ok=True)
	partial = folder() / "partial"
	with partial.open("wb") as file:
		pickle.dump(state, file)
		os.fsync(file.fileno())
	partial.replace(folder() / str(day))
	note(day)
	commit()
	(folder() / str(day - 1)).unlink(missing_ok=True)


def kept() -> dict | None:
	"""Read what the half year had come to that was stopped on this site; None if there is none."""
	# What Redis holds may be of the day that was undone.
	frappe.clear_cache()
	with suppress(FileNotFoundError), (folder() / str(last_day())).open("rb") as file:
		return pickle.load(file)


def forget(commit: Callable[[], None]) -> None:
	"""Note that a half year was played to its end."""
	note(0)
	commit()
	for file in folder().iterdir():
		file.unlink()
	folder().rmdir()


def last_day() -> int:
	found = frappe.db.sql(
		"select value from tabSingles where doctype = %(doctype)s and field = %(field)s", LAST_DAY
	)
	return int(found[0][0]) if found else 0


def note(day: int) -> None:
	frappe.db.sql("delete from tabSingles where doctype = %(doctype)s and field = %(field)s", LAST_DAY)
	if day:
		frappe.db.sql(
			"insert into tabSingles (doctype, field, value) values (%(doctype)s, %(field)s, %(day)s)",
			{**LAST_DAY, "day": day},
		)
