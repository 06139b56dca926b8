import unittest

from hypothesis import given, settings
from hypothesis import strategies as some

from grievance_cell.emulator import transcript
from grievance_cell.emulator.transcript import BUSINESS, CITIZEN, Turn

CONVERSATION = r"""# A complaint, with everything in it.
> नमस्ते

< Which language do you want?
  आप किस भाषा में बात करना चाहेंगे?
  [हिंदी]
  [English]
> [हिंदी]
< किस बारे में है?
  (विकल्प देखें)
  [पानी]
  [सड़क]
> [पानी]
< (asks for a place) जगह कहाँ है?
> (place 22.01, 82.57) ग्राम खैरा
> (photo) टूटा हुआ
  हैंडपंप
> (voice note)
> (document बिल.pdf)
> (forwarded) सब लोग पढ़ें

  तीन दिन से पानी नहीं
> \(यह शब्द हैं)
< (not delivered 131047) देर हो गई
< (template case_resolved) (photo) GRV-1 पूरा हुआ
  [हाँ]
"""


def incoming(kind, content, **rest):
	return {"direction": "in", "state": "delivered", "message": {"type": kind, kind: content, **rest}}


def outgoing(kind, content, state="read", **rest):
	return {"direction": "out", "state": state, "message": {"type": kind, kind: content}, **rest}


def interactive(kind, action, text="क्या?", **rest):
	return outgoing("interactive", {"type": kind, "body": {"text": text}, "action": action, **rest})


words = some.text(some.characters(exclude_categories=["Cs"])).map(transcript._plain)
titles = some.text(some.characters(exclude_categories=["Cs"])).map(transcript._one_line)
marks = some.lists(some.sampled_from(["photo", "voice note", "place 22.01, 82.57", "forwarded"]), max_size=2)
turns = some.one_of(
	some.builds(Turn, some.just(CITIZEN), words, marks.map(tuple)),
	some.builds(Turn, some.just(CITIZEN), titles, tap=some.just(True)),
	some.builds(
		Turn,
		some.just(BUSINESS),
		words,
		marks.map(tuple),
		list_button=titles,
		choices=some.lists(titles, min_size=1, max_size=3).map(tuple),
	),
)


class TestReading(unittest.TestCase):
	def test_a_conversation(self):
		read = transcript.read(CONVERSATION)
		self.assertEqual(len(read), 14)
		self.assertEqual(read[0], Turn(CITIZEN, "नमस्ते"))
		self.assertEqual(read[1].text, "Which language do you want?\nआप किस भाषा में बात करना चाहेंगे?")
		self.assertEqual((read[1].choices, read[1].list_button), (("हिंदी", "English"), ""))
		self.assertEqual(read[2], Turn(CITIZEN, "हिंदी", tap=True))
		self.assertEqual((read[3].choices, read[3].list_button), (("पानी", "सड़क"), "विकल्प देखें"))
		self.assertEqual(read[5].mark("asks for a place"), "")
		self.assertEqual((read[6].place(), read[6].text), ((22.01, 82.57), "ग्राम खैरा"))
		self.assertEqual(read[7], Turn(CITIZEN, "टूटा हुआ\nहैंडपंप", ("photo",)))
		self.assertEqual(read[8], Turn(CITIZEN, "", ("voice note",)))
		self.assertEqual(read[9].mark("document"), "बिल.pdf")
		self.assertEqual(read[10], Turn(CITIZEN, "सब लोग पढ़ें\n\nतीन दिन से पानी नहीं", ("forwarded",)))
		self.assertEqual(read[11].text, "(यह शब्द हैं)")
		self.assertEqual(read[12].mark("not delivered"), "131047")
		self.assertEqual(read[13].marks, ("template case_resolved", "photo"))
		self.assertIsNone(read[13].place())
		self.assertEqual(len(CONVERSATION.splitlines()) - 2, len(transcript.write_turns(read).splitlines()))

	def test_bad_lines_are_named(self):
		for text, number, what in (
			("> hi\nand more", 2, "begins with"),
			("  [हाँ]", 1, "begins with"),
			("> hi\n< (foto) x", 2, "no known mark"),
			("> hi\n  [हाँ]", 1, "offers no choices"),
			("> [हाँ]\n  more", 1, "can follow a tap"),
			("< a\n  [b]\n  c", 1, "only choices"),
			("< a\n  (b)", 1, "opens no rows"),
		):
			with self.assertRaisesRegex(ValueError, f"line {number}: .*{what}", msg=text):
				transcript.read(text)

	@settings(deadline=None)
	@given(some.lists(turns))
	def test_what_is_written_is_read_again(self, some_turns):
		self.assertEqual(transcript.read(transcript.write_turns(some_turns)), some_turns)

	@settings(deadline=None)
	@given(some.text())
	def test_any_text_is_read_or_refused(self, text):
		try:
			transcript.read(text)
		except ValueError:
			pass


