import base64
import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import requests
from PIL import Image

from grievance_cell.emulator import __main__ as command
from grievance_cell.emulator.network import Network
from grievance_cell.emulator.server import Server, listen
from grievance_cell.emulator.test_webhooks import FakeWebhook
from grievance_cell.emulator.webhooks import Channel

CITIZEN = "919876500001"
NUMBER, ACCOUNT = "100000000000001", "200000000000001"
TEXT = {"type": "text", "text": {"body": "नाली जाम है"}}


def picture() -> bytes:
	file = io.BytesIO()
	Image.new("RGB", (4, 4), "red").save(file, "JPEG")
	return file.getvalue()


class ServerCase(unittest.TestCase):
	def setUp(self):
		self.webhook = FakeWebhook()
		self.addCleanup(self.webhook.close)
		self.network = Network(Channel(), self.webhook.url)
		self.server = Server(self.network)
		self.server.__enter__()
		self.addCleanup(self.server.__exit__)

	def get(self, path, **rest):
		return requests.get(f"{self.server.url}{path}", timeout=10, **rest)

	def post(self, path, body=None, **rest):
		return requests.post(f"{self.server.url}{path}", json=body, timeout=10, **rest)

	def graph(self, method, path, token="demo-access-token", **rest):
		headers = {"Authorization": f"Bearer {token}"}
		address = f"{self.server.url}/v25.0/{path}"
		return requests.request(method, address, headers=headers, timeout=10, **rest)

	def send(self, to=CITIZEN, **rest):
		body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "नमस्ते"}, **rest}
		return self.graph("POST", f"{NUMBER}/messages", json=body)

	def say(self, message=None, citizen=CITIZEN):
		answer = self.post(f"/citizens/{citizen}/messages", message or TEXT)
		self.assertEqual(answer.status_code, 200, answer.text)
		return answer.json()["id"]

	def thread(self, citizen=CITIZEN):
		return self.get(f"/citizens/{citizen}/messages").json()

	def settle(self):
		self.assertTrue(self.network.dispatcher.wait_until_idle(15))

	def statuses(self):
		self.settle()
		return self.webhook.values("statuses")

	def refused(self, answer, status, code):
		self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (status, code), answer.text)


