import io
import json
import random
import traceback
import unicodedata
import unittest
from unittest.mock import patch

import requests

from grievance_cell.conversations.model import Choice, Pin, Reply
from grievance_cell.messaging.providers import whatsapp_cloud
from grievance_cell.messaging.providers.whatsapp_cloud import (
	ProviderError,
	WhatsAppCloud,
	clusters,
	compose,
	compose_file,
	read_error,
	shorten,
)

HINDI = "जाँजगीर-चाम्पा ज़िले के क्षेत्र में नाली की सफ़ाई और स्ट्रीट लाइट की मरम्मत "


def answer(status: int, body=None, text: str = "") -> requests.Response:
	made = requests.Response()
	made.status_code = status
	made.raw = io.BytesIO(json.dumps(body).encode() if body is not None else text.encode())
	return made


def error_body(code: int, **more) -> dict:
	return {"error": {"code": code, "message": f"(#{code}) refused", **more}}


class TestShorten(unittest.TestCase):
	def test_what_fits_stays(self):
		self.assertEqual(shorten("नाली", 4), "नाली")

	def test_no_letter_loses_a_sign_or_half_a_conjunct(self):
		text = HINDI + "ਸ੍ਰੀ ਅੰਮ੍ਰਿਤਸਰ " + "क्‍ष त्र्य"
		whole = clusters(text)
		beginnings = {"".join(whole[:count]).rstrip() for count in range(len(whole) + 1)}
		for length in range(1, len(text)):
			cut = shorten(text, length)
			with self.subTest(length):
				self.assertLessEqual(len(cut), length)
				self.assertTrue(cut.endswith("…"))
				self.assertIn(cut[:-1], beginnings)

	def test_a_cluster_begins_with_a_letter(self):
		for cluster in clusters(HINDI):
			self.assertNotIn(unicodedata.category(cluster[0]), ("Mn", "Mc"))
		self.assertIn("क्षे", clusters(HINDI))
		self.assertIn("स्ट्री", clusters(HINDI))


class TestCompose(unittest.TestCase):
	def check(self, body: dict) -> None:
		"""Assert Meta's limits, as documented."""
		if body["type"] == "text":
			self.assertTrue(0 < len(body["text"]["body"]) <= 4096)
			return
		interactive = body["interactive"]
		self.assertTrue(0 < len(interactive["body"]["text"]) <= 1024)
		action = interactive["action"]
		if interactive["type"] == "button":
			replies = [button["reply"] for button in action["buttons"]]
			self.assertTrue(1 <= len(replies) <= 3)
			self.assertEqual(len({reply["title"] for reply in replies}), len(replies))
			self.assertTrue(
				all(0 < len(reply["title"]) <= 20 and len(reply["id"]) <= 256 for reply in replies)
			)
		elif interactive["type"] == "list":
			rows = [row for section in action["sections"] for row in section["rows"]]
			self.assertTrue(1 <= len(rows) <= 10)
			self.assertTrue(0 < len(action["button"]) <= 20)
			self.assertEqual(len({row["id"] for row in rows}), len(rows))
			for row in rows:
				self.assertTrue(0 < len(row["title"]) <= 24 and len(row["id"]) <= 200)
				self.assertTrue(len(row.get("description", "x")) <= 72 and row.get("description", "x"))
		else:
			self.assertEqual(interactive["type"], "location_request_message")
			self.assertEqual(action, {"name": "send_location"})

	def test_any_reply_stays_within_the_limits(self):
		chance = random.Random(1)
		for _number in range(500):
			choices = tuple(
				Choice(
					f"step:{position}:{'x' * chance.randint(0, 180)}",
					chance.choice([HINDI, "Yes", "हाँ"])[: chance.randint(1, 60)].strip() or "x",
					chance.choice(["", "", HINDI * 3]),
				)
				for position in range(chance.randint(0, 14))
			)
			text = (HINDI * 90)[: chance.randint(1, 5000)].strip() or "x"
			reply = Reply(text, choices, asks_location=not choices and chance.random() < 0.3)
			self.check(compose(reply, HINDI))

	def test_few_short_choices_are_buttons(self):
		body = compose(Reply("Sure?", (Choice("y", "Yes"), Choice("n", "No"))), "Choose")
		self.assertEqual(
			[button["reply"] for button in body["interactive"]["action"]["buttons"]],
			[{"id": "y", "title": "Yes"}, {"id": "n", "title": "No"}],
		)

	def test_choices_with_one_title_explanations_or_long_titles_are_a_list(self):
		for choices in (
			(Choice("1", "Ward 5"), Choice("2", "Ward 5")),
			(Choice("1", "Ward 5", "Naila"), Choice("2", "Ward 6", "Naila")),
			(Choice("1", "x" * 21),),
			tuple(Choice(str(number), str(number)) for number in range(4)),
		):
			self.assertEqual(compose(Reply("Which?", choices), "Choose")["interactive"]["type"], "list")

	def test_a_long_label_stands_whole_in_the_description(self):
		label = "Street light does not work at night"
		row = compose(Reply("Which?", (Choice("1", label),)), "Choose")
		row = row["interactive"]["action"]["sections"][0]["rows"][0]
		self.assertEqual((row["title"], row["description"]), ("Street light does not w…", label))

	def test_a_place_goes_out_as_a_location(self):
		body = compose(Reply("GRV-2026-000001", pin=Pin(22.0, 82.5, "GRV-2026-000001", "Ward 5")), "Choose")
		place = {"latitude": 22.0, "longitude": 82.5, "name": "GRV-2026-000001", "address": "Ward 5"}
		self.assertEqual(body, {"type": "location", "location": place})
		bare = compose(Reply("x", pin=Pin(22.0, 82.5)), "Choose")
		self.assertEqual(bare["location"], {"latitude": 22.0, "longitude": 82.5})

	def test_a_sound_has_no_caption(self):
		self.assertEqual(
			compose_file("audio", "1", "Listen", "a.ogg"), {"type": "audio", "audio": {"id": "1"}}
		)

	def test_a_question_for_the_place_asks_for_the_location(self):
		body = compose(Reply("Where?", asks_location=True), "Choose")
		self.assertEqual(body["interactive"]["type"], "location_request_message")


