import unittest

from grievance_cell.emulator import graph

BUTTON = {"type": "reply", "reply": {"id": "yes", "title": "हाँ"}}
ROW = {"id": "1", "title": "नाली जाम"}
TEMPLATE = {
	"name": "case_resolved",
	"language": "hi",
	"status": "APPROVED",
	"components": [
		{"type": "HEADER", "format": "IMAGE"},
		{"type": "BODY", "text": "शिकायत {{1}} हल हुई, विभाग {{2}}।"},
		{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "हाँ"}]},
	],
}


def message(kind="text", **content):
	return {"messaging_product": "whatsapp", "to": "919876500001", "type": kind, **content}


def interactive(kind, action, **rest):
	return message(
		"interactive", interactive={"type": kind, "body": {"text": "चुनिए"}, "action": action, **rest}
	)


def buttons(*rows, **rest):
	return interactive("button", {"buttons": list(rows)}, **rest)


def chosen(*sections, button="चुनें"):
	return interactive("list", {"button": button, "sections": list(sections)})


def reply(title="हाँ", id="yes"):
	return {"type": "reply", "reply": {"id": id, "title": title}}


class GraphCase(unittest.TestCase):
	def check(self, body):
		known = lambda name, language: (  # noqa: E731
			TEMPLATE if (name, language) == (TEMPLATE["name"], TEMPLATE["language"]) else None
		)
		return graph.check_message(body, known, lambda media_id: media_id == "77")

	def taken(self, body):
		error = self.check(body)
		self.assertIsNone(error, error and error.details)

	def refused(self, body, code):
		error = self.check(body)
		self.assertIsNotNone(error, "was taken")
		self.assertEqual(error.code, code, error.details)
		return error


class TestEnvelope(GraphCase):
	def test_what_every_request_needs(self):
		good = message(text={"body": "नमस्ते"})
		self.taken(good)
		for name, code in (("messaging_product", 100), ("to", 100), ("text", 131008)):
			self.refused({k: v for k, v in good.items() if k != name}, code)
		self.refused({**good, "messaging_product": "sms"}, 100)
		self.refused({**good, "type": "fax"}, 100)
		self.refused({**good, "type": ["text"]}, 100)
		self.refused([], 100)
		self.refused(None, 100)

	def test_type_is_text_when_left_out(self):
		good = message(text={"body": "नमस्ते"})
		del good["type"]
		self.taken(good)

	def test_recipient(self):
		good = message(text={"body": "x"})
		self.taken({**good, "to": "+91 98765-00001"})
		self.refused({**good, "to": "12"}, 131009)
		self.refused({**good, "to": "0919876500001"}, 131009)
		by_id = {k: v for k, v in good.items() if k != "to"}
		self.taken({**by_id, "recipient": "IN.11815799212886844830"})
		self.refused({**by_id, "recipient": "919876500001"}, 131009)

	def test_callback_data_and_context(self):
		good = message(text={"body": "x"})
		self.taken({**good, "biz_opaque_callback_data": "x" * 512})
		self.refused({**good, "biz_opaque_callback_data": "x" * 513}, 131009)
		self.taken({**good, "context": {"message_id": "wamid.1"}})
		self.refused({**good, "context": {}}, 131008)

	def test_nothing_raises_whatever_its_type(self):
		odd = (None, 0, 1.5, True, "", "x", [], [1], {}, {"id": 1}, [[]])
		for kind in graph.MESSAGE_TYPES:
			for value in odd:
				self.check(message(kind, **{kind: value}))
		for value in odd:
			for kind in ("button", "list", "cta_url", "location_request_message"):
				self.check(interactive(kind, value))
				self.check(interactive(kind, {"buttons": value, "sections": value, "parameters": value}))
				self.check(interactive(kind, {"name": value}, header=value, footer=value, body=value))
			graph.check_template({"name": "a", "language": "hi", "category": "UTILITY", "components": value})
			graph.check_read_receipt({"messaging_product": "whatsapp", "status": "read", "message_id": value})


