"""The demo district: areas, departments, categories, a charter, postings with their logins, and one WhatsApp number.

	bench --site SITE execute grievance_cell.demo.masters.make

Nothing of this is ever made by installing the app. Running it again adds what is missing and changes nothing else.
"""

import csv
from pathlib import Path

import frappe
from frappe.utils import add_days, getdate, nowdate

from grievance_cell.organisation import desk_of_offices
from grievance_cell.organisation.areas import rebuild_tree
from grievance_cell.organisation.duty import WEEKDAYS

DATA = Path(__file__).parent / "data"
PASSWORD = "grievance-demo"
DOMAIN = "demo.example"
# In which languages, besides English, the masters are named: a column of the data each.
LANGUAGES = ("hi", "pa")

ROLES = ("Collector", "Grievance Operator", "Public Representative")
# Where a case lies in a town or in the country: the area types at which the category's table takes over.
URBAN, RURAL = "Municipal Body", "Block"

# The officer who settles cases on the spot, by department: title, and whether there is one a block, a town or both.
# Departments without one leave their cases to their head.
FIELD_OFFICERS = {
	"PHE": ("JE", (RURAL,)),
	"ELEC": ("JE", (RURAL,)),
	"PWD": ("SDO", (RURAL,)),
	"ULB": ("Engineer", (URBAN,)),
	"PRD": ("Janpad CEO", (RURAL,)),
	"REV": ("Tehsildar", (RURAL,)),
	"FOOD": ("Food Inspector", (RURAL,)),
	"HLT": ("Block Medical Officer", (RURAL,)),
}
VACANT = "JE, PHE, Bamhnidih Block"
ON_LEAVE, STAND_IN = "SDO, PWD, Baloda Block", "SDO, PWD, Pamgarh Block"
GIVEN_CHARGE, HAS_CHARGE = (
	"Block Medical Officer, HLT, Pamgarh Block",
	"Block Medical Officer, HLT, Akaltara Block",
)
# From these numbers the phone screen plays an office: emulator/phone/samples.js names them.
MOBILE_NUMBERS = {
	"je.phe": "+919876500011",
	"je.ulb.champa": "+919876500012",
	"head.phe": "+919876500013",
	"representative": "+919876500014",
}
CELL_POSTING = "Officer in Charge, Grievance Cell"
DISTRICT = "Janjgir-Champa"
COLLECTOR_POSTING = f"Collector, {DISTRICT}"
# In this town the engineer answers emergencies day and night; in this ward of it two inspectors share the cases.
TOWN, SHARED_WARD = "Janjgir-Naila", "Ward 3"
ON_DUTY = f"Engineer, ULB, {TOWN}"
INSPECTORS = tuple(f"Inspector {number}, ULB, {SHARED_WARD}, {TOWN}" for number in (1, 2))

# The state's offices work five days a week, from ten to half past five.
STATE = "Chhattisgarh"
WORKING_DAY = int(7.5 * 3600)
EMERGENCY = {
	"priority": "Emergency",
	"response_time": 15 * 60,
	"resolution_time": 120 * 60,
	"round_the_clock": 1,
}
LADDER = (
	(75, "Inform", "Officer"),
	(100, "Move", "Superior"),
	(150, "Move", "Department Head"),
	(200, "Move", "Collector"),
)

LETTER_HEAD = "District Office, Janjgir-Champa"

CHANNEL = {
	"doctype": "Chat Channel",
	"channel_name": "Demo number",
	"phone_number_id": "100000000000001",
	"business_account_id": "200000000000001",
	"display_phone_number": "910000001634",
	"default_language": "hi",
	"app_secret": "demo-app-secret",
	"verify_token": "demo-verify-token",
	"access_token": "demo-access-token",
}


def make() -> None:
	"""Fill the site with the demo masters and finish its setup wizard."""
	finish_setup_wizard()
	areas = make_areas()
	departments = make_departments()
	make_categories(departments)
	set_emergency_numbers()
	make_charter()
	make_people(areas, departments)
	make_channel(areas[DISTRICT])
	make_letter_head()
	unmute()
	frappe.db.commit()
	frappe.clear_cache()


