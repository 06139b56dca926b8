"""The Procfile's lines: started for an instance, waited for and stopped."""

import contextlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import processes
from errors import BenchError
from instance import SERVERS, Instance, taken_ports
from paths import PROCFILE, PYTHON
from steps import tail

HERE = Path(__file__).resolve().parent
PURPOSE = {
	"mariadb": "the database",
	"redis_cache": "the cache",
	"redis_queue": "the job queue",
	"web": "the desk",
	"socketio": "live updates",
	"emulator": "the phone screen",
}
# What answers when a process is ready; the others are ready when they are there.
ANSWERS = {"web": "/api/method/ping", "emulator": "/"}


def lines() -> dict[str, str]:
	"""Return the commands by name."""
	return dict(re.findall(r"^([A-Za-z0-9_-]+):\s*(.+)$", PROCFILE.read_text(), re.MULTILINE))


def applications() -> list[str]:
	"""Return the names of the processes that need the servers to be up."""
	return [name for name in lines() if name not in SERVERS]


def check_ports(instance: Instance, names: list[str]) -> None:
	"""Refuse in one line a port that another program has."""
	for name, port in taken_ports({n: p for n, p in instance.ports.items() if n in names}).items():
		raise BenchError(
			f"Port {port} ({PURPOSE[name]}, {name}) is taken by another program: "
			"stop that one, or change the port in sites/common_site_config.json."
		)


class Group:
	"""Some lines of the Procfile, run by honcho (group.py): when one ends, all end."""

	def __init__(self, instance: Instance, names: list[str], output=None):
		self.instance = instance
		self.names = list(names)
		self.output = output
		self.honcho: subprocess.Popen | None = None

	def start(self) -> None:
		"""Start the processes. To be called from the main thread: they end with the thread that started them."""
		self.instance.prepare()
		self.honcho = processes.start(
			[str(PYTHON), str(HERE / "group.py"), str(PROCFILE), *self.names],
			cwd=self.instance.folder,
			env=self.instance.environment(),
			stdin=subprocess.DEVNULL,
			stdout=self.output,
			stderr=subprocess.STDOUT if self.output else None,
			preexec_fn=processes.end_with_parent,
		)

	def wait_until_ready(self, seconds: float = 60) -> None:
		wait_until_ready(self.instance, self.names, seconds, self.is_running)

	def is_running(self) -> bool:
		return self.honcho is not None and self.honcho.poll() is None

	def stop(self) -> None:
		if self.honcho is not None:
			processes.end(self.honcho)


def start_one(instance: Instance, name: str, **more: str) -> subprocess.Popen:
	"""Start one line of the Procfile, with a log of its own, `more` in its environment."""
	log = instance.logs / f"{name}.log"
	with log.open("ab") as file:
		return processes.start(
			["sh", "-c", lines()[name]],
			cwd=instance.folder,
			env=instance.environment() | {processes.NAME: name} | more,
			stdin=subprocess.DEVNULL,
			stdout=file,
			stderr=subprocess.STDOUT,
			preexec_fn=processes.end_with_parent,
		)


@contextlib.contextmanager
def running(instance: Instance, names=SERVERS):
	"""Have some processes of the instance up for a while, each with a log of its own."""
	instance.prepare()
	started = {}
	try:
		for name in names:
			started[name] = start_one(instance, name)
		for name, process in started.items():
			wait_until_ready(instance, [name], 60, lambda process=process: process.poll() is None)
		yield
	finally:
		# By their mark, not by what was started here: a test may have killed one and started another.
		processes.end_marked(instance.folder, list(started))
		for process in started.values():
			processes.end(process)


def wait_until_ready(instance: Instance, names: list[str], seconds: float, is_running) -> None:
	deadline = time.monotonic() + seconds
	for name in names:
		while not is_ready(instance, name):
			if not is_running():
				raise BenchError(f"{log_tail(instance, name)}{name} did not come up.")
			if time.monotonic() > deadline:
				raise BenchError(f"{log_tail(instance, name)}{name} has not answered for {seconds:.0f} s.")
			time.sleep(0.05)


def log_tail(instance: Instance, name: str) -> str:
	"""Return the end of the log of a process that has one; the others speak on the terminal."""
	log = instance.logs / f"{name}.log"
	return f"{tail(log)}\n" if log.exists() else ""


def is_ready(instance: Instance, name: str) -> bool:
	port = instance.ports.get(name)
	if port is None:
		return True
	if path := ANSWERS.get(name):
		try:
			with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
				return answer.status == 200
		except urllib.error.HTTPError as error:
			raise BenchError(f"{name} is up but answers {path} with {error.code}.") from None
		except OSError:
			return False
	try:
		with socket.create_connection(("127.0.0.1", port), timeout=1):
			return True
	except OSError:
		return False