class TestWriting(unittest.TestCase):
	def written(self, *entries, **rest):
		text = transcript.write(entries, **rest)
		self.assertEqual(transcript.read(text), transcript.turns_of(entries, **rest))
		return text.rstrip("\n")

	def test_what_a_citizen_sends(self):
		place = {"latitude": 22.0086, "longitude": 82.57}
		tap = {"type": "button_reply", "button_reply": {"id": "1", "title": "हाँ"}}
		row = {"type": "list_reply", "list_reply": {"id": "1", "title": "पानी"}}
		for entry, line in (
			(incoming("text", {"body": "पानी नहीं\n\nआता "}), "> पानी नहीं\n\n  आता"),
			(incoming("text", {"body": "[x]\n(y)"}), "> \\[x]\n  \\(y)"),
			(incoming("interactive", tap), "> [हाँ]"),
			(incoming("interactive", row), "> [पानी]"),
			(incoming("button", {"text": "हाँ", "payload": "yes"}), "> [हाँ]"),
			(incoming("location", place), "> (place 22.0086, 82.57)"),
			(incoming("location", {**place, "name": "खैरा"}), "> (place 22.0086, 82.57) खैरा"),
			(incoming("image", {"id": "1", "caption": "नाली"}), "> (photo) नाली"),
			(incoming("audio", {"id": "1", "voice": True}), "> (voice note)"),
			(incoming("audio", {"id": "1"}), "> (sound)"),
			(incoming("document", {"id": "1", "filename": "a (1).pdf"}), "> (document a 1.pdf)"),
			(incoming("reaction", {"message_id": "1", "emoji": "👍"}), "> (reaction 👍)"),
			(incoming("contacts", [{"name": {"formatted_name": "राम"}}]), "> (contact राम)"),
			(incoming("unsupported", {}), "> (other unsupported)"),
			(incoming("text", {"body": "पढ़ें"}, context={"forwarded": True}), "> (forwarded) पढ़ें"),
			(incoming("system", {"body": "User changed"}), "> (system) User changed"),
		):
			self.assertEqual(self.written(entry), line)

	def test_what_the_business_sends(self):
		buttons = [{"type": "reply", "reply": {"id": str(n), "title": f"विकल्प {n}"}} for n in (1, 2)]
		sections = [{"rows": [{"id": "1", "title": "पानी", "description": "नल, बोर"}]}]
		error = {"code": 131047, "title": "Re-engagement message"}
		for entry, line in (
			(outgoing("text", {"body": "एक\nदो"}), "< एक\n  दो"),
			(interactive("button", {"buttons": buttons}), "< क्या?\n  [विकल्प 1]\n  [विकल्प 2]"),
			(
				interactive(
					"list",
					{"button": "चुनें", "sections": sections},
					header={"type": "text", "text": "ऊपर"},
					footer={"text": "नीचे"},
				),
				"< ऊपर\n  क्या?\n  नीचे\n  (चुनें)\n  [पानी]",
			),
			(
				interactive(
					"button", {"buttons": buttons[:1]}, header={"type": "image", "image": {"id": "1"}}
				),
				"< (photo) क्या?\n  [विकल्प 1]",
			),
			(
				interactive("location_request_message", {"name": "send_location"}),
				"< (asks for a place) क्या?",
			),
			(outgoing("document", {"id": "1", "filename": "a.pdf"}), "< (document a.pdf)"),
			(outgoing("text", {"body": "x"}, "failed", errors=[error]), "< (not delivered 131047) x"),
		):
			self.assertEqual(self.written(entry), line)

	def test_a_template(self):
		components = [
			{"type": "HEADER", "format": "TEXT", "text": "शिकायत {{1}}"},
			{"type": "BODY", "text": "{{name}} जी, {{case}} पूरी हुई। {{gone}}"},
			{"type": "FOOTER", "text": "धन्यवाद"},
			{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "संतुष्ट"}]},
		]
		parameters = [
			{"type": "text", "parameter_name": "name", "text": "सुनीता"},
			{"type": "text", "parameter_name": "case", "text": "GRV-1"},
		]
		use = {
			"name": "case_resolved",
			"language": {"code": "hi"},
			"components": [
				{"type": "header", "parameters": [{"type": "text", "text": "GRV-1"}]},
				{"type": "body", "parameters": parameters},
			],
		}
		entry = outgoing("template", use)
		self.assertEqual(self.written(entry), "< (template case_resolved)")
		known = {("case_resolved", "hi"): {"components": components}}
		self.assertEqual(
			self.written(entry, find_template=lambda *key: known.get(key)),
			"< (template case_resolved) शिकायत GRV-1\n  सुनीता जी, GRV-1 पूरी हुई। {{gone}}\n  धन्यवाद\n  [संतुष्ट]",
		)

	def test_nothing_raises_whatever_a_citizen_sends(self):
		odd = (
			None,
			0,
			1.5,
			True,
			"",
			"x",
			[],
			[1],
			{},
			{"id": 1},
			[[]],
			[{"name": "x"}],
			{"type": "x", "x": 1},
		)
		for kind in ("text", "image", "location", "interactive", "button", "contacts", "template", "odd ()"):
			for value in odd:
				self.written(incoming(kind, value, context=value))
