"""The commands of the bench, one function each; a command returns its exit code."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import instance as instances
import processes
import procfile
import setup
import sites
import system
import testing
from errors import BenchError, Stopped
from instance import SERVERS, Instance
from lock import Lock
from paths import ASSETS, BENCH, CONFIG, DATA, ENV, LOGS, NODE, PYTHON, SITES, TESTS
from procfile import Group
from steps import Progress, Step, command, run_steps

LOGINS = """\
            Administrator                              password admin
            je.phe, head.phe, operator, collector,
            manager, representative @demo.example      password grievance-demo"""


def start(names: list[str]) -> int:
	"""Set up what is missing, run every process (or those named) until told to stop."""
	began = time.monotonic()
	system.check_python()
	demo = instances.demo()
	lock = work_lock(demo)
	if not lock.take("start"):
		return already_running(demo, lock)
	names = chosen(names)
	if sites.is_half_filled(demo):
		# As of now all deadlines have passed at which the half year has not arrived.
		names = [name for name in names if name != "schedule"]
	processes.end_marked(demo.folder)
	procfile.check_ports(demo, [*SERVERS, *names])
	progress = Progress()
	set_up(progress)
	groups = []
	ready = False
	try:
		base = Group(demo, SERVERS)
		groups.append(base)
		have_site(demo, base, progress)
		with progress.step("run", f"{', '.join(names)}"):
			application = Group(demo, names)
			groups.append(application)
			application.start()
			application.wait_until_ready()
		print_addresses(demo, names, time.monotonic() - began)
		ready = True
		while all(group.is_running() for group in groups):
			time.sleep(0.2)
		raise BenchError("One process ended by itself (see above), so the bench was stopped.")
	except Stopped:
		if not ready:
			raise
		# The ordinary end of a bench that ran.
		print("Stopping …", flush=True)
		return 0
	finally:
		# What uses the servers goes before them.
		for group in reversed(groups):
			group.stop()
		processes.end_marked(demo.folder)
		lock.release()


def stop() -> int:
	"""Stop what `start` runs, from another terminal."""
	demo = instances.demo()
	lock = work_lock(demo)
	holder = lock.holder()
	if holder and processes.is_our_command(holder.pid):
		os.kill(holder.pid, signal.SIGTERM)
		deadline = time.monotonic() + 60
		while lock.holder() and time.monotonic() < deadline:
			time.sleep(0.1)
		print("Stopped.")
	elif left := processes.end_marked(demo.folder):
		print(f"Stopped {left} processes that an earlier start had left behind.")
	else:
		print("Nothing is running.")
	return 0


def reset(assume_yes: bool, everything: bool) -> int:
	"""Delete the sites, their databases and files, after asking; with `everything` also what was installed."""
	folders = [DATA, LOGS, ASSETS, *(path.parent for path in SITES.glob("*/site_config.json"))]
	if everything:
		folders += [ENV, NODE / "node_modules"]
	folders = [folder for folder in folders if folder.exists()]
	if not folders:
		print("There is nothing to delete.")
		return 0
	print("This deletes, for good:")
	for folder in folders:
		print(f"  {folder.relative_to(BENCH)}/")
	if not assume_yes and not confirmed():
		print("Nothing was deleted.")
		return 1
	stop()
	processes.end_marked(instances.test().folder)
	for folder in folders:
		shutil.rmtree(folder, ignore_errors=True)
	print("Deleted. `make start` makes everything anew.")
	return 0


def demo(words: list[str]) -> int:
	"""Fill the demo site with half a year of cases; nothing else may run, for the clock is moved meanwhile."""
	system.check_python()
	demo = instances.demo()
	lock = work_lock(demo)
	if not lock.take("demo"):
		raise BenchError(
			"The half year is played with a clock of its own: `make stop` first, then `make demo`."
		)
	try:
		processes.end_marked(demo.folder)
		procfile.check_ports(demo, list(SERVERS))
		progress = Progress()
		set_up(progress, with_test_tools=True)
		base = Group(demo, SERVERS, output=subprocess.DEVNULL)
		try:
			have_site(demo, base, progress)
			phones = ["--phones", str(demo.data / "emulator")]
			code = run_bench(demo, ["--site", demo.site, "grievance-demo", *phones, *words])
		finally:
			base.stop()
			processes.end_marked(demo.folder)
	finally:
		lock.release()
	if code == 0:
		sites.mark_filled(demo)
		print("`make start` shows it.")
	elif sites.is_half_filled(demo):
		print("It was stopped; `make demo` goes on from there.")
	return code


def pictures(words: list[str]) -> int:
	"""Draw the pictures of docs/screens.md, or those named, from the demo site as `start` shows it."""
	system.check_python()
	demo = instances.demo()
	holder = work_lock(demo).holder()
	if not (holder and holder.doing == "start" and sites.is_filled(demo)):
		raise BenchError(
			"Pictures are drawn from a running demo with its half year: `make demo`, then `make start`."
		)
	set_up(Progress(), with_test_tools=True)
	return processes.run(
		[str(PYTHON), str(TESTS / "screens.py"), *words], cwd=BENCH, env=processes.environment()
	)


def test(words: list[str]) -> int:
	"""Set up what is missing and run the tests, all of them or one part."""
	system.check_python()
	lock = work_lock(instances.test())
	if not lock.take("test"):
		raise BenchError("Tests are running already; their servers and site serve one run at a time.")
	progress = Progress()
	try:
		set_up(progress, for_tests=True)
		return testing.run(words, progress)
	finally:
		lock.release()


def bench(words: list[str]) -> int:
	"""Run a bench command; if the servers are down, have them up for as long as it takes."""
	system.check_python()
	demo = instances.demo()
	lock = work_lock(demo)
	if lock.take("bench"):
		try:
			processes.end_marked(demo.folder)
			procfile.check_ports(demo, list(SERVERS))
			progress = Progress(stream=sys.stderr)
			set_up(progress)
			base = Group(demo, SERVERS, output=subprocess.DEVNULL)
			try:
				have_site(demo, base, progress, migrate=False)
				return run_bench(demo, words)
			finally:
				base.stop()
				processes.end_marked(demo.folder)
		finally:
			lock.release()
	return run_bench(demo, words)


def run_bench(instance: Instance, words: list[str]) -> int:
	# In our own session and terminal, for a console; Ctrl-C there is the command's, not ours.
	before = signal.signal(signal.SIGINT, signal.SIG_IGN)
	try:
		return subprocess.call(
			instance.bench(*words),
			cwd=instance.sites,
			env=processes.environment(),
			preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
		)
	finally:
		signal.signal(signal.SIGINT, before)


def renew_locks() -> int:
	"""Renew the locked versions of the Python and Node packages.

	With Debian's own Python: a newer patch release would choose packages that Debian's cannot install.
	"""
	python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
	tools = DATA / "lock-tools"
	progress = Progress()

	def make_tools(log) -> None:
		shutil.rmtree(tools, ignore_errors=True)
		command(log, python, "-m", "venv", tools)
		command(log, tools / "bin" / "pip", "install", "pip-tools")

	def lock_python(log) -> None:
		# The first constrains the others, so that one environment can hold them all.
		for name in ("requirements", "requirements-build", "requirements-test"):
			command(
				log,
				tools / "bin" / "pip-compile",
				*("--upgrade", "--allow-unsafe", "--generate-hashes", "--strip-extras"),
				# Where a package was fetched from is the machine's affair, not the repository's.
				*("--no-emit-find-links", "--no-emit-index-url"),
				f"--output-file={name}.txt",
				f"{name}.in",
				cwd=CONFIG,
			)

	def lock_node(log) -> None:
		with tempfile.TemporaryDirectory() as folder:
			for name in ("package.json", ".npmrc"):
				shutil.copy(NODE / name, folder)
			command(log, processes.need("npm"), "install", "--package-lock-only", cwd=folder)
			shutil.copy(Path(folder) / "package-lock.json", NODE)

	steps = [
		Step("lock tools", "pip-tools", make_tools, tools / ".made"),
		Step(
			"lock python",
			"config/requirements*.txt",
			lock_python,
			tools / ".python",
			now,
			after=("lock tools",),
		),
		Step(
			"lock node",
			"config/frappe/package-lock.json",
			lock_node,
			tools / ".node",
			now,
			after=("lock tools",),
		),
	]
	lock = Lock(DATA / "setup.lock")
	lock.take("lock", wait=True)
	try:
		run_steps(steps, progress)
	finally:
		lock.release()
	return 0


def now() -> str:
	"""Return an input that is never the same again: the step is always due."""
	return str(time.time_ns())


def set_up(progress: Progress, for_tests: bool = False, with_test_tools: bool = False) -> None:
	"""Have everything that demo and tests share, one command at a time; of what tests need maybe only the Python packages."""
	lock = Lock(DATA / "setup.lock")
	if not lock.take("set-up"):
		progress.say("Another command of this bench is setting up; waiting for it.")
		lock.take("set-up", wait=True)
	try:
		processes.end_marked(processes.SET_UP)
		steps = setup.steps(for_tests, with_test_tools)
		missing = system.missing(for_tests)
		if missing and not system.may_install():
			raise system.NeedsPackages(missing)
		if any(step.name == "venv" and step.due() for step in steps) and others_at_work():
			raise BenchError(
				"The Python packages have to be installed anew, and another command of this bench runs on them: "
				"end that one first (make stop)."
			)
		run_steps(steps, progress)
		system.link_redis_server()
	finally:
		lock.release()


def have_site(instance: Instance, base: Group, progress: Progress, migrate: bool = True) -> None:
	"""Start the servers and make the site, or bring it up to the app."""
	run_steps([sites.database_step(instance)], progress)
	with progress.step("servers", ", ".join(SERVERS)):
		base.start()
		base.wait_until_ready()
	if run_steps([sites.site_step(instance)], progress):
		sites.mark_migrated(instance)
	elif migrate:
		run_steps([sites.migrate_step(instance)], progress)


def work_lock(instance: Instance) -> Lock:
	return Lock(instance.data / "work.lock")


def others_at_work() -> bool:
	holders = [work_lock(instance).holder() for instance in (instances.demo(), instances.test())]
	return any(holder and holder.pid != os.getpid() for holder in holders)


def already_running(instance: Instance, lock: Lock) -> int:
	holder = lock.holder()
	if holder and holder.doing == "start":
		print(f"This bench runs already (process {holder.pid}).")
		print_addresses(instance, procfile.applications())
		return 0
	raise BenchError("This bench is busy with another command; try again when it is done.")


def chosen(names: list[str]) -> list[str]:
	known = procfile.applications()
	if unknown := [name for name in names if name not in known]:
		raise BenchError(f"The Procfile has no {unknown[0]}; it has {', '.join(known)}.")
	return names or known


def confirmed() -> bool:
	try:
		return input("Type yes to go on: ").strip().lower() == "yes"
	except EOFError:
		return False


def print_addresses(instance: Instance, names: list[str], seconds: float | None = None) -> None:
	lines = [""]
	if seconds is not None:
		lines.append(f"Ready in {seconds:.0f} s.")
	if "web" in names:
		lines += [f"  Desk      {instance.url('web')}", LOGINS]
	if "emulator" in names:
		lines.append(f"  Phone     {instance.url('emulator')}    (chat as any number)")
	if sites.is_half_filled(instance):
		lines += [
			"  Cases     the half year of the demo is half played, and no deadline passes until it is whole:",
			"            `make stop`, then `make demo` goes on with it.",
		]
	elif not sites.is_filled(instance):
		lines += [
			"  Cases     none yet; `make stop`, then `make demo` plays half a year of them, in some 20 minutes;",
			'            `make demo ARGS="--cases 300"` takes 3.',
		]
	lines.append("  Ctrl-C here or `make stop` elsewhere stops everything.\n")
	print("\n".join(lines), flush=True)


COMMANDS = {
	"start": start,
	"stop": lambda words: stop(),
	"demo": demo,
	"reset": lambda words: reset("--yes" in words, "--all" in words),
	"pictures": pictures,
	"test": test,
	"bench": bench,
	"lock": lambda words: renew_locks(),
}
