import frappe

from grievance_cell.testing import NO_TEST_RECORDS, SiteTestCase, digits, make_area

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestLocalArea(SiteTestCase):
	def test_the_lgd_code_is_unique_within_its_type(self):
		code = digits(12)
		make_area("Village", lgd_code=code)
		make_area("Block", lgd_code=code)
		with self.assertRaises(frappe.UniqueValidationError):
			make_area("Village", lgd_code=f" {code} ")

	def test_many_areas_have_no_code(self):
		make_area(lgd_code="")
		self.assertIsNone(make_area(lgd_code="  ").lgd_code)

	def test_two_areas_may_have_one_name(self):
		first = make_area(area_name="Ward 5")
		self.assertNotEqual(make_area(area_name="Ward 5").name, first.name)

	def test_a_position_is_both_coordinates_within_the_earth(self):
		for position in ((22.0, 0), (0, 82.0), (91, 82), (22, 181)):
			with self.subTest(position), self.assertRaises(frappe.ValidationError):
				make_area(latitude=position[0], longitude=position[1])
		make_area(latitude=22.0, longitude=82.6)
