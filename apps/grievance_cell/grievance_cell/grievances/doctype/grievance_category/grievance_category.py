import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

from grievance_cell.organisation.areas import ancestors


class GrievanceCategory(NestedSet):
	nsm_parent_field = "parent_grievance_category"

	def validate(self):
		self.validate_types()
		self.validate_department()

	def validate_types(self):
		known = frappe.get_meta("Grievance").get_field("grievance_type").options.split("\n")
		unknown = [line for line in self.types() if line not in known]
		if unknown:
			frappe.throw(_("Applies To knows {0}, not {1}").format(", ".join(known), ", ".join(unknown)))
		# Written out: a form of the bot filters by it, and finds nothing in what is empty.
		self.applies_to = "\n".join(self.types() or known)

	def validate_department(self):
		if not self.is_group and not self.department:
			frappe.throw(_("A category needs the department that is responsible for it"))

	def types(self) -> list[str]:
		return [line.strip() for line in (self.applies_to or "").splitlines() if line.strip()]

	def department_for(self, area: str | None) -> str | None:
		"""Name the department responsible in an area: the row for the nearest area type upwards, else the category's."""
		by_type = {row.area_type: row.department for row in self.departments}
		if by_type and area:
			for above in ancestors(area):
				if above.area_type in by_type:
					return by_type[above.area_type]
		return self.department
