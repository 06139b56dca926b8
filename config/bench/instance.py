"""An instance of the bench: sites, data and logs of its own, on ports of its own.

The demo instance is this folder. The test instance lies in data/test and is a bench folder too: it shares apps, env,
config and the Procfile by links, and the built assets.
"""

import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import processes
from errors import BenchError
from paths import ASSETS, BENCH, CONFIG, DATA, ENV, PROCFILE, SITES

# What each process listens on, by the key of sites/common_site_config.json that says so.
PORT_KEYS = {
	"mariadb": "db_port",
	"redis_cache": "redis_cache",
	"redis_queue": "redis_queue",
	"web": "webserver_port",
	"socketio": "socketio_port",
	"emulator": "grievance_emulator_port",
}
SERVERS = ("mariadb", "redis_cache", "redis_queue")
# How far the test instance's ports lie from the demo's.
TEST_OFFSETS = {"mariadb": 1000, "redis_cache": 1000, "redis_queue": 1000}
TEST_OFFSET = 10000


@dataclass(frozen=True)
class Instance:
	name: str
	folder: Path
	site: str
	mariadb_options: tuple[str, ...] = ()

	@property
	def sites(self) -> Path:
		return self.folder / "sites"

	@property
	def data(self) -> Path:
		return self.folder / "data"

	@property
	def logs(self) -> Path:
		return self.folder / "logs"

	@property
	def site_folder(self) -> Path:
		return self.sites / self.site

	@cached_property
	def config(self) -> dict:
		return read_config(self.sites)

	@cached_property
	def ports(self) -> dict[str, int]:
		return {process: _port(self.config[key]) for process, key in PORT_KEYS.items()}

	def url(self, process: str) -> str:
		return f"http://127.0.0.1:{self.ports[process]}"

	def marked_environment(self, **more: str) -> dict[str, str]:
		"""Return the environment of a program that must not outlive the command that works on this instance."""
		return processes.environment(**{processes.MARK: str(self.folder)}, **more)

	def environment(self) -> dict[str, str]:
		"""Return what the lines of the Procfile need."""
		options = list(self.mariadb_options)
		if os.geteuid() == 0:
			options.append("--user=root")
		ports = {f"{process.upper()}_PORT": str(port) for process, port in self.ports.items()}
		return self.marked_environment(**ports, MARIADB_OPTIONS=" ".join(options))

	def prepare(self) -> None:
		"""Make the folders that programs expect and do not make themselves."""
		for folder in (self.data / "redis_cache", self.data / "redis_queue", self.logs):
			folder.mkdir(parents=True, exist_ok=True)

	def root_password(self) -> str:
		"""Return the database's root password, made once and readable by this user alone."""
		path = self.data / "mariadb-root-password"
		if not path.exists():
			path.parent.mkdir(parents=True, exist_ok=True)
			with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
				file.write(secrets.token_urlsafe(24))
		return path.read_text()

	def bench(self, *words: str) -> list[str]:
		"""Return the command line of a bench command; it is run from `sites`."""
		return [str(ENV / "bin" / "python"), "-m", "frappe.utils.bench_helper", "frappe", *words]


def demo() -> Instance:
	return Instance("demo", BENCH, read_config(SITES)["default_site"])


def test() -> Instance:
	# Frappe's own isolation level lets two transactions overwrite each other's rows in silence; newer servers refuse.
	return Instance("test", DATA / "test", "test.localhost", ("--loose-innodb-snapshot-isolation=ON",))


def lay_out_test(instance: Instance) -> None:
	"""Make the folder of the test instance: its own sites and configuration, the rest by links."""
	instance.sites.mkdir(parents=True, exist_ok=True)
	for target in (BENCH / "apps", ENV, CONFIG, PROCFILE):
		_link(instance.folder / target.name, target)
	_link(instance.sites / "assets", ASSETS)
	shutil.copy(SITES / "apps.txt", instance.sites / "apps.txt")
	config = read_config(SITES) | {"default_site": instance.site}
	for process, key in PORT_KEYS.items():
		port = _port(config[key])
		moved = port + TEST_OFFSETS.get(process, TEST_OFFSET)
		config[key] = moved if isinstance(config[key], int) else config[key].replace(f":{port}", f":{moved}")
	config["redis_socketio"] = config["redis_queue"]
	text = json.dumps(config, indent=1, sort_keys=True)
	(instance.sites / "common_site_config.json").write_text(text + "\n")
	instance.prepare()


def read_config(sites: Path) -> dict:
	path = sites / "common_site_config.json"
	try:
		return json.loads(path.read_text())
	except ValueError as error:
		raise BenchError(f"{path.relative_to(BENCH)} is not valid JSON: {error}") from None


def taken_ports(ports: dict[str, int]) -> dict[str, int]:
	"""Return those of the ports on which some program listens already."""
	return {process: port for process, port in ports.items() if is_taken(port)}


def is_taken(port: int) -> bool:
	with socket.socket() as probe:
		# Else the remains of closed connections would count as a listener.
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind(("127.0.0.1", port))
		except OSError:
			return True
	return False


def _port(value: int | str) -> int:
	return value if isinstance(value, int) else urlsplit(value).port


def _link(link: Path, target: Path) -> None:
	if not link.is_symlink() or Path(os.readlink(link)) != target:
		link.unlink(missing_ok=True)
		link.symlink_to(target)
