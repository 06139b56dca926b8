import frappe

from grievance_cell.conversations import written_names
from grievance_cell.testing import SiteTestCase, make, make_area, make_category, make_department, unique


class TestWrittenNames(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		cls.department = make_department()
		cls.code = frappe.generate_hash(length=8)
		cls.town = make_area("Municipal Body", area_name=f"Town {cls.code}")
		cls.village = make_area(
			"Village",
			cls.town,
			area_name=f"Kharora {cls.code}",
			names=[
				{"language": "hi", "name_text": "खरोरा गाँव"},
				{"language": "hi", "name_text": f"पुराना {cls.code}", "is_alias": 1},
			],
		)
		cls.category = make_category(cls.department, keywords="खम्भाटूटा")
		make(
			"Translation",
			language="hi",
			source_text=cls.category.name,
			translated_text=f"बिजली का खंभा {cls.code}",
		)

	def areas(self, text: str, language: str = "en") -> list[tuple[str, str]]:
		return [(choice.value, choice.label) for choice in written_names.find_areas(text, language)]

	def test_a_place_is_found_by_names_in_any_language_and_while_it_is_typed(self):
		for text in (f"Kharora {self.code}", f"kharora {self.code[:5]}", "खरोरा", f"पुराना {self.code[:6]}"):
			with self.subTest(text):
				self.assertIn(self.village.name, dict(self.areas(text)))
		self.assertEqual(self.areas(f"Kharora {self.code}", "hi")[0][1], f"खरोरा गाँव, Town {self.code}")
		self.assertEqual(self.areas(" "), [])

	def test_a_category_is_found_by_its_hindi_name_by_its_english_one_and_by_a_keyword(self):
		english = self.category.name
		for text in (english, english[3:].lower(), f"खंभा {self.code}", "खम्भाटूटा"):
			with self.subTest(text):
				self.assertIn(english, written_names.find_categories(text))
		self.assertNotIn(english, written_names.find_categories(unique("Quite another")))

	def test_without_a_word_the_categories_that_fit_what_was_said_come_first(self):
		self.assertEqual(written_names.find_categories("", said="हमारा खम्भाटूटा है")[0], self.category.name)

	def test_a_category_is_offered_for_its_types_only(self):
		demand = make_category(self.department, applies_to="Demand").name
		self.assertIn(demand, written_names.find_categories(demand, "Demand"))
		self.assertNotIn(demand, written_names.find_categories(demand, "Complaint"))

	def test_a_slip_is_read_and_what_is_not_clear_is_told(self):
		read = written_names.read_slip(f"kharora {self.code}", f"बिजली का खंभा {self.code}", self.town.name)
		self.assertEqual(read[:2], (self.village.name, self.category.name))
		self.assertEqual(written_names.read_slip("", "", self.town.name), (None, None, ""))
		make_area("Ward", self.town, area_name="Ward 991")
		self.assertTrue(written_names.read_slip("ward 991", "", self.town.name)[0])
		make_area("Ward", make_area("Municipal Body", self.town), area_name="Ward 991")
		for place, category in (("ward 991", ""), (unique("Nowhere"), ""), ("", unique("Nothing"))):
			with self.subTest(place=place, category=category), self.assertRaises(frappe.ValidationError):
				written_names.read_slip(place, category, self.town.name)

	def read(self, place: str, within) -> tuple[str, str]:
		area, _category, written = written_names.read_slip(place, "", within.name)
		return area, written

	def test_a_place_is_written_back_in_full_and_read_again_as_the_same(self):
		full = f"Kharora {self.code}, Town {self.code}"
		self.assertEqual(self.read(f"kharora {self.code}", self.town), (self.village.name, full))
		self.assertEqual(self.read(full, self.town), (self.village.name, full))

	def test_a_place_outside_the_camps_area_is_taken_only_where_it_is_written_in_full(self):
		elsewhere = make_area("Municipal Body")
		full = f"Kharora {self.code}, Town {self.code}"
		for written in (f"Kharora {self.code}", f"Kharorra {self.code}"):
			with self.subTest(written), self.assertRaisesRegex(frappe.ValidationError, full):
				self.read(written, elsewhere)
		self.assertEqual(self.read(full, elsewhere), (self.village.name, full))

	def test_a_misspelt_place_inside_is_not_taken_for_the_one_outside_that_is_called_so(self):
		camp, other = make_area("Municipal Body"), make_area("Municipal Body")
		make_area("Ward", camp, area_name="Bhalsipurwa")
		outside = make_area("Ward", other, area_name="Bhalsiparwa")
		with self.assertRaises(frappe.ValidationError) as told:
			self.read("Bhalsiparwa", camp)
		for name in (f"Bhalsipurwa, {camp.area_name}", f"Bhalsiparwa, {other.area_name}"):
			self.assertIn(name, str(told.exception))
		self.assertEqual(self.read(f"Bhalsiparwa, {other.area_name}", camp)[0], outside.name)

	def test_a_tehsil_a_block_and_a_town_of_one_name_are_told_apart(self):
		district = make_area("District")
		types = ("Tehsil", "Block", "Municipal Body")
		made = [make_area(each, district, area_name="Ghughripar").name for each in types]
		for language, words in (("en", ("Tehsil", "Block", "Town")), ("hi", ("तहसील", "विकासखंड", "शहर"))):
			with self.subTest(language):
				self.set_language(language)
				choices = written_names.find_areas("Ghughripar", language)
				self.assertEqual({choice.value for choice in choices}, set(made))
				named = {
					choice.value: name
					for choice, name in zip(choices, written_names.in_full_each(choices), strict=True)
				}
				self.assertEqual([named[each] for each in made], [f"Ghughripar ({word})" for word in words])
				for area, name in named.items():
					self.assertEqual(self.read(name, district), (area, name))
				with self.assertRaises(frappe.ValidationError) as told:
					self.read("Ghughripar", district)
				self.assertTrue(all(word in str(told.exception) for word in words))

	def set_language(self, language: str) -> None:
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		frappe.local.lang = language
