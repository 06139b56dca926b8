"""The emulator as pywa sees it: a WhatsApp client that nobody here wrote, against Graph and the webhooks.

pywa believes that it speaks to Meta; only the address is another one.
"""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from PIL import Image
from pywa import WhatsApp, types, utils
from pywa.errors import ReEngagementMessage, WhatsAppError
from pywa.types import templates

from chat import wait_until
from grievance_cell.emulator.network import Network
from grievance_cell.emulator.server import Server
from grievance_cell.emulator.webhooks import Channel

CITIZEN = "919876500001"
PDF = b"%PDF-1.4\n%%EOF\n"


class Business:
	"""A business that runs on pywa: it sends through `wa`, and pywa has parsed all that is in `heard`."""

	def __init__(self):
		self.heard, self.refused = [], []
		channel = Channel()
		self._listener = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
		threading.Thread(target=self._listener.serve_forever, daemon=True).start()
		self.network = Network(channel, f"http://127.0.0.1:{self._listener.server_port}/")
		self._server = Server(self.network).__enter__()
		self._session = httpx.Client(trust_env=False)
		self.wa = WhatsApp(
			phone_id=channel.phone_number_id,
			waba_id=channel.business_account_id,
			token=channel.access_token,
			app_secret=channel.app_secret,
			verify_token=channel.verify_token,
			session=self._session,
			server=None,
		)
		self._session.base_url = f"{self._server.url}/v25.0"
		for decorator in (
			self.wa.on_message,
			self.wa.on_callback_button,
			self.wa.on_callback_selection,
			self.wa.on_message_status,
			self.wa.on_phone_number_change,
			self.wa.on_template_status_update,
		):
			decorator(lambda _client, update: self.heard.append(update))

	def _handler(business):
		class Handler(BaseHTTPRequestHandler):
			def log_message(self, *_arguments):
				pass

			def do_GET(self):
				asked = parse_qs(urlsplit(self.path).query)
				answer, status = business.wa.webhook_challenge_handler(
					asked[utils.HUB_VT][0], asked[utils.HUB_CH][0]
				)
				self._answer(status, answer)

			def do_POST(self):
				body = self.rfile.read(int(self.headers["Content-Length"]))
				refusal = business.wa.webhook_update_validator(body, self.headers[utils.HUB_SIG])
				if refusal:
					business.refused.append(refusal)
				answer, status = refusal or business.wa.webhook_update_handler(body)
				self._answer(status, answer)

			def _answer(self, status, text):
				self.send_response(status)
				self.end_headers()
				self.wfile.write(text.encode())

		return Handler

	def close(self):
		self._server.__exit__()
		self._session.close()
		self._listener.shutdown()
		self._listener.server_close()

	# the citizen's phone

	def phone(self, method: str, path: str, **rest):
		answer = requests.request(method, f"{self._server.url}{path}", timeout=10, **rest)
		assert answer.ok, answer.text
		return answer

	def say(self, kind: str, content, **rest):
		"""Send a message from the phone; return what pywa made of it."""
		message = {"type": kind, kind: content, **rest}
		sent = self.phone("POST", f"/citizens/{CITIZEN}/messages", json=message).json()["id"]
		return self.hear(lambda update: update.id == sent)

	def hear(self, condition):
		"""Return the update that pywa parsed and that is meant, once all webhooks are delivered."""
		assert self.network.dispatcher.wait_until_idle(15)
		assert not self.refused
		(found,) = [update for update in self.heard if condition(update)]
		return found

	def upload(self, name: str, data: bytes) -> str:
		files = {"file": (name, data)}
		return self.phone("POST", f"/citizens/{CITIZEN}/media", files=files).json()["id"]

	def shown(self) -> list[dict]:
		"""Return what the business has sent, as the phone has it."""
		thread = self.phone("GET", f"/citizens/{CITIZEN}/messages").json()
		return [entry for entry in thread if entry["direction"] == "out"]


@pytest.fixture
def business():
	made = Business()
	yield made
	made.close()


@pytest.fixture
def chatting(business):
	"""A business that may write freely: the citizen has written."""
	business.say("text", {"body": "नमस्ते"})
	return business


def picture(format: str) -> bytes:
	file = io.BytesIO()
	Image.new("RGB", (8, 8), "brown").save(file, format)
	return file.getvalue()


