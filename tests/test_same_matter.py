"""A matter that several report: offered on the phone, shown to the operator; and an emergency, with whom to call first."""

import pytest

from chat import Citizen, answer, wait_until, words
from desk import Officer, log_in

CATEGORY, WARD, TOWN = "Fallen tree", "Ward 2", "Akaltara Town"
SETTINGS = "Grievance Settings"


@pytest.fixture
def looked_for(servers):
	"""Have what others have reported looked for, as it is by default."""
	administrator = Officer(servers.url(), "Administrator", "admin")
	administrator.save(SETTINGS, SETTINGS, duplicate_days=14, duplicate_metres=200)
	yield
	administrator.save(SETTINGS, SETTINGS, duplicate_days=0, duplicate_metres=0)


@pytest.fixture
def operator(servers) -> Officer:
	return Officer(servers.url(), "operator@demo.example")


def area_of(servers) -> str:
	(area,) = servers.rows(
		"""select area.name from `tabLocal Area` area join `tabLocal Area` town on town.name = area.parent_local_area
		where area.area_name = %s and town.area_name = %s""",
		WARD,
		TOWN,
	)
	return area["name"]


def register(servers, operator: Officer, description: str) -> dict:
	return operator.insert(
		{
			"doctype": "Grievance",
			"category": CATEGORY,
			"area": area_of(servers),
			"description": description,
			"source": "Phone",
		}
	)


def case_of(servers, citizen: Citizen) -> dict:
	(case,) = servers.rows(
		"""select grievance.* from `tabGrievance` grievance join `tabCitizen` citizen on citizen.name = citizen
		where citizen.mobile_no = %s""",
		f"+{citizen.number}",
	)
	return case


def test_who_joins_on_the_phone_is_told_what_happens_under_their_own_number(servers, operator, looked_for):
	main = register(servers, operator, "A tree has fallen on the road")
	citizen = Citizen(servers.url("emulator"))
	citizen.post(words("सड़क पर पेड़ गिर गया है"))
	for choice in ("language:hi", f"name:{citizen.name}", "skip", f"category:{CATEGORY}"):
		citizen.post(answer(choice))
	citizen.post(words("वार्ड 2, अकलतरा"))
	wait_until(
		lambda: any(f"similar:{main['name']}" in reply.choices for reply in citizen.heard()), "the offer"
	)
	citizen.tap(f"similar:{main['name']}")
	citizen.tap("skip")
	registered = citizen.tap("confirm")
	case = case_of(servers, citizen)
	assert (case["status"], case["duplicate_of"]) == ("Duplicate", main["name"])
	assert case["name"] in registered.text
	assert main["name"] not in registered.text

	heard = len(citizen.heard())
	officer = Officer(servers.url(), operator.get("Grievance", main["name"])["assigned_to"])
	assert officer.act(main["name"], "Start Work").ok
	told = citizen.wait_for_reply(heard)
	assert case["name"] in told.text
	assert main["name"] not in told.text


def test_the_operator_sees_others_reports_and_joins_a_new_one(servers, operator, looked_for, open_page):
	main = register(servers, operator, "The old tree lies across the lane")
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), operator.user)
	desk.goto(f"{servers.url()}/app/grievance/new")
	desk.wait_for_selector("[data-fieldname=description]")
	desk.evaluate(
		"""values => cur_frm.set_value(values)""",
		{
			"category": CATEGORY,
			"area": area_of(servers),
			"description": "A tree on the lane",
			"source": "Phone",
		},
	)
	desk.locator(".show-similar-cases").click()
	desk.locator(".modal.show select[data-fieldname=into]").select_option(main["name"])
	desk.locator(".modal.show .btn-primary:visible").click()
	desk.wait_for_function("name => cur_frm.doc.duplicate_of === name", arg=main["name"])
	desk.evaluate("cur_frm.save()")
	desk.wait_for_function("!cur_frm.is_new() && cur_frm.doc.status === 'Duplicate'")
	assert operator.get("Grievance", main["name"])["reported_by"] >= 1


def test_an_emergency_has_the_numbers_told_first_and_is_with_the_officer_at_once(servers, operator):
	citizen = Citizen(servers.url("emulator"))
	citizen.post(words("बाज़ार की दुकान में आग लगी है"))
	for choice in ("language:hi", f"name:{citizen.name}", "skip"):
		citizen.post(answer(choice))
	wait_until(lambda: any("category:Fire" in reply.choices for reply in citizen.heard()), "the category")
	said = citizen.tap("category:Fire")
	assert said.text.index("112") < said.text.index("101") < said.text.index("?")
	assert set(said.choices) == {"danger:1", "danger:0"}
	citizen.tap("danger:1")
	citizen.say("वार्ड 5, जांजगीर")
	citizen.tap("skip")
	citizen.tap("skip")
	citizen.tap("confirm")
	case = case_of(servers, citizen)
	assert (case["priority"], case["emergency_confirmed"]) == ("Emergency", 1)
	officer = Officer(servers.url(), case["assigned_to"])
	assert officer.sees(case["name"])
	wait_until(
		lambda: servers.rows(
			"select name from `tabNotification Log` where document_name = %s and for_user = %s",
			case["name"],
			officer.user,
		),
		"the officer's notification",
	)


def test_the_operator_is_shown_whom_to_call(servers, operator, open_page):
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), operator.user)
	desk.goto(f"{servers.url()}/app/grievance/new")
	desk.wait_for_selector("[data-fieldname=description]")
	desk.evaluate("cur_frm.set_value('category', 'Hanging or broken wire')")
	message = desk.locator(".msgprint:visible")
	message.wait_for()
	assert "112" in message.inner_text()
	assert "1912" in message.inner_text()
