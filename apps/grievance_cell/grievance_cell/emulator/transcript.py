"""Write a conversation as text and read it again; README.md says how the text looks. Pure: no store, no network."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

CITIZEN, BUSINESS = ">", "<"

MEDIA = {
	"image": "photo",
	"audio": "sound",
	"video": "video",
	"document": "document",
	"sticker": "sticker",
}
ASKS_PLACE = "asks for a place"
# What may stand in parentheses before a message's text, with or without more after it.
MARKS = (
	*MEDIA.values(),
	"voice note",
	"place",
	ASKS_PLACE,
	"contact",
	"reaction",
	"template",
	"forwarded",
	"not delivered",
	"system",
	"other",
)
KNOWN_MARK = re.compile(rf"\(((?:{'|'.join(MARKS)})(?: [^()]*)?)\)(?: |$)")


@dataclass(frozen=True)
class Turn:
	"""One message. `marks` are the words in parentheses that stand before the text, such as "photo"; `tap` tells that
	the citizen's text is the title of what was tapped; `choices` are the titles of the business's buttons or rows, and
	`list_button` the button that opens the rows."""

	speaker: str
	text: str = ""
	marks: tuple[str, ...] = ()
	tap: bool = False
	list_button: str = ""
	choices: tuple[str, ...] = ()

	def mark(self, name: str) -> str | None:
		"""Return what a mark says besides its name, "" for nothing more; None when the turn has no such mark."""
		found = (mark for mark in self.marks if mark == name or mark.startswith(f"{name} "))
		return next((mark[len(name) + 1 :] for mark in found), None)

	def place(self) -> tuple[float, float] | None:
		"""Return (latitude, longitude) of a place."""
		position = self.mark("place")
		if position is None:
			return None
		latitude, longitude = position.split(",")
		return float(latitude), float(longitude)


def write(thread: Iterable[dict], find_template: Callable[[str, str], dict | None] | None = None) -> str:
	"""Write a thread, as GET /citizens/{number}/messages gives it, as text.

	`find_template(name, language)` knows the texts of templates; without it only their names are written.
	"""
	return write_turns(turns_of(thread, find_template))


def turns_of(thread: Iterable[dict], find_template=None) -> list[Turn]:
	"""Say what each message of a thread showed on the phone."""
	find_template = find_template or (lambda _name, _language: None)
	return [_turn(entry, find_template) for entry in thread]


def write_turns(turns: Iterable[Turn]) -> str:
	lines = []
	for turn in turns:
		lines += _write_turn(turn)
	return "".join(f"{line}\n" for line in lines)


def read(text: str) -> list[Turn]:
	"""Read what `write` wrote, or a person by the same rules; raises ValueError with the number of a bad line."""
	blocks: list[tuple[int, list[str]]] = []
	pending_blanks = 0
	for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
		line = line.rstrip()
		if not line:
			pending_blanks += 1
			continue
		if line[:2] in (f"{CITIZEN} ", f"{BUSINESS} ", CITIZEN, BUSINESS):
			blocks.append((number, [line]))
		elif line.startswith("  ") and blocks:
			blocks[-1][1].extend([""] * pending_blanks + [line[2:]])
		elif not line.startswith("#"):
			raise ValueError(f"line {number}: begins with neither >, <, two spaces nor #: {line!r}")
		pending_blanks = 0
	return [_read_turn(number, lines) for number, lines in blocks]


# writing


def _write_turn(turn: Turn) -> list[str]:
	if turn.tap:
		return [f"{turn.speaker} [{turn.text}]"]
	first, *rest = [_escaped(line) for line in turn.text.split("\n")]
	head = " ".join([turn.speaker, *(f"({mark})" for mark in turn.marks), first]).rstrip()
	lines = [head, *(f"  {line}" if line else "" for line in rest)]
	if turn.list_button:
		lines.append(f"  ({turn.list_button})")
	return lines + [f"  [{choice}]" for choice in turn.choices]


def _escaped(line: str) -> str:
	"""Keep a line of words from being read as a mark or a choice."""
	return f"\\{line}" if line[:1] in ("[", "(", "\\") else line


def _plain(text) -> str:
	"""Put a text into the shape in which it can be read again: no white space at the ends of lines."""
	lines = [line.rstrip() for line in str(text or "").replace("\r", "\n").split("\n")]
	return "\n".join(lines).strip()


def _one_line(text) -> str:
	return " ".join(str(text or "").split())


def _mark(name: str, more="") -> str:
	more = re.sub(r"[()]", "", _one_line(more))
	return f"{name} {more}" if more else name


# reading


def _read_turn(number: int, lines: list[str]) -> Turn:
	speaker, first = lines[0][0], lines[0][2:]
	if speaker == CITIZEN and first.startswith("[") and first.endswith("]"):
		if len(lines) > 1:
			raise ValueError(f"line {number}: nothing can follow a tap")
		return Turn(CITIZEN, first[1:-1], tap=True)
	marks, first = _read_marks(number, first)
	words, list_button, choices = [_unescaped(first)], "", []
	for line in lines[1:]:
		if line.startswith("[") and line.endswith("]"):
			choices.append(line[1:-1])
		elif choices or list_button:
			raise ValueError(f"line {number}: only choices can follow choices, not {line!r}")
		elif line.startswith("(") and line.endswith(")"):
			list_button = line[1:-1]
		elif line.startswith(("[", "(")):
			raise ValueError(f"line {number}: a text that begins with {line[0]} is written \\{line[0]}")
		else:
			words.append(_unescaped(line))
	if (choices or list_button) and speaker == CITIZEN:
		raise ValueError(f"line {number}: a citizen offers no choices")
	if list_button and not choices:
		raise ValueError(f"line {number}: the button ({list_button}) opens no rows")
	return Turn(speaker, "\n".join(words).rstrip(), tuple(marks), False, list_button, tuple(choices))


def _read_marks(number: int, line: str) -> tuple[list[str], str]:
	marks = []
	while found := KNOWN_MARK.match(line):
		marks.append(found[1])
		line = line[found.end() :]
	if line.startswith(("(", "[")):
		known = ", ".join(MARKS)
		raise ValueError(
			f"line {number}: {line!r} begins with no known mark ({known}); as a text it is written \\{line[0]}"
		)
	return marks, line


def _unescaped(line: str) -> str:
	return line.removeprefix("\\")


# what a message shows


def _turn(entry: dict, find_template) -> Turn:
	message = entry["message"]
	kind = message.get("type") or "text"
	content = message.get(kind)
	shown = content if isinstance(content, dict) else {}
	if entry["direction"] == "in":
		title = _title_of_tap(kind, shown)
		if title is not None:
			return Turn(CITIZEN, _one_line(title), tap=True)
	marks = []
	context = message.get("context")
	if isinstance(context, dict) and (context.get("forwarded") or context.get("frequently_forwarded")):
		marks.append("forwarded")
	if entry["direction"] == "out" and entry["state"] == "failed":
		codes = [str(error.get("code")) for error in entry.get("errors", ())]
		marks.append(_mark("not delivered", " ".join(codes)))
	if entry["direction"] == "out" and kind == "interactive":
		return _interactive(marks, shown)
	if entry["direction"] == "out" and kind == "template":
		return _template(marks, shown, find_template)
	speaker = CITIZEN if entry["direction"] == "in" else BUSINESS
	own_marks, text = _marked(kind, message, shown)
	return Turn(speaker, _plain(text), (*marks, *own_marks))


def _title_of_tap(kind: str, shown: dict):
	if kind == "button":
		return shown.get("text")
	reply = shown.get(str(shown.get("type"))) if kind == "interactive" else None
	return reply.get("title") if isinstance(reply, dict) else None


def _marked(kind: str, message: dict, shown: dict) -> tuple[list[str], str]:
	"""Return the marks and the text of a message that offers nothing to tap."""
	if kind == "text":
		return [], shown.get("body")
	if kind in MEDIA:
		name = "voice note" if kind == "audio" and shown.get("voice") else MEDIA[kind]
		return [_mark(name, shown.get("filename"))], shown.get("caption")
	if kind == "location":
		return [_mark("place", _position(shown))], shown.get("name")
	if kind == "contacts" and "contacts" in message:
		return [_mark("contact", ", ".join(_names(message["contacts"])))], ""
	if kind == "reaction":
		return [_mark("reaction", shown.get("emoji"))], ""
	if kind == "system":
		return ["system"], shown.get("body")
	return [_mark("other", kind)], ""


def _names(contacts) -> list[str]:
	contacts = [each for each in contacts if isinstance(each, dict)] if isinstance(contacts, list) else []
	names = [each["name"] for each in contacts if isinstance(each.get("name"), dict)]
	return [str(name.get("formatted_name")) for name in names]


def _position(place: dict) -> str:
	try:
		numbers = (float(place["latitude"]), float(place["longitude"]))
	except (KeyError, TypeError, ValueError):
		return ""
	return ", ".join(f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)


def _header(header: dict) -> tuple[list[str], str]:
	"""Return the marks and the text of an interactive message's or a template's header."""
	kind = header.get("type")
	if kind == "text":
		return [], header.get("text") or ""
	return _marked(str(kind), header, header.get(kind) or {}) if kind else ([], "")


def _interactive(marks: list[str], shown: dict) -> Turn:
	own_marks, title = _header(shown.get("header") or {})
	texts = (title, (shown.get("body") or {}).get("text"), (shown.get("footer") or {}).get("text"))
	action = shown.get("action") or {}
	buttons = [button["reply"]["title"] for button in action.get("buttons", ())]
	rows = [row["title"] for section in action.get("sections", ()) for row in section["rows"]]
	if shown.get("type") == "cta_url":
		buttons = [action["parameters"]["display_text"]]
	if shown.get("type") == "location_request_message":
		own_marks.append(ASKS_PLACE)
	return Turn(
		BUSINESS,
		_plain("\n".join(text for text in texts if text)),
		(*marks, *own_marks),
		False,
		_one_line(action.get("button")) if rows else "",
		tuple(_one_line(choice) for choice in buttons + rows),
	)


def _template(marks: list[str], use: dict, find_template) -> Turn:
	marks = [*marks, _mark("template", use.get("name"))]
	template = find_template(use.get("name"), (use.get("language") or {}).get("code"))
	if not template:
		return Turn(BUSINESS, "", tuple(marks))
	given = {
		str(part.get("type")).lower(): part.get("parameters") or [] for part in use.get("components") or []
	}
	texts, choices = [], []
	for part in template["components"]:
		if part["type"] == "HEADER" and part.get("format", "TEXT") != "TEXT":
			own_marks, _title = _header((given.get("header") or [{}])[0])
			marks += own_marks
		elif part["type"] == "BUTTONS":
			choices = [_one_line(button["text"]) for button in part["buttons"]]
		else:
			texts.append(filled(part["text"], given.get(part["type"].lower(), [])))
	return Turn(BUSINESS, _plain("\n".join(texts)), tuple(marks), choices=tuple(choices))


def filled(text: str, parameters: list[dict]) -> str:
	"""Put parameters into a template's text, by name or by number; what is missing stays as it is."""

	def value(found: re.Match) -> str:
		name = found[1]
		named = [each for each in parameters if each.get("parameter_name") == name]
		numbered = parameters[int(name) - 1 : int(name)] if name.isdecimal() else []
		for parameter in (*named, *numbered):
			given = parameter.get(str(parameter.get("type")))
			return str(given.get("fallback_value") if isinstance(given, dict) else given)
		return found[0]

	return re.sub(r"\{\{\s*(\w+)\s*\}\}", value, text or "")