# what the business sends


def test_text_and_its_statuses(chatting):
	sent = chatting.wa.send_message(CITIZEN, "शिकायत *दर्ज* हुई", tracker="MSG-1")
	assert (sent.to, sent.id) == (CITIZEN, chatting.shown()[0]["id"])
	chatting.phone("POST", f"/citizens/{CITIZEN}/read")
	assert chatting.network.dispatcher.wait_until_idle(15)
	statuses = [update for update in chatting.heard if isinstance(update, types.MessageStatus)]
	assert [status.status for status in statuses] == [
		types.MessageStatusType.SENT,
		types.MessageStatusType.DELIVERED,
		types.MessageStatusType.READ,
	]
	for status in statuses:
		assert (status.id, status.tracker, status.from_user.wa_id) == (sent.id, "MSG-1", CITIZEN)
		assert status.from_user.bsuid.startswith("IN.")
		assert status.error is None
	assert statuses[0].pricing.category.name == "SERVICE"
	assert not statuses[0].pricing.billable
	assert chatting.shown()[0]["state"] == "read"


def test_buttons_and_the_tap(chatting):
	buttons = [types.Button("हाँ", callback_data="yes"), types.Button("नहीं", callback_data="no")]
	sent = chatting.wa.send_message(CITIZEN, "सही है?", header="जाँच", footer="एक चुनें", buttons=buttons)
	(entry,) = chatting.shown()
	offered = [button["reply"] for button in entry["message"]["interactive"]["action"]["buttons"]]
	assert [reply["title"] for reply in offered] == ["हाँ", "नहीं"]
	tap = {"type": "button_reply", "button_reply": offered[1]}
	update = chatting.say("interactive", tap, context={"id": sent.id})
	assert isinstance(update, types.CallbackButton)
	assert (update.data, update.title, update.is_quick_reply) == ("no", "नहीं", False)
	assert update.reply_to_message.id == sent.id


def test_list_and_the_choice(chatting):
	rows = [
		types.SectionRow(title=f"विषय {n}", callback_data=f"row-{n}", description="क्या") for n in range(10)
	]
	chatting.wa.send_message(
		CITIZEN, "किस बारे में?", buttons=types.SectionList("चुनें", [types.Section("विषय", rows)])
	)
	(entry,) = chatting.shown()
	(section,) = entry["message"]["interactive"]["action"]["sections"]
	choice = {"type": "list_reply", "list_reply": section["rows"][9]}
	update = chatting.say("interactive", choice, context={"id": entry["id"]})
	assert isinstance(update, types.CallbackSelection)
	assert (update.data, update.title, update.description) == ("row-9", "विषय 9", "क्या")


def test_location_request_and_the_place(chatting):
	sent = chatting.wa.request_location(CITIZEN, "जगह कहाँ है?")
	assert chatting.shown()[0]["message"]["interactive"]["type"] == "location_request_message"
	place = {"latitude": 22.01, "longitude": 82.57, "name": "खैरा"}
	update = chatting.say("location", place, context={"id": sent.id})
	assert (update.location.latitude, update.location.longitude) == (22.01, 82.57)
	assert update.location.name == "खैरा"


def test_image_by_upload_and_document(chatting):
	photo = picture("JPEG")
	uploaded = chatting.wa.upload_media(photo, mime_type="image/jpeg", filename="काम.jpg")
	described = chatting.wa.get_media_url(uploaded.id)
	assert (described.mime_type, described.file_size) == ("image/jpeg", len(photo))
	assert chatting.wa.get_media_bytes(described.url) == photo
	chatting.wa.send_image(CITIZEN, uploaded, caption="काम हो गया")
	chatting.wa.send_document(CITIZEN, PDF, filename="पावती.pdf", mime_type="application/pdf")
	image, document = (entry["message"] for entry in chatting.shown())
	assert image["image"]["caption"] == "काम हो गया"
	assert chatting.phone("GET", f"/media/{image['image']['id']}").content == photo
	assert document["document"]["filename"] == "पावती.pdf"
	assert chatting.phone("GET", f"/media/{document['document']['id']}").content == PDF
	assert chatting.wa.delete_media(uploaded.id).success
	with pytest.raises(WhatsAppError):
		chatting.wa.get_media_url(uploaded.id)


