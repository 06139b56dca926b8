"""The page that anybody may read, in a browser."""

import re

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from chat import Citizen, describe_case
from desk import log_in

SERIOUS = {"serious", "critical"}


@pytest.fixture
def told(servers) -> tuple[str, Citizen]:
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	reply = citizen.tap("confirm")
	return re.search(r"GRV-\d{4}-\d+", reply.text).group(), citizen


def serious(page) -> list[str]:
	found = Axe().run(page).response["violations"]
	return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]


@pytest.mark.parametrize(("language", "width"), [("hi", 390), ("en", 1366)])
def test_the_page_can_be_read_by_everybody(servers, open_page, told, language, width):
	page = open_page(width, 800)
	page.goto(f"{servers.url()}/grievances?_lang={language}")
	page.get_by_role("table").first.wait_for()
	assert serious(page) == []
	# Tables may be wider than a phone; the page is not.
	assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_citizen_finds_their_case_without_javascript(servers, browser, told):
	case, citizen = told
	context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
	page = context.new_page()
	page.goto(f"{servers.url()}/grievances?_lang=hi")
	page.fill("#number", case)
	page.fill("#digits", citizen.number[-4:])
	page.click("button[type=submit]")
	said = page.get_by_role("status")
	said.get_by_text(case).wait_for()
	assert "नगरीय निकाय" in said.inner_text()
	assert citizen.name not in page.content()
	context.close()


def test_an_officer_shows_a_citizen_the_page(servers, open_page, told):
	case, citizen = told
	page = open_page(1366, 800)
	log_in(page, servers.url(), "operator@demo.example")
	# The desk gives the session the token that each of its forms has to carry from then on.
	page.goto(f"{servers.url()}/app")
	page.wait_for_function("window.frappe?.csrf_token")
	page.goto(f"{servers.url()}/grievances")
	page.fill("#number", case)
	page.fill("#digits", citizen.number[-4:])
	page.click("button[type=submit]")
	page.get_by_role("status").get_by_text(case).wait_for()


def test_wrong_digits_are_told_nothing(servers, told):
	case, citizen = told
	wrong = f"{(int(citizen.number[-4:]) + 1) % 10_000:04}"
	page = requests.post(f"{servers.url()}/grievances?_lang=en", data={"number": case, "digits": wrong})
	assert page.ok
	assert "no case with this number" in page.text
	assert "Where it stands" not in page.text
