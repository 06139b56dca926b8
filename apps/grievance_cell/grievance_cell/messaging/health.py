"""Whether messages come in and go out, told in plain sentences: what is the matter, and what to do about it.

What the database tells is counted over indexes; what only Meta can tell is asked when somebody looks, once a minute.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.messaging import channels, templates
from grievance_cell.messaging.providers.errors import (
	DISTRUST_TEMPLATE,
	OUR_MISTAKE,
	RETRY,
	STOP,
	ProviderError,
	remedy_of,
)
from grievance_cell.messaging.whatsapp_notification import is_in_force

GOOD, WARNING, BAD, UNKNOWN = "green", "orange", "red", "gray"

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# A webhook is to be seen in the last hour; citizens sleep too, and then nobody is alarmed before a day has passed.
QUIET, SILENT = timedelta(hours=1), DAY
NIGHT_BEGINS, NIGHT_ENDS = 22, 7
# How long what is due may wait in a queue: drains are woken at once, and by the sweeper every minute.
SLOW, STUCK = timedelta(minutes=5), timedelta(minutes=15)
CACHE_SECONDS = 60
SWEEP = "grievance_cell.messaging.sweeper.sweep"

NOT_SUBMITTED = "Not Submitted"

# Kinds of Chat Event that come from Meta; the others are our own.
FROM_META = ("Message", "Status", "Error")
# The error of an event whose number is no channel's, as the webhook writes it.
FOREIGN = "foreign channel"


@dataclass(frozen=True)
class Line:
	"""One thing that was looked at: a light (indicator colour), what was found, and what to do about it."""

	key: str
	light: str
	title: str
	text: str
	advice: str = ""
	route: str = ""


@frappe.whitelist()
def report() -> list[dict]:
	"""Tell what the database knows: a section for each enabled channel (`channel`, `lines`) and one of the whole site."""
	if not frappe.has_permission("Chat Event", "read"):
		raise frappe.PermissionError
	now = now_datetime()
	enabled = frappe.get_list(
		"Chat Channel",
		{"enabled": 1},
		["name", "business_account_id", "state", "stop_reason"],
		order_by="name",
	)
	traffic, queues, failures = count_traffic(now), outgoing_queues(now), count_failures(now)
	sections = [
		{
			"channel": channel.name,
			"lines": [
				*sending_lines(channel),
				webhook_line(channel.name, now),
				traffic_line(traffic, channel.name),
				incoming_line(channel.name, now),
				outgoing_line(queues.get(channel.name), now),
				lost_messages_line(channel.name, now),
				*failure_lines(failures, channel.name),
				templates_line(channel.business_account_id),
			],
		}
		for channel in enabled
	]
	site = [scheduler_line(now), jobs_line(now), media_line(now), foreign_line(now), notification_line()]
	sections.append({"channel": None, "lines": site})
	return [{**each, "lines": [asdict(line) for line in each["lines"]]} for each in sections]


@frappe.whitelist()
def ask_meta(channel: str) -> list[dict]:
	"""Ask Meta whether it takes a channel's token, and whether it sends us this account's webhooks; at most once a minute."""
	document = frappe.get_doc("Chat Channel", channel)
	document.check_permission("read")
	# Whoever has just corrected the channel is told at once.
	key = f"grievance_cell:health:{channel}:{document.modified}"
	lines = frappe.cache.get_value(key, expires=True)
	if lines is None:
		with channels.connect(document) as provider:
			lines = [asdict(line) for line in (token_line(provider), subscription_line(provider, document))]
		frappe.cache.set_value(key, lines, expires_in_sec=CACHE_SECONDS)
	return lines


def token_line(provider) -> Line:
	title = _("Access token")
	try:
		number = provider.describe_number()
	except ProviderError as error:
		return refused("token", title, error)
	quality = str(number.get("quality_rating") or "UNKNOWN")
	text = _("Meta takes the token. The number is {0}, its name {1}.").format(
		number.get("display_phone_number") or "?", number.get("verified_name") or "?"
	)
	if quality in ("RED", "YELLOW"):
		text += " " + _("Meta rates its quality as low: too many citizens have blocked or reported it.")
		return Line(
			"token", WARNING, title, text, _("Send fewer announcements, and only to those who want them.")
		)
	return Line("token", GOOD, title, text)


def subscription_line(provider, channel) -> Line:
	title = _("Subscription")
	try:
		apps = provider.subscribed_apps(channel.business_account_id)
	except ProviderError as error:
		return refused("subscription", title, error)
	if not apps:
		return Line(
			"subscription",
			BAD,
			title,
			_("No app is subscribed to this business account: Meta sends us nothing."),
			_("Subscribe the app to the account; the guide to connecting a number tells how."),
		)
	return Line(
		"subscription", GOOD, title, _("Meta sends the account's messages to: {0}.").format(", ".join(apps))
	)


def refused(key: str, title: str, error: ProviderError) -> Line:
	"""Tell why Meta's answer is not known: it refuses, or it was not reached, which is not the channel's fault."""
	if error.code:
		meaning, advice = meaning_of(error.code)
		return Line(key, BAD, title, f"{meaning} ({error.code}: {error})", advice)
	return Line(
		key,
		WARNING,
		title,
		_("Meta could not be reached: {0}").format(error),
		_("Look again in a minute. If it stays so, the server has no way out to the internet."),
	)


def sending_lines(channel) -> list[Line]:
	if channel.state != channels.STOPPED:
		return []
	text = _("This number does not send: {0}").format(channel.stop_reason)
	advice = _("Put it right at Meta, renew the access token if that is what is missing, and press Resume.")
	return [Line("sending", BAD, _("Stopped"), text, advice)]


def webhook_line(channel: str, now: datetime) -> Line:
	title = _("Webhook")
	newest = max(filter(None, (newest_event(channel, state) for state in EVENT_STATES)), default=None)
	if not newest:
		return Line(
			"webhook",
			UNKNOWN,
			title,
			_("Nothing has come from Meta yet."),
			_("Write to the number. If nothing comes, check the callback URL and the subscription at Meta."),
		)
	age = now - newest
	text = _("Meta last called {0} ago.").format(in_words(age))
	if age <= QUIET:
		return Line("webhook", GOOD, title, text)
	if age < SILENT and is_night(now):
		return Line("webhook", UNKNOWN, title, text + " " + _("At night that says nothing."))
	return Line(
		"webhook",
		BAD if age >= SILENT else WARNING,
		title,
		text,
		_("Write to the number. If nothing comes, check the callback URL and the subscription at Meta."),
	)


EVENT_STATES = ("Pending", "Processed", "Failed")


def newest_event(channel: str, state: str) -> datetime | None:
	"""Find when Meta's newest event in a state came, from the end of the index `health`."""
	found = frappe.db.sql(
		"""select received_on from `tabChat Event` where channel = %s and state = %s and kind in %s
		order by received_on desc limit 1""",
		(channel, state, FROM_META),
	)
	return found[0][0] if found else None


