"""Steps of the set-up: each is done once, and again only when what it is made from has changed."""

import contextlib
import hashlib
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import processes
from errors import BenchError
from paths import BENCH, LOGS

TAIL = 25
# Folders that are made from the sources they lie among.
MADE = {"__pycache__", "node_modules", "dist"}


class StepFailed(BenchError):
	"""Name the step, show the end of its log and what to do."""


@dataclass
class Step:
	"""One thing to have.

	The stamp holds a hash of the inputs and is written after the work alone; it lies inside what it vouches for, so
	that whoever deletes the thing deletes the stamp. `made` are paths that must be there too. A step whose work was
	interrupted has no stamp: its work begins by removing what is half done. Where `stamp` is None the step is always
	due: whoever lists it has looked whether it is.
	"""

	name: str
	title: str
	work: Callable[[TextIO], None]
	stamp: Path | None
	inputs: Callable[[], str] = lambda: ""
	made: tuple[Path, ...] = ()
	after: tuple[str, ...] = ()
	advice: str = "Then run the same command again: what is done is not done again."

	def due(self) -> bool:
		if not self.stamp:
			return True
		with contextlib.suppress(FileNotFoundError):
			return self.stamp.read_text() != self.inputs() or not all(path.exists() for path in self.made)
		return True

	def run(self) -> None:
		inputs = self.inputs()
		if self.stamp:
			self.stamp.unlink(missing_ok=True)
		log = LOGS / "setup" / f"{self.name.replace(' ', '-')}.log"
		log.parent.mkdir(parents=True, exist_ok=True)
		with log.open("w") as file:
			try:
				self.work(file)
			except BenchError as error:
				file.flush()
				raise StepFailed(
					f"{tail(log)}\n{self.title}: {error}\nAll of it: {log.relative_to(BENCH)}. {self.advice}"
				) from error
		if self.stamp:
			self.stamp.parent.mkdir(parents=True, exist_ok=True)
			self.stamp.write_text(inputs)


@dataclass
class Progress:
	"""Tell what was done and how long it took: a line a step, and on a terminal what is being done right now."""

	stream: TextIO = field(default_factory=lambda: sys.stdout)
	running: dict[str, float] = field(default_factory=dict)
	_lock: threading.Lock = field(default_factory=threading.Lock)

	@contextlib.contextmanager
	def step(self, name: str, title: str):
		began = time.monotonic()
		with self._lock:
			self.running[name] = began
			self._live()
		result = "failed"
		try:
			yield
			result = f"{time.monotonic() - began:5.1f} s"
		finally:
			with self._lock:
				del self.running[name]
				self._line(f"  {name:<12} {title:<52} {result:>8}")
				self._live()

	def say(self, text: str) -> None:
		with self._lock:
			self._line(text)
			self._live()

	def _line(self, text: str) -> None:
		if self.stream.isatty():
			self.stream.write("\r\x1b[K")
		self.stream.write(text + "\n")
		self.stream.flush()

	def _live(self) -> None:
		if self.stream.isatty():
			self.stream.write("\r\x1b[K" + (f"  … {', '.join(self.running)}" if self.running else ""))
			self.stream.flush()


def run_steps(steps: Iterable[Step], progress: Progress) -> list[str]:
	"""Do what is due, side by side where one does not need the other; return the names of what was done."""
	waiting, finished, done, running = list(steps), set(), [], {}
	names = {step.name for step in waiting}

	def perform(step: Step) -> bool:
		if not step.due():
			return False
		with progress.step(step.name, step.title):
			step.run()
		return True

	failure = None
	with ThreadPoolExecutor() as pool:
		while waiting or running:
			for step in [s for s in waiting if names.intersection(s.after) <= finished]:
				waiting.remove(step)
				running[pool.submit(perform, step)] = step
			try:
				ready, _ = wait(running, return_when=FIRST_COMPLETED)
			except BaseException:
				processes.end_children()
				raise
			for future in ready:
				step = running.pop(future)
				if error := future.exception():
					failure = failure or error
					waiting.clear()
				else:
					finished.add(step.name)
					if future.result():
						done.append(step.name)
	if failure:
		raise failure
	return done


def digest(paths: Iterable[Path], *more: str) -> str:
	"""Return a hash of files' names and contents, of folders with all the sources below them, and of some words."""
	total = hashlib.sha256()
	for path in paths:
		for file in sorted(_files(path)):
			total.update(f"{file.relative_to(BENCH) if file.is_relative_to(BENCH) else file}\0".encode())
			total.update(hashlib.sha256(file.read_bytes()).digest())
	for word in more:
		total.update(f"{word}\0".encode())
	return total.hexdigest()


def _files(path: Path) -> Iterable[Path]:
	if path.is_file():
		return [path]
	return [
		file
		for file in path.rglob("*")
		if file.is_file() and not MADE.intersection(file.relative_to(path).parts)
	]


def tail(log: Path) -> str:
	"""Return the last lines of a log, of progress bars only what stood there in the end."""
	# newline="": else a carriage return, with which a bar is drawn over itself, would count as a line's end.
	with log.open(errors="replace", newline="") as file:
		lines = file.read().split("\n")[-TAIL - 1 :]
	return "\n".join(f"  | {line.rstrip().rpartition(chr(13))[2][:200]}" for line in lines if line.strip())


def command(log: TextIO, *words, unhurried: bool = False, **options) -> None:
	"""Run one program of a step; its output goes to the step's log."""
	words = [str(word) for word in words]
	if code := processes.run(words, log=log, unhurried=unhurried, **options):
		raise BenchError(f"`{shortened(words)}` ended with exit code {code}.")


def shortened(words: list[str], length: int = 70) -> str:
	line = " ".join([Path(words[0]).name, *words[1:]])
	return line if len(line) <= length else line[:length] + " …"
