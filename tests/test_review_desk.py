"""The TL review in a browser: a meeting is planned, two directions are given by keyboard, and the next one shows what was done."""

from urllib.parse import urlencode

import pytest

from chat import Citizen, describe_case, wait_until
from desk import Officer, log_in

COLLECTOR, OFFICER = "collector@demo.example", "je.phe@demo.example"
CATEGORY, PLACE = "No water supply", "Khaira, Nawagarh"


@pytest.fixture
def case(servers) -> str:
	"""A case of a citizen's with the junior engineer, that came back to them twice."""
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, description="चार दिन से पानी नहीं आया", category=CATEGORY, place=PLACE)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to = %s"
	name = wait_until(lambda: servers.rows(query, f"+{citizen.number}", OFFICER), "the case")[0]["name"]
	servers.rows(
		"""update `tabGrievance` set registered_on = '2020-01-01', resolution_by = '2020-02-01', sla_status = 'Overdue',
			reopen_count = 2, next_check_on = null where name = %s""",
		name,
	)
	return name


def open_desk(servers, open_page, user: str, path: str, width: int = 1366, height: int = 768):
	page = open_page(width, height)
	log_in(page, servers.url(), user)
	page.goto(f"{servers.url()}/app/{path}")
	return page


def plan(collector, servers) -> str:
	"""Plan a meeting in its form; returns its name when the agenda stands there."""
	collector.goto(f"{servers.url()}/app/review-meeting/new")
	collector.wait_for_function("window.cur_frm?.doctype === 'Review Meeting' && cur_frm.is_new()")
	collector.evaluate("cur_frm.set_value('held_on', frappe.datetime.get_today())")
	collector.keyboard.press("Control+s")
	collector.wait_for_function("!cur_frm.is_new() && cur_frm.doc.agenda_made_on")
	collector.locator(".review").wait_for()
	return collector.evaluate("cur_frm.doc.name")


def direct(collector, row, words: str) -> None:
	"""Give a direction from a row of the agenda, by keyboard alone."""
	row.focus()
	collector.keyboard.press("Enter")
	collector.wait_for_function("window.cur_dialog?.get_value('posting')")
	collector.wait_for_function("document.activeElement?.dataset?.fieldname === 'direction'")
	collector.keyboard.type(words)
	collector.keyboard.press("Enter")
	collector.locator(".review a", has_text=words).wait_for()


def test_a_meeting_without_a_title_is_named_after_its_area_in_the_readers_language(servers, open_page):
	administrator = Officer(servers.url(), "Administrator", "admin")
	collector = open_desk(servers, open_page, COLLECTOR, "review-meeting")
	name = plan(collector, servers)
	try:
		for language, heading in (("en", "TL Review, "), ("hi", "समय-सीमा (टीएल) समीक्षा, ")):
			administrator.save("User", COLLECTOR, language=language)
			collector.goto(f"{servers.url()}/app/review-meeting")
			collector.locator(f".list-row .list-subject a[href$='{name}']", has_text=heading).wait_for()
			collector.goto(f"{servers.url()}/app/review-meeting/{name}")
			collector.locator(".page-head .title-text", has_text=heading).first.wait_for()
	finally:
		administrator.save("User", COLLECTOR, language="en")


def test_a_review_from_the_agenda_to_the_next_meeting(servers, open_page, case):
	collector = open_desk(servers, open_page, COLLECTOR, "review-meeting")
	first = plan(collector, servers)
	rows = collector.locator(f"[data-direct][data-grievance={case}]")
	direct(collector, rows.first, "Lay the pipe anew")
	# The work goes on where it was, one row on.
	collector.wait_for_function("name => document.activeElement?.dataset.grievance === name", arg=case)
	standing_at = "[...document.querySelectorAll('[data-direct]')].indexOf(document.activeElement)"
	at = collector.evaluate(standing_at)
	for key, step in (("ArrowUp", -1), ("ArrowDown", 0)):
		collector.keyboard.press(key)
		collector.wait_for_function(f"wanted => {standing_at} === wanted", arg=at + step)
	department = collector.locator("[data-direct][data-department='Public Health Engineering']").first
	direct(collector, department, "Report the stock of pipes")

	directions = Officer(servers.url(), COLLECTOR).list(
		"Review Direction", "name", "posting", "assigned_to", meeting=first
	)
	assert {each["assigned_to"] for each in directions} == {OFFICER, "head.phe@demo.example"}
	(mine,) = [each["name"] for each in directions if each["assigned_to"] == OFFICER]

	# The officer has it as a task, on the case, and on their desk.
	officer = open_desk(servers, open_page, OFFICER, f"grievance/{case}", 390, 844)
	officer.locator(".form-directions a", has_text="Lay the pipe anew").wait_for()
	tasks = Officer(servers.url(), OFFICER).list("ToDo", "name", reference_name=mine, status="Open")
	assert len(tasks) == 1
	officer.goto(f"{servers.url()}/app/my-desk")
	officer.locator(".shortcut-widget-box", has_text="Directions to Do").click()
	officer.locator(".list-row", has_text="Lay the pipe anew").first.wait_for()
	officer.goto(f"{servers.url()}/app/review-direction/{mine}")
	officer.wait_for_function("name => window.cur_frm?.doc?.name === name", arg=mine)
	officer.wait_for_load_state("networkidle")
	officer.get_by_role("button", name="Report as Done").click()
	officer.locator(".modal.show input[data-fieldname=remark]").fill("New pipe on Monday")
	officer.locator(".modal.show input[data-fieldname=remark]").press("Enter")
	officer.wait_for_function("cur_frm.doc.status === 'Done'")

	collector.evaluate("cur_frm.reload_doc()")
	collector.wait_for_load_state("networkidle")
	collector.get_by_role("button", name="The Meeting Was Held").click()
	collector.locator(".modal.show .btn-modal-primary").click()
	collector.wait_for_function("cur_frm.doc.status === 'Held'")
	query = urlencode(
		{"doctype": "Review Meeting", "name": first, "format": "TL Review Minutes", "_lang": "hi"}
	)
	# As the print view opens it.
	with collector.expect_popup() as opened:
		collector.evaluate("address => window.open(address)", f"{servers.url()}/printview?{query}")
	errors = []
	opened.value.on("pageerror", lambda error: errors.append(str(error)))
	opened.value.reload()
	opened.value.locator(".review td", has_text="Lay the pipe anew").first.wait_for()
	assert errors == []
	plan(collector, servers)
	done = collector.locator(".review tr", has_text="Lay the pipe anew")
	assert "Reported as done" in done.inner_text() and "New pipe on Monday" in done.inner_text()
	assert (
		"Not done yet" in collector.locator(".review tr", has_text="Report the stock of pipes").inner_text()
	)


def test_each_number_opens_its_list(servers, open_page, case):
	collector = open_desk(servers, open_page, COLLECTOR, "review-meeting")
	plan(collector, servers)
	number = collector.locator(".review h3 a").first
	shown = int(number.inner_text())
	number.click()
	collector.wait_for_function(
		"number => window.cur_list?.doctype === 'Grievance' && cur_list.data.length === Math.min(number, cur_list.page_length)",
		arg=shown,
	)
	assert collector.evaluate("cur_list.filter_area.get().length") > 0
