"""The map: every way into this app from Frappe is named here and nowhere else."""

app_name = "grievance_cell"
app_title = "Grievance Cell"
app_publisher = "Grievance Cell contributors"
app_description = "Citizens' grievances over WhatsApp, settled in time"
app_email = "grievance-cell@example.org"
app_license = "mit"
app_include_js = "grievance_cell.bundle.js"
app_include_css = "grievance_cell.bundle.css"
doctype_js = {
	"Grievance": [
		"public/js/same_matter.js",
		"public/js/chat_thread.js",
		"public/js/case_directions.js",
	],
	"Language": "public/js/language.js",
	"Local Area": "public/js/local_area_link.js",
	"Notification": "public/js/notification.js",
}
# A list that is filtered by one of these holds what lies below it as well.
treeviews = ["Local Area", "Grievance Category"]
app_logo_url = "/assets/grievance_cell/images/logo.svg"

before_install = "grievance_cell.setup.install.before_install"
after_install = "grievance_cell.setup.install.after_install"
after_migrate = "grievance_cell.setup.install.after_migrate"
before_uninstall = "grievance_cell.setup.uninstall.before_uninstall"
after_uninstall = "grievance_cell.setup.uninstall.after_uninstall"
before_app_install = "grievance_cell.setup.install.refuse_clashing_app"

# Whose rows are a citizen's, or about one; what Frappe keeps beside them is as private as they are.
citizens_data = [
	"Grievance",
	"Grievance Action",
	"Citizen",
	"Protected Identity",
	"Callback Request",
	"Camp Day",
	"Chat Event",
	"Chat Session",
	"Chat Message",
	"Review Meeting",
	"Review Direction",
]
permission_query_conditions = {
	"Grievance": "grievance_cell.grievances.visibility.visible_cases",
	"Citizen": "grievance_cell.grievances.visibility.visible_citizens",
	"Grievance Action": "grievance_cell.grievances.visibility.visible_actions",
	"Protected Identity": "grievance_cell.grievances.visibility.visible_identities",
	"Callback Request": "grievance_cell.grievances.visibility.visible_callbacks",
	"Camp Day": "grievance_cell.grievances.visibility.visible_camps",
	"Chat Channel": "grievance_cell.messaging.visibility.visible_channels",
	"Chat Event": "grievance_cell.messaging.visibility.visible_events",
	"Chat Session": "grievance_cell.messaging.visibility.visible_sessions",
	"Chat Message": "grievance_cell.messaging.visibility.visible_messages",
	"Review Meeting": "grievance_cell.oversight.visibility.visible_meetings",
	"Review Direction": "grievance_cell.oversight.visibility.visible_directions",
	"Access Log": "grievance_cell.grievances.attached_records.visible_access_logs",
	"Activity Log": "grievance_cell.grievances.attached_records.visible_activity_logs",
	"Comment": "grievance_cell.grievances.attached_records.visible_comments",
	"Communication": "grievance_cell.grievances.attached_records.visible_communications",
	"Deleted Document": "grievance_cell.grievances.attached_records.visible_deleted_documents",
	"Email Queue": "grievance_cell.grievances.attached_records.visible_emails",
	"Error Log": "grievance_cell.grievances.attached_records.visible_errors",
	"File": "grievance_cell.grievances.attached_records.visible_files",
	"Notification Log": "grievance_cell.grievances.attached_records.visible_notifications",
	"Prepared Report": "grievance_cell.grievances.attached_records.visible_results",
	"Tag Link": "grievance_cell.grievances.attached_records.visible_tags",
	"ToDo": "grievance_cell.grievances.attached_records.visible_assignments",
	"Version": "grievance_cell.grievances.attached_records.visible_versions",
	"View Log": "grievance_cell.grievances.attached_records.visible_views",
	"Workflow Action": "grievance_cell.grievances.attached_records.visible_workflow_actions",
}
has_permission = {
	"Grievance": "grievance_cell.grievances.visibility.can_see",
	"Citizen": "grievance_cell.grievances.visibility.can_see_citizen",
	"Grievance Action": "grievance_cell.grievances.visibility.can_see_action",
	"Protected Identity": "grievance_cell.grievances.visibility.can_see_identity",
	"Callback Request": "grievance_cell.grievances.visibility.can_see_callback",
	"Camp Day": "grievance_cell.grievances.visibility.can_see_camp",
	"Chat Channel": "grievance_cell.messaging.visibility.can_see_channel",
	"Chat Event": "grievance_cell.messaging.visibility.can_see_event",
	"Chat Session": "grievance_cell.messaging.visibility.can_see_session",
	"Chat Message": "grievance_cell.messaging.visibility.can_see_message",
	"Review Meeting": "grievance_cell.oversight.visibility.can_see_meeting",
	"Review Direction": "grievance_cell.oversight.visibility.can_see_direction",
	"Access Log": "grievance_cell.grievances.attached_records.can_see_record",
	"Activity Log": "grievance_cell.grievances.attached_records.can_see_record",
	"Comment": "grievance_cell.grievances.attached_records.can_see_record",
	"Communication": "grievance_cell.grievances.attached_records.can_see_record",
	"Deleted Document": "grievance_cell.grievances.attached_records.can_see_record",
	"Email Queue": "grievance_cell.grievances.attached_records.can_see_record",
	"Error Log": "grievance_cell.grievances.attached_records.can_see_record",
	"File": "grievance_cell.grievances.attached_records.can_see_record",
	"Notification Log": "grievance_cell.grievances.attached_records.can_see_record",
	"Prepared Report": "grievance_cell.grievances.attached_records.can_see_result",
	"Tag Link": "grievance_cell.grievances.attached_records.can_see_record",
	"ToDo": "grievance_cell.grievances.attached_records.can_see_record",
	"Version": "grievance_cell.grievances.attached_records.can_see_record",
	"View Log": "grievance_cell.grievances.attached_records.can_see_record",
	"Workflow Action": "grievance_cell.grievances.attached_records.can_see_record",
}

