"""Keep what the emulated WhatsApp knows: the clock, faults, threads, media and templates."""

import base64
import hashlib
import json
import secrets
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

WINDOW = 24 * 3600
"""Seconds after the citizen's last message in which free-form messages may be sent."""

MEDIA_URL_LIFE = 5 * 60
INBOUND_MEDIA_LIFE = 7 * 24 * 3600
UPLOADED_MEDIA_LIFE = 30 * 24 * 3600

OUT_STATES = ("sent", "delivered", "read", "failed")
TEMPLATE_STATES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED")


class Clock:
	"""Tell the emulator's time, which can be moved forward."""

	def __init__(self):
		self.offset = 0.0

	def now(self) -> float:
		"""Return seconds since the epoch."""
		return time.time() + self.offset

	def stamp(self) -> str:
		"""Return the time as webhooks write it: whole seconds in a string."""
		return str(int(self.now()))

	def advance(self, seconds: float):
		self.offset += seconds

	def reset(self):
		self.offset = 0.0


NO_FAULTS = {
	"duplicate": 0,
	"delay": 0,
	"reorder": False,
	"drop": 0,
	"error": None,
	"slow": 0,
	"rates": False,
	"reject_outside_window": False,
	"review_templates": False,
}


class Faults:
	"""Hold the misbehaviour that a tester asked for; see README.md for what each does."""

	def __init__(self):
		self._lock = threading.Lock()
		self._values = dict(NO_FAULTS)

	def replace(self, values: dict):
		"""Set the whole set of faults; what is absent is off. Raises ValueError naming the bad one."""
		if not isinstance(values, dict):
			raise ValueError("faults are a JSON object")
		clean = dict(NO_FAULTS)
		for name, value in values.items():
			if name not in NO_FAULTS:
				raise ValueError(f"unknown fault {name!r}; known: {', '.join(NO_FAULTS)}")
			clean[name] = self._clean(name, value)
		with self._lock:
			self._values = clean

	def _clean(self, name: str, value):
		if not value:
			return NO_FAULTS[name]
		if name == "error":
			return self._clean_error(value)
		if isinstance(NO_FAULTS[name], bool):
			return True
		number = isinstance(value, int | float) and not isinstance(value, bool)
		if not number or value < 0 or value > 3600 or (name in ("duplicate", "drop") and value != int(value)):
			raise ValueError(f"{name} is a number from 0 to 3600, not {value!r}")
		return value

	def _clean_error(self, value) -> dict:
		if not isinstance(value, dict) or not isinstance(value.get("code"), int):
			raise ValueError('error is an object with a number "code"')
		unknown = set(value) - {"code", "http_status", "times", "as_status", "details"}
		if unknown:
			raise ValueError(f"unknown key in error: {', '.join(sorted(unknown))}")
		times, http_status = value.get("times", 1), value.get("http_status")
		if not isinstance(times, int) or times < 1:
			raise ValueError("error.times is a whole number from 1")
		if http_status is not None and (not isinstance(http_status, int) or not 400 <= http_status <= 599):
			raise ValueError("error.http_status is a number from 400 to 599")
		return {
			"code": value["code"],
			"http_status": http_status,
			"times": times,
			"as_status": bool(value.get("as_status")),
			"details": str(value.get("details") or ""),
		}

	def view(self) -> dict:
		with self._lock:
			return {**self._values, "error": dict(self._values["error"]) if self._values["error"] else None}

	def get(self, name: str):
		with self._lock:
			return self._values[name]

	def take_drop(self) -> bool:
		"""Use up one drop; return whether there was one."""
		with self._lock:
			if not self._values["drop"]:
				return False
			self._values["drop"] -= 1
			return True

	def take_error(self) -> dict | None:
		"""Use up one turn of the error fault; return it, or None when there is none."""
		with self._lock:
			error = self._values["error"]
			if not error:
				return None
			left = error["times"] - 1
			self._values["error"] = {**error, "times": left} if left else None
			return error


@dataclass
class Entry:
	"""One message of a thread, as both sides see it."""

	id: str
	wa_id: str
	direction: str
	state: str
	timestamp: str
	message: dict
	errors: list = field(default_factory=list)
	note: str = ""
	seen: bool = False
	revision: int = 0

	def view(self) -> dict:
		"""Return the entry as GET /citizens/{wa_id}/messages shows it.

		`errors` (why it failed), `note` (what the last try at the webhook met) and `seen` (the business
		marked it as read) are there only when they say something.
		"""
		view = {
			"id": self.id,
			"direction": self.direction,
			"state": self.state,
			"timestamp": self.timestamp,
			"message": self.message,
		}
		for name in ("errors", "note", "seen"):
			if getattr(self, name):
				view[name] = getattr(self, name)
		return view


