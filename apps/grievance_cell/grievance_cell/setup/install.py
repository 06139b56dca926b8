"""What installing the app does on a site, and what keeps it right at every migrate."""

import json
from pathlib import Path

import click
import frappe
from frappe import _

from grievance_cell.grievances.citizens import bot_user
from grievance_cell.messaging.whatsapp_notification import is_in_force
from grievance_cell.organisation import desk_of_offices
from grievance_cell.setup import notification_channel, shipped

APP = "grievance_cell"
SETTINGS = "Grievance Settings"
# Citizens have no desk: theirs is the role under which the bot acts.
ROLES = {
	"Grievance Officer": 1,
	"Department Head": 1,
	"Grievance Operator": 1,
	"Collector": 1,
	"Public Representative": 1,
	"Grievance Manager": 1,
	"Citizen": 0,
}
# Frappe's scheduler sleeps when nobody has logged in for this many days; citizens write on holidays too.
FRAPPE_DORMANT_DAYS, DORMANT_DAYS = 4, 3650


def before_install() -> None:
	refuse_clash()
	make_roles()


def after_install() -> None:
	make_bot_user()
	keep_scheduler_awake()
	hide_tracebacks()
	fill_settings()
	desk_of_offices.make_profile()
	notification_channel.add()
	shipped.sync()
	report_other_override()


def after_migrate() -> None:
	make_roles()
	fill_settings()
	desk_of_offices.make_profile()
	notification_channel.add()
	shipped.sync()


def own_doctypes() -> set[str]:
	return doctypes_of(APP)


def doctypes_of(app: str) -> set[str]:
	"""Name the DocTypes that an app ships, read from its files; test records lie beside them, as lists."""
	files = Path(frappe.get_app_path(app)).glob("**/doctype/*/*.json")
	contents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
	return {
		content["name"]
		for content in contents
		if isinstance(content, dict) and content.get("doctype") == "DocType"
	}


def refuse_clash() -> None:
	"""Stop, with nothing changed, where another app owns a DocType of one of our names (ERPNext has Department)."""
	owned = frappe.get_all("DocType", {"name": ("in", sorted(own_doctypes()))}, ["name", "module"])
	owners = {
		doctype.name: frappe.db.get_value("Module Def", doctype.module, "app_name") for doctype in owned
	}
	clashes = [f"{name} ({app or _('custom')})" for name, app in sorted(owners.items()) if app != APP]
	if clashes:
		frappe.throw(
			_("Grievance Cell cannot be installed on this site, which already has: {0}").format(
				", ".join(clashes)
			)
		)


def refuse_clashing_app(app: str) -> None:
	"""Keep an app off the site that would take over a DocType of ours (before_app_install)."""
	if app == APP:
		return
	if clashes := sorted(own_doctypes() & doctypes_of(app)):
		frappe.throw(
			_("{0} cannot be installed beside Grievance Cell, both have: {1}").format(app, ", ".join(clashes))
		)


def make_roles() -> None:
	for role, desk_access in ROLES.items():
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": desk_access}).insert(
				ignore_permissions=True
			)


def make_bot_user() -> None:
	"""Make the user as whom the bot acts; disabled, so that nobody can log in as it or call the API with it."""
	if frappe.db.exists("User", bot_user()):
		return
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": bot_user(),
			"enabled": 1,
			"first_name": "WhatsApp",
			"last_name": "Bot",
			"user_type": "Website User",
			"send_welcome_email": 0,
			"roles": [{"role": "Citizen"}],
		}
	)
	user.insert(ignore_permissions=True)
	# Not through the document, which disables nobody while Administrator is the only System Manager.
	user.db_set("enabled", 0)


def keep_scheduler_awake() -> None:
	days = frappe.db.get_single_value("System Settings", "dormant_days")
	if frappe.utils.cint(days) == FRAPPE_DORMANT_DAYS:
		frappe.db.set_single_value("System Settings", "dormant_days", DORMANT_DAYS)


def fill_settings() -> None:
	"""Store the settings' defaults: Frappe reads them only while nothing at all of a Single was ever stored."""
	stored = frappe.db.get_singles_dict(SETTINGS)
	for field in frappe.get_meta(SETTINGS).fields:
		if field.default and field.fieldname not in stored:
			frappe.db.set_single_value(SETTINGS, field.fieldname, field.default)


def report_other_override() -> None:
	"""Say on the console that another app has taken Notification over: only what is told of cases works then."""
	if not is_in_force():
		click.secho(
			_(
				"Another app changes Notification: WhatsApp is no channel there. See the WhatsApp Health page."
			),
			fg="yellow",
		)


def hide_tracebacks() -> None:
	"""Answer a failed request without a traceback: the webhook is open to the world."""
	frappe.db.set_single_value("System Settings", "allow_error_traceback", 0)