additional_timeline_content = {"Grievance": ["grievance_cell.messaging.timeline.of_case"]}

# What keeps something of a citizen outside of the cases: called with citizen, keys and note, returns the rows changed.
erase_citizen = [
	"grievance_cell.grievances.camps.erase",
	"grievance_cell.messaging.erasure.erase",
	"grievance_cell.oversight.erasure.erase",
]

# What reads the place and the category of a slip as staff wrote them: called with place, category and within, returns
# the Local Area and the Grievance Category, None for what was left empty; raises frappe.ValidationError.
read_slip = ["grievance_cell.conversations.written_names.read_slip"]

# Who tells citizens: tells those whose cases are joined to `main`, or to it the one `joined`, what they were not told yet.
tell_joined = ["grievance_cell.messaging.joined.tell_the_rest"]

extend_bootinfo = "grievance_cell.api.desk.name_bot"
# Doors of Frappe's that would pass by the rules above.
override_whitelisted_methods = {
	"frappe.client.get_count": "grievance_cell.api.desk.get_count",
	"frappe.desk.form.load.getdoc": "grievance_cell.api.desk.get_document",
	"frappe.desk.search.get_link_title": "grievance_cell.api.desk.get_link_title",
	"frappe.desk.form.linked_with.get": "grievance_cell.api.desk.get_links",
	"frappe.geo.utils.get_coords": "grievance_cell.api.desk.get_coords",
	"frappe.desk.listview.get_group_by_count": "grievance_cell.api.desk.get_group_by_count",
	"frappe.desk.query_report.get_data_for_custom_field": "grievance_cell.api.desk.get_data_for_custom_field",
	"frappe.desk.query_report.export_query": "grievance_cell.api.desk.export_report",
	"frappe.desk.query_report.run": "grievance_cell.api.desk.run_report",
	"frappe.desk.reportview.get": "grievance_cell.api.desk.get_rows",
	"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": (
		"grievance_cell.api.desk.get_workflow_state_count"
	),
}
standard_queries = {doctype: "grievance_cell.api.desk.find" for doctype in citizens_data}