@dataclass
class Citizen:
	wa_id: str
	name: str
	user_id: str
	hide_number: bool = False
	last_inbound: float | None = None
	entries: list = field(default_factory=list)
	typing_until: float = 0.0
	revision: int = 0


@dataclass
class Media:
	id: str
	mime_type: str
	filename: str
	size: int
	sha256: str
	created: float
	inbound: bool

	def expires(self) -> float:
		return self.created + (INBOUND_MEDIA_LIFE if self.inbound else UPLOADED_MEDIA_LIFE)

	@property
	def sha256_base64(self) -> str:
		"""Return the hash as webhooks write it; Graph answers have it in hexadecimal."""
		return base64.b64encode(bytes.fromhex(self.sha256)).decode()


def business_scoped_id(wa_id: str) -> str:
	"""Return the user_id that Meta would give this number for one business: always the same one."""
	digest = hashlib.sha256(f"business-scoped {wa_id}".encode()).digest()
	return f"IN.{int.from_bytes(digest[:8], 'big'):020d}"


def new_message_id(wa_id: str, direction: str) -> str:
	"""Make a wamid in the form WhatsApp gives it, unique for ever."""
	kind = b"\x15\x02\x00\x12\x18\x14" if direction == "in" else b"\x15\x02\x00\x11\x18\x14"
	tail = b"3A" + secrets.token_hex(9).upper().encode()
	raw = b"\x1c\x18" + bytes([len(wa_id)]) + wa_id.encode() + kind + tail + b"\x00"
	return "wamid." + base64.b64encode(raw).decode()


