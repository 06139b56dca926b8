"""A citizen with a phone on the emulator: what is written, tapped and sent, and what comes back."""

import io
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
from PIL import Image

# A turn takes well under a second; a busy machine may need more, a broken one is not waited for for ever.
PATIENCE = 30


@dataclass(frozen=True)
class Reply:
	"""A message from the business as the phone shows it; `choices` are its buttons or rows, id: title."""

	id: str
	state: str
	text: str
	choices: dict[str, str]
	is_list: bool
	asks_place: bool
	our_id: str


class Citizen:
	def __init__(self, emulator: str, name: str = "सुनीता यादव"):
		self.number = f"9198{secrets.randbelow(10**8):08}"
		self.name = name
		self.emulator = emulator
		self.phone = f"{emulator}/citizens/{self.number}"
		_ok(requests.post(f"{self.phone}/profile", json={"name": name}))

	# what a citizen does; each returns the reply that came

	def say(self, text: str) -> Reply:
		return self.send(words(text))

	def tap(self, choice: str) -> Reply:
		"""Tap a button or a row of the newest message that offers something, behind its "more" if need be."""
		return self.send(self.tapped(choice))

	def show_place(self, latitude: float, longitude: float) -> Reply:
		return self.send({"type": "location", "location": {"latitude": latitude, "longitude": longitude}})

	def send_photo(self, content: bytes) -> Reply:
		return self.send({"type": "image", "image": {"id": self.upload(content)}})

	def send(self, message: dict) -> Reply:
		before = len(self.heard())
		self.post(message)
		return self.wait_for_reply(before)

	# the parts of it

	def post(self, message: dict) -> str:
		"""Send without waiting; returns the message's id."""
		return _ok(requests.post(f"{self.phone}/messages", json=message))["id"]

	def tapped(self, choice: str) -> dict:
		"""Write the message of a tap, turning the pages of a list until it is on the screen."""
		offer = next(reply for reply in reversed(self.heard()) if reply.choices)
		for _page in range(10):
			if choice in offer.choices:
				break
			turn = next((each for each in offer.choices if each.startswith("page:")), None)
			assert turn, f"{choice} is not offered, but {list(offer.choices)}"
			offer = self.tap(turn)
		return answer(choice, offer.choices[choice], "list_reply" if offer.is_list else "button_reply")

	def upload(self, content: bytes, name: str = "photo.jpg") -> str:
		return _ok(requests.post(f"{self.phone}/media", files={"file": (name, content)}))["id"]

	# what the phone shows

	def thread(self) -> list[dict]:
		return _ok(requests.get(f"{self.phone}/messages"))

	def heard(self) -> list[Reply]:
		return [_reply(entry) for entry in self.thread() if entry["direction"] == "out"]

	def wait_for_reply(self, after: int) -> Reply:
		"""Wait until there are more replies than `after`; return the first of the new ones."""
		return wait_until(lambda: self.heard()[after:], f"a reply to {self.number}")[0]


def describe_case(
	citizen: Citizen,
	*,
	description: str = "वार्ड में मंदिर के सामने नाली जाम है, पानी सड़क पर बह रहा है",
	category: str = "Blocked drain",
	place: str = "Ward 5, Janjgir-Naila",
	photo: bytes | None = None,
) -> Reply:
	"""Tell a new citizen's whole complaint, waiting for no question; a tap on "confirm" then registers it."""
	citizen.post(words(description))
	for choice in (
		"language:hi",
		f"name:{citizen.name}",
		"skip",
		f"category:{category}",
	):
		citizen.post(answer(choice))
	citizen.post(words(place))
	citizen.post(answer("skip"))
	citizen.post({"type": "image", "image": {"id": citizen.upload(photo)}} if photo else answer("skip"))
	return wait_until(
		lambda: next((reply for reply in citizen.heard() if "confirm" in reply.choices), None), "the summary"
	)


def words(text: str) -> dict:
	return {"type": "text", "text": {"body": text}}


def answer(choice: str, title: str = "…", kind: str = "button_reply") -> dict:
	return {"type": "interactive", "interactive": {"type": kind, kind: {"id": choice, "title": title}}}


def photo() -> bytes:
	"""Make a photo of one colour, unlike any other, for files are told apart by their content."""
	picture = Image.new("RGB", (64, 48), tuple(secrets.token_bytes(3)))
	file = io.BytesIO()
	picture.save(file, "JPEG")
	return file.getvalue()


def is_same_picture(one: bytes, other: bytes) -> bool:
	"""Compare two photos by what they show: Frappe writes a JPEG anew when it takes out where it was made."""
	pictures = [Image.open(io.BytesIO(content)).convert("RGB") for content in (one, other)]
	(first, second) = (picture.resize((1, 1)).getpixel((0, 0)) for picture in pictures)
	near = all(abs(a - b) <= 4 for a, b in zip(first, second, strict=True))
	return near and pictures[0].size == pictures[1].size


def wait_until(condition: Callable, what: str, seconds: float = PATIENCE, pause: float = 0.03):
	"""Wait until a condition is something; return it. It is asked for every `pause` seconds."""
	deadline = time.monotonic() + seconds
	while not (found := condition()):
		assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
		time.sleep(pause)
	return found


def _ok(answer: requests.Response):
	assert answer.ok, f"{answer.status_code} {answer.text}"
	return answer.json()


def _reply(entry: dict) -> Reply:
	message = entry["message"]
	interactive = message.get("interactive") or {}
	action = interactive.get("action") or {}
	buttons = [button["reply"] for button in action.get("buttons", ())]
	rows = [row for section in action.get("sections", ()) for row in section["rows"]]
	return Reply(
		id=entry["id"],
		state=entry["state"],
		text=(interactive.get("body") or {"text": message.get("text", {}).get("body", "")})["text"],
		choices={each["id"]: each["title"] for each in buttons + rows},
		is_list=interactive.get("type") == "list",
		asks_place=interactive.get("type") == "location_request_message",
		our_id=message.get("biz_opaque_callback_data", ""),
	)
