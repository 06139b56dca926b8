"""Fixtures of the end-to-end tests; `make test` has the servers up before pytest begins."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

import chromium
import servers as test_servers
from desk import Officer


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
	expect.set_options(timeout=chromium.PATIENCE)
	with sync_playwright() as playwright:
		browser = chromium.launch(playwright)
		yield browser
		browser.close()


@pytest.fixture
def open_context(browser):
	"""Open a browser of somebody's own, which is closed after the test."""
	contexts = []

	def open_context(width: int, height: int):
		contexts.append(chromium.open_context(browser, width, height))
		return contexts[-1]

	yield open_context
	for context in contexts:
		context.close()


@pytest.fixture
def open_page(open_context):
	"""Open a page in a browser of its own; at the end none may have met an error."""
	errors = []

	def open_page(width: int, height: int):
		page = open_context(width, height).new_page()
		chromium.on_error(page, errors.append)
		return page

	yield open_page
	assert errors == []
