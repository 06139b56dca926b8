"""Nothing lost, nothing twice: every acknowledged message is worked on exactly once, whatever is killed and when."""

import contextlib
import time
from collections import Counter

import pytest
import redis

import meta
from chat import Citizen, answer, describe_case, wait_until, words


@pytest.fixture(autouse=True)
def everything_up(servers):
	"""Leave the instance whole for the test that comes next."""
	yield
	for process in ("mariadb", "redis_cache", "redis_queue", "web", "worker", "schedule", "emulator"):
		if not servers.pids(process):
			servers.start(process)
	set_faults(servers)


@pytest.fixture
def citizen(servers) -> Citizen:
	return Citizen(servers.url("emulator"))


def set_faults(servers, **faults) -> None:
	assert meta.requests.post(f"{servers.url('emulator')}/faults", json=faults).ok


@contextlib.contextmanager
def held(servers, query: str, *values):
	"""Hold the locks of some rows, so that whoever needs them next waits."""
	with contextlib.closing(servers.database()) as database, database.cursor() as cursor:
		database.begin()
		cursor.execute(f"{query} for update", values)
		yield
		database.rollback()


def wait_until_somebody_waits(servers) -> None:
	waits = "select 1 from information_schema.innodb_lock_waits"
	# MariaDB looks anew only when nobody has asked for a tenth of a second.
	wait_until(lambda: servers.rows(waits), "the worker to be held up", pause=0.2)


def sweep(servers) -> None:
	servers.bench("execute", "grievance_cell.messaging.sweeper.sweep")


def finish(servers, *citizens: Citizen, seconds: float = 90) -> None:
	"""Sweep, as the scheduler does every minute, until everything that these citizens sent is worked off and answered."""

	def unfinished() -> bool:
		sent = [entry for citizen in citizens for entry in citizen.thread() if entry["direction"] == "in"]
		return any(entry["state"] == "queued" for entry in sent) or bool(waiting(servers, *citizens))

	deadline = time.monotonic() + seconds
	while unfinished():
		assert time.monotonic() < deadline, f"left behind: {waiting(servers, *citizens)}"
		sweep(servers)
		with contextlib.suppress(AssertionError):
			wait_until(lambda: not unfinished(), "the inbox and the outbox", 8)
			return
		two_minutes_later(servers)


def waiting(servers, *citizens: Citizen) -> list[dict]:
	"""Return the events and messages that are still to be worked on."""
	numbers = [citizen.number for citizen in citizens]
	return servers.rows(
		"""select 'Chat Event' doctype, name, state, attempts, error from `tabChat Event`
		where conversation_key in %s and kind = 'Message' and state = 'Pending'
		union all select 'Chat Message', message.name, state, attempts, error from `tabChat Message` message
		join `tabChat Session` session on session.name = message.session
		where conversation_key in %s and state in ('Queued', 'Sending')""",
		numbers,
		numbers,
	)


def cases_of(servers, citizen: Citizen) -> list[dict]:
	return servers.rows(
		"""select grievance.name from `tabGrievance` grievance join `tabCitizen` citizen on citizen.name = citizen
		where citizen.mobile_no = %s""",
		f"+{citizen.number}",
	)


def assert_each_message_is_there_once(servers, citizen: Citizen) -> None:
	sent = [entry["id"] for entry in citizen.thread() if entry["direction"] == "in"]
	stored = servers.rows(
		"""select message_id from `tabChat Message` message join `tabChat Session` session on session.name = session
		where conversation_key = %s and direction = 'In'""",
		citizen.number,
	)
	assert Counter(row["message_id"] for row in stored) == Counter(sent)
	events = servers.rows(
		"select state from `tabChat Event` where conversation_key = %s and kind = 'Message'", citizen.number
	)
	assert [event["state"] for event in events] == ["Processed"] * len(sent)


def repeats(citizen: Citizen) -> int:
	"""Count the replies that arrived more than once."""
	return sum(times - 1 for times in Counter(reply.our_id for reply in citizen.heard()).values())


# the worker, between two steps


