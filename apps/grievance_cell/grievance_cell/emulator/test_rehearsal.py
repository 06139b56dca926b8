import tempfile
import unittest
from datetime import timedelta
from pathlib import Path

from grievance_cell.emulator.rehearsal import fits, rehearse, time_passed
from grievance_cell.emulator.transcript import Turn


class EchoStage:
	"""A bot that says what it hears, with a number and a date, and tells directions."""

	def send(self, turn):
		if turn.text == "silence":
			return []
		return [Turn("<", f"GRV-2026-000012 till 5 August 2026: {turn.text}", choices=("Yes", "No", "Later"))]

	def send_all(self, turns):
		return [said for turn in turns for said in self.send(turn)]

	def direct(self, direction):
		if direction == "nobody knows":
			raise ValueError("no such direction")
		return [Turn("<", f"done: {direction}")]


class TestRehearsal(unittest.TestCase):
	def play(self, text: str, **others: str) -> str:
		with tempfile.TemporaryDirectory() as folder:
			for name, content in {"talk": text, **others}.items():
				(Path(folder) / f"{name}.txt").write_text(content, encoding="utf-8")
			return rehearse(Path(folder) / "talk.txt", EchoStage())

	def test_writes_what_is_said_below_what_is_heard(self):
		written = "# A note\n> hi\n\n> silence\n@ it rains\n"
		said = "# A note\n> hi\n< {case} till {date}: hi\n  [Yes]\n  [No]\n  [Later]\n\n> silence\n@ it rains\n< done: it rains\n"
		self.assertEqual(self.play(written), said)
		self.assertEqual(self.play(said), said)

	def test_what_is_no_longer_said_goes(self):
		self.assertEqual(self.play("> silence\n< an answer\n"), "> silence\n")

	def test_what_was_written_otherwise_is_written_anew(self):
		self.assertIn("{date}: hi", self.play("> hi\n< hello\n  to you\n"))

	def test_a_message_with_other_choices_stays_as_it_is(self):
		written = "> hi\n< {case} till {date}: hi\n  [Yes]\n  […]\n"
		self.assertEqual(self.play(written), written)
		self.assertNotEqual(self.play(written.replace("Yes", "Perhaps")), written.replace("Yes", "Perhaps"))

	def test_other_words_leave_the_choices_as_they_are_written(self):
		self.assertEqual(
			self.play("> hi\n< hello\n  [Yes]\n  […]\n"), "> hi\n< {case} till {date}: hi\n  [Yes]\n  […]\n"
		)

	def test_numbers_are_put_into_what_a_citizen_types(self):
		self.assertIn("GRV-2026-000012", self.play("> hi\n> {case}\n").replace("{case}", "GRV-2026-000012"))
		self.assertIn(": 12\n", self.play("> hi\n> {number}\n"))

	def test_another_file_is_played_first(self):
		self.assertIn(": 12\n", self.play("@ after first.txt\n> {number}\n", first="> hi\n"))
		with self.assertRaisesRegex(ValueError, "direction"):
			self.play("@ after first.txt\n", first="@ it rains\n")

	def test_says_which_line_it_cannot_play(self):
		with self.assertRaisesRegex(ValueError, "line 2"):
			self.play("> hi\n@ nobody knows\n")
		with self.assertRaisesRegex(ValueError, "line 1"):
			self.play("hi\n")

	def test_reads_spans_of_time(self):
		self.assertEqual(time_passed("2 hours later"), timedelta(hours=2))
		self.assertEqual(time_passed("1 day later"), timedelta(days=1))
		self.assertIsNone(time_passed("later"))

	def test_other_choices_may_be_none(self):
		self.assertTrue(fits(Turn("<", "a", choices=("1", "…")), Turn("<", "a", choices=("1",))))
		self.assertFalse(fits(Turn("<", "a", choices=("1", "…", "3")), Turn("<", "a", choices=("1", "2"))))
