"""What docs/customising.md tells IT staff to do, done in a browser as the manager does it: every step a click or a word typed."""

import re
import secrets
from pathlib import Path

import openpyxl
import pytest

from chat import Citizen, Reply, describe_case, wait_until
from desk import Officer, log_in

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MANAGER, COLLECTOR = "manager@demo.example", "collector@demo.example"
OFFICER = "je.phe@demo.example"


@pytest.fixture
def manager(servers):
	return Officer(servers.url(), MANAGER)


class Desk:
	"""The desk as one person uses it, in a browser."""

	def __init__(self, page, web: str, user: str, pictures: bool):
		self.page, self.web, self.pictures = page, web, pictures
		log_in(page, web, user)

	def open(self, path: str) -> None:
		self.page.goto(f"{self.web}/app/{path}")
		self.page.locator(".page-container:visible .page-head").first.wait_for()
		self.settle()

	def settle(self) -> None:
		"""Wait until the page has its answers: a link, for one, is looked up before it counts."""
		self.page.wait_for_function("window.frappe?.request?.ajax_count === 0")

	def field(self, fieldname: str, within: str = ".page-container:visible"):
		return self.page.locator(f"{within} .frappe-control[data-fieldname={fieldname}]:visible").first

	def fill(self, fieldname: str, words: str, within: str = ".page-container:visible") -> None:
		control = self.field(fieldname, within).locator("input, textarea").first
		control.fill(words)
		control.blur()

	def choose(self, fieldname: str, words: str, within: str = ".page-container:visible") -> None:
		"""Take one of what a field offers, by its beginning."""
		control = self.field(fieldname, within).locator("input").first
		self.settle()
		control.click()
		self.settle()
		control.fill(words)
		self.page.locator(".awesomplete li:visible", has_text=words).first.click()
		self.settle()

	def select(self, fieldname: str, option: str, within: str = ".page-container:visible") -> None:
		self.field(fieldname, within).locator("select").select_option(option)

	def save(self) -> None:
		self.page.keyboard.press("Control+s")
		self.page.wait_for_function("!cur_frm.is_dirty() && !cur_frm.is_new()")

	def write_code(self, fieldname: str, words: str) -> None:
		"""Type into a field with an editor of its own."""
		self.field(fieldname).locator(".ace_content").click()
		self.page.keyboard.press("Control+a")
		self.page.keyboard.insert_text(words)
		self.page.wait_for_function("given => cur_frm.doc[given[0]] === given[1]", arg=[fieldname, words])

	def add_row(self, table: str, button: str = "Add Row") -> None:
		"""Add a row to a table and open it."""
		grid = self.field(table)
		grid.get_by_role("button", name=button, exact=True).click()
		number = self.page.evaluate("table => cur_frm.doc[table].length", table)
		row = grid.locator(f".grid-row[data-idx='{number}']")
		row.wait_for()
		row.locator(".btn-open-row").click()
		self.page.locator(".form-in-grid:visible").wait_for()

	def write_row(self, table: str, **values: str) -> None:
		"""Add a row to a table and choose its values in the row itself."""
		grid = self.field(table)
		grid.get_by_role("button", name="Add Row", exact=True).click()
		number = self.page.evaluate("table => cur_frm.doc[table].length", table)
		row = grid.locator(f".grid-row[data-idx='{number}']")
		for fieldname, words in values.items():
			row.locator(f"[data-fieldname={fieldname}]").first.click()
			row.locator(f"input[data-fieldname={fieldname}]").fill(words)
			self.page.locator(".awesomplete li:visible", has_text=words).first.click()
			self.settle()

	def close_row(self) -> None:
		self.page.locator(".form-in-grid:visible .grid-collapse-row").first.click()
		self.page.locator(".form-in-grid:visible").wait_for(state="detached")

	def draw(self, name: str) -> None:
		if self.pictures:
			draw(self.page, name)


def draw(page, name: str) -> None:
	PICTURES.mkdir(parents=True, exist_ok=True)
	page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


@pytest.fixture
def open_desk(open_page, servers, pytestconfig):
	def open_desk(user: str) -> Desk:
		page = open_page(1366, 768)
		return Desk(page, servers.url(), user, pytestconfig.getoption("pictures"))

	return open_desk


@pytest.fixture
def restored(manager):
	"""Keep documents, (doctype, name) pairs: afterwards they are as they were, and what was noted as made is gone."""
	kept, made = [], []

	def keep(doctype: str, name: str, *tables: str) -> None:
		before = manager.get(doctype, name)
		kept.append((doctype, name, {table: before[table] for table in tables}))

	keep.made = made
	yield keep
	for doctype, name, values in kept:
		manager.save(doctype, name, **values)
	for doctype, name in made:
		manager.delete(doctype, name)


