import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime, strip_html

from grievance_cell.grievances import lifecycle, routing
from grievance_cell.grievances.doctype.grievance_status.grievance_status import OPEN, category_of
from grievance_cell.grievances.phone import masked
from grievance_cell.service_levels import deadlines

SUBJECT_LENGTH = 80


class Grievance(Document):
	def before_insert(self):
		self.registered_on = self.registered_on or now_datetime()
		self.status = lifecycle.FIRST_STATUS
		self.set_priority()
		self.set_route()

	def validate(self):
		self.set_subject()
		self.mask_mobile_no()
		self.validate_category()
		self.validate_external_reference()
		if self.is_new():
			deadlines.start(self)
			return
		before = self.get_doc_before_save()
		if before and before.priority != self.priority and category_of(before.status) == OPEN:
			# A paused case gets its new dates when it goes on; a settled one was measured by the old ones.
			deadlines.set_deadlines(self)
		if before and before.status != self.status:
			lifecycle.before_move(self, before)

	def after_insert(self):
		lifecycle.begin(self)

	def on_update(self):
		before = self.get_doc_before_save()
		if before and before.status != self.status:
			lifecycle.after_move(self, before)

	def set_priority(self):
		if not self.priority and self.category:
			self.priority = frappe.get_cached_value("Grievance Category", self.category, "priority")

	def set_route(self):
		"""Find the department and the posting, unless the operator has chosen them."""
		if not self.department and self.category:
			self.department = routing.department_for(self.category, self.area)
		if self.department and not self.posting:
			found = routing.route(self.department, self.area)
			self.posting, self.routing_note = found.posting, found.note
		if self.posting:
			self.assigned_to = frappe.db.get_value("Officer Posting", self.posting, "user")

	def set_subject(self):
		if not self.subject:
			text = " ".join(strip_html(self.description or "").split())
			self.subject = text if len(text) <= SUBJECT_LENGTH else shorten(text, SUBJECT_LENGTH)

	def mask_mobile_no(self):
		if self.citizen and not self.mobile_no:
			self.mobile_no = frappe.db.get_value("Citizen", self.citizen, "mobile_no")
		self.mobile_masked = masked(self.mobile_no)

	def validate_category(self):
		if frappe.get_cached_value("Grievance Category", self.category, "is_group"):
			frappe.throw(_("{0} is a group: choose one of the categories below it").format(_(self.category)))

	def validate_external_reference(self):
		"""Keep the other system's number unique among the cases that came from there."""
		if not self.external_reference:
			return
		other = frappe.db.get_value(
			"Grievance",
			{
				"source": self.source,
				"external_reference": self.external_reference,
				"name": ("!=", self.name or ""),
			},
		)
		if other:
			frappe.throw(
				_("{0} {1} is registered already as {2}").format(
					_(self.source), self.external_reference, other
				),
				frappe.UniqueValidationError,
			)


def shorten(text: str, length: int) -> str:
	"""Cut a text at the last space that fits, so that no letter loses its vowel sign."""
	cut = text[: length - 1]
	return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