class TestCitizen(ServerCase):
	def test_a_message_goes_out_signed_and_shows_in_the_thread(self):
		self.post(f"/citizens/{CITIZEN}/profile", {"name": "सुनीता साहू"})
		message_id = self.say()
		self.settle()
		value = self.webhook.bodies()[0]["entry"][0]["changes"][0]["value"]
		self.assertEqual(value["contacts"][0]["profile"]["name"], "सुनीता साहू")
		self.assertEqual(value["contacts"][0]["wa_id"], CITIZEN)
		(message,) = value["messages"]
		self.assertEqual(
			(message["id"], message["from"], message["text"]), (message_id, CITIZEN, TEXT["text"])
		)
		(entry,) = self.thread()
		self.assertEqual(
			entry,
			{
				"id": message_id,
				"direction": "in",
				"state": "delivered",
				"timestamp": message["timestamp"],
				"message": message,
			},
		)

	def test_a_reply_names_whom_it_answers(self):
		button = {"type": "button_reply", "button_reply": {"id": "1", "title": "हाँ"}}
		self.say({"type": "interactive", "context": {"id": "wamid.1"}, "interactive": button})
		self.settle()
		self.assertEqual(
			self.webhook.values("messages")[0]["context"], {"from": "910000001634", "id": "wamid.1"}
		)

	def test_a_forwarded_message_answers_nothing(self):
		self.say({**TEXT, "context": {"forwarded": True}})
		self.settle()
		self.assertEqual(self.webhook.values("messages")[0]["context"], {"forwarded": True})

	def test_export(self):
		self.say()
		self.send(text={"body": "कहाँ?\n(पता लिखें)"})
		answer = self.get(f"/citizens/{CITIZEN}/export")
		self.assertEqual(answer.text, "> नाली जाम है\n< कहाँ?\n  \\(पता लिखें)\n")
		self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
		self.assertIn(f"{CITIZEN}.txt", answer.headers["Content-Disposition"])

	def test_numbers(self):
		self.say(citizen="+919876500001")
		self.assertEqual(len(self.thread()), 1)
		for bad in ("12", "abc", "0919876500001", "9198765000011234567"):
			answer = self.post(f"/citizens/{bad}/messages", TEXT)
			self.assertEqual(answer.status_code, 400)
			self.assertIn("not a phone number", answer.json()["error"])

	def test_bad_bodies(self):
		for data in (b"", b"{", b"[]", b"\xff", b"{}", b'{"type": 5}', b"[" * 100000):
			answer = requests.post(f"{self.server.url}/citizens/{CITIZEN}/messages", data=data, timeout=10)
			self.assertEqual(answer.status_code, 400, data[:20])
			self.assertIn("error", answer.json())
		self.assertEqual(self.get("/nowhere").status_code, 404)
		self.assertEqual(self.get("/reset").status_code, 405)

	def test_media(self):
		data = picture()
		files = {"file": ("नाली.bin", data, "application/octet-stream")}
		media_id = self.post(f"/citizens/{CITIZEN}/media", files=files).json()["id"]
		self.say({"type": "image", "image": {"id": media_id, "caption": "फ़ोटो"}})
		self.settle()
		digest = hashlib.sha256(data)
		self.assertEqual(
			self.webhook.values("messages")[0]["image"],
			{
				"id": media_id,
				"mime_type": "image/jpeg",
				"sha256": base64.b64encode(digest.digest()).decode(),
				"caption": "फ़ोटो",
			},
		)
		about = self.graph("GET", media_id).json()
		self.assertEqual((about["mime_type"], about["file_size"]), ("image/jpeg", len(data)))
		self.assertEqual(about["sha256"], digest.hexdigest())
		headers = {"Authorization": "Bearer demo-access-token"}
		self.assertEqual(requests.get(about["url"], headers=headers, timeout=10).content, data)
		self.assertEqual(requests.get(about["url"], timeout=10).status_code, 401)
		self.post("/clock", {"advance": 301})
		self.assertEqual(requests.get(about["url"], headers=headers, timeout=10).status_code, 404)
		self.assertEqual(self.get(f"/media/{media_id}").content, data)
		self.post("/clock", {"advance": 7 * 86400})
		self.refused(self.graph("GET", media_id), 400, 100)
		self.assertEqual(self.post(f"/citizens/{CITIZEN}/media").status_code, 400)

	def test_a_page_that_was_uploaded_is_never_shown_as_one(self):
		files = {"file": ("a.html", b"<script>alert(1)</script>", "text/html")}
		media_id = self.post(f"/citizens/{CITIZEN}/media", files=files).json()["id"]
		answer = self.get(f"/media/{media_id}")
		self.assertIn("attachment", answer.headers["Content-Disposition"])
		self.assertEqual(answer.headers["Content-Security-Policy"], "sandbox")

	def test_only_this_machine_may_ask(self):
		for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
			self.assertEqual(self.post("/reset", {}, headers=headers).status_code, 403)
		for headers in ({"Host": "grievance.localhost:8010"}, {"Origin": "http://127.0.0.1:8000"}):
			self.assertEqual(self.post("/reset", {}, headers=headers).status_code, 200)

	def test_events(self):
		self.say()
		with self.get(f"/citizens/{CITIZEN}/events", stream=True) as stream:
			lines = stream.iter_lines(decode_unicode=True)
			change = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
			self.assertEqual(change["entries"][0]["direction"], "in")
			self.send()
			seen = []
			while not any(entry["direction"] == "out" for entry in seen):
				seen += json.loads(next(line for line in lines if line.startswith("data:"))[5:])["entries"]

	def test_the_screen(self):
		page = self.get("/")
		self.assertIn("text/html", page.headers["Content-Type"])
		for name in ("phone.js", "phone.css", "words.js", "messages.js", "samples.js"):
			self.assertEqual(self.get(f"/phone/{name}").status_code, 200)
		for name in ("../server.py", "%2e%2e/server.py", "nothing.js"):
			self.assertEqual(self.get(f"/phone/{name}").status_code, 404)

	def test_verify(self):
		self.assertTrue(self.post("/verify").json()["verified"])
		self.webhook.verify_token = "another"
		self.assertEqual(self.post("/verify").json()["status"], 403)


