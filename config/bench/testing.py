"""The tests: every part of them on a site just copied from a pristine one, with servers of its own."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import instance as instances
import processes
import procfile
import sites
from errors import BenchError
from instance import Instance
from paths import APP, BENCH, CONFIG, ENV, NODE, TESTS
from steps import Progress, Step, digest, run_steps

# Tells pytest where the servers are.
WHERE = "GRIEVANCE_TEST_BENCH"
# Mails go nowhere; links in messages lead to the test's own desk.
SITE_CONFIG = {"allow_tests": True, "mute_emails": 1}


def run(words: list[str], progress: Progress) -> int:
	"""Run all parts, or the one that `words` begins with and the rest of `words` as its arguments."""
	names, arguments = (words[:1], words[1:]) if words else (list(PARTS), [])
	if unknown := [name for name in names if name not in PARTS]:
		raise BenchError(f"The tests have no part {unknown[0]}; they have {', '.join(PARTS)}.")
	instance = instances.test()
	instances.lay_out_test(instance)
	processes.end_marked(instance.folder)
	procfile.check_ports(instance, list(instances.PORT_KEYS))
	if {"unit", "e2e"}.intersection(names):
		run_steps([frappe_step(instance)], progress)
		run_steps([site_step(instance)], progress)
	failed, took = [], {}
	try:
		for name in names:
			print(f"\n== {name}", flush=True)
			began = time.monotonic()
			if not PARTS[name](instance, arguments):
				failed.append(name)
			took[name] = time.monotonic() - began
	finally:
		processes.end_marked(instance.folder)
	print(
		"\n"
		+ ", ".join(f"{name} {'failed' if name in failed else 'ok'} {took[name]:.0f} s" for name in names)
	)
	return 1 if failed else 0


def checks(instance: Instance, arguments: list[str]) -> bool:
	ruff = str(ENV / "bin" / "ruff")
	results = [call([ruff, "check", "."]), call([ruff, "format", "--check", "--quiet", "."])]
	return all(results)


def node(instance: Instance, arguments: list[str]) -> bool:
	files = [
		str(file)
		for folder in (NODE, APP)
		for file in sorted(folder.rglob("*.test.mjs"))
		if "node_modules" not in file.parts
	]
	return call([processes.need("node"), "--test", *arguments, *files]) if files else True


def unit(instance: Instance, arguments: list[str]) -> bool:
	"""Run the tests that lie beside the code, with Frappe's own runner and nothing up but the servers."""
	restore(instance, "site")
	with procfile.running(instance):
		words = instance.bench("--site", instance.site, "run-tests", "--app", APP.name, *arguments)
		# Without CI in the environment Frappe's runner ends with 0 whatever the tests did.
		return call(words, cwd=instance.sites, env=instance.marked_environment(CI="1"))


def e2e(instance: Instance, arguments: list[str]) -> bool:
	"""Run the tests in tests/ with everything up."""
	restore(instance, "site")
	with procfile.running(instance), procfile.running(instance, procfile.applications()):
		words = [str(ENV / "bin" / "pytest"), *(arguments or [str(TESTS)])]
		return call(words, env=instance.marked_environment(**{WHERE: str(instance.folder)}))


PARTS: dict[str, Callable[[Instance, list[str]], bool]] = {
	"checks": checks,
	"node": node,
	"unit": unit,
	"e2e": e2e,
}


def call(words: list[str], cwd: Path = BENCH, **options) -> bool:
	sys.stdout.flush()
	return processes.run(words, cwd=cwd, stdin=subprocess.DEVNULL, **options) == 0


def frappe_step(instance: Instance) -> Step:
	"""Keep a site with Frappe alone: the slower half of making one, and it seldom changes."""

	def work(log) -> None:
		sites.make_database(instance, log)
		with procfile.running(instance):
			sites.new_site(instance, log)
		config = instance.site_folder / "site_config.json"
		config.write_text(json.dumps(json.loads(config.read_text()) | SITE_CONFIG, indent=1))
		keep(instance, "frappe")

	return Step(
		"test frappe",
		"pristine test site, Frappe alone",
		work,
		snapshot(instance, "frappe") / "stamp",
		frappe_digest,
	)


def site_step(instance: Instance) -> Step:
	"""Keep the site on which every part of the tests begins."""

	def work(log) -> None:
		restore(instance, "frappe")
		with procfile.running(instance):
			sites.install_app(instance, log)
		keep(instance, "site")

	return Step(
		"test site",
		"pristine test site, the app, demo masters",
		work,
		snapshot(instance, "site") / "stamp",
		lambda: digest([], frappe_digest(), sites.app_digest()),
	)


def frappe_digest() -> str:
	return digest([CONFIG / "mariadb.cnf", CONFIG / "requirements.txt", BENCH / "apps" / "frappe" / "frappe"])


def snapshot(instance: Instance, name: str) -> Path:
	return instance.folder / "pristine" / name


def keep(instance: Instance, name: str) -> None:
	"""Copy the site and its database away; the servers must be down."""
	folder = snapshot(instance, name)
	shutil.rmtree(folder, ignore_errors=True)
	shutil.copytree(instance.data / "mariadb", folder / "mariadb")
	shutil.copytree(instance.site_folder, folder / "site")


def restore(instance: Instance, name: str) -> None:
	"""Put the kept site and database in the place of the present ones, and begin with empty queues and logs."""
	for folder in (instance.data / "mariadb", instance.site_folder, instance.logs):
		shutil.rmtree(folder, ignore_errors=True)
	for folder in ("redis_cache", "redis_queue", "emulator"):
		shutil.rmtree(instance.data / folder, ignore_errors=True)
	shutil.copytree(snapshot(instance, name) / "mariadb", instance.data / "mariadb")
	shutil.copytree(snapshot(instance, name) / "site", instance.site_folder)
	instance.prepare()
