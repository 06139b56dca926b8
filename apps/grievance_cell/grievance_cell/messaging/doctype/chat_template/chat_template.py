import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.jinja import validate_template

from grievance_cell.messaging import templates

NAME = re.compile(r"[a-z0-9_]{1,512}")
PLACEHOLDER = re.compile(r"\{\{(\d+)\}\}")
LONGEST_TITLE, LONGEST_BUTTON, MOST_BUTTONS = 60, 25, 3


class ChatTemplate(Document):
	"""A message that Meta approves beforehand. The rules are Meta's, checked before Meta is asked."""

	def validate(self):
		self.validate_name()
		self.validate_body()
		self.validate_parameters()
		self.validate_header_and_footer()
		self.validate_buttons()
		self.note_change()

	def validate_name(self):
		if not NAME.fullmatch(self.notice or ""):
			frappe.throw(_("The name of a notice is small letters, digits and _"))
		if not NAME.fullmatch(self.template_name or ""):
			frappe.throw(_("The name at Meta is small letters, digits and _"))

	def validate_body(self):
		self.body = self.body.strip()
		if len(self.body) > templates.LONGEST_BODY:
			frappe.throw(_("The body has {0} characters at most").format(templates.LONGEST_BODY))
		without = PLACEHOLDER.sub("", self.body)
		if "{{" in without or "}}" in without:
			frappe.throw(_("A placeholder is a number: {{1}}"))
		if re.match(r"\W*\{\{\d", self.body) or re.search(r"\d\}\}\W*$", self.body):
			frappe.throw(_("The body may not begin or end with a placeholder"))
		if re.search(r"\}\}\W*\{\{", self.body):
			frappe.throw(_("There have to be words between two placeholders"))
		if re.search(r"\n{3,}", self.body):
			frappe.throw(_("The body may not have two empty lines together"))

	def validate_parameters(self):
		numbers = [int(number) for number in PLACEHOLDER.findall(self.body)]
		if sorted(set(numbers)) != list(range(1, len(self.parameters) + 1)):
			frappe.throw(
				_(
					"The placeholders of the body have to be numbered from 1 on, one for each of the {0} rows"
				).format(len(self.parameters))
			)
		# Meta refuses a text that is hardly more than its parameters, and does not say where it draws the line.
		words = PLACEHOLDER.sub(" ", self.body).split()
		if len(words) < 2 * len(numbers) + 1:
			frappe.throw(_("The body needs more words for so many placeholders"))
		for parameter in self.parameters:
			validate_template(f"{{{{ {parameter.value} }}}}")

	def validate_header_and_footer(self):
		for field in ("header", "footer"):
			value = self.get(field) or ""
			if len(value) > LONGEST_TITLE or "{{" in value or "\n" in value:
				frappe.throw(
					_("{0}: one line of {1} characters at most, without placeholders").format(
						_(self.meta.get_label(field)), LONGEST_TITLE
					)
				)

	def validate_buttons(self):
		labels = [button.button_text for button in self.buttons]
		if len(labels) > MOST_BUTTONS or len(set(labels)) != len(labels):
			frappe.throw(_("At most {0} buttons, each with a text of its own").format(MOST_BUTTONS))
		for label in labels:
			if len(label) > LONGEST_BUTTON or "{{" in label:
				frappe.throw(
					_("Button {0}: {1} characters at most, without placeholders").format(
						label, LONGEST_BUTTON
					)
				)

	def note_change(self):
		"""Let nothing be sent with a text that Meta has not seen."""
		before = self.get_doc_before_save()
		if not before:
			return
		if before.template_name != self.template_name:
			self.accounts = []
		then, now = (templates.texts_of(templates.describe(each)["components"]) for each in (before, self))
		if then != now:
			for row in self.accounts:
				row.state = templates.CHANGED


def on_doctype_update():
	frappe.db.add_index("Chat Template", ["notice", "language"])