class TestErrors(unittest.TestCase):
	def test_reads_metas_error_object(self):
		error = read_error(answer(400, error_body(131047, error_data={"details": "Re-engagement message"})))
		self.assertEqual((error.code, str(error), error.retryable), (131047, "Re-engagement message", False))
		self.assertEqual(str(read_error(answer(401, error_body(190)))), "(#190) refused")

	def test_tries_again_what_another_try_may_change(self):
		for code, retryable in (
			(130429, True), (131056, True), (131000, True), (131016, True), (80007, True), (4, True), (1, True),
			(131047, False), (131026, False), (131049, False), (190, False), (368, False), (132000, False), (100, False),
		):  # fmt: skip
			with self.subTest(code):
				self.assertEqual(read_error(answer(400, error_body(code))).retryable, retryable)

	def test_an_answer_that_is_no_error_object_is_judged_by_its_status(self):
		for body in (
			{"text": "<html>"},
			{"body": []},
			{"body": {"error": "no"}},
			{"body": {"error": {"code": "x"}}},
		):
			for status, retryable in ((500, True), (503, True), (429, True), (404, False)):
				with self.subTest(body=body, status=status):
					error = read_error(answer(status, **body))
					self.assertEqual((error.code, error.retryable), (0, retryable))

	def test_a_token_that_meta_does_not_know_has_a_code(self):
		self.assertEqual(read_error(answer(401, error_body(0))).code, 190)

	def test_what_is_not_in_the_table_fails_or_is_tried_again_by_its_status(self):
		self.assertEqual(ProviderError(99, "x", False).remedy.kind, "fail")
		self.assertEqual(ProviderError(0, "x", True).remedy.kind, "retry")


