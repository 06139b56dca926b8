import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from grievance_cell.organisation.phone import masked

OPEN, DONE = "Open", "Done"


class CallbackRequest(Document):
	def before_insert(self):
		self.status = OPEN
		self.requested_on = self.requested_on or now_datetime()

	def validate(self):
		before = self.get_doc_before_save()
		if before:
			self.requested_on, self.session = before.requested_on, before.session
			# The number is written but not read: a form sends it back empty.
			self.mobile_no = self.mobile_no or before.mobile_no
		self.mobile_masked = masked(self.mobile_no)
		self.note_done(before)

	def note_done(self, before):
		"""Keep who called the citizen and when; what is not done has neither."""
		if self.status != DONE:
			self.done_on = self.done_by = self.remark = None
		elif before and before.status == DONE:
			self.done_on, self.done_by = before.done_on, before.done_by
		elif not (self.remark or "").strip():
			frappe.throw(_("Write down what came of the call"))
		else:
			self.done_on, self.done_by = now_datetime(), frappe.session.user
