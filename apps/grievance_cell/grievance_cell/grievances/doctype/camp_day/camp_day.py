import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from grievance_cell.grievances import camps
from grievance_cell.organisation.phone import to_e164

# What only the registering sets.
OURS = ("grievance", "error")


class CampDay(Document):
	def before_insert(self):
		# A request can call a camp new that it has read, with its slips.
		self.refuse_slips_of({"parent": ("is", "set")})

	def validate(self):
		# Frappe writes a slip by its name alone, whosever it was.
		self.refuse_slips_of({"parent": ("!=", self.name)})
		if before := self.get_doc_before_save():
			# Whose it is decides who sees the numbers; a request could set it.
			self.owner = before.owner
		if getdate(self.held_on) > getdate():
			frappe.throw(_("The camp is still to come: its cases cannot be registered yet"))
		self.refuse_group()
		self.keep_registered()
		for slip in camps.waiting(self):
			# As it is kept elsewhere, so that it is found again.
			slip.mobile_no = to_e164(slip.mobile_no) or slip.mobile_no
			slip.error = camps.check(self, slip)
		self.status = camps.status_of(self)

	def refuse_slips_of(self, others: dict):
		names = [slip.name for slip in self.slips if slip.name]
		if names and frappe.db.exists(camps.SLIP, {"name": ("in", names), **others}):
			raise frappe.PermissionError

	def refuse_group(self):
		if self.category and frappe.get_cached_value("Grievance Category", self.category, "is_group"):
			frappe.throw(_("{0} is a group: choose one of the categories below it").format(_(self.category)))

	def keep_registered(self):
		"""Let a slip that has its case stay as it is: what a request changed or deleted of it comes back."""
		before = self.get_doc_before_save()
		registered = {slip.name: slip for slip in before.slips if slip.grievance} if before else {}
		for slip in self.slips:
			if kept := registered.pop(slip.name, None):
				slip.update({field: kept.get(field) for field in (*camps.WRITTEN, *OURS)})
			else:
				slip.update(dict.fromkeys(OURS))
		if registered:
			frappe.throw(
				_("These slips are registered and stay: {0}").format(
					", ".join(slip.grievance for slip in registered.values())
				)
			)