class Store:
	"""Hold all state behind one lock; every change wakes those who watch.

	With `folder` the threads, media and templates survive a restart; without it media lie in a temporary
	folder and the rest in memory.
	"""

	def __init__(self, clock: Clock, folder: str | Path | None = None):
		self.clock = clock
		self.changed = threading.Condition(threading.RLock())
		self.citizens: dict[str, Citizen] = {}
		self.by_id: dict[str, Entry] = {}
		self.by_user_id: dict[str, str] = {}
		self.media: dict[str, Media] = {}
		self.media_urls: dict[str, tuple[str, float]] = {}
		self.templates: list[dict] = []
		self.subscribed = True
		self.generation = secrets.token_hex(4)
		self.revision = 0
		self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="emulator-")
		self.folder = Path(folder or self._temporary.name)
		self._index = self.folder / "threads.json" if folder else None
		(self.folder / "media").mkdir(parents=True, exist_ok=True)
		self._saved_revision = 0
		self._next_media = 900_000_000_000_000 + secrets.randbelow(10**14)
		if self._index and self._index.exists():
			self._load()

	# threads

	def citizen(self, wa_id: str) -> Citizen:
		"""Return the citizen with this number, known from now on."""
		with self.changed:
			if wa_id not in self.citizens:
				user_id = business_scoped_id(wa_id)
				self.citizens[wa_id] = Citizen(wa_id, name=f"Citizen {wa_id[-4:]}", user_id=user_id)
				self.by_user_id[user_id] = wa_id
			return self.citizens[wa_id]

	def set_profile(self, wa_id: str, name: str | None, hide_number: bool | None):
		with self.changed:
			citizen = self.citizen(wa_id)
			citizen.name = citizen.name if name is None else name
			citizen.hide_number = citizen.hide_number if hide_number is None else hide_number
			self._touch(citizen)

	def change_identity(self, wa_id: str, number: str, user_id: str, message: dict) -> Entry:
		"""Give a citizen another number, another business-scoped id, or both; the thread goes along.

		`message` tells of it, and is the last under the old ones. Raises ValueError when somebody else has one of them.
		"""
		with self.changed:
			citizen = self.citizen(wa_id)
			if number != wa_id and number in self.citizens:
				raise ValueError(f"{number} is another citizen's number")
			if self.by_user_id.get(user_id, wa_id) != wa_id:
				raise ValueError(f"{user_id} is another citizen's user id")
			told = self.add(wa_id, "in", "queued", message)
			del self.citizens[wa_id], self.by_user_id[citizen.user_id]
			citizen.wa_id, citizen.user_id = number, user_id
			self.citizens[number], self.by_user_id[user_id] = citizen, number
			for entry in citizen.entries:
				entry.wa_id = number
				self._touch(citizen, entry)
			return told

	def add(self, wa_id: str, direction: str, state: str, message: dict, errors: list | None = None) -> Entry:
		"""Append a message to the citizen's thread; an `in` gets its from, id and timestamp here."""
		with self.changed:
			citizen = self.citizen(wa_id)
			entry_id, stamp = new_message_id(wa_id, direction), self.clock.stamp()
			if direction == "in":
				sender = {} if citizen.hide_number else {"from": wa_id}
				sender["from_user_id"] = citizen.user_id
				rest = {
					k: v for k, v in message.items() if k not in ("from", "from_user_id", "id", "timestamp")
				}
				message = {**sender, "id": entry_id, "timestamp": stamp, **rest}
				# what WhatsApp itself tells is nothing that the citizen wrote: it opens no window
				if message.get("type") != "system":
					citizen.last_inbound = self.clock.now()
			else:
				citizen.typing_until = 0.0
			entry = Entry(entry_id, wa_id, direction, state, stamp, message, errors or [])
			citizen.entries.append(entry)
			self.by_id[entry_id] = entry
			self._touch(citizen, entry)
			return entry

	def add_thread(self, wa_id: str, name: str, entries: list[Entry]):
		"""Give a citizen a thread of earlier messages, whose ids are known to the business."""
		with self.changed:
			citizen = self.citizen(wa_id)
			citizen.name = name
			citizen.entries = entries
			citizen.last_inbound = max(
				(float(entry.timestamp) for entry in entries if entry.direction == "in"), default=None
			)
			for entry in entries:
				self.by_id[entry.id] = entry
				self._touch(citizen, entry)

	def move(self, entry_id: str, state: str, note: str = "") -> bool:
		"""Move an entry's state, an `out` only forward; return whether anything changed."""
		with self.changed:
			entry = self.by_id.get(entry_id)
			if not entry or (entry.state == state and entry.note == note):
				return False
			if entry.direction == "out":
				final = entry.state in ("failed", "read")
				if final or OUT_STATES.index(state) <= OUT_STATES.index(entry.state):
					return False
			entry.state, entry.note = state, note
			self._touch(self.citizens[entry.wa_id], entry)
			return True

	def mark_seen(self, entry_id: str, typing: bool) -> bool:
		"""Note that the business read an `in` (and types an answer); return whether it is known."""
		with self.changed:
			entry = self.by_id.get(entry_id)
			if not entry or entry.direction != "in":
				return False
			entry.seen = True
			citizen = self.citizens[entry.wa_id]
			if typing:
				citizen.typing_until = time.monotonic() + 25
			self._touch(citizen, entry)
			return True

	def thread(self, wa_id: str) -> list[dict]:
		with self.changed:
			citizen = self.citizens.get(wa_id)
			return [entry.view() for entry in citizen.entries] if citizen else []

	def unread(self, wa_id: str) -> list[str]:
		"""Return the ids of messages that arrived on this phone and were not read."""
		with self.changed:
			citizen = self.citizens.get(wa_id)
			entries = citizen.entries if citizen else []
			return [e.id for e in entries if e.direction == "out" and e.state in ("sent", "delivered")]

	def undelivered(self) -> list[Entry]:
		"""Return the `in` entries whose webhook was not delivered yet, oldest first."""
		with self.changed:
			entries = [e for c in self.citizens.values() for e in c.entries]
			return [e for e in entries if e.direction == "in" and e.state == "queued"]

	def window_open(self, wa_id: str) -> bool:
		"""Tell whether free-form messages may be sent to this citizen now."""
		with self.changed:
			citizen = self.citizens.get(wa_id)
			last = citizen.last_inbound if citizen else None
			return last is not None and self.clock.now() - last < WINDOW

	def overview(self) -> list[dict]:
		"""List the citizens, the latest conversation first."""
		with self.changed:
			rows = [
				{
					"wa_id": c.wa_id,
					"name": c.name,
					"user_id": c.user_id,
					"hide_number": c.hide_number,
					"unread": len(self.unread(c.wa_id)),
					"timestamp": c.entries[-1].timestamp if c.entries else "",
					"last": c.entries[-1].view() if c.entries else None,
					"window_open": self.window_open(c.wa_id),
				}
				for c in sorted(self.citizens.values(), key=lambda c: -c.revision)
			]
		return rows

	def changes(self, wa_id: str, generation: str, revision: int, timeout: float) -> dict:
		"""Wait until this citizen's thread differs from (generation, revision) or `timeout` seconds pass.

		Answers {"generation", "revision", "reset", "entries", "typing", "name"}; `entries` holds the changed
		ones, all of them after a reset.
		"""
		with self.changed:
			self.changed.wait_for(lambda: self._differs(wa_id, generation, revision), timeout)
			reset = generation != self.generation
			citizen = self.citizens.get(wa_id)
			since = -1 if reset else revision
			return {
				"generation": self.generation,
				"revision": self.revision,
				"reset": reset,
				"entries": [e.view() for e in citizen.entries if e.revision > since] if citizen else [],
				"typing": bool(citizen) and citizen.typing_until > time.monotonic(),
				"name": citizen.name if citizen else "",
			}

	def _differs(self, wa_id: str, generation: str, revision: int) -> bool:
		citizen = self.citizens.get(wa_id)
		return generation != self.generation or (bool(citizen) and citizen.revision > revision)

	def _touch(self, citizen: Citizen, entry: Entry | None = None):
		self.revision += 1
		citizen.revision = self.revision
		if entry:
			entry.revision = self.revision
		self.changed.notify_all()

	def reset(self):
		"""Forget the threads and their media; templates stay."""
		with self.changed:
			self.citizens, self.by_id, self.by_user_id = {}, {}, {}
			for media_id in list(self.media):
				self.delete_media(media_id)
			self.media_urls = {}
			self.generation = secrets.token_hex(4)
			self.revision += 1
			self.changed.notify_all()

	# media

	def add_media(self, data: bytes, mime_type: str, filename: str, inbound: bool) -> Media:
		with self.changed:
			self._next_media += 1
			media_id = str(self._next_media)
			digest = hashlib.sha256(data).hexdigest()
			media = Media(media_id, mime_type, filename, len(data), digest, self.clock.now(), inbound)
			self.media_path(media_id).write_bytes(data)
			self.media[media_id] = media
			self.revision += 1
			return media

	def media_path(self, media_id: str) -> Path:
		return self.folder / "media" / media_id

	def live_media(self, media_id: str) -> Media | None:
		"""Return the media unless it is unknown or past its life at Meta (7 days inbound, 30 uploaded)."""
		with self.changed:
			media = self.media.get(media_id)
			return media if media and self.clock.now() < media.expires() else None

	def delete_media(self, media_id: str):
		with self.changed:
			if self.media.pop(media_id, None):
				self.media_path(media_id).unlink(missing_ok=True)

	def new_media_url(self, media_id: str) -> str:
		"""Return a key under which the media can be fetched for five minutes."""
		with self.changed:
			now = self.clock.now()
			self.media_urls = {k: v for k, v in self.media_urls.items() if v[1] > now}
			key = secrets.token_urlsafe(24)
			self.media_urls[key] = (media_id, now + MEDIA_URL_LIFE)
			return key

	def media_of_url(self, key: str) -> Media | None:
		with self.changed:
			media_id, expires = self.media_urls.get(key, ("", 0.0))
			return self.live_media(media_id) if self.clock.now() < expires else None

	# templates

	def add_template(self, template: dict) -> dict:
		with self.changed:
			template = {**template, "id": str(700_000_000_000_000 + secrets.randbelow(10**14))}
			self.templates.append(template)
			self.revision += 1
			return template

	def find_template(self, name: str, language: str) -> dict | None:
		with self.changed:
			same = (t for t in self.templates if t["name"] == name and t["language"] == language)
			return next(same, None)

	def template(self, template_id: str) -> dict | None:
		with self.changed:
			return next((t for t in self.templates if t["id"] == template_id), None)

	def change_template(self, template_id: str, changes: dict) -> dict | None:
		"""Change some of a template; returns it, None when there is none."""
		with self.changed:
			template = self.template(template_id)
			if template:
				template.update(changes)
				self.revision += 1
			return template

	def delete_templates(self, name: str, template_id: str = "") -> bool:
		"""Delete a template in every language, or the one of this id; return whether there was any."""
		with self.changed:
			before = len(self.templates)
			gone = lambda t: t["name"] == name and template_id in ("", t["id"])  # noqa: E731
			self.templates = [t for t in self.templates if not gone(t)]
			self.revision += 1
			return len(self.templates) < before

	# keeping

	def save(self):
		"""Write the threads to the folder if one was given and anything changed."""
		if not self._index:
			return
		with self.changed:
			if self._saved_revision == self.revision:
				return
			self._saved_revision = self.revision
			text = json.dumps(
				{
					"citizens": [asdict(c) for c in self.citizens.values()],
					"media": [asdict(m) for m in self.media.values()],
					"templates": self.templates,
				},
				ensure_ascii=False,
			)
		partial = self._index.with_suffix(".partial")
		partial.write_text(text, encoding="utf-8")
		partial.replace(self._index)

	def _load(self):
		kept = json.loads(self._index.read_text(encoding="utf-8"))
		for row in kept["citizens"]:
			entries = [Entry(**entry) for entry in row.pop("entries")]
			citizen = Citizen(**{**row, "typing_until": 0.0}, entries=entries)
			self.citizens[citizen.wa_id] = citizen
			self.by_user_id[citizen.user_id] = citizen.wa_id
			self.by_id.update({e.id: e for e in entries})
			self.revision = max(self.revision, citizen.revision)
		self.media = {row["id"]: Media(**row) for row in kept["media"] if self.media_path(row["id"]).exists()}
		self._next_media = max([self._next_media, *(int(i) for i in self.media)])
		self.templates = kept["templates"]
		self._saved_revision = self.revision

	def close(self):
		self.save()
		if self._temporary:
			self._temporary.cleanup()
