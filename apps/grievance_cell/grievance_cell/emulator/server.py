"""Serve the Graph API, the citizens' side and the phone screen over HTTP on the loopback address."""

import ipaddress
import json
import mimetypes
import re
import secrets
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import filetype
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import safe_join, send_file
from werkzeug.wrappers import Request, Response

from . import graph, opus, transcript
from .graph import GraphError, normalise_number
from .network import Network
from .store import TEMPLATE_STATES

PHONE = Path(__file__).parent / "phone"
LARGEST_BODY = 101 * graph.MB
LARGEST_JSON = 3 * graph.MB
HEARTBEAT = 15
TEMPLATE_LIMIT = 6000

SECURITY_HEADERS = {
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy": "no-referrer",
	"Content-Security-Policy": (
		"default-src 'self'; img-src 'self' blob: data: http://127.0.0.1:* http://localhost:*; "
		"media-src 'self' blob: http://127.0.0.1:* http://localhost:*; object-src 'none'; base-uri 'none'"
	),
}


def is_loopback(host: str) -> bool:
	"""Tell whether a host name or address means this machine only."""
	name = host.strip("[]").lower()
	if name == "localhost" or name.endswith(".localhost"):
		return True
	try:
		return ipaddress.ip_address(name).is_loopback
	except ValueError:
		return False


class Problem(Exception):
	"""A clear answer to a caller of the citizens' side: one line and an HTTP status."""

	def __init__(self, text: str, status: int = 400):
		super().__init__(text)
		self.status = status


class VersionConverter(BaseConverter):
	regex = r"v\d+\.\d+"
	part_isolating = True


ROUTES = [
	("GET", "/", "phone_screen"),
	("GET", "/phone/<path:name>", "phone_file"),
	("GET", "/status", "status"),
	("GET", "/citizens", "citizens"),
	("GET", "/citizens/<wa_id>/messages", "thread"),
	("POST", "/citizens/<wa_id>/messages", "citizen_sends"),
	("GET", "/citizens/<wa_id>/export", "export"),
	("GET", "/citizens/<wa_id>/events", "events"),
	("POST", "/citizens/<wa_id>/profile", "profile"),
	("POST", "/citizens/<wa_id>/media", "citizen_uploads"),
	("POST", "/citizens/<wa_id>/read", "citizen_reads"),
	("GET", "/media/<media_id>", "media_file"),
	("GET", "/templates", "templates"),
	("POST", "/templates/<template_id>", "review_template"),
	("POST", "/reset", "reset"),
	("GET", "/faults", "faults"),
	("POST", "/faults", "set_faults"),
	("GET", "/clock", "clock"),
	("POST", "/clock", "set_clock"),
	("POST", "/verify", "verify"),
	("POST", "/<version:version>/<object_id>/messages", "graph_messages"),
	("POST", "/<version:version>/<object_id>/media", "graph_upload"),
	("GET", "/<version:version>/<object_id>/message_templates", "graph_templates"),
	("POST", "/<version:version>/<object_id>/message_templates", "graph_create_template"),
	("DELETE", "/<version:version>/<object_id>/message_templates", "graph_delete_template"),
	("GET", "/<version:version>/<object_id>/subscribed_apps", "graph_subscriptions"),
	("POST", "/<version:version>/<object_id>/subscribed_apps", "graph_subscribe"),
	("DELETE", "/<version:version>/<object_id>/subscribed_apps", "graph_unsubscribe"),
	("GET", "/<version:version>/<object_id>", "graph_object"),
	("POST", "/<version:version>/<object_id>", "graph_edit_template"),
	("DELETE", "/<version:version>/<object_id>", "graph_delete_media"),
	("GET", "/media-download/<key>", "graph_download"),
]


