import frappe
from frappe import _
from frappe.model.document import Document

from grievance_cell.conversations import flow_checks
from grievance_cell.conversations.flows import ACT, INSERT, actions_for
from grievance_cell.conversations.model import CITIZEN, FIRST_CONTACT, MENU

# Parts the ids of menu rows, and the codes in links.
NOT_IN_TITLE = set(":/[]")


class ChatFlow(Document):
	def validate(self):
		self.validate_title()
		self.validate_audience()
		self.validate_occasion()
		self.validate_end()
		self.validate_checks()

	def validate_title(self):
		if NOT_IN_TITLE & set(self.title):
			frappe.throw(_("A title has none of these letters: {0}").format(" ".join(sorted(NOT_IN_TITLE))))

	def validate_audience(self):
		"""Let an office have forms in its menu; what happens in a citizen's case starts those of citizens."""
		if self.audience != CITIZEN and self.occasion != MENU:
			frappe.throw(_("A form for an office starts from its menu"))

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
		actions = frappe.get_hooks(actions_for(self.audience))
		if self.at_end == ACT and self.action not in actions:
			known = ", ".join(sorted(actions))
			frappe.throw(_("There is no action {0}; there are: {1}").format(self.action, known))

	def validate_checks(self):
		"""Let no citizen be asked what cannot work; while it is not enabled, a flow may be kept as it is."""
		if not self.enabled:
			return
		errors = [each.message for each in flow_checks.check(self) if each.severity == flow_checks.ERROR]
		if errors:
			frappe.throw(errors, title=_("This form cannot be enabled yet"), as_list=True)
