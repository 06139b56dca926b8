"""What this app asks of MariaDB beyond what a DocType can say."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps

import frappe

# Transactions that lost a race and may be run again whole: lock wait timeout, deadlock, and a row that changed since
# the snapshot was taken (innodb_snapshot_isolation).
LOCK_WAIT_TIMEOUT, DEADLOCK, CHANGED_SINCE_SNAPSHOT = 1205, 1213, 1020
TRANSIENT = (LOCK_WAIT_TIMEOUT, DEADLOCK, CHANGED_SINCE_SNAPSHOT)
MOST_RESTARTS = 5


def is_transient(error: BaseException) -> bool:
	"""Tell whether the transaction that raised this may simply be run again."""
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
		return True
	return bool(error.args) and error.args[0] in TRANSIENT


def restarted(door: Callable) -> Callable:
	"""Let a request's work, which is one transaction, begin anew with what is stored now where it lost a race.

	Nothing may be committed in it. Who has waited for a lock as long as MariaDB allows is told so and not made to wait again.
	"""

	@wraps(door)
	def run(*arguments, **named):
		for _restart in range(MOST_RESTARTS):
			said = len(frappe.local.message_log)
			try:
				return door(*arguments, **named)
			except Exception as error:
				if not is_transient(error) or is_timeout(error):
					raise
				frappe.db.rollback()
				del frappe.local.message_log[said:]
		return door(*arguments, **named)

	return run


def is_timeout(error: BaseException) -> bool:
	return isinstance(error, frappe.QueryTimeoutError) or error.args[:1] == (LOCK_WAIT_TIMEOUT,)


def one_by_one(doctype: str, names: Iterable[str], act: Callable[[str], None], title: str) -> None:
	"""Do something with each of these documents in a transaction of its own, in a job: one that fails never stops the rest.

	Commits. A failure is logged under the title; one that lost a race is left for the next run.
	"""
	for name in names:
		# A snapshot ends with each, so that what others save meanwhile may be written by us (1020 otherwise).
		frappe.db.rollback()
		try:
			act(name)
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			if not is_transient(error):
				frappe.log_error(title=title, reference_doctype=doctype, reference_name=name)
				frappe.db.commit()


@contextmanager
def harmless(title: str) -> Iterator[None]:
	"""Do something beside what matters: if it fails, it alone is undone and the Error Log has it under this title.

	A lost race is raised again, for it has undone the whole transaction.
	"""
	# One may stand in another: two savepoints of one name would be one.
	savepoint = f"harmless_{frappe.generate_hash(length=8)}"
	frappe.db.savepoint(savepoint)
	said = len(frappe.local.message_log)
	try:
		yield
	except Exception as error:
		if is_transient(error):
			raise
		frappe.db.rollback(save_point=savepoint)
		del frappe.local.message_log[said:]
		frappe.log_error(title=title)


def make_binary(doctype: str, fieldnames: list[str]) -> None:
	"""Compare these columns byte by byte: in utf8mb4_unicode_ci `aBc` equals `abc`, which no id may.

	For on_doctype_update, which Frappe calls after it has altered the table. Does nothing where it is done already.
	"""
	columns = frappe.db.sql(
		"""select column_name, column_type from information_schema.columns
		where table_schema = database() and table_name = %s and column_name in %s
		and collation_name <> 'utf8mb4_bin'""",
		(f"tab{doctype}", tuple(fieldnames)),
	)
	if columns:
		changes = ", ".join(
			f"modify `{name}` {column_type} character set utf8mb4 collate utf8mb4_bin"
			for name, column_type in columns
		)
		frappe.db.sql_ddl(f"alter table `tab{doctype}` {changes}")


def make_unique(doctype: str, fieldnames: list[str], index_name: str) -> None:
	"""Add a unique index over several columns, for on_doctype_update.

	Frappe's own add_unique looks for the constraint in every database of the server, and so leaves it out on the second
	site that has the app.
	"""
	table = f"tab{doctype}"
	present = frappe.db.sql(
		"""select 1 from information_schema.statistics
		where table_schema = database() and table_name = %s and index_name = %s limit 1""",
		(table, index_name),
	)
	if not present:
		columns = ", ".join(f"`{name}`" for name in fieldnames)
		frappe.db.sql_ddl(f"alter table `{table}` add unique index `{index_name}` ({columns})")
