"""An officer's day at the desk in a browser: the worklists, the list, and what stands above a case's form."""

import io
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader

from chat import Citizen, describe_case, photo, wait_until
from desk import Officer, log_in

OFFICER = "je.phe@demo.example"
CATEGORY, PLACE = "No water supply", "Khaira, Nawagarh"
HINDI, ENGLISH = "hi", "en"
SCREENS = ((1366, 768), (390, 844))


@pytest.fixture(params=(HINDI, ENGLISH))
def language(servers, request):
	"""Have the officer read this language."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	administrator.save("User", OFFICER, language=request.param)
	yield request.param
	administrator.save("User", OFFICER, language=ENGLISH)


@pytest.fixture
def case(servers) -> str:
	"""A case of a citizen's with a photo, with the junior engineer."""
	citizen = Citizen(servers.url("emulator"))
	describe_case(
		citizen, description="चार दिन से पानी नहीं आया", category=CATEGORY, place=PLACE, photo=photo()
	)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to = %s"
	name = wait_until(lambda: servers.rows(query, f"+{citizen.number}", OFFICER), "the case")[0]["name"]
	attached = "select name from `tabFile` where attached_to_name = %s"
	wait_until(lambda: servers.rows(attached, name), "the photo")
	return name


def desk_of_officer(servers, open_page, size=SCREENS[0]):
	desk = open_page(*size)
	log_in(desk, servers.url(), OFFICER)
	return desk


def open_form(servers, desk, case: str) -> None:
	desk.goto(f"{servers.url()}/app/grievance/{case}")
	desk.wait_for_function("name => window.cur_frm?.doc?.name === name", arg=case)
	desk.locator(".case-overview .moves button").first.wait_for()
	desk.wait_for_load_state("networkidle")


def wait_for_rows(desk, number: int) -> None:
	"""Wait until the list of cases has looked with all its filters, and see that it has found so many."""
	desk.wait_for_function(
		"number => cur_list?.doctype === 'Grievance' && cur_list.filter_area?.get().length && cur_list.data.length === number",
		arg=min(number, 20),
	)
	desk.wait_for_load_state("networkidle")
	assert desk.evaluate("cur_list.data.length") == min(number, 20)


def test_each_number_on_my_desk_opens_a_list_of_as_many(servers, open_page, language, case):
	servers.rows("update `tabGrievance` set new_reply = 1 where name = %s", case)
	desk = desk_of_officer(servers, open_page)
	desk.goto(f"{servers.url()}/app/my-desk")
	desk.locator(".list[data-list]").first.wait_for()
	# Which are due first depends on what the tests before this one have left.
	desk.locator(".case").first.wait_for()
	waiting = int(desk.locator(".list[data-list=open] b").inner_text())
	assert desk.locator(".case").count() == min(waiting, 12)
	assert waiting > 12 or desk.locator(".case", has_text=case).count() == 1
	keys = desk.locator(".list[data-list]").evaluate_all("tiles => tiles.map(tile => tile.dataset.list)")
	assert "overdue" in keys and "new_replies" in keys
	for key in keys:
		desk.goto(f"{servers.url()}/app/my-desk")
		tile = desk.locator(f".list[data-list={key}]")
		tile.wait_for()
		number = int(tile.locator("b").inner_text())
		tile.click()
		desk.wait_for_url("**/app/grievance**")
		wait_for_rows(desk, number)
	assert desk.evaluate("frappe.boot.lang") == language


@pytest.mark.parametrize("size", SCREENS)
def test_what_an_officer_needs_stands_above_the_form(servers, open_page, language, case, size):
	desk = desk_of_officer(servers, open_page, size)
	open_form(servers, desk, case)
	overview = desk.locator(".case-overview")
	assert overview.locator(".deadline .bar .used").count() == 1
	(row,) = servers.rows(
		"select citizen_name, mobile_masked, mobile_no from `tabGrievance` where name = %s", case
	)
	text = overview.inner_text()
	assert row["citizen_name"] in text and row["mobile_masked"] in text
	assert row["mobile_no"] not in desk.content()
	assert ("नवागढ़" if language == HINDI else "Nawagarh") in text
	# The photo is not only named but there.
	desk.wait_for_function(
		"[...document.querySelectorAll('.case-overview .files img')].some(image => image.naturalWidth > 0)"
	)
	assert overview.locator("[data-move='Start Work']").get_attribute("class").endswith("btn-primary")


