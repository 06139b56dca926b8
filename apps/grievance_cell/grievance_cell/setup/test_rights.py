"""Who may do what, written down by hand: every role against every DocType, field level, list, report, page and API.

What is missing here fails: whoever adds a DocType, a report or a whitelisted method says here who may use it.
"""

import ast
from pathlib import Path

import frappe

from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.setup.install import ROLES, own_doctypes
from grievance_cell.setup.test_house_rules import PACKAGE, sources
from grievance_cell.testing import SiteTestCase, make_user

OFFICER, HEAD, OPERATOR, COLLECTOR = (
	"Grievance Officer",
	"Department Head",
	"Grievance Operator",
	"Collector",
)
REPRESENTATIVE, MANAGER, CITIZEN = "Public Representative", "Grievance Manager", "Citizen"

# r read, w write, c create, d delete, R report, E export, S share, P print, M e-mail. A role that is left out may nothing.
LETTERS = {
	"r": "read", "w": "write", "c": "create", "d": "delete", "R": "report", "E": "export", "S": "share", "P": "print",
	"M": "email",
}  # fmt: skip
ALL = "rwcdRESPM"
MASTER = {OFFICER: "rR", HEAD: "rR", OPERATOR: "rR", COLLECTOR: "rR", REPRESENTATIVE: "rR", MANAGER: ALL}
RIGHTS = {
	"Grievance": {OFFICER: "rwRPM", HEAD: "rwREPM", OPERATOR: "rwcRPM", COLLECTOR: "rwREPM", CITIZEN: "r"},
	"Grievance Action": {OFFICER: "rR", HEAD: "rR", OPERATOR: "rR", COLLECTOR: "rR"},
	"Citizen": {OFFICER: "r", HEAD: "r", OPERATOR: "rwcRPM", COLLECTOR: "rR"},
	"Callback Request": {OPERATOR: "rwcR", COLLECTOR: "rR"},
	"Camp Day": {OPERATOR: "rwcRP"},
	"Chat Message": {OPERATOR: "rR", COLLECTOR: "r"},
	"Chat Session": {OPERATOR: "r"},
	"Chat Event": {OPERATOR: "rR", MANAGER: "rR"},
	"Chat Channel": {OPERATOR: "r", MANAGER: ALL},
	"Chat Flow": {OPERATOR: "r", MANAGER: ALL},
	"Chat Template": {OPERATOR: "r", MANAGER: ALL},
	"Category Model": {OPERATOR: "rR", COLLECTOR: "rR", MANAGER: "rR"},
	"Grievance Settings": {OPERATOR: "r", COLLECTOR: "r", MANAGER: "rw"},
	"Protected Identity": {OFFICER: "r", HEAD: "r", OPERATOR: "r", COLLECTOR: "r"},
	"Public Case": {REPRESENTATIVE: "rR"},
	"Review Meeting": {OPERATOR: "rwcRPM", COLLECTOR: "rwcREPM"},
	"Review Direction": {OFFICER: "rRP", HEAD: "rRP", OPERATOR: "rcRPM", COLLECTOR: "rcREPM"},
	"Erasure Report": {OPERATOR: "rRP", COLLECTOR: "rRP"},
	"Delay Reason": MASTER,
	"Department": MASTER,
	"Emergency Number": MASTER,
	"Grievance Category": MASTER,
	"Grievance Status": MASTER,
	"Holiday Calendar": MASTER,
	"Local Area": MASTER,
	"Officer Posting": MASTER,
	"Out of Scope Reason": MASTER,
	"Master Import": {MANAGER: "rwcdR"},
	"Quick Reply": {OFFICER: "rR", HEAD: "rR", OPERATOR: "rR", COLLECTOR: "rR", MANAGER: ALL},
	"SLA": MASTER,
}  # fmt: skip
# The levels of fields above 0: who reads (r) and writes (w) each. Level 2 is read by nobody: numbers and raw messages.
LEVELS = {
	"Grievance": {1: {OFFICER: "r", HEAD: "r", OPERATOR: "rw", COLLECTOR: "r"}, 2: {OPERATOR: "w"}},
	"Citizen": {1: {OFFICER: "r", HEAD: "r", OPERATOR: "rw", COLLECTOR: "r"}, 2: {OPERATOR: "w"}},
	"Callback Request": {1: {OPERATOR: "rw", COLLECTOR: "r"}, 2: {OPERATOR: "w"}},
	"Chat Event": {1: {OPERATOR: "r"}, 2: {}},
	"Protected Identity": {2: {}},
	"Chat Message": {2: {}},
	"Chat Session": {2: {}},
	"Category Model": {1: {}},
}
FIELDS = {
	"Grievance": {1: {"citizen_name", "address", "latitude", "longitude"}, 2: {"mobile_no"}},
	"Citizen": {
		1: {"citizen_name", "address", "email"},
		2: {"mobile_no", "alternate_mobile_no", "whatsapp_id"},
	},
	"Callback Request": {1: {"citizen_name"}, 2: {"mobile_no"}},
	"Chat Event": {1: {"said"}, 2: {"conversation_key", "payload"}},
	"Protected Identity": {2: {"mobile_no"}},
	"Chat Message": {2: {"payload"}},
	"Chat Session": {2: {"conversation_key", "data"}},
	"Category Model": {1: {"parameters"}},
}
STAFF = {OFFICER, HEAD, OPERATOR, COLLECTOR}
REPORTS = {
	"Area Summary": STAFF,
	"Cases Closed by Force": STAFF,
	"Cases Reopened Twice": STAFF,
	"Cases Transferred Three Times": STAFF,
	"Category Suggestions": {OPERATOR, COLLECTOR, MANAGER},
	"Category Trend": STAFF,
	"Citizen Feedback": STAFF,
	"Delay Register": STAFF,
	"Department Performance": STAFF,
	"Long Term Cases": STAFF,
	"Officer Scorecard": STAFF,
	"Overdue Cases": STAFF,
	"Pendency by Department and Age": STAFF,
	"Transfers of Cases": STAFF,
}
PAGES = {"register-case": {OPERATOR}, "whatsapp-health": {OPERATOR, MANAGER}}
WORKSPACES = {
	"Grievances": {OFFICER, HEAD, OPERATOR, COLLECTOR, REPRESENTATIVE},
	"Grievance Set-up": {MANAGER},
	"My Desk": {OFFICER, HEAD, OPERATOR, COLLECTOR},
	"Collector Desk": {HEAD, OPERATOR, COLLECTOR},
}
# Every whitelisted function: who gets past its own check, and the arguments that it is tried with. None: its rows and
# fields are those that Frappe's own rules give the user, shown by tests beside it.
NO_SUCH = "No Such Document"
APIS = {
	"api.cases.act": None,
	"api.cases.approve": None,
	"api.cases.at_a_glance": None,
	"api.cases.ask_department": None,
	"api.cases.decline": None,
	"api.cases.emergency_numbers": (
		{OFFICER, HEAD, OPERATOR, COLLECTOR, REPRESENTATIVE, MANAGER},
		{"category": NO_SUCH},
	),
	"api.cases.merge": None,
	"api.cases.propose": None,
	"api.cases.public_photo": None,
	"api.cases.reveal_number": None,
	"api.cases.give_reason": None,
	"api.cases.transfer": None,
	"api.cases.similar_cases": None,
	"api.cases.unmerge": None,
	"api.citizens.erase": None,
	**{
		f"api.chat_thread.{name}": None
		for name in ("read", "quick_texts", "templates", "send_text", "send_file", "send_template")
	},
	"api.chat_flow.preview": ({MANAGER}, {"flow": '{"doctype": "Chat Flow"}'}),
	"api.chat_flow.offers": ({MANAGER}, {}),
	"api.chat_flow.translate": ({MANAGER}, {"source": "Hello", "language": "hi", "text": ""}),
	"api.chat_flow.export_file": None,
	"api.chat_flow.import_file": ({MANAGER}, {"content": "{}"}),
	"api.chat_flow.try_it": None,
	"api.desk.export_report": None,
	"api.desk.find": None,
	"api.desk.get_coords": None,
	"api.desk.get_count": None,
	"api.desk.get_data_for_custom_field": None,
	"api.desk.get_document": None,
	"api.desk.get_group_by_count": None,
	"api.desk.get_link_title": None,
	"api.desk.get_links": None,
	"api.desk.get_rows": None,
	"api.desk.get_workflow_state_count": (
		{MANAGER},
		{"doctype": "Grievance", "workflow_state_field": "status", "states": "[]"},
	),
	"api.desk.run_report": None,
	"api.languages.export_texts": ({MANAGER}, {"language": "hi"}),
	"api.lists.change_many": None,
	"api.lists.my_desk": ({OFFICER, HEAD, OPERATOR, COLLECTOR, CITIZEN}, {}),
	"api.lists.my_lists": ({OFFICER, HEAD, OPERATOR, COLLECTOR, CITIZEN}, {}),
	"api.lists.place_names": (
		{OFFICER, HEAD, OPERATOR, COLLECTOR, REPRESENTATIVE, MANAGER},
		{"areas": "[]"},
	),
	"api.set_up.checklist": ({MANAGER}, {}),
	"api.registration.begin": ({OPERATOR}, {}),
	"api.registration.citizen_of": ({OPERATOR}, {"mobile_no": "1"}),
	"api.registration.find_areas": None,
	"api.registration.find_categories": None,
	"api.registration.place_names": (
		{OFFICER, HEAD, OPERATOR, COLLECTOR, REPRESENTATIVE, MANAGER},
		{"txt": ""},
	),
	"api.registration.register": None,
	"api.registration.register_slips": None,
	"api.whatsapp.webhook": None,
	"messaging.doctype.chat_channel.chat_channel.resume": None,
	"messaging.health.ask_meta": None,
	"messaging.health.report": ({OPERATOR, MANAGER}, {}),
	"messaging.links.link_and_code": None,
	"messaging.whatsapp_notification.preview": None,
	"organisation.doctype.master_import.master_import.import_file": None,
	"organisation.doctype.master_import.master_import.preview": None,
	"organisation.doctype.master_import.master_import.sample": ({MANAGER}, {"what": "Department"}),
	"oversight.desk.confirm": None,
	"oversight.desk.drop": None,
	"oversight.desk.fill_agenda": None,
	"oversight.desk.hold": None,
	"oversight.desk.office_for": ({OPERATOR, COLLECTOR}, {"department": NO_SUCH}),
	"oversight.desk.postpone": None,
	"oversight.desk.reopen": None,
	"oversight.desk.report_done": None,
	"oversight.desk.send_to_heads": None,
	"oversight.collectors_desk.by_place": ({OFFICER, HEAD, OPERATOR, COLLECTOR}, {}),
	"oversight.collectors_desk.numbers": ({OFFICER, HEAD, OPERATOR, COLLECTOR}, {}),
	"service_levels.doctype.holiday_calendar.holiday_calendar.fill": None,
	"messaging.templates.submit": ({MANAGER}, {"names": "[]"}),
	"messaging.templates.sync": None,
}


