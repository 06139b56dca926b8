import frappe

from grievance_cell.grievances import emergencies
from grievance_cell.testing import (
	NO_TEST_RECORDS,
	SiteTestCase,
	make,
	make_area,
	make_case,
	make_category,
	make_department,
	unique,
)

test_ignore = IGNORE_TEST_RECORD_DEPENDENCIES = NO_TEST_RECORDS


class TestEmergencyNumber(SiteTestCase):
	@classmethod
	def make_fixtures(cls):
		department = make_department()
		cls.group = make_category(None, is_group=1)
		cls.fire = make_category(
			department, parent_grievance_category=cls.group.name, priority="Emergency", applies_to="Complaint"
		)
		cls.wire = make_category(department, priority="Emergency")
		cls.ward = make_area()

	def number(self, phone_number: str = "1999", *categories, **values):
		rows = [{"category": each.name} for each in categories]
		return make(
			"Emergency Number", title=unique("Help"), phone_number=phone_number, categories=rows, **values
		)

	def told(self, category) -> list[str]:
		return [row.name for row in emergencies.numbers_for(category.name)]

	def test_a_number_without_categories_is_told_in_every_emergency(self):
		number = self.number()
		self.assertIn(number.name, self.told(self.fire))
		self.assertIn(number.name, self.told(self.wire))

	def test_one_with_categories_is_told_for_these_and_for_what_lies_below_them(self):
		own, of_group = self.number("1998", self.wire), self.number("1997", self.group)
		self.assertEqual({own.name, of_group.name} & set(self.told(self.wire)), {own.name})
		self.assertEqual({own.name, of_group.name} & set(self.told(self.fire)), {of_group.name})

	def test_they_are_told_in_their_order_and_only_if_enabled(self):
		last, first = self.number(display_order=2), self.number(display_order=1)
		off = self.number(enabled=0)
		told = self.told(self.fire)
		self.assertLess(told.index(first.name), told.index(last.name))
		self.assertNotIn(off.name, told)

	def test_the_shipped_ones_begin_with_112(self):
		self.assertEqual(emergencies.numbers_for(self.fire.name)[0].phone_number, "112")

	def test_a_number_is_one_that_a_telephone_dials(self):
		for number in ("", "call us", "11a", "<b>112</b>", "+"):
			with self.subTest(number), self.assertRaises(frappe.ValidationError):
				self.number(number)
		for number in ("112", "+91 7817 222222", "1800-180-1234"):
			self.number(number)

	def test_what_a_machine_proposed_is_an_emergency_once_the_citizen_says_so(self):
		def registered(**values):
			case = frappe.get_doc(
				{
					"doctype": "Grievance",
					"category": self.fire.name,
					"area": self.ward.name,
					"description": "Fire",
					"source": "WhatsApp",
					**values,
				}
			)
			case.set_proposed_category = lambda: case.set("proposed_category", self.fire.name)
			return case.insert(ignore_permissions=True)

		self.assertEqual(registered().priority, "High")
		self.assertEqual(registered(emergency_confirmed=1).priority, "Emergency")
		self.assertEqual(make_case(self.fire, self.ward).priority, "Emergency")
