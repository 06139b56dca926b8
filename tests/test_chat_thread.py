"""The WhatsApp talk in the form of a case: an officer at the desk, the citizen at the phone."""

import pytest
import requests
from playwright.sync_api import expect

from chat import Citizen, describe_case, is_same_picture, photo, wait_until, words
from desk import log_in
from test_conversation import submit_templates

OFFICER = "je.phe@demo.example"
CATEGORY, PLACE = "No water supply", "Khaira, Nawagarh"
DAY = 24 * 3600


@pytest.fixture
def citizen(servers) -> Citizen:
	return one_with_a_case(servers)


def one_with_a_case(servers) -> Citizen:
	"""Be a citizen with a case, which is with the junior engineer."""
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, description="चार दिन से पानी नहीं आया", category=CATEGORY, place=PLACE)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to = %s"
	found = wait_until(lambda: servers.rows(query, f"+{citizen.number}", OFFICER), "the case")
	citizen.case = found[0]["name"]
	return citizen


def open_talk(servers, open_page, citizen: Citizen, width: int = 1366, height: int = 768):
	"""Open the talk in the form of the citizen's case; it is never loaded again."""
	desk = open_page(width, height)
	log_in(desk, servers.url(), OFFICER)
	desk.goto(f"{servers.url()}/app/grievance/{citizen.case}")
	desk.locator(".form-tabs .nav-link[data-fieldname=chat_tab]").click()
	desk.locator(".ct-bubble").first.wait_for()
	desk.evaluate("window.not_reloaded = true")
	# What is sent from now on comes by itself: the form follows its document.
	desk.wait_for_function("name => frappe.realtime.open_docs.has(`Grievance:${name}`)", arg=citizen.case)
	desk.wait_for_load_state("networkidle")
	return desk


def bubble(desk, text: str):
	return desk.locator(".ct-bubble", has_text=text)


def heard(citizen: Citizen, text: str):
	return wait_until(
		lambda: next((reply for reply in citizen.heard() if text in reply.text), None),
		f"“{text}” on the phone",
	)


def write(desk, text: str) -> None:
	desk.fill(".ct-text", text)
	desk.press(".ct-text", "Control+Enter")


def test_an_officer_and_a_citizen_talk_in_the_form(servers, open_page, citizen):
	desk = open_talk(servers, open_page, citizen)
	# The talk that led to the case is there: what was said, and what was asked.
	bubble(desk, "चार दिन से पानी नहीं आया").first.wait_for()
	assert desk.locator(".ct-choices li").count()
	# All of it was answered by the bot: nobody waits for an officer's word.
	expect(desk.locator(".ct-count")).to_have_count(0)

	write(desk, "आज लाइनमैन आएगा। क्या कोई घर पर है?")
	heard(citizen, "लाइनमैन")
	said = bubble(desk, "लाइनमैन")
	expect(said).to_have_attribute("data-state", "Delivered")
	requests.post(f"{citizen.phone}/read").raise_for_status()
	expect(said).to_have_attribute("data-state", "Read")
	expect(said.locator(".ct-author")).to_have_text(desk.evaluate("frappe.session.user_fullname"))

	# An answer that would mean something else elsewhere.
	citizen.post(words("हाँ"))
	bubble(desk, "हाँ").last.wait_for()
	expect(desk.locator(".ct-count")).to_have_text("1")
	heard(citizen, citizen.case)
	assert desk.evaluate("window.not_reloaded")


def test_each_case_has_its_own_talk_and_draft(servers, open_page, citizen):
	other = one_with_a_case(servers)
	desk = open_talk(servers, open_page, citizen)
	desk.fill(".ct-text", "पहले प्रकरण का मसौदा")
	desk.evaluate("name => frappe.set_route('Form', 'Grievance', name)", other.case)
	desk.wait_for_function(
		"name => cur_frm.doc.name === name && cur_frm.chat_thread.name === name", arg=other.case
	)
	desk.locator(".form-tabs .nav-link[data-fieldname=chat_tab]").click()
	desk.locator(".ct-bubble").first.wait_for()
	expect(desk.locator(".ct-text")).to_have_value("")
	write(desk, "दूसरे प्रकरण का उत्तर")
	bubble(desk, "दूसरे प्रकरण का उत्तर").wait_for()
	heard(other, "दूसरे प्रकरण का उत्तर")
	desk.wait_for_load_state("networkidle")
	query = "select text from `tabChat Message` where reference_name = %s and request_key is not null"
	assert servers.rows(query, citizen.case) == []
	assert [row["text"] for row in servers.rows(query, other.case)] == ["दूसरे प्रकरण का उत्तर"]
	shown = desk.locator(".ct-bubble[data-name]").evaluate_all(
		"all => all.map(one => Number(one.dataset.name))"
	)
	query = "select name from `tabChat Message` where reference_name = %s"
	assert set(shown) <= {row["name"] for row in servers.rows(query, other.case)}


def test_what_is_typed_while_a_text_is_sent_stays(servers, open_page, citizen):
	desk = open_talk(servers, open_page, citizen)
	held = []
	desk.route("**/grievance_cell.api.chat_thread.send_text", lambda route: held.append(route))
	with desk.expect_request("**/grievance_cell.api.chat_thread.send_text"):
		write(desk, "See https://pgportal.gov.in/status?no=1&kind=2, *please*")
	desk.locator(".ct-text").press_sequentially(" And bring it")
	held.pop().continue_()
	expect(desk.locator(".ct-text")).to_have_value("And bring it")
	link = bubble(desk, "See https").locator("a")
	expect(link).to_have_attribute("href", "https://pgportal.gov.in/status?no=1&kind=2")
	expect(link).to_have_attribute("rel", "noopener noreferrer")
	expect(bubble(desk, "See https").locator("strong")).to_have_text("please")


