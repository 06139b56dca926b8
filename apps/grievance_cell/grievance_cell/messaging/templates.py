"""Message templates: what a citizen can be told outside the 24-hour window, and what Meta says of each.

Templates belong to a business account; each Chat Template has a row for every account that it was submitted to.
"""

import json

import frappe
from frappe import _
from frappe.utils import now_datetime

from grievance_cell.messaging import channels
from grievance_cell.messaging.providers.errors import STOP, ProviderError
from grievance_cell.messaging.providers.whatsapp_cloud import shorten

PENDING, APPROVED, REJECTED, PAUSED, DISABLED = "Pending", "Approved", "Rejected", "Paused", "Disabled"
# Meta has another text than we.
CHANGED = "Changed"
# By Meta's word for it, in a list of templates and in a webhook. What is not here changes nothing.
STATES = {
	"APPROVED": APPROVED,
	"REINSTATED": APPROVED,
	"UNARCHIVED": APPROVED,
	"PENDING": PENDING,
	"IN_APPEAL": PENDING,
	"REJECTED": REJECTED,
	"LIMIT_EXCEEDED": REJECTED,
	"PAUSED": PAUSED,
	"DISABLED": DISABLED,
	"ARCHIVED": DISABLED,
	"DELETED": DISABLED,
	"PENDING_DELETION": DISABLED,
}
STATE_BY_ERROR = {132015: PAUSED, 132016: DISABLED}
LONGEST_BODY = 1024
# What stands for a value that is empty: Meta takes no empty parameter.
NOTHING = "–"


class speaking:
	"""Speak a language for the length of a block, in all that is translated or formatted in it."""

	def __init__(self, language: str):
		self.language = language

	def __enter__(self):
		self.before, frappe.local.lang = frappe.local.lang, self.language

	def __exit__(self, *_error):
		frappe.local.lang = self.before


# filling in


def find(notice: str, languages: list[str], account: str | None = None):
	"""Get the enabled template of a notice in the first of these languages that has one, None if none has.

	With an account, only one that Meta has approved for it.
	"""
	for language in languages:
		name = frappe.db.get_value("Chat Template", {"notice": notice, "language": language, "enabled": 1})
		approved = {"parent": name, "business_account_id": account, "state": APPROVED}
		if name and (not account or frappe.db.exists("Chat Template Account", approved)):
			return frappe.get_cached_doc("Chat Template", name)
	return None


