import hashlib
import hmac
import json
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from grievance_cell.emulator import webhooks
from grievance_cell.emulator.store import Clock, Faults
from grievance_cell.emulator.webhooks import Channel, Dispatcher


class FakeWebhook:
	"""A webhook on the loopback that keeps what it gets and answers as told (`answers`, then 200)."""

	def __init__(self, verify_token="demo-verify-token"):
		self.got = []
		self.headers = []
		self.times = []
		self.answers = []
		self.verify_token = verify_token
		fake = self

		class Handler(BaseHTTPRequestHandler):
			def log_message(self, *_arguments):
				pass

			def do_GET(self):
				right = f"hub.verify_token={fake.verify_token}" in self.path
				challenge = self.path.split("hub.challenge=")[1].split("&")[0]
				self.send_response(200 if right else 403)
				self.end_headers()
				self.wfile.write(challenge.encode() if right else b"no")

			def do_POST(self):
				raw = self.rfile.read(int(self.headers["Content-Length"]))
				fake.got.append(raw)
				fake.headers.append(dict(self.headers))
				fake.times.append(time.monotonic())
				self.send_response(fake.answers.pop(0) if fake.answers else 200)
				self.send_header("Content-Length", "0")
				self.end_headers()

		self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"
		threading.Thread(
			target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
		).start()

	def bodies(self):
		return [json.loads(raw) for raw in self.got]

	def values(self, name):
		"""Return all messages or statuses that came, in order."""
		values = [body["entry"][0]["changes"][0]["value"] for body in self.bodies()]
		return [item for value in values for item in value.get(name, [])]

	def close(self):
		self.server.shutdown()
		self.server.server_close()


class TestBody(unittest.TestCase):
	def test_escapes_as_meta_does(self):
		raw = webhooks.serialise({"text": "नाली/सड़क 👍"})
		self.assertEqual(raw, rb'{"text":"\u0928\u093e\u0932\u0940\/\u0938\u0921\u093c\u0915 \ud83d\udc4d"}')
		self.assertEqual(json.loads(raw), {"text": "नाली/सड़क 👍"})

	def test_signature_is_over_the_raw_bytes(self):
		raw = webhooks.serialise({"text": "नमस्ते"})
		known = hmac.new(b"demo-app-secret", raw, hashlib.sha256).hexdigest()
		self.assertEqual(webhooks.sign(raw, "demo-app-secret"), f"sha256={known}")
		again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
		self.assertNotEqual(webhooks.sign(again, "demo-app-secret"), f"sha256={known}")

	def test_message_body(self):
		contact = {"name": "डेमो", "wa_id": "919876500001", "user_id": "IN.1", "hide_number": False}
		body = webhooks.message_body(Channel(), contact, {"id": "wamid.1"})
		entry = body["entry"][0]
		change = entry["changes"][0]
		self.assertEqual((body["object"], entry["id"]), ("whatsapp_business_account", "200000000000001"))
		self.assertEqual(change["field"], "messages")
		self.assertEqual(
			change["value"],
			{
				"messaging_product": "whatsapp",
				"metadata": {"display_phone_number": "910000001634", "phone_number_id": "100000000000001"},
				"contacts": [{"profile": {"name": "डेमो"}, "wa_id": "919876500001", "user_id": "IN.1"}],
				"messages": [{"id": "wamid.1"}],
			},
		)
		hidden = webhooks.message_body(Channel(), {**contact, "hide_number": True}, {"id": "wamid.1"})
		self.assertNotIn("wa_id", hidden["entry"][0]["changes"][0]["value"]["contacts"][0])


