from grievance_cell.organisation.areas import ancestors, descendants, display_name
from grievance_cell.testing import SiteTestCase, make_area


class TestAreas(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.town = make_area("Municipal Body", cls.district)
		cls.ward = make_area(
			"Ward",
			cls.town,
			names=[
				{"language": "hi", "name_text": "पाँचवाँ", "is_alias": 1},
				{"language": "hi", "name_text": "वार्ड 5"},
			],
		)
		cls.block = make_area("Block", cls.district)

	def test_lists_what_an_area_lies_in_from_itself_upwards(self):
		self.assertEqual(
			[area.name for area in ancestors(self.ward.name)],
			[self.ward.name, self.town.name, self.district.name],
		)
		self.assertEqual(ancestors("no such area"), [])

	def test_lists_what_lies_in_areas(self):
		self.assertEqual(set(descendants([self.town.name])), {self.town.name, self.ward.name})
		self.assertEqual(
			set(descendants([self.block.name, self.ward.name])), {self.block.name, self.ward.name}
		)
		self.assertEqual(descendants([]), [])

	def test_names_an_area_in_a_language_and_else_in_english(self):
		self.assertEqual(display_name(self.ward.name, "hi"), "वार्ड 5")
		self.assertEqual(display_name(self.town.name, "hi"), self.town.area_name)