def translate(desk: Desk, button, language: str, text: str) -> None:
	"""Say what a text of a saved form is in another language: `button` is that of its name, or the globe beside a field."""
	button.click()
	dialog = desk.page.locator(".modal.show")
	dialog.locator(".grid-add-row").click()
	row = dialog.locator(".grid-row").last
	row.locator("[data-fieldname=language]").click()
	row.locator("[data-fieldname=language] input").fill(language)
	desk.page.locator(".awesomplete li:visible", has_text=language).first.click()
	desk.settle()
	row.locator("textarea[data-fieldname=translation]").fill(text)
	row.locator("textarea[data-fieldname=translation]").blur()
	dialog.get_by_role("button", name="Update Translations").click()
	desk.page.locator(".modal.show", has_text="Success").locator(".btn-modal-close").first.click()


def test_a_field_is_added_and_asked_on_whatsapp(servers, open_desk, manager, restored):
	label = f"Meter {secrets.token_hex(3)}"
	question, in_hindi = f"What is the number of your {label}?", f"{label} का नंबर क्या है?"
	restored("Chat Flow", "Grievance", "steps")
	desk = open_desk(MANAGER)
	desk.open("custom-field/new")
	desk.page.wait_for_function("cur_frm?.is_new()")
	desk.choose("dt", "Grievance")
	desk.fill("label", label)
	desk.page.wait_for_function("cur_frm.fields_dict.insert_after.df.options?.length > 5")
	desk.select("insert_after", "longitude")
	desk.select("fieldtype", "Data")
	desk.draw("guide-field")
	desk.save()
	fieldname = desk.page.evaluate("cur_frm.doc.fieldname")
	restored.made.append(("Custom Field", desk.page.evaluate("cur_frm.doc.name")))

	desk.open("chat-flow/Grievance")
	desk.page.locator(".chat-phones").wait_for()
	desk.page.get_by_role("button", name="Add a Question").click()
	desk.choose("field", label, ".modal.show")
	desk.page.locator(".modal.show .btn-modal-primary").click()
	desk.fill("prompt", question, ".form-in-grid")
	desk.close_row()
	missing = desk.page.locator(".chat-cell[data-language=hi] .chat-missing", has_text=question)
	missing.locator(".chat-translate").click()
	desk.fill("text", in_hindi, ".modal.show")
	desk.page.locator(".modal.show .btn-modal-primary").click()
	desk.page.locator(".chat-cell[data-language=hi]", has_text=in_hindi).scroll_into_view_if_needed()
	desk.draw("guide-question")
	desk.save()

	citizen = Citizen(servers.url("emulator"))
	asked = tell_until(citizen, "hi", lambda reply: in_hindi in reply.text)
	assert in_hindi in asked.text
	phone = open_phone(desk, servers, citizen)
	phone.get_by_test_id("thread").get_by_text(in_hindi).first.wait_for()
	assert "RX-4711" in citizen.say("RX-4711").text
	case = number_in(citizen.tap("confirm"))

	# IT staff see no citizen's case: the collector does, and has the field in the report builder.
	collector = open_desk(COLLECTOR)
	collector.open(f"grievance/{case}")
	collector.page.locator(f"[data-fieldname={fieldname}]", has_text="RX-4711").first.wait_for(
		state="attached"
	)
	assert Officer(servers.url(), COLLECTOR).list("Grievance", fieldname, name=case) == [
		{fieldname: "RX-4711"}
	]


def test_a_category_is_added(servers, open_desk):
	name = f"Meter {secrets.token_hex(3)}"
	in_hindi = f"मीटर {name[-6:]}"
	# A word that no other category has.
	word = "".join(secrets.choice("कगचजटडतदपबमलव") for _letter in range(7))
	desk = open_desk(MANAGER)
	desk.open("grievance-category/view/tree")
	click_in_tree(desk, "Electricity", "Add Child")
	desk.fill("category_name", name, ".modal.show")
	desk.choose("department", "Electricity", ".modal.show")
	desk.fill("keywords", word, ".modal.show")
	desk.draw("guide-category")
	desk.page.locator(".modal.show .btn-modal-primary").click()
	click_in_tree(desk, name, "Edit")
	desk.page.wait_for_function("name => window.cur_frm?.doc?.name === name", arg=name)
	translate(desk, desk.page.get_by_role("button", name="Other Languages"), "hi", in_hindi)

	citizen = Citizen(servers.url("emulator"))
	citizen.say(f"हमारे मोहल्ले में {word} तीन दिन से खराब है, कोई देखने नहीं आया")
	asked = tell_until(citizen, "hi", lambda reply: f"category:{name}" in reply.choices)
	assert asked.choices[f"category:{name}"] == in_hindi
	tell_until(citizen, "hi", lambda reply: "confirm" in reply.choices, first=f"category:{name}")
	case = number_in(citizen.tap("confirm"))
	(row,) = servers.rows("select category, department from `tabGrievance` where name = %s", case)
	assert row == {"category": name, "department": "Electricity Distribution"}


