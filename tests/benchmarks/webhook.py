"""Measure webhook acknowledgements a second against Frappe's own ping, on the same running server.

	env/bin/python tests/benchmarks/webhook.py [--base http://127.0.0.1:8000] [--requests 1000] [--clients 8]

Prints one line a figure. Each webhook is one signed text message of a citizen of its own, stored before it is answered;
runs against the demo channel. The bot answers all of them afterwards: use a demo site that may be reset.
"""

import argparse
import hashlib
import hmac
import http.client
import json
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

PING = "/api/method/ping"
WEBHOOK = "/api/method/grievance_cell.api.whatsapp.webhook"
SECRET = b"demo-app-secret"


def webhook_body(number: int) -> bytes:
	sender = f"9187{number:08d}"
	message = {
		"from": sender,
		"id": f"wamid.{uuid.uuid4().hex}",
		"timestamp": str(int(time.time())),
		"type": "text",
		"text": {"body": "नमस्ते"},
	}
	value = {
		"messaging_product": "whatsapp",
		"metadata": {"display_phone_number": "910000001634", "phone_number_id": "100000000000001"},
		"contacts": [{"profile": {"name": "Demo"}, "wa_id": sender}],
		"messages": [message],
	}
	entry = {"id": "200000000000001", "changes": [{"field": "messages", "value": value}]}
	return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(body: bytes) -> dict:
	digest = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
	return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


def run(base: str, clients: int, calls: list[tuple]) -> tuple[float, list[float]]:
	"""Make the calls, shared among clients with a connection each: calls a second, and each one's seconds."""
	address = urlsplit(base)

	def client(share: list[tuple]) -> list[float]:
		connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
		taken = []
		for method, path, body, headers in share:
			begun = time.perf_counter()
			connection.request(method, path, body, headers)
			answer = connection.getresponse()
			answer.read()
			if answer.status != 200:
				raise SystemExit(f"{path} answered {answer.status}")
			taken.append(time.perf_counter() - begun)
		connection.close()
		return taken

	begun = time.perf_counter()
	with ThreadPoolExecutor(clients) as pool:
		shares = [calls[start::clients] for start in range(clients)]
		taken = [seconds for share in pool.map(client, shares) for seconds in share]
	return len(calls) / (time.perf_counter() - begun), taken


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--base", default="http://127.0.0.1:8000")
	parser.add_argument("--requests", type=int, default=1000)
	parser.add_argument("--clients", type=int, default=8)
	options = parser.parse_args()

	bodies = [webhook_body(number) for number in range(options.requests)]
	pings = [("GET", PING, None, {})] * options.requests
	webhooks = [("POST", WEBHOOK, body, signed(body)) for body in bodies]
	run(options.base, options.clients, pings[:50])
	floor, _taken = run(options.base, options.clients, pings)
	rate, taken = run(options.base, options.clients, webhooks)
	print(f"ping: {floor:.0f} a second")
	print(f"webhook acknowledged: {rate:.0f} a second, {rate / floor:.2f} of ping")
	print(f"webhook latency: median {statistics.median(taken) * 1000:.0f} ms")
	print(f"webhook latency: p99 {statistics.quantiles(taken, n=100)[98] * 1000:.0f} ms")


if __name__ == "__main__":
	main()
