"""The bench's own machinery: config/bench, the Procfile and the servers' configuration."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import servers as test_servers
from chat import wait_until

# isort: split
# servers has put config/bench on the path.
import errors
import instance
import lock
import paths
import processes
import procfile
import setup
import steps
import system

assert test_servers
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def make_step(tmp_path, monkeypatch):
	"""Return a function that makes a step whose work is counted and whose input is a file."""
	monkeypatch.setattr(steps, "LOGS", tmp_path / "logs")
	monkeypatch.setattr(steps, "BENCH", tmp_path)
	source = tmp_path / "source.txt"
	source.write_text("one")

	def make(name="thing", work=None, **more):
		made = tmp_path / name

		def default(log):
			made.mkdir(exist_ok=True)
			runs.append(name)

		return steps.Step(
			name, name, work or default, made / ".made", lambda: steps.digest([source]), (made,), **more
		)

	runs = make.runs = []
	make.source = source
	return make


@pytest.fixture
def quiet(tmp_path):
	with (tmp_path / "progress").open("w") as stream:
		yield steps.Progress(stream)


@pytest.fixture
def marked_process(tmp_path):
	"""Return a function that starts a process of the bench in `tmp_path`."""
	started = []

	def start(name=None, folder=tmp_path):
		env = os.environ | {processes.MARK: str(folder)} | ({processes.NAME: name} if name else {})
		started.append(subprocess.Popen(SLEEP, env=env))
		deadline = time.monotonic() + 10
		while started[-1].pid not in processes.marked(folder) and time.monotonic() < deadline:
			time.sleep(0.01)
		return started[-1]

	yield start
	for process in started:
		process.kill()
		process.wait()


def test_a_step_is_done_once(make_step, quiet):
	assert steps.run_steps([make_step()], quiet) == ["thing"]
	assert steps.run_steps([make_step()], quiet) == []
	assert make_step.runs == ["thing"]


def test_a_step_is_done_again_when_its_input_changed(make_step, quiet):
	steps.run_steps([make_step()], quiet)
	make_step.source.write_text("two")
	assert steps.run_steps([make_step()], quiet) == ["thing"]


def test_a_step_is_done_again_when_what_it_made_is_gone(make_step, quiet, tmp_path):
	steps.run_steps([make_step()], quiet)
	(tmp_path / "thing" / ".made").unlink()
	(tmp_path / "thing").rmdir()
	assert steps.run_steps([make_step()], quiet) == ["thing"]


def test_packages_that_are_missing_are_installed_whatever_was_installed_before(monkeypatch, quiet):
	installed = []
	monkeypatch.setattr(setup.system, "install", lambda names, log: installed.append(names))
	for names in (["mariadb-server-core"], ["chromium"], ["chromium"]):
		assert steps.run_steps([setup.system_step(names)], quiet) == ["system"]
	assert installed == [["mariadb-server-core"], ["chromium"], ["chromium"]]


def test_a_failed_step_is_due_again_and_shows_the_end_of_its_log(make_step, quiet):
	def fail(log):
		steps.command(log, "sh", "-c", "seq 100; printf 'half\\rwhole\\n'; exit 3")

	with pytest.raises(errors.BenchError) as raised:
		steps.run_steps([make_step(work=fail)], quiet)
	message = str(raised.value)
	assert "exit code 3" in message and "| 100" in message and "| whole" in message
	assert "| half" not in message and "| 1\n" not in message
	assert "logs/setup/thing.log" in message
	assert make_step(work=fail).due()


def test_a_step_that_fails_after_it_was_done_before_leaves_no_stamp(make_step, quiet):
	steps.run_steps([make_step()], quiet)
	make_step.source.write_text("two")

	def interrupted(log):
		raise KeyboardInterrupt

	with pytest.raises(KeyboardInterrupt):
		steps.run_steps([make_step(work=interrupted)], quiet)
	make_step.source.write_text("one")
	assert make_step().due()


def test_steps_wait_for_those_they_need_and_for_no_others(make_step, quiet):
	order = []

	def work(name, seconds=0.0):
		def do(log):
			time.sleep(seconds)
			order.append(name)

		return do

	slow = make_step("slow", work("slow", 0.4))
	needs_slow = make_step("needs slow", work("needs slow"), after=("slow", "not a step of this run"))
	quick = make_step("quick", work("quick"))
	for step in (slow, needs_slow, quick):
		step.stamp.parent.mkdir(exist_ok=True)
	steps.run_steps([needs_slow, slow, quick], quiet)
	assert order == ["quick", "slow", "needs slow"]


def test_what_needs_a_failed_step_is_not_begun(make_step, quiet):
	def fail(log):
		raise errors.BenchError("no network")

	later = make_step("later", after=("first",))
	with pytest.raises(errors.BenchError, match="no network"):
		steps.run_steps([later, make_step("first", fail)], quiet)
	assert make_step.runs == []


def test_a_digest_sees_names_and_contents_but_not_what_is_made_from_them(tmp_path):
	(tmp_path / "a").write_text("x")
	before = steps.digest([tmp_path])
	for folder in ("__pycache__", "dist"):
		(tmp_path / folder).mkdir()
		(tmp_path / folder / "a.out").write_text("y")
	assert steps.digest([tmp_path]) == before
	(tmp_path / "a").rename(tmp_path / "b")
	assert steps.digest([tmp_path]) != before


def test_processes_of_this_bench_are_found_by_their_mark_and_no_others(marked_process, tmp_path):
	worker, web = marked_process("worker"), marked_process("web")
	marked_process("worker", tmp_path / "another bench")
	assert set(processes.marked(tmp_path)) == {worker.pid, web.pid}
	assert processes.marked(tmp_path, ["worker"]) == [worker.pid]
	assert processes.end_marked(tmp_path, ["worker"]) == 1
	assert processes.marked(tmp_path) == [web.pid]


def test_one_that_does_not_listen_is_ended_by_force(tmp_path):
	deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
	process = subprocess.Popen(
		[sys.executable, "-c", deaf], env=os.environ | {processes.MARK: str(tmp_path)}, stdout=subprocess.PIPE
	)
	process.stdout.readline()
	assert processes.end_marked(tmp_path, seconds=0.2) == 1
	assert process.wait() == -signal.SIGKILL


def test_a_process_ends_with_the_one_that_started_it(tmp_path):
	parent = (
		f"import sys; sys.path.append({str(paths.CONFIG / 'bench')!r})\n"
		"import processes, time\n"
		f"child = processes.start({SLEEP!r}, preexec_fn=processes.end_with_parent)\n"
		"print(child.pid, flush=True); time.sleep(60)"
	)
	process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
	child = int(process.stdout.readline())
	process.kill()
	process.wait()
	deadline = time.monotonic() + 10
	while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
		assert time.monotonic() < deadline
		time.sleep(0.01)


def test_servers_do_not_see_that_this_is_ci(monkeypatch):
	monkeypatch.setenv("CI", "true")
	assert "CI" not in processes.environment()


def test_a_lock_has_one_holder_and_ends_with_it(tmp_path):
	first, second = lock.Lock(tmp_path / "lock"), lock.Lock(tmp_path / "lock")
	assert second.holder() is None
	assert first.take("start")
	assert not second.take("bench")
	assert second.holder() == lock.Holder(os.getpid(), "start")
	first.release()
	assert second.holder() is None
	assert second.take("bench")


def test_a_taken_port_is_named_with_its_purpose():
	test = instance.test()
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		listener.listen()
		port = listener.getsockname()[1]
		assert instance.taken_ports({"web": port}) == {"web": port}
		test.__dict__["ports"] = {"web": port}
		with pytest.raises(errors.BenchError, match=rf"^Port {port} \(the desk, web\) is taken"):
			procfile.check_ports(test, ["web"])
	assert instance.taken_ports({"web": port}) == {}


def test_the_procfile_has_every_process_and_each_listens_on_a_port_of_the_configuration():
	lines = procfile.lines()
	assert list(lines) == [
		"mariadb",
		"redis_cache",
		"redis_queue",
		"web",
		"socketio",
		"worker",
		"schedule",
		"emulator",
	]
	assert set(instance.demo().ports) == set(instance.PORT_KEYS)
	for name in ("mariadb", "redis_cache", "redis_queue", "web"):
		assert f'${name.upper()}_PORT"' in lines[name]
	# A shell left in between would take the signal and leave the program.
	assert all("exec " in line for line in lines.values())


def test_what_the_procfile_starts_exists():
	words = " ".join(procfile.lines().values()).split()
	for path in {word for word in words if re.match(r"config/[\w/.]+$", word)}:
		assert (paths.BENCH / path).is_file(), path


def test_demo_and_tests_share_no_port(servers):
	assert not set(instance.demo().ports.values()) & set(servers.ports.values())
	assert set(servers.ports) == set(instance.PORT_KEYS)


def test_everything_listens_on_the_loopback_only(servers):
	ours = set(servers.ports.values())
	listening = {}
	for table in ("tcp", "tcp6"):
		for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
			address, state = line.split()[1], line.split()[3]
			host, port = address.split(":")
			if state == "0A" and int(port, 16) in ours:
				listening.setdefault(int(port, 16), set()).add(host)
	assert listening == {port: {"0100007F"} for port in ours}


def test_the_database_needs_a_password_and_has_no_socket(servers):
	import pymysql

	with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
		pymysql.connect(host="127.0.0.1", port=servers.ports["mariadb"], user="root", password="")
	password = servers.instance.data / "mariadb-root-password"
	assert password.stat().st_mode & 0o077 == 0
	variables = {row["Variable_name"]: row["Value"] for row in servers.rows("SHOW GLOBAL VARIABLES")}
	assert variables["socket"] == ""
	assert variables["character_set_server"] == "utf8mb4"
	assert variables["collation_server"] == "utf8mb4_unicode_ci"
	assert variables["innodb_flush_log_at_trx_commit"] == "1"
	# Where the server can tell, the tests run under the stricter isolation.
	assert variables.get("innodb_snapshot_isolation", "ON") == "ON"


def test_caches_give_way_and_queues_do_not(servers):
	import redis

	for process, policy, save in (
		("redis_cache", "allkeys-lru", ""),
		("redis_queue", "noeviction", "60 1"),
	):
		config = redis.Redis(port=servers.ports[process], decode_responses=True).config_get()
		assert (config["maxmemory-policy"], config["save"]) == (policy, save)
		assert config["maxmemory"] != "0"


def test_a_second_command_says_that_the_first_runs(servers):
	answer = subprocess.run(
		[sys.executable, "config/bench", "test"], cwd=paths.BENCH, capture_output=True, text=True, timeout=60
	)
	assert answer.returncode == 1
	assert answer.stderr.strip().splitlines() == [
		"Tests are running already; their servers and site serve one run at a time."
	]


def test_an_unknown_process_is_named():
	import commands

	with pytest.raises(errors.BenchError, match="The Procfile has no wbe; it has web, socketio"):
		commands.chosen(["wbe"])


def test_nothing_is_deleted_without_a_yes():
	answer = subprocess.run(
		[sys.executable, "config/bench", "reset"],
		cwd=paths.BENCH,
		input="no\n",
		capture_output=True,
		text=True,
		timeout=60,
	)
	assert answer.returncode == 1
	assert "Nothing was deleted." in answer.stdout
	assert paths.DATA.exists()


def test_a_process_is_killed_and_started_again_by_name(servers):
	before = servers.pids("schedule")
	assert before
	servers.kill("schedule")
	assert not servers.pids("schedule")
	servers.start("schedule")
	assert wait_until(lambda: servers.pids("schedule"), "the process") != before


def test_missing_packages_are_told_with_the_command_that_installs_them(monkeypatch):
	monkeypatch.setattr(system, "_installed", lambda names: set(names) - {"redis-tools"})
	monkeypatch.setattr(system, "_become_root", lambda: None)
	assert system.missing(for_tests=False) == ["redis-tools"]
	assert not system.may_install()
	with pytest.raises(errors.BenchError, match=r"apt-get install -y --no-install-recommends redis-tools"):
		system.install(["redis-tools"], None)


def test_the_browser_is_asked_for_by_the_tests_only():
	for_start = {package.name for package in system.listed() if package.needed_by == "start"}
	assert "mariadb-server-core" in for_start
	assert "chromium" not in for_start


def test_every_locked_version_has_a_hash():
	for path in (setup.REQUIREMENTS, setup.BUILD_REQUIREMENTS, setup.TEST_REQUIREMENTS):
		text = re.sub(r"#.*", "", path.read_text()).replace("\\\n", " ")
		requirements = [line for line in text.splitlines() if line.strip()]
		assert requirements
		for line in requirements:
			assert re.match(r"\s*[\w.-]+==\S+\s", line) and "--hash=sha256:" in line, line