def test_read_receipt_and_typing(chatting):
	message = chatting.heard[0]
	assert chatting.wa.mark_message_as_read(message.id).success
	assert chatting.phone("GET", f"/citizens/{CITIZEN}/messages").json()[0]["seen"]
	assert message.indicate_typing().success
	assert chatting.network.store.changes(CITIZEN, "", -1, 0)["typing"]


def test_a_reply_goes_to_the_id_of_a_citizen_without_number(business):
	business.phone("POST", f"/citizens/{CITIZEN}/profile", json={"hide_number": True, "name": "सुनीता"})
	message = business.say("text", {"body": "नमस्ते"})
	assert (message.from_user.wa_id, message.from_user.name) == (None, "सुनीता")
	assert message.from_user.country_code == "IN"
	sent = message.reply("नमस्ते जी")
	assert sent.to == message.from_user.bsuid
	delivered = business.hear(lambda update: getattr(update, "status", None) == "delivered")
	assert (delivered.from_user.wa_id, delivered.from_user.bsuid) == (None, message.from_user.bsuid)


def test_errors_have_pywas_names(chatting):
	chatting.phone("POST", "/faults", json={"error": {"code": 131056}})
	with pytest.raises(WhatsAppError) as caught:
		chatting.wa.send_message(CITIZEN, "x")
	assert type(caught.value).__name__ == "TooManyMessages"
	chatting.phone("POST", "/clock", json={"advance": 86401})
	sent = chatting.wa.send_message(CITIZEN, "x")
	assert [entry["id"] for entry in chatting.shown()] == [sent.id]
	assert chatting.shown()[0]["errors"][0]["code"] == ReEngagementMessage.__error_codes__[0]


# templates


def resolved() -> templates.Template:
	return templates.Template(
		name="case_resolved",
		category=templates.TemplateCategory.UTILITY,
		language=templates.TemplateLanguage.HINDI,
		parameter_format=templates.ParamFormat.NAMED,
		components=[
			templates.HeaderText("शिकायत {{number}}", number="GRV-2026-000123"),
			templates.BodyText("नमस्ते {{name}} जी, आपकी शिकायत पर काम पूरा हुआ।", name="सुनीता"),
			templates.FooterText(text="ज़िला शिकायत प्रकोष्ठ"),
			templates.Buttons(
				buttons=[
					templates.QuickReplyButton(text="संतुष्ट हूँ"),
					templates.QuickReplyButton(text="संतुष्ट नहीं"),
				]
			),
		],
	)


def test_a_template_from_review_to_quick_reply(business):
	business.phone("POST", "/faults", json={"review_templates": True})
	created = business.wa.create_template(resolved())
	assert created.status == templates.TemplateStatus.PENDING
	business.phone("POST", f"/templates/{created.id}", json={"status": "APPROVED"})
	update = business.hear(lambda update: isinstance(update, templates.TemplateStatusUpdate))
	assert (update.new_status, update.template_name) == (templates.TemplateStatus.APPROVED, "case_resolved")
	assert (update.template_id, update.category) == (created.id, templates.TemplateCategory.UTILITY)

	listed = business.wa.get_templates(statuses=[templates.TemplateStatus.APPROVED])
	assert listed.total_count == 1
	assert [(each.id, each.name, each.language) for each in listed] == [
		(created.id, "case_resolved", templates.TemplateLanguage.HINDI)
	]
	assert business.wa.get_template(created.id).parameter_format == templates.ParamFormat.NAMED

	sent = business.wa.send_template(
		CITIZEN,
		template=resolved(),
		params=[
			templates.HeaderText.params(number="GRV-2026-000042"),
			templates.BodyText.params(name="सुनीता"),
			templates.QuickReplyButton.params(callback_data="satisfied:GRV-2026-000042", index=0),
			templates.QuickReplyButton.params(callback_data="unsatisfied:GRV-2026-000042", index=1),
		],
	)
	assert business.shown()[0]["state"] == "delivered"
	text = business.phone("GET", f"/citizens/{CITIZEN}/export").text
	assert "नमस्ते सुनीता जी, आपकी शिकायत पर काम पूरा हुआ।" in text
	tap = {"text": "संतुष्ट हूँ", "payload": "satisfied:GRV-2026-000042"}
	update = business.say("button", tap, context={"id": sent.id})
	assert isinstance(update, types.CallbackButton)
	assert (update.data, update.is_quick_reply) == ("satisfied:GRV-2026-000042", True)

	assert business.wa.delete_template("case_resolved", template_id=created.id).success
	assert not list(business.wa.get_templates())


