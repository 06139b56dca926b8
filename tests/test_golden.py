"""The app's golden conversations over HTTP: webhook, inbox, engine, outbox and the emulator's phone."""

import difflib
import json
import re
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

import pytest

from chat import Citizen, answer, photo, wait_until
from desk import Officer
from grievance_cell.conversations import test_golden as golden
from grievance_cell.emulator import transcript
from grievance_cell.emulator.rehearsal import rehearse, time_passed
from grievance_cell.emulator.transcript import Turn

AT_ONCE = 8
# What all citizens would see, or what cannot be made many at once.
CHANGES = (
	"@ messages a minute",
	"@ a form in the menu",
	"@ others have reported",
	"@ the phone of an office",
)
SETTINGS = "Grievance Settings"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")
# At a log-in Frappe writes the user's row: of two at once by one user a MariaDB with strict snapshots refuses one (1020).
LOGGING_IN = Lock()
FILES = [file for file in golden.written() if file.parent.name in golden.spoken()]


@cache
def logged_in(web: str, user: str) -> Officer:
	return Officer(web, user)


@pytest.fixture(scope="module")
def administrator(servers) -> Officer:
	"""Return who sets how many messages a minute are read: any number, unless a conversation says another."""
	officer = Officer(servers.url(), "Administrator", "admin")
	before = officer.get(SETTINGS, SETTINGS)["messages_per_minute"]
	officer.save(SETTINGS, SETTINGS, messages_per_minute=0)
	yield officer
	officer.save(SETTINGS, SETTINGS, messages_per_minute=before)


@pytest.fixture(scope="module")
def said(request, servers, administrator) -> dict[Path, Future]:
	"""Play the conversations that are asked for, many citizens at once; those that change the site go alone, at the end."""
	wanted = [item.callspec.params["file"] for item in request.session.items if item.module is request.module]
	alone = [
		file for file in wanted if any(line.startswith(CHANGES) for line in file.read_text().splitlines())
	]

	def play(file: Path) -> str:
		stage = HttpStage(servers, administrator)
		try:
			return rehearse(file, stage)
		finally:
			stage.clear()

	with ThreadPoolExecutor(AT_ONCE) as pool:
		played = {file: pool.submit(play, file) for file in wanted if file not in alone}
	with ThreadPoolExecutor(1) as pool:
		return played | {file: pool.submit(play, file) for file in alone}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_says_over_http_what_is_written(said, file, request):
	written, now = file.read_text(encoding="utf-8"), said[file].result()
	if request.config.getoption("--rewrite"):
		file.write_text(now, encoding="utf-8")
		return
	lines = difflib.unified_diff(written.splitlines(), now.splitlines(), "written", "said", lineterm="")
	assert written == now, "\n".join(lines)


