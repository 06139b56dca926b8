"""The collector's desk in a browser."""

import pytest

from chat import Citizen, describe_case
from desk import Officer, log_in

COLLECTOR = "collector@demo.example"


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
