import frappe

from grievance_cell.testing import (
	NO_TEST_RECORDS,
	SiteTestCase,
	make_area,
	make_category,
	make_department,
)

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestGrievanceCategory(SiteTestCase):
	def test_the_nearest_area_type_upwards_decides_the_department(self):
		line, urban, rural = make_department(), make_department(), make_department()
		category = make_category(line, by_area_type={"Municipal Body": urban, "Block": rural})
		district = make_area("District")
		town = make_area("Municipal Body", district)
		block = make_area("Block", district)
		ward, village = make_area("Ward", town), make_area("Village", make_area("Gram Panchayat", block))
		self.assertEqual(category.department_for(ward.name), urban.name)
		self.assertEqual(category.department_for(village.name), rural.name)
		self.assertEqual(category.department_for(district.name), line.name)
		self.assertEqual(category.department_for(None), line.name)

	def test_a_category_needs_a_department_and_a_group_does_not(self):
		with self.assertRaises(frappe.ValidationError):
			make_category(None)
		make_category(None, is_group=1)

	def test_applies_to_known_types_only(self):
		with self.assertRaises(frappe.ValidationError):
			make_category(make_department(), applies_to="Complaint\nComplain")

	def test_a_category_that_names_no_type_is_for_all_of_them(self):
		category = make_category(make_department(), applies_to="")
		self.assertEqual(category.types(), ["Complaint", "Demand", "Suggestion"])
