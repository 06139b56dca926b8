"""The test instance as the end-to-end tests see it: addresses, bench commands, and processes to kill and start."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pymysql

# The orchestrator knows the Procfile, the ports and which processes are the bench's own.
sys.path.append(str(Path(__file__).resolve().parents[1] / "config" / "bench"))

import instance
import processes
import procfile

WHERE = "GRIEVANCE_TEST_BENCH"


class Servers:
	"""The running test instance. Names of processes are those of the Procfile."""

	def __init__(self):
		self.instance = instance.test()
		self.site = self.instance.site
		self.sites = self.instance.sites
		self.logs = self.instance.logs
		self.ports = self.instance.ports
		self.config = self.instance.config

	def url(self, process: str = "web", path: str = "") -> str:
		return self.instance.url(process) + path

	def bench(self, *words: str, check: bool = True, timeout: float = 120) -> str:
		"""Run a bench command on the test site and return what it prints."""
		answer = subprocess.run(
			self.instance.bench("--site", self.site, *words),
			cwd=self.sites,
			env=processes.environment(),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			timeout=timeout,
		)
		if check and answer.returncode:
			raise AssertionError(f"bench {' '.join(words)} ended with {answer.returncode}:\n{answer.stdout}")
		return answer.stdout

	def database(self) -> pymysql.Connection:
		"""Connect to the site's database as root; each statement is a transaction of its own until `begin()`."""
		config = json.loads((self.sites / self.site / "site_config.json").read_text())
		return pymysql.connect(
			host="127.0.0.1",
			port=self.ports["mariadb"],
			user="root",
			password=self.instance.root_password(),
			database=config["db_name"],
			charset="utf8mb4",
			autocommit=True,
			# Else every connection reads all the machine's certificates.
			ssl_disabled=True,
			cursorclass=pymysql.cursors.DictCursor,
		)

	def rows(self, query: str, *values) -> list[dict]:
		"""Run one statement on the site's database; what is committed now, whatever Frappe has cached."""
		with contextlib.closing(self.database()) as database, database.cursor() as cursor:
			cursor.execute(query, values)
			return list(cursor.fetchall())

	def pids(self, process: str) -> list[int]:
		"""Return the process and all it has started that still runs."""
		return processes.marked(self.instance.folder, [process])

	def kill(self, process: str, signum: int = signal.SIGKILL) -> None:
		"""End a process and all it has started, at once unless another signal is given, and wait until they are gone."""
		processes.end_marked(self.instance.folder, [process], signum)

	def stop(self, process: str) -> None:
		self.kill(process, signal.SIGTERM)

	def start(self, process: str, **environment: str) -> None:
		"""Start a process of the Procfile, `environment` added to its own, and wait until it answers."""
		started = procfile.start_one(self.instance, process, **environment)
		procfile.wait_until_ready(self.instance, [process], 60, lambda: started.poll() is None)

	def log(self, process: str) -> str:
		return (self.logs / f"{process}.log").read_text(errors="replace")


def where() -> str | None:
	"""Return the folder of the running test instance, None when `make test` did not start this run."""
	return os.environ.get(WHERE)
