from unittest.mock import patch

from frappe.utils import nestedset

from grievance_cell.organisation.areas import ancestors, descendants, place_name, rebuild_tree
from grievance_cell.testing import SiteTestCase, make_area


class TestAreas(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District")
		cls.town = make_area(
			"Municipal Body",
			cls.district,
			names=[
				{"language": "hi", "name_text": "चाँपा", "is_alias": 1},
				{"language": "hi", "name_text": "चांपा"},
			],
		)
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

	def test_the_tree_is_rebuilt_by_whichever_frappe_is_there(self):
		def with_field(doctype, parent_field):
			told.append((doctype, parent_field))

		def without_field(doctype):
			told.append(doctype)

		told = []
		for frappe_has in (with_field, without_field):
			with patch.object(nestedset, "rebuild_tree", frappe_has):
				rebuild_tree()
		self.assertEqual(told, [("Local Area", "parent_local_area"), "Local Area"])

	def test_an_area_is_named_in_the_language_and_with_the_town_that_tells_it_from_others(self):
		self.assertEqual(place_name(self.town.name, "hi"), "चांपा")
		self.assertEqual(place_name(self.ward.name, "hi"), f"{self.ward.area_name}, चांपा")
		self.assertEqual(place_name(self.ward.name), f"{self.ward.area_name}, {self.town.area_name}")
		self.assertEqual(place_name(None), "")
