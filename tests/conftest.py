"""Fixtures of the end-to-end tests; `make test` has the servers up before pytest begins."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import servers as test_servers
from desk import Officer

# How long an element may take on a busy machine, in milliseconds.
PATIENCE = 30_000


def pytest_addoption(parser):
	parser.addoption(
		"--pictures", action="store_true", help="draw the README's pictures anew, into docs/pictures"
	)
	parser.addoption(
		"--rewrite", action="store_true", help="write the bot's lines of the golden conversations anew"
	)


@pytest.fixture(scope="session")
def servers() -> test_servers.Servers:
	"""Return the running test instance."""
	if not test_servers.where():
		pytest.fail('This needs running servers. Use: make test ARGS="e2e tests/…"', pytrace=False)
	running = test_servers.Servers()
	# Every test registers the same few matters in the same few wards; a test of what others have reported says so.
	administrator = Officer(running.url(), "Administrator", "admin")
	administrator.save("Grievance Settings", "Grievance Settings", duplicate_days=0, duplicate_metres=0)
	return running


@pytest.fixture(scope="session")
def browser():
	"""Return a headless Chromium: the system's, driven by Playwright."""
	from playwright.sync_api import sync_playwright

	chromium = shutil.which("chromium")
	assert chromium, "Chromium is missing; `make test` installs it."
	with sync_playwright() as playwright:
		# Inside a container, or as root, Chromium's own sandbox does not work; these pages are ours. The rest keeps it
		# from asking anything of the outside world.
		browser = playwright.chromium.launch(
			executable_path=chromium,
			args=[
				"--no-sandbox",
				"--disable-gpu",
				"--disable-quic",
				"--no-first-run",
				"--disable-background-networking",
				"--disable-component-update",
				"--disable-sync",
			],
		)
		yield browser
		browser.close()


@pytest.fixture
def open_page(browser):
	"""Open a page of its own context; at the end none may have met an error."""
	contexts, errors = [], []

	def open_page(width: int, height: int):
		context = browser.new_context(
			viewport={"width": width, "height": height}, locale="en-IN", timezone_id="Asia/Kolkata"
		)
		contexts.append(context)
		context.set_default_timeout(PATIENCE)
		page = context.new_page()
		page.on("pageerror", lambda error: errors.append(str(error)))
		page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
		return page

	yield open_page
	for context in contexts:
		context.close()
	assert errors == []
