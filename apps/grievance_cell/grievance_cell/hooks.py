"""The map: every way into this app from Frappe is named here and nowhere else."""

app_name = "grievance_cell"
app_title = "Grievance Cell"
app_publisher = "Grievance Cell contributors"
app_description = "Citizens' grievances over WhatsApp, settled in time"
app_email = "grievance-cell@example.org"
app_license = "mit"
app_include_js = "grievance_cell.bundle.js"
doctype_js = {"Local Area": "public/js/local_area_link.js"}
app_logo_url = "/assets/grievance_cell/images/logo.svg"

before_install = "grievance_cell.setup.install.before_install"
after_install = "grievance_cell.setup.install.after_install"
after_migrate = "grievance_cell.setup.install.after_migrate"
before_uninstall = "grievance_cell.setup.uninstall.before_uninstall"
after_uninstall = "grievance_cell.setup.uninstall.after_uninstall"
before_app_install = "grievance_cell.setup.install.refuse_clashing_app"

permission_query_conditions = {
	"Grievance": "grievance_cell.grievances.visibility.visible_cases",
	"Citizen": "grievance_cell.grievances.visibility.visible_citizens",
	"Grievance Action": "grievance_cell.grievances.visibility.visible_actions",
}
has_permission = {
	"Grievance": "grievance_cell.grievances.visibility.can_see",
	"Citizen": "grievance_cell.grievances.visibility.can_see_citizen",
	"Grievance Action": "grievance_cell.grievances.visibility.can_see_action",
}

additional_timeline_content = {"Grievance": ["grievance_cell.messaging.timeline.of_case"]}

jinja = {"methods": ["grievance_cell.messaging.links.whatsapp_posters"]}

override_doctype_class = {
	"Notification": "grievance_cell.messaging.whatsapp_notification.WhatsAppNotification"
}

doc_events = {"Grievance Action": {"after_insert": "grievance_cell.messaging.notices.on_action"}}

# What a Chat Flow may end with, and what the bot does for a citizen by itself: name to function. Other apps may add theirs.
chat_actions = {
	"confirm_case": "grievance_cell.grievances.own_cases.confirm",
	"reopen_case": "grievance_cell.grievances.own_cases.reopen",
	"rate_case": "grievance_cell.grievances.own_cases.rate",
	"add_information": "grievance_cell.grievances.own_cases.add_information",
	"remind": "grievance_cell.grievances.own_cases.remind",
	"withdraw_case": "grievance_cell.grievances.own_cases.withdraw",
	"answer_question": "grievance_cell.grievances.own_cases.answer_question",
	"set_announcements": "grievance_cell.grievances.own_cases.set_announcements",
	"set_language": "grievance_cell.grievances.own_cases.set_language",
}

scheduler_events = {
	"hourly": ["grievance_cell.messaging.templates.sync"],
	"cron": {
		"* * * * *": [
			"grievance_cell.messaging.sweeper.sweep",
			"grievance_cell.grievances.escalation.check_due",
		],
		"*/10 * * * *": ["grievance_cell.messaging.silence.drop_old_drafts"],
	},
	"daily_long": ["grievance_cell.grievances.categorisation.retrain"],
}
