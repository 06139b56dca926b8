"""What IT staff do when they set up a site, in a browser: the checklist, and masters from a spreadsheet."""

import csv
import io
from pathlib import Path

import pytest

from chat import Citizen
from desk import Officer, log_in

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MANAGER = "manager@demo.example"
HEAD = "District Head, PHE"


@pytest.fixture
def speak(servers):
	"""Set the manager's language, which is English again afterwards."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	yield lambda language: administrator.save("User", MANAGER, language=language)
	administrator.save("User", MANAGER, language="en")


def as_csv(*rows: dict[str, str]) -> bytes:
	written = io.StringIO()
	writer = csv.DictWriter(written, list(rows[0]))
	writer.writeheader()
	writer.writerows(rows)
	return written.getvalue().encode("utf-8-sig")


def open_checklist(page, servers) -> None:
	page.goto(f"{servers.url()}/app/grievance-set-up")
	page.locator("[data-step=first_case]").wait_for()


def attach(page, content: bytes, name: str = "postings.csv") -> None:
	before = page.evaluate("cur_frm.doc.file || ''")
	if before:
		page.locator("[data-fieldname=file] [data-action=clear_attachment]").click()
		page.wait_for_function("!cur_frm.doc.file && !cur_frm.is_dirty()")
	page.locator("[data-fieldname=file] .btn-attach").click()
	page.locator(".modal.show input[type=file]").first.set_input_files(
		{"name": name, "mimeType": "text/csv", "buffer": content}
	)
	page.locator(".modal.show .btn-modal-primary:visible").click()
	page.wait_for_function("before => cur_frm.doc.file && !cur_frm.is_dirty()", arg=before)
	page.locator(".modal.show").wait_for(state="detached")


def press(page, label: str) -> None:
	page.locator(".page-actions button:visible", has_text=label).first.click()


def counts(page) -> dict[str, str]:
	page.locator("[data-outcome]").first.wait_for()
	return {
		pill.get_attribute("data-outcome"): pill.inner_text() for pill in page.locator("[data-outcome]").all()
	}


def test_postings_are_previewed_corrected_and_imported_from_the_checklist(
	servers, open_page, speak, pytestconfig
):
	speak("en")
	citizen = Citizen(servers.url("emulator"))
	title = f"Supervisor {citizen.number}, PHE"
	email = f"supervisor.{citizen.number}@demo.example"
	row = {
		"title": title,
		"department": "PHE",
		"reports_to": HEAD,
		"user": email,
		"roles": "Grievance Officer",
		"mobile_no": f"+{citizen.number}",
	}
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), MANAGER)
	open_checklist(desk, servers)
	assert desk.locator("[data-step=postings]").get_attribute("class") == "step done"
	if pytestconfig.getoption("pictures"):
		desk.screenshot(path=PICTURES / "set_up.png")
	desk.locator("[data-step=postings] button", has_text="Import a Spreadsheet").click()
	desk.wait_for_function("window.cur_frm?.doc?.doctype === 'Master Import' && !cur_frm.is_new()")

	attach(
		desk,
		as_csv({**row, "department": "Nowhere"}, {**row, "title": f"{title} 2", "user": "", "roles": ""}),
	)
	press(desk, "Preview")
	assert counts(desk) == {"New": "New: 1", "Error": "Error: 1"}
	assert "There is no Department Nowhere" in desk.locator(".import-result").inner_text()
	assert not desk.locator(".page-actions button:visible", has_text="Import").count()
	if pytestconfig.getoption("pictures"):
		desk.screenshot(path=PICTURES / "import_with_errors.png")

	attach(desk, as_csv(row))
	desk.wait_for_function("cur_frm.doc.status === 'Not Previewed'")
	press(desk, "Preview")
	desk.wait_for_function("cur_frm.doc.status === 'Previewed'")
	assert counts(desk) == {"New": "New: 1"}
	assert not servers.rows("select name from `tabOfficer Posting` where name = %s", title)
	press(desk, "Import")
	desk.locator(".modal.show .btn-primary:visible").click()
	desk.wait_for_function("cur_frm.doc.status === 'Imported'")

	(posting,) = servers.rows("select user, reports_to from `tabOfficer Posting` where name = %s", title)
	assert posting == {"user": email, "reports_to": HEAD}
	(user,) = servers.rows("select enabled from `tabUser` where name = %s", email)
	assert user["enabled"]


def test_the_checklist_and_an_import_in_hindi_on_a_phone(servers, open_page, speak):
	speak("hi")
	desk = open_page(390, 844)
	log_in(desk, servers.url(), MANAGER)
	open_checklist(desk, servers)
	assert desk.locator("[data-step=areas] b").inner_text() == "क्षेत्र"
	desk.locator("[data-step=departments] button", has_text="स्प्रेडशीट आयात करें").click()
	desk.wait_for_function("window.cur_frm?.doc?.doctype === 'Master Import' && !cur_frm.is_new()")
	attach(
		desk,
		as_csv(
			{"department_name": "Public Works", "short_code": "PWD"},
			{"department_name": "", "short_code": "X"},
		),
	)
	desk.locator(".menu-btn-group button:visible").click()
	desk.locator(".menu-btn-group .dropdown-item:visible", has_text="पूर्वावलोकन").first.click()
	assert counts(desk) == {"Unchanged": "वही रहा: 1", "Error": "त्रुटि: 1"}
	wide = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
	assert wide <= 0


def test_a_sample_is_downloaded_and_is_read_as_it_is(servers, open_page, speak):
	speak("en")
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), MANAGER)
	desk.goto(f"{servers.url()}/app/master-import/new")
	desk.wait_for_function("window.cur_frm?.doc?.doctype === 'Master Import'")
	press(desk, "Download Sample")
	dialog = desk.locator(".modal.show")
	dialog.locator("select[data-fieldname=what]").select_option("Holiday Calendar")
	dialog.locator("select[data-fieldname=file_type]").select_option("xlsx")
	with desk.expect_download() as download:
		dialog.locator(".btn-modal-primary").click()
	content = Path(download.value.path()).read_bytes()
	# Some versions of Frappe write the header that names the file as Python shows bytes.
	assert download.value.suggested_filename.startswith("holiday_calendar.xlsx")
	manager = Officer(servers.url(), MANAGER)
	name = manager.insert({"doctype": "Master Import", "what": "Holiday Calendar"})["name"]
	answer = manager.http.post(
		f"{servers.url()}/api/method/upload_file",
		files={"file": ("holidays.xlsx", content)},
		data={"doctype": "Master Import", "docname": name, "fieldname": "file", "is_private": 1},
	)
	assert answer.ok, answer.text
	manager.save("Master Import", name, file=answer.json()["message"]["file_url"])
	path = "/api/method/grievance_cell.organisation.doctype.master_import.master_import.preview"
	assert manager.http.post(servers.url() + path, data={"name": name}).ok
	assert manager.get("Master Import", name)["status"] == "Previewed"