class TestDispatcher(unittest.TestCase):
	def setUp(self):
		self.webhook = FakeWebhook()
		self.addCleanup(self.webhook.close)
		self.clock, self.faults, self.heard = Clock(), Faults(), []
		self.dispatcher = self.make(self.webhook.url)

	def make(self, url):
		dispatcher = Dispatcher(
			url, "demo-app-secret", self.clock, self.faults, lambda *result: self.heard.append(result)
		)
		self.addCleanup(dispatcher.close)
		return dispatcher

	def put(self, number, lane=("message", "1"), **rest):
		self.dispatcher.put(lane, {"n": number}, f"id{number}", **rest)

	def settle(self, timeout=15):
		self.assertTrue(self.dispatcher.wait_until_idle(timeout))

	def numbers(self):
		return [body["n"] for body in self.webhook.bodies()]

	def test_in_order_within_a_lane(self):
		for number in range(30):
			self.put(number)
		self.settle()
		self.assertEqual(self.numbers(), list(range(30)))
		self.assertEqual(self.heard, [(f"id{n}", "delivered", "") for n in range(30)])

	def test_signed(self):
		self.put(1)
		self.settle()
		right = webhooks.sign(self.webhook.got[0], "demo-app-secret")
		self.assertEqual(self.webhook.headers[0]["X-Hub-Signature-256"], right)

	def test_retries_the_same_bytes_with_growing_pauses_and_keeps_order(self):
		self.webhook.answers = [500, 403, 301]
		self.put(1)
		self.put(2)
		self.settle()
		self.assertEqual(self.numbers(), [1, 1, 1, 1, 2])
		self.assertEqual(len(set(self.webhook.got[:4])), 1)
		pauses = [b - a for a, b in zip(self.webhook.times, self.webhook.times[1:3], strict=False)]
		self.assertGreater(pauses[0], 0.45)
		self.assertGreater(pauses[1], 0.9)
		self.assertEqual(self.heard[0], ("id1", "queued", "the webhook answered 500"))
		self.assertEqual(self.heard[-2:], [("id1", "delivered", ""), ("id2", "delivered", "")])

	def test_another_lane_does_not_wait(self):
		self.webhook.answers = [500]
		self.put(1)
		time.sleep(0.1)
		self.put(2, lane=("message", "2"))
		self.settle()
		self.assertEqual(self.numbers(), [1, 2, 1])

	def test_later_ones_are_let_past_in_the_end(self):
		self.addCleanup(setattr, webhooks, "FIRST_PAUSE", webhooks.FIRST_PAUSE)
		webhooks.FIRST_PAUSE = 0.001
		self.webhook.answers = [500] * webhooks.PATIENCE
		self.put(1)
		self.put(2)
		self.settle()
		self.assertEqual(sorted(self.numbers()), [1] * (webhooks.PATIENCE + 1) + [2])
		self.assertEqual(self.numbers()[: webhooks.PATIENCE], [1] * webhooks.PATIENCE)
		self.assertEqual(set(self.heard[-2:]), {("id1", "delivered", ""), ("id2", "delivered", "")})

	def test_given_up_after_seven_days(self):
		self.webhook.answers = [500, 500]
		self.put(1)
		time.sleep(0.2)
		self.clock.advance(webhooks.GIVE_UP)
		self.settle()
		self.assertEqual(self.heard[-1][:2], ("id1", "failed"))

	def test_nobody_listens(self):
		self.webhook.close()
		self.put(1)
		time.sleep(0.3)
		self.assertEqual(self.heard, [("id1", "queued", "connection refused or broken")])
		self.dispatcher.clear()
		self.settle(1)

	def test_clear_forgets_retries(self):
		self.webhook.answers = [500]
		self.put(1)
		time.sleep(0.2)
		self.dispatcher.clear()
		time.sleep(0.6)
		self.assertEqual(self.numbers(), [1])

	def test_duplicate(self):
		self.faults.replace({"duplicate": 2})
		self.put(1)
		self.settle()
		self.assertEqual(self.numbers(), [1, 1, 1])
		self.assertEqual(self.heard, [("id1", "delivered", "")])

	def test_drop(self):
		self.faults.replace({"drop": 1})
		self.put(1)
		self.put(2)
		self.settle()
		self.assertEqual(self.numbers(), [2])
		self.assertEqual(self.heard[0], ("id1", "failed", "dropped by a fault"))

	def test_delay(self):
		self.faults.replace({"delay": 0.4})
		started = time.monotonic()
		self.put(1)
		self.settle()
		self.assertGreater(self.webhook.times[0] - started, 0.39)

	def test_reorder(self):
		self.faults.replace({"reorder": True})
		for number in (1, 2, 3):
			self.put(number)
		self.settle()
		self.assertEqual(self.numbers(), [3, 2, 1])

	def test_verify(self):
		self.assertEqual(
			webhooks.verify(self.webhook.url, "demo-verify-token", "42"),
			{"verified": True, "status": 200, "answer": "42"},
		)
		self.assertFalse(webhooks.verify(self.webhook.url, "wrong", "42")["verified"])
		self.webhook.close()
		self.assertEqual(webhooks.verify(self.webhook.url, "x", "42")["status"], 0)
