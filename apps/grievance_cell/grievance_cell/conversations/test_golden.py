"""The written conversations in golden/, played against the engine alone: the shipped flows, the app's translations, the demo
district's names, and a stand-in for what the site would do. tests/test_golden.py plays the same over HTTP."""

import csv
import json
import unittest
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import frappe
import jinja2

from grievance_cell.conversations import flows, talk
from grievance_cell.conversations.fake_world import Answers, FakeWorld, Talk, asks, settled
from grievance_cell.conversations.intents import normalise
from grievance_cell.conversations.model import (
	CallAction,
	Case,
	Choice,
	Event,
	Flow,
	Reply,
	SimilarCase,
)
from grievance_cell.emulator import transcript
from grievance_cell.emulator.rehearsal import rehearse, time_passed
from grievance_cell.emulator.transcript import BUSINESS, Turn
from grievance_cell.grievances.decisions import SUGGESTION
from grievance_cell.messaging.providers.whatsapp_cloud import compose

APP = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
PROFILE = "सुनीता यादव"
LANGUAGES = {"hi": "हिंदी", "en": "English", "pa": "ਪੰਜਾਬੀ"}
DUE = {"hi": "5 अगस्त 2026", "en": "5 August 2026", "pa": "5 ਅਗਸਤ 2026"}
# What the fuzzy search of a site finds by itself.
MISSPELT = {"जांजगिर": "जांजगीर", "वाड": "वार्ड", "jangir": "Janjgir"}
# As the settings have it: a draft that is older is dropped, and the window is still open.
SILENT_FOR = timedelta(hours=23)
PICKABLE = ("Block", "Gram Panchayat", "Village", "Municipal Body", "Ward")
# The case of an office, in a town where no other conversation has one.
QUIET_TOWN = "Akaltara Town"
OFFICE_CASE = {
	"category": "Blocked drain",
	"description": "रामलाल के घर के सामने की नाली जाम है",
	"public_summary": "मुख्य सड़क के पास की नाली",
	"citizen_name": "रामलाल",
}
# The officer's photo of what was done, which goes before the words.
PROOF = Turn(BUSINESS, marks=("photo",))
MEDIA = {"photo": "image", "video": "video", "voice note": "audio", "sound": "audio", "document": "document"}


def written(language: str = "*") -> list[Path]:
	return sorted(GOLDEN.glob(f"{language}/*.txt"))


def spoken() -> list[str]:
	"""List the languages that the app has translations for, Hindi first."""
	return [each for each in LANGUAGES if each == "en" or (APP / "translations" / f"{each}.csv").exists()]


@cache
def shipped(name: str) -> list[dict]:
	return json.loads((APP / "setup" / "defaults" / f"{name}.json").read_text(encoding="utf-8"))


@cache
def rows(file: str) -> list[dict]:
	with (APP / "demo" / "data" / f"{file}.csv").open(encoding="utf-8", newline="") as opened:
		return list(csv.DictReader(opened))


@cache
def translations(language: str) -> dict[str, str]:
	file = APP / "translations" / f"{language}.csv"
	known = {}
	for name, column in (
		("categories", "category"),
		("departments", "department_name"),
		("areas", "area_name"),
	):
		title = column.removesuffix("_name")
		known |= {
			row[column]: row.get(f"{title}_{language}") or ""
			for row in rows(name)
			if row.get(f"{title}_{language}")
		}
	if file.exists():
		with file.open(encoding="utf-8", newline="") as opened:
			known |= {row[0]: row[1] for row in csv.reader(opened) if len(row) > 1}
	return known


def translate(text: str, language: str) -> str:
	return translations(language).get(text) or text


def served_by(title: str) -> list[str]:
	"""List the categories for which the demo tells an emergency number."""
	return next(
		(row["categories"].split(";") for row in rows("emergency_numbers") if row["title"] == title), []
	)


@dataclass(frozen=True)
class Area:
	name: str
	row: dict
	above: tuple["Area", ...]

	def label(self, language: str) -> str:
		return self.row.get(f"area_{language}") or self.row["area_name"]

	def words(self) -> list[list[str]]:
		names = (self.row["area_name"], *map(self.label, LANGUAGES), *self.row["aliases"].split(";"))
		return [in_words(name) for name in names if name]


def in_words(text: str) -> list[str]:
	found = normalise("".join(" " if letter in "-,()/." else letter for letter in text)).split()
	return [str(int(word)) if word.isdecimal() else MISSPELT.get(word, word) for word in found]


