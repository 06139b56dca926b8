"""What the operating system has to have."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import processes
from errors import BenchError
from paths import CONFIG, ENV

PYTHON_AT_LEAST = (3, 10)
NODE_AT_LEAST = 20


@dataclass(frozen=True)
class Package:
	name: str
	needed_by: str
	programs: tuple[str, ...]


def listed() -> list[Package]:
	"""Read packages.txt."""
	lines = (line.split("#")[0].split() for line in (CONFIG / "packages.txt").read_text().splitlines())
	return [Package(words[0], words[1], tuple(words[2:])) for words in lines if words]


def missing(for_tests: bool) -> list[str]:
	"""Return the names of the Debian packages to install."""
	wanted = [package for package in listed() if for_tests or package.needed_by == "start"]
	if shutil.which("dpkg-query"):
		installed = _installed([package.name for package in wanted])
		names = [package.name for package in wanted if package.name not in installed]
	else:
		names = [package.name for package in wanted if not all(map(processes.which, package.programs))]
	# Python and Node are often there from elsewhere; only what they lack is asked of Debian.
	if not can_make_environment():
		names.append("python3-venv")
	if node_version() < NODE_AT_LEAST:
		names.append("nodejs")
	if not processes.which("npm"):
		names.append("npm")
	return names


def can_make_environment() -> bool:
	return importlib.util.find_spec("ensurepip") is not None


def node_version() -> int:
	if node := processes.which("node"):
		answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
		if found := re.match(r"v(\d+)", answer):
			return int(found[1])
	return 0


def check_python() -> None:
	if sys.version_info < PYTHON_AT_LEAST:
		raise BenchError(
			"Python %s.%s or newer is needed; this is %s.%s. Name one: make start PYTHON=python3.11"
			% (*PYTHON_AT_LEAST, *sys.version_info[:2])
		)


def install(names: list[str], log) -> None:
	"""Install Debian packages where this user may, else say what to run."""
	become = _become_root()
	plain = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}"
	if become is None or not shutil.which("apt-get"):
		raise NeedsPackages(names)
	env = processes.environment(DEBIAN_FRONTEND="noninteractive")
	# An old list of packages names versions that are no longer served.
	for words in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *names]):
		if code := processes.run([*become, *words], log=log, env=env, unhurried=True):
			raise BenchError(f"apt-get ended with exit code {code}. To see more, run: {plain}")
	if node_version() < NODE_AT_LEAST:
		raise BenchError(f"Node {NODE_AT_LEAST} or newer is needed, and this system's package is older.")


class NeedsPackages(BenchError):
	"""Tell the exact command that someone with the right has to run."""

	def __init__(self, names: list[str]):
		install = f"apt-get install -y --no-install-recommends {' '.join(names)}"
		super().__init__(
			"These system packages are missing, and installing them needs root. Run, then try again:\n"
			f"\n  sudo sh -c 'apt-get update && {install}'\n"
		)


def may_install() -> bool:
	return _become_root() is not None and shutil.which("apt-get") is not None


def link_redis_server() -> None:
	"""Give the environment a redis-server where the system has it only under the name of the checker.

	Debian's redis-tools holds the very same program as redis-check-rdb: which of the two it is, it decides by the name
	it is called with.
	"""
	link = ENV / "bin" / "redis-server"
	if not processes.which("redis-server"):
		link.unlink(missing_ok=True)
		link.symlink_to(processes.need("redis-check-rdb"))


def _installed(names: list[str]) -> set[str]:
	answer = subprocess.run(
		["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names], capture_output=True, text=True
	)
	pairs = (line.split() for line in answer.stdout.splitlines())
	return {name for name, *status in pairs if status == ["installed"]}


def _become_root() -> list[str] | None:
	if os.geteuid() == 0:
		return []
	sudo = shutil.which("sudo")
	if sudo and Path(sudo).exists():
		if subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
			return [sudo, "-n"]
	return None