class TestRequests(unittest.TestCase):
	TOKEN = "EAAsecret-token"

	def provider(self, token: str | None = None) -> WhatsAppCloud:
		return WhatsAppCloud("http://127.0.0.1:9/", "v25.0", "100", token or self.TOKEN)

	def send(self, response=None, error=None, provider=None):
		asked = {}

		def request(_session, method, url, **options):
			asked.update(method=method, url=url, **options)
			if error:
				raise error
			return response

		with patch.object(requests.Session, "request", request), provider or self.provider() as sender:
			sent = sender.send("919876500001", Reply("Hello"), list_button="Choose", our_id="7")
		return sent, asked

	def test_sends_with_our_name_of_the_message_and_returns_metas(self):
		sent, asked = self.send(answer(200, {"messages": [{"id": "wamid.1"}]}))
		self.assertEqual(sent, "wamid.1")
		self.assertEqual(asked["url"], "http://127.0.0.1:9/v25.0/100/messages")
		self.assertEqual(asked["json"]["biz_opaque_callback_data"], "7")
		self.assertEqual((asked["json"]["to"], asked["json"]["type"]), ("919876500001", "text"))
		self.assertTrue(asked["timeout"])

	def test_a_business_scoped_id_is_a_recipient_and_no_number(self):
		self.assertEqual(whatsapp_cloud.address("919876500001"), {"to": "919876500001"})
		self.assertEqual(whatsapp_cloud.address("IN.1181"), {"recipient": "IN.1181"})

	def test_a_broken_connection_can_be_tried_again(self):
		for error in (requests.ConnectionError("x"), requests.Timeout("x")):
			with self.assertRaises(ProviderError) as caught:
				self.send(error=error)
			self.assertTrue(caught.exception.retryable)

	def test_the_token_is_in_no_error(self):
		shown = []
		for token in (f"{self.TOKEN}\n", f" {self.TOKEN}", f"{self.TOKEN}ह"):
			try:
				with self.provider(token) as sender:
					sender.send("919876500001", Reply("Hello"), list_button="Choose", our_id="7")
			except ProviderError as error:
				shown.append("".join(traceback.format_exception(error)))
		self.assertEqual(len(shown), 3)
		self.assertNotIn(self.TOKEN, "".join(shown))

	def ask(self, method: str, *given, answers: list, **more):
		"""Call a method of the provider with these answers of Meta's; returns its result and what was asked."""
		asked = []

		def request(_session, http_method, url, **options):
			asked.append((http_method, url, json.loads(json.dumps(options, default=str))))
			return answers.pop(0)

		with patch.object(requests.Session, "request", request), self.provider() as sender:
			return getattr(sender, method)(*given, **more), asked

	def test_a_template_is_sent_with_its_values_and_the_ids_of_its_buttons(self):
		sent, ((_method, _url, options),) = self.ask(
			"send_template", "919876500001", "grievance_settled", "hi", ["GRV-1"], ["feedback:GRV-1:yes"], our_id="7",
			answers=[answer(200, {"messages": [{"id": "wamid.1"}]})],
		)  # fmt: skip
		body = options["json"]
		self.assertEqual((sent, body["type"], body["biz_opaque_callback_data"]), ("wamid.1", "template", "7"))
		use = body["template"]
		self.assertEqual((use["name"], use["language"]), ("grievance_settled", {"code": "hi"}))
		values, button = use["components"]
		self.assertEqual(values["parameters"], [{"type": "text", "text": "GRV-1"}])
		self.assertEqual((button["sub_type"], button["index"]), ("quick_reply", "0"))
		self.assertEqual(button["parameters"], [{"type": "payload", "payload": "feedback:GRV-1:yes"}])

	def test_a_file_is_uploaded_and_then_named(self):
		media_id, ((_method, url, options),) = self.ask(
			"upload", b"%PDF", "application/pdf", "paper.pdf", answers=[answer(200, {"id": 42})]
		)
		self.assertEqual((media_id, url), ("42", "http://127.0.0.1:9/v25.0/100/media"))
		self.assertEqual(options["data"], {"messaging_product": "whatsapp", "type": "application/pdf"})
		document = whatsapp_cloud.compose_file("document", "42", HINDI * 40, "paper.pdf")["document"]
		self.assertEqual((document["id"], document["filename"]), ("42", "paper.pdf"))
		self.assertLessEqual(len(document["caption"]), 1024)
		self.assertEqual(
			whatsapp_cloud.compose_file("image", "42", "", "x.png"), {"type": "image", "image": {"id": "42"}}
		)

	def test_all_pages_of_the_templates_are_read(self):
		pages = [
			answer(200, {"data": [{"id": "1"}], "paging": {"next": "http://x", "cursors": {"after": "abc"}}}),
			answer(200, {"data": [{"id": "2"}], "paging": {"cursors": {"after": "def"}}}),
			answer(200, {"data": []}),
		]
		found, asked = self.ask("templates", "200", answers=pages)
		self.assertEqual([each["id"] for each in found], ["1", "2"])
		self.assertEqual(asked[1][2]["params"]["after"], "abc")
		self.assertEqual(len(pages), 1)

	def test_a_template_is_submitted_anew_or_under_its_id(self):
		described = {"name": "x", "language": "hi", "category": "UTILITY", "components": [{"type": "BODY"}]}
		made = {"id": "7", "status": "PENDING", "category": "UTILITY"}
		_answer, ((_method, url, options),) = self.ask(
			"submit_template", "200", None, described, answers=[answer(200, made)]
		)
		self.assertEqual(
			(url, options["json"]), ("http://127.0.0.1:9/v25.0/200/message_templates", described)
		)
		state, ((_method, url, options),) = self.ask(
			"submit_template", "200", "7", described, answers=[answer(200, {"success": True})]
		)
		self.assertEqual(
			(url, options["json"]), ("http://127.0.0.1:9/v25.0/7", {"components": [{"type": "BODY"}]})
		)
		self.assertEqual(state["id"], "7")

	def test_a_download_stops_at_the_limit(self):
		for size, limit in ((100, 100), (101, 100)):
			with patch.object(requests.Session, "request", return_value=answer(200, text="x" * size)):
				with self.provider() as sender:
					if size <= limit:
						self.assertEqual(len(sender.download("http://x", limit)), size)
						continue
					with self.assertRaises(ProviderError) as caught:
						sender.download("http://x", limit)
					self.assertFalse(caught.exception.retryable)

	def test_a_download_that_breaks_off_can_be_tried_again(self):
		broken = answer(200)

		def chunks(_size):
			yield b"x"
			raise requests.exceptions.ChunkedEncodingError("x")

		broken.iter_content = chunks
		with patch.object(requests.Session, "request", return_value=broken), self.provider() as sender:
			with self.assertRaises(ProviderError) as caught:
				sender.download("http://x", 100)
		self.assertTrue(caught.exception.retryable)

	def test_a_file_without_an_address_can_be_asked_for_again(self):
		with patch.object(requests.Session, "request", return_value=answer(200, {"id": "1"})):
			with self.provider() as sender, self.assertRaises(ProviderError) as caught:
				sender.media("1")
		self.assertTrue(caught.exception.retryable)

	def check(self, body):
		"""Ask for the number and for the subscribed apps, and return both with how they were asked."""
		asked = []

		def request(_session, method, url, **options):
			asked.append((method, url, options["timeout"]))
			return answer(200, body) if isinstance(body, dict | list) else answer(200, text=body)

		with patch.object(requests.Session, "request", request), self.provider() as account:
			return account.describe_number(), account.subscribed_apps("200"), asked

	def test_the_number_and_the_subscribed_apps_are_asked_for_with_a_short_timeout(self):
		named = {"whatsapp_business_api_data": {"id": "3", "name": "Cell"}}
		number, apps, asked = self.check({"verified_name": "Janjgir", "data": [named, {}]})
		self.assertEqual(number["verified_name"], "Janjgir")
		self.assertEqual(apps, ["Cell", "?"])
		self.assertEqual(
			[url.split("/v25.0/")[1].split("?")[0] for _, url, _ in asked], ["100", "200/subscribed_apps"]
		)
		self.assertEqual({timeout for _, _, timeout in asked}, {whatsapp_cloud.CHECK_TIMEOUT_SECONDS})
		self.assertEqual(self.check({})[1], [])

	def test_an_answer_that_is_not_metas_is_an_error_and_no_crash(self):
		for body in ("<html>captive portal</html>", [1], "null"):
			with self.subTest(body), self.assertRaises(ProviderError):
				self.check(body)
