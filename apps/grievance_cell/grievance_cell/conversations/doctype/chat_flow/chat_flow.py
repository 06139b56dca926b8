import json
import re

import frappe
from frappe import _
from frappe.model.document import Document

# Step ids stand before the colon in the ids of buttons and rows, which have 200 characters; a document's name has 140.
STEP_ID = re.compile(r"[a-z][a-z0-9_]{0,49}")
# Ids of buttons that are there at every step.
RESERVED = {"page", "skip", "change", "cancel", "feedback", "flow"}
CHOOSES_FROM_FIELD = {"Choice": "Select", "Link": "Link"}


class ChatFlow(Document):
	def validate(self):
		self.validate_step_ids()
		self.validate_targets()
		self.validate_link_filters()
		self.validate_conditions()
		self.validate_opening_step()

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
		meta = frappe.get_meta(self.document_type)
		for step in self.steps:
			if not step.target_field:
				if step.kind not in ("Photo", "Confirm"):
					frappe.throw(_("Row {0}: which field does the answer fill?").format(step.idx))
				continue
			field = meta.get_field(step.target_field)
			if not field:
				frappe.throw(
					_("Row {0}: {1} has no field {2}").format(
						step.idx, _(self.document_type), step.target_field
					)
				)
			wanted = CHOOSES_FROM_FIELD.get(step.kind)
			if wanted and field.fieldtype != wanted and not (step.kind == "Choice" and step.options):
				frappe.throw(
					_("Row {0}: a {1} step fills a field of type {2}").format(
						step.idx, _(step.kind), _(wanted)
					)
				)

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
			if step.depends_on:
				try:
					compile(step.depends_on, "<condition>", "eval")
				except SyntaxError as error:
					frappe.throw(_("The condition cannot be read: {0}").format(error.msg))

	def validate_opening_step(self):
		if self.opening_step and self.opening_step not in {step.step_id for step in self.steps}:
			frappe.throw(_("There is no step {0} for the first message").format(self.opening_step))
