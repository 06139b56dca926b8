"""Every page of the app, read from the site and opened by somebody who may: no error in the console, no dialog, no English in Hindi."""

import csv
from pathlib import Path

import pytest

import chromium
import servers as test_servers
from chat import Citizen, describe_case
from desk import Officer, log_in

PACKAGE = Path(__file__).resolve().parents[1] / "apps" / "grievance_cell" / "grievance_cell"
# Each page is opened by the first of them who may; each workspace by everybody who has it.
USERS = ("je.phe", "head.phe", "operator", "collector", "representative", "manager")

# Routes that the user of a page has, as lists of words.
ROUTES = """async ({ doctypes, reports, workspaces, pages }) => {
	const routes = workspaces
		.filter((name) => frappe.boot.allowed_workspaces.some((each) => each.name === name))
		.map((name) => ["Workspaces", name]);
	for (const name of pages) if (name in frappe.boot.page_info) routes.push([name]);
	for (const { name, report_type, ref_doctype } of reports) {
		if (!(name in frappe.boot.user.all_reports)) continue;
		routes.push(
			report_type === "Report Builder" ? ["List", ref_doctype, "Report", name] : ["query-report", name]
		);
	}
	for (const { name, issingle, is_tree } of doctypes) {
		if (!frappe.model.can_read(name)) continue;
		if (issingle) {
			routes.push(["Form", name, name]);
			continue;
		}
		routes.push(is_tree ? ["Tree", name] : ["List", name, "List"]);
		const rows = await frappe.db.get_list(name, { limit: 1 });
		if (rows.length) routes.push(["Form", name, String(rows[0].name)]);
		if (frappe.model.can_create(name)) routes.push(["Form", name, "new"]);
	}
	return routes;
}"""
# What stands on buttons and beside fields: no data, which may be in English.
LABELS = """() =>
	[
		...document.querySelectorAll(
			".page-container:not([style*='none']) :is(button, label, .section-head, .form-tabs a, .link-item, .card-title, .list-row-head span, .help-box)"
		),
	]
		.filter((each) => each.offsetParent)
		.map((each) => each.innerText.trim())"""


def ours(servers: test_servers.Servers) -> dict[str, list]:
	"""Read from the site what the app has of pages."""
	modules = tuple((PACKAGE / "modules.txt").read_text(encoding="utf-8").split("\n")[:-1])
	of_module = "where module in %s order by name"

	def names(doctype: str) -> list[str]:
		return [row["name"] for row in servers.rows(f"select name from `tab{doctype}` {of_module}", modules)]

	doctypes = servers.rows(
		"select name, issingle, is_tree from tabDocType where istable = 0 and module in %s order by name",
		modules,
	)
	reports = servers.rows(
		"select name, report_type, ref_doctype from tabReport where disabled = 0 and ref_doctype in %s order by name",
		tuple(each["name"] for each in doctypes),
	)
	return {
		"doctypes": doctypes,
		"reports": reports,
		"workspaces": names("Workspace"),
		"pages": names("Page"),
	}


@pytest.fixture
def speak(servers):
	"""Set the language of a user, which is English again afterwards."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	yield lambda user, language: administrator.save("User", user, language=language)
	for name in USERS:
		administrator.save("User", f"{name}@demo.example", language="en")


def with_hindi() -> set[str]:
	"""Read the texts that have a Hindi of ours which is another text."""
	with (PACKAGE / "translations" / "hi.csv").open(encoding="utf-8", newline="") as file:
		return {row[0] for row in csv.reader(file) if len(row) > 1 and row[0] != row[1]}


class Visitor:
	"""Somebody who opens pages, and notes what is wrong with each."""

	def __init__(self, context, web: str, user: str):
		self.context = context
		self.page, self.user, self.at, self.wrong = self.context.new_page(), user, "login", []
		chromium.on_error(self.page, self.note)
		log_in(self.page, web, user)
		self.page.wait_for_function("window.frappe?.boot?.user && frappe.get_route_str()")

	def note(self, what: str) -> None:
		self.wrong.append(f"{self.user} at {self.at}: {what[:300]}")

	def open(self, route: list[str]) -> None:
		self.at = "/".join(route)
		self.page.evaluate("route => frappe.set_route(route)", route)
		self.page.wait_for_function("frappe.request.ajax_count === 0")
		for dialog in self.page.locator(".modal.show").all():
			self.note(f"a dialog: {dialog.inner_text()}")
			self.page.evaluate("$('.modal.show').modal('hide')")


@pytest.mark.parametrize("language", ["hi", "en"])
def test_every_page_opens_without_an_error(servers, open_context, speak, language):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	found, seen, wrong, untranslated = ours(servers), set(), [], with_hindi()
	for name in USERS:
		speak(f"{name}@demo.example", language)
		visitor = Visitor(open_context(1366, 768), servers.url(), f"{name}@demo.example")
		for route in visitor.page.evaluate(ROUTES, found):
			if route[0] != "Workspaces" and tuple(route[:2] + route[3:]) in seen:
				continue
			seen.add(tuple(route[:2] + route[3:]))
			visitor.open(route)
			if language == "hi":
				for label in set(visitor.page.evaluate(LABELS)) & untranslated:
					visitor.note(f"in English: {label}")
		wrong += visitor.wrong
		visitor.context.close()
	assert wrong == [], "\n".join(wrong)
	# All that there is was opened by somebody.
	opened = {word for route in seen for word in route}
	missed = {each["name"] for each in found["doctypes"] + found["reports"]} - opened
	assert missed == set()