class TestIdentity(ServerCase):
	OTHER = "919876500009"

	def change(self, status=200, **what):
		answer = self.post(f"/citizens/{CITIZEN}/profile", what)
		self.assertEqual(answer.status_code, status, answer.text)
		return answer.json()

	def changes(self):
		self.settle()
		return [body["entry"][0]["changes"][0] for body in self.webhook.bodies()]

	def test_a_new_number_brings_a_new_id(self):
		old = self.change(name="सुनीता")
		self.say()
		new = self.change(new_number=f"+{self.OTHER}")
		self.assertEqual((new["wa_id"], new["name"]), (self.OTHER, "सुनीता"))
		self.assertNotEqual(new["user_id"], old["user_id"])
		_text, told, updated = self.changes()
		(message,) = told["value"]["messages"]
		self.assertEqual((told["field"], message["type"], message["from"]), ("messages", "system", CITIZEN))
		self.assertNotIn("contacts", told["value"])
		self.assertEqual(
			message["system"],
			{
				"body": f"User सुनीता changed from {CITIZEN} to {self.OTHER}",
				"wa_id": self.OTHER,
				"user_id": new["user_id"],
				"previous_user_id": old["user_id"],
				"type": "user_changed_number",
			},
		)
		self.assertEqual(updated["field"], "user_id_update")
		(update,) = updated["value"]["user_id_update"]
		self.assertEqual(update["user_id"], {"previous": old["user_id"], "current": new["user_id"]})
		self.assertEqual(update["wa_id"], self.OTHER)
		# the thread has moved along, and the old id reaches nobody
		self.assertEqual([e["message"]["type"] for e in self.thread(self.OTHER)], ["text", "system"])
		self.assertEqual(self.thread(), [])
		body = {"messaging_product": "whatsapp", "text": {"body": "x"}}
		answer = self.graph("POST", f"{NUMBER}/messages", json={**body, "recipient": old["user_id"]})
		self.refused(answer, 400, 131026)
		answer = self.graph("POST", f"{NUMBER}/messages", json={**body, "recipient": new["user_id"]})
		self.assertEqual(answer.status_code, 200)
		self.assertEqual(len(self.thread(self.OTHER)), 3)

	def test_a_new_id_of_a_hidden_number(self):
		old = self.change(hide_number=True)
		new = self.change(new_user_id="IN.12345678901234567890")
		self.assertEqual(new["user_id"], "IN.12345678901234567890")
		told, updated = self.changes()
		(message,) = told["value"]["messages"]
		self.assertNotIn("from", message)
		self.assertEqual(message["from_user_id"], old["user_id"])
		self.assertEqual(message["system"]["type"], "user_changed_user_id")
		self.assertEqual(message["system"]["previous_user_id"], old["user_id"])
		self.assertNotIn(CITIZEN, json.dumps([told, updated]))
		# WhatsApp's own notice is no message of the citizen's: the window stays closed
		self.assertFalse(self.get("/citizens").json()[0]["window_open"])

	def test_ids_of_others_and_bad_ones(self):
		other = self.post(f"/citizens/{self.OTHER}/profile", {}).json()
		self.change(409, new_number=self.OTHER)
		self.change(409, new_user_id=other["user_id"])
		for bad in ({"new_number": "12"}, {"new_user_id": "12"}, {"new_user_id": 12}, {"new_number": [1]}):
			self.change(400, **bad)
		self.assertEqual(self.changes(), [])