def test_a_status_is_added(servers, open_desk, manager, restored):
	restored("Workflow", "Grievance", "states", "transitions")
	status = f"Estimate {secrets.token_hex(3)}"
	action, label, in_hindi = f"Make {status}", f"The cost of {status}", f"खर्च का हिसाब {status[-6:]}"
	desk = open_desk(MANAGER)
	desk.open("grievance-status/new")
	desk.page.wait_for_function("cur_frm?.doctype === 'Grievance Status' && cur_frm.is_new()")
	desk.fill("status_name", status)
	desk.select("category", "Open")
	desk.fill("citizen_label", label)
	desk.save()
	translate(desk, desk.field("citizen_label").locator(".btn-translation"), "hi", in_hindi)
	desk.page.locator(".form-message:visible", has_text="No case comes to this status yet").wait_for()
	desk.draw("guide-status")
	desk.open("workflow-action-master/new")
	desk.page.wait_for_function("cur_frm?.doctype === 'Workflow Action Master' && cur_frm.is_new()")
	desk.fill("workflow_action_name", action)
	desk.save()

	desk.open("workflow/Grievance")
	for role in ("Grievance Officer", "Department Head", "Grievance Operator"):
		desk.write_row("states", state=status, allow_edit=role)
	desk.save()
	# What is missing is said at once, and not in the night in which the first deadline passes.
	warning = desk.page.locator(".modal.show", has_text="moves are missing")
	warning.locator("li", has_text=f"No move leads to {status}").wait_for()
	desk.draw("guide-workflow")
	warning.locator(".btn-modal-close").first.click()
	for state, name, to in (("Assigned", action, status), (status, "Start Work", "In Progress")):
		desk.write_row("transitions", state=state, action=name, next_state=to, allowed="Grievance Officer")
	desk.save()
	desk.settle()
	assert desk.page.locator(".modal.show").count() == 0

	citizen = Citizen(servers.url("emulator"))
	describe_case(
		citizen, description="चार दिन से पानी नहीं आया", category="No water supply", place="Khaira, Nawagarh"
	)
	case = number_in(citizen.tap("confirm"))
	wait_until(lambda: Officer(servers.url(), OFFICER).sees(case), "the case")
	officer = open_desk(OFFICER)
	officer.open(f"grievance/{case}")
	officer.page.locator(f"[data-move='{action}']").click()
	officer.page.wait_for_function("status => cur_frm.doc.status === status", arg=status)
	wait_until(
		lambda: any(in_hindi in reply.text for reply in citizen.heard()), "the new status on the phone"
	)
	officer.page.locator("[data-move='Start Work']").click()
	officer.page.wait_for_function("cur_frm.doc.status === 'In Progress'")


def test_a_language_is_added(servers, open_desk, manager, restored, tmp_path):
	restored("Chat Channel", "Demo number", "languages")
	desk = open_desk(MANAGER)
	desk.open("language/mr")
	desk.page.wait_for_function("cur_frm?.doc?.name === 'mr'")
	desk.field("enabled").locator("input").first.check()
	desk.save()
	desk.draw("guide-language")
	with desk.page.expect_download() as started:
		desk.page.get_by_role("button", name="Texts for Citizens").click()
	file = tmp_path / "texts.xlsx"
	started.value.save_as(file)
	wanted = {step["prompt"].strip() for step in manager.get("Chat Flow", "Grievance")["steps"]}
	book = openpyxl.load_workbook(file)
	(sheet,) = book.worksheets
	# Whoever translates leaves out what they cannot say yet.
	for row in range(sheet.max_row, 1, -1):
		text = sheet.cell(row, 2).value
		if text in wanted:
			sheet.cell(row, 3).value = f"मराठी {text}"
		else:
			sheet.delete_rows(row)
	filled = sheet.max_row - 1
	assert filled
	book.save(file)

	desk.open("data-import/new")
	desk.page.wait_for_function("cur_frm?.doctype === 'Data Import' && cur_frm.is_new()")
	desk.choose("reference_doctype", "Translation")
	desk.select("import_type", "Insert New Records")
	desk.save()
	desk.field("import_file").locator(".btn-attach").click()
	uploader = desk.page.locator(".modal.show", has=desk.page.locator(".file-uploader"))
	uploader.locator("input[type=file]").first.set_input_files(file)
	uploader.locator(".btn-modal-primary:visible").click()
	desk.page.locator(".import-preview, [data-fieldname=import_preview] .datatable").first.wait_for()
	desk.page.locator("#freeze").wait_for(state="detached")
	desk.draw("guide-translations")
	desk.page.get_by_role("button", name="Start Import").click()
	stored = "select count(*) as number from `tabTranslation` where language = 'mr'"
	wait_until(lambda: servers.rows(stored)[0]["number"] >= filled, "the translations")

	desk.open("chat-channel/Demo number")
	for language in ("hi", "en", "mr"):
		desk.choose("languages", language)
	desk.save()
	citizen = Citizen(servers.url("emulator"))
	asked = tell_until(citizen, "mr", lambda reply: "मराठी " in reply.text)
	assert asked.text


