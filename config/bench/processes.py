"""Programs the bench starts: none is left behind, and none that is not ours is ever touched."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from errors import BenchError, Stopped
from paths import BENCH, ENV

# In the environment of every process of a bench, with the bench's folder as its value. A pid file may name a process
# that is long gone and whose number now belongs to another; what a process was started with stays true.
MARK = "GRIEVANCE_BENCH"
NAME = "GRIEVANCE_PROCESS"
# What steps of the set-up start is marked with this in place of the folder, unless the step belongs to an instance.
SET_UP = BENCH / "set-up"
PR_SET_PDEATHSIG = 1

_children: dict[subprocess.Popen, bool] = {}
_children_lock = threading.Lock()
_stopped_by: list[int] = []


def environment(**more: str) -> dict[str, str]:
	"""Return the environment in which the bench's programs run: its own first on the path, then the system's."""
	env = dict(os.environ)
	# Debian keeps mariadbd in sbin, which is not on an ordinary user's path.
	env["PATH"] = os.pathsep.join([str(ENV / "bin"), env.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
	env["VIRTUAL_ENV"] = str(ENV)
	# Compiled files make each start of a process a second or two shorter.
	env.pop("PYTHONDONTWRITEBYTECODE", None)
	env.pop("PYTHONHOME", None)
	env.pop("PYTHONPATH", None)
	# Frappe's worker takes every job for a part of a test where this is set.
	env.pop("CI", None)
	env["PYTHONUNBUFFERED"] = "1"
	env.update(more)
	return env


def which(program: str) -> str | None:
	return shutil.which(program, path=environment()["PATH"])


def stop_on_signals() -> None:
	"""Turn Ctrl-C and SIGTERM into Stopped, once: what is being stopped already is not hurried."""

	def stop(signum, frame):
		if not _stopped_by:
			_stopped_by.append(signum)
			raise Stopped(signum)

	for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
		signal.signal(signum, stop)


def start(command: list[str], *, unhurried: bool = False, **options) -> subprocess.Popen:
	"""Start a program in a session of its own, so that Ctrl-C reaches it through us and in our order.

	`unhurried`: on a stop it is waited for and not ended (a package manager in the middle of an installation).
	"""
	with _children_lock:
		if _stopped_by:
			raise Stopped(_stopped_by[0])
		process = subprocess.Popen(command, start_new_session=True, **options)
		_children[process] = unhurried
	return process


def run(command: list[str], *, log=None, unhurried: bool = False, **options) -> int:
	"""Run a program to its end and return its exit code; `log` (an open file) gets all that it prints.

	Marked, so that the next run can end what this one leaves behind when it is killed.
	"""
	if log is not None:
		log.write(f"$ {' '.join(map(str, command))}\n")
		log.flush()
		options |= {"stdout": log, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
	options.setdefault("env", environment(**{MARK: str(SET_UP)}))
	process = start(command, unhurried=unhurried, **options)
	try:
		return process.wait()
	finally:
		forget(process)


def forget(process: subprocess.Popen) -> None:
	with _children_lock:
		if process.poll() is not None:
			_children.pop(process, None)


def end(process: subprocess.Popen, seconds: float = 15) -> None:
	"""End one program, by force when asking does not help."""
	process.terminate()
	if not ended(process, seconds):
		process.kill()
		process.wait()
	forget(process)


def end_children() -> None:
	"""End whatever `start` started and still runs."""
	with _children_lock:
		children = {process: unhurried for process, unhurried in _children.items() if process.poll() is None}
	for process, unhurried in children.items():
		if not unhurried:
			with contextlib.suppress(ProcessLookupError):
				os.killpg(process.pid, signal.SIGTERM)
	for process, unhurried in children.items():
		if unhurried:
			print(f"  waiting for {Path(process.args[0]).name} to finish what it has begun", flush=True)
			process.wait()
		elif not ended(process, 10):
			with contextlib.suppress(ProcessLookupError):
				os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen, seconds: float) -> bool:
	try:
		process.wait(seconds)
	except subprocess.TimeoutExpired:
		return False
	return True


def end_with_parent() -> None:
	"""Ask the kernel to end this process when the one that started it is gone, however that went (kill -9)."""
	ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def marked(folder: Path, names: Iterable[str] = ()) -> list[int]:
	"""Return the processes of the bench in `folder`, but not this command and those it was called from.

	`names`: only those that `procfile.start_one` has started under such a name, and what they have started.
	"""
	mark, ours = f"{MARK}={folder}".encode(), _lineage()
	wanted = {f"{NAME}={name}".encode() for name in names}
	return [
		pid
		for pid in _pids()
		if pid not in ours and mark in (words := _environ(pid)) and (not names or wanted.intersection(words))
	]


def end_marked(
	folder: Path, names: Iterable[str] = (), signum: int = signal.SIGTERM, seconds: float = 15
) -> int:
	"""End what is left of the bench in `folder`; return how many processes there were.

	By force those that are still there after `seconds`: databases need some time to close.
	"""
	ended: set[int] = set()
	deadline = time.monotonic() + seconds
	# Again and again, for one that ends may just have started another.
	while pids := marked(folder, names):
		if time.monotonic() > deadline:
			signum = signal.SIGKILL
		_signal([pid for pid in pids if signum == signal.SIGKILL or pid not in ended], signum)
		ended.update(pids)
		time.sleep(0.02)
	# A process loses its environment a moment before it lets go of its files and ports.
	while not all(map(_is_gone, ended)):
		time.sleep(0.02)
	return len(ended)


def is_our_command(pid: int) -> bool:
	"""Tell whether the process is a command of this very bench."""
	try:
		words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
		folder = Path(os.readlink(f"/proc/{pid}/cwd"))
	except OSError:
		return False
	return any((folder / os.fsdecode(word)).resolve() == BENCH / "config" / "bench" for word in words if word)


def _pids() -> Iterable[int]:
	return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _environ(pid: int) -> list[bytes]:
	try:
		return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
	except OSError:
		return []


def _is_gone(pid: int) -> bool:
	try:
		return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
	except OSError:
		return True


def _lineage() -> set[int]:
	pids, pid = set(), os.getpid()
	while pid > 1:
		pids.add(pid)
		try:
			# The name in brackets may hold spaces and brackets itself; the parent comes second after the last one.
			pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
		except (OSError, ValueError):
			break
	return pids


def _signal(pids: Iterable[int], signum: int) -> None:
	for pid in pids:
		with contextlib.suppress(ProcessLookupError, PermissionError):
			os.kill(pid, signum)


def need(program: str) -> str:
	"""Return the program's path, or say that it is missing."""
	if path := which(program):
		return path
	raise BenchError(f"The program {program} is not on this machine.")