@cache
def areas() -> list[Area]:
	known: dict[str, Area] = {}
	found = []
	for number, row in enumerate(rows("areas")):
		parent = known.get(row["parent"])
		above = (parent, *parent.above) if parent and parent.row["area_type"] in PICKABLE else ()
		known[row["area_name"]] = area = Area(f"AREA-{number:05d}", row, above)
		if row["area_type"] in PICKABLE:
			found.append(area)
	return found


class DemoDistrict(FakeWorld):
	"""The demo district in memory, for the shipped flows."""

	def __init__(self, forms: list[dict]):
		super().__init__()
		self.steps = {(form["title"], step["step_id"]): step for form in forms for step in form["steps"]}
		self.records: dict[str, list[str]] = {}
		self.reported_by_others: list[tuple[str, str, int]] = []
		self.statuses = {row["status_name"]: row for row in shipped("grievance_status")}

	def translate(self, text, language):
		return translate(text, language or "hi")

	def languages(self):
		return [Choice(each, LANGUAGES[each]) for each in spoken()]

	# what a step offers

	def options(self, flow, step, language):
		for line in (self.steps[flow.name, step.step_id].get("options") or "").splitlines():
			value, label, words = [*line.split("|"), "", ""][:3]
			yield Choice(value, self.translate(label or value, language)), [label or value, *words.split(",")]

	def categories(self, answers):
		wanted = answers.get("type") or ""
		return [
			row for row in rows("categories") if not row["keywords"] or wanted in row["applies_to"].split(";")
		]

	def choice_of(self, row, language):
		return Choice(row["category"], self.translate(row["category"], language), is_group=not row["parent"])

	def choices(self, flow, step, answers, group, language):
		if step.kind == "Choice":
			return [choice for choice, _words in self.options(flow, step, language)]
		known = self.categories(answers)
		filled = {row["parent"] for row in known}
		return [
			self.choice_of(row, language)
			for row in known
			if row["parent"] == group and (row["parent"] or row["category"] in filled)
		]

	def option(self, flow, step, answers, value, language):
		found = (
			self.choice_of(row, language) for row in self.categories(answers) if row["category"] == value
		)
		return next(found, None)

	def search(self, flow, step, answers, text, language):
		said = f" {normalise(text)} "
		if step.kind == "Choice":
			candidates = list(self.options(flow, step, language))
		else:
			candidates = [
				(self.choice_of(row, language), [row["category"], *row["keywords"].split(";")])
				for row in self.categories(answers)
				if row["parent"]
			]
		scored = []
		for choice, terms in candidates:
			known = {normalise(term) for term in (choice.label, *terms)} - {""}
			score = sum(f" {term} " in said for term in known) + (said.strip() in normalise(choice.label))
			scored.append((score, choice))
		return [choice for score, choice in sorted(scored, key=lambda each: -each[0]) if score]

	# places

	def place(self, area, language):
		above = [each.label(language) for each in area.above]
		return Choice(area.name, ", ".join([area.label(language), *above[:1]]), ", ".join(above))

	def area(self, name, language):
		return next((self.place(area, language) for area in areas() if area.name == name), None)

	def areas_named(self, text, language):
		said = in_words(text)
		scored = []
		for area in areas():
			around = {word for above in area.above for name in above.words() for word in name}
			best = 0
			for name in area.words():
				own = [word for word in said if word in name]
				if own and all(word in name or word in around for word in said):
					best = max(best, len(own) + (len(own) == len(name)))
			scored.append((best, area))
		top = max(score for score, _area in scored)
		return [self.place(area, language) for score, area in scored if top and score == top]

	def areas_near(self, latitude, longitude, language):
		placed = [
			area for area in areas() if area.row["latitude"] and area.row["area_type"] in ("Ward", "Village")
		]

		def distance(area):
			return round(
				(float(area.row["latitude"]) - latitude) ** 2
				+ (float(area.row["longitude"]) - longitude) ** 2,
				8,
			)

		nearest = min(map(distance, placed))
		# A tenth of a degree and more is another district.
		return [self.place(area, language) for area in placed if distance(area) == nearest and nearest < 0.01]

	# emergencies, and what others have reported

	def category(self, answers):
		return next((row for row in rows("categories") if row["category"] == answers.get("category")), None)

	def is_emergency(self, flow, answers):
		row = self.category(answers)
		return bool(row) and row["priority"] == "Emergency"

	def emergency_numbers(self, flow, answers, language):
		row = self.category(answers)
		return [
			f"{self.translate(each['title'], language)}: *{each['phone_number']}*"
			for each in shipped("emergency_number")
			if each["enabled"] or row["category"] in served_by(each["title"])
		]

	def similar(self, flow, answers, language):
		row, place = self.category(answers), answers.get("area")
		if not (row and place and int(row["can_be_shared"] or 0)):
			return []
		return [
			SimilarCase(
				"GRV-2026-000001",
				self.translate(category, language),
				self.area(area, language).label,
				DUE[language],
				people,
			)
			for category, area, people in self.reported_by_others
			if (category, area) == (row["category"], place["area"])
		]

	# cases

	def case(self, number, language):
		found = super().case(number, language)
		return replace(found, done=tuple(self.records[found.name][-5:])) if found else None

	# the cases of an office

	def office_counts(self, office, language):
		counts = [
			self.translate("Open cases: {0}. Overdue: {1}.", language).format(len(self.open_at_office()), 0)
		]
		if office == "Representative":
			counts.append(self.translate("Settled in the last 30 days: {0}.", language).format(0))
		return " ".join(counts)

	def open_at_office(self):
		return [case for case in self.at_office if case.stage in ("Open", "Paused")]

	def office_cases(self, office, language):
		return [self.at_work(case, office, language) for case in self.open_at_office()]

	def office_case(self, office, number, language):
		found = super().office_case(office, number, language)
		return found and self.at_work(found, office, language)

	def at_work(self, case, office, language):
		"""Say a case that is kept in English, status and place by name, in a language, and to whom."""
		language = language or "hi"
		area = next(self.place(area, language) for area in areas() if area.name == case.place)
		words, summary = case.details
		sender = self.translate("From: {0}", language).format(OFFICE_CASE["citizen_name"])
		registered = self.translate("Registered: {0}", language).format(DUE[language])
		return replace(
			case,
			title=self.translate(case.title, language),
			status=self.translate(case.status, language),
			department=self.translate(case.department, language),
			due="" if case.stage == "Paused" else DUE[language],
			place=area.label,
			details=(words, sender) if office == "Officer" else (summary, registered),
			done=tuple(self.records[case.name][-2:]) if office == "Officer" else (),
		)

	def facts(self, name):
		case = next((each for each in self.at_office if each.name == name), None)
		can = {
			"Assigned": ["start", "resolve", "ask", "transfer", "note"],
			"In Progress": ["resolve", "ask", "transfer", "note"],
			"Awaiting Citizen": ["start", "transfer", "note"],
		}
		return Answers(photo_wanted=True, can=can.get(case.status, []) if case else [])

	def status(self, name, language):
		return self.translate(self.statuses[name]["citizen_label"], language)


