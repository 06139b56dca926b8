"""The pictures of docs/screens.md, drawn from the running demo site and its half year of cases: `make pictures`.

A picture fails when its page does not show what it waits for, says an error in the console, is in another language, or
is wider than its screen. What is drawn is read only: nothing is saved, sent or answered. Draw them within a day of
`make demo`: to those who wrote longer ago nobody may answer freely, and what is due "today" was due then.
"""

import io
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlencode

from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, sync_playwright

sys.path.append(str(Path(__file__).resolve().parents[1] / "config" / "bench"))

import chromium
import instance
from desk import Officer, log_in

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK, PHONE = (1366, 768), (390, 844)
HINDI, ENGLISH = "hi", "en"
# No map's server is asked: the land is one plain colour.
TILE = b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGN49/ENAAWcAswiVs53AAAAAElFTkSuQmCC"
)
BUSY = ["in", ["Assigned", "In Progress"]]
# The head of a page stays where it is and covers what is scrolled beneath it.
TO_THE_TOP = "each => { each.style.scrollMarginTop = '150px'; each.scrollIntoView({ block: 'start' }); }"
# The columns and lines of a chart grow from the ground when its frame is there.
CHARTS_STAND = """() =>
	[...document.querySelectorAll("svg.frappe-chart")].every((chart) => {
		const at = chart.getBoundingClientRect();
		const marks = [...chart.querySelectorAll(".dataset-units :is(rect, path)")];
		return at.top > innerHeight || at.bottom < 0 || marks.some((mark) => mark.getBBox().height > 2);
	})"""
COLOURS = 256
# After so many looks a page is taken for one that never comes to rest.
LOOKS = 40
BETWEEN_LOOKS = 250
REPORTS = (
	"Pendency by Department and Age",
	"Department Performance",
	"Officer Scorecard",
	"Area Summary",
	"Category Trend",
	"Delay Register",
	"Citizen Feedback",
	"Transfers of Cases",
)


@dataclass(frozen=True)
class Picture:
	"""A screen: whose, where, what it must show, and what is done there before it is drawn.

	`user`: a login of the demo, or the name of a found case, whose officer it then is; None for whoever comes by.
	`path` and `shows` (a selector) may name what was found: {case}, {meeting}. `top`: what the picture begins with.
	"""

	name: str
	user: str | None
	path: str
	shows: str
	do: Callable[[Page, dict], None] | None = None
	language: str = HINDI
	size: tuple[int, int] = DESK
	top: str = ""


def open_tab(page: Page, _found: dict, *, fieldname: str, shows: str) -> None:
	page.locator(f".form-tabs .nav-link[data-fieldname={fieldname}]:visible").click()
	page.locator(shows).first.wait_for()


talk = partial(open_tab, fieldname="chat_tab", shows=".ct-bubble")


def hear(page: Page, found: dict) -> None:
	"""Go up to where the citizen speaks."""
	talk(page, found)
	page.locator(".ct-bubble audio").first.evaluate("each => each.scrollIntoView({ block: 'center' })")


def begin_to_settle(page: Page, _found: dict) -> None:
	page.locator(".case-overview [data-move=Resolve]").click()
	page.locator(".modal.show [data-fieldname=resolution] textarea").wait_for()


def offer_quick_replies(page: Page, found: dict) -> None:
	talk(page, found)
	page.locator(".ct-quick button").first.click()
	page.locator(".ct-quick-text").first.wait_for()


def choose_template(page: Page, found: dict) -> None:
	talk(page, found)
	page.locator(".ct-standing[data-kind=template]").wait_for()
	page.locator(".ct-preview").wait_for()


def show_map(page: Page, _found: dict) -> None:
	page.locator(".show-map").click()
	page.locator(".place-map path.leaflet-interactive").first.wait_for()
	page.locator(".place-map .leaflet-tile-loaded").first.wait_for()


def direct(page: Page, _found: dict) -> None:
	page.locator("[data-direct][data-grievance] button").first.click()
	page.locator(".modal.show input[data-fieldname=direction]").wait_for()


