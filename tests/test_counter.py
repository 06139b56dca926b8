"""The counter in a browser, with the keyboard alone, and the slips of a camp in one grid."""

import re
import secrets
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chat import Citizen, photo, wait_until
from desk import Officer, log_in

OPERATOR = "operator@demo.example"
HINDI, ENGLISH = "hi", "en"
SCREENS = ((1366, 768), (390, 844))
# How long a busy machine may take over the slips of a large camp, in milliseconds.
MANY_SLIPS = 240_000
# The button of a camp, in both languages.
REGISTER_ALL = re.compile("^(सभी दर्ज करें|Register All)$")
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
# What is typed until the place is found, in the language of the desk and in the other one.
PLACE = {HINDI: "खैरा, नवागढ़", ENGLISH: "Khaira, Nawagarh"}
SAID = "चार दिन से नल में पानी नहीं आ रहा है, मकान {}"
# In this order the fields come with the tabulator.
ORDER = (
	"mobile_no", "citizen_name", "language", "source", "consent", "grievance_type", "priority", "description",
	"category", "area", "address", "subject",
)  # fmt: skip


@pytest.fixture(params=(HINDI, ENGLISH))
def language(servers, request):
	"""Have the operator read this language."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	administrator.save("User", OPERATOR, language=request.param)
	yield request.param
	administrator.save("User", OPERATOR, language=ENGLISH)


class Counter:
	"""The counter's screen; keys that are no text are counted."""

	def __init__(self, servers, open_page, size=SCREENS[0]):
		self.page = open_page(*size)
		self.keys = 0
		log_in(self.page, servers.url(), OPERATOR)
		self.page.goto(f"{servers.url()}/app/register-case")
		self.page.wait_for_function("document.activeElement?.dataset.fieldname === 'mobile_no'")
		self.page.wait_for_load_state("networkidle")

	def field(self) -> str:
		return self.page.evaluate("document.activeElement.dataset.fieldname || ''")

	def press(self, key: str) -> None:
		self.keys += 1
		self.page.keyboard.press(key)

	def type(self, text: str) -> None:
		self.page.keyboard.type(text)

	def tab_to(self, field: str) -> None:
		while self.field() != field:
			self.press("Tab")

	def choose(self, text: str = "") -> str:
		"""Type into a link field and take the first that is offered; returns it."""
		field = self.field()
		self.type(text)
		offered = self.page.locator(f".asked [data-fieldname={field}] .awesomplete ul:not([hidden]) li")
		offered.first.wait_for()
		first = offered.first.locator("strong").inner_text()
		self.press("Enter")
		return first

	def write(self, number: str, said: str, language: str, name: str = "सुनीता यादव") -> None:
		self.type(number)
		if name:
			self.press("Tab")
			self.page.wait_for_load_state("networkidle")
			self.type(name)
		self.tab_to("description")
		self.type(said)
		self.press("Tab")
		assert self.choose() == {HINDI: "पानी नहीं आ रहा", ENGLISH: "No water supply"}[language]
		self.tab_to("area")
		self.choose(PLACE[language])

	def done(self) -> str:
		"""Wait until the case is registered and the screen is ready for the next; returns its number."""
		number = self.page.locator(".register-case .done:not([hidden]) a")
		number.wait_for()
		self.page.wait_for_function("document.activeElement?.dataset.fieldname === 'mobile_no'")
		return number.inner_text()

	def value(self, field: str) -> str:
		return self.page.evaluate(
			"field => document.querySelector(`.asked [data-fieldname=${field}] :is(input, textarea, select)`).value",
			field,
		)


def cases_of(servers, said: str) -> list[dict]:
	return servers.rows("select * from `tabGrievance` where description = %s", said)


def some_number() -> str:
	return f"98{secrets.randbelow(10**8):08}"


