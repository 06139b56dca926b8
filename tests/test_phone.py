"""The phone screen in a browser, against an emulator of its own and a webhook that only listens."""

import pytest
import requests

from grievance_cell.emulator.network import Network
from grievance_cell.emulator.server import Server
from grievance_cell.emulator.test_webhooks import FakeWebhook
from grievance_cell.emulator.webhooks import Channel

CITIZEN = "919876500001"
CHANNEL = Channel()


class Emulator:
	def __init__(self):
		self.webhook = FakeWebhook()
		self.network = Network(CHANNEL, self.webhook.url)
		self._server = Server(self.network).__enter__()
		self.url = self._server.url

	def close(self):
		self._server.__exit__()
		self.webhook.close()

	def graph(self, path: str, **body) -> dict:
		"""Ask something of Graph as the business does; returns the answer."""
		headers = {"Authorization": f"Bearer {CHANNEL.access_token}"}
		answer = requests.post(f"{self.url}/v25.0/{path}", json=body, headers=headers, timeout=10)
		assert answer.ok, answer.text
		return answer.json()

	def send(self, kind: str, content: dict) -> str:
		body = {"messaging_product": "whatsapp", "to": CITIZEN, "type": kind, kind: content}
		return self.graph(f"{CHANNEL.phone_number_id}/messages", **body)["messages"][0]["id"]

	def told(self) -> list[dict]:
		"""Return the messages that have come to the webhook, once all are delivered."""
		assert self.network.dispatcher.wait_until_idle(15)
		return self.webhook.values("messages")


@pytest.fixture
def emulator():
	made = Emulator()
	yield made
	made.close()


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["wide", "narrow"])
def phone(request, browser, emulator):
	"""The screen of CITIZEN, with a text that a link brought; no script error may come."""
	width, height = request.param
	context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
	page = context.new_page()
	errors = []
	page.on("pageerror", lambda error: errors.append(str(error)))
	page.goto(f"{emulator.url}/?number={CITIZEN}&name=सुनीता&lang=hi&text=वार्ड 5 की शिकायत")
	page.get_by_test_id("send").click()
	page.locator("[data-direction=in][data-state=delivered]").wait_for()
	yield page
	context.close()
	assert errors == []


def tools(phone):
	"""Show the tester's tools, which on a narrow screen lie in a drawer."""
	if phone.get_by_test_id("open-drawer").is_visible():
		phone.get_by_test_id("open-drawer").click()


def attach(phone, what: str):
	phone.get_by_test_id("attach").click()
	phone.get_by_test_id(f"attach-{what}").click()


def test_a_link_fills_the_composer_and_is_used_once(phone, emulator):
	assert emulator.told()[0]["text"]["body"] == "वार्ड 5 की शिकायत"
	phone.reload()
	phone.locator("[data-direction=in]").wait_for()
	assert phone.get_by_test_id("composer").input_value() == ""


def test_an_album_goes_as_five_messages_with_one_caption(phone, emulator):
	attach(phone, "sample-album")
	phone.get_by_test_id("caption").fill("नाली")
	phone.get_by_test_id("media-send").click()
	phone.locator("[data-type=image][data-state=delivered]").nth(4).wait_for()
	images = [message["image"] for message in emulator.told()[1:]]
	assert len({image["sha256"] for image in images}) == 5
	assert [image.get("caption") for image in images] == ["नाली", None, None, None, None]


def test_several_files_of_ones_own(phone, emulator):
	files = [
		{"name": f"कागज़ {n}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + bytes([n])}
		for n in range(3)
	]
	phone.get_by_test_id("document-file").set_input_files(files)
	phone.get_by_test_id("forwarded").check()
	phone.get_by_test_id("media-send").click()
	phone.locator("[data-type=document][data-state=delivered]").nth(2).wait_for()
	sent = emulator.told()[1:]
	assert [message["document"]["filename"] for message in sent] == [file["name"] for file in files]
	assert all(message["context"] == {"forwarded": True} for message in sent)


def test_a_template_is_approved_shown_and_answered(phone, emulator):
	emulator.network.faults.replace({"review_templates": True})
	components = [
		{"type": "BODY", "text": "नमस्ते {{1}} जी, काम हो गया।", "example": {"body_text": [["सुनीता"]]}},
		{"type": "FOOTER", "text": "ज़िला प्रकोष्ठ"},
		{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "संतुष्ट हूँ"}]},
	]
	template = {"name": "case_resolved", "language": "hi", "category": "UTILITY", "components": components}
	emulator.graph(f"{CHANNEL.business_account_id}/message_templates", **template)
	phone.evaluate("window.dispatchEvent(new Event('focus'))")
	tools(phone)
	phone.get_by_test_id("approve").click()
	phone.locator("[data-testid=template][data-status=APPROVED]").wait_for()
	phone.keyboard.press("Escape")
	use = [
		{"type": "body", "parameters": [{"type": "text", "text": "सुनीता"}]},
		{
			"type": "button",
			"sub_type": "quick_reply",
			"index": "0",
			"parameters": [{"type": "payload", "payload": "satisfied:1"}],
		},
	]
	sent = emulator.send("template", {"name": "case_resolved", "language": {"code": "hi"}, "components": use})
	bubble = phone.locator(f"[data-id='{sent}']")
	bubble.get_by_text("नमस्ते सुनीता जी, काम हो गया।").wait_for()
	bubble.get_by_text("ज़िला प्रकोष्ठ").wait_for()
	bubble.get_by_test_id("reply-button").click()
	phone.locator("[data-type=button][data-state=delivered]").wait_for()
	message = emulator.told()[-1]
	assert message["button"] == {"text": "संतुष्ट हूँ", "payload": "satisfied:1"}
	assert message["context"]["id"] == sent


def test_a_document_from_the_office_and_the_conversation_are_saved(phone, emulator):
	media = emulator.network.store.add_media(b"%PDF-1.4", "application/pdf", "upload.pdf", inbound=False)
	emulator.send("document", {"id": media.id, "filename": "पावती.pdf", "caption": "आपकी पावती"})
	with phone.expect_download() as download:
		phone.get_by_test_id("file").click()
	assert download.value.suggested_filename == "पावती.pdf"
	assert download.value.path().read_bytes() == b"%PDF-1.4"
	tools(phone)
	with phone.expect_download() as download:
		phone.get_by_test_id("export").click()
	assert download.value.suggested_filename == f"{CITIZEN}.txt"
	text = download.value.path().read_text(encoding="utf-8")
	assert text == "> वार्ड 5 की शिकायत\n< (document पावती.pdf) आपकी पावती\n"


def test_a_citizen_hides_the_number_and_then_has_another(phone, emulator):
	tools(phone)
	phone.get_by_test_id("hide-number").check()
	known = phone.get_by_test_id("user-id").inner_text()
	phone.get_by_test_id("changed-number").fill("+91 98765 00009")
	phone.get_by_test_id("change-number").click()
	phone.wait_for_url("**number=919876500009**")
	phone.locator("[data-type=system]").wait_for()
	phone.get_by_text("वार्ड 5 की शिकायत").last.wait_for()
	told = emulator.told()[-1]
	assert told["system"]["type"] == "user_changed_user_id"
	assert told["from_user_id"] == told["system"]["previous_user_id"] == known
	assert "from" not in told
