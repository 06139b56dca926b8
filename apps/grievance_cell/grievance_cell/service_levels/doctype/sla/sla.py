import frappe
from frappe import _
from frappe.model.document import Document


class SLA(Document):
	def validate(self):
		self.validate_targets()
		self.validate_default()
		self.validate_condition()

	def validate_targets(self):
		priorities = [target.priority for target in self.targets]
		if len(priorities) != len(set(priorities)):
			frappe.throw(_("Each priority has one target"))
		for target in self.targets:
			if bool(target.resolution_time) == bool(target.resolution_days):
				frappe.throw(
					_("Row {0}: enter either a time or a number of days for the resolution").format(
						target.idx
					)
				)

	def validate_default(self):
		if not self.is_default:
			return
		if not self.enabled or self.department or self.category or self.condition:
			frappe.throw(_("The default SLA is enabled and has no department, category or condition"))
		frappe.db.set_value("SLA", {"is_default": 1, "name": ("!=", self.name)}, "is_default", 0)

	def validate_condition(self):
		if self.condition:
			try:
				compile(self.condition, "<condition>", "eval")
			except SyntaxError as error:
				frappe.throw(_("The condition cannot be read: {0}").format(error.msg))