class TestGraph(ServerCase):
	def test_sending_tells_statuses(self):
		self.say()
		answer = self.send(biz_opaque_callback_data="MSG-1")
		self.assertEqual(answer.status_code, 200)
		body = answer.json()
		self.assertEqual(body["contacts"], [{"input": CITIZEN, "wa_id": CITIZEN}])
		message_id = body["messages"][0]["id"]
		self.assertEqual([s["status"] for s in self.statuses()], ["sent", "delivered"])
		self.assertEqual(self.thread()[1]["state"], "delivered")
		self.assertEqual(self.post(f"/citizens/{CITIZEN}/read").json(), {"read": [message_id]})
		self.assertEqual(self.post(f"/citizens/{CITIZEN}/read").json(), {"read": []})
		self.assertEqual(self.thread()[1]["state"], "read")
		for status in self.statuses():
			self.assertEqual((status["id"], status["recipient_id"]), (message_id, CITIZEN))
			self.assertEqual(status["biz_opaque_callback_data"], "MSG-1")
			self.assertTrue(status["timestamp"].isdigit())
		for body in self.webhook.bodies()[1:]:
			(contact,) = body["entry"][0]["changes"][0]["value"]["contacts"]
			self.assertEqual(contact["wa_id"], CITIZEN)
		out = self.thread()[1]
		self.assertEqual((out["direction"], out["message"]["text"]["body"]), ("out", "नमस्ते"))

	def test_token_and_object(self):
		self.refused(self.graph("POST", f"{NUMBER}/messages", token="wrong", json={}), 401, 190)
		self.refused(self.post(f"/v25.0/{NUMBER}/messages", {}), 401, 190)
		self.refused(self.graph("GET", NUMBER, token="हिंदी".encode().decode("latin-1")), 401, 190)
		answer = self.graph("POST", "999/messages", json={})
		self.refused(answer, 400, 100)
		self.assertEqual(answer.json()["error"]["error_subcode"], 33)
		self.refused(self.graph("GET", "1/2/3"), 400, 100)
		self.refused(self.graph("POST", f"{NUMBER}/messages", data=b"{"), 400, 100)

	def test_checks_are_in_force(self):
		self.say()
		self.refused(self.send(text={"body": "क" * 4097}), 400, 100)
		self.assertEqual(len(self.thread()), 1)
		self.refused(self.send(to="910000001634"), 400, 131021)

	def test_outside_the_window(self):
		self.assertEqual(self.send(biz_opaque_callback_data="MSG-2").status_code, 200)
		(status,) = self.statuses()
		self.assertEqual((status["status"], status["errors"][0]["code"]), ("failed", 131047))
		self.assertEqual(status["biz_opaque_callback_data"], "MSG-2")
		self.assertNotIn("recipient_user_id", status)
		self.assertNotIn("contacts", self.webhook.bodies()[0]["entry"][0]["changes"][0]["value"])
		self.assertEqual(self.thread()[0]["errors"][0]["code"], 131047)
		self.say()
		self.send()
		self.post("/clock", {"advance": 86401})
		self.send()
		self.settle()
		self.assertEqual([e["state"] for e in self.thread()], ["failed", "delivered", "delivered", "failed"])
		self.post("/faults", {"reject_outside_window": True})
		self.refused(self.send(), 400, 131047)

	def test_by_business_scoped_id(self):
		self.post(f"/citizens/{CITIZEN}/profile", {"hide_number": True})
		self.say()
		self.settle()
		message = self.webhook.values("messages")[0]
		body = {"messaging_product": "whatsapp", "recipient": message["from_user_id"], "text": {"body": "x"}}
		answer = self.graph("POST", f"{NUMBER}/messages", json=body)
		self.assertEqual(answer.json()["contacts"][0]["user_id"], message["from_user_id"])
		self.assertEqual(self.thread()[1]["state"], "delivered")
		for status in self.statuses():
			self.assertEqual(status["recipient_user_id"], message["from_user_id"])
			self.assertNotIn("recipient_id", status)

	def test_read_receipt_and_typing(self):
		message_id = self.say()
		body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
		typing = {**body, "typing_indicator": {"type": "text"}}
		self.assertEqual(self.graph("POST", f"{NUMBER}/messages", json=typing).json(), {"success": True})
		self.assertTrue(self.thread()[0]["seen"])
		self.assertTrue(self.network.store.changes(CITIZEN, "", -1, 0)["typing"])
		unknown = {**body, "message_id": "wamid.unknown"}
		self.refused(self.graph("POST", f"{NUMBER}/messages", json=unknown), 400, 131009)

	def test_upload(self):
		data = picture()
		files = {"file": ("a.jpg", data, "image/jpeg")}
		form = {"messaging_product": "whatsapp", "type": "image/jpeg"}
		media_id = self.graph("POST", f"{NUMBER}/media", files=files, data=form).json()["id"]
		self.say()
		image = {"type": "image", "image": {"id": media_id}}
		self.assertEqual(self.send(**image).status_code, 200)
		self.refused(self.graph("POST", f"{NUMBER}/media", files=files), 400, 100)
		self.refused(self.graph("POST", f"{NUMBER}/media", data=form), 400, 100)
		form["type"] = "text/html"
		self.refused(self.graph("POST", f"{NUMBER}/media", files=files, data=form), 400, 100)
		self.assertEqual(self.graph("DELETE", media_id).json(), {"success": True})
		self.refused(self.send(**image), 400, 131009)

	def test_templates(self):
		body = {"type": "BODY", "text": "शिकायत {{1}} दर्ज हुई।", "example": {"body_text": [["GRV-1"]]}}
		template = {"name": "case", "language": "hi", "category": "UTILITY", "components": [body]}
		made = self.graph("POST", f"{ACCOUNT}/message_templates", json=template).json()
		self.assertEqual((made["status"], made["category"]), ("APPROVED", "UTILITY"))
		self.refused(self.graph("POST", f"{ACCOUNT}/message_templates", json=template), 400, 100)
		use = {"name": "case", "language": {"code": "hi"}}
		parameters = [{"type": "text", "text": "GRV-1"}]
		use["components"] = [{"type": "body", "parameters": parameters}]
		# a template needs no open window
		self.assertEqual(self.send(type="template", template=use).status_code, 200)
		self.assertEqual(self.thread()[0]["state"], "delivered")
		self.refused(self.send(type="template", template={**use, "components": []}), 400, 132000)
		self.refused(self.send(type="template", template={**use, "name": "other"}), 404, 132001)

	def test_listing_templates(self):
		for number in range(5):
			text = {"type": "BODY", "text": f"सूचना {number}"}
			template = {"name": f"n{number}", "language": "hi", "category": "UTILITY", "components": [text]}
			self.graph("POST", f"{ACCOUNT}/message_templates", json=template)
		found = self.graph("GET", f"{ACCOUNT}/message_templates", params={"name": "n3"}).json()["data"]
		self.assertEqual([t["name"] for t in found], ["n3"])
		page = self.graph("GET", f"{ACCOUNT}/message_templates", params={"limit": 3}).json()
		headers = {"Authorization": "Bearer demo-access-token"}
		rest = requests.get(page["paging"]["next"], headers=headers, timeout=10).json()
		self.assertEqual([t["name"] for t in page["data"] + rest["data"]], [f"n{n}" for n in range(5)])
		self.assertNotIn("next", rest["paging"])

	def test_template_review(self):
		self.post("/faults", {"review_templates": True})
		text = {"type": "BODY", "text": "सूचना"}
		template = {"name": "n", "language": "hi", "category": "UTILITY", "components": [text]}
		made = self.graph("POST", f"{ACCOUNT}/message_templates", json=template).json()
		self.assertEqual(made["status"], "PENDING")
		use = {"name": "n", "language": {"code": "hi"}}
		self.refused(self.send(type="template", template=use), 404, 132001)
		self.post(f"/templates/{made['id']}", {"status": "APPROVED"})
		self.assertEqual(self.send(type="template", template=use).status_code, 200)
		self.settle()
		change = self.webhook.bodies()[0]["entry"][0]["changes"][0]
		self.assertEqual(change["field"], "message_template_status_update")
		self.assertEqual(
			(change["value"]["event"], change["value"]["message_template_name"]), ("APPROVED", "n")
		)

	def test_a_template_is_edited_and_reviewed_anew(self):
		text = {"type": "BODY", "text": "सूचना"}
		template = {"name": "n", "language": "hi", "category": "UTILITY", "components": [text]}
		made = self.graph("POST", f"{ACCOUNT}/message_templates", json=template).json()
		self.post("/faults", {"review_templates": True})
		components = [{"type": "BODY", "text": "नई सूचना"}]
		answer = self.graph("POST", made["id"], json={"components": components})
		self.assertEqual((answer.status_code, answer.json()["success"]), (200, True))
		now = self.graph("GET", made["id"]).json()
		self.assertEqual((now["status"], now["components"], now["name"]), ("PENDING", components, "n"))
		self.refused(self.graph("POST", made["id"], json={"components": []}), 400, 100)
		self.refused(self.graph("POST", made["id"], json={}), 400, 100)
		self.refused(self.graph("POST", "999", json={"components": components}), 400, 100)

	def test_a_template_is_deleted_in_one_language(self):
		text = {"type": "BODY", "text": "सूचना"}
		ids = {}
		for language in ("hi", "en"):
			template = {"name": "n", "language": language, "category": "UTILITY", "components": [text]}
			made = self.graph("POST", f"{ACCOUNT}/message_templates", json=template)
			ids[language] = made.json()["id"]
		address = f"{ACCOUNT}/message_templates"
		self.graph("DELETE", address, params={"name": "n", "hsm_id": ids["hi"]})
		left = self.graph("GET", address, params={"status": "APPROVED,PENDING"}).json()["data"]
		self.assertEqual([t["language"] for t in left], ["en"])
		self.assertEqual(self.graph("DELETE", address, params={"name": "n"}).status_code, 200)
		self.refused(self.graph("DELETE", address, params={"name": "n"}), 400, 100)

	def test_about_the_number_and_subscription(self):
		about = self.graph("GET", NUMBER).json()
		self.assertEqual((about["display_phone_number"], about["quality_rating"]), ("910000001634", "GREEN"))
		self.assertEqual(len(self.graph("GET", f"{ACCOUNT}/subscribed_apps").json()["data"]), 1)
		self.graph("DELETE", f"{ACCOUNT}/subscribed_apps")
		self.assertEqual(self.graph("GET", f"{ACCOUNT}/subscribed_apps").json()["data"], [])
		self.assertEqual(self.graph("POST", f"{ACCOUNT}/subscribed_apps").json(), {"success": True})