@pytest.mark.parametrize(
	"query",
	[
		"select name from `tabChat Session` where conversation_key = %s",
		"select name from `tabSeries` where name = concat('GRV-', year(now()), '-') and %s",
	],
	ids=["before the turn", "while the case is made"],
)
def test_a_worker_killed_in_the_middle_of_a_turn_makes_one_case(servers, citizen, query):
	describe_case(citizen)
	finish(servers, citizen)
	with held(servers, query, citizen.number):
		confirmed = citizen.post(answer("confirm"))
		wait_until_somebody_waits(servers)
		servers.kill("worker")
	assert not cases_of(servers, citizen)
	servers.start("worker")
	finish(servers, citizen)

	assert len(cases_of(servers, citizen)) == 1
	assert_each_message_is_there_once(servers, citizen)
	assert repeats(citizen) == 0
	(event,) = servers.rows(
		"select attempts from `tabChat Event` where payload like concat('%%', %s, '%%')", confirmed
	)
	assert event["attempts"] == 2


def test_a_reply_whose_sender_was_killed_is_not_sent_twice_when_its_status_tells(servers, citizen):
	kill_the_sender(servers, citizen)
	servers.start("worker")
	wait_until(lambda: state_of_the_reply(servers, citizen) == "Delivered", "the status")
	two_minutes_later(servers)
	finish(servers, citizen)
	assert len(citizen.heard()) == 1


def test_a_reply_whose_sender_was_killed_and_of_which_nothing_is_heard_is_sent_once_more(servers, citizen):
	kill_the_sender(servers, citizen, drop=100)
	servers.start("worker")
	citizen.wait_for_reply(0)
	sweep(servers)
	assert state_of_the_reply(servers, citizen) == "Sending"
	set_faults(servers)
	two_minutes_later(servers)
	finish(servers, citizen)
	assert len(citizen.heard()) == 2
	assert repeats(citizen) == 1


def kill_the_sender(servers, citizen: Citizen, **faults) -> None:
	"""Kill the worker while it waits for the provider's answer."""
	set_faults(servers, slow=2)
	citizen.post(words("नमस्ते"))
	wait_until(lambda: state_of_the_reply(servers, citizen) == "Sending", "the request")
	set_faults(servers, slow=2, **faults)
	# "Sending" is committed before the request goes out; half a second is ample for it to arrive.
	time.sleep(0.5)
	servers.kill("worker")


def state_of_the_reply(servers, citizen: Citizen) -> str:
	rows = servers.rows(
		"""select state from `tabChat Message` message join `tabChat Session` session on session.name = session
		where conversation_key = %s and direction = 'Out'""",
		citizen.number,
	)
	return rows[0]["state"] if rows else ""


def two_minutes_later(servers) -> None:
	"""Let the waits for what was lost be over: for a reply's status, and for a wake-up that nobody followed."""
	servers.rows(
		"update `tabChat Message` set next_attempt_on = now() - interval 1 day where state = 'Sending'"
	)
	cache = redis.Redis(port=servers.ports["redis_cache"])
	for key in cache.scan_iter("*grievance_cell:wake:*"):
		cache.delete(key)


def test_an_event_that_kills_its_worker_every_time_is_given_up_and_the_next_goes_on(servers, citizen):
	servers.kill("worker")
	citizen.post(words("नमस्ते"))
	wait_until(lambda: waiting(servers, citizen), "the event")
	servers.rows("update `tabChat Event` set attempts = 5 where conversation_key = %s", citizen.number)
	citizen.post(words("नमस्ते"))
	wait_until(lambda: len(waiting(servers, citizen)) == 2, "the next event")
	servers.start("worker")
	finish(servers, citizen)
	states = servers.rows(
		"select state from `tabChat Event` where conversation_key = %s and kind = 'Message' order by name",
		citizen.number,
	)
	assert [event["state"] for event in states] == ["Failed", "Processed"]
	told, answered = citizen.heard()
	assert not told.choices
	assert "language:hi" in answered.choices


