"""What may be thrown at the webhook: the right answer, nothing told to the caller, nothing half-written, nothing lost."""

import json

import pytest
import requests

import meta
from chat import wait_until
from desk import Officer

TABLES = {
	"Chat Event": "kind <> 'Status'",
	"Chat Message": "true",
	"Chat Session": "true",
	"Citizen": "true",
	"Grievance": "true",
	"Grievance Action": "true",
	"File": "true",
}
UNFINISHED = "select name from `tabChat Event` where state = 'Pending' and next_attempt_on is null"
SECRETS = (meta.APP_SECRET, meta.VERIFY_TOKEN, "demo-access-token", "db_password")
REFUSED = (403, b"Forbidden")


@pytest.fixture
def post(servers):
	"""Post to the webhook; whatever the answer is, it tells nothing."""

	def post(content, **how) -> requests.Response:
		answer = meta.post(servers.url(), content, **how)
		assert_tells_nothing(answer)
		return answer

	return post


@pytest.fixture
def unchanged(servers):
	"""Assert that the test has left no row anywhere."""
	before = counts(servers)
	yield
	assert counts(servers) == before


def counts(servers) -> dict[str, int]:
	"""Count the rows of every table, once what came before is worked off; statuses come whenever Meta sends them."""
	wait_until(lambda: not servers.rows(UNFINISHED), "the inbox")
	return {
		table: servers.rows(f"select count(*) total from `tab{table}` where {condition}")[0]["total"]
		for table, condition in TABLES.items()
	}


def assert_tells_nothing(answer: requests.Response) -> None:
	for words in ("Traceback", 'File "', "site-packages", "MySQL", *SECRETS):
		assert words not in answer.text
		assert words not in str(answer.headers)


def seen(answer: requests.Response) -> tuple:
	"""Return what a caller can tell one answer from another by."""
	headers = {key: value for key, value in answer.headers.items() if key not in ("Date", "Set-Cookie")}
	return answer.status_code, answer.content, headers


def kept(servers, words: str) -> list[dict]:
	"""Return the Chat Events that hold some words."""
	return servers.rows("select * from `tabChat Event` where payload like concat('%%', %s, '%%')", words)


# refused


def test_every_refusal_is_the_same_byte_by_byte(post, unchanged):
	content = meta.body("text")
	refusals = [
		post(content, signature=""),
		post(content, signature="sha256=" + "0" * 64),
		post(content, secret="another-secret"),
		post(content, secret=""),
		post(content, signature=meta.sign(meta.serialise(content))[:-1]),
		post(content, signature=meta.sign(meta.serialise(content)).removeprefix("sha256=")),
		post(content, signature=meta.sign(meta.serialise(content)).replace("sha256", "sha1")),
		post(content, signature="sha256=हिंदी".encode()),
		post(meta.serialise(content) + b" ", signature=meta.sign(meta.serialise(content))),
		post(unknown_number(), secret="another-secret"),
		post({}, signature=""),
		post(b"no json", signature="", kind="text/plain"),
		post(b"[" * 100_000, signature="", kind="text/plain"),
		post(b"\xff\xfe", signature="", kind="text/plain"),
	]
	assert (refusals[0].status_code, refusals[0].content) == REFUSED
	assert all(seen(answer) == seen(refusals[0]) for answer in refusals)


def test_json_that_was_written_anew_is_not_what_was_signed(post, unchanged):
	content = meta.body("text")
	signature = meta.sign(meta.serialise(content))
	readable = json.dumps(content, ensure_ascii=False).encode()
	assert post(readable, signature=signature).status_code == 403