def is_night(now: datetime) -> bool:
	return now.hour >= NIGHT_BEGINS or now.hour < NIGHT_ENDS


def count_traffic(now: datetime) -> Counter:
	"""Count the messages of a day by (channel, direction)."""
	rows = frappe.db.sql(
		"""select session.channel, message.direction, count(*)
		from `tabChat Message` message straight_join `tabChat Session` session on session.name = message.session
		where message.state in %s and message.creation >= %s group by 1, 2""",
		(MESSAGE_STATES, now - DAY),
	)
	return Counter({(channel, direction): number for channel, direction, number in rows})


# All of them: with the states named, the index of state and creation serves.
MESSAGE_STATES = ("Received", "Queued", "Sending", "Sent", "Delivered", "Read", "Failed")


def traffic_line(traffic: Counter, channel: str) -> Line:
	text = _("Last 24 hours: {0} in, {1} out.").format(traffic[channel, "In"], traffic[channel, "Out"])
	return Line("traffic", UNKNOWN, _("Messages"), text)


def incoming_line(channel: str, now: datetime) -> Line:
	number, oldest = frappe.db.sql(
		"""select count(*), min(greatest(received_on, ifnull(next_attempt_on, received_on)))
		from `tabChat Event` where channel = %s and state = 'Pending'
		and (next_attempt_on is null or next_attempt_on <= %s)""",
		(channel, now),
	)[0]
	return queue_line("incoming", _("Waiting to be read"), number, oldest, now, "chat-event?state=Pending")