def test_a_case_is_registered_with_the_keyboard_alone(servers, open_page, language, pytestconfig):
	citizen = Citizen(servers.url("emulator"))
	# Whoever has just written may be answered without a template.
	citizen.say("नमस्ते")
	said = SAID.format(citizen.number)
	counter = Counter(servers, open_page)
	counter.write(citizen.number[2:], said, language)
	if pytestconfig.getoption("pictures") and language == HINDI:
		counter.page.locator(".beside .who").wait_for()
		counter.page.screenshot(path=PICTURES / "counter.png", animations="disabled")
	counter.press("Control+s")
	number = counter.done()
	# All that is pressed besides the words: from field to field, what is chosen, and the saving.
	assert counter.keys <= 12
	(case,) = cases_of(servers, said)
	assert (case["name"], case["source"], case["language"]) == (number, "Walk-in", HINDI)
	assert (case["category"], case["citizen_name"]) == ("No water supply", "सुनीता यादव")
	(area,) = servers.rows("select area_name from `tabLocal Area` where name = %s", case["area"])
	assert area["area_name"] == "Khaira"
	(person,) = servers.rows("select language from `tabCitizen` where name = %s", case["citizen"])
	assert person["language"] == HINDI
	wait_until(lambda: any(number in reply.text for reply in citizen.heard()), "the acknowledgement")
	assert counter.value("description") == counter.value("area") == ""


def test_the_tabulator_goes_through_the_fields_in_order(servers, open_page):
	counter = Counter(servers, open_page)
	order = []
	for _field in ORDER:
		order.append(counter.field())
		counter.press("Tab")
	assert tuple(order) == ORDER


def test_the_number_finds_who_is_known(servers, open_page, language):
	number, first, second = (
		some_number(),
		SAID.format(secrets.token_hex(4)),
		SAID.format(secrets.token_hex(4)),
	)
	counter = Counter(servers, open_page)
	counter.tab_to("source")
	counter.page.keyboard.press("End")
	source = counter.value("source")
	counter.page.locator(".asked [data-fieldname=mobile_no] input").focus()
	counter.write(number, first, language, name="गीता बाई")
	counter.press("Control+s")
	counter.done()
	assert counter.value("source") == source != "Walk-in"
	counter.type(number)
	counter.press("Tab")
	card = counter.page.locator(".beside .who")
	card.get_by_text("गीता बाई").wait_for()
	assert first[:40] in card.inner_text()
	assert number not in card.inner_text()
	counter.tab_to("description")
	counter.type(second)
	counter.press("Tab")
	counter.choose()
	# The place is that of the citizen's first case.
	assert counter.value("area")
	counter.press("Control+s")
	counter.done()
	(one,), (other,) = cases_of(servers, first), cases_of(servers, second)
	assert (one["citizen"], one["area"]) == (other["citizen"], other["area"])
	assert other["source"] == source


def test_a_second_press_makes_no_second_case(servers, open_page):
	said = SAID.format(secrets.token_hex(4))
	counter = Counter(servers, open_page)
	counter.write("", said, ENGLISH, name="")
	button = counter.page.locator(".page-head .primary-action:visible")
	# Both before the first was answered.
	button.evaluate("button => { button.click(); button.click(); }")
	counter.press("Control+s")
	number = counter.done()
	counter.page.wait_for_load_state("networkidle")
	assert [case["name"] for case in cases_of(servers, said)] == [number]


def test_a_bad_number_is_told_and_nothing_is_lost(servers, open_page, language):
	said = SAID.format(secrets.token_hex(4))
	counter = Counter(servers, open_page)
	counter.write("98765", said, language)
	card = counter.page.locator(".beside .who.bad")
	card.get_by_text("98765").wait_for()
	counter.press("Control+s")
	counter.page.wait_for_function("document.activeElement?.dataset.fieldname === 'mobile_no'")
	assert cases_of(servers, said) == []
	assert (counter.value("description"), counter.value("citizen_name")) == (said, "सुनीता यादव")
	counter.page.keyboard.press("Control+a")
	counter.type(some_number())
	counter.press("Tab")
	card.wait_for(state="detached")
	counter.press("Control+s")
	counter.done()
	assert len(cases_of(servers, said)) == 1


def test_who_has_no_number_is_given_the_print(servers, open_page, language):
	said = SAID.format(secrets.token_hex(4))
	counter = Counter(servers, open_page)
	counter.tab_to("citizen_name")
	counter.write("बुधराम", said, language, name="")
	counter.press("Control+s")
	number = counter.done()
	(case,) = cases_of(servers, said)
	assert (case["citizen"], case["citizen_name"]) == (None, "बुधराम")
	counter.page.evaluate("window.open = address => { window.printed = address; }")
	counter.page.keyboard.press("Control+p")
	counter.page.wait_for_function("window.printed")
	printed = counter.page.evaluate("window.printed")
	assert number in printed and "format=Acknowledgement" in printed