jinja = {
	"methods": [
		"grievance_cell.grievances.camps.receipts",
		"grievance_cell.messaging.letters.letter_to_citizen",
		"grievance_cell.messaging.links.whatsapp_posters",
		"grievance_cell.organisation.areas.place_name",
		"grievance_cell.oversight.agenda.review_reason",
		"grievance_cell.oversight.directions.review_directions",
	]
}

override_doctype_class = {
	"Auto Email Report": "grievance_cell.oversight.email_reports.EmailReport",
	"File": "grievance_cell.grievances.private_file.PrivateFile",
	"Notification": "grievance_cell.messaging.whatsapp_notification.WhatsAppNotification",
}

doc_events = {
	"Grievance": {"on_update": "grievance_cell.oversight.directions.on_case_change"},
	"Grievance Action": {
		"after_insert": [
			"grievance_cell.grievances.informing.on_action",
			"grievance_cell.grievances.new_replies.on_action",
			"grievance_cell.messaging.notices.on_action",
			"grievance_cell.messaging.joined.on_action",
		]
	},
	"DocShare": {"validate": "grievance_cell.grievances.attached_records.refuse_share"},
	"File": {"validate": "grievance_cell.grievances.attached_records.guard_file"},
	"Report": {"validate": "grievance_cell.grievances.attached_records.guard_report"},
	"Version": {"before_insert": "grievance_cell.grievances.attached_records.drop_hidden_values"},
	"Workflow": {"validate": "grievance_cell.grievances.workflow_checks.check"},
	"Officer Posting": {
		"on_update": [
			"grievance_cell.grievances.assignments.on_posting_change",
			"grievance_cell.oversight.directions.on_posting_change",
		]
	},
	"ToDo": {
		"validate": [
			"grievance_cell.grievances.assignments.keep_to_posting",
			"grievance_cell.oversight.directions.keep_to_direction",
		]
	},
}

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

# The same for the forms of an office, which are answered with the rights of its user.
office_actions = {
	"start_work": "grievance_cell.grievances.officer_cases.start_work",
	"resolve_case": "grievance_cell.grievances.officer_cases.resolve",
	"ask_citizen": "grievance_cell.grievances.officer_cases.ask_citizen",
	"transfer_case": "grievance_cell.grievances.officer_cases.transfer",
	"add_note": "grievance_cell.grievances.officer_cases.add_note",
	"give_delay_reason": "grievance_cell.grievances.officer_cases.give_delay_reason",
}

# What reads a spreadsheet of masters, by their DocType: a Masters of organisation/importing.py.
master_importers = {
	"Department": "grievance_cell.organisation.department_importer.Departments",
	"Local Area": "grievance_cell.organisation.area_importer.Areas",
	"Grievance Category": "grievance_cell.grievances.category_importer.Categories",
	"Officer Posting": "grievance_cell.organisation.posting_importer.Postings",
	"Holiday Calendar": "grievance_cell.service_levels.holiday_importer.Holidays",
}

scheduler_events = {
	"hourly": ["grievance_cell.messaging.templates.sync"],
	"cron": {
		"* * * * *": [
			"grievance_cell.messaging.sweeper.sweep",
			"grievance_cell.grievances.escalation.check_due",
		],
		"0 9 * * *": ["grievance_cell.messaging.digests.send_daily"],
		"0 9 * * 1": ["grievance_cell.messaging.digests.send_weekly"],
		"*/10 * * * *": ["grievance_cell.messaging.silence.drop_old_drafts"],
	},
	"daily": ["grievance_cell.service_levels.holiday_calendars.warn_before_they_run_out"],
	"daily_long": [
		"grievance_cell.grievances.assignments.hand_over",
		"grievance_cell.oversight.directions.hand_over",
		"grievance_cell.grievances.categorisation.retrain",
	],
}