def show_trend(page: Page, _found: dict) -> None:
	"""Go down to the charts, which are drawn when they come into sight."""
	page.locator(".places tr").nth(1).wait_for()
	page.locator(TREND).first.evaluate(TO_THE_TOP)
	page.locator(f"{TREND} .frappe-chart").first.wait_for()


def ask_for_status(page: Page, found: dict) -> None:
	page.fill("#number", found["talk"])
	page.fill("#digits", found["number"][-4:])
	page.click("button[type=submit]")
	page.get_by_role("status").get_by_text(found["talk"]).wait_for()


def write_at_the_counter(page: Page, found: dict) -> None:
	"""Take down a case that is then not saved, of somebody who has another one."""
	page.wait_for_function("document.activeElement?.dataset.fieldname === 'mobile_no'")
	page.keyboard.type(found["number"].removeprefix("91"))
	page.keyboard.press("Tab")
	page.locator(".beside .who a").first.wait_for()
	description = page.locator(".asked [data-fieldname=description] textarea")
	description.fill("चार दिन से नल में पानी नहीं आ रहा है")
	description.blur()


def report(name: str, size=DESK) -> Picture:
	suffix = "-phone" if size == PHONE else ""
	return Picture(
		f"report-{name.lower().replace(' ', '-')}{suffix}",
		"collector",
		f"app/query-report/{quote(name)}",
		".chart-wrapper svg.frappe-chart",
		size=size,
	)


def letter(name: str, doctype: str, found: str, print_format: str, user: str) -> Picture:
	query = urlencode({"doctype": doctype, "format": print_format, "_lang": HINDI})
	return Picture(name, user, f"printview?{query}&name={{{found}}}", ".print-format", size=(850, 1100))


LIST = ".frappe-list .list-row >> nth=1"
TRANSITIONS = "[data-fieldname=transitions] .form-grid"
TARGETS = "[data-fieldname=targets] .form-grid"
TREND = ".dashboard-widget-box"
SIMILAR = ".case-overview .card-of-case button"
OVERVIEW = ".case-overview .moves button"

PICTURES_OF = (
	# Whoever settles cases.
	Picture("my-desk", "je.phe", "app/my-desk", ".case"),
	Picture("my-desk-phone", "je.phe", "app/my-desk", ".case", size=PHONE),
	Picture("cases", "head.phe", "app/grievance", LIST),
	Picture("cases-phone", "head.phe", "app/grievance", LIST, size=PHONE),
	Picture("case", "case", "app/grievance/{case}", OVERVIEW),
	Picture("case-phone", "case", "app/grievance/{case}", OVERVIEW, size=PHONE),
	Picture("resolve", "case", "app/grievance/{case}", OVERVIEW, begin_to_settle),
	Picture("talk", "voice", "app/grievance/{voice}", OVERVIEW, hear),
	Picture("talk-phone", "talk", "app/grievance/{talk}", OVERVIEW, talk, size=PHONE),
	Picture("quick-replies", "talk", "app/grievance/{talk}", OVERVIEW, offer_quick_replies),
	Picture("template", "voice", "app/grievance/{voice}", OVERVIEW, choose_template),
	Picture("similar", "operator", "app/grievance/{similar}", SIMILAR),
	letter("acknowledgement", "Grievance", "case", "Acknowledgement", "case"),
	letter("disposal-letter", "Grievance", "settled", "Disposal Letter", "settled"),
	Picture("counter", "operator", "app/register-case", ".register-case .asked", write_at_the_counter),
	# The collector.
	Picture("collector-desk", "collector", "app/collector-desk", "[data-number=pending]"),
	Picture("collector-desk-phone", "collector", "app/collector-desk", "[data-number=pending]", size=PHONE),
	Picture("collector-desk-trend", "collector", "app/collector-desk", TREND, show_trend, top=TREND),
	Picture("collector-desk-map", "collector", "app/collector-desk", ".places tr", show_map, top=".path"),
	Picture("review", "collector", "app/review-meeting/{meeting}", ".review h3"),
	Picture("review-direction", "collector", "app/review-meeting/{meeting}", ".review h3", direct),
	letter("review-minutes", "Review Meeting", "held", "TL Review Minutes", "collector"),
	*map(report, REPORTS),
	report("Department Performance", PHONE),
	Picture("report-builder", "collector", "app/grievance/view/report", ".dt-row .dt-cell--col-1 >> nth=1"),
	# Citizens.
	Picture("public", None, f"grievances?_lang={HINDI}", "table"),
	Picture("status", None, f"grievances?_lang={HINDI}", "#number", ask_for_status, size=PHONE),
	Picture("public-phone", None, f"grievances?_lang={ENGLISH}", "table", language=ENGLISH, size=PHONE),
	Picture("phone", None, "{phone}", "[data-direction=in]", size=PHONE),
	# IT staff.
	Picture(
		"sla",
		"manager",
		"app/sla/Charter%3A No water supply",
		TARGETS,
		language=ENGLISH,
		top=TARGETS,
	),
	Picture(
		"flow",
		"manager",
		"app/chat-flow/Grievance",
		".chat-phones .chat-text",
		language=ENGLISH,
		top=".chat-phones",
	),
	Picture("workflow", "manager", "app/workflow/Grievance", TRANSITIONS, language=ENGLISH, top=TRANSITIONS),
)


