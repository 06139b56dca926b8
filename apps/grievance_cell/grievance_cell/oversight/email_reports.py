"""Reports that go out by e-mail: with the rights of the user for whom they are made, and to nobody else."""

import frappe
from frappe import _
from frappe.email.doctype.auto_email_report.auto_email_report import AutoEmailReport

from grievance_cell.grievances.attached_records import citizens_data
from grievance_cell.grievances.lifecycle import acting_as


class EmailReport(AutoEmailReport):
	"""Frappe's Auto Email Report, whose script reports the scheduler would otherwise fill with all that there is."""

	def validate(self):
		super().validate()
		self.refuse_other_addresses()

	def refuse_other_addresses(self):
		"""See that a report on citizens' data goes to the user whose rights it has, once it is switched on."""
		if (
			not self.enabled
			or frappe.db.get_value("Report", self.report, "ref_doctype") not in citizens_data()
		):
			return
		own = frappe.db.get_value("User", self.user, "email")
		if others := [address for address in self.email_to.split() if address != own]:
			frappe.throw(
				_("This report is of what {0} may see, and goes to their address only, not to {1}").format(
					self.user, ", ".join(others)
				)
			)

	def get_report_content(self):
		# The scheduler is Administrator; nobody else is to read, or to send, what another may see.
		if frappe.session.user not in (self.user, "Administrator"):
			frappe.throw(_("Only {0} may see this report").format(self.user), frappe.PermissionError)
		with acting_as(self.user):
			return super().get_report_content()
