"""Notices in a browser, as IT staff make them: a channel of Frappe's own form, a template, and how it looks on the phone."""

from desk import log_in

MANAGER = "manager@demo.example"


def test_a_notice_is_previewed_as_the_phone_shows_it(servers, open_page):
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), MANAGER)
	desk.goto(f"{servers.url()}/app/notification/Citizen: Registered")
	desk.get_by_role("button", name="Preview").click()
	dialog = desk.locator(".modal.show")
	dialog.locator(".notice-bubble", has_text="GRV-2026-000123").wait_for()
	language = dialog.locator("[data-fieldname=language] input")
	language.fill("hi")
	language.blur()
	dialog.locator(".notice-bubble", has_text="आपकी अर्ज़ी").wait_for()


def test_the_form_offers_who_can_be_told_over_whatsapp(servers, open_page):
	desk = open_page(1366, 900)
	log_in(desk, servers.url(), MANAGER)
	desk.goto(f"{servers.url()}/app/notification/Citizen: Registered")
	desk.locator("[data-fieldname=chat_template]").first.wait_for()
	desk.locator(".frappe-control[data-fieldname=message]").wait_for(state="hidden")
	desk.locator("[data-fieldname=recipients] .grid-row[data-idx='1'] .btn-open-row").click()
	options = desk.locator(".form-in-grid select[data-fieldname=receiver_by_document_field] option")
	options.nth(3).wait_for(state="attached")
	offered = {option.get_attribute("value") for option in options.all()}
	assert {"owner", "citizen", "assigned_to", "posting", "department", "area", "mobile_no"} <= offered
