"""The system's Chromium without a window, driven by Playwright; and what counts as an error of a page."""

import re
import shutil
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

# How long an element may take on a busy machine, in milliseconds.
PATIENCE = 30_000
# Frappe's templates name their loops' variables by three letters drawn by lot of capitals and small ones: in a day's many
# pages one is "for" or "new", and that page breaks.
CAPITALS_ALONE = "const drawn = Math.random; Math.random = () => drawn() / 2;"
# A chart of Frappe's that is drawn when its page was left already, which these visitors do faster than anybody.
DRAWN_TOO_LATE = re.compile(r"Error: <\w+> attribute \w+: .*(NaN|[Nn]egative)")
# A chart of Frappe's whose room changes while it grows, as when the page gets its scroll bar: it is drawn anew all the same.
DRAWN_ANEW = "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node."


def launch(playwright: Playwright) -> Browser:
	chromium = shutil.which("chromium")
	assert chromium, "Chromium is missing; `make test` installs it."
	# Inside a container, or as root, Chromium's own sandbox does not work; these pages are ours. The rest keeps it
	# from asking anything of the outside world.
	return playwright.chromium.launch(
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


def open_context(browser: Browser, width: int, height: int) -> BrowserContext:
	"""Open a browser of somebody's own, as in India."""
	context = browser.new_context(
		viewport={"width": width, "height": height}, locale="en-IN", timezone_id="Asia/Kolkata"
	)
	context.set_default_timeout(PATIENCE)
	context.add_init_script(CAPITALS_ALONE)
	return context


def on_error(page: Page, note: Callable[[str], object]) -> None:
	"""Call `note` with what goes wrong in a page from now on."""
	page.on("pageerror", lambda error: DRAWN_ANEW in str(error) or note(str(error)))
	page.on("console", lambda said: note(complaint(said)) if is_complaint(said) else None)


def is_complaint(said) -> bool:
	"""Tell whether a console says that something went wrong; a socket that a busy machine has dropped is opened anew."""
	dropped = "/socket.io/" in (said.location.get("url") or "")
	return said.type == "error" and not dropped and not DRAWN_TOO_LATE.match(said.text)


def complaint(said) -> str:
	"""Write what a console says, and what it is about: of a request that failed it does not name the address."""
	return f"{said.text} {said.location.get('url') or ''}".strip()
