"""What the tests of this app share: a base class, and documents that a test may ask for.

Every name ends in letters of its own, so that a test finds what it made and nothing else, on an empty site and on one
that is full of demo masters.
"""

from unittest.mock import patch

import frappe

from grievance_cell.setup.install import own_doctypes

try:
	from frappe.tests import IntegrationTestCase as FrappeTestCase
except ImportError:  # Frappe v15
	from frappe.tests.utils import FrappeTestCase

__all__ = ["FrappeTestCase", "SiteTestCase"]

# Frappe's runner makes and commits test records of every DocType that the DocType under test links to. Ours make what
# they need: a test file beside a DocType says `test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS` (v15, v16).
NO_TEST_RECORDS = ["DocType", "File", "Language", "User", *sorted(own_doctypes())]

APP_SECRET, VERIFY_TOKEN = "test-app-secret", "test-verify-token"


class SiteTestCase(FrappeTestCase):
	"""Tests whose documents are rolled back, those of `make_fixtures` after the class and all others after the test.

	Jobs are noted in `self.jobs` and not enqueued.
	"""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.make_fixtures()

	@classmethod
	def make_fixtures(cls) -> None:
		"""Make what every test of the class reads and none changes."""

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		frappe.db.savepoint("test_begins")
		self.addCleanup(frappe.db.rollback, save_point="test_begins")
		self.addCleanup(frappe.db.after_commit.reset)
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.clear_messages)
		self.addCleanup(frappe.clear_document_cache, "Grievance Settings", "Grievance Settings")
		self.jobs: list[tuple] = []
		enqueue = patch.object(frappe, "enqueue", lambda method, **given: self.jobs.append((method, given)))
		enqueue.start()
		self.addCleanup(enqueue.stop)

	def without_commits(self) -> None:
		"""Let code that commits by design run on savepoints, so that the test's rollback still undoes everything."""
		database, rollback = frappe.db, frappe.db.rollback

		def commit():
			database.savepoint("committed")
			database.after_commit.run()

		def roll_back(*, save_point=None):
			if not save_point:
				database.after_commit.reset()
			rollback(save_point=save_point or "committed")

		for name, stand_in in (("commit", commit), ("rollback", roll_back)):
			patched = patch.object(frappe.db, name, stand_in)
			patched.start()
			self.addCleanup(patched.stop)
		commit()


def unique(text: str) -> str:
	return f"{text} {frappe.generate_hash(length=8)}"


def make(doctype: str, **values):
	return frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def make_area(area_type: str = "Ward", parent=None, **values):
	"""Make a Local Area; a `parent` becomes a group."""
	if parent and not parent.is_group:
		parent.db_set("is_group", 1)
	values.setdefault("area_name", unique(area_type))
	return make(
		"Local Area", area_type=area_type, parent_local_area=parent.name if parent else None, **values
	)


def make_department(**values):
	code = frappe.generate_hash(length=8)
	return make("Department", **{"department_name": f"Department {code}", "short_code": code, **values})


def make_category(department, **values):
	"""Make a Grievance Category of a department; `by_area_type` maps area types to other departments."""
	rows = [
		{"area_type": area_type, "department": other.name}
		for area_type, other in values.pop("by_area_type", {}).items()
	]
	return make(
		"Grievance Category",
		**{
			"category_name": unique("Category"),
			"applies_to": "Complaint\nDemand\nSuggestion",
			"department": department and department.name,
			"departments": rows,
			**values,
		},
	)


def make_user(*roles: str) -> str:
	email = f"{frappe.generate_hash(length=10)}@example.com"
	# Frappe lets no more than 60 users be made in an hour, but for an import.
	frappe.flags.in_import = True
	make(
		"User",
		email=email,
		first_name=email,
		send_welcome_email=0,
		user_type="System User",
		roles=[{"role": role} for role in roles],
	)
	frappe.flags.in_import = False
	return email


def make_posting(department, *areas, **values):
	return make(
		"Officer Posting",
		**{
			"title": unique("Posting"),
			"department": department and department.name,
			"areas": [{"area": area.name} for area in areas],
			**values,
		},
	)


def mobile_no() -> str:
	"""Make up an Indian mobile number that nobody on the site has."""
	while True:
		number = f"+9198{int(frappe.generate_hash(length=12), 16) % 10**8:08d}"
		if not frappe.db.exists("Citizen", {"mobile_no": number}):
			return number


def make_citizen(**values):
	return make("Citizen", **{"citizen_name": "Geeta Bai", "mobile_no": mobile_no(), **values})


def make_case(category, area, /, **values):
	return make(
		"Grievance",
		**{
			"grievance_type": "Complaint",
			"category": category.name,
			"area": area.name,
			"description": "The drain is choked",
			"source": "Walk-in",
			**values,
		},
	)


def make_channel(**values):
	return make(
		"Chat Channel",
		**{
			"channel_name": unique("Channel"),
			"phone_number_id": digits(15),
			"business_account_id": digits(15),
			"default_language": "en",
			"api_url": "http://127.0.0.1:9",
			"app_secret": APP_SECRET,
			"verify_token": VERIFY_TOKEN,
			"access_token": "test-access-token",
			**values,
		},
	)


def digits(length: int) -> str:
	return f"{int(frappe.generate_hash(length=24), 16) % 10**length:0{length}d}"
