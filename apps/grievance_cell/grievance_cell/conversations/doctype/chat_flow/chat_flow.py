import json
import re

import frappe
from frappe import _
from frappe.model.document import Document

from grievance_cell.conversations.flows import ACT, INSERT
from grievance_cell.conversations.model import FIRST_CONTACT, MENU

# Step ids stand before the colon in the ids of buttons and rows, which have 200 characters; a document's name has 140.
STEP_ID = re.compile(r"[a-z][a-z0-9_]{0,49}")
# What else stands there, and means the same at every step.
RESERVED = {
	"add", "cancel", "case", "change", "feedback", "files", "flow", "held", "lang", "page", "remind", "skip", "withdraw",
}  # fmt: skip
# Parts the ids of menu rows, and the codes in links.
NOT_IN_TITLE = set(":/[]")
NEED_NO_FIELD = {"Tell", "Photo", "Media", "Location", "Confirm"}
FIELDTYPES = {
	"Choice": {"Select"},
	"Link": {"Link"},
	"Number": {"Int", "Float", "Currency", "Percent", "Duration", "Rating", "Data"},
	"Date": {"Date", "Datetime", "Data"},
	"Phone": {"Data", "Phone"},
	"Yes/No": {"Check", "Select", "Data"},
	"Area": {"Link"},
}


class ChatFlow(Document):
	def validate(self):
		self.validate_title()
		self.validate_occasion()
		self.validate_end()
		self.validate_step_ids()
		self.validate_targets()
		self.validate_link_filters()
		self.validate_conditions()
		self.validate_references()

	def validate_title(self):
		if NOT_IN_TITLE & set(self.title):
			frappe.throw(_("A title has none of these letters: {0}").format(" ".join(sorted(NOT_IN_TITLE))))

	def validate_occasion(self):
		if self.occasion == MENU or not self.enabled:
			return
		others = {"occasion": self.occasion, "enabled": 1, "name": ("!=", self.name or self.title)}
		if other := frappe.db.exists("Chat Flow", others):
			frappe.throw(_("{0} starts on this already: disable it first").format(other))

	def validate_end(self):
		if self.at_end == INSERT and not self.document_type:
			frappe.throw(_("Which DocType do the answers fill?"))
		if self.occasion == FIRST_CONTACT and (self.at_end, self.document_type) != (INSERT, "Citizen"):
			frappe.throw(_("The form of the first contact makes a Citizen"))
		if self.at_end == ACT and self.action not in frappe.get_hooks("chat_actions"):
			known = ", ".join(sorted(frappe.get_hooks("chat_actions")))
			frappe.throw(_("There is no action {0}; there are: {1}").format(self.action, known))

	def validate_step_ids(self):
		seen = set()
		for step in self.steps:
			if not STEP_ID.fullmatch(step.step_id) or step.step_id in RESERVED:
				frappe.throw(
					_("Row {0}: a step ID is small letters, digits and _, and not one of {1}").format(
						step.idx, ", ".join(sorted(RESERVED))
					)
				)
			if step.step_id in seen:
				frappe.throw(_("Row {0}: the step ID {1} is there twice").format(step.idx, step.step_id))
			seen.add(step.step_id)

	def validate_targets(self):
		meta = frappe.get_meta(self.document_type) if self.document_type else None
		for step in self.steps:
			if step.target_field and not (meta and meta.get_field(step.target_field)):
				frappe.throw(
					_("Row {0}: {1} has no field {2}").format(
						step.idx, _(self.document_type or ""), step.target_field
					)
				)
			if not step.target_field:
				self.validate_without_field(step)
				continue
			fieldtype = meta.get_field(step.target_field).fieldtype
			wanted = FIELDTYPES.get(step.kind)
			if wanted and fieldtype not in wanted and not (step.kind == "Choice" and step.options):
				frappe.throw(
					_("Row {0}: a {1} step fills a field of type {2}").format(
						step.idx, _(step.kind), ", ".join(_(each) for each in sorted(wanted))
					)
				)

	def validate_without_field(self, step):
		if self.at_end == INSERT and step.kind not in NEED_NO_FIELD:
			frappe.throw(_("Row {0}: which field does the answer fill?").format(step.idx))
		if step.kind == "Choice" and not step.options:
			frappe.throw(_("Row {0}: what is there to choose from?").format(step.idx))
		if step.kind == "Link" and not (step.options and frappe.db.exists("DocType", step.options)):
			frappe.throw(_("Row {0}: of which DocType are the choices?").format(step.idx))

	def validate_link_filters(self):
		for step in self.steps:
			if step.link_filters:
				try:
					readable = isinstance(json.loads(step.link_filters), dict)
				except ValueError:
					readable = False
				if not readable:
					frappe.throw(_("Row {0}: Link Filters is not a JSON object").format(step.idx))

	def validate_conditions(self):
		for step in self.steps:
			for expression in filter(None, (step.depends_on, step.validation)):
				try:
					compile(expression, "<condition>", "eval")
				except (SyntaxError, ValueError) as error:
					frappe.throw(_("Row {0}: the condition cannot be read: {1}").format(step.idx, str(error)))

	def validate_references(self):
		"""See that whatever names a step names one of these."""
		ids = {step.step_id for step in self.steps}
		if self.opening_step and self.opening_step not in ids:
			frappe.throw(_("There is no step {0} for the first message").format(self.opening_step))
		choices = {step.step_id for step in self.steps if step.kind == "Choice"}
		if self.menu_step and self.menu_step not in choices:
			frappe.throw(_("The menu step {0} is no step of the kind Choice").format(self.menu_step))
		for step in self.steps:
			if step.propose_from and step.propose_from not in ids:
				frappe.throw(_("Row {0}: there is no step {1}").format(step.idx, step.propose_from))