class TestText(GraphCase):
	def test_length_is_counted_in_characters(self):
		self.taken(message(text={"body": "हि" * 2048}))
		error = self.refused(message(text={"body": "हि" * 2048 + "।"}), 100)
		self.assertIn("4096", error.details)

	def test_empty(self):
		for body in ("", "  \n"):
			self.refused(message(text={"body": body}), 100)
		self.refused(message(text={}), 131008)


class TestButtons(GraphCase):
	def test_count(self):
		three = [reply(t, t) for t in "abc"]
		self.taken(buttons(*three))
		self.refused(buttons(*three, reply("d", "d")), 131009)
		self.refused(buttons(), 131009)

	def test_title_and_id(self):
		# twenty code points, many of them vowel signs
		title = "शिकायत दर्ज कराएँ जी"
		self.assertEqual(len(title), 20)
		self.taken(buttons(reply(title)))
		self.refused(buttons(reply(title + "।")), 131009)
		self.refused(buttons(reply("")), 131009)
		self.taken(buttons(reply(id="x" * 256)))
		self.refused(buttons(reply(id="x" * 257)), 131009)
		self.refused(buttons({"type": "reply", "reply": {"id": "1"}}), 131008)

	def test_unique(self):
		self.refused(buttons(reply("एक", "1"), reply("एक", "2")), 131009)
		self.refused(buttons(reply("एक", "1"), reply("दो", "1")), 131009)

	def test_body_header_footer(self):
		self.taken(buttons(BUTTON, body={"text": "क" * 1024}))
		self.refused(buttons(BUTTON, body={"text": "क" * 1025}), 131009)
		self.refused(buttons(BUTTON, body={"text": ""}), 131009)
		self.refused(
			message("interactive", interactive={"type": "button", "action": {"buttons": [BUTTON]}}), 131008
		)
		self.taken(buttons(BUTTON, header={"type": "text", "text": "क" * 60}, footer={"text": "क" * 60}))
		self.refused(buttons(BUTTON, header={"type": "text", "text": "क" * 61}), 131009)
		self.refused(buttons(BUTTON, footer={"text": "क" * 61}), 131009)
		self.taken(buttons(BUTTON, header={"type": "image", "image": {"id": "77"}}))
		self.refused(buttons(BUTTON, header={"type": "image", "image": {"id": "78"}}), 131009)


class TestList(GraphCase):
	def rows(self, count, start=0):
		return [{"id": str(start + i), "title": f"विकल्प {i}"} for i in range(count)]

	def test_rows_over_all_sections(self):
		self.taken(chosen({"title": "क", "rows": self.rows(6)}, {"title": "ख", "rows": self.rows(4, 6)}))
		self.refused(
			chosen({"title": "क", "rows": self.rows(6)}, {"title": "ख", "rows": self.rows(5, 6)}), 131009
		)
		self.refused(chosen({"rows": []}), 131009)
		self.refused(chosen(), 131009)

	def test_section_titles(self):
		self.taken(chosen({"rows": [ROW]}))
		self.refused(chosen({"rows": [ROW]}, {"title": "ख", "rows": self.rows(1, 5)}), 131008)
		self.taken(chosen({"title": "क" * 24, "rows": [ROW]}))
		self.refused(chosen({"title": "क" * 25, "rows": [ROW]}), 131009)

	def test_row_lengths(self):
		self.taken(chosen({"rows": [{"id": "x" * 200, "title": "क" * 24, "description": "क" * 72}]}))
		self.refused(chosen({"rows": [{**ROW, "id": "x" * 201}]}), 131009)
		self.refused(chosen({"rows": [{**ROW, "title": "क" * 25}]}), 131009)
		self.refused(chosen({"rows": [{**ROW, "description": "क" * 73}]}), 131009)
		self.refused(chosen({"rows": [ROW, {**ROW, "title": "दूसरा"}]}), 131009)

	def test_button(self):
		self.taken(chosen({"rows": [ROW]}, button="क" * 20))
		self.refused(chosen({"rows": [ROW]}, button="क" * 21), 131009)
		self.refused(chosen({"rows": [ROW]}, button=""), 131009)

	def test_header_is_text_only(self):
		body = chosen({"rows": [ROW]})
		body["interactive"]["header"] = {"type": "image", "image": {"id": "77"}}
		self.refused(body, 131009)