def test_papers_are_attached_to_the_case(servers, open_page):
	said = SAID.format(secrets.token_hex(4))
	counter = Counter(servers, open_page)
	counter.write("", said, ENGLISH, name="")
	counter.page.locator(".asked input[type=file]").set_input_files(
		{"name": "slip.jpg", "mimeType": "image/jpeg", "buffer": photo()}
	)
	counter.press("Control+s")
	number = counter.done()
	files = servers.rows("select is_private from `tabFile` where attached_to_name = %s", number)
	assert [file["is_private"] for file in files] == [1]


@pytest.mark.parametrize("size", SCREENS)
def test_the_counter_fits_its_screen(servers, open_page, language, size):
	counter = Counter(servers, open_page, size)
	width = counter.page.evaluate("document.documentElement.scrollWidth")
	assert width <= size[0]


class Camp:
	"""The form of a camp day, new."""

	def __init__(self, servers, open_page, title: str):
		self.page = open_page(*SCREENS[0])
		log_in(self.page, servers.url(), OPERATOR)
		self.page.goto(f"{servers.url()}/app/camp-day/new")
		self.page.wait_for_function("window.cur_frm?.doctype === 'Camp Day' && cur_frm.is_new()")
		self.page.wait_for_load_state("networkidle")
		self.page.locator("[data-fieldname=title] input").fill(title)
		area = self.page.locator("[data-fieldname=area] input")
		area.fill("नवागढ़")
		self.page.locator("[data-fieldname=area] .awesomplete ul:not([hidden]) li").first.wait_for()
		area.press("Enter")
		self.page.wait_for_function("cur_frm.doc.area")

	def paste(self, slips) -> None:
		self.page.locator("[data-fieldname=slips] .grid-add-row").click()
		self.cell(1, "mobile_no").click()
		self.page.wait_for_function("document.activeElement?.dataset.fieldname === 'mobile_no'")
		# As a spreadsheet's cells come from the clipboard.
		self.page.evaluate(
			"""text => {
				const clipboardData = new DataTransfer();
				clipboardData.setData("Text", text);
				const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
				document.activeElement.dispatchEvent(paste);
			}""",
			"\n".join("\t".join(slip) for slip in slips),
		)
		self.page.wait_for_function(
			"count => cur_frm.doc.slips.filter(slip => slip.wanted).length === count && !frappe.cur_progress",
			arg=len(slips),
		)

	def cell(self, row: int, field: str):
		return self.page.locator(
			f"[data-fieldname=slips] .grid-row[data-idx='{row}'] [data-fieldname={field}]"
		).first

	def save(self) -> None:
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty() && !frappe.ui.form.is_saving")

	def register(self) -> None:
		"""Press the button, and see that nothing can be typed from that moment on."""
		may_write = self.page.get_by_role("button", name=REGISTER_ALL).evaluate(
			"button => { button.click(); return cur_frm.perm[0].write }"
		)
		assert not may_write

	def wait_for_cases(self, count: int) -> list[str]:
		self.page.wait_for_function(
			"count => document.querySelectorAll('[data-fieldname=slips] .grid-row a[href*=GRV]').length === count"
			" && cur_frm.perm[0].write && !cur_frm.save_disabled",
			arg=count,
		)
		return self.page.evaluate("cur_frm.doc.slips.map(slip => slip.grievance)")


