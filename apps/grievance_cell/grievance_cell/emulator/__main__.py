"""Start the emulator: python -m grievance_cell.emulator --sites sites."""

import argparse
import errno
import json
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from .network import Network
from .server import Server, is_loopback
from .webhooks import Channel

WEBHOOK_PATH = "/api/method/grievance_cell.api.whatsapp.webhook"
WHY = "the emulator is for this machine only"


def read_ports(sites: Path) -> tuple[int, int]:
	"""Return (emulator port, web port) from the bench's common_site_config.json; raises ValueError."""
	path = sites / "common_site_config.json"
	try:
		config = json.loads(path.read_text(encoding="utf-8"))
		return int(config["grievance_emulator_port"]), int(config["webserver_port"])
	except OSError:
		raise ValueError(f"cannot read {path}") from None
	except (ValueError, TypeError, KeyError):
		raise ValueError(f"{path} must have grievance_emulator_port and webserver_port") from None


def parse(arguments: list[str]) -> argparse.Namespace:
	"""Read the flags; leaves with code 2 and one line when they cannot be used."""
	demo = Channel()
	parser = argparse.ArgumentParser(
		prog="python -m grievance_cell.emulator",
		description="A local WhatsApp: the Cloud API for the business, a phone screen for the citizen.",
	)
	parser.add_argument("--sites", type=Path, help="folder with common_site_config.json, for the two ports")
	parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
	parser.add_argument("--port", type=int, help="default: grievance_emulator_port of --sites, else 8010")
	parser.add_argument("--webhook", help="address that gets the webhooks, on the loopback as well")
	parser.add_argument("--app-secret", default=demo.app_secret)
	parser.add_argument("--verify-token", default=demo.verify_token)
	parser.add_argument("--access-token", default=demo.access_token)
	parser.add_argument("--phone-number-id", default=demo.phone_number_id)
	parser.add_argument("--business-account-id", default=demo.business_account_id)
	parser.add_argument("--data", type=Path, help="folder in which threads and media persist")
	options = parser.parse_args(arguments)
	try:
		port, web_port = read_ports(options.sites) if options.sites else (8010, 8000)
	except ValueError as error:
		refuse(str(error))
	options.port = port if options.port is None else options.port
	options.webhook = options.webhook or f"http://127.0.0.1:{web_port}{WEBHOOK_PATH}"
	if not is_loopback(options.host):
		refuse(f"--host {options.host} is not a loopback address: {WHY}")
	webhook = urlsplit(options.webhook)
	if webhook.scheme not in ("http", "https") or not is_loopback(webhook.hostname or ""):
		refuse(f"--webhook {options.webhook} is not on the loopback address: {WHY}")
	return options


def refuse(line: str):
	print(f"emulator: {line}", file=sys.stderr)
	raise SystemExit(2)


def main(arguments: list[str]):
	options = parse(arguments)
	channel = Channel(
		phone_number_id=options.phone_number_id,
		business_account_id=options.business_account_id,
		access_token=options.access_token,
		app_secret=options.app_secret,
		verify_token=options.verify_token,
	)
	network = Network(channel, options.webhook, options.data)
	try:
		server = Server(network, options.host, options.port)
	except OSError as error:
		network.close()
		taken = error.errno == errno.EADDRINUSE
		reason = "is already taken" if taken else f"cannot be opened: {error.strerror}"
		refuse(f"port {options.port} on {options.host} {reason}")
	for number in (signal.SIGTERM, signal.SIGINT):
		signal.signal(number, lambda *_: server.stop())
	print(f"Phone screen: {server.url}   webhooks go to {options.webhook}", flush=True)
	server.run()


if __name__ == "__main__":
	main(sys.argv[1:])
