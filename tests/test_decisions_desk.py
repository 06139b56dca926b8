"""What is decided of a case in a browser: a proposal by two persons, a transfer, the reason for a delay."""

import pytest

from chat import Citizen, describe_case, wait_until
from desk import Officer, log_in

OFFICER, HEAD = "je.phe@demo.example", "head.phe@demo.example"
CATEGORY, PLACE = "No water supply", "Khaira, Nawagarh"


@pytest.fixture
def case(servers) -> str:
	"""A case of a citizen's, with the junior engineer."""
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, description="चार दिन से पानी नहीं आया", category=CATEGORY, place=PLACE)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to = %s"
	return wait_until(lambda: servers.rows(query, f"+{citizen.number}", OFFICER), "the case")[0]["name"]


def open_case(servers, open_page, user: str, case: str):
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), user)
	desk.goto(f"{servers.url()}/app/grievance/{case}")
	desk.wait_for_function("name => window.cur_frm?.doc?.name === name", arg=case)
	# What the form asks for by itself has come.
	desk.wait_for_load_state("networkidle")
	return desk


def choose(desk, group: str, what: str) -> None:
	desk.locator(".inner-group-button:visible", has_text=group).locator("> button").click()
	desk.locator(".inner-group-button .dropdown-item:visible", has_text=what).click()


def fill(desk, dialog, **values) -> None:
	"""Fill in a dialog and send it; it closes when what it asks for was done."""
	for field, value in values.items():
		entry = dialog.locator(f"[data-fieldname={field}]").locator("input, textarea").first
		entry.fill(value)
		entry.blur()
		# A link field looks first at what was typed, and must not be overtaken by the next field.
		desk.wait_for_function("field => cur_dialog?.get_value(field)", arg=field)
	dialog.locator(".btn-modal-primary").click()
	dialog.wait_for(state="hidden")


def test_a_proposal_is_approved_by_a_second_person(servers, open_page, case):
	officer = open_case(servers, open_page, OFFICER, case)
	choose(officer, "Propose", "Out of Scope")
	dialog = officer.locator(".modal.show")
	fill(
		officer,
		dialog,
		reason="The case is before the civil court",
		out_of_scope_reason="Matter before a court",
	)
	banner = officer.locator(".form-message:visible", has_text="The case is before the civil court")
	banner.wait_for()
	assert not officer.get_by_role("button", name="Decide").is_visible()

	head = open_case(servers, open_page, HEAD, case)
	head.locator(".form-message:visible", has_text="The case is before the civil court").wait_for()
	choose(head, "Decide", "Approve")
	head.wait_for_function(
		"cur_frm.doc.status === 'Rejected' && cur_frm.doc.closure_reason === 'Out of Scope'"
	)


def test_a_case_is_transferred_with_a_reason(servers, open_page, case):
	officer = open_case(servers, open_page, OFFICER, case)
	choose(officer, "Send", "Transfer")
	dialog = officer.locator(".modal.show")
	fill(officer, dialog, department="Electricity Distribution", reason="The pump has no power")
	officer.wait_for_url("**/app/grievance**")
	moved = Officer(servers.url(), "Administrator", "admin").get("Grievance", case)
	assert (moved["department"], moved["transfer_count"]) == ("Electricity Distribution", 1)
	assert moved["posting"].startswith("JE, ELEC")


def test_an_overdue_case_asks_why_before_it_is_moved(servers, open_page, case):
	servers.rows(
		"""update `tabGrievance` set registered_on = registered_on - interval 9 day, resolution_by = now() - interval 2 day,
			clock_started_on = registered_on, sla_status = 'Overdue' where name = %s""",
		case,
	)
	officer = open_case(servers, open_page, OFFICER, case)
	officer.click(".actions-btn-group > button:visible")
	officer.click(".actions-btn-group .dropdown-item:visible:has-text('Start Work')")
	dialog = officer.locator(".modal.show", has=officer.locator("[data-fieldname=delay_remark]"))
	fill(officer, dialog, delay_reason="No material", delay_remark="Pipes are on their way")
	officer.wait_for_function(
		"cur_frm.doc.status === 'In Progress' && cur_frm.doc.delay_reason === 'No material'"
	)