def speak_hindi() -> None:
	"""Give those who work in the demo a desk in Hindi; IT staff keep theirs."""
	for name in frappe.get_all("User", {"name": ("like", f"%@{DOMAIN}")}, pluck="name"):
		if name != login("manager"):
			user = frappe.get_doc("User", name)
			user.language = "hi"
			user.save(ignore_permissions=True)
	frappe.db.commit()


def rows(name: str) -> list[dict]:
	with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
		return list(csv.DictReader(file))


def make_once(values: dict, name: str | None = None):
	"""Insert a document unless one of that name is there."""
	if name and frappe.db.exists(values["doctype"], name):
		return frappe.get_doc(values["doctype"], name)
	return frappe.get_doc(values).insert(ignore_permissions=True)


def finish_setup_wizard() -> None:
	settings = frappe.get_doc("System Settings")
	settings.update(
		{
			"country": "India",
			"language": "en",
			"time_zone": "Asia/Kolkata",
			"date_format": "dd-mm-yyyy",
			"setup_complete": 1,
			"enable_onboarding": 0,
		}
	)
	settings.save(ignore_permissions=True)
	if frappe.get_meta("Installed Application").has_field("is_setup_complete"):
		# Later releases remember it by app.
		frappe.db.set_value("Installed Application", {"app_name": "frappe"}, "is_setup_complete", 1)
	frappe.db.set_default("desktop:home_page", "workspace")
	for language in ("en", *LANGUAGES):
		frappe.db.set_value("Language", language, "enabled", 1)


def make_areas() -> dict[str, str]:
	"""Make the area tree; returns the names of the documents by area name, of homonyms the last one."""
	if frappe.db.count("Local Area"):
		return dict(frappe.get_all("Local Area", fields=["area_name", "name"], as_list=True))
	by_name: dict[str, str] = {}
	all_rows = rows("areas")
	parents = {row["parent"] for row in all_rows}
	# Hundreds of inserts into a nested set move each other's numbers; the tree is built once, at the end.
	frappe.local.flags.ignore_update_nsm = True
	for row in all_rows:
		names = [{"language": "hi", "name_text": row["area_hi"]}] if row["area_hi"] else []
		for alias in filter(None, row["aliases"].split(";")):
			names.append({"language": "en" if alias.isascii() else "hi", "name_text": alias, "is_alias": 1})
		area = frappe.get_doc(
			{
				"doctype": "Local Area",
				"area_name": row["area_name"],
				"area_type": row["area_type"],
				"parent_local_area": by_name.get(row["parent"]),
				"is_group": int(row["area_name"] in parents),
				"lgd_code": row["lgd_code"],
				"latitude": float(row["latitude"] or 0),
				"longitude": float(row["longitude"] or 0),
				"names": names,
			}
		).insert(ignore_permissions=True)
		by_name[row["area_name"]] = area.name
	frappe.local.flags.ignore_update_nsm = False
	rebuild_tree()
	return by_name


def make_departments() -> dict[str, str]:
	for row in rows("departments"):
		make_once(
			{"doctype": "Department", "department_name": row["department_name"], "short_code": row["code"]},
			row["department_name"],
		)
		translate(row["department_name"], row, "department")
	return {row["code"]: row["department_name"] for row in rows("departments")}


def make_categories(departments: dict[str, str]) -> None:
	types = frappe.get_meta("Grievance").get_field("grievance_type").options.split("\n")
	for row in rows("categories"):
		make_once(
			{
				"doctype": "Grievance Category",
				"category_name": row["category"],
				"parent_grievance_category": row["parent"] or None,
				"is_group": int(not row["parent"]),
				"applies_to": "\n".join(row["applies_to"].split(";") if row["applies_to"] else types),
				"department": departments.get(row["department"]),
				"priority": row["priority"] or "Medium",
				"photo_wanted": int(row["photo_wanted"] or 0),
				"can_be_shared": int(row["can_be_shared"] or 0),
				"confidential": int(row["confidential"] or 0),
				"departments": [
					{"area_type": area_type, "department": departments[row[column]]}
					for area_type, column in ((URBAN, "department_urban"), (RURAL, "department_rural"))
					if row[column]
				],
				"keywords": row["keywords"].replace(";", "\n"),
			},
			row["category"],
		)
		translate(row["category"], row, "category")