def as_flow(form: dict) -> Flow:
	"""Read a form; a DocType that staff have made is not on this site."""
	doctype = form.get("document_type", "")
	known = {"document_type": ""} if doctype and not frappe.db.exists("DocType", doctype) else {}
	document = frappe.get_doc(
		{"doctype": "Chat Flow", "occasion": "Menu", "at_end": flows.INSERT, **form, **known}
	)
	flow = flows.as_data(document)
	return replace(flow, document_type=doctype) if known else flow


class EngineStage:
	"""Where the engine answers, what it says comes out as on the phone, and documents are made of nothing."""

	def __init__(self):
		self.forms = [row for row in shipped("chat_flow") if row["enabled"]]
		self.world = DemoDistrict(self.forms)
		self.talk = Talk(flows=(), world=self.world)
		self.shown: list[dict[str, str]] = []
		self.read_flows()
		self.files = 0
		self.reminded: set[tuple] = set()

	def read_flows(self) -> None:
		forms = sorted(self.forms, key=lambda row: (row.get("menu_order") or 0, row["title"]))
		self.talk.flows = [as_flow(form) for form in forms]

	@property
	def language(self) -> str:
		return self.talk.session.language or "hi"

	def text(self, source: str, *values: str) -> str:
		return translate(source, self.language).format(*values)

	# what a citizen does

	def send(self, turn: Turn) -> list[Turn]:
		return self.hear(self.event_of(turn))

	def send_all(self, turns: list[Turn]) -> list[Turn]:
		return [said for turn in turns for said in self.send(turn)]

	def event_of(self, turn: Turn) -> Event:
		if turn.tap:
			found = (choices[turn.text] for choices in reversed(self.shown) if turn.text in choices)
			choice = next(found, None)
			if choice is None:
				raise ValueError(f"[{turn.text}] is not offered")
			return Event("choice", turn.text, choice)
		if place := turn.place():
			return Event("location", latitude=place[0], longitude=place[1])
		for mark in turn.marks:
			name = next((name for name in MEDIA if mark == name or mark.startswith(f"{name} ")), None)
			if name or mark == "sticker":
				self.files += 1
				kind = MEDIA[name] if name else "sticker"
				return Event("media", turn.text, media=f"m{self.files}", media_type=kind)
			if mark.startswith("reaction"):
				return Event("reaction")
			if mark != "forwarded":
				return Event("unknown")
		return Event("text", turn.text)

	def hear(self, event: Event) -> list[Turn]:
		self.talk.now += timedelta(seconds=1)
		self.talk.hear(replace(event, profile_name=PROFILE))
		said = []
		for each in self.talk.last:
			answer = each if isinstance(each, Reply) else self.do(each)
			if answer:
				said.append(talk.Spoken(answer))
		return [self.show(spoken.reply) for spoken in talk.join(said)]

	def show(self, reply: Reply) -> Turn:
		message = compose(reply, translate("Choose", self.language))
		(turn,) = transcript.turns_of([{"direction": "out", "state": "delivered", "message": message}])
		if turn.choices:
			self.shown.append(dict(zip(turn.choices, (each.value for each in reply.choices), strict=True)))
		return turn

	# what the site does

	def do(self, effect) -> Reply | None:
		if isinstance(effect, CallAction):
			answer = self.call(effect)
			return Reply(answer) if answer and not effect.quiet else None
		form = next(row for row in self.forms if row["title"] == effect.flow)
		if form.get("occasion") == "First Contact":
			return None
		document = SimpleNamespace(**effect.values)
		if form["document_type"] == "Grievance":
			document = self.register(effect.values)
		closing = translate(form.get("closing_message") or "Thank you. We have what you sent.", self.language)
		utils = SimpleNamespace(formatdate=lambda _day, _format: DUE[self.language])
		template = jinja2.Environment(keep_trailing_newline=True).from_string(closing)
		return Reply(
			template.render(doc=document, _=self.text, frappe=SimpleNamespace(utils=utils)).replace(
				"\\n", "\n"
			)
		)

	def register(self, values: dict) -> SimpleNamespace:
		category = next(row for row in rows("categories") if row["category"] == values["category"])
		area = next(area for area in areas() if area.name == values["area"])
		kinds = {each.row["area_type"] for each in (area, *area.above)}
		code = (
			category["department_urban"] if "Municipal Body" in kinds else category["department_rural"]
		) or category["department"]
		department = next(row["department_name"] for row in rows("departments") if row["code"] == code)
		name = f"GRV-2026-{len(self.world.own_cases) + 101:06d}"
		status = self.world.status("Assigned", self.language)
		self.world.own_cases.insert(
			0,
			Case(
				name,
				self.text(category["category"]),
				status,
				"Open",
				self.text(department),
				DUE[self.language],
			),
		)
		self.world.records[name] = []
		self.note(name, self.world.status("Registered", self.language))
		self.note(name, status)
		self.world.home = self.world.home or values["area"]
		self.talk.session.latest_case, self.talk.session.latest_case_on = name, self.talk.now.isoformat()
		joined = values.get("duplicate_of")
		dated = not joined and values.get("grievance_type") != SUGGESTION
		due = self.talk.now if dated else None
		return SimpleNamespace(name=name, department=department, resolution_by=due, duplicate_of=joined)

	def note(self, case: str, what: str, remark: str = "") -> None:
		self.world.records[case].append(f"{DUE[self.language]}: {what}{f' ({remark})' if remark else ''}")

	def move(self, case: str, status: str, remark: str = "") -> None:
		row = self.world.statuses[status]
		label = self.world.status(status, self.language)
		self.note(case, label, remark)
		self.world.own_cases = [
			replace(
				each,
				status=label,
				stage=row["category"],
				due="" if row["category"] == "Paused" else DUE[self.language],
			)
			if each.name == case
			else each
			for each in self.world.own_cases
		]

	def open_office(self, kind: str, area_name: str) -> None:
		"""Let the phone be that of an office with one case, in a ward where nothing else happens."""
		area = next(
			area
			for area in areas()
			if area.label("en") == area_name and area.above[0].label("en") == QUIET_TOWN
		)
		self.world.offices = (kind,)
		category = next(row for row in rows("categories") if row["category"] == OFFICE_CASE["category"])
		department = next(
			row["department_name"] for row in rows("departments") if row["code"] == category["department"]
		)
		name = "GRV-2026-000101"
		details = (OFFICE_CASE["description"], OFFICE_CASE["public_summary"])
		self.world.at_office = [
			Case(name, category["category"], "Assigned", "Open", department, place=area.name, details=details)
		]
		self.world.records[name] = []
		for status in ("Registered", "Assigned"):
			self.note(name, self.text(status))

	def act_for_office(self, effect: CallAction) -> str:
		status, said = {
			"start_work": ("In Progress", "It is noted that work on the case {0} has begun."),
			"resolve_case": (
				"Resolved",
				"The case {0} is reported as settled. The citizen is asked whether it is.",
			),
			"ask_citizen": (
				"Awaiting Citizen",
				"The citizen of the case {0} is asked. You are told of the answer.",
			),
			"add_note": (None, "Your note is kept with the case {0}."),
		}[effect.action]
		if status:
			row = self.world.statuses[status]
			remark = effect.values.get("resolution") or effect.values.get("question") or ""
			self.note(effect.case, self.text(status), remark)
			self.world.at_office = [
				replace(case, status=status, stage=row["category"]) if case.name == effect.case else case
				for case in self.world.at_office
			]
		return self.text(said, effect.case)

	def call(self, effect: CallAction) -> str:
		if effect.audience != "Citizen":
			return self.act_for_office(effect)
		case = effect.case
		said = "\n".join(value for value in effect.values.values() if isinstance(value, str) and value)
		if effect.action in ("set_language", "set_announcements"):
			return ""
		if effect.action == "confirm_case":
			self.move(case, "Closed")
			return self.text("Thank you. Your case {0} is closed.", case)
		if effect.action == "rate_case":
			return self.text("Thank you for your answer.")
		if effect.action == "reopen_case":
			self.move(case, "Reopened", said)
			return self.text("Your case {0} is open again. The officer has been told what you wrote.", case)
		if effect.action == "withdraw_case":
			self.move(case, "Withdrawn", said)
			return self.text("You have taken back your case {0}. It is closed.", case)
		if effect.action == "answer_question":
			self.move(case, "In Progress", said)
			return self.text("Thank you. The officer of your case {0} has your answer.", case)
		if effect.action == "remind":
			today = (case, self.talk.now.date())
			if today in self.reminded:
				return self.text("The office has been reminded of the case {0} today already.", case)
			self.reminded.add(today)
			self.note(case, self.text("Reminded"))
			return self.text("We have reminded the office of your case {0}.", case)
		self.note(case, self.text("Information Added"), said or self.text("Photo or file"))
		return self.text("We have added it to your case {0}.", case)

	# what happens beside the talk

	def direct(self, direction: str) -> list[Turn]:
		what, _colon, words = (part.strip() for part in direction.partition(":"))
		if span := time_passed(what):
			self.talk.now += span
			return []
		if what == "a day of silence":
			self.talk.now += SILENT_FOR
			return self.hear(Event("silence"))
		if what.startswith("the officer resolves "):
			case = what.split()[-1]
			self.move(case, "Resolved", words)
			return [PROOF, *self.hear(settled(case, words))]
		if what.startswith("the officer asks about "):
			case = what.split()[-1]
			self.move(case, "Awaiting Citizen", words)
			return self.hear(asks(case, words))
		if what == "the phone of an office":
			self.open_office(*words.split(", "))
			return []
		if what == "others have reported":
			category, place, people = (part.strip() for part in words.split(";"))
			(area,) = self.world.areas_named(place, self.language)
			self.world.reported_by_others.append((category, area.value, int(people)))
			return []
		if what == "the citizen is blocked":
			self.world.blocked = True
			return []
		if what == "messages a minute":
			self.world.messages_per_minute = int(words)
			return []
		if what == "a form in the menu":
			_doctype, form = json.loads((GOLDEN / words).read_text(encoding="utf-8"))
			self.forms.append(form)
			self.world.steps |= {(form["title"], step["step_id"]): step for step in form["steps"]}
			self.read_flows()
			return []
		raise ValueError(f"no such direction: {direction}")


class TestGolden(unittest.TestCase):
	maxDiff = None

	def test_the_engine_says_what_is_written(self):
		for file in written():
			if file.parent.name in spoken():
				with self.subTest(str(file.relative_to(GOLDEN))):
					self.assertEqual(rehearse(file, EngineStage()), file.read_text(encoding="utf-8"))

	def test_each_feature_is_there_in_hindi(self):
		for language in ("en", "pa"):
			self.assertLessEqual(
				{file.name for file in written(language)}, {file.name for file in written("hi")}
			)
		self.assertGreater(len(written("hi")), 20)
