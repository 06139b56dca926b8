"""Who is at work on an instance: a lock that the kernel lets go of however its holder ends."""

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
	pid: int
	doing: str


class Lock:
	"""A lock with its holder's pid and command written in it."""

	def __init__(self, path: Path):
		self.path = path
		self._file = None

	def take(self, doing: str, wait: bool = False) -> bool:
		"""Take the lock and say what for; False when another has it."""
		self.path.parent.mkdir(parents=True, exist_ok=True)
		file = self.path.open("a+")
		try:
			fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
		except BlockingIOError:
			file.close()
			return False
		file.seek(0)
		file.truncate()
		file.write(f"{os.getpid()} {doing}")
		file.flush()
		self._file = file
		return True

	def release(self) -> None:
		if self._file:
			self._file.truncate(0)
			self._file.close()
			self._file = None

	def holder(self) -> Holder | None:
		"""Return who has the lock, None when nobody has."""
		with contextlib.suppress(FileNotFoundError), self.path.open("r+") as file:
			try:
				fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
			except BlockingIOError:
				pid, _, doing = file.read().partition(" ")
				return Holder(int(pid or 0), doing)
		return None
