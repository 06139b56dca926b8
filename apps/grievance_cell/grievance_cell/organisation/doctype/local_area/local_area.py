import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

from grievance_cell.database import make_unique
from grievance_cell.organisation.areas import renew_version


class LocalArea(NestedSet):
	nsm_parent_field = "parent_local_area"

	def validate(self):
		self.set_title()
		self.validate_position()
		self.keep_lgd_code_unique()

	def on_update(self):
		# Whoever writes many at once builds the tree anew in the end.
		if not self.flags.one_of_many:
			super().on_update()
		before = self.get_doc_before_save()
		if before and before.area_name != self.area_name:
			self.retitle_areas_below()

	def on_change(self):
		if not self.flags.one_of_many:
			renew_version()

	def after_rename(self, old, new, merge=False):
		super().after_rename(old, new, merge)
		renew_version()

	def set_title(self):
		parent = self.parent_local_area and frappe.db.get_value(
			"Local Area", self.parent_local_area, "area_name"
		)
		self.title = f"{self.area_name}, {parent}" if parent else self.area_name

	def retitle_areas_below(self):
		for name in frappe.get_all("Local Area", {"parent_local_area": self.name}, pluck="name"):
			below = frappe.get_doc("Local Area", name)
			below.set_title()
			below.db_set("title", below.title)

	def validate_position(self):
		"""Ask for both coordinates or none: 0, 0 lies in the Atlantic and stands for "not known"."""
		if bool(self.latitude) != bool(self.longitude):
			frappe.throw(_("Enter both latitude and longitude, or neither"))
		if abs(self.latitude or 0) > 90 or abs(self.longitude or 0) > 180:
			frappe.throw(_("Latitude is between -90 and 90, longitude between -180 and 180"))

	def keep_lgd_code_unique(self):
		"""Store an empty code as NULL, of which the unique index allows many."""
		self.lgd_code = (self.lgd_code or "").strip() or None
		if self.lgd_code and frappe.db.exists(
			"Local Area",
			{"lgd_code": self.lgd_code, "area_type": self.area_type, "name": ("!=", self.name)},
		):
			frappe.throw(
				_("Another {0} has the LGD code {1}").format(_(self.area_type), self.lgd_code),
				frappe.UniqueValidationError,
			)


def on_doctype_update():
	make_unique("Local Area", ["area_type", "lgd_code"], "unique_lgd_code")