class TestFaultsAndClock(ServerCase):
	def test_error(self):
		self.say()
		self.post("/faults", {"error": {"code": 130429, "times": 2}})
		self.refused(self.send(), 429, 130429)
		self.refused(self.send(), 429, 130429)
		self.assertEqual(self.send().status_code, 200)
		self.post("/faults", {"error": {"code": 131026, "as_status": True}})
		self.assertEqual(self.send().status_code, 200)
		self.assertEqual(self.statuses()[-1]["errors"][0]["code"], 131026)

	def test_slow(self):
		self.post("/faults", {"slow": 0.3})
		started = time.monotonic()
		self.graph("GET", NUMBER)
		self.assertGreater(time.monotonic() - started, 0.29)

	def test_rates(self):
		self.say()
		self.post("/faults", {"rates": True})
		answers = [self.send() for _ in range(46)]
		self.assertEqual({a.status_code for a in answers[:45]}, {200})
		self.refused(answers[45], 429, 131056)
		self.post("/clock", {"advance": 6})
		self.assertEqual(self.send().status_code, 200)

	def test_unknown_fault(self):
		answer = self.post("/faults", {"explode": True})
		self.assertEqual(answer.status_code, 400)
		self.assertIn("duplicate", answer.json()["error"])

	def test_clock_moves_message_times(self):
		self.say()
		self.assertGreaterEqual(self.post("/clock", {"advance": 3600}).json()["offset"], 3600)
		self.say()
		first, second = (int(entry["timestamp"]) for entry in self.thread())
		self.assertGreaterEqual(second - first, 3600)
		for bad in ({}, {"advance": -1}, {"advance": "x"}, {"advance": True}):
			self.assertEqual(self.post("/clock", bad).status_code, 400)

	def test_reset(self):
		self.webhook.answers = [500]
		self.say()
		self.post("/faults", {"duplicate": 1})
		self.post("/clock", {"advance": 3600})
		time.sleep(0.2)
		self.assertEqual(self.post("/reset").json(), {"success": True})
		self.assertEqual(self.thread(), [])
		self.assertEqual(self.get("/citizens").json(), [])
		self.assertEqual(self.get("/faults").json()["duplicate"], 0)
		self.assertEqual(self.get("/clock").json()["offset"], 0)
		time.sleep(0.6)
		self.assertEqual(len(self.webhook.got), 1)