class TestOthers(GraphCase):
	def test_location_request_and_link(self):
		self.taken(interactive("location_request_message", {"name": "send_location"}))
		self.refused(interactive("location_request_message", {"name": "send"}), 131009)
		parameters = {"display_text": "देखें", "url": "https://example.in/1"}
		self.taken(interactive("cta_url", {"name": "cta_url", "parameters": parameters}))
		bad = {**parameters, "url": "javascript:alert(1)"}
		self.refused(interactive("cta_url", {"name": "cta_url", "parameters": bad}), 131009)
		self.refused(interactive("carousel", {}), 131009)

	def test_media(self):
		for kind in graph.MEDIA_TYPES:
			self.taken(message(kind, **{kind: {"id": "77"}}))
			self.taken(message(kind, **{kind: {"link": "https://example.in/a"}}))
			self.refused(message(kind, **{kind: {"id": "78"}}), 131009)
			self.refused(message(kind, **{kind: {"id": "77", "link": "https://example.in/a"}}), 100)
			self.refused(message(kind, **{kind: {}}), 100)
		self.taken(message("image", image={"id": "77", "caption": "क" * 1024}))
		self.refused(message("image", image={"id": "77", "caption": "क" * 1025}), 131009)
		self.refused(message("audio", audio={"id": "77", "caption": "क"}), 100)

	def test_location_contacts_reaction(self):
		self.taken(message("location", location={"latitude": 22.0086, "longitude": "82.5772"}))
		self.refused(message("location", location={"latitude": 91, "longitude": 82}), 131009)
		self.refused(message("location", location={"latitude": 22}), 131009)
		self.taken(message("contacts", contacts=[{"name": {"formatted_name": "क"}}]))
		self.refused(message("contacts", contacts=[]), 131009)
		self.taken(message("reaction", reaction={"message_id": "wamid.1", "emoji": ""}))
		self.refused(message("reaction", reaction={"emoji": "👍"}), 131008)

	def test_read_receipt(self):
		good = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
		self.assertIsNone(graph.check_read_receipt({**good, "typing_indicator": {"type": "text"}}))
		self.assertEqual(graph.check_read_receipt({**good, "status": "sent"}).code, 100)
		self.assertEqual(graph.check_read_receipt({**good, "typing_indicator": {}}).code, 131009)

	def test_upload(self):
		self.assertIsNone(graph.check_upload("image/jpeg", 5 * graph.MB))
		self.assertEqual(graph.check_upload("image/jpeg", 5 * graph.MB + 1).code, 100)
		self.assertIsNone(graph.check_upload("audio/ogg; codecs=opus", 16 * graph.MB))
		self.assertEqual(graph.check_upload("audio/ogg", 16 * graph.MB + 1).code, 100)
		self.assertIsNone(graph.check_upload("application/pdf", 100 * graph.MB))
		self.assertEqual(graph.check_upload("text/html", 10).code, 100)
		self.assertEqual(graph.check_upload("image/png", 0).code, 100)