def set_emergency_numbers() -> None:
	"""Tell those numbers that call for help in some emergencies only in these."""
	for row in rows("emergency_numbers"):
		number = frappe.get_doc("Emergency Number", row["title"])
		if not number.enabled:
			number.update(
				{"enabled": 1, "categories": [{"category": each} for each in row["categories"].split(";")]}
			)
			number.save(ignore_permissions=True)


def make_charter() -> None:
	"""Make one SLA a category, as a citizens' charter lists them; an emergency counts in minutes, day and night."""
	calendar = make_holiday_calendar()
	for row in rows("categories"):
		if not row["resolution_days"]:
			continue
		days, minutes = divmod(int(row["response_minutes"]), 24 * 60)
		target = {
			"response_time": days * WORKING_DAY + minutes * 60,
			"resolution_days": int(row["resolution_days"]),
			"day_kind": row["day_kind"],
		}
		name = f"Charter: {row['category']}"
		make_once(
			{
				"doctype": "SLA",
				"sla_name": name,
				"enabled": 1,
				"category": row["category"],
				"targets": [EMERGENCY, *({"priority": p, **target} for p in ("High", "Medium", "Low"))],
				"holiday_calendar": calendar,
				"working_windows": [
					{"weekday": weekday, "start_time": "10:00:00", "end_time": "17:30:00"}
					for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
				],
				"escalations": [
					{"level": level, "percent_of_resolution": percent, "action": action, "to": to}
					for level, (percent, action, to) in enumerate(LADDER, start=1)
				],
			},
			name,
		)


def unmute() -> None:
	"""Let messages go out at any hour: the demo is played in the evening as well."""
	frappe.db.set_single_value("Grievance Settings", {"muted_from": None, "muted_to": None})


def make_holiday_calendar() -> str:
	"""Make the state's calendar, filled from last year to the next."""
	if not frappe.db.exists("Holiday Calendar", STATE):
		calendar = make_once({"doctype": "Holiday Calendar", "calendar_name": STATE, "state": STATE})
		this_year = getdate(nowdate()).year
		for year in range(this_year - 1, this_year + 2):
			calendar.fill(year)
	return STATE


def make_people(areas: dict[str, str], departments: dict[str, str]) -> None:
	# First of all, for Frappe makes the first user of a site a System Manager, whoever that is.
	make_user("manager", "Grievance Manager", ["Grievance Manager", "System Manager"])
	for role in ROLES:
		make_user(role.split()[-1].lower(), role, [role])
	make_collector(areas[DISTRICT])
	for code, department in departments.items():
		make_head(code, department)
	for code, (title, area_types) in FIELD_OFFICERS.items():
		make_field_officers(code, departments[code], title, area_types)
	make_exceptions()
	make_town_offices(areas[TOWN], departments["ULB"])
	make_posting(
		CELL_POSTING,
		departments["CELL"],
		user=login("operator"),
		level=2,
		reports_to=COLLECTOR_POSTING,
	)
	frappe.db.set_single_value("Grievance Settings", "cell_posting", CELL_POSTING)
	make_posting(
		f"Councillor, Ward 5, {TOWN}",
		None,
		user=login("representative"),
		kind="Representative",
		areas=[{"area": ward_of(areas[TOWN], "Ward 5")}],
	)


def make_collector(district: str) -> None:
	"""Make the posting to which every case climbs in the end; its holder settles what has come to it as an officer does."""
	frappe.get_doc("User", login("collector")).add_roles("Grievance Officer")
	make_posting(
		COLLECTOR_POSTING,
		None,
		user=login("collector"),
		level=4,
		heads_area=1,
		areas=[{"area": district}],
	)