class TestCommand(unittest.TestCase):
	def run_command(self, *arguments):
		root = Path(command.__file__).parents[2]
		environment = {**os.environ, "PYTHONPATH": str(root)}
		module = [sys.executable, "-m", "grievance_cell.emulator"]
		return subprocess.run(
			[*module, *arguments], capture_output=True, text=True, timeout=20, env=environment, cwd=root
		)

	def refused(self, word, *arguments):
		result = self.run_command(*arguments)
		self.assertEqual(result.returncode, 2, result.stderr)
		lines = result.stderr.strip().splitlines()
		self.assertEqual(len(lines), 1, result.stderr)
		self.assertIn(word, lines[0])

	def test_binds_to_the_loopback_only(self):
		for host in ("0.0.0.0", "192.168.1.5", "::", "example.com", "localhost.example.com"):
			self.refused("not a loopback address", "--host", host)
			with self.assertRaises(ValueError):
				listen(host, 0)
		self.refused("not on the loopback", "--webhook", "http://10.0.0.1/hook")
		self.refused("not on the loopback", "--webhook", "file:///tmp/x")

	def test_port_taken(self):
		with socket.create_server(("127.0.0.1", 0)) as taken:
			self.refused("already taken", "--port", str(taken.getsockname()[1]))

	def test_ports_come_from_the_bench(self):
		with tempfile.TemporaryDirectory() as folder:
			self.refused("cannot read", "--sites", folder)
			config = {"grievance_emulator_port": 8123, "webserver_port": 8456}
			Path(folder, "common_site_config.json").write_text(json.dumps(config))
			options = command.parse(["--sites", folder])
			self.assertEqual(options.port, 8123)
			self.assertEqual(
				options.webhook,
				"http://127.0.0.1:8456/api/method/grievance_cell.api.whatsapp.webhook",
			)
			self.assertEqual(command.parse(["--sites", folder, "--port", "9"]).port, 9)

	def test_needs_no_frappe(self):
		program = "import grievance_cell.emulator.__main__, sys; sys.exit('frappe' in sys.modules)"
		root = Path(command.__file__).parents[2]
		environment = {**os.environ, "PYTHONPATH": str(root)}
		self.assertEqual(subprocess.run([sys.executable, "-c", program], env=environment).returncode, 0)