@pytest.mark.parametrize(
	"query",
	[
		{"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "wrong"},
		{"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "टोकन"},
		{"hub.mode": "subscribe", "hub.challenge": "1158201444"},
		{"hub.mode": "unsubscribe", "hub.challenge": "1158201444", "hub.verify_token": meta.VERIFY_TOKEN},
		{},
	],
	ids=["wrong", "not ASCII", "missing", "another mode", "nothing"],
)
def test_a_wrong_verify_token_is_refused(servers, unchanged, query):
	answer = requests.get(servers.url() + meta.PATH, params=query)
	assert (answer.status_code, answer.content) == REFUSED
	assert_tells_nothing(answer)


def test_the_right_verify_token_is_answered_with_the_challenge(servers, unchanged):
	query = {
		"hub.mode": "subscribe",
		"hub.challenge": "<b>1158201444</b>",
		"hub.verify_token": meta.VERIFY_TOKEN,
	}
	answer = requests.get(servers.url() + meta.PATH, params=query)
	assert (answer.status_code, answer.text) == (200, "<b>1158201444</b>")
	assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(servers, unchanged, method):
	answer = requests.request(method, servers.url() + meta.PATH)
	assert 400 <= answer.status_code < 500
	assert_tells_nothing(answer)


@pytest.mark.parametrize(
	"size", [3 * 1024 * 1024 + 1, 12 * 1024 * 1024], ids=["over 3 MB", "over Frappe's own limit"]
)
def test_a_body_over_three_megabytes_is_refused(post, unchanged, size):
	content = meta.body("text", text={"body": ""})
	content["padding"] = "x" * (size - len(meta.serialise(content)))
	assert post(content).status_code == 413


def test_a_body_of_just_under_three_megabytes_is_taken(servers, post):
	content = meta.body("unsupported")
	content["padding"] = "x" * (3 * 1024 * 1024 - 100 - len(meta.serialise(content)))
	assert post(content).status_code == 200
	assert len(kept(servers, meta.message_of(content)["id"])) == 1


@pytest.mark.parametrize("content", [b"{", b"no json", b"[1]", b'"text"', b"\xff", b"[" * 100_000, b"null"])
def test_what_frappe_rejects_itself_leaves_no_row(post, unchanged, content):
	assert post(content).status_code >= 400


def test_a_channel_without_a_secret_is_refused(servers, post, channel):
	desk, name = channel(app_secret=None)
	assert desk.get("Chat Channel", name)
	before = counts(servers)
	content = of_channel(meta.body("text"), "100000000000009", "200000000000009")
	refusals = [post(content, secret=""), post(content, secret=meta.APP_SECRET), post(content, signature="")]
	assert {(answer.status_code, answer.content) for answer in refusals} == {REFUSED}
	assert counts(servers) == before


@pytest.fixture
def channel(servers):
	"""Make a second channel with the given fields, and delete it after the test."""
	desk = Officer(servers.url(), "Administrator", "admin")
	name = "Another number"

	def make(**fields) -> tuple[Officer, str]:
		ids = {"phone_number_id": "100000000000009", "business_account_id": "200000000000009"}
		values = {"doctype": "Chat Channel", "channel_name": name, "enabled": 1, "default_language": "hi"}
		desk.insert(values | ids | fields)
		return desk, name

	yield make
	servers.rows("delete from `tabChat Event` where channel = %s", name)
	desk.delete("Chat Channel", name)


def of_channel(content: dict, number: str, account: str) -> dict:
	content["entry"][0]["id"] = account
	meta.value_of(content)["metadata"]["phone_number_id"] = number
	return content


def unknown_number() -> dict:
	return of_channel(meta.body("text"), "100000000000099", "200000000000099")


# signed, but not understood: kept


@pytest.mark.parametrize(
	"content",
	[
		b"no json",
		b'{"cut off": ',
		b"[1, 2]",
		b'"text"',
		b"null",
		b"7",
		b"\xff\xfe",
		"क्या".encode(),
		b"[" * 9_000,
	],
	ids=["no json", "cut off", "list", "text", "null", "number", "not UTF-8", "Hindi", "deep"],
)
def test_a_signed_body_that_is_no_object_is_kept(servers, post, content):
	before = counts(servers)
	assert post(content, kind="text/plain").status_code == 200
	assert post(content, kind="text/plain").status_code == 200
	assert counts(servers) == before | {"Chat Event": before["Chat Event"] + 1}
	(event,) = servers.rows("select * from `tabChat Event` order by name desc limit 1")
	assert (event["state"], event["kind"], event["error"]) == ("Failed", "Error", "Not understood")


@pytest.mark.parametrize(
	"content",
	[
		{"object": "page"},
		{"entry": None},
		{"entry": {"id": meta.BUSINESS_ACCOUNT_ID}},
		{"entry": [None, 7, "text", []]},
		{"entry": [{"id": meta.BUSINESS_ACCOUNT_ID, "changes": "text"}]},
		{"entry": [{"id": [], "changes": [None]}]},
	],
	ids=lambda content: json.dumps(content)[:40],
)
def test_a_signed_object_of_an_odd_shape_is_kept(servers, post, content):
	before = counts(servers)
	assert post(content).status_code == 200
	assert counts(servers) == before | {"Chat Event": before["Chat Event"] + 1}


def test_a_message_for_an_unknown_number_is_kept_and_not_worked_on(servers, post):
	content = unknown_number()
	assert post(content).status_code == 200
	(event,) = kept(servers, meta.message_of(content)["id"])
	assert (event["state"], event["error"], event["channel"]) == ("Failed", "foreign channel", None)


def test_a_change_of_another_channel_is_not_trusted_with_this_ones_secret(servers, post, channel):
	channel(app_secret="another-secret")
	own, foreign = meta.body("text"), of_channel(meta.body("text"), "100000000000009", "200000000000009")
	both = {**own, "entry": own["entry"] + foreign["entry"]}
	assert post(foreign).status_code == 403
	assert post(both).status_code == 200
	(event,) = kept(servers, meta.message_of(foreign)["id"])
	assert (event["state"], event["error"]) == ("Failed", "foreign channel")
	assert processed(servers, own)


def processed(servers, content: dict) -> dict:
	"""Wait until a body's message is worked on; return its stored Chat Message."""

	def event() -> dict | None:
		(found,) = kept(servers, meta.message_of(content)["id"])
		return found if found["state"] != "Pending" or found["next_attempt_on"] else None

	done = wait_until(event, "the message to be worked on")
	assert (done["state"], done["attempts"]) == ("Processed", 1)
	(message,) = servers.rows(
		"select * from `tabChat Message` where message_id = %s", meta.message_of(content)["id"]
	)
	return message


def test_every_kind_of_message_is_kept_and_worked_on(servers, post):
	bodies = [meta.body(file.stem) for file in sorted(meta.BODIES.glob("*.json")) if file.stem != "statuses"]
	for content in bodies:
		assert post(content).status_code == 200
	for content in bodies:
		message = processed(servers, content)
		assert message["message_type"] == meta.message_of(content)["type"]
		assert json.loads(message["payload"]) == meta.message_of(content)


ODD_MESSAGES = [
	{"type": "hologram", "hologram": {"id": 7}},
	{"type": None},
	{"type": ["text"]},
	{"type": {"a": 1}},
	{"type": "text", "text": "no object"},
	{"type": "text", "text": {"body": 7}},
	{"type": "text", "text": {"body": None}},
	{"type": "text", "text": {"body": "क" * 70_000}},
	{"type": "text", "text": {"body": "half a letter \ud83d, a zero \x00 and an emoji 🙏"}},
	{"type": "interactive", "interactive": {"type": "button_reply", "button_reply": []}},
	{"type": "interactive", "interactive": {"type": ["x"]}},
	{"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}},
	{"type": "location", "location": {"latitude": "north", "longitude": None}},
	{"type": "location", "location": {"latitude": float("nan"), "longitude": float("inf")}},
	{"type": "image", "image": {"id": ["x"], "caption": {}}},
	{"type": "image", "image": {"id": "9" * 300}},
	{"type": "contacts", "contacts": "no list"},
	{"type": "x" * 300},
	{"timestamp": "soon"},
	{"timestamp": "99999999999999999999"},
	{"timestamp": "-1"},
	{"timestamp": None},
]


def test_a_message_of_an_odd_shape_is_kept_and_worked_on(servers, post):
	bodies = [meta.body("text", **changes) for changes in ODD_MESSAGES]
	for content in bodies:
		assert post(content).status_code == 200, meta.message_of(content)
	for content in bodies:
		processed(servers, content)


NAMELESS_MESSAGES = [
	{"from": None, "id": "wamid.A"},
	{"from": ["x"]},
	{"from": "9" * 300},
	{"id": None},
	{"id": 7},
	{"id": "x" * 300},
]


def test_a_message_of_nobody_or_without_a_name_is_kept(servers, post):
	bodies = [meta.body("text", text={"body": meta.fresh_id()}, **changes) for changes in NAMELESS_MESSAGES]
	for content in bodies:
		assert post(content).status_code == 200, meta.message_of(content)
	for content in bodies:
		settled(servers, meta.message_of(content)["text"]["body"])


def settled(servers, words: str) -> None:
	"""Wait until the event that holds these words is worked on, or was put off, with no error of ours."""
	found = wait_until(
		lambda: [e for e in kept(servers, words) if e["state"] != "Pending" or e["next_attempt_on"]], words
	)
	assert not any((event["error"] or "").startswith("Error Log") for event in found), found


def test_a_body_is_kept_whole_whatever_one_part_of_it_is(servers, post):
	good, other = meta.body("text"), meta.body("text")
	values = [meta.value_of(good), {"metadata": 7}, None, [], meta.value_of(other)]
	assert post(meta.with_values(*values)).status_code == 200
	processed(servers, good)
	processed(servers, other)


def test_a_status_of_an_unknown_message_waits_and_disturbs_nothing(servers, post):
	content = meta.body("statuses")
	before = counts(servers)
	assert post(content).status_code == 200
	assert counts(servers) == before
	for status in meta.value_of(content)["statuses"]:
		(event,) = wait_until(
			lambda id=status["id"]: [e for e in kept(servers, id) if e["next_attempt_on"]],
			"a first look at the status",
		)
		assert event["state"] == "Pending"


ODD_STATUSES = [
	{"status": "teleported"},
	{"status": None},
	{"status": ["sent"]},
	{"id": None},
	{"errors": "no list"},
]


def test_a_status_of_an_odd_shape_is_kept(servers, post):
	names = []
	for changes in ODD_STATUSES:
		names.append(meta.fresh_id())
		assert post(meta.body("statuses", **{"recipient_id": names[-1]} | changes)).status_code == 200, (
			changes
		)
	for name in names:
		settled(servers, name)


def test_an_error_without_a_message_is_kept(servers, post):
	content = meta.body("text")
	value = meta.value_of(content)
	del value["messages"], value["contacts"]
	value["errors"] = [{"code": 131000, "title": f"Something went wrong {meta.fresh_id()}"}]
	assert post(content).status_code == 200
	(event,) = kept(servers, value["errors"][0]["title"])
	assert (event["state"], event["kind"]) == ("Failed", "Error")
