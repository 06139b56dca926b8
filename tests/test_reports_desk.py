"""The reports of the collector in a browser: shown, drawn, each number opening its list, exported; and one of their own making."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from chat import Citizen, describe_case, wait_until
from desk import Officer, log_in

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
COLLECTOR = "collector@demo.example"
CATEGORY, PLACE = "No water supply", "Khaira, Nawagarh"
TITLE = "खैरा, ग्राम पंचायत खैरा"
# Each with its first heading, and with what it is called in Hindi.
REPORTS = {
	"Area Summary": ("Area", "क्षेत्र"),
	"Category Trend": ("Category", "श्रेणी"),
	"Citizen Feedback": ("Department", "विभाग"),
	"Delay Register": ("Case", "प्रकरण"),
	"Department Performance": ("Department", "विभाग"),
	"Officer Scorecard": ("Posting", "पदस्थापना"),
	"Pendency by Department and Age": ("Department", "विभाग"),
	"Transfers of Cases": ("From Department", "किस विभाग से"),
}


def register(servers, description: str) -> str:
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, description=description, category=CATEGORY, place=PLACE)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to > ''"
	return wait_until(lambda: servers.rows(query, f"+{citizen.number}"), "the case")[0]["name"]


@pytest.fixture(scope="module")
def cases(servers) -> None:
	"""Register cases that make every report show something: late, settled and rated, reopened, transferred."""
	late, settled, moved = (register(servers, f"{days} दिन से पानी नहीं आया") for days in (4, 5, 6))
	servers.rows(
		"""update `tabGrievance` set registered_on = now() - interval 9 day, resolution_by = now() - interval 2 day,
		first_breached_on = now() - interval 2 day, sla_status = 'Overdue' where name = %s""",
		late,
	)
	servers.rows(
		"""update `tabGrievance` set status = 'Closed', closure_reason = 'Confirmed', settled_on = now(), closed_on = now(),
		rating = 4, sla_status = 'Met', reopen_count = 1, reopened_on = now() - interval 1 hour,
		posting_before_reopening = posting, officer_before_reopening = assigned_to where name = %s""",
		settled,
	)
	administrator = Officer(servers.url(), "Administrator", "admin")
	other = servers.rows(
		"select department from `tabOfficer Posting` where user = %s", "je.ulb@demo.example"
	)[0]["department"]
	answer = administrator.http.post(
		f"{servers.url()}/api/method/grievance_cell.api.cases.transfer",
		data={"case": moved, "department": other, "reason": "It is the town's pipe"},
	)
	assert answer.ok, answer.text


@pytest.fixture
def speak(servers):
	"""Set the collector's language, which is English again afterwards."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	yield lambda language: administrator.save("User", COLLECTOR, language=language)
	administrator.save("User", COLLECTOR, language="en")


@pytest.fixture
def desk(servers, open_page, speak, cases):
	"""Return how a report is opened in a language: the page once its rows are there."""

	def open_report(page, name: str):
		page.goto(f"{servers.url()}/app/query-report/{quote(name)}")
		page.locator(".report-wrapper .dt-row .dt-cell--col-1").nth(1).wait_for()
		page.locator(".chart-wrapper svg.frappe-chart").wait_for()

	def in_language(language: str, width: int):
		speak(language)
		page = open_page(width, 900)
		log_in(page, servers.url(), COLLECTOR)
		return page, open_report

	return in_language


@pytest.mark.parametrize(("language", "width"), [("en", 1366), ("hi", 1366), ("hi", 390)])
def test_each_report_shows_its_rows_and_its_chart(desk, language, width, pytestconfig):
	page, open_report = desk(language, width)
	for name, headings in REPORTS.items():
		open_report(page, name)
		assert (
			page.locator(".dt-header .dt-cell--col-1").first.inner_text().strip()
			== headings[language == "hi"]
		)
		assert page.locator(".report-summary .summary-item").count() > 2
		if width > 1000:
			# All labels are written in full, what is wider than its column on two lines.
			expect(page.locator(".chart-wrapper .x.axis text").filter(has_text="...")).to_have_count(0)
		if pytestconfig.getoption("pictures"):
			PICTURES.mkdir(exist_ok=True)
			file = f"{name.lower().replace(' ', '-')}-{language}-{width}.png"
			page.screenshot(path=PICTURES / file, animations="disabled")