class HttpStage:
	"""One citizen with a phone on the emulator; what no citizen does is done in the desk, or to the clock's traces."""

	def __init__(self, servers, administrator: Officer):
		self.servers = servers
		self.administrator = administrator
		self.citizen = Citizen(servers.url("emulator"), golden.PROFILE)
		self.seen = 0
		self.made: list[tuple[str, str]] = []
		self.changed: dict[str, int] = {}

	def clear(self) -> None:
		for doctype, name in self.made:
			self.administrator.delete(doctype, name)
		if self.changed:
			self.administrator.save(SETTINGS, SETTINGS, **dict.fromkeys(self.changed, 0))

	# what a citizen does

	def send(self, turn: Turn) -> list[Turn]:
		self.citizen.post(self.message_of(turn))
		return self.heard()

	def send_all(self, turns: list[Turn]) -> list[Turn]:
		for turn in turns:
			self.citizen.post(self.message_of(turn))
		return self.heard()

	def message_of(self, turn: Turn) -> dict:
		if turn.tap:
			return self.tap(turn.text)
		if place := turn.place():
			return {"type": "location", "location": {"latitude": place[0], "longitude": place[1]}}
		for mark in turn.marks:
			name, _space, more = mark.partition(" ")
			if mark == "voice note" or name in ("photo", "sticker", "video", "document"):
				return self.file(mark if mark == "voice note" else name, more, turn.text)
			if name == "reaction":
				return {
					"type": "reaction",
					"reaction": {"message_id": self.citizen.heard()[-1].id, "emoji": more},
				}
			if name == "contact":
				return {"type": "contacts", "contacts": [{"name": {"formatted_name": more}}]}
		return {"type": "text", "text": {"body": turn.text}}

	def tap(self, title: str) -> dict:
		offers = [reply for reply in reversed(self.citizen.heard()) if reply.choices]
		for offer in offers:
			choice = next((id for id, shown in offer.choices.items() if shown == title), None)
			if choice:
				return answer(choice, title, "list_reply" if offer.is_list else "button_reply")
		raise ValueError(f"[{title}] is not offered")

	def file(self, mark: str, name: str, caption: str) -> dict:
		if mark == "voice note":
			id = self.citizen.upload(b"OggS" + secrets.token_bytes(64), "voice.ogg")
			return {"type": "audio", "audio": {"id": id, "voice": True}}
		if mark == "document":
			id = self.citizen.upload(b"%PDF-1.4 " + secrets.token_bytes(16), name)
			return {"type": "document", "document": {"id": id, "filename": name}}
		kind = {"photo": "image", "sticker": "sticker", "video": "video"}[mark]
		file = {"id": self.citizen.upload(photo())}
		return {"type": kind, kind: {**file, "caption": caption} if caption else file}

	def heard(self) -> list[Turn]:
		"""Wait until everything is worked off and sent; return what is new on the phone."""
		wait_until(self.is_quiet, f"the answer to {self.citizen.number}")
		said = [entry for entry in self.citizen.thread() if entry["direction"] == "out"]
		new, self.seen = said[self.seen :], len(said)
		return transcript.turns_of(new)

	def is_quiet(self) -> bool:
		if any(e["state"] == "queued" for e in self.citizen.thread() if e["direction"] == "in"):
			return False
		number = self.citizen.number
		return not self.servers.rows(
			"""select name from `tabChat Event` where conversation_key = %s and state = 'Pending' and kind <> 'Status'
			union all select message.name from `tabChat Message` message
			join `tabChat Session` session on session.name = message.session
			where conversation_key = %s and (state in ('Queued', 'Sending') or media_state = 'Pending')""",
			number,
			number,
		)

	# what happens beside the talk

	def direct(self, direction: str) -> list[Turn]:
		what, _colon, words = (part.strip() for part in direction.partition(":"))
		if span := time_passed(what):
			self.let_pass(span)
		elif what == "a day of silence":
			self.let_pass(golden.SILENT_FOR)
			self.servers.bench("execute", "grievance_cell.messaging.silence.drop_old_drafts")
		elif what.startswith("the officer resolves "):
			case = what.split()[-1]
			self.officer_of(case).resolve(case, words)
		elif what.startswith("the officer asks about "):
			case = what.split()[-1]
			officer = self.officer_of(case)
			officer.save("Grievance", case, question=words)
			answered = officer.act(case, "Ask Citizen")
			assert answered.ok, answered.text
		elif what == "the phone of an office":
			self.open_office(*words.split(", "))
		elif what == "the citizen is blocked":
			mobile_no = f"+{self.citizen.number}"
			self.servers.rows("update `tabCitizen` set blocked = 1 where mobile_no = %s", mobile_no)
		elif what == "messages a minute":
			self.change(messages_per_minute=int(words))
		elif what == "others have reported":
			self.change(duplicate_days=14)
			self.report(*(part.strip() for part in words.split(";")))
		elif what == "a form in the menu":
			for document in json.loads((golden.GOLDEN / words).read_text(encoding="utf-8")):
				self.made.insert(0, (document["doctype"], self.administrator.insert(document)["name"]))
		else:
			raise ValueError(f"no such direction: {direction}")
		return self.heard()

	def open_office(self, kind: str, area_name: str) -> None:
		"""Make a posting with this phone's number and a case of its own in a ward where nothing else happens."""
		(area,) = self.servers.rows(
			"""select ward.name from `tabLocal Area` ward join `tabLocal Area` town on town.name = ward.parent_local_area
			where ward.area_name = %s and town.area_name = %s""",
			area_name,
			golden.QUIET_TOWN,
		)
		(category,) = self.servers.rows(
			"select department from `tabGrievance Category` where name = %s", golden.OFFICE_CASE["category"]
		)
		role = {"Officer": "Grievance Officer", "Representative": "Public Representative"}[kind]
		key = secrets.token_hex(5)
		made = self.servers.bench("execute", "grievance_cell.testing.make_user", "--args", json.dumps([role]))
		user = json.loads(made.strip().splitlines()[-1])
		# Who has chosen no language is spoken to in that of their user.
		self.servers.rows("update `tabUser` set language = 'hi' where name = %s", user)
		posting = self.administrator.insert(
			{
				"doctype": "Officer Posting",
				"title": f"Posting {key}",
				"kind": kind,
				"department": category["department"] if kind == "Officer" else None,
				"user": user,
				"mobile_no": f"+{self.citizen.number}",
				"areas": [{"area": area["name"]}],
			}
		)["name"]
		case = {
			"doctype": "Grievance",
			**golden.OFFICE_CASE,
			"mobile_no": f"+9199{secrets.randbelow(10**8):08}",
			"grievance_type": "Complaint",
			"area": area["name"],
		}
		self.administrator.insert(
			{**case, "source": "Walk-in", **({"posting": posting} if kind == "Officer" else {})}
		)

	def change(self, **settings: int) -> None:
		"""Change settings until this conversation has ended; 0 is what they are without it."""
		self.changed |= settings
		self.administrator.save(SETTINGS, SETTINGS, **settings)

	def report(self, category: str, place: str, people: str) -> None:
		"""Have so many others report a matter in a place like "Ward 9, Champa"."""
		name, _comma, town = place.partition(", ")
		(area,) = self.servers.rows(
			"""select area.name from `tabLocal Area` area join `tabLocal Area` town on town.name = area.parent_local_area
			where area.area_name = %s and town.area_name = %s""",
			name,
			town,
		)
		case = self.administrator.insert(
			{"doctype": "Grievance", "category": category, "area": area["name"], "description": category}
		)
		self.servers.rows(
			"update `tabGrievance` set reported_by = %s where name = %s", int(people) - 1, case["name"]
		)

	def officer_of(self, case: str) -> Officer:
		(row,) = self.servers.rows("select assigned_to from `tabGrievance` where name = %s", case)
		with LOGGING_IN:
			return logged_in(self.servers.url(), row["assigned_to"])

	def let_pass(self, span) -> None:
		"""Move what is remembered of this citizen's talk into the past: to them it is as if the time had passed."""
		(session,) = self.servers.rows(
			"select name, data from `tabChat Session` where conversation_key = %s", self.citizen.number
		)
		moved = MOMENT.sub(
			lambda found: (datetime.fromisoformat(found[0]) - span).isoformat(), session["data"]
		)
		self.servers.rows(
			"""update `tabChat Session` set data = %s, last_inbound_on = last_inbound_on - interval %s second
			where name = %s""",
			moved,
			int(span.total_seconds()),
			session["name"],
		)
		self.servers.rows(
			"""update `tabGrievance Action` action
			join `tabGrievance` on `tabGrievance`.name = reference_name
			join `tabCitizen` on `tabCitizen`.name = citizen
			set done_on = done_on - interval %s second where `tabCitizen`.mobile_no = %s""",
			int(span.total_seconds()),
			f"+{self.citizen.number}",
		)