class Demo:
	"""The running demo site, seen as its Administrator; keeps the languages of its users."""

	def __init__(self):
		where = instance.demo()
		self.web, self.emulator = where.url("web"), where.url("emulator")
		self.administrator = Officer(self.web, "Administrator", "admin")
		self.languages: dict[str, str] = {}
		self.found = dict(self.find())
		talker = self.administrator.get("Grievance", self.found["talk"])
		self.found["number"] = talker["mobile_no"].removeprefix("+")

	def find(self) -> Iterator[tuple[str, str]]:
		"""Find a case for each kind of picture, the newest one."""
		newest = partial(self.newest, "Grievance")
		yield "case", newest(assigned_to="je.phe@demo.example", status="In Progress")
		yield "settled", newest(assigned_to="je.phe@demo.example", closure_reason="Confirmed")
		yield "talk", self.told("image")
		yield "voice", self.told("audio")
		yield "meeting", self.newest("Review Meeting", status="Planned")
		yield "similar", self.with_similar()
		yield "held", self.newest("Review Meeting", status="Held")

	def newest(self, doctype: str, **filters) -> str:
		rows = self.administrator.list(doctype, "name", **filters)
		assert rows, f"The demo has no {doctype} with {filters}."
		return max(row["name"] for row in rows)

	def told(self, kind: str) -> str:
		"""Find the newest case with which an office is busy and to which something of this kind was sent."""
		sent = self.administrator.list("Chat Message", "reference_name", message_type=kind, direction="In")
		busy = self.administrator.list("Grievance", "name", status=BUSY, language=HINDI)
		return max({row["name"] for row in busy} & {row["reference_name"] for row in sent})

	def with_similar(self) -> str:
		"""Find the newest open case beside which others stand that say the same."""
		names = [row["name"] for row in self.administrator.list("Grievance", "name", status=BUSY)]
		for name in sorted(names, reverse=True):
			asked = {"case": name}
			method = f"{self.web}/api/method/grievance_cell.api.cases.at_a_glance"
			if self.administrator.http.get(method, params=asked).json()["message"]["similar"]:
				return name
		raise AssertionError("The demo has no open case with a similar one.")

	def user_of(self, picture: Picture) -> str | None:
		"""Return the login of whoever looks at it."""
		if picture.user in self.found:
			return self.administrator.get("Grievance", self.found[picture.user])["assigned_to"]
		return picture.user and f"{picture.user}@demo.example"

	def speak(self, user: str, language: str) -> None:
		before = self.administrator.get("User", user)["language"]
		if before != language:
			self.languages.setdefault(user, before)
			self.administrator.save("User", user, language=language)

	def restore(self) -> None:
		for user, language in self.languages.items():
			self.administrator.save("User", user, language=language)


