from grievance_cell.organisation.areas import ancestors, descendants
from grievance_cell.testing import SiteTestCase, make_area


class TestAreas(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.town = make_area("Municipal Body", cls.district)
		cls.ward = make_area("Ward", cls.town)
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
