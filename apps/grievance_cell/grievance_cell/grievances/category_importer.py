"""Categories of grievances from a spreadsheet."""

import frappe
from frappe import _

from grievance_cell.organisation.importing import (
	Column,
	Masters,
	RowError,
	folded,
	one_of,
	several,
	yes_or_no,
)
from grievance_cell.organisation.posting_importer import department_named

DOCTYPE = "Grievance Category"
# The departments that take over in a town and in the country: where the category's table has the area's type.
BY_AREA_TYPE = {"department_urban": "Municipal Body", "department_rural": "Block"}


def types(cell: str) -> str:
	known = frappe.get_meta("Grievance").get_field("grievance_type").options.split("\n")
	found = []
	for each in several(cell):
		match = next((one for one in known if folded(each) in (folded(one), folded(_(one)))), None)
		if not match:
			raise RowError(_("{0} is none of: {1}").format(each, ", ".join(known)))
		found.append(match)
	return "\n".join(found)


class Categories(Masters):
	doctype = DOCTYPE
	named_by, below = "category_name", "parent"
	stems = ("name", "category")
	columns = (
		Column("category_name", "category_name", ("category", "name"), required=True),
		Column("parent", "parent_grievance_category", ("parent_grievance_category",)),
		Column("applies_to", "applies_to", read=types),
		Column("department", "department"),
		Column("department_urban"),
		Column("department_rural"),
		Column("priority", "priority", read=one_of(DOCTYPE, "priority")),
		Column("photo_wanted", "photo_wanted", read=yes_or_no),
		Column("can_be_shared", "can_be_shared", read=yes_or_no),
		Column("confidential", "confidential", read=yes_or_no),
		Column("keywords", "keywords", read=lambda cell: "\n".join(several(cell))),
	)
	tables = {"departments": ("area_type", "department")}
	sample = (
		{"category_name": "Water", "name_hi": "पानी"},
		{
			"category_name": "No water supply",
			"name_hi": "पानी नहीं आ रहा",
			"parent": "Water",
			"applies_to": "Complaint;Suggestion",
			"department": "PHE",
			"department_urban": "ULB",
			"priority": "High",
			"photo_wanted": "0",
			"keywords": "पानी;नल;टंकी;water;paani;nal",
		},
		{
			"category_name": "Hand pump repair",
			"name_hi": "हैंडपंप सुधार",
			"parent": "Water",
			"department": "PHE",
			"photo_wanted": "1",
			"keywords": "हैंडपंप;चापाकल;handpump;borewell",
		},
	)

	def __init__(self, table, settings) -> None:
		super().__init__(table, settings)
		self.groups = {folded(self.cell(row, "parent")) for row in table.rows}

	def values(self, row) -> dict:
		values = super().values(row)
		if parent := values.get("parent_grievance_category"):
			values["parent_grievance_category"] = self.linked(DOCTYPE, parent)
		if department := values.get("department"):
			values["department"] = department_named(self, department)
		by_type = [
			{"area_type": area_type, "department": department_named(self, cell)}
			for heading, area_type in BY_AREA_TYPE.items()
			if (cell := self.cell(row, heading))
		]
		if by_type:
			values["departments"] = self.kept_beside(row, by_type)
		if folded(self.cell(row, "category_name")) in self.groups:
			values["is_group"] = 1
		return values

	def kept_beside(self, row, by_type: list[dict]) -> list[dict]:
		"""Put the departments that the row names in their places among those of other area types."""
		stored = {"parent": self.cell(row, "category_name"), "parenttype": DOCTYPE}
		fields = ["area_type", "department"]
		present = frappe.get_all("Category Department", stored, fields, order_by="idx", as_list=True)
		departments = dict(present) | {each["area_type"]: each["department"] for each in by_type}
		return [dict(zip(fields, each, strict=True)) for each in departments.items()]
