from unittest.mock import patch

import frappe

from grievance_cell.conversations import area_search
from grievance_cell.conversations.model import Choice
from grievance_cell.testing import SiteTestCase, make_area, unique


def in_hindi(name: str, *aliases: str) -> list[dict]:
	rows = [{"language": "hi", "name_text": alias, "is_alias": 1} for alias in aliases]
	return [*rows, {"language": "hi", "name_text": name}]


class TestAreaSearch(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.district = make_area("District", area_name="Janjgir-Champa")
		cls.naila = make_area(
			"Municipal Body",
			cls.district,
			area_name="Janjgir-Naila",
			names=in_hindi("जाँजगीर-नैला", "Naila"),
			latitude=22.01,
			longitude=82.57,
		)
		cls.champa = make_area("Municipal Body", cls.district, area_name="Champa", names=in_hindi("चाम्पा"))
		cls.naila_5 = make_area("Ward", cls.naila, area_name="Ward 5", names=in_hindi("वार्ड 5"))
		cls.champa_5 = make_area("Ward", cls.champa, area_name="Ward 5", names=in_hindi("वार्ड 5"))
		cls.naila_15 = make_area("Ward", cls.naila, area_name="Ward 15", names=in_hindi("वार्ड 15"))
		cls.block = make_area("Block", cls.district, area_name="Akaltara")
		cls.village = make_area(
			"Village",
			cls.block,
			area_name="Hindi",
			names=in_hindi("हिंदी"),
			latitude=22.10,
			longitude=82.60,
		)
		cls.village_2 = make_area(
			"Village", cls.block, area_name="Hidi", names=in_hindi("हिदी"), latitude=22.20, longitude=82.60
		)
		cls.twin = make_area("Locality", cls.block, area_name="Twin", latitude=22.2001, longitude=82.6001)
		cls.other_district = make_area("District", area_name="Korba")
		cls.elsewhere = make_area(
			"Village", cls.other_district, area_name="Hindi", latitude=22.1, longitude=82.6
		)

	def named(self, text: str, language: str = "en") -> list[str]:
		return [choice.value for choice in area_search.by_name(text, language, self.district.name)]

	def near(self, latitude: float, longitude: float) -> list[str]:
		return [
			choice.value for choice in area_search.by_position(latitude, longitude, "en", self.district.name)
		]

	def test_homonyms_are_all_offered(self):
		self.assertEqual(self.named("ward 5"), [self.naila_5.name, self.champa_5.name])

	def test_the_name_of_what_it_lies_in_tells_homonyms_apart(self):
		for text in ("Ward 5, Champa", "champa ward 5", "चाम्पा वार्ड 5"):
			with self.subTest(text):
				self.assertEqual(self.named(text), [self.champa_5.name])

	def test_digits_of_every_script_are_the_same(self):
		self.assertEqual(self.named("वार्ड १५"), [self.naila_15.name])
		self.assertEqual(self.named("वार्ड 15", "hi"), [self.naila_15.name])

	def test_an_alias_is_a_name_too(self):
		self.assertEqual(self.named("naila"), [self.naila.name])

	def test_names_that_differ_in_a_sign_are_different(self):
		self.assertEqual(self.named("हिंदी"), [self.village.name])
		self.assertEqual(self.named("हिदी"), [self.village_2.name])

	def test_only_the_areas_of_the_channel_are_offered(self):
		self.assertEqual(self.named("Hindi"), [self.village.name])
		everywhere = {choice.value for choice in area_search.by_name("Hindi", "en")}
		self.assertLessEqual({self.village.name, self.elsewhere.name}, everywhere)

	def test_what_is_too_large_or_unknown_is_not_offered(self):
		for text in ("Janjgir-Champa district", "Timbuktu", "", " , . ", "5" * 400):
			with self.subTest(text):
				self.assertEqual(self.named(text), [])

	def test_a_choice_is_named_in_the_language_with_what_it_lies_in(self):
		(choice,) = area_search.by_name("वार्ड 15", "hi", self.district.name)
		self.assertEqual(choice.label, "वार्ड 15, जाँजगीर-नैला")
		(choice,) = area_search.by_name("वार्ड 15", "en", self.district.name)
		self.assertEqual(choice.label, "Ward 15, Janjgir-Naila")

	def test_a_pin_means_the_nearest_place(self):
		self.assertEqual(self.near(22.11, 82.61), [self.village.name])

	def test_places_that_a_pin_cannot_tell_apart_are_all_offered(self):
		self.assertEqual(set(self.near(22.2, 82.6)), {self.village_2.name, self.twin.name})

	def test_a_pin_far_from_every_place_means_none(self):
		for latitude, longitude in ((28.6, 77.2), (0.0, 0.0), (-90.0, 180.0)):
			self.assertEqual(self.near(latitude, longitude), [])

	def test_a_place_with_places_in_it_is_too_large_for_a_pin(self):
		self.assertEqual(self.near(22.01, 82.57), [self.village.name])

	def test_an_area_is_named_by_its_id(self):
		choice = area_search.named(self.naila_15.name, "hi")
		self.assertEqual(choice, Choice(self.naila_15.name, "वार्ड 15, जाँजगीर-नैला", "जाँजगीर-नैला"))
		self.assertIsNone(area_search.named("no such area", "hi"))

	def test_no_more_is_offered_than_fits_on_one_list(self):
		for number in range(11):
			town = make_area("Municipal Body", self.district, area_name=f"Town {number}")
			make_area("Ward", town, area_name="Ward 77")
		self.assertEqual(len(self.named("ward 77")), 10)

	def test_what_was_changed_is_found_as_it_is_now(self):
		area = make_area("Village", self.block, area_name="Rampur")
		self.assertEqual(self.named("Rampur"), [area.name])
		area.area_name = "Shyampur"
		area.save()
		self.assertEqual((self.named("Rampur"), self.named("Shyampur")), ([], [area.name]))
		area.append("names", {"language": "hi", "name_text": "गोकुलधाम", "is_alias": 1})
		area.save()
		self.assertEqual(self.named("गोकुलधाम"), [area.name])
		area.names = []
		area.save()
		self.assertEqual(self.named("गोकुलधाम"), [])
		area.parent_local_area = self.other_district.name
		area.save()
		self.assertEqual(self.named("Shyampur"), [])
		renamed = frappe.rename_doc("Local Area", area.name, unique("AREA"), force=True)
		self.assertEqual([choice.value for choice in area_search.by_name("Shyampur", "en")], [renamed])
		frappe.delete_doc("Local Area", renamed)
		self.assertEqual(area_search.by_name("Shyampur", "en"), [])

	def test_a_place_that_gets_places_in_it_takes_no_more_pins(self):
		self.assertEqual(self.near(22.10, 82.60), [self.village.name])
		make_area("Locality", self.village)
		self.assertNotEqual(self.near(22.10, 82.60), [self.village.name])

	def test_what_was_rolled_back_is_forgotten(self):
		frappe.db.savepoint("before_areas")
		make_area("Village", self.block, area_name="Rampur")
		self.assertEqual(len(self.named("Rampur")), 1)
		frappe.db.rollback(save_point="before_areas")
		self.assertEqual(self.named("Rampur"), [])
		area = make_area("Village", self.block, area_name="Gokulpur")
		self.assertEqual(self.named("Gokulpur"), [area.name])

	def test_areas_are_read_once_until_they_change(self):
		with patch.object(area_search, "_read", wraps=area_search._read) as read:
			make_area()
			self.named("Champa")
			self.near(22.0, 82.0)
			area_search.named(self.champa.name, "hi")
		read.assert_called_once()