class Drawing:
	"""The pages of one user in one language; each picture is drawn from a page that has come to rest."""

	def __init__(self, demo: Demo, browser, user: str | None, language: str):
		self.demo, self.language, self.errors = demo, language, []
		self.page = chromium.open_context(browser, *DESK).new_page()
		chromium.on_error(self.page, self.errors.append)
		self.page.route(
			"**/*.tile.openstreetmap.org/**",
			lambda route: route.fulfill(content_type="image/png", body=TILE),
		)
		if user:
			demo.speak(user, language)
			log_in(self.page, demo.web, user)
			self.page.wait_for_function("language => window.frappe?.boot?.lang === language", arg=language)

	def draw(self, picture: Picture) -> int:
		"""Draw a picture; returns its size in bytes."""
		page = self.page
		# The page before, which may be drawing yet, does not see the other size.
		page.goto("about:blank")
		page.set_viewport_size(dict(zip(("width", "height"), picture.size, strict=True)))
		page.goto(self.address(picture))
		page.locator(picture.shows).first.wait_for()
		self.wait_for_answers()
		if picture.do:
			picture.do(page, self.demo.found)
			self.wait_for_answers()
		if picture.top:
			page.locator(picture.top).first.evaluate(TO_THE_TOP)
		content = as_palette(self.at_rest())
		assert self.errors == [], self.errors
		wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
		assert wide <= 0, f"The page is {wide} pixels wider than its screen."
		(PICTURES / f"{picture.name}.png").write_bytes(content)
		return len(content)

	def address(self, picture: Picture) -> str:
		if picture.path == "{phone}":
			return f"{self.demo.emulator}/?number={self.demo.found['number']}&lang={picture.language}"
		return f"{self.demo.web}/{picture.path.format(**self.demo.found)}"

	def wait_for_answers(self) -> None:
		self.page.wait_for_load_state("networkidle")
		self.page.wait_for_function("!window.frappe?.request || frappe.request.ajax_count === 0")

	def at_rest(self) -> bytes:
		"""Look until two looks are the same: charts grow, menus fade in."""
		before = b""
		for _look in range(LOOKS):
			stands = self.page.evaluate(CHARTS_STAND)
			seen = self.page.screenshot(animations="disabled")
			if stands and seen == before:
				return seen
			before = seen
			self.page.wait_for_timeout(BETWEEN_LOOKS)
		raise AssertionError("The page does not come to rest.")


def as_palette(content: bytes) -> bytes:
	"""Write a picture with few colours, which is a third of the size."""
	picture = Image.open(io.BytesIO(content)).convert("RGB")
	written = io.BytesIO()
	picture.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
	return written.getvalue()


def main(names: list[str]) -> int:
	"""Draw all pictures, or those named; say each, and how many failed."""
	known = [picture.name for picture in PICTURES_OF]
	if unknown := [name for name in names if name not in known]:
		print(f"There is no picture {unknown[0]}; there are {', '.join(known)}.")
		return 1
	chosen = [picture for picture in PICTURES_OF if picture.name in names or not names]
	PICTURES.mkdir(parents=True, exist_ok=True)
	demo, failed = Demo(), 0
	with sync_playwright() as playwright:
		browser = chromium.launch(playwright)
		try:
			for (user, language), pictures in groupby(
				chosen, lambda each: (demo.user_of(each), each.language)
			):
				drawing = Drawing(demo, browser, user, language)
				for picture in pictures:
					try:
						print(f"  {picture.name:42} {drawing.draw(picture) // 1024:4} kB", flush=True)
					except (AssertionError, PlaywrightError) as error:
						failed += 1
						print(f"  {picture.name:42} failed: {str(error).splitlines()[0]}", flush=True)
						drawing.errors.clear()
				drawing.page.context.close()
		finally:
			demo.restore()
			browser.close()
	print(f"{len(chosen) - failed} drawn, {failed} failed")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