def outgoing_queues(now: datetime) -> dict[str, tuple[int, datetime]]:
	"""Count what is due to be sent, and find how long the oldest has been due, by channel."""
	rows = frappe.db.sql(
		"""select session.channel, count(*),
			min(greatest(message.creation, ifnull(message.next_attempt_on, message.creation)))
		from `tabChat Message` message straight_join `tabChat Session` session on session.name = message.session
		where message.state in ('Queued', 'Sending')
		and (message.next_attempt_on is null or message.next_attempt_on <= %s) group by 1""",
		now,
	)
	return {channel: (number, oldest) for channel, number, oldest in rows}


def outgoing_line(queue: tuple | None, now: datetime) -> Line:
	number, oldest = queue or (0, None)
	return queue_line("outgoing", _("Waiting to be sent"), number, oldest, now, "chat-message?state=Queued")


def queue_line(key: str, title: str, number: int, oldest: datetime | None, now: datetime, route: str) -> Line:
	if not number:
		return Line(key, GOOD, title, _("Nothing waits."))
	age = now - oldest
	text = _("{0} waiting, the oldest for {1}.").format(number, in_words(age))
	if age < SLOW:
		return Line(key, GOOD, title, text, route=route)
	light = BAD if age >= STUCK else WARNING
	return Line(
		key, light, title, text, _("Check that the background workers run: {0}").format("bench doctor"), route
	)


def lost_messages_line(channel: str, now: datetime) -> Line:
	number = frappe.db.sql(
		"""select count(*) from `tabChat Event`
		where channel = %s and state = 'Failed' and received_on >= %s and kind = 'Message'""",
		(channel, now - WEEK),
	)[0][0]
	title = _("Not understood by us")
	if not number:
		return Line("lost", GOOD, title, _("Every message of the last 7 days was worked off."))
	text = _("Could not be worked off in the last 7 days: {0}.").format(number)
	advice = _("They are kept: open each, read the error, and answer the citizen by hand.")
	return Line("lost", BAD, title, text, advice, "chat-event?state=Failed&kind=Message")


def count_failures(now: datetime) -> list[tuple[str, int, int]]:
	"""Count the failed messages of a week as (channel, error code, number), most first."""
	return frappe.db.sql(
		"""select session.channel, ifnull(message.error_code, 0), count(*)
		from `tabChat Message` message straight_join `tabChat Session` session on session.name = message.session
		where message.state = 'Failed' and message.creation >= %s group by 1, 2 order by 3 desc, 2""",
		now - WEEK,
	)


def failure_lines(failures: list[tuple[str, int, int]], channel: str) -> list[Line]:
	title = _("Not delivered")
	mine = [(code, number) for failed, code, number in failures if failed == channel]
	if not mine:
		return [Line("failures", GOOD, title, _("No message of the last 7 days failed."))]
	lines = []
	for code, number in mine:
		meaning, advice = meaning_of(code)
		light = BAD if remedy_of(code).kind == STOP else WARNING
		text = _("{0} in the last 7 days: {1} ({2})").format(number, meaning, code)
		route = f"chat-message?state=Failed&error_code={code}"
		lines.append(Line(f"failures:{code}", light, title, text, advice, route))
	return lines