class TestTemplates(GraphCase):
	def use(self, body=("GRV-1", "पीएचई"), header=True, **rest):
		components = [{"type": "body", "parameters": [{"type": "text", "text": t} for t in body]}]
		if header:
			image = {"type": "image", "image": {"id": "77"}}
			components.append({"type": "header", "parameters": [image]})
		given = {"name": "case_resolved", "language": {"code": "hi"}, "components": components, **rest}
		return message("template", template=given)

	def test_use(self):
		self.taken(self.use())
		self.refused(self.use(name="unknown"), 132001)
		self.refused(self.use(language={"code": "en"}), 132001)
		self.refused(self.use(body=["GRV-1"]), 132000)
		self.refused(self.use(body=["1", "2", "3"]), 132000)
		self.refused(self.use(header=False), 132012)
		for bad in ("a\nb", "a\tb", "a     b"):
			self.refused(self.use(body=[bad, "x"]), 132018)
		self.taken(self.use(body=["a    b", "x"]))

	def test_only_approved_ones(self):
		for status, code in (
			("PENDING", 132001),
			("REJECTED", 132001),
			("PAUSED", 132015),
			("DISABLED", 132016),
		):
			TEMPLATE["status"] = status
			self.addCleanup(TEMPLATE.update, status="APPROVED")
			self.refused(self.use(), code)

	def test_create(self):
		body = {"type": "BODY", "text": "शिकायत {{1}} दर्ज हुई।", "example": {"body_text": [["GRV-1"]]}}
		good = {"name": "case_registered", "language": "hi", "category": "UTILITY", "components": [body]}
		self.assertIsNone(graph.check_template(good))
		bad = [
			{"name": "Case Registered"},
			{"language": "Hindi"},
			{"category": "SERVICE"},
			{"components": []},
			{"components": [{**body, "text": "{{1}} दर्ज हुई।"}]},
			{"components": [{**body, "text": "शिकायत {{2}} दर्ज हुई।"}]},
			{"components": [{**body, "text": "क" * 1025}]},
			{"components": [{"type": "BODY", "text": body["text"]}]},
			{"components": [body, {"type": "FOOTER", "text": "क" * 61}]},
			{"parameter_format": "NAMED"},
			{"components": [{**body, "text": "शिकायत {{number}} दर्ज हुई।"}]},
			{"components": [{**body, "text": "शिकायत {{1}}, विभाग {{2}} को।"}]},
			{"components": [{**body, "example": {"body_text": ["GRV-1"]}}]},
			{"components": [body, {"type": "HEADER", "format": "TEXT", "text": "{{1}}"}]},
		]
		for change in bad:
			self.assertEqual(graph.check_template({**good, **change}).code, 100, change)

	def test_create_with_names(self):
		examples = [{"param_name": "number", "example": "GRV-1"}]
		body = {
			"type": "BODY",
			"text": "शिकायत {{number}} दर्ज हुई।",
			"example": {"body_text_named_params": examples},
		}
		good = {"name": "a", "language": "hi", "category": "UTILITY", "parameter_format": "NAMED"}
		self.assertIsNone(graph.check_template({**good, "components": [body]}))
		for change in (
			{"text": "शिकायत {{1}} दर्ज हुई।"},
			{"text": "शिकायत {{number}}, {{name}} जी।"},
			{"example": {"body_text_named_params": []}},
		):
			self.assertEqual(graph.check_template({**good, "components": [{**body, **change}]}).code, 100)


class TestErrors(unittest.TestCase):
	def test_body_of_an_answer(self):
		body = graph.unknown_object("1", "POST").body("trace")["error"]
		self.assertEqual((body["code"], body["error_subcode"], body["fbtrace_id"]), (100, 33, "trace"))
		body = graph.outside_window().body("trace")["error"]
		self.assertEqual(body["message"], "(#131047) Re-engagement message")
		self.assertEqual(body["type"], "OAuthException")
		self.assertEqual(body["error_data"]["messaging_product"], "whatsapp")
		self.assertNotIn("error_subcode", body)

	def test_http_status(self):
		for code, status in (
			(190, 401),
			(100, 400),
			(130429, 429),
			(131056, 429),
			(132001, 404),
			(131000, 500),
		):
			self.assertEqual(graph.GraphError(code, "").status(), status)
		self.assertEqual(graph.GraphError(131000, "", http_status=503).status(), 503)