def make_town_offices(town: str, department: str) -> None:
	engineer = frappe.get_doc("Officer Posting", ON_DUTY)
	if not engineer.duty_shifts:
		for weekday in WEEKDAYS:
			engineer.append("duty_shifts", {"weekday": weekday, "start_time": "08:00", "end_time": "08:00"})
		engineer.save(ignore_permissions=True)
	for number, inspector in enumerate(INSPECTORS, start=1):
		make_posting(
			inspector,
			department,
			user=make_user(f"inspector.{number}", inspector, ["Grievance Officer"]),
			reports_to=ON_DUTY,
			areas=[{"area": ward_of(town, SHARED_WARD)}],
		)


def ward_of(town: str, ward: str) -> str:
	return frappe.db.get_value("Local Area", {"area_name": ward, "parent_local_area": town})


def make_head(code: str, department: str) -> None:
	title = f"District Head, {code}"
	user = make_user(f"head.{code.lower()}", title, ["Department Head", "Grievance Officer"])
	make_posting(title, department, user=user, level=3, reports_to=COLLECTOR_POSTING)
	frappe.db.set_value("Department", department, "nodal_posting", title)


def make_field_officers(code: str, department: str, title: str, area_types: tuple[str, ...]) -> None:
	places = frappe.get_all(
		"Local Area", {"area_type": ("in", area_types)}, ["name", "area_name"], order_by="name"
	)
	for position, place in enumerate(places):
		posting = f"{title}, {code}, {place.area_name}"
		user = None
		if posting != VACANT:
			# The first one has the short login that the README names.
			suffix = f".{frappe.scrub(place.area_name)}" if position else ""
			user = make_user(f"je.{code.lower()}{suffix}", posting, ["Grievance Officer"])
		make_posting(
			posting, department, user=user, reports_to=f"District Head, {code}", areas=[{"area": place.name}]
		)


def make_exceptions() -> None:
	"""Put one officer on leave with a stand-in, and give one charge to another for good."""
	frappe.db.set_value(
		"Officer Posting",
		ON_LEAVE,
		{
			"on_leave_from": add_days(nowdate(), -2),
			"on_leave_to": add_days(nowdate(), 12),
			"charge_given_to": STAND_IN,
		},
	)
	frappe.db.set_value("Officer Posting", GIVEN_CHARGE, "charge_given_to", HAS_CHARGE)


def make_posting(title: str, department: str | None, **values) -> None:
	holder = (values.get("user") or "").removesuffix(f"@{DOMAIN}")
	values["mobile_no"] = MOBILE_NUMBERS.get(holder)
	make_once({"doctype": "Officer Posting", "title": title, "department": department, **values}, title)


def make_user(name: str, title: str, roles: list[str]) -> str:
	email = login(name)
	# Frappe lets no more than 60 users be made in an hour, but for an import.
	frappe.flags.in_import = True
	make_once(
		{
			"doctype": "User",
			"email": email,
			"first_name": title,
			"enabled": 1,
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": role} for role in roles],
			"module_profile": None if "Grievance Manager" in roles else desk_of_offices.profile(),
			"user_type": "System User",
			"language": "en",
		},
		email,
	)
	frappe.flags.in_import = False
	return email


def login(name: str) -> str:
	return f"{name}@{DOMAIN}"


def make_channel(area: str) -> None:
	port = frappe.conf.get("grievance_emulator_port")
	url = {"api_url": f"http://127.0.0.1:{port}"} if port else {}
	make_once({**CHANNEL, **url, "default_area": area}, CHANNEL["channel_name"])


def make_letter_head() -> None:
	"""Give the demo's office a letter head with an emblem of its own: that of the state may not be used without leave."""
	values = {"doctype": "Letter Head", "letter_head_name": LETTER_HEAD, "source": "HTML", "is_default": 1}
	content = (DATA / "letter_head.html").read_text(encoding="utf-8")
	make_once({**values, "content": content}, LETTER_HEAD)


def translate(source: str, row: dict, column: str) -> None:
	"""Add a master's name in the other languages, from columns like `category_hi`, as staff would in Translation."""
	for language in LANGUAGES:
		text = row[f"{column}_{language}"]
		if text and not frappe.db.exists("Translation", {"source_text": source, "language": language}):
			frappe.get_doc(
				{
					"doctype": "Translation",
					"language": language,
					"source_text": source,
					"translated_text": text,
				}
			).insert(ignore_permissions=True)