def test_a_rejected_template_cannot_be_sent(business):
	created = business.wa.create_template(resolved())
	path = f"/templates/{created.id}"
	business.phone("POST", path, json={"status": "REJECTED", "reason": "INVALID_FORMAT"})
	update = business.hear(lambda update: isinstance(update, templates.TemplateStatusUpdate))
	assert update.reason == templates.TemplateRejectionReason.INVALID_FORMAT
	with pytest.raises(WhatsAppError):
		business.wa.send_template(CITIZEN, "case_resolved", templates.TemplateLanguage.HINDI, [])


# what the citizen sends


def test_text_and_forwarded_text(business):
	message = business.say("text", {"body": "पानी नहीं आ रहा 🙏"})
	assert isinstance(message, types.Message)
	assert (message.text, message.from_user.wa_id) == ("पानी नहीं आ रहा 🙏", CITIZEN)
	assert (message.forwarded, message.reply_to_message) == (False, None)
	forwarded = business.say("text", {"body": "सब लोग पढ़ें"}, context={"forwarded": True})
	assert (forwarded.forwarded, forwarded.reply_to_message) == (True, None)


@pytest.mark.parametrize(
	("kind", "name", "data", "mime_type", "more"),
	[
		("image", "नाली.jpg", picture("JPEG"), "image/jpeg", {"caption": "नाली"}),
		(
			"audio",
			"voice.ogg",
			b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(80),
			"audio/ogg",
			{"voice": True},
		),
		("document", "पावती.pdf", PDF, "application/pdf", {"filename": "पावती.pdf"}),
		("sticker", "a.webp", picture("WEBP"), "image/webp", {"animated": False}),
	],
)
def test_media(business, kind, name, data, mime_type, more):
	media_id = business.upload(name, data)
	message = business.say(kind, {"id": media_id, **more})
	media = getattr(message, kind)
	assert message.media is media
	assert (media.id, media.mime_type.split(";")[0]) == (media_id, mime_type)
	assert media.get_bytes() == data
	assert message.caption == more.get("caption")
	if kind == "audio":
		assert media.voice
	if kind == "document":
		assert media.filename == name


def test_reaction_contacts_and_unsupported(business):
	first = business.say("text", {"body": "हाँ"})
	reaction = business.say("reaction", {"message_id": first.id, "emoji": "👍"})
	assert (reaction.reaction.emoji, reaction.reaction.message_id) == ("👍", first.id)
	card = {"name": {"formatted_name": "राम", "first_name": "राम"}, "phones": [{"phone": "+919876500002"}]}
	contacts = business.say("contacts", [card])
	assert [contact.name.formatted_name for contact in contacts.contacts] == ["राम"]
	error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
	error["error_data"] = {"details": "Message type is currently not supported."}
	unsupported = business.say("unsupported", {"type": "poll"}, errors=[error])
	assert unsupported.type == types.MessageType.UNSUPPORTED
	assert type(unsupported.error).__name__ == "UnsupportedMessageType"


def test_a_changed_number(business):
	old = business.phone("POST", f"/citizens/{CITIZEN}/profile", json={"name": "सुनीता"}).json()
	new = business.phone("POST", f"/citizens/{CITIZEN}/profile", json={"new_number": "919876500009"}).json()
	update = business.hear(lambda update: isinstance(update, types.PhoneNumberChange))
	assert (update.old_wa_id, update.new_wa_id) == (CITIZEN, "919876500009")
	assert update.new_user_id == new["user_id"] != old["user_id"]


# setting up


def test_verification_and_signature(business):
	assert business.phone("POST", "/verify").json()["verified"]
	business.network.dispatcher.app_secret = "another"
	business.phone("POST", f"/citizens/{CITIZEN}/messages", json={"type": "text", "text": {"body": "x"}})
	wait_until(lambda: business.refused, "a refusal")
	assert business.refused[0] == ("Forbidden", 403)
	assert business.heard == []