class Application:
	"""Answer every request; the methods named in ROUTES take (request, **parts of the path)."""

	def __init__(self, network: Network):
		self.network = network
		self.store = network.store
		rules = [Rule(path, methods=[method], endpoint=endpoint) for method, path, endpoint in ROUTES]
		self.routes = Map(rules, converters={"version": VersionConverter}, strict_slashes=False)

	def __call__(self, environ, start_response):
		request = Request(environ)
		request.max_content_length = LARGEST_BODY
		response = self.answer(request)
		for name, value in SECURITY_HEADERS.items():
			response.headers.setdefault(name, value)
		return response(environ, start_response)

	def answer(self, request: Request) -> Response:
		try:
			self._refuse_strangers(request)
			endpoint, parts = self.routes.bind_to_environ(request.environ).match()
			parts.pop("version", None)
			if endpoint.startswith("graph_"):
				self._check_token(request)
				time.sleep(self.network.faults.get("slow"))
			elif "wa_id" in parts:
				parts["wa_id"] = self._number(parts["wa_id"])
			result = getattr(self, endpoint)(request, **parts)
			return result if isinstance(result, Response) else as_json(result)
		except GraphError as error:
			return as_json(error.body(f"A{secrets.token_urlsafe(16)}"), error.status())
		except Problem as problem:
			return as_json({"error": str(problem)}, problem.status)
		except HTTPException as error:
			return self._http_error(request, error)
		except Exception as error:
			print(f"emulator: {request.method} {request.path}: {type(error).__name__}: {error}", flush=True)
			return as_json({"error": "the emulator itself failed; its log says why"}, 500)

	def _http_error(self, request: Request, error: HTTPException) -> Response:
		if re.match(r"/v\d+\.\d+/", request.path) and error.code in (404, 405):
			unknown = graph.unknown_object(request.path.split("/")[2], request.method)
			return as_json(unknown.body(f"A{secrets.token_urlsafe(16)}"), unknown.status())
		if error.code is None or error.code < 400:
			return error.get_response(request.environ)
		return as_json({"error": error.name.lower()}, error.code)

	def _refuse_strangers(self, request: Request):
		"""Keep out pages of other sites open in the same browser, and names rebound to this address."""
		host = urlsplit(f"//{request.host}").hostname or ""
		origin = urlsplit(request.headers.get("Origin", "")).hostname
		if not is_loopback(host) or (origin and not is_loopback(origin)):
			raise Problem("the emulator answers on the loopback address only", 403)

	def _check_token(self, request: Request):
		header = request.headers.get("Authorization", "")
		token = (
			header[7:].strip() if header[:7].lower() == "bearer " else request.args.get("access_token", "")
		)
		if not secrets.compare_digest(token.encode(), self.network.channel.access_token.encode()):
			raise graph.bad_token()

	def _number(self, text: str) -> str:
		wa_id = normalise_number(text)
		if not wa_id:
			raise Problem(f"{text!r} is not a phone number: 7 to 15 digits with the country code")
		return wa_id

	# the phone screen

	def phone_screen(self, request):
		return self.phone_file(request, "index.html")

	def phone_file(self, request, name):
		path = safe_join(str(PHONE), name)
		if not path or not Path(path).is_file():
			raise NotFound
		mime_type = mimetypes.guess_type(path)[0]
		response = send_file(path, request.environ, mimetype=mime_type, conditional=True)
		response.headers["Cache-Control"] = "no-cache"
		return response

	def status(self, request):
		channel = self.network.channel
		return {
			"display_phone_number": channel.display_phone_number,
			"verified_name": channel.verified_name,
			"phone_number_id": channel.phone_number_id,
			"webhook": self.network.webhook,
		}

	# the citizens' side

	def citizens(self, request):
		return self.store.overview()

	def thread(self, request, wa_id):
		return self.store.thread(wa_id)

	def citizen_sends(self, request, wa_id):
		message = json_object(request)
		kind = message.get("type")
		if not isinstance(kind, str) or not kind:
			raise Problem('a message has a "type", for example {"type": "text", "text": {"body": "नमस्ते"}}')
		return {"id": self.network.from_citizen(wa_id, message).id}

	def export(self, request, wa_id):
		text = transcript.write(self.store.thread(wa_id), self.store.find_template)
		headers = {"Content-Disposition": f'attachment; filename="{wa_id}.txt"'}
		return Response(text, mimetype="text/plain", headers=headers)

	def events(self, request, wa_id):
		last = request.headers.get("Last-Event-ID") or request.args.get("last", "")
		generation, _dash, revision = last.partition("-")
		since = int(revision) if revision.isdigit() else -1
		stream = self._stream(wa_id, generation, since)
		return Response(stream, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

	def _stream(self, wa_id: str, generation: str, revision: int):
		yield "retry: 1000\n\n"
		typing = False
		while True:
			wait = 1 if typing else HEARTBEAT
			change = self.store.changes(wa_id, generation, revision, wait)
			moved = (change["generation"], change["revision"]) != (generation, revision)
			if moved or typing != change["typing"]:
				generation, revision, typing = change["generation"], change["revision"], change["typing"]
				yield f"id: {generation}-{revision}\ndata: {json.dumps(change)}\n\n"
			else:
				yield ": still here\n\n"

	def profile(self, request, wa_id):
		body = json_object(request)
		name, hide = body.get("name"), body.get("hide_number")
		if name is not None and not (isinstance(name, str) and 0 < len(name.strip()) <= 100):
			raise Problem("name is a text of 1 to 100 characters")
		if hide is not None and not isinstance(hide, bool):
			raise Problem("hide_number is true or false")
		number, user_id = body.get("new_number"), body.get("new_user_id")
		if number is not None:
			number = self._number(str(number))
		if user_id is not None and not graph.is_user_id(user_id):
			raise Problem("new_user_id is a business-scoped user id, such as IN.12345678901234567890")
		self.store.set_profile(wa_id, name, hide)
		if number or user_id:
			try:
				wa_id = self.network.change_identity(wa_id, number, user_id)
			except ValueError as error:
				raise Problem(str(error), 409) from None
		return self.network.profile(wa_id)

	def citizen_uploads(self, request, wa_id):
		data, mime_type, filename = self._upload(request)
		if mime_type.startswith(("audio/webm", "video/webm")):
			data, mime_type, filename = as_voice_note(data, mime_type, filename)
		if not data or len(data) > 100 * graph.MB:
			raise Problem(
				"the file is empty" if not data else "the file is over 100 MB", 400 if not data else 413
			)
		return {"id": self.store.add_media(data, mime_type, filename, inbound=True).id}

	def _upload(self, request) -> tuple[bytes, str, str]:
		"""Return (data, type by content or else as told, name) of the multipart field `file`."""
		file = request.files.get("file")
		if file is None:
			raise Problem('a multipart form with a field "file" is needed')
		data = file.read()
		filename = Path((file.filename or "file").replace("\\", "/")).name
		return data, mime_type_of(data, filename, file.mimetype), filename

	def citizen_reads(self, request, wa_id):
		return {"read": self.network.read(wa_id)}

	def media_file(self, request, media_id):
		media = self.store.media.get(media_id)
		if not media:
			raise Problem("there is no such media", 404)
		return self._send(request, media, shown=media.mime_type.startswith(("image/", "audio/", "video/")))

	def _send(self, request, media, shown: bool) -> Response:
		response = send_file(
			self.store.media_path(media.id),
			request.environ,
			mimetype=media.mime_type,
			as_attachment=not shown or "svg" in media.mime_type,
			# what a message calls a file counts, not what it was called when it was uploaded
			download_name=request.args.get("name") or media.filename,
			conditional=True,
			etag=media.sha256,
		)
		response.headers["Content-Security-Policy"] = "sandbox"
		return response

	def templates(self, request):
		return self.store.templates

	def review_template(self, request, template_id):
		body = json_object(request)
		state, reason = body.get("status"), str(body.get("reason") or "NONE")
		if state not in TEMPLATE_STATES:
			raise Problem(f"status is one of {', '.join(TEMPLATE_STATES)}")
		template = self.network.review_template(template_id, state, reason)
		if not template:
			raise Problem("there is no such template", 404)
		return template

	def reset(self, request):
		self.network.reset()
		return {"success": True}

	def faults(self, request):
		return self.network.faults.view()

	def set_faults(self, request):
		try:
			self.network.faults.replace(json_object(request))
		except ValueError as error:
			raise Problem(str(error)) from None
		return self.network.faults.view()

	def clock(self, request):
		clock = self.network.clock
		return {"now": int(clock.now()), "offset": int(clock.offset)}

	def set_clock(self, request):
		body = json_object(request)
		seconds = body.get("advance", 0)
		number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
		if not number or not 0 <= seconds <= 10 * 366 * 86400 or not ("advance" in body or body.get("reset")):
			raise Problem('send {"advance": seconds} (never backwards) or {"reset": true}')
		if body.get("reset"):
			self.network.clock.reset()
		self.network.clock.advance(seconds)
		return self.clock(request)

	def verify(self, request):
		return self.network.verify()

	# Graph

	def graph_messages(self, request, object_id):
		self._own(request, object_id, self.network.channel.phone_number_id)
		body = graph_json(request)
		if isinstance(body, dict) and "status" in body:
			self.network.seen_by_business(body)
			return {"success": True}
		entry = self.network.from_business(body)
		message = {"id": entry.id}
		if body.get("type") == "template":
			message["message_status"] = "accepted"
		contact = {"input": body.get("to") or body["recipient"], "wa_id": entry.wa_id}
		if not body.get("to"):
			contact = {"input": body["recipient"], "user_id": body["recipient"]}
		return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}

	def graph_upload(self, request, object_id):
		self._own(request, object_id, self.network.channel.phone_number_id)
		if request.form.get("messaging_product") != "whatsapp":
			raise GraphError(100, "The parameter messaging_product is required.")
		file = request.files.get("file")
		if file is None:
			raise GraphError(100, "The parameter file is required.")
		data, filename = file.read(), Path(file.filename or "file").name
		mime_type = request.form.get("type") or file.mimetype
		if mime_type in ("", "application/octet-stream"):
			mime_type = mime_type_of(data, filename, mime_type)
		error = graph.check_upload(mime_type, len(data))
		if error:
			raise error
		return {"id": self.store.add_media(data, mime_type, filename, inbound=False).id}

	def graph_object(self, request, object_id):
		channel = self.network.channel
		if object_id == channel.phone_number_id:
			return {
				"id": channel.phone_number_id,
				"verified_name": channel.verified_name,
				"display_phone_number": channel.display_phone_number,
				"quality_rating": "GREEN",
				"code_verification_status": "VERIFIED",
				"platform_type": "CLOUD_API",
				"throughput": {"level": "STANDARD"},
			}
		if object_id == channel.business_account_id:
			return {"id": object_id, "name": channel.verified_name, "message_template_namespace": "emulator"}
		template = self.store.template(object_id)
		if template:
			return template
		media = self.store.live_media(object_id)
		if not media:
			raise graph.unknown_object(object_id, request.method)
		return {
			"messaging_product": "whatsapp",
			"url": f"{request.host_url}media-download/{self.store.new_media_url(media.id)}",
			"mime_type": media.mime_type,
			"sha256": media.sha256,
			"file_size": media.size,
			"id": media.id,
		}

	def graph_delete_media(self, request, object_id):
		if not self.store.live_media(object_id):
			raise graph.unknown_object(object_id, request.method)
		self.store.delete_media(object_id)
		return {"success": True}

	def graph_download(self, request, key):
		media = self.store.media_of_url(key)
		if not media:
			raise Problem("this address is not valid, or not any more", 404)
		return self._send(request, media, shown=False)

	def graph_templates(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		rows = list(self.store.templates)
		for name in ("name", "status", "language", "category"):
			wanted = request.args.get(name)
			rows = [t for t in rows if t[name] in wanted.split(",")] if wanted else rows
		limit, after = request.args.get("limit", 25, type=int), request.args.get("after", 0, type=int)
		page = rows[after : after + max(1, limit)]
		paging = {"cursors": {"before": str(after), "after": str(after + len(page))}}
		if after + len(page) < len(rows):
			args = {**request.args.to_dict(), "after": after + len(page)}
			query = "&".join(f"{k}={v}" for k, v in args.items() if k != "access_token")
			paging["next"] = f"{request.base_url}?{query}"
		answer = {"data": page, "paging": paging}
		if "summary" in request.args:
			answer["summary"] = {
				"total_count": len(self.store.templates),
				"message_template_count": len(self.store.templates),
				"message_template_limit": TEMPLATE_LIMIT,
				"are_translations_complete": True,
			}
		return answer

	def graph_create_template(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		template = self.network.create_template(graph_json(request))
		return {k: template[k] for k in ("id", "status", "category")}

	def graph_edit_template(self, request, object_id):
		template = self.store.template(object_id)
		if not template:
			raise graph.unknown_object(object_id, request.method)
		self.network.edit_template(template, graph_json(request))
		return {"success": True, "id": object_id, "category": template["category"]}

	def graph_delete_template(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		if not self.store.delete_templates(request.args.get("name", ""), request.args.get("hsm_id", "")):
			raise GraphError(100, "There is no template with this name.", subcode=2593002)
		return {"success": True}

	def graph_subscriptions(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		data = {"whatsapp_business_api_data": {"id": "300000000000001", "name": "Grievance Cell", "link": ""}}
		return {"data": [data] if self.store.subscribed else []}

	def graph_subscribe(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		self.store.subscribed = True
		return {"success": True}

	def graph_unsubscribe(self, request, object_id):
		self._own(request, object_id, self.network.channel.business_account_id)
		self.store.subscribed = False
		return {"success": True}

	def _own(self, request, object_id: str, known: str):
		if object_id != known:
			raise graph.unknown_object(object_id, request.method)


def as_json(value, status: int = 200) -> Response:
	return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/json")


def read_json(request: Request):
	if (request.content_length or 0) > LARGEST_JSON:
		raise ValueError("the body is over 3 MB")
	return json.loads(request.get_data().decode("utf-8"))


def json_object(request: Request) -> dict:
	"""Return the body as a JSON object; raises Problem."""
	try:
		body = read_json(request)
	except (ValueError, RecursionError) as error:
		raise Problem(f"the body is not JSON: {error}") from None
	if not isinstance(body, dict):
		raise Problem("the body must be a JSON object")
	return body


def graph_json(request: Request):
	try:
		return read_json(request)
	except (ValueError, RecursionError):
		raise GraphError(100, "The request body is not valid JSON.") from None


def mime_type_of(data: bytes, filename: str, told: str) -> str:
	"""Tell a file's type by its content; where that says nothing, as the sender says or by its name."""
	found = filetype.guess_mime(data)
	if found in ("audio/ogg", "video/ogg") and b"OpusHead" in data[:100]:
		return "audio/ogg; codecs=opus"
	# zip is what office files look like from inside: their name says more
	by_name = mimetypes.guess_type(filename)[0]
	if found and found != "application/zip":
		return found
	return by_name or told or found or "application/octet-stream"


def as_voice_note(data: bytes, mime_type: str, filename: str) -> tuple[bytes, str, str]:
	"""Turn what a browser recorded (WebM) into what WhatsApp sends (Ogg); leave real video alone."""
	try:
		return opus.webm_to_ogg(data), "audio/ogg; codecs=opus", f"{Path(filename).stem}.ogg"
	except ValueError:
		return data, mime_type, filename


class Handler(WSGIRequestHandler):
	# answers go out as two packets; without this the second waits 40 ms for the first's acknowledgement
	disable_nagle_algorithm = True

	def log_request(self, code="-", size="-"):
		pass


def listen(host: str, port: int) -> socket.socket:
	"""Open the listening socket; raises OSError when the port is taken, ValueError off the loopback."""
	if not is_loopback(host):
		raise ValueError(f"{host} is not a loopback address")
	address = "127.0.0.1" if host.lower().endswith("localhost") else host.strip("[]")
	family = socket.AF_INET6 if ":" in address else socket.AF_INET
	listener = socket.socket(family, socket.SOCK_STREAM)
	listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	try:
		listener.bind((address, port))
		listener.listen(128)
	except OSError:
		listener.close()
		raise
	return listener


class Server:
	"""Run the emulator in threads of this process: `with Server(network) as server: server.url`."""

	def __init__(self, network: Network, host: str = "127.0.0.1", port: int = 0):
		self.network = network
		self._listener = listen(host, port)
		address, self.port = self._listener.getsockname()[:2]
		self.url = f"http://[{address}]:{self.port}" if ":" in address else f"http://{address}:{self.port}"
		self._server = make_server(
			address,
			self.port,
			Application(network),
			threaded=True,
			request_handler=Handler,
			fd=self._listener.fileno(),
		)
		self._stop = threading.Event()

	def run(self):
		"""Serve until `stop`, saving once a second what is kept in a folder."""
		threading.Thread(
			target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True
		).start()
		while not self._stop.wait(1):
			self.network.store.save()
		self._server.shutdown()
		self._server.server_close()
		self._listener.close()
		self.network.close()

	def stop(self):
		self._stop.set()

	def __enter__(self):
		self._thread = threading.Thread(target=self.run, daemon=True)
		self._thread.start()
		return self

	def __exit__(self, *_exception):
		self.stop()
		self._thread.join()
