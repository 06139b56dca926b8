"""An officer and a representative on their phones, over real servers, on the number that citizens write to."""

import pytest
import requests

from chat import Citizen, describe_case, is_same_picture, photo, wait_until, words
from test_conversation import case_of, officer_of

# Where the demo district has these offices.
OFFICER = "Engineer, ULB, Champa"
PLACE = "Ward 5, Champa"


class Phone(Citizen):
	"""The phone of an office: what it says has more than words."""

	def entries(self, kind: str) -> list[dict]:
		return [
			e["message"][kind]
			for e in self.thread()
			if e["direction"] == "out" and e["message"]["type"] == kind
		]

	def fetch(self, media_id: str) -> bytes:
		return requests.get(f"{self.emulator}/media/{media_id}").content

	def see(self, case: str):
		"""Ask for a case by its number; return the message that comes after its pictures and its place."""
		before = len(self.heard())
		self.post(words(case))
		return wait_until(
			lambda: next((reply for reply in self.heard()[before:] if "office-cases" in reply.choices), None),
			case,
		)


@pytest.fixture
def phone(servers):
	"""Give an office the number of a phone for the length of a test."""
	changed = []

	def give(posting: str) -> Phone:
		phone = Phone(servers.url("emulator"), posting)
		(before,) = servers.rows("select mobile_no from `tabOfficer Posting` where name = %s", posting)
		changed.append((before["mobile_no"], posting))
		servers.rows(
			"update `tabOfficer Posting` set mobile_no = %s where name = %s", f"+{phone.number}", posting
		)
		return phone

	yield give
	for number, posting in changed:
		servers.rows("update `tabOfficer Posting` set mobile_no = %s where name = %s", number, posting)


def test_an_officer_settles_a_case_with_a_photo_on_whatsapp_and_the_citizen_confirms(servers, phone):
	citizen, complained, proof = Citizen(servers.url("emulator")), photo(), photo()
	describe_case(citizen, place=PLACE, photo=complained)
	citizen.tap("confirm")
	case = case_of(servers, citizen)
	assert case["assigned_to"] == officer_of(servers, OFFICER).user
	wait_until(
		lambda: servers.rows("select name from `tabFile` where attached_to_name = %s", case["name"]),
		"the photo",
	)

	officer = phone(OFFICER)
	assert set(officer.say("hello").choices) == {"speak-as:Officer", "speak-as:Citizen"}
	officer.tap("speak-as:Officer")
	shown = officer.see(case["name"])
	assert case["description"][:40] in shown.text
	assert citizen.number[-10:] not in str(officer.thread())
	(picture,) = officer.entries("image")
	assert is_same_picture(officer.fetch(picture["id"]), complained)

	assert "office-cases" in officer.tap(f"office-act:Work Started:{case['name']}").choices
	assert case_of(servers, citizen)["status"] == "In Progress"
	officer.see(case["name"])
	officer.tap(f"office-act:Case Settled:{case['name']}")
	officer.send_photo(proof)
	assert "confirm" in officer.say("The drain was cleaned").choices
	# The photo is waited for: until it is here, the officer is told so and may say it again.
	wait_until(
		lambda: servers.rows(
			"""select message.name from `tabChat Message` message join `tabChat Session` session
			on session.name = message.session
			where conversation_key = %s and media_state = 'Fetched'""",
			officer.number,
		),
		"the officer's photo",
	)
	before = len(citizen.heard())
	officer.tap("confirm")
	assert (settled := case_of(servers, citizen))["status"] == "Resolved"
	assert settled["resolution_photo"] and settled["resolution"] == "The drain was cleaned"

	wait_until(
		lambda: f"feedback:{case['name']}:yes" in citizen.heard()[-1].choices, "the citizen to be asked"
	)
	assert len(citizen.heard()) > before
	citizen.tap(f"feedback:{case['name']}:yes")
	assert case_of(servers, citizen)["status"] == "Closed"


def test_a_case_with_a_pin_is_shown_on_the_officers_map(servers, phone):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen, place=PLACE)
	citizen.tap("confirm")
	case = case_of(servers, citizen)
	servers.rows(
		"update `tabGrievance` set latitude = 22.027, longitude = 82.642 where name = %s", case["name"]
	)
	officer = phone(OFFICER)
	officer.say("hello")
	officer.tap("speak-as:Officer")
	officer.see(case["name"])
	(pin,) = officer.entries("location")
	assert (round(pin["latitude"], 3), pin["name"]) == (22.027, case["name"])


def test_a_councillor_reads_the_cases_of_the_ward_and_does_nothing(servers, phone):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	case = case_of(servers, citizen)
	councillor = phone("Councillor, Ward 5, Janjgir-Naila")
	councillor.say("hello")
	assert "office-cases" in councillor.tap("speak-as:Representative").choices
	councillor.tap("office-cases")
	shown = councillor.tap(f"office-case:{case['name']}")
	assert case["name"] in shown.text and list(shown.choices) == ["office-cases"]
	said = str(councillor.thread())
	for word in (citizen.name, citizen.number[-10:], case["description"][:30]):
		assert word not in said