class TestRights(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.users = {role: make_user(role) for role in ROLES if role != MANAGER}
		# IT staff carry both roles, and neither gives a right to citizens' data.
		cls.users[MANAGER] = make_user(MANAGER, "System Manager")

	def test_each_role_has_these_rights_and_no_others(self):
		for doctype in sorted(parents()):
			for role, user in self.users.items():
				with self.subTest(doctype=doctype, role=role):
					given = "".join(
						letter
						for letter, ptype in LETTERS.items()
						if frappe.has_permission(doctype, ptype, user=user)
					)
					self.assertEqual(given, RIGHTS[doctype].get(role, ""))

	def test_each_role_reads_and_writes_these_levels_of_fields_and_no_others(self):
		for doctype in sorted(parents()):
			meta = frappe.get_meta(doctype)
			higher = {
				level: {field.fieldname for field in meta.fields if field.permlevel == level}
				for level in {field.permlevel for field in meta.fields if field.permlevel}
			}
			with self.subTest(doctype):
				self.assertEqual(higher, FIELDS.get(doctype, {}))
			for level, roles in LEVELS.get(doctype, {}).items():
				for role, user in self.users.items():
					given = "".join(
						letter
						for letter, ptype in (("r", "read"), ("w", "write"))
						if level in meta.get_permlevel_access(ptype, user=user)
					)
					with self.subTest(doctype=doctype, level=level, role=role):
						self.assertEqual(given, roles.get(role, ""))

	def test_a_guest_may_nothing(self):
		for doctype in sorted(parents()):
			for ptype in LETTERS.values():
				with self.subTest(doctype=doctype, ptype=ptype):
					self.assertFalse(frappe.has_permission(doctype, ptype, user="Guest"))

	def test_each_role_opens_these_reports(self):
		ours = {"module": ("in", frappe.get_module_list(PACKAGE))}
		self.assertEqual(set(frappe.get_all("Report", ours, pluck="name")), set(REPORTS))
		for report, roles in REPORTS.items():
			for role, user in self.users.items():
				with self.subTest(report=report, role=role):
					document = frappe.get_doc("Report", report)
					with acting_as(user):
						may = document.is_permitted() and frappe.has_permission(
							document.ref_doctype, "report"
						)
					self.assertEqual(bool(may), role in roles)

	def test_each_role_opens_these_pages(self):
		ours = {"module": ("in", frappe.get_module_list(PACKAGE))}
		self.assertEqual(set(frappe.get_all("Page", ours, pluck="name")), set(PAGES))
		for page, roles in PAGES.items():
			for role, user in self.users.items():
				with self.subTest(page=page, role=role), acting_as(user):
					self.assertEqual(bool(frappe.get_doc("Page", page).is_permitted()), role in roles)

	def test_every_workspace_number_card_and_chart_is_listed_here(self):
		ours = {"module": ("in", frappe.get_module_list(PACKAGE))}
		self.assertEqual(set(frappe.get_all("Workspace", ours, pluck="name")), set(WORKSPACES))
		# Both count through lists: test_two_towns shows that they count what the user sees.
		for doctype in ("Number Card", "Dashboard Chart"):
			for name in frappe.get_all(doctype, ours, pluck="name"):
				with self.subTest(name):
					self.assertNotEqual(frappe.db.get_value(doctype, name, "type"), "Custom")

	def test_each_role_sees_these_workspaces(self):
		for workspace, roles in WORKSPACES.items():
			document = frappe.get_doc("Workspace", workspace)
			for role, user in self.users.items():
				if role == CITIZEN:
					continue
				with self.subTest(workspace=workspace, role=role):
					named = {row.role for row in document.roles}
					may = not named or bool(named & set(frappe.get_roles(user)))
					self.assertEqual(may, role in roles)

	def test_every_whitelisted_function_is_listed_here(self):
		self.assertEqual(whitelisted(), set(APIS))

	def test_each_role_gets_past_the_check_of_these_functions(self):
		for path, given in APIS.items():
			if not given:
				continue
			roles, arguments = given
			for role, user in {**self.users, "Guest": "Guest"}.items():
				with self.subTest(function=path, role=role):
					self.assertEqual(self.gets_past(path, user, arguments), role in roles)

	def gets_past(self, path: str, user: str, arguments: dict) -> bool:
		with acting_as(user):
			try:
				frappe.get_attr(f"{PACKAGE}.{path}")(**arguments)
			except frappe.PermissionError:
				return False
			except Exception:
				# What it makes of these arguments is no matter of rights.
				return True
		return True

	def test_nobody_writes_rows_that_only_code_may_make(self):
		for doctype in ("Chat Event", "Chat Message", "Chat Session", "Grievance Action"):
			for ptype in ("write", "create", "delete"):
				for user in self.users.values():
					with self.subTest(doctype=doctype, user=user):
						self.assertFalse(frappe.has_permission(doctype, ptype, user=user))


def parents() -> set[str]:
	tables = set(frappe.get_all("DocType", {"istable": 1, "name": ("in", own_doctypes())}, pluck="name"))
	return own_doctypes() - tables


def whitelisted() -> set[str]:
	found = set()
	for path, tree in sources():
		for function in ast.walk(tree):
			if isinstance(function, ast.FunctionDef) and any(
				"whitelist" in ast.unparse(mark) for mark in function.decorator_list
			):
				found.add(".".join((*Path(path).with_suffix("").parts, function.name)))
	return found