def fill(template, document, remark: str) -> list[str]:
	"""Say a template's parameters for a document, within Meta's rules: one line each, none empty, all together short."""
	values = []
	with speaking(template.language):
		context = {"doc": document, "status": status_of(document), "remark": remark}
		for parameter in template.parameters:
			value = frappe.render_template(f"{{{{ {parameter.value} }}}}", context)
			values.append(" ".join(value.split()) or NOTHING)
	# The short ones as they are; the long ones share what room is left.
	room = LONGEST_BODY - len(template.body)
	for left, position in enumerate(sorted(range(len(values)), key=lambda each: len(values[each]))):
		values[position] = shorten(values[position], room // (len(values) - left))
		room -= len(values[position])
	return values


def text(template, values: list[str]) -> str:
	"""Write a template out, as the citizen will read it."""
	body = template.body
	for number, value in enumerate(values, 1):
		body = body.replace(f"{{{{{number}}}}}", value)
	return body


def status_of(document) -> str:
	"""Say a document's status in the citizen's words, in the language that is spoken."""
	status = document.get("status") or ""
	if document.doctype == "Grievance":
		status = frappe.get_cached_value("Grievance Status", status, "citizen_label")
	return _(status) if status else ""


# Meta's side


def describe(template) -> dict:
	"""Write a template as the Graph API takes it for approval."""
	body = {"type": "BODY", "text": template.body}
	if template.parameters:
		body["example"] = {"body_text": [[parameter.example for parameter in template.parameters]]}
	components = [body]
	if template.header:
		components.insert(0, {"type": "HEADER", "format": "TEXT", "text": template.header})
	if template.footer:
		components.append({"type": "FOOTER", "text": template.footer})
	if template.buttons:
		buttons = [{"type": "QUICK_REPLY", "text": button.button_text} for button in template.buttons]
		components.append({"type": "BUTTONS", "buttons": buttons})
	return {
		"name": template.template_name,
		"language": code_of(template.language),
		"category": template.category.upper(),
		"components": components,
	}


def code_of(language: str) -> str:
	return language.replace("-", "_")


def texts_of(components: list[dict]) -> list[tuple]:
	"""List what is read in a template, to compare ours with Meta's."""
	return sorted(
		(each["type"], each.get("text") or "", *(button.get("text") for button in each.get("buttons", ())))
		for each in components
	)


def account_channels() -> list:
	"""List one enabled channel of every business account: through its token the account's templates are kept."""
	found = {}
	for name in frappe.get_all("Chat Channel", {"enabled": 1}, pluck="name", order_by="creation"):
		channel = frappe.get_cached_doc("Chat Channel", name)
		found.setdefault(channel.business_account_id, channel)
	return list(found.values())


@frappe.whitelist(methods=["POST"])
def submit(names: str) -> None:
	"""Submit templates (a JSON list of names) for approval, to every account that has not got them as they are."""
	if not frappe.has_permission("Chat Template", "write"):
		raise frappe.PermissionError
	for name in json.loads(names):
		for channel in account_channels():
			_submit(frappe.get_doc("Chat Template", name), channel)


def _submit(template, channel) -> None:
	account = channel.business_account_id
	row = row_of(template, account)
	if row and row.state in (PENDING, APPROVED):
		return
	provider, described = channels.connect(channel), describe(template)
	# Nothing stands open while we wait for Meta, and what Meta has taken is noted whatever becomes of the next.
	frappe.db.commit()
	try:
		with provider:
			answer = provider.submit_template(account, row and row.meta_id, described)
	except ProviderError as error:
		if error.retryable or error.remedy.kind == STOP:
			frappe.throw(_("Meta did not take the template {0}: {1}").format(template.name, str(error)))
		set_state(template.name, account, REJECTED, str(error))
	else:
		state = STATES.get(str(answer.get("status")), PENDING)
		set_state(template.name, account, state, meta_id=str(answer["id"]))
	frappe.db.commit()


@frappe.whitelist(methods=["POST"])
def sync() -> None:
	"""Read from Meta the state of every template in every account (hourly, and by a button)."""
	if not frappe.has_permission("Chat Template", "write"):
		raise frappe.PermissionError
	for channel in account_channels():
		provider = channels.connect(channel)
		frappe.db.commit()
		try:
			with provider:
				theirs = provider.templates(channel.business_account_id)
		except ProviderError as error:
			frappe.logger("grievance_cell").warning("No templates of %s: %s", channel.name, error)
			if error.remedy.kind == STOP:
				channels.stop(channel.name, error.code, str(error))
				frappe.db.commit()
			continue
		compare(channel.business_account_id, theirs)
		frappe.db.commit()


def compare(account: str, theirs: list[dict]) -> None:
	"""Note what Meta says of our templates in an account."""
	by_name = {(each["name"], each["language"]): each for each in theirs}
	for name in frappe.get_all("Chat Template", pluck="name"):
		template = frappe.get_doc("Chat Template", name)
		found = by_name.get((template.template_name, code_of(template.language)))
		if found:
			state = STATES.get(found["status"], PENDING)
			if texts_of(found["components"]) != texts_of(describe(template)["components"]):
				state = CHANGED
			set_state(name, account, state, reason_of(found.get("rejected_reason")), str(found["id"]))
		elif (row := row_of(template, account)) and row.meta_id:
			template.remove(row)
			template.save(ignore_permissions=True)


def apply_update(account: str, value: dict) -> bool:
	"""Note what a webhook (message_template_status_update) says of a template; False if it is none of ours."""
	code = str(value.get("message_template_language"))
	name = frappe.db.get_value(
		"Chat Template",
		{
			"template_name": str(value.get("message_template_name")),
			"language": ("in", [code, code.replace("_", "-")]),
		},
	)
	if not name:
		return False
	state = STATES.get(str(value.get("event")))
	row = row_of(frappe.get_doc("Chat Template", name), account)
	# What Meta approves may be the text before our last change; only a comparison tells.
	if state and not (state == APPROVED and row and row.state == CHANGED):
		meta_id = value.get("message_template_id")
		set_state(name, account, state, reason_of(value.get("reason")), str(meta_id) if meta_id else None)
	return True


def reason_of(reason) -> str:
	return "" if reason in (None, "NONE") else str(reason)[:500]


def distrust(name: str, account: str, code: int, reason: str) -> None:
	"""Use a template no more in an account, since Meta refused it, until it is submitted or compared again."""
	set_state(name, account, STATE_BY_ERROR.get(code, CHANGED), f"{reason} ({code})")


def row_of(template, account: str):
	return next((row for row in template.accounts if row.business_account_id == account), None)


def set_state(name: str, account: str, state: str, reason: str = "", meta_id: str | None = None) -> None:
	"""Note the state of a template in an account."""
	template = frappe.get_doc("Chat Template", name)
	row = row_of(template, account) or template.append("accounts", {"business_account_id": account})
	changes = {"state": state, "rejected_reason": reason or None, "meta_id": meta_id or row.meta_id}
	if any((row.get(field) or None) != value for field, value in changes.items()):
		row.update({**changes, "synced_on": now_datetime()})
		template.save(ignore_permissions=True)
	else:
		row.db_set("synced_on", now_datetime(), update_modified=False)