def templates_line(account: str) -> Line:
	"""Count the templates by what Meta says of them for a business account."""
	title = _("Templates")
	names = frappe.get_all("Chat Template", {"enabled": 1}, pluck="name")
	if not names:
		text = _("There are none: nobody can be told anything once 24 hours have passed.")
		return Line(
			"templates", BAD, title, text, _("Make templates and send them in to Meta."), "chat-template"
		)
	states = dict(
		frappe.get_all(
			"Chat Template Account",
			{"business_account_id": account, "parenttype": "Chat Template", "parent": ("in", names)},
			["parent", "state"],
			as_list=True,
		)
	)
	counts = Counter(states.get(name) or NOT_SUBMITTED for name in names)
	text = ", ".join(f"{_(state)}: {number}" for state, number in counts.most_common())
	if set(counts) == {templates.APPROVED}:
		return Line("templates", GOOD, title, text)
	refused = {templates.REJECTED, templates.PAUSED, templates.DISABLED} & set(counts)
	return Line(
		"templates",
		BAD if refused or not counts[templates.APPROVED] else WARNING,
		title,
		text,
		_("A notice whose template is not approved does not reach the citizen once 24 hours have passed."),
		"chat-template",
	)


def scheduler_line(now: datetime) -> Line:
	title = _("Scheduler")
	last = frappe.db.get_value("Scheduled Job Type", {"method": SWEEP}, "last_execution")
	if last and now - last < SLOW:
		return Line("scheduler", GOOD, title, _("It last ran {0} ago.").format(in_words(now - last)))
	text = _("It last ran {0} ago.").format(in_words(now - last)) if last else _("It has never run.")
	advice = _("Check that the scheduler is enabled and that its process and a worker run: {0}").format(
		"bench doctor"
	)
	return Line("scheduler", BAD, title, text, advice)


def jobs_line(now: datetime) -> Line:
	"""Tell which of our scheduled jobs failed in the last day, the nightly ones among them."""
	title = _("Scheduled jobs")
	ours = dict(
		frappe.get_all(
			"Scheduled Job Type",
			{"method": ("like", "grievance_cell.%"), "stopped": 0},
			["name", "method"],
			as_list=True,
		)
	)
	failed = Counter(
		frappe.get_all(
			"Scheduled Job Log",
			{"status": "Failed", "creation": (">=", now - DAY), "scheduled_job_type": ("in", list(ours))},
			pluck="scheduled_job_type",
		)
	)
	if not failed:
		return Line("jobs", GOOD, title, _("None of {0} jobs failed in the last 24 hours.").format(len(ours)))
	text = _("Failed in the last 24 hours: {0}").format(
		", ".join(f"{job} ({number})" for job, number in sorted(failed.items()))
	)
	return Line(
		"jobs", BAD, title, text, _("The Scheduled Job Log has the error."), "scheduled-job-log?status=Failed"
	)


def media_line(now: datetime) -> Line:
	title = _("Photos and files of citizens")
	number = frappe.db.count("Chat Message", {"media_state": "Failed", "creation": (">=", now - WEEK)})
	if not number:
		return Line("media", GOOD, title, _("Every file of the last 7 days was fetched."))
	text = _("Could not be fetched in the last 7 days: {0}.").format(number)
	advice = _("Each case says which file is missing; ask the citizen to send it again.")
	return Line("media", WARNING, title, text, advice, "chat-message?media_state=Failed")


def foreign_line(now: datetime) -> Line:
	title = _("Unknown numbers")
	number = frappe.db.sql(
		"""select count(*) from `tabChat Event`
		where channel is null and state = 'Failed' and received_on >= %s and error = %s""",
		(now - WEEK, FOREIGN),
	)[0][0]
	if not number:
		return Line(
			"foreign", GOOD, title, _("All that Meta sent in the last 7 days was for a channel of this site.")
		)
	text = _("For a number that is no channel here, in the last 7 days: {0}.").format(number)
	advice = _("Make a Chat Channel of that number, or take it out of the app at Meta.")
	return Line("foreign", WARNING, title, text, advice, "chat-event?state=Failed")


