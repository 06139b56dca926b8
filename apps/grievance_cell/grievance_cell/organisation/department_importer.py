"""Departments from a spreadsheet."""

from grievance_cell.organisation.area_importer import AreasOnSite
from grievance_cell.organisation.importing import Column, Masters


class Departments(Masters):
	doctype = "Department"
	named_by = "department_name"
	stems = ("name", "department")
	columns = (
		Column("department_name", "department_name", ("department", "name"), required=True),
		Column("short_code", "short_code", ("code",), required=True),
		Column("area", "area"),
		Column("nodal_posting", "nodal_posting"),
	)
	sample = (
		{
			"department_name": "Public Health Engineering",
			"short_code": "PHE",
			"name_hi": "लोक स्वास्थ्य यांत्रिकी",
		},
		{"department_name": "Public Works", "short_code": "PWD", "name_hi": "लोक निर्माण"},
		{"department_name": "Municipal Body", "short_code": "ULB", "name_hi": "नगरीय निकाय"},
	)

	def __init__(self, table, settings) -> None:
		super().__init__(table, settings)
		self.areas = AreasOnSite()

	def values(self, row) -> dict:
		values = super().values(row)
		if area := values.get("area"):
			values["area"] = self.areas.one_named(area)
		if posting := values.get("nodal_posting"):
			values["nodal_posting"] = self.linked("Officer Posting", posting)
		return values

	def shown_cell(self, fieldname, value, in_full=False) -> str:
		if fieldname == "area":
			return self.areas.title(value, in_full)
		return super().shown_cell(fieldname, value)