def test_photos_go_both_ways(servers, open_page, citizen, tmp_path):
	desk = open_talk(servers, open_page, citizen)
	write(desk, "कृपया फ़ोटो भेजें")
	heard(citizen, "कृपया फ़ोटो भेजें")
	theirs, ours = photo(), photo()
	before = desk.locator(".ct-in .ct-photo").count()
	citizen.post({"type": "image", "image": {"id": citizen.upload(theirs)}})
	expect(desk.locator(".ct-in .ct-photo")).to_have_count(before + 1)
	shown = desk.locator(".ct-in .ct-photo").last
	desk.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=shown.element_handle())

	file = tmp_path / "done.jpg"
	file.write_bytes(ours)
	desk.click(".ct-attach")
	desk.set_input_files(".modal.show input[type=file]", str(file))
	desk.locator(".modal.show .btn-modal-primary").click()
	desk.locator(".ct-attached").wait_for()
	write(desk, "काम हो गया")
	expect(desk.locator(".ct-out .ct-photo")).to_have_count(1)

	def sent():
		found = [entry["message"] for entry in citizen.thread() if entry["message"].get("type") == "image"]
		return [each for each in found if each["image"].get("caption") == "काम हो गया"]

	(message,) = wait_until(sent, "the officer's photo")
	content = requests.get(f"{citizen.emulator}/media/{message['image']['id']}").content
	assert is_same_picture(content, ours)


def test_a_quick_reply_is_read_in_hindi_before_it_is_sent(servers, open_page, citizen):
	desk = open_talk(servers, open_page, citizen, 390, 800)
	desk.click(".ct-quick button")
	desk.locator(".ct-quick-text", has_text="Please send a photo").click()
	expect(desk.locator(".ct-text")).to_have_value(
		"कृपया उस जगह की फ़ोटो यहीं भेजें, ताकि हम देख सकें कि क्या ख़राबी है।"
	)
	desk.click(".ct-send")
	heard(citizen, "कृपया उस जगह की फ़ोटो यहीं भेजें")
	expect(desk.locator(".ct-text")).to_have_value("")


def test_a_double_click_sends_once(servers, open_page, citizen):
	desk = open_talk(servers, open_page, citizen)
	desk.fill(".ct-text", "हम देख रहे हैं")
	desk.dblclick(".ct-send")
	bubble(desk, "हम देख रहे हैं").wait_for()
	expect(desk.locator(".ct-text")).to_have_value("")
	expect(bubble(desk, "हम देख रहे हैं")).to_have_count(1)


def test_a_question_makes_the_case_wait(servers, open_page, citizen):
	desk = open_talk(servers, open_page, citizen)
	desk.fill(".ct-text", "कौन सा घर?")
	desk.click(".ct-ask")
	desk.wait_for_function("cur_frm.doc.status === 'Awaiting Citizen'")
	heard(citizen, "कौन सा घर?")
	bubble(desk, "कौन सा घर?").first.wait_for()
	citizen.post(words("नीला मकान"))
	bubble(desk, "नीला मकान").first.wait_for()


def test_the_form_notices_that_the_window_has_closed(servers, open_context, citizen):
	# What is refused stands in the browser's console too.
	desk = open_talk(servers, lambda *size: open_context(*size).new_page(), citizen)
	expect(desk.locator(".ct-standing")).to_have_attribute("data-kind", "text")
	servers.rows(
		"update `tabChat Session` set last_inbound_on = last_inbound_on - interval 25 hour"
		" where conversation_key = %s",
		citizen.number,
	)
	write(desk, "हम आ रहे हैं")
	expect(desk.locator(".ct-standing")).to_have_attribute("data-kind", "template")
	expect(desk.locator(".ct-text")).to_have_value("हम आ रहे हैं")


def test_outside_the_window_a_template_is_offered_and_sent(servers, open_page, citizen):
	submit_templates(servers)
	requests.post(f"{citizen.emulator}/clock", json={"advance": DAY + 60}).raise_for_status()
	servers.rows(
		"update `tabChat Session` set last_inbound_on = last_inbound_on - interval 25 hour where conversation_key = %s",
		citizen.number,
	)
	try:
		desk = open_talk(servers, open_page, citizen)
		expect(desk.locator(".ct-standing")).to_have_attribute("data-kind", "template")
		desk.locator(".ct-template option").first.wait_for(state="attached")
		values = desk.locator(".ct-template option").evaluate_all(
			"all => all.map(one => [one.value, one.text])"
		)
		desk.select_option(
			".ct-template", next(value for value, text in values if "कार्यालय ने लिखा है" in text)
		)
		desk.fill(".ct-text", "पाइपलाइन ठीक हो गई है")
		expect(desk.locator(".ct-preview")).to_contain_text("पाइपलाइन ठीक हो गई है")
		desk.click(".ct-send")
		said = bubble(desk, "पाइपलाइन ठीक हो गई है").and_(desk.locator("[data-name]"))
		expect(said).to_have_attribute("data-state", "Delivered")
		sent = [entry["message"] for entry in citizen.thread() if entry["message"].get("type") == "template"]
		assert [each["template"]["name"] for each in sent][-1] == "grievance_reply"
	finally:
		requests.post(f"{citizen.emulator}/clock", json={"reset": True}).raise_for_status()
