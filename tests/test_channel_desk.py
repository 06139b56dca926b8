"""The staff's side of a WhatsApp number in a browser: its link, QR code and posters, its health, requests for a call."""

import base64
import contextlib
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as NotOffered
from pypdf import PdfReader

from chat import Citizen
from desk import Officer, log_in

CHANNEL = "Demo number"
MANAGER, OPERATOR = "manager@demo.example", "operator@demo.example"
MILLIMETRE = 72 / 25.4


def test_the_link_of_a_ward_and_its_poster(servers, open_page):
	ward, title = a_ward(servers)
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), MANAGER)
	desk.goto(f"{servers.url()}/app/chat-channel/{CHANNEL}")
	desk.get_by_role("button", name="Link and QR Code").click()
	dialog = desk.locator(".modal.show")
	dialog.locator(".whatsapp-link", has_text="wa.me").wait_for()
	assert text_of(dialog) == "नमस्ते"

	choose(dialog, "area", title)
	dialog.locator(".whatsapp-link", has_text=ward).wait_for()
	choose(dialog, "flow", "Grievance")
	dialog.locator(".whatsapp-link", has_text="Grievance").wait_for()
	assert text_of(dialog) == f"नमस्ते [{ward}/Grievance]"
	download = dialog.locator(".btn-download")
	assert download.get_attribute("download").endswith(".png")
	_head, _comma, content = download.get_attribute("href").partition(",")
	assert Image.open(io.BytesIO(base64.b64decode(content))).width > 600

	with desk.context.expect_page() as opened:
		dialog.locator(".btn-modal-primary").click()
	poster = opened.value
	poster.locator(".poster .place", has_text="वार्ड").wait_for()
	assert poster.locator(".poster").count() == 1
	assert poster.locator(".poster .number").inner_text() == "+91 00000 01634"
	assert poster.evaluate("document.querySelector('.poster .code img').decode().then(() => true)")
	assert page_sizes(poster) == [(210, 297)]


def test_an_operator_prints_a_poster_for_each_ward_of_a_town(servers, open_page):
	(town,) = servers.rows(
		"""select parent.name, count(*) as wards from `tabLocal Area` ward
		join `tabLocal Area` parent on parent.name = ward.parent_local_area
		where parent.area_name = 'Janjgir-Naila' group by parent.name"""
	)
	assert town["wards"] > 1
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), OPERATOR)
	desk.goto(f"{servers.url()}/app/local-area/{town['name']}")
	desk.get_by_role("button", name="Link and QR Code").click()
	dialog = desk.locator(".modal.show")
	dialog.locator(".whatsapp-link", has_text=town["name"]).wait_for()
	dialog.locator("input[data-fieldname=each_below]").check()
	with desk.context.expect_page() as opened:
		dialog.locator(".btn-modal-primary").click()
	posters = opened.value
	posters.locator(".poster .place").nth(town["wards"] - 1).wait_for()
	assert len(set(posters.locator(".poster .place").all_inner_texts())) == town["wards"]
	assert page_sizes(posters) == [(210, 297)] * town["wards"]


def test_the_health_page_is_green_and_tells_of_a_wrong_token(servers, open_page, right_token):
	Citizen(servers.url("emulator"), "गीता बाई").say("नमस्ते")
	desk = open_page(1366, 1000)
	log_in(desk, servers.url(), OPERATOR)
	desk.goto(f"{servers.url()}/app/whatsapp-health")
	channel = desk.locator(".health-card", has_text=CHANNEL)
	desk.locator(".whatsapp-health[data-complete='1']").wait_for()
	for key in ("token", "subscription", "webhook", "outgoing"):
		assert channel.locator(f"[data-key={key}]").get_attribute("data-light") == "green", key

	right_token.save("Chat Channel", CHANNEL, access_token="a-wrong-token")
	desk.get_by_role("button", name="Look Again").click()
	token = channel.locator("[data-key=token][data-light=red]")
	token.wait_for()
	assert "190" in token.inner_text() and "new token" in token.inner_text()
	channel.locator(".health-verdict.red").wait_for()


def test_a_callback_is_asked_for_seen_and_done(servers, open_page):
	operator = Officer(servers.url(), OPERATOR)
	request = operator.insert(
		{"doctype": "Callback Request", "mobile_no": "+919876500000", "said": "बात करनी है"}
	)
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), OPERATOR)
	desk.goto(f"{servers.url()}/app/grievances")
	desk.locator(".shortcut-widget-box", has_text="Callbacks Wanted").click()
	desk.locator(".list-row", has_text=request["name"]).locator(
		"a[data-doctype='Callback Request']"
	).first.click()
	desk.get_by_role("button", name="Done").click()
	dialog = desk.locator(".modal.show")
	dialog.locator("textarea").fill("समझा दिया")
	dialog.locator(".btn-modal-primary").click()
	desk.locator(".page-head:visible .indicator-pill.green").first.wait_for()
	done = operator.get("Callback Request", request["name"])
	assert (done["status"], done["done_by"], done["remark"]) == ("Done", OPERATOR, "समझा दिया")


@pytest.fixture
def right_token(servers):
	"""Give the manager, who may change the channel's token; it is the right one again at the end."""
	manager = Officer(servers.url(), MANAGER)
	yield manager
	manager.save("Chat Channel", CHANNEL, access_token="demo-access-token")


def a_ward(servers) -> tuple[str, str]:
	(ward,) = servers.rows("select name, title from `tabLocal Area` where title = 'Ward 5, Janjgir-Naila'")
	return ward["name"], ward["title"]


def choose(dialog, field: str, text: str) -> None:
	"""Choose in a Link field of a dialog what is offered for a typed text."""
	box = dialog.locator(f"[data-fieldname={field}]")
	offered = box.locator(".awesomplete li", has_text=text).first
	# What is typed while Frappe still lays out the dialog is not looked up: it is typed again, as anybody would.
	for _attempt in range(4):
		box.locator("input").fill(text)
		with contextlib.suppress(NotOffered):
			offered.wait_for(timeout=6000)
			break
	offered.click()


def text_of(dialog) -> str:
	address = urlsplit(re.sub(r"\s", "", dialog.locator(".whatsapp-link").inner_text()))
	assert (address.netloc, address.path) == ("wa.me", "/910000001634")
	return parse_qs(address.query)["text"][0]


def page_sizes(page) -> list[tuple[int, int]]:
	"""Print a page and measure its sheets, in millimetres."""
	pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
	return [
		(round(float(each.mediabox.width) / MILLIMETRE), round(float(each.mediabox.height) / MILLIMETRE))
		for each in pages
	]