def test_the_slips_of_a_camp_are_pasted_corrected_and_registered(servers, open_page, language, pytestconfig):
	citizen = Citizen(servers.url("emulator"))
	citizen.say("नमस्ते")
	camp = Camp(servers, open_page, "जनसमस्या निवारण शिविर, नवागढ़")
	camp.paste(
		(
			(citizen.number[2:], "रामलाल साहू", "खैरा", "पानी नहीं आ रहा", "हैंडपंप तीन हफ्ते से बंद है"),
			("98765", "गीता बाई", "Khaira", "Choked drain", "बस स्टैंड के पास नाली जाम है"),
			("", "बुधराम", "", "नाली जाम", "स्कूल के सामने नाली टूटी है"),
		)
	)
	camp.save()
	camp.page.locator("[data-fieldname=slips] .missing", has_text="98765").wait_for()
	camp.register()
	first, second, _third = camp.wait_for_cases(2)
	assert not second
	if pytestconfig.getoption("pictures") and language == HINDI:
		camp.page.locator(".desk-alert").first.wait_for(state="detached")
		camp.page.locator("[data-fieldname=slips] .grid-footer").scroll_into_view_if_needed()
		camp.page.screenshot(path=PICTURES / "camp.png", animations="disabled")
	camp.cell(2, "mobile_no").click()
	camp.page.locator("[data-fieldname=slips] .grid-row[data-idx='2'] input[data-fieldname=mobile_no]").fill(
		some_number()
	)
	camp.save()
	wait_until(lambda: any(first in reply.text for reply in citizen.heard()), "the receipt")
	camp.register()
	assert camp.wait_for_cases(3)[0] == first
	assert camp.page.evaluate("cur_frm.doc.status") == "Registered"
	keys = camp.page.evaluate("cur_frm.doc.slips.map(slip => `Camp Slip ${slip.name}`)")
	assert len(servers.rows("select name from `tabGrievance` where registration_key in %s", keys)) == 3
	assert citizen.number[2:] not in camp.page.evaluate("JSON.stringify(cur_frm.doc)")
	name = camp.page.evaluate("cur_frm.doc.name")
	query = urlencode({"doctype": "Camp Day", "name": name, "format": "Camp Receipts", "_lang": language})
	with camp.page.expect_popup() as opened:
		camp.page.evaluate("address => window.open(address)", f"{servers.url()}/printview?{query}")
	opened.value.locator(".receipts td", has_text=first).wait_for()
	assert opened.value.locator(".receipts tbody tr").count() == 3


def test_a_large_camp_is_registered_by_a_job_and_its_form_shows_the_receipts(servers, open_page, language):
	code = secrets.token_hex(4)
	camp = Camp(servers, open_page, f"शिविर {code}")
	camp.paste([(some_number(), "रामलाल साहू", "खैरा", "नाली जाम", f"नाली जाम है {code}")] * 11)
	camp.save()
	camp.register()
	told = {HINDI: f"{code}: 11 में से 11", ENGLISH: f"{code}: 11 of 11"}[language]
	camp.page.locator(".desk-alert", has_text=told).wait_for(timeout=MANY_SLIPS)
	cases = camp.wait_for_cases(11)
	assert len(set(cases)) == 11
	assert camp.page.evaluate("cur_frm.doc.status") == "Registered"


def test_a_camp_whose_registering_has_stopped_can_be_gone_on_with(servers, open_page):
	code = secrets.token_hex(4)
	camp = Camp(servers, open_page, f"शिविर {code}")
	camp.paste([(some_number(), "रामलाल साहू", "खैरा", "नाली जाम", f"नाली जाम है {code}")])
	camp.save()
	button = camp.page.get_by_role("button", name=REGISTER_ALL)
	for minutes, buttons in ((0, 0), (5, 1)):
		servers.rows(
			"update `tabCamp Day` set status = 'Registering', modified = modified - interval %s minute where title like %s",
			minutes,
			f"%{code}",
		)
		camp.page.reload()
		camp.page.locator(".form-message", has_text="Until that is done").wait_for()
		camp.page.wait_for_load_state("networkidle")
		assert button.count() == buttons
	camp.register()
	assert camp.wait_for_cases(1)


@pytest.mark.parametrize(
	("form", "field"), (("grievance", "language"), ("citizen", "language"), ("camp-day", "citizens_language"))
)
def test_a_form_begins_with_the_language_of_the_citizens_and_not_the_desks(servers, open_page, form, field):
	desk = open_page(*SCREENS[0])
	log_in(desk, servers.url(), OPERATOR)
	servers.rows("update `tabChat Channel` set default_language = 'pa'")
	try:
		desk.goto(f"{servers.url()}/app/{form}/new")
		desk.wait_for_function("field => window.cur_frm?.is_new() && cur_frm.doc[field] === 'pa'", arg=field)
	finally:
		servers.rows("update `tabChat Channel` set default_language = 'hi'")