def test_a_report_is_added(servers, open_desk):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	name = f"Who waits {secrets.token_hex(3)}"
	# IT staff see no cases: reports on them are made by who does.
	desk = open_desk(COLLECTOR)
	desk.open("grievance/view/report")
	desk.page.locator(".dt-scrollable .dt-row").first.wait_for()
	in_menu(desk, "Pick Columns")
	dialog = desk.page.locator(".modal.show")
	dialog.locator("label", has_text="Source").first.click()
	dialog.locator(".btn-modal-primary").click()
	desk.page.locator(".dt-cell--header", has_text="Source").wait_for()
	in_menu(desk, "Save As")
	desk.fill("name", name, ".modal.show")
	desk.draw("guide-report")
	desk.page.locator(".modal.show .btn-modal-primary").click()
	desk.page.wait_for_url(f"**/{name.replace(' ', '%20')}")

	operator = open_desk("operator@demo.example")
	operator.open("grievance/view/report")
	operator.page.locator(".list-sidebar:visible", has_text="Select Report").get_by_text(
		"Select Report"
	).click()
	operator.page.locator(".dropdown-item:visible, .dropdown-menu a:visible", has_text=name).click()
	operator.page.locator(".dt-cell--header", has_text="Source").wait_for()


def test_a_notice_is_added(servers, open_desk, restored):
	words = f"treated first {secrets.token_hex(3)}"
	desk = open_desk(MANAGER)
	desk.open("notification/new")
	desk.page.wait_for_function("cur_frm?.doctype === 'Notification' && cur_frm.is_new()")
	name = f"Citizen: High Priority {secrets.token_hex(3)}"
	desk.fill("__newname", name)
	desk.select("channel", "WhatsApp")
	desk.choose("document_type", "Grievance")
	desk.select("event", "Value Change")
	desk.select("value_changed", "priority")
	desk.write_code("condition", "doc.priority == 'High'")
	desk.add_row("recipients")
	desk.select("receiver_by_document_field", "citizen", ".form-in-grid")
	desk.close_row()
	desk.write_code("message", f"Your case {{{{ doc.name }}}} is {words}.")
	desk.save()
	desk.draw("guide-notice")
	restored.made.append(("Notification", name))

	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, category="Street light not working")
	case = number_in(citizen.tap("confirm"))
	Officer(servers.url(), "operator@demo.example").save("Grievance", case, priority="High")
	wait_until(lambda: any(words in reply.text for reply in citizen.heard()), "the notice")


def in_menu(desk: Desk, item: str) -> None:
	desk.page.locator(".page-container:visible .menu-btn-group > button").click()
	desk.page.locator(".menu-btn-group .dropdown-item:visible", has_text=item).first.click()


def click_in_tree(desk: Desk, node: str, button: str) -> None:
	link = desk.page.locator(".tree-link:visible", has_text=node)
	link.click()
	link.locator("xpath=following-sibling::*").get_by_role("button", name=button).click()


def tell_until(citizen: Citizen, language: str, is_there, first: str = "") -> Reply:
	"""Go on with a complaint, taking `first` or the first of what is offered, until the bot says something certain."""
	if not citizen.heard():
		citizen.say("The drain in front of my house is blocked, dirty water stands on the road")
	for _question in range(15):
		reply = citizen.heard()[-1]
		if is_there(reply):
			return reply
		known = [first, f"language:{language}", f"name:{citizen.name}", "skip"]
		offered = [each for each in known if each in reply.choices] or list(reply.choices)
		citizen.tap(offered[0]) if offered else citizen.say("Ward 5, Janjgir-Naila")
	raise AssertionError(f"the bot never said it, but {[each.text[:60] for each in citizen.heard()]}")


def number_in(reply: Reply) -> str:
	return re.search(r"GRV-\d{4}-\d+", reply.text).group()


def open_phone(desk: Desk, servers, citizen: Citizen):
	"""Show a citizen's phone in a window of its own."""
	phone = desk.page.context.new_page()
	phone.set_viewport_size({"width": 390, "height": 844})
	phone.goto(f"{servers.url('emulator')}/?number={citizen.number}&lang=hi")
	return phone
