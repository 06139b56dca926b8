import hashlib
import hmac
import json
from unittest.mock import patch

import frappe
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from grievance_cell.api import whatsapp
from grievance_cell.messaging import events
from grievance_cell.testing import APP_SECRET, VERIFY_TOKEN, SiteTestCase, digits, make_channel, mobile_no


class WebhookTestCase(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		# The only channels of the site, so that one without a secret refuses and none of the demo's is asked.
		frappe.db.set_value("Chat Channel", {"enabled": 1}, "enabled", 0)
		cls.channel = make_channel()

	def setUp(self):
		super().setUp()
		self.without_commits()
		self.number = mobile_no().lstrip("+")
		self.stored_before = self.highest()
		woken = patch.object(whatsapp, "wake")
		self.wake = woken.start()
		self.addCleanup(woken.stop)

	def highest(self) -> int:
		return frappe.db.sql("select coalesce(max(name), 0) from `tabChat Event`")[0][0]

	def stored(self) -> list:
		return frappe.get_all(
			"Chat Event",
			{"name": (">", self.stored_before)},
			[
				"name",
				"kind",
				"state",
				"error",
				"channel",
				"conversation_key",
				"payload",
				"timestamp",
				"shard",
			],
			order_by="name",
		)

	def request(self, **environ):
		frappe.local.request = Request(EnvironBuilder(path="/", **environ).get_environ())
		frappe.local.form_dict = frappe._dict()
		# None would be a request still, to what asks for one.
		self.addCleanup(lambda: hasattr(frappe.local, "request") and delattr(frappe.local, "request"))

	def post(self, payload, secret: str | None = APP_SECRET, signature: str | None = None):
		body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
		headers = {}
		if signature is None and secret is not None:
			signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
		if signature is not None:
			headers["X-Hub-Signature-256"] = signature
		self.request(method="POST", data=body, headers=headers, content_type="application/json")
		return whatsapp.receive()

	def payload(self, *, account: str | None = None, number: str | None = None, **value) -> dict:
		metadata = {"phone_number_id": number or self.channel.phone_number_id}
		change = {"field": "messages", "value": {"metadata": metadata, **value}}
		return {
			"object": "whatsapp_business_account",
			"entry": [{"id": account or self.channel.business_account_id, "changes": [change]}],
		}

	def message(self, kind: str = "text", body=None, **more) -> dict:
		return {
			"from": self.number,
			"id": f"wamid.{frappe.generate_hash(length=16)}",
			"timestamp": "1795000001",
			"type": kind,
			kind: {"body": "नाली जाम है"} if body is None else body,
			**more,
		}

	def contacts(self) -> list[dict]:
		return [{"wa_id": self.number, "profile": {"name": "गीता"}}]


class TestVerification(WebhookTestCase):
	def get(self, **asked):
		self.request(method="GET", query_string={f"hub.{key}": value for key, value in asked.items()})
		return whatsapp.verify()

	def test_answers_the_challenge_to_who_knows_the_token(self):
		answer = self.get(mode="subscribe", challenge="12345", verify_token=VERIFY_TOKEN)
		self.assertEqual((answer.status_code, answer.get_data()), (200, b"12345"))
		self.assertTrue(answer.content_type.startswith("text/plain"))

	def test_refuses_everybody_else(self):
		for asked in (
			{"mode": "subscribe", "challenge": "1", "verify_token": "wrong"},
			{"mode": "subscribe", "challenge": "1", "verify_token": "ह"},
			{"mode": "subscribe", "challenge": "1"},
			{"mode": "unsubscribe", "challenge": "1", "verify_token": VERIFY_TOKEN},
			{},
		):
			with self.subTest(asked):
				self.assertEqual(self.get(**asked).status_code, 403)

	def test_a_channel_without_a_token_or_switched_off_verifies_nothing(self):
		frappe.db.set_value("Chat Channel", self.channel.name, "enabled", 0)
		make_channel(verify_token=None)
		for token in ("", VERIFY_TOKEN):
			answer = self.get(mode="subscribe", challenge="1", verify_token=token)
			self.assertEqual(answer.status_code, 403)


class TestSignature(WebhookTestCase):
	def test_every_refusal_is_the_same_and_stores_nothing(self):
		payload = self.payload(messages=[self.message()], contacts=self.contacts())
		body = json.dumps(payload).encode()
		good = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
		refused = [
			self.post(payload, secret=None),
			self.post(payload, secret="wrong"),
			self.post(payload, signature=""),
			self.post(payload, signature=good),
			self.post(payload, signature="sha256="),
			self.post(payload, signature="sha1=" + good),
			self.post(payload, signature="sha256=" + good.upper()),
			self.post(payload, signature="sha256=é"),
			self.post(b"not json", secret="wrong"),
			self.post(b"", secret="wrong"),
			self.post(b"[" * 100_000, secret="wrong"),
		]
		frappe.db.set_value("Chat Channel", self.channel.name, "enabled", 0)
		refused.append(self.post(payload))
		self.assertEqual({answer.status_code for answer in refused}, {403})
		self.assertEqual(len({answer.get_data() for answer in refused}), 1)
		self.assertEqual(len({str(answer.headers) for answer in refused}), 1)
		self.assertEqual(self.stored(), [])
		self.wake.assert_not_called()

	def test_without_a_secret_nothing_is_trusted(self):
		frappe.db.set_value("Chat Channel", self.channel.name, "enabled", 0)
		bare = make_channel(app_secret=None)
		payload = self.payload(
			account=bare.business_account_id, number=bare.phone_number_id, messages=[self.message()]
		)
		for secret in ("", APP_SECRET):
			self.assertEqual(self.post(payload, secret=secret).status_code, 403)

	def test_another_channels_secret_does_not_sign_for_this_one(self):
		other = make_channel(app_secret="other-secret")
		self.assertEqual(
			self.post(self.payload(messages=[self.message()]), secret="other-secret").status_code, 403
		)
		# Both are named in one body: only what belongs to the secret is worked on.
		theirs = self.payload(
			account=other.business_account_id, number=other.phone_number_id, messages=[self.message()]
		)
		both = self.payload(messages=[self.message()])
		both["entry"] += theirs["entry"]
		self.assertEqual(self.post(both, secret="other-secret").status_code, 200)
		rows = self.stored()
		self.assertEqual(
			[(row.state, row.channel, row.error) for row in rows],
			[("Failed", None, "foreign channel"), ("Pending", other.name, None)],
		)

	def test_the_signature_is_over_the_raw_bytes(self):
		payload = self.payload(messages=[self.message()], contacts=self.contacts())
		plain = json.dumps(payload, ensure_ascii=False).encode()
		escaped = json.dumps(payload).encode()
		of_escaped = "sha256=" + hmac.new(APP_SECRET.encode(), escaped, hashlib.sha256).hexdigest()
		self.assertEqual(self.post(plain, signature=of_escaped).status_code, 403)
		self.assertEqual(self.post(escaped, signature=of_escaped).status_code, 200)
		self.assertIn("नाली जाम है", self.stored()[0].payload)


class TestReceive(WebhookTestCase):
	def test_stores_a_message_and_wakes_its_shard(self):
		self.assertEqual(
			self.post(self.payload(messages=[self.message()], contacts=self.contacts())).status_code, 200
		)
		(row,) = self.stored()
		self.assertEqual((row.kind, row.state, row.conversation_key), ("Message", "Pending", self.number))
		self.assertEqual(row.shard, events.shard_of(self.number))
		self.assertEqual(json.loads(row.payload)["contact"]["profile"]["name"], "गीता")
		self.wake.assert_called_once_with("inbox", row.shard)

	def test_one_message_costs_at_most_four_statements(self):
		# The first one fills Frappe's caches.
		self.post(self.payload(messages=[self.message()]))
		payload = self.payload(messages=[self.message()], contacts=self.contacts())
		real, asked = frappe.db.sql, []

		def sql(query, *args, **kwargs):
			asked.append(str(query))
			return real(query, *args, **kwargs)

		with patch.object(frappe.db, "sql", sql):
			self.post(payload)
		asked = [query for query in asked if not query.lower().startswith(("savepoint", "commit", "start"))]
		self.assertLessEqual(len(asked), 4, asked)
		self.assertEqual(len(self.stored()), 2)

	def test_a_repeated_webhook_is_stored_once(self):
		payload = self.payload(messages=[self.message()], contacts=self.contacts())
		for _again in range(3):
			self.assertEqual(self.post(payload).status_code, 200)
		self.assertEqual(len(self.stored()), 1)

	def test_ids_that_differ_in_case_are_different_messages(self):
		one = self.message()
		other = {**one, "id": one["id"].swapcase()}
		self.post(self.payload(messages=[one, other], contacts=self.contacts()))
		self.assertEqual(len(self.stored()), 2)

	def test_walks_every_entry_change_and_row(self):
		payload = self.payload(messages=[self.message(), self.message()], contacts=self.contacts())
		payload["entry"][0]["changes"] += self.payload(
			statuses=[{"id": "wamid.x", "status": "sent", "recipient_id": self.number}],
			errors=[{"code": 130429, "title": "Rate limit hit"}],
		)["entry"][0]["changes"]
		payload["entry"] += self.payload(messages=[self.message()])["entry"]
		self.post(payload)
		self.assertEqual(
			[row.kind for row in self.stored()], ["Message", "Message", "Status", "Error", "Message"]
		)

	def test_the_states_of_one_message_are_different_events(self):
		statuses = [
			{"id": "wamid.x", "status": each, "recipient_id": self.number} for each in ("sent", "delivered")
		]
		self.post(self.payload(statuses=statuses))
		self.assertEqual([row.state for row in self.stored()], ["Pending", "Pending"])

	def test_an_error_of_the_provider_is_kept_and_not_worked_on(self):
		self.post(self.payload(errors=[{"code": 131031, "title": "Account locked"}]))
		(row,) = self.stored()
		self.assertEqual((row.kind, row.state, row.error), ("Error", "Failed", "Account locked"))
		self.wake.assert_not_called()

	def test_a_body_larger_than_metas_limit_is_refused_unread(self):
		self.assertEqual(self.post(b"x" * (whatsapp.LARGEST_BODY + 1)).status_code, 413)
		self.assertEqual(self.stored(), [])

	def test_a_body_of_the_largest_size_is_taken(self):
		payload = self.payload(messages=[self.message(body={"body": ""})])
		room = whatsapp.LARGEST_BODY - len(json.dumps(payload).encode())
		payload["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = "x" * room
		self.assertEqual(self.post(payload).status_code, 200)
		self.assertEqual(len(self.stored()), 1)

	def test_what_is_signed_is_kept_even_when_it_cannot_be_understood(self):
		for body in (
			b"not json", b"[]", b'"text"', b"null", b"{}", b"\xff\xfe", b'{"entry": 5}', b"[" * 100_000,
			b'{"entry": [5, {"changes": [7]}]}',
		):  # fmt: skip
			with self.subTest(body[:40]):
				before = len(self.stored())
				self.assertEqual(self.post(body).status_code, 200)
				rows = self.stored()
				self.assertEqual(len(rows), before + 1)
				self.assertEqual((rows[-1].state, rows[-1].error), ("Failed", "Not understood"))

	def test_a_number_that_is_not_ours_is_kept_as_foreign(self):
		self.assertEqual(
			self.post(self.payload(number=digits(15), messages=[self.message()])).status_code, 200
		)
		(row,) = self.stored()
		self.assertEqual((row.state, row.error, row.channel), ("Failed", "foreign channel", None))

	def test_a_change_of_the_account_that_we_do_not_handle_is_kept(self):
		payload = self.payload()
		payload["entry"][0]["changes"] = [{"field": "account_update", "value": {"event": "VERIFIED"}}]
		self.post(payload)
		(row,) = self.stored()
		self.assertEqual((row.state, row.error), ("Failed", "Not handled: account_update"))

	def test_news_of_a_template_are_worked_on(self):
		value = {"event": "APPROVED", "message_template_name": "x", "message_template_language": "hi"}
		for time, number in ((1760000000, 1), (1760000000, 1), (1760009999, 2)):
			payload = self.payload()
			payload["entry"][0]["changes"] = [{"field": "message_template_status_update", "value": value}]
			payload["entry"][0]["time"] = time
			self.post(payload)
			with self.subTest(time):
				rows = self.stored()
				self.assertEqual(len(rows), number)
				self.assertEqual({(row.kind, row.state) for row in rows}, {("Status", "Pending")})
		account = payload["entry"][0]["id"]
		self.assertEqual(json.loads(rows[0].payload), {"account": account, "template": value})

	def test_a_changed_id_is_a_message_of_the_system(self):
		update = {
			"user_id": {"previous": "IN.1", "current": "IN.2"},
			"timestamp": "1760000000",
			"detail": "Changed",
		}
		for _time in range(2):
			self.post(self.payload(user_id_update=[update]))
		(row,) = self.stored()
		message = json.loads(row.payload)["message"]
		self.assertEqual((row.kind, row.state, row.conversation_key), ("Message", "Pending", "IN.1"))
		self.assertEqual((message["type"], message["system"]["user_id"]), ("system", "IN.2"))

	def test_a_message_of_the_system_needs_no_sender(self):
		system = {"type": "user_changed_user_id", "previous_user_id": "IN.1", "user_id": "IN.2"}
		self.post(self.payload(messages=[{"id": "wamid.system", "type": "system", "system": system}]))
		(row,) = self.stored()
		self.assertEqual((row.state, row.conversation_key), ("Pending", "IN.1"))

	def test_odd_messages_are_kept(self):
		messages = [
			self.message("contacts", [{"name": {"formatted_name": "Ram"}}]),
			self.message("hologram", {"x": 1}),
			self.message("unsupported", None, errors=[{"code": 131051}]),
			{"type": "text"},
			{"from": {"x": 1}, "id": ["y"], "type": ["z"], "timestamp": "soon"},
			{"from": "9" * 500, "id": "wamid.long", "type": "text"},
			{"from": self.number, "id": "wamid.old", "type": "text", "timestamp": "99999999999999"},
		]
		self.assertEqual(self.post(self.payload(messages=messages)).status_code, 200)
		self.assertEqual(
			[row.state for row in self.stored()],
			["Pending", "Pending", "Pending", "Failed", "Pending", "Failed", "Pending"],
		)

	def test_half_an_emoji_loses_nothing_else(self):
		body = json.dumps(self.payload(messages=[self.message(body={"body": "नाली \ud83d"})])).encode()
		self.assertEqual(self.post(body).status_code, 200)
		self.assertIn("नाली ?", self.stored()[0].payload)

	def test_a_whole_emoji_stays(self):
		self.post(self.payload(messages=[self.message(body={"body": "😀"})]))
		self.assertIn("😀", self.stored()[0].payload)

	def test_the_time_is_the_sites_own(self):
		with patch.object(whatsapp, "convert_utc_to_system_timezone", lambda when: when):
			self.assertEqual(str(whatsapp.moment("1795000001")), "2026-11-18 11:06:41")
		for odd in (None, "", "soon", "9" * 30, {}):
			self.assertIsNone(whatsapp.moment(odd))

	def test_a_lost_race_is_run_again(self):
		real, lost = events.store, []

		def store(found):
			if not lost:
				lost.append(1)
				raise frappe.QueryDeadlockError
			real(found)

		with patch.object(events, "store", store):
			self.assertEqual(self.post(self.payload(messages=[self.message()])).status_code, 200)
		self.assertEqual(len(self.stored()), 1)