def test_each_number_opens_a_list_of_as_many(desk):
	page, open_report = desk("en", 1366)
	for name in REPORTS:
		if name == "Delay Register":
			# Its rows are the cases themselves.
			continue
		open_report(page, name)
		number = page.locator("a.grievance-cell-list").first
		counted = int(number.inner_text())
		assert counted > 0
		number.click()
		page.locator(".frappe-list .list-row").first.wait_for()
		assert page.evaluate("cur_list.get_count_str().then(() => cur_list.total_count)") == counted, name


def test_a_number_of_more_cases_than_a_list_can_be_asked_for_opens_them_in_the_report(desk):
	page, open_report = desk("en", 1366)

	def without_lists(route):
		answer = route.fetch()
		message = answer.json()
		for row in message["message"]["result"]:
			row["lists"] = {}
		route.fulfill(response=answer, json=message)

	page.route("**/api/method/frappe.desk.query_report.run*", without_lists)
	open_report(page, "Transfers of Cases")
	number = page.locator("a.grievance-cell-list[data-choice]").last
	counted = int(number.inner_text())
	assert counted > 0
	number.click()
	page.locator(".dt-row a[data-doctype=Grievance]").first.wait_for()
	assert page.evaluate("frappe.query_report.data.length") == counted
	page.evaluate("frappe.query_report.set_filter_value('figure', '')")
	page.locator("a.grievance-cell-list[data-choice]").first.wait_for()
	with page.context.expect_page() as opened:
		page.locator("a.grievance-cell-list[data-choice]").last.click(modifiers=["Control"])
	opened.value.locator(".dt-row a[data-doctype=Grievance]").first.wait_for()
	assert opened.value.evaluate("frappe.query_report.data.length") == counted


def test_each_report_is_exported(servers, cases):
	collector = Officer(servers.url(), COLLECTOR)
	for name, (heading, _hindi) in REPORTS.items():
		asked = {"report_name": name, "filters": "{}", "visible_idx": json.dumps(list(range(500)))}
		path = f"{servers.url()}/api/method/frappe.desk.query_report.export_query"
		as_csv = collector.http.post(path, data={**asked, "file_format_type": "CSV"})
		assert as_csv.ok, as_csv.text
		rows = list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
		assert rows[0][0] == heading
		assert len(rows) > 1
		as_workbook = collector.http.post(path, data={**asked, "file_format_type": "Excel"})
		assert as_workbook.content.startswith(b"PK")


def test_the_collector_makes_a_report_of_their_own(servers, desk):
	page, _open_report = desk("hi", 1366)
	page.goto(f"{servers.url()}/app/grievance/view/report")
	page.locator(".report-view .dt-row .dt-cell--col-1, .result .dt-row .dt-cell--col-1").nth(1).wait_for()
	columns = page.evaluate("cur_list.columns.map((column) => column.docfield?.fieldname)")
	assert "name" in columns
	assert "mobile_no" not in columns
	page.evaluate("cur_list.add_column_to_datatable('department', 'Grievance', 2)")
	page.wait_for_function("cur_list.columns.some((column) => column.docfield?.fieldname === 'department')")
	# A place is named in the reader's language, in the rows and where one is chosen.
	page.locator(".dt-row a[data-doctype='Local Area']", has_text=TITLE).first.wait_for()
	area = page.evaluate("cur_list.data[0].area")
	page.goto(f"{servers.url()}/app/grievance?area={area}")
	page.wait_for_function(
		"title => document.querySelector('.page-form input[data-fieldname=area]')?.value === title",
		arg=TITLE,
	)
