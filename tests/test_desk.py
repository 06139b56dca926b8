"""The desk in a browser, as an officer; and the citizen's phone beside it."""

from pathlib import Path

from chat import Citizen, describe_case, photo, wait_until
from desk import Officer, log_in

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
POSTING = "Engineer, ULB, Janjgir-Naila"


def test_an_officer_settles_a_case_and_the_citizen_confirms_it_on_the_phone(servers, open_page, pytestconfig):
	(posting,) = servers.rows("select user from `tabOfficer Posting` where name = %s", POSTING)
	citizen = Citizen(servers.url("emulator"), "सुनीता यादव")
	complaint = f"मकान {citizen.number[-4:]} के सामने नाली तीन दिन से जाम है, गंदा पानी सड़क पर बह रहा है"
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), posting["user"])
	desk.goto(f"{servers.url()}/app/grievance")
	desk.locator(".frappe-list .result:visible, .frappe-list .no-result:visible").first.wait_for()
	desk.evaluate("window.not_reloaded = true")

	phone = open_page(390, 844)
	phone.goto(f"{servers.url('emulator')}/?number={citizen.number}&lang=hi")
	tell(citizen, phone, complaint)

	# The list is open already: the row comes by itself.
	row = desk.locator(".list-row", has_text=complaint[:40]).first
	row.wait_for()
	assert desk.evaluate("window.not_reloaded")
	wait_until(lambda: has_photo(servers, citizen), "the photo")
	row.locator("a[data-doctype=Grievance]").first.click()
	desk.wait_for_selector("[data-fieldname=description]")
	case = desk.evaluate("cur_frm.doc.name")
	phone.get_by_test_id("thread").get_by_text(case).first.wait_for()
	assert desk.evaluate("cur_frm.doc.description") == complaint
	see_the_photo(desk)
	if pytestconfig.getoption("pictures"):
		draw_in_hindi(servers, open_page, posting["user"], case)

	resolve(desk, "नाली की सफाई कर दी गई, पानी का बहाव चालू है।")
	yes = phone.locator(f"[data-testid=reply-button][data-reply-id='feedback:{case}:yes']")
	yes.wait_for()
	assert phone.locator(f"[data-testid=reply-button][data-reply-id='feedback:{case}:no']").is_visible()
	if pytestconfig.getoption("pictures"):
		draw(phone, "chat")
	yes.click()
	wait_for_status(desk, "Closed")


def test_a_change_that_comes_while_a_form_is_being_loaded_is_shown(servers, open_page):
	(posting,) = servers.rows("select user from `tabOfficer Posting` where name = %s", POSTING)
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	citizen.tap("confirm")
	query = "select name from `tabGrievance` where mobile_no = %s and assigned_to = %s"
	rows = wait_until(lambda: servers.rows(query, f"+{citizen.number}", posting["user"]), "the case")
	case = rows[0]["name"]
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), posting["user"])
	desk.goto(f"{servers.url()}/app/grievance/{case}")
	desk.wait_for_function("name => window.cur_frm?.doc?.name === name", arg=case)
	desk.wait_for_load_state("networkidle")

	held = []
	loading = "**/*frappe.desk.form.load.getdoc*"
	desk.route(loading, lambda route: held.append((route, route.fetch())), times=1)
	desk.evaluate(
		"""() => {
			frappe.realtime.on("doc_update", () => (window.told_of_a_change = true));
			cur_frm.reload_doc();
		}"""
	)
	while not held:
		desk.wait_for_timeout(50)
	note = "नाली की सफाई शुरू कर दी है"
	Officer(servers.url(), posting["user"]).save("Grievance", case, resolution=note)
	desk.wait_for_function("window.told_of_a_change")
	route, before = held[0]
	assert note not in before.text()
	route.fulfill(response=before)

	desk.wait_for_function("note => cur_frm.doc.resolution === note", arg=note)


def tell(citizen: Citizen, phone, complaint: str) -> None:
	"""Tell the case; the photo and the last word on the phone's screen."""
	citizen.say(complaint)
	citizen.tap("language:hi")
	citizen.tap(f"name:{citizen.name}")
	citizen.tap("skip")
	citizen.tap("category:Blocked drain")
	citizen.say("वार्ड 5, जांजगीर")
	citizen.say("शिव मंदिर, चांदनिया पारा")
	phone.get_by_test_id("attach").click()
	phone.get_by_test_id("attach-sample-photo").click()
	phone.get_by_test_id("media-send").click()
	phone.locator("[data-testid=reply-button][data-reply-id=confirm]").click()


def has_photo(servers, citizen: Citizen) -> bool:
	return bool(
		servers.rows(
			"""select file.name from `tabFile` file join `tabGrievance` grievance on grievance.name = attached_to_name
			where attached_to_doctype = 'Grievance' and mobile_no = %s""",
			f"+{citizen.number}",
		)
	)


def see_the_photo(page) -> None:
	link = page.locator(".form-attachments a[href*='/private/files/']").first
	link.wait_for()
	width = page.evaluate(
		"""address => new Promise((seen, failed) => {
			const image = new Image();
			image.onload = () => seen(image.naturalWidth);
			image.onerror = () => failed("no picture");
			image.src = address;
		})""",
		link.get_attribute("href"),
	)
	assert width > 0


def resolve(page, note: str) -> None:
	page.click(".actions-btn-group > button:visible")
	page.click(".actions-btn-group .dropdown-item:visible:has-text('Resolve')")
	dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=resolution]"))
	dialog.locator("[data-fieldname=resolution] textarea").fill(note)
	dialog.locator("[data-fieldname=resolution_photo] .btn-attach").click()
	uploader = page.locator(".modal.show", has=page.locator(".file-uploader"))
	uploader.locator("input[type=file]").first.set_input_files(
		{"name": "done.jpg", "mimeType": "image/jpeg", "buffer": photo()}
	)
	uploader.locator(".btn-modal-primary:visible").click()
	dialog.locator("[data-fieldname=resolution_photo] .attached-file-link").wait_for()
	dialog.locator(".btn-modal-primary").click()
	wait_for_status(page, "Resolved")


def wait_for_status(page, status: str) -> None:
	page.wait_for_function("status => cur_frm.doc.status === status && !cur_frm.is_dirty()", arg=status)
	page.locator(".page-head:visible .indicator-pill", has_text=status).first.wait_for()


def draw_in_hindi(servers, open_page, user: str, case: str) -> None:
	administrator = Officer(servers.url(), "Administrator", "admin")
	administrator.save("User", user, language="hi")
	desk = open_page(1366, 768)
	log_in(desk, servers.url(), user)
	desk.goto(f"{servers.url()}/app/grievance/{case}")
	see_the_photo(desk)
	draw(desk, "desk")
	administrator.save("User", user, language="en")


def draw(page, name: str) -> None:
	PICTURES.mkdir(parents=True, exist_ok=True)
	page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
