"""Play a written conversation on a stage, where a bot answers, and write down what was said; see conversations/golden/.

Pure: whoever calls brings the stage. A conversation that comes out as it was written has passed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from grievance_cell.emulator import transcript
from grievance_cell.emulator.transcript import Turn

DIRECTION = "@"
AFTER = re.compile(r"after (?P<file>\S+)")
LATER = re.compile(r"(?P<number>\d+) (?P<unit>minute|hour|day)s? later")
# Stands among the choices of a message for any others.
MORE = "…"
CASE = re.compile(r"GRV-\d{4}-\d{6}")
DATE = re.compile(r"(?<!\d)\d{1,2} [^\s\d]+ \d{4}(?!\d)")


class Stage(Protocol):
	def send(self, turn: Turn) -> list[Turn]:
		"""Send what the citizen says or taps; return what the bot says to it."""
		...

	def send_all(self, turns: list[Turn]) -> list[Turn]:
		"""Send what the citizen says one after the other, waiting for nothing; return all that the bot says."""
		...

	def direct(self, direction: str) -> list[Turn]:
		"""Do what no citizen does: let time pass, let an officer act; return what the citizen is told."""
		...


@dataclass
class Part:
	"""A message or a direction with its lines as they stand in the file, or what stands between messages."""

	kind: str
	number: int
	lines: list[str] = field(default_factory=list)


class Names:
	"""What is another one in every run, by the name it has in the file: the first case is {case}, the next {case 2}."""

	def __init__(self):
		self.cases: list[str] = []

	def hide(self, text: str) -> str:
		return DATE.sub("{date}", CASE.sub(self._name_of, text))

	def show(self, text: str) -> str:
		"""Put the cases' numbers into what a citizen types; {number} is the first one's without year and zeros."""
		for position, case in enumerate(self.cases):
			text = text.replace(_placeholder(position), case)
		return text.replace("{number}", str(int(self.cases[0][-6:]))) if self.cases else text

	def _name_of(self, found: re.Match) -> str:
		if found[0] not in self.cases:
			self.cases.append(found[0])
		return _placeholder(self.cases.index(found[0]))


def _placeholder(position: int) -> str:
	return f"{{case {position + 1}}}" if position else "{case}"


def rehearse(file: Path, stage: Stage) -> str:
	"""Play a file's citizen and directions; return the file with what the bot said in the place of what is written.

	A written message that fits what was said, with {date} and the like, stays as it is. Raises ValueError with the
	number of a line that cannot be read or played.
	"""
	names = Names()
	lines: list[str] = []
	expected: list[Part] = []
	actual: list[Turn] = []
	for part in [*read(file.read_text(encoding="utf-8")), Part("end", 0)]:
		if part.kind == transcript.BUSINESS:
			expected.append(part)
			continue
		if part.kind == "between" and not any(line.strip() for line in part.lines):
			lines += _written(expected, actual, names)
			expected, actual = [], []
			lines += part.lines
			continue
		lines += [*_written(expected, actual, names), *part.lines]
		expected, actual = [], []
		try:
			actual = _play(part, file, stage, names)
		except (ValueError, LookupError) as error:
			raise ValueError(f"{file.name}, line {part.number}: {error}") from error
	return "".join(f"{line}\n" for line in lines)


def _play(part: Part, file: Path, stage: Stage, names: Names) -> list[Turn]:
	if part.kind == transcript.CITIZEN:
		turn = _turn_of(part)
		return stage.send(replace(turn, text=names.show(turn.text)))
	if part.kind != DIRECTION:
		return []
	direction = names.show(part.lines[0][1:].strip())
	if found := AFTER.fullmatch(direction):
		for turn in stage.send_all(list(_sent_in(file.parent / found["file"]))):
			names.hide(turn.text)
		return []
	return stage.direct(direction)


def _sent_in(file: Path) -> Iterator[Turn]:
	"""List what the citizen says in a file, and in the one that it comes after."""
	for part in read(file.read_text(encoding="utf-8")):
		if part.kind == transcript.CITIZEN:
			yield _turn_of(part)
		elif part.kind == DIRECTION:
			found = AFTER.fullmatch(part.lines[0][1:].strip())
			if not found:
				raise ValueError(f"nothing comes after {file.name}, for there is a direction in it")
			yield from _sent_in(file.parent / found["file"])


def _written(expected: list[Part], actual: list[Turn], names: Names) -> list[str]:
	"""Write what was said, in the words of the file where they fit it."""
	lines: list[str] = []
	for position, turn in enumerate(actual):
		turn = replace(
			turn, text=names.hide(turn.text), choices=tuple(names.hide(choice) for choice in turn.choices)
		)
		part = expected[position] if position < len(expected) else None
		lines += part.lines if part and fits(_turn_of(part), turn) else _as_written(part, turn)
	return lines


def time_passed(direction: str) -> timedelta | None:
	"""Read a direction like "2 hours later"; None for any other."""
	found = LATER.fullmatch(direction)
	return timedelta(**{f"{found['unit']}s": int(found["number"])}) if found else None


def fits(written: Turn, said: Turn) -> bool:
	"""Tell whether a message is as written; a choice […] stands for any number of others."""
	if MORE not in written.choices:
		return written == said
	return _choices_fit(written, said) and replace(written, list_button="") == replace(
		said, choices=written.choices, list_button=""
	)


def _choices_fit(written: Turn, said: Turn) -> bool:
	pattern = "".join("(?:\\[.*\\]\n)*?" if c == MORE else re.escape(f"[{c}]\n") for c in written.choices)
	return bool(re.fullmatch(pattern, "".join(f"[{choice}]\n" for choice in said.choices)))


def _as_written(part: Part | None, said: Turn) -> list[str]:
	"""Write a message whose words are others than those that stand there; the choices stay as they are where they fit."""
	if part and MORE in _turn_of(part).choices and _choices_fit(_turn_of(part), said):
		said = replace(said, choices=_turn_of(part).choices, list_button="")
	return transcript.write_turns([said]).splitlines()


def _turn_of(part: Part) -> Turn:
	(turn,) = transcript.read("\n".join(part.lines))
	return turn


def read(text: str) -> Iterator[Part]:
	"""Split a file into its messages and directions, and the comments and empty lines between them."""
	part, blanks = Part("between", 1), []
	for number, line in enumerate(text.splitlines(), 1):
		if not line.strip():
			blanks.append(line)
			continue
		if line.startswith("  ") and part.kind != "between":
			part.lines += [*blanks, line]
			blanks = []
			continue
		if line[0] not in (transcript.CITIZEN, transcript.BUSINESS, DIRECTION, "#"):
			raise ValueError(f"line {number}: begins with neither >, <, @, two spaces nor #: {line!r}")
		yield part
		if blanks:
			yield Part("between", number, blanks)
			blanks = []
		part = Part("between" if line[0] == "#" else line[0], number, [line])
	yield part
	if blanks:
		yield Part("between", 0, blanks)