def notification_line() -> Line:
	"""Tell whether Notification is still ours to send over WhatsApp, or another app has taken it over."""
	title = _("Notifications")
	if is_in_force():
		return Line("notification", GOOD, title, _("WhatsApp is one of their channels."))
	return Line(
		"notification",
		WARNING,
		title,
		_("Another app has taken them over: those over WhatsApp are sent for steps of a case alone."),
		_("Remove that app, or make notices for steps of a case only."),
		"notification",
	)


def in_words(age: timedelta) -> str:
	minutes = int(age.total_seconds() // 60)
	if minutes < 1:
		return _("less than a minute")
	if minutes < 120:
		return _("{0} minutes").format(minutes)
	if minutes < 48 * 60:
		return _("{0} hours").format(minutes // 60)
	return _("{0} days").format(minutes // (24 * 60))


def meaning_of(code: int) -> tuple[str, str]:
	"""Say in words what one of Meta's error codes means, and what to do about it; facts as Meta documents them."""
	nothing = _("Nothing: it is tried again, later each time.")
	permission = (
		_("The token lacks a permission"),
		_("Generate a token with {0}.").format("whatsapp_business_messaging, whatsapp_business_management"),
	)
	unregistered = (_("The number is not registered for the Cloud API"), _("Register the number at Meta."))
	review = _("Open Account Quality at Meta, read the reason and ask for a review.")
	fewer = _("Send fewer announcements, and only to those who want them.")
	known = {
		0: (_("No code came with it, the message itself has the reason"), _("Open the messages and read the error.")),
		3: permission,
		4: (_("The app asks too often"), nothing),
		10: permission,
		33: (_("There is no such number at Meta"), _("Compare the Phone Number ID and the Business Account ID with those at Meta.")),
		100: (_("A setting does not fit, or the number is not of this account"), _("Compare the Phone Number ID and the Business Account ID with those at Meta.")),
		190: (_("The access token is not valid any more"), _("Generate a new token for the system user at Meta, and put it into the Chat Channel.")),
		368: (_("Meta has blocked the number for a breach of its rules"), review),
		80007: (_("The account sends more than Meta allows"), nothing),
		130429: (_("The number sends more than Meta allows in a second"), nothing),
		130497: (_("Meta lets this account send nothing to that country"), _("Call the citizen, or write by post.")),
		131005: permission,
		131026: (_("The citizen cannot be reached on WhatsApp"), _("Call the citizen, or write by post; the number may have no WhatsApp.")),
		131031: (_("Meta has locked the account"), review),
		131042: (_("Meta could not collect its charges"), _("Check the payment method in the WhatsApp account's settings at Meta.")),
		131045: unregistered,
		131047: (_("More than 24 hours had passed since the citizen wrote, and no template stood ready"), _("Have a template of this notice approved.")),
		131048: (_("Too many citizens have blocked or reported the number"), fewer),
		131049: (_("Meta held it back: the citizen has had enough announcements"), _("Nothing: a later announcement may get through.")),
		131050: (_("The citizen wants no announcements"), _("Nothing: messages about the citizen's own cases still go out.")),
		131056: (_("Too many messages to one citizen in a short time"), nothing),
		132001: (_("The template does not exist in this language, or is not approved"), _("Send the template in for approval in this language.")),
		132015: (_("Meta has paused the template: citizens rated it badly"), _("Change its words and send it in again.")),
		132016: (_("Meta has disabled the template"), _("Write a new template with other words.")),
		133010: unregistered,
	}  # fmt: skip
	by_remedy = {
		RETRY: (_("Trouble at Meta's that passes"), nothing),
		STOP: permission,
		DISTRUST_TEMPLATE: (_("What was filled into the template does not fit it"), _("Compare the template with its approved text at Meta, and sync it.")),
		OUR_MISTAKE: (_("The app wrote the request wrongly"), _("The Error Log has it; tell whoever looks after the app.")),
	}  # fmt: skip
	unknown = (
		_("An error that is not described here"),
		_("Look the code up in Meta's list of WhatsApp error codes."),
	)
	return known.get(code) or by_remedy.get(remedy_of(code).kind) or unknown
