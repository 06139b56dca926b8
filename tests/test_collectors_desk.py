"""The collector's desk in a browser."""

import re
import time
from base64 import b64decode

import pytest
from playwright.sync_api import expect

from chat import Citizen, describe_case
from desk import Officer, log_in

COLLECTOR = "collector@demo.example"
# One clear point.
TILE = b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def speak(servers):
	"""Set the collector's language, which is English again afterwards."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	yield lambda language: administrator.save("User", COLLECTOR, language=language)
	administrator.save("User", COLLECTOR, language="en")


@pytest.mark.parametrize(("language", "width", "pending"), [("en", 1366, "Pending"), ("hi", 390, "लंबित")])
def test_each_number_opens_its_list(servers, open_page, speak, language, width, pending):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	speak(language)
	desk = open_page(width, 900)
	log_in(desk, servers.url(), COLLECTOR)
	desk.goto(f"{servers.url()}/app/collector-desk")
	number = desk.locator("[data-number=pending]")
	number.wait_for()
	assert number.locator("span").inner_text() == pending
	counted = int(number.locator("b").inner_text())
	assert counted > 0
	# The charts of the reports are there as well.
	desk.locator(".chart-container svg.frappe-chart").nth(2).wait_for()

	number.click()
	desk.locator(".frappe-list .list-row").first.wait_for()
	listed = desk.evaluate("cur_list.get_count_str().then(() => cur_list.total_count)")
	assert listed == counted


@pytest.mark.parametrize(("language", "width"), [("en", 1366), ("hi", 390)])
def test_each_place_opens_its_list_and_stands_on_the_map(servers, open_page, speak, language, width):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	speak(language)
	desk = open_page(width, 900)
	# No map's server is asked from here.
	desk.route(
		"**/*.tile.openstreetmap.org/**", lambda route: route.fulfill(content_type="image/png", body=TILE)
	)
	log_in(desk, servers.url(), COLLECTOR)
	desk.goto(f"{servers.url()}/app/collector-desk")
	table = desk.locator(".places")
	table.locator("tr").nth(1).wait_for()
	desk.locator(".show-map").click()
	desk.locator(".place-map path.leaflet-interactive").first.wait_for()
	# Down to a block, and from its number of pending cases to their list.
	block = table.locator("tr", has=desk.locator("td:nth-child(4) button")).first
	name = block.locator("td:first-child button")
	title, pending = name.inner_text(), int(block.locator("td:nth-child(4)").inner_text())
	name.click()
	desk.locator(".path b", has_text=title).wait_for()
	assert sum(int(each) for each in table.locator("td:nth-child(4) button").all_inner_texts()) == pending
	desk.locator(".path button").first.click()
	desk.locator(".places tr", has_text=title).locator("td:nth-child(4) button").click()
	lists_as_many(desk, pending)


# The filters of the list that was opened before are those that Frappe begins with.
def test_one_place_after_the_other_opens_its_own_list(servers, open_page):
	for place in ("Ward 5, Janjgir-Naila", "धुरकोट, बलौदा"):
		citizen = Citizen(servers.url("emulator"))
		describe_case(citizen, place=place)
		citizen.tap("confirm")
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), COLLECTOR)
	for _again in range(2):
		for title in ("Janjgir-Naila", "Baloda Block"):
			# All is loaded anew, no title of an area is known.
			desk.goto(f"{servers.url()}/app/collector-desk")
			# A chart that is left while it is drawn complains.
			desk.locator(".chart-container svg.frappe-chart").nth(2).wait_for()
			number = desk.locator(".places tr", has_text=title).locator("td:nth-child(4) button")
			pending = int(number.inner_text())
			number.click()
			lists_as_many(desk, pending)
	desk.reload()
	lists_as_many(desk, pending)
	# The place has its title while the list, asked for without it, is still on its way.
	desk.route("**/frappe.desk.reportview.get", after_a_while)
	desk.reload()
	lists_as_many(desk, pending)


def after_a_while(route) -> None:
	answer = route.fetch()
	time.sleep(2)
	route.fulfill(response=answer)


def lists_as_many(desk, number: int) -> None:
	"""See that the list which is open says this number, and shows as many cases of those that it says."""
	# "20 of 41", or "41 में से 20".
	expect(desk.locator(".list-count")).to_have_text(re.compile(rf"(^| ){number}( |$)"))
	expect(desk.locator(".frappe-list .list-row-container .list-row")).to_have_count(min(number, 20))
	assert (
		desk.evaluate("frappe.db.count('Grievance', { filters: cur_list.get_filters_for_args() })") == number
	)
