from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.desk.desktop import get_workspace_sidebar_items

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.grievances.lifecycle import acting_as
from grievance_cell.organisation import desk_of_offices
from grievance_cell.setup import install, shipped
from grievance_cell.testing import SiteTestCase, make_user, unique


class TestShipped(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.name = unique("Shipped")

	def sla(self, days: int = 7, **values) -> dict:
		return {
			"doctype": "SLA",
			"sla_name": self.name,
			"enabled": 1,
			"round_the_clock": 1,
			"targets": [{"priority": "Low", "response_time": 60, "resolution_days": days}],
			**values,
		}

	@property
	def days(self) -> int:
		return frappe.get_doc("SLA", self.name).targets[0].resolution_days

	def test_makes_what_is_absent(self):
		shipped.sync_document(self.sla())
		self.assertEqual(self.days, 7)

	def test_updates_what_nobody_has_edited(self):
		shipped.sync_document(self.sla(7))
		shipped.sync_document(self.sla(9))
		self.assertEqual(self.days, 9)
		shipped.sync_document(self.sla(11))
		self.assertEqual(self.days, 11)

	def test_never_overwrites_an_edit(self):
		shipped.sync_document(self.sla(7))
		document = frappe.get_doc("SLA", self.name)
		document.targets[0].resolution_days = 3
		document.save()
		shipped.sync_document(self.sla(9))
		self.assertEqual(self.days, 3)

	def test_a_save_that_changes_nothing_is_no_edit(self):
		shipped.sync_document(self.sla(7))
		frappe.get_doc("SLA", self.name).save()
		shipped.sync_document(self.sla(9))
		self.assertEqual(self.days, 9)

	def test_leaves_alone_what_staff_had_made_before(self):
		frappe.get_doc(self.sla(3)).insert()
		shipped.sync_document(self.sla(9))
		self.assertEqual(self.days, 3)

	def test_an_unchanged_default_is_not_written_again(self):
		shipped.sync_document(self.sla(7))
		before = frappe.db.get_value("SLA", self.name, "modified")
		shipped.sync_document(self.sla(7))
		self.assertEqual(frappe.db.get_value("SLA", self.name, "modified"), before)

	def test_every_default_can_be_read_and_is_there(self):
		self.assertEqual({path.stem for path in shipped.DEFAULTS.glob("*.json")}, set(shipped.FILES))
		for file in shipped.FILES:
			for values in shipped.documents(file):
				document = frappe.get_doc(values)
				document.set_new_name(set_name=values.get("name"))
				with self.subTest(f"{document.doctype} {document.name}"):
					self.assertTrue(frappe.db.exists(document.doctype, document.name))

	def test_syncing_again_changes_nothing(self):
		shipped.sync()
		before = frappe.db.get_value("Workflow", "Grievance", "modified")
		shipped.sync()
		self.assertEqual(frappe.db.get_value("Workflow", "Grievance", "modified"), before)

	def test_the_workflow_keeps_no_actions_for_every_officer(self):
		"""Frappe would ask for each officer of the site, at each save, whether they may see the case."""
		for state in frappe.get_doc("Workflow", "Grievance").states:
			self.assertTrue(state.is_optional_state, state.state)
		self.assertFalse(frappe.db.get_value("Workflow", "Grievance", "send_email_alert"))


class TestInstall(SiteTestCase):
	def test_refuses_a_site_where_another_app_has_a_doctype_of_ours(self):
		with patch.object(install, "own_doctypes", return_value={"Grievance", "ToDo"}):
			with self.assertRaises(frappe.ValidationError) as refused:
				install.refuse_clash()
		self.assertIn("ToDo (frappe)", str(refused.exception))
		self.assertNotIn("Grievance (", str(refused.exception))

	def test_refuses_an_app_that_has_a_doctype_of_ours(self):
		install.refuse_clashing_app("frappe")
		install.refuse_clashing_app(install.APP)
		with patch.object(install, "own_doctypes", return_value={"ToDo"}):
			with self.assertRaises(frappe.ValidationError):
				install.refuse_clashing_app("frappe")

	def test_every_role_is_there_and_the_citizen_has_no_desk(self):
		for role, desk in install.ROLES.items():
			with self.subTest(role):
				self.assertEqual(frappe.db.get_value("Role", role, "desk_access"), desk)

	def test_the_bot_cannot_log_in(self):
		bot = frappe.get_doc("User", bot_user())
		self.assertEqual((bot.enabled, bot.user_type), (0, "Website User"))
		self.assertEqual([row.role for row in bot.roles], ["Citizen"])

	def test_the_scheduler_does_not_fall_asleep_and_staffs_choice_stands(self):
		for before, after in ((4, 3650), (10, 10)):
			frappe.db.set_single_value("System Settings", "dormant_days", before)
			install.keep_scheduler_awake()
			self.assertEqual(frappe.db.get_single_value("System Settings", "dormant_days"), after)

	def test_a_setting_that_was_never_saved_has_its_default_and_staffs_choice_stands(self):
		stored = {"doctype": install.SETTINGS, "field": ("in", ("feedback_days", "messages_per_minute"))}
		frappe.db.delete("Singles", stored)
		frappe.db.set_single_value(install.SETTINGS, "feedback_days", 0)
		install.fill_settings()
		settings = frappe.get_doc(install.SETTINGS)
		self.assertEqual((settings.feedback_days, settings.messages_per_minute), (0, 20))

	def test_installing_again_breaks_nothing(self):
		install.make_roles()
		install.make_bot_user()
		self.assertEqual(frappe.db.count("User", {"name": bot_user()}), 1)

	def test_who_works_on_cases_has_the_workspaces_of_this_app_alone(self):
		user = frappe.get_doc("User", make_user("Grievance Officer"))
		with acting_as(user.name):
			self.assertIn("Website", self.workspaces())
		user.module_profile = desk_of_offices.profile()
		user.save()
		with acting_as(user.name):
			self.assertEqual(self.workspaces(), {"My Desk", "Grievances"})
		desk_of_offices.delete_profile()
		self.assertIsNone(frappe.db.get_value("User", user.name, "module_profile"))
		frappe.clear_cache(user=user.name)
		with acting_as(user.name):
			self.assertIn("Website", self.workspaces())

	def workspaces(self) -> set[str]:
		return {page["name"] for page in get_workspace_sidebar_items()["pages"]}

	def test_staffs_choice_of_modules_stands(self):
		profile = frappe.get_doc("Module Profile", desk_of_offices.PROFILE)
		profile.set("block_modules", [{"module": "Website"}])
		profile.save()
		desk_of_offices.make_profile()
		profile.reload()
		self.assertEqual([row.module for row in profile.block_modules], ["Website"])

	def test_knows_its_own_doctypes(self):
		folder = Path(frappe.get_app_path(install.APP))
		self.assertEqual(len(install.own_doctypes()), len(list(folder.glob("*/doctype/*/*.json"))))