def test_messages_that_came_in_the_wrong_order_are_worked_on_in_the_right_one(servers, citizen):
	servers.kill("worker")
	now = int(time.time())
	first, second = (
		meta.text(citizen.number, said, timestamp=str(now + later))
		for later, said in enumerate(("पहला", "दूसरा"))
	)
	for content in (second, first, second):
		assert meta.post(servers.url(), content).status_code == 200
	servers.start("worker")
	finish(servers, citizen)
	stored = servers.rows(
		"""select text from `tabChat Message` message join `tabChat Session` session on session.name = session
		where conversation_key = %s and direction = 'In' order by message.name""",
		citizen.number,
	)
	assert [row["text"] for row in stored] == ["पहला", "दूसरा"]


# Redis


def wipe_redis(servers) -> None:
	for process in ("redis_cache", "redis_queue"):
		redis.Redis(port=servers.ports[process]).flushall()


def test_redis_wiped_before_anything_is_worked_on_loses_nothing(servers):
	citizens = [Citizen(servers.url("emulator")) for _ in range(3)]
	servers.kill("worker")
	for citizen in citizens:
		citizen.post(words("नमस्ते"))
	wait_until(lambda: len(waiting(servers, *citizens)) == len(citizens), "the events")
	wipe_redis(servers)
	servers.start("worker")
	finish(servers, *citizens)
	for citizen in citizens:
		assert len(citizen.heard()) == 1
		assert_each_message_is_there_once(servers, citizen)


def test_redis_wiped_in_the_middle_of_a_turn_loses_nothing_and_the_worker_works_on(servers, citizen):
	describe_case(citizen)
	finish(servers, citizen)
	with held(servers, "select name from `tabChat Session` where conversation_key = %s", citizen.number):
		citizen.post(answer("confirm"))
		wait_until_somebody_waits(servers)
		wipe_redis(servers)
	finish(servers, citizen)
	assert len(cases_of(servers, citizen)) == 1
	assert_each_message_is_there_once(servers, citizen)
	assert "category:Street light not working" in citizen.say("गली में स्ट्रीट लाइट बंद है").choices


def test_the_webhook_answers_while_redis_is_down(servers, citizen):
	for process in ("redis_cache", "redis_queue"):
		servers.kill(process)
	assert meta.post(servers.url(), meta.text(citizen.number, "नमस्ते")).status_code == 200
	assert len(waiting(servers, citizen)) == 1
	for process in ("redis_cache", "redis_queue"):
		servers.start(process)
	restart_worker(servers)
	finish(servers, citizen)


def restart_worker(servers) -> None:
	"""RQ's worker ends, or sleeps for a minute, when it finds no queue; whoever supervises it starts it again."""
	servers.kill("worker")
	servers.start("worker")


# any process, at any point


@pytest.mark.parametrize("process", ["web", "worker", "mariadb", "redis_cache", "redis_queue"])
def test_a_process_killed_while_citizens_write_loses_nothing_and_repeats_nothing(servers, process):
	citizens = [Citizen(servers.url("emulator")) for _ in range(3)]
	set_faults(servers, duplicate=1)
	for citizen in citizens:
		tell_and_confirm(citizen)
	wait_until(lambda: any(citizen.heard() for citizen in citizens), "the first reply")
	servers.kill(process)
	servers.start(process)
	if process == "redis_queue":
		restart_worker(servers)
	set_faults(servers)
	finish(servers, *citizens)

	for citizen in citizens:
		assert_each_message_is_there_once(servers, citizen)
		assert len(cases_of(servers, citizen)) == 1
	assert sum(repeats(citizen) for citizen in citizens) <= 1


def tell_and_confirm(citizen: Citizen) -> None:
	"""Send all the messages of a complaint at once."""
	citizen.post(words("मंदिर के सामने नाली जाम है"))
	for choice in ("language:hi", f"name:{citizen.name}", "skip", "category:Blocked drain"):
		citizen.post(answer(choice))
	citizen.post(words("Ward 5, Janjgir-Naila"))
	for choice in ("skip", "skip", "confirm"):
		citizen.post(answer(choice))


def test_the_servers_strictest_isolation_is_what_is_tested(servers):
	known = servers.rows("show variables like 'innodb_snapshot_isolation'")
	if not known:
		pytest.skip("This MariaDB has no innodb_snapshot_isolation.")
	assert known[0]["Value"] == "ON"
