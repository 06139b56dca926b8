import frappe
from frappe.model.document import Document

OPEN, PAUSED, RESOLVED, CLOSED = "Open", "Paused", "Resolved", "Closed"


class GrievanceStatus(Document):
	def onload(self):
		states = frappe.get_all("Workflow Document State", {"parent": "Grievance"}, pluck="state")
		self.set_onload("is_in_workflow", self.name in states)

	def after_insert(self):
		self.make_workflow_state()

	def make_workflow_state(self):
		"""Give Frappe's workflow the state of the same name, so that staff add a status in one place."""
		if not frappe.db.exists("Workflow State", self.name):
			style = {OPEN: "Primary", PAUSED: "Warning", RESOLVED: "Success", CLOSED: "Inverse"}[
				self.category
			]
			frappe.get_doc(
				{"doctype": "Workflow State", "workflow_state_name": self.name, "style": style}
			).insert(ignore_permissions=True)


def category_of(status: str) -> str:
	"""Name the category of a status: Open, Paused, Resolved or Closed. Rules read this, never the status's name."""
	return frappe.get_cached_value("Grievance Status", status, "category")