def test_the_next_move_is_one_button_and_one_dialog(servers, open_page, case):
	desk = desk_of_officer(servers, open_page)
	open_form(servers, desk, case)
	desk.click(".case-overview [data-move='Start Work']")
	desk.wait_for_function("cur_frm.doc.status === 'In Progress'")
	desk.click(".case-overview [data-move='Ask Citizen']")
	dialog = desk.locator(".modal.show")
	dialog.locator("[data-fieldname=question] textarea").fill("किस हैंडपंप के पास?")
	dialog.locator(".btn-modal-primary").click()
	desk.wait_for_function("cur_frm.doc.status === 'Awaiting Citizen'")
	desk.locator(".case-overview .deadline.paused").wait_for()


def test_a_worklist_is_one_click_and_several_cases_are_changed_at_once(servers, open_page, case):
	desk = desk_of_officer(servers, open_page)
	desk.goto(f"{servers.url()}/app/grievance")
	desk.locator(".inner-group-button:visible").locator("> button").click()
	desk.locator(".inner-group-button .dropdown-item:visible").first.click()
	row = desk.locator(".list-row-container", has_text=case.removeprefix("GRV-"))
	row.wait_for()
	assert desk.evaluate("cur_list.filter_area.get().some(([, field]) => field === 'assigned_to')")
	row.locator(".list-row-checkbox").click()
	desk.locator(".actions-btn-group > button:visible").click()
	desk.locator(".actions-btn-group .dropdown-item:visible", has_text="Set Priority").click()
	dialog = desk.locator(".modal.show")
	dialog.locator("[data-fieldname=priority] select").select_option("Low")
	dialog.locator(".btn-modal-primary").click()
	priority = "select priority from `tabGrievance` where name = %s"
	wait_until(lambda: servers.rows(priority, case)[0]["priority"] == "Low", "the priority")


def test_what_was_changed_before_the_connection_broke_is_told(servers, open_context, case):
	# What breaks stands in the browser's console too.
	desk = desk_of_officer(servers, lambda *size: open_context(*size).new_page())
	desk.goto(f"{servers.url()}/app/grievance")
	desk.wait_for_function("cur_list?.doctype === 'Grievance' && cur_list.data?.length")
	asked = []

	def break_the_second(route):
		asked.append(route)
		route.continue_() if len(asked) == 1 else route.abort()

	desk.route("**/grievance_cell.api.lists.change_many", break_the_second)
	# A first request of 25 of which one is there, and a second that is lost.
	desk.evaluate(
		"name => (cur_list.get_checked_items = () => [name, ...Array.from(Array(25), (_, i) => `GRV-NONE-${i}`)])",
		case,
	)
	desk.locator(".list-row-checkbox").first.click()
	desk.locator(".actions-btn-group > button:visible").click()
	desk.locator(".actions-btn-group .dropdown-item:visible", has_text="Set Priority").click()
	dialog = desk.locator(".modal.show")
	dialog.locator("[data-fieldname=priority] select").select_option("Low")
	dialog.locator(".btn-modal-primary").click()
	told = desk.locator(".msgprint")
	told.get_by_text("1 cases changed, 25 left as they are").wait_for()
	lost = told.locator("tr", has_text="GRV-NONE-24")
	assert "Perhaps changed" in lost.inner_text()
	assert len(asked) == 2


def test_the_letters_are_one_sheet_each_in_the_language_of_the_print(servers, open_page, case):
	desk = desk_of_officer(servers, open_page)
	for letter, title in (("Acknowledgement", "पावती"), ("Disposal Letter", "आपके प्रकरण का निराकरण")):
		query = urlencode({"doctype": "Grievance", "name": case, "format": letter, "_lang": HINDI})
		# As the print view does; the page has no icon, for which a browser asks once.
		with desk.expect_popup() as opened:
			desk.evaluate("address => window.open(address)", f"{servers.url()}/printview?{query}")
		page, errors = opened.value, []
		page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
		page.reload()
		assert page.locator(".letter h1").inner_text() == title
		assert page.evaluate("document.querySelector('.letter .code img').decode().then(() => true)")
		sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
		sizes = [tuple(round(float(side) / 72 * 25.4) for side in sheet.mediabox[2:]) for sheet in sheets]
		assert (sizes, errors) == ([(210, 297)], [])
