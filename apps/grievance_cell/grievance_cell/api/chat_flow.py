"""What the form of a Chat Flow asks the site: previews, checks, what can be chosen, files in and out."""

import json
import secrets
from dataclasses import asdict
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import frappe
from frappe import _

from grievance_cell.conversations import flow_checks, flow_files, flow_preview, intents
from grievance_cell.conversations.flow_fields import askable_fields
from grievance_cell.conversations.flow_texts import set_translation, translation_of
from grievance_cell.conversations.flows import actions_for
from grievance_cell.conversations.model import (
	CALLBACK,
	CASE_CONFIRMED,
	CASE_NOT_SETTLED,
	CITIZEN,
	FIRST_CONTACT,
	MENU,
	MORE_INFORMATION,
	QUESTION,
	WITHDRAWAL,
)
from grievance_cell.messaging import links
from grievance_cell.messaging.providers.whatsapp_cloud import compose


def edited(flow: str):
	"""Read a Chat Flow as it stands on somebody's screen, who may write it."""
	check_right()
	return frappe.get_doc({**json.loads(flow), "doctype": "Chat Flow"})


def check_right(*more: str) -> None:
	"""Refuse who may not write flows."""
	for right in ("write", *more):
		if not frappe.has_permission("Chat Flow", right):
			raise frappe.PermissionError


@frappe.whitelist()
def preview(flow: str) -> dict:
	"""Show an unsaved flow (JSON of the document) as the phone will, and what is wrong with it.

	`languages` are value and label; `steps` has for each row its `row` and, by language, the Graph body in `shown` and the
	error text in `refused`; `closing` by language; `findings` as flow_checks makes them.
	"""
	document = edited(flow)
	languages = flow_preview.languages_of(document)
	broken = flow_checks.broken_rows(flow_checks.structure(document))
	shown = {each.value: flow_preview.previews(document, each.value, broken) for each in languages}
	return {
		"languages": [{"value": each.value, "label": each.label} for each in languages],
		"steps": [
			{
				"row": step.idx,
				"shown": {
					language: compose(replies[step.idx], _("Choose", language))
					for language, replies in shown.items()
					if step.idx in replies
				},
				"refused": {
					each.value: translation_of(step.error_text, each.value) or step.error_text
					for each in languages
					if step.error_text
				},
			}
			for step in document.steps
		],
		"closing": {
			each.value: text for each in languages if (text := flow_preview.closing_in(document, each.value))
		},
		"findings": [asdict(each) for each in flow_checks.check(document)],
	}


@frappe.whitelist()
def offers(document_type: str | None = None, audience: str | None = None) -> dict:
	"""List what a flow can name: `fields` of the DocType that can be asked, custom ones included, and `actions`."""
	check_right()
	return {
		"fields": [asdict(field) for field in askable_fields(document_type)] if document_type else [],
		"actions": sorted(frappe.get_hooks(actions_for(audience))),
	}


@frappe.whitelist(methods=["POST"])
def translate(source: str, language: str, text: str) -> None:
	"""Store the translation of a flow's text."""
	check_right()
	if not text.strip():
		frappe.throw(_("Please write the translation"))
	set_translation(source, language, text.strip())


@frappe.whitelist(methods=["GET"])
def export_file(flow: str) -> None:
	"""Answer with a flow and its translations as a file to download."""
	document = frappe.get_doc("Chat Flow", flow)
	document.check_permission("export")
	frappe.local.response.filename = f"{frappe.scrub(document.name)}.chat-flow.json"
	frappe.local.response.filecontent = flow_files.write(document).encode()
	frappe.local.response.type = "download"


@frappe.whitelist(methods=["POST"])
def import_file(content: str, replace: bool = False) -> dict:
	"""Make a flow of a file's content, switched off at first; `exists` if there is one of that title and `replace` is not set.

	Returns `name` and whether it `exists`, which means that nothing was changed.
	"""
	check_right("create")
	contents = flow_files.read(content)
	name = contents.flow["title"]
	if frappe.db.exists("Chat Flow", name) and not replace:
		return {"name": name, "exists": True}
	flow_files.store(contents)
	return {"name": name, "exists": False}


@frappe.whitelist()
def try_it(flow: str) -> dict:
	"""Tell where a flow can be tried: the `address` of a phone, or an `advice` where it does not start by a message."""
	document = frappe.get_doc("Chat Flow", flow)
	document.check_permission("read")
	if not document.enabled:
		frappe.throw(_("Enable the form first: only then the bot knows it"))
	channel = flow_preview.channels_of(document)[0]
	if not channel.get("name"):
		frappe.throw(_("There is no Chat Channel that is enabled"))
	text = first_message(document, channel)
	if document.audience != CITIZEN:
		return {"advice": _("Write from the mobile number of a posting, or of its user.")}
	if not text:
		return {"advice": advice_on(document.occasion)}
	if not is_loopback(channel.api_url):
		return {"address": links.address_of(channel, text)}
	# A number that has never written before: the talk begins from nothing.
	number = f"9190{secrets.randbelow(10**8):08d}"
	return {"address": f"{channel.api_url.rstrip('/')}/?number={number}&text={quote(text, safe='')}"}


def first_message(flow, channel) -> str:
	"""Write the message that starts a flow; empty if no message does."""
	greeting = _("Namaste", channel.default_language)
	if flow.occasion == FIRST_CONTACT:
		return greeting
	if flow.occasion == CALLBACK:
		return intents.WORDS[intents.CALLBACK][0]
	if flow.occasion != MENU:
		return ""
	if flow.menu_label:
		return intents.entry_text(greeting, "", flow.name)
	return next(iter((flow.start_words or "").split("\n")), "").strip()


def advice_on(occasion: str) -> str:
	"""Tell how to come to a form that starts when something happens."""
	return {
		MENU: _("Give it a menu label or a word that starts it."),
		CASE_CONFIRMED: _(
			"Register a case on the phone, resolve it in the desk, and confirm it on the phone."
		),
		CASE_NOT_SETTLED: _(
			"Register a case on the phone, resolve it in the desk, and say on the phone that it is not settled."
		),
		MORE_INFORMATION: _("Write “my cases” on the phone, choose a case, and tap “Add to it”."),
		WITHDRAWAL: _("Write “my cases” on the phone, choose a case, and tap “Take it back”."),
		QUESTION: _("Ask the citizen something in a case in the desk, and answer on the phone."),
	}[occasion]


def is_loopback(address: str) -> bool:
	host = urlsplit(address).hostname or ""
	try:
		return ip_address(host).is_loopback
	except ValueError:
		return host == "localhost"
